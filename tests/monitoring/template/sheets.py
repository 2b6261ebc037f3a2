"""Shortcuts of the template's tests: download, fill as a person does in Excel, upload, compare, apply."""

import openpyxl
from django.core.files.base import ContentFile

from frameworks.models import ReportingRound
from frameworks.workbook.columns import MACHINE_ROW
from monitoring.operations.template import keep_upload
from monitoring.template.apply import apply_upload
from monitoring.template.compare import compare
from monitoring.template.content import load_content
from monitoring.template.export import build_template
from monitoring.template.parse import read_template
from tests.frameworks.workbook.books import Book, saved
from tests.world import NOW


def fresh_round(round):
    return ReportingRound.objects.select_related("plan").get(pk=round.pk)


class Template(Book):
    """A downloaded template in somebody's hands. Sheets and columns are named by the machine's words."""

    def __init__(self, round, institution, file=None, *, at=NOW):
        self.round, self.institution, self.moment = fresh_round(round), institution, at
        self.plan = self.round.plan
        self.book = openpyxl.load_workbook(file or saved(build_template(self.content(), at=at)))
        self.pages = {str(page.cell(MACHINE_ROW, 1).value or "")[1:]: page for page in self.book.worksheets}

    def content(self):
        return load_content(round=fresh_round(self.round), institution=self.institution, at=self.moment)

    def fill(self, sheet, code, /, row=None, **values):
        """Types into the row of a code; `row`: the label of its category or place. Returns the row's number."""
        where = {"code": code} if sheet == "activities" else {"code": code, "row": row or "Total"}
        return self.set(sheet, where, **values)

    def read(self, sheet, code, key, /, row=None):
        where = {"code": code} if sheet == "activities" else {"code": code, "row": row or "Total"}
        return self.cell(sheet, self.row(sheet, **where), key).value

    def parsed(self, **other):
        where = {"round": fresh_round(self.round), "institution": self.institution} | other
        return read_template(saved(self.book), filename="report.xlsx", **where)

    def compared(self):
        return compare(self.parsed(), self.content())

    def kept(self, by):
        file = ContentFile(saved(self.book).getvalue(), "report.xlsx")
        return keep_upload(
            round=fresh_round(self.round), institution=self.institution, file=file, by=by, at=self.moment
        )

    def applied(self, by, *, choices=None, upload=None):
        upload = upload or self.kept(by)
        difference = self.compared()
        return apply_upload(
            upload=upload, by=by, at=self.moment, fingerprint=difference.fingerprint(), choices=choices or {}
        )


def told(changes):
    """[(label, old, new)]"""
    return [(one.label, one.old, one.new) for one in changes]
