"""Writes the budget of an institution and a year as a workbook: what it may change is open and coloured, the rest locked."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from budgets.models import GenderTag
from budgets.workbook.columns import AMOUNTS, BY_KEY, FORMAT, GUIDE, KIND, MONTHS, READ, titles_of
from budgets.workbook.guide import guide
from frameworks.workbook.bases import write_base
from frameworks.workbook.columns import FIRST_ROW, HEADER_ROW, META, Kind
from frameworks.workbook.content import digest, is_blank, plain
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
    set_text,
    shown,
    style_of,
    write_guide,
    write_heads,
    write_pairs,
)
from frameworks.workbook.reading import pairs_of_ids
from frameworks.workbook.rules import validation

#: Rows below the content that are made ready for what is new; the free cells go on below them.
ROOM = 100
#: Of those, rows that are printed.
PAPER_ROOM = 8


def export_budget(content, file, *, at):
    """Writes the workbook of a Content into `file` (open for writing in binary mode), in the active language."""
    build_budget(content, at=at).save(file)


def build_budget(content, *, at):
    """The openpyxl Workbook of a Content."""
    book, titles = Workbook(), titles_of(content.plan)
    when = date_format(localtime(at), "DATETIME_FORMAT")
    write_guide(book.active, GUIDE, guide(content, titles, when))
    lists = Lists(book)
    places = _places(content, titles)
    for key in READ:
        _write_sheet(book.create_sheet(titles[key]), key, content, places, lists)
    _write_lists(book.create_sheet(titles["lists"]), content)
    lists.write()
    write_pairs(book.create_sheet(META), _identity(content, at))
    return book


def id_words(record):
    """A row in the hidden list of those that were exported: its id, what it held, and the number of an action."""
    return f"{record.id}={record_digest(record)}={record.values.get('number', '')}"


def record_digest(record):
    return digest(write_base(record.compared))[:10]


def _identity(content, at):
    """Whose budget, of which year, made when: whoever uploads it elsewhere is told."""
    pairs = [
        ("format", str(FORMAT)),
        ("template", KIND),
        ("plan", content.plan.code),
        ("institution", content.institution.code),
        ("year", str(content.year)),
        ("exported_at", at.isoformat()),
        ("language", get_language() or ""),
    ]
    return pairs + pairs_of_ids({key: [id_words(record) for record in content.records[key]] for key in READ})


# The sheets that are filled in


def _write_sheet(page, key, content, places, lists):
    columns, records = BY_KEY[key].columns(content.plan), content.records[key]
    write_heads(page, BY_KEY[key], columns, content.plan)
    page.freeze_panes = page.cell(FIRST_ROW, HIDDEN + 3)
    page.print_title_cols = "C:C"
    page.row_dimensions[HEADER_ROW].height = LINE * max(
        lines_of(column.header(content.plan), column.width * 0.8) for column in columns
    )
    shut, free, hidden = _styles(page, columns)
    at = {column.key: index for index, column in enumerate(columns, HIDDEN + 1)}
    for column, loose in zip(columns, _column_styles(page, columns), strict=True):
        width = page.column_dimensions[get_column_letter(at[column.key])]
        width.width, width._style = column.width, loose._style
    for number, record in enumerate(records, FIRST_ROW):
        put(page, number, 1, record.id, hidden)
        put(page, number, 2, record.base(), hidden)
        for column in columns:
            style = free if column.key in record.boxes or _is_free(record, column) else shut
            value = record.values.get(column.key)
            written = None if is_blank(value) or column.key == "amount" else shown(value, column)
            put(page, number, at[column.key], written, style[column.key])
        height = max(lines_of(record.values.get(column.key), column.width) for column in columns)
        page.row_dimensions[number].height = LINE * min(height, MOST_LINES)
    last = FIRST_ROW + len(records) + ROOM
    for number in range(FIRST_ROW + len(records), last):
        for column in columns:
            put(page, number, at[column.key], None, (shut if column.fixed else free)[column.key])
    if key == "costs":
        for number in range(FIRST_ROW, last):
            page.cell(number, at["amount"]).value = _amount(at, number)
    for column in columns:
        rule = _rule(column, places, content, lists)
        if rule is not None:
            letter = get_column_letter(at[column.key])
            page.add_data_validation(validation(*rule, f"{letter}{FIRST_ROW}:{letter}{last + ROOM}"))
    page.auto_filter.ref = (
        f"A{HEADER_ROW}:{get_column_letter(HIDDEN + len(columns))}{max(last - ROOM - 1, FIRST_ROW)}"
    )
    # On paper: what is there, and some room to write.
    paper = FIRST_ROW + len(records) + PAPER_ROOM - 1
    page.print_area = f"C{HEADER_ROW}:{get_column_letter(HIDDEN + len(columns))}{paper}"
    guard(page)


def _is_free(record, column):
    """The activity of a cost line follows its action: free wherever that is."""
    return record.sheet == "costs" and column.key == "activity" and "action" in record.boxes


def _styles(page, columns):
    """(column key → the style of a locked cell, column key → that of a box, the style of the hidden columns)"""
    shut = {column.key: style_of(page, column, locked=True) for column in columns}
    free = {column.key: style_of(page, column, locked=False) for column in columns}
    for style in free.values():
        style.fill = BOX
    for style in (*shut.values(), *free.values()):
        style.border = FRAME
    return shut, free, style_of(page, None, locked=True)


def _column_styles(page, columns):
    """What the cells far below are: free and of the right kind, but not coloured."""
    return [style_of(page, column, locked=column.fixed) for column in columns]


def _amount(at, row):
    """The formula of a cost line's amount: nothing until both numbers are there."""
    quantity, cost = (f"{get_column_letter(at[key])}{row}" for key in ("quantity", "unit_cost"))
    return f'=IF(AND(ISNUMBER({quantity}),ISNUMBER({cost})),ROUND({quantity}*{cost},2),"")'


