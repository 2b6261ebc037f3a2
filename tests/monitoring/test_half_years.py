"""Rounds of half a year and of a quarter, from planning them on the page to what is asked and what is last time's figure."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from frameworks.models import Indicator, ReportingRound
from monitoring.due import due_in
from monitoring.models import IndicatorResult, Submission
from tests.monitoring.reported import accept, hand_in, submission_of, total, val
from tests.pages import Visitor

pytestmark = pytest.mark.django_db


def at(world, path=""):
    return f"/plans/{world.plan.code}/rounds/{path}"


def day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def plan_and_open(world, length):
    """The next round of that length as the page proposes it, but open today; returns it."""
    page = Visitor(world.secretariat).open(at(world, f"new/?length={length}"))
    page.press("Plan the round", opens_on=day(0), due_on=day(9), closes_on=day(20))
    page.press("Open the round")
    assert "The round is open." in page.text
    return ReportingRound.objects.latest("pk")


@pytest.mark.parametrize(
    ("length", "periods"),
    [
        (
            "half_year",
            [
                ("2024-H1", date(2024, 1, 1), date(2024, 6, 30)),
                ("2024-H2", date(2024, 7, 1), date(2024, 12, 31)),
                ("2025-H1", date(2025, 1, 1), date(2025, 6, 30)),
            ],
        ),
        (
            "quarter",
            [
                ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
                ("2024-Q2", date(2024, 4, 1), date(2024, 6, 30)),
                ("2024-Q3", date(2024, 7, 1), date(2024, 9, 30)),
            ],
        ),
    ],
)
def test_the_page_proposes_them_one_after_the_other(world, length, periods):
    for label, start, end in periods:
        round = plan_and_open(world, length)
        assert (round.label, round.period_start, round.period_end, round.periodicity) == (
            label,
            start,
            end,
            length,
        )
        asked = Submission.objects.filter(round=round, institution=world.mssi).select_related("round").get()
        due = due_in([asked])[asked.pk]
        assert [one.code for one in due.activities] == ["2.1.1"], "what is scheduled in the year is asked"
        assert [one.code for one in due.indicators] == ["2.1.1a"]
    tabs = Visitor(world.secretariat).open(at(world, "new/"))
    assert f"one period after round {periods[-1][0]}" in tabs.text


def test_what_is_not_scheduled_in_the_year_is_not_asked_in_its_half_years(world):
    world.activities["a211"].years = [2025]
    world.activities["a211"].save()
    round = plan_and_open(world, "half_year")
    assert not Submission.objects.filter(round=round, institution=world.mssi).exists()
    plan_and_open(world, "half_year")
    third = plan_and_open(world, "half_year")
    assert Submission.objects.filter(round=third, institution=world.mssi).exists()


def test_a_length_that_does_not_exist_proposes_a_year(world):
    page = Visitor(world.secretariat).open(at(world, "new/?length=month"))
    assert page.page.forms[-1].fields["label"] == "2024"


def test_half_years_follow_years(world):
    """A plan that turns to half-years goes on where its last year ended."""
    plan_and_open(world, "year")
    page = Visitor(world.secretariat).open(at(world, "new/?length=half_year"))
    form = page.page.forms[-1].fields
    assert (form["label"], form["period_start"], form["period_end"]) == (
        "2025-H1",
        "2025-01-01",
        "2025-06-30",
    )
    assert (form["opens_on"], form["due_on"], form["closes_on"]) != ("", "", "")
    assert "the first period of this length" in page.text


def test_the_second_half_shows_the_first_and_adds_up(world):
    """Annual figures are sums over the rounds (DOMAIN.md, Arithmetic)."""
    indicator = world.indicators["i112a"]
    Indicator.objects.filter(pk=indicator.pk).update(round_aggregation="annual")
    now = timezone.now()
    for number in (40, 25):
        round = plan_and_open(world, "half_year")
        mae = submission_of(round, world.mae)
        if number == 25:
            page = Visitor(world.focal_mae).open(f"/submissions/{mae.pk}/activities/1.1.2/")
            assert "2024-H1" in page.text and "40 women" in page.text
        submission = hand_in(mae, world.focal_mae, {total(indicator): val(number)}, at=now)
        accept(world, submission, at=now)
    rows = IndicatorResult.objects.filter(indicator=indicator, category=None, place=None)
    assert [(row.round.label, row.measured, row.running) for row in rows.order_by("round__period_end")] == [
        ("2024-H1", 40, 40),
        ("2024-H2", 25, 65),
    ]
