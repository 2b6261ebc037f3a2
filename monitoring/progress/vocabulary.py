"""The words of the arithmetic as plain strings; the choices of models and labels on screen mirror them."""

from enum import StrEnum


class Direction(StrEnum):
    """Which way an indicator should move (DOMAIN.md, "The logframe of Figure 4")."""

    INCREASE = "increase"
    DECREASE = "decrease"
    MAINTAIN_OR_INCREASE = "maintain_or_increase"
    MAINTAIN = "maintain"


class ReporterAggregation(StrEnum):
    """First axis: across reporters and places. Shares ignore it: they are always sum n / sum d."""

    SUM = "sum"
    AVERAGE = "average"
    MAXIMUM = "maximum"


class RoundAggregation(StrEnum):
    """Second axis: across rounds."""

    ANNUAL = "annual"  # every round counts its own year; the total is their sum
    CUMULATIVE = "cumulative"  # every round already counts from the start; the latest is the total
    LEVEL = "level"  # a state at a moment; the latest stands


class IndicatorType(StrEnum):
    COUNT = "count"
    PERCENTAGE = "percentage"
    NUMBER_AND_PERCENTAGE = "number_and_percentage"
    ORDINAL = "ordinal"
    YES_NO = "yes_no"
    QUALITATIVE = "qualitative"


# Judged on numerator / denominator; combined by summing both.
SHARE_TYPES = frozenset({IndicatorType.PERCENTAGE, IndicatorType.NUMBER_AND_PERCENTAGE})
# Steps on a scale (yes = 1, no = 0): nothing lies between two steps, and two steps do not add up to a third.
SCALE_TYPES = frozenset({IndicatorType.ORDINAL, IndicatorType.YES_NO})


class Performance(StrEnum):
    """Vocabulary 2 of DOMAIN.md, in the order in which it is shown."""

    ACHIEVED = "achieved"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    MOVED_BACKWARDS = "moved_backwards"
    NO_DATA = "no_data"
    NOT_YET_DUE = "not_yet_due"
    NOT_APPLICABLE = "not_applicable"


class Basis(StrEnum):
    """How an achievement was computed; shown beside the number."""

    BASELINE_TO_TARGET = "baseline_to_target"  # (actual − baseline) / (target − baseline)
    ACTUAL_OVER_TARGET = "actual_over_target"  # no baseline, should rise: actual / target
    TARGET_OVER_ACTUAL = "target_over_actual"  # no baseline, should fall: target / actual
    REACHED = "reached"  # no baseline and no ratio to make: only whether the target is reached
    MAINTAIN = "maintain"  # the level to keep is the target: kept, or not
    NONE = "none"


class Problem(StrEnum):
    """Why a number could not be made, or only in part. The page says it in words, and how to mend it."""

    # There is neither a baseline nor a target: nothing to compare with.
    NOTHING_TO_COMPARE_WITH = "nothing_to_compare_with"
    # There is a baseline but no target for this round.
    NO_TARGET = "no_target"
    # The target lies on the wrong side of the baseline (or, for "maintain", differs from it).
    TARGET_AGAINST_DIRECTION = "target_against_direction"
    # No baseline, and a target of zero or less: that it is missed can be said, but not by how much.
    TARGET_WITHOUT_RATIO = "target_without_ratio"
    # More than one percentage without numerator and denominator: they cannot be combined.
    BARE_PERCENTAGES = "bare_percentages"
    # Levels of a scale, or yes/no answers, cannot be added up: choose maximum or average.
    SCALE_NOT_ADDITIVE = "scale_not_additive"
    # Some numerators have no (usable) denominator: those reports are left out of the sums and the share.
    INCOMPLETE_PAIRS = "incomplete_pairs"


class ChangeKind(StrEnum):
    """Percentage points and percent change are labelled differently (DOMAIN.md, "Arithmetic")."""

    PERCENTAGE_POINTS = "percentage_points"
    PERCENT = "percent"
    STEPS = "steps"  # on an ordinal or yes/no scale
