"""The steering committee's decision: recorded whole or not at all, line by line, old and new amounts kept."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from budgets.annual_sheet import load_sheet
from budgets.models import AnnualPlan, Decision
from budgets.operations.annual import Outdated, edit_annual_plan, take_step
from budgets.operations.deciding import decide
from frameworks.models import Role, StateChange
from frameworks.workflow import GateClosed, StateConflict, history_of, transition
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
from tests.world import NOW, give_seat, make_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def money(world):
    return set_up(world)


def test_what_was_asked_is_approved_and_stands_on_the_lines(money):
    annual_plan = decided(money, submit(money))
    assert annual_plan.state == "approved"
    assert approved(money) == {"sei": D(100), "eu": D(40), "mae": D(60)}
    one = Decision.objects.get()
    assert (one.version, one.outcome, one.reference, one.recorded_by) == (
        1,
        "approved",
        "SC/2025/1",
        money.steering,
    )
    assert {row.decided for row in rows_of(annual_plan).values()} == {D(100), D(40), D(60)}


def test_with_changes_keeps_the_asked_amount_beside_the_decided_one(money):
    annual_plan = submit(money)
    annual_plan = decided(money, annual_plan, with_changes(money, annual_plan, sei="80.50", eu="0", mae="75"))
    assert annual_plan.state == "approved_changed"
    assert approved(money) == {
        "sei": D("80.50"),
        "eu": D(0),
        "mae": D(75),
    }  # 0: refused; more than asked is possible
    row = rows_of(annual_plan)[money.lines["sei"].pk]
    assert (row.asked, row.decided) == (D(100), D("80.50"))


def test_a_return_decides_on_no_amount_and_carries_its_note(money):
    annual_plan = decided(money, submit(money), decision("returned", note="Which municipalities?"))
    assert (annual_plan.state, annual_plan.return_note) == ("returned", "Which municipalities?")
    assert set(approved(money).values()) == {None}
    assert {row.decided for row in rows_of(annual_plan).values()} == {None}
    annual_plan = take_step(annual_plan=annual_plan, action="revise", by=money.cso_lead, at=LATER)
    assert (annual_plan.state, annual_plan.version, annual_plan.lines.filter(version=2).count()) == (
        "revised",
        2,
        3,
    )
    annual_plan = submit(money, annual_plan)
    assert annual_plan.return_note == ""
    assert decided(money, annual_plan).state == "approved"
    assert list(Decision.objects.values_list("version", "outcome")) == [(1, "returned"), (2, "approved")]


def wrong(money, annual_plan, **fields):
    with pytest.raises(ValidationError) as error:
        decided(money, annual_plan, decision(**fields))
    assert not Decision.objects.exists()
    assert AnnualPlan.objects.get().state == "submitted"
    assert set(approved(money).values()) == {None}
    assert not StateChange.objects.filter(action__in=["approve", "approve_with_changes", "return"]).exists()
    return error.value.message_dict


def test_the_outcome_fits_the_amounts(money):
    annual_plan = submit(money)
    rows = rows_of(annual_plan)
    line = rows[money.lines["sei"].pk].pk
    asked = {row.pk: (row.asked, "") for row in rows.values()}
    cut = asked | {line: (D(80), "")}
    assert list(wrong(money, annual_plan, outcome="approved", amounts=cut)) == ["outcome"]
    assert list(wrong(money, annual_plan, outcome="approved_changed", amounts=asked, note="Why")) == [
        "outcome"
    ]
    assert list(wrong(money, annual_plan, outcome="returned", amounts=cut, note="Why")) == ["outcome"]
    assert list(wrong(money, annual_plan, outcome="approved_changed", amounts=cut)) == [f"note_{line}"]
    assert list(wrong(money, annual_plan, outcome="approved_changed", note="Why", amounts=asked | {line: (None, "")})) == [f"amount_{line}"]  # fmt: skip
    assert list(wrong(money, annual_plan, outcome="approved_changed", note="Why", amounts=asked | {line: (D(-1), "")})) == [f"amount_{line}"]  # fmt: skip
    del cut[rows[money.lines["mae"].pk].pk]
    missing = wrong(money, annual_plan, outcome="approved_changed", note="Why", amounts=cut)
    assert missing == {
        f"amount_{rows[money.lines['mae'].pk].pk}": ["Write what is approved; 0 refuses the line."]
    }


def test_it_is_recorded_whole(money):
    annual_plan = submit(money)
    assert set(wrong(money, annual_plan, reference=" ", decided_by="")) >= {"reference", "decided_by"}
    assert set(wrong(money, annual_plan, outcome="returned")) == {"note"}
    assert set(wrong(money, annual_plan, decided_on=date(2025, 1, 21))) == {"decided_on"}
    assert set(wrong(money, annual_plan, decided_on=None)) == {"decided_on"}
    earlier = decided(
        money, annual_plan, decision(decided_on=date(2024, 12, 1))
    )  # on paper before it came in here
    assert earlier.state == "approved"


def test_only_the_committee_of_the_plan_decides(money):
    annual_plan = submit(money)
    other = make_user("other_committee")
    give_seat(other, Role.STEERING_COMMITTEE, plan=money.other_plan)
    money.users["other_committee"] = other
    for who in (
        "secretariat",
        "administrator",
        "gov_lead",
        "cso_lead",
        "focal_sei",
        "monitoring",
        "outsider",
        "other_committee",
    ):
        with pytest.raises(PermissionDenied):
            decide(annual_plan=annual_plan, by=money.users[who], at=NOW, **decision())
    assert not Decision.objects.exists()


@pytest.mark.parametrize("outcome", ["approved", "returned"])
def test_what_is_not_before_the_committee_is_not_decided_on(money, outcome):
    annual_plan = agree(money, begin(money))
    with pytest.raises(StateConflict):
        decided(money, annual_plan, decision(outcome, note="Why"))
    annual_plan = decided(money, submit_agreed(money, annual_plan))
    with pytest.raises(StateConflict, match="steering changed this to “Approved” in the meantime"):
        decided(money, annual_plan, decision(outcome, note="Why"))
    assert Decision.objects.count() == 1


def submit_agreed(money, annual_plan):
    return take_step(annual_plan=annual_plan, action="submit", by=money.gov_lead, at=NOW)


def test_a_decision_is_on_the_version_that_was_read(money):
    annual_plan = decided(money, submit(money), decision("returned", note="Why?"))
    annual_plan = submit(
        money, take_step(annual_plan=annual_plan, action="revise", by=money.gov_lead, at=LATER)
    )
    with pytest.raises(Outdated, match="submitted again since you opened the page"):
        decided(money, annual_plan, decision(version=1))
    assert decided(money, annual_plan, decision(version=2)).state == "approved"


def test_the_door_does_not_open_without_a_decision(money):
    annual_plan = submit(money)
    with pytest.raises(ValidationError, match="Record the decision first"):
        transition(subject=annual_plan, action="approve", by=money.steering, at=NOW)
    Decision.objects.create(
        annual_plan=annual_plan, version=1, outcome="approved", decided_on=NOW.date(), reference="1", decided_by="SC",
        recorded_by=money.steering, recorded_at=NOW,
    )  # fmt: skip
    with pytest.raises(GateClosed, match="Not every line is decided on"):
        transition(subject=annual_plan, action="approve", by=money.steering, at=NOW)
    assert set(approved(money).values()) == {None}


def test_all_of_it_or_nothing(money, monkeypatch):
    annual_plan = submit(money)

    def fail(*_args, **_options):
        raise RuntimeError("the mail")

    monkeypatch.setattr("budgets.telling._decided", fail)
    with pytest.raises(RuntimeError):
        decided(money, annual_plan)
    assert not Decision.objects.exists()
    assert set(approved(money).values()) == {None}
    assert AnnualPlan.objects.get().state == "submitted"
    assert history_of(annual_plan).last().action == "submit"


def test_what_is_left_out_keeps_what_it_had(money):
    annual_plan = begin(money)
    row = rows_of(annual_plan)[money.lines["eu"].pk]
    edit_annual_plan(
        annual_plan=annual_plan, priorities="", left_out={row.pk: "Later"}, by=money.gov_lead, at=NOW
    )
    decided(money, submit(money, annual_plan))
    assert approved(money) == {"sei": D(100), "eu": None, "mae": D(60)}


def amended(money, annual_plan):
    return take_step(
        annual_plan=annual_plan, action="amend", by=money.gov_lead, at=LATER, comment="The year changed."
    )


@pytest.mark.parametrize("how", ["gone", "left out"])
def test_what_an_amendment_no_longer_asks_for_is_approved_no_more_and_the_committee_is_told_before(
    money, how
):
    annual_plan = amended(money, decided(money, submit(money)))
    assert load_sheet(annual_plan).dropped == []
    if how == "gone":
        hand_in_anew(money, "mae", money.lines["mae"], None, at=LATER)
        take_step(annual_plan=annual_plan, action="draw", by=money.gov_lead, at=LATER)
    else:
        row = rows_of(annual_plan)[money.lines["mae"].pk]
        edit_annual_plan(
            annual_plan=annual_plan, priorities="", left_out={row.pk: "No"}, by=money.gov_lead, at=NOW
        )
    annual_plan = submit(money, annual_plan)
    assert [line.pk for line in load_sheet(annual_plan).dropped] == [money.lines["mae"].pk]
    assert approved(money)["mae"] == D(60)  # until the new decision
    annual_plan = decided(money, annual_plan)
    assert approved(money) == {"sei": D(100), "eu": D(40), "mae": D(0)}
    assert rows_of(annual_plan, 1)[money.lines["mae"].pk].decided == D(60)
    assert load_sheet(annual_plan).dropped == []


def test_a_returned_amendment_leaves_what_was_approved(money):
    annual_plan = amended(money, decided(money, submit(money)))
    hand_in_anew(money, "sei", money.lines["sei"], "500", at=LATER)
    take_step(annual_plan=annual_plan, action="draw", by=money.gov_lead, at=LATER)
    decided(money, submit(money, annual_plan), decision("returned", note="Too much"))
    assert approved(money) == {"sei": D(100), "eu": D(40), "mae": D(60)}


def test_what_was_approved_before_is_shown_beside_what_is_asked(money):
    annual_plan = submit(money)
    annual_plan = amended(money, decided(money, annual_plan, with_changes(money, annual_plan, sei="80")))
    sheet = load_sheet(annual_plan)
    assert sheet.has_before
    assert {line.budget_line.pk: line.before for line in sheet.lines} == {
        money.lines["sei"].pk: D(80),
        money.lines["eu"].pk: D(40),
        money.lines["mae"].pk: D(60),
    }
