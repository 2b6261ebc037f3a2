"""The costing of a plan as it is read: every estimate by pillar, output, activity and year, and how much of the plan it covers.

Loaded once here and shared by the page, the file and whatever else shows it. Sums come from budgets.totals alone.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from budgets.counted import Measure
from budgets.models import Costing, OutputCosting
from budgets.rates import load_rates
from budgets.totals import load_totals
from frameworks.choices import ToneChoices
from frameworks.formatting import ratio_percent
from frameworks.models import Activity, Goal, Output, Pillar


class Coverage(ToneChoices):
    """How a year for which an activity is scheduled is costed."""

    OWN = "own", _("Costed"), "good", "check-circle"
    ROUGH = "rough", _("Rough estimate only"), "warn", "circle-half"
    NONE = "none", _("Not costed"), "muted", "circle-dashed"


@dataclass
class Share:
    """So many years for which activities are scheduled, by how they are costed. Counted, never averaged."""

    own: int = 0
    rough: int = 0
    none: int = 0

    def add(self, coverage, number=1):
        setattr(self, coverage.value, getattr(self, coverage.value) + number)

    def include(self, other):
        for one in Coverage:
            self.add(one, getattr(other, one.value))

    @property
    def scheduled(self):
        return self.own + self.rough + self.none

    @property
    def covered(self):
        return self.own + self.rough

    @property
    def counts(self):
        """(Coverage, number, percent as a Decimal or None where nothing is scheduled) of each."""
        return [
            (one, getattr(self, one.value), ratio_percent(getattr(self, one.value), self.scheduled))
            for one in Coverage
        ]

    @property
    def own_percent(self):
        return ratio_percent(self.own, self.scheduled)

    @property
    def bar(self):
        """For {% status_bar %}."""
        return [(one, number) for one, number, _percent in self.counts]


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate of one year. worth: in the plan's currency; None without a rate. counts: whether totals hold it."""

    year: int
    amount: Decimal
    currency: str
    worth: Decimal | None
    assumptions: str
    is_illustrative: bool
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """One year of an activity. coverage: None where it is not scheduled. estimate: None where it has none of its own."""

    year: int
    estimate: Estimate | None
    coverage: Coverage | None


@dataclass(frozen=True, slots=True)
class Sum:
    """What counts of a year, or of all years ("year" None), in the plan's currency; None: nothing.

    unrated: ((currency, amount), …) of what counts and has no rate.
    """

    year: int | None
    amount: Decimal | None
    unrated: tuple = ()


def _invented(estimates):
    found = [one.is_illustrative for one in estimates if one is not None]
    return bool(found) and all(found)


@dataclass
class ActivityPart:
    activity: Activity
    cells: list
    whole: Sum

    @property
    def is_illustrative(self):
        """Whether all of its estimates are invented ones."""
        return _invented(cell.estimate for cell in self.cells)

    def has(self, coverage):
        """Whether one of its scheduled years is costed in that way."""
        return any(cell.coverage == coverage for cell in self.cells)


@dataclass
class OutputPart:
    """rough: one Estimate or None a year; [] where there is none at all."""

    output: Output
    rough: list
    activities: list
    sums: list = field(default_factory=list)
    share: Share = field(default_factory=Share)

    @property
    def is_illustrative(self):
        """Whether all of its rough estimates are invented ones."""
        return _invented(self.rough)

    @property
    def needs_total(self):
        """Whether its total says more than its only row."""
        return bool(self.rough) or len(self.activities) != 1

    @property
    def rough_is_superseded(self):
        """Whether none of its rough estimates counts any more."""
        return bool(self.rough) and not any(one and one.counts for one in self.rough)


@dataclass
class PillarPart:
    pillar: Pillar
    outputs: list = field(default_factory=list)
    sums: list = field(default_factory=list)
    share: Share = field(default_factory=Share)


@dataclass
class PlanCosting:
    """pillars: all of them, those without an output too. missing: MissingRates of costed amounts. rates: as Totals has it."""

    years: list
    pillars: list
    sums: list
    share: Share
    missing: list
    rates: dict

    def shown(self, *, pillar="", coverage=None):
        """(PillarPart, OutputPart, ActivityParts) in their order: of the pillar with that code, of all for "".

        coverage: only activities with a scheduled year of that Coverage, and no output without one.
        """
        found = []
        for part in self.pillars:
            for one in part.outputs if pillar in ("", part.pillar.code) else ():
                fitting = [row for row in one.activities if coverage is None or row.has(coverage)]
                if fitting or coverage is None:
                    found.append((part, one, fitting))
        return found


