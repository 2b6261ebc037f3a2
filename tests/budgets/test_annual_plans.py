"""A working group's annual plan: drawn from what was handed in, agreed by both sides, and never unnoticed out of date."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets.annual_sheet import load_sheet
from budgets.annual_versions import compare, taken_back, versions_of
from budgets.drawing import drifts_of
from budgets.models import Agreement, AnnualPlan, Decision
from budgets.operations.annual import (
    Outdated,
    annual_version,
    begin_annual_plan,
    edit_annual_plan,
    take_step,
)
from frameworks.history import Stale
from frameworks.models import Role
from frameworks.permissions import forget_seats
from frameworks.workflow import GateClosed, StateConflict, available_actions, transition, transition_all
from tests.budgets.annual_world import (
    YEAR,
    agree,
    approved,
    begin,
    decided,
    hand_in_anew,
    rows_of,
    set_up,
    submit,
    with_changes,
)
from tests.budgets.money_world import make_line
from tests.world import NOW, give_seat, make_activity, make_institution, make_pillar

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def money(world):
    return set_up(world)


def drift(annual_plan):
    return drifts_of([annual_plan])[annual_plan.pk]


# Drawing


def test_it_holds_what_is_handed_in_and_nothing_else(money):
    a211 = money.activities["a211"]
    make_line(a211, money.mssi, money.state, proposed="9")  # another pillar
    make_line(money.activities["a112"], money.mae, money.state, 2026, proposed="8")  # another year
    make_line(money.activities["a111"], money.mssi, money.state, drafted="7", proposed=None, state="draft")
    annual_plan = begin(money)
    assert {pk: row.asked for pk, row in rows_of(annual_plan).items()} == {
        money.lines["sei"].pk: D(100),
        money.lines["eu"].pk: D(40),
        money.lines["mae"].pk: D(60),
    }
    assert (annual_plan.state, annual_plan.version) == ("draft", 1)


def test_the_co_leads_of_the_pillar_begin_it_once(money):
    begin(money)
    with pytest.raises(ValidationError, match="already an annual plan for that year"):
        begin(money, "cso_lead")
    for who in ("focal_sei", "secretariat", "steering", "other_gov_lead", "administrator", "outsider"):
        with pytest.raises(PermissionDenied):
            begin_annual_plan(
                plan=money.plan, pillar=money.participation, year=2026, by=money.users[who], at=NOW
            )
    with pytest.raises(ValidationError, match="no year of this plan"):
        begin_annual_plan(plan=money.plan, pillar=money.participation, year=2040, by=money.gov_lead, at=NOW)


def test_what_changed_since_it_was_drawn_is_shown_and_drawn(money):
    annual_plan = begin(money)
    hand_in_anew(money, "sei", money.lines["sei"], "120", at=LATER)
    hand_in_anew(money, "mae", money.lines["mae"], None, at=LATER)
    new = make_line(money.activities["a112"], money.sei, money.eu, proposed="5")
    found = drift(annual_plan)
    assert [line.pk for line in found.added] == [new.pk]
    assert [(row.asked, row.budget_line.proposed) for row in found.changed] == [(D(100), D(120))]
    assert [row.budget_line_id for row in found.gone] == [money.lines["mae"].pk]
    take_step(annual_plan=annual_plan, action="draw", by=money.cso_lead, at=LATER)
    assert len(drift(annual_plan)) == 0
    assert {pk: row.asked for pk, row in rows_of(annual_plan).items()} == {
        money.lines["sei"].pk: D(120),
        money.lines["eu"].pk: D(40),
        new.pk: D(5),
    }


def test_an_operational_plan_that_was_taken_back_is_gone_from_it(money):
    annual_plan = begin(money)
    transition(subject=money.lines["mae"].operational_plan, action="withdraw", by=money.focal_mae, at=LATER)
    (gone,) = drift(annual_plan).gone
    assert gone.budget_line == money.lines["mae"]


def test_another_currency_is_a_change(money):
    annual_plan = begin(money)
    line = money.lines["sei"]
    line.currency = "EUR"
    line.save()
    assert len(drift(annual_plan).changed) == 1
    take_step(annual_plan=annual_plan, action="draw", by=money.gov_lead, at=LATER)
    assert rows_of(annual_plan)[line.pk].currency == "EUR"


def test_handed_in_again_with_the_same_amounts_is_told(money):
    annual_plan = begin(money)
    assert load_sheet(annual_plan).newer == []
    hand_in_anew(money, "sei", money.lines["sei"], "100", at=LATER)
    assert [str(part.thing) for part in load_sheet(annual_plan).newer] == ["SEI"]
    assert len(drift(annual_plan)) == 0
    take_step(annual_plan=annual_plan, action="draw", by=money.gov_lead, at=LATER + timedelta(minutes=1))
    assert load_sheet(annual_plan).newer == []


# Leaving out


def leave_out(money, annual_plan, why="Paid from elsewhere.", by="gov_lead", **options):
    row = rows_of(annual_plan)[money.lines["eu"].pk]
    return edit_annual_plan(
        annual_plan=annual_plan, priorities=options.pop("priorities", ""), left_out={row.pk: why}, by=money.users[by],
        at=NOW, **options,
    )  # fmt: skip


def test_a_line_is_left_out_with_a_reason_and_is_in_no_sum(money):
    annual_plan = begin(money)
    with pytest.raises(ValidationError) as error:
        leave_out(money, annual_plan, " ")
    assert list(error.value.message_dict) == [f"note_{rows_of(annual_plan)[money.lines['eu'].pk].pk}"]
    assert leave_out(money, annual_plan) is True
    sheet = load_sheet(annual_plan)
    assert sheet.asked.value == D(160)
    assert [line.row.note for line in sheet.left_out] == ["Paid from elsewhere."]
    assert leave_out(money, annual_plan) is False
    take_step(annual_plan=annual_plan, action="draw", by=money.gov_lead, at=LATER)
    assert len(load_sheet(annual_plan).left_out) == 1


def test_only_the_co_leads_change_it_while_it_is_with_them(money):
    annual_plan = begin(money)
    for who in ("focal_sei", "secretariat", "steering", "other_cso_lead", "administrator", "outsider"):
        with pytest.raises(PermissionDenied):
            leave_out(money, annual_plan, by=who)
        with pytest.raises(PermissionDenied):
            take_step(annual_plan=annual_plan, action="draw", by=money.users[who], at=NOW)
    agree(money, annual_plan)
    with pytest.raises(StateConflict, match="Take it up again"):
        leave_out(money, annual_plan)


def test_who_was_slower_is_told(money):
    annual_plan = begin(money)
    seen = annual_version(annual_plan)
    leave_out(money, annual_plan)
    with pytest.raises(Stale):
        leave_out(money, annual_plan, "Another reason", version=seen)
    assert load_sheet(annual_plan).left_out[0].row.note == "Paid from elsewhere."


# Agreeing


def test_both_sides_agree_and_count_the_same(money):
    for order in (("gov_lead", "cso_lead"), ("cso_lead", "gov_lead")):
        AnnualPlan.objects.all().delete()
        annual_plan = agree(money, begin(money), order[0])
        assert annual_plan.state == "draft"
        assert agree(money, annual_plan, order[1]).state == "agreed"


def test_one_person_never_agrees_for_both(money):
    annual_plan = agree(money, begin(money), "gov_lead")
    with pytest.raises(ValidationError, match="Your side has already agreed"):
        agree(money, annual_plan, "gov_lead")
    both = money.gov_lead
    money.seats["cso_lead"].memberships.all().delete()
    money.seats["gov_lead"].memberships.all().delete()
    money.seats["cso_lead"].memberships.create(user=both, starts_on="2020-01-01")
    forget_seats(both)
    with pytest.raises(ValidationError, match="already agreed for the other side"):
        agree(money, annual_plan, "gov_lead")
    assert "agree" not in {arrow.action for arrow in available_actions(annual_plan, both)}


def test_nobody_else_agrees_or_submits(money):
    annual_plan = begin(money)
    strangers = (
        "focal_sei", "focal_mae", "secretariat", "administrator", "steering", "monitoring", "other_gov_lead",
        "other_cso_lead", "outsider", "nobody",
    )  # fmt: skip
    for who in strangers:
        with pytest.raises(PermissionDenied):
            agree(money, annual_plan, who)
    annual_plan = agree(money, annual_plan)
    for who in strangers:
        with pytest.raises(PermissionDenied):
            take_step(annual_plan=annual_plan, action="submit", by=money.users[who], at=NOW)


def test_what_is_out_of_date_is_not_agreed_on(money):
    annual_plan = begin(money)
    hand_in_anew(money, "sei", money.lines["sei"], "120", at=LATER)
    with pytest.raises(GateClosed, match="1 line is not as it was when this was drawn"):
        agree(money, annual_plan, "gov_lead")
    take_step(annual_plan=annual_plan, action="draw", by=money.gov_lead, at=LATER)
    assert agree(money, annual_plan).state == "agreed"


def test_an_empty_one_is_not_agreed_on(money):
    annual_plan = begin(money, "other_gov_lead", money.prevention)
    with pytest.raises(GateClosed, match="no budget line yet"):
        agree(money, annual_plan, "other_gov_lead")


@pytest.mark.parametrize("change", ["line", "priorities", "draw"])
def test_a_change_takes_back_what_was_agreed_and_the_history_keeps_it(money, change):
    annual_plan = agree(money, begin(money), "gov_lead")
    if change == "line":
        leave_out(money, annual_plan, by="cso_lead")
    elif change == "priorities":
        edit_annual_plan(
            annual_plan=annual_plan, priorities="Women first", left_out={}, by=money.cso_lead, at=NOW
        )
    else:
        hand_in_anew(money, "sei", money.lines["sei"], "120", at=LATER)
        take_step(annual_plan=annual_plan, action="draw", by=money.cso_lead, at=LATER)
    assert not Agreement.objects.exists()
    (one,) = taken_back(annual_plan)
    assert (str(one.side), one.who, one.by) == ("Government", "gov_lead", "cso_lead")
    assert agree(money, annual_plan, "cso_lead").state == "draft"
    assert agree(money, annual_plan, "gov_lead").state == "agreed"


def test_drawing_what_has_not_changed_takes_nothing_back(money):
    annual_plan = agree(money, begin(money), "gov_lead")
    take_step(annual_plan=annual_plan, action="draw", by=money.cso_lead, at=LATER)
    edit_annual_plan(annual_plan=annual_plan, priorities="", left_out={}, by=money.cso_lead, at=LATER)
    assert Agreement.objects.count() == 1


def test_an_agreement_is_to_what_was_read(money):
    annual_plan = begin(money)
    seen = annual_version(annual_plan)
    agree(money, annual_plan, "cso_lead")  # the other side's word changes nothing of what it holds
    take_step(annual_plan=annual_plan, action="agree", by=money.gov_lead, at=NOW, seen=seen)
    other = begin_annual_plan(
        plan=money.plan, pillar=money.participation, year=2026, by=money.gov_lead, at=NOW
    )
    seen = annual_version(other)
    edit_annual_plan(annual_plan=other, priorities="Other", left_out={}, by=money.cso_lead, at=NOW)
    with pytest.raises(Outdated, match="changed since you opened the page"):
        take_step(annual_plan=other, action="agree", by=money.gov_lead, at=NOW, seen=seen)


def test_an_operational_plan_stands_still_while_it_is_agreed_on(money):
    agree(money, begin(money))
    plan = money.lines["sei"].operational_plan
    with pytest.raises(ValidationError, match="has to be taken up again first"):
        transition(subject=plan, action="withdraw", by=money.focal_sei, at=NOW)
    with pytest.raises(ValidationError, match="has to be taken up again first"):
        transition(subject=plan, action="return", by=money.gov_lead, at=NOW, comment="Why?")


# Versions


def test_a_new_version_begins_with_what_the_last_one_held(money):
    annual_plan = begin(money)
    leave_out(money, annual_plan)
    annual_plan = submit(money, annual_plan)
    annual_plan = decided(money, annual_plan, with_changes(money, annual_plan, sei="80"))
    assert approved(money) == {"sei": D(80), "eu": None, "mae": D(60)}
    with pytest.raises(ValidationError, match="Write a note"):
        take_step(annual_plan=annual_plan, action="amend", by=money.gov_lead, at=LATER)
    annual_plan = take_step(
        annual_plan=annual_plan, action="amend", by=money.gov_lead, at=LATER, comment="More municipalities"
    )
    assert (annual_plan.state, annual_plan.version) == ("revised", 2)
    old, new = rows_of(annual_plan, 1), rows_of(annual_plan)
    assert {pk: (row.asked, row.is_left_out) for pk, row in new.items()} == {
        pk: (row.asked, row.is_left_out) for pk, row in old.items()
    }
    assert {row.decided for row in new.values()} == {None}
    assert old[money.lines["sei"].pk].decided == D(80)
    assert new[money.lines["eu"].pk].note == "Paid from elsewhere."
    assert approved(money)["sei"] == D(80)  # stands until the new decision
    assert not Agreement.objects.filter(version=2).exists()
    assert Agreement.objects.filter(version=1).count() == 2
    hand_in_anew(money, "sei", money.lines["sei"], "150", at=LATER)
    take_step(annual_plan=annual_plan, action="draw", by=money.gov_lead, at=LATER)
    kinds = {one.budget_line.pk: (one.kind, one.difference) for one in compare(annual_plan, 1, 2)}
    assert kinds == {
        money.lines["sei"].pk: ("changed", D(70)),  # 150 asked, 80 approved before
        money.lines["mae"].pk: ("same", D(0)),
    }
    first, second = reversed(versions_of(annual_plan))
    assert (first.asked.value, first.decided.value, second.asked.value, second.decided.value) == (
        D(160),
        D(140),
        D(210),
        None,
    )


# Many at once


def many(money, number, start):
    """Annual plans of `number` pillars with two lines each; one person leads all their groups."""
    plans = []
    for place in range(start, start + number):
        pillar = make_pillar(money.plan, f"X{place}", f"Pillar {place}", 10 + place)
        for user, role in ((money.gov_lead, Role.GOVERNMENT_CO_LEAD), (money.cso_lead, Role.CSO_CO_LEAD)):
            give_seat(user, role, plan=money.plan, working_group=pillar.working_group)
        institution = make_institution(f"I{place}")
        for order in (1, 2):
            activity = make_activity(pillar, f"{20 + place}.1.{order}", [institution])
            make_line(activity, institution, money.state, proposed="10")
        plans.append(AnnualPlan.objects.create(plan=money.plan, pillar=pillar, year=YEAR))
    return plans


def whole_way(money, number, start):
    counts = {}

    def step(action, plans, by, **options):
        with CaptureQueriesContext(connection) as made:
            outcomes = transition_all(subjects=plans, action=action, by=by, at=NOW, **options)
        assert [one.problem for one in outcomes] == [""] * number
        counts[action, by.display_name] = len(made)
        return [one.subject for one in outcomes]

    plans = step("draw", many(money, number, start), money.gov_lead)
    plans = step("agree", plans, money.gov_lead)
    plans = step("agree", plans, money.cso_lead)
    plans = step("submit", plans, money.cso_lead)
    for one in plans:
        one.lines.update(decided=7)
        Decision.objects.create(
            annual_plan=one, version=1, outcome="approved_changed", decided_on=NOW.date(), reference="1", decided_by="SC",
            recorded_by=money.steering, recorded_at=NOW,
        )  # fmt: skip
    plans = step("approve_with_changes", plans, money.steering)
    plans = step("amend", plans, money.gov_lead, comment="More")
    assert all(one.lines.filter(version=2).count() == 2 for one in plans)
    return counts


def test_many_cost_as_many_queries_as_one(money):
    whole_way(money, 1, start=0)  # what is remembered from the first time on is remembered now
    one = whole_way(money, 1, start=1)
    assert whole_way(money, 3, start=2) == one
    assert max(one.values()) < 30, one
