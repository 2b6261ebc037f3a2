"""What an institution means to do in a year and what that costs: operational plans, and the lines of its budget."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models.base import same_plan_as
from frameworks.permissions import Permission, scope_filter


class OperationalState(ToneChoices):
    DRAFT = "draft", _("Draft"), "neutral", "pencil"
    SUBMITTED = "submitted", _("Handed in"), "info", "send"
    RETURNED = "returned", _("Returned"), "warn", "undo"


#: With the institution: it changes what is in it, and nobody else reads that.
EDITABLE_OPERATIONAL = (OperationalState.DRAFT, OperationalState.RETURNED)


def own_budgets(user, prefix=""):
    """A Q for what belongs to institutions that `user` budgets for; also from before they were merged into those."""
    found = scope_filter(
        user, Permission.EDIT_BUDGET, plan=f"{prefix}plan", institution=f"{prefix}institution"
    )
    return found | scope_filter(
        user, Permission.EDIT_BUDGET, plan=f"{prefix}plan", institution=f"{prefix}institution__merged_into"
    )


def read_budgets(user, prefix=""):
    """A Q for the plans whose budgets `user` reads from inside."""
    return scope_filter(
        user,
        Permission.VIEW_BUDGETS,
        plan=f"{prefix}plan",
        institution=f"{prefix}institution",
        pillar=f"{prefix}pillar",
    )


class OperationalPlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own institution's: always. Others': from when they are handed in, by those who read the plan's budgets.

        A returned one is the institution's to change again: until it comes back nobody else reads it.
        """
        return self.filter(own_budgets(user) | (read_budgets(user) & Q(state=OperationalState.SUBMITTED)))

    def budgeted_by(self, user):
        """Those of institutions that the user budgets for, in any state; also from before they were merged into those."""
        return self.filter(own_budgets(user))

    def board_visible_to(self, user):
        """Rows whose existence and state (not content) the user may see: the board of who has handed in counts drafts too."""
        board = scope_filter(user, Permission.VIEW_DASHBOARD, plan="plan")
        return self.filter(board | Q(pk__in=self.visible_to(user).order_by().values("pk")))


@pghistory.track()
class OperationalPlan(models.Model):
    """What one institution does under one pillar in one year (DOMAIN.md, Glossary).

    A pillar at a time, as submissions are: its working group reads it, returns it and draws its annual plan from it.
    """

    WORKFLOW_RELATED = ("plan", "institution", "pillar")

    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="operational_plans")
    institution = models.ForeignKey(
        "frameworks.Institution", on_delete=models.PROTECT, related_name="operational_plans"
    )
    pillar = models.ForeignKey(
        "frameworks.Pillar", on_delete=models.PROTECT, related_name="operational_plans"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(
        _("state"), max_length=10, choices=OperationalState.choices, default=OperationalState.DRAFT
    )
    note = models.TextField(_("what the working group should know"), blank=True)
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    return_note = models.TextField(_("why it was returned"), blank=True)

    objects = OperationalPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("operational plan")
        verbose_name_plural = _("operational plans")
        ordering = ["plan", "year", "pillar", "institution"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "pillar", "year"],
                name="operational_plan_once",
                violation_error_message=_("There is already an operational plan for that year."),
            )
        ]
        triggers = [same_plan_as("pillar_id", "frameworks_pillar", "operational_plan_plan")]

    def __str__(self):
        return f"{self.institution} {self.pillar} {self.year}"

    @property
    def is_editable(self):
        return self.state in EDITABLE_OPERATIONAL

    def permission_scope(self):
        """An institution that was merged into another leaves its plans where they are: the other one carries them on."""
        return self.plan_id, self.institution.successor_id, self.pillar_id


