"""The life of a report run: asked for, claimed by a worker, beating, finished or failed, rescued when its worker died.

PostgreSQL holds the truth; the queue only carries ids. Every step is one conditional UPDATE, so that a message delivered
twice, a worker that was thought dead, or two beats at once change nothing. A run's `attempts` is also the claim's token: a
worker whose run was given to another one in the meantime finds that it no longer matches, and lets go.
"""

import hashlib
import logging
from datetime import timedelta

import pghistory
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from frameworks.models import Pillar, Plan, ReportingRound
from frameworks.permissions import Permission, require_permission
from frameworks.workflow import StateConflict
from monitoring.due import expected_triples
from monitoring.models import ReportFile, ReportRun
from monitoring.models.report import ReportKind, RunState
from monitoring.report_runs import is_silent, silence

log = logging.getLogger(__name__)

#: How often a run is begun before it is given up: something in it kills the worker.
MOST_ATTEMPTS = 3
#: A message that waits behind others is not lost: only after so many silences is it sent again.
QUEUE_PATIENCE = 5
#: A deadline that passed longer ago than this makes no report by itself any more (days): old rounds are history.
CATCH_UP_DAYS = 30
#: The name under which a file lies; what a reader downloads is named by the report (monitoring/reports/present.py).
STORED_NAME = "report.pdf"


class RunLost(Exception):
    """The run was given to another worker, or ended, in the meantime: stop, and leave it alone."""


# Asking


@transaction.atomic
def request_report(*, plan, round, kind=ReportKind.PILLAR, pillar=None, by, at):
    """The run that answers the wish of `by`: a new one, or the active one of the same scope.

    Raises PermissionDenied (403), or ValidationError when the scope makes no sense. Sent to the worker after the commit.
    """
    run = ReportRun(
        plan=plan, round=round, pillar=pillar, kind=kind, requested_by=by, created_at=at, heartbeat_at=at
    )
    require_permission(by, Permission.GENERATE_REPORT, run)
    if round.plan_id != plan.pk or pillar is None or pillar.plan_id != plan.pk:
        raise ValidationError(_("Choose a round and a pillar of this plan."))
    if round.opened_at is None:
        raise ValidationError(_("Round %(round)s has not been opened yet.") % {"round": round})
    return _ask(run, by)


@transaction.atomic
def request_briefing(*, plan, first_year, last_year, by, at):
    """The run of a budget briefing on those years of the plan: a new one, or the active one of the same years.

    It speaks for all pillars, so who may ask is who may generate reports on the whole plan: the secretariat. Raises
    PermissionDenied (403), or ValidationError when the years are not the plan's.
    """
    run = ReportRun(
        plan=plan,
        kind=ReportKind.BRIEFING,
        first_year=first_year,
        last_year=last_year,
        requested_by=by,
        created_at=at,
        heartbeat_at=at,
    )
    require_permission(by, Permission.GENERATE_REPORT, run)
    if not plan.start_year <= first_year <= last_year <= plan.end_year:
        raise ValidationError(_("Choose years of this plan, the first before the last."))
    return _ask(run, by)


def _ask(run, by):
    _lock_scope(run)
    active = ReportRun.objects.active().filter(_scope_of(run)).first()
    if active is not None:
        return active
    with pghistory.context(user=by.pk, action="request_report"):
        run.save()
    _send(run.pk)
    return run


def _lock_scope(run):
    """Two people pressing at once come in one after the other; the constraint on active runs stands behind it."""
    if run.round_id is not None:
        ReportingRound.objects.select_for_update(no_key=True).get(pk=run.round_id)
    else:
        Plan.objects.select_for_update(no_key=True).get(pk=run.plan_id)


def _scope_of(run):
    return Q(
        plan=run.plan_id,
        kind=run.kind,
        round=run.round_id,
        pillar=run.pillar_id,
        first_year=run.first_year,
        last_year=run.last_year,
    )


