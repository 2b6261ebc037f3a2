"""The life of an uploaded template: kept for its preview, then saved as drafts or discarded (frameworks/operations/uploads.py)."""

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.operations import uploads
from monitoring.models import ReportUpload, Submission


@transaction.atomic
def keep_upload(*, round, institution, file, by, at):
    """Keeps an uploaded file (a Django File) for its preview. What the person had uploaded there before and never saved
    goes: the newest counts. Raises PermissionDenied.
    """
    _require_reporter(by, round, institution)
    waiting = waiting_uploads(round=round, institution=institution, by=by)
    with pghistory.context(user=by.pk, action="upload template"):
        return uploads.keep(waiting, file=file, by=by, at=at, round=round, institution=institution)


def waiting_uploads(*, round, institution, by):
    """What a person has uploaded and neither saved nor discarded."""
    return ReportUpload.objects.filter(
        round=round, institution=institution, uploaded_by=by, applied_at__isnull=True
    )


def close_upload(*, upload, by, at, summary):
    """Marks an upload as saved and removes its file: what it held is in the drafts and their history.

    Raises PermissionDenied, StateConflict (409) when it is saved already or gone.
    """
    _require_reporter(by, upload.round, upload.institution)
    with pghistory.context(user=by.pk, action="save template"):
        uploads.close(upload, at=at, summary=summary)


@transaction.atomic
def discard_upload(*, upload, by):
    """Takes an upload away; nothing of it is saved. Raises as `close_upload`."""
    _require_reporter(by, upload.round, upload.institution)
    with pghistory.context(user=by.pk, action="discard template"):
        uploads.remove(uploads.locked(upload))


def _require_reporter(user, round, institution):
    if not Submission.objects.reported_by(user).filter(round=round, institution=institution).exists():
        raise PermissionDenied(
            _("Only the focal point of %(institution)s writes here.") % {"institution": institution}
        )
