"""A year of reporting for the report tests: the world of tests/world.py with submissions in different states.

Participation, round 2024, due 28 February 2025: SEI endorsed by both co-leads, MAE accepted with a dissent of the CSO
co-lead, PNTL handed in and unconfirmed, MJ returned, Ba Futuru never started. Each reports what the tests look for.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.conf import settings

from budgets.models import Costing
from frameworks.models import Category, Dimension, Indicator, Lead, Place, Target
from monitoring.models import ActivityProgress, IndicatorValue, SignOff, Submission
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import SubmissionState
from monitoring.results import refresh_results
from tests.world import make_activity, make_indicator, make_institution, make_round

# For tests with real transactions. All apps are named because only then does the flush afterwards cascade, which the
# swapped table of knox needs.
real_transactions = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
#: After the deadline of round 2024 (28 February 2025): nine days late for who has not reported.
CUT_OFF = datetime(2025, 3, 9, 3, 0, tzinfo=UTC)


@dataclass
class Year:
    world: object
    round: object
    previous: object
    submissions: dict


def submit(world, round, institution, pillar, state, *, by, on=datetime(2025, 2, 20, 2, 0, tzinfo=UTC)):
    """A submission in a state, as the one door would have left it."""
    submission = Submission(round=round, institution=institution, pillar=pillar, state=state)
    if state != SubmissionState.DRAFT:
        submission.cycle = 1
        submission.submitted_at = submission.first_submitted_at = on
        submission.submitted_by = by
    if state == SubmissionState.RETURNED:
        submission.return_note = "The figures of two municipalities are missing."
    if state in (SubmissionState.ACCEPTED, SubmissionState.ENDORSED):
        submission.accepted_at, submission.accepted_by = on, world.gov_lead
    if state == SubmissionState.ENDORSED:
        submission.endorsed_at = on
    submission.save()
    return submission


def tell(submission, activity, status, narrative, **fields):
    return ActivityProgress.objects.create(
        submission=submission, activity=activity, status=status, narrative=narrative, **fields
    )


def give(submission, indicator, n=None, d=None, *, value=None, category=None, place=None, **fields):
    """A reported figure; numbers as strings or ints."""
    return IndicatorValue.objects.create(
        submission=submission,
        indicator=indicator,
        category=category,
        place=place,
        numerator=None if n is None else Decimal(n),
        denominator=None if d is None else Decimal(d),
        value=None if value is None else Decimal(value),
        **fields,
    )


def sign(submission, by, side, verdict=Verdict.ENDORSED, statement="", *, cycle=None):
    return SignOff.objects.create(
        submission=submission,
        cycle=submission.cycle if cycle is None else cycle,
        side=side,
        verdict=verdict,
        statement=statement,
        by=by,
        at=datetime(2025, 3, 3, 4, 0, tzinfo=UTC),
    )


def make_year(world):
    """Fills round 2024 (and 2023 before it) of the world's first pillar; brings the results up to date at CUT_OFF."""
    pillar = world.participation
    world.institutions["pntl"] = make_institution("PNTL", "security", name="Polícia Nacional de Timor-Leste")
    world.institutions["mj"] = make_institution("MJ", name="Ministério da Justiça")
    world.institutions["csos"] = make_institution("CSOs", "group", name="Civil society organisations")
    activities, indicators = world.activities, world.indicators
    activities["a121"] = make_activity(pillar, "1.2.1", [world.pntl, world.mj, world.institutions["csos"]])
    activities["a122"] = make_activity(pillar, "1.2.2", [world.mj], years=(2026, 2027))
    Lead.objects.create(activity=activities["a112"], institution=world.ba_futuru, role="support", order=2)
    indicators["i121a"] = make_indicator(
        activities["a121"], "1.2.1a", target="18", baseline_value=Decimal(15), baseline_year=2022
    )
    indicators["i121b"] = make_indicator(
        activities["a121"],
        "1.2.1b",
        type="count",
        direction="decrease",
        unit="days",
        reporter_aggregation="average",
    )
    Target.objects.create(
        indicator=indicators["i111a"], period_end=date(2024, 12, 31), value=Decimal(10), is_endline=False
    )
    level = Dimension.objects.create(indicator=indicators["i111a"], name="Position level")
    for order, name in enumerate(("Aldeia Chief", "Suco Chief", "Administrative Post", "Municipality")):
        Category.objects.create(dimension=level, code=name.replace(" ", "-"), name=name, order=order)
    previous, round = make_round(world.plan, 2023), make_round(world.plan, 2024)
    year = Year(world, round, previous, {})
    _last_year(year)
    _this_year(year)
    Costing.objects.create(activity=activities["a111"], year=2024, amount=Decimal("12500.50"), currency="USD")
    Costing.objects.create(activity=activities["a111"], year=2025, amount=Decimal("20000"), currency="USD")
    Costing.objects.create(activity=activities["a112"], year=2024, amount=Decimal(0), currency="USD")
    refresh_results(Indicator.objects.filter(plan=world.plan), at=CUT_OFF)
    return year


