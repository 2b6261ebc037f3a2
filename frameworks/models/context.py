"""What a plan rests on beside its logframe: the assumptions behind it, and the themes that run through it."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models.base import ScopedQuerySet
from frameworks.models.plan import Activity, Plan, code_validator


@pghistory.track()
class Theme(models.Model):
    """A concern that runs across pillars: cybersecurity, climate, trafficking … One list for the whole installation."""

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[code_validator],
        error_messages={"unique": _("Another theme has this code.")},
    )
    name = models.CharField(
        _("name"),
        max_length=80,
        unique=True,
        error_messages={"unique": _("Another theme has this name.")},
    )

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["name"]

    def __str__(self):
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class PlanTheme(models.Model):
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE)
    theme = models.ForeignKey(Theme, verbose_name=_("theme"), on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "theme"],
                name="plan_theme_once",
                violation_error_message=_("This theme is already chosen."),
            )
        ]


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class ActivityTheme(models.Model):
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE)
    theme = models.ForeignKey(Theme, verbose_name=_("theme"), on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "theme"],
                name="activity_theme_once",
                violation_error_message=_("This theme is already chosen."),
            )
        ]


@pghistory.track()
class Assumption(models.Model):
    """What has to hold for the plan to work (its theory of change); asked after every year."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="assumptions")
    text = models.TextField(_("assumption"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("assumption")
        verbose_name_plural = _("assumptions")
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="assumption_said",
                violation_error_message=_("Say what is assumed."),
            )
        ]

    def __str__(self):
        return self.text


class StillHolds(ToneChoices):
    """The yearly answer to "does the assumption still hold?"."""

    HOLDS = "holds", _("Still holds"), "good", "check-circle"
    PARTLY = "partly", _("Holds in part"), "warn", "triangle"
    FAILED = "failed", _("No longer holds"), "bad", "x-circle"


class AssumptionCheckQuerySet(ScopedQuerySet):
    plan_path = "assumption__plan"


@pghistory.track()
class AssumptionCheck(models.Model):
    """Whether an assumption held in one year of the plan."""

    assumption = models.ForeignKey(Assumption, on_delete=models.CASCADE, related_name="checks")
    year = models.PositiveSmallIntegerField(_("year"))
    answer = models.CharField(_("answer"), max_length=10, choices=StillHolds.choices)
    note = models.TextField(_("note"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"))

    objects = AssumptionCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("yearly answer")
        ordering = ["assumption", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["assumption", "year"],
                name="assumption_answered_once_a_year",
                violation_error_message=_("This assumption is already answered for the year."),
            ),
            models.CheckConstraint(
                condition=Q(answer=StillHolds.HOLDS) | ~Q(note=""),
                name="assumption_doubt_has_note",
                violation_error_message=_("Say what has changed."),
            ),
        ]
