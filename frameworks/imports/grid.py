"""A sheet as a grid of its filled cells. A merged range answers with its first cell wherever it is asked."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from frameworks.imports import text as texts
from frameworks.imports.results import Source

TEXT, NUMBER, DATE, BOOLEAN, FORMULA, FAULT = "text", "number", "date", "boolean", "formula", "fault"
TOO_LONG = "too_long"
#: Longer texts are refused (Excel holds 32,767 characters a cell); only their beginning is kept, for the message.
MAX_TEXT = 10_000

_KINDS = {
    "n": NUMBER,
    "s": TEXT,
    "str": TEXT,
    "inlineStr": TEXT,
    "d": DATE,
    "b": BOOLEAN,
    "f": FORMULA,
    "e": FAULT,
}
_FIXED_DECIMALS = re.compile(r"0\.(0+)")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that holds something. `raw` is what it shows, line breaks kept; `text` is the same in one line."""

    sheet: str
    row: int
    column: int
    kind: str
    value: object
    raw: str
    text: str
    is_percent: bool = False

    @property
    def at(self):
        return self.row, self.column

    @property
    def ref(self):
        """Such as "B5"."""
        return reference(self.row, self.column)

    @property
    def source(self):
        return Source(self.sheet, self.ref)


def reference(row, column):
    return f"{get_column_letter(column)}{row}"


class Grid:
    """Cells by (row, column), 1-based. Cells without visible text are not kept."""

    def __init__(self, title, cells, merged=(), hidden_rows=()):
        """`merged`: (top, left, bottom, right) of each merged range."""
        self.title = title
        self.cells = {cell.at: cell for cell in cells}
        self.last_row = max((row for row, _column in self.cells), default=0)
        self.last_column = max((column for _row, column in self.cells), default=0)
        self.hidden_rows = tuple(row for row in hidden_rows if row <= self.last_row)
        self.is_file = (
            False  # a CSV file: the title is the name of the file, not one that somebody gave a sheet
        )
        self.covered = []  # cells that a merged cell hides: nobody sees them, so they are not read
        self._anchor = {}  # a dictionary, not a search through ranges: sheets have thousands of merged ranges
        self._extent = {}
        self._columns_by_row = {}
        for top, left, bottom, right in merged:
            anchor = self.cells.get((top, left))
            if anchor is None:
                continue
            bottom, right = min(bottom, self.last_row), min(right, self.last_column)
            self._extent[top, left] = bottom, right
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    if (row, column) != (top, left):
                        self._anchor[row, column] = anchor
                        if hidden := self.cells.pop((row, column), None):
                            self.covered.append(hidden)
        for row, column in (*self.cells, *self._anchor):
            self._columns_by_row.setdefault(row, []).append(column)

    @classmethod
    def from_openpyxl(cls, worksheet, facts):
        """Of a read-only openpyxl worksheet and the SheetFacts of its check."""
        cells = []
        if facts.last_row:
            worksheet.reset_dimensions()  # the declared size may be A1:XFD1048576
            for number, row in enumerate(
                worksheet.iter_rows(max_row=facts.last_row, max_col=facts.last_column), 1
            ):
                for found in row:
                    if found.value is not None:
                        cell = _cell(worksheet.title, found)
                        if cell.text:
                            cells.append(cell)
                if number == facts.last_row:
                    break  # what follows the rows (validations, filters) is not ours to read
        return cls(worksheet.title, cells, facts.merged, facts.hidden_rows)

    @classmethod
    def from_rows(cls, title, rows):
        """Of rows of plain texts, as a CSV file gives them."""
        cells = [
            _make(title, row, column, TEXT, value, value)
            for row, values in enumerate(rows, 1)
            for column, value in enumerate(values, 1)
            if value is not None and texts.clean(value)
        ]
        return cls(title, cells)

    def own(self, row, column):
        """The cell that stands exactly there, or None."""
        return self.cells.get((row, column))

    def filled(self, row, column):
        """The cell that shows there: its own or that of the merged range over it; None when blank."""
        return self.cells.get((row, column)) or self._anchor.get((row, column))

    def showing(self, row):
        """The distinct cells that show in a row, from left to right."""
        found = {}
        for column in sorted(self._columns_by_row.get(row, ())):
            cell = self.filled(row, column)
            found[cell.at] = cell
        return list(found.values())

    def extent(self, cell):
        """(last row, last column) that a cell covers."""
        return self._extent.get(cell.at, cell.at)

    def range_of(self, cell):
        """Such as "B5:B8" for a merged cell, else "B5"."""
        end = self.extent(cell)
        return cell.ref if end == cell.at else f"{cell.ref}:{reference(*end)}"


def _cell(title, found):
    kind = _KINDS.get(found.data_type, TEXT)
    value = found.value
    number_format = found.number_format if kind == NUMBER else None
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        kind = DATE
    shown = _shown(kind, value, number_format or "")
    is_percent = bool(number_format and "%" in number_format)
    return _make(title, found.row, found.column, kind, value, shown, is_percent)


def _make(title, row, column, kind, value, shown, is_percent=False):
    if len(shown) > MAX_TEXT:
        kind, shown = TOO_LONG, shown[:200]
    return Cell(title, row, column, kind, value, texts.raw(shown), texts.clean(shown), is_percent)


def _shown(kind, value, number_format):
    """The text of a value: 2024 for 2024.0, 1.10 for 1.1 shown with two decimals, ISO for dates."""
    if kind == NUMBER:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        fixed = _FIXED_DECIMALS.fullmatch(number_format)
        if fixed:
            return f"{number:.{len(fixed[1])}f}"
        return f"{number.normalize():f}" if number == number.to_integral_value() else f"{number:f}"
    if kind == BOOLEAN:
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if kind == DATE:
        return value.isoformat() if hasattr(value, "isoformat") else str(value)
    if kind == FORMULA:
        return str(getattr(value, "text", None) or (value if isinstance(value, str) else "="))
    return str(value)


def refuse_formulas(grid, doubts):
    """An error for every cell that calculates, that a spreadsheet would run, that shows a fault such as #REF!, or is too long."""
    for at in sorted(grid.cells):
        cell = grid.cells[at]
        if cell.kind == FORMULA or (cell.kind == TEXT and texts.is_formula(cell.value)):
            doubts.error(
                "formula",
                cell.source,
                _("The cell holds a formula (“{text}”). Formulas are not imported: paste values instead."),
                text=shorten(cell.text, 60),
            )
        elif cell.kind == FAULT:
            doubts.error(
                "fault",
                cell.source,
                _("The cell shows the fault {text}. Correct it in Excel and import again."),
                text=cell.text,
            )
        elif cell.kind == TOO_LONG:
            doubts.error(
                "too_long",
                cell.source,
                _("“{text}” has more than {limit} characters; they do not fit here. Shorten it."),
                text=shorten(cell.text, 40),
                limit=f"{MAX_TEXT:,}",
            )


def shorten(text, length=80):
    """The beginning of a text for a message."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
