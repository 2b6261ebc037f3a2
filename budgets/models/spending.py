"""What was spent, as institutions report it in the rounds."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from frameworks.permissions import Permission, scope_filter


class ExpenditureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own institution's: always. The reviewers', secretariat's and monitoring team's: once the report is handed in.

        What an institution reported before it was merged into another is read by those who report for that one.
        """
        own = scope_filter(user, Permission.EDIT_SUBMISSION, plan="round__plan", institution="institution")
        own |= scope_filter(
            user, Permission.EDIT_SUBMISSION, plan="round__plan", institution="institution__merged_into"
        )
        others = scope_filter(
            user,
            Permission.VIEW_SUBMISSIONS,
            plan="round__plan",
            institution="institution",
            pillar="activity__output__goal__pillar",
        )
        return self.filter(own | (others & Q(frozen_at__isnull=False)))

    def reported(self):
        """Those that say something: an amount, be it 0, or why it is not known."""
        return self.exclude(amount__isnull=True, no_data_reason="")


@pghistory.track()
class Expenditure(models.Model):
    """What an institution spent on an activity in a round, as it reports it. Knows no submission (DESIGN.md, The tree).

    amount None with a reason: not known. No row: not reported. 0: nothing was spent. Three different things.
    """

    activity = models.ForeignKey("frameworks.Activity", on_delete=models.PROTECT, related_name="expenditures")
    institution = models.ForeignKey(
        "frameworks.Institution", on_delete=models.PROTECT, related_name="expenditures"
    )
    round = models.ForeignKey(
        "frameworks.ReportingRound", on_delete=models.PROTECT, related_name="expenditures"
    )
    amount = models.DecimalField(_("spent"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    no_data_reason = models.CharField(_("not known because"), max_length=500, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    # Set while the report that it belongs to is handed in: nobody changes it then.
    frozen_at = models.DateTimeField(_("frozen"), null=True, blank=True)

    objects = ExpenditureQuerySet.as_manager()

    class Meta:
        verbose_name = _("spending")
        verbose_name_plural = _("spending")
        ordering = ["round", "activity", "institution"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "institution", "round"],
                name="expenditure_once",
                violation_error_message=_("The spending on this activity is already reported."),
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                name="expenditure_not_negative",
                violation_error_message=_("Spending cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(no_data_reason=""),
                name="expenditure_or_reason",
                violation_error_message=_("Give the amount, or say why it is not known; not both."),
            ),
        ]

    def permission_scope(self):
        return self.round.plan_id, self.institution_id, None
