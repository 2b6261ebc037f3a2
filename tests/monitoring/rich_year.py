"""A pillar of believable size with long texts, to look at a report as a minister would get it (not collected by pytest)."""

from datetime import date
from decimal import Decimal

from budgets.models import Costing
from frameworks.models import Category, Dimension, Indicator, Place, Target
from monitoring.models.review import Verdict
from monitoring.results import refresh_results
from tests.monitoring.report_world import CUT_OFF, give, make_year, sign, tell
from tests.world import make_activity, make_indicator

LONG = (
    "In the second quarter the working group met the administrators of all fourteen municipalities and agreed how women who "
    "wish to stand as candidates are told of the rules in time. Two rounds of training were held in Baucau, Bobonaro and "
    "Oé-Cusse Ambeno; the third, in Ataúro, was moved to January because the ferry did not run.\n\nThe participants asked for "
    "material in Tetum and Baikenu, which SEI has translated and MAE has printed."
)
TITLES = (
    "Raise awareness of women's candidacy in suco elections and train women who intend to stand, with the support of "
    "traditional and religious leaders in every administrative post",
    "Recruit and promote women in the security institutions",
    "Name women as community mediators",
    "Review the rules of candidacy",
)
STATEMENTS = (
    "Number and percentage of women elected or appointed to leadership positions at municipal level and below (Aldeia Chief, "
    "Suco Chief, Administrative Post, Municipality)",
    "Number and percentage of women in the national police, by rank",
    "Average days until a complaint is answered",
    "Municipalities with a referral pathway that works day and night",
)


def make_rich_year(world, *, activities=8, per_activity=3):
    """`make_year` with as many activities and indicators more, reported by SEI and MAE."""
    year = make_year(world)
    sei, mae = year.submissions["sei"], year.submissions["mae"]
    places = [
        Place.objects.create(country="TL", code=f"TL-{n:02}", name=name, kind="municipality")
        for n, name in enumerate(("Aileu", "Ainaro", "Ataúro", "Baucau", "Bobonaro", "Covalima", "Ermera", "Lautém",
                                  "Liquiçá", "Manatuto", "Manufahi", "Oé-Cusse Ambeno", "Viqueque"))
    ]  # fmt: skip
    statuses = ("on_track", "completed", "delayed", "not_started", "deferred", "continuous")
    for n in range(activities):
        code = f"1.{3 + n // 3}.{1 + n % 3}"
        leads = [world.sei, world.mae] if n % 2 else [world.mae, world.pntl, world.institutions["csos"]]
        activity = make_activity(world.participation, code, leads)
        activity.title = TITLES[n % len(TITLES)]
        activity.save()
        reporter = sei if n % 2 else mae
        tell(
            reporter, activity, statuses[n % 6], LONG, what_worked=LONG[:180], what_did_not=LONG[120:420] if n % 3 else "",
            reason="Waits for the revised law." if statuses[n % 6] == "deferred" else "", next_steps=LONG[:90],
        )  # fmt: skip
        if n % 4:
            Costing.objects.create(
                activity=activity, year=2024, amount=Decimal(12500 + 1375 * n), currency="USD"
            )
            Costing.objects.create(activity=activity, year=2026, amount=Decimal(48000), currency="USD")
        for m in range(per_activity):
            _indicator(world, year, activity, reporter, n, m, places)
    sign(
        year.submissions["pntl"], world.cso_lead, "cso", Verdict.DISSENT,
        "The working group has not seen the register on which the share of women in promotions is computed.\n\n" + LONG,
    )  # fmt: skip
    refresh_results(Indicator.objects.filter(plan=world.plan), at=CUT_OFF)
    return year


def _indicator(world, year, activity, reporter, n, m, places):
    share = m % 3 != 1
    made = make_indicator(
        activity, f"{activity.code}{'abcdefghij'[m]}", type="number_and_percentage" if share else "count",
        statement=STATEMENTS[(n + m) % 4], unit="women" if share else "people", counts_people=m == 0,
        definition="Counted on 31 December; a person who holds two offices is counted once. " + LONG[:120],
        data_source="Register of the Ministry of State Administration", baseline_year=2023, is_illustrative=True,
        target="30" if share else "15000",
        **({"baseline_numerator": Decimal(21), "baseline_denominator": Decimal(442)} if share else {"baseline_value": Decimal(2505)}),
    )  # fmt: skip
    if n % 2:
        Target.objects.create(
            indicator=made, period_end=date(2025, 12, 31), value=Decimal(12 if share else 9000)
        )
    if n == 3 and m == 2:
        give(reporter, made, no_data_reason="The survey is held every two years; the next one is in 2025.")
        return
    if share:
        give(reporter, made, 18 + 11 * n + m, 452)
    else:
        give(reporter, made, value=1200 + 2900 * n)
    if m == 0:
        sex = Dimension.objects.create(indicator=made, name="Position level")
        for order, name in enumerate(("Aldeia Chief", "Suco Chief", "Administrative Post", "Municipality")):
            category = Category.objects.create(dimension=sex, code=f"c{order}", name=name, order=order)
            if order < 3:
                give(reporter, made, 2 + order * n, 40 + 30 * order, category=category)
    if m == 0 and n in (1, 4):
        for k, place in enumerate(places):
            give(reporter, made, k % 5 + n, 30 + k, place=place)
