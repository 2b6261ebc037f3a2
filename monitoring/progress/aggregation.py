"""The two axes along which figures are combined, and how a breakdown compares with its total.

The source of every rule is DOMAIN.md, "Arithmetic": sum n and sum d, then divide; never average percentages;
missing is not zero; what cannot be combined is said, not guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from monitoring.progress.figures import (
    BLANK,
    Figure,
    add,
    checked,
    divide,
    is_bare_percentage,
    is_reported,
    multiply,
    share,
    subtract,
)
from monitoring.progress.vocabulary import (
    SCALE_TYPES,
    SHARE_TYPES,
    IndicatorType,
    Problem,
    ReporterAggregation,
    RoundAggregation,
)


@dataclass(frozen=True, slots=True)
class Combined:
    """Several figures made one.

    ``figure``: ``BLANK`` when nobody reported; None when figures are there but cannot be combined, for the
    reason in ``problem``. ``used`` and ``left_out`` are places in the sequence that was given: reports that
    went into the figure, and reports that had something but could not (then ``problem`` says why). Blanks are
    in neither.
    ``as_of``: across rounds, the place of the latest round with a report. ``stale``: that is not the last
    round given, so the last round itself has no data and must not be judged on this figure.
    """

    figure: Figure | None
    problem: Problem | None = None
    used: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    as_of: int | None = None
    stale: bool = False


def combine_reporters(
    figures: Sequence[Figure], *, type: IndicatorType, how: ReporterAggregation
) -> Combined:
    """One figure of a round from what several reporters, or places, said. The order does not matter.

    Shares: the sum of numerators over the sum of denominators, whatever ``how`` says; ``figure.value`` then
    holds the share in percent. A numerator without a usable denominator is left out together with its report
    (``INCOMPLETE_PAIRS``), because adding it would inflate the share. More than one report with a bare
    percentage among them cannot be combined (``BARE_PERCENTAGES``). Other types: sum, average or maximum of
    those that reported; steps of a scale are never summed (``SCALE_NOT_ADDITIVE``). A qualitative indicator
    has no figure: ``BLANK``.
    """
    type, how = IndicatorType(type), ReporterAggregation(how)
    given = _reported(figures, type)
    if type in SHARE_TYPES:
        return _pooled_share(figures, given, type)
    if not given:
        return Combined(BLANK)
    if how is ReporterAggregation.SUM:
        return _summed(figures, given, type)
    values = [figures[place].value for place in given]
    if how is ReporterAggregation.AVERAGE:
        return Combined(Figure(divide(add(*values), Decimal(len(values)))), used=given)
    return Combined(Figure(max(values)), used=given)


def combine_rounds(
    rounds: Sequence[Figure | Combined], *, type: IndicatorType, how: RoundAggregation
) -> Combined:
    """The running figure at the last of ``rounds``, which are in the order of time.

    Annual: the sum of the rounds that reported; shares by summing n and d. Cumulative and level: the latest
    round that reported. Always computed from all rounds, so that a late edit of an earlier round carries into
    every later total. Takes what ``combine_reporters()`` returned as well; a round that could not be
    combined, if it counts, makes the result one that cannot be combined, with the same problem.

    When the last round is blank the figure is the one known so far, with ``stale`` set. Judge an annual
    indicator either round by round on the round's own figure, or to date on this figure against
    ``running_target()``.
    """
    type, how = IndicatorType(type), RoundAggregation(how)
    parts = [one if isinstance(one, Combined) else Combined(one) for one in rounds]
    given = tuple(
        place for place, part in enumerate(parts) if part.figure is None or is_reported(type, part.figure)
    )
    if not given:
        return Combined(BLANK, stale=bool(parts))
    latest = given[-1]
    counting = given if how is RoundAggregation.ANNUAL else (latest,)
    timing = {"as_of": latest, "stale": latest != len(parts) - 1}

    for place in counting:
        if parts[place].figure is None:
            return Combined(None, problem=parts[place].problem, left_out=counting, **timing)
    figures = [part.figure if part.figure is not None else BLANK for part in parts]
    if how is not RoundAggregation.ANNUAL:
        result = Combined(figures[latest], used=counting)
    elif type in SHARE_TYPES:
        result = _pooled_share(figures, counting, type)
    else:
        result = _summed(figures, counting, type)
    inherited = next((parts[place].problem for place in counting if parts[place].problem), None)
    return replace(result, problem=result.problem or inherited, **timing)


def _reported(figures: Sequence[Figure], type: IndicatorType) -> tuple[int, ...]:
    return tuple(place for place, figure in enumerate(figures) if is_reported(type, figure))


def _summed(figures: Sequence[Figure], given: tuple[int, ...], type: IndicatorType) -> Combined:
    if type in SCALE_TYPES and len(given) > 1:
        return Combined(None, problem=Problem.SCALE_NOT_ADDITIVE, left_out=given)
    return Combined(Figure(add(*(figures[place].value for place in given))), used=given)


def _pooled_share(figures: Sequence[Figure], given: tuple[int, ...], type: IndicatorType) -> Combined:
    if not given:
        return Combined(BLANK)
    if any(is_bare_percentage(type, figures[place]) for place in given):
        if len(given) > 1:
            return Combined(None, problem=Problem.BARE_PERCENTAGES, left_out=given)
        return Combined(Figure(figures[given[0]].value), used=given)

    used = tuple(place for place in given if _is_usable_pair(figures[place]))
    left_out = tuple(place for place in given if place not in used)
    # When no report has a usable pair, the numbers are still worth showing; there is no share of them.
    pool = [figures[place] for place in used or given]
    numerator = _sum_unless_blank([figure.numerator for figure in pool])
    denominator = _sum_unless_blank([figure.denominator for figure in pool])
    return Combined(
        Figure(share(numerator, denominator), numerator, denominator),
        problem=Problem.INCOMPLETE_PAIRS if left_out else None,
        used=used,
        left_out=left_out,
    )


def _is_usable_pair(figure: Figure) -> bool:
    """0/0 is: it adds nothing to either side. 5/0 and 5/blank are not."""
    if figure.numerator is None or figure.denominator is None:
        return False
    return figure.denominator > 0 or figure.numerator == figure.denominator == 0


def _sum_unless_blank(numbers: Sequence[Decimal | None]) -> Decimal | None:
    return None if any(number is None for number in numbers) else add(*numbers)


def running_target(
    targets: Sequence[Decimal | None], *, type: IndicatorType, how: RoundAggregation
) -> Decimal | None:
    """What the figure of ``combine_rounds()`` is measured against, from the targets of its rounds in order.

    Annual: the sum, because the targets of an annual indicator are amounts of one year; None as soon as one
    of them is missing. Give the targets of ``Combined.used`` only, to measure the reported rounds against
    their own targets. Cumulative, level, shares and scales: the target of the last round.
    """
    type, how = IndicatorType(type), RoundAggregation(how)
    numbers = [checked("target", target) for target in targets]
    if not numbers:
        return None
    if _adds_up_over_rounds(type, how):
        return _sum_unless_blank(numbers)
    return numbers[-1]


def running_baseline(
    baseline: Decimal | None, *, type: IndicatorType, how: RoundAggregation, rounds: int
) -> Decimal | None:
    """The baseline beside ``running_target()``: of an annual count, one year's amount × ``rounds``."""
    type, how = IndicatorType(type), RoundAggregation(how)
    baseline = checked("baseline", baseline)
    if baseline is None or not _adds_up_over_rounds(type, how):
        return baseline
    return multiply(baseline, Decimal(rounds))


