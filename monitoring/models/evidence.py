"""What a reported value or an activity's progress rests on: files and links."""

import uuid
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pghistory
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from frameworks.documents import kind_of_name
from monitoring.models.submission import Submission


def evidence_path(evidence, filename):
    """A name that gives nothing away and cannot collide; the user's file name is kept in the row."""
    return f"evidence/{evidence.public_id}{Path(filename).suffix.lower()}"


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(submission__in=Submission.objects.visible_to(user))

    def remove(self):
        """Deletes the rows, which stay in the history, and their files once that is certain. Call it in a transaction."""
        files = [one.file for one in self if one.file]
        self.delete()
        for file in files:
            # One that cannot be deleted (another system holds it) must not undo what is done.
            transaction.on_commit(partial(file.storage.delete, file.name), robust=True)


@pghistory.track()
class Evidence(models.Model):
    """One file or one link, of an indicator's figure or of an activity (exactly one of them) in a submission."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="evidence")
    activity = models.ForeignKey(
        "frameworks.Activity", on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    indicator = models.ForeignKey(
        "frameworks.Indicator", on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    title = models.CharField(_("what it shows"), max_length=200, blank=True)
    url = models.URLField(_("link"), max_length=1000, blank=True)
    file = models.FileField(_("file"), upload_to=evidence_path, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(_("size (bytes)"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["submission", "added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(activity__isnull=False) & Q(indicator__isnull=True))
                | (Q(activity__isnull=True) & Q(indicator__isnull=False)),
                name="evidence_of_one_line",
                violation_error_message=_("Evidence belongs to one activity or to one indicator."),
            ),
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")),
                name="evidence_file_or_link",
                violation_error_message=_("Choose a file, or give a link; not both."),
            ),
        ]

    def __str__(self):
        return self.title or self.file_name or self.url

    @property
    def host(self):
        """Where a link leads, "" of a file: it is shown beside the link, whatever the link is called."""
        return (urlsplit(self.url).hostname or "") if self.url else ""

    @property
    def address(self):
        """Where it is opened: the link itself, or our own address, which asks who may read it."""
        return self.url or reverse("evidence_file", args=[self.public_id])

    @property
    def icon(self):
        return "globe" if self.url else "file"

    @property
    def kind(self):
        """What people call the kind of file, "" of a link."""
        known = kind_of_name(self.file.name) if self.file else None
        return known.label if known else ""
