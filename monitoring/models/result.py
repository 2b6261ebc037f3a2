"""The combined, judged figure of an indicator in a round: derived data that monitoring/results.py writes."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models.base import ScopedQuerySet
from frameworks.models.indicator import figure_field


class Performance(ToneChoices):
    """Vocabulary 2 of DOMAIN.md. No data is grey, never red: reporting honestly is not punished."""

    ACHIEVED = "achieved", _("Achieved"), "good", "star"
    ON_TRACK = "on_track", _("On track"), "ok", "arrow-up-right"
    AT_RISK = "at_risk", _("At risk"), "warn", "triangle"
    OFF_TRACK = "off_track", _("Off track"), "bad", "octagon"
    MOVED_BACKWARDS = "moved_backwards", _("Moved backwards"), "back", "arrow-down-left"
    NO_DATA = "no_data", _("No data"), "muted", "minus-circle"
    NOT_YET_DUE = "not_yet_due", _("Not yet due"), "muted", "circle-dashed"
    NOT_APPLICABLE = "not_applicable", _("Not applicable"), "muted", "slash-circle"


class Provenance(ToneChoices):
    """How far a figure has come. Only accepted ones and beyond are official."""

    NONE = "none", _("Not reported"), "muted", "minus-circle"
    REPORTED = "reported", _("Reported, unconfirmed"), "muted", "circle-half"
    ACCEPTED = "accepted", _("Accepted"), "ok", "check"
    ENDORSED = "endorsed", _("Endorsed"), "good", "check-double"
    PUBLISHED = "published", _("Published"), "info", "globe"


OFFICIAL_PROVENANCE = (Provenance.ACCEPTED, Provenance.ENDORSED, Provenance.PUBLISHED)


class Basis(models.TextChoices):
    """How the achievement was computed; shown beside it."""

    BASELINE_TO_TARGET = "baseline_to_target", _("progress from baseline to target")
    ACTUAL_OVER_TARGET = "actual_over_target", _("actual over target, no baseline")
    TARGET_OVER_ACTUAL = "target_over_actual", _("target over actual, no baseline")
    REACHED = "reached", _("target reached or not, no baseline")
    MAINTAIN = "maintain", _("held at the baseline or not")
    NONE = "none", _("nothing to compare with")


class ResultQuerySet(ScopedQuerySet):
    plan_path = "indicator__plan"

    def visible_to(self, user):
        """Insiders of a plan see its results; others the published ones of public plans."""
        from frameworks.permissions import Permission, Scope, granted, is_everywhere, visible_plan_ids

        if is_everywhere(user):
            return self
        mine = [seat.plan_id for seat in granted(user, Permission.VIEW_PLAN, Scope.PLAN)]
        public = models.Q(indicator__plan__in=visible_plan_ids(user), provenance=Provenance.PUBLISHED)
        return self.filter(public | models.Q(indicator__plan__in=mine)) if mine else self.filter(public)

    def told_to(self, user):
        """Of the rows that `user` sees, those whose figure and status are told: a hidden small cell has neither."""
        return self.filter(models.Q(is_suppressed=False) | self._from_inside(user))

    def with_running_told_to(self, user):
        """Annotates `running_told`: `running`, or None where it would give away what `user` may not read.

        A sum across rounds, less what is published, is a hidden small cell or an unpublished figure of another round.
        """
        kept_back = models.Q(is_suppressed=True) | ~models.Q(
            provenance__in=(Provenance.PUBLISHED, Provenance.NONE)
        )
        same = IndicatorResult.objects.totals().filter(
            kept_back,
            indicator=models.OuterRef("indicator"),
            round__period_end__lte=models.OuterRef("round__period_end"),
        )
        return self.annotate(
            running_told=models.Case(
                models.When(self._from_inside(user), then="running"),
                models.When(models.Exists(same), then=None),
                default="running",
            )
        )

    @staticmethod
    def _from_inside(user):
        """A Q for the results of plans that `user` reads from inside."""
        from frameworks.permissions import Permission, Scope, granted, is_everywhere

        if is_everywhere(user):
            return models.Q(pk__isnull=False)
        mine = {seat.plan_id for seat in granted(user, Permission.VIEW_PLAN, Scope.PLAN)}
        return models.Q(indicator__plan__in=mine)

    def totals(self):
        return self.filter(category__isnull=True, place__isnull=True)


class IndicatorResult(models.Model):
    """One row per indicator × round × category × place; the total has neither category nor place.

    `numerator`, `denominator`, `value` combine the accepted figures of all reporters; while there are none accepted they
    combine the submitted ones and `provenance` says "reported, unconfirmed". `measured` is what performance is judged on
    (percent for shares), `running` the figure across rounds. `achievement` is in percent, raw (display caps it at 100).
    """

    indicator = models.ForeignKey("frameworks.Indicator", on_delete=models.CASCADE, related_name="results")
    round = models.ForeignKey("frameworks.ReportingRound", on_delete=models.CASCADE, related_name="results")
    category = models.ForeignKey(
        "frameworks.Category", on_delete=models.CASCADE, null=True, blank=True, related_name="results"
    )
    place = models.ForeignKey(
        "frameworks.Place", on_delete=models.CASCADE, null=True, blank=True, related_name="results"
    )
    numerator = figure_field(_("numerator"))
    denominator = figure_field(_("denominator"))
    value = figure_field(_("value"))
    measured = models.DecimalField(max_digits=30, decimal_places=12, null=True, blank=True)
    running = models.DecimalField(max_digits=30, decimal_places=12, null=True, blank=True)
    text = models.TextField(blank=True)
    no_data_reason = models.TextField(blank=True)
    provenance = models.CharField(max_length=10, choices=Provenance.choices, default=Provenance.NONE)
    has_dissent = models.BooleanField(default=False)
    # Every figure that went in was verified by the monitoring team.
    is_verified = models.BooleanField(default=False)
    # Ids of the institutions whose figures went in: an array, so that lists filter and export without a join.
    reporter_ids = ArrayField(models.BigIntegerField(), default=list)
    # The target that applied when the figure was accepted stays (issue B): a later revision does not rewrite the past.
    target = models.DecimalField(max_digits=30, decimal_places=12, null=True, blank=True)
    target_is_interpolated = models.BooleanField(default=False)
    target_is_held = models.BooleanField(default=False)
    target_fixed_at = models.DateTimeField(null=True, blank=True)
    achievement = models.DecimalField(max_digits=30, decimal_places=12, null=True, blank=True)
    basis = models.CharField(max_length=20, choices=Basis.choices, default=Basis.NONE)
    computed_status = models.CharField(
        max_length=16, choices=Performance.choices, default=Performance.NOT_YET_DUE
    )
    override_status = models.CharField(max_length=16, choices=Performance.choices, blank=True)
    override_reason = models.TextField(blank=True)
    override_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The status that counts: the override where there is one. Stored, so that every list filters in SQL.
    status = models.CharField(max_length=16, choices=Performance.choices, default=Performance.NOT_YET_DUE)
    problem = models.CharField(max_length=60, blank=True)
    # Differs from the sum of its parts by this much (breakdown rows of the total): flagged, never blocked.
    unknown_difference = models.JSONField(default=dict, blank=True)
    is_suppressed = models.BooleanField(default=False)
    updated_at = models.DateTimeField()

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "round", "category", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "round", "category", "place"], name="result_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(override_status="") | ~models.Q(override_reason=""),
                name="override_has_reason",
                violation_error_message=_("Changing a computed status needs a reason."),
            ),
        ]
        indexes = [
            models.Index(fields=["round", "status"], name="result_round_status"),
            models.Index(fields=["updated_at", "id"], name="result_updated"),
            GinIndex(fields=["reporter_ids"], name="result_reporters"),
        ]
