"""The arithmetic of progress: Decimal in, result or None out, each formula once (DOMAIN.md, "Arithmetic").

Pure: no database, no clock, no Django. The usual path of a figure is

    reported figures of one round   → combine_reporters()   across institutions and places
    combined figures of the rounds  → combine_rounds()      across time
    a figure                        → measured()            the one number that is judged
    targets and baseline            → applied_target()      the target of that round
    all of these                    → performance()         status, achievement, or why there is none
    many statuses                   → count_by_status()     roll-up: counts, never an average of unlike things

Three rules hold everywhere. Missing is not zero: a blank is ``None`` and stays ``None``, a reported 0 stays
0. A number is a finite ``Decimal``: anything else is refused (TypeError for another type, ValueError for NaN,
infinities and exponents beyond ±10¹⁵). Nothing is rounded before it is compared: rounding is for the
reader, at the very end.
"""

from monitoring.progress.aggregation import (
    Combined,
    Difference,
    combine_reporters,
    combine_rounds,
    running_baseline,
    running_difference,
    running_target,
)
from monitoring.progress.figures import BLANK, Change, Figure, change, is_reported, measured, rounded, share
from monitoring.progress.judgement import (
    Achievement,
    Judgement,
    Thresholds,
    achievement,
    comparison_problem,
    count_by_status,
    performance,
    shown_achievement,
)
from monitoring.progress.places import holders, outermost
from monitoring.progress.targets import AppliedTarget, TargetPoint, applied_target, month_position
from monitoring.progress.vocabulary import (
    SCALE_TYPES,
    SHARE_TYPES,
    Basis,
    ChangeKind,
    Direction,
    IndicatorType,
    Performance,
    Problem,
    ReporterAggregation,
    RoundAggregation,
)

__all__ = [
    "BLANK",
    "SCALE_TYPES",
    "SHARE_TYPES",
    "Achievement",
    "AppliedTarget",
    "Basis",
    "Change",
    "ChangeKind",
    "Combined",
    "Difference",
    "Direction",
    "Figure",
    "IndicatorType",
    "Judgement",
    "Performance",
    "Problem",
    "ReporterAggregation",
    "RoundAggregation",
    "TargetPoint",
    "Thresholds",
    "achievement",
    "applied_target",
    "change",
    "combine_reporters",
    "combine_rounds",
    "comparison_problem",
    "count_by_status",
    "holders",
    "is_reported",
    "measured",
    "month_position",
    "outermost",
    "performance",
    "rounded",
    "running_baseline",
    "running_difference",
    "running_target",
    "share",
    "shown_achievement",
]
