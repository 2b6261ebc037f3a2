"""The whole costing of a plan: every estimate once, totals that tie out, and a share that is counted, not averaged."""

import csv
import io
from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets.estimates import Coverage, load_costing
from budgets.models import Costing, ExchangeRate, OutputCosting
from frameworks.models import Activity, Plan
from tests.budgets.money_world import make_line, make_rate, make_source
from tests.pages import Visitor
from tests.world import make_activity, make_pillar

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(world):
    return f"/plans/{world.plan.code}/costing/"


def own(activity, year, amount, currency="USD", **fields):
    return Costing.objects.create(activity=activity, year=year, amount=D(amount), currency=currency, **fields)


def rough(output, year, amount, currency="USD", **fields):
    return OutputCosting.objects.create(
        output=output, year=year, amount=D(amount), currency=currency, **fields
    )


def load(world):
    return load_costing(world.plan, world.secretariat)


def counted(share):
    return share.own, share.rough, share.none


def words(page):
    return page.text.replace("\xa0", " ")


def row_of(page, start):
    """The cells of the table row whose header begins with `start`, as texts."""
    for row in page.page.xpath("//section[@aria-labelledby='estimates']//tr[th[@scope='row']]"):
        said = [" ".join("".join(cell.itertext()).split()).replace("\xa0", " ") for cell in row]
        if said[0].startswith(start):
            return said[1:]
    raise AssertionError(start)


# The share


def test_years_of_activities_are_counted_by_how_they_are_costed(world):
    a111, a112 = world.activities["a111"], world.activities["a112"]
    Activity.objects.filter(pk=a112.pk).update(years=[2024, 2025])
    own(a111, 2024, "0")
    rough(a111.output, 2024, "100")  # superseded: 1.1.1 is costed in 2024
    rough(a111.output, 2025, "100")
    costing = load(world)
    p1, p2 = costing.pillars
    # 1.1.1: own 2024, rough 2025, nothing for three; 1.1.2: nothing 2024, rough 2025.
    assert counted(p1.share) == (1, 2, 4)
    assert counted(p2.share) == (0, 0, 5)
    assert counted(costing.share) == (1, 2, 9)
    assert [round(percent, 1) for _one, _number, percent in costing.share.counts] == [D("8.3"), D("16.7"), 75]


def test_the_share_of_the_plan_is_no_average_of_its_pillars(world):
    """1 of 1 and 0 of 9 are a tenth, not a half."""
    Activity.objects.filter(plan=world.plan).update(years=[])
    Activity.objects.filter(code="2.1.1").update(years=[2024])
    own(world.activities["a211"], 2024, "5")
    for number in range(9):
        make_activity(world.participation, f"1.3.{number}", years=[2024])
    assert load(world).share.own_percent == 10


def test_what_is_not_scheduled_or_retired_is_not_in_the_share(world):
    Activity.objects.filter(code="1.1.1").update(years=[2025])
    Activity.objects.filter(code="1.1.2").update(retired_on="2025-01-01")
    own(world.activities["a111"], 2026, "5")
    costing = load(world)
    assert counted(costing.pillars[0].share) == (0, 0, 1)
    assert costing.sums[-1].amount == 5  # it counts as money all the same


def test_a_plan_without_anything_has_no_share(world):
    page = Visitor(world.outsider).open(f"/plans/{world.other_plan.code}/costing/")
    assert "There is nothing to cost yet." in page.text
    assert load_costing(world.other_plan, world.outsider).share.own_percent is None


# The page


def test_not_costed_rough_not_scheduled_and_nothing_are_four_things(world, address):
    a111, a112 = world.activities["a111"], world.activities["a112"]
    Activity.objects.filter(pk=a112.pk).update(years=[2024, 2025, 2026])
    own(a111, 2024, "0")
    own(a112, 2028, "9.50")
    rough(a111.output, 2024, "100")
    rough(a111.output, 2025, "1000")
    page = Visitor(world.focal_mae).open(address)
    assert row_of(page, "1.1.1") == ["0", "rough", "not costed", "not costed", "not costed", "0"]
    assert row_of(page, "1.1.2") == [
        "not costed",
        "rough",
        "not costed",
        "– not scheduled",
        "9.50 not scheduled",
        "9.50",
    ]
    assert row_of(page, "Rough estimate")[:3] == ["100 does not count", "1,000 counts", "– none"]
    assert row_of(page, "1.1 in all") == ["0", "1,000", "not costed", "not costed", "9.50", "1,009.50"]
    assert row_of(page, "Participation in all") == row_of(page, "1.1 in all")
    assert row_of(page, "Prevention in all") == ["not costed"] * 6
    assert "1 of 13" in page.text
    assert "7.7% of the years scheduled for activities" in page.text


