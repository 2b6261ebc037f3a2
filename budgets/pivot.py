"""The plan's money as a table: rows and columns of one's choice, each cell with the amounts of every step.

Nothing is added up here but the cells of one `budgets.totals.Totals`, so that rows, columns and the whole come to the same.
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.counted import NOT_COSTED_BY, PUBLIC_MEASURES, Dimension, Measure, reads_inside
from budgets.names import CHAIN, Name, Names, not_by
from budgets.totals import Amounts, load_totals

#: Steps that are compared: what got lost from one to the other.
GAPS = (
    (Measure.COSTED, Measure.PROPOSED),
    (Measure.COSTED, Measure.APPROVED),
    (Measure.PROPOSED, Measure.APPROVED),
    (Measure.APPROVED, Measure.RELEASED),
    (Measure.RELEASED, Measure.SPENT),
    (Measure.APPROVED, Measure.SPENT),
)


class Show(models.TextChoices):
    """What stands in the cells, beside each single measure."""

    STEPS = "steps", gettext_lazy("All steps and execution")
    GAPS = "gaps", gettext_lazy("Gaps between the steps")
    EXECUTION = "execution", gettext_lazy("Execution (spent of approved)")


@dataclass(frozen=True)
class Figure:
    """One column of amounts: a measure, what is left between two (`gap`), or spent as percent of approved (`execution`)."""

    kind: str
    label: str
    measures: tuple

    def of(self, amounts):
        """The Decimal, or None where it cannot be told: what nobody said is not 0, in a difference neither."""
        if self.kind == "execution":
            return amounts.execution
        first = amounts.of(self.measures[0])
        if self.kind == "amount":
            return first
        second = amounts.of(self.measures[1])
        return None if first is None or second is None else first - second

    @property
    def knows_costed(self):
        return Measure.COSTED in self.measures


def amount(measure):
    return Figure("amount", str(Measure(measure).label), (Measure(measure),))


def gap(first, second):
    words = {
        Measure.PROPOSED: _("%(step)s, not proposed"),
        Measure.APPROVED: _("%(step)s, not approved"),
        Measure.RELEASED: _("%(step)s, not released"),
        Measure.SPENT: _("%(step)s, not spent"),
    }
    return Figure("gap", words[second] % {"step": first.label}, (first, second))


def execution():
    return Figure("execution", _("Execution"), (Measure.APPROVED, Measure.SPENT))


@dataclass(frozen=True)
class Asked:
    """rows: a level of the chain stands for all levels down to it. columns: None for none. only: Dimension → [value]."""

    rows: Dimension = Dimension.PILLAR
    columns: Dimension | None = None
    show: str = ""
    only: dict = field(default_factory=dict)

    @property
    def levels(self):
        return CHAIN[: CHAIN.index(self.rows) + 1] if self.rows in CHAIN else (self.rows,)


def figures_of(asked, inside):
    """The Figures of a table; outsiders read approved, spent and execution."""
    show = asked.show or (Measure.APPROVED if asked.columns else Show.STEPS)
    measures = list(Measure) if inside else list(PUBLIC_MEASURES)
    if show in measures:
        return [amount(show)]
    if show == Show.EXECUTION:
        return [execution()]
    if show == Show.GAPS:
        return [gap(first, second) for first, second in GAPS if {first, second} <= set(measures)]
    return [*(amount(one) for one in measures), execution()]


@dataclass
class Row:
    """One row. key: (Dimension, value) pairs, from the outermost level. by_column: value of the column → Amounts."""

    key: tuple
    name: Name
    by_column: dict = field(default_factory=dict)
    amounts: Amounts = field(default_factory=Amounts)

    @property
    def depth(self):
        return len(self.key) - 1

    @property
    def is_branch(self):
        return bool(self.key) and self.key[-1][0] in CHAIN

    def include(self, column, amounts):
        self.amounts.include(amounts)
        self.by_column.setdefault(column, Amounts()).include(amounts)


class Pivot:
    """The table that `asked` asks for, as `user` may read it. Queries: those of load_totals, and one for each dimension."""

    def __init__(self, plan, user, asked, names=None):
        self.plan, self.asked = plan, asked
        self.inside = reads_inside(user, plan)
        self.names = names or Names(plan)
        self.figures = figures_of(asked, self.inside)
        by = asked.levels + ((asked.columns,) if asked.columns else ())
        self.totals = load_totals(
            plan, user, by=by, only=asked.only, measures=None if self.inside else PUBLIC_MEASURES
        )

    @cached_property
    def total(self):
        """The row of everything."""
        row = Row((), Name("", _("Total"), ()))
        for key, amounts in self.totals.cells.items():
            row.include(self._column(key), amounts)
        return row

    @cached_property
    def columns(self):
        """[(value, Name)] of the columns, in order; [] without a column dimension."""
        if not self.asked.columns:
            return []
        named = [
            (one, self.names.of(self.asked.columns, one))
            for one, amounts in self.total.by_column.items()
            if self._says(amounts)
        ]
        return sorted(named, key=lambda one: one[1].order)

    @cached_property
    def rows(self):
        """The rows that say anything of what is shown, in order, each branch before what hangs below it."""
        levels, found = self.asked.levels, {}
        for key, amounts in self.totals.cells.items():
            for depth in range(len(levels)):
                prefix = key[: depth + 1]
                if prefix not in found:
                    pairs = tuple(zip(levels, prefix, strict=False))
                    found[prefix] = Row(pairs, self.names.of(levels[depth], prefix[-1]))
                found[prefix].include(self._column(key), amounts)
        return sorted((row for row in found.values() if self._says(row.amounts)), key=self._place)

    def top(self):
        """The rows of the outermost level."""
        return [row for row in self.rows if row.depth == 0]

    def _says(self, amounts):
        """Whether there is anything of what is shown."""
        return any(amounts.of(one) is not None for figure in self.figures for one in figure.measures)

    def _place(self, row):
        return tuple(self.names.of(*pair).order for pair in row.key)

    def _column(self, key):
        return key[-1] if self.asked.columns else None

    def words_instead(self, figure, row, column):
        """Why there is no figure, where that has a reason of its own; "" where nobody said anything."""
        if figure.knows_costed:
            pairs = [*row.key, *([(self.asked.columns, column)] if self.asked.columns else [])]
            pairs += [(name, value) for name, values in self.asked.only.items() for value in values]
            for dimension, value in pairs:
                if dimension in NOT_COSTED_BY and value is not None:
                    return not_by(dimension)
        return ""
