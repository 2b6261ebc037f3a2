"""Rough estimates of outputs: they count until something below is costed, and never beside it."""

from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from budgets.gaps import activities_with_rough_cost, activities_without_cost
from budgets.models import Costing, OutputCosting
from budgets.operations.costing import Line, set_costing, set_output_costing
from budgets.provider import Costs, costing_history
from budgets.totals import load_totals
from frameworks.history import changes_of
from frameworks.models import Activity, Output, Plan
from frameworks.operations.activities import update_activity
from frameworks.operations.retiring import delete, restore, retire
from frameworks.revisions import load_page
from tests.pages import Visitor
from tests.world import NOW, make_activity

pytestmark = pytest.mark.django_db
YEARS = range(2024, 2029)


@pytest.fixture
def address(world):
    return f"/plans/{world.plan.code}/outputs/1.1/costing/"


@pytest.fixture
def output(world):
    return world.activities["a111"].output


def rough(output, amount, years=YEARS, currency="USD"):
    for year in years:
        OutputCosting.objects.create(output=output, year=year, amount=D(amount), currency=currency)


def own(activity, year, amount):
    Costing.objects.create(activity=activity, year=year, amount=D(amount), currency="USD")


def costed(world):
    """year → what totals say."""
    by_year = load_totals(world.plan, world.secretariat, by=("year",)).along("year")
    return {year: amounts.costed for (year,), amounts in by_year.items()}


def amounts():
    return dict(OutputCosting.objects.values_list("year", "amount"))


# The form


def test_the_secretariat_estimates_an_output_and_its_page_shows_it(world, address):
    page = Visitor(world.secretariat).open(address)
    assert "It counts for a year until one of its activities is costed for that year." in page.text
    page.press(
        "Save", amount_2025="1 000", currency_2025="EUR", assumptions_2025="As last year", amount_2026="0"
    )
    assert page.answer.request["PATH_INFO"] == f"/plans/{world.plan.code}/outputs/1.1/"
    assert list(OutputCosting.objects.order_by("year").values_list("year", "amount", "currency")) == [
        (2025, D(1000), "EUR"),
        (2026, D(0), "USD"),
    ]
    text = page.text.replace("\xa0", " ")
    assert "2025 EUR 1,000 this rough estimate As last year 2026 USD 0 this rough estimate" in text
    assert "Rough estimate 2025" in text  # in the history
    own(world.activities["a111"], 2025, "5")
    assert "2025 EUR 1,000 the estimates of what stands below it" in page.open(
        f"/plans/{world.plan.code}/outputs/1.1/"
    ).text.replace("\xa0", " ")


def test_blank_removes_and_the_history_keeps_it(world, address, output):
    Visitor(world.secretariat).open(address).press("Save", amount_2025="100")
    Visitor(world.secretariat).open(address).press("Save", amount_2025="")
    assert amounts() == {}
    (line,) = changes_of(*costing_history(output))[0].lines
    assert (line.label, line.new) == ("Rough estimate 2025", None)


def test_bad_input_is_told_at_its_field_and_nothing_typed_is_lost(world, address):
    page = Visitor(world.secretariat).open(address).press("Save", amount_2025="-1", amount_2026="77")
    assert "Estimate 2025: A cost cannot be negative." in page.text
    assert page.page.get_element_by_id("id_amount_2026").value == "77"
    assert amounts() == {}


def test_an_endorsed_plan_wants_a_reason(world, address, output):
    Plan.objects.filter(pk=world.plan.pk).update(status="active")
    page = Visitor(world.secretariat).open(address).press("Save", amount_2025="100")
    assert "say why this is changed" in page.text
    page.press("Save", reason="First guess")
    assert amounts() == {2025: D(100)}
    assert changes_of(*costing_history(output))[0].reason == "First guess"


