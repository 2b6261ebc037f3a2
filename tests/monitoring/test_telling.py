"""What is told after each step of a submission (monitoring/telling.py), and whether it still holds."""

from datetime import timedelta

import pytest
from django.urls import reverse

from frameworks.models import Membership, Notice, OutgoingMail
from frameworks.operations.mail import gather
from frameworks.workflow import GateClosed, transition, transition_all
from monitoring.models import Comment, Submission
from monitoring.telling import tell_of_comment
from tests.monitoring.reported import accept, hand_in, open_round, send_back, submission_of
from tests.world import NOW, make_activity, make_institution

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def round(world):
    return open_round(world)


def told(user, kind=None):
    rows = Notice.objects.filter(user=user).order_by("created_at", "pk")
    return [one.subject for one in (rows.filter(kind=kind) if kind else rows)]


def test_both_co_leads_of_the_pillar_are_told_what_came_in(world, round):
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    for lead in (world.gov_lead, world.cso_lead):
        (one,) = Notice.objects.filter(user=lead)
        assert one.subject == "SEI reported on Participation"
        assert one.line == "It was handed in for round 2024: accept it, or return it with a note."
        assert one.url == reverse("submission", args=[sei.pk])
        assert not one.is_urgent
    assert set(Notice.objects.values_list("user", flat=True)) == {world.gov_lead.pk, world.cso_lead.pk}


def test_a_digest_of_several_reports(world, round):
    hand_in(submission_of(round, world.sei), world.focal_sei)
    hand_in(submission_of(round, world.mae), world.focal_mae)
    gather(at=NOW)
    mail = OutgoingMail.objects.get(user=world.cso_lead)
    assert mail.subject == "SEI reported on Participation, and 1 more thing"
    assert mail.text.count("To review\n") == 1
    assert "* MAE reported on Participation" in mail.text
    assert not OutgoingMail.objects.filter(user=world.other_cso_lead).exists()


def test_a_return_goes_to_the_institution_at_once_with_its_note(world, round):
    sei = send_back(world, hand_in(submission_of(round, world.sei), world.focal_sei), "Which districts?")
    (one,) = Notice.objects.filter(user=world.focal_sei)
    assert one.subject == "SEI's report on Participation was returned"
    assert one.line == "gov_lead returned it for round 2024 with this note:\nWhich districts?"
    assert one.url == reverse("submission", args=[sei.pk])
    assert one.is_urgent
    gather(at=NOW)
    assert OutgoingMail.objects.get(user=world.focal_sei).subject == one.subject
    # What the co-leads had to review is not there any more: their digest is not written.
    assert not OutgoingMail.objects.filter(user__in=[world.gov_lead, world.cso_lead]).exists()


def test_a_second_return_is_told_too_and_a_second_hand_in(world, round):
    sei = send_back(world, hand_in(submission_of(round, world.sei), world.focal_sei))
    send_back(world, transition(subject=sei, action="submit", by=world.focal_sei, at=LATER), at=LATER)
    assert len(told(world.focal_sei, "returned")) == 2
    assert len(told(world.cso_lead, "review")) == 2
    assert Notice.objects.filter(user=world.cso_lead)[1].line.startswith("It was handed in anew")


def test_a_long_note_is_cut_in_the_mail(world, round):
    send_back(world, hand_in(submission_of(round, world.sei), world.focal_sei), "x" * 5000)
    assert len(Notice.objects.get(user=world.focal_sei).line) < 700


def test_a_return_that_nobody_can_be_told_of_is_told_to_the_secretariat(world, round):
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    Membership.objects.filter(user=world.focal_sei).update(ends_on=NOW.date() - timedelta(days=1))
    send_back(world, sei)
    assert told(world.secretariat) == ["SEI has no focal point whom mail reaches"]
    assert told(world.focal_sei) == []


def test_what_is_accepted_waits_for_both_sides_and_is_told_each_once(world, round):
    sei = accept(world, hand_in(submission_of(round, world.sei), world.focal_sei), by=world.gov_lead)
    words = "SEI's report on Participation waits for your side's word"
    assert told(world.cso_lead, "sign") == [words]
    assert told(world.gov_lead, "sign") == []  # who accepted knows
    transition(subject=sei, action="endorse", by=world.gov_lead, at=LATER)
    assert told(world.cso_lead, "sign") == [words]
    gather(at=LATER)
    assert words in OutgoingMail.objects.get(user=world.cso_lead).text


