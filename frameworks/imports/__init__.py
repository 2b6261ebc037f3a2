"""Importing a logframe: from an uploaded workbook to plain values with the cell of each and of every doubt.

    read_logframe → ParsedWorkbook (results.py)

The way of a file: opening (safe_workbook, safe_csv: is it a table, and a harmless one?) → grid (cells, merged ranges) →
layout (which column is what; columns.py when a person says it) → matrix and groups (the content) → tree (codes, doubles). Nothing here touches the database.
"""

from django.utils.translation import gettext_lazy as _

from frameworks.imports import text as texts
from frameworks.imports.grid import Grid, refuse_formulas
from frameworks.imports.groups import read_groups
from frameworks.imports.layout import GROUPS, Layout, find_layout
from frameworks.imports.limits import refuse_long_texts
from frameworks.imports.matrix import Book, read_matrix
from frameworks.imports.names import (
    KnownInstitution,
    KnownInstitutions,
    Match,
    resolve,
    resolve_all,
    split_names,
)
from frameworks.imports.opening import open_grids
from frameworks.imports.parts import UnreadableWorkbook
from frameworks.imports.results import Doubt, Doubts, ParsedPlan, ParsedWorkbook, Source
from frameworks.imports.tree import finish
from frameworks.imports.vocabulary import FIELD_LABELS

__all__ = [
    "Doubt",
    "Grid",
    "KnownInstitution",
    "KnownInstitutions",
    "Layout",
    "Match",
    "ParsedWorkbook",
    "Source",
    "UnreadableWorkbook",
    "read_grids",
    "read_logframe",
    "resolve",
    "resolve_all",
    "split_names",
]


def read_logframe(file, *, filename, known=(), layouts=None):
    """Reads an uploaded .xlsx or CSV file into a ParsedWorkbook.

    `file` is open for reading in binary mode. `known`: institutions that exist already (KnownInstitution objects or
    spellings), so that a name with "and" in it is not taken apart. `layouts`: {sheet: Layout} corrected by a person,
    instead of those found (columns.py); None for a sheet that is to be left out. Raises UnreadableWorkbook for a file that cannot be opened at all; whatever is wrong inside
    a workbook that opens is among the result's doubts.
    """
    grids, hidden = open_grids(file, filename=filename)
    return read_grids(grids, filename=filename, known=known, layouts=layouts, hidden=hidden)


def read_grids(grids, *, filename, known=(), layouts=None, hidden=()):
    """The same for sheets that are grids already (a CSV file is one: Grid.from_rows)."""
    known = KnownInstitutions.of(known)
    doubts, book, groups, used = Doubts(), Book(), [], []
    for title in hidden:
        doubts.warning(
            "hidden_sheet",
            Source(title),
            _("The sheet is hidden and was not read. Unhide it in Excel if it is to be imported."),
        )
    filled = [grid for grid in grids if grid.cells]
    if not filled:
        doubts.error(
            "empty_workbook", Source(""), _("The workbook is empty: no visible sheet holds anything.")
        )
    corrected = layouts or {}
    found = [
        (grid, corrected[grid.title] if grid.title in corrected else find_layout(grid)) for grid in filled
    ]
    for grid, layout in found:
        if layout is None and grid.title in corrected:
            doubts.note("left_out", Source(grid.title), _("You left this sheet out; it is not read."))
            continue
        if layout is None:
            _no_headers(grid, any(layout for _grid, layout in found), doubts)
            continue
        used.append(layout)
        refuse_formulas(grid, doubts)
        _note_columns(grid, layout, doubts)
        if layout.kind == GROUPS:
            groups.extend(read_groups(grid, layout, known, doubts))
        else:
            read_matrix(grid, layout, book, known, doubts)
    pillars = finish(book.pillars, doubts)
    plan = _plan(book, pillars, used, doubts)
    refuse_long_texts(plan, pillars, groups, doubts)
    return ParsedWorkbook(filename, plan, pillars, tuple(groups), tuple(used), doubts.all())


