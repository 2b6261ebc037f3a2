"""Writes IndicatorResult: the combined, judged figure of every indicator and round.

Derived data. `refresh_results` may be called at any time, by anybody, twice: it reads what was reported, computes with
monitoring/progress and writes only what changed. It is called wherever an input changes: a submission moves on, a round
opens or is published, an indicator, a baseline or a target is edited, and at the turn of the day (a blank becomes "no
data" when the deadline passes).
"""

from collections import defaultdict
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from frameworks.models import Indicator, ReportingRound
from monitoring.breakdowns import (
    TOTAL,
    combine_rows,
    counted_places,
    differences,
    figure_of,
    hide_small_cells,
    total_of,
)
from monitoring.deadlines import Deadlines, with_own_deadlines
from monitoring.models import IndicatorResult, IndicatorValue, SignOff, Verification
from monitoring.models.result import OFFICIAL_PROVENANCE, Performance, Provenance
from monitoring.models.review import Finding, Side, Verdict
from monitoring.models.submission import OFFICIAL_STATES, REVIEWABLE_STATES, SubmissionState
from monitoring.progress import (
    BLANK,
    Combined,
    Figure,
    IndicatorType,
    TargetPoint,
    Thresholds,
    applied_target,
    combine_rounds,
    measured,
    month_position,
    performance,
)
from monitoring.progress.figures import ARITHMETIC

#: The columns of computed figures: 30 digits, 12 of them decimals.
_QUANTUM = Decimal("1e-12")
_BOUND = Decimal(10) ** 18
#: What a result says; a row is written only when one of these differs from what is stored.
WRITTEN = (
    "numerator", "denominator", "value", "measured", "running", "text", "no_data_reason", "provenance", "has_dissent",
    "is_verified", "reporter_ids", "target", "target_is_interpolated", "target_is_held", "target_fixed_at", "achievement",
    "basis", "computed_status", "status", "problem", "unknown_difference", "is_suppressed",
)  # fmt: skip
#: What a person decided; carried over, because PostgreSQL checks a row that it then updates as if it were inserted.
DECIDED = ("override_status", "override_reason", "override_by_id")


def promised(type, figure):
    """The number of a baseline or target. A share may be promised in percent alone: a target rarely has a denominator."""
    if figure.numerator is None and figure.denominator is None:
        return figure.value
    return measured(type, figure)


def baseline_of(indicator):
    """(measured baseline or None, TargetPoint or None): the point needs the baseline's year."""
    figure = Figure(
        value=indicator.baseline_value,
        numerator=indicator.baseline_numerator,
        denominator=indicator.baseline_denominator,
    )
    number = promised(indicator.type, figure)
    if number is None or indicator.baseline_year is None:
        return number, None
    return number, TargetPoint(at=indicator.baseline_year * 12 + 12, value=number)


def target_points(indicator):
    """The indicator's targets as points in time, end-line targets last. Needs `targets` prefetched."""
    ordered = sorted(indicator.targets.all(), key=lambda target: target.is_endline)
    numbers = [(month_position(one.period_end), promised(indicator.type, figure_of(one))) for one in ordered]
    return [TargetPoint(at=at, value=number) for at, number in numbers if number is not None]


def publishable(state, verdicts):
    """Whether a submission's figures may go to the public: both sides endorsed, or both spoke and one dissents.

    A dissent neither vetoes a figure nor vanishes: it is published beside it (DOMAIN.md, People, CSO co-lead).
    """
    if state == SubmissionState.ENDORSED:
        return True
    return state == SubmissionState.ACCEPTED and {side for side, _verdict in verdicts} >= set(Side)


def refresh_results(indicators, *, at):
    """Brings the results of `indicators` (a queryset of Indicator) up to date with all opened rounds of their plans.

    `at`: an aware datetime; its local date decides what is due. Returns how many rows were written or removed. Queries:
    a fixed number, whatever the number of indicators.
    """
    on = timezone.localdate(at)
    with transaction.atomic():
        return _refresh(Indicator.objects.filter(pk__in=indicators.order_by().values("pk")), at, on)


