"""The life of a workbook that somebody filled in offline: kept for its preview, then saved or discarded. Its file goes with that.

For models with public_id, file, file_name, sha256, uploaded_by, uploaded_at, applied_at and summary. Who may is the
business of the caller, and so is pghistory's context.
"""

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.workflow import StateConflict


@transaction.atomic
def keep(waiting, *, file, by, at, **where):
    """Keeps an uploaded file (a Django File) and gives its row. `waiting`: the queryset of what the same person had uploaded
    there before and never saved: that goes, the newest counts.
    """
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    for old in waiting:
        remove(old)
    return waiting.model.objects.create(
        file=file,
        file_name=file.name[:255],
        sha256=digest.hexdigest(),
        uploaded_by=by,
        uploaded_at=at,
        **where,
    )


@transaction.atomic
def close(upload, *, at, summary):
    """Marks an upload as saved and removes its file: what it held is where it was saved, and in its history.

    Raises StateConflict (409) when it is saved already or gone.
    """
    fresh = locked(upload)
    upload.applied_at, upload.summary = fresh.applied_at, fresh.summary = at, summary
    fresh.save(update_fields=["applied_at", "summary"])
    _remove_file(fresh)


def locked(upload):
    """The row, locked. Raises StateConflict (409) when it is saved already or gone."""
    fresh = type(upload).objects.select_for_update(of=("self",)).filter(pk=upload.pk).first()
    if fresh is None or fresh.applied_at is not None:
        raise StateConflict(
            _("“%(file)s” is no longer waiting for a decision.") % {"file": upload.file_name}, upload
        )
    return fresh


@transaction.atomic
def remove(upload):
    """Takes an upload away, its file after the transaction."""
    _remove_file(upload)
    upload.delete()


def _remove_file(upload):
    file = upload.file
    transaction.on_commit(lambda: file.storage.delete(file.name))
