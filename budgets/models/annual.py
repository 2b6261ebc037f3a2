"""The annual plan of a working group, and what the steering committee decides about it."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from budgets.models.planning import money_field
from frameworks.choices import ToneChoices
from frameworks.models.base import same_plan_as
from frameworks.models.coordination import Side
from frameworks.permissions import Permission, scope_filter


class BudgetState(ToneChoices):
    """Vocabulary 4 of DOMAIN.md."""

    DRAFT = "draft", _("Draft"), "neutral", "pencil"
    AGREED = "agreed", _("Agreed by the working group"), "ok", "check"
    SUBMITTED = "submitted", _("Submitted to the steering committee"), "info", "send"
    APPROVED = "approved", _("Approved"), "good", "check-double"
    APPROVED_WITH_CHANGES = "approved_changed", _("Approved with changes"), "good", "check-circle"
    RETURNED = "returned", _("Returned"), "warn", "undo"
    REVISED = "revised", _("Being revised"), "neutral", "loop"


#: With the working group, which draws it from the operational plans.
EDITABLE_ANNUAL = (BudgetState.DRAFT, BudgetState.REVISED)
DECIDED_ANNUAL = (BudgetState.APPROVED, BudgetState.APPROVED_WITH_CHANGES)


class AnnualPlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody who reads the plan's budgets from inside: it holds nothing but what institutions have handed in."""
        return self.filter(scope_filter(user, Permission.VIEW_BUDGETS, plan="plan", pillar="pillar"))


@pghistory.track()
class AnnualPlan(models.Model):
    """A working group's activities and budget for a year. version: goes up each time it is taken up again."""

    WORKFLOW_RELATED = ("plan", "pillar")

    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="annual_plans")
    pillar = models.ForeignKey("frameworks.Pillar", on_delete=models.PROTECT, related_name="annual_plans")
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(
        _("state"), max_length=16, choices=BudgetState.choices, default=BudgetState.DRAFT
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    priorities = models.TextField(_("priorities of the year"), blank=True)
    return_note = models.TextField(_("why it was returned"), blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)

    objects = AnnualPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("annual plan")
        verbose_name_plural = _("annual plans")
        ordering = ["plan", "year", "pillar__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["pillar", "year"],
                name="annual_plan_once",
                violation_error_message=_("There is already an annual plan for that year."),
            )
        ]
        triggers = [same_plan_as("pillar_id", "frameworks_pillar", "annual_plan_plan")]

    def __str__(self):
        return f"{self.pillar} {self.year}"

    @property
    def is_editable(self):
        return self.state in EDITABLE_ANNUAL


class OfAnnualPlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(annual_plan__in=AnnualPlan.objects.visible_to(user))


@pghistory.track()
class AnnualPlanLine(models.Model):
    """A budget line as one version of an annual plan holds it: what is asked for it, and what was decided.

    Rows of earlier versions stay: the old amounts beside the new ones. decided None: no decision yet; 0: refused.
    """

    annual_plan = models.ForeignKey(AnnualPlan, on_delete=models.CASCADE, related_name="lines")
    version = models.PositiveSmallIntegerField(_("version"))
    budget_line = models.ForeignKey(
        "budgets.BudgetLine", on_delete=models.PROTECT, related_name="annual_plan_lines"
    )
    asked = models.DecimalField(_("asked"), max_digits=18, decimal_places=2)
    decided = money_field(_("decided"))
    currency = models.CharField(_("currency"), max_length=3)
    is_left_out = models.BooleanField(_("left out"), default=False)
    note = models.TextField(_("note"), blank=True)

    objects = OfAnnualPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of an annual plan")
        ordering = ["annual_plan", "version", "budget_line"]
        constraints = [
            models.UniqueConstraint(
                fields=["annual_plan", "version", "budget_line"],
                name="annual_plan_line_once",
                violation_error_message=_("This line is already in the annual plan."),
            ),
            models.CheckConstraint(
                condition=Q(asked__gte=0) & (Q(decided__isnull=True) | Q(decided__gte=0)),
                name="annual_plan_line_not_negative",
                violation_error_message=_("An amount cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(is_left_out=False) | Q(decided__isnull=True),
                name="annual_plan_line_left_out_undecided",
                violation_error_message=_("What is left out is not decided on."),
            ),
        ]


@pghistory.track()
class Agreement(models.Model):
    """One co-lead's agreement to one version of an annual plan; both count the same (DOMAIN.md, Glossary)."""

    annual_plan = models.ForeignKey(AnnualPlan, on_delete=models.CASCADE, related_name="agreements")
    version = models.PositiveSmallIntegerField(_("version"))
    side = models.CharField(_("side"), max_length=12, choices=Side.choices)
    statement = models.TextField(_("statement"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    objects = OfAnnualPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        ordering = ["annual_plan", "version", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["annual_plan", "version", "side"],
                name="agreement_once",
                violation_error_message=_("This side has already agreed."),
            )
        ]


class DecisionOutcome(ToneChoices):
    APPROVED = "approved", _("Approved"), "good", "check-double"
    APPROVED_WITH_CHANGES = "approved_changed", _("Approved with changes"), "good", "check-circle"
    RETURNED = "returned", _("Returned"), "warn", "undo"


@pghistory.track()
class Decision(models.Model):
    """What the steering committee decided about one version of an annual plan: when, under which reference, and who."""

    annual_plan = models.ForeignKey(AnnualPlan, on_delete=models.CASCADE, related_name="decisions")
    version = models.PositiveSmallIntegerField(_("version"))
    outcome = models.CharField(_("decision"), max_length=16, choices=DecisionOutcome.choices)
    decided_on = models.DateField(_("decided on"))
    reference = models.CharField(
        _("reference"), max_length=120, help_text=_("Of the minutes or the resolution.")
    )
    decided_by = models.CharField(
        _("who decided"), max_length=300, help_text=_("The meeting, and who chaired it.")
    )
    note = models.TextField(_("note"), blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    objects = OfAnnualPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision of the steering committee")
        ordering = ["annual_plan", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["annual_plan", "version"],
                name="decision_once",
                violation_error_message=_("This version has already been decided on."),
            ),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(decided_by=""),
                name="decision_recorded_whole",
                violation_error_message=_("A decision needs its reference and who decided."),
            ),
            models.CheckConstraint(
                condition=~Q(outcome="returned") | ~Q(note=""),
                name="decision_return_has_note",
                violation_error_message=_("What is returned needs a note."),
            ),
        ]
