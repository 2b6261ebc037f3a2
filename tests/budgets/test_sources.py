"""Funding sources and the rules of the budget: kept by the secretariat, with history; deleted only when nothing names them."""

from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from budgets.counted import Measure
from budgets.models import BudgetRules, FundingSource
from budgets.operations.rules import rules_history, save_rules
from budgets.operations.sources import delete_source, retire_source, save_source, source_history
from budgets.sources import load_sources, offered_sources
from frameworks.history import changes_of
from frameworks.models import Plan
from frameworks.permissions import held_seats
from tests.budgets.money_world import make_line, make_source, report_spending
from tests.pages import Visitor
from tests.world import NOW, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(world):
    return f"/plans/{world.plan.code}/funding-sources/"


@pytest.fixture
def state(world):
    return make_source(world.plan, name="State budget")


def endorse(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="active")


def test_the_secretariat_adds_a_source(world, address):
    page = Visitor(world.secretariat).open(address)
    assert "No funding source is known yet." in page.text
    page.follow("Add a source").press(
        "Save", name="Peace fund", code="PEACE", kind="fund", on_budget="no", institution=str(world.sei.pk)
    )
    assert "Peace fund can be named by budget lines now." in page.text
    assert "Off budget" in page.text
    made = FundingSource.objects.get()
    assert (made.plan, made.code, made.kind, made.on_budget, made.institution) == (
        world.plan, "PEACE", "fund", False, world.sei,
    )  # fmt: skip


@pytest.mark.parametrize(("chosen", "kept"), [("", None), ("yes", True), ("no", False)])
def test_on_budget_may_be_not_known(world, address, chosen, kept):
    Visitor(world.secretariat).open(f"{address}new/").press(
        "Save", name="Fund", code="F", kind="fund", on_budget=chosen
    )
    made = FundingSource.objects.get()
    assert made.on_budget is kept
    page = Visitor(world.secretariat).open(f"{address}F/edit/").press("Save", note="Since 2020")
    assert FundingSource.objects.get().on_budget is kept
    assert "Since 2020" in page.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code": "STATE"}, "Another funding source of this plan has this code."),
        ({"name": "State budget"}, "Another funding source of this plan has this name."),
        ({"code": "two words"}, "A code holds letters, digits"),
        ({"code": "new"}, "“new” is no code"),
        ({"kind": ""}, "Kind"),
    ],
)
def test_bad_input_keeps_what_was_typed(world, address, state, values, words):
    typed = {"name": "Fund", "code": "F", "kind": "fund"} | values
    page = Visitor(world.secretariat).open(f"{address}new/").press("Save", note="kept", **typed)
    assert words in page.text
    assert page.page.get_element_by_id("id_note").value.strip() == "kept"
    assert FundingSource.objects.count() == 1


def test_a_change_has_its_history_and_a_reason_when_the_plan_is_endorsed(world, address, state):
    endorse(world)
    page = Visitor(world.secretariat).open(f"{address}STATE/edit/").press("Save", name="State")
    assert "say why this is changed" in page.text
    page.press("Save", reason="Shorter")
    change = changes_of(*source_history(state))[0]
    assert (change.who, change.reason) == ("secretariat", "Shorter")
    assert [(line.old, line.new) for line in change.lines] == [("State budget", "State")]
    assert "Shorter" in page.text


def test_who_was_slower_is_told(world, address, state):
    slow = Visitor(world.secretariat).open(f"{address}STATE/edit/")
    Visitor(world.administrator).open(f"{address}STATE/edit/").press("Save", name="Treasury")
    slow.press("Save", note="Mine")
    assert "administrator changed this on" in slow.text
    state.refresh_from_db()
    assert (state.name, state.note) == ("Treasury", "")


def test_a_retired_source_is_not_offered_but_stays_where_it_is_named(world, address, state):
    line = make_line(world.activities["a111"], world.sei, state, proposed="100")
    page = Visitor(world.secretariat).open(f"{address}STATE/").follow("Retire").press("Retire")
    assert "is not offered for new lines any more" in page.text
    assert list(offered_sources(world.plan)) == []
    assert list(offered_sources(world.plan, also=state.pk)) == [state]
    line.refresh_from_db()
    assert line.funding_source == state
    assert load_sources(world.plan, world.secretariat).rows[0].total(Measure.PROPOSED) == D(100)
    page.follow("Restore").press("Restore")
    assert list(offered_sources(world.plan)) == [state]