def test_amounts_are_converted_by_the_rate_that_is_shown_or_named(world, address):
    a111 = world.activities["a111"]
    own(a111, 2024, "100", "EUR")
    own(a111, 2025, "1000")
    page = Visitor(world.focal_mae).open(address)
    assert "EUR 100 of 2024 (Costed) is in no total: no rate from EUR to USD" in words(page)
    assert row_of(page, "1.1.1")[0] == "EUR 100 no rate"
    assert (
        row_of(page, "1.1.1")[-1]
        == row_of(page, "Participation in all")[-1]
        == "1,000 + EUR 100 without a rate"
    )
    make_rate(world.plan, "EUR", "1.085")
    page.open(address)
    assert "in no total" not in page.text
    assert "2024: EUR 1 = USD 1.085, from 30 June 2024 (Bank)" in words(page)
    assert row_of(page, "1.1.1")[0] == "EUR 100 = 108.50"
    assert row_of(page, "Participation in all")[-1] == "1,108.50"


def test_rates_and_gaps_of_other_money_are_not_shown_here(world, address):
    make_line(world.activities["a111"], world.sei, make_source(world.plan), proposed="1", currency="EUR")
    assert "in no total" not in Visitor(world.secretariat).open(address).text
    make_rate(world.plan, "EUR", "2")
    assert "Converted" not in Visitor(world.secretariat).open(address).text


def test_filters(world, address):
    for year in range(2024, 2029):
        own(world.activities["a111"], year, "5")
        rough(world.activities["a211"].output, year, "5")
    page = Visitor(world.focal_mae).open(f"{address}?show=none")
    assert page.links("1.1.2") and not page.links("1.1.1") and not page.links("2.1.1")
    assert "Totals hold everything, also what is not shown here." in page.text
    assert row_of(page, "Participation in all")[0] == "5"
    page.open(f"{address}?show=rough")
    assert page.links("2.1.1") and not page.links("1.1.2")
    page.open(f"{address}?pillar=P2")
    assert page.links("2.1.1") and not page.links("1.1.1")
    page.open(f"{address}?pillar=P2&show=none")
    assert "There is none like that." in page.text
    page.open(f"{address}?pillar=P9&show=x")
    assert page.links("1.1.1") and page.links("2.1.1")
    assert "Select a valid choice" in page.text


def test_the_words_of_the_plan(world, address):
    Plan.objects.filter(pk=world.plan.pk).update(activity_label="Action point")
    page = Visitor(world.focal_mae).open(address)
    assert "years scheduled for action point" in page.text
    assert "activities" not in page.text.lower()


def test_who_may_cost_finds_the_forms(world, address):
    page = Visitor(world.secretariat).open(address)
    assert page.links("Estimate it roughly 1.1") == [f"/plans/{world.plan.code}/outputs/1.1/costing/"]
    assert f"/plans/{world.plan.code}/activities/1.1.1/costing/" in page.links("Edit")
    reader = Visitor(world.focal_mae).open(address)
    assert not reader.links("Estimate it roughly") and not reader.links("Edit")


def test_estimates_are_for_insiders(world, address, client):
    """As on the pages of activities; the public reads what was approved and spent."""
    Plan.objects.filter(pk=world.plan.pk).update(is_public=True)
    assert client.get(address).status_code == client.get(f"{address[:-1]}.csv").status_code == 302
    client.force_login(world.outsider)
    assert client.get(address).status_code == client.get(f"{address[:-1]}.csv").status_code == 404


def test_illustrative_figures_are_marked(world, address):
    own(world.activities["a111"], 2024, "5", is_illustrative=True)
    page = Visitor(world.focal_mae).open(address)
    assert page.text.count("Illustrative") == 1
    own(world.activities["a111"], 2025, "6")
    assert row_of(page.open(address), "1.1.1")[:2] == ["5 Illustrative", "6"]


# The file


