"""Reads a CSV file as spreadsheets write it, without trusting it: separator and encoding are found, not asked for.

Excel writes ; where the comma is the decimal sign (Portuguese, Tetum), and Windows-1252 unless told otherwise; others
write , or tabs, and UTF-8. Rows are counted as a spreadsheet shows them: a quoted text with line breaks is one row.
"""

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import PurePath

from django.utils.translation import gettext_lazy as _

from frameworks.imports.grid import Grid
from frameworks.imports.layout import find_layout
from frameworks.imports.parts import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, UnreadableWorkbook

SEPARATORS = (";", ",", "\t")
#: So many rows tell which sign separates the columns.
SAMPLE_ROWS = 100
#: The first bytes of files that are no tables, however they are named.
_OTHERS = (
    b"%PDF",
    b"{\\rtf",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"<",
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def read_csv(data, *, filename):
    """The Grid of the bytes of a CSV file; its title is the file's name without the ending.

    Raises UnreadableWorkbook, with a sentence for the user, for what is no text, no table, or too large.
    """
    rows = _rows(_decode(data, filename), filename)
    _check_size(rows, filename)
    grid = Grid.from_rows(PurePath(filename).stem or "CSV", rows)
    grid.is_file = True
    return grid


def _decode(data, filename):
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableWorkbook(
            "utf_16",
            _(
                "“{file}” is saved as “Unicode text” (UTF-16). Save it as “CSV UTF-8” or as “Excel Workbook (.xlsx)” and try again."
            ),
            file=filename,
        )
    text = None
    if not data.lstrip().startswith(_OTHERS) and b"\x00" not in data:
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            break
    if text is None or _CONTROL.search(text):
        raise UnreadableWorkbook(
            "not_a_table",
            _(
                "“{file}” is neither an Excel workbook nor a CSV file, whatever its name says. Save it as “Excel Workbook (.xlsx)” or “CSV UTF-8” and try again."
            ),
            file=filename,
        )
    if not text.strip():
        raise UnreadableWorkbook("empty_file", _("“{file}” is an empty file."), file=filename)
    return text


def _rows(text, filename):
    """The rows by the separator that fits best: one that gives headers we know, then one that gives even rows."""
    named = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)  # Excel's own first line; it shows no row for it
    if named:
        return _parsed(text[named.end() :], named[1], filename)
    candidates = [(_parsed(text, separator, filename), separator) for separator in SEPARATORS]
    return max(candidates, key=lambda one: _fitness(one[0]))[0]


def _fitness(rows):
    sample = [row for row in rows[:SAMPLE_ROWS] if any(row)]
    widths = Counter(len(row) for row in sample if len(row) > 1)
    if not widths:
        return False, 0.0, 0
    width, count = max(widths.items(), key=lambda one: (one[1], one[0]))
    return (
        find_layout(Grid.from_rows("", rows[:SAMPLE_ROWS])) is not None,
        round(count / len(sample), 1),
        width,
    )


def _parsed(text, separator, filename):
    """The rows as lists of texts. Quotation marks in the middle of a text are text; one that is never closed is refused."""
    try:
        return _read(text, separator, strict=True)
    except csv.Error as error:
        if "unexpected end" in str(error) or "limit" in str(error):
            raise UnreadableWorkbook(
                "open_quote",
                _(
                    "In “{file}” a quotation mark is opened and never closed, so its rows cannot be told apart. Open it in Excel, save it as “Excel Workbook (.xlsx)” and try again."
                ),
                file=filename,
            ) from error
        return _read(text, separator, strict=False)


def _read(text, separator, *, strict):
    rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict):
        rows.append(row)
        if len(rows) > MAX_ROWS:
            break  # refused by _check_size, if this is the separator
    return rows


def _check_size(rows, filename):
    if len(rows) > MAX_ROWS:
        raise UnreadableWorkbook(
            "too_many_rows",
            _("“{file}” has more than {limit} rows. Split it into several files."),
            file=filename,
            limit=f"{MAX_ROWS:,}",
        )
    widest = max((index for row in rows for index, text in enumerate(row, 1) if text.strip()), default=0)
    if widest > MAX_COLUMNS:
        raise UnreadableWorkbook(
            "too_many_columns",
            _("“{file}” has {count} columns; at most {limit} can be imported."),
            file=filename,
            count=widest,
            limit=MAX_COLUMNS,
        )
    if sum(map(len, rows)) > MAX_CELLS:
        raise UnreadableWorkbook(
            "too_many_cells",
            _("“{file}” has more than {limit} cells. Delete the unused rows and columns and try again."),
            file=filename,
            limit=f"{MAX_CELLS:,}",
        )