def test_retiring_twice_is_refused(world, state):
    retire_source(source=state, retired=True, reason="", by=world.secretariat, at=NOW)
    with pytest.raises(ValidationError, match="retired already"):
        retire_source(source=state, retired=True, reason="", by=world.secretariat, at=NOW)


def test_only_what_nothing_names_is_deleted(world, address, state):
    line = make_line(world.activities["a111"], world.sei, state, drafted="100", state="draft")
    page = Visitor(world.secretariat).open(f"{address}STATE/delete/")
    assert "It is named by 1 budget line, drafts among them perhaps." in page.text
    with pytest.raises(ValidationError, match="1 budget line"):
        delete_source(source=state, reason="", by=world.secretariat)
    line.delete()
    Visitor(world.secretariat).open(f"{address}STATE/delete/").press("Delete")
    assert not FundingSource.objects.exists()
    assert changes_of(*source_history(state))[0].parts[0].kind == "delete"


def test_amounts_tie_out_and_a_draft_is_in_none(world, address, state):
    fund = make_source(world.plan, "FUND", "fund")
    a111 = world.activities["a111"]
    make_line(a111, world.sei, state, 2025, proposed="100", approved="80", spent="30")
    make_line(a111, world.sei, fund, 2026, proposed="5", approved="4")
    make_line(a111, world.mae, state, 2025, drafted="999", state="draft")
    report_spending(a111, world.sei, make_round(world.plan, 2025), "50")
    found = load_sources(world.plan, world.steering)
    rows = {row.source: row for row in found.rows}
    assert (rows[state].lines, rows[fund].lines) == (1, 1)
    assert rows[state].total(Measure.APPROVED) == D(80)
    assert rows[None].total(Measure.SPENT) == D(20)  # what was reported beyond what lines say
    for measure in (Measure.PROPOSED, Measure.APPROVED, Measure.SPENT):
        known = [row.total(measure) for row in found.rows]
        assert sum(one for one in known if one is not None) == found.sums(measure)[-1]
    page = Visitor(world.steering).open(f"{address}?amount=spent")
    assert "Source not stated" in page.text
    assert "Source not stated" not in Visitor(world.steering).open(address).text


def test_the_number_of_queries_does_not_grow(world, state, django_assert_num_queries):
    make_line(world.activities["a111"], world.sei, state, proposed="1")
    held_seats(world.secretariat)
    with django_assert_num_queries(5):
        load_sources(world.plan, world.secretariat)
    for number in range(3):
        more = make_source(world.plan, f"F{number}", institution=world.mae)
        make_line(world.activities["a112"], world.mae, more, proposed="1")
    with django_assert_num_queries(5):
        load_sources(world.plan, world.secretariat)


def test_others_keep_no_sources(world, address, state):
    for who in ("focal_sei", "gov_lead", "steering"):
        with pytest.raises(PermissionDenied):
            save_source(source=state, changed=["name"], reason="", by=world.users[who])
        page = Visitor(world.users[who]).open(address)
        assert page.links("Add a source") == []
    assert FundingSource.objects.get().name == "State budget"


# Rules


def test_rules_are_changed_with_history(world):
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/budget-rules/")
    assert "these are the usual ones" in page.text
    page.follow("Change the rules").press("Save", minimum_gender_share="7,5 %", absorbed_from="85")
    rules = BudgetRules.objects.get()
    assert (rules.minimum_gender_share, rules.absorbed_from) == (D("7.5"), D(85))
    (line,) = changes_of(*rules_history(world.plan))[0].lines
    assert "7.5" in line.new
    assert "7.5%" in Visitor(world.focal_sei).open(f"/plans/{world.plan.code}/funding-sources/").text


@pytest.mark.parametrize(
    "values",
    [
        {"minimum_gender_share": "101"},
        {"minimum_gender_share": "-1"},
        {"absorbed_from": "0"},
        {"absorbed_from": "100.5"},
    ],
)
def test_rules_out_of_bounds(world, values):
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/budget-rules/edit/")
    page.press("Save", **values)
    assert "A share" in page.text
    assert not BudgetRules.objects.exists()


def test_an_endorsed_plan_wants_to_know_why_its_rules_change(world):
    endorse(world)
    values = {"plan": world.plan, "minimum_gender_share": D(6), "absorbed_from": D(90)}
    with pytest.raises(ValidationError, match="say why"):
        save_rules(**values, reason="", by=world.secretariat)
    save_rules(**values, reason="New law", by=world.secretariat)
    assert changes_of(*rules_history(world.plan))[0].reason == "New law"
    with pytest.raises(PermissionDenied):
        save_rules(**values, reason="", by=world.steering)
