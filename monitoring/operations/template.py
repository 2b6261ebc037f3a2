"""The life of an uploaded template: kept for its preview, then saved as drafts or discarded. Its file goes with that."""

import hashlib

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.workflow import StateConflict
from monitoring.models import ReportUpload, Submission


@transaction.atomic
def keep_upload(*, round, institution, file, by, at):
    """Keeps an uploaded file (a Django File) for its preview. What the person had uploaded there before and never saved
    goes: the newest counts. Raises PermissionDenied.
    """
    _require_reporter(by, round, institution)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    with pghistory.context(user=by.pk, action="upload template"):
        for old in waiting_uploads(round=round, institution=institution, by=by):
            _remove(old)
        return ReportUpload.objects.create(
            round=round,
            institution=institution,
            file=file,
            file_name=file.name[:255],
            sha256=digest.hexdigest(),
            uploaded_by=by,
            uploaded_at=at,
        )


def waiting_uploads(*, round, institution, by):
    """What a person has uploaded and neither saved nor discarded."""
    return ReportUpload.objects.filter(
        round=round, institution=institution, uploaded_by=by, applied_at__isnull=True
    )


@transaction.atomic
def close_upload(*, upload, by, at, summary):
    """Marks an upload as saved and removes its file: what it held is in the drafts and their history.

    Raises PermissionDenied, StateConflict (409) when it is saved already or gone.
    """
    fresh = _waiting(upload, by)
    upload.applied_at, upload.summary = fresh.applied_at, fresh.summary = at, summary
    with pghistory.context(user=by.pk, action="save template"):
        fresh.save(update_fields=["applied_at", "summary"])
    _remove_file(fresh)


@transaction.atomic
def discard_upload(*, upload, by):
    """Takes an upload away; nothing of it is saved. Raises as `close_upload`."""
    with pghistory.context(user=by.pk, action="discard template"):
        _remove(_waiting(upload, by))


def _waiting(upload, by):
    """The row, locked."""
    _require_reporter(by, upload.round, upload.institution)
    fresh = ReportUpload.objects.select_for_update(of=("self",)).filter(pk=upload.pk).first()
    if fresh is None or fresh.applied_at is not None:
        raise StateConflict(
            _("“%(file)s” is no longer waiting for a decision.") % {"file": upload.file_name}, upload
        )
    return fresh


def _require_reporter(user, round, institution):
    if not Submission.objects.reported_by(user).filter(round=round, institution=institution).exists():
        raise PermissionDenied(
            _("Only the focal point of %(institution)s writes here.") % {"institution": institution}
        )


def _remove(upload):
    _remove_file(upload)
    upload.delete()


def _remove_file(upload):
    file = upload.file
    transaction.on_commit(lambda: file.storage.delete(file.name))