def _no_headers(grid, others_found, doubts):
    """An error when no sheet at all has headers that we know; else the sheet is left out with a warning."""
    if others_found:
        doubts.warning(
            "sheet_not_read",
            Source(grid.title),
            _("The sheet has no headers that we know and was not read."),
        )
    else:
        doubts.error(
            "no_headers",
            Source(grid.title),
            _(
                "No header row was found in the first 15 rows. Expected are headers such as Output, Specific Activities, "
                "Performance Indicators, Implementation Year and Lead Institution."
            ),
        )


def _note_columns(grid, layout, doubts):
    """Notes on what is not read or read by a guess: unknown columns, columns without header, hidden rows and cells."""
    for column in layout.unknown:
        twin = not layout.by_hand and column.field and column.field != "other" and layout.column(column.field)
        if twin:
            doubts.warning(
                "column_twice",
                column.source,
                _(
                    "The column “{header}” is not read: {other} is already taken for “{field}”. Delete one of them."
                ),
                header=column.header,
                other=twin.source.cell,
                field=FIELD_LABELS.get(column.field.removesuffix("_code"), column.field),
            )
        elif not layout.by_hand:
            doubts.note(
                "column_not_read",
                column.source,
                _("The column “{header}” is not known and not imported."),
                header=column.header,
            )
    for column in layout.columns:
        if column.guessed:
            doubts.note(
                "column_guessed",
                column.source,
                _("The column “{header}” is taken for “{field}”."),
                header=column.header,
                field=FIELD_LABELS.get(column.field.removesuffix("_code"), column.field),
            )
    headed = {column.index for column in (*layout.columns, *layout.unknown)}
    noted = set()
    for row, index in sorted(grid.cells):
        # A line across the table (a goal, a footnote) may begin anywhere; a lone cell is not a column.
        if (
            row > layout.last_row
            and index not in headed
            and index not in noted
            and len(grid.showing(row)) > 1
        ):
            noted.add(index)
            doubts.note(
                "column_without_header",
                grid.own(row, index).source,
                _("The cell stands in a column without a header; the column is not imported."),
            )
    for cell in grid.covered:
        doubts.note(
            "covered_cell",
            cell.source,
            _("A merged cell hides the text “{text}” here; it is not imported."),
            text=cell.text,
        )
    if grid.hidden_rows:
        doubts.note(
            "hidden_rows",
            Source(grid.title, f"A{grid.hidden_rows[0]}"),
            _("The sheet has hidden rows ({count}); they are read as well."),
            count=len(grid.hidden_rows),
        )


def _plan(book, pillars, layouts, doubts):
    """The plan's title and years: as the title states them, else the first and last year of the schedule."""
    if not pillars:
        return None
    source = book.title.source if book.title else pillars[0].source
    stated = texts.years_of_plan(book.title.text) if book.title else None
    columns = [
        column
        for layout in layouts
        for column in layout.columns
        if column.field == "schedule" and column.year
    ]
    marked = {
        year for pillar in pillars for goal in pillar.goals for output in goal.outputs
        for activity in output.activities for year in activity.years
    }  # fmt: skip
    years = sorted({column.year for column in columns} | marked)
    if stated is None and years:
        doubts.note(
            "years_of_schedule",
            source,
            _(
                "The title does not state the years of the plan; {first} to {last} are taken from the schedule."
            ),
            first=years[0],
            last=years[-1],
        )
    for column in columns:
        if stated and not stated[0] <= column.year <= stated[1]:
            doubts.warning(
                "year_outside_plan",
                column.source,
                _("{year} lies outside the years of the plan in its title, {first} to {last}."),
                year=column.year,
                first=stated[0],
                last=stated[1],
            )
    first, last = stated or ((years[0], years[-1]) if years else (None, None))
    title = book.title.text if book.title else None
    return ParsedPlan(title, first, last, stated is not None, source)
