"""The page of money beside results: what stands where, for whom, and at what cost."""

import csv
import io
from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from budgets.models import Costing, OutputCosting
from monitoring.models import IndicatorResult
from monitoring.money import MoneyFinding
from monitoring.money_results import load_money_and_results
from tests.budgets.money_world import make_line, make_rate, make_source, report_spending
from tests.monitoring.report_world import CUT_OFF, make_year
from tests.pages import Visitor
from tests.world import make_activity, make_indicator, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(world):
    made = make_year(world)
    IndicatorResult.objects.filter(indicator__code="1.1.2a", round=made.round).update(status="at_risk")
    return made


@pytest.fixture
def state(world):
    return make_source(world.plan)


def load(year, user="secretariat", **more):
    world = year.world
    return load_money_and_results(plan=world.plan, user=world.users[user], round=year.round, **more)


def lists(found):
    return {one: [line.activity.code for line in lines] for one, lines in found.lists.items() if lines}


def line_of(found, code):
    return next(one for one in found.lines if one.activity.code == code)


def plain(visitor):
    return visitor.text.replace("\xa0", " ")


def test_amounts_execution_status_and_indicators_of_an_activity(year, world, state):
    make_line(world.activities["a111"], world.sei, state, 2024, approved="100", spent="1")
    make_line(world.activities["a111"], world.mae, state, 2024, approved="50")
    make_line(world.activities["a111"], world.sei, state, 2025, approved="999")
    report_spending(world.activities["a111"], world.sei, year.round, "95")
    line = line_of(load(year), "1.1.1")
    assert (line.amounts.costed, line.amounts.approved, line.amounts.spent) == (D("12500.50"), D(150), D(95))
    assert line.execution == "partly_spent"
    assert (line.status, line.state) == ("on_track", "endorsed")
    assert [(str(status), number) for status, number in line.counts] == [("moved_backwards", 1)]
    assert [(one.institution, one.execution) for one in line.facts.shares] == [
        (world.mae, "not_reported"),
        (world.sei, "absorbed"),
    ]
    # 18 of 452 is less than 21 of 442 the year before.
    assert [(str(one), number) for one, number in line.moves] == [("worse", 1)]


def test_the_lists(year, world, state):
    a111, a112, a121 = (world.activities[name] for name in ("a111", "a112", "a121"))
    make_line(a111, world.sei, state, 2024, approved="100", spent="80")  # moved backwards
    make_line(a112, world.mae, state, 2024, approved="0")  # at risk
    report_spending(a112, world.mae, year.round, "5")
    make_line(a121, world.pntl, state, 2024, approved="70")
    report_spending(a121, world.pntl, year.round, None, no_data_reason="The books are not closed.")
    IndicatorResult.objects.filter(indicator__code="1.2.1a").update(status="on_track")
    found = load(year)
    assert lists(found) == {
        MoneyFinding.NOTHING_MOVED: ["1.1.1", "1.1.2"],
        MoneyFinding.OVERSPENT: ["1.1.2"],
        MoneyFinding.NOT_REPORTED: ["1.2.1"],
    }
    (share,) = line_of(found, "1.2.1").facts.shares
    assert share.reason == "The books are not closed."


def test_a_result_without_money(year, world):
    IndicatorResult.objects.filter(indicator__code="1.1.2a").update(status="achieved")
    assert lists(load(year)) == {MoneyFinding.WITHOUT_MONEY: ["1.1.2"]}


def test_what_has_a_missing_rate_is_accused_of_nothing(year, world, state):
    make_line(world.activities["a111"], world.sei, state, 2024, approved="100", spent="80", currency="EUR")
    found = load(year)
    assert lists(found) == {}
    assert line_of(found, "1.1.1").lacks_rate
    assert line_of(found, "1.1.1").execution is None
    make_rate(world.plan, "EUR", "2")
    found = load(year)
    assert lists(found) == {MoneyFinding.NOTHING_MOVED: ["1.1.1"]}
    assert line_of(found, "1.1.1").amounts.approved == D(200)


def test_what_adds_up_over_the_rounds_is_compared_by_its_sum(year, world, state):
    women = make_indicator(world.activities["a112"], "1.1.2b", type="count", round_aggregation="annual")
    fields = {"provenance": "accepted", "updated_at": CUT_OFF, "status": "off_track"}
    IndicatorResult.objects.filter(indicator__code="1.1.2a").delete()
    IndicatorResult.objects.create(indicator=women, round=year.previous, measured=9, running=9, **fields)
    IndicatorResult.objects.create(indicator=women, round=year.round, measured=3, running=12, **fields)
    make_line(world.activities["a112"], world.mae, state, 2024, approved="10", spent="10")
    line = line_of(load(year), "1.1.2")
    assert [(str(one), number) for one, number in line.moves] == [("better", 1)]
    assert MoneyFinding.NOTHING_MOVED not in line.findings


def test_totals_of_outputs_and_pillars_hold_rough_estimates_and_tie_out(year, world, state):
    output = world.activities["a121"].output
    OutputCosting.objects.create(output=output, year=2024, amount=D(1000), currency="USD")
    make_line(world.activities["a121"], world.pntl, state, 2024, approved="70", spent="30")
    make_line(world.activities["a111"], world.sei, state, 2024, approved="1")
    participation, prevention = load(year).pillars
    assert (participation.amounts.costed, participation.amounts.approved) == (D("13500.50"), D(71))
    assert {one.output.code: one.amounts.costed for one in participation.outputs} == {
        "1.1": D("12500.50"),
        "1.2": D(1000),
    }
    assert sum(one.amounts.approved for one in participation.outputs) == participation.amounts.approved
    assert prevention.amounts.approved is None


