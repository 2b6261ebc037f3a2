"""What is told of operational and annual plans (budgets/telling.py), and whether it still holds when the mail is written."""

from datetime import timedelta

import pytest

from budgets.models import OperationalPlan
from budgets.operations.annual import edit_annual_plan, take_step
from frameworks.models import Membership, Notice, OutgoingMail, Role
from frameworks.operations.mail import gather
from frameworks.workflow import transition
from tests.budgets.annual_world import agree, begin, decided, decision, set_up, submit, with_changes
from tests.world import NOW, give_seat, make_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
ONE = "/plans/TL-NAP-2024-2028/annual-plans/P1/2025/"


@pytest.fixture
def money(world):
    world = set_up(world)
    world.users["second_member"] = make_user("second_member")
    give_seat(world.second_member, Role.STEERING_COMMITTEE, plan=world.plan)
    return world


def told(user):
    return [one.subject for one in Notice.objects.filter(user=user).order_by("pk")]


def mailed(user, at=NOW):
    gather(at=at)
    return [one.subject for one in OutgoingMail.objects.filter(user=user).order_by("pk")]


def changed(money, annual_plan, text="Other", by="cso_lead"):
    edit_annual_plan(annual_plan=annual_plan, priorities=text, left_out={}, by=money.users[by], at=NOW)


TURN = "The annual plan 2025 of Participation waits for your side's agreement"


def test_the_other_co_lead_is_told_when_one_side_has_agreed(money):
    agree(money, begin(money), "gov_lead")
    (one,) = Notice.objects.all()
    assert (one.user, one.subject, one.url, one.is_urgent) == (money.cso_lead, TURN, ONE, False)
    assert one.line == "gov_lead has agreed to it for the other side."
    assert mailed(money.cso_lead) == [TURN]


def test_who_agreed_first_is_told_that_both_agree(money):
    agree(money, begin(money))
    assert told(money.cso_lead) == ["Both sides agree on the annual plan 2025 of Participation"]
    assert mailed(money.cso_lead) == told(money.cso_lead)
    assert mailed(money.gov_lead) == []  # who agreed last asked for nothing any more


def test_what_was_done_meanwhile_is_not_mailed(money):
    annual_plan = agree(money, begin(money), "gov_lead")
    agree(money, annual_plan, "cso_lead")
    assert told(money.cso_lead) == [TURN]
    assert mailed(money.cso_lead) == []


def test_who_had_agreed_is_told_that_it_changed_and_each_time_anew(money):
    annual_plan = agree(money, begin(money), "gov_lead")
    changed(money, annual_plan)
    words = "The annual plan 2025 of Participation has changed since you agreed"
    assert told(money.gov_lead) == [words]
    agree(money, annual_plan, "gov_lead")
    changed(money, annual_plan, "Yet another")
    assert told(money.gov_lead) == [words, words]
    assert told(money.cso_lead) == [TURN, TURN]
    gather(at=NOW)
    (mail,) = OutgoingMail.objects.filter(user=money.gov_lead)
    assert "cso_lead changed what it holds." in mail.text
    assert not OutgoingMail.objects.filter(user=money.cso_lead).exists()  # nobody has agreed any more


def test_who_takes_their_own_word_back_is_told_nothing(money):
    annual_plan = agree(money, begin(money), "gov_lead")
    changed(money, annual_plan, by="gov_lead")
    assert told(money.gov_lead) == []


def test_every_member_of_the_committee_is_told_what_to_decide(money):
    annual_plan = submit(money)
    words = "The annual plan 2025 of Participation waits for the committee's decision"
    for who in ("steering", "second_member"):
        assert told(money.users[who]) == [words]
    assert words not in told(money.secretariat)
    assert mailed(money.steering) == [words]
    assert OutgoingMail.objects.get(user=money.second_member).subject == words
    decided(money, annual_plan)


def test_what_is_decided_is_no_longer_asked(money):
    decided(money, submit(money))
    assert mailed(money.second_member) == []


