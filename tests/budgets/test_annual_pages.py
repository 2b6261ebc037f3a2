"""The pages of annual plans, as the co-leads, the steering committee and the institutions use them."""

from datetime import timedelta

import pytest
from django.test import Client

from budgets.models import AnnualPlan, Decision
from budgets.operations.annual import edit_annual_plan, take_step
from budgets.waiting import waiting_annual_plans
from tests.budgets.annual_world import (
    agree,
    approved,
    begin,
    decided,
    decision,
    hand_in_anew,
    rows_of,
    set_up,
    submit,
    with_changes,
)
from tests.budgets.money_world import make_line
from tests.pages import Visitor
from tests.world import NOW, make_activity, make_institution, make_pillar

pytestmark = pytest.mark.django_db
BASE = "/plans/TL-NAP-2024-2028/annual-plans/"
ONE = f"{BASE}P1/2025/"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def money(world):
    return set_up(world)


def visit(money, who, address=ONE):
    return Visitor(money.users[who]).open(address)


def the_plan():
    return AnnualPlan.objects.select_related("plan", "pillar").get()


def test_from_nothing_to_the_decision(money):
    page = visit(money, "gov_lead", f"{BASE}?year=2025")
    assert "Waits for a co-lead to begin it." in page.text
    assert "2 of 2 institutions have handed in" in page.text
    page.press("Begin the annual plan")
    assert page.answer.request["PATH_INFO"] == ONE
    assert "Asked for (USD) 200 3 budget lines" in page.text
    page.open(f"{ONE}edit/")
    out = rows_of(the_plan())[money.lines["eu"].pk].pk
    page.press(
        "Save", priorities="Women candidates first", **{f"out_{out}": "on", f"note_{out}": "Next year"}
    )
    assert "Women candidates first" in page.text
    assert "Left out by the working group" in page.text
    page.press("Agree", comment="Well balanced.")
    assert "Agreed for your side. The other side has not agreed yet." in page.text
    assert "Waits for civil society's co-lead to agree." in page.text
    other = visit(money, "cso_lead")
    assert "Well balanced." in other.text
    other.press("Agree").press("Submit to the steering committee")
    assert "Waits for the decision of the steering committee." in other.text
    member = visit(money, "steering").follow("Record the decision")
    line = rows_of(the_plan())[money.lines["sei"].pk].pk
    member.press(
        "Record the decision",
        outcome="approved_changed",
        decided_on="2025-01-20",
        reference="SC/1",
        decided_by="The chair",
        **{f"amount_{line}": "80,50", f"note_{line}": "The ceiling"},
    )
    assert "The approved amounts stand in the budget lines" in member.text
    assert "dated 20 January 2025, before the plan was submitted here" in member.text
    for words in ("Approved with changes", "SC/1", "The chair", "The ceiling", "USD 80.50"):
        assert words in member.text, words
    assert approved(money)["sei"] is not None
    overview = visit(money, "focal_mae", f"{BASE}?year=2025")
    assert "Approved with changes 20 January 2025, SC/1. The chair" in overview.text


def test_what_changed_since_it_was_drawn_stands_above_with_a_button(money):
    begin(money)
    hand_in_anew(money, "sei", money.lines["sei"], "120", at=LATER)
    page = visit(money, "gov_lead")
    assert "Nobody can agree until it is drawn anew." in page.text
    assert "1.1.1, SEI, State budget: before USD 100 → now USD 120" in page.text
    assert "Agree" not in page.buttons()
    page.press("Draw it anew", form=0)
    assert "Asked for (USD) 220" in page.text
    assert "Agree" in page.buttons()
    assert "The co-leads have to draw it anew" not in visit(money, "focal_sei").text


def test_agreeing_on_an_old_page_is_refused_and_what_was_typed_comes_back(money):
    annual_plan = begin(money)
    page = visit(money, "gov_lead")
    edit_annual_plan(annual_plan=annual_plan, priorities="Other", left_out={}, by=money.cso_lead, at=NOW)
    page.press("Agree", comment="My statement", status=409)
    assert "changed since you opened the page" in page.text
    assert "My statement" in page.text
    assert not annual_plan.agreements.exists()