def test_who_was_slower_is_told(world, address):
    slow = Visitor(world.secretariat).open(address)
    Visitor(world.administrator).open(address).press("Save", amount_2025="100")
    slow.press("Save", amount_2026="5")
    assert "administrator changed this on" in slow.text
    assert amounts() == {2025: D(100)}
    slow.press("Save", amount_2025="100")
    assert amounts() == {2025: D(100), 2026: D(5)}


def test_only_those_who_may(world, address, client, output):
    client.force_login(world.focal_sei)
    assert client.get(address).status_code == client.post(address).status_code == 403
    client.force_login(world.outsider)
    assert client.get(address).status_code == 404
    with pytest.raises(PermissionDenied):
        set_output_costing(output=output, lines={2025: Line(D(1))}, reason="", by=world.focal_sei)
    page = Visitor(world.focal_sei).open(f"/plans/{world.plan.code}/outputs/1.1/")
    assert not page.links("Edit the rough costing")
    assert "Rough costing" not in page.text


def test_visitors_are_told_nothing(world, output):
    Plan.objects.filter(pk=world.plan.pk).update(is_public=True)
    rough(output, "100")
    assert "Rough" not in Visitor().open(f"/plans/{world.plan.code}/outputs/1.1/").text


# What counts


def test_the_activity_s_page_says_that_only_the_whole_is_estimated(world, output):
    rough(output, "100", [2025])
    page = Visitor(world.focal_sei).open(f"/plans/{world.plan.code}/activities/1.1.1/")
    text = page.text.replace("\xa0", " ")
    assert "2024 not costed" in text
    assert "2025 rough estimate only Part of the USD 100 that the whole output 1.1 is estimated at." in text
    own(world.activities["a112"], 2025, "5")
    assert "2025 not costed" in page.open(f"/plans/{world.plan.code}/activities/1.1.1/").text


def test_the_logframe_says_so_too(world, output):
    rough(output, "100")
    text = Visitor(world.focal_sei).open(f"/plans/{world.plan.code}/").text
    assert text.count("Costed: only as part of its output, roughly") == 2
    assert text.count("Costed: not costed") == 1


def test_a_retired_activity_gives_way_to_the_rough_estimate_again(world, output):
    a111 = world.activities["a111"]
    rough(output, "100", [2025])
    own(a111, 2025, "7")
    assert costed(world) == {2025: D(7)}
    step = {"along": True, "reason": "Dropped", "by": world.secretariat, "at": NOW}
    retire(row=a111, **step)
    assert costed(world) == {2025: D(100)}
    assert Costing.objects.count() == 1  # kept, for when it comes back
    assert (
        "Its estimates are kept"
        in Visitor(world.secretariat).open(f"/plans/{world.plan.code}/activities/1.1.1/costing/").text
    )
    restore(row=a111, **step)
    assert costed(world) == {2025: D(7)}


def test_a_retired_output_is_not_costed_any_more(world, output):
    rough(output, "100", [2025])
    retire(row=output, along=True, reason="Dropped", by=world.secretariat, at=NOW)
    assert costed(world) == {}
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/outputs/1.1/")
    assert "nothing: retired" in page.text


def test_a_costed_activity_that_moves_takes_its_estimates_along(world, output):
    """What it left is roughly estimated again; what it came to is so no longer."""
    a111 = world.activities["a111"]
    there = make_activity(world.participation, "1.2.1").output
    rough(output, "100", [2025])
    rough(there, "1000", [2025])
    own(a111, 2025, "7")
    assert costed(world) == {2025: D(1007)}
    a111.output = there
    update_activity(
        activity=a111, changed=["output"], leads=[], reason="Belongs there", by=world.secretariat, at=NOW
    )
    assert costed(world) == {2025: D(107)}
    by_output = load_totals(world.plan, world.secretariat, by=("output",)).along("output")
    assert {key: one.costed for (key,), one in by_output.items()} == {output.pk: D(100), there.pk: D(7)}


