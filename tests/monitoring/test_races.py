"""Two people at once, with real threads and real locks: one wins, the other is told (issue A, "Bad input")."""

import threading

import pytest
from django.db import connections

from frameworks.models import StateChange
from frameworks.permissions import forget_seats
from frameworks.workflow import GateClosed, StateConflict, history_of, transition
from monitoring.models import IndicatorResult, IndicatorValue, Submission
from monitoring.operations.reporting import DraftLocked, StaleDraft, save_activity
from tests.monitoring.report_world import real_transactions
from tests.monitoring.reported import fill, hand_in, nd, open_round, submission_of, total, val
from tests.world import NOW, make_world

pytestmark = real_transactions


@pytest.fixture
def world(transactional_db):
    return make_world()


def at_once(*calls):
    """Runs the calls in threads of their own that start together; returns what each returned or raised."""
    start, outcomes = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        start.wait(timeout=20)
        try:
            outcomes[place] = call()
        except Exception as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    return outcomes


def take(submission, action, user, comment=""):
    forget_seats(user)
    return lambda: transition(subject=submission, action=action, by=user, at=NOW, comment=comment)


def test_two_submits_at_once(world):
    submission = submission_of(open_round(world), world.sei)
    fill(submission, world.focal_sei)
    outcomes = at_once(
        take(submission, "submit", world.focal_sei), take(submission, "submit", world.focal_sei)
    )
    (told,) = [one for one in outcomes if isinstance(one, StateConflict)]
    (won,) = [one for one in outcomes if isinstance(one, Submission)]
    assert (won.state, won.cycle) == ("submitted", 1)
    assert (
        str(told)
        == "“Submit” is not possible any more: focal_sei changed this to “Submitted” in the meantime."
    )
    assert history_of(submission).count() == 1


def test_one_co_lead_accepts_while_the_other_returns(world):
    submission = hand_in(submission_of(open_round(world), world.sei), world.focal_sei)
    outcomes = at_once(
        take(submission, "accept", world.gov_lead), take(submission, "return", world.cso_lead, "Why?")
    )
    # Accepting first leaves the return possible; returning first leaves nothing to accept.
    state = Submission.objects.get(pk=submission.pk).state
    assert state == "returned"
    conflicts = [one for one in outcomes if isinstance(one, StateConflict)]
    assert StateChange.objects.filter(action__in=["accept", "return"]).count() == 2 - len(conflicts)


def test_both_sides_endorse_at_the_same_moment(world):
    submission = hand_in(submission_of(open_round(world), world.sei), world.focal_sei)
    submission = transition(subject=submission, action="accept", by=world.gov_lead, at=NOW)
    outcomes = at_once(
        take(submission, "endorse", world.gov_lead), take(submission, "endorse", world.cso_lead)
    )
    assert sorted(one.state for one in outcomes) == ["accepted", "endorsed"]
    assert Submission.objects.get(pk=submission.pk).state == "endorsed"


def test_saving_while_it_is_handed_in_saves_before_or_not_at_all(world):
    submission = submission_of(open_round(world), world.sei)
    women = world.indicators["i111a"]
    fill(submission, world.focal_sei, {total(women): nd(18, 452)})

    def save():
        return save_activity(
            submission=submission, activity=world.activities["a111"], by=world.focal_sei, at=NOW, version=1,
            progress={}, values={total(women): nd(20, 452)},
        )  # fmt: skip

    saved, handed_in = at_once(save, take(submission, "submit", world.focal_sei))
    assert isinstance(handed_in, Submission)
    figure = IndicatorValue.objects.get(indicator=women).numerator
    assert figure == (18 if isinstance(saved, DraftLocked) else 20)
    # What the reviewers see is what is stored, whoever was first.
    assert IndicatorResult.objects.totals().get(indicator=women).numerator == figure


def test_two_tabs_save_at_once(world):
    submission = submission_of(open_round(world), world.sei)

    def save(text):
        return lambda: save_activity(
            submission=submission, activity=world.activities["a111"], by=world.focal_sei, at=NOW, version=0,
            progress={"narrative": text}, values={},
        )  # fmt: skip

    outcomes = at_once(save("From the office."), save("From the phone."))
    assert sorted(type(one).__name__ for one in outcomes) == ["ActivityProgress", "StaleDraft"]
    (stale,) = [one for one in outcomes if isinstance(one, StaleDraft)]
    assert stale.version == 1


def test_two_institutions_accepted_at_once_are_both_in_the_figure(world):
    people = world.indicators["i112a"]
    people.responsible.add(world.sei, world.mae)
    round = open_round(world)
    sei = hand_in(submission_of(round, world.sei), world.focal_sei, {total(people): val(10)})
    mae = hand_in(submission_of(round, world.mae), world.focal_mae, {total(people): val(30)})
    for _again in range(3):
        outcomes = at_once(take(sei, "accept", world.gov_lead), take(mae, "accept", world.cso_lead))
        assert [one.state for one in outcomes] == ["accepted", "accepted"]
        row = IndicatorResult.objects.totals().get(indicator=people)
        assert (row.value, row.provenance) == (40, "accepted")
        outcomes = at_once(
            take(sei, "return", world.gov_lead, "Again."), take(mae, "return", world.cso_lead, "Again.")
        )
        assert IndicatorResult.objects.totals().get(indicator=people).value is None
        at_once(take(sei, "submit", world.focal_sei), take(mae, "submit", world.focal_mae))


def test_a_gate_closed_for_one_does_not_lock_the_other(world):
    round = open_round(world)
    sei, mae = submission_of(round, world.sei), fill(submission_of(round, world.mae), world.focal_mae)
    outcomes = at_once(take(sei, "submit", world.focal_sei), take(mae, "submit", world.focal_mae))
    assert isinstance(outcomes[0], GateClosed)
    assert outcomes[1].state == "submitted"


def test_a_part_is_never_left_behind_when_it_is_handed_over_while_the_lead_submits(world):
    round = open_round(world)
    sei = fill(submission_of(round, world.sei), world.focal_sei)
    part = fill(submission_of(round, world.mae, accountable=world.sei), world.focal_mae)
    handed_over, submitted = at_once(
        take(part, "contribute", world.focal_mae), take(sei, "submit", world.focal_sei)
    )
    assert isinstance(handed_over, Submission) and submitted.state == "submitted"
    # Whoever was first: it went along, or straight on.
    assert Submission.objects.get(pk=part.pk).state == "submitted"
    assert Submission.objects.get(pk=part.pk).cycle == 1
