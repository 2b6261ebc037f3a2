"""The target that applies to a round (DOMAIN.md, "Arithmetic": no target for the round: interpolate)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from monitoring.progress.figures import add, divide, multiply, required, subtract
from monitoring.progress.vocabulary import SCALE_TYPES, IndicatorType


def month_position(day: date) -> int:
    """A date as a month number, year × 12 + month, so that twelve months are twelve steps in every year."""
    return day.year * 12 + day.month


@dataclass(frozen=True, slots=True)
class TargetPoint:
    """A target, or the baseline, at the month in which its period ends (``month_position()``).

    Raises TypeError for a position that is no whole number, or a value that is no finite Decimal (ValueError
    if it is a Decimal, but not finite).
    """

    at: int
    value: Decimal

    def __post_init__(self) -> None:
        if not isinstance(self.at, int) or isinstance(self.at, bool):
            raise TypeError(f"at must be a month number (int), not {type(self.at).__name__}")
        object.__setattr__(self, "value", required("value", self.value))


@dataclass(frozen=True, slots=True)
class AppliedTarget:
    """``interpolated``: nobody wrote this number, it lies between two that were. ``held``: it is the target
    of an earlier period that still stands. Both are shown beside the number."""

    value: Decimal
    interpolated: bool = False
    held: bool = False


def applied_target(
    points: Iterable[TargetPoint], *, at: int, type: IndicatorType, baseline: TargetPoint | None = None
) -> AppliedTarget | None:
    """The target for the round that ends at ``at``; points may come in any order.

    The target written for that month, if there is one (of two at one month the first given goes: give the
    targets of rounds before the end-line target). Else, between two targets, the straight line between them,
    unrounded; before the first target the baseline is the left neighbour. After the last target that one
    holds. None before the first target without a baseline, and up to the month of the baseline: nothing was
    promised for then.

    Scales and yes/no are not interpolated, half a "yes" is no target: the earlier target holds until the next
    one, and before the first one there is none.
    """
    type = IndicatorType(type)
    by_month: dict[int, Decimal] = {}
    for point in points:
        by_month.setdefault(point.at, point.value)
    if at in by_month:
        return AppliedTarget(by_month[at])
    earlier = max((month for month in by_month if month < at), default=None)
    later = min((month for month in by_month if month > at), default=None)
    if earlier is not None and (later is None or type in SCALE_TYPES):
        return AppliedTarget(by_month[earlier], held=True)
    if later is None or type in SCALE_TYPES:
        return None
    right = TargetPoint(later, by_month[later])
    if earlier is not None:
        left = TargetPoint(earlier, by_month[earlier])
    elif baseline is not None and baseline.at < at:
        left = baseline
    else:
        return None
    return AppliedTarget(_on_the_line(left, right, at), interpolated=True)


def _on_the_line(left: TargetPoint, right: TargetPoint, at: int) -> Decimal:
    rise = multiply(subtract(right.value, left.value), Decimal(at - left.at))
    return add(left.value, divide(rise, Decimal(right.at - left.at)))
