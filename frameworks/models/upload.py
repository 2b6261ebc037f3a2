"""An uploaded framework workbook between its preview and its being saved."""

import uuid
from pathlib import Path

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models.base import ScopedQuerySet


class ImportState(ToneChoices):
    PREVIEWED = "previewed", _("Waiting for your decision"), "info", "eye"
    QUEUED = "queued", _("Being saved"), "info", "loop"
    FAILED = "failed", _("Could not be saved"), "bad", "x-circle"
    APPLIED = "applied", _("Saved"), "good", "check-circle"
    DISCARDED = "discarded", _("Discarded"), "muted", "minus-circle"


class ImportKind(models.TextChoices):
    """What was uploaded, and so how it is read and what it may change."""

    LOGFRAME = "logframe", _("A logframe as it lies")
    WORKBOOK = "workbook", _("The framework's own workbook")


def upload_path(upload, filename):
    """A name that gives nothing away and cannot collide; the user's file name is kept in the row."""
    return f"imports/{upload.public_id}{Path(filename).suffix.lower()}"


@pghistory.track()
class FrameworkImport(models.Model):
    """One workbook: what it would change is worked out anew for the preview and again, identically, for saving."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="imports")
    file = models.FileField(upload_to=upload_path)
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=ImportKind.choices, default=ImportKind.LOGFRAME)
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.PREVIEWED)
    # How far the worker is with saving: percent, the step in words, and signs of life.
    progress = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    remove_missing = models.BooleanField(
        default=False, help_text=_("Retire what stands in the plan and no longer in the workbook.")
    )
    fingerprint = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("Digest of the previewed changes: what is saved must be what was seen."),
    )
    answers = models.JSONField(
        default=dict, blank=True, help_text=_("Whom printed names mean, as a person chose on the preview.")
    )
    columns = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("Which column is what, as a person corrected it: sheet → field → column."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("framework import")
        ordering = ["-created_at"]

    def __str__(self):
        return self.file_name