def test_a_line_that_changes_while_the_page_is_open_refuses_the_agreement(money):
    begin(money)
    page = visit(money, "gov_lead")
    hand_in_anew(money, "sei", money.lines["sei"], "120", at=LATER)
    page.press("Agree", comment="My statement", status=422)
    assert "1 line is not as it was when this was drawn. Draw it anew first." in page.text
    assert "My statement" in page.text


def test_a_double_click_is_no_error(money):
    begin(money)
    page, again = visit(money, "gov_lead"), visit(money, "gov_lead")
    page.press("Agree")
    again.press("Agree")
    assert "It had already gone through." in again.text
    agree(money, the_plan(), "cso_lead")
    page, again = visit(money, "gov_lead"), visit(money, "gov_lead")
    page.press("Submit to the steering committee")
    again.press("Submit to the steering committee")
    assert "It had already gone through." in again.text


def test_two_tabs_on_what_is_left_out(money):
    begin(money)
    first, second = visit(money, "gov_lead", f"{ONE}edit/"), visit(money, "cso_lead", f"{ONE}edit/")
    first.press("Save", priorities="Ours")
    second.press("Save", priorities="Theirs")
    assert "gov_lead changed this on" in second.text
    assert "Theirs" in second.text
    assert the_plan().priorities == "Ours"
    second.press("Save")
    assert the_plan().priorities == "Theirs"


def test_a_reason_and_its_mark_belong_together(money):
    begin(money)
    row = rows_of(the_plan())[money.lines["eu"].pk].pk
    page = visit(money, "gov_lead", f"{ONE}edit/").press("Save", **{f"out_{row}": "on"})
    assert "Say why it is left out" in page.text
    page = visit(money, "gov_lead", f"{ONE}edit/").press("Save", **{f"note_{row}": "Why"})
    assert "A reason stands beside a line that is left out." in page.text


def test_a_taken_back_agreement_is_told_on_the_page(money):
    annual_plan = agree(money, begin(money), "gov_lead")
    edit_annual_plan(annual_plan=annual_plan, priorities="Other", left_out={}, by=money.cso_lead, at=NOW)
    page = visit(money, "gov_lead")
    assert "An agreement was taken back gov_lead had agreed (Government" in page.text
    assert "cso_lead changed what the plan holds" in page.text


FIELDS = {"decided_on": "2025-01-20", "reference": "SC/1", "decided_by": "The chair", "note": "As minuted"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"outcome": "approved", "sei": "80"}, "Amounts are changed below"),
        ({"outcome": "approved_changed"}, "No amount is changed"),
        ({"outcome": "approved_changed", "sei": ""}, "Write what is approved; 0 refuses the line."),
        ({"outcome": "approved_changed", "sei": "much"}, "“much” is not a number"),
        ({"outcome": "approved_changed", "sei": "-1"}, "An amount cannot be negative."),
        (
            {"outcome": "approved_changed", "sei": "8", "note": ""},
            "Say why, here or in the note of the decision.",
        ),
        ({"outcome": "returned", "note": ""}, "the working group needs to know what to change"),
        ({"outcome": "approved", "decided_on": "2999-01-01"}, "This day is still to come."),
        ({"outcome": "approved", "reference": ""}, "Reference"),
        ({}, "What was decided?"),
    ],
)
def test_nothing_typed_is_lost_on_an_error(money, values, words):
    submit(money)
    line = rows_of(the_plan())[money.lines["sei"].pk].pk
    sei = values.pop("sei", None)
    typed = FIELDS | values | ({} if sei is None else {f"amount_{line}": sei})
    other = rows_of(the_plan())[money.lines["mae"].pk].pk
    page = visit(money, "steering", f"{ONE}decide/").press(
        "Record the decision", **typed, **{f"note_{other}": "A remark"}
    )
    assert words in page.text
    assert page.page.get_element_by_id("id_decided_by").value == "The chair"
    assert page.page.get_element_by_id(f"id_note_{other}").value == "A remark"
    if sei is not None:
        assert page.page.get_element_by_id(f"id_amount_{line}").get("value", "") == sei
    assert not Decision.objects.exists()
    assert the_plan().state == "submitted"