def _refresh(indicators, at, on):
    # Locked before anything is read: two submissions on one indicator may be accepted at the same moment, and whoever
    # comes second must see the figures of the first. NO KEY: drafts that refer to the indicator are saved meanwhile.
    loaded = list(
        indicators.order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .select_related("plan", "activity")
        .prefetch_related("targets", "dimensions__categories")
    )
    ids = [one.pk for one in loaded]
    rounds_of = defaultdict(list)
    for one in (
        with_own_deadlines(
            ReportingRound.objects.filter(plan__in={indicator.plan_id for indicator in loaded})
        )
        .opened()
        .order_by("period_end")
    ):
        rounds_of[one.plan_id].append(one)
    deadlines = Deadlines([one for rounds in rounds_of.values() for one in rounds], ids)
    reported = _load_values(ids)
    verdicts = _load_verdicts(ids)
    existing = defaultdict(dict)
    for row in IndicatorResult.objects.select_for_update(of=("self",)).filter(indicator__in=ids):
        existing[row.indicator_id][(row.round_id, row.category_id, row.place_id)] = row

    writes, stale = [], []
    for indicator in loaded:
        before = existing[indicator.pk]
        wanted = _results_of(
            indicator,
            rounds_of[indicator.plan_id],
            reported[indicator.pk],
            verdicts,
            before,
            at,
            on,
            deadlines,
        )
        for key, row in wanted.items():
            old = before.get(key)
            if old is None or any(getattr(old, name) != getattr(row, name) for name in WRITTEN):
                row.updated_at = at
                writes.append(row)
        stale += [row.pk for key, row in before.items() if key not in wanted]
    if stale:
        IndicatorResult.objects.filter(pk__in=stale).delete()
    IndicatorResult.objects.bulk_create(
        writes,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["indicator", "round", "category", "place"],
        update_fields=[*WRITTEN, "updated_at"],
    )
    return len(writes) + len(stale)


def _load_values(ids):
    """indicator id → round id → (category id, place id) → the reported rows that reviewers can see."""
    values = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    checked = Verification.objects.filter(
        submission=OuterRef("submission"),
        indicator=OuterRef("indicator"),
        cycle=OuterRef("submission__cycle"),
        finding=Finding.VERIFIED,
    )
    rows = (
        IndicatorValue.objects.filter(indicator__in=ids, submission__state__in=REVIEWABLE_STATES)
        .with_places()
        .annotate(is_verified=Exists(checked))
        .select_related("submission")
        .order_by("submission__institution__code", "pk")
    )
    for row in rows:
        if not row.is_blank or row.no_data_reason:
            values[row.indicator_id][row.submission.round_id][(row.category_id, row.place_id)].append(row)
    return values


def _load_verdicts(ids):
    """submission id → {(side, verdict)} of its present cycle."""
    verdicts = defaultdict(set)
    rows = (
        SignOff.objects.filter(submission__values__indicator__in=ids)
        .values_list("submission_id", "cycle", "submission__cycle", "side", "verdict")
        .distinct()
    )
    for submission_id, cycle, current, side, verdict in rows:
        if cycle == current:
            verdicts[submission_id].add((side, verdict))
    return verdicts


def _results_of(indicator, rounds, reported, verdicts, before, at, on, deadlines):
    """(round id, category id, place id) → unsaved IndicatorResult, for one indicator."""
    wanted = {}
    combined_totals = []
    thresholds = Thresholds(indicator.plan.on_track_from, indicator.plan.at_risk_from)
    baseline, baseline_point = baseline_of(indicator)
    points = target_points(indicator)
    for round in rounds:
        cells = _counting(reported[round.pk])
        places = counted_places(indicator, cells)
        total_rows, total = total_of(indicator, cells, places)
        combined_totals.append(total)
        row = _row(indicator, round, TOTAL, total_rows, total, verdicts)
        old = before.get((round.pk, *TOTAL))
        _judge(
            row,
            old,
            indicator,
            round,
            total,
            combined_totals,
            points,
            baseline,
            baseline_point,
            thresholds,
            at,
            is_due=on > deadlines.of(indicator, round),
        )
        wanted[(round.pk, *TOTAL)] = row
        parts = {}
        for key, rows in cells.items():
            if key == TOTAL:
                continue
            combined = combine_rows(indicator, rows)
            parts[key] = combined.figure or BLANK
            wanted[(round.pk, *key)] = _row(indicator, round, key, rows, combined, verdicts)
        row.unknown_difference = differences(
            indicator,
            total.figure or BLANK,
            parts,
            [combine_rows(indicator, group).figure or BLANK for group in places.values()],
        )
        if indicator.counts_people:
            above = {key[1]: rows[0].above for key, rows in cells.items() if key[1] is not None}
            hide_small_cells(indicator, row, {key: wanted[(round.pk, *key)] for key in parts}, above)
    return wanted


def _counting(cells):
    """The rows that count: the accepted ones; while nothing is accepted, the submitted ones, unconfirmed."""
    rows = [row for group in cells.values() for row in group]
    official = any(row.submission.state in OFFICIAL_STATES for row in rows)
    if not official:
        return cells
    kept = {
        key: [row for row in group if row.submission.state in OFFICIAL_STATES] for key, group in cells.items()
    }
    return {key: group for key, group in kept.items() if group}


