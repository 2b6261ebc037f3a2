"""Reads the logframe matrix of one sheet, row by row, into a tree of nodes (tree.py turns it into results).

A merged cell shows in all its rows; a blank cell under a text means "as above", as people read it. Nothing is
guessed silently: what is assumed becomes a note or warning at its cell, what can be read in two ways an error.
"""

import re

from django.utils.translation import gettext_lazy as _

from frameworks.imports import grid as grids
from frameworks.imports import text as texts
from frameworks.imports.grid import shorten
from frameworks.imports.results import Source
from frameworks.imports.rows import (
    View,
    make_indicator,
    read_code,
    read_leads,
    read_schedule,
    refuse_dates,
    refuse_loose_details,
)
from frameworks.imports.tree import Node
from frameworks.imports.vocabulary import FIELD_LABELS, FOOTNOTES

CHAIN = ("pillar", "goal", "output", "activity")
_FOOTNOTE = re.compile(rf"(?:{'|'.join(FOOTNOTES)})\s*\d*\s*[:.–—-]|\*", re.IGNORECASE)
PARENT = {"goal": "pillar", "output": "goal", "activity": "output"}


class Book:
    """What the sheets of a workbook share: its pillars, and the title found above the first table."""

    def __init__(self):
        self.pillars = []
        self.title = None
        self._by_name = {}

    def pillar(self, cell, code, name):
        """The pillar of that name, made when it is new. Two sheets may go on with one pillar."""
        found = self._by_name.get(texts.fold(name))
        if found is None:
            found = self._by_name[texts.fold(name)] = Node("pillar", cell, code, name, cell.raw)
            self.pillars.append(found)
        return found


def read_matrix(grid, layout, book, known, doubts):
    """Adds the sheet's pillars, goals, outputs, activities and indicators to `book`.

    `layout` may be the one found or one corrected by a person. `known` (KnownInstitutions) are names that are not
    taken apart in lead cells.
    """
    _Reader(grid, layout, book, known, doubts).read()