def _last_year(year):
    world = year.world
    made = submit(
        world, year.previous, world.sei, world.participation, SubmissionState.ENDORSED, by=world.focal_sei,
        on=datetime(2024, 2, 20, 2, 0, tzinfo=UTC),
    )  # fmt: skip
    give(made, world.indicators["i111a"], 21, 442)


def _this_year(year):
    world, round, pillar = year.world, year.round, year.world.participation
    activities, indicators = world.activities, world.indicators
    sei = submit(world, round, world.sei, pillar, SubmissionState.ENDORSED, by=world.focal_sei)
    tell(
        sei, activities["a111"], "on_track", "Two rounds of training were held.\n\nWomen from 12 municipalities came.",
        what_worked="Local leaders invited the candidates themselves.", what_did_not="Transport from Ataúro failed.",
        next_steps="Follow-up in the second quarter.",
    )  # fmt: skip
    give(sei, indicators["i111a"], 18, 452, comment="After the election of 2023.")
    categories = {one.name: one for one in Category.objects.filter(dimension__indicator=indicators["i111a"])}
    give(sei, indicators["i111a"], 2, 52, category=categories["Aldeia Chief"])
    give(sei, indicators["i111a"], 15, 390, category=categories["Suco Chief"])
    dili = Place.objects.create(country="TL", code="TL-DI", name="Díli", kind="municipality")
    give(sei, indicators["i111a"], 6, 31, place=dili)
    sign(
        sei,
        world.gov_lead,
        Side.GOVERNMENT,
        statement="The ministry's figures agree with the census of chiefs.",
    )
    sign(sei, world.cso_lead, Side.CSO)
    mae = submit(
        world, round, world.mae, pillar, SubmissionState.ACCEPTED, by=world.focal_mae,
        on=datetime(2025, 3, 4, 2, 0, tzinfo=UTC),
    )  # fmt: skip
    tell(mae, activities["a111"], "completed", "MAE printed the handbooks.")
    tell(
        mae,
        activities["a112"],
        "delayed",
        "The register is late.",
        what_did_not="No budget was released until June.",
    )
    give(mae, indicators["i112a"], value=12980)
    sign(mae, world.gov_lead, Side.GOVERNMENT)
    sign(
        mae, world.cso_lead, Side.CSO, Verdict.DISSENT,
        "The training reached fewer women than stated: our members counted 9,400 & hold the lists.",
    )  # fmt: skip
    pntl = submit(world, round, world.pntl, pillar, SubmissionState.SUBMITTED, by=world.focal_sei)
    tell(pntl, activities["a121"], "continuous", "Recruitment goes on.")
    give(pntl, indicators["i121a"], 630, 4200)
    give(pntl, indicators["i121b"], no_data_reason="The register of cases is on paper only.")
    mj = submit(world, round, world.mj, pillar, SubmissionState.RETURNED, by=world.focal_sei)
    tell(mj, activities["a121"], "on_track", "SECRET-DRAFT of the ministry.")
    year.submissions = {"sei": sei, "mae": mae, "pntl": pntl, "mj": mj}