def test_two_members_decide_at_their_desks(money):
    submit(money)
    first, second = visit(money, "steering", f"{ONE}decide/"), visit(money, "steering", f"{ONE}decide/")
    first.press("Record the decision", outcome="approved", **FIELDS)
    second.press("Record the decision", outcome="approved", **FIELDS)
    assert "It had already gone through." in second.text
    assert Decision.objects.count() == 1


def test_who_decides_too_late_is_told_and_keeps_what_was_typed(money):
    annual_plan = submit(money)
    page = visit(money, "steering", f"{ONE}decide/")
    annual_plan = decided(money, annual_plan, decision("returned", note="Why?"))
    take_step(annual_plan=annual_plan, action="revise", by=money.gov_lead, at=LATER)
    page.press("Record the decision", status=409, outcome="approved", **FIELDS)
    assert "not before the steering committee any more" in page.text
    assert "As minuted" in page.text


def test_an_old_tab_does_not_decide_on_the_next_version(money):
    annual_plan = submit(money)
    page = visit(money, "steering", f"{ONE}decide/")
    annual_plan = decided(money, annual_plan, decision("returned", note="Why?"))
    submit(money, take_step(annual_plan=annual_plan, action="revise", by=money.gov_lead, at=LATER))
    page.press("Record the decision", status=200, outcome="approved", **FIELDS)
    assert the_plan().state == "submitted"
    assert Decision.objects.count() == 1


def test_the_decision_page_is_left_where_nothing_is_to_decide(money):
    begin(money)
    page = visit(money, "steering", f"{ONE}decide/")
    assert "It is not before the steering committee now." in page.text
    page = visit(money, "steering")
    assert page.links("Record the decision") == []


def test_changing_is_left_where_it_stands_still(money):
    submit(money)
    page = visit(money, "gov_lead", f"{ONE}edit/")
    assert "It cannot be changed now." in page.text
    client = Client()
    client.force_login(money.gov_lead)
    answer = client.post(f"{ONE}edit/", {"priorities": "Other"})
    assert answer.status_code == 409


def test_buttons_only_for_those_who_may(money):
    begin(money)
    for who in ("focal_sei", "secretariat", "steering", "monitoring", "other_gov_lead"):
        page = visit(money, who)
        assert not {"Agree", "Draw it anew", "Submit to the steering committee"} & set(page.buttons()), who
        assert page.links("Priorities, leave lines out") == []


def test_versions_side_by_side(money):
    annual_plan = submit(money)
    annual_plan = decided(money, annual_plan, with_changes(money, annual_plan, sei="80"))
    page = visit(money, "gov_lead")
    page.press("Take it up again", comment="Two more municipalities")
    hand_in_anew(money, "sei", money.lines["sei"], "150", at=LATER)
    make_line(money.activities["a112"], money.mae, money.eu, proposed="5")
    page.open(ONE).press("Draw it anew", form=0)
    assert "Approved before" in page.text
    page.follow("Compare versions")
    for words in (
        "From version 1 to version 2",
        "Another amount",
        "New",
        "asked as before",
        "+70",
        "1.1.1, SEI, State budget (version 2)",
    ):
        assert words in page.text, words
    page.open(f"{ONE}versions/?old=2&new=2")
    assert "Choose two different versions." in page.text
    for wrong in ("old=3", "old=0", "old=x", "new=99999999999"):
        page.open(f"{ONE}versions/?{wrong}", status=404)


def test_addresses_that_lead_nowhere(money):
    for wrong in ("?year=1999", "?year=x", "?year=99999999999999999999"):
        visit(money, "gov_lead", BASE).open(f"{BASE}{wrong}", status=404)
    visit(money, "gov_lead", BASE).open(ONE, status=404)
    client = Client()
    client.force_login(money.gov_lead)
    assert client.post(f"{BASE}P1/2040/begin/").status_code == 404
    assert client.post(f"{BASE}P9/2025/begin/").status_code == 404
    assert client.post(f"{BASE}P2/2025/begin/").status_code == 403  # another pillar's co-lead
    begin(money)
    assert client.post(f"{ONE}steps/approve/").status_code == 404  # no button decides


