"""How a goal, an output or an activity is measured: indicator, targets, breakdowns.

The strings of type, direction and aggregation are those of monitoring/progress.py, which judges by them.
"""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from frameworks.models.base import ScopedQuerySet, natural_sort_key, same_plan_as
from frameworks.models.plan import Lead, code_validator, continues_field


class IndicatorType(models.TextChoices):
    COUNT = "count", _("Count")
    PERCENTAGE = "percentage", _("Percentage")
    NUMBER_AND_PERCENTAGE = "number_and_percentage", _("# and %")
    ORDINAL = "ordinal", _("Scale")
    YES_NO = "yes_no", _("Yes/no")
    QUALITATIVE = "qualitative", _("Qualitative")


#: Types whose figure is a share: a numerator over a denominator.
SHARE_TYPES = (IndicatorType.PERCENTAGE, IndicatorType.NUMBER_AND_PERCENTAGE)


class Direction(models.TextChoices):
    INCREASE = "increase", _("Increase")
    DECREASE = "decrease", _("Decrease")
    MAINTAIN_OR_INCREASE = "maintain_or_increase", _("Maintain or increase")
    MAINTAIN = "maintain", _("Maintain")


class ReporterAggregation(models.TextChoices):
    """How the figures of several reporters and places become one. Shares always sum n and sum d."""

    SUM = "sum", _("Sum")
    AVERAGE = "average", _("Average")
    MAXIMUM = "maximum", _("Maximum")


class RoundAggregation(models.TextChoices):
    """How the figures of several rounds become the plan's running figure."""

    ANNUAL = "annual", _("Each round counts for itself; the rounds add up")
    CUMULATIVE = "cumulative", _("Each round reports the running total")
    LEVEL = "level", _("Each round reports the level reached")


class IndicatorQuerySet(ScopedQuerySet):
    def in_use(self):
        return self.filter(retired_on__isnull=True)

    def of_institutions(self, codes):
        """Indicators that an institution with one of `codes` reports on, or whose activity it leads.

        The code of an institution that was merged into another finds that one.
        """
        meant = Q(institution__code__in=codes) | Q(institution__merged__code__in=codes)
        leads = Lead.objects.filter(meant, activity=OuterRef("activity"))
        named = Indicator.responsible.through.objects.filter(meant, indicator=OuterRef("pk"))
        return self.filter(Exists(leads) | Exists(named))


def figure_field(label, **options):
    """A reported or promised figure: exact decimal, six places."""
    return models.DecimalField(label, max_digits=24, decimal_places=6, null=True, blank=True, **options)


@pghistory.track(exclude=["sort_key"])
class Indicator(models.Model):
    """The metadata sheet of one indicator. It hangs on exactly one of goal, output and activity."""

    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="indicators")
    goal = models.ForeignKey(
        "frameworks.Goal", on_delete=models.PROTECT, null=True, blank=True, related_name="indicators"
    )
    output = models.ForeignKey(
        "frameworks.Output", on_delete=models.PROTECT, null=True, blank=True, related_name="indicators"
    )
    activity = models.ForeignKey(
        "frameworks.Activity", on_delete=models.PROTECT, null=True, blank=True, related_name="indicators"
    )
    # The pillar repeats what the parents say: dashboards, API and permissions filter by it at 3,000 indicators.
    pillar = models.ForeignKey("frameworks.Pillar", on_delete=models.PROTECT, related_name="indicators")
    code = models.CharField(_("code"), max_length=40, validators=[code_validator])
    statement = models.TextField(_("indicator"))
    definition = models.TextField(_("definition"), blank=True)
    type = models.CharField(_("type"), max_length=24, choices=IndicatorType.choices)
    unit = models.CharField(
        _("unit"), max_length=60, blank=True, help_text=_("What is counted, for example: women, laws, days.")
    )
    counts_people = models.BooleanField(
        _("counts people"), default=False, help_text=_("Cells under 5 are hidden from the public.")
    )
    numerator_label = models.CharField(
        _("numerator"), max_length=200, blank=True, help_text=_("What is counted above the line.")
    )
    denominator_label = models.CharField(
        _("denominator"), max_length=200, blank=True, help_text=_("Out of what.")
    )
    share_of_whole = models.BooleanField(
        _("the numerator is part of the denominator"),
        default=True,
        help_text=_("Untick for 'reached out of planned', which can pass 100%."),
    )
    scale_labels = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("labels of the scale"),
        default=list,
        blank=True,
        help_text=_("From 0 upwards."),
    )
    direction = models.CharField(
        _("direction"), max_length=24, choices=Direction.choices, default=Direction.INCREASE
    )
    reporter_aggregation = models.CharField(
        _("across reporters and places"),
        max_length=10,
        choices=ReporterAggregation.choices,
        default=ReporterAggregation.SUM,
    )
    round_aggregation = models.CharField(
        _("across rounds"), max_length=12, choices=RoundAggregation.choices, default=RoundAggregation.LEVEL
    )
    baseline_value = figure_field(_("baseline"))
    baseline_numerator = figure_field(_("baseline numerator"))
    baseline_denominator = figure_field(_("baseline denominator"))
    baseline_year = models.PositiveSmallIntegerField(_("baseline year"), null=True, blank=True)
    baseline_source = models.CharField(_("source of the baseline"), max_length=300, blank=True)
    data_source = models.CharField(_("data source"), max_length=300, blank=True)
    means_of_verification = models.TextField(_("means of verification"), blank=True)
    frequency = models.CharField(_("frequency"), max_length=80, blank=True)
    responsible = models.ManyToManyField(
        "frameworks.Institution",
        verbose_name=_("who reports the figure"),
        blank=True,
        related_name="responsible_for",
        help_text=_("Nobody chosen: the accountable lead of the activity."),
    )
    is_illustrative = models.BooleanField(
        _("illustrative"), default=False, help_text=_("Invented for the demonstration.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    continues = continues_field("self")
    sort_key = natural_sort_key()

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["plan", "sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="indicator_code_unique",
                violation_error_message=_("Another indicator of this plan has this code."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(goal__isnull=False, output__isnull=True, activity__isnull=True)
                    | Q(goal__isnull=True, output__isnull=False, activity__isnull=True)
                    | Q(goal__isnull=True, output__isnull=True, activity__isnull=False)
                ),
                name="indicator_one_parent",
                violation_error_message=_("An indicator measures exactly one goal, output or activity."),
            ),
            models.CheckConstraint(
                condition=Q(baseline_numerator__isnull=True, baseline_denominator__isnull=True)
                # Null said outright: a comparison with null is neither true nor false, and a constraint lets that pass.
                | Q(
                    baseline_numerator__isnull=False,
                    baseline_denominator__isnull=False,
                    baseline_numerator__gte=0,
                    baseline_denominator__gte=0,
                ),
                name="indicator_baseline_pair",
                violation_error_message=_(
                    "A baseline numerator needs its denominator, and neither can be negative."
                ),
            ),
            models.CheckConstraint(
                condition=Q(baseline_numerator__isnull=True) | Q(baseline_value__isnull=True),
                name="indicator_baseline_once",
                violation_error_message=_(
                    "Give the baseline as numerator and denominator or as a value, not both."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(share_of_whole=True)
                | Q(baseline_numerator__isnull=True)
                | ~Q(type__in=SHARE_TYPES)
                | Q(baseline_numerator__lte=F("baseline_denominator")),
                name="indicator_baseline_part_of_whole",
                violation_error_message=_("The baseline's numerator is larger than its denominator."),
            ),
        ]
        triggers = [
            same_plan_as("pillar_id", "frameworks_pillar", "indicator_plan_pillar"),
            same_plan_as("goal_id", "frameworks_goal", "indicator_plan_goal"),
            same_plan_as("output_id", "frameworks_output", "indicator_plan_output"),
            same_plan_as("activity_id", "frameworks_activity", "indicator_plan_activity"),
        ]

    def __str__(self):
        return f"{self.code} {self.statement}"

    @property
    def is_share(self):
        return self.type in SHARE_TYPES

    @property
    def has_baseline(self):
        return self.baseline_value is not None or self.baseline_numerator is not None


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), obj_field=None)
class ResponsibleInstitution(Indicator.responsible.through):
    """Who reports the figure, as rows of their own: only so that the history keeps who was added and taken off."""

    class Meta:
        proxy = True


