"""Framework gaps: what a plan leaves open, found live in the database.

Apps that hold further promises (budgets) register their own kinds; nothing here imports them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frameworks.models import Activity, Indicator, Lead, Seat, Target
from frameworks.models.indicator import SHARE_TYPES


@dataclass(frozen=True, slots=True)
class GapKind:
    """One kind of gap. `find(plan)` gives the queryset of what lacks it: activities, indicators or seats."""

    key: str
    label: str
    help: str
    find: Callable


_KINDS = []


def register(kind):
    """Adds a kind to the list, in the order of registration."""
    _KINDS.append(kind)


def gap_kinds():
    return tuple(_KINDS)


def find_gaps(plan):
    """(kind, list of what lacks it) for every kind of gap, empty lists left out. One query a kind."""
    found = [(kind, list(kind.find(plan))) for kind in _KINDS]
    return [(kind, rows) for kind, rows in found if rows]


def count_gaps(plan):
    """How many gaps there are in all; for a tile. One query a kind."""
    return sum(kind.find(plan).count() for kind in _KINDS)


def _indicators(plan):
    return Indicator.objects.in_use().filter(plan=plan).order_by("sort_key")


def _activities(plan):
    return Activity.objects.filter(plan=plan, retired_on__isnull=True).order_by("sort_key")


def _no_baseline(plan):
    return (
        _indicators(plan)
        .filter(baseline_value__isnull=True, baseline_numerator__isnull=True)
        .exclude(type="qualitative")
    )


def _no_target(plan):
    return (
        _indicators(plan)
        .filter(~Exists(Target.objects.filter(indicator=OuterRef("pk"))))
        .exclude(type="qualitative")
    )


def _no_denominator(plan):
    return _indicators(plan).filter(type__in=SHARE_TYPES, denominator_label="")


def _no_source(plan):
    return _indicators(plan).filter(data_source="")


def _no_lead(plan):
    return _activities(plan).filter(~Exists(Lead.objects.filter(activity=OuterRef("pk"))))


def _no_indicator(plan):
    return _activities(plan).filter(~Exists(Indicator.objects.in_use().filter(activity=OuterRef("pk"))))


def _no_years(plan):
    return _activities(plan).filter(Q(years=[]))


def _vacant_seats(plan):
    return (
        Seat.objects.filter(plan=plan)
        .needing_holder()
        .with_vacancy(timezone.localdate())
        .filter(is_vacant=True)
        .select_related("institution", "working_group__pillar")
    )


register(
    GapKind(
        "no_baseline", _("No baseline"), _("Progress cannot be measured from a starting point."), _no_baseline
    )
)
register(GapKind("no_target", _("No target"), _("Nothing says how far the plan wants to go."), _no_target))
register(
    GapKind(
        "no_denominator", _("No denominator"), _("A percentage needs to say out of what."), _no_denominator
    )
)
register(
    GapKind("no_source", _("No data source"), _("Nobody knows where the figure comes from."), _no_source)
)
register(GapKind("no_lead", _("No lead institution"), _("Nobody answers for the activity."), _no_lead))
register(GapKind("no_indicator", _("No indicator"), _("The activity is not measured."), _no_indicator))
register(GapKind("no_years", _("No years"), _("The activity is in no year of the plan."), _no_years))
register(GapKind("vacant_seat", _("Vacant seat"), _("Nobody holds this seat today."), _vacant_seats))
