"""The annual plans of a year, pillar by pillar, and how amounts of annual plans are added up (one plan: annual_sheet.py).

Amounts are added in the plan's currency line by line, by `budgets.rates`; what has no rate is in no sum, but named beside it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F, Max, Sum
from django.utils.translation import gettext as _

from budgets.models import AnnualPlan, AnnualPlanLine, BudgetState, Decision, OperationalState
from budgets.models.annual import EDITABLE_ANNUAL
from budgets.rates import load_rates
from budgets.responsible import plan_states, responsibilities
from budgets.states import agreed_of
from budgets.totals import MissingRate
from frameworks.models import Pillar
from frameworks.models.coordination import Side


@dataclass
class Amount:
    """Amounts added up. value: in the plan's currency; None where nothing can be added. raw: currency → as it was typed.

    missing: currency → what is in no sum, because no rate says what it is worth.
    """

    currency: str
    value: Decimal | None = None
    raw: dict = field(default_factory=dict)
    missing: dict = field(default_factory=dict)

    def add(self, amount, currency, value):
        """amount: in `currency`, None for nothing said. value: the same in the plan's currency, None without a rate."""
        if amount is None:
            return
        self.raw[currency] = self.raw.get(currency, Decimal(0)) + amount
        if value is None:
            self.missing[currency] = self.missing.get(currency, Decimal(0)) + amount
        else:
            self.value = value if self.value is None else self.value + value

    @property
    def is_converted(self):
        """Whether anything was typed in another currency than the plan's."""
        return set(self.raw) - {self.currency} != set()

    @property
    def originals(self):
        """(currency, amount) of what was typed, the plan's own currency first."""
        return sorted(self.raw.items(), key=lambda one: (one[0] != self.currency, one[0]))

    @property
    def without_rate(self):
        return sorted(self.missing.items())

    def __bool__(self):
        return bool(self.raw)


def rates_used(rates, currencies, year):
    """(currency, year) → the ExchangeRate by which amounts in those currencies were converted."""
    used = {(one, year): rates.of(one, year) for one in sorted(set(currencies)) if one != rates.currency}
    return {key: rate for key, rate in used.items() if rate}


def missing_rates(amount, year):
    """The MissingRates of an Amount: what is in no sum."""
    return [MissingRate(currency, year, "asked", typed) for currency, typed in amount.without_rate]


# The overview of a year


@dataclass
class PillarRow:
    """One pillar in a year. annual_plan None: not begun. handed_in of expected: institutions and their operational plans."""

    pillar: Pillar
    asked: Amount
    decided: Amount
    annual_plan: AnnualPlan | None = None
    agreements: list = field(default_factory=list)
    decision: Decision | None = None
    handed_in: int = 0
    expected: int = 0
    waits: str = ""


def default_year(plan, today):
    """The latest year that a working group has begun; without any, the year of today within the plan's."""
    latest = AnnualPlan.objects.filter(plan=plan).aggregate(latest=Max("year"))["latest"]
    return latest or plan.nearest_year(today.year)


@dataclass
class Overview:
    rows: list
    asked: Amount
    decided: Amount
    rates: dict


def load_overview(plan, user, year):
    """The Overview of a year; a fixed number of queries."""
    rates = load_rates(plan)
    plans = {
        one.pillar_id: one
        for one in AnnualPlan.objects.visible_to(user).filter(plan=plan, year=year).select_related("pillar")
    }
    by_plan = {
        one.pk: PillarRow(one.pillar, Amount(plan.currency), Amount(plan.currency), one)
        for one in plans.values()
    }
    asked, decided, currencies = Amount(plan.currency), Amount(plan.currency), set()
    for row in _sums(by_plan, rates):
        for name, whole in (("asked", asked), ("decided", decided)):
            said = row[f"{name}_raw"], row["currency"], row[f"{name}_value"]
            getattr(by_plan[row["annual_plan"]], name).add(*said)
            whole.add(*said)
        currencies.add(row["currency"])
    agreed, decisions = agreed_of(plans.values()), decisions_of(plans.values())
    handed_in, expected = handed_in_by_pillar(plan, year)
    rows = []
    for pillar in Pillar.objects.filter(plan=plan).order_by("order", "code"):
        found = plans.get(pillar.pk)
        row = by_plan[found.pk] if found else PillarRow(pillar, Amount(plan.currency), Amount(plan.currency))
        if found:
            row.agreements, row.decision = agreed[found.pk], decisions.get(found.pk)
        row.handed_in, row.expected = (
            len(handed_in[pillar.pk]),
            len(expected[pillar.pk] | handed_in[pillar.pk]),
        )
        row.waits = waits_for(found, row.agreements, has_lines=bool(row.asked))
        rows.append(row)
    return Overview(rows, asked, decided, rates_used(rates, currencies, year))


def _sums(ids, rates):
    """What the present versions ask and what was decided, by annual plan and currency."""
    converted = {"currency": "currency", "year": "annual_plan__year"}
    return (
        AnnualPlanLine.objects.filter(
            annual_plan__in=list(ids), version=F("annual_plan__version"), is_left_out=False
        )
        .order_by()
        .values("annual_plan", "currency")
        .annotate(
            asked_raw=Sum("asked"),
            asked_value=Sum(rates.converted("asked", **converted)),
            decided_raw=Sum("decided"),
            decided_value=Sum(rates.converted("decided", **converted)),
        )
    )


def decisions_of(annual_plans):
    """annual plan id → the Decision on its present version."""
    versions = {one.pk: one.version for one in annual_plans}
    rows = Decision.objects.filter(annual_plan__in=versions).select_related("recorded_by")
    return {one.annual_plan_id: one for one in rows if one.version == versions[one.annual_plan_id]}


def handed_in_by_pillar(plan, year):
    """(pillar id → ids of institutions that have handed in, pillar id → ids of those of whom an operational plan is expected).

    Expected of the institutions that lead anything scheduled for the year (budgets.responsible); who only supports may.
    """
    handed_in, expected = defaultdict(set), defaultdict(set)
    for (institution, pillar), state in plan_states(plan, year).items():
        if state == OperationalState.SUBMITTED:
            handed_in[pillar].add(institution)
    for one in leading(plan, year):
        expected[one.pillar_id].add(one.institution.pk)
    return handed_in, expected


def leading(plan, year):
    """The Responsibilities of those who answer for something in the year or lead it. Three queries."""
    return [one for one in responsibilities(plan, year) if one.leads]


def waits_for(annual_plan, agreements, *, has_lines=True):
    """What the annual plan waits for, and of whom, in words; "" when nothing does."""
    if annual_plan is None:
        return _("Waits for a co-lead to begin it.")
    state = annual_plan.state
    if state in EDITABLE_ANNUAL:
        if not has_lines:
            return _("Waits for operational plans to be handed in, and to be drawn from them.")
        missing = [side for side in Side if side not in {one.side for one in agreements}]
        if len(missing) == len(Side):
            return _("Waits for both co-leads to agree.")
        return {
            Side.GOVERNMENT: _("Waits for the government's co-lead to agree."),
            Side.CSO: _("Waits for civil society's co-lead to agree."),
        }[missing[0]]
    return {
        BudgetState.AGREED: _("Waits for a co-lead to submit it to the steering committee."),
        BudgetState.SUBMITTED: _("Waits for the decision of the steering committee."),
        BudgetState.RETURNED: _("Waits for the co-leads to revise it."),
    }.get(state, "")
