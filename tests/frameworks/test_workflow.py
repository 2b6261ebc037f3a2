"""The one door for state changes, on submissions (the first table that is registered)."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from frameworks.models import StateChange
from frameworks.workflow import (
    GateClosed,
    StateConflict,
    Transition,
    available_actions,
    history_of,
    register,
    transition,
)
from monitoring.models import Submission
from monitoring.states import SUBMISSION_TRANSITIONS
from tests.monitoring.report_world import real_transactions
from tests.monitoring.reported import fill, hand_in, open_round, submission_of
from tests.world import NOW, make_world


@pytest.fixture
def sei(world):
    """SEI's submission, handed in."""
    return hand_in(submission_of(open_round(world), world.sei), world.focal_sei)


@pytest.fixture
def own_table():
    """Lets a test rule submissions by a table of its own, and puts the real one back."""
    yield lambda *arrows: register(Submission, arrows)
    register(Submission, SUBMISSION_TRANSITIONS)


def arrow(**fields):
    defaults = {
        "action": "go",
        "label": "Go",
        "sources": ("submitted",),
        "target": "accepted",
        "permissions": ("review",),
    }
    return Transition(**(defaults | fields))


def go(world, subject, **fields):
    return transition(**({"subject": subject, "action": "go", "by": world.gov_lead, "at": NOW} | fields))


def test_a_step_changes_state_and_is_recorded(world, sei):
    fresh = transition(
        subject=sei, action="return", by=world.gov_lead, at=NOW, comment="  The denominator?  "
    )
    assert (fresh.state, fresh.return_note) == ("returned", "The denominator?")
    last = history_of(sei).last()
    assert (last.action, last.from_state, last.to_state) == ("return", "submitted", "returned")
    assert (last.by, last.at, last.comment) == (world.gov_lead, NOW, "The denominator?")


def test_history_knows_who_and_why(world, sei):
    transition(subject=sei, action="return", by=world.gov_lead, at=NOW, comment="Why?")
    event = Submission.pgh_event_model.objects.filter(pgh_obj=sei).order_by("pgh_id").last()
    assert event.state == "returned"
    meta = event.pgh_context.metadata
    assert (meta["user"], meta["action"], meta["reason"]) == (world.gov_lead.pk, "return", "Why?")


def test_who_may_not_is_told_so_before_anything_else(world, sei):
    """403 goes before 409: the state of what one may not touch is not told."""
    transition(subject=sei, action="accept", by=world.gov_lead, at=NOW)
    with pytest.raises(PermissionDenied):
        transition(subject=sei, action="accept", by=world.focal_mae, at=NOW)


def test_a_step_from_another_state_is_a_conflict_in_words(world, sei):
    transition(subject=sei, action="accept", by=world.gov_lead, at=NOW)
    with pytest.raises(StateConflict) as error:
        transition(subject=sei, action="accept", by=world.cso_lead, at=NOW)
    assert str(error.value) == (
        "“Accept” is not possible any more: gov_lead changed this to “Accepted” in the meantime."
    )
    assert error.value.subject.state == "accepted"
    assert history_of(sei).filter(action="accept").count() == 1


def test_a_conflict_before_anybody_did_anything(world):
    draft = submission_of(open_round(world), world.sei)
    with pytest.raises(StateConflict, match=r"“Accept” is not possible now: this is draft\."):
        transition(subject=draft, action="accept", by=world.gov_lead, at=NOW)


def test_a_needed_comment(world, sei):
    with pytest.raises(ValidationError) as error:
        transition(subject=sei, action="return", by=world.gov_lead, at=NOW, comment="   ")
    assert "comment" in error.value.message_dict
    sei.refresh_from_db()
    assert sei.state == "submitted"
    assert not history_of(sei).filter(action="return").exists()


def test_a_comment_is_kept_without_what_cannot_be_stored(world, sei):
    done = transition(subject=sei, action="return", by=world.gov_lead, at=NOW, comment="\x00Which\x00 year?")
    assert done.return_note == "Which year?"


def test_a_comment_has_an_end(world, sei):
    with pytest.raises(ValidationError, match="This text has 20001 characters; at most 20000 fit"):
        transition(subject=sei, action="return", by=world.gov_lead, at=NOW, comment="x" * 20_001)
    sei.refresh_from_db()
    assert sei.state == "submitted"


