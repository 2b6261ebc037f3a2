"""The funding sources of a plan: which of them new lines may name, and what hangs on each."""

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgets.counted import Dimension, Measure, official_lines
from budgets.models import BudgetLine, CostItem, FundingSource
from budgets.totals import Amounts, count_lines, load_totals

#: What is shown of each source and year; a costing knows no source.
BY_SOURCE = (Measure.PROPOSED, Measure.APPROVED, Measure.RELEASED, Measure.SPENT)


def offered_sources(plan, *, also=None):
    """The sources that a line may name, by code: those in use, and `also` (an id), the one that it names already."""
    return FundingSource.objects.filter(Q(retired_on__isnull=True) | Q(pk=also), plan=plan).order_by("code")


def why_source_stays(source):
    """Why a source cannot be deleted but only retired, in words; "" when nothing has ever named it."""
    lines = BudgetLine.objects.filter(funding_source=source).count()
    costs = CostItem.objects.filter(funding_source=source).count()
    named = [
        *([ngettext("%(n)d budget line", "%(n)d budget lines", lines) % {"n": lines}] if lines else []),
        *([ngettext("%(n)d cost line", "%(n)d cost lines", costs) % {"n": costs}] if costs else []),
    ]
    if not named:
        return ""
    return _("It is named by %(what)s, drafts among them perhaps. It can be retired instead.") % {
        "what": _(" and ").join(named)
    }


@dataclass
class SourceRow:
    """One source (None: what was reported as spent and named no source), its lines and its Amounts by year."""

    source: FundingSource | None
    lines: int = 0
    years: dict = field(default_factory=dict)

    def cells(self, years, measure):
        """The amounts of the years, in their order; Decimal or None."""
        return [self.years.get(year, Amounts()).of(measure) for year in years]

    def total(self, measure):
        found = Amounts()
        for amounts in self.years.values():
            found.include(amounts)
        return found.of(measure)


@dataclass
class Sources:
    """All sources of a plan. totals: the Totals that the amounts are from; `years`: those of the plan, and any other with money."""

    rows: list
    totals: object
    years: list

    def sums(self, measure):
        """What all rows add up to: one amount a year, then that of all years."""
        by_year = self.totals.along(Dimension.YEAR)
        return [
            *(by_year.get((year,), Amounts()).of(measure) for year in self.years),
            self.totals.total.of(measure),
        ]


def load_sources(plan, user):
    """The Sources of a plan, with its money as `user` reads it. A fixed number of queries, whatever there is."""
    totals = load_totals(plan, user, by=(Dimension.SOURCE, Dimension.YEAR), measures=BY_SOURCE)
    counts = count_lines(official_lines(plan), Dimension.SOURCE)
    sources = FundingSource.objects.visible_to(user).filter(plan=plan).select_related("institution")
    rows = {
        one.pk: SourceRow(one, counts.get(one.pk, 0))
        for one in sorted(sources, key=lambda one: (one.retired_on is not None, one.code))
    }
    unnamed = SourceRow(None)
    seen = set()
    for (source, year), amounts in totals.cells.items():
        if any(amounts.of(measure) is not None for measure in BY_SOURCE):
            rows.get(source, unnamed).years[year] = amounts
            seen.add(year)
    found = list(rows.values())
    if any(amounts.spent for amounts in unnamed.years.values()):
        found.append(unnamed)
    return Sources(found, totals, sorted({*plan.years, *seen}))
