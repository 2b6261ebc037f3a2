"""Reporting rounds: when a plan is reported on."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models.base import ScopedQuerySet
from frameworks.models.plan import code_validator


class Periodicity(models.TextChoices):
    YEAR = "year", _("Year")
    HALF_YEAR = "half_year", _("Half-year")
    QUARTER = "quarter", _("Quarter")


class RoundPhase(ToneChoices):
    """Where a round stands on a given day; computed, never stored."""

    PLANNED = "planned", _("Planned"), "muted", "calendar"
    OPEN = "open", _("Open"), "ok", "check-circle"
    PAST_DUE = "past_due", _("Past its deadline, still open"), "warn", "clock"
    CLOSED = "closed", _("Closed"), "neutral", "lock"
    PUBLISHED = "published", _("Published"), "good", "eye"


class RoundQuerySet(ScopedQuerySet):
    def opened(self):
        return self.filter(opened_at__isnull=False)

    def overdue(self, on):
        """Opened rounds whose deadline lies before `on`."""
        return self.opened().filter(due_on__lt=on)

    def accepting_submissions(self, on):
        return self.opened().filter(opens_on__lte=on, closes_on__gte=on, closed_at__isnull=True)


@pghistory.track()
class ReportingRound(models.Model):
    """One reporting period of a plan: a year by default. Closed unless the secretariat has opened it."""

    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="rounds")
    label = models.CharField(
        _("name"), max_length=20, validators=[code_validator], help_text=_("For example 2024 or 2024-H1.")
    )
    periodicity = models.CharField(
        _("length"), max_length=10, choices=Periodicity.choices, default=Periodicity.YEAR
    )
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period to"))
    opens_on = models.DateField(_("reporting opens on"))
    due_on = models.DateField(_("due on"), help_text=_("The deadline; this day still counts as on time."))
    closes_on = models.DateField(_("closes on"), help_text=_("The last day on which a late report is taken."))
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    opened_by = models.ForeignKey(
        "frameworks.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    published_at = models.DateTimeField(_("figures published"), null=True, blank=True)
    published_by = models.ForeignKey(
        "frameworks.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting round")
        verbose_name_plural = _("reporting rounds")
        ordering = ["plan", "period_end", "period_start"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "label"],
                name="round_label_unique",
                violation_error_message=_("This plan already has a round of that name."),
            ),
            models.UniqueConstraint(
                fields=["plan", "periodicity", "period_end"],
                name="round_period_unique",
                violation_error_message=_("This plan already has a round for that period."),
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")),
                name="round_period_in_order",
                violation_error_message=_("The period must end after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")) & Q(closes_on__gte=F("due_on")),
                name="round_dates_in_order",
                violation_error_message=_("Dates run in this order: reporting opens, is due, closes."),
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=False)
                | (Q(closed_at__isnull=True) & Q(published_at__isnull=True)),
                name="round_opened_before_closed",
                violation_error_message=_("A round must be opened before it can be closed or published."),
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def years(self):
        return range(self.period_start.year, self.period_end.year + 1)

    def phase(self, on):
        """The round's phase on a day (RoundPhase)."""
        if self.opened_at is None or on < self.opens_on:
            return RoundPhase.PLANNED
        if self.published_at is not None:
            return RoundPhase.PUBLISHED
        if self.closed_at is not None or on > self.closes_on:
            return RoundPhase.CLOSED
        return RoundPhase.PAST_DUE if on > self.due_on else RoundPhase.OPEN

    def accepts_submissions(self, on):
        return self.phase(on) in {RoundPhase.OPEN, RoundPhase.PAST_DUE}
