"""The secretariat's "remind" buttons on the dashboard (monitoring/operations/reminding.py)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from frameworks.models import Membership, Notice, OutgoingMail, Role
from frameworks.operations.mail import gather
from monitoring.models import Submission
from monitoring.operations.reminding import last_reminders, remind_by_hand
from tests.monitoring.reported import hand_in, open_round, send_back, submission_of
from tests.pages import Visitor
from tests.world import NOW, give_seat, make_institution, make_user

pytestmark = pytest.mark.django_db
LATE = datetime(2025, 3, 10, 3, 0, tzinfo=UTC)


@pytest.fixture
def round(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATE)
    return open_round(world)


def board(world, user=None):
    return Visitor(user or world.secretariat).open(
        reverse("dashboard", args=[world.plan.code]) + "?round=2024"
    )


def reminders(user):
    return list(Notice.objects.filter(user=user, kind="reminder"))


def test_one_institution_is_reminded_at_once_and_once_a_day(world, round, monkeypatch):
    page = board(world).press("Remind SEI")
    assert "Reminded by mail: SEI." in page.text
    (one,) = reminders(world.focal_sei)
    assert one.is_urgent
    assert one.subject == "SEI: the report for round 2024 was due on 28 February 2025"
    assert one.line == "Not handed in yet: Participation. secretariat asks you to hand it in."
    assert reminders(world.focal_mae) == []
    assert "Reminded today by secretariat" in page.text
    assert "Remind SEI" not in page.buttons()
    # From a page that was open since before:
    address = reverse("round_remind", args=[world.plan.code, "2024", "SEI"])
    answer = page.client.post(address, follow=True)
    assert "SEI was reminded today already: once a day is enough." in answer.content.decode()
    assert len(reminders(world.focal_sei)) == 1
    gather(at=LATE.replace(hour=20))
    assert OutgoingMail.objects.get().subject == one.subject
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATE + timedelta(days=1))
    page = board(world)
    assert "Reminded on 10 March 2025 by secretariat" in page.text
    page.press("Remind SEI")
    assert len(reminders(world.focal_sei)) == 2


def test_all_that_are_out_are_reminded_with_one_button(world, round):
    hand_in(submission_of(round, world.sei), world.focal_sei, at=NOW)
    remind_by_hand(round=round, institution=world.mssi, by=world.administrator, at=LATE)
    page = board(world)
    assert "Remind the one that is out" in page.buttons()
    give_seat(make_user("gmptl"), Role.FOCAL_POINT, plan=world.plan, institution=make_institution("GMPTL"))
    Submission.objects.create(round=round, institution=make_institution("PNTL"), pillar=world.participation)
    page = board(world).press("Remind all 2 that are out")
    assert "Reminded by mail: MAE." in page.text
    assert "MSSI was reminded today already" in page.text
    assert "PNTL has no focal point whom mail reaches" in page.text
    assert len(Notice.objects.filter(kind="reminder")) == 2
    assert reminders(world.focal_sei) == []
    assert "Reminded today by administrator" in page.text


def test_what_was_returned_can_be_reminded_of_even_after_the_round_has_closed(world, round):
    send_back(world, hand_in(submission_of(round, world.sei), world.focal_sei, at=NOW))
    type(round).objects.filter(pk=round.pk).update(closed_at=LATE)
    assert remind_by_hand(round=round, by=world.secretariat, at=LATE).reminded == [world.sei]
    type(round).objects.filter(pk=round.pk).update(published_at=LATE)
    result = remind_by_hand(round=round, by=world.secretariat, at=LATE + timedelta(days=1))
    assert result.reminded == result.already == result.unreached == []
    page = board(world)
    assert not [one for one in page.buttons() if one.startswith("Remind")]
    answer = page.client.post(reverse("round_remind_all", args=[world.plan.code, "2024"]), follow=True)
    assert "Nothing is out that could still be handed in." in answer.content.decode()


def test_a_reminder_that_came_too_late_is_dropped(world, round):
    remind_by_hand(round=round, by=world.secretariat, at=LATE)
    hand_in(submission_of(round, world.sei), world.focal_sei, at=LATE)
    Membership.objects.filter(user=world.focal_mae).update(ends_on=date(2025, 3, 9))
    assert gather(at=LATE) == 3  # MSSI, and to both co-leads of what came in
    assert not OutgoingMail.objects.filter(user__in=[world.focal_sei, world.focal_mae]).exists()


def test_who_reminded_stands_in_the_history(world, round):
    remind_by_hand(round=round, by=world.administrator, at=LATE)
    last = last_reminders(round)
    assert {pk: (one.by, one.at) for pk, one in last.items()} == {
        one.pk: (world.administrator, LATE) for one in (world.sei, world.mae, world.mssi)
    }


@pytest.mark.parametrize("who", ["gov_lead", "steering", "monitoring"])
def test_others_see_the_board_without_buttons(world, round, who):
    page = board(world, getattr(world, who))
    assert not [one for one in page.buttons() if one.startswith("Remind")]
    assert "Reminder" not in page.text
    answer = page.client.post(reverse("round_remind", args=[world.plan.code, "2024", "SEI"]))
    assert answer.status_code == 403
    assert not Notice.objects.filter(kind="reminder").exists()


def test_addresses_that_are_none(world, round):
    client = board(world).client
    for institution in ("BA-FUTURU", "NONE"):  # owes nothing; does not exist
        address = reverse("round_remind", args=[world.plan.code, "2024", institution])
        assert client.post(address).status_code == 404
    assert client.post(reverse("round_remind_all", args=[world.plan.code, "1999"])).status_code == 404


def test_the_same_number_of_queries_for_one_institution_and_for_fifty(
    world, round, django_assert_num_queries
):
    for number in range(47):
        one = make_institution(f"X{number}")
        give_seat(make_user(one.code), Role.FOCAL_POINT, plan=world.plan, institution=one)
        Submission.objects.create(round=round, institution=one, pillar=world.participation)
    for day, institution in ((0, world.sei), (1, None)):
        remind_by_hand(
            round=round, by=world.secretariat, at=LATE - timedelta(days=9)
        )  # there were some before
        # a savepoint (2), the round, what is out, last reminders and who, focal points, which are known, the new ones
        with django_assert_num_queries(9):
            result = remind_by_hand(
                round=round, institution=institution, by=world.secretariat, at=LATE + timedelta(days=day)
            )
        assert len(result.reminded) == (1 if institution else 50)
