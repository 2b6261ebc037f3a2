"""Everything that a budget briefing reads from the database, in a fixed number of queries whatever the size of the plan."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Prefetch, Q
from django.utils.translation import gettext as _

from budgets.counted import Dimension, reads_inside
from budgets.models import AnnualPlan, Costing, FundingSource, InstitutionBudget, OutputCosting
from budgets.rates import Rates, load_rates
from budgets.rules import rules_of
from budgets.totals import Totals, load_totals
from frameworks.models import Activity, Indicator, Lead, Output, Pillar, Plan


@dataclass
class Loaded:
    """The rows behind the briefing of a plan for some years, as models."""

    plan: object
    years: tuple  # asked for
    totals: Totals  # by pillar, output, activity and year; of all years
    by_source: Totals  # by source and gender tag; of the years asked for
    pillars: list
    activities: dict  # pillar id → [Activity]
    indicators: dict  # pillar id → [Indicator]
    outputs: dict  # id → Output
    annual_plans: dict  # (pillar id, year) → AnnualPlan
    sources: dict  # id → FundingSource
    institution_budgets: list
    rates: Rates
    rules: object
    has_illustrative_costing: bool


def load_briefing(*, plan, first_year, last_year, user):
    """The Loaded of a plan for the years first_year to last_year, as the official amounts stand now.

    Raises PermissionDenied when `user` does not read the plan's budgets from inside: what they read would be another ask.
    """
    if not reads_inside(user, plan):
        raise PermissionDenied(_("Your seats do not allow this."))
    years = tuple(range(first_year, last_year + 1))
    rates = load_rates(plan)
    totals = load_totals(
        plan,
        user,
        by=(Dimension.PILLAR, Dimension.OUTPUT, Dimension.ACTIVITY, Dimension.YEAR),
        rates=rates,
    )
    by_source = load_totals(
        plan, user, by=(Dimension.SOURCE, Dimension.GENDER), only={Dimension.YEAR: years}, rates=rates
    )
    paid = {
        activity
        for (_pillar, _output, activity, year), amounts in totals.cells.items()
        if year in years and activity and not amounts.is_empty
    }
    return Loaded(
        plan=plan,
        years=years,
        totals=totals,
        by_source=by_source,
        pillars=list(Pillar.objects.filter(plan=plan).order_by("order", "code")),
        activities=_grouped(_activities(plan, years, paid), lambda one: one.output.goal.pillar_id),
        indicators=_grouped(
            Indicator.objects.filter(plan=plan).in_use().prefetch_related("targets").order_by("sort_key"),
            lambda one: one.pillar_id,
        ),
        outputs={one.pk: one for one in Output.objects.filter(plan=plan)},
        annual_plans={
            (one.pillar_id, one.year): one
            for one in AnnualPlan.objects.filter(plan=plan, year__in=years).prefetch_related("decisions")
        },
        sources={one.pk: one for one in FundingSource.objects.filter(plan=plan).order_by("code")},
        institution_budgets=list(InstitutionBudget.objects.filter(plan=plan, year__lte=last_year)),
        rates=rates,
        rules=rules_of(plan),
        has_illustrative_costing=_has_illustrative_costing(plan, last_year),
    )


def _activities(plan, years, paid):
    """Those that are scheduled in the years, and those with money in them, retired ones too: the sums hold it."""
    leads = Lead.objects.select_related("institution").order_by("-is_accountable", "order", "pk")
    return (
        Activity.objects.filter(plan=plan)
        .filter(Q(retired_on__isnull=True, years__overlap=list(years)) | Q(pk__in=paid))
        .select_related("output__goal")
        .prefetch_related(Prefetch("leads", leads))
        .order_by("sort_key")
    )


def _has_illustrative_costing(plan, last_year):
    invented = {"is_illustrative": True, "year__lte": last_year}
    return Plan.objects.filter(
        Exists(Costing.objects.filter(activity__plan=plan, **invented))
        | Exists(OutputCosting.objects.filter(output__plan=plan, **invented)),
        pk=plan.pk,
    ).exists()


def _grouped(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
