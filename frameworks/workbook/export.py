"""Writes the framework of a plan as a workbook: dropdowns, protected ids and headers, codes as text, instructions.

Every cell that can be edited is free, and so are the rows below, for what is new.
"""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from frameworks.workbook.columns import (
    BY_KEY,
    FIRST_ROW,
    FORMAT,
    INSTRUCTIONS,
    META,
    SHEETS,
    Kind,
    sheet_titles,
)
from frameworks.workbook.content import is_blank, load_content, seen
from frameworks.workbook.guide import instructions
from frameworks.workbook.pages import (
    HIDDEN,
    LINE,
    MOST_LINES,
    Lists,
    guard,
    lines_of,
    put,
    shown,
    style_of,
    write_guide,
    write_heads,
    write_pairs,
)
from frameworks.workbook.reading import pairs_of_ids

#: Rows below the content that dropdowns reach.
ROOM = 500


def export_workbook(plan, file, *, at):
    """Writes the workbook of a plan into `file` (open for writing in binary mode), in the active language."""
    build_workbook(load_content(plan), at=at).save(file)


def build_workbook(content, *, at):
    """The openpyxl Workbook of a Content."""
    book = Workbook()
    titles = sheet_titles(content.plan)
    when = date_format(localtime(at), "DATETIME_FORMAT")
    write_guide(book.active, INSTRUCTIONS, instructions(content.plan, titles, when))
    lists = Lists(book)
    for sheet in SHEETS:
        _write_sheet(book.create_sheet(titles[sheet.key]), sheet, content, titles, lists)
    lists.write()
    _write_meta(book.create_sheet(META), content, at)
    return book


def _write_sheet(page, sheet, content, titles, lists):
    columns = sheet.columns(content.plan)
    records = content.records[sheet.key]
    write_heads(page, sheet, columns, content.plan)
    styles = [style_of(page, column, locked=not sheet.read or column.fixed) for column in columns]
    hidden = style_of(page, None, locked=True)
    for index, (column, style) in enumerate(zip(columns, styles, strict=True), HIDDEN + 1):
        width = page.column_dimensions[get_column_letter(index)]
        width.width, width._style = column.width, style._style
    for row, record in enumerate(records, FIRST_ROW):
        put(page, row, 1, record.id, hidden)
        put(page, row, 2, seen(record.values), hidden)
        for index, column in enumerate(columns, HIDDEN + 1):
            value = record.values[column.key]
            if not is_blank(value):
                put(page, row, index, shown(value, column), styles[index - HIDDEN - 1])
        lines = max(lines_of(record.values[column.key], column.width) for column in columns)
        if lines > 1:
            page.row_dimensions[row].height = LINE * min(lines, MOST_LINES)
    if sheet.read:
        _add_dropdowns(page, columns, FIRST_ROW + len(records) + ROOM, titles, content.plan, lists)
    guard(page)


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


def _write_meta(page, content, at):
    """What the importer must know: which plan, which layout, when, and which rows there were."""
    rows = [
        ("format", str(FORMAT)),
        ("plan", content.plan.code),
        ("exported_at", at.isoformat()),
        ("language", get_language() or ""),
        ("checksum", content.checksum),
    ]
    ids = {sheet.key: [record.id for record in content.records[sheet.key]] for sheet in SHEETS if sheet.read}
    write_pairs(page, rows + pairs_of_ids(ids))
