"""Reporting rounds: when a plan is reported on."""

import pghistory
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
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
        """Those that take reports by their own dates; groups and exceptions come on top (`still_reported`)."""
        return self.opened().filter(opens_on__lte=on, closes_on__gte=on, closed_at__isnull=True)

    def still_reported(self, on):
        """Those in which somebody can report now or later: by the round's dates, those of a group, or an exception.

        Annotates `has_other_dates`: whether there is a group or an exception in force at all.
        """
        groups = RoundGroup.objects.filter(round=OuterRef("pk"))
        exceptions = RoundException.objects.in_force(on).filter(round=OuterRef("pk"))
        by_dates = Q(closes_on__gte=on) | Exists(groups.filter(closes_on__gte=on))
        return (
            self.opened()
            .filter((by_dates & Q(closed_at__isnull=True)) | Exists(exceptions), published_at__isnull=True)
            .annotate(has_other_dates=Exists(groups) | Exists(exceptions))
        )


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


@pghistory.track()
class RoundGroup(models.Model):
    """Institutions of a round that report by other dates than the rest, and why."""

    round = models.ForeignKey(ReportingRound, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(
        _("name"), max_length=80, help_text=_("For example: Civil society organisations.")
    )
    institutions = models.ManyToManyField(
        "frameworks.Institution", through="frameworks.RoundGroupMember", related_name="round_groups"
    )
    opens_on = models.DateField(_("reporting opens on"))
    due_on = models.DateField(_("due on"))
    closes_on = models.DateField(_("closes on"))
    reason = models.TextField(_("why they report by other dates"), blank=True)

    class Meta:
        verbose_name = _("group of institutions in a round")
        ordering = ["round", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "name"],
                name="round_group_named_once",
                violation_error_message=_("This round already has a group of that name."),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")) & Q(closes_on__gte=F("due_on")),
                name="round_group_dates_in_order",
                violation_error_message=_("Dates run in this order: reporting opens, is due, closes."),
            ),
        ]

    def __str__(self):
        return self.name


@pghistory.track()
class RoundGroupMember(models.Model):
    """An institution in a group. `round` is that of the group: an institution is in one group of a round at most."""

    group = models.ForeignKey(RoundGroup, on_delete=models.CASCADE, related_name="memberships")
    round = models.ForeignKey(ReportingRound, on_delete=models.CASCADE, related_name="+")
    institution = models.ForeignKey("frameworks.Institution", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "institution"],
                name="round_group_one_each",
                violation_error_message=_("This institution is already in another group of the round."),
            )
        ]


class ExceptionQuerySet(models.QuerySet):
    def in_force(self, on):
        return self.filter(ended_at__isnull=True, until__gte=on)


class ExceptionKind(models.TextChoices):
    EXTENSION = "extension", _("More time: the deadline moves")
    REOPENING = "reopening", _("Reopened: reporting is possible again, the deadline stays")


@pghistory.track()
class RoundException(models.Model):
    """One institution may report until another day, also after the round has closed. It always has a reason and an end."""

    round = models.ForeignKey(ReportingRound, on_delete=models.CASCADE, related_name="exceptions")
    institution = models.ForeignKey(
        "frameworks.Institution",
        verbose_name=_("institution"),
        on_delete=models.PROTECT,
        related_name="round_exceptions",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ExceptionKind.choices)
    until = models.DateField(_("until"), help_text=_("The last day, this day included."))
    reason = models.TextField(_("reason"))
    granted_by = models.ForeignKey("frameworks.User", on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(_("granted"))
    # Taken back before its day: the row stays, with who ended it and when.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "frameworks.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception from a round's dates")
        ordering = ["round", "-granted_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="round_exception_has_reason",
                violation_error_message=_("An exception needs its reason."),
            ),
            models.UniqueConstraint(
                fields=["round", "institution"],
                condition=Q(ended_at__isnull=True),
                name="round_exception_one_in_force",
                violation_error_message=_("This institution already has an exception: end it first."),
            ),
        ]

    def is_in_force(self, on):
        return self.ended_at is None and on <= self.until