def test_begun_by_the_other_meanwhile_is_shown(money):
    page = visit(money, "gov_lead", f"{BASE}?year=2025")
    begin(money, "cso_lead")
    page.press("Begin the annual plan")
    assert "There is already an annual plan for that year." in page.text


def test_an_empty_one_says_what_comes_first(money):
    begin(money, "other_gov_lead", money.prevention)
    page = visit(money, "other_gov_lead", f"{BASE}P2/2025/")
    assert "Nothing is handed in for this pillar and year yet." in page.text
    assert "Waits for operational plans to be handed in" in page.text


def test_the_paper_has_a_box_while_it_is_before_the_committee(money):
    annual_plan = submit(money)
    box = "Approved with changes (write them beside the lines)"
    assert box in visit(money, "steering").text
    decided(money, annual_plan)
    assert box not in visit(money, "steering").text


# What waits


def waits(money, who):
    return [str(one.what) for one in waiting_annual_plans(money.plan, money.users[who])]


def test_what_waits_for_whom(money):
    annual_plan = begin(money)
    assert waits(money, "gov_lead") == waits(money, "cso_lead") == ["To agree on"]
    agree(money, annual_plan, "gov_lead")
    assert (waits(money, "gov_lead"), waits(money, "cso_lead")) == ([], ["To agree on"])
    annual_plan = agree(money, annual_plan, "cso_lead")
    assert waits(money, "gov_lead") == ["To submit to the steering committee"]
    annual_plan = take_step(annual_plan=annual_plan, action="submit", by=money.gov_lead, at=NOW)
    assert (waits(money, "steering"), waits(money, "gov_lead")) == (["To decide"], [])
    decided(money, annual_plan, decision("returned", note="Why"))
    assert (waits(money, "steering"), waits(money, "gov_lead")) == ([], ["Returned: to revise"])
    for who in ("other_gov_lead", "focal_sei", "secretariat", "outsider", "administrator"):
        assert waits(money, who) == [], who


def test_it_stands_on_the_first_screen_before_any_round_is_opened(money):
    submit(money)
    page = visit(money, "steering", "/plans/TL-NAP-2024-2028/dashboard/")
    assert "Annual plans that wait for you" in page.text
    assert page.links("Record the decision") == [f"{ONE}decide/"]
    assert (
        "Annual plans that wait for you"
        not in visit(money, "secretariat", "/plans/TL-NAP-2024-2028/dashboard/").text
    )


def test_who_has_no_such_task_costs_no_query(money, django_assert_num_queries):
    waits(money, "secretariat")
    waits(money, "steering")
    with django_assert_num_queries(0):
        waits(money, "secretariat")
    with django_assert_num_queries(1):
        waits(money, "steering")


# Queries

OVERVIEW_QUERIES = 16
PAGE_QUERIES = 23
DECIDE_QUERIES = 17
EDIT_QUERIES = 10
VERSIONS_QUERIES = 14


@pytest.mark.parametrize("extra", [0, 3])
def test_queries_stay_the_same(money, django_assert_num_queries, extra):
    for number in range(extra):
        institution = make_institution(f"MORE-{number}")
        activity = make_activity(money.participation, f"1.5.{number}", [institution])
        make_line(activity, institution, money.eu, proposed="3")
        pillar = make_pillar(money.plan, f"Q{number}", f"Pillar {number}", 20)
        AnnualPlan.objects.create(plan=money.plan, pillar=pillar, year=2025)
    annual_plan = begin(money)

    def count(who, address, number):
        client = Client()
        client.force_login(money.users[who])
        client.get("/healthz/")
        client.get(address)
        with django_assert_num_queries(number):
            assert client.get(address).status_code == 200

    count("gov_lead", f"{BASE}?year=2025", OVERVIEW_QUERIES)
    count("gov_lead", ONE, PAGE_QUERIES)
    count("gov_lead", f"{ONE}edit/", EDIT_QUERIES)
    submit(money, annual_plan)
    count("steering", f"{ONE}decide/", DECIDE_QUERIES)
    count("steering", f"{ONE}versions/", VERSIONS_QUERIES)