def lines_of(client, address):
    answer = client.get(address)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_says_what_the_page_says(world, address, client):
    a111 = world.activities["a111"]
    Activity.objects.filter(code="1.1.1").update(title="=HYPERLINK(1)", years=[2024, 2025])
    Activity.objects.filter(code="1.1.2").update(years=[])
    make_rate(world.plan, "EUR", "1.085")
    own(a111, 2024, "100", "EUR", assumptions="Two courses")
    rough(a111.output, 2024, "7")
    client.force_login(world.focal_mae)
    rows = lines_of(client, f"{address[:-1]}.csv?pillar=P1")
    assert [
        (one["Activity"], one["Year"], one["Status"], one["Estimate"], one["Currency"]) for one in rows
    ] == [
        ("", "2024", "Rough estimate, superseded", "7.00", "USD"),
        ("1.1.1", "2024", "Costed", "100.00", "EUR"),
        ("1.1.1", "2025", "Not costed", "", ""),
    ]
    costed = rows[1]
    assert costed["Text"] == "'=HYPERLINK(1)"
    assert (costed["Estimate in USD"], costed["Rate"], costed["Source of the rate"]) == (
        "108.50",
        "1.085",
        "Bank",
    )
    assert [one["Counts in the totals"] for one in rows] == ["no", "yes", ""]
    assert costed["Assumptions"] == "Two courses"


# Queries, and that it ties out


def test_queries_do_not_grow(world, address, client, django_assert_num_queries):
    own(world.activities["a111"], 2024, "5")
    client.force_login(world.secretariat)
    client.get(address)
    with django_assert_num_queries(14):
        client.get(address)
    for number in (3, 4, 5):
        pillar = make_pillar(world.plan, f"P{number}", f"Pillar {number}", number)
        for which in range(3):
            activity = make_activity(pillar, f"{number}.{which}.1")
            own(activity, 2025, "5", "EUR")
            rough(activity.output, 2025, "5")
            rough(activity.output, 2026, "5")
    make_rate(world.plan, "EUR", "2")
    with django_assert_num_queries(14):
        client.get(address)
    with django_assert_num_queries(13):
        b"".join(client.get(f"{address[:-1]}.csv").streaming_content)


def test_many_outputs_come_page_by_page(world, address):
    for number in range(1, 31):
        make_activity(world.prevention, f"3.{number}.1", years=[2024])
    page = Visitor(world.secretariat).open(address)
    assert page.links("3.1.1") and not page.links("3.30.1")
    page.open(f"{address}?page=2")
    assert page.links("3.30.1") and not page.links("1.1.1")
    assert "Prevention in all" in page.text


amounts = st.decimals(min_value=0, max_value=10**6, places=2)
estimates = st.dictionaries(
    st.tuples(st.integers(0, 3), st.sampled_from([2024, 2025, 2026])),
    st.tuples(amounts, st.sampled_from(["USD", "EUR", "IDR"])),
    max_size=8,
)


@given(
    own_ones=estimates, rough_ones=estimates, rate=st.decimals(min_value="0.0001", max_value=100, places=6)
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_shown_adds_up_to_what_is_shown(world, own_ones, rough_ones, rate):
    activities = [*world.activities.values()]
    outputs = list({one.output_id: one.output for one in activities}.values())
    for model in (Costing, OutputCosting, ExchangeRate):
        model.objects.all().delete()
    make_rate(world.plan, "EUR", rate)  # IDR has none
    for (place, year), (amount, currency) in own_ones.items():
        Costing.objects.get_or_create(
            activity=activities[place % 3], year=year, defaults={"amount": amount, "currency": currency}
        )
    for (place, year), (amount, currency) in rough_ones.items():
        OutputCosting.objects.get_or_create(
            output=outputs[place % 2], year=year, defaults={"amount": amount, "currency": currency}
        )
    costing = load(world)
    total, unrated = D(0), D(0)
    for part in costing.pillars:
        for output in part.outputs:
            shown = [one for one in output.rough if one and one.counts]
            shown += [cell.estimate for row in output.activities for cell in row.cells if cell.estimate]
            for said in output.sums:
                of_year = [one for one in shown if said.year in (None, one.year)]
                worth = [one.worth for one in of_year if one.worth is not None]
                assert said.amount == (sum(worth) if worth else None)
                left = [one.amount for one in of_year if one.worth is None]
                assert dict(said.unrated) == ({"IDR": sum(left)} if left else {})
            total += output.sums[-1].amount or 0
            unrated += sum(dict(output.sums[-1].unrated).values())
        assert (part.sums[-1].amount or 0) == sum(one.sums[-1].amount or 0 for one in part.outputs)
    assert (costing.sums[-1].amount or 0) == total
    assert sum(one.amount or 0 for one in costing.sums[:-1]) == total
    assert sum(one.amount for one in costing.missing) == unrated
    assert costing.share.scheduled == 15
    owned = Costing.objects.filter(activity__plan=world.plan).count()
    assert counted(costing.share)[0] == owned
    assert {one for one, _number, _percent in costing.share.counts} == set(Coverage)
