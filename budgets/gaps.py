"""Costing's part of the list of framework gaps."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from budgets.models import Costing
from frameworks.gaps import GapKind, activities, register


def activities_without_cost(plan):
    """Activities in use that nobody has costed for any year. A cost of 0 is a cost."""
    return activities(plan).filter(~Exists(Costing.objects.filter(activity=OuterRef("pk"))))


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
