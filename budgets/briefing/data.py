"""What a budget briefing says, as frozen data: PDF, Word and page are drawn from it, so their numbers agree.

Language-neutral: states, types and reasons are the stored codes. Money is in the plan's currency to the cent; None means that
nobody said anything, which is not 0.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

#: Raised whenever a field is added, renamed or dropped; a snapshot says which one it was written with.
FORMAT = 1
#: As a run of it is called (monitoring/models/report.py).
KIND = "briefing"


@dataclass(frozen=True, slots=True)
class PlanPart:
    """goal_word, output_word, activity_word: what the plan calls its levels; "" the house's own word."""

    code: str
    title: str
    years: str
    first_year: int
    last_year: int
    goal_word: str
    output_word: str
    activity_word: str
    currency: str
    adopted_on: date | None
    is_illustrative: bool


@dataclass(frozen=True, slots=True)
class Money:
    """What is asked for and what of it is found, of whatever it stands for.

    ask: for each activity and year what institutions propose; where nobody proposes, the estimate of the costing; where more
    was approved than either, what was approved. So `gap` = ask − approved is never negative in any part. unsourced: what of
    the gap is only estimated: no budget names a source for it yet.
    """

    costed: Decimal | None
    proposed: Decimal | None
    approved: Decimal | None
    ask: Decimal | None
    gap: Decimal | None
    unsourced: Decimal | None


@dataclass(frozen=True, slots=True)
class YearPart:
    """One year of one pillar. state: of the working group's annual plan; "" there is none. decided_on, reference: of the
    steering committee's decision on its present version."""

    year: int
    money: Money
    state: str
    decided_on: date | None
    reference: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What an indicator is to reach by the end of a period: percent for shares, else the value."""

    period_end: date
    value: Decimal
    is_endline: bool


@dataclass(frozen=True, slots=True)
class IndicatorPart:
    """baseline: percent for shares. targets: those of the years asked for, and the latest that the plan sets."""

    code: str
    statement: str
    type: str
    unit: str
    direction: str
    scale_labels: tuple[str, ...]
    baseline: Decimal | None
    baseline_year: int | None
    targets: tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class ActivityPart:
    """One activity scheduled in the years asked for, or with money in them (`years` is empty then). leads: the accountable
    institution first."""

    code: str
    title: str
    years: tuple[int, ...]
    leads: tuple[str, ...]
    money: Money
    indicators: tuple[IndicatorPart, ...]


@dataclass(frozen=True, slots=True)
class RoughPart:
    """What a rough estimate of a whole output asks for beyond the budgets of its activities."""

    code: str
    title: str
    ask: Decimal


@dataclass(frozen=True, slots=True)
class PillarPart:
    """What one pillar asks for, year by year and in all, and what that buys. indicators: of its goals and outputs."""

    code: str
    name: str
    years: tuple[YearPart, ...]
    total: Money
    activities: tuple[ActivityPart, ...]
    rough: tuple[RoughPart, ...]
    indicators: tuple[IndicatorPart, ...]

    @property
    def without_amount(self):
        """Activities scheduled in these years for which nobody has given any amount that counts."""
        return tuple(one for one in self.activities if one.money.ask is None)


@dataclass(frozen=True, slots=True)
class SourcePart:
    """What one source is asked for and has been approved in these years. on_budget None: not known."""

    code: str
    name: str
    kind: str
    on_budget: bool | None
    proposed: Decimal | None
    approved: Decimal | None


@dataclass(frozen=True, slots=True)
class TagPart:
    """How much of what is proposed serves gender equality. tag "": not assessed."""

    tag: str
    proposed: Decimal | None


@dataclass(frozen=True, slots=True)
class PastPart:
    """A year of the plan that lies before those asked for. execution: spent as percent of approved; None without either."""

    year: int
    costed: Decimal | None
    approved: Decimal | None
    released: Decimal | None
    spent: Decimal | None
    execution: Decimal | None


@dataclass(frozen=True, slots=True)
class GenderBudgetPart:
    """Of the institutions whose total and gender budget of a year are both known: the sums, and the share in percent."""

    year: int
    institutions: int
    total: Decimal
    gender: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class InstitutionPart:
    """Who is meant by a short name that the briefing uses."""

    short: str
    name: str


@dataclass(frozen=True, slots=True)
class RatePart:
    """The rate by which amounts of a year were converted into the plan's currency."""

    currency: str
    year: int
    rate: Decimal
    valid_on: date
    source: str


@dataclass(frozen=True, slots=True)
class MissingPart:
    """Amounts that are in no total, because no rate says what they are worth. amount in `currency`."""

    currency: str
    year: int
    measure: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Briefing:
    """The ask of a plan for some of its years. `version` and `cut_off` are of the run, not of the data."""

    version: int = field(metadata={"checksum": False})
    cut_off: datetime = field(metadata={"checksum": False})
    kind: str
    plan: PlanPart
    first_year: int
    last_year: int
    years: tuple[Money, ...]
    total: Money
    pillars: tuple[PillarPart, ...]
    sources: tuple[SourcePart, ...]
    tags: tuple[TagPart, ...]
    past: tuple[PastPart, ...]
    gender: tuple[GenderBudgetPart, ...]
    minimum_gender_share: Decimal
    institutions: tuple[InstitutionPart, ...]
    rates: tuple[RatePart, ...]
    missing: tuple[MissingPart, ...]

    @property
    def asked_years(self):
        return tuple(range(self.first_year, self.last_year + 1))

    @property
    def cut_off_day(self):
        """The local day on which the data was read."""
        return timezone.localdate(self.cut_off)
