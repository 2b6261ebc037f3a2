"""Adding up what was costed, proposed, approved, released and spent: the one place where it is done.

Each relation is grouped by a query of its own and they are put together here, so that nothing is counted twice (DESIGN.md,
"Arithmetic is pure"). Everything is in the plan's currency by `budgets.rates`; what has no rate is not added, but named.

What counts as spent: what an institution reported on an activity in the rounds of a year (Expenditure, handed in). Where it
has reported no amount yet, what its budget lines say. By source, the lines say what was paid from where; what was reported
beyond them stands under "source not stated", so that both ways add up to the same.
"""

from dataclasses import dataclass, field, fields
from decimal import Decimal

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from budgets.models import BudgetLine, BudgetYear, Costing, Expenditure, OutputCosting
from budgets.rates import load_rates
from frameworks.formatting import ratio_percent
from frameworks.permissions import Permission, has_permission


class Measure(models.TextChoices):
    """The steps that money takes, in their order."""

    COSTED = "costed", _("Costed")
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    RELEASED = "released", _("Released")
    SPENT = "spent", _("Spent")


class Dimension(models.TextChoices):
    """What amounts are broken down by."""

    PILLAR = "pillar", _("Pillar")
    GOAL = "goal", _("Goal")
    OUTPUT = "output", _("Output")
    ACTIVITY = "activity", _("Activity")
    INSTITUTION = "institution", _("Institution")
    SOURCE = "source", _("Funding source")
    SOURCE_KIND = "source_kind", _("Kind of source")
    ON_BUDGET = "on_budget", _("On or off budget")
    GENDER = "gender", _("Gender budget")
    YEAR = "year", _("Year")


#: What only budget lines know: a costing has no institution and no source, reported spending has no source.
OF_SOURCE = (Dimension.SOURCE, Dimension.SOURCE_KIND, Dimension.ON_BUDGET, Dimension.GENDER)
NOT_COSTED_BY = (Dimension.INSTITUTION, *OF_SOURCE)

_CHAIN = {
    Dimension.PILLAR: "output__goal__pillar",
    Dimension.GOAL: "output__goal",
    Dimension.OUTPUT: "output",
}
_OF_ACTIVITY = {name: f"activity__{path}" for name, path in _CHAIN.items()} | {Dimension.ACTIVITY: "activity"}
_LINES = _OF_ACTIVITY | {
    Dimension.INSTITUTION: "operational_plan__institution",
    Dimension.SOURCE: "funding_source",
    Dimension.SOURCE_KIND: "funding_source__kind",
    Dimension.ON_BUDGET: "funding_source__on_budget",
    Dimension.GENDER: "gender_tag",
    Dimension.YEAR: "operational_plan__year",
}
_SPENDING = _OF_ACTIVITY | {Dimension.INSTITUTION: "institution", Dimension.YEAR: "of_year"}
_COSTINGS = _OF_ACTIVITY | {Dimension.YEAR: "year"}
_ROUGH = _CHAIN | {Dimension.YEAR: "year"}


@dataclass
class Amounts:
    """One amount for each Measure, in the plan's currency. None: nobody said anything, which is not 0."""

    costed: Decimal | None = None
    proposed: Decimal | None = None
    approved: Decimal | None = None
    released: Decimal | None = None
    spent: Decimal | None = None

    def add(self, measure, amount):
        if amount is not None:
            before = getattr(self, measure)
            setattr(self, str(measure), amount if before is None else before + amount)

    def include(self, other):
        for one in fields(self):
            self.add(one.name, getattr(other, one.name))

    def of(self, measure):
        return getattr(self, measure)

    @property
    def execution(self):
        """Spent as percent of approved (Decimal); None without either, and where nothing was approved."""
        return ratio_percent(self.spent, self.approved)

    @property
    def is_empty(self):
        return all(getattr(self, one.name) is None for one in fields(self))


@dataclass(frozen=True, slots=True, order=True)
class MissingRate:
    """Amounts that are in no total, because no rate says what they are worth. amount in `currency`."""

    currency: str
    year: int
    measure: str
    amount: Decimal


