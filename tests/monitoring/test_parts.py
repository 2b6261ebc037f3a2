"""Joint leads: each tells its part, the accountable lead submits all of it, the figures become one."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from frameworks import changes
from frameworks.mergers import plan_merger
from frameworks.models import Indicator, Lead, StateChange
from frameworks.workflow import GateClosed, StateConflict, available_actions, history_of, transition
from monitoring.models import ActivityProgress, IndicatorResult, IndicatorValue, Submission
from monitoring.models.submission import GIVEN_STATES, SubmissionState
from monitoring.operations.parts import PartsMissing, hand_in_all, submit_report
from monitoring.operations.reporting import DraftLocked, create_expected_submissions, save_activity
from monitoring.operations.settling import settle_drafts
from monitoring.parts import load_parts
from monitoring.sheets import load_sheet
from tests.monitoring.reported import (
    accept,
    contribute,
    endorse,
    fill,
    hand_in,
    nd,
    open_round,
    send_back,
    submission_of,
    total,
)
from tests.world import NOW, TODAY, make_activity, make_institution

pytestmark = pytest.mark.django_db
S = SubmissionState


@pytest.fixture
def women(world):
    """The indicator of 1.1.1, whose figure SEI and MAE both give."""
    indicator = world.indicators["i111a"]
    indicator.responsible.add(world.sei, world.mae)
    return indicator


@pytest.fixture
def round(world, women):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def part(world, round):
    return submission_of(round, world.mae, accountable=world.sei)


def take(subject, action, by, comment=""):
    return transition(subject=subject, action=action, by=by, at=NOW, comment=comment)


def again(row):
    return Submission.objects.select_related("round", "institution", "accountable").get(pk=row.pk)


def actions(submission, user):
    return [arrow.action for arrow in available_actions(again(submission), user)]


def sees(user, row):
    return Submission.objects.visible_to(user).filter(pk=row.pk).exists()


# Handing it to the lead


def test_a_part_is_handed_to_the_lead_and_is_then_read_only(world, part, women):
    assert actions(part, world.focal_mae) == ["contribute"]
    done = contribute(part, world.focal_mae, {total(women): nd(3, 10)})
    assert (done.state, done.contributed_by, done.contributed_at) == (S.CONTRIBUTED, world.focal_mae, NOW)
    assert (done.first_submitted_at, done.submitted_at, done.cycle) == (NOW, None, 0)
    assert not done.is_editable and done.days_late(TODAY) == 0
    assert actions(part, world.focal_mae) == ["withdraw"]
    with pytest.raises(DraftLocked, match="handed to SEI"):
        save_activity(
            submission=done, activity=world.activities["a111"], by=world.focal_mae, at=NOW, version=1,
            progress={"narrative": "More."}, values={},
        )  # fmt: skip
    # It is no figure of anybody's yet.
    assert not IndicatorResult.objects.exclude(provenance="none").exists()


def test_the_same_gate_as_for_a_report(world, part):
    with pytest.raises(GateClosed) as error:
        take(part, "contribute", world.focal_mae)
    assert [str(one) for one in error.value.problems] == [
        "1.1.1: choose a status",
        "1.1.1: describe the progress",
        "1.1.1a: give the figure, or say why there is none",
    ]


def test_who_may(world, part, sei):
    fill(part, world.focal_mae)
    for user in (world.focal_sei, world.focal_mssi, world.gov_lead, world.secretariat, world.nobody):
        with pytest.raises(PermissionDenied):
            take(part, "contribute", user)
    take(part, "contribute", world.focal_mae)
    for user in (world.focal_mae, world.focal_mssi, world.gov_lead, world.secretariat):
        with pytest.raises(PermissionDenied):
            take(part, "send_back", user, "No.")
        with pytest.raises(PermissionDenied):
            take(part, "go_along", user)
    for user in (world.focal_sei, world.gov_lead, world.secretariat):
        with pytest.raises(PermissionDenied):
            take(part, "withdraw", user)


def test_a_part_is_not_submitted_and_a_report_is_not_handed_over(world, part, sei):
    fill(part, world.focal_mae)
    with pytest.raises(ValidationError, match="hand it to SEI"):
        take(part, "submit", world.focal_mae)
    fill(sei, world.focal_sei)
    with pytest.raises(ValidationError, match="own report"):
        take(sei, "contribute", world.focal_sei)
    assert actions(sei, world.focal_sei) == ["submit"]


def test_nobody_sends_a_part_on_by_itself(world, part):
    contribute(part, world.focal_mae)
    with pytest.raises(ValidationError, match="with the report of SEI"):
        take(part, "go_along", world.focal_sei)
    assert "go_along" not in actions(part, world.focal_sei)


# Who reads it


def test_who_reads_a_part_on_its_way(world, part, sei):
    oversight = (world.secretariat, world.monitoring, world.gov_lead, world.cso_lead, world.administrator)
    strangers = (world.focal_mssi, world.other_gov_lead, world.steering, world.outsider, world.nobody)

    def readers():
        everybody = (world.focal_mae, world.focal_sei, *oversight, *strangers)
        return [user.email.split("@")[0] for user in everybody if sees(user, part)]

    assert readers() == ["focal_mae"]
    contribute(part, world.focal_mae)
    assert readers() == ["focal_mae", "focal_sei"]
    take(part, "send_back", world.focal_sei, "The second number?")
    assert readers() == ["focal_mae"]
    contribute(part, world.focal_mae)
    hand_in(sei, world.focal_sei)
    assert readers() == ["focal_mae", "focal_sei", *(user.email.split("@")[0] for user in oversight)]
    send_back(world, part)
    assert readers() == ["focal_mae"]


def test_reading_another_leads_part_is_no_leave_to_write_it(world, part):
    contribute(part, world.focal_mae)
    assert not Submission.objects.reported_by(world.focal_sei).filter(pk=part.pk).exists()
    assert not Submission.objects.editable_by(world.focal_sei).filter(pk=part.pk).exists()


# Submitting all of it


def test_the_lead_submits_and_the_parts_go_along(world, part, sei, women):
    contribute(part, world.focal_mae, {total(women): nd(3, 10)})
    hand_in(sei, world.focal_sei, {total(women): nd(5, 30)})
    part = again(part)
    assert (part.state, part.submitted_by, part.submitted_at, part.cycle) == (
        S.SUBMITTED,
        world.focal_sei,
        NOW,
        1,
    )
    steps = [(one.action, one.from_state, one.to_state, one.by) for one in history_of(part).order_by("pk")]
    assert steps == [
        ("contribute", "draft", "contributed", world.focal_mae),
        ("go_along", "contributed", "submitted", world.focal_sei),
    ]
    result = IndicatorResult.objects.totals().get(indicator=women)
    assert (result.numerator, result.denominator, result.provenance) == (8, 40, "reported")
    assert result.measured == 20
    assert set(result.reporter_ids) == {world.sei.pk, world.mae.pk}


def test_each_is_accepted_and_endorsed_for_itself(world, part, sei, women):
    contribute(part, world.focal_mae, {total(women): nd(3, 10)})
    hand_in(sei, world.focal_sei, {total(women): nd(5, 30)})
    accept(world, sei)
    assert (
        IndicatorResult.objects.totals().get(indicator=women).numerator == 5
    )  # only what is accepted counts
    accept(world, part)
    endorse(world, part)
    assert IndicatorResult.objects.totals().get(indicator=women).numerator == 8
    assert (again(sei).state, again(part).state) == (S.ACCEPTED, S.ENDORSED)


def test_an_activity_has_the_status_that_its_accountable_lead_tells(world, part, sei):
    contribute(part, world.focal_mae, status="completed")
    hand_in(sei, world.focal_sei, status="on_track")
    accept(world, sei)
    accept(world, part)
    told = ActivityProgress.objects.official().of_accountable().filter(activity=world.activities["a111"])
    assert [one.status for one in told] == ["on_track"]


def test_a_part_that_has_not_come_in_is_asked_about_and_holds_nobody_up(world, part, sei):
    fill(sei, world.focal_sei)
    with pytest.raises(PartsMissing) as error:
        submit_report(submission=sei, by=world.focal_sei, at=NOW)
    assert str(error.value) == "MAE (1.1.1)"
    assert again(sei).state == S.DRAFT and not StateChange.objects.exists()
    done = submit_report(submission=sei, by=world.focal_sei, at=NOW, without={part.pk})
    assert (done.state, again(part).state) == (S.SUBMITTED, S.DRAFT)
    assert history_of(done).get().comment == "Without the part of MAE (1.1.1)."


def test_who_confirmed_one_is_asked_about_another(world, sei, part):
    Lead.objects.create(activity=world.activities["a111"], institution=world.mssi)
    create_expected_submissions(round=sei.round, by=None, at=NOW)
    fill(sei, world.focal_sei)
    with pytest.raises(PartsMissing) as error:
        submit_report(submission=sei, by=world.focal_sei, at=NOW, without={part.pk})
    assert str(error.value) == "MAE (1.1.1), MSSI (1.1.1)"


def test_what_is_missing_and_who_may_come_before_the_question(world, sei, part):
    with pytest.raises(GateClosed):
        submit_report(submission=sei, by=world.focal_sei, at=NOW)
    fill(sei, world.focal_sei)
    with pytest.raises(PermissionDenied):
        submit_report(submission=sei, by=world.focal_mae, at=NOW)


def test_a_later_part_goes_straight_to_the_co_leads(world, part, sei, women):
    hand_in(sei, world.focal_sei, {total(women): nd(5, 30)})
    done = contribute(part, world.focal_mae, {total(women): nd(3, 10)})
    assert (done.state, done.submitted_by, done.cycle) == (S.SUBMITTED, world.focal_mae, 1)
    assert (done.contributed_by, done.first_submitted_at) == (world.focal_mae, NOW)
    assert IndicatorResult.objects.totals().get(indicator=women).numerator == 8
    assert sees(world.cso_lead, part)


def test_a_part_waits_while_the_report_is_back_with_the_lead(world, part, sei):
    hand_in(sei, world.focal_sei)
    send_back(world, sei)
    assert contribute(part, world.focal_mae).state == S.CONTRIBUTED
    hand_in(sei, world.focal_sei)
    assert (again(sei).cycle, again(part).state, again(part).cycle) == (2, S.SUBMITTED, 1)


def test_a_returned_part_comes_back_to_the_co_leads_by_itself(world, part, sei):
    contribute(part, world.focal_mae)
    hand_in(sei, world.focal_sei)
    send_back(world, part, "Which year?")
    assert (again(sei).state, again(part).return_note) == (S.SUBMITTED, "Which year?")
    done = contribute(part, world.focal_mae)
    assert (done.state, done.cycle, done.return_note) == (S.SUBMITTED, 2, "")


def test_parts_of_other_pillars_rounds_and_leads_stay(world, part, sei):
    joint = make_activity(world.prevention, "2.1.2", [world.sei, world.mae])
    elsewhere = make_activity(world.participation, "1.1.3", [world.mssi, world.mae])
    create_expected_submissions(round=sei.round, by=None, at=NOW)
    others = [
        contribute(
            submission_of(sei.round, world.mae, one.output.goal.pillar, accountable=lead), world.focal_mae
        )
        for one, lead in ((joint, world.sei), (elsewhere, world.mssi))
    ]
    contribute(part, world.focal_mae)
    hand_in(sei, world.focal_sei)
    assert again(part).state == S.SUBMITTED
    assert {again(one).state for one in others} == {S.CONTRIBUTED}


# Back again


def test_the_lead_sends_it_back_with_a_note(world, part):
    contribute(part, world.focal_mae)
    assert actions(part, world.focal_sei) == ["send_back"]
    with pytest.raises(ValidationError, match="Write a note"):
        take(part, "send_back", world.focal_sei)
    done = take(part, "send_back", world.focal_sei, "Only 2024, please.")
    assert (done.state, done.return_note) == (S.RETURNED, "Only 2024, please.")
    assert actions(part, world.focal_mae) == ["contribute"]
    assert take(part, "contribute", world.focal_mae).return_note == ""


def test_it_is_taken_back_until_the_lead_submits(world, part, sei):
    contribute(part, world.focal_mae)
    done = take(part, "withdraw", world.focal_mae)
    assert (done.state, done.contributed_at, done.contributed_by) == (S.DRAFT, None, None)
    assert done.first_submitted_at is None  # nothing was handed in, after all
    take(part, "contribute", world.focal_mae)
    hand_in(sei, world.focal_sei)
    with pytest.raises(StateConflict, match="focal_sei changed this"):
        take(part, "withdraw", world.focal_mae)


def test_nobody_takes_back_what_could_not_be_handed_in_again(world, part):
    contribute(part, world.focal_mae)
    part.round.closed_at = NOW
    part.round.save()
    with pytest.raises(ValidationError, match="closed"):
        take(part, "withdraw", world.focal_mae)
    assert again(part).state == S.CONTRIBUTED


# Many at once


def test_everything_that_is_ready_goes_at_once_but_not_what_waits_for_a_part(world, round, sei, part):
    fill(sei, world.focal_sei)
    assert hand_in_all(submissions=[sei], by=world.focal_sei, at=NOW) == []
    assert again(sei).state == S.DRAFT
    mine = [part, submission_of(round, world.mae)]
    for one in mine:
        fill(one, world.focal_mae)
    outcomes = hand_in_all(submissions=mine, by=world.focal_mae, at=NOW)
    assert [one.subject.state for one in outcomes] == [S.CONTRIBUTED, S.SUBMITTED]
    hand_in_all(submissions=[sei], by=world.focal_sei, at=NOW)
    assert (again(sei).state, again(part).state) == (S.SUBMITTED, S.SUBMITTED)


def test_the_same_queries_for_one_part_and_for_three(world, sei, part):
    round = sei.round
    fill(sei, world.focal_sei)
    counts = []
    for number in (1, 3):
        for one in range(len(counts) and 2):
            Lead.objects.create(activity=world.activities["a111"], institution=make_institution(f"L{one}"))
        create_expected_submissions(round=round, by=None, at=NOW)
        for one in Submission.objects.filter(round=round, accountable=world.sei):
            ActivityProgress.objects.get_or_create(
                submission=one,
                activity=world.activities["a111"],
                defaults={"status": "on_track", "narrative": "Done."},
            )
        parts = Submission.objects.filter(round=round, accountable=world.sei)
        assert parts.count() == number
        parts.update(state=S.CONTRIBUTED, contributed_at=NOW, contributed_by=world.focal_mae)
        with transaction.atomic():
            with CaptureQueriesContext(connection) as made:
                submit_report(submission=sei, by=world.focal_sei, at=NOW)
            counts.append(len(made))
            assert set(parts.values_list("state", flat=True)) == {S.SUBMITTED}
            transaction.set_rollback(True)
    assert counts[0] == counts[1]


# What the accountable lead sees


def test_the_lead_sees_how_far_the_others_are_but_no_word_before_it_is_handed_over(world, sei, part):
    def shown():
        (one,) = load_parts([sei])[sei.pk]
        return one

    assert (str(shown().standing.label), shown().codes) == ("Not started", ["1.1.1"])
    fill(part, world.focal_mae, narrative="Secret until handed over.")
    assert (str(shown().standing.label), shown().is_given, shown().is_missing) == ("Started", False, True)
    take(part, "contribute", world.focal_mae)
    one = shown()
    assert (one.standing, one.is_given, one.is_missing) == (S.CONTRIBUTED, True, False)
    assert one.of(world.activities["a111"]).progress.narrative == "Secret until handed over."
    assert one.of(world.activities["a112"]) is None


@pytest.mark.parametrize(
    ("type", "how", "mine", "theirs", "together"),
    [
        ("number_and_percentage", "sum", {"numerator": 5, "denominator": 30}, {"numerator": 3, "denominator": 10}, "8 / 40 = 20.0%"),
        ("number_and_percentage", "average", {"numerator": 5, "denominator": 30}, {"numerator": 3, "denominator": 10}, "8 / 40 = 20.0%"),
        ("count", "sum", {"value": 5}, {"value": 3}, "8 women"),
        ("count", "average", {"value": 5}, {"value": 3}, "4 women"),
        ("count", "maximum", {"value": 5}, {"value": 3}, "5 women"),
        ("count", "sum", {"value": 5}, {"value": 0}, "5 women"),
        ("count", "sum", {"value": 5}, {"no_data_reason": "not counted"}, ""),
    ],
)  # fmt: skip
def test_the_combined_figure_is_what_the_indicator_declares(
    world, sei, part, women, type, how, mine, theirs, together
):
    from monitoring.parts import contributions

    Indicator.objects.filter(pk=women.pk).update(type=type, reporter_aggregation=how)
    IndicatorValue.objects.create(submission=sei, indicator=women, **mine)
    IndicatorValue.objects.create(submission=part, indicator=women, **theirs)
    Submission.objects.filter(pk=part.pk).update(
        state=S.CONTRIBUTED, contributed_at=NOW, contributed_by=world.focal_mae
    )
    ActivityProgress.objects.create(submission=part, activity=world.activities["a111"])
    sheet, parts = load_sheet(sei), load_parts([sei])[sei.pk]
    (one,) = contributions(sheet, parts, world.activities["a111"])
    (told,) = one.figures
    assert told.together.replace("\N{NO-BREAK SPACE}", " ") == together


# When the framework changes


def test_what_was_written_follows_to_whoever_answers_now(world, round, part, women):
    fill(part, world.focal_mae, {total(women): nd(3, 10)}, narrative="Ours.")
    Lead.objects.filter(activity=world.activities["a111"]).update(is_accountable=False)
    Lead.objects.create(activity=world.activities["a111"], institution=world.mssi, is_accountable=True)
    changes.announce(indicators=Indicator.objects.filter(plan=world.plan), at=NOW)
    moved = submission_of(round, world.mae, accountable=world.mssi)
    assert moved.progress.get().narrative == "Ours."
    assert moved.values.get().numerator == 3
    # The part that asks for nothing any more is gone.
    assert not Submission.objects.filter(pk=part.pk).exists()


def test_what_was_handed_over_follows_too_but_what_was_submitted_stays(world, round, sei, part):
    contribute(part, world.focal_mae)
    hand_in(sei, world.focal_sei)
    assert settle_drafts(round=round) == 0
    Lead.objects.filter(activity=world.activities["a111"], institution=world.sei).delete()
    Lead.objects.filter(activity=world.activities["a111"]).update(is_accountable=True)
    changes.announce(indicators=Indicator.objects.filter(plan=world.plan), at=NOW)
    assert again(part).progress.count() == 1 and again(sei).progress.count() == 1


def test_what_stands_there_already_stays(world, round, part):
    own = submission_of(round, world.mae)
    fill(own, world.focal_mae)
    ActivityProgress.objects.create(submission=own, activity=world.activities["a111"], narrative="Old.")
    fill(part, world.focal_mae, narrative="New.")
    assert settle_drafts(round=round) == 0
    assert part.progress.get().narrative == "New."
    assert own.progress.get(activity=world.activities["a111"]).narrative == "Old."


def test_who_told_of_it_with_its_own_report_is_not_asked_again(world, round, part):
    """Before parts were told apart, a joint lead handed everything in with its own report."""
    own = hand_in(submission_of(round, world.mae), world.focal_mae)
    ActivityProgress.objects.create(submission=own, activity=world.activities["a111"], status="on_track")
    part.delete()
    assert create_expected_submissions(round=round, by=None, at=NOW) == 0
    Submission.objects.filter(pk=own.pk).update(state=S.RETURNED, return_note="x")
    assert create_expected_submissions(round=round, by=None, at=NOW) == 1
    assert settle_drafts(round=round) == 1


def test_nobody_is_merged_while_others_contribute_to_it(world, round, sei, part):
    into = make_institution("NEW")
    contribute(part, world.focal_mae)
    refusals = plan_merger(source=world.sei, target=into, on=TODAY).refusals
    assert any("the part of MAE with SEI is handed to the lead" in one for one in refusals)
    hand_in(sei, world.focal_sei)
    for one in (sei, part):
        accept(world, one)
        endorse(world, one)
    round.closed_at = NOW
    round.save()
    assert plan_merger(source=world.sei, target=into, on=TODAY).refusals == []


def test_who_follows_a_merged_lead_reads_the_parts_it_was_given(world, part, sei):
    contribute(part, world.focal_mae)
    world.sei.merged_into = world.mssi
    world.sei.save()
    assert sees(world.focal_mssi, part)


# What the database refuses


@pytest.mark.parametrize(
    ("fields", "constraint", "words"),
    [
        ({"state": "contributed"}, "submission_contributed_by_someone", "needs a person and a time"),
        ({"state": "contributed", "contributed_at": NOW}, "submission_contributed_by_someone", "needs a person"),
        ({"accountable": "mae"}, "submission_part_of_another", "does not contribute to itself"),
    ],
)  # fmt: skip
def test_constraints(world, part, fields, constraint, words):
    for name, value in fields.items():
        setattr(part, name, getattr(world, value) if value == "mae" else value)
    with pytest.raises(ValidationError) as said:
        part.full_clean()
    assert words in " ".join(said.value.messages)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        part.save()


def test_one_part_for_each_lead_and_one_report(world, round, part):
    for accountable in (None, world.sei):
        twin = Submission(
            round=round, institution=world.mae, pillar=world.participation, accountable=accountable
        )
        with pytest.raises(IntegrityError, match="submission_once"), transaction.atomic():
            twin.save()
    report = submission_of(round, world.mae)
    report.state, report.contributed_at, report.contributed_by = "contributed", NOW, world.focal_mae
    with pytest.raises(IntegrityError, match="submission_contributed_by_someone"), transaction.atomic():
        report.save()


def test_given_is_what_is_neither_draft_nor_returned():
    assert set(GIVEN_STATES) == set(S) - {S.DRAFT, S.RETURNED}
