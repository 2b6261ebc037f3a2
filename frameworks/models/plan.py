"""The plan and its results chain: pillar → goal → output → activity, with the institutions that lead."""

from decimal import Decimal

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models.base import ScopedQuerySet, natural_sort_key, same_plan_as
from frameworks.terminology import level_words

code_validator = RegexValidator(
    r"^[0-9A-Za-zÀ-ɏ][0-9A-Za-zÀ-ɏ._-]*$",
    _("A code holds letters, digits, dots, hyphens and underscores, and starts with a letter or a digit."),
)


class PlanLevel(models.TextChoices):
    NATIONAL = "national", _("National")
    SUBNATIONAL = "subnational", _("Subnational")


class PlanStatus(ToneChoices):
    IN_DEVELOPMENT = "in_development", _("In development"), "muted", "pencil"
    ENDORSED = "endorsed", _("Endorsed"), "ok", "check"
    ACTIVE = "active", _("Active"), "good", "check-circle"
    EXPIRED = "expired", _("Expired"), "neutral", "slash-circle"


class PillarKind(models.TextChoices):
    SUBSTANTIVE = "substantive", _("Substantive")
    SUPPORT = "support", _("Support")


class GlobalPillar(models.TextChoices):
    """The four pillars of Security Council resolution 1325, onto which a plan's own pillars are mapped."""

    PARTICIPATION = "participation", _("Participation")
    PREVENTION = "prevention", _("Prevention")
    PROTECTION = "protection", _("Protection")
    RELIEF_AND_RECOVERY = "relief_and_recovery", _("Relief and recovery")


class PlanQuerySet(ScopedQuerySet):
    plan_path = ""