@dataclass
class Totals:
    """Amounts by the keys that were asked for.

    cells: a tuple with one value for each dimension of `by` → Amounts. Values are ids (pillar, goal, output, activity,
    institution, source), codes ("state", "principal"; "" not assessed), True, False or None (on budget), or the year. None also
    where a measure is not known by that dimension. rates: (currency, year) → the ExchangeRate that was used.
    """

    currency: str
    by: tuple
    cells: dict = field(default_factory=dict)
    missing: list = field(default_factory=list)
    rates: dict = field(default_factory=dict)

    @property
    def total(self):
        """Amounts of everything."""
        return self.along()

    def along(self, *by, **fixed):
        """The cells folded: a dict by the dimensions in `by`, or the Amounts of all when none is named.

        fixed: only cells with that value, for example year=2026.
        """
        places = [self.by.index(one) for one in by]
        wanted = [(self.by.index(name), value) for name, value in fixed.items()]
        found = {}
        for key, amounts in self.cells.items():
            if all(key[place] == value for place, value in wanted):
                found.setdefault(tuple(key[place] for place in places), Amounts()).include(amounts)
        return found if by else found.get((), Amounts())


def reads_inside(user, plan):
    """Whether the user reads all official amounts; everybody else reads what is published."""
    return has_permission(user, Permission.VIEW_BUDGETS, plan)


def load_totals(plan, user, *, by=(), only=None):
    """The Totals of a plan as `user` may read them. Five queries at most, however many lines.

    by: Dimensions, in the order of the keys. only: Dimension → the values that count, for example {"year": [2026]}.
    """
    by = tuple(Dimension(one) for one in by)
    only = {Dimension(name): list(values) for name, values in (only or {}).items() if values}
    rates = load_rates(plan)
    totals = Totals(plan.currency, by)
    sums = _Sums(totals, rates)
    sources = _official(plan) if reads_inside(user, plan) else _published(plan)
    if not any(name in only for name in NOT_COSTED_BY):
        _add_costings(sums, plan, only)
    _add_lines(sums, sources, only)
    if not any(name in only for name in OF_SOURCE):
        _add_spending(sums, sources, only)
    totals.missing = sums.missing()
    return totals


# What counts


@dataclass(frozen=True)
class _Sources:
    lines: models.QuerySet
    spending: models.QuerySet
    measures: tuple


def official_lines(plan):
    """The budget lines of a plan that were handed in or approved once: what totals add up, and drill-downs list."""
    return BudgetLine.objects.official().filter(operational_plan__plan=plan)


def reported_spending(plan):
    """What institutions reported to have spent, handed in, with `of_year`; unknown amounts are left out."""
    return Expenditure.objects.filter(
        round__plan=plan, frozen_at__isnull=False, amount__isnull=False
    ).annotate(of_year=ExtractYear("round__period_end"))


def published_lines(plan):
    """The approved lines of published years; of them the public reads `approved` only."""
    years = BudgetYear.objects.filter(plan=plan).published().values("year")
    return BudgetLine.objects.filter(
        operational_plan__plan=plan, operational_plan__year__in=years, approved__isnull=False
    )


def published_spending(plan):
    """What was reported as spent in published rounds of published years, with `of_year`."""
    years = BudgetYear.objects.filter(plan=plan).published().values("year")
    return reported_spending(plan).filter(round__published_at__isnull=False, of_year__in=years)


def _official(plan):
    return _Sources(
        official_lines(plan),
        reported_spending(plan),
        (Measure.PROPOSED, Measure.APPROVED, Measure.RELEASED, Measure.SPENT),
    )


def _published(plan):
    return _Sources(published_lines(plan), published_spending(plan), (Measure.APPROVED,))


# Adding