def test_co_leads_and_the_institutions_in_it_are_told_of_the_decision(money):
    annual_plan = submit(money)
    Notice.objects.all().delete()
    decided(money, annual_plan, with_changes(money, annual_plan, sei="80"))
    words = "The annual plan 2025 of Participation is approved with changes"
    for who in ("gov_lead", "cso_lead", "focal_sei", "focal_mae"):
        assert told(money.users[who]) == [words], who
    for who in ("focal_mssi", "other_gov_lead", "steering", "secretariat"):
        assert told(money.users[who]) == [], who
    line = Notice.objects.filter(user=money.focal_mae).get().line
    assert line == "The steering committee decided on 20 January 2025 (SC/2025/1).\nThe ceiling is lower."
    assert mailed(money.focal_mae) == [words]


def test_a_return_is_urgent_for_the_co_leads_only(money):
    annual_plan = submit(money)
    Notice.objects.all().delete()
    annual_plan = decided(money, annual_plan, decision("returned", note="Which municipalities?"))
    words = "The annual plan 2025 of Participation was returned"
    assert {one.user: (one.subject, one.is_urgent) for one in Notice.objects.all()} == {
        money.gov_lead: (words, True),
        money.cso_lead: (words, True),
        money.focal_sei: (words, False),
        money.focal_mae: (words, False),
    }
    take_step(annual_plan=annual_plan, action="revise", by=money.gov_lead, at=NOW)
    assert mailed(money.cso_lead) == mailed(money.focal_mae) == []  # taken up already


def test_who_sits_there_no_more_is_not_mailed(money):
    submit(money)
    Membership.objects.filter(user=money.steering).update(ends_on=NOW.date())
    gather(at=LATER)
    assert not OutgoingMail.objects.filter(user=money.steering).exists()
    assert OutgoingMail.objects.filter(user=money.second_member).exists()


def give_back(money, at=NOW):
    return transition(
        subject=money.lines["mae"].operational_plan,
        action="return",
        by=money.gov_lead,
        at=at,
        comment="Cost it",
    )


def test_an_institution_is_told_at_once_that_its_operational_plan_is_returned(money):
    plan = give_back(money)
    (one,) = Notice.objects.all()
    assert (one.user, one.is_urgent) == (money.focal_mae, True)
    assert one.subject == "MAE's operational plan 2025 on Participation was returned"
    assert one.line == "gov_lead returned it with this note:\nCost it"
    assert one.url == f"/plans/TL-NAP-2024-2028/operational-plans/{plan.pk}/"
    assert mailed(money.focal_mae) == [one.subject]
    transition(subject=plan, action="submit", by=money.focal_mae, at=NOW)
    give_back(money, LATER)
    assert len(told(money.focal_mae)) == 2


def test_handed_in_again_before_the_mail_is_written(money):
    transition(subject=give_back(money), action="submit", by=money.focal_mae, at=NOW)
    assert mailed(money.focal_mae) == []


def test_a_return_that_reaches_nobody_is_told_to_the_secretariat(money):
    Membership.objects.filter(user=money.focal_mae).update(ends_on=NOW.date() - timedelta(days=1))
    give_back(money)
    assert told(money.secretariat) == ["MAE has no focal point whom mail reaches"]
    assert mailed(money.secretariat) == told(money.secretariat)


def test_a_merged_institution_is_reached_where_it_is_now(money):
    money.mae.merged_into = money.mssi
    money.mae.save()
    give_back(money)
    assert len(told(money.focal_mssi)) == 1
    assert told(money.focal_mae) == []
    transition(
        subject=OperationalPlan.objects.get(institution=money.mae),
        action="submit",
        by=money.focal_mssi,
        at=NOW,
    )
    annual_plan = submit(money)
    decided(money, annual_plan)
    assert "The annual plan 2025 of Participation is approved" in told(money.focal_mssi)


def test_telling_costs_the_same_for_one_return_and_for_two(money, django_assert_num_queries):
    from budgets.telling import tell_of_operational_step

    plans = list(OperationalPlan.objects.select_related("institution", "pillar").order_by("pk"))
    for one in plans:
        one.state, one.return_note = "returned", "Why"
    for some, day in ((plans[:1], 1), (plans, 2)):
        with django_assert_num_queries(4):
            tell_of_operational_step(some, action="return", by=money.gov_lead, at=NOW + timedelta(days=day))
