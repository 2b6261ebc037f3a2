"""The story of activities and figures over the rounds: who reads what; the history of figures; statuses set by hand."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from frameworks.models import ReportingRound
from frameworks.workflow import StateConflict, transition
from monitoring.models import IndicatorResult, SignOff
from monitoring.operations.overrides import override_status, withdraw_override
from monitoring.results import refresh_results
from monitoring.stories import draft_history, figure_history, told_of_activity, told_of_indicator
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
)
from tests.pages import Visitor
from tests.world import NOW

EARLIER = {"opens_on": date(2024, 12, 1), "due_on": date(2025, 2, 28)}


@pytest.fixture
def figure(world):
    return world.indicators["i111a"]


@pytest.fixture
def round(world):
    return open_round(world)


@pytest.fixture
def sei(world, round, figure):
    """SEI's submission: 18 of 452, handed in."""
    return hand_in(submission_of(round, world.sei), world.focal_sei, {total(figure): nd(18, 452)})


def address(figure, *parts):
    return "/".join(["/plans", figure.plan.code, "indicators", figure.code, *parts, ""])


# Who reads what


def readers(world, told):
    return {name for name, user in world.users.items() if told(user)}


def test_a_draft_is_told_to_its_institution_only(world, round):
    fill(submission_of(round, world.sei), world.focal_sei)
    assert readers(world, lambda user: told_of_activity(world.activities["a111"], user)) == {"focal_sei"}
    assert readers(world, lambda user: told_of_indicator(world.indicators["i111a"], user)) == {"focal_sei"}


def test_what_is_handed_in_is_told_to_those_who_review_it(world, sei):
    reviewers = {"focal_sei", "gov_lead", "cso_lead", "secretariat", "monitoring", "administrator"}
    assert readers(world, lambda user: told_of_activity(world.activities["a111"], user)) == reviewers
    assert readers(world, lambda user: told_of_indicator(world.indicators["i111a"], user)) == reviewers


def test_what_is_accepted_is_told_to_all_insiders_without_the_way_in(world, sei):
    accept(world, sei)
    (told,) = told_of_activity(world.activities["a111"], world.steering)
    assert (told.institution, told.state, told.status, told.url) == ("SEI", "accepted", "on_track", "")
    assert told.texts[0] == ("Progress", "Work went on.")
    (told,) = told_of_activity(world.activities["a111"], world.monitoring)
    assert told.url == f"/submissions/{sei.pk}/"
    assert not told_of_activity(world.activities["a111"], world.outsider)


def test_the_public_reads_what_is_published_with_its_dissent(world, sei, round):
    accept(world, sei)
    transition(subject=sei, action="dissent", by=world.cso_lead, at=NOW, comment="We count otherwise.")
    transition(subject=sei, action="endorse", by=world.gov_lead, at=NOW)
    world.plan.is_public = True
    world.plan.save()
    activity = world.activities["a111"]
    assert not told_of_activity(activity, world.nobody)
    ReportingRound.objects.update(published_at=NOW, closed_at=NOW)
    (told,) = told_of_activity(activity, world.nobody)
    assert told.dissents == (("Civil society", "We count otherwise."),)
    assert told.url == ""
    page = Visitor().open(f"/plans/{world.plan.code}/activities/1.1.1/")
    assert "We count otherwise." in page.text
    # One institution's figure may count few people: the public reads the combined one.
    assert not told_of_indicator(world.indicators["i111a"], world.nobody)


def test_a_dissent_on_an_earlier_version_stays_for_insiders(world, sei):
    accept(world, sei)
    transition(subject=sei, action="dissent", by=world.cso_lead, at=NOW, comment="We count otherwise.")
    hand_in(send_back(world, sei), world.focal_sei)
    (told,) = told_of_activity(world.activities["a111"], world.monitoring)
    assert told.dissents == (("Civil society", "We count otherwise."),)


def test_the_latest_round_comes_first(world, figure):
    for year, n in ((2024, 11), (2025, 18)):
        round = open_round(world, year, **EARLIER, closes_on=date(2025, 6, 1))
        hand_in(submission_of(round, world.sei), world.focal_sei, {total(figure): nd(n, 452)})
    told = told_of_indicator(figure, world.monitoring)
    assert [(one.round, one.figure.replace("\N{NO-BREAK SPACE}", " ")) for one in told] == [
        ("2025", "18 / 452 = 4.0%"),
        ("2024", "11 / 452 = 2.4%"),
    ]


def test_as_many_queries_for_three_rounds_as_for_one(world, figure, django_assert_num_queries):
    def report(year):
        round = open_round(world, year, **EARLIER, closes_on=date(2027, 6, 1))
        endorse(world, accept(world, hand_in(submission_of(round, world.sei), world.focal_sei)))

    def read():
        told_of_activity(world.activities["a111"], world.monitoring)
        told_of_indicator(figure, world.monitoring)
        figure_history(figure, world.monitoring)

    report(2024)
    read()  # content types and seats are remembered from then on
    with django_assert_num_queries(18):
        read()
    report(2025)
    report(2026)
    with django_assert_num_queries(18):
        read()


# The history of figures


def test_each_hand_in_that_changes_a_figure_says_from_what_to_what_and_why(world, sei, figure):
    again = send_back(world, sei, "Which denominator?", at=later(minutes=5))
    hand_in(again, world.focal_sei, {total(figure): nd(18, 442)}, at=later(minutes=9))
    newest, oldest = figure_history(figure, world.gov_lead)
    assert (newest.title, newest.who, newest.round) == ("SEI: handed in, version 2", "focal_sei", "2024")
    assert newest.why == "After a return: Which denominator?"
    (box,) = newest.changes
    assert "452" in box.old
    assert "442" in box.new
    assert (oldest.title, oldest.why) == ("SEI: handed in, version 1", "")


