"""The life of an uploaded budget workbook: kept for its preview, then saved or discarded (frameworks/operations/uploads.py)."""

import pghistory
from django.db import transaction

from budgets.models import BudgetUpload
from frameworks.operations import uploads
from frameworks.permissions import Permission, require_permission


@transaction.atomic
def keep_upload(*, plan, institution, year, file, by, at):
    """Keeps an uploaded file (a Django File) for its preview. What the person had uploaded there before and never saved
    goes: the newest counts. Raises PermissionDenied.
    """
    where = {"plan": plan, "institution": institution, "year": year}
    require_permission(by, Permission.EDIT_BUDGET, BudgetUpload(**where))
    with pghistory.context(user=by.pk, action="upload budget workbook"):
        return uploads.keep(waiting_uploads(**where, by=by), file=file, by=by, at=at, **where)


def waiting_uploads(*, plan, institution, year, by):
    """What a person has uploaded and neither saved nor discarded."""
    return BudgetUpload.objects.filter(
        plan=plan, institution=institution, year=year, uploaded_by=by, applied_at__isnull=True
    )


def close_upload(*, upload, by, at, summary):
    """Marks an upload as saved and removes its file: what it held is in plans and lines, and in their history.

    Raises PermissionDenied, StateConflict (409) when it is saved already or gone.
    """
    require_permission(by, Permission.EDIT_BUDGET, upload)
    with pghistory.context(user=by.pk, action="save budget workbook"):
        uploads.close(upload, at=at, summary=summary)


@transaction.atomic
def discard_upload(*, upload, by):
    """Takes an upload away; nothing of it is saved. Raises as `close_upload`."""
    require_permission(by, Permission.EDIT_BUDGET, upload)
    with pghistory.context(user=by.pk, action="discard budget workbook"):
        uploads.remove(uploads.locked(upload))
