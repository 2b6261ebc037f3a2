"""Finds which column of a sheet is what. The answer is data, so that a person can correct it (column mapping)."""

import re
from dataclasses import dataclass, replace

from frameworks.imports import text as texts
from frameworks.imports.results import Source
from frameworks.imports.vocabulary import CODE_WORDS, FILLERS, GROUP_HEADERS, HEADERS, LEVELS

#: Headers are looked for in the first rows only.
HEADER_ROWS = 15
#: A text longer than this is not a header but content that happens to hold one of the words.
HEADER_WORDS = 8

MATRIX, GROUPS = "matrix", "groups"
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column taken for a field. `year` for one year of a schedule or target. A code column names its level:
    "output_code". `guessed`: the header only holds the field's word ("Key indicators of change")."""

    index: int
    field: str
    year: int | None
    header: str
    source: Source
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is read: its kind, header rows and columns. `unknown` are columns with a header nobody knows.

    by_hand: a person said so (columns.py); then `unknown` are those to be left out, and `pillar` and `goal` may name what
    no line and no column of the sheet does.
    """

    sheet: str
    kind: str
    first_row: int
    last_row: int
    columns: tuple[Column, ...]
    unknown: tuple[Column, ...] = ()
    pillar: str = ""
    goal: str = ""
    by_hand: bool = False

    def column(self, field):
        """The first column of a field, or None."""
        return next((column for column in self.columns if column.field == field), None)

    def all(self, field):
        return [column for column in self.columns if column.field == field]

    @property
    def fields(self):
        return {column.field for column in self.columns}


def find_layout(grid):
    """The Layout that fits best, or None when the first rows hold no headers that we know."""
    best, best_score = None, 0.0
    for row in range(1, min(HEADER_ROWS, grid.last_row) + 1):
        for kind, headers in ((MATRIX, HEADERS), (GROUPS, GROUP_HEADERS)):
            layout, score = read_headers(grid, row, kind, headers)
            if _is_enough(layout) and score > best_score:
                best, best_score = layout, score
    return best


def _is_enough(layout):
    if layout.kind == GROUPS:
        return "members" in layout.fields and layout.fields & {
            "group",
            "leads",
            "government_lead",
            "cso_lead",
        }
    levels = layout.fields & set(LEVELS)
    others = layout.fields - set(LEVELS)
    return bool(levels & {"activity", "indicator"}) and (len(levels) >= 2 or len(others) >= 2)


def recognise(header, headers=HEADERS):
    """(field, year, score) of a header text; field "" when it is none. 3 points for the very words, 1 for a part.

    "Target 2026" and "Meta 2026" are a target of that year; a lone year is a column of the schedule.
    """
    year = texts.year_of(header)
    if year and headers is HEADERS:
        return "schedule", year, 1.0
    if ":" in header and texts.split_label(header):
        return "", None, 0.0  # "Goal: Women decide"
    words = texts.fold(header).split()
    found_year = _YEAR.search(header)
    if found_year:
        words = [word for word in words if word != found_year[1]]
    if not words or len(words) > HEADER_WORDS:
        return "", None, 0.0
    year = int(found_year[1]) if found_year else None
    phrase = f" {' '.join(words)} "
    if headers is HEADERS:
        level = _code_of_level(words)
        if level:
            return f"{level}_code", None, 3.0
    best = ("", None, 0.0)
    longest = 0
    for field, synonyms in headers.items():
        for synonym in synonyms:
            if phrase.strip() == synonym:
                return field, year, 3.0
            size = len(synonym.split())
            # A lone "no", "n" or "number" inside a longer header says nothing.
            if size > longest and field != "code" and f" {synonym} " in phrase:
                best, longest = (field, year, 1.0), size
    return best


def _code_of_level(words):
    """ "output" for the words of "Output code", "Code of the output", "Nº do resultado"; else ""."""
    rest = [word for word in words if word not in FILLERS]
    names = [word for word in rest if word not in CODE_WORDS]
    if len(names) == len(rest) or not names:
        return ""
    name = " ".join(names)
    return next((level for level in LEVELS if name in HEADERS[level]), "")


def read_headers(grid, row, kind, headers):
    """(the Layout of a sheet whose headers stand in `row`, how sure that is)."""
    sub = _has_sub_header(grid, row, headers)
    columns, unknown, score, taken, tops = [], [], 0.0, set(), set()
    top_field, top_text = "", ""
    for index in range(1, grid.last_column + 1):
        top = grid.filled(row, index)
        below = grid.own(row + 1, index) if sub else None
        if top is None and below is None:
            continue
        year, points = None, 0.0
        if top is not None:
            top_field, year, points = recognise(top.text, headers)
            top_text = top.text
            tops |= {top.at} if points else set()
        field = top_field
        if below is not None:
            below_field, below_year, below_points = recognise(below.text, headers)
            if below_year and below_field == "schedule":
                # A year under "Target" is a target of that year; under anything else it is the schedule.
                field, year = ("target" if top_field == "target" else "schedule"), below_year
            elif below_field:
                field, year = below_field, below_year
            points = max(points, below_points)
        cell = below or top
        header = f"{top_text}: {below.text}" if below is not None and top_text else cell.text
        column = Column(index, field, year, header, cell.source, guessed=0 < points < 3 and not year)
        if field in ("", "other") or (field, year) in taken or _is_banner(grid, row, index, field, year, sub):
            unknown.append(column)
            continue
        columns.append(column)
        # The years under one header count once.
        score += points if field not in {key for key, _year in taken} else 0.1
        if field != "code":
            taken.add((field, year))
    if sub and len(tops) < 2:
        return Layout(grid.title, kind, row, row, ()), 0.0  # a title above the headers, not a part of them
    return Layout(grid.title, kind, row, row + 1 if sub else row, _name_codes(columns), tuple(unknown)), score


def _is_banner(grid, row, index, field, year, sub):
    """True for a column under "Implementation year" without a year of its own while its neighbours have one."""
    anchor = grid.filled(row, index)
    if not sub or year or field not in ("schedule", "target") or anchor is None:
        return False
    return any(
        grid.filled(row, column) is anchor
        and (below := grid.own(row + 1, column))
        and texts.year_of(below.text)
        for column in range(1, grid.last_column + 1)
    )


def _has_sub_header(grid, row, headers):
    """True when the next row only goes on with the header: years, or header words, and nothing else."""
    own = [grid.own(row + 1, index) for index in range(1, grid.last_column + 1)]
    own = [cell for cell in own if cell is not None]
    return bool(own) and all(
        texts.year_of(cell.text) or recognise(cell.text, headers)[2] >= 3 for cell in own
    )


def _name_codes(columns):
    """A bare "Code" or "No." column belongs to the next level column on its right, else to the one on its left."""
    named, taken = [], set()
    for position, column in enumerate(columns):
        if column.field == "code":
            right = [other.field for other in columns[position + 1 :] if other.field in LEVELS]
            left = [other.field for other in reversed(columns[:position]) if other.field in LEVELS]
            level = (right or left or [""])[0]
            column = replace(column, field=f"{level}_code", guessed=False)
        if column.field != "_code" and (column.field, column.year) not in taken:
            taken.add((column.field, column.year))
            named.append(column)
    return tuple(named)