def test_a_hand_in_that_leaves_the_figure_is_not_told(world, sei, figure):
    hand_in(send_back(world, sei), world.focal_sei, {total(figure): nd(18, 452)}, narrative="Said anew.")
    assert [one.title for one in figure_history(figure, world.gov_lead)] == ["SEI: handed in, version 1"]


def test_the_history_of_a_draft_is_its_institutions_own(world, sei, figure):
    again = send_back(world, sei)
    fill(again, world.focal_sei, {total(figure): nd(19, 452)})
    own = draft_history(figure, world.focal_sei)
    assert any("19" in str(line.new) for change in own for line in change.lines)
    assert draft_history(figure, world.gov_lead) == []
    page = Visitor(world.focal_sei).open(address(figure, "figures"))
    assert "In your institution's drafts" in page.text
    assert "In your institution's drafts" not in Visitor(world.gov_lead).open(address(figure, "figures")).text
    assert draft_history(figure, world.focal_mssi) == []


def test_nothing_to_tell_yet(world, figure):
    page = Visitor(world.steering).open(address(figure, "figures"))
    assert "Nothing that you may read has been handed in yet." in page.text


# Statuses set by hand


@pytest.fixture
def result(sei, figure, world):
    return IndicatorResult.objects.totals().get(indicator=figure)


def test_the_computed_status_the_person_and_the_reason_stay(world, result, figure):
    computed = result.status
    assert computed != "at_risk"
    override_status(
        result=result, status="at_risk", reason=" Counted late. ", by=world.secretariat, at=later(minutes=1)
    )
    refresh_results(type(figure).objects.all(), at=later(days=1))
    result.refresh_from_db()
    assert (result.status, result.computed_status, result.override_reason) == (
        "at_risk",
        computed,
        "Counted late.",
    )
    assert result.override_by == world.secretariat
    withdraw_override(result=result, reason="Counted now.", by=world.secretariat, at=later(days=2))
    result.refresh_from_db()
    assert (result.status, result.override_status, result.override_by) == (computed, "", None)
    said = [(one.who, one.why) for one in figure_history(figure, world.monitoring)]
    assert said[:2] == [("secretariat", "Counted now."), ("secretariat", "Counted late.")]


def test_no_reason_no_change(world, result):
    before = result.status
    for reason in ("", "  ", "\x00"):
        with pytest.raises(ValidationError, match="needs a reason"):
            override_status(result=result, status="at_risk", reason=reason, by=world.secretariat, at=NOW)
    result.refresh_from_db()
    assert result.status == before


@pytest.mark.parametrize("who", ["focal_sei", "gov_lead", "cso_lead", "monitoring", "steering", "outsider"])
def test_only_the_secretariat_sets_it(world, result, who):
    with pytest.raises(PermissionDenied):
        override_status(result=result, status="at_risk", reason="Mine.", by=world.users[who], at=NOW)


def test_what_the_arithmetic_says_needs_no_hand(world, result):
    with pytest.raises(ValidationError, match="its status already"):
        override_status(result=result, status=result.status, reason="Why?", by=world.secretariat, at=NOW)
    with pytest.raises(ValidationError, match="Choose one of the statuses"):
        override_status(result=result, status="splendid", reason="Why?", by=world.secretariat, at=NOW)
    override_status(result=result, status="at_risk", reason="Late.", by=world.secretariat, at=NOW)
    with pytest.raises(ValidationError, match="what the arithmetic says"):
        override_status(
            result=result, status=result.computed_status, reason="Why?", by=world.secretariat, at=NOW
        )


def test_who_was_slower_is_told(world, result):
    override_status(result=result, status="at_risk", reason="Late.", by=world.secretariat, at=NOW)
    with pytest.raises(StateConflict, match="has become “At risk” since"):
        override_status(
            result=result,
            status="achieved",
            reason="Done.",
            by=world.administrator,
            at=NOW,
            seen=result.status,
        )


def test_published_is_final(world, result, round):
    ReportingRound.objects.filter(pk=round.pk).update(published_at=NOW, closed_at=NOW)
    with pytest.raises(StateConflict, match="a correction is a new revision"):
        override_status(result=result, status="at_risk", reason="Late.", by=world.secretariat, at=NOW)
    page = Visitor(world.secretariat).open(address(result.indicator, "rounds", "2024", "status"))
    assert "Set the status" not in page.buttons()


def test_by_the_page(world, result, figure):
    page = Visitor(world.secretariat).open(address(figure)).follow("Set by hand")
    page.press("Set the status", status=422, reason="")
    assert "Changing a computed status needs a reason." in page.text
    answer = page.client.post(
        address(figure, "rounds", "2024", "status"),
        {"action": "override", "status": "at_risk", "reason": "Counted late.", "seen": result.status},
        follow=True,
    )
    assert answer.status_code == 200
    page.open(address(figure))
    assert "Counted late." in page.text
    assert "Set by hand (computed:" in page.text
    page.open(address(figure, "rounds", "2024", "status"))
    page.press("Take back what was set by hand", **{"withdraw-reason": "Counted now."})
    result.refresh_from_db()
    assert result.override_status == ""


def test_a_dissent_is_never_lost_from_the_record(world, sei):
    accept(world, sei)
    transition(subject=sei, action="dissent", by=world.cso_lead, at=NOW, comment="No.")
    transition(subject=sei, action="endorse", by=world.cso_lead, at=NOW)
    assert SignOff.objects.filter(submission=sei, verdict="dissent", statement="No.").exists()
    (told,) = told_of_activity(world.activities["a111"], world.monitoring)
    assert told.dissents == (("Civil society", "No."),)