class _Reader:
    def __init__(self, grid, layout, book, known, doubts):
        self.grid, self.layout, self.book, self.known, self.doubts = grid, layout, book, known, doubts
        self.view = View(grid, layout)
        self.heads = {cell.text for row in (layout.first_row, layout.last_row) for cell in grid.showing(row)}
        self.current = dict.fromkeys(CHAIN)
        self.seen = {}  # (level, cell) → node: a merged cell is met once per row
        self.taken = set()  # (activity, cell) whose marks or leads are already taken
        self.reported = set()
        self.rows_with_content = 0

    def read(self):
        self.read_above()
        for row in range(self.layout.last_row + 1, self.grid.last_row + 1):
            showing = self.grid.showing(row)
            if showing and not self.is_repeated_header(showing) and not self.read_line(showing, row):
                self.rows_with_content += 1
                self.read_row(row)
        if not self.rows_with_content:
            self.doubts.error(
                "no_rows",
                Source(self.grid.title, grids.reference(self.layout.last_row, 1)),
                _("There is nothing below the headers of this sheet. Fill the table or delete the sheet."),
            )

    # Lines above and between the rows

    def read_above(self):
        """The title, "Pillar: …" and "Goal: …" above the headers; anything else there is noted."""
        goal = None
        for row in range(1, self.layout.first_row):
            for cell in self.grid.showing(row):
                if cell.row != row:
                    continue
                label = texts.split_label(cell.text)
                if label and label[0] == "pillar":
                    self.begin_pillar(cell, cell.text)
                elif label and label[0] == "goal" and goal is None:
                    goal = cell, label
                elif self.book.title is None and not label:
                    self.book.title = cell
                elif self.book.title is None or cell.text != self.book.title.text:
                    self.note_not_read(cell)
        if self.layout.pillar:
            self.begin_pillar(self.said(self.layout.pillar), self.layout.pillar)
        elif self.current["pillar"] is None and "pillar" not in self.view.field_at.values():
            self.begin_pillar_of_sheet()
        if self.layout.goal:
            goal = self.said(self.layout.goal), ("goal", *texts.split_code(self.layout.goal))
        if goal:
            cell, (_field, code, text) = goal
            if self.current["pillar"] is None:
                self.note_not_read(cell)  # a long sheet names its goals in a column
            else:
                self.begin("goal", cell, code, text)

    def said(self, text):
        """A text that stands in no cell: a person gave it, or it is the sheet's own name."""
        return grids.Cell(self.grid.title, 1, 1, grids.TEXT, text, text, text)

    def begin_pillar_of_sheet(self):
        code, name = texts.split_pillar(self.grid.title)
        cell = self.said(self.grid.title)
        if texts.fold(name).rstrip("0123456789 ") in (
            "sheet",
            "folha",
            "planilha",
            "logframe",
            "matrix",
            "feuil",
        ):
            self.doubts.warning(
                "pillar_of_sheet",
                Source(self.grid.title),
                _(
                    "The pillar takes the name of the sheet, “{name}”. Rename the sheet if the pillar is called otherwise."
                ),
                name=name,
            )
        elif self.grid.is_file:
            self.doubts.warning(
                "pillar_of_file",
                Source(self.grid.title),
                _(
                    "The pillar takes the name of the file, “{name}”. If it is called otherwise, name it under “Correct the columns”."
                ),
                name=name,
            )
        self.current["pillar"] = self.book.pillar(cell, code, name)

    def begin_pillar(self, cell, text):
        label = texts.split_label(text)
        code, name = (label[1], label[2]) if label and label[0] == "pillar" else texts.split_pillar(text)
        pillar = self.book.pillar(cell, code, name)
        if pillar is not self.current["pillar"]:
            self.current = dict.fromkeys(CHAIN) | {"pillar": pillar}

    def read_line(self, showing, row):
        """True for a row that is one line across the table: "Goal 2: …", "Output 1.3: …", a footnote."""
        if len(showing) != 1 or showing[0].row != row:
            return False
        cell = showing[0]
        label = texts.split_label(cell.text)
        wide = self.grid.extent(cell)[1] - cell.column >= 2
        if _FOOTNOTE.match(cell.text):
            self.note_not_read(cell)
            return True
        if label and label[0] == "pillar":
            self.begin_pillar(cell, cell.text)
            return True
        if label and self.view.field_at.get(cell.column) not in (label[0], "indicator"):
            self.begin(label[0], cell, label[1], label[2])
            return True
        code, text = texts.split_code(cell.text)
        if wide and code and "output" not in self.view.field_at.values():
            self.begin("output", cell, code, text)
            return True
        if wide:
            self.doubts.warning(
                "line_not_read",
                cell.source,
                _(
                    "The line “{text}” across the table is not read. Begin it with “Goal:” or “Output:” if it is one."
                ),
                text=shorten(cell.text),
            )
        return wide

    def note_not_read(self, cell):
        self.doubts.note(
            "text_not_read",
            cell.source,
            _("“{text}” stands outside the table and is not imported."),
            text=shorten(cell.text),
        )

    def is_repeated_header(self, showing):
        """True for the header printed again on a further page."""
        return len(showing) > 1 and all(cell.text in self.heads for cell in showing)

    # Rows

    def read_row(self, row):
        for level in CHAIN:
            self.read_level(level, row)
        indicator = self.read_indicator(row)
        read_schedule(self.view, row, self.current["activity"], self.taken, self.doubts)
        read_leads(self.view, row, self.current["activity"], self.taken, self.known, self.doubts)
        if indicator is None:
            refuse_loose_details(self.view, row, self.doubts)

    def read_level(self, level, row):
        cell, code_cell = self.view.of(row, level), self.view.of(row, f"{level}_code")
        anchor = cell or code_cell
        if anchor is None:
            return
        current = self.current[level]
        if node := self.seen.get((level, anchor.at)):
            if node is not current:
                self.refuse_span(node, self.current[PARENT[level]])
                self.go_to(level, node)
            return
        code, text = self.read_text(level, cell, code_cell)
        if level == "pillar":
            self.begin_pillar(anchor, text)
        elif current and (current.same_as(code, text) or (not text and code == current.code)):
            self.seen[level, anchor.at] = current
            return
        else:
            if not text:
                self.doubts.error(
                    "code_without_text",
                    (code_cell or anchor).source,
                    _("{level} {code} has a code but no text. Write its text."),
                    level=FIELD_LABELS[level],
                    code=code,
                )
            self.begin(level, anchor, code, text)
        self.seen[level, anchor.at] = self.current[level]

    def read_text(self, level, cell, code_cell):
        """(code, text) of a level; the code from its own column first, else from the beginning of the text."""
        code, text = "", ""
        if cell:
            refuse_dates(cell, code_cell is None, self.doubts)
            code, text = texts.split_code(cell.text) if level != "pillar" else ("", cell.text)
            if level != "pillar" and not code and texts.is_bare_code(text):
                code, text = texts.code_of_cell(text), ""
        if code_cell:
            own = read_code(code_cell, self.doubts)
            if cell and code and own and own != code:
                text = texts.clean(cell.text)  # another number at its beginning belongs to the text
            code = own or code
        return code, text

    def begin(self, level, cell, code, text):
        """Makes a node current, reusing a goal or output with the same code and text, and resets the levels below."""
        parent = self.parent_for(level, cell)
        node = None
        if level in ("goal", "output"):
            node = parent.find(level, code, text)
        if node is None:
            node = Node(level, cell, code, text, cell.raw, parent)
            parent.add(node)
        self.go_to(level, node)

    def go_to(self, level, node):
        self.current[level] = node
        for below in CHAIN[CHAIN.index(level) + 1 :]:
            self.current[below] = None

    def parent_for(self, level, cell):
        """The node above. A missing goal or output is an error; a nameless one stands in so that reading goes on."""
        parent_level = PARENT[level]
        if self.current[parent_level] is not None:
            return self.current[parent_level]
        if parent_level == "pillar":
            self.doubts.error(
                "pillar_missing", cell.source, _("No pillar is named for this row. Fill the Pillar column.")
            )
            self.current["pillar"] = Node("pillar", cell, "", "", "")
            return self.current["pillar"]
        if parent_level == "goal":
            self.report_once(
                "goal_missing",
                cell,
                _(
                    "No goal is named on this sheet. Write “Goal: …” in a row above the headers, or add a column Goal."
                ),
            )
        elif "output" not in self.view.field_at.values():
            self.report_once(
                "no_output_column",
                cell,
                _(
                    "The sheet has no column headed Output, so its activities belong to no output. Add the column."
                ),
            )
        else:
            self.doubts.error(
                "activity_without_output",
                cell.source,
                _("The activity “{text}” belongs to no output. Fill the Output cell of its row."),
                text=shorten(cell.text),
            )
        stand_in = Node(parent_level, cell, "", "", "")
        if parent_level == "goal":
            stand_in.parent = self.parent_for("goal", cell)
            stand_in.parent.add(stand_in)
            self.current["goal"] = stand_in
        return stand_in

    def report_once(self, code, cell, message):
        if code not in self.reported:
            self.reported.add(code)
            self.doubts.error(code, cell.source, message)

    def refuse_span(self, node, parent):
        self.doubts.error(
            "spans_two",
            node.source,
            _(
                "The merged cell {range} lies beside both {first} and {second}. Split it, so that each part belongs to one."
            ),
            range=self.grid.range_of(node.cell),
            first=node.parent.cell.ref,
            second=parent.cell.ref if parent else _("none"),
        )

    # Indicators

    def read_indicator(self, row):
        """The indicator node that the row shows, or None. Its owner is the row's activity, else output, else goal."""
        cell, code_cell = self.view.of(row, "indicator"), self.view.of(row, "indicator_code")
        if cell is None:
            if code_cell:
                self.doubts.error(
                    "code_without_text",
                    code_cell.source,
                    _("This indicator has a code but no text. Write its text."),
                )
            return None
        owner = next(
            (self.current[level] for level in ("activity", "output", "goal") if self.current[level]), None
        )
        if found := self.seen.get(("indicator", cell.at)):
            if found.parent is not owner:
                self.refuse_span(found, owner)
            return found
        if owner is None:
            self.doubts.error(
                "indicator_without_owner",
                cell.source,
                _("The indicator belongs to no activity, output or goal. Fill those cells of its row."),
            )
            return None
        node = make_indicator(self.view, row, owner, self.doubts)
        self.seen["indicator", cell.at] = node
        return node