def value_or_pair():
    """A target is one number, or numerator and denominator."""
    return Q(value__isnull=False, numerator__isnull=True, denominator__isnull=True) | Q(
        value__isnull=True,
        numerator__isnull=False,
        denominator__isnull=False,
        numerator__gte=0,
        denominator__gt=0,
    )


class TargetQuerySet(ScopedQuerySet):
    plan_path = "indicator__plan"


@pghistory.track()
class Target(models.Model):
    """What is promised for the end of a period. A share's target is a value in percent, or numerator and denominator."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")
    period_end = models.DateField(_("for the period that ends on"))
    value = figure_field(_("target"))
    numerator = figure_field(_("target numerator"))
    denominator = figure_field(_("target denominator"))
    is_endline = models.BooleanField(_("end-line target"), default=False)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["indicator", "period_end"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "period_end"],
                name="target_once_a_period",
                violation_error_message=_("This indicator already has a target for that period."),
            ),
            models.CheckConstraint(
                condition=value_or_pair(),
                name="target_value_or_pair",
                violation_error_message=_("Give a target as a value, or as numerator and denominator."),
            ),
        ]


@pghistory.track()
class Dimension(models.Model):
    """One way in which an indicator is broken down, for example position level or sex."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="dimensions")
    name = models.CharField(_("name"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("breakdown")
        verbose_name_plural = _("breakdowns")
        ordering = ["indicator", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "name"],
                name="dimension_once",
                violation_error_message=_("This indicator already has that breakdown."),
            )
        ]

    def __str__(self):
        return self.name


class CategoryQuerySet(ScopedQuerySet):
    plan_path = "dimension__indicator__plan"


@pghistory.track()
class Category(models.Model):
    """One class of a breakdown, for example Suco Chief."""

    dimension = models.ForeignKey(Dimension, on_delete=models.CASCADE, related_name="categories")
    code = models.CharField(_("code"), max_length=40, validators=[code_validator])
    name = models.CharField(_("name"), max_length=120)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["dimension", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dimension", "code"],
                name="category_once",
                violation_error_message=_("This breakdown already has that category."),
            )
        ]

    def __str__(self):
        return self.name


class CategoryTargetQuerySet(ScopedQuerySet):
    plan_path = "category__dimension__indicator__plan"


@pghistory.track()
class CategoryTarget(models.Model):
    """What is promised for one category of a breakdown, where a plan promises so much (half of them Suco Chiefs)."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="targets")
    period_end = models.DateField(_("for the period that ends on"))
    value = figure_field(_("target"))
    numerator = figure_field(_("target numerator"))
    denominator = figure_field(_("target denominator"))

    objects = CategoryTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target of a category")
        verbose_name_plural = _("targets of categories")
        ordering = ["category", "period_end"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "period_end"],
                name="category_target_once_a_period",
                violation_error_message=_("This category already has a target for that period."),
            ),
            models.CheckConstraint(
                condition=value_or_pair(),
                name="category_target_value_or_pair",
                violation_error_message=_("Give a target as a value, or as numerator and denominator."),
            ),
        ]
