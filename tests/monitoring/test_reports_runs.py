"""The life of a run: asked for once, claimed once, fenced, retried, rescued."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, transaction

from frameworks.workflow import StateConflict
from monitoring import tasks
from monitoring.models import IndicatorResult, ReportRun
from monitoring.models.report import RunState
from monitoring.operations import reports
from monitoring.operations.reports import (
    MOST_ATTEMPTS,
    RunLost,
    beat,
    claim_run,
    fail_run,
    finish_run,
    request_report,
    rescue_stopped,
    retry_run,
)
from monitoring.reports import run as worker
from monitoring.reports.snapshot import checksum, from_snapshot
from tests.monitoring.report_world import CUT_OFF, make_year
from tests.world import NOW, make_round

SILENT = timedelta(seconds=121)


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


# Asking


def test_asking_makes_a_run_and_sends_it_after_the_commit(year, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = ask(year)
        assert sent == []
    assert sent == [run.pk]
    assert (run.state, run.requested_by, run.created_at) == (
        RunState.QUEUED,
        year.world.secretariat,
        CUT_OFF,
    )


def test_an_active_run_is_given_again_and_a_finished_one_is_not(year, sent):
    first = ask(year)
    assert ask(year, by=year.world.gov_lead, at=NOW) == first
    assert ask(year, pillar=year.world.prevention) != first
    claim_run(first.pk, at=CUT_OFF)
    assert ask(year) == first
    finish(fresh(first))
    assert ask(year) != first


def test_the_database_holds_one_active_run_of_a_scope(year, sent):
    first = ask(year)
    second = ReportRun(
        plan=first.plan, round=first.round, pillar=first.pillar, created_at=NOW, heartbeat_at=NOW
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()
    with pytest.raises(ValidationError, match="already being written"):
        second.validate_constraints()
    second.pillar = year.world.prevention
    second.save()


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("secretariat", True),
        ("administrator", True),
        ("gov_lead", True),
        ("cso_lead", True),
        ("other_gov_lead", False),
        ("focal_sei", False),
        ("steering", False),
        ("monitoring", False),
        ("outsider", False),
        ("nobody", False),
    ],
)
def test_who_may_ask(year, sent, who, may):
    if may:
        assert ask(year, by=getattr(year.world, who)).state == RunState.QUEUED
    else:
        with pytest.raises(PermissionDenied):
            ask(year, by=getattr(year.world, who))
        assert not ReportRun.objects.exists()


def test_scopes_that_make_no_sense_are_refused(year, sent):
    with pytest.raises(ValidationError, match="not been opened"):
        request_report(
            plan=year.world.plan, round=make_round(year.world.plan, 2025, opened=False),
            pillar=year.world.participation, by=year.world.secretariat, at=NOW,
        )  # fmt: skip
    with pytest.raises(ValidationError, match="of this plan"):
        request_report(
            plan=year.world.plan, round=make_round(year.world.other_plan),
            pillar=year.world.participation, by=year.world.secretariat, at=NOW,
        )  # fmt: skip


def test_a_broker_that_is_down_loses_nothing(year, monkeypatch, django_capture_on_commit_callbacks):
    def down(run_id):
        raise ConnectionError

    monkeypatch.setattr(tasks.build_report, "delay", down)
    with django_capture_on_commit_callbacks(execute=True):
        run = ask(year)
    assert fresh(run).state == RunState.QUEUED


# Working


def test_only_one_worker_gets_a_run(year, sent):
    run = ask(year)
    claimed = claim_run(run.pk, at=CUT_OFF)
    assert (claimed.state, claimed.attempts, claimed.started_at) == (RunState.RUNNING, 1, CUT_OFF)
    assert claim_run(run.pk, at=CUT_OFF + timedelta(seconds=119)) is None
    finish(claimed)
    assert claim_run(run.pk, at=CUT_OFF + timedelta(days=1)) is None
    assert claim_run(0, at=CUT_OFF) is None


def test_a_silent_run_is_taken_over_and_the_first_worker_lets_go(year, sent):
    run = ask(year)
    first = claim_run(run.pk, at=CUT_OFF)
    second = claim_run(run.pk, at=CUT_OFF + SILENT)
    assert second.attempts == 2
    with pytest.raises(RunLost):
        beat(first, progress=50, step="pages", at=CUT_OFF + SILENT)
    with pytest.raises(RunLost):
        finish(first)
    assert not fail_run(first, error="x", at=CUT_OFF)
    beat(second, progress=50, step="pages", at=CUT_OFF + SILENT)
    assert (fresh(run).state, fresh(run).progress, fresh(run).step) == (RunState.RUNNING, 50, "pages")
    finish(second)
    assert fresh(run).state == RunState.DONE


def test_a_file_that_came_too_late_is_not_left_lying(year, sent, settings):
    run = ask(year)
    first = claim_run(run.pk, at=CUT_OFF)
    claim_run(run.pk, at=CUT_OFF + SILENT)
    with pytest.raises(RunLost):
        finish(first)
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_a_worker_that_wakes_up_too_late_leaves_the_finished_file_alone(year, sent, settings):
    run = ask(year)
    first = claim_run(run.pk, at=CUT_OFF)
    finish(claim_run(run.pk, at=CUT_OFF + SILENT))
    with pytest.raises(RunLost):
        finish_run(
            first, content=b"late", pages=1, snapshot={}, data_sha256="0" * 64, cut_off=CUT_OFF, at=CUT_OFF
        )
    assert fresh(run).file.read() == b"%PDF"
    assert [path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*.pdf")] == [b"%PDF"]


def test_what_a_killed_attempt_left_behind_is_cleared(year, sent, settings):
    run = claim_run(ask(year).pk, at=CUT_OFF)
    left = settings.MEDIA_ROOT / "reports" / str(run.public_id) / "report.pdf"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    finish(run)
    assert [path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*.pdf")] == [b"%PDF"]


@pytest.mark.slow
def test_writing_a_report_from_end_to_end(year, sent):
    run = ask(year)
    IndicatorResult.objects.all().delete()  # brought up to date first
    assert worker.write_report(run.pk, clock=lambda: CUT_OFF)
    done = fresh(run)
    assert (done.state, done.progress, done.attempts, done.error) == (RunState.DONE, 100, 1, "")
    assert (done.finished_at, done.data_cut_off) == (CUT_OFF, CUT_OFF)
    assert done.pages > 5
    assert done.file.read().startswith(b"%PDF-1.7")
    report = from_snapshot(done.snapshot)
    assert (report.version, report.summary.received) == (1, 3)
    assert checksum(report) == done.data_sha256
    assert worker.write_report(run.pk, clock=lambda: CUT_OFF) is False


@pytest.mark.slow
def test_two_runs_of_the_same_data_agree_and_count_up(year, sent):
    for _n in range(2):
        worker.write_report(ask(year).pk, clock=lambda: CUT_OFF)
    first, second = ReportRun.objects.order_by("pk")
    assert first.data_sha256 == second.data_sha256
    assert [from_snapshot(one.snapshot).version for one in (first, second)] == [1, 2]


@pytest.mark.slow
def test_a_deadline_that_passed_since_counts_at_once(year, sent):
    before = CUT_OFF - timedelta(days=20)
    year.submissions["sei"].values.all().delete()
    worker.write_report(ask(year).pk, clock=lambda: before)
    worker.write_report(ask(year).pk, clock=lambda: CUT_OFF)
    status = [
        next(one for one in from_snapshot(run.snapshot).indicators if one.code == "1.1.1a").status
        for run in ReportRun.objects.order_by("pk")
    ]
    assert status == ["not_yet_due", "no_data"]


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (worker.SoftTimeLimitExceeded(), "took too long"),
        (MemoryError(), "out of memory"),
        (OSError(28, "No space left on device"), "disk may be full"),
        (ValueError("secret detail"), "finds the details in the log"),
    ],
)
def test_a_failure_is_said_in_words_and_its_detail_goes_to_the_log(
    year, sent, monkeypatch, caplog, problem, words
):
    def break_down(*args, **kwargs):
        raise problem

    monkeypatch.setattr(worker, "render_pdf", break_down)
    run = ask(year)
    assert worker.write_report(run.pk, clock=lambda: CUT_OFF) is False
    failed = fresh(run)
    assert (failed.state, failed.finished_at) == (RunState.FAILED, CUT_OFF)
    assert words in failed.error
    assert "secret detail" not in failed.error
    assert str(run.public_id) in caplog.text


def test_a_lost_database_is_no_failure_of_the_report(year, sent, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(worker, "render_pdf", gone)
    run = ask(year)
    with pytest.raises(OperationalError):
        worker.write_report(run.pk, clock=lambda: CUT_OFF)
    assert fresh(run).state == RunState.RUNNING  # its silence brings it back


# Trying again


def test_a_failed_run_can_be_tried_again(year, sent, django_capture_on_commit_callbacks):
    run = claim_run(ask(year).pk, at=CUT_OFF)
    fail_run(run, error="Broken.", at=CUT_OFF)
    with django_capture_on_commit_callbacks(execute=True):
        again = retry_run(run=run, by=year.world.cso_lead, at=CUT_OFF)
    assert (again.state, again.error, again.attempts, again.finished_at) == (RunState.QUEUED, "", 1, None)
    assert sent == [run.pk]
    assert claim_run(run.pk, at=CUT_OFF).attempts == 2


def test_a_silent_run_can_be_tried_again_without_any_beat(year, sent):
    queued = ask(year)
    with pytest.raises(StateConflict):
        retry_run(run=queued, by=year.world.secretariat, at=CUT_OFF + timedelta(seconds=120))
    retry_run(run=queued, by=year.world.secretariat, at=CUT_OFF + SILENT)
    assert fresh(queued).heartbeat_at == CUT_OFF + SILENT
    running = claim_run(queued.pk, at=CUT_OFF + SILENT)
    retry_run(run=running, by=year.world.secretariat, at=CUT_OFF + SILENT * 2)
    assert fresh(queued).state == RunState.QUEUED


def test_what_cannot_be_tried_again(year, sent):
    run = claim_run(ask(year).pk, at=CUT_OFF)
    with pytest.raises(StateConflict, match="Being written"):
        retry_run(run=run, by=year.world.secretariat, at=CUT_OFF)
    fail_run(run, error="Broken.", at=CUT_OFF)
    with pytest.raises(PermissionDenied):
        retry_run(run=run, by=year.world.focal_sei, at=CUT_OFF)
    ask(year)
    with pytest.raises(StateConflict, match="newer report"):
        retry_run(run=run, by=year.world.secretariat, at=CUT_OFF)


# Rescue


def test_a_dead_workers_run_goes_back_to_the_queue_until_it_is_given_up(
    year, sent, django_capture_on_commit_callbacks
):
    run, at = ask(year), CUT_OFF
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert claim_run(run.pk, at=at).attempts == attempt
        assert rescue_stopped(at=at + timedelta(seconds=119)) == 0
        at += SILENT
        with django_capture_on_commit_callbacks(execute=True):
            assert rescue_stopped(at=at) == 1
    assert sent == [run.pk] * (MOST_ATTEMPTS - 1)
    given_up = fresh(run)
    assert given_up.state == RunState.FAILED
    assert "stopped 3 times" in given_up.error
    assert rescue_stopped(at=at + SILENT) == 0
    assert claim_run(run.pk, at=at + SILENT) is None


def test_a_lost_message_is_sent_again(year, sent, django_capture_on_commit_callbacks):
    run = ask(year)
    with django_capture_on_commit_callbacks(execute=True):
        assert rescue_stopped(at=CUT_OFF + timedelta(seconds=599)) == 0
        assert rescue_stopped(at=CUT_OFF + timedelta(seconds=601)) == 1
        assert rescue_stopped(at=CUT_OFF + timedelta(seconds=660)) == 0
    assert sent == [run.pk]
    assert fresh(run).state == RunState.QUEUED


def test_a_worker_that_beats_just_now_is_not_rescued(year, sent, monkeypatch):
    run = claim_run(ask(year).pk, at=CUT_OFF)
    read = list(ReportRun.objects.silent_since(CUT_OFF + timedelta(seconds=1)))
    beat(run, progress=40, step="pages", at=CUT_OFF + SILENT)
    assert reports._rescue(read[0], CUT_OFF + SILENT) == 0
    assert fresh(run).state == RunState.RUNNING