def test_who_has_spoken_meanwhile_is_not_asked_any_more(world, round):
    sei = accept(world, hand_in(submission_of(round, world.sei), world.focal_sei))
    transition(subject=sei, action="dissent", by=world.cso_lead, at=NOW, comment="Not our figures.")
    gather(at=NOW)
    assert not OutgoingMail.objects.filter(user=world.cso_lead).exists()
    assert not OutgoingMail.objects.filter(user=world.gov_lead).exists()


def test_who_is_no_co_lead_any_more_is_not_asked(world, round):
    hand_in(submission_of(round, world.sei), world.focal_sei)
    Membership.objects.filter(user=world.cso_lead).update(ends_on=NOW.date())
    gather(at=LATER)
    assert not OutgoingMail.objects.filter(user=world.cso_lead).exists()
    assert OutgoingMail.objects.filter(user=world.gov_lead).exists()


def test_a_step_that_fails_tells_nobody(world, round):
    sei = submission_of(round, world.sei)
    with pytest.raises(GateClosed):
        transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)
    assert not Notice.objects.exists()


def test_telling_costs_the_same_for_one_submission_and_for_fifty(world, round, django_assert_num_queries):
    for number in range(49):
        one = make_institution(f"X{number}")
        make_activity(world.participation, f"1.3.{number}", [one])
        Submission.objects.create(
            round=round, institution=one, pillar=world.participation, state="submitted", cycle=1,
            submitted_at=NOW, submitted_by=world.focal_sei,
        )  # fmt: skip
    from monitoring.telling import tell_of_step

    rows = list(
        Submission.objects.filter(pillar=world.participation).select_related(
            "round", "institution", "pillar", "accountable"
        )
    )
    for state, costs, some in (
        # co-leads, which are known, the new ones
        ("submitted", 3, rows[:1]), ("submitted", 3, rows),
        # sign-offs, both sides' co-leads
        ("accepted", 5, rows[:1]), ("accepted", 5, rows),
    ):  # fmt: skip
        for one in some:
            one.state, one.cycle = state, len(some)
        with django_assert_num_queries(costs):
            tell_of_step(some, action="accept", by=world.focal_mssi, at=NOW)
    assert Notice.objects.filter(kind="review").count() == 2 * (1 + len(rows))


# What was said


def comment(submission, by, *, kind="comment", text="Which villages?"):
    made = Comment.objects.create(
        submission=submission, cycle=submission.cycle, kind=kind, text=text, by=by, at=NOW
    )
    tell_of_comment(made)
    return made


def test_a_comment_is_told_to_both_sides_but_not_to_who_wrote_it(world, round):
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    made = comment(sei, world.gov_lead)
    words = "A comment on SEI's report on Participation"
    assert told(world.focal_sei) == [words]
    assert told(world.cso_lead, "comment") == [words]
    assert told(world.gov_lead, "comment") == []
    assert told(world.focal_mae) == told(world.other_gov_lead) == []
    one = Notice.objects.get(user=world.focal_sei)
    assert one.line == "gov_lead wrote, for round 2024:\nWhich villages?"
    assert one.url.endswith(f"#c-{made.pk}")
    assert not one.is_urgent


def test_a_request_for_evidence_reaches_the_institution_at_once(world, round):
    comment(hand_in(submission_of(round, world.sei), world.focal_sei), world.cso_lead, kind="evidence")
    one = Notice.objects.get(user=world.focal_sei)
    assert (one.kind, one.is_urgent) == ("asked", True)
    assert one.subject == "Evidence is asked of SEI on Participation"
    assert Notice.objects.get(user=world.gov_lead, kind="comment").is_urgent is False
    gather(at=NOW)
    assert OutgoingMail.objects.get(user=world.focal_sei).subject == one.subject


def test_notes_of_a_return_make_no_mail_of_their_own(world, round):
    comment(hand_in(submission_of(round, world.sei), world.focal_sei), world.gov_lead, kind="return")
    assert not Notice.objects.filter(kind__in=["comment", "asked"]).exists()


def test_many_accepted_at_once_are_one_mail(world, round):
    rows = [
        hand_in(submission_of(round, world.sei), world.focal_sei),
        hand_in(submission_of(round, world.mae), world.focal_mae),
    ]
    transition_all(subjects=rows, action="accept", by=world.gov_lead, at=NOW)
    gather(at=NOW)
    (mail,) = OutgoingMail.objects.filter(user=world.cso_lead)
    assert mail.notices.filter(kind="sign").count() == 2
