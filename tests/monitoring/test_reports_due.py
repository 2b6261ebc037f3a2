"""Reports that make themselves, exactly once; and everything that two may do at the same time, with real transactions."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from frameworks.models import Activity
from monitoring import tasks
from monitoring.models import ReportRun
from monitoring.models.report import RunState
from monitoring.operations.reports import (
    claim_run,
    due_reports,
    finish_run,
    queue_due_reports,
    request_report,
    rescue_stopped,
)
from monitoring.reports import run as worker
from tests.monitoring.report_world import CUT_OFF, make_year, real_transactions
from tests.world import make_world


@pytest.fixture
def sent(monkeypatch):
    """The ids that were handed to the worker, instead of handing them over."""
    ids = []
    monkeypatch.setattr(tasks.build_report, "delay", ids.append)
    return ids


@pytest.fixture
def year(world):
    return make_year(world)


def ask(year, *, by=None, at=CUT_OFF, pillar=None):
    return request_report(
        plan=year.world.plan,
        round=year.round,
        pillar=pillar or year.world.participation,
        by=by or year.world.secretariat,
        at=at,
    )


def fresh(run):
    return ReportRun.objects.get(pk=run.pk)


def finish(run, at=CUT_OFF):
    finish_run(run, content=b"%PDF", pages=1, snapshot={}, data_sha256="0" * 64, cut_off=at, at=at)


DAY_AFTER = CUT_OFF.replace(month=3, day=1)


def test_reports_make_themselves_on_the_day_after_the_deadline(
    year, sent, django_capture_on_commit_callbacks
):
    assert queue_due_reports(at=DAY_AFTER - timedelta(days=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert queue_due_reports(at=DAY_AFTER) == 2
    runs = list(ReportRun.objects.order_by("pillar__order"))
    assert [(run.pillar.code, run.round, run.requested_by) for run in runs] == [
        ("P1", year.round, None),
        ("P2", year.round, None),
    ]
    assert sorted(sent) == sorted(run.pk for run in runs)


def test_however_often_beat_fires_each_report_is_made_once(year, sent):
    for day in range(40):
        queue_due_reports(at=DAY_AFTER + timedelta(days=day))
        ReportRun.objects.update(state=RunState.FAILED, error="x")
    assert ReportRun.objects.count() == 2


def test_missed_days_are_made_up_for_once_and_old_rounds_are_history(year, sent):
    assert [round.label for round, _pillar, _key in due_reports(on=date(2025, 3, 30))] == ["2024", "2024"]
    assert due_reports(on=date(2025, 3, 31)) == []
    Activity.objects.update(years=[2023, 2024])
    assert {round.label for round, _pillar, _key in due_reports(on=date(2024, 3, 1))} == {"2023"}


def test_a_round_opened_after_its_own_deadline_makes_none(year, sent):
    year.round.opened_at = DAY_AFTER
    year.round.save()
    assert due_reports(on=date(2025, 3, 2)) == []


def test_a_round_that_is_not_open_makes_none(year, sent):
    year.round.opened_at = None
    year.round.save()
    assert due_reports(on=date(2025, 3, 2)) == []


def test_a_moved_deadline_makes_a_report_when_it_passes(year, sent):
    queue_due_reports(at=DAY_AFTER)
    ReportRun.objects.update(state=RunState.FAILED, error="x")
    year.round.due_on = date(2025, 3, 10)
    year.round.save()
    assert queue_due_reports(at=DAY_AFTER) == 0
    assert queue_due_reports(at=DAY_AFTER + timedelta(days=10)) == 2


def test_a_pillar_on_which_nobody_reports_has_no_report(year, sent):
    year.world.activities["a211"].leads.all().delete()
    assert [pillar.code for _round, pillar, _key in due_reports(on=DAY_AFTER.date())] == ["P1"]


def test_one_that_is_being_written_just_now_comes_next_time(year, sent):
    run = ask(year, at=DAY_AFTER)
    assert queue_due_reports(at=DAY_AFTER) == 1
    finish(claim_run(run.pk, at=DAY_AFTER))
    assert queue_due_reports(at=DAY_AFTER) == 1
    assert queue_due_reports(at=DAY_AFTER) == 0


def test_how_many_queries_beat_needs_every_minute(year, sent, django_assert_num_queries):
    queue_due_reports(at=DAY_AFTER)
    with django_assert_num_queries(5):  # rounds, leads, named reporters, pillars, keys
        queue_due_reports(at=DAY_AFTER)
    with django_assert_num_queries(1):
        rescue_stopped(at=DAY_AFTER)


# Two at once, with real transactions


def together(*functions):
    """Runs the functions at the same time, each with a connection of its own; returns what they gave or raised."""
    start, given = threading.Barrier(len(functions)), [None] * len(functions)

    def call(place, function):
        try:
            start.wait(10)
            given[place] = function()
        except Exception as problem:
            given[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return given


@real_transactions
def test_two_beats_at_once_make_each_report_once(sent):
    year = make_year(make_world())
    made = together(*[lambda: queue_due_reports(at=DAY_AFTER)] * 2)
    assert sorted(made) == [0, 2]
    assert ReportRun.objects.count() == 2
    assert sorted(sent) == sorted(ReportRun.objects.values_list("pk", flat=True))
    assert year.round.report_runs.count() == 2


@real_transactions
def test_two_people_at_once_get_the_same_run_and_two_workers_one_of_them(sent):
    year = make_year(make_world())
    first, second = together(lambda: ask(year), lambda: ask(year, by=year.world.gov_lead, at=timezone.now()))
    assert first == second
    assert sent == [first.pk]
    claimed = together(*[lambda: claim_run(first.pk, at=timezone.now())] * 3)
    assert sum(one is not None for one in claimed) == 1


@real_transactions
@pytest.mark.slow
def test_a_long_layout_gives_signs_of_life_and_leaves_no_connection(sent, settings, monkeypatch):
    settings.REPORT_SILENCE_SECONDS = 0.5
    year = make_year(make_world())
    run = ask(year)
    beats, original = [], worker.render_pdf

    def slow(report, on_page):
        on_page(7)
        limit = threading.Event()
        while len(beats) < 3 and not limit.wait(0.05):
            seen = fresh(run)
            if seen.progress == 39 and seen.heartbeat_at not in beats:
                beats.append(seen.heartbeat_at)
        return original(report)

    monkeypatch.setattr(worker, "render_pdf", slow)
    assert worker.write_report(run.pk, clock=timezone.now)
    assert len(set(beats)) == 3
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pulse-")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert cursor.fetchone() == (1,)


@real_transactions
def test_a_report_reads_one_moment_whatever_is_saved_meanwhile(sent):
    year = make_year(make_world())
    with worker.one_moment():
        before = ReportRun.objects.count()
        together(lambda: ask(year))
        assert ReportRun.objects.count() == before
    assert ReportRun.objects.count() == before + 1
