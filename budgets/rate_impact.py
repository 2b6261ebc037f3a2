"""What another set of exchange rates would change: asked before a rate that converts something is changed or deleted."""

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

from django.utils.translation import gettext_lazy as _

from budgets.counted import Dimension, Measure
from budgets.models import ExchangeRate, InstitutionBudget
from budgets.rates import Rates
from budgets.totals import MissingRate, load_totals

TOTAL_BUDGETS, GENDER_BUDGETS = "total_budgets", "gender_budgets"
#: What is converted by rates: what was costed to spent, and the budgets of institutions.
LABELS = dict(Measure.choices) | {
    TOTAL_BUDGETS: _("Total budgets of institutions"),
    GENDER_BUDGETS: _("Gender budgets of institutions"),
}


@dataclass(frozen=True)
class ImpactRow:
    """A total of a year before and after; None: there is none. measure: a key of LABELS."""

    year: int
    measure: str
    before: Decimal | None
    after: Decimal | None

    @property
    def label(self):
        return LABELS[self.measure]

    @property
    def change(self):
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass
class Impact:
    """The totals that would change. lost: amounts that no rate would convert any more; rewrites: what was converted changes."""

    currency: str
    rows: list = field(default_factory=list)
    lost: list = field(default_factory=list)
    rewrites: bool = False

    @property
    def seen(self):
        """A digest of what is shown: what is confirmed is what was seen."""
        told = [(row.year, row.measure, row.before, row.after) for row in self.rows]
        return sha256(repr((told, self.lost)).encode()).hexdigest()[:24]


@dataclass
class Worth:
    """All totals of a plan by one set of rates. totals: (year, measure) → amount; missing: MissingRates."""

    totals: dict
    missing: list


def worth_of(plan, user, rates):
    """The Worth of everything that `user` reads of the plan, by `rates`."""
    found = load_totals(plan, user, by=(Dimension.YEAR,), rates=rates)
    totals = {
        (year, measure): amounts.of(measure)
        for (year,), amounts in found.cells.items()
        for measure in Measure.values
        if amounts.of(measure) is not None
    }
    missing = {(one.currency, one.year, one.measure): one.amount for one in found.missing}
    for budget in InstitutionBudget.objects.visible_to(user).filter(plan=plan):
        for measure, amount in ((TOTAL_BUDGETS, budget.total), (GENDER_BUDGETS, budget.gender)):
            if amount is None:
                continue
            worth = rates.convert(amount, budget.currency, budget.year)
            table, key = (
                (totals, (budget.year, measure))
                if worth is not None
                else (missing, (budget.currency, budget.year, measure))
            )
            table[key] = table.get(key, Decimal(0)) + (amount if worth is None else worth)
    return Worth(totals, sorted(MissingRate(*key, amount) for key, amount in missing.items()))


def impact_of(plan, user, *, without=None, plus=None):
    """The Impact of taking the stored rate `without` away and putting the rate `plus` there; either may be None."""
    before = list(ExchangeRate.objects.filter(plan=plan))
    after = [one for one in before if without is None or one.pk != without.pk]
    if plus is not None:
        after.append(plus)
    old, new = Rates(plan.currency, before), Rates(plan.currency, after)
    was, will = worth_of(plan, user, old), worth_of(plan, user, new)
    order = list(LABELS)
    rows = [
        ImpactRow(year, measure, was.totals.get((year, measure)), will.totals.get((year, measure)))
        for year, measure in sorted(
            {*was.totals, *will.totals}, key=lambda key: (key[0], order.index(key[1]))
        )
        if was.totals.get((year, measure)) != will.totals.get((year, measure))
    ]
    lost = [one for one in will.missing if one not in was.missing]
    rewrites = any(
        old.of(rate.currency, row.year) is not None
        and _factor(old, rate.currency, row.year) != _factor(new, rate.currency, row.year)
        for row in rows
        for rate in (without, plus)
        if rate is not None
    )
    return Impact(plan.currency, rows, lost, rewrites)


def _factor(rates, currency, year):
    found = rates.of(currency, year)
    return found.rate if found else None


@dataclass
class RateTable:
    """Which rate counts for which year. rows: (currency, [(year, ExchangeRate or None, what hangs on a missing one)])."""

    years: list
    rows: list
    missing: list


def rate_table(plan, user, rates, used):
    """The RateTable of a plan. used: the currencies that have a row at least; those with missing rates are added."""
    missing = worth_of(plan, user, rates).missing
    years = sorted({*plan.years, *(one.year for one in missing)})
    currencies = sorted({*used, *(one.currency for one in missing)} - {plan.currency})
    order = list(LABELS)
    hanging = {}
    for one in sorted(missing, key=lambda one: order.index(one.measure)):
        hanging.setdefault((one.currency, one.year), []).append(one)
    rows = [
        (code, [(year, rates.of(code, year), hanging.get((code, year), [])) for year in years])
        for code in currencies
    ]
    return RateTable(years, rows, sorted(hanging.items()))
