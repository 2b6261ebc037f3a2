"""One cell of an uploaded workbook → the value that it says, by the kind of its column. Pure, but for the words."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl.utils.escape import unescape

from frameworks.forms.fields import FigureField, WholeNumberField
from frameworks.numbers import BadNumber, read_number, write_number
from frameworks.workbook.columns import Kind, choice_words, same
from frameworks.workbook.content import one_a_line, plain, tidy

#: What people write for a mark and for none; in every language also the words for yes and no.
MARKS = {"x", "✓", "✔", "✗", "☒", "☑", "1", "true", "yes", "y", "sim", "s"}
NO_MARKS = {"-", "–", "—", "0", "false", "no", "n", "não", "nao"}
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?: 00:00:00)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})", re.ASCII)
#: The last digit of a double that Excel keeps is noise: 0.1 + 0.2 is 0.3.
_DIGITS = ".15g"


class BadCell(ValueError):
    """The cell does not say what its column holds; `str(error)` says what to write instead."""


class TurnedIntoNumber(float):
    """A code that Excel has made a number of: 1.1 may have been 1.1 or 1.10. Which one, the plan may know."""

    def __str__(self):
        return format(float(self), _DIGITS)

    def fits(self, code):
        return bool(re.fullmatch(r"\d+(\.\d+)?", code, re.ASCII)) and float(code) == float(self)


def is_empty(value):
    return value is None or (isinstance(value, str) and not value.strip())


def read_cell(cell, column):
    """The value of an openpyxl cell for a Column, as content.py would give it. Raises BadCell."""
    if cell.data_type == "f":
        raise BadCell(_("The cell holds a formula. Paste its value instead."))
    if cell.data_type == "e":
        raise BadCell(_("The cell shows an error (%(text)s). Correct it in Excel.") % {"text": cell.value})
    value = unescape(cell.value) if isinstance(cell.value, str) else cell.value
    if is_empty(value):
        return blank(column)
    return _READERS[column.kind](value, column, cell)


def blank(column):
    """What an empty cell says."""
    if column.kind == Kind.MARK:
        return False
    return None if column.kind in (Kind.NUMBER, Kind.WHOLE, Kind.DATE) else ""


def text_of(value):
    """What a cell shows, of a value that Excel may have turned into something else."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.date().isoformat()
    return format(value, _DIGITS) if isinstance(value, float) else str(value)


def _text(value, column, cell):
    return text_of(value)


def _code(value, column, cell):
    if isinstance(value, datetime | date):
        raise BadCell(
            _(
                "Excel has turned this code into a date. Format the cell as “Text” and type the code again, for example 1.2."
            )
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        return TurnedIntoNumber(value)
    return text_of(value)


def _codes(value, column, cell):
    return "; ".join(sorted({one.strip() for one in re.split(r"[;,\n]", text_of(value)) if one.strip()}))


def _lines(value, column, cell):
    return one_a_line(text_of(value))


def _choice(value, column, cell):
    found = all_choice_words(column.choices).get(same(text_of(value)))
    if found is None:
        raise BadCell(
            _("“%(text)s” is not in the list. Write one of: %(list)s.")
            % {
                "text": text_of(value),
                "list": ", ".join(str(label) for _value, label in column.choices.choices),
            }
        )
    return found


@cache
def all_choice_words(choices):
    """The words of a choice in every language of the installation."""
    words = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            words |= choice_words(choices)
    return words


def _number(value, column, cell):
    if isinstance(value, bool | datetime | date):
        raise BadCell(
            _("“%(text)s” is not a number: write it in digits, for example 30.") % {"text": text_of(value)}
        )
    try:
        if not isinstance(value, str):
            number = Decimal(format(value, _DIGITS))
            if "%" in (cell.number_format or "") and column.percent:
                number *= 100  # Excel keeps 30% as 0.3
            value = write_number(number)
            found = read_number(value, negative=True)
        else:
            found = FigureField(required=False, percent=column.percent).clean(value)
    except BadNumber as error:
        raise BadCell(str(error)) from error
    except ValidationError as error:
        raise BadCell(" ".join(error.messages)) from error
    return None if found is None else tidy(found)


def _figure(value, column, cell):
    """A number as a person would write it, 30% for 0.3 in a cell that shows percent: what fits, its row knows."""
    if isinstance(value, str | bool):
        return text_of(value)
    if not isinstance(value, int | float | Decimal):
        raise BadCell(
            _("“%(text)s” is not a number: write it in digits, for example 30.") % {"text": text_of(value)}
        )
    number = Decimal(format(value, _DIGITS))
    return f"{write_number(number * 100)}%" if "%" in (cell.number_format or "") else write_number(number)


def _whole(value, column, cell):
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return WholeNumberField(required=False).clean(text_of(value))
    except ValidationError as error:
        raise BadCell(" ".join(error.messages)) from error


def _mark(value, column, cell):
    word = same(text_of(value))
    if word in MARKS:
        return True
    if word in NO_MARKS:
        return False
    raise BadCell(_("“%(text)s” is not clear: write x, or leave the cell empty.") % {"text": text_of(value)})


def _date(value, column, cell):
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = text_of(value)
    if re.fullmatch(r"20\d\d", text, re.ASCII) and column.key == "period_end":
        return date(int(text), 12, 31)
    unclear = _("“%(text)s” is not a clear date: write it as year-month-day, for example 2028-12-31.") % {
        "text": text
    }
    if found := _ISO.fullmatch(text):
        parts = [int(one) for one in found.groups()]
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(one) for one in found.groups())
        if day <= 12 and month != day:
            raise BadCell(unclear)  # 03/04: in which order?
        parts = [year, month, day]
    else:
        raise BadCell(unclear)
    try:
        return date(*parts)
    except ValueError as error:
        raise BadCell(unclear) from error


_READERS = {
    Kind.CODE: _code,
    Kind.REF: _code,
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.NUMBER: _number,
    Kind.FIGURE: _figure,
    Kind.WHOLE: _whole,
    Kind.MARK: _mark,
    Kind.DATE: _date,
    Kind.LINES: _lines,
    Kind.CODES: _codes,
}