def retry_run(*, run, by, at):
    """Puts a failed run, or an active one that has gone silent, back into the queue, and returns it.

    Raises PermissionDenied (403) and StateConflict (409: it runs, is ready, or another of its scope is at work).
    """
    with transaction.atomic():
        _lock_scope(run)
        fresh = ReportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        require_permission(by, Permission.GENERATE_REPORT, fresh)
        if fresh.state != RunState.FAILED and not is_silent(fresh, at=at):
            raise StateConflict(
                _("This report cannot be started again: it is “%(state)s”.")
                % {"state": fresh.get_state_display()},
                fresh,
            )
        if ReportRun.objects.active().filter(_scope_of(fresh)).exclude(pk=fresh.pk).exists():
            raise StateConflict(_("A newer report on the same is already at work."), fresh)
        with pghistory.context(user=by.pk, action="retry_report"):
            _requeue(ReportRun.objects.filter(pk=fresh.pk), at)
        _send(fresh.pk)
        fresh.refresh_from_db()
    return fresh


def _requeue(runs, at):
    return runs.update(
        state=RunState.QUEUED, heartbeat_at=at, progress=0, step="", error="", finished_at=None
    )


def _send(run_id):
    """Hands the id to the worker once the row is there to be found.

    `robust`: with the broker down the run stays queued, the page says so, and the rescue sends it again.
    """

    def publish():
        from monitoring.tasks import build_report

        build_report.delay(run_id)

    transaction.on_commit(publish, robust=True)


# Working


def claim_run(run_id, *, at):
    """The run, now RUNNING and with one attempt more; None if it ended or somebody is at it. Safe to call twice.

    A RUNNING one that is silent is taken over while it has attempts left; after that the rescue gives it up.
    """
    ready = Q(state=RunState.QUEUED) | Q(
        state=RunState.RUNNING, heartbeat_at__lt=at - silence(), attempts__lt=MOST_ATTEMPTS
    )
    with transaction.atomic():
        claimed = ReportRun.objects.filter(ready, pk=run_id).update(
            state=RunState.RUNNING,
            attempts=F("attempts") + 1,
            started_at=at,
            heartbeat_at=at,
            finished_at=None,
            progress=0,
            step="",
            error="",
        )
        if not claimed:
            return None
        return ReportRun.objects.select_related("plan", "round", "pillar", "requested_by").get(pk=run_id)


def _mine(run):
    return ReportRun.objects.filter(pk=run.pk, state=RunState.RUNNING, attempts=run.attempts)


def beat(run, *, progress, step, at):
    """A sign of life, with how far it is (percent) and the key of the step. Raises RunLost when it is no longer ours."""
    if not _mine(run).update(progress=progress, step=step, heartbeat_at=at):
        raise RunLost(f"run {run.public_id} was taken over")


def finish_run(run, *, content, pages, snapshot, data_sha256, cut_off, at, further=()):
    """Stores the files and marks the run DONE. Raises RunLost, and leaves the folder alone, when it is no longer ours.

    content: the PDF. further: (FileFormat, bytes) of every other format.
    """
    storage = run.file.storage
    stored = []
    try:
        with transaction.atomic():
            # Locked before the folder is touched: the file of whoever has taken the run over must not be cleared away.
            if not _mine(run).select_for_update(of=("self",), no_key=True).values_list("pk").first():
                raise RunLost(f"run {run.public_id} was taken over before it could be finished")
            _clear_folder(run)
            stored.append(_store(run, STORED_NAME, content))
            for format, other in further:
                stored.append(_store(run, f"report.{format}", other))
                ReportFile.objects.create(
                    run=run, format=format, file=stored[-1], sha256=hashlib.sha256(other).hexdigest()
                )
            _mine(run).update(
                state=RunState.DONE,
                progress=100,
                step="",
                heartbeat_at=at,
                finished_at=at,
                file=stored[0],
                file_sha256=hashlib.sha256(content).hexdigest(),
                pages=pages,
                data_cut_off=cut_off,
                data_sha256=data_sha256,
                snapshot=snapshot,
            )
    except BaseException:
        for name in stored:
            storage.delete(name)
        raise


def _store(run, name, content):
    return run.file.storage.save(run.file.field.generate_filename(run, name), ContentFile(content))


def _clear_folder(run):
    """Removes what an attempt that was killed left behind."""
    storage = run.file.storage
    folder = run.file.field.generate_filename(run, STORED_NAME).rpartition("/")[0]
    try:
        _folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        storage.delete(f"{folder}/{name}")


