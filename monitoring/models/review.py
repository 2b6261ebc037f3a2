"""What the two co-leads of a pillar say of a submission."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from monitoring.models.submission import Submission


class Side(models.TextChoices):
    GOVERNMENT = "government", _("Government")
    CSO = "cso", _("Civil society")


class Verdict(ToneChoices):
    ENDORSED = "endorsed", _("Endorsed"), "good", "check"
    DISSENT = "dissent", _("Dissent"), "warn", "flag"


class SignOffQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(submission__in=Submission.objects.visible_to(user))


@pghistory.track()
class SignOff(models.Model):
    """One co-lead's endorsement or dissent on one cycle of a submission.

    Append-only: a co-lead who endorses later leaves the earlier dissent standing beside it for ever (DOMAIN.md, People).
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="sign_offs")
    cycle = models.PositiveSmallIntegerField()
    side = models.CharField(_("side"), max_length=12, choices=Side.choices)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    statement = models.TextField(_("statement"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    objects = SignOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-off")
        ordering = ["submission", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "cycle", "side", "verdict"],
                name="sign_off_once",
                violation_error_message=_("This side has already said so."),
            ),
            models.CheckConstraint(
                condition=~Q(verdict="dissent") | ~Q(statement=""),
                name="dissent_has_statement",
                violation_error_message=_("A dissent needs its text."),
            ),
        ]
