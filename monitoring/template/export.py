"""Writes the drafts of an institution as a workbook: what is asked is open and coloured, everything else is locked."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from frameworks.workbook.columns import FIRST_ROW, HEADER_ROW, META, Kind
from frameworks.workbook.content import digest, is_blank
from frameworks.workbook.pages import (
    BOX,
    FRAME,
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
from frameworks.workbook.rules import Rules
from monitoring.cells import PARTS, is_chosen, is_whole, largest, may_be_negative
from monitoring.template.answers import answer_words, shown_answer
from monitoring.template.columns import BY_KEY, FORMAT, READ_ME, SHEETS, columns_of, titles_of
from monitoring.template.content import progress_form
from monitoring.template.guide import read_me

#: Lines of text that a row has room for at least: nothing makes it higher by itself while one types.
_LEAST = {"activities": 6, "indicators": 3, "places": 1}


def export_template(content, file, *, at):
    """Writes the template of a Content into `file` (open for writing in binary mode), in the active language."""
    build_template(content, at=at).save(file)


def build_template(content, *, at):
    """The openpyxl Workbook of a Content."""
    book, titles = Workbook(), titles_of(content.plan)
    when = date_format(localtime(at), "DATETIME_FORMAT")
    write_guide(book.active, READ_ME, read_me(content, titles, when))
    lists = Lists(book)
    for sheet in SHEETS:
        if content.records[sheet.key]:
            _write_sheet(book.create_sheet(titles[sheet.key]), sheet.key, content, lists)
    lists.write()
    write_pairs(book.create_sheet(META), _identity(content, at))
    return book


def _identity(content, at):
    """Which institution, which round, made when: whoever uploads it elsewhere is told."""
    return [
        ("format", str(FORMAT)),
        ("template", "report"),
        ("plan", content.plan.code),
        ("round", content.round.label),
        ("institution", content.institution.code),
        ("exported_at", at.isoformat()),
        ("language", get_language() or ""),
        ("checksum", digest([[row.id, row.base()] for row in content.rows])),
    ]


def _write_sheet(page, key, content, lists):
    columns, records = columns_of(key, content.plan, content.corrections), content.records[key]
    write_heads(page, BY_KEY[key], columns, content.plan)
    # The code and what it stands for stay in sight, the code on paper, too.
    page.freeze_panes = page.cell(FIRST_ROW, HIDDEN + (3 if key == "activities" else 4))
    page.print_title_cols = "C:C"
    heads = max(lines_of(column.header(content.plan), column.width * 0.8) for column in columns)
    page.row_dimensions[HEADER_ROW].height = LINE * heads
    locked = [style_of(page, column, locked=True) for column in columns]
    boxes = [style_of(page, column, locked=False) for column in columns]
    for style in boxes:
        style.fill = BOX
    for style in (*locked, *boxes):
        style.border = FRAME
    hidden, rules = style_of(page, None, locked=True), Rules(lists)
    places = {column.key: index for index, column in enumerate(columns, HIDDEN + 1)}
    if "share" in places:
        locked[places["share"] - HIDDEN - 1].number_format = "0.0%"
    for column in columns:
        page.column_dimensions[get_column_letter(places[column.key])].width = column.width
    for number, record in enumerate(records, FIRST_ROW):
        put(page, number, 1, record.id, hidden)
        put(page, number, 2, record.base(), hidden)
        for column, shut, free in zip(columns, locked, boxes, strict=True):
            index, is_box = places[column.key], column.key in record.boxes
            put(page, number, index, _cell(record, column), free if is_box else shut)
            if is_box:
                _rule(rules, record, column, index, number)
        if {"n", "d"} <= record.boxes:
            page.cell(number, places["share"]).value = _share(places, number)
        height = max(lines_of(record.values[column.key], column.width) for column in columns)
        page.row_dimensions[number].height = LINE * min(max(height, _LEAST[key]), MOST_LINES)
    rules.write(page)
    if key == "places":  # long, and one indicator below the other
        last = get_column_letter(HIDDEN + len(columns))
        page.auto_filter.ref = f"A{HEADER_ROW}:{last}{FIRST_ROW + len(records) - 1}"
    guard(page, rows=False)


def _share(places, number):
    """The formula of a share: both numbers give the percentage at once."""
    n, d = (f"{get_column_letter(places[part])}{number}" for part in "nd")
    return f'=IF(AND(ISNUMBER({n}),ISNUMBER({d})),IF({d}>0,{n}/{d},""),"")'


def _cell(record, column):
    """What is written into a cell; None leaves it empty."""
    value = record.values[column.key]
    if is_blank(value):
        return None
    if column.key == "v" and record.cell is not None and is_chosen(record.indicator):
        return shown_answer(record.indicator, value)
    return shown(value, column)


def _rule(rules, record, column, index, number):
    """What the cell offers or takes, said by Excel itself while one types."""
    if column.kind == Kind.CHOICE:
        rules.offer((str(label) for _value, label in column.choices.choices), index, number)
    elif column.kind == Kind.MARK:
        rules.offer(("x",), index, number)
    elif column.key == "spent-currency":
        form = progress_form(record.submission, record.entry)
        rules.offer((code for code, _label in form.fields[column.key].choices), index, number)
    elif column.kind == Kind.NUMBER:
        rules.bound(False, 0, None, index, number)
    elif column.kind == Kind.FIGURE and column.key in PARTS:
        indicator = record.indicator
        if column.key == "v" and is_chosen(indicator):
            rules.offer(answer_words(indicator), index, number)
        elif column.key != "v" or not may_be_negative(indicator, indicator.targets.all()):
            rules.bound(is_whole(indicator, column.key), 0, largest(indicator, column.key), index, number)
