"""How far an indicator has come, and the status that follows (DOMAIN.md, "Arithmetic" and vocabulary 2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from monitoring.progress.figures import (
    HUNDRED,
    ZERO,
    checked,
    finite,
    percent,
    required,
    rounded,
    subtract,
)
from monitoring.progress.vocabulary import Basis, Direction, Performance, Problem


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Percent of achievement from which (inclusive) an indicator is on track, or at risk; set per plan.

    The fixed bounds are 100 (achieved) and 0 (below: moved backwards). Raises ValueError unless
    0 < at_risk_from < on_track_from ≤ 100, TypeError for anything but Decimal.
    """

    on_track_from: Decimal = Decimal(90)
    at_risk_from: Decimal = Decimal(70)

    def __post_init__(self) -> None:
        on_track = required("on_track_from", self.on_track_from)
        at_risk = required("at_risk_from", self.at_risk_from)
        if not ZERO < at_risk < on_track <= HUNDRED:
            raise ValueError(
                "thresholds must satisfy 0 < at_risk_from < on_track_from ≤ 100, "
                f"not at_risk_from={at_risk}, on_track_from={on_track}"
            )

    def band(self, raw: Decimal) -> Performance:
        """The status of an achievement in percent. Every number has exactly one; none is rounded first."""
        if raw >= HUNDRED:
            return Performance.ACHIEVED
        if raw >= self.on_track_from:
            return Performance.ON_TRACK
        if raw >= self.at_risk_from:
            return Performance.AT_RISK
        if raw >= ZERO:
            return Performance.OFF_TRACK
        return Performance.MOVED_BACKWARDS


