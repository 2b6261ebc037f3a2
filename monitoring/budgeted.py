"""The budget lines beside the spending that a report tells: what was approved and released, and how the spending stands to it.

Of one institution, one activity and the years of one round. What is compared is in one currency: that of all the amounts, or
else the plan's by dated rates; where a rate is missing nothing is compared, and the rate is named (budgets/rates.py).
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from budgets.counted import official_lines
from budgets.execution import Execution, execution_of
from budgets.rates import load_rates
from budgets.rules import rules_of
from frameworks.formatting import format_money, format_percent, ratio_percent

AMOUNTS = ("approved", "released", "spent")


@dataclass(frozen=True, slots=True)
class LineSum:
    """What the lines say in one currency; None: not said, which is not 0."""

    currency: str
    approved: Decimal | None = None
    released: Decimal | None = None
    spent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """The lines beside a report. `sums`: a LineSum for each currency.

    approved, lines_spent and spent are in `currency`; None also where `missing` names (currency, year) pairs without a rate.
    spent: what was reported in the years of the round, with it and before it; `earlier`: the part from before it.
    """

    sums: tuple
    currency: str
    approved: Decimal | None
    lines_spent: Decimal | None
    spent: Decimal | None
    earlier: Decimal | None
    execution: Execution | None
    missing: tuple = ()

    @property
    def percent(self):
        """Spent as percent of approved; None where that cannot be told."""
        return ratio_percent(self.spent, self.approved)

    @property
    def wants_words(self):
        """Whether more was spent than was approved, so that the reader will ask why."""
        return self.execution in (Execution.OVERSPENT, Execution.NOT_FORESEEN)

    @property
    def difference(self):
        """How the spending differs from what was approved, in words; "" where nothing can be compared."""
        if self.spent is None or not self.approved:
            return ""
        if self.spent == self.approved:
            return _("exactly what was approved")
        apart = format_money(abs(self.spent - self.approved), self.currency)
        if self.spent > self.approved:
            return _("%(amount)s more than was approved") % {"amount": apart}
        return _("%(amount)s less than was approved") % {"amount": apart}

    @property
    def lines_difference(self):
        """How the spending differs from what the budget lines say was spent, in words; "" likewise."""
        if self.spent is None or self.lines_spent is None:
            return ""
        if self.spent == self.lines_spent:
            return _("the same as the budget lines say")
        apart = format_money(abs(self.spent - self.lines_spent), self.currency)
        if self.spent > self.lines_spent:
            return _("%(amount)s more than the budget lines say") % {"amount": apart}
        return _("%(amount)s less than the budget lines say") % {"amount": apart}

    @property
    def to_take(self):
        """(amount, currency) that the lines give for the box of this round; None where they say nothing or several.

        What was reported earlier in the same years is not taken twice.
        """
        said = [one for one in self.sums if one.spent is not None]
        if len(said) != 1 or said[0].currency != self.currency:
            return None
        left = said[0].spent - (self.earlier or 0)
        return (left, self.currency) if left >= 0 else None

    @property
    def approved_text(self):
        return _texts(self.sums, "approved")

    @property
    def released_text(self):
        return _texts(self.sums, "released")

    @property
    def lines_spent_text(self):
        return _texts(self.sums, "spent")


def _texts(sums, name):
    """Amounts by currency, never added across currencies; "" where nothing is said."""
    return ", ".join(
        format_money(getattr(one, name), one.currency) for one in sums if getattr(one, name) is not None
    )


def execution_text(beside):
    """How spending that is known stands to what was approved, in one line."""
    execution = str(beside.execution.label)
    if not beside.approved:
        return execution
    return _("%(spent)s of %(approved)s: %(execution)s (%(share)s)") % {
        "spent": format_money(beside.spent, beside.currency),
        "approved": format_money(beside.approved, beside.currency),
        "execution": execution,
        "share": format_percent(beside.percent, 0),
    }


def compare(sums_by_year, reported, *, currency, rates, absorbed_from):
    """The Beside of lines and reports; pure but for `rates`, which is only asked where currencies differ.

    sums_by_year: {(currency, year): LineSum}. reported: (amount, currency, year, is_earlier) of the rounds up to this one.
    currency: the plan's. rates(): the budgets.rates.Rates. None where there is no line.
    """
    if not sums_by_year:
        return None
    used = {code for code, _year in sums_by_year} | {code for _amount, code, _year, _earlier in reported}
    shared = next(iter(used)) if len(used) == 1 else None
    into = shared or currency
    missing = set()

    def worth(amount, code, year):
        if amount is None or code == into:
            return amount
        value = rates().convert(amount, code, year)
        if value is None:
            missing.add((code, year))
        return value

    lines = {
        name: [
            worth(getattr(one, name), code, year)
            for (code, year), one in sums_by_year.items()
            if getattr(one, name) is not None
        ]
        for name in ("approved", "spent")
    }
    told = [(worth(amount, code, year), is_earlier) for amount, code, year, is_earlier in reported]
    approved, spent = _added(lines["approved"]), _added([amount for amount, _earlier in told])
    return Beside(
        sums=_by_currency(sums_by_year),
        currency=into,
        approved=None if missing else approved,
        lines_spent=None if missing else _added(lines["spent"]),
        spent=None if missing else spent,
        earlier=None if missing else _added([amount for amount, is_earlier in told if is_earlier]),
        execution=None if missing else execution_of(approved, spent, absorbed_from),
        missing=tuple(sorted(missing)),
    )


def _added(amounts):
    known = [one for one in amounts if one is not None]
    return sum(known, Decimal(0)) if known else None


def _by_currency(sums_by_year):
    found = defaultdict(list)
    for (code, _year), one in sums_by_year.items():
        found[code].append(one)
    return tuple(
        LineSum(code, *(_added([getattr(one, name) for one in rows]) for name in AMOUNTS))
        for code, rows in sorted(found.items())
    )


class Book:
    """The official budget lines of some activities, loaded once and asked round by round.

    One query; where there are lines a second for the rules, and a third for rates where currencies differ. Lines of an
    institution that was merged into another are also those of that one.
    """

    def __init__(self, plan, activities, *, years=None):
        self.plan = plan
        rows = official_lines(plan).filter(activity__in=activities)
        if years is not None:
            rows = rows.filter(operational_plan__year__in=years)
        self._sums = defaultdict(dict)
        institution = "operational_plan__institution"
        sums = (
            rows.filter(Q(approved__isnull=False) | Q(released__isnull=False) | Q(spent__isnull=False))
            .order_by()
            .values_list(
                institution, f"{institution}__merged_into", "activity", "operational_plan__year", "currency"
            )
            .annotate(*(Sum(name) for name in AMOUNTS))
        )
        for own, merged, activity, year, code, *amounts in sums:
            for holder in {own, merged} - {None}:
                there = self._sums[holder, activity]
                before = there.get((code, year), LineSum(code))
                added = (
                    _added([getattr(before, name), amount])
                    for name, amount in zip(AMOUNTS, amounts, strict=True)
                )
                there[code, year] = LineSum(code, *added)

    @cached_property
    def _rates(self):
        return load_rates(self.plan)

    @cached_property
    def _absorbed_from(self):
        return rules_of(self.plan).absorbed_from

    def beside(self, institution, activity, years, reported):
        """The Beside of ids, the years of a round and what was reported in them (see `compare`); None without lines."""
        there = {
            key: one for key, one in self._sums.get((institution, activity), {}).items() if key[1] in years
        }
        if not there:
            return None
        return compare(
            there,
            reported,
            currency=self.plan.currency,
            rates=lambda: self._rates,
            absorbed_from=self._absorbed_from,
        )
