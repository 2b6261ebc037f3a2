"""What the activities cost, who pays and what money is worth; all of it illustrative. Three activities are not costed."""

from datetime import date
from decimal import Decimal

from budgets.models import BudgetYear, Costing, ExchangeRate, FundingSource, InstitutionBudget, OutputCosting
from frameworks.models import Activity, Output
from napwps.demo.files import number, rows
from napwps.demo.schedule import at_clock

#: Code, name, kind, whether it passes through the state's budget. No real partner is named: the amounts are invented.
SOURCES = (
    ("STATE", "State budget", "state", True),
    ("TRUST-FUND", "Multi-partner trust fund", "fund", True),
    ("BILATERAL", "Bilateral development partners", "partner", False),
    ("CSO-OWN", "Own funds of civil society organisations", "cso", False),
)
#: Australian dollars have none: what is budgeted in them stands in no total, and the pages say so.
EURO = (("1.10", date(2024, 1, 15)), ("1.04", date(2025, 1, 15)), ("1.13", date(2026, 1, 15)))
#: An output that is costed as a whole for these years, and roughly: its activity has estimates for the years before only.
ROUGH = ("2.4", {2027: "18000", 2028: "18500"})


def load_costings(plan):
    """Creates the estimates of data/costing.csv, and the rough one."""
    activities = {activity.code: activity for activity in Activity.objects.filter(plan=plan)}
    Costing.objects.bulk_create(
        Costing(
            activity=activities[row["activity"]],
            year=int(row["year"]),
            amount=Decimal(row["amount"]),
            currency=plan.currency,
            assumptions=row["assumptions"],
            is_illustrative=True,
        )
        for row in rows("costing.csv")
    )
    output, amounts = Output.objects.get(plan=plan, code=ROUGH[0]), ROUGH[1]
    OutputCosting.objects.bulk_create(
        OutputCosting(
            output=output,
            year=year,
            amount=Decimal(amount),
            currency=plan.currency,
            assumptions="Rough: as in the years before",
            is_illustrative=True,
        )
        for year, amount in amounts.items()
    )


def load_sources(plan):
    """Creates the funding sources and the rates of the euro; returns the sources by code."""
    ExchangeRate.objects.bulk_create(
        ExchangeRate(
            plan=plan,
            currency="EUR",
            to_currency=plan.currency,
            rate=Decimal(rate),
            valid_on=day,
            source="Illustrative rate",
        )
        for rate, day in EURO
    )
    made = FundingSource.objects.bulk_create(
        FundingSource(plan=plan, code=code, name=name, kind=kind, on_budget=on_budget)
        for code, name, kind, on_budget in SOURCES
    )
    return {one.code: one for one in made}


def load_institution_budgets(plan, institutions, years):
    """Creates the whole and the gender budgets of institutions. years: position of a round → its year."""
    InstitutionBudget.objects.bulk_create(
        InstitutionBudget(
            plan=plan,
            institution=institutions[row["institution"]],
            year=years[row["round"]],
            total=Decimal(row["total"]),
            gender=number(row["gender"]),
            currency=row["currency"],
            source="Illustrative",
        )
        for row in rows("institution_budgets.csv")
        if row["round"] in years
    )


def publish_years(plan, schedule, by):
    """The budgets of finished rounds are public since their figures are."""
    BudgetYear.objects.bulk_create(
        BudgetYear(plan=plan, year=dates.year, published_at=at_clock(dates.published_on, 11), published_by=by)
        for dates in schedule
        if dates.published_on
    )
