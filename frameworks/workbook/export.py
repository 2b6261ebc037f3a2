"""Writes the framework of a plan as a workbook: dropdowns, protected ids and headers, codes as text, instructions.

What cannot be edited is locked, without a password: the lock guards against slips, not against people. Every other cell
is free, and so are the rows below, for what is new.
"""

import math
import re
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from frameworks.numbers import write_number
from frameworks.workbook.columns import (
    BY_KEY,
    FIRST_ROW,
    FORMAT,
    HEADER_ROW,
    ID,
    INSTRUCTIONS,
    LISTS,
    MACHINE_ROW,
    META,
    SEEN,
    SHEETS,
    Kind,
    sheet_titles,
)
from frameworks.workbook.content import is_blank, load_content, plain, seen
from frameworks.workbook.guide import instructions

#: Rows below the content that dropdowns reach.
ROOM = 500
#: Columns before those that people see: id and digest.
HIDDEN = 2
#: Ids that stand in one cell of the hidden sheet; a cell holds 32,767 signs.
CHUNK = 2_000
#: Figures of more digits are written as text: Excel keeps 15.
EXCEL_DIGITS = 15
#: Points of a line of text; a row grows to so many lines at the most (Excel's rows end at 409 points).
LINE, MOST_LINES = 15, 20
#: Signs of column widths that are still legible across a sheet of A4.
PAPER_WIDTH = 170
#: The instructions: width of their column, and signs of ordinary text that fit into a line of it.
GUIDE_WIDTH, GUIDE_SIGNS = 100, 95

_HEAD = PatternFill("solid", fgColor="1F3864")
_FIXED = PatternFill("solid", fgColor="EDEDED")
_FORMATS = {Kind.NUMBER: "General", Kind.WHOLE: "0", Kind.DATE: "yyyy-mm-dd"}
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def export_workbook(plan, file, *, at):
    """Writes the workbook of a plan into `file` (open for writing in binary mode), in the active language."""
    build_workbook(load_content(plan), at=at).save(file)


def build_workbook(content, *, at):
    """The openpyxl Workbook of a Content."""
    book = Workbook()
    titles = sheet_titles(content.plan)
    _write_instructions(book.active, content.plan, titles, at)
    lists = Lists(book)
    for sheet in SHEETS:
        _write_sheet(book.create_sheet(titles[sheet.key]), sheet, content, titles, lists)
    lists.write()
    _write_meta(book.create_sheet(META), content, at)
    return book


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


def _write_sheet(page, sheet, content, titles, lists):
    columns = sheet.columns(content.plan)
    records = content.records[sheet.key]
    _write_heads(page, sheet, columns, content.plan)
    styles = [_style(page, column, locked=not sheet.read or column.fixed) for column in columns]
    hidden = _style(page, None, locked=True)
    for index, (column, style) in enumerate(zip(columns, styles, strict=True), HIDDEN + 1):
        width = page.column_dimensions[get_column_letter(index)]
        width.width, width._style = column.width, style._style
    for row, record in enumerate(records, FIRST_ROW):
        _put(page, row, 1, record.id, hidden)
        _put(page, row, 2, seen(record.values), hidden)
        for index, column in enumerate(columns, HIDDEN + 1):
            value = record.values[column.key]
            if not is_blank(value):
                _put(page, row, index, shown(value, column), styles[index - HIDDEN - 1])
        lines = max(_lines(record.values[column.key], column.width) for column in columns)
        if lines > 1:
            page.row_dimensions[row].height = LINE * min(lines, MOST_LINES)
    if sheet.read:
        _add_dropdowns(page, columns, FIRST_ROW + len(records) + ROOM, titles, content.plan, lists)
    _guard(page)


def _write_heads(page, sheet, columns, plan):
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
    _set_paper(page, sum(column.width for column in columns))
    page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"


def _style(page, column, *, locked):
    """A loose cell that carries the style of a column; cells copy it, which is a hundred times faster than setting it."""
    style = Cell(page, row=1, column=1)
    style.protection = Protection(locked=locked)
    style.number_format = _FORMATS.get(column.kind, "@") if column else "@"
    style.alignment = Alignment(wrap_text=True, vertical="top")
    if locked and column:
        style.fill = _FIXED
    return style


