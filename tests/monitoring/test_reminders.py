"""Deadlines of a day (monitoring/reminders.py): who is told what, once, and what is dropped again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from frameworks.models import Membership, Notice, OutgoingMail, Role, RoundException
from frameworks.operations.mail import gather
from frameworks.operations.round_groups import grant_exception
from frameworks.operations.rounds import open_round as open_by_secretariat
from monitoring.models import Submission
from monitoring.reminders import remind, stage
from tests.monitoring.reported import hand_in, open_round, send_back, submission_of
from tests.world import NOW, give_seat, make_activity, make_institution, make_round, make_user

pytestmark = pytest.mark.django_db


def morning(month, day):
    """Eight in the morning in Dili, in 2025."""
    return datetime(2025, month, day, 8, 0, tzinfo=UTC) - timedelta(hours=9)


def told(user):
    """What stands in the person's notices, by kind and step."""
    return [
        f"{one.kind}: {one.subject}" for one in Notice.objects.filter(user=user).order_by("created_at", "pk")
    ]


def steps(user):
    return [
        "/".join(one.key.split("/")[:-4])
        for one in Notice.objects.filter(user=user).order_by("created_at", "pk")
    ]


def mail_of(user):
    return OutgoingMail.objects.filter(user=user).first()


# Which day says what


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2025, 1, 2), "opened"),
        (date(2025, 2, 13), "opened"),
        (date(2025, 2, 14), "due/14"),
        (date(2025, 2, 16), "due/14"),
        (date(2025, 2, 17), "opened"),
        (date(2025, 2, 21), "due/7"),
        (date(2025, 2, 24), "opened"),
        (date(2025, 2, 27), "due/1"),
        (date(2025, 2, 28), "due/1"),
        (date(2025, 3, 1), "overdue/0"),
        (date(2025, 3, 7), "overdue/0"),
        (date(2025, 3, 8), "overdue/1"),
        (date(2025, 3, 15), "overdue/2"),
    ],
)
def test_which_day_says_what(on, said):
    assert stage(on=on, opened_on=date(2025, 1, 2), due_on=date(2025, 2, 28)) == said


def test_a_round_that_opens_late_does_not_say_two_things_at_once():
    due_on = date(2025, 2, 28)
    said = [stage(on=date(2025, 2, day), opened_on=date(2025, 2, 20), due_on=due_on) for day in range(20, 29)]
    # Opened 8 days before: the week's reminder would have come the day after.
    assert said == ["opened"] * 3 + ["due/7"] * 1 + ["opened"] * 3 + ["due/1"] * 2
    assert stage(on=due_on, opened_on=due_on, due_on=due_on) == "due/1"


# The round of an institution


def test_the_reminders_of_a_round_one_by_one(world):
    open_round(world)
    for day in range(90):
        for _hour in range(2):
            remind(at=morning(1, 2) + timedelta(days=day))
    assert steps(world.focal_sei) == [
        "due/opened", "due/due/14", "due/due/7", "due/due/1",
        "due/overdue/0", "due/overdue/1", "due/overdue/2", "due/overdue/3", "due/overdue/4",
    ]  # fmt: skip
    assert told(world.focal_sei)[0] == "due: Round 2024 is open: SEI reports until 28 February 2025"
    assert told(world.focal_sei)[1] == "due: SEI: the report for round 2024 is due on 28 February 2025"
    assert told(world.focal_sei)[4] == "due: SEI: the report for round 2024 was due on 28 February 2025"
    lines = Notice.objects.filter(user=world.focal_sei).order_by("created_at").values_list("line", flat=True)
    assert lines[1] == "Not handed in yet: Participation."
    assert lines[4] == "Not handed in yet: Participation. It is taken until 31 March 2025."
    assert Notice.objects.filter(user=world.gov_lead).count() == 0


def test_opening_a_round_tells_the_focal_points_at_once(world):
    round = make_round(world.plan, opened=False)
    open_by_secretariat(round=round, by=world.secretariat, at=NOW)
    assert told(world.focal_mssi) == ["due: Round 2024 is open: MSSI reports until 28 February 2025"]
    assert Notice.objects.get(user=world.focal_mssi).url == reverse(
        "my_report", args=[world.plan.code, "2024"]
    )
    assert not Notice.objects.filter(user__in=[world.secretariat, world.gov_lead, world.outsider]).exists()


def test_a_round_opened_ahead_of_its_day_is_told_on_its_day(world):
    dates = {"opens_on": date(2025, 2, 1), "due_on": date(2025, 3, 15), "closes_on": date(2025, 4, 1)}
    round = make_round(world.plan, opened=False, **dates)
    open_by_secretariat(round=round, by=world.secretariat, at=NOW)
    remind(at=morning(1, 31))
    assert not Notice.objects.exists()
    remind(at=morning(2, 1))
    assert steps(world.focal_sei) == ["due/opened"]


def test_one_line_for_all_pillars_of_an_institution(world):
    make_activity(world.prevention, "2.1.2", [world.sei])
    open_round(world)
    remind(at=morning(2, 14))
    (one,) = Notice.objects.filter(user=world.focal_sei)
    assert one.line == "Not handed in yet: Participation and Prevention."


