"""A reported figure as one line of text, the same on every page: "21 / 442 = 4.8%", "45 women", "2 – drafted", "0"."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frameworks.formatting import format_number, format_percent
from frameworks.measures import measure_text
from frameworks.models.indicator import IndicatorType
from monitoring.progress import share


def figure_text(indicator, row):
    """What a row (anything with numerator, denominator, value, text, no_data_reason) says; "" when it says nothing."""
    if row is None:
        return ""
    if row.numerator is not None or row.denominator is not None:
        return _pair_text(row.numerator, row.denominator)
    if row.value is not None:
        return value_text(indicator, row.value)
    if row.text:
        return row.text
    return _("no data: %(reason)s") % {"reason": row.no_data_reason} if row.no_data_reason else ""


def _pair_text(numerator, denominator):
    # Lines break before "=", never within the pair.
    pair = f"{format_number(numerator) or '–'}\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{format_number(denominator) or '–'}"
    if numerator is None or denominator is None:
        return pair
    percent = share(numerator, denominator)
    return (
        f"{pair} =\N{NO-BREAK SPACE}{format_percent(percent, 1)}"
        if percent is not None
        else f"{pair}: {_('no data')}"
    )


def value_text(indicator, value):
    """A value in the indicator's own unit: of a share in percent."""
    if value is None:
        return ""
    text = measure_text(indicator, Decimal(value))
    return f"{text} {indicator.unit}" if indicator.type == IndicatorType.COUNT and indicator.unit else text


def baseline_text(indicator):
    """The baseline with its year; "" when there is none."""
    if indicator.baseline_numerator is not None:
        text = _pair_text(indicator.baseline_numerator, indicator.baseline_denominator)
    elif indicator.baseline_value is not None:
        text = value_text(indicator, indicator.baseline_value)
    else:
        return ""
    return f"{text} ({indicator.baseline_year})" if indicator.baseline_year else text


def target_text(indicator, target):
    """An AppliedTarget with how it came about; "" when there is none."""
    if target is None:
        return ""
    text = value_text(indicator, target.value)
    if target.interpolated:
        return _("%(target)s (between two targets)") % {"target": text}
    return _("%(target)s (of an earlier year, still in force)") % {"target": text} if target.held else text


def lateness(due_on, on):
    """How far the deadline is: "39 days left", "due today", "12 days late"."""
    days = (due_on - on).days
    if days == 0:
        return _("due today")
    if days > 0:
        return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
    return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
