"""Groups and exceptions of a round: who may give them, what is refused, and what everybody reads of them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from frameworks.history import Stale
from frameworks.models import ReportingRound, RoundException, RoundGroup
from frameworks.models.round import ExceptionKind
from frameworks.operations.round_groups import (
    delete_group,
    end_exception,
    grant_exception,
    group_version,
    save_group,
)
from frameworks.operations.rounds import close_round, publish_round
from frameworks.workflow import StateConflict
from monitoring.models import Submission
from tests.monitoring.reported import open_round, submission_of
from tests.pages import Visitor
from tests.world import make_institution

pytestmark = pytest.mark.django_db
KIND = ExceptionKind


def now():
    return timezone.now()


def day(days):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def round(world):
    """Open now, due in nine days, closing in thirty."""
    return open_round(world, opens_on=day(-9), due_on=day(9), closes_on=day(30), opened_at=now())


@pytest.fixture
def past(world):
    """Its deadline was ten days ago; it closed yesterday."""
    return open_round(world, opens_on=day(-60), due_on=day(-10), closes_on=day(-1), opened_at=now())


def at(world, path=""):
    return f"/plans/{world.plan.code}/rounds/2024/{path}"


def make_group(world, round, *institutions, name="Civil society", reason="Their year ends later.", by=None):
    group = RoundGroup(
        round=round, name=name, reason=reason, opens_on=day(-9), due_on=day(20), closes_on=day(40)
    )
    return save_group(group=group, institutions=institutions, by=by or world.secretariat, at=now())


def grant(world, round, institution=None, kind=KIND.EXTENSION, until=None, reason="Floods.", by=None):
    return grant_exception(
        round=round,
        institution=institution or world.mae,
        kind=kind,
        until=until or day(14),
        reason=reason,
        by=by or world.secretariat,
        at=now(),
    )


# Who may


@pytest.mark.parametrize("who", ["focal_mae", "gov_lead", "steering", "monitoring", "outsider"])
def test_only_the_secretariat_sets_dates(world, round, who):
    by = world.users[who]
    group, exception = make_group(world, round, world.mae), grant(world, round, world.sei)
    for attempt in (
        lambda: make_group(world, round, world.mssi, name="Others", by=by),
        lambda: delete_group(group=group, reason="No.", by=by, at=now()),
        lambda: grant(world, round, world.mssi, by=by),
        lambda: end_exception(exception=exception, reason="No.", by=by, at=now()),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert RoundGroup.objects.get() == group and RoundException.objects.get().ended_at is None


# What is refused


def refusal(attempt):
    with pytest.raises(ValidationError) as error:
        attempt()
    return error.value.message_dict


def test_a_group_needs_a_reason_members_and_dates_in_order(world, round):
    assert refusal(lambda: make_group(world, round, world.mae, reason=" \n")) == {
        "reason": ["Say why they report by other dates."]
    }
    assert refusal(lambda: make_group(world, round)) == {"institutions": ["Choose at least one institution."]}
    group = RoundGroup(round=round, name="X", reason="Y", opens_on=day(0), due_on=day(9), closes_on=day(8))
    said = refusal(lambda: save_group(group=group, institutions=[world.mae], by=world.secretariat, at=now()))
    assert said == {"__all__": ["Dates run in this order: reporting opens, is due, closes."]}
    assert not RoundGroup.objects.exists()


def test_an_institution_is_in_one_group_and_owes_a_report(world, round):
    make_group(world, round, world.mae)
    assert refusal(lambda: make_group(world, round, world.sei, world.mae, name="Others")) == {
        "institutions": ["MAE is in the group “Civil society” already: take it out there first."]
    }
    stranger = make_institution("MNEC")
    assert refusal(lambda: make_group(world, round, stranger, name="Others")) == {
        "institutions": ["MNEC: owes no report in this round."]
    }
    assert refusal(lambda: grant(world, round, stranger)) == {
        "institution": ["MNEC: owes no report in this round."]
    }
    assert RoundGroup.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "days", "words"),
    [
        (KIND.EXTENSION, -1, "This day is over: choose today or a later one."),
        (KIND.EXTENSION, 9, "Their report is due on"),
        (KIND.REOPENING, 30, "They can report until"),
    ],
)
def test_a_day_that_gives_nothing_is_refused(world, round, kind, days, words):
    assert words in refusal(lambda: grant(world, round, kind=kind, until=day(days)))["until"][0]
    assert not RoundException.objects.exists()


def test_today_can_be_the_last_day_of_a_reopening(world, past):
    exception = grant(world, past, kind=KIND.REOPENING, until=day(0))
    assert exception.is_in_force(day(0)) and not exception.is_in_force(day(1))


def test_an_exception_needs_a_reason_and_so_does_its_end(world, round):
    assert refusal(lambda: grant(world, round, reason="  ")) == {"reason": ["Say why."]}
    exception = grant(world, round)
    assert refusal(lambda: end_exception(exception=exception, reason="", by=world.secretariat, at=now())) == {
        "reason": ["Say why."]
    }
    group = make_group(world, round, world.mae)
    assert refusal(lambda: delete_group(group=group, reason="", by=world.secretariat, at=now())) == {
        "reason": ["Say why."]
    }


def test_nothing_is_set_once_the_figures_are_published(world, round):
    group, exception = make_group(world, round, world.mae), grant(world, round, world.sei)
    publish_round(round=round, by=world.secretariat, at=now())
    for attempt in (
        lambda: make_group(world, round, world.mssi, name="Others"),
        lambda: delete_group(group=group, reason="No.", by=world.secretariat, at=now()),
        lambda: grant(world, round, world.mssi),
        lambda: end_exception(exception=exception, reason="No.", by=world.secretariat, at=now()),
    ):
        with pytest.raises(StateConflict, match="published"):
            attempt()


def test_an_exception_ends_once_and_needs_an_open_round(world, round):
    exception = grant(world, round)
    end_exception(exception=exception, reason="They are done.", by=world.secretariat, at=now())
    with pytest.raises(StateConflict, match="has ended already"):
        end_exception(exception=exception, reason="Again.", by=world.secretariat, at=now())
    ReportingRound.objects.filter(pk=round.pk).update(opened_at=None)
    with pytest.raises(StateConflict, match="has not been opened"):
        grant(world, round)


def test_a_group_that_was_saved_meanwhile_is_not_overwritten(world, round):
    group = make_group(world, round, world.mae)
    seen = group_version(group)
    save_group(group=group, institutions=[world.mssi], by=world.secretariat, at=now())
    with pytest.raises(Stale):
        save_group(group=group, institutions=[world.mae], version=seen, by=world.secretariat, at=now())
    assert [str(one) for one in group.institutions.all()] == ["MSSI"]


# The pages


def as_text(*days_of):
    return dict(
        zip(("opens_on", "due_on", "closes_on"), (day(days).isoformat() for days in days_of), strict=True)
    )


def test_a_group_is_made_changed_and_removed_on_the_pages(world, round):
    page = Visitor(world.secretariat).open(at(world))
    assert "Everybody reports by the dates above." in page.text
    page.follow("Add a group")
    page.press("Save", name="Civil society", institutions=[], reason="", **as_text(-9, 20, 19), status=200)
    for words in ("Choose at least one institution.", "This field is required.", "Dates run in this order"):
        assert words in page.text
    page.press(
        "Save", institutions=[str(world.mae.pk)], reason="Their year ends later.", **as_text(-9, 20, 40)
    )
    group = RoundGroup.objects.get()
    assert "The dates of the group are saved." in page.text
    assert "Their year ends later." in page.text
    assert submission_of_first(round, world.mae).due_on == day(20)
    page.follow("Edit Civil society")
    page.press("Save", institutions=[str(world.mae.pk), str(world.mssi.pk)], **as_text(-9, 21, 40))
    group.refresh_from_db()
    assert (group.due_on, group.institutions.count()) == (day(21), 2)
    assert "secretariat" in page.page.xpath("//ol[@class='timeline']/li[1]//strong")[0].text
    assert "Civil society" in page.text.split("History")[1]
    page.follow("Remove Civil society")
    page.press("Remove the group", reason="")
    assert "This field is required." in page.text
    page.press("Remove the group", reason="They agreed to the usual dates.")
    assert not RoundGroup.objects.exists()
    assert "They agreed to the usual dates." in page.text.split("History")[1]
    assert not Submission.objects.filter(own_due_on__isnull=False).exists()


def submission_of_first(round, institution):
    return Submission.objects.filter(round=round, institution=institution).select_related("round").first()


def test_an_institution_of_another_group_is_named_in_the_list_and_refused(world, round):
    make_group(world, round, world.mae)
    page = Visitor(world.secretariat).open(at(world, "groups/new/"))
    assert "MAE (in “Civil society”)" in page.text
    page.press("Save", name="Others", institutions=[str(world.mae.pk)], reason="Why not.")
    assert "MAE is in the group “Civil society” already: take it out there first." in page.text


def test_an_institution_finds_the_closed_round_open_to_it_again(world, past):
    """The whole way: locked with the reason, asked, given, found, written, over."""
    close_round(round=past, by=world.secretariat, at=now())
    mssi = submission_of(past, world.mssi)
    mine = f"/plans/{world.plan.code}/my-report/"
    focal = Visitor(world.focal_mssi).open(mine)
    assert "Round 2024 is closed. The secretariat closed it on" in focal.text
    assert "it can let your institution report again" in focal.text
    assert "Overdue" in focal.text

    office = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/dashboard/")
    office.follow("Give more time MSSI")
    office.press(
        "Let them report", kind="reopening", until=day(5).isoformat(), reason="Their server had burnt."
    )
    assert "may report again until" in office.text
    assert "Their server had burnt." in office.text

    focal.open(mine)
    assert "Round 2024 is open to your institution again, until" in focal.text
    assert "10 days late" in focal.text, "the deadline stays"
    focal.follow("2.1.1 Activity 2.1.1")
    focal.press("Save", narrative="Work went on.", form=0)
    assert mssi.progress.get().narrative == "Work went on."

    office.open(at(world)).follow("End it MSSI")
    office.press("End it now", reason="They have handed it in on paper.")
    assert "The exception has ended." in office.text
    assert "Ended early" in office.text
    history = office.text.split("History")[1]
    assert "They have handed it in on paper." in history
    assert "Round 2024 is closed." in focal.open(mine).text


def test_the_review_queue_offers_more_time_for_who_is_late(world, past):
    queue = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/pillars/P2/review/?round=2024")
    queue.follow("Give MSSI more time, or let it report again")
    assert f'value="{world.mssi.pk}" selected' in queue.answer.content.decode()
    lead = Visitor(world.other_gov_lead).open(f"/plans/{world.plan.code}/pillars/P2/review/?round=2024")
    assert not lead.links("Give MSSI more time")


def test_a_second_exception_is_announced_and_replaces_the_first(world, round):
    first = grant(world, round)
    page = Visitor(world.secretariat).open(at(world, "exceptions/new/"))
    assert "MAE until" in page.text
    page.press(
        "Let them report",
        institution=str(world.mae.pk),
        kind="extension",
        until=day(20).isoformat(),
        reason="Still more floods.",
    )
    first.refresh_from_db()
    assert first.ended_at is not None
    assert "1 earlier exception" in page.text


def test_who_reads_the_exceptions(world, round):
    grant(world, round, world.mae, reason="Their director is ill.")
    for who in ("secretariat", "administrator", "gov_lead", "steering", "monitoring", "focal_mae"):
        assert "Their director is ill." in Visitor(world.users[who]).open(at(world)).text, who
    assert "Their director is ill." not in Visitor(world.focal_sei).open(at(world)).text
    for who in ("gov_lead", "focal_mae"):
        page = Visitor(world.users[who]).open(at(world))
        assert not page.links("End it") and not page.links("Add a group")


def test_the_page_before_publishing_says_who_may_still_report(world, round):
    grant(world, round, world.mae, until=day(14))
    page = Visitor(world.secretariat).open(at(world, "publish/"))
    assert "Some institutions may still report" in page.text
    assert "MAE, until" in page.text
    page.press("Publish the figures")
    assert "Ended when the figures were published." in page.text
    assert not page.links("End it") and not page.links("Give more time")
    assert "its dates are fixed" in page.open(at(world, "exceptions/new/")).text


def test_who_moves_the_round_s_dates_is_told_that_others_stay(world, round):
    page = Visitor(world.secretariat).open(at(world, "edit/"))
    assert "Groups and exceptions keep their own dates." not in page.text
    make_group(world, round, world.mae)
    assert "Groups and exceptions keep their own dates." in page.open(at(world, "edit/")).text
    page.press("Save", due_on=day(12).isoformat())
    assert submission_of_first(round, world.mae).due_on == day(20)
    assert submission_of_first(round, world.mssi).due_on == day(12)


def test_a_closed_round_says_that_some_may_still_report(world, past):
    page = Visitor(world.secretariat).open(at(world))
    assert "The round takes no more reports, except those that were returned." in page.text
    grant(world, past, kind=KIND.REOPENING, until=day(3))
    assert "the institutions that may report again: see below" in page.open(at(world)).text


def test_a_round_that_is_not_open_offers_groups_only(world):
    open_round(world, opens_on=day(1), due_on=day(9), closes_on=day(30), opened_at=None)
    page = Visitor(world.secretariat).open(at(world))
    assert page.links("Add a group") and not page.links("Give more time")
    assert "has not been opened" in page.open(at(world, "exceptions/new/")).text


@pytest.mark.parametrize("path", ["groups/{group}/", "groups/{group}/remove/", "exceptions/{exception}/end/"])
def test_things_of_another_round_are_not_found_here(world, round, path):
    other = open_round(world, 2025, opens_on=day(-9), due_on=day(9), closes_on=day(30), opened_at=now())
    group, exception = make_group(world, other, world.mae), grant(world, other, world.sei)
    path = path.format(group=group.pk, exception=exception.pk)
    Visitor(world.secretariat).open(at(world, path), status=404)


def test_the_page_of_the_round_costs_the_same_for_many(world, round, django_assert_num_queries, client):
    client.force_login(world.secretariat)
    for more in (1, 3):
        names = [make_institution(f"X{more}{number}") for number in range(more)]
        for number, one in enumerate(names):
            group = RoundGroup.objects.create(
                round=round,
                name=f"{more}{number}",
                opens_on=day(0),
                due_on=day(1),
                closes_on=day(2),
                reason=".",
            )
            group.memberships.create(round=round, institution=one)
            RoundException.objects.create(
                round=round, institution=one, kind="extension", until=day(9), reason=".",
                granted_by=world.secretariat, granted_at=datetime(2025, 1, 1, tzinfo=UTC),
            )  # fmt: skip
        with django_assert_num_queries(17):
            assert client.get(at(world)).status_code == 200