def fail_run(run, *, error, at):
    """Marks a run FAILED with the reason in the user's words; the technical detail belongs in the log. False if not ours."""
    return bool(_mine(run).update(state=RunState.FAILED, error=error, finished_at=at, heartbeat_at=at))


# Watching


def rescue_stopped(*, at):
    """Looks after runs that went silent: a dead worker's run goes back to the queue, or is failed after three attempts;
    a queued one whose message may be lost is sent again. Returns how many were looked after. Run by beat."""
    stopped = list(ReportRun.objects.silent_since(at - silence()).defer("snapshot").order_by("pk"))
    looked_after = 0
    for run in stopped:
        with transaction.atomic(), pghistory.context(action="rescue_report"):
            looked_after += _rescue(run, at)
    return looked_after


def _rescue(run, at):
    # The conditions of the UPDATE repeat what was read: whoever is faster, the worker or another beat, wins.
    unchanged = ReportRun.objects.filter(
        pk=run.pk, state=run.state, attempts=run.attempts, heartbeat_at=run.heartbeat_at
    )
    if run.state == RunState.RUNNING and run.attempts >= MOST_ATTEMPTS:
        log.error("report %s: gave no sign of life in attempt %s, given up", run.public_id, run.attempts)
        return unchanged.update(
            state=RunState.FAILED,
            finished_at=at,
            error=_(
                "The worker stopped %(times)s times while it wrote this report, so it was given up. "
                "Try again; if it happens again, tell the administrator: the server may be short of memory."
            )
            % {"times": run.attempts},
        )
    if run.state == RunState.QUEUED and run.heartbeat_at >= at - silence() * QUEUE_PATIENCE:
        return 0
    log.warning("report %s: silent since %s, sent again", run.public_id, run.heartbeat_at.isoformat())
    if not _requeue(unchanged, at):
        return 0
    _send(run.pk)
    return 1


# By itself


def due_reports(*, on):
    """(round, pillar, key) of every report that is due by itself on a day: one for each pillar with somebody to report.

    A round's report is due on the day after its deadline, for CATCH_UP_DAYS, so that days without beat are made up for
    once. Rounds that were opened after their own deadline are records of the past and make none. The deadline is part of
    the key: one that is moved makes a new report when it passes.
    """
    rounds = (
        ReportingRound.objects.overdue(on)
        .filter(due_on__gte=on - timedelta(days=CATCH_UP_DAYS))
        .select_related("plan")
        .order_by("due_on", "pk")
    )
    found = []
    for round in rounds:
        if timezone.localdate(round.opened_at) > round.due_on:
            continue
        owed = {pillar_id for _institution, pillar_id, _accountable in expected_triples(round)}
        pillars = Pillar.objects.filter(pk__in=owed).order_by("order", "code")
        found += [(round, pillar, _key(round, pillar)) for pillar in pillars]
    return found


def _key(round, pillar):
    return f"deadline/{round.pk}/{round.due_on:%Y-%m-%d}/pillar/{pillar.pk}"


def queue_due_reports(*, at):
    """Makes the runs that are due and not there yet, and sends them. Returns how many. However often and by however many
    beats it is called, each is made once: the key is unique. A scope that is being written just now comes next time."""
    due = due_reports(on=timezone.localdate(at))
    taken = set(
        ReportRun.objects.filter(periodic_key__in=[key for *_rest, key in due]).values_list(
            "periodic_key", flat=True
        )
    )
    runs = [
        ReportRun(
            plan=round.plan,
            round=round,
            pillar=pillar,
            kind=ReportKind.PILLAR,
            periodic_key=key,
            created_at=at,
            heartbeat_at=at,
        )
        for round, pillar, key in due
        if key not in taken
    ]
    if not runs:
        return 0
    with transaction.atomic(), pghistory.context(action="queue_due_report"):
        ReportRun.objects.bulk_create(runs, ignore_conflicts=True)
        made = ReportRun.objects.filter(public_id__in=[run.public_id for run in runs]).values_list(
            "pk", flat=True
        )
        for run_id in made:
            _send(run_id)
        return len(made)