def test_pillar_and_institution_narrow_it_down(year, world, state):
    make_line(world.activities["a111"], world.sei, state, 2024, approved="100")
    make_line(world.activities["a111"], world.mae, state, 2024, approved="50")
    found = load(year, pillar=world.prevention)
    assert [line.activity.code for line in found.lines] == ["2.1.1"]
    found = load(year, institution=world.mae)
    assert {line.activity.code for line in found.lines} == {"1.1.1", "1.1.2"}
    assert line_of(found, "1.1.1").amounts.approved == D(50)
    assert line_of(found, "1.1.1").amounts.costed is None


def test_what_is_not_accepted_is_read_by_those_who_may_open_it(year, world):
    assert line_of(load(year, "gov_lead"), "1.2.1").state == "submitted"
    assert line_of(load(year, "focal_mssi"), "1.2.1").status is None
    assert line_of(load(year, "focal_mssi"), "1.1.1").status == "on_track"


# The page


def test_the_page_says_its_rules_and_what_it_found(year, world, state):
    make_line(world.activities["a111"], world.sei, state, 2024, approved="40000", spent="30000")
    make_line(world.activities["a112"], world.mae, state, 2024, approved="10")
    page = Visitor(world.focal_mssi).open(
        reverse("money_and_results", args=[world.plan.code]) + "?round=2024"
    )
    text = plain(page)
    assert "At least 50% of what was approved was spent" in text
    assert "Spent USD 30,000 of USD 40,000 approved (75%)" in text
    assert "1 Moved backwards · 1 worse" in text
    assert "MAE: approved USD 10, nothing reported" in text
    assert "Figures are compared with round 2023." in text
    assert len(page.answer.content) < 100_000


def test_a_long_list_is_cut_and_can_be_opened(year, world, state):
    for number in range(22):
        activity = make_activity(world.participation, f"1.6.{number}", [world.sei])
        make_line(activity, world.sei, state, 2024, approved="10")
    page = Visitor(world.steering).open(
        reverse("money_and_results", args=[world.plan.code]) + "?round=2024&pillar=P1"
    )
    assert len(page.page.xpath("//section[h2 or div/h2[@id='not_reported']]//li")) == 20
    page.follow("See all 22")
    assert len(page.page.xpath("//section[div/h2[@id='not_reported']]//li")) == 22
    assert "pillar=P1" in page.answer.request["QUERY_STRING"]


def test_before_the_first_round(world):
    page = Visitor(world.secretariat).open(reverse("money_and_results", args=[world.plan.code]))
    assert "No round has been opened yet" in page.text
    Visitor(world.secretariat).open(reverse("money_and_results_file", args=[world.plan.code]), status=404)


def test_a_round_that_is_not_there(year, world):
    Visitor(world.secretariat).open(
        reverse("money_and_results", args=[world.plan.code]) + "?round=1999", status=404
    )


def test_the_table_for_spreadsheets(year, world, state):
    world.activities["a111"].title = "=1+1"
    world.activities["a111"].save()
    make_line(world.activities["a111"], world.sei, state, 2024, approved="100", spent="0")
    visitor = Visitor(world.secretariat)
    answer = visitor.client.get(
        reverse("money_and_results_file", args=[world.plan.code]) + "?round=2024&pillar=P1"
    )
    rows = {row["activity"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    row = rows["1.1.1"]
    assert (row["costed"], row["approved"], row["spent"]) == ("12500.50", "100.00", "0.00")
    assert (row["execution"], row["title"]) == ("unspent", "'=1+1")
    assert (row["indicators_moved_backwards"], row["activity_status_is_accepted"]) == ("1", "yes")
    assert rows["1.2.1"]["approved"] == ""  # nobody said anything, which is not 0
    assert "2.1.1" not in rows


def test_queries_do_not_grow(year, world, state, django_assert_num_queries):
    a111 = world.activities["a111"]
    make_line(a111, world.sei, state, 2024, approved="1")
    load(year)
    with django_assert_num_queries(QUERIES):
        load(year)
    for number in range(3):
        activity = make_activity(world.prevention, f"2.5.{number}", [world.mssi, world.sei])
        make_indicator(activity, f"2.5.{number}a")
        Costing.objects.create(activity=activity, year=2024, amount=5, currency="USD")
        make_line(activity, world.mssi, state, 2024, approved="1", spent="1")
        make_line(activity, world.sei, state, 2024, approved="1")
        report_spending(activity, world.mssi, year.round, "60")
    with django_assert_num_queries(QUERIES):
        load(year)


#: rates, costings, rough ones, lines, spending, rules, activities, leads, the round before, results, what was told, names,
#: who does not know, pillars
QUERIES = 14


def test_half_years_show_the_money_of_their_year(world, state):
    half = make_round(world.plan, 2024, label="2024-1", period_end=date(2024, 6, 30))
    make_line(world.activities["a111"], world.sei, state, 2024, approved="100")
    report_spending(world.activities["a111"], world.sei, half, "30")
    found = load_money_and_results(plan=world.plan, user=world.secretariat, round=half)
    assert line_of(found, "1.1.1").amounts.spent == D(30)
