"""Costing's part of the list of framework gaps."""

from django.utils.translation import gettext_lazy as _

from budgets.provider import activities_covered, activities_not_costed
from frameworks.gaps import GapKind, activities, register


def _roughly(plan):
    return activities_not_costed(activities_covered(activities(plan), plan))


def activities_without_cost(plan):
    """Activities in use with no estimate of their own, and with a year that no rough one of their output covers."""
    return activities_not_costed(activities(plan)).exclude(pk__in=_roughly(plan).order_by().values("pk"))


def activities_with_rough_cost(plan):
    """Activities in use of which nothing is known but that they are part of what their output may cost."""
    return _roughly(plan)


def costed_somehow(plan):
    return activities(plan).exclude(pk__in=activities_without_cost(plan).order_by().values("pk"))


register(
    GapKind(
        "no_cost",
        _("Not costed"),
        _("No estimate for any year."),
        activities_without_cost,
        activities,
        "costing",
    )
)
register(
    GapKind(
        "rough_cost",
        _("Rough estimate only"),
        _("What stands above it is estimated as a whole: nothing says what this part costs."),
        activities_with_rough_cost,
        costed_somehow,
        "costing",
    )
)
