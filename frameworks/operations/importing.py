"""The life of an uploaded file: kept for its preview, its columns corrected, queued, saved or discarded.

PostgreSQL holds the truth; the queue only carries ids. Every step of a worker is one conditional UPDATE: an import's
`attempts` is also the token of who has it in hand, so that a message delivered twice, or a worker that was thought dead,
changes nothing. An import waits for a worker while its `step` is blank.
"""

import hashlib
import logging
from datetime import timedelta

import pghistory
import pgtrigger
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.models import FrameworkImport, User
from frameworks.models.upload import ImportKind, ImportState
from frameworks.permissions import Permission, require_permission
from frameworks.workflow import StateConflict

log = logging.getLogger(__name__)

#: How often saving is begun before it is given up: something in the file kills the worker.
MOST_ATTEMPTS = 3
#: A message that waits behind others is not lost: only after so many silences is it sent again.
QUEUE_PATIENCE = 5
#: What may still be decided: the file is there, and nothing of it is in the plan.
UNDECIDED = (ImportState.PREVIEWED, ImportState.FAILED)
#: The step of an import that a worker has just taken; the others belong to what it does (frameworks/imports/run.py).
TAKEN = "reading"
_GIVEN_UP = gettext_lazy(
    "The worker stopped %(times)s times while it saved this file, so it was given up; nothing of it was saved. "
    "Try again; if it happens again, tell the administrator: the server may be short of memory."
)


class ImportLost(Exception):
    """The import was given to another worker, or ended, in the meantime: stop, and save nothing."""


def silence():
    """How long a worker may give no sign of life before it is taken for stopped."""
    return timedelta(seconds=settings.IMPORT_SILENCE_SECONDS)


def is_silent(upload, *, at):
    return upload.state == ImportState.QUEUED and upload.heartbeat_at < at - silence()


# Keeping


@transaction.atomic
def keep_upload(*, plan, file, by, at, kind=ImportKind.LOGFRAME):
    """Keeps an uploaded file (a Django File) for its preview. Requires EDIT_FRAMEWORK."""
    require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return FrameworkImport.objects.create(
        plan=plan,
        file=file,
        file_name=file.name[:255],
        sha256=digest.hexdigest(),
        kind=kind,
        created_by=by,
        created_at=at,
    )


def _undecided(upload, by):
    """The row, locked. Raises PermissionDenied, and StateConflict when it is being saved or is decided."""
    require_permission(by, Permission.EDIT_FRAMEWORK, upload.plan)
    fresh = FrameworkImport.objects.select_for_update(of=("self",), no_key=True).get(pk=upload.pk)
    if fresh.state not in UNDECIDED:
        raise StateConflict(
            _("“%(file)s” is no longer waiting for a decision: it is “%(state)s”.")
            % {"file": fresh.file_name, "state": fresh.get_state_display()},
            fresh,
        )
    return fresh


@transaction.atomic
def save_columns(*, upload, columns, by):
    """Keeps which column is what (frameworks/imports/columns.py), as a person said, for every later reading of the file."""
    fresh = _undecided(upload, by)
    fresh.columns = upload.columns = columns
    with pghistory.context(user=by.pk, action="import_columns"):
        fresh.save(update_fields=["columns"])


@transaction.atomic
def close_import(*, upload, state, by, at, written=None):
    """Marks an import as saved or discarded and removes the file: what it held is in the plan's history, or unwanted.

    `written`: what saving it wrote (see `finish_import`). Raises StateConflict (409) when it is decided already.
    """
    fresh = _undecided(upload, by)
    upload.state, upload.decided_at = fresh.state, fresh.decided_at = ImportState(state), at
    more = {} if written is None else {"written": written}
    with pghistory.context(user=by.pk, **more):
        fresh.save(update_fields=["state", "decided_at"])
    _remove_file(fresh)


def _remove_file(upload):
    file = upload.file
    transaction.on_commit(lambda: file.storage.delete(file.name))


# Asking


def import_at_work(plan):
    """The import that is being saved to a plan just now, or None."""
    return FrameworkImport.objects.filter(plan=plan, state=ImportState.QUEUED).first()