def _adds_up_over_rounds(type: IndicatorType, how: RoundAggregation) -> bool:
    return how is RoundAggregation.ANNUAL and type is IndicatorType.COUNT


@dataclass(frozen=True, slots=True)
class Difference:
    """What a breakdown leaves unexplained of its total.

    ``unknown``: total − parts, separately for value, numerator and denominator; negative when the parts
    exceed the total; None where there is nothing to compare. Shown as the category "unknown", flagged, never
    a reason to refuse.
    ``blank_parts``: how many categories have not answered.
    """

    unknown: Figure
    blank_parts: int

    @property
    def adds_up(self) -> bool:
        """True also when there is nothing to compare."""
        return not any((self.unknown.value, self.unknown.numerator, self.unknown.denominator))


def running_difference(
    total: Figure, parts: Sequence[Figure], *, type: IndicatorType, how: ReporterAggregation
) -> Difference:
    """The difference between a total and its disaggregates (DOMAIN.md, "Arithmetic").

    Only what adds up is compared: numerators and denominators of shares, values of counts whose reporters are
    summed. Percentages, levels, averages and maxima of categories do not add up to those of the total.
    """
    type, how = IndicatorType(type), ReporterAggregation(how)
    if type in SHARE_TYPES:
        names = ("numerator", "denominator")
    elif type is IndicatorType.COUNT and how is ReporterAggregation.SUM:
        names = ("value",)
    else:
        names = ()
    unknown = {}
    for name in names:
        whole = getattr(total, name)
        numbers = [getattr(part, name) for part in parts if getattr(part, name) is not None]
        if whole is not None and numbers:
            unknown[name] = subtract(whole, add(*numbers))
    return Difference(Figure(**unknown), blank_parts=sum(not is_reported(type, part) for part in parts))
