"""What the plan costs. Money is Decimal with a currency; "not costed" is the absence of a row, never 0."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from frameworks.models.base import ScopedQuerySet


class CostingQuerySet(ScopedQuerySet):
    plan_path = "activity__plan"


@pghistory.track()
class Costing(models.Model):
    """The estimate of one activity for one year, as attached when the plan was endorsed (DOMAIN.md, Glossary)."""

    activity = models.ForeignKey("frameworks.Activity", on_delete=models.CASCADE, related_name="costings")
    year = models.PositiveSmallIntegerField(_("year"))
    amount = models.DecimalField(_("estimate"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    assumptions = models.TextField(_("assumptions"), blank=True)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    objects = CostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("costing")
        verbose_name_plural = _("costings")
        ordering = ["activity", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "year"],
                name="costing_once_a_year",
                violation_error_message=_("This activity already has an estimate for that year."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="costing_not_negative",
                violation_error_message=_("A cost cannot be negative."),
            ),
        ]


class OutputCostingQuerySet(ScopedQuerySet):
    plan_path = "output__plan"


@pghistory.track()
class OutputCosting(models.Model):
    """The rough estimate of a whole output for one year, while its activities are not costed one by one.

    It counts for that year until one of the output's activities in use has an estimate for it: then the estimates of the
    activities count, and this one is shown beside them.
    """

    output = models.ForeignKey("frameworks.Output", on_delete=models.CASCADE, related_name="costings")
    year = models.PositiveSmallIntegerField(_("year"))
    amount = models.DecimalField(_("estimate"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    assumptions = models.TextField(_("assumptions"), blank=True)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    objects = OutputCostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rough costing")
        verbose_name_plural = _("rough costings")
        ordering = ["output", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["output", "year"],
                name="output_costing_once_a_year",
                violation_error_message=_("There is already a rough estimate for that year."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="output_costing_not_negative",
                violation_error_message=_("A cost cannot be negative."),
            ),
        ]
