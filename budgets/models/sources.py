"""Where money comes from, what currencies are worth, and the rules that a plan's budget is held to."""

from decimal import Decimal

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from frameworks.models.base import ScopedQuerySet
from frameworks.models.plan import code_validator
from frameworks.permissions import Permission, scope_filter


class SourceKind(models.TextChoices):
    STATE = "state", _("State budget")
    PARTNER = "partner", _("Development partner")
    CSO = "cso", _("Civil society")
    FUND = "fund", _("Fund")
    OTHER = "other", _("Other")


@pghistory.track()
class FundingSource(models.Model):
    """Who pays. on_budget: the money passes through the state's budget; None: not known."""

    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="funding_sources")
    code = models.CharField(_("code"), max_length=40, validators=[code_validator])
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=SourceKind.choices)
    institution = models.ForeignKey(
        "frameworks.Institution",
        verbose_name=_("institution that pays"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="funding_sources",
    )
    on_budget = models.BooleanField(_("on budget"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    # Of no use for new lines any more; those that name it stay.
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("funding source")
        verbose_name_plural = _("funding sources")
        ordering = ["plan", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="funding_source_code_unique",
                violation_error_message=_("Another funding source of this plan has this code."),
            ),
            models.UniqueConstraint(
                fields=["plan", "name"],
                name="funding_source_name_unique",
                violation_error_message=_("Another funding source of this plan has this name."),
            ),
        ]

    def __str__(self):
        return self.name


@pghistory.track()
class ExchangeRate(models.Model):
    """One unit of `currency` is worth `rate` units of `to_currency` from `valid_on` on, until a later rate is entered.

    The only ground on which amounts in two currencies are ever added (DOMAIN.md, "Arithmetic"). It is never turned round.
    """

    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="exchange_rates")
    currency = models.CharField(_("currency"), max_length=3)
    to_currency = models.CharField(_("in"), max_length=3)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)
    valid_on = models.DateField(_("from"))
    source = models.CharField(_("where it is from"), max_length=200)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["plan", "currency", "-valid_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "currency", "to_currency", "valid_on"],
                name="exchange_rate_once_a_day",
                violation_error_message=_("There is already a rate of that currency from that day."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0),
                name="exchange_rate_positive",
                violation_error_message=_("A rate is greater than 0."),
            ),
            models.CheckConstraint(
                condition=~Q(currency=F("to_currency")),
                name="exchange_rate_between_two",
                violation_error_message=_("A currency needs no rate to itself."),
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="exchange_rate_has_source",
                violation_error_message=_("Say where the rate is from."),
            ),
        ]


@pghistory.track()
class BudgetRules(models.Model):
    """What the budget of a plan is held to. A plan without a row has the values of a new one.

    minimum_gender_share: percent of an institution's total budget (5 in the Philippines). absorbed_from: percent of the
    approved amount from which money counts as absorbed.
    """

    plan = models.OneToOneField("frameworks.Plan", on_delete=models.CASCADE, related_name="budget_rules")
    minimum_gender_share = models.DecimalField(
        _("minimum share of the gender budget (%)"), max_digits=5, decimal_places=2, default=Decimal(5)
    )
    absorbed_from = models.DecimalField(
        _("absorbed from (%)"), max_digits=5, decimal_places=2, default=Decimal(90)
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_gender_share__gte=0) & Q(minimum_gender_share__lte=100),
                name="budget_rules_share_in_bounds",
                violation_error_message=_("A share lies between 0 and 100."),
            ),
            models.CheckConstraint(
                condition=Q(absorbed_from__gt=0) & Q(absorbed_from__lte=100),
                name="budget_rules_absorbed_in_bounds",
                violation_error_message=_("A share lies between 0 and 100."),
            ),
        ]


class InstitutionBudgetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those from inside the plan read all of them; an institution its own."""
        return self.filter(
            scope_filter(user, Permission.VIEW_BUDGETS, plan="plan", institution="institution")
        )


@pghistory.track()
class InstitutionBudget(models.Model):
    """The whole budget of an institution in a year, and how much of it is for gender equality.

    gender None: not known, which is not 0.
    """

    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="institution_budgets")
    institution = models.ForeignKey(
        "frameworks.Institution", on_delete=models.PROTECT, related_name="institution_budgets"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    total = models.DecimalField(_("total budget"), max_digits=18, decimal_places=2)
    gender = models.DecimalField(_("gender budget"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    source = models.CharField(
        _("where the figures are from"),
        max_length=300,
        blank=True,
        help_text=_("For example: State Budget 2025, book 4."),
    )

    objects = InstitutionBudgetQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget of an institution")
        verbose_name_plural = _("budgets of institutions")
        ordering = ["plan", "year", "institution"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "institution", "year"],
                name="institution_budget_once_a_year",
                violation_error_message=_("The budget of this institution for that year is already there."),
            ),
            models.CheckConstraint(
                condition=Q(total__gt=0),
                name="institution_budget_positive",
                violation_error_message=_("A total budget is greater than 0."),
            ),
            models.CheckConstraint(
                condition=Q(gender__isnull=True) | Q(gender__gte=0) & Q(gender__lte=F("total")),
                name="institution_budget_gender_within",
                violation_error_message=_("The gender budget is part of the total: from 0 to the total."),
            ),
        ]


class BudgetYearQuerySet(ScopedQuerySet):
    def published(self):
        return self.filter(published_at__isnull=False)


@pghistory.track()
class BudgetYear(models.Model):
    """Whether the public may read what was approved for a year, and what was spent of it in published rounds."""

    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="budget_years")
    year = models.PositiveSmallIntegerField(_("year"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = BudgetYearQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget year")
        ordering = ["plan", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "year"],
                name="budget_year_once",
                violation_error_message=_("This year is already there."),
            )
        ]
