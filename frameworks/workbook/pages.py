"""How the sheets of a workbook look, whatever it is about: styles, headers, dropdowns, protection, paper.

What cannot be edited is locked, without a password: the lock guards against slips, not against people.
"""

import math
import re
from datetime import date
from decimal import Decimal

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from frameworks.numbers import write_number
from frameworks.workbook.columns import FIRST_ROW, HEADER_ROW, ID, LISTS, MACHINE_ROW, SEEN, Kind
from frameworks.workbook.content import plain

#: Columns before those that people see: id and digest.
HIDDEN = 2
#: Figures of more digits are written as text: Excel keeps 15.
EXCEL_DIGITS = 15
#: Points of a line of text; a row grows to so many lines at the most (Excel's rows end at 409 points).
LINE, MOST_LINES = 15, 20
#: Signs of column widths that are still legible across a sheet of A4.
PAPER_WIDTH = 170
#: The first sheet, in words: width of its column, and signs of ordinary text that fit into a line of it.
GUIDE_WIDTH, GUIDE_SIGNS = 100, 95

FIXED = PatternFill("solid", fgColor="EDEDED")
#: The boxes to fill: light, with the text as dark as ever.
BOX = PatternFill("solid", fgColor="FFF9DB")
_LINE = Side("thin", color="C8C8C8")
FRAME = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="1F3864")
_FORMATS = {Kind.NUMBER: "General", Kind.FIGURE: "General", Kind.WHOLE: "0", Kind.DATE: "yyyy-mm-dd"}
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class Lists:
    """The hidden sheet from which dropdowns take their words."""

    def __init__(self, book):
        self.book, self.columns = book, []

    def add(self, words):
        """Keeps a list and gives the formula that points to it."""
        self.columns.append(words)
        letter = get_column_letter(len(self.columns))
        return f"{LISTS}!${letter}$1:${letter}${len(words)}"

    def write(self):
        sheet = self.book.create_sheet(LISTS)
        sheet.sheet_state = "hidden"
        for index, words in enumerate(self.columns, 1):
            for row, word in enumerate(words, 1):
                set_text(sheet.cell(row, index), word)


def write_heads(page, sheet, columns, plan):
    set_text(page.cell(MACHINE_ROW, 1), f"#{sheet.key}")
    set_text(page.cell(MACHINE_ROW, 2), SEEN)
    set_text(page.cell(HEADER_ROW, 1), ID)
    for index, column in enumerate(columns, HIDDEN + 1):
        set_text(page.cell(MACHINE_ROW, index), column.key)
        head = page.cell(HEADER_ROW, index)
        set_text(head, column.header(plan) + (" *" if column.required else ""))
        head.font, head.fill = Font(name="Calibri", bold=True, color="FFFFFF"), _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="top")
    page.row_dimensions[MACHINE_ROW].hidden = True
    for letter in "AB":
        page.column_dimensions[letter].hidden = True
    page.freeze_panes = page.cell(FIRST_ROW, HIDDEN + 2)
    set_paper(page, sum(column.width for column in columns))
    page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"


def style_of(page, column, *, locked):
    """A loose cell that carries the style of a column; cells copy it, which is a hundred times faster than setting it."""
    style = Cell(page, row=1, column=1)
    style.protection = Protection(locked=locked)
    style.number_format = _FORMATS.get(column.kind, "@") if column else "@"
    style.alignment = Alignment(wrap_text=True, vertical="top")
    if locked and column:
        style.fill = FIXED
    return style


def set_text(cell, text):
    """Writes a text and says outright that it is one: what begins with = + - @ must never become a formula."""
    cell.value = plain(text)
    cell.data_type = "s"


def put(page, row, column, value, style):
    cell = page.cell(row, column)
    cell._style = style._style
    if isinstance(value, str):
        set_text(cell, value)
    else:
        cell.value = value


def shown(value, column):
    """What is written for a value: the words of a choice, x for a mark, digits that Excel would lose as text."""
    if column.kind == Kind.CHOICE:
        return str(dict(column.choices.choices).get(value, value))
    if isinstance(value, bool):
        return "x"
    if isinstance(value, Decimal):
        return value if len(value.as_tuple().digits) <= EXCEL_DIGITS else write_number(value)
    if isinstance(value, int | date):
        return value
    return _ESCAPED.sub("_x005F_", value)  # Excel reads _x0041_ as A


def guard(page, *, rows=True):
    """Locks the sheet without a password and leaves free what does no harm. rows: rows may be added and taken out."""
    page.protection.sheet = True
    free = ("formatCells", "formatColumns", "formatRows", "sort", "autoFilter")
    for allowed in (*free, "insertRows", "deleteRows") if rows else free:
        setattr(page.protection, allowed, False)  # openpyxl says whether it is forbidden


def lines_of(value, width):
    """Lines that a text takes in a column of that width (signs). Said outright: not every program, and none in a protected
    sheet, makes a row higher by itself when its text wraps."""
    if not isinstance(value, str):
        return 1
    return sum(max(1, math.ceil(len(line) / width)) for line in value.splitlines() or [""])


def set_paper(page, width=0):
    """Printed across, as many columns to a page as can be read: a committee reads it on paper. width: of all columns, in signs."""
    page.page_setup.fitToWidth = max(1, math.ceil(width / PAPER_WIDTH))
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.fitToHeight = 0  # as many pages as it takes


def write_guide(page, title, lines):
    """The first sheet, in plain words. lines: (left, right, whether they are bold)."""
    page.title = str(title)[:31]
    page.column_dimensions["A"].width = 26
    page.column_dimensions["B"].width = GUIDE_WIDTH
    set_paper(page)
    for row, (first, second, bold) in enumerate(lines, 1):
        for column, text in ((1, first), (2, second)):
            cell = page.cell(row, column)
            set_text(cell, text)
            cell.alignment = Alignment(wrap_text=column == 2, vertical="top")
            cell.font = Font(name="Calibri", bold=bold or column == 1, size=14 if row == 1 else 11)
        page.row_dimensions[row].height = 20 if row == 1 else LINE * lines_of(second, GUIDE_SIGNS)
    guard(page)


def write_pairs(page, rows):
    """A hidden sheet of names and what they say: what the importer must know."""
    page.sheet_state = "hidden"
    for row, pair in enumerate(rows, 1):
        for column, text in enumerate(pair, 1):
            set_text(page.cell(row, column), text)
    page.protection.sheet = True
