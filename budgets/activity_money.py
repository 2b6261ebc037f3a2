"""The money of one activity by year, and for those inside by institution and source (frameworks.providers.CostProvider)."""

from dataclasses import dataclass

from budgets.counted import PUBLIC_MEASURES, Measure, reads_inside
from budgets.execution import execution_of
from budgets.models import FundingSource
from budgets.rules import rules_of
from budgets.totals import Totals, load_totals
from frameworks.models import Institution


@dataclass(frozen=True, slots=True)
class MoneyYear:
    """One year: Amounts in the plan's currency; `execution` None where a rate is missing for the year."""

    year: int
    amounts: object
    execution: object


@dataclass(frozen=True, slots=True)
class MoneyPart:
    """What one institution has for it from one source, in all years. source "": nobody said from which."""

    institution: str
    source: str
    amounts: object


@dataclass(frozen=True, slots=True)
class ActivityMoney:
    """inside: whether all steps are told; outsiders read what is approved and spent, of published years."""

    totals: Totals
    years: tuple
    parts: tuple
    inside: bool


def money_of_activity(activity, user):
    """The ActivityMoney as `user` may read it; None where there is nothing to read. At most seven queries."""
    plan = activity.plan
    inside = reads_inside(user, plan)
    totals = load_totals(
        plan,
        user,
        by=("year", "institution", "source") if inside else ("year",),
        only={"activity": [activity.pk]},
        measures=tuple(Measure) if inside else PUBLIC_MEASURES,
    )
    if not totals.cells and not totals.missing:
        return None
    absorbed_from = rules_of(plan).absorbed_from
    lacking = {one.year for one in totals.missing}
    years = tuple(
        MoneyYear(
            year,
            amounts,
            None if year in lacking else execution_of(amounts.approved, amounts.spent, absorbed_from),
        )
        for (year,), amounts in sorted(totals.along("year").items())
    )
    return ActivityMoney(totals, years, _parts(totals) if inside else (), inside)


def _parts(totals):
    found = {key: one for key, one in totals.along("institution", "source").items() if key[0] is not None}
    institutions = Institution.objects.in_bulk({key[0] for key in found})
    sources = FundingSource.objects.in_bulk({key[1] for key in found} - {None})
    parts = [
        MoneyPart(str(institutions[institution]), str(sources[source]) if source else "", amounts)
        for (institution, source), amounts in found.items()
        if source or amounts.spent
    ]
    return tuple(sorted(parts, key=lambda one: (one.institution, not one.source, one.source)))
