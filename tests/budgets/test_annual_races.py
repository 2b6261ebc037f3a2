"""Two people at once at one annual plan, with real threads and real locks: one wins, the other is told."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from budgets.models import AnnualPlan, Decision, OperationalPlan
from budgets.operations.annual import begin_annual_plan, take_step
from budgets.operations.deciding import decide
from frameworks.permissions import forget_seats
from frameworks.workflow import GateClosed, StateConflict, transition
from tests.budgets.annual_world import agree, begin, decision, set_up, submit
from tests.monitoring.report_world import real_transactions
from tests.monitoring.test_races import at_once
from tests.world import NOW, make_world

pytestmark = real_transactions
LATER = NOW + timedelta(days=1)


@pytest.fixture
def money(transactional_db):
    return set_up(make_world())


def step(annual_plan, action, user):
    forget_seats(user)
    return lambda: take_step(annual_plan=annual_plan, action=action, by=user, at=NOW)


def test_both_sides_agree_at_the_same_moment(money):
    annual_plan = begin(money)
    outcomes = at_once(step(annual_plan, "agree", money.gov_lead), step(annual_plan, "agree", money.cso_lead))
    assert sorted(one.state for one in outcomes) == ["agreed", "draft"]
    assert AnnualPlan.objects.get().state == "agreed"


def test_two_members_decide_at_the_same_moment(money):
    annual_plan = submit(money)
    said = decision(), decision("returned", note="Why?")
    outcomes = at_once(
        *(lambda one=one: decide(annual_plan=annual_plan, by=money.steering, at=NOW, **one) for one in said)
    )
    assert len([one for one in outcomes if isinstance(one, StateConflict)]) == 1
    assert Decision.objects.get().outcome == AnnualPlan.objects.get().state


def test_an_institution_takes_back_while_the_second_side_agrees(money):
    """Either the plan is agreed and the operational plan stays, or it goes back and nothing is agreed on."""
    annual_plan = agree(money, begin(money), "gov_lead")
    plan = money.lines["sei"].operational_plan
    forget_seats(money.focal_sei)
    outcomes = at_once(
        step(annual_plan, "agree", money.cso_lead),
        lambda: transition(subject=plan, action="withdraw", by=money.focal_sei, at=LATER),
    )
    refused = [one for one in outcomes if isinstance(one, ValidationError)]
    assert len(refused) == 1, outcomes
    states = AnnualPlan.objects.get().state, OperationalPlan.objects.get(pk=plan.pk).state
    assert states == (("draft", "draft") if isinstance(refused[0], GateClosed) else ("agreed", "submitted"))


def test_both_begin_it_at_the_same_moment(money):
    outcomes = at_once(
        *(
            lambda user=user: begin_annual_plan(
                plan=money.plan, pillar=money.participation, year=2025, by=user, at=NOW
            )
            for user in (money.gov_lead, money.cso_lead)
        )
    )
    (told,) = [one for one in outcomes if isinstance(one, ValidationError)]
    assert told.messages == ["There is already an annual plan for that year."]
    assert AnnualPlan.objects.get().lines.count() == 3
