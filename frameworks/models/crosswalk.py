"""The crosswalk: what external frameworks ask for, and which parts of a plan answer it.

The provisions themselves are public texts, one list for the whole installation; a plan links its goals, outputs,
activities and indicators to them.
"""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from frameworks.models.base import ScopedQuerySet, natural_sort_key, same_plan_as
from frameworks.models.indicator import Indicator
from frameworks.models.plan import Activity, Goal, Output, Plan, code_validator

#: The levels of a plan that can be linked: model → field of ProvisionLink.
LINKED_LEVELS = {Goal: "goal", Output: "output", Activity: "activity", Indicator: "indicator"}


@pghistory.track()
class ExternalFramework(models.Model):
    """A body of commitments outside the plan: ASEAN RPA WPS, a CEDAW general recommendation, a UNSCR, the SDGs, Beijing."""

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[code_validator],
        error_messages={"unique": _("Another external framework has this code.")},
    )
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60)
    issuer = models.CharField(_("issued by"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("external framework")
        verbose_name_plural = _("external frameworks")
        ordering = ["order", "code"]

    def __str__(self):
        return self.short_name


@pghistory.track(exclude=["sort_key"])
class Provision(models.Model):
    """One commitment of an external framework, for example ASEAN RPA WPS strategic outcome 1 or SDG target 5.5."""

    framework = models.ForeignKey(ExternalFramework, on_delete=models.CASCADE, related_name="provisions")
    code = models.CharField(_("code"), max_length=40, validators=[code_validator])
    title = models.CharField(_("title"), max_length=300)
    sort_key = natural_sort_key()

    #: What __str__ reads beside the row itself (frameworks/history.py).
    named_with = ("framework",)

    class Meta:
        verbose_name = _("provision")
        verbose_name_plural = _("provisions")
        ordering = ["framework", "sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "code"],
                name="provision_once",
                violation_error_message=_("This framework already has a provision with that code."),
            )
        ]

    def __str__(self):
        return f"{self.framework} {self.code}"


def _one_level():
    """Exactly one of the four levels is set."""
    names = list(LINKED_LEVELS.values())
    condition = Q()
    for name in names:
        condition |= Q(**{f"{other}__isnull": other != name for other in names})
    return condition


@pghistory.track()
class ProvisionLink(models.Model):
    """A goal, output, activity or indicator that answers a provision. One link of each is its primary one."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="provision_links")
    provision = models.ForeignKey(
        Provision, verbose_name=_("provision"), on_delete=models.PROTECT, related_name="links"
    )
    goal = models.ForeignKey(
        Goal, on_delete=models.CASCADE, null=True, blank=True, related_name="provision_links"
    )
    output = models.ForeignKey(
        Output, on_delete=models.CASCADE, null=True, blank=True, related_name="provision_links"
    )
    activity = models.ForeignKey(
        Activity, on_delete=models.CASCADE, null=True, blank=True, related_name="provision_links"
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, null=True, blank=True, related_name="provision_links"
    )
    is_primary = models.BooleanField(_("primary"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to a provision")
        ordering = ["provision", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=_one_level(),
                name="provision_link_one_level",
                violation_error_message=_(
                    "A provision is linked to exactly one goal, output, activity or indicator."
                ),
            ),
            models.UniqueConstraint(
                fields=["provision", "goal", "output", "activity", "indicator"],
                name="provision_link_once",
                nulls_distinct=False,
                violation_error_message=_("This provision is already linked here."),
            ),
            models.UniqueConstraint(
                fields=["goal", "output", "activity", "indicator"],
                condition=Q(is_primary=True),
                name="provision_link_one_primary",
                nulls_distinct=False,
                violation_error_message=_("Only one provision can be the primary one."),
            ),
        ]
        triggers = [
            same_plan_as(f"{name}_id", f"frameworks_{name}", f"provision_link_plan_{name}")
            for name in LINKED_LEVELS.values()
        ]