@dataclass(frozen=True, slots=True)
class Achievement:
    """``raw``: percent, unrounded, below 0 and above 100 kept; None when it cannot be told, with the reason
    in ``problem`` (or, for a level that should be kept, because it was not: see ``achievement()``)."""

    raw: Decimal | None
    basis: Basis
    problem: Problem | None = None

    @property
    def display(self) -> Decimal | None:
        """Within 0 to 100, for bars; ``raw`` stays what it is."""
        return None if self.raw is None else min(max(self.raw, ZERO), HUNDRED)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The computed status, what it rests on, and the thresholds that are shown beside it."""

    status: Performance
    achievement: Achievement
    thresholds: Thresholds

    @property
    def problem(self) -> Problem | None:
        return self.achievement.problem

    def shown(self, places: int = 1) -> Decimal | None:
        return shown_achievement(self.achievement.raw, self.thresholds, places)


def shown_achievement(raw: Decimal | None, thresholds: Thresholds, places: int = 1) -> Decimal | None:
    """An achievement for the reader, in percent: rounded half up, at most 100; None stays None.

    With up to four more decimals where ``places`` would carry it over the bound of a status, then rounded
    down: 89.96 beside "at risk" is never printed as 90.0, nor 99.96 beside "on track" as 100.0.
    """
    raw = finite("raw", raw)
    if raw is None:
        return None
    raw = min(raw, HUNDRED)
    band = thresholds.band(raw)
    for decimals in range(places, places + 5):
        text = rounded(raw, decimals)
        if thresholds.band(text) is band:
            return text
    return rounded(raw, places + 4, rounding=ROUND_FLOOR)


def comparison_problem(
    *,
    baseline: Decimal | None,
    target: Decimal | None,
    direction: Direction,
    tolerance: Decimal = ZERO,
) -> Problem | None:
    """What is wrong with the baseline and target themselves, whatever is reported; None when nothing is.

    Also feeds the list of framework gaps. A target against its direction (a decrease to above the baseline)
    is a mistake in the framework: computing on would turn success into failure or the reverse.
    """
    direction = Direction(direction)
    baseline, target = checked("baseline", baseline), checked("target", target)
    tolerance = required("tolerance", tolerance)
    if tolerance < ZERO:
        raise ValueError(f"tolerance must not be negative: {tolerance}")
    if target is None:
        if baseline is None:
            return Problem.NOTHING_TO_COMPARE_WITH
        return Problem.NO_TARGET if direction in (Direction.INCREASE, Direction.DECREASE) else None
    if baseline is None:
        no_ratio = target <= ZERO and direction is not Direction.MAINTAIN
        return Problem.TARGET_WITHOUT_RATIO if no_ratio else None
    if direction is Direction.MAINTAIN:
        against = subtract(target, baseline).copy_abs() > tolerance
    else:
        against = _better(baseline, target, direction)
    return Problem.TARGET_AGAINST_DIRECTION if against else None


def achievement(
    *,
    actual: Decimal | None,
    baseline: Decimal | None,
    target: Decimal | None,
    direction: Direction,
    tolerance: Decimal = ZERO,
) -> Achievement:
    """How much of the way is done, in percent. All three numbers in the unit that ``measured()`` gives.

    - Baseline and target: (actual − baseline) / (target − baseline), for increases and decreases alike;
      negative when the indicator moved the wrong way.
    - No baseline, should rise: actual / target. No baseline, should fall: target / actual, because actual /
      target would reward failure. Each labelled so. Where no ratio can be made (a target of 0 or less; an
      actual of 0 or less that should fall): 100 when the target is reached; otherwise None with
      ``TARGET_WITHOUT_RATIO``.
    - Target = baseline, or "maintain or increase" without a target: the maintain rule. 100 when kept (at the
      level or on its good side), None when not: there is no way of which a part could be told.
    - "Maintain": the level (target, else baseline) should stay, so both sides are deviations. 100 within
      ``tolerance`` (absolute, in the unit of the actual); beyond it 100 minus the excess deviation in percent
      of the level: 37 of 40 is 92.5; None where the level is 0.
    - None, with basis NONE, for a blank actual and where ``comparison_problem()`` finds nothing to compare.

    Raises TypeError and ValueError for what is no finite Decimal, or a negative tolerance. No finite input
    fails.
    """
    direction = Direction(direction)
    actual, baseline = checked("actual", actual), checked("baseline", baseline)
    target = checked("target", target)
    problem = comparison_problem(baseline=baseline, target=target, direction=direction, tolerance=tolerance)
    if actual is None or (problem is not None and problem is not Problem.TARGET_WITHOUT_RATIO):
        return Achievement(None, Basis.NONE, problem)

    goal = baseline if target is None else target
    if direction is Direction.MAINTAIN:
        return Achievement(_level_kept(actual, goal, tolerance), Basis.MAINTAIN)
    if baseline is None:
        return _without_baseline(actual, goal, direction)
    if goal == baseline:
        return Achievement(None if _better(goal, actual, direction) else HUNDRED, Basis.MAINTAIN)
    way = percent(subtract(actual, baseline), subtract(goal, baseline))
    return Achievement(way, Basis.BASELINE_TO_TARGET)


def _better(one: Decimal, other: Decimal, direction: Direction) -> bool:
    return one < other if direction is Direction.DECREASE else one > other


def _without_baseline(actual: Decimal, target: Decimal, direction: Direction) -> Achievement:
    falling = direction is Direction.DECREASE
    if target <= ZERO or (falling and actual <= ZERO):
        if _better(target, actual, direction):
            return Achievement(None, Basis.REACHED, Problem.TARGET_WITHOUT_RATIO)
        return Achievement(HUNDRED, Basis.REACHED)
    if falling:
        return Achievement(percent(target, actual), Basis.TARGET_OVER_ACTUAL)
    return Achievement(percent(actual, target), Basis.ACTUAL_OVER_TARGET)


def _level_kept(actual: Decimal, level: Decimal, tolerance: Decimal) -> Decimal | None:
    excess = subtract(subtract(actual, level).copy_abs(), tolerance)
    if excess <= ZERO:
        return HUNDRED
    return subtract(HUNDRED, percent(excess, level.copy_abs())) if level else None


def performance(
    *,
    actual: Decimal | None,
    baseline: Decimal | None,
    target: Decimal | None,
    direction: Direction,
    thresholds: Thresholds,
    due: bool,
    applicable: bool = True,
    tolerance: Decimal = ZERO,
) -> Judgement:
    """The computed status of an indicator in a round, with the achievement that it rests on.

    ``due``: the deadline has passed, or "no data" was the answer; it only decides what a blank means.
    ``applicable``: False for an indicator not measured in this round, and for every qualitative one.

    Never fails on a finite number, and never guesses: where the framework gives nothing sound to compare
    with, the status is not applicable and ``problem`` says why. One thing can be told without a target: an
    actual worse than the baseline has moved backwards.

    Two readings of the bands. A level that should be kept is never "achieved", only on track; and "maintain
    or increase" towards a higher target is on track from the baseline up. Moved backwards needs a baseline,
    or a level to maintain, to have moved from: otherwise a number below 0 is off track. Under "maintain",
    where no side is the good one, a deviation is judged by the thresholds and is off track at worst.
    """
    direction = Direction(direction)
    if not applicable:
        return Judgement(Performance.NOT_APPLICABLE, Achievement(None, Basis.NONE), thresholds)
    result = achievement(
        actual=actual, baseline=baseline, target=target, direction=direction, tolerance=tolerance
    )
    if actual is None:
        return Judgement(Performance.NO_DATA if due else Performance.NOT_YET_DUE, result, thresholds)
    return Judgement(_status(result, actual, baseline, direction, thresholds), result, thresholds)


def _status(
    result: Achievement,
    actual: Decimal,
    baseline: Decimal | None,
    direction: Direction,
    thresholds: Thresholds,
) -> Performance:
    if result.problem is Problem.NO_TARGET and _better(baseline, actual, direction):
        return Performance.MOVED_BACKWARDS
    if result.problem is not None:
        return Performance.NOT_APPLICABLE
    if direction is Direction.MAINTAIN:
        return _maintained(result.raw, thresholds)
    if result.basis is Basis.MAINTAIN:
        return Performance.MOVED_BACKWARDS if result.raw is None else Performance.ON_TRACK
    band = thresholds.band(result.raw)
    if result.basis is not Basis.BASELINE_TO_TARGET:
        return Performance.OFF_TRACK if band is Performance.MOVED_BACKWARDS else band
    if direction is Direction.MAINTAIN_OR_INCREASE and ZERO <= result.raw < HUNDRED:
        return Performance.ON_TRACK
    return band


def _maintained(raw: Decimal | None, thresholds: Thresholds) -> Performance:
    if raw is None:
        return Performance.OFF_TRACK
    band = thresholds.band(raw)
    if band is Performance.ACHIEVED:
        return Performance.ON_TRACK
    return Performance.OFF_TRACK if band is Performance.MOVED_BACKWARDS else band


def count_by_status(statuses: Iterable[Performance]) -> dict[Performance, int]:
    """Roll-up to output, goal, pillar or plan: how many indicators have each status.

    Every status is there, in the order of the vocabulary, with 0 where there is none.
    Counts only: an average of unlike things is no figure.
    Raises ValueError for a string that is no status.
    """
    counts = dict.fromkeys(Performance, 0)
    for status in statuses:
        counts[Performance(status)] += 1
    return counts
