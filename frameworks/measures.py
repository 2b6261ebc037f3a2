"""An indicator's numbers in words: shares in percent, yes and no, the labels of a scale. Text only, no judgement."""

from django.utils.translation import gettext as _

from frameworks.formatting import format_number, format_percent, ratio_percent
from frameworks.models.indicator import IndicatorType


def measure_text(indicator, value):
    """A measured value, baseline or target: "4%", "12,980", "yes", "2 – drafted"; "" when there is none."""
    if value is None:
        return ""
    if indicator.is_share:
        return format_percent(value)
    if indicator.type == IndicatorType.YES_NO and value in (0, 1):
        return _("yes") if value else _("no")
    number = format_number(value, most=2)
    if indicator.type == IndicatorType.ORDINAL and value == value.to_integral_value():
        labels = indicator.scale_labels
        if 0 <= value < len(labels):
            return f"{number} – {labels[int(value)]}"
    return number


def pair_text(numerator, denominator):
    """ "18/452", "18/–" while one is missing, "" when both are."""
    if numerator is None and denominator is None:
        return ""
    return f"{format_number(numerator) or '–'}/{format_number(denominator) or '–'}"


def baseline_number(indicator):
    """The baseline as a chart draws it: percent for shares; None when there is none (0/0 is none)."""
    if indicator.baseline_numerator is not None:
        return ratio_percent(indicator.baseline_numerator, indicator.baseline_denominator)
    return indicator.baseline_value


def target_number(target):
    """The target as a chart draws it: percent for shares."""
    if target.numerator is not None:
        return ratio_percent(target.numerator, target.denominator)
    return target.value
