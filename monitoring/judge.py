"""How a submission's own figure stands: against the target of its round, before and after it became official."""

from dataclasses import dataclass
from decimal import Decimal

from frameworks.choices import member_of
from frameworks.models.indicator import IndicatorType
from monitoring.models.result import Basis, Performance
from monitoring.models.submission import OFFICIAL_STATES
from monitoring.progress import AppliedTarget, Change, Thresholds, change, performance, shown_achievement
from monitoring.sheets import TOTAL, measured_within
from monitoring.words import figure_text, target_text


@dataclass(frozen=True, slots=True)
class Standing:
    """`achievement` in percent, as it is shown; `status` a Performance, or None where nothing can be said.

    `combined`: the figure of all reporters, where several report and this one went in: then target, achievement and status
    are those of the combined figure, because a part is not measured against the target of the whole.
    """

    target: str
    achievement: Decimal | None = None
    basis: str = ""
    status: Performance | None = None
    combined: str = ""
    override_reason: str = ""


def standing_of(line, submission, on):
    """The Standing of one Line (loaded with context) of `submission` on the day `on`.

    Figures that went into the round's result are judged there: with the target that was fixed when they were accepted, and
    with an override. A figure that has not (a draft, or one handed in beside accepted ones) is judged here by the same rule.
    """
    indicator, result = line.indicator, line.result
    thresholds = Thresholds(submission.round.plan.on_track_from, submission.round.plan.at_risk_from)
    counted = (
        result is not None
        and submission.institution_id in result.reporter_ids
        and (submission.state in OFFICIAL_STATES or result.provenance == "reported")
    )
    if counted:
        target = None
        if result.target is not None:
            target = AppliedTarget(result.target, result.target_is_interpolated, result.target_is_held)
        several = len(result.reporter_ids) > 1
        return Standing(
            target=target_text(indicator, target),
            achievement=shown_achievement(result.achievement, thresholds),
            basis=str(Basis(result.basis).label) if result.achievement is not None else "",
            status=member_of(Performance, result.status),
            combined=figure_text(indicator, result) if several else "",
            override_reason=result.override_reason if result.override_status else "",
        )
    target = target_text(indicator, line.target)
    if line.is_shared or indicator.type == IndicatorType.QUALITATIVE:
        return Standing(target=target)
    total = line.values.get(TOTAL)
    judgement = performance(
        actual=measured_within(indicator, line.values),
        baseline=line.baseline,
        target=line.target.value if line.target else None,
        direction=indicator.direction,
        thresholds=thresholds,
        due=on > submission.due_on or bool(total and (total.no_data_reason or not total.is_blank)),
    )
    return Standing(
        target=target,
        achievement=judgement.shown(),
        basis=str(Basis(judgement.achievement.basis).label) if judgement.achievement.raw is not None else "",
        status=member_of(Performance, judgement.status),
    )


def change_of(line):
    """How the figure differs from the last one (progress.Change)."""
    indicator = line.indicator
    if not line.last or not line.values:
        return Change(change(None, None, indicator.type).kind, None, None)
    return change(
        measured_within(indicator, line.last), measured_within(indicator, line.values), indicator.type
    )
