"""What of a year's budget is public, or would be: what the secretariat looks at before it publishes."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import ExtractYear

from budgets.counted import PUBLIC_MEASURES, Dimension, official_lines, published_years
from budgets.models import AnnualPlan, BudgetYear
from budgets.models.annual import DECIDED_ANNUAL
from budgets.totals import load_totals
from frameworks.models import ReportingRound


@dataclass(frozen=True)
class Year:
    """One year of the plan: the BudgetYear if it was ever published, and how many lines were approved of how many."""

    year: int
    row: BudgetYear | None
    approved: int
    lines: int

    @property
    def published_at(self):
        return self.row.published_at if self.row else None

    @property
    def held_back(self):
        return self.lines - self.approved


def load_years(plan):
    """The Years of a plan, and any other for which there are lines. Two queries."""
    rows = {one.year: one for one in BudgetYear.objects.filter(plan=plan).select_related("published_by")}
    counted = official_lines(plan).order_by().values("operational_plan__year")
    counts = {
        row["operational_plan__year"]: (row["approved_lines"], row["all_lines"])
        for row in counted.annotate(
            approved_lines=Count("pk", filter=Q(approved__isnull=False)), all_lines=Count("pk")
        )
    }
    years = sorted({*plan.years, *rows, *counts})
    return [Year(year, rows.get(year), *counts.get(year, (0, 0))) for year in years]


@dataclass(frozen=True)
class Preview:
    """What publishing a year does. totals: its approved and spent by pillar; rounds: (round, whether it is published).

    undecided: the annual plans of the year whose present version is not decided on.
    """

    year: Year
    totals: object
    rounds: list
    undecided: list


def load_preview(plan, user, year):
    """The Preview of one year for the secretariat; None for a year of which there is nothing and that is not the plan's."""
    found = next((one for one in load_years(plan) if one.year == year), None)
    if found is None:
        return None
    totals = load_totals(
        plan, user, by=(Dimension.PILLAR,), only={Dimension.YEAR: [year]}, measures=PUBLIC_MEASURES
    )
    rounds = ReportingRound.objects.filter(plan=plan).annotate(of_year=ExtractYear("period_end"))
    undecided = AnnualPlan.objects.filter(plan=plan, year=year).exclude(state__in=DECIDED_ANNUAL)
    return Preview(
        found,
        totals,
        [(one, one.published_at is not None) for one in rounds.filter(of_year=year).order_by("period_end")],
        list(undecided.select_related("pillar").order_by("pillar__order")),
    )


def years_without_published_spending(plan):
    """Published years of which no round is published: what was spent of them the public does not read yet. One query."""
    rounds = ReportingRound.objects.filter(plan=plan, published_at__isnull=False)
    told = rounds.annotate(of_year=ExtractYear("period_end")).values("of_year")
    return list(published_years(plan).exclude(year__in=told).order_by("year").values_list("year", flat=True))


def has_published(plan):
    """Whether the public reads any year of the plan's budget. One query."""
    return published_years(plan).exists()
