"""A workbook of budget lines and operational plans that came back, until somebody has looked at what it would change."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from budgets.models.planning import own_budgets


def upload_path(upload, filename):
    """A name that gives nothing away and cannot collide; the user's file name is kept in the row."""
    return f"budget-workbooks/{upload.public_id}.xlsx"


class BudgetUploadQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of the institutions that the person budgets for: it holds their drafts."""
        return self.filter(own_budgets(user))


@pghistory.track()
class BudgetUpload(models.Model):
    """One uploaded workbook of an institution and a year. applied_at: when what it says was saved."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="budget_uploads")
    institution = models.ForeignKey(
        "frameworks.Institution", on_delete=models.PROTECT, related_name="budget_uploads"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    file = models.FileField(upload_to=upload_path)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"))
    applied_at = models.DateTimeField(_("saved"), null=True, blank=True)
    summary = models.JSONField(default=dict, blank=True)

    objects = BudgetUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("uploaded budget workbook")
        ordering = ["-uploaded_at", "-pk"]

    def permission_scope(self):
        """Also what is left of an institution that was merged into another is carried on by that one."""
        return self.plan_id, self.institution.successor_id, None
