"""What a total is made of, row by row: budget lines, reported spending, estimates.

The same relations as `budgets.totals` adds up, with the same conditions: the amounts of all entries come to the total.
"""

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.functional import cached_property

from budgets.counted import OF_SOURCE, PUBLIC_MEASURES, Kind, Measure, reads_inside, relations
from budgets.rates import load_rates
from budgets.totals import clean_only

_ACTIVITY = {
    "pillar": "activity__output__goal__pillar__code",
    "goal": "activity__output__goal__code",
    "output": "activity__output__code",
    "activity": "activity__code",
    "title": "activity__title",
}
_LINE = _ACTIVITY | {
    "institution": "operational_plan__institution__code",
    "acronym": "operational_plan__institution__acronym",
    "name": "operational_plan__institution__name",
    "source": "funding_source__code",
    "source_name": "funding_source__name",
    "source_kind": "funding_source__kind",
    "on_budget": "funding_source__on_budget",
    "gender": "gender_tag",
    "reference": "reference",
    "description": "description",
}
_COLUMNS = {
    Kind.LINE: _LINE,
    Kind.TAKEN_OFF: _LINE,
    Kind.REPORTED: _ACTIVITY
    | {
        "institution": "institution__code",
        "acronym": "institution__acronym",
        "name": "institution__name",
        "round": "round__label",
    },
    Kind.COSTING: _ACTIVITY | {"description": "assumptions"},
    Kind.ROUGH: {
        "pillar": "output__goal__pillar__code",
        "goal": "output__goal__code",
        "output": "output__code",
        "title": "output__title",
        "description": "assumptions",
    },
}
_ORDER = {
    Kind.LINE: (
        "operational_plan__year",
        "activity__sort_key",
        "operational_plan__institution__code",
        "funding_source__code",
        "reference",
    ),
    Kind.REPORTED: ("of_year", "activity__sort_key", "institution__code", "round__period_end"),
    Kind.COSTING: ("year", "activity__sort_key"),
    Kind.ROUGH: ("year", "output__sort_key"),
}
_ORDER[Kind.TAKEN_OFF] = _ORDER[Kind.LINE]


@dataclass(frozen=True)
class Entry:
    """One row behind a total. raw: measure → Decimal in `currency`; value: the same in the plan's, None without a rate.

    rate: the ExchangeRate that it was converted by; None where none was needed or there is none.
    """

    kind: Kind
    pk: int
    year: int
    currency: str
    row: dict
    raw: dict = field(default_factory=dict)
    value: dict = field(default_factory=dict)
    rate: object = None

    @property
    def institution_name(self):
        return self.row.get("acronym") or self.row.get("name") or ""


class Entries:
    """The entries of a plan behind `only`, of some measures, as `user` may read them: a sequence that pages can be cut from.

    measures: all where none is named; what the user may not read is left out. Counting takes a query for each kind of entry, a
    page one for each kind that stands on it.
    """

    def __init__(self, plan, user, *, only=None, measures=()):
        self.plan, self.only = plan, clean_only(only)
        inside = reads_inside(user, plan)
        readable = list(Measure) if inside else list(PUBLIC_MEASURES)
        self.measures = [one for one in readable if one in measures] or readable
        self.rates = load_rates(plan)
        found = relations(
            plan,
            user,
            self.rates,
            only=self.only,
            measures=tuple(self.measures),
            by_source=any(one in OF_SOURCE for one in self.only),
        )
        order = list(Kind)
        self._relations = sorted(found, key=lambda one: order.index(one.kind))

    def __len__(self):
        return sum(self._counts)

    def __getitem__(self, wanted):
        """The entries of a slice, as a list."""
        start, stop, _step = wanted.indices(len(self))
        found, before = [], 0
        for relation, count in zip(self._relations, self._counts, strict=True):
            first, last = max(start - before, 0), min(stop - before, count)
            if first < last:
                found += [self._entry(relation, row) for row in self._rows(relation)[first:last]]
            before += count
        return found

    def __iter__(self):
        """All entries, a piece at a time; for files."""
        for relation in self._relations:
            for row in self._rows(relation).iterator(chunk_size=2000):
                yield self._entry(relation, row)

    @cached_property
    def _counts(self):
        return [self._fitting(relation).count() for relation in self._relations]

    def _fitting(self, relation):
        condition = Q()
        for part in relation.parts:
            condition |= part.condition & Q(**{f"{part.lookup}__isnull": False})
        return relation.rows.filter(condition)

    def _rows(self, relation):
        names = {
            "pk", relation.currency, relation.year, *_COLUMNS[relation.kind].values(), *(part.lookup for part in relation.parts),
        }  # fmt: skip
        if any(part.told is not None for part in relation.parts):
            names.add("told")
        return self._fitting(relation).order_by(*_ORDER[relation.kind], "pk").values(*names)

    def _entry(self, relation, row):
        currency, year = row[relation.currency], row[relation.year]
        raw = {}
        for part in relation.parts:
            known = part.told is None or row["told"] in part.told
            if known and row[part.lookup] is not None:
                raw[str(part.measure)] = part.sign * row[part.lookup]
        value = {
            name: None
            if (worth := self.rates.convert(abs(one), currency, year)) is None
            else worth.copy_sign(one)
            for name, one in raw.items()
        }
        return Entry(
            relation.kind,
            row["pk"],
            year,
            currency,
            {name: row[lookup] for name, lookup in _COLUMNS[relation.kind].items()},
            raw,
            value,
            self.rates.of(currency, year) if currency != self.plan.currency else None,
        )
