"""The plan of the demonstration and those that are listed beside it (DOMAIN.md, "Other plans", S)."""

from frameworks.models import Pillar, Plan, WorkingGroup
from frameworks.models.plan import GlobalPillar, PlanLevel, PlanStatus
from napwps.demo.schedule import ADOPTED_ON

PLAN = "TL-NAP-2024-2028"
PREDECESSOR = "TL-NAP-2016-2020"

#: Code, name and global pillar of the plan's pillars; its fourth is Peacebuilding (DOMAIN.md, Glossary).
PILLARS = (
    ("P1", "Participation", GlobalPillar.PARTICIPATION),
    ("P2", "Prevention", GlobalPillar.PREVENTION),
    ("P3", "Protection", GlobalPillar.PROTECTION),
    ("P4", "Peacebuilding", GlobalPillar.RELIEF_AND_RECOVERY),
)

#: Code, title, country, generation, first year, last year, currency. Plans of Thailand, Cambodia and Malaysia are in
#: development or wished for, but have no years yet; they are listed here once they have.
OTHERS = (
    (PREDECESSOR, "National Action Plan 1325 (1st generation) 2016-2020", "TL", 1, 2016, 2020, "USD"),
    (
        "PH-NAP-2023-2033",
        "National Action Plan on Women, Peace and Security 2023-2033",
        "PH",
        4,
        2023,
        2033,
        "PHP",
    ),
    (
        "BARMM-RAP-2023-2028",
        "Bangsamoro Regional Action Plan on Women, Peace and Security 2023-2028",
        "PH",
        3,
        2023,
        2028,
        "PHP",
    ),
    (
        "ID-NAP-2014-2019",
        "National Action Plan for the Protection and Empowerment of Women and Children in Social Conflict 2014-2019",
        "ID",
        1,
        2014,
        2019,
        "IDR",
    ),
    (
        "ID-NAP-2020-2025",
        "National Action Plan for the Protection and Empowerment of Women and Children in Social Conflict 2020-2025",
        "ID",
        2,
        2020,
        2025,
        "IDR",
    ),
    (
        "VN-NAP-2024-2030",
        "National Action Programme on Women, Peace and Security 2024-2030",
        "VN",
        1,
        2024,
        2030,
        "VND",
    ),
)
ALL_CODES = (PLAN, *(row[0] for row in OTHERS))


def load_other_plans(anchor):
    """Creates the plans beside, without contents; returns them by code. Past their last year they are expired."""
    plans = Plan.objects.bulk_create(
        Plan(
            code=code,
            title=title,
            country=country,
            generation=generation,
            level=PlanLevel.NATIONAL,
            start_year=first,
            end_year=last,
            currency=currency,
            status=PlanStatus.EXPIRED if anchor.year > last else PlanStatus.ACTIVE,
            is_public=True,
        )
        for code, title, country, generation, first, last, currency in OTHERS
    )
    by_code = {plan.code: plan for plan in plans}
    regional = by_code["BARMM-RAP-2023-2028"]
    regional.level, regional.parent = PlanLevel.SUBNATIONAL, by_code["PH-NAP-2023-2033"]
    regional.save(update_fields=["level", "parent"])
    second = by_code["ID-NAP-2020-2025"]
    second.predecessor = by_code["ID-NAP-2014-2019"]
    second.save(update_fields=["predecessor"])
    return by_code


def load_plan(predecessor):
    """Creates the plan with its pillars and (empty) working groups; returns the plan and its pillars by code."""
    plan = Plan.objects.create(
        code=PLAN,
        title="National Action Plan 1325 (2nd generation) 2024-2028",
        country="TL",
        generation=2,
        predecessor=predecessor,
        start_year=2024,
        end_year=2028,
        adopted_on=ADOPTED_ON,
        status=PlanStatus.ACTIVE,
        is_public=True,
        holds_illustrative_data=True,
    )
    pillars = Pillar.objects.bulk_create(
        Pillar(plan=plan, code=code, name=name, global_pillar=of, order=order)
        for order, (code, name, of) in enumerate(PILLARS, start=1)
    )
    WorkingGroup.objects.bulk_create(WorkingGroup(pillar=pillar) for pillar in pillars)
    return plan, {pillar.code: pillar for pillar in pillars}