def test_a_closed_gate_says_what_is_missing_and_changes_nothing(world):
    draft = submission_of(open_round(world), world.sei)
    with pytest.raises(GateClosed) as error:
        transition(subject=draft, action="submit", by=world.focal_sei, at=NOW)
    assert any("choose a status" in str(problem) for problem in error.value.problems)
    draft.refresh_from_db()
    assert (draft.state, draft.cycle, draft.submitted_at) == ("draft", 0, None)
    assert StateChange.objects.count() == 0


def test_nothing_is_kept_when_a_later_part_fails(world, sei, own_table):
    def break_down(subjects, by, at):
        raise RuntimeError("after")

    own_table(arrow(after=break_down))
    with pytest.raises(RuntimeError):
        go(world, sei)
    sei.refresh_from_db()
    assert sei.state == "submitted"
    assert not history_of(sei).filter(action="go").exists()


def test_only_the_changed_fields_are_saved(world, sei, own_table):
    """What somebody else wrote into other columns meanwhile is not overwritten."""

    def rename_officer(subjects, by, at, comment):
        for subject in subjects:
            subject.officer_name = "Ana"
            subject.officer_post = "never named as changed"
        return ["officer_name"]

    own_table(arrow(effect=rename_officer))
    go(world, sei)
    sei.refresh_from_db()
    assert (sei.officer_name, sei.officer_post) == ("Ana", "")


def test_the_subject_is_read_anew(world, sei, own_table):
    own_table(arrow())
    stale = Submission.objects.get(pk=sei.pk)
    stale.state = "draft"  # what an old page still thinks
    assert go(world, stale).state == "accepted"


def test_a_target_can_depend_on_others(world, sei, own_table):
    own_table(arrow(target=lambda subjects, by: dict.fromkeys(subjects, "endorsed")))
    assert go(world, sei, by=world.cso_lead).state == "endorsed"


def test_any_of_the_permissions_is_enough(world, sei, own_table):
    own_table(arrow(permissions=("submit", "review")))
    assert go(world, sei, by=world.focal_sei).state == "accepted"


def test_an_unknown_action_is_a_mistake_of_ours(world, sei):
    with pytest.raises(LookupError, match="Submission has no action 'fly'"):
        transition(subject=sei, action="fly", by=world.gov_lead, at=NOW)


@pytest.mark.parametrize(
    ("name", "actions"),
    [
        ("gov_lead", ["accept", "return"]),
        ("cso_lead", ["accept", "return"]),
        ("focal_sei", []),
        ("focal_mae", []),
        ("other_gov_lead", []),
        ("secretariat", []),
        ("monitoring", []),
        ("outsider", []),
    ],
)
def test_buttons_of_a_submitted_report(world, sei, name, actions):
    assert [one.action for one in available_actions(sei, world.users[name])] == actions


def test_buttons_follow_what_a_side_has_said(world, sei):
    sei = transition(subject=sei, action="accept", by=world.gov_lead, at=NOW)
    assert [one.action for one in available_actions(sei, world.gov_lead)] == ["return", "endorse", "dissent"]
    sei = transition(subject=sei, action="endorse", by=world.gov_lead, at=NOW)
    assert [one.action for one in available_actions(sei, world.gov_lead)] == ["return"]
    assert [one.action for one in available_actions(sei, world.cso_lead)] == ["return", "endorse", "dissent"]


@real_transactions
def test_two_at_once_one_wins_and_the_other_is_told():
    world = make_world()
    draft = fill(submission_of(open_round(world), world.sei), world.focal_sei)
    start, outcomes = Barrier(2), []

    def submit():
        try:
            start.wait()
            transition(subject=draft, action="submit", by=world.focal_sei, at=NOW)
            outcomes.append("done")
        except StateConflict as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [Thread(target=submit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome == "done" for outcome in outcomes) == [False, True]
    assert any("focal_sei changed this to “Submitted” in the meantime" in outcome for outcome in outcomes)
    draft.refresh_from_db()
    assert draft.cycle == 1
