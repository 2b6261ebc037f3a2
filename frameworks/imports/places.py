"""Reads a table of places: code, name, kind, the place around, people, dates. Nothing here touches the database.

The columns are known by their headers, in any order; a blank cell says nothing.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from frameworks.imports.grid import FAULT, FORMULA, TEXT
from frameworks.imports.opening import open_grids
from frameworks.imports.parts import UnreadableWorkbook
from frameworks.imports.text import fold, is_formula
from frameworks.models.place import PlaceKind
from frameworks.models.plan import code_validator
from frameworks.numbers import BadNumber, read_number

#: column → what its header may be called (folded: no accents, no capitals), in English, Portuguese and Tetum.
HEADERS = {
    "code": ("code", "codigo", "kodigu", "place code", "pcode", "id"),
    "name": ("name", "nome", "naran", "place", "lugar", "fatin"),
    "kind": ("kind", "type", "level", "tipo", "nivel", "tipu", "nivel administrativo"),
    "parent": (
        "parent", "parent code", "code of parent", "lies in", "part of", "codigo superior", "pertence a", "superior",
        "kodigu superior", "iha laran",
    ),
    "population": ("population", "people", "inhabitants", "populacao", "populasaun", "habitantes"),
    "population_year": (
        "population year", "census year", "year of census", "ano do censo", "ano da populacao", "tinan sensus", "census",
    ),
    "valid_from": ("valid from", "exists since", "since", "valido desde", "existe desde", "desde"),
    "valid_until": ("valid until", "valid to", "existed until", "until", "valido ate", "existiu ate", "ate"),
}  # fmt: skip
KINDS = {
    PlaceKind.MUNICIPALITY: ("municipality", "municipio", "munisipiu", "district", "distrito"),
    PlaceKind.SPECIAL_REGION: (
        "special region", "special administrative region", "raeoa", "regiao administrativa especial", "rejiaun espesial",
    ),
    PlaceKind.ADMINISTRATIVE_POST: (
        "administrative post", "post", "posto administrativo", "posto", "postu administrativu", "postu", "subdistrict",
    ),
    PlaceKind.SUCO: ("suco", "suku", "village"),
    PlaceKind.ALDEIA: ("aldeia", "hamlet"),
}  # fmt: skip
#: Rows in which the headers are looked for, and places in one file: twice as many as Timor-Leste has.
HEADER_ROWS = 10
MOST_PLACES = 6_000
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[./](\d{1,2})[./](\d{4})", re.ASCII)


@dataclass(slots=True)
class PlaceRow:
    """One row of the file: `said` holds what its filled cells say (code, name, kind, parent, …); `problems` in words."""

    number: int
    said: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)

    @property
    def code(self):
        return self.said.get("code", "")


def read_places(file, *, filename):
    """The PlaceRows of an uploaded .xlsx or CSV file, open in binary mode. Raises UnreadableWorkbook, in words."""
    grids, _hidden = open_grids(file, filename=filename)
    for grid in grids:
        for number in range(1, min(grid.last_row, HEADER_ROWS) + 1):
            columns = _columns(grid, number)
            if {"code", "name"} <= columns.keys():
                return _rows(grid, number, columns, filename)
    raise UnreadableWorkbook(
        "no_headers",
        _(
            "“{file}” has no row of headers with “code” and “name”. Download the present list to see how it is laid out."
        ),
        file=filename,
    )


def _columns(grid, number):
    found = {}
    for cell in grid.showing(number):
        header = fold(cell.text).replace("_", " ")
        for name, words in HEADERS.items():
            if header in words:
                found.setdefault(name, cell.column)
    return found


def _rows(grid, header, columns, filename):
    rows, first = [], {}
    for number in range(header + 1, grid.last_row + 1):
        cells = {name: grid.filled(number, column) for name, column in columns.items()}
        if not any(cells.values()):
            continue
        if len(rows) >= MOST_PLACES:
            raise UnreadableWorkbook(
                "too_many_rows",
                _("“{file}” has more than {limit} places. Split it."),
                file=filename,
                limit=f"{MOST_PLACES:,}",
            )
        row = PlaceRow(number)
        for name, cell in cells.items():
            if cell is not None:
                _read(row, name, cell)
        if cells["code"] is None:
            row.problems.append(_("The code is missing."))
        elif row.code in first:
            row.problems.append(
                _("Row %(row)d has this code, too. Each place stands in the file once.")
                % {"row": first[row.code]}
            )
        if row.code:
            first.setdefault(row.code, number)
        rows.append(row)
    if not rows:
        raise UnreadableWorkbook(
            "no_rows", _("“{file}” has headers and no places below them."), file=filename
        )
    return rows


def _read(row, name, cell):
    """One cell into `row.said`, or what is wrong with it into `row.problems`."""
    text = cell.text
    if cell.kind in (FORMULA, FAULT) or (cell.kind == TEXT and is_formula(cell.value)):
        row.problems.append(
            _("Cell %(cell)s holds a formula or a fault: paste the value.") % {"cell": cell.ref}
        )
        return
    try:
        row.said[name] = _READERS[name](text)
    except ValueError as error:
        row.problems.append(_("Cell %(cell)s: %(problem)s") % {"cell": cell.ref, "problem": error})


def _code(text):
    if len(text) > 20:
        raise ValueError(_("“%(text)s…” is longer than the 20 characters of a code.") % {"text": text[:20]})
    if not code_validator.regex.match(text):
        raise ValueError(
            _("“%(text)s” is no code: letters, digits, dots, hyphens and underscores.") % {"text": text}
        )
    return text


def _name(text):
    if len(text) > 120:
        raise ValueError(_("“%(text)s…” is longer than 120 characters.") % {"text": text[:30]})
    return text


def _kind(text):
    word = fold(text).replace("_", " ")
    for kind, words in KINDS.items():
        if word in words or word == kind.value.replace("_", " "):
            return kind.value
    known = ", ".join(str(kind.label).lower() for kind in PlaceKind)
    raise ValueError(
        _("“%(text)s” is no kind of place. Known are: %(known)s.") % {"text": text[:40], "known": known}
    )


def _people(text):
    try:
        number = int(read_number(text, whole=True))
    except BadNumber as error:
        raise ValueError(str(error)) from error
    if number > 2_147_483_647:
        raise ValueError(_("“%(text)s” is too large.") % {"text": text[:40]})
    return number


def _year(text):
    if not (text.isascii() and text.isdecimal() and 1900 <= int(text[:5]) <= 2100):
        raise ValueError(_("“%(text)s” is no year.") % {"text": text[:40]})
    return int(text)


def _day(text):
    found = _DAY.fullmatch(text)
    try:
        if not found:
            raise ValueError
        parts = [int(one) for one in found.groups() if one]
        return date(*parts) if found[1] else date(*reversed(parts))
    except ValueError:
        raise ValueError(
            _("“%(text)s” is no day. Write year-month-day, for example 2022-01-01.") % {"text": text[:40]}
        ) from None


_READERS = {
    "code": _code,
    "name": _name,
    "kind": _kind,
    "parent": _code,
    "population": _people,
    "population_year": _year,
    "valid_from": _day,
    "valid_until": _day,
}
