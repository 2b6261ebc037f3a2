"""Adding up what was costed, proposed, approved, released and spent: the one place where it is done.

Each relation is grouped by a query of its own and they are put together here, so that nothing is counted twice (DESIGN.md,
"Arithmetic is pure"). Everything is in the plan's currency by `budgets.rates`; what has no rate is not added, but named.

What counts is said in `budgets.counted`. What counts as spent: what an institution reported on an activity in the rounds of a
year (Expenditure, handed in). Where it has reported no amount yet, what its budget lines say. By source, the lines say what was
paid from where; what was reported beyond them stands under "source not stated" (below 0 where the lines say more than was
reported), so that both ways add up to the same.
"""

from dataclasses import dataclass, field, fields
from decimal import Decimal

from django.db.models import Count, F, Sum

from budgets.counted import (
    LINE_PATHS,
    OF_SOURCE,
    Dimension,
    Measure,
    relations,
    with_body,
)
from budgets.rates import load_rates
from frameworks.formatting import ratio_percent


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

    @property
    def step(self):
        return Measure(self.measure).label


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


def load_totals(plan, user, *, by=(), only=None, measures=None, rates=None):
    """The Totals of a plan as `user` may read them. Five queries at most (six where lines of some sources and spending whose
    source is not stated are asked for together), however many lines.

    by: Dimensions, in the order of the keys. only: Dimension → the values that count, for example {"year": [2026]}; None among
    them: what is not known by that dimension. Institutions are those that others were merged into. measures: what is wanted;
    all when not given. rates: Rates to convert by; those that the plan has when not given.
    """
    by = tuple(Dimension(one) for one in by)
    only = clean_only(only)
    rates = rates or load_rates(plan)
    totals = Totals(plan.currency, by)
    sums = _Sums(totals, rates)
    found = relations(
        plan,
        user,
        rates,
        only=only,
        measures=tuple(Measure(one) for one in (Measure if measures is None else measures)),
        by_source=any(one in OF_SOURCE for one in (*by, *only)),
    )
    for relation in found:
        sums.add(relation)
    totals.missing = sums.missing()
    return totals


def clean_only(only):
    """`only` with Dimensions as keys and lists as values; a dimension without values narrows nothing."""
    return {Dimension(name): list(values) for name, values in (only or {}).items() if values}


class _Sums:
    """Where amounts go: into the cell of their key, or among what has no rate."""

    def __init__(self, totals, rates):
        self.totals, self.rates = totals, rates
        self._missing = {}

    def add(self, relation):
        """Everything of one relation: one query, grouped by key, currency and year."""
        for row in self._grouped(relation):
            for number, part in enumerate(relation.parts):
                if part.told is None or row["key_told"] in part.told:
                    self._put(row, part, number)

    def _grouped(self, relation):
        groups = {f"key_{one}": F(relation.paths[one]) for one in self.totals.by if one in relation.paths} | {
            "key_currency": F(relation.currency),
            "key_year_of": F(relation.year),
        }
        if any(part.told is not None for part in relation.parts):
            groups["key_told"] = F("told")
        sums = {}
        for number, part in enumerate(relation.parts):
            value = self.rates.converted(part.lookup, currency=relation.currency, year=relation.year)
            sums[f"raw_{number}"], sums[f"value_{number}"] = Sum(part.lookup), Sum(value)
        return relation.rows.order_by().values(**groups).annotate(**sums)

    def _put(self, row, part, number):
        raw, value = row[f"raw_{number}"], row[f"value_{number}"]
        if raw is None:
            return
        currency, year = row["key_currency"], row["key_year_of"]
        if not self.rates.knows(currency, year):
            found = self._missing.setdefault((currency, year, str(part.measure)), Decimal(0))
            self._missing[currency, year, str(part.measure)] = found + part.sign * raw
            return
        used = self.rates.of(currency, year) if currency != self.totals.currency else None
        if used:
            self.totals.rates[currency, year] = used
        key = tuple(None if one in part.without else row.get(f"key_{one}") for one in self.totals.by)
        self.totals.cells.setdefault(key, Amounts()).add(part.measure, part.sign * value)

    def missing(self):
        return sorted(MissingRate(*key, amount) for key, amount in self._missing.items() if amount)


def count_lines(rows, dimension):
    """How many of the budget lines `rows` have each value of a dimension: value → number. One query."""
    path = LINE_PATHS[Dimension(dimension)]
    return dict(with_body(rows).order_by().values_list(path).annotate(Count("pk")))
