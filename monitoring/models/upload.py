"""A filled-in reporting template that came back, until somebody has looked at what it would change."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.models.submission import Submission


def upload_path(upload, filename):
    """A name that gives nothing away and cannot collide; the user's file name is kept in the row."""
    return f"reporting-templates/{upload.public_id}.xlsx"


class ReportUploadQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of the institutions that the person reports for: it holds their drafts."""
        mine = Submission.objects.reported_by(user).order_by().values("round", "institution")
        return self.filter(
            models.Exists(
                mine.filter(round=models.OuterRef("round"), institution=models.OuterRef("institution"))
            )
        )


@pghistory.track()
class ReportUpload(models.Model):
    """One uploaded template of an institution and a round. applied_at: when its figures were saved as drafts."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.ForeignKey(
        "frameworks.ReportingRound", on_delete=models.CASCADE, related_name="template_uploads"
    )
    institution = models.ForeignKey(
        "frameworks.Institution", on_delete=models.PROTECT, related_name="template_uploads"
    )
    file = models.FileField(upload_to=upload_path)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"))
    applied_at = models.DateTimeField(_("saved"), null=True, blank=True)
    summary = models.JSONField(default=dict, blank=True)

    objects = ReportUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("uploaded template")
        ordering = ["-uploaded_at", "-pk"]
