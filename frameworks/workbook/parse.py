"""Reads an uploaded workbook into plain rows, each value with its cell. Nothing here touches the database."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from frameworks.imports.parts import UnreadableWorkbook
from frameworks.imports.results import Doubts
from frameworks.workbook.columns import BY_KEY, FORMAT, INSTRUCTIONS, Column, Kind
from frameworks.workbook.heads import Heads
from frameworks.workbook.reading import read_sheets
from frameworks.workbook.rows import ParsedSheet, Row


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
    heads = Heads(plan, BY_KEY, INSTRUCTIONS, _foreign_year)
    sheets, meta, exported, doubts = read_sheets(file, filename=filename, heads=heads)
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


def _foreign_year(key, word):
    """A year that the plan no longer has keeps its column, so that an x in it is not lost without a word."""
    if key == "activities" and word[:1] == "y" and word[1:].isdecimal() and len(word) == 5:
        return Column(word, word[1:], Kind.MARK, field="years")
    return None


__all__ = ["Parsed", "ParsedSheet", "Row", "read_workbook"]