def _rule(column, places, content, lists):
    """(kind, first, second) of what the column offers or takes; None for whatever is typed."""
    if column.fixed:
        return None
    if column.key in places:
        return "list", places[column.key], None
    if column.key in MONTHS:
        return "list", '"x"', None
    if column.kind == Kind.NUMBER and column.key in (*AMOUNTS, "quantity", "unit_cost"):
        return "decimal", 0, None
    return None


# What there is to choose from


def _blocks(content):
    """column key → its cells, downwards: each list stands in columns of its own."""
    activities, sources = content.offered, content.usable_sources
    pillars = [one.output.goal.pillar for one in activities]
    return {
        "activity": [one.code for one in activities],
        "activity_title": [plain(one.title) for one in activities],
        "pillar": [plain(f"{one.code} {one.name}") for one in pillars],
        "own": [one.pk in content.own for one in activities],
        "source": [one.code for one in sources],
        "source_name": [plain(one.name) for one in sources],
        "source_kind": [str(one.get_kind_display()) for one in sources],
        "currency": content.currencies,
        "gender_tag": [str(label) for _value, label in GenderTag.choices],
    }


def _places(content, titles):
    """column key → the formula that points to its list."""
    blocks, name = _blocks(content), titles["lists"].replace("'", "''")
    places = {}
    for index, column in enumerate(BY_KEY["lists"].columns(content.plan), HIDDEN + 1):
        if column.key in ("activity", "source", "currency", "gender_tag"):
            letter, last = get_column_letter(index), FIRST_ROW + max(len(blocks[column.key]), 1) - 1
            places[column.key] = f"'{name}'!${letter}${FIRST_ROW}:${letter}${last}"
    return places


def _write_lists(page, content):
    columns, blocks = BY_KEY["lists"].columns(content.plan), _blocks(content)
    write_heads(page, BY_KEY["lists"], columns, content.plan)
    for index, column in enumerate(columns, HIDDEN + 1):
        page.column_dimensions[get_column_letter(index)].width = column.width
        style = style_of(page, column, locked=True)
        for number, value in enumerate(blocks[column.key], FIRST_ROW):
            put(page, number, index, None if is_blank(value) else shown(value, column), style)
    if not content.usable_sources:
        set_text(page.cell(FIRST_ROW, HIDDEN + 6), _("None yet: the secretariat enters them in the tracker."))
    guard(page, rows=False)
