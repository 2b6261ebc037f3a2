"""Rounds: planning one, opening, closing and publishing it, and that two people at once do it once."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from frameworks.forms.rounds import next_round
from frameworks.models import Plan, ReportingRound
from frameworks.models.round import RoundPhase
from frameworks.operations.rounds import close_round, create_round, open_round, publish_round, update_round
from frameworks.workflow import StateConflict
from monitoring.models import IndicatorResult, Submission
from tests.monitoring.report_world import real_transactions
from tests.monitoring.reported import accept, endorse, hand_in, nd, submission_of, total
from tests.monitoring.reported import open_round as opened_round
from tests.pages import Visitor
from tests.world import NOW, TODAY, make_round, make_world

pytestmark = pytest.mark.django_db


def at(world, path=""):
    return f"/plans/{world.plan.code}/rounds/{path}"


def days(opens=-5, due=20, closes=40):
    """Dates around today, so that the pages, which read the clock, find the round in the phase that is meant."""
    today = timezone.localdate()
    return {
        "opens_on": today + timedelta(days=opens),
        "due_on": today + timedelta(days=due),
        "closes_on": today + timedelta(days=closes),
    }


def as_text(values):
    return {name: value.isoformat() for name, value in values.items()}


# Planning


def test_an_empty_list_says_what_to_do(world):
    page = Visitor(world.secretariat).open(at(world))
    assert "No round is planned yet." in page.text
    assert page.links("Plan a round") == [at(world, "new/"), at(world, "new/")]
    page = Visitor(world.focal_sei).open(at(world))
    assert "The secretariat plans it" in page.text
    assert not page.links("Plan a round")


def test_the_first_round_is_the_plan_s_first_year(world):
    assert next_round(world.plan, None, TODAY) == {
        "label": "2024",
        "periodicity": "year",
        "period_start": date(2024, 1, 1),
        "period_end": date(2024, 12, 31),
        "opens_on": date(2025, 1, 2),
        "due_on": date(2025, 2, 28),
        "closes_on": date(2025, 3, 31),
    }
    leap = Plan(start_year=2023, end_year=2027)
    assert next_round(leap, None, date(2024, 1, 1))["due_on"] == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("periodicity", "period", "label", "expected"),
    [
        ("year", (date(2024, 1, 1), date(2024, 12, 31)), "2025", (date(2025, 1, 1), date(2025, 12, 31))),
        (
            "half_year",
            (date(2024, 1, 1), date(2024, 6, 30)),
            "2024-H2",
            (date(2024, 7, 1), date(2024, 12, 31)),
        ),
        (
            "half_year",
            (date(2024, 7, 1), date(2024, 12, 31)),
            "2025-H1",
            (date(2025, 1, 1), date(2025, 6, 30)),
        ),
        (
            "quarter",
            (date(2024, 10, 1), date(2024, 12, 31)),
            "2025-Q1",
            (date(2025, 1, 1), date(2025, 3, 31)),
        ),
        ("quarter", (date(2024, 1, 1), date(2024, 3, 31)), "2024-Q2", (date(2024, 4, 1), date(2024, 6, 30))),
    ],
)
def test_the_next_round_follows_the_last(world, periodicity, period, label, expected):
    last = make_round(
        world.plan, periodicity=periodicity, period_start=period[0], period_end=period[1], label="last"
    )
    values = next_round(world.plan, last, TODAY)
    assert (values["label"], values["period_start"], values["period_end"]) == (label, *expected)


def test_the_next_year_moves_every_date_on(world):
    values = next_round(world.plan, make_round(world.plan, 2024), TODAY)
    # 28 February 2025 is the last of its month; 2026 has no 29th either.
    assert (values["opens_on"], values["due_on"], values["closes_on"]) == (
        date(2026, 1, 2),
        date(2026, 2, 28),
        date(2026, 3, 31),
    )


def test_a_round_whose_dates_are_over_begins_today(world):
    """A plan of 2024 that is entered in 2026 can still be reported on for its first year."""
    values = next_round(world.plan, None, date(2026, 11, 24))
    assert (values["label"], values["period_end"]) == ("2024", date(2024, 12, 31))
    assert (values["opens_on"], values["due_on"], values["closes_on"]) == (
        date(2026, 11, 24),
        date(2027, 1, 19),
        date(2027, 2, 16),
    )
    # On the last day of the usual dates they still hold.
    assert next_round(world.plan, None, date(2025, 3, 31))["opens_on"] == date(2025, 1, 2)


def test_a_round_is_planned_and_stays_closed(world):
    page = Visitor(world.secretariat).open(at(world, "new/"))
    assert "Filled in for you: the plan's first year" in page.text
    page.press("Plan the round")
    round = ReportingRound.objects.get()
    assert (round.label, round.opened_at, round.phase(date(2025, 1, 20))) == (
        "2024",
        None,
        RoundPhase.PLANNED,
    )
    assert not Submission.objects.exists()
    assert "This round is not open yet" in page.text
    assert (
        "everything is one period after round 2024" in Visitor(world.secretariat).open(at(world, "new/")).text
    )


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"label": "new"}, "label", "“new” is an address of its own here"),
        ({"label": "2024 first"}, "label", "A code holds letters"),
        ({"label": "2023"}, "label", "This plan already has a round of that name."),
        (
            {"period_end": "2023-12-31", "period_start": "2023-01-01"},
            "period_start",
            "The plan runs 2024–2028",
        ),
        ({"period_end": "2024-01-01"}, "period_end", "The period must end after it begins."),
        ({"due_on": "2025-01-01"}, "due_on", "Dates run in this order: reporting opens, is due, closes."),
        ({"closes_on": "2025-02-27"}, "due_on", "Dates run in this order"),
        ({"opens_on": "2023-12-31"}, "opens_on", "Reporting cannot open before the period has begun."),
        ({"due_on": "28/02/2025x"}, "due_on", "Write a day as year-month-day"),
        ({"due_on": ""}, "due_on", "This field is required."),
    ],
)
def test_bad_input_of_a_round(world, values, field, words):
    make_round(world.plan, 2023, period_end=date(2024, 6, 30))
    good = {
        "label": "2024",
        "period_start": "2024-01-01",
        "period_end": "2024-12-31",
        "opens_on": "2025-01-02",
        "due_on": "2025-02-28",
        "closes_on": "2025-03-31",
    }
    page = Visitor(world.secretariat).open(at(world, "new/")).press("Plan the round", **(good | values))
    assert words in page.text
    assert page.page.xpath("//*[@id=$id]", id=f"id_{field}_error")
    assert ReportingRound.objects.count() == 1


def test_one_round_a_period(world):
    make_round(world.plan, 2024, label="first")
    page = Visitor(world.secretariat).open(at(world, "new/"))
    page.press("Plan the round", label="again", period_start="2024-01-01", period_end="2024-12-31")
    assert "This plan already has a round for that period." in page.text


# Opening


def test_opening_makes_the_expected_submissions_and_results(world):
    make_round(world.plan, opened=False, **days())
    page = Visitor(world.secretariat).open(at(world, "2024/")).press("Open the round")
    assert "The round is open." in page.text
    round = ReportingRound.objects.get()
    assert (round.opened_by, round.phase(timezone.localdate())) == (world.secretariat, RoundPhase.OPEN)
    expected = Submission.objects.values_list(
        "institution__code", "pillar__code", "accountable__code", "state"
    )
    # MAE's own report, and its part of what SEI answers for.
    assert set(expected) == {
        ("MAE", "P1", None, "draft"),
        ("MAE", "P1", "SEI", "draft"),
        ("MSSI", "P2", None, "draft"),
        ("SEI", "P1", None, "draft"),
    }
    assert set(IndicatorResult.objects.totals().values_list("status", flat=True)) == {"not_yet_due"}
    assert "Expected 4" in page.text
    assert "Still with the institutions 4" in page.text


def test_opening_twice_is_told_and_changes_nothing(world):
    make_round(world.plan, opened=False, **days())
    first, second = Visitor(world.secretariat), Visitor(world.administrator)
    for one in (first, second):
        one.open(at(world, "2024/"))
    first.press("Open the round")
    second.press("Open the round")
    assert "secretariat opened round 2024 on" in second.text
    assert Submission.objects.count() == 4
    assert ReportingRound.objects.get().opened_by == world.secretariat


@real_transactions
def test_two_open_at_once_and_one_wins():
    world = make_world()
    round = make_round(world.plan, opened=False)
    start, outcomes = Barrier(2), []

    def press(by):
        try:
            start.wait()
            open_round(round=round, by=by, at=NOW)
            outcomes.append("open")
        except StateConflict as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [Thread(target=press, args=[by]) for by in (world.secretariat, world.administrator)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("open") == 1
    assert any("opened round 2024 on" in outcome for outcome in outcomes)
    assert Submission.objects.count() == 4


def test_it_can_be_opened_ahead_of_its_day(world):
    make_round(world.plan, opened=False, **days(opens=3))
    page = Visitor(world.secretariat).open(at(world, "2024/")).press("Open the round")
    assert "The round is opened ahead of its day" in page.text
    assert Submission.objects.count() == 4


def test_a_round_that_is_over_is_not_opened(world):
    round = make_round(world.plan, opened=False, **days(-50, -40, -1))
    page = Visitor(world.secretariat).open(at(world, "2024/"))
    assert "The closing date is over" in page.text
    assert "Open the round" not in page.buttons()
    with pytest.raises(ValidationError, match="which is over: change its dates first"):
        open_round(round=round, by=world.secretariat, at=timezone.now())
    # On its very last day it still can.
    round.closes_on = timezone.localdate()
    round.save()
    open_round(round=round, by=world.secretariat, at=timezone.now())


def test_the_last_day_is_that_of_the_plan_s_clock(world):
    """31 March, 23:30 in Dili is still 31 March, though it is 14:30 in Greenwich."""
    round = make_round(world.plan, opened=False)
    open_round(round=round, by=world.secretariat, at=datetime(2025, 3, 31, 14, 30, tzinfo=UTC))
    round.opened_at = None
    round.save()
    with pytest.raises(ValidationError):
        open_round(round=round, by=world.secretariat, at=datetime(2025, 3, 31, 15, 30, tzinfo=UTC))


# Closing and editing


def test_closing(world):
    opened_round(world, **days())
    page = Visitor(world.secretariat).open(at(world, "2024/")).press("Close the round")
    assert "The round is closed." in page.text
    round = ReportingRound.objects.get()
    assert not round.accepts_submissions(timezone.localdate())
    assert "Close the round" not in page.buttons()
    with pytest.raises(StateConflict, match="was closed on"):
        close_round(round=round, by=world.secretariat, at=NOW)


def test_a_round_that_never_opened_is_neither_closed_nor_published(world):
    round = make_round(world.plan, opened=False)
    for operation in (close_round, publish_round):
        with pytest.raises(StateConflict, match="has not been opened"):
            operation(round=round, by=world.secretariat, at=NOW)


def test_before_opening_everything_can_be_edited(world):
    make_round(world.plan, opened=False, **days())
    page = Visitor(world.secretariat).open(at(world, "2024/edit/"))
    page.press("Save", label="2024-all", period_start="2024-02-01")
    round = ReportingRound.objects.get()
    assert (round.label, round.period_start) == ("2024-all", date(2024, 2, 1))
    assert page.answer.request["PATH_INFO"] == at(world, "2024-all/")


def test_an_open_round_keeps_name_and_period_and_moves_its_dates(world):
    round = opened_round(world, **days(-30, -2, 10))
    sei = round.submissions.get(institution=world.sei)
    page = Visitor(world.secretariat).open(at(world, "2024/edit/"))
    assert set(page.field_names("Save")) >= {"opens_on", "due_on", "closes_on"}
    assert "label" not in page.field_names("Save")
    page.press("Save", **as_text(days(-30, 8, 20)))
    round.refresh_from_db()
    assert round.phase(timezone.localdate()) == RoundPhase.OPEN
    assert sei not in Submission.objects.overdue(timezone.localdate())
    assert "Due on" in page.text  # in the history
    with pytest.raises(ValidationError, match="only its dates can be changed"):
        update_round(round=round, changed=["label"], by=world.secretariat, at=NOW)


def test_a_moved_deadline_makes_a_blank_not_yet_due_again(world):
    opened_round(world, **days(-30, -2, 10))
    page = Visitor(world.secretariat).open(at(world, "2024/edit/"))
    page.press("Save", **as_text(days(-30, -1, 10)))
    assert set(IndicatorResult.objects.totals().values_list("status", flat=True)) == {"no_data"}
    page.open(at(world, "2024/edit/")).press("Save", **as_text(days(-30, 8, 10)))
    assert set(IndicatorResult.objects.totals().values_list("status", flat=True)) == {"not_yet_due"}


def test_who_was_slower_is_told(world):
    opened_round(world, **days())
    slow, quick = (
        Visitor(world.users[name]).open(at(world, "2024/edit/")) for name in ("secretariat", "administrator")
    )
    quick.press("Save", **as_text(days(closes=50)))
    slow.press("Save", **as_text(days(closes=60)))
    assert "administrator changed this on" in slow.text
    assert ReportingRound.objects.get().closes_on == days(closes=50)["closes_on"]


# Publishing


def published(world):
    """A round with one endorsed submission, one accepted, one draft; the publish page of it."""
    round = opened_round(world)
    sei = hand_in(
        submission_of(round, world.sei), world.focal_sei, {total(world.indicators["i111a"]): nd(30, 450)}
    )
    mae = hand_in(submission_of(round, world.mae), world.focal_mae)
    endorse(world, accept(world, sei))
    accept(world, mae)
    return round, Visitor(world.secretariat).open(at(world, "2024/publish/"))


def test_the_page_says_what_becomes_public_and_what_does_not(world):
    _round, page = published(world)
    text = page.text
    assert "Indicator figures that become public 1" in text
    assert "Figures held back 1" in text
    assert "Submissions not accepted 2" in text  # MSSI's, and MAE's part of what SEI answers for
    assert "It cannot be taken back." in text
    assert "The plan is not shown to the public" in text
    assert ReportingRound.objects.get().published_at is None  # looking changes nothing


def test_publishing_shows_the_confirmed_figures_and_closes_the_round(world):
    round, page = published(world)
    page.press("Publish the figures")
    assert "The figures are published." in page.text
    round.refresh_from_db()
    assert round.closed_at == round.published_at is not None
    assert round.published_by == world.secretariat
    provenance = dict(IndicatorResult.objects.totals().values_list("indicator__code", "provenance"))
    assert provenance == {"1.1.1a": "published", "1.1.2a": "accepted", "2.1.1a": "none"}


def test_published_is_final(world):
    round, page = published(world)
    page.press("Publish the figures")
    assert "Edit the dates" not in page.text
    assert page.open(at(world, "2024/publish/")).answer.request["PATH_INFO"] == at(world, "2024/")
    with pytest.raises(StateConflict, match="secretariat published round 2024 on"):
        publish_round(round=round, by=world.administrator, at=NOW)
    with pytest.raises(StateConflict, match="its dates are fixed"):
        update_round(round=round, changed=["due_on"], by=world.secretariat, at=NOW)


def test_an_earlier_closing_stays(world):
    round = opened_round(world)
    close_round(round=round, by=world.secretariat, at=NOW)
    done = publish_round(round=round, by=world.secretariat, at=NOW + timedelta(days=3))
    assert done.closed_at == NOW


# The page for those who read


def test_readers_have_no_buttons(world):
    opened_round(world, **days())
    page = Visitor(world.focal_sei).open(at(world, "2024/"))
    assert not {"Open the round", "Close the round"} & set(page.buttons())
    assert not page.links("Publish")
    assert "What came in" not in page.text  # the board is for those who see all submissions
    assert "What came in" in Visitor(world.monitoring).open(at(world, "2024/")).text


def test_phases_in_the_list(world):
    make_round(world.plan, 2024, published_at=NOW, closed_at=NOW)
    make_round(world.plan, 2025, **days(-30, -2, 10))
    make_round(world.plan, 2026, opened=False, **days(400, 410, 420))
    text = Visitor(world.focal_sei).open(at(world)).text
    assert (
        text.index("2026 Planned")
        < text.index("2025 Past its deadline, still open")
        < text.index("2024 Published")
    )


@pytest.mark.parametrize(("path", "queries"), [("", 6), ("2024/", 14)])
def test_pages_cost_the_same_for_many(world, client, path, queries, django_assert_num_queries):
    client.force_login(world.secretariat)
    opened_round(world)
    with django_assert_num_queries(queries):
        client.get(at(world, path))
    for year in (2025, 2026, 2027):
        opened_round(world, year)
    with django_assert_num_queries(queries):
        client.get(at(world, path))


# Who may, and the operations themselves


def test_only_those_who_may(world, client):
    opened_round(world)
    get = ("new/", "2024/edit/", "2024/publish/")
    post = ("new/", "2024/edit/", "2024/open/", "2024/close/", "2024/publish/")
    for path in {"", "2024/", *get}:
        client.logout()
        assert client.get(at(world, path)).status_code == 302
        client.force_login(world.outsider)
        assert client.get(at(world, path)).status_code == 404
    client.force_login(world.gov_lead)
    assert {client.get(at(world, path)).status_code for path in get} == {403}
    assert {client.post(at(world, path)).status_code for path in post} == {403}
    client.force_login(world.secretariat)
    assert {client.get(at(world, path)).status_code for path in ("2024/open/", "2024/close/")} == {405}
    assert client.get(at(world, "1999/")).status_code == 404


def test_a_form_from_elsewhere_is_refused(world):
    make_round(world.plan, opened=False, **days())
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.secretariat)
    assert strict.post(at(world, "2024/open/")).status_code == 403
    assert ReportingRound.objects.get().opened_at is None


@pytest.mark.parametrize("name", ["focal_sei", "gov_lead", "monitoring", "steering", "outsider"])
def test_the_operations_refuse(world, name):
    round, by = make_round(world.plan, opened=False), world.users[name]
    copy = ReportingRound(plan=world.plan)
    for operation, values in (
        (create_round, {"round": copy}),
        (update_round, {"round": round, "changed": [], "at": NOW}),
        (open_round, {"round": round, "at": NOW}),
        (close_round, {"round": round, "at": NOW}),
        (publish_round, {"round": round, "at": NOW}),
    ):
        with pytest.raises(PermissionDenied):
            operation(by=by, **values)
    assert ReportingRound.objects.get().opened_at is None


def test_a_name_taken_meanwhile_is_told(world):
    first = make_round(world.plan, opened=False)
    copy = ReportingRound(
        plan=world.plan,
        label="2024",
        period_start=first.period_start,
        period_end=date(2024, 6, 30),
        opens_on=first.opens_on,
        due_on=first.due_on,
        closes_on=first.closes_on,
    )
    copy.full_clean = lambda: None  # the form looked before the other round was saved
    with pytest.raises(ValidationError, match="already has a round of that name"):
        create_round(round=copy, by=world.secretariat)
