"""Reports by a real Celery worker, and what happens to them when it is killed (issue A, "Bad input")."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import pytest
import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone
from kombu import pools

from monitoring.models import ReportRun
from monitoring.models.report import RunState
from monitoring.operations.reports import request_report, rescue_stopped
from monitoring.reports.snapshot import checksum, from_snapshot
from napwps.celery import app
from napwps.embedded.processes import end_with_parent
from tests.monitoring.report_world import make_year, real_transactions
from tests.world import make_world

pytestmark = [pytest.mark.slow, real_transactions]
ROOT = Path(__file__).resolve().parents[2]
SILENCE = 2  # seconds


@pytest.fixture
def broker():
    """An empty Redis database, so that no other worker takes our messages nor we theirs, and nobody's data is in it."""
    parts = urlsplit(settings.REDIS_URL)
    first = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for number in (15 - (first + n) % 8 for n in range(8)):
        url = urlunsplit(parts._replace(path=f"/{number}"))
        client = redis.Redis.from_url(url)
        if not client.dbsize():
            break
    else:
        pytest.fail("None of the Redis databases 8 to 15 is empty; this test needs one to itself.")
    _use_broker(url)
    yield url
    _use_broker(settings.CELERY_BROKER_URL)
    client.flushdb()
    client.close()


def _use_broker(url):
    app.conf.broker_url = url
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None


def worker_process(folder, broker, media_root, *, app, queues, environment):
    """`celery worker` of that app, beside the test database, with its output in `folder`. Kill it with kill_all."""
    log = folder / f"worker-{len(list(folder.glob('worker-*.log')))}.log"
    command = [
        sys.executable, "-m", "celery", "-A", app, "worker", "--concurrency", "1",
        "--queues", queues, "--loglevel", "INFO", "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    environment = (
        os.environ
        | environment
        | {
            "DATABASE_URL": _database_url(),
            "REDIS_URL": broker,
            "MEDIA_ROOT": str(media_root),
            "SECRET_KEY": "only-for-this-test-and-long-enough-0123456789",
            "PYTHONPATH": str(ROOT),
        }
    )
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True, preexec_fn=end_with_parent(signal.SIGKILL),
        )  # fmt: skip
    process.log = log
    return process


@pytest.fixture
def start_worker(broker, settings, tmp_path):
    """A function that starts `celery worker` beside the test database; whatever is left of it is killed afterwards."""
    settings.REPORT_SILENCE_SECONDS = SILENCE
    started = []

    def start(*, slow_seconds=0):
        own = {"REPORT_SILENCE_SECONDS": str(SILENCE), "SLOW_SECONDS": str(slow_seconds)}
        app = "tests.monitoring.slow_worker:app"
        started.append(
            worker_process(tmp_path, broker, settings.MEDIA_ROOT, app=app, queues="reports", environment=own)
        )
        return started[-1]

    yield start
    for process in started:
        kill_all(process)


def _database_url():
    """The address of the test database that this process is connected to."""
    of = connection.settings_dict
    return f"postgres://{quote(of['USER'])}:{quote(of['PASSWORD'])}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


def kill_all(process):
    """kill -9 of the worker and its children at once, as when the machine dies."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def left_of(*processes, seconds=10):
    """What still runs of the workers' process groups, once the killed ones have had time to go: SIGKILL is not instant."""
    deadline = time.monotonic() + seconds
    while (left := _alive(*processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def _alive(*processes):
    groups, left = {process.pid for process in processes}, []
    for one in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.Error):
            if os.getpgid(one.pid) in groups and one.status() != psutil.STATUS_ZOMBIE:
                left.append(one)
    return left


def wait_until(question, *, seconds, process):
    """Waits until `question()` gives something and returns that; fails with the worker's log."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s; the worker said:\n{process.log.read_text()[-3000:]}")


def ask(year):
    return request_report(
        plan=year.world.plan, round=year.round, pillar=year.world.participation, by=year.world.secretariat,
        at=timezone.now(),
    )  # fmt: skip


def state(run):
    return ReportRun.objects.values_list("state", flat=True).get(pk=run.pk)


def is_laying_out(run, attempt):
    return ReportRun.objects.filter(
        pk=run.pk, state=RunState.RUNNING, attempts=attempt, step="pages"
    ).exists()


def rescued(run):
    """Beat's part: called again and again, it acts once the run has been silent for long enough."""
    return rescue_stopped(at=timezone.now())


def test_a_worker_writes_the_report_that_was_asked_for(start_worker):
    year = make_year(make_world())
    process = start_worker()
    run = ask(year)
    wait_until(lambda: state(run) == RunState.DONE, seconds=25, process=process)
    done = ReportRun.objects.get(pk=run.pk)
    assert (done.attempts, done.progress, done.error) == (1, 100, "")
    assert done.file.read().startswith(b"%PDF")
    assert checksum(from_snapshot(done.snapshot)) == done.data_sha256
    kill_all(process)
    assert left_of(process) == []


def test_a_killed_worker_leaves_no_report_running_for_ever(start_worker):
    """First the process that writes is killed, then the whole worker; a new one finishes what both left."""
    year = make_year(make_world())
    process = start_worker(slow_seconds=60)
    run = ask(year)
    wait_until(lambda: is_laying_out(run, attempt=1), seconds=20, process=process)
    for child in psutil.Process(process.pid).children(recursive=True):
        child.kill()
    wait_until(lambda: rescued(run), seconds=10, process=process)
    wait_until(lambda: is_laying_out(run, attempt=2), seconds=15, process=process)
    kill_all(process)
    wait_until(lambda: rescued(run), seconds=10, process=process)
    assert state(run) == RunState.QUEUED
    successor = start_worker()
    wait_until(lambda: state(run) == RunState.DONE, seconds=25, process=successor)
    assert ReportRun.objects.get(pk=run.pk).attempts == 3
    kill_all(successor)
    assert left_of(process, successor) == []
