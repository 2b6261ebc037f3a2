"""What an amount is worth in the plan's currency: by the dated rates that the secretariat entered, or not at all.

One rule everywhere: an amount of a year is converted by the latest rate from that year or before it. It is rounded to the cent,
half up, line by line, so that what is shown adds up to what is shown. Without a rate there is no amount, and pages say which
rate is missing (DOMAIN.md, "Arithmetic": never added across currencies without a dated rate).
"""

from collections import defaultdict
from decimal import Decimal, localcontext

from django.db.models import Case, DecimalField, F, Q, Value, When
from django.db.models.functions import Round

from budgets.models import ExchangeRate
from frameworks.formatting import rounded

#: Digits enough for any amount (18) times any rate (18).
_PRECISION = 40
MONEY = DecimalField(max_digits=36, decimal_places=2)


class Rates:
    """The rates of one plan into its currency. rows: its ExchangeRates; those into other currencies are left out."""

    def __init__(self, currency, rows):
        self.currency = currency
        self._by_currency = defaultdict(dict)
        for row in sorted(rows, key=lambda row: row.valid_on):
            if row.to_currency == currency:
                self._by_currency[row.currency][row.valid_on.year] = row  # the latest of a year stays

    def of(self, currency, year):
        """The ExchangeRate that an amount of that year is converted by; None where there is none, or none is needed."""
        years = [first for first in self._by_currency.get(currency, ()) if first <= year]
        return self._by_currency[currency][max(years)] if years else None

    def knows(self, currency, year):
        """Whether amounts of that currency and year can be added to the others."""
        return currency == self.currency or self.of(currency, year) is not None

    def convert(self, amount, currency, year):
        """The amount (Decimal) in the plan's currency, to the cent; None for None and where a rate is missing."""
        if amount is None or not self.knows(currency, year):
            return None
        if currency == self.currency:
            return rounded(amount, 2)
        with localcontext() as exact:
            exact.prec = _PRECISION
            return rounded(amount * self.of(currency, year).rate, 2)

    def knowing(self, *, currency, year):
        """`knows` in SQL: a Q by the lookups of an amount's currency and year."""
        known = Q(**{currency: self.currency})
        for code, by_year in sorted(self._by_currency.items()):
            known |= Q(**{currency: code, f"{year}__gte": min(by_year)})
        return known

    def converted(self, amount, *, currency, year):
        """The same in SQL: an expression for the lookup `amount`, by the lookups of its currency and year; NULL alike."""
        factors = [When(**{currency: self.currency, "then": Value(Decimal(1))})]
        for code, by_year in sorted(self._by_currency.items()):
            for first, row in sorted(by_year.items(), reverse=True):
                factors.append(When(**{currency: code, f"{year}__gte": first, "then": Value(row.rate)}))
        factor = Case(*factors, default=None, output_field=DecimalField(max_digits=18, decimal_places=8))
        return Round(F(amount) * factor, precision=2, output_field=MONEY)


def load_rates(plan):
    """The Rates of a plan; one query."""
    return Rates(plan.currency, ExchangeRate.objects.filter(plan=plan))
