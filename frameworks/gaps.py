"""Framework gaps: what a plan leaves open, found live in the database.

Apps that hold further promises (budgets) register their own kinds; nothing here imports them.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frameworks.models import Activity, Indicator, Lead, Pillar, Seat, Target
from frameworks.models.indicator import SHARE_TYPES

#: The lookup from what is checked to its pillar.
PILLAR_OF = {
    Indicator: "pillar",
    Activity: "output__goal__pillar",
    Seat: "working_group__pillar",
}


@dataclass(frozen=True, slots=True)
class GapKind:
    """One kind of gap.

    `find(plan)` gives the queryset of what lacks it (activities, indicators or seats), `among(plan)` that of everything
    checked for it. `fix`: name of the address where it is mended, with the plan's code and the row's code (a seat's
    number) as arguments.
    """

    key: str
    label: str
    help: str
    find: Callable
    among: Callable
    fix: str


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


@dataclass
class Tally:
    """So many checks, so many of them open."""

    checked: int = 0
    missing: int = 0

    @property
    def passed(self):
        return self.checked - self.missing


@dataclass
class KindSummary:
    """One kind's tallies: `by_pillar` in the order of the plan's pillars, `elsewhere` for what belongs to no pillar."""

    kind: GapKind
    total: Tally
    by_pillar: list
    elsewhere: Tally


@dataclass
class Summary:
    """`pillars`: (pillar, Tally over all kinds). `total`: over everything, what belongs to no pillar included."""

    kinds: list = field(default_factory=list)
    pillars: list = field(default_factory=list)
    total: Tally = field(default_factory=Tally)


def summarise(plan):
    """The Summary of a plan. Queries: one for the pillars, at most two a kind; rows are counted, not loaded."""
    pillars = list(Pillar.objects.filter(plan=plan))
    tallies = {pillar.pk: Tally() for pillar in pillars}
    summary, checked_of = Summary(), {}
    for kind in _KINDS:
        missing = _count(kind.find(plan))
        if kind.among not in checked_of:
            checked_of[kind.among] = _count(kind.among(plan))
        checked = checked_of[kind.among]
        one = KindSummary(
            kind,
            Tally(checked.total(), missing.total()),
            [Tally(checked[pillar.pk], missing[pillar.pk]) for pillar in pillars],
            Tally(checked[None], missing[None]),
        )
        summary.kinds.append(one)
        for pillar, tally in zip(pillars, one.by_pillar, strict=True):
            tallies[pillar.pk].checked += tally.checked
            tallies[pillar.pk].missing += tally.missing
        summary.total.checked += one.total.checked
        summary.total.missing += one.total.missing
    summary.pillars = [(pillar, tallies[pillar.pk]) for pillar in pillars]
    return summary


def rows_of(kind, plan, pillar_code=""):
    """What lacks `kind`, of one pillar or of all."""
    rows = kind.find(plan)
    return rows.filter(**{f"{PILLAR_OF[rows.model]}__code": pillar_code}) if pillar_code else rows


def _count(rows):
    """Counter: pillar id (None: no pillar) → how many rows."""
    path = PILLAR_OF[rows.model]
    return Counter(dict(rows.order_by().values_list(path).annotate(Count("pk"))))


def indicators(plan):
    return Indicator.objects.in_use().filter(plan=plan).order_by("sort_key")


def activities(plan):
    return Activity.objects.filter(plan=plan, retired_on__isnull=True).order_by("sort_key")


def figures(plan):
    """Indicators with a number: an answer in words has neither baseline nor target."""
    return indicators(plan).exclude(type="qualitative")


def shares(plan):
    return indicators(plan).filter(type__in=SHARE_TYPES)


def seats(plan):
    return (
        Seat.objects.filter(plan=plan).needing_holder().select_related("institution", "working_group__pillar")
    )


def _no_baseline(plan):
    return figures(plan).filter(baseline_value__isnull=True, baseline_numerator__isnull=True)


def _no_target(plan):
    return figures(plan).filter(~Exists(Target.objects.filter(indicator=OuterRef("pk"))))


def _no_denominator(plan):
    return shares(plan).filter(denominator_label="")


def _no_source(plan):
    return indicators(plan).filter(data_source="")


def _no_lead(plan):
    return activities(plan).filter(~Exists(Lead.objects.filter(activity=OuterRef("pk"))))


def _no_indicator(plan):
    return activities(plan).filter(~Exists(Indicator.objects.in_use().filter(activity=OuterRef("pk"))))


def _no_years(plan):
    return activities(plan).filter(Q(years=[]))


def _vacant_seats(plan):
    return seats(plan).with_vacancy(timezone.localdate()).filter(is_vacant=True)


for _kind in (
    GapKind(
        "no_baseline",
        _("No baseline"),
        _("Progress cannot be measured from a starting point."),
        _no_baseline,
        figures,
        "indicator_edit",
    ),
    GapKind(
        "no_target",
        _("No target"),
        _("Nothing says how far the plan wants to go."),
        _no_target,
        figures,
        "indicator_edit",
    ),
    GapKind(
        "no_denominator",
        _("No denominator"),
        _("A percentage needs to say out of what."),
        _no_denominator,
        shares,
        "indicator_edit",
    ),
    GapKind(
        "no_source",
        _("No data source"),
        _("Nobody knows where the figure comes from."),
        _no_source,
        indicators,
        "indicator_edit",
    ),
    GapKind(
        "no_lead",
        _("No lead institution"),
        _("Nobody answers for the activity."),
        _no_lead,
        activities,
        "activity_edit",
    ),
    GapKind(
        "no_indicator",
        _("No indicator"),
        _("The activity is not measured."),
        _no_indicator,
        activities,
        "indicator_new",
    ),
    GapKind(
        "no_years",
        _("No years"),
        _("The activity is in no year of the plan."),
        _no_years,
        activities,
        "activity_edit",
    ),
    GapKind(
        "vacant_seat",
        _("Vacant seat"),
        _("Nobody holds this seat today."),
        _vacant_seats,
        seats,
        "seat_assign",
    ),
):
    register(_kind)