def test_an_own_deadline_counts_and_a_new_one_reminds_anew(world):
    round = open_round(world)
    sei = submission_of(round, world.sei)
    remind(at=morning(2, 21))
    assert steps(world.focal_sei) == ["due/due/7"]
    Submission.objects.filter(pk=sei.pk).update(own_due_on=date(2025, 3, 20))
    assert gather(at=morning(2, 21)) == 2  # MAE's and MSSI's; SEI's is not true any more
    remind(at=morning(2, 27))
    remind(at=morning(3, 6))
    remind(at=morning(3, 13))
    assert steps(world.focal_sei)[1:] == ["due/opened", "due/due/14", "due/due/7"]
    assert told(world.focal_sei)[-1].endswith("is due on 20 March 2025")


def test_an_exception_is_told_with_its_reason(world):
    round = open_round(world)
    for institution, kind, until, reason in (
        (world.sei, "extension", date(2025, 4, 15), "A flood."),
        (world.mae, "reopening", date(2025, 4, 10), "The server stood."),
    ):
        grant_exception(
            round=round, institution=institution, kind=kind, until=until, reason=reason,
            by=world.secretariat, at=NOW,
        )  # fmt: skip
    for _again in range(2):
        remind(at=morning(4, 8))
    assert "exception: SEI has more time for round 2024: until 15 April 2025" in told(world.focal_sei)
    assert Notice.objects.filter(user=world.focal_sei, kind="exception").get().line == "The reason: A flood."
    assert "exception: MAE can report for round 2024 again: until 10 April 2025" in told(world.focal_mae)
    assert told(world.focal_mssi) == []  # the round closed on 31 March
    RoundException.objects.all().update(ended_at=NOW, ended_by=world.secretariat)
    gather(at=morning(4, 8))
    assert not Notice.objects.filter(kind="exception", mail__isnull=False).exists()


def test_nobody_is_reminded_of_what_cannot_be_handed_in(world):
    round = open_round(world)
    remind(at=morning(4, 1))
    assert not Notice.objects.exists()  # closed by its dates
    type(round).objects.filter(pk=round.pk).update(closed_at=NOW)
    remind(at=morning(2, 14))
    assert not Notice.objects.exists()


def test_what_was_handed_in_meanwhile_is_not_mailed(world):
    round = open_round(world)
    remind(at=morning(2, 14))
    hand_in(submission_of(round, world.sei), world.focal_sei)
    gather(at=morning(2, 14))
    assert mail_of(world.focal_sei) is None
    assert mail_of(world.focal_mae).subject == "MAE: the report for round 2024 is due on 28 February 2025"


def test_who_left_the_seat_is_not_told_and_the_successor_is(world):
    open_round(world)
    remind(at=morning(2, 14))
    term = Membership.objects.get(user=world.focal_sei)
    term.ends_on = date(2025, 2, 13)
    term.save()
    successor = make_user("successor")
    Membership.objects.create(seat=term.seat, user=successor, starts_on=date(2025, 2, 14))
    remind(at=morning(2, 14))
    gather(at=morning(2, 14))
    assert mail_of(world.focal_sei) is None
    assert mail_of(successor).subject == "SEI: the report for round 2024 is due on 28 February 2025"


# What was returned and stays out


def test_what_was_returned_is_asked_for_once_a_week_and_is_not_called_overdue(world):
    round = open_round(world)
    sei = send_back(world, hand_in(submission_of(round, world.sei), world.focal_sei))
    for day in range(80):
        remind(at=NOW + timedelta(days=day))
    kinds = [one.split(":")[0] for one in told(world.focal_sei)]
    assert kinds == ["returned"] + ["still_returned"] * 11
    assert Notice.objects.filter(user=world.focal_sei)[2].line.startswith("It was returned 2 weeks ago")
    assert Notice.objects.filter(user=world.focal_sei)[2].url == reverse("submission", args=[sei.pk])


# Nobody there


def test_the_secretariat_is_told_in_one_line_where_a_seat_is_vacant(world):
    make_activity(world.participation, "1.9.1", [make_institution("PNTL")])
    open_round(world)
    Membership.objects.filter(user=world.focal_mssi).update(ends_on=date(2025, 1, 31))
    world.focal_mae.is_active = False
    world.focal_mae.save()
    for _again in range(2):
        remind(at=morning(2, 14))
    assert told(world.secretariat) == ["unreached: MAE, MSSI and PNTL have no focal point whom mail reaches"]
    assert not Notice.objects.filter(user__in=[world.focal_mssi, world.focal_mae, world.outsider]).exists()
    gather(at=morning(2, 14))
    mail = mail_of(world.secretariat)
    assert "Nobody there was told of the report for round 2024, due on 28 February 2025." in " ".join(
        mail.text.split()
    )
    assert reverse("plan_people", args=[world.plan.code]) in mail.text


# What it costs


def test_the_same_number_of_queries_for_one_institution_and_for_fifty(world, django_assert_num_queries):
    round = open_round(world)
    for more in (0, 2, 47):
        for number in range(more):
            one = make_institution(f"X{more}-{number}")
            give_seat(make_user(one.code), Role.FOCAL_POINT, plan=world.plan, institution=one)
            Submission.objects.create(round=round, institution=one, pillar=world.participation)
        at = morning(2, 14) if not more else morning(2, 21) if more == 2 else morning(3, 1)
        # exceptions, drafts, returned ones, focal points, which are known, the new ones
        with django_assert_num_queries(6):
            assert remind(at=at) == 3 + (more and 2) + (47 if more == 47 else 0)
        with django_assert_num_queries(5):
            assert remind(at=at) == 0
