"""Framework gaps: what a plan leaves open, found live in the database.

The kinds are in frameworks/gap_kinds.py. Parts that hold further promises (budgets, the crosswalk) register their own;
nothing here imports them.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Count, Min, Q
from django.urls import NoReverseMatch, reverse

from frameworks.models import (
    Activity,
    Assumption,
    Goal,
    Indicator,
    Output,
    Pillar,
    Role,
    Seat,
    WorkingGroup,
)
from frameworks.models.indicator import SHARE_TYPES

#: The lookup from what is checked to its pillar; "": it belongs to none.
PILLAR_OF = {
    Goal: "pillar",
    Output: "goal__pillar",
    Activity: "output__goal__pillar",
    Indicator: "pillar",
    WorkingGroup: "pillar",
    Seat: "working_group__pillar",
    Assumption: "",
}


@dataclass(frozen=True, slots=True)
class GapKind:
    """One kind of gap.

    `find(plan)` gives the queryset of what lacks it, `among(plan)` that of everything checked for it; `find` lies within
    `among`. `label` and `help` may hold the plan's own words for its levels: "%(goal)s without …". `fix`: name of the
    address where it is mended, with the plan's code and the row's code (where it has none its number) as arguments; or a
    function (plan, row) → address.
    """

    key: str
    label: str
    help: str
    find: Callable
    among: Callable
    fix: str | Callable

    def label_of(self, plan):
        return in_words(self.label, plan)

    def help_of(self, plan):
        return in_words(self.help, plan)

    def address(self, plan, row):
        """Where the gap of `row` is mended; the plan's page where that address is not part of this installation."""
        if callable(self.fix):
            return self.fix(plan, row)
        try:
            return reverse(self.fix, args=[plan.code, getattr(row, "code", row.pk)])
        except NoReverseMatch:
            return plan.get_absolute_url()


def in_words(text, plan):
    text = str(text)
    return text % plan.words if "%(" in text else text


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
    """One kind's tallies: `by_pillar` in the order of the plan's pillars, `elsewhere` for what belongs to no pillar.

    `label` and `help` in the words of the plan.
    """

    kind: GapKind
    label: str
    help: str
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
    """The Summary of a plan. Queries: one for the pillars, one for each set that is checked; rows are counted, not loaded."""
    pillars = list(Pillar.objects.filter(plan=plan))
    tallies = {pillar.pk: Tally() for pillar in pillars}
    summary, together = Summary(), {}
    for kind in _KINDS:
        together.setdefault(kind.among, []).append(kind)
    counted = {among: _count(plan, among, kinds) for among, kinds in together.items()}
    for kind in _KINDS:
        checked, missing = counted[kind.among][""], counted[kind.among][kind.key]
        one = KindSummary(
            kind,
            kind.label_of(plan),
            kind.help_of(plan),
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


def _count(plan, among, kinds):
    """Kind's key ("": what is checked) → Counter: pillar id (None: no pillar) → how many rows. One query."""
    rows = among(plan)
    path = PILLAR_OF[rows.model]
    counts = {"n": Count("pk")} | {
        f"n_{kind.key}": Count("pk", filter=Q(pk__in=kind.find(plan).order_by().values("pk")))
        for kind in kinds
    }
    rows = rows.order_by()
    lines = rows.values(path).annotate(**counts) if path else [rows.aggregate(**counts)]
    found = {"": Counter()} | {kind.key: Counter() for kind in kinds}
    for line in lines:
        pillar = line[path] if path else None
        for key, counter in found.items():
            number = line[f"n_{key}" if key else "n"]
            if number:
                counter[pillar] += number
    return found


def rows_of(kind, plan, pillar_code=""):
    """What lacks `kind`, of one pillar or of all."""
    rows = kind.find(plan)
    if not pillar_code:
        return rows
    path = PILLAR_OF[rows.model]
    return rows.filter(**{f"{path}__code": pillar_code}) if path else rows.none()


def goals(plan):
    return Goal.objects.filter(plan=plan, retired_on__isnull=True).order_by("sort_key")


def outputs(plan):
    return Output.objects.filter(plan=plan, retired_on__isnull=True).order_by("sort_key")


def activities(plan):
    return Activity.objects.filter(plan=plan, retired_on__isnull=True).order_by("sort_key")


def indicators(plan):
    return Indicator.objects.in_use().filter(plan=plan).order_by("sort_key")


def figures(plan):
    """Indicators with a number: an answer in words has neither baseline nor target."""
    return indicators(plan).exclude(type="qualitative")


def shares(plan):
    return indicators(plan).filter(type__in=SHARE_TYPES)


def seats(plan):
    return (
        Seat.objects.filter(plan=plan).needing_holder().select_related("institution", "working_group__pillar")
    )


def working_groups(plan):
    return (
        WorkingGroup.objects.filter(pillar__plan=plan)
        .select_related("pillar")
        .order_by("pillar__order", "pillar__code")
    )


def bodies(plan):
    """The bodies beside the working groups that have anybody, each as the first of its seats."""
    first = (
        Seat.objects.filter(
            plan=plan,
            role__in=[Role.STEERING_COMMITTEE, Role.MONITORING_TEAM, Role.SECRETARIAT],
            closed_on__isnull=True,
        )
        .order_by()
        .values("role")
        .annotate(first=Min("pk"))
        .values("first")
    )
    return (
        Seat.objects.filter(pk__in=first)
        .select_related("institution", "working_group__pillar")
        .order_by("role")
    )


def assumptions(plan):
    return Assumption.objects.filter(plan=plan, retired_on__isnull=True).order_by("order", "pk")
