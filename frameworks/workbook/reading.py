"""Reads the sheets of an uploaded workbook into plain rows, whatever it is about. Nothing here touches the database."""

from django.utils.translation import gettext_lazy as _

from frameworks.imports.parts import UnreadableWorkbook, damaged
from frameworks.imports.results import Doubts, Source
from frameworks.imports.safe_workbook import open_workbook
from frameworks.workbook.columns import LISTS, META
from frameworks.workbook.heads import TOP
from frameworks.workbook.rows import ParsedSheet, note_columns, read_row, rest

#: Ids that stand in one cell of the hidden sheet; a cell holds 32,767 signs.
CHUNK = 2_000


def read_sheets(file, *, filename, heads):
    """(sheet key → ParsedSheet, what the hidden sheet says, sheet key → exported ids, Doubts) of a workbook.

    `file` is open for reading in binary mode; `heads` knows the table of its sheets. Without the hidden sheet both of what
    it says are empty. Raises UnreadableWorkbook for what is no workbook.
    """
    workbook, facts = open_workbook(file, filename=filename)
    doubts, sheets, meta, exported = Doubts(), {}, {}, {}
    try:
        for page in workbook.worksheets:
            page.reset_dimensions()  # the declared size may be A1:XFD1048576
            if page.title == META:
                meta, exported = _read_meta(page, facts[page.title], heads)
            elif page.title != LISTS and facts[page.title].last_row:
                found = _read_sheet(page, facts[page.title], heads, doubts)
                if found and found.key in sheets:
                    doubts.error(
                        "sheet_twice",
                        Source(page.title),
                        _("The sheet “{other}” holds the same. Delete one of them."),
                        other=sheets[found.key].title,
                    )
                elif found:
                    sheets[found.key] = found
    except UnreadableWorkbook:
        raise
    except Exception as error:
        raise damaged(filename) from error
    finally:
        workbook.close()
    return sheets, meta, exported, doubts


def pairs_of_ids(ids):
    """[(name, text)] for the hidden sheet: which rows there were. ids: sheet key → ids."""
    return [
        (f"ids:{key}", " ".join(mine[start : start + CHUNK]))
        for key, mine in ids.items()
        for start in range(0, len(mine), CHUNK)
    ]


def _read_meta(page, facts, heads):
    meta, exported = {}, {}
    for cells in page.iter_rows(max_row=facts.last_row, max_col=2, values_only=True):
        key, value = (str(one) if one is not None else "" for one in (*cells, None, None)[:2])
        if key.startswith("ids:"):
            exported.setdefault(key[4:], set()).update(value.split())
        elif key:
            meta[key] = value
    if meta:
        for key in heads.sheets:
            exported.setdefault(key, set())
    return meta, exported


def _read_sheet(page, facts, heads, doubts):
    rows = page.iter_rows(max_row=facts.last_row, max_col=facts.last_column)
    top = []
    for cells in rows:
        top.append(cells)
        if len(top) == TOP:
            break
    key, columns, ids, last = heads.find(page.title, top)
    if key is None:
        if not heads.explains(page.title):
            doubts.note(
                "sheet_not_read",
                Source(page.title),
                _("This sheet is not part of the workbook and is not read."),
            )
        return None
    if not heads.sheets[key].read:
        return None
    read = {index: column for index, column in columns.items() if column.read}
    sheet = ParsedSheet(key, page.title, read, ids=set(ids.values()))
    note_columns(sheet, top[last - 1], ids.keys() | columns.keys(), doubts)
    merged = {row for top_row, _left, bottom, _right in facts.merged for row in range(top_row, bottom + 1)}
    for number, cells in enumerate([*top[last:], *rest(rows, facts.last_row - len(top))], last + 1):
        row = read_row(sheet, number, cells, ids, doubts)
        if row is not None:
            sheet.rows.append(row)
            if number in merged:
                doubts.error(
                    "merged",
                    row.source(),
                    _("The row has merged cells. Unmerge them: every row stands for itself."),
                )
    return sheet