class _Sums:
    """Where amounts go: into the cell of their key, or among what has no rate."""

    def __init__(self, totals, rates):
        self.totals, self.rates = totals, rates
        self._missing = {}

    def keys_of(self, paths):
        """The columns that make the key, of those dimensions that the relation knows."""
        return {f"key_{one}": F(paths[one]) for one in self.totals.by if one in paths}

    def put(self, row, measure, prefix="", *, sign=1, without=()):
        """Adds one grouped row: `<prefix>raw` in its currency, `<prefix>value` in the plan's. without: dimensions left None."""
        raw, value = row[f"{prefix}raw"], row[f"{prefix}value"]
        if raw is None:
            return
        currency, year = row["key_currency"], row["key_year_of"]
        if not self.rates.knows(currency, year):
            found = self._missing.setdefault((currency, year, str(measure)), Decimal(0))
            self._missing[currency, year, str(measure)] = found + sign * raw
            return
        used = self.rates.of(currency, year) if currency != self.totals.currency else None
        if used:
            self.totals.rates[currency, year] = used
        key = tuple(None if one in without else row.get(f"key_{one}") for one in self.totals.by)
        self.totals.cells.setdefault(key, Amounts()).add(measure, sign * value)

    def missing(self):
        return sorted(MissingRate(*key, amount) for key, amount in self._missing.items() if amount)

    def grouped(self, rows, paths, *, currency, year, amounts, also=None):
        """`rows` grouped by key, currency and year: {prefix: lookup} of `amounts` as raw and converted sums."""
        sums = {}
        for prefix, lookup in amounts.items():
            value = self.rates.converted(lookup, currency=currency, year=year)
            sums[f"{prefix}raw"] = Sum(lookup)
            sums[f"{prefix}value"] = Sum(value)
        return (
            rows.order_by()
            .values(**self.keys_of(paths), key_currency=F(currency), key_year_of=F(year), **(also or {}))
            .annotate(**sums)
        )


def _narrowed(rows, paths, only):
    """The rows with the wanted values. None among them asks for what has none."""
    for name, values in only.items():
        if name not in paths:
            return rows.none()
        known = [value for value in values if value is not None]
        condition = Q(**{f"{paths[name]}__in": known})
        if None in values:
            condition |= Q(**{f"{paths[name]}__isnull": True})
        rows = rows.filter(condition)
    return rows


def _add_costings(sums, plan, only):
    costings = Costing.objects.filter(activity__plan=plan, activity__retired_on__isnull=True)
    rows = _narrowed(costings, _COSTINGS, only)
    for row in sums.grouped(rows, _COSTINGS, currency="currency", year="year", amounts={"": "amount"}):
        sums.put(row, Measure.COSTED)
    rows = _narrowed(rough_costings(plan), _ROUGH, only)
    for row in sums.grouped(rows, _ROUGH, currency="currency", year="year", amounts={"": "amount"}):
        sums.put(row, Measure.COSTED)


def rough_costings(plan):
    """The rough estimates that count: of outputs in use, for years for which none of their activities in use is costed."""
    costed = Costing.objects.filter(
        activity__output=OuterRef("output"), activity__retired_on__isnull=True, year=OuterRef("year")
    )
    return OutputCosting.objects.filter(~Exists(costed), output__plan=plan, output__retired_on__isnull=True)


def _add_lines(sums, sources, only):
    reported = sources.spending.filter(
        activity=OuterRef("activity"),
        institution=OuterRef("operational_plan__institution"),
        of_year=OuterRef("operational_plan__year"),
    )
    rows = _narrowed(sources.lines, _LINES, only).annotate(is_reported=Exists(reported))
    amounts = {f"{one}_": str(one) for one in sources.measures}
    if Measure.SPENT not in sources.measures:
        amounts[f"{Measure.SPENT}_"] = str(Measure.SPENT)
    grouped = sums.grouped(
        rows,
        _LINES,
        currency="currency",
        year="operational_plan__year",
        amounts=amounts,
        also={"key_reported": F("is_reported")},
    )
    by_source = any(one in OF_SOURCE for one in sums.totals.by) or any(one in OF_SOURCE for one in only)
    for row in grouped:
        for measure in sources.measures:
            if measure != Measure.SPENT:
                sums.put(row, measure, f"{measure}_")
        if row["key_reported"]:
            if by_source:
                sums.put(row, Measure.SPENT, "spent_")
                if not any(one in OF_SOURCE for one in only):
                    sums.put(row, Measure.SPENT, "spent_", sign=-1, without=OF_SOURCE)
        elif Measure.SPENT in sources.measures:
            sums.put(row, Measure.SPENT, "spent_")


def _add_spending(sums, sources, only):
    rows = _narrowed(sources.spending, _SPENDING, only)
    for row in sums.grouped(rows, _SPENDING, currency="currency", year="of_year", amounts={"": "amount"}):
        sums.put(row, Measure.SPENT)


def count_lines(rows, dimension):
    """How many of the budget lines `rows` have each value of a dimension: value → number. One query."""
    path = _LINES[Dimension(dimension)]
    return dict(rows.order_by().values_list(path).annotate(Count("pk")))
