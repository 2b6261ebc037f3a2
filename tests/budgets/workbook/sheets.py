"""Shortcuts of the budget workbook's tests: download, fill in as a person does in Excel, upload, compare, apply."""

import openpyxl
from django.core.files.base import ContentFile

from budgets.models import CostItem, OperationalAction
from budgets.operations.workbook import keep_upload
from budgets.workbook.apply import apply_upload
from budgets.workbook.compare import compare
from budgets.workbook.content import load_content
from budgets.workbook.export import build_budget
from budgets.workbook.parse import read_budget
from frameworks.workbook.columns import MACHINE_ROW
from tests.budgets.money_world import make_line, make_operational_plan, make_source
from tests.frameworks.workbook.books import Book, fresh, saved
from tests.world import NOW

YEAR = 2025


class Budget(Book):
    """A downloaded budget workbook in somebody's hands. Sheets and columns are named by the machine's words."""

    def __init__(self, plan, institution, file=None, *, year=YEAR):
        self.plan, self.institution, self.year = fresh(plan), institution, year
        self.book = openpyxl.load_workbook(file or saved(build_budget(self.content(), at=NOW)))
        self.pages = {str(page.cell(MACHINE_ROW, 1).value or "")[1:]: page for page in self.book.worksheets}

    def content(self):
        return load_content(plan=fresh(self.plan), institution=self.institution, year=self.year)

    def add(self, sheet, **values):
        """Types into the first free row below the content; the formula of an amount may stand there already."""
        page = self.pages[sheet]
        own = [
            index
            for index in range(3, page.max_column + 1)
            if page.cell(MACHINE_ROW, index).value not in ("amount", None)
        ]
        number = max(
            (n for n in range(3, page.max_row + 1) if any(page.cell(n, i).value is not None for i in own)),
            default=2,
        )
        return self.set(sheet, number + 1, **values)

    def parsed(self, **other):
        where = {"plan": fresh(self.plan), "institution": self.institution, "year": self.year} | other
        return read_budget(saved(self.book), filename="budget.xlsx", **where)

    def compared(self, *, remove=False):
        return compare(self.parsed(), self.content(), remove=remove)

    def kept(self, by):
        file = ContentFile(saved(self.book).getvalue(), "budget.xlsx")
        return keep_upload(
            plan=self.plan, institution=self.institution, year=self.year, file=file, by=by, at=NOW
        )

    def applied(self, by, *, choices=None, remove=False):
        upload = self.kept(by)
        difference = self.compared(remove=remove)
        return apply_upload(
            upload=upload,
            by=by,
            at=NOW,
            fingerprint=difference.fingerprint(),
            choices=choices or {},
            remove=remove,
        )


def told(item):
    """[(label, old, new)] of what is saved."""
    return [(one.label, one.old, one.new) for one in item.changes]


def outcomes(difference):
    """[(sheet, outcome, label)] of every row of the workbook that is not as it was."""
    return [(item.sheet, item.outcome, item.label) for item in difference.items if item.outcome != "same"]


def errors(difference):
    """{(sheet title, cell): message}"""
    return {(one.sheet, one.cell): str(one.message) for one in difference.errors}


def make_budget(world, *, state="draft"):
    """SEI's budget of 2025 on Participation: two actions, of which one has two cost lines; two budget lines."""
    world.state_source = make_source(world.plan, "STATE", name="State budget")
    world.fund = make_source(world.plan, "1.10", "fund", name="Trust fund")
    activity = world.activities["a111"]
    plan = make_operational_plan(activity, world.sei, YEAR, state=state)
    course = OperationalAction.objects.create(
        operational_plan=plan,
        activity=activity,
        title="Hold courses",
        unit_responsible="Training unit",
        months=[2, 3],
        inputs="Two trainers",
    )
    OperationalAction.objects.create(operational_plan=plan, activity=activity, title="Print guides", order=1)
    for order, (description, quantity, cost, source) in enumerate(
        [("Trainer", "10", "45.50", world.state_source), ("Room", "2.5", "100", None)]
    ):
        CostItem.objects.create(
            action=course,
            order=order,
            description=description,
            quantity=quantity,
            unit="day",
            unit_cost=cost,
            currency="USD",
            funding_source=source,
        )
    official = {"proposed": "1000"} if state == "submitted" else {"drafted": "1000"}
    make_line(activity, world.sei, world.state_source, YEAR, reference="0012", **official)
    make_line(activity, world.sei, world.fund, YEAR, reference="1.10", drafted="0.05", gender_tag="principal")
    return plan
