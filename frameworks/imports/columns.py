"""The column-mapping step: what every column of an uploaded file is, as guessed and as a person corrected it.

A mapping is plain data, kept with the upload (FrameworkImport.columns) and used by every later reading of it:

    {"sheets": {title: {"read": "matrix", "first": 3, "last": 4, "pillar": "", "goal": "", "columns": {"2": "activity"}}}}

`read` is "matrix", "groups" or "leave" (the sheet is left out); `columns` are tokens by the column's number: a field of
vocabulary.py ("activity"), the code of a level ("activity_code"), or one year of a field ("schedule:2024").
"""

from dataclasses import dataclass, field

from frameworks.imports import text as texts
from frameworks.imports.grid import reference, shorten
from frameworks.imports.layout import (
    GROUPS,
    HEADER_ROWS,
    MATRIX,
    Column,
    Layout,
    find_layout,
    read_headers,
)
from frameworks.imports.results import Source
from frameworks.imports.vocabulary import GROUP_HEADERS, HEADERS

LEAVE = "leave"
#: A sheet of fewer columns whose headers nobody knows is a cover or a note.
FEWEST = 3
SAMPLES = 3
SAMPLE_LENGTH = 60
#: A field of which a sheet may have one column for every year.
OF_YEARS = ("schedule", "target")


@dataclass
class Mapping:
    """How one sheet is to be read. `read`: MATRIX, GROUPS or LEAVE. `columns`: number → token; blanks are left out."""

    read: str
    first: int
    last: int
    columns: dict = field(default_factory=dict)
    pillar: str = ""
    goal: str = ""

    @classmethod
    def stored(cls, data):
        columns = {int(index): token for index, token in data["columns"].items()}
        return cls(data["read"], data["first"], data["last"], columns, data["pillar"], data["goal"])

    def to_store(self):
        return {
            "read": self.read,
            "first": self.first,
            "last": self.last,
            "pillar": self.pillar,
            "goal": self.goal,
            "columns": {str(index): token for index, token in sorted(self.columns.items()) if token},
        }


def guessed(grid):
    """(the Mapping that a sheet would be read by, whether its headers were recognised)."""
    layout = find_layout(grid)
    if layout is not None:
        return Mapping(layout.kind, layout.first_row, layout.last_row, _tokens(layout)), True
    mapping = guessed_at(grid, MATRIX, _likely_header(grid))
    if len(columns_of(grid, mapping.first)) < FEWEST:
        mapping.read = LEAVE
    return mapping, False


def guessed_at(grid, kind, first, last=None):
    """The Mapping of a sheet whose headers begin in row `first`, as a person said. `last`: None finds it out."""
    layout, _sure = read_headers(grid, first, kind, GROUP_HEADERS if kind == GROUPS else HEADERS)
    tokens = _tokens(layout)
    if last is None:
        last = first + 1 if _is_years(grid, first + 1) else layout.last_row
    for row in range(first + 1, last + 1):
        below, _sure = read_headers(grid, row, kind, GROUP_HEADERS if kind == GROUPS else HEADERS)
        taken = set(tokens.values())
        tokens = {index: token for index, token in _tokens(below).items() if token not in taken} | tokens
    return Mapping(kind, first, last, tokens)


def _is_years(grid, row):
    """Whether a row holds years and nothing else: they belong to the header above, whatever its language."""
    own = [cell for cell in grid.showing(row) if cell.row == row]
    return bool(own) and all(texts.year_of(cell.text) for cell in own)


def _tokens(layout):
    return {
        column.index: f"{column.field}:{column.year}"
        if column.year and column.field in OF_YEARS
        else column.field
        for column in layout.columns
    }


def _likely_header(grid):
    """Of headers in no language that we know: the first row that is about as full as the fullest of the first rows."""
    filled = {row: len(grid.showing(row)) for row in range(1, min(HEADER_ROWS, grid.last_row) + 1)}
    most = max(filled.values(), default=0)
    return next((row for row, count in filled.items() if count and count >= 0.7 * most), 1)


def layout_of(grid, mapping):
    """The Layout that a Mapping means; None for a sheet that is left out."""
    if mapping.read == LEAVE:
        return None
    columns, unknown = [], []
    for index in columns_of(grid, mapping.first):
        name, _colon, year = mapping.columns.get(index, "").partition(":")
        source = Source(grid.title, reference(mapping.last, index))
        column = Column(index, name, int(year) if year else None, header_of(grid, mapping, index), source)
        (columns if name else unknown).append(column)
    return Layout(
        grid.title,
        mapping.read,
        mapping.first,
        mapping.last,
        tuple(columns),
        tuple(unknown),
        pillar=mapping.pillar,
        goal=mapping.goal,
        by_hand=True,
    )


def layouts_of(grids, stored):
    """{sheet: Layout or None} of what is stored with an upload; {} when nobody corrected anything."""
    sheets = stored.get("sheets", {})
    return {
        grid.title: layout_of(grid, Mapping.stored(sheets[grid.title]))
        for grid in grids
        if grid.title in sheets
    }


def columns_of(grid, first):
    """The numbers of the columns that show anything from row `first` on."""
    shown = {column for row, column in grid.cells if row >= first}
    return sorted(shown | {column for column in range(1, grid.last_column + 1) if grid.filled(first, column)})


def header_of(grid, mapping, index):
    """The header of a column as it reads, over all header rows: "Target: 2026"."""
    cells = [grid.filled(row, index) for row in range(mapping.first, mapping.last + 1)]
    return ": ".join(dict.fromkeys(cell.text for cell in cells if cell))


def samples_of(grid, last):
    """{column: up to three different values below the headers}. One walk through the sheet."""
    samples = {}
    for row, column in sorted(grid.cells):
        found = samples.setdefault(column, [])
        if row > last and len(found) < SAMPLES:
            text = shorten(grid.cells[row, column].text, SAMPLE_LENGTH)
            if text not in found:
                found.append(text)
    return samples


def years_shown(grid, mapping):
    """The years that headers or guesses name: what the plan's own years may not hold."""
    years = {int(token.partition(":")[2]) for token in mapping.columns.values() if ":" in token}
    for row in range(mapping.first, mapping.last + 1):
        years |= {year for cell in grid.showing(row) if (year := texts.year_of(cell.text))}
    return years


def same_headers(grid, mapping, other_grid, other):
    """Whether two sheets have the same headers in the same columns, as the pillar sheets of one workbook do."""

    def headers(one, how):
        return {index: header_of(one, how, index) for index in columns_of(one, how.first)}

    return headers(grid, mapping) == headers(other_grid, other)
