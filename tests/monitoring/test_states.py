"""The life of a submission through the one door (monitoring/states.py; DOMAIN.md, vocabulary 3)."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from frameworks.models import Role, StateChange
from frameworks.permissions import forget_seats
from frameworks.workflow import GateClosed, StateConflict, available_actions, history_of, transition
from monitoring.handing_in import why_locked
from monitoring.models import IndicatorResult, SignOff, Submission
from monitoring.operations.reporting import submit_all
from monitoring.operations.reviewing import Outdated, act, act_on_all
from monitoring.sheets import Filling, load_sheet
from tests.monitoring.reported import (
    accept,
    endorse,
    fill,
    hand_in,
    later,
    nd,
    open_round,
    send_back,
    submission_of,
    total,
    val,
)
from tests.world import NOW, give_seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def submitted(world, sei):
    return hand_in(sei, world.focal_sei, {total(world.indicators["i111a"]): nd(18, 452)})


def actions(submission, user):
    return [arrow.action for arrow in available_actions(submission, user)]


def take(submission, action, by, comment="", at=NOW):
    return transition(subject=submission, action=action, by=by, at=at, comment=comment)


def test_the_whole_way(world, sei):
    submission = hand_in(sei, world.focal_sei, at=later(minutes=5))
    assert (submission.state, submission.cycle, submission.submitted_by) == ("submitted", 1, world.focal_sei)
    assert submission.submitted_at == submission.first_submitted_at == later(minutes=5)
    submission = accept(world, submission, at=later(days=1), by=world.cso_lead)
    assert (submission.state, submission.accepted_by) == ("accepted", world.cso_lead)
    submission = take(submission, "endorse", world.gov_lead, at=later(days=2))
    assert (submission.state, submission.endorsed_at) == ("accepted", None)
    submission = take(submission, "endorse", world.cso_lead, at=later(days=3))
    assert (submission.state, submission.endorsed_at) == ("endorsed", later(days=3))
    steps = [(one.action, one.from_state, one.to_state, one.by) for one in history_of(submission)]
    assert steps == [
        ("submit", "draft", "submitted", world.focal_sei),
        ("accept", "submitted", "accepted", world.cso_lead),
        ("endorse", "accepted", "accepted", world.gov_lead),
        ("endorse", "accepted", "endorsed", world.cso_lead),
    ]


def test_either_co_lead_may_be_the_first_to_endorse(world, submitted):
    submission = accept(world, submitted)
    assert take(submission, "endorse", world.cso_lead).state == "accepted"
    assert take(submission, "endorse", world.gov_lead).state == "endorsed"


def test_a_return_needs_a_note_and_unlocks(world, submitted):
    for blank in ("", "   "):
        with pytest.raises(ValidationError) as error:
            take(submitted, "return", world.cso_lead, blank)
        assert "Write a note" in " ".join(error.value.messages)
    assert (
        why_locked(submitted, NOW)
        == "It was submitted and is locked. The co-leads can return it with a note."
    )
    submission = send_back(world, submitted, "  The denominator is old.  ")
    assert (submission.state, submission.return_note) == ("returned", "The denominator is old.")
    assert why_locked(submission, NOW) == ""
    assert history_of(submission).last().comment == "The denominator is old."


def test_an_accepted_one_can_still_be_returned_but_not_an_endorsed_one(world, submitted):
    submission = send_back(world, accept(world, submitted))
    assert (submission.accepted_at, submission.accepted_by) == (None, None)
    submission = endorse(world, accept(world, take(submission, "submit", world.focal_sei)))
    with pytest.raises(StateConflict):
        send_back(world, submission)


@pytest.mark.parametrize("accepted", [False, True])
def test_nothing_is_returned_once_the_figures_are_published(world, submitted, accepted):
    """Nobody could change it any more, and what the public has read would vanish."""
    submission = accept(world, submitted) if accepted else submitted
    submission.round.published_at = NOW
    submission.round.save()
    assert "return" not in {arrow.action for arrow in available_actions(submission, world.gov_lead)}
    with pytest.raises(ValidationError, match="nothing in it can be returned any more"):
        send_back(world, submission)
    submission.refresh_from_db()
    assert submission.state == ("accepted" if accepted else "submitted")


def test_handing_in_again_is_a_new_cycle_in_which_both_sides_speak_anew(world, submitted):
    submission = take(accept(world, submitted), "endorse", world.gov_lead)
    submission = send_back(world, submission)
    submission = take(submission, "submit", world.focal_sei, at=later(days=3))
    assert (submission.cycle, submission.return_note) == (2, "")
    assert submission.first_submitted_at == NOW
    submission = accept(world, submission)
    assert take(submission, "endorse", world.cso_lead).state == "accepted"
    assert take(submission, "endorse", world.gov_lead).state == "endorsed"
    assert SignOff.objects.filter(submission=submission).count() == 3


def test_dissent_is_recorded_and_stays_beside_a_later_endorsement(world, submitted):
    submission = accept(world, submitted)
    with pytest.raises(ValidationError):
        take(submission, "dissent", world.cso_lead)
    submission = take(submission, "dissent", world.cso_lead, "The share fell; the text does not say so.")
    assert submission.state == "accepted"
    assert "dissent" not in actions(submission, world.cso_lead)
    with pytest.raises(ValidationError, match="already said so"):
        take(submission, "dissent", world.cso_lead, "Again.")
    take(submission, "endorse", world.gov_lead)
    submission = take(submission, "endorse", world.cso_lead, "After the meeting.")
    assert submission.state == "endorsed"
    verdicts = SignOff.objects.filter(submission=submission, side="cso").values_list("verdict", flat=True)
    assert list(verdicts) == ["dissent", "endorsed"]


def test_who_has_endorsed_can_neither_dissent_nor_endorse_again(world, submitted):
    submission = take(accept(world, submitted), "endorse", world.gov_lead)
    assert actions(submission, world.gov_lead) == ["return"]
    with pytest.raises(ValidationError, match="already endorsed"):
        take(submission, "dissent", world.gov_lead, "On second thoughts.")
    with pytest.raises(ValidationError, match="already said so"):
        take(submission, "endorse", world.gov_lead)


def test_one_person_in_both_seats_signs_for_one_side_only(world, submitted):
    group = world.participation.working_group
    seat = group.seats.get(role=Role.CSO_CO_LEAD)
    seat.memberships.all().delete()
    seat.memberships.create(user=world.gov_lead, starts_on=date(2020, 1, 1))
    forget_seats(world.gov_lead)
    submission = take(accept(world, submitted), "endorse", world.gov_lead)
    assert submission.state == "accepted"
    government = group.seats.get(role=Role.GOVERNMENT_CO_LEAD)
    government.memberships.all().delete()
    forget_seats(world.gov_lead)
    with pytest.raises(ValidationError, match="for the other side"):
        take(submission, "endorse", world.gov_lead)


MAY = {
    "draft": {"focal_sei": ["submit"]},
    "submitted": {"gov_lead": ["accept", "return"], "cso_lead": ["accept", "return"]},
    "returned": {"focal_sei": ["submit"]},
    "accepted": {"gov_lead": ["return", "endorse", "dissent"], "cso_lead": ["return", "endorse", "dissent"]},
    "endorsed": {},
}


@pytest.mark.parametrize("state", MAY)
def test_who_may_do_what_in_which_state(world, sei, state):
    submission = sei
    if state != "draft":
        submission = hand_in(sei, world.focal_sei)
    if state == "returned":
        submission = send_back(world, submission)
    if state in ("accepted", "endorsed"):
        submission = accept(world, submission)
    if state == "endorsed":
        submission = endorse(world, submission)
    assert submission.state == state
    for name, user in world.users.items():
        may = MAY[state].get(name, [])
        assert actions(submission, user) == may, name
        for action in {"submit", "accept", "return", "endorse", "dissent"} - set(may):
            with pytest.raises((PermissionDenied, StateConflict)) as error:
                take(submission, action, user, "A note.")
            # Being too late is told only to those who could have done it in time.
            could = any(action in who.get(name, []) for who in MAY.values())
            assert (error.type is StateConflict) == could, (name, action)


def test_what_is_no_longer_asked_is_left_out_and_counted_nowhere(world, round):
    """The framework changes between draft and submission: another institution reports the figure now."""
    women, people = world.indicators["i111a"], world.indicators["i112a"]
    people.responsible.add(world.sei)
    sei = fill(
        submission_of(round, world.sei), world.focal_sei, {total(women): nd(18, 452), total(people): val(7)}
    )
    people.responsible.set([world.mae])
    accept(world, take(sei, "submit", world.focal_sei))
    assert set(sei.values.values_list("indicator", flat=True)) == {women.pk}
    mae = submission_of(round, world.mae)
    accept(world, hand_in(mae, world.focal_mae, {total(people): val(100)}))
    assert IndicatorResult.objects.totals().get(indicator=people).value == 100
    labels = sei.values.model.pgh_event_model.objects.filter(indicator=people).values_list(
        "pgh_label", flat=True
    )
    assert "delete" in labels


def test_what_was_handed_in_stays_whatever_becomes_of_the_framework(world, submitted):
    lead = world.activities["a111"].leads.get(institution=world.sei)
    lead.delete()
    world.activities["a111"].leads.update(is_accountable=True)
    sheet = load_sheet(submitted, context=True)
    assert [entry.activity.code for entry in sheet.entries] == ["1.1.1"]
    assert sheet.entries[0].progress.narrative == "Work went on."
    assert [line.total.numerator for line in sheet.lines] == [18]
    assert sheet.fillings == [Filling.COMPLETE]
    returned = send_back(world, submitted)
    sheet = load_sheet(returned, context=True)
    assert [(entry.activity.code, entry.is_due) for entry in sheet.entries] == [("1.1.1", False)]
    assert (sheet.fillings, sheet.problems) == ([], [])


def test_an_institution_submits_for_itself_only(world, round):
    mae = fill(submission_of(round, world.mae), world.focal_mae)
    with pytest.raises(PermissionDenied):
        take(mae, "submit", world.focal_sei)


def test_what_is_missing_stops_a_submission(world, sei):
    with pytest.raises(GateClosed) as error:
        take(sei, "submit", world.focal_sei)
    assert [problem.code for problem in error.value.problems] == ["1.1.1", "1.1.1", "1.1.1a"]
    sei.refresh_from_db()
    assert (sei.state, sei.cycle) == ("draft", 0)
    assert not StateChange.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"closed_at": datetime(2025, 1, 19, tzinfo=UTC)},
            "Round 2024 is closed. The secretariat closed it on 19 January 2025.",
        ),
        (
            {"closes_on": date(2025, 1, 19), "due_on": date(2025, 1, 19)},
            "Round 2024 is closed. Its last day was 19 January 2025. Ask the secretariat",
        ),
        (
            {"opens_on": date(2025, 1, 21)},
            "Round 2024 has not opened yet. Reporting begins on 21 January 2025.",
        ),
        ({"published_at": datetime(2025, 1, 19, tzinfo=UTC)}, "The figures of round 2024 are published."),
    ],
)
def test_why_it_is_locked(world, sei, fields, words):
    fill(sei, world.focal_sei)
    for name, moment in fields.items():
        setattr(sei.round, name, moment)
    sei.round.save()
    sei = Submission.objects.get(pk=sei.pk)
    assert words in why_locked(sei, NOW)
    with pytest.raises(GateClosed) as error:
        take(sei, "submit", world.focal_sei)
    assert words in str(error.value.problems[0])


def test_a_returned_one_stays_open_after_the_closing_date_until_the_figures_are_published(world, submitted):
    submission = send_back(world, submitted)
    after = datetime(2025, 6, 1, tzinfo=UTC)
    assert why_locked(submission, after) == ""
    submission.round.published_at = after
    assert "published" in why_locked(submission, after)


def test_the_last_day_still_counts(world, sei):
    """The deadline is a day where the ministry is: at 23:30 in Dili it is 14:30 in Greenwich."""
    closes = sei.round.closes_on
    late_evening = datetime(closes.year, closes.month, closes.day, 14, 30, tzinfo=UTC)
    assert why_locked(sei, late_evening) == ""
    assert why_locked(sei, late_evening.replace(hour=15, minute=30)) != ""


def test_days_late_are_days_in_dili(world, round):
    submission = Submission(round=round, first_submitted_at=datetime(2025, 2, 28, 14, 59, tzinfo=UTC))
    assert submission.days_late(date(2025, 6, 1)) == 0
    # 00:30 on 1 March in Dili, still 28 February in Greenwich.
    submission.first_submitted_at = datetime(2025, 2, 28, 15, 30, tzinfo=UTC)
    assert submission.days_late(date(2025, 6, 1)) == 1
    assert Submission(round=round).days_late(date(2025, 3, 10)) == 10
    assert Submission(round=round).days_late(date(2025, 2, 28)) == 0


def test_overdue_is_computed(world, round, sei):
    rows = Submission.objects.filter(round=round)
    assert not rows.overdue(round.due_on).exists()
    day_after = date(2025, 3, 1)
    assert rows.overdue(day_after).count() == 4
    hand_in(sei, world.focal_sei)
    assert rows.overdue(day_after).count() == 3


def test_who_reads_what(world, sei):
    """Own institution: always. Reviewers, secretariat, monitoring team: once it is handed in, and not while returned."""
    readers = ["gov_lead", "cso_lead", "secretariat", "monitoring", "administrator"]

    def who(submission):
        return {
            name
            for name, user in world.users.items()
            if Submission.objects.visible_to(user).filter(pk=submission.pk).exists()
        }

    assert who(sei) == {"focal_sei"}
    submission = hand_in(sei, world.focal_sei)
    assert who(submission) == {"focal_sei", *readers}
    assert who(send_back(world, submission)) == {"focal_sei"}
    submission = accept(world, take(submission, "submit", world.focal_sei))
    assert who(submission) == {"focal_sei", *readers}
    assert who(endorse(world, submission)) == {"focal_sei", *readers}


def test_the_board_knows_of_drafts(world, sei):
    seen = {
        name
        for name, user in world.users.items()
        if Submission.objects.board_visible_to(user).filter(pk=sei.pk).exists()
    }
    co_leads = {"gov_lead", "cso_lead", "other_gov_lead", "other_cso_lead"}
    assert seen == {"focal_sei", "secretariat", "monitoring", "steering", "administrator"} | co_leads


def test_an_action_is_taken_on_the_version_that_was_read(world, submitted):
    shown = submitted.cycle
    submission = take(send_back(world, submitted), "submit", world.focal_sei)
    with pytest.raises(Outdated, match="submitted again since you opened the page"):
        act(submission=submission, action="accept", by=world.cso_lead, at=NOW, cycle=shown)
    assert act(submission=submission, action="accept", by=world.cso_lead, at=NOW, cycle=2).state == "accepted"


def test_many_at_once_go_through_the_same_door_one_by_one(world, round):
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    mae = hand_in(submission_of(round, world.mae), world.focal_mae)
    outcomes = act_on_all(submissions=[(mae, 1), (sei, 7)], action="accept", by=world.gov_lead, at=NOW)
    refused = {one.subject.institution: bool(one.problem) for one in outcomes}
    assert refused == {world.mae: False, world.sei: True}
    assert Submission.objects.get(pk=mae.pk).state == "accepted"
    assert Submission.objects.get(pk=sei.pk).state == "submitted"
    assert history_of(mae).last().by == world.gov_lead
    # An accepted figure of the bulk is as official as one accepted by itself.
    assert IndicatorResult.objects.totals().get(indicator=world.indicators["i112a"]).provenance == "accepted"


def test_many_at_once_ask_for_permission_each(world, round):
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    with pytest.raises(PermissionDenied):
        act_on_all(submissions=[(sei, 1)], action="accept", by=world.other_gov_lead, at=NOW)


def test_submitting_all_leaves_out_what_is_not_ready(world, round):
    give_seat(world.focal_sei, Role.FOCAL_POINT, plan=world.plan, institution=world.mae)
    sei, mae = submission_of(round, world.sei), submission_of(round, world.mae)
    fill(mae, world.focal_sei, {total(world.indicators["i112a"]): val(12980)})
    outcomes = {
        one.subject.institution: one.problem
        for one in submit_all(submissions=[sei, mae], by=world.focal_sei, at=NOW)
    }
    assert outcomes[world.mae] == ""
    assert outcomes[world.sei].startswith("1.1.1: choose a status; 1.1.1: describe the progress")
    assert Submission.objects.get(pk=sei.pk).state == "draft"
    assert Submission.objects.get(pk=mae.pk).state == "submitted"