def load_costing(plan, user):
    """The PlanCosting of a plan as `user` may read it. Eight queries, however much there is."""
    owned = _grouped(
        Costing.objects.visible_to(user).filter(activity__plan=plan, activity__retired_on__isnull=True),
        "activity_id",
    )
    rough = _grouped(
        OutputCosting.objects.visible_to(user).filter(output__plan=plan, output__retired_on__isnull=True),
        "output_id",
    )
    years = sorted({*plan.years, *(year for some in (owned, rough) for one in some.values() for year in one)})
    rates = load_rates(plan)
    totals = load_totals(plan, user, by=("pillar", "output", "year"), measures=[Measure.COSTED], rates=rates)
    made = _Maker(years, rates, owned, rough, totals)
    pillars = {one.pk: PillarPart(one) for one in Pillar.objects.filter(plan=plan).order_by("order", "code")}
    goals = {one.pk: one for one in Goal.objects.filter(plan=plan)}
    activities = defaultdict(list)
    for activity in Activity.objects.filter(plan=plan, retired_on__isnull=True).order_by("sort_key"):
        activities[activity.output_id].append(activity)
    outputs = Output.objects.filter(plan=plan, retired_on__isnull=True)
    for output in sorted(outputs, key=lambda one: (goals[one.goal_id].sort_key, one.sort_key)):
        output.goal = goals[output.goal_id]
        pillars[output.goal.pillar_id].outputs.append(made.output_part(output, activities[output.pk]))
    for part in pillars.values():
        part.sums = made.sums(part.outputs, pillar=part.pillar.pk)
        for one in part.outputs:
            part.share.include(one.share)
    share = Share()
    for part in pillars.values():
        share.include(part.share)
    return PlanCosting(
        years,
        list(pillars.values()),
        made.sums([one for part in pillars.values() for one in part.outputs]),
        share,
        totals.missing,
        {key: rate for key, rate in sorted(totals.rates.items()) if key in made.used},
    )


def _grouped(rows, owner):
    """owner's id → {year: row}"""
    found = defaultdict(dict)
    for row in rows:
        found[getattr(row, owner)][row.year] = row
    return found


class _Maker:
    def __init__(self, years, rates, owned, rough, totals):
        self.years, self.rates, self.owned, self.rough = years, rates, owned, rough
        self.whole = {level: totals.along(*level) for level in (("pillar",), ("output",))}
        self.whole[()] = {(): totals.total}
        self.by_year = {level: totals.along(*level, "year") for level in ((), ("pillar",), ("output",))}
        self.used = set()  # (currency, year) of what counts
        self.unrated = defaultdict(list)  # output's id → [(year, currency, amount)]

    def estimate(self, row, *, counts=True):
        if row is None:
            return None
        if counts:
            self.used.add((row.currency, row.year))
        worth = self.rates.convert(row.amount, row.currency, row.year)
        return Estimate(
            row.year, row.amount, row.currency, worth, row.assumptions, row.is_illustrative, counts
        )

    def output_part(self, output, activities):
        costed = {year for one in activities for year in self.owned[one.pk]}
        known = self.rough[output.pk]
        rough = [self.estimate(known.get(year), counts=year not in costed) for year in self.years]
        part = OutputPart(output, rough if known else [], [])
        for activity in activities:
            part.activities.append(self._activity_part(activity, known.keys() - costed, part.share))
        counting = [one for one in rough if one and one.counts]
        counting += [cell.estimate for one in part.activities for cell in one.cells if cell.estimate]
        self.unrated[output.pk] = [
            (one.year, one.currency, one.amount) for one in counting if one.worth is None
        ]
        part.sums = self.sums([part], output=output.pk)
        return part

    def _activity_part(self, activity, covered, share):
        owned, scheduled, cells = self.owned[activity.pk], set(activity.years), []
        for year in self.years:
            coverage = None
            if year in scheduled:
                coverage = (
                    Coverage.OWN if year in owned else Coverage.ROUGH if year in covered else Coverage.NONE
                )
                share.add(coverage)
            cells.append(Cell(year, self.estimate(owned.get(year)), coverage))
        estimates = [cell.estimate for cell in cells if cell.estimate]
        worth = [one.worth for one in estimates if one.worth is not None]
        unrated = _by_currency((one.currency, one.amount) for one in estimates if one.worth is None)
        return ActivityPart(activity, cells, Sum(None, sum(worth) if worth else None, unrated))

    def sums(self, outputs, **of):
        """A Sum a year and one of all years at the end: of the pillar or output that is named, else of everything."""
        level, key = tuple(of), tuple(of.values())
        unrated = [one for part in outputs for one in self.unrated[part.output.pk]]
        sums = [
            Sum(
                year,
                _costed(self.by_year[level], (*key, year)),
                _by_currency((currency, amount) for in_year, currency, amount in unrated if in_year == year),
            )
            for year in self.years
        ]
        together = _by_currency((currency, amount) for _year, currency, amount in unrated)
        return [*sums, Sum(None, _costed(self.whole[level], key), together)]


def _costed(amounts, key):
    return amounts[key].costed if key in amounts else None


def _by_currency(amounts):
    found = defaultdict(Decimal)
    for currency, amount in amounts:
        found[currency] += amount
    return tuple(sorted(found.items()))