def _row(indicator, round, key, rows, combined, verdicts):
    figure = combined.figure or BLANK
    answered = [row for row in rows if not row.is_blank or row.no_data_reason]
    row = IndicatorResult(indicator=indicator, round=round, category_id=key[0], place_id=key[1])
    # The pooled share stays out of `value`: it is `measured`, and numerator and denominator say the same exactly.
    pooled = figure.numerator is not None or figure.denominator is not None
    row.numerator, row.denominator = figure.numerator, figure.denominator
    row.value = None if pooled else _stored(figure.value, Decimal("1e-6"))
    row.measured = _stored(measured(indicator.type, figure))
    row.text = "\n\n".join(one.text for one in answered if one.text)
    row.no_data_reason = "; ".join(one.no_data_reason for one in answered if one.no_data_reason)
    row.reporter_ids = sorted({one.submission.institution_id for one in answered})
    row.provenance = _provenance(answered, round, verdicts)
    row.has_dissent = any(
        verdict == Verdict.DISSENT for one in answered for _side, verdict in verdicts[one.submission_id]
    )
    row.is_verified = bool(answered) and all(one.is_verified for one in answered)
    row.problem = combined.problem or ""
    row.computed_status = row.status = Performance.NOT_APPLICABLE
    return row


def _provenance(rows, round, verdicts):
    """The least confirmed of the submissions that went in."""
    if not rows:
        return Provenance.NONE
    order = [Provenance.REPORTED, Provenance.ACCEPTED, Provenance.ENDORSED, Provenance.PUBLISHED]

    def reached(row):
        state = row.submission.state
        if round.published_at is not None and publishable(state, verdicts[row.submission_id]):
            return Provenance.PUBLISHED
        if state == SubmissionState.ENDORSED:
            return Provenance.ENDORSED
        return Provenance.ACCEPTED if state == SubmissionState.ACCEPTED else Provenance.REPORTED

    return min((reached(row) for row in rows), key=order.index)


def _judge(
    row, old, indicator, round, total, history, points, baseline, baseline_point, thresholds, at, *, is_due
):
    target = _fix_target(row, old, indicator, round, points, baseline_point, at)
    running = combine_rounds(history, type=indicator.type, how=indicator.round_aggregation)
    if running.figure is not None:
        row.running = _stored(measured(indicator.type, running.figure))
    scheduled, later = _schedule(indicator, round)
    judgement = performance(
        # Unrounded: a column's twelve decimals must not push a figure over the bound of a status.
        actual=measured(indicator.type, total.figure or BLANK),
        baseline=baseline,
        target=target,
        direction=indicator.direction,
        thresholds=thresholds,
        due=is_due or bool(row.no_data_reason) or _answered_without_figure(row, indicator),
        applicable=indicator.type != IndicatorType.QUALITATIVE and total.figure is not None,
    )
    row.achievement = _stored(judgement.achievement.raw)
    row.basis = judgement.achievement.basis
    row.computed_status = judgement.status
    if row.measured is None and not scheduled:
        row.computed_status = Performance.NOT_YET_DUE if later else Performance.NOT_APPLICABLE
    row.problem = row.problem or (judgement.problem if row.measured is not None else "") or ""
    if old is not None:
        for name in DECIDED:
            setattr(row, name, getattr(old, name))
    row.status = row.override_status or row.computed_status


def _answered_without_figure(row, indicator):
    """0/0 was reported: that is an answer, and it is "no data" (DOMAIN.md, Arithmetic)."""
    return row.provenance != Provenance.NONE and row.measured is None and indicator.is_share


def _fix_target(row, old, indicator, round, points, baseline_point, at):
    """The target that applied when a figure became official stays with it; before that it follows the framework.

    Returns the number to judge by: unrounded as long as it is that of the framework.
    """
    official = row.provenance in OFFICIAL_PROVENANCE
    target = applied_target(
        points, at=month_position(round.period_end), type=indicator.type, baseline=baseline_point
    )
    promised_now = target.value if target is not None else None
    if official and old is not None and old.target_fixed_at is not None:
        row.target, row.target_is_interpolated = old.target, old.target_is_interpolated
        row.target_is_held, row.target_fixed_at = old.target_is_held, old.target_fixed_at
        return promised_now if row.target == _stored(promised_now) else row.target
    if target is not None:
        row.target = _stored(target.value)
        row.target_is_interpolated, row.target_is_held = target.interpolated, target.held
    row.target_fixed_at = at if official else None
    return promised_now


def _schedule(indicator, round):
    """(is the indicator measured in this round, will it be later). Indicators of goals and outputs: every round."""
    if indicator.activity_id is None:
        return True, False
    years = indicator.activity.years
    return any(year in round.years for year in years), any(year > round.period_end.year for year in years)


def _stored(number, quantum=_QUANTUM):
    """Rounded to what the column holds, so that an unchanged result compares equal to the stored one.

    What is too large for it (a trillion in percent of a millionth) is kept as the largest number that fits: a figure
    without a sensible size must not stop a review.
    """
    if number is None:
        return None
    largest = ARITHMETIC.subtract(_BOUND, quantum)
    return min(max(number, -largest), largest).quantize(quantum, context=ARITHMETIC)


__all__ = ["Combined", "baseline_of", "figure_of", "publishable", "refresh_results", "target_points"]
