"""Budgets of the small world: sources, rates, operational plans and lines, made without any ceremony."""

from datetime import date
from decimal import Decimal

from budgets.models import (
    BudgetLine,
    ExchangeRate,
    Expenditure,
    FundingSource,
    OperationalPlan,
    OperationalState,
)
from tests.world import NOW


def make_source(plan, code="STATE", kind="state", on_budget=True, **fields):
    return FundingSource.objects.create(
        plan=plan, code=code, name=fields.pop("name", code.title()), kind=kind, on_budget=on_budget, **fields
    )


def make_rate(plan, currency, rate, valid_on=date(2024, 6, 30)):
    return ExchangeRate.objects.create(
        plan=plan,
        currency=currency,
        to_currency=plan.currency,
        rate=Decimal(rate),
        valid_on=valid_on,
        source="Bank",
    )


def make_operational_plan(activity, institution, year=2025, state=OperationalState.SUBMITTED, **fields):
    """That of the activity's pillar; the one that is there already, else a new one."""
    made, _new = OperationalPlan.objects.get_or_create(
        institution=institution,
        pillar=activity.output.goal.pillar,
        year=year,
        defaults={"plan": activity.plan, "state": state, **fields},
    )
    return made


def make_line(activity, institution, source, year=2025, *, state=OperationalState.SUBMITTED, **fields):
    """A budget line. Amounts may be given as texts; `proposed` is drafted as well."""
    amounts = ("drafted", "proposed", "approved", "released", "spent")
    fields |= {name: Decimal(fields[name]) for name in amounts if fields.get(name) is not None}
    fields.setdefault("drafted", fields.get("proposed"))
    fields.setdefault("currency", activity.plan.currency)
    return BudgetLine.objects.create(
        operational_plan=make_operational_plan(activity, institution, year, state),
        activity=activity,
        funding_source=source,
        **fields,
    )


def report_spending(activity, institution, round, amount, *, currency="USD", frozen=True, **fields):
    """What the institution reported to have spent; None with a `no_data_reason` for not known."""
    return Expenditure.objects.create(
        activity=activity,
        institution=institution,
        round=round,
        amount=None if amount is None else Decimal(amount),
        currency=currency,
        frozen_at=NOW if frozen else None,
        **fields,
    )
