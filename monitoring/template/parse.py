"""Reads an uploaded template into plain rows, each value with its cell. Nothing here touches the database."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from frameworks.imports.parts import UnreadableWorkbook, damaged
from frameworks.imports.results import Doubts, Source
from frameworks.imports.safe_workbook import open_workbook
from frameworks.workbook.cells import is_empty, text_of
from frameworks.workbook.columns import ID, LISTS, META, SEEN
from frameworks.workbook.rows import ParsedSheet, read_row, rest
from monitoring.corrections import place_of
from monitoring.template.columns import BY_KEY, CORRECTIONS, FORMAT, columns_of


@dataclass
class Parsed:
    """The workbook. `sheets`: key → ParsedSheet of those that are there; `meta`: what its hidden sheet says."""

    filename: str
    sheets: dict
    meta: dict
    doubts: Doubts


def read_template(file, *, filename, round, institution):
    """The Parsed template of an institution in a round. `file` is open for reading in binary mode.

    Raises UnreadableWorkbook for what is no workbook, no template, or that of another institution, round or plan.
    """
    workbook, facts = open_workbook(file, filename=filename)
    doubts, sheets, meta = Doubts(), {}, {}
    try:
        for place, page in enumerate(workbook.worksheets):
            page.reset_dimensions()  # the declared size may be A1:XFD1048576
            if page.title == META:
                meta = _read_meta(page, facts[page.title])
            elif page.title != LISTS and facts[page.title].last_row:
                _read_sheet(page, facts[page.title], round.plan, sheets, doubts, is_first=not place)
    except UnreadableWorkbook:
        raise
    except Exception as error:
        raise damaged(filename) from error
    finally:
        workbook.close()
    _refuse_strangers(filename, round, institution, sheets, meta)
    return Parsed(filename, sheets, meta, doubts)


def _read_meta(page, facts):
    pairs = page.iter_rows(max_row=facts.last_row, max_col=2, values_only=True)
    found = {}
    for cells in pairs:
        key, value = (str(one) if one is not None else "" for one in (*cells, None, None)[:2])
        found[key] = value
    return found


def _refuse_strangers(filename, round, institution, sheets, meta):
    """The workbook says whose it is; whatever else it may be, its figures go nowhere else."""

    def refused(code, message, **values):
        return UnreadableWorkbook(code, message, file=filename, **values)

    if meta.get("template") != "report":
        raise refused(
            "not_the_template",
            _(
                "“{file}” is not a reporting template, or its hidden sheet is gone. Download the template on this page, fill it in and upload it again."
            ),
        )
    if meta.get("format") != str(FORMAT):
        raise refused(
            "other_format",
            _("“{file}” was downloaded from another version of the tracker. Download it anew."),
        )
    if meta.get("plan") != round.plan.code:
        raise refused(
            "other_plan",
            _("“{file}” is a template of the plan {other}, not of {plan}."),
            other=meta.get("plan", ""),
            plan=round.plan.code,
        )
    if meta.get("institution") != institution.code:
        raise refused(
            "other_institution",
            _("“{file}” is the template of {other}; this page is that of {institution}."),
            other=meta.get("institution", ""),
            institution=institution.code,
        )
    if meta.get("round") != round.label:
        raise refused(
            "other_round",
            _("“{file}” is the template of round {other}, not of {round}."),
            other=meta.get("round", ""),
            round=round.label,
        )
    if not sheets:
        raise refused(
            "no_sheets",
            _(
                "None of the sheets of “{file}” can be read: their hidden first row is gone. Download it anew."
            ),
        )


def _read_sheet(page, facts, plan, sheets, doubts, *, is_first):
    rows = page.iter_rows(max_row=facts.last_row, max_col=facts.last_column)
    words = [text_of(cell.value) if not is_empty(cell.value) else "" for cell in next(rows, ())]
    key = next((word[1:] for word in words if word.startswith("#") and word[1:] in BY_KEY), None)
    if key is None:
        if not is_first:  # which explains the others, in whichever language
            doubts.note(
                "sheet_not_read",
                Source(page.title),
                _("This sheet is not part of the template and is not read."),
            )
        return
    if key in sheets:
        doubts.error(
            "sheet_twice",
            Source(page.title),
            _("The sheet “{other}” holds the same. Delete one of them."),
            other=sheets[key].title,
        )
        return
    # What stands there for people to read is not read.
    corrections = max([CORRECTIONS, *(place_of(word) or 0 for word in words)])
    known = {one.key: one for one in columns_of(key, plan, corrections) if not one.fixed}
    columns = {index: known[word] for index, word in enumerate(words, 1) if word in known}
    ids = {
        index: ID if word == f"#{key}" else SEEN
        for index, word in enumerate(words, 1)
        if word in (f"#{key}", SEEN)
    }
    sheets[key] = sheet = ParsedSheet(key, page.title, columns)
    for missing in known.keys() - {one.key for one in columns.values()}:
        doubts.error(
            "column_gone",
            Source(page.title, "A1"),
            _("The column “{column}” is gone. Download the template anew and copy your answers into it."),
            column=known[missing].header(plan),
        )
    next(rows, None)  # the headers
    for number, cells in enumerate(rest(rows, facts.last_row - 2), 3):
        row = read_row(sheet, number, cells, ids, doubts)
        if row is not None:
            sheet.rows.append(row)
    _refuse_merged(sheet, facts, doubts)


def _refuse_merged(sheet, facts, doubts):
    for top, left, bottom, _right in facts.merged:
        if any(top <= row.number <= bottom for row in sheet.rows):
            doubts.error(
                "merged",
                Source(sheet.title, f"{get_column_letter(left)}{top}"),
                _("These cells are merged. Unmerge them: every cell stands for itself."),
            )