def of_its_pillar(name):
    """A trigger: the activity of a row belongs to the pillar of its operational plan (a foreign key cannot say that)."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("activity_id", "operational_plan_id"),
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM frameworks_activity AS a
                JOIN frameworks_output AS o ON o.id = a.output_id
                JOIN frameworks_goal AS g ON g.id = o.goal_id
                JOIN budgets_operationalplan AS p ON p.pillar_id = g.pillar_id
                WHERE a.id = NEW.activity_id AND p.id = NEW.operational_plan_id
            ) THEN
                RAISE EXCEPTION 'The activity of this row is not of the pillar of its operational plan'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    )


class OfOperationalPlanQuerySet(models.QuerySet):
    """Rows that are read by those who may read their operational plan."""

    path = "operational_plan"

    def visible_to(self, user):
        return self.filter(**{f"{self.path}__in": OperationalPlan.objects.visible_to(user)})


@pghistory.track()
class OperationalAction(models.Model):
    """One thing that an institution does under an activity of the plan. months: 1 to 12."""

    operational_plan = models.ForeignKey(OperationalPlan, on_delete=models.CASCADE, related_name="actions")
    activity = models.ForeignKey(
        "frameworks.Activity", on_delete=models.PROTECT, related_name="operational_actions"
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.TextField(_("action"))
    unit_responsible = models.CharField(_("unit responsible"), max_length=200, blank=True)
    months = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("months"), default=list, blank=True
    )
    inputs = models.TextField(_("inputs"), blank=True, help_text=_("People, material, premises …"))

    objects = OfOperationalPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["operational_plan", "activity__sort_key", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""),
                name="operational_action_titled",
                violation_error_message=_("Say what is done."),
            ),
            models.CheckConstraint(
                condition=Q(months__contained_by=list(range(1, 13))),
                name="operational_action_months",
                violation_error_message=_("Months are numbered from 1 to 12."),
            ),
        ]
        triggers = [of_its_pillar("operational_action_pillar")]

    def __str__(self):
        return self.title


class CostItemQuerySet(OfOperationalPlanQuerySet):
    path = "action__operational_plan"


@pghistory.track(exclude=["amount"])
class CostItem(models.Model):
    """One cost line of an action: quantity × unit cost, and who pays for it. amount is kept by the database."""

    action = models.ForeignKey(OperationalAction, on_delete=models.CASCADE, related_name="cost_items")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    description = models.CharField(_("what is paid for"), max_length=300)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2)
    unit_cost = models.DecimalField(_("unit cost"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    funding_source = models.ForeignKey(
        "budgets.FundingSource",
        verbose_name=_("funding source"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cost_items",
        help_text=_("Empty: not found yet."),
    )
    amount = models.GeneratedField(
        expression=Round(F("quantity") * F("unit_cost"), 2),
        output_field=models.DecimalField(max_digits=26, decimal_places=2),
        db_persist=True,
    )

    objects = CostItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("cost line")
        verbose_name_plural = _("cost lines")
        ordering = ["action", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0) & Q(unit_cost__gte=0),
                name="cost_item_not_negative",
                violation_error_message=_("Quantity and unit cost cannot be negative."),
            ),
            models.CheckConstraint(
                condition=~Q(description=""),
                name="cost_item_described",
                violation_error_message=_("Say what is paid for."),
            ),
        ]


class GenderTag(models.TextChoices):
    """How far gender equality is what the money is for; after the marker that donors use."""

    PRINCIPAL = "principal", _("Gender equality is the main aim")
    SIGNIFICANT = "significant", _("Gender equality is one of the aims")
    NOT_TARGETED = "not_targeted", _("Not for gender equality")


_IS_OFFICIAL = Q(proposed__isnull=False) | Q(approved__isnull=False)


class BudgetLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own institution's: always. Others': once they were handed in or approved, by those who read the plan's budgets.

        Of another institution's line nobody is shown `drafted`: that is its own until it is handed in.
        """
        return self.filter(
            own_budgets(user, "operational_plan__")
            | (read_budgets(user, "operational_plan__") & _IS_OFFICIAL)
        )

    def official(self):
        """What counts in totals and in the API, the same for everybody inside: handed in or approved once."""
        return self.filter(_IS_OFFICIAL)

    def budgeted_by(self, user):
        """Those of institutions that the user budgets for."""
        return self.filter(own_budgets(user, "operational_plan__"))


def money_field(label, help_text=""):
    return models.DecimalField(
        label, max_digits=18, decimal_places=2, null=True, blank=True, help_text=help_text
    )


@pghistory.track()
class BudgetLine(models.Model):
    """Money for one activity from one source, in the budget of an institution and a year (those of its operational plan).

    drafted: what the institution is about to propose; its own until the operational plan is handed in, which makes it
    `proposed`. approved: what the steering committee decided. released: what the institution was given. spent: what its books
    say was paid from this line; what counts as spent is what it reports in the round (Expenditure), and this says from which
    source it came. Every None is "not said", never 0.
    """

    operational_plan = models.ForeignKey(OperationalPlan, on_delete=models.PROTECT, related_name="lines")
    activity = models.ForeignKey("frameworks.Activity", on_delete=models.PROTECT, related_name="budget_lines")
    funding_source = models.ForeignKey(
        "budgets.FundingSource",
        verbose_name=_("funding source"),
        on_delete=models.PROTECT,
        related_name="budget_lines",
    )
    reference = models.CharField(
        _("reference"),
        max_length=60,
        blank=True,
        help_text=_("The number of the line in the institution's own budget."),
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    drafted = money_field(_("proposed"))
    proposed = money_field(_("proposed, as handed in"))
    approved = money_field(_("approved"))
    released = money_field(_("released"))
    spent = money_field(_("spent"))
    gender_tag = models.CharField(
        _("gender budget"),
        max_length=12,
        choices=GenderTag.choices,
        blank=True,
        help_text=_("Empty: not assessed."),
    )

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        ordering = ["operational_plan", "activity__sort_key", "funding_source", "reference", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operational_plan", "activity", "funding_source", "reference"],
                name="budget_line_once",
                violation_error_message=_(
                    "There is already a line for this activity, source and reference. Give it another reference."
                ),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0}),
                    name=f"budget_line_{name}_not_negative",
                    violation_error_message=_("An amount cannot be negative."),
                )
                for name in ("drafted", "proposed", "approved", "released", "spent")
            ),
        ]
        triggers = [of_its_pillar("budget_line_pillar")]

    def permission_scope(self):
        return self.operational_plan.permission_scope()
