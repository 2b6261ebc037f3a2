"""Reads an uploaded budget workbook into plain rows, each value with its cell. Nothing here touches the database."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from budgets.workbook.columns import BY_KEY, FORMAT, GUIDE, KIND, READ
from frameworks.imports.parts import UnreadableWorkbook
from frameworks.imports.results import Doubts, Source
from frameworks.workbook.columns import ID
from frameworks.workbook.heads import Heads
from frameworks.workbook.reading import read_sheets


@dataclass(frozen=True, slots=True)
class Exported:
    """A row as it was downloaded: what it held, and the number of an action."""

    digest: str
    number: str


@dataclass
class Parsed:
    """The workbook. `sheets`: key → ParsedSheet of those that are there; `exported`: sheet → {id: Exported}."""

    filename: str
    sheets: dict
    exported: dict
    doubts: Doubts


def read_budget(file, *, filename, plan, institution, year):
    """The Parsed workbook of an institution and a year. `file` is open for reading in binary mode.

    Raises UnreadableWorkbook for what is no workbook, no budget workbook, or that of another institution, year or plan.
    """
    heads = Heads(plan, BY_KEY, GUIDE)
    sheets, meta, exported, doubts = read_sheets(file, filename=filename, heads=heads)
    _refuse_strangers(filename, plan, institution, year, sheets, meta)
    for key, sheet in sheets.items():
        _check_columns(sheet, heads.columns[key], plan, doubts)
    return Parsed(filename, sheets, {key: _exported(exported.get(key, ())) for key in READ}, doubts)


def _exported(words):
    found = {}
    for word in words:
        pk, seen, number = (*word.split("=", 2), "", "")[:3]
        found[pk] = Exported(seen, number)
    return found


def _refuse_strangers(filename, plan, institution, year, sheets, meta):
    """The workbook says whose it is; whatever else it may be, its figures go nowhere else."""

    def refused(code, message, **values):
        return UnreadableWorkbook(code, message, file=filename, **values)

    if meta.get("template") != KIND:
        raise refused(
            "not_the_workbook",
            _(
                "“{file}” is not a budget workbook, or its hidden sheet is gone. Download the workbook on this page, fill it in and upload it again."
            ),
        )
    if meta.get("format") != str(FORMAT):
        raise refused(
            "other_format",
            _("“{file}” was downloaded from another version of the tracker. Download it anew."),
        )
    if meta.get("plan") != plan.code:
        raise refused(
            "other_plan",
            _("“{file}” is a workbook of the plan {other}, not of {plan}."),
            other=meta.get("plan", ""),
            plan=plan.code,
        )
    if meta.get("institution") != institution.code:
        raise refused(
            "other_institution",
            _("“{file}” is the workbook of {other}; this page is that of {institution}."),
            other=meta.get("institution", ""),
            institution=institution.code,
        )
    if meta.get("year") != str(year):
        raise refused(
            "other_year",
            _("“{file}” is the workbook of {other}, not of {year}."),
            other=meta.get("year", ""),
            year=year,
        )
    if not sheets:
        raise refused(
            "no_sheets",
            _("None of the sheets of “{file}” can be recognised. Download it anew."),
        )


def _check_columns(sheet, known, plan, doubts):
    """What became of columns that somebody took out: without its ids a row cannot be told from a new one."""
    if ID not in sheet.ids:
        doubts.error(
            "ids_gone",
            Source(sheet.title, "A1"),
            _("The hidden first column of this sheet is gone. Download the workbook anew and copy your entries into it."),
        )  # fmt: skip
    there = {column.key for column in sheet.columns.values()}
    for key, column in known.items():
        if column.read and not column.fixed and key not in there:
            doubts.warning(
                "column_gone",
                Source(sheet.title, "A1"),
                _("The column “{column}” is gone: what the tracker holds in it stays as it is."),
                column=column.header(plan),
            )