def test_an_output_that_is_costed_is_not_deleted(world):
    output = make_activity(world.prevention, "2.9.1").output
    rough(output, "100", [2025])
    delete(row=Activity.objects.get(code="2.9.1"), reason="", by=world.secretariat)
    with pytest.raises(ValidationError, match="It has been costed"):
        delete(row=output, reason="", by=world.secretariat)
    assert amounts() == {2025: D(100)}
    set_output_costing(output=output, lines={2025: Line(None)}, reason="", by=world.secretariat)
    delete(row=output, reason="", by=world.secretariat)
    assert not Output.objects.filter(code="2.9").exists()


# Gaps and revisions


def gaps(world):
    return tuple(
        [one.code for one in find(world.plan)]
        for find in (activities_without_cost, activities_with_rough_cost)
    )


def test_covered_as_a_whole_is_another_gap_than_nothing(world, output):
    assert gaps(world) == (["1.1.1", "1.1.2", "2.1.1"], [])
    rough(output, "100", [2024, 2025, 2026, 2027])
    assert gaps(world) == (["1.1.1", "1.1.2", "2.1.1"], [])  # 2028 is open
    rough(output, "0", [2028])
    assert gaps(world) == (["2.1.1"], ["1.1.1", "1.1.2"])
    assert Costs().roughly(list(Activity.objects.filter(plan=world.plan))) == {
        world.activities["a111"].pk,
        world.activities["a112"].pk,
    }
    own(world.activities["a111"], 2026, "5")  # from now on the rough one says nothing of 2026
    assert gaps(world) == (["1.1.2", "2.1.1"], [])


def test_only_scheduled_years_have_to_be_covered(world, output):
    Activity.objects.filter(code="1.1.1").update(years=[2025])
    Activity.objects.filter(code="1.1.2").update(years=[])
    rough(output, "100", [2025])
    assert gaps(world) == (["1.1.2", "2.1.1"], ["1.1.1"])


def test_the_page_of_gaps_leads_to_the_estimate(world, output):
    rough(output, "100")
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/gaps/?kind=rough_cost")
    assert page.links("Fix") == [
        f"/plans/{world.plan.code}/activities/{code}/costing/" for code in ("1.1.1", "1.1.2")
    ]


def test_the_log_of_the_plan_tells_of_every_estimate(world, output):
    by = {"by": world.secretariat, "reason": "New prices"}
    set_output_costing(output=output, lines={2025: Line(D(100), "USD", "Guess")}, **by)
    set_costing(activity=world.activities["a111"], lines={2025: Line(D(7))}, **by)
    set_costing(activity=world.activities["a111"], lines={2025: Line(D(8))}, **by)
    entries = [one for one in load_page(world.plan, world.secretariat).entries if one.reason == "New prices"]
    assert {one.who for one in entries} == {"secretariat"}
    said = {(line.level, line.code, line.field, line.old, line.new) for one in entries for line in one.lines}
    assert ("Activity", "1.1.1", "Costing 2025: Estimate", "7", "8") in said
    assert (
        "Output",
        "1.1",
        "Rough estimate 2025",
        None,
        "Estimate: 100; Currency: USD; Assumptions: Guess; Illustrative: no",
    ) in said


def test_the_log_narrowed_to_a_pillar_or_a_code(world, output):
    from frameworks.revision_sources import Asked

    set_output_costing(output=output, lines={2025: Line(D(1))}, reason="", by=world.secretariat)
    for asked, found in (
        (Asked(pillar=world.participation.pk, level="output"), True),
        (Asked(pillar=world.prevention.pk, level="output"), False),
        (Asked(code="1.1", level="output"), True),
        (Asked(code="2", level="output"), False),
    ):
        page = load_page(world.plan, world.secretariat, asked=asked)
        fields = [line.field for entry in page.entries for line in entry.lines]
        assert ("Rough estimate 2025" in fields) is found, asked