@transaction.atomic
def queue_import(*, upload, fingerprint, reason, remove_missing=False, by, at):
    """Hands an undecided import, or one whose worker has gone silent, to the worker. Returns the row.

    Raises PermissionDenied (403) and StateConflict (409: it is decided, being saved, or another one of this plan is).
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, upload.plan)
    # Locked together and in one order: two people who press at once come in one after the other.
    open_ones = {
        one.pk: one
        for one in FrameworkImport.objects.filter(
            plan=upload.plan_id, state__in=(*UNDECIDED, ImportState.QUEUED)
        )
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    }
    fresh = open_ones.get(upload.pk)
    busy = next((one for one in open_ones.values() if one.state == ImportState.QUEUED), None)
    if fresh is None:
        _undecided(upload, by)  # raises: it is decided
    if busy is not None and not (busy.pk == fresh.pk and is_silent(busy, at=at)):
        raise StateConflict(busy_message(busy), busy)
    with pghistory.context(user=by.pk, action="queue_import"):
        FrameworkImport.objects.filter(pk=fresh.pk).update(
            state=ImportState.QUEUED,
            fingerprint=fingerprint,
            reason=reason,
            remove_missing=remove_missing,
            progress=0,
            step="",
            error="",
            heartbeat_at=at,
        )
    _send(fresh.pk)
    fresh.refresh_from_db()
    return fresh


def busy_message(busy):
    return _(
        "“%(file)s” is being saved to this plan just now. Wait until it is done, then look at the new preview."
    ) % {"file": busy.file_name}


def _send(upload_id):
    """Hands the id to the worker once the row is there to be found.

    `robust`: with the broker down the import stays queued, the page says so, and the rescue sends it again.
    """

    def publish():
        from frameworks.tasks import apply_import

        apply_import.delay(upload_id)

    transaction.on_commit(publish, robust=True)


# Working


def claim_import(upload_id, *, at):
    """The import, now in hand and with one attempt more; None if it is decided or somebody is at it. Safe to call twice."""
    ready = Q(step="") | Q(heartbeat_at__lt=at - silence(), attempts__lt=MOST_ATTEMPTS)
    claimed = FrameworkImport.objects.filter(ready, pk=upload_id, state=ImportState.QUEUED).update(
        attempts=F("attempts") + 1, step=TAKEN, progress=1, heartbeat_at=at
    )
    if not claimed:
        return None
    return FrameworkImport.objects.select_related("plan").get(pk=upload_id)


def _mine(upload):
    return FrameworkImport.objects.filter(pk=upload.pk, state=ImportState.QUEUED, attempts=upload.attempts)


def beat(upload, *, progress, step, at):
    """A sign of life, with how far it is (percent) and the key of the step. Raises ImportLost when it is no longer ours."""
    # How far it was at every second is nobody's history.
    with pgtrigger.ignore("frameworks.FrameworkImport:update_update"):
        beaten = _mine(upload).update(progress=progress, step=step, heartbeat_at=at)
    if not beaten:
        raise ImportLost(f"import {upload.public_id} was taken over")


def finish_import(upload, *, written, at):
    """Marks an import as saved, inside the transaction that saves it. Raises ImportLost: then that is to be taken back.

    `written`: {level: {"new": 3, "changed": 1}}; it is kept in the history of this step (see `outcomes`).
    """
    with pghistory.context(written=written):
        if not _mine(upload).update(
            state=ImportState.APPLIED, progress=100, step="", error="", decided_at=at, heartbeat_at=at
        ):
            raise ImportLost(f"import {upload.public_id} was taken over before it could be saved")
    _remove_file(upload)


def fail_import(upload, *, error, at):
    """Marks an import FAILED with the reason in the user's words; its file stays, to try again. False if not ours."""
    return bool(_mine(upload).update(state=ImportState.FAILED, error=error, step="", heartbeat_at=at))


# Watching


def rescue_stopped(*, at):
    """Looks after imports that went silent: a dead worker's goes back to the queue, or is failed after three attempts; one
    whose message may be lost is sent again. Nothing is ever half saved. Returns how many were looked after. Run by beat."""
    stopped = FrameworkImport.objects.filter(state=ImportState.QUEUED, heartbeat_at__lt=at - silence())
    looked_after = 0
    for upload in stopped.order_by("pk"):
        with transaction.atomic(), pghistory.context(action="rescue_import"):
            looked_after += _rescue(upload, at)
    return looked_after


def _rescue(upload, at):
    # The conditions of the UPDATE repeat what was read: whoever is faster, the worker or another beat, wins.
    unchanged = _mine(upload).filter(step=upload.step, heartbeat_at=upload.heartbeat_at)
    if upload.step and upload.attempts >= MOST_ATTEMPTS:
        log.error("import %s: silent in attempt %s, given up", upload.public_id, upload.attempts)
        return unchanged.update(
            state=ImportState.FAILED, step="", error=_GIVEN_UP % {"times": upload.attempts}
        )
    if not upload.step and upload.heartbeat_at >= at - silence() * QUEUE_PATIENCE:
        return 0
    log.warning("import %s: silent since %s, sent again", upload.public_id, upload.heartbeat_at.isoformat())
    if not unchanged.update(step="", progress=0, heartbeat_at=at):
        return 0
    _send(upload.pk)
    return 1


# Looking back


def asked_by(upload):
    """Who had an import saved: its history knows. None for one that was never queued."""
    context = (
        FrameworkImport.pgh_event_model.objects.filter(
            pgh_obj_id=upload.pk, state=ImportState.QUEUED, pgh_context__metadata__action="queue_import"
        )
        .order_by("-pgh_id")
        .values_list("pgh_context__metadata", flat=True)
        .first()
    )
    return User.objects.filter(pk=context["user"]).first() if context else None


def outcomes(uploads):
    """{upload's pk: (who decided, what was written as {level: {"new": n, "changed": n}})} of decided ones. Two queries."""
    found = {}
    events = FrameworkImport.pgh_event_model.objects.filter(
        pgh_obj_id__in=[one.pk for one in uploads],
        state__in=(ImportState.APPLIED, ImportState.DISCARDED),
        pgh_context__isnull=False,
    )
    for pk, metadata in events.order_by("pgh_id").values_list("pgh_obj_id", "pgh_context__metadata"):
        found.setdefault(pk, (metadata.get("user"), metadata.get("written", {})))
    people = User.objects.in_bulk({user for user, _written in found.values() if user}) if found else {}
    return {pk: (people.get(user), written) for pk, (user, written) in found.items()}
