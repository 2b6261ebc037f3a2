"""Shortcuts of the workbook's tests: download, edit as a person does in Excel, upload, compare, apply."""

import io

import openpyxl
from openpyxl.utils import get_column_letter

from frameworks.models import Plan
from frameworks.workbook.apply import apply_workbook
from frameworks.workbook.columns import FIRST_ROW, MACHINE_ROW
from frameworks.workbook.compare import compare
from frameworks.workbook.content import load_content
from frameworks.workbook.export import build_workbook
from frameworks.workbook.parse import read_workbook
from tests.world import NOW


def fresh(plan):
    return Plan.objects.get(pk=plan.pk)


def saved(book):
    """The bytes of an openpyxl workbook."""
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


class Book:
    """A downloaded workbook in somebody's hands. Sheets and columns are named by the machine's words."""

    def __init__(self, plan, file=None):
        self.plan = fresh(plan)
        data = file or saved(build_workbook(load_content(self.plan), at=NOW))
        self.book = openpyxl.load_workbook(data)
        self.pages = {str(page.cell(MACHINE_ROW, 1).value or "")[1:]: page for page in self.book.worksheets}

    def column(self, sheet, key):
        page = self.pages[sheet]
        return next(i for i in range(1, page.max_column + 1) if page.cell(MACHINE_ROW, i).value == key)

    def row(self, sheet, **values):
        """The number of the first row with those values."""
        page = self.pages[sheet]
        for number in range(FIRST_ROW, page.max_row + 1):
            if all(
                page.cell(number, self.column(sheet, key)).value == value for key, value in values.items()
            ):
                return number
        raise AssertionError(f"no row {values} on {sheet}")

    def cell(self, sheet, number, key):
        return self.pages[sheet].cell(number, self.column(sheet, key))

    def at(self, sheet, number, key):
        """The cell's address as messages give it: (sheet title, "D5")."""
        return self.pages[sheet].title, f"{get_column_letter(self.column(sheet, key))}{number}"

    def set(self, sheet, where, **values):
        number = where if isinstance(where, int) else self.row(sheet, **where)
        for key, value in values.items():
            self.cell(sheet, number, key).value = value
        return number

    def add(self, sheet, **values):
        page = self.pages[sheet]
        number = max(
            (n for n in range(1, page.max_row + 1) if any(c.value is not None for c in page[n])), default=2
        )
        return self.set(sheet, max(number, FIRST_ROW - 1) + 1, **values)

    def clear(self, sheet, **where):
        """Empties a row but for its hidden columns, as one does in Excel."""
        number = self.row(sheet, **where)
        for index in range(3, self.pages[sheet].max_column + 1):
            self.pages[sheet].cell(number, index).value = None
        return number

    def delete(self, sheet, **where):
        self.pages[sheet].delete_rows(self.row(sheet, **where))

    def parsed(self, plan=None):
        return read_workbook(saved(self.book), filename="framework.xlsx", plan=fresh(plan or self.plan))

    def compared(self, **options):
        return compare(self.parsed(), fresh(self.plan), **options)

    def applied(self, by=None, *, reason="Agreed", **options):
        return apply_workbook(
            parsed=self.parsed(), plan=fresh(self.plan), by=by, at=NOW, reason=reason, **options
        )


def written(difference):
    """[(sheet, action, code)] of what would be written."""
    return [(item.sheet, item.action, item.code) for item in difference.written]


def errors(difference):
    """{(sheet title, cell): message}."""
    return {(one.sheet, one.cell): str(one.message) for one in difference.errors}


def content_of(plan, *, ids=True):
    """Everything that a workbook of the plan says, for comparing two of them."""
    content = load_content(fresh(plan))
    return {
        key: [(record.id if ids else "", record.values) for record in records]
        for key, records in content.records.items()
    }
