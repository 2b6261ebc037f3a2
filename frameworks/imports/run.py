"""What a worker does with a queued import: take it, read it, save all or nothing, with signs of life all the while.

What a kind of upload means is found in APPLIERS: `apply_upload(upload, *, progress)` reads the file again, compares, and
saves inside the transaction that is open when it is called (so that the plan's new state and the import's own are written
together or not at all). It calls `progress(step, percent)` as it goes on (`step`: a key of Step), raises ImportRefused or
UnreadableWorkbook with words for the user, and returns {level: {"new": n, "changed": n, "removed": n}}.
"""

import logging
from contextlib import contextmanager

import pghistory
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import InterfaceError, OperationalError, models, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.imports.parts import UnreadableWorkbook
from frameworks.imports.saving import ImportRefused
from frameworks.models.upload import ImportKind
from frameworks.operations.importing import (
    TAKEN,
    ImportLost,
    asked_by,
    beat,
    claim_import,
    fail_import,
    finish_import,
)
from frameworks.pulse import beating

log = logging.getLogger(__name__)

#: Kind of upload → the function that saves it; by name, because a kind's code is loaded when it is needed.
APPLIERS = {
    ImportKind.LOGFRAME: "frameworks.imports.apply.apply_upload",
    ImportKind.WORKBOOK: "frameworks.workbook.apply.apply_upload",
}


class Step(models.TextChoices):
    """The steps of saving, stored as keys; the words are made for whoever looks."""

    READING = TAKEN, gettext_lazy("Reading the file")
    COMPARING = "comparing", gettext_lazy("Comparing it with the plan")
    SAVING = "saving", gettext_lazy("Saving")
    RESULTS = "results", gettext_lazy("Working out results anew")


def step_text(upload):
    """What the worker is doing, in words."""
    return Step(upload.step).label if upload.step in Step.values else Step.SAVING.label


def run_import(upload_id, *, clock):
    """Saves an import. True when it is saved; False when there was nothing to do, or it failed (the import says why).

    clock: gives the present moment; called often. Safe to run twice and in two workers at once: one of them saves it.
    Database errors are passed on and leave the import as it is: its silence brings it back into the queue.
    """
    upload = claim_import(upload_id, at=clock())
    if upload is None:
        log.info("import %s: nothing to do", upload_id)
        return False
    by = asked_by(upload)
    try:
        with signs_of_life(upload, clock) as pulse, pghistory.context(user=by.pk if by else None):
            apply_upload = import_string(APPLIERS[upload.kind])
            with transaction.atomic():
                written = apply_upload(upload, progress=pulse.note)
                finish_import(upload, written=written, at=clock())
    except ImportLost as lost:
        log.warning("%s", lost)
        return False
    except (OperationalError, InterfaceError):
        raise
    except (ImportRefused, UnreadableWorkbook, PermissionDenied, ValidationError) as refused:
        log.info("import %s was refused: %s", upload.public_id, refused)
        fail_import(upload, error=_refusal(refused), at=clock())
        return False
    except Exception as problem:
        log.exception("import %s failed in attempt %s", upload.public_id, upload.attempts)
        fail_import(upload, error=_in_words(problem, upload), at=clock())
        return False
    log.info("import %s is saved", upload.public_id)
    return True


def _refusal(refused):
    if isinstance(refused, ValidationError):
        return " ".join(refused.messages)
    return str(refused) or _("You may no longer change this plan.")


def _in_words(problem, upload):
    if isinstance(problem, SoftTimeLimitExceeded):
        return _(
            "Saving took too long and was stopped; nothing was saved. Split the file, or tell the administrator."
        )
    if isinstance(problem, MemoryError):
        return _(
            "The server ran out of memory; nothing was saved. Try again later, or tell the administrator."
        )
    if isinstance(problem, OSError):
        return _("The uploaded file is no longer on the server; nothing was saved. Upload it again.")
    return _(
        "Something went wrong while the file was being saved; nothing of it was saved. Try again; if it happens again, "
        "tell the administrator, who finds the details in the log under %(id)s."
    ) % {"id": upload.public_id}


class Pulse:
    """How far an import is. `note` may be called inside the transaction: it leaves the writing to the thread below."""

    def __init__(self, upload, clock):
        self._upload, self._clock = upload, clock
        self._now = (Step.READING.value, 1)

    def note(self, step, percent):
        self._now = (str(getattr(step, "value", step)), max(1, min(99, int(percent))))

    def beat(self):
        step, percent = self._now
        beat(self._upload, progress=percent, step=step, at=self._clock())


@contextmanager
def signs_of_life(upload, clock):
    """A Pulse that beats by itself: what it writes is seen while the transaction of saving is open."""
    pulse = Pulse(upload, clock)
    with beating(pulse.beat, lost=ImportLost, every=heartbeat_seconds(), name=f"import {upload.public_id}"):
        yield pulse


def heartbeat_seconds():
    """The page shows progress every two seconds; several beats fit into the silence that stands for a dead worker."""
    return min(1, settings.IMPORT_SILENCE_SECONDS / 5)