@pghistory.track()
class Plan(models.Model):
    """A National Action Plan on Women, Peace and Security, a subnational plan, or one generation of it."""

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[code_validator],
        help_text=_("Stable short code used in addresses and data, for example TL-NAP-2024-2028."),
        error_messages={"unique": _("Another plan has this code.")},
    )
    title = models.CharField(_("title"), max_length=300)
    country = models.CharField(_("country"), max_length=2, help_text=_("Two-letter ISO code."))
    generation = models.PositiveSmallIntegerField(_("generation"), default=1)
    level = models.CharField(_("level"), max_length=12, choices=PlanLevel.choices, default=PlanLevel.NATIONAL)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent plan"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subnational_plans",
    )
    predecessor = models.ForeignKey(
        "self",
        verbose_name=_("predecessor"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
    )
    start_year = models.PositiveSmallIntegerField(_("first year"))
    end_year = models.PositiveSmallIntegerField(_("last year"))
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    launched_on = models.DateField(_("launched on"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=PlanStatus.choices, default=PlanStatus.IN_DEVELOPMENT
    )
    vision = models.TextField(_("vision"), blank=True)
    theory_of_change = models.TextField(_("theory of change"), blank=True)
    # Plans rename the levels of the results chain (seed, section G); empty means the house's own word.
    goal_label = models.CharField(_("what a goal is called"), max_length=40, blank=True)
    output_label = models.CharField(_("what an output is called"), max_length=40, blank=True)
    activity_label = models.CharField(_("what an activity is called"), max_length=40, blank=True)
    on_track_from = models.DecimalField(
        _("on track from (%)"), max_digits=5, decimal_places=2, default=Decimal(90)
    )
    at_risk_from = models.DecimalField(
        _("at risk from (%)"), max_digits=5, decimal_places=2, default=Decimal(70)
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    is_public = models.BooleanField(_("listed for the public"), default=False)
    holds_illustrative_data = models.BooleanField(
        _("holds illustrative data"), default=False, help_text=_("Marks every page and report of the plan.")
    )
    themes = models.ManyToManyField(
        "frameworks.Theme",
        verbose_name=_("themes"),
        through="frameworks.PlanTheme",
        blank=True,
        related_name="plans",
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["country", "-start_year", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_year__gte=F("start_year")),
                name="plan_years_in_order",
                violation_error_message=_("The last year cannot be before the first year."),
            ),
            models.CheckConstraint(
                condition=Q(start_year__gte=2000) & Q(end_year__lte=2100),
                name="plan_years_plausible",
                violation_error_message=_("Years are written in full, for example 2024."),
            ),
            models.CheckConstraint(
                condition=Q(at_risk_from__gt=0)
                & Q(on_track_from__gt=F("at_risk_from"))
                & Q(on_track_from__lte=100),
                name="plan_thresholds_in_order",
                violation_error_message=_(
                    "The 'at risk' threshold must lie above 0 and below the 'on track' threshold, and that at or below 100."
                ),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("plan", args=[self.code])

    @property
    def short_name(self):
        return self.code

    @property
    def years(self):
        return range(self.start_year, self.end_year + 1)

    def nearest_year(self, year):
        """The year itself, or the plan's first or last where it lies outside."""
        return min(max(year, self.start_year), self.end_year)

    @property
    def years_label(self):
        return f"{self.start_year}–{self.end_year}"

    @property
    def words(self):
        """The plan's own words for the levels of its results chain, one and many of each: "goal", "goals" …"""
        levels = level_words(goal=self.goal_label, output=self.output_label, activity=self.activity_label)
        return {"plan": _("Plan")} | levels

    @property
    def is_under_change_control(self):
        """Once endorsed, a change of what was promised needs a reason (issue B)."""
        return self.status != PlanStatus.IN_DEVELOPMENT


@pghistory.track()
class Pillar(models.Model):
    """A theme of a plan; plan data, mapped onto one of the global four."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="pillars")
    code = models.CharField(_("code"), max_length=20, validators=[code_validator])
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind"), max_length=12, choices=PillarKind.choices, default=PillarKind.SUBSTANTIVE
    )
    global_pillar = models.CharField(
        _("global pillar"), max_length=24, choices=GlobalPillar.choices, blank=True
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("pillar")
        verbose_name_plural = _("pillars")
        ordering = ["plan", "order", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="pillar_code_unique",
                violation_error_message=_("Another pillar of this plan has this code."),
            ),
            models.UniqueConstraint(
                fields=["plan", "name"],
                name="pillar_name_unique",
                violation_error_message=_("Another pillar of this plan has this name."),
            ),
        ]

    def __str__(self):
        return self.name

    def permission_scope(self):
        """So that has_permission(user, REVIEW, pillar) reaches the seats of its own working group."""
        return self.plan_id, None, self.pk


def continues_field(model):
    """The row of an earlier plan that this one carries on: what comparing two generations goes by (issue B)."""
    return models.ForeignKey(
        model,
        verbose_name=_("carries on"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="continued_by",
    )


def code_unique(name, message):
    return models.UniqueConstraint(fields=["plan", "code"], name=name, violation_error_message=message)


class ResultLevel(models.Model):
    """What goals, outputs and activities share. `plan` repeats the parent's plan; a trigger holds the two together."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="%(class)ss")
    code = models.CharField(_("code"), max_length=40, validators=[code_validator])
    title = models.TextField(_("text"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    sort_key = natural_sort_key()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["plan", "sort_key"]

    def __str__(self):
        return f"{self.code} {self.title}"


@pghistory.track(exclude=["sort_key"])
class Goal(ResultLevel):
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="goals")
    pillar = models.ForeignKey(Pillar, on_delete=models.PROTECT, related_name="goals")
    continues = continues_field("self")

    class Meta(ResultLevel.Meta):
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        constraints = [code_unique("goal_code_unique", _("Another goal of this plan has this code."))]
        triggers = [same_plan_as("pillar_id", "frameworks_pillar", "goal_plan")]


@pghistory.track(exclude=["sort_key"])
class Output(ResultLevel):
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="outputs")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="outputs")
    continues = continues_field("self")

    class Meta(ResultLevel.Meta):
        verbose_name = _("output")
        verbose_name_plural = _("outputs")
        constraints = [code_unique("output_code_unique", _("Another output of this plan has this code."))]
        triggers = [same_plan_as("goal_id", "frameworks_goal", "output_plan")]


class ActivityQuerySet(ScopedQuerySet):
    def scheduled_in(self, years):
        """Activities with a mark in any of `years`."""
        return self.filter(years__overlap=list(years))

    def led_by(self, institution):
        return self.filter(leads__institution=institution)


@pghistory.track(exclude=["sort_key"])
class Activity(ResultLevel):
    """What is done, and in which years (the x marks of the logframe)."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="activities")
    output = models.ForeignKey(Output, on_delete=models.PROTECT, related_name="activities")
    continues = continues_field("self")
    years = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("years"), default=list, blank=True)
    institutions = models.ManyToManyField(
        "frameworks.Institution", through="frameworks.Lead", related_name="activities"
    )
    themes = models.ManyToManyField(
        "frameworks.Theme",
        verbose_name=_("themes"),
        through="frameworks.ActivityTheme",
        blank=True,
        related_name="activities",
    )

    objects = ActivityQuerySet.as_manager()

    class Meta(ResultLevel.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [code_unique("activity_code_unique", _("Another activity of this plan has this code."))]
        indexes = [GinIndex(fields=["years"], name="activity_years")]
        triggers = [same_plan_as("output_id", "frameworks_output", "activity_plan")]

    def clean(self):
        outside = [year for year in self.years or [] if self.plan_id and year not in self.plan.years]
        if outside:
            raise ValidationError(
                {
                    "years": _("%(years)s lies outside the plan's years %(plan)s.")
                    % {"years": ", ".join(map(str, outside)), "plan": self.plan.years_label}
                }
            )


class LeadRole(models.TextChoices):
    LEAD = "lead", _("Lead")
    CO_LEAD = "co_lead", _("Co-lead")
    SUPPORT = "support", _("Support")


class LeadQuerySet(ScopedQuerySet):
    plan_path = "activity__plan"


@pghistory.track()
class Lead(models.Model):
    """An institution that answers for an activity. Several may; one of them is accountable and submits."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="leads")
    institution = models.ForeignKey(
        "frameworks.Institution",
        verbose_name=_("institution"),
        on_delete=models.PROTECT,
        related_name="leads",
    )
    role = models.CharField(_("role"), max_length=10, choices=LeadRole.choices, default=LeadRole.LEAD)
    is_accountable = models.BooleanField(_("accountable"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead institution")
        verbose_name_plural = _("lead institutions")
        ordering = ["activity", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "institution"],
                name="lead_once",
                violation_error_message=_("This institution already answers for the activity."),
            ),
            models.UniqueConstraint(
                fields=["activity"],
                condition=Q(is_accountable=True),
                name="lead_one_accountable",
                violation_error_message=_("Only one institution can be accountable for an activity."),
            ),
        ]

    def __str__(self):
        return str(self.institution)
