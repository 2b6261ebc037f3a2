"""What a worker does with a report run: claim it, read, lay out, store; with signs of life all the while."""

import logging
from contextlib import contextmanager

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from budgets.briefing.build import build_briefing
from frameworks.models import Indicator
from frameworks.pulse import beating
from monitoring.models.report import FileFormat, ReportKind
from monitoring.operations.reports import RunLost, beat, claim_run, fail_run, finish_run
from monitoring.report_runs import Step, numbered
from monitoring.reports.build import build_pillar_report
from monitoring.reports.docx import render_docx
from monitoring.reports.pdf import render_pdf
from monitoring.reports.snapshot import checksum, to_snapshot
from monitoring.results import refresh_results

log = logging.getLogger(__name__)


def write_report(run_id, *, clock):
    """Writes the report of a run. True when it is ready; False when there was nothing to do, or it failed (the run says why).

    clock: gives the present moment; called often. Safe to run twice and in two workers at once: one of them writes it.
    Database errors are passed on and leave the run as it is: its silence brings it back into the queue.
    """
    run = claim_run(run_id, at=clock())
    if run is None:
        log.info("report run %s: nothing to do", run_id)
        return False
    try:
        with signs_of_life(run, clock) as pulse:
            _write(run, pulse, clock)
    except RunLost as lost:
        log.warning("report %s", lost)
        return False
    except (OperationalError, InterfaceError):
        raise
    except Exception as problem:
        log.exception("report %s failed in attempt %s", run.public_id, run.attempts)
        fail_run(run, error=_in_words(problem, run), at=clock())
        return False
    log.info("report %s is ready", run.public_id)
    return True


def _write(run, pulse, clock):
    pulse.at(Step.FIGURES, 5)
    cut_off = clock()
    number = numbered().values_list("number", flat=True).get(pk=run.pk)
    if run.kind == ReportKind.PILLAR:
        refresh_results(Indicator.objects.filter(pillar=run.pillar), at=cut_off)
    pulse.at(Step.READING, 15)
    with one_moment():
        report = _build(run, cut_off, number)
    snapshot, digest = to_snapshot(report), checksum(report)
    pulse.at(Step.PAGES, 25)
    document = render_pdf(report, on_page=lambda number: pulse.note(Step.PAGES, min(90, 25 + 2 * number)))
    further = [(format, _RENDERERS[format](report)) for format in _FURTHER[run.kind]]
    pulse.at(Step.SAVING, 95)
    finish_run(
        run,
        content=document.content,
        pages=document.pages,
        snapshot=snapshot,
        data_sha256=digest,
        cut_off=cut_off,
        at=clock(),
        further=further,
    )


#: The formats of each kind beside the PDF, and what makes them.
_FURTHER = {ReportKind.PILLAR: (), ReportKind.BRIEFING: (FileFormat.WORD,)}
_RENDERERS = {FileFormat.WORD: render_docx}


def _build(run, cut_off, number):
    if run.kind == ReportKind.PILLAR:
        return build_pillar_report(
            plan=run.plan, round=run.round, pillar=run.pillar, cut_off=cut_off, version=number
        )
    return build_briefing(
        plan=run.plan,
        first_year=run.first_year,
        last_year=run.last_year,
        user=run.requested_by,
        cut_off=cut_off,
        version=number,
    )


@contextmanager
def one_moment():
    """All queries inside see the same moment, whatever is saved meanwhile. Inside another transaction: as that one sees it."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _in_words(problem, run):
    if isinstance(problem, SoftTimeLimitExceeded):
        return _(
            "The report took too long and was stopped. Try again; if it happens again, tell the administrator."
        )
    if isinstance(problem, PermissionDenied):
        return _(
            "%(who)s, who asked for it, may not read the budgets of the plan any more. Ask for a new one."
        ) % {"who": run.requested_by}
    if isinstance(problem, MemoryError):
        return _(
            "The server ran out of memory while it wrote the report. Try again later, or tell the administrator."
        )
    if isinstance(problem, OSError):
        return _("The file could not be saved on the server. Tell the administrator: the disk may be full.")
    return _(
        "Something went wrong while the report was being written. Try again; if it happens again, tell the "
        "administrator, who finds the details in the log under %(id)s."
    ) % {"id": run.public_id}


class Pulse:
    """How far a run is. `at` says so at once and finds out if the run was lost; `note` leaves it to the next heartbeat."""

    def __init__(self, run, clock):
        self._run, self._clock = run, clock
        self._now = (0, "")

    def note(self, step, progress):
        self._now = (progress, step.value)

    def at(self, step, progress):
        self.note(step, progress)
        self.beat()

    def beat(self):
        progress, step = self._now
        beat(self._run, progress=progress, step=step, at=self._clock())


@contextmanager
def signs_of_life(run, clock):
    """A Pulse that also beats by itself while laying out takes its time."""
    pulse = Pulse(run, clock)
    with beating(pulse.beat, lost=RunLost, every=heartbeat_seconds(), name=f"report {run.public_id}"):
        yield pulse


def heartbeat_seconds():
    """Several beats fit into the silence after which a run is taken for stopped; the page shows progress every two seconds."""
    return min(2, settings.REPORT_SILENCE_SECONDS / 5)
