"""Reads an uploaded workbook into plain rows, each value with its cell. Nothing here touches the database."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from frameworks.imports.parts import UnreadableWorkbook, damaged
from frameworks.imports.results import Doubts, Source
from frameworks.imports.safe_workbook import open_workbook
from frameworks.workbook.cells import is_empty, text_of
from frameworks.workbook.columns import (
    BY_KEY,
    FORMAT,
    ID,
    INSTRUCTIONS,
    LISTS,
    META,
    SEEN,
    SHEETS,
    Column,
    Kind,
    same,
    sheet_titles,
)
from frameworks.workbook.rows import ParsedSheet, Row, note_columns, read_row, rest

#: Rows in which headers are looked for when the hidden row of machine words is gone.
_TOP = 5


@dataclass
class Parsed:
    """The workbook. `sheets`: key → ParsedSheet of those that are there; `exported`: sheet → ids that were exported."""

    filename: str
    sheets: dict
    meta: dict
    exported: dict
    doubts: Doubts

    @property
    def exported_at(self):
        try:
            return datetime.fromisoformat(self.meta.get("exported_at", ""))
        except ValueError:
            return None


def read_workbook(file, *, filename, plan):
    """The Parsed workbook of a plan. `file` is open for reading in binary mode.

    Raises UnreadableWorkbook for what is no workbook, no workbook of this kind, or that of another plan.
    """
    workbook, facts = open_workbook(file, filename=filename)
    doubts, sheets, meta, exported = Doubts(), {}, {}, {}
    try:
        for page in workbook.worksheets:
            page.reset_dimensions()  # the declared size may be A1:XFD1048576
            if page.title == META:
                meta, exported = _read_meta(page, facts[page.title])
            elif page.title != LISTS and facts[page.title].last_row:
                found = _read_sheet(page, facts[page.title], plan, doubts)
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
    _refuse_strangers(filename, plan, sheets, meta)
    return Parsed(filename, sheets, meta, exported, doubts)


def _refuse_strangers(filename, plan, sheets, meta):
    if not sheets:
        raise UnreadableWorkbook(
            "not_the_workbook",
            _(
                "“{file}” is not a workbook that was downloaded here. Download it, edit it and upload it again; a logframe of another shape goes to “Import”."
            ),
            file=filename,
        )
    if meta.get("plan", plan.code) != plan.code:
        raise UnreadableWorkbook(
            "other_plan",
            _("“{file}” is the workbook of {other}, not of {plan}."),
            file=filename,
            other=meta["plan"],
            plan=plan.code,
        )
    if meta.get("format", str(FORMAT)) != str(FORMAT):
        raise UnreadableWorkbook(
            "other_format",
            _("“{file}” was downloaded from another version of the tracker. Download it anew."),
            file=filename,
        )


def _read_meta(page, facts):
    meta, exported = {}, {}
    for cells in page.iter_rows(max_row=facts.last_row, max_col=2, values_only=True):
        key, value = (str(one) if one is not None else "" for one in (*cells, None, None)[:2])
        if key.startswith("ids:"):
            exported.setdefault(key[4:], set()).update(value.split())
        elif key:
            meta[key] = value
    if meta:
        for sheet in SHEETS:
            exported.setdefault(sheet.key, set())
    return meta, exported


def _read_sheet(page, facts, plan, doubts):
    rows = page.iter_rows(max_row=facts.last_row, max_col=facts.last_column)
    top = []
    for cells in rows:
        top.append(cells)
        if len(top) == _TOP:
            break
    key, columns, ids, last = _find_columns(page.title, top, plan)
    if key is None:
        if same(page.title) not in _every(lambda: [INSTRUCTIONS]):
            doubts.note(
                "sheet_not_read",
                Source(page.title),
                _("This sheet is not part of the workbook and is not read."),
            )
        return None
    sheet = ParsedSheet(key, page.title, columns)
    if not BY_KEY[key].read:
        return None
    note_columns(sheet, top[last - 1], ids, doubts)
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


# Which sheet, which column


def _find_columns(title, top, plan):
    """(sheet key, {index: Column}, {index: "id" or "seen"}, last row of headers); the key is None for a strange sheet."""
    for at, cells in enumerate(top[:2]):
        words = {
            index: text_of(cell.value) for index, cell in enumerate(cells, 1) if not is_empty(cell.value)
        }
        marks = {
            index: word[1:] for index, word in words.items() if word.startswith("#") and word[1:] in BY_KEY
        }
        if marks:
            index, key = next(iter(marks.items()))
            known = {column.key: column for column in BY_KEY[key].columns(plan)}
            columns = {}
            for place, word in words.items():
                column = known.get(word) or _foreign_year(key, word)
                if column and column.key not in {one.key for one in columns.values()}:
                    columns[place] = column
            ids = {index: ID} | {place: SEEN for place, word in words.items() if word == SEEN}
            heads = top[at + 1] if len(top) > at + 1 else ()
            _by_header(key, heads, columns, ids, plan)
            return key, columns, ids, min(at + 2, len(top))
    return _find_by_words(title, top, plan)


def _foreign_year(key, word):
    """A year that the plan no longer has keeps its column, so that an x in it is not lost without a word."""
    if key == "activities" and word[:1] == "y" and word[1:].isdecimal() and len(word) == 5:
        return Column(word, word[1:], Kind.MARK, field="years")
    return None


def _find_by_words(title, top, plan):
    keys = [
        key
        for language_titles in _languages(lambda: sheet_titles(plan))
        for key, own in language_titles.items()
        if same(own) == same(title)
    ]
    for key in dict.fromkeys(keys):
        for at, cells in enumerate(top):
            columns, ids = {}, {}
            _by_header(key, cells, columns, ids, plan)
            if len(columns) >= 2:
                return key, columns, ids, at + 1
    return None, {}, {}, 0


def _by_header(key, cells, columns, ids, plan):
    """Adds the columns that are known by their visible header only, in whichever language it is."""
    taken = {column.key for column in columns.values()}
    heads = {}
    for found in _languages(lambda: [(column.header(plan), column) for column in BY_KEY[key].columns(plan)]):
        for header, column in found:
            heads.setdefault(same(header), []).append(column)
    for index, cell in enumerate(cells, 1):
        if index in columns or index in ids or is_empty(cell.value):
            continue
        word = same(text_of(cell.value)).removesuffix("*").strip()
        column = next((one for one in heads.get(word, ()) if one.key not in taken), None)
        if column is not None:
            columns[index] = column
            taken.add(column.key)
        elif word == ID and ID not in ids.values():
            ids[index] = ID


def _languages(make):
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield make()


def _every(make):
    return {same(one) for found in _languages(make) for one in found}


__all__ = ["Parsed", "ParsedSheet", "Row", "read_workbook"]
