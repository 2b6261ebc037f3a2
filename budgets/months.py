"""The months of an action in words."""

from datetime import date

from django.utils.dates import MONTHS
from django.utils.formats import date_format


def months_text(months):
    """[3, 4, 5, 8] as "March–May, August"; "" for none."""
    return _in_words(months, lambda number: str(MONTHS[number]))


def short_months_text(months):
    """The same as "Mar–May, Aug", where there is little room."""
    return _in_words(months, lambda number: date_format(date(2000, number, 1), "M"))


def _in_words(months, name_of):
    runs = []
    for month in sorted(set(months)):
        if runs and month == runs[-1][1] + 1:
            runs[-1][1] = month
        else:
            runs.append([month, month])
    return ", ".join(
        name_of(first) if first == last else f"{name_of(first)}–{name_of(last)}" for first, last in runs
    )
