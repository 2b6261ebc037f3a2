"""Keeping an uploaded workbook between its preview and its being saved."""

import hashlib

from django.db import transaction

from frameworks.models import FrameworkImport
from frameworks.models.upload import ImportState
from frameworks.permissions import Permission, require_permission


@transaction.atomic
def keep_upload(*, plan, file, by, at):
    """Keeps an uploaded workbook (a Django File) for its preview. Requires EDIT_FRAMEWORK."""
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
        created_by=by,
        created_at=at,
    )


@transaction.atomic
def close_import(*, upload, state, by, at):
    """Marks an import as saved or discarded and removes the file: what it held is in the plan's history, or unwanted."""
    require_permission(by, Permission.EDIT_FRAMEWORK, upload.plan)
    FrameworkImport.objects.select_for_update().get(pk=upload.pk)
    upload.state, upload.decided_at = ImportState(state), at
    upload.save(update_fields=["state", "decided_at"])
    file = upload.file
    transaction.on_commit(lambda: file.storage.delete(file.name))