def set_text(cell, text):
    """Writes a text and says outright that it is one: what begins with = + - @ must never become a formula."""
    cell.value = plain(text)
    cell.data_type = "s"


def _put(page, row, column, value, style):
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


def _add_dropdowns(page, columns, last, titles, plan, lists):
    for index, column in enumerate(columns, HIDDEN + 1):
        source = _dropdown(column, titles, plan, last, lists)
        if source is None:
            continue
        rule = DataValidation("list", formula1=source, allow_blank=True, showErrorMessage=True)
        rule.errorStyle = "stop" if column.kind in (Kind.CHOICE, Kind.MARK) else "warning"
        rule.errorTitle = column.header(plan)[:32]
        rule.error = _("Choose one of the list.")
        letter = get_column_letter(index)
        rule.add(f"{letter}{FIRST_ROW}:{letter}{last}")
        page.add_data_validation(rule)


def _dropdown(column, titles, plan, last, lists):
    if column.fixed:
        return None
    if column.kind == Kind.CHOICE:
        return lists.add([str(label) for _value, label in column.choices.choices])
    if column.kind == Kind.MARK:
        return '"x"'
    if column.kind == Kind.REF:
        # The other sheet's own column of codes: what is added there can be chosen here at once.
        other = BY_KEY[column.refers].columns(plan)
        at = get_column_letter(HIDDEN + 1 + next(i for i, one in enumerate(other) if one.key == "code"))
        name = titles[column.refers].replace("'", "''")
        return f"'{name}'!${at}${FIRST_ROW}:${at}${max(last, FIRST_ROW + ROOM)}"
    return None


def _guard(page):
    """Locks the sheet without a password and leaves free what does no harm."""
    guard = page.protection
    guard.sheet = True
    for allowed in (
        "formatCells",
        "formatColumns",
        "formatRows",
        "insertRows",
        "deleteRows",
        "sort",
        "autoFilter",
    ):
        setattr(guard, allowed, False)  # openpyxl says whether it is forbidden


def _lines(value, width):
    """Lines that a text takes in a column of that width (signs). Said outright: not every program, and none in a protected
    sheet, makes a row higher by itself when its text wraps."""
    if not isinstance(value, str):
        return 1
    return sum(max(1, math.ceil(len(line) / width)) for line in value.splitlines() or [""])


def _set_paper(page, width=0):
    """Printed across, as many columns to a page as can be read: a committee reads it on paper. width: of all columns, in signs."""
    page.page_setup.fitToWidth = max(1, math.ceil(width / PAPER_WIDTH))
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.fitToHeight = 0  # as many pages as it takes


def _write_instructions(page, plan, titles, at):
    page.title = str(INSTRUCTIONS)[:31]
    page.column_dimensions["A"].width = 26
    page.column_dimensions["B"].width = GUIDE_WIDTH
    _set_paper(page)
    when = date_format(localtime(at), "DATETIME_FORMAT")
    for row, (first, second, bold) in enumerate(instructions(plan, titles, when), 1):
        for column, text in ((1, first), (2, second)):
            cell = page.cell(row, column)
            set_text(cell, text)
            cell.alignment = Alignment(wrap_text=column == 2, vertical="top")
            cell.font = Font(name="Calibri", bold=bold or column == 1, size=14 if row == 1 else 11)
        page.row_dimensions[row].height = 20 if row == 1 else LINE * _lines(second, GUIDE_SIGNS)
    _guard(page)


def _write_meta(page, content, at):
    """What the importer must know: which plan, which layout, when, and which rows there were."""
    page.sheet_state = "hidden"
    rows = [
        ("format", str(FORMAT)),
        ("plan", content.plan.code),
        ("exported_at", at.isoformat()),
        ("language", get_language() or ""),
        ("checksum", content.checksum),
    ]
    for sheet in SHEETS:
        ids = [record.id for record in content.records[sheet.key]] if sheet.read else []
        rows += [
            (f"ids:{sheet.key}", " ".join(ids[start : start + CHUNK])) for start in range(0, len(ids), CHUNK)
        ]
    for row, pair in enumerate(rows, 1):
        for column, text in enumerate(pair, 1):
            set_text(page.cell(row, column), text)
    page.protection.sheet = True
