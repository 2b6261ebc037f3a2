"""Short words for figures and judgements, shared by the tests of the arithmetic."""

from decimal import Decimal as D

from monitoring.progress import (
    Direction,
    Figure,
    IndicatorType,
    ReporterAggregation,
    RoundAggregation,
    Thresholds,
    achievement,
    performance,
)

COUNT, PERCENTAGE = IndicatorType.COUNT, IndicatorType.PERCENTAGE
NUMBER_AND_PERCENTAGE, ORDINAL = IndicatorType.NUMBER_AND_PERCENTAGE, IndicatorType.ORDINAL
YES_NO, QUALITATIVE = IndicatorType.YES_NO, IndicatorType.QUALITATIVE
SUM, AVERAGE, MAXIMUM = ReporterAggregation
ANNUAL, CUMULATIVE, LEVEL = RoundAggregation
INCREASE, DECREASE = Direction.INCREASE, Direction.DECREASE
KEEP_OR_RAISE, KEEP = Direction.MAINTAIN_OR_INCREASE, Direction.MAINTAIN


def number(text):
    return None if text is None else D(text)


def value(text):
    return Figure(value=number(text))


def pair(numerator, denominator):
    return Figure(numerator=number(numerator), denominator=number(denominator))


def judged(actual, baseline, target, direction=INCREASE, due=True, **options):
    return performance(
        actual=number(actual),
        baseline=number(baseline),
        target=number(target),
        direction=direction,
        thresholds=options.pop("thresholds", Thresholds()),
        due=due,
        **options,
    )


def achieved(actual, baseline, target, direction=INCREASE, **options):
    return achievement(
        actual=number(actual),
        baseline=number(baseline),
        target=number(target),
        direction=direction,
        **options,
    )
