"""One reported figure, the number that it is judged on, and how two of them differ."""

from dataclasses import dataclass
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from monitoring.progress.vocabulary import SCALE_TYPES, SHARE_TYPES, ChangeKind, IndicatorType

ZERO = Decimal(0)
HUNDRED = Decimal(100)

# 60 digits: a sum or difference of reported figures (at most some 20 digits) is exact, and two quotients of
# such differences that are not equal never round to the same number, so no band of a threshold is crossed by
# rounding. Division by zero and the like stay errors: every formula asks first.
ARITHMETIC = Context(
    prec=60,
    rounding=ROUND_HALF_EVEN,
    Emin=MIN_EMIN,
    Emax=MAX_EMAX,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
# Beyond what Python's decimals hold by default (10 ** 999,999), and so far within what ARITHMETIC holds that
# no formula overflows.
LARGEST_EXPONENT = 10**15


def finite(name: str, value: Decimal | None) -> Decimal | None:
    """``value`` itself, with −0 written as 0; None stays None.

    Raises TypeError for anything but Decimal (a float has lost its digits before it comes here) and
    ValueError for NaN and infinities. ``name`` says which one.
    """
    if value is None:
        return None
    if not isinstance(value, Decimal):
        raise TypeError(f"{name} must be a Decimal or None, not {type(value).__name__}")
    if not value.is_finite():
        raise ValueError(f"{name} must be a finite number, not {value}")
    return value or ZERO


def checked(name: str, value: Decimal | None) -> Decimal | None:
    """Like ``finite()``, for a number to compute with: ValueError for an exponent beyond ±10¹⁵, too."""
    number = finite(name, value)
    if number and abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError(f"{name} is out of range: {number}")
    return number


def required(name: str, value: Decimal | None) -> Decimal:
    """Like ``checked()``, but None is refused too (TypeError)."""
    number = checked(name, value)
    if number is None:
        raise TypeError(f"{name} must be a Decimal, not None")
    return number


def add(*numbers: Decimal) -> Decimal:
    total = ZERO
    for number in numbers:
        total = ARITHMETIC.add(total, number)
    return total


def subtract(left: Decimal, right: Decimal) -> Decimal:
    return ARITHMETIC.subtract(left, right)


def multiply(left: Decimal, right: Decimal) -> Decimal:
    return ARITHMETIC.multiply(left, right)


def divide(left: Decimal, right: Decimal) -> Decimal:
    """0 / −3 is 0 here, never −0. Raises on a zero ``right``: ask before."""
    return ARITHMETIC.divide(left, right) or ZERO


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """part / whole in percent with a single rounding. Raises on a zero ``whole``: ask before."""
    return divide(multiply(part, HUNDRED), whole)


@dataclass(frozen=True, slots=True)
class Figure:
    """What one reporter (or several, combined) says about one indicator in one round.

    ``value``: the number of a count, the level of a scale, yes = 1 and no = 0, or a percentage given without
    its numerator and denominator (in percent: 15 means 15 %). ``numerator`` and ``denominator``: of a share.
    None is blank; 0 is an answer. Raises TypeError and ValueError as ``checked()`` does.
    """

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    def __post_init__(self) -> None:
        for name in ("value", "numerator", "denominator"):
            object.__setattr__(self, name, checked(name, getattr(self, name)))


BLANK = Figure()


def share(numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
    """numerator / denominator in percent, unrounded and not capped (12 of 10 is 120).

    None when either is blank and when the denominator is zero: 0/0 is "no data" (DOMAIN.md, "Arithmetic"),
    and n/0 is no share either. None for a negative denominator, which counts nothing.
    """
    numerator, denominator = checked("numerator", numerator), checked("denominator", denominator)
    if numerator is None or denominator is None or denominator <= 0:
        return None
    return percent(numerator, denominator)


def _has_pair(figure: Figure) -> bool:
    return figure.numerator is not None and figure.denominator is not None


def is_bare_percentage(type: IndicatorType, figure: Figure) -> bool:
    return type is IndicatorType.PERCENTAGE and figure.value is not None and not _has_pair(figure)


def is_reported(type: IndicatorType, figure: Figure) -> bool:
    """Whether the figure answers at all. A denominator alone does not: it may have been filled in before."""
    type = IndicatorType(type)
    if type is IndicatorType.QUALITATIVE:
        return False
    if type in SHARE_TYPES:
        return figure.numerator is not None or is_bare_percentage(type, figure)
    return figure.value is not None


def measured(type: IndicatorType, figure: Figure) -> Decimal | None:
    """The number that is judged: of a percentage and of "# and %" the share in percent, else the value.

    A percentage without both numerator and denominator counts with its bare value; a complete pair always
    goes before it, so 0/0 stays "no data" whatever the value says. None for a qualitative indicator and for a
    blank.
    """
    type = IndicatorType(type)
    if type is IndicatorType.QUALITATIVE:
        return None
    if type in SHARE_TYPES and not is_bare_percentage(type, figure):
        return share(figure.numerator, figure.denominator)
    return figure.value


def rounded(value: Decimal | None, places: int = 1, rounding: str = ROUND_HALF_UP) -> Decimal | None:
    """For the reader's eye only, half up (0.05 → 0.1); None stays None. Never compare or store what this
    returns.

    ``rounding``: another constant of the decimal module, where half up would mislead.
    """
    value = finite("value", value)
    if value is None or value.adjusted() + places >= ARITHMETIC.prec:
        return value  # so large that there are no decimals to round within 60 digits
    result = value.quantize(Decimal(1).scaleb(-places), rounding=rounding, context=ARITHMETIC)
    return result or result.copy_abs()  # −0.04 becomes 0.0, not −0.0


@dataclass(frozen=True, slots=True)
class Change:
    """``value`` in the unit that ``kind`` names; ``difference`` = current − previous, in the own unit."""

    kind: ChangeKind
    value: Decimal | None
    difference: Decimal | None


def change(previous: Decimal | None, current: Decimal | None, type: IndicatorType) -> Change:
    """How ``current`` differs from ``previous``, both as ``measured()`` gives them.

    Shares: percentage points. Scales and yes/no: steps. Otherwise percent of ``previous``: None from 0 or
    from a negative number, of which no percentage can be told; ``difference`` is still there. None when
    either is blank.
    """
    type = IndicatorType(type)
    previous, current = checked("previous", previous), checked("current", current)
    kind = ChangeKind.PERCENT
    if type in SHARE_TYPES:
        kind = ChangeKind.PERCENTAGE_POINTS
    elif type in SCALE_TYPES:
        kind = ChangeKind.STEPS
    if previous is None or current is None or type is IndicatorType.QUALITATIVE:
        return Change(kind, None, None)
    difference = subtract(current, previous)
    if kind is not ChangeKind.PERCENT:
        return Change(kind, difference, difference)
    return Change(kind, percent(difference, previous) if previous > 0 else None, difference)
