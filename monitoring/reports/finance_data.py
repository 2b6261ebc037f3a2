"""The part of a report's data (monitoring/reports/data.py) that tells the money; the same rules hold."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FinanceRow:
    """Amounts of one activity, output, institution or source in the years of the round, in the plan's currency.

    None: nobody said anything. `execution`: an Execution; "" where a rate is missing, so that it cannot be told.
    """

    code: str
    title: str
    costed: Decimal | None
    approved: Decimal | None
    released: Decimal | None
    spent: Decimal | None
    execution: str


@dataclass(frozen=True, slots=True)
class GenderRow:
    """What was approved under one mark of the gender budget; `tag` "" is not assessed."""

    tag: str
    approved: Decimal


@dataclass(frozen=True, slots=True)
class SilentPart:
    """An institution that has approved money and did not say what it spent, by activity."""

    institution: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnknownPart:
    """An institution that does not know what it spent on an activity, and why."""

    institution: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class RatePart:
    """The dated rate by which amounts of a year were converted."""

    year: int
    currency: str
    rate: Decimal
    valid_on: date
    source: str


@dataclass(frozen=True, slots=True)
class MissingRatePart:
    """Amounts that are in no total. `measure`: which of the steps."""

    year: int
    currency: str
    measure: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Finance:
    """The money of the pillar in the years of the round. `absorbed_from`: percent of what was approved.

    rough: estimates of whole outputs, which count while their activities are not costed. Institutions and sources know no
    costing. A source without code is what nobody said the source of.
    """

    years: tuple[int, ...]
    absorbed_from: Decimal
    activities: tuple[FinanceRow, ...]
    rough: tuple[FinanceRow, ...]
    total: FinanceRow
    institutions: tuple[FinanceRow, ...]
    sources: tuple[FinanceRow, ...]
    gender: tuple[GenderRow, ...]
    silent: tuple[SilentPart, ...]
    unknown: tuple[UnknownPart, ...]
    rates: tuple[RatePart, ...]
    missing: tuple[MissingRatePart, ...]
