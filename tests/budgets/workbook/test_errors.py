"""What is wrong is said at its cell; nothing is saved then. What peer systems get wrong, each as a test."""

import io
from datetime import date

import openpyxl
import pytest

from budgets.models import BudgetLine, CostItem, FundingSource, OperationalAction
from frameworks.imports.parts import UnreadableWorkbook
from frameworks.models import Activity
from frameworks.workbook.annotate import marked_workbook
from frameworks.workbook.deciding import NotSaved
from frameworks.workbook.pages import BOX
from tests.budgets.workbook.sheets import Budget, errors, make_budget, outcomes
from tests.frameworks.workbook.books import saved
from tests.frameworks.workbook.test_files import bomb
from tests.world import NOW, make_activity

pytestmark = pytest.mark.django_db


@pytest.fixture
def budget(world):
    make_budget(world)
    return Budget(world.plan, world.sei)


LINE, COST, ACTION = ("lines", {"reference": "0012"}), ("costs", {"description": "Trainer"}), ("actions", {"title": "Hold courses"})  # fmt: skip


@pytest.mark.parametrize(
    ("place", "typed", "at", "words"),
    [
        (LINE, {"drafted": "about 30"}, "drafted", "is not a number: write 30, and the rest as a comment"),
        (LINE, {"drafted": -1}, "drafted", "An amount cannot be negative."),
        (LINE, {"spent": "12.345,678"}, "spent", "no more than 2 decimal places"),
        (LINE, {"spent": 0.005}, "spent", "no more than 2 decimal places"),
        (LINE, {"released": "1,234"}, "released", "can be read in two ways"),
        (LINE, {"released": "n/a"}, "released", "Leave this empty when there is none"),
        (LINE, {"spent": "=SUM(A1:A3)"}, "spent", "The cell holds a formula. Paste its value instead."),
        (LINE, {"spent": date(2025, 1, 5)}, "spent", "is not a number"),
        (LINE, {"currency": "XYZ"}, "currency", "“XYZ” is not among the currencies on the sheet “Lists”."),
        (LINE, {"currency": None}, "currency", "This cell must be filled."),
        (LINE, {"source": "UNDP"}, "source", "There is no funding source “UNDP”: see the sheet “Lists”."),
        (LINE, {"activity": "9.9.9"}, "activity", "There is no “9.9.9” on the sheet “Lists”."),
        (LINE, {"activity": "2.1.1"}, "activity", "is not of the pillar P1"),
        (LINE, {"activity": date(2025, 1, 1)}, "activity", "Excel has turned this code into a date."),
        (LINE, {"reference": 2.1}, "reference", "it may have been 2.1 or 2.10"),
        (LINE, {"reference": "x" * 61}, "reference", "at most 60 characters"),
        (LINE, {"gender_tag": "Very much"}, "gender_tag", "“Very much” is not in the list."),
        (LINE, {"approved": 5}, "approved", "This is only to read here: put “” back."),
        (LINE, {"reference": "1.10", "source": "1.10"}, "reference", "There is already a line for this activity, source and reference."),
        (COST, {"quantity": -1}, "quantity", "Quantity and unit cost cannot be negative."),
        (COST, {"quantity": None}, "quantity", "This cell must be filled."),
        (COST, {"quantity": "123456789"}, "quantity", "no more than 8 digits before the decimal point"),
        (COST, {"action": "77"}, "action", "There is no action with the number “77” on the sheet “Actions”."),
        (COST, {"action": None}, "action", "There are several actions under 1.1.1: say which one, by its number."),
        (COST, {"activity": "1.1.2"}, "activity", "Action 1 stands under 1.1.1."),
        (ACTION, {"title": None}, "title", "This cell must be filled."),
        (ACTION, {"m4": "maybe"}, "m4", "“maybe” is not clear: write x, or leave the cell empty."),
        (ACTION, {"unit_responsible": "x" * 201}, "unit_responsible", "at most 200 characters"),
    ],
)  # fmt: skip
def test_errors_stand_at_their_cells(budget, place, typed, at, words):
    sheet, where = place
    number = budget.set(sheet, where, **typed)
    found = errors(budget.compared())
    assert list(found) == [budget.at(sheet, number, at)]
    assert words in found[budget.at(sheet, number, at)]


@pytest.mark.parametrize(
    ("sheet", "typed", "at", "words"),
    [
        ("lines", {"source": "STATE", "drafted": 5}, "activity", "This cell must be filled."),
        ("lines", {"activity": "1.1.1", "drafted": 5}, "source", "This cell must be filled."),
        ("lines", {"activity": "2.1.1", "source": "STATE"}, "activity", "Your institution does not work under the pillar of “2.1.1”."),
        ("lines", {"activity": "1.1.1", "source": "STATE", "reference": "R", "approved": 5}, "approved", "This is only to read here: empty the cell."),
        ("lines", {"activity": "1.1.1", "source": "OLD"}, "source", "“OLD” is retired: choose another funding source."),
        ("lines", {"activity": "1.1.9", "source": "STATE"}, "activity", "“1.1.9” is retired: nothing new is planned under it."),
        ("actions", {"activity": "1.1.1", "m1": "x"}, "title", "This cell must be filled."),
        ("actions", {"activity": "1.1.1", "title": "T", "number": "1"}, "number", "Row 3 has this number, too."),
        ("costs", {"activity": "1.1.2", "description": "D", "quantity": 1, "unit_cost": 1}, "action", "There is no action under 1.1.2."),
        ("costs", {"description": "D", "quantity": 1, "unit_cost": 1}, "action", "Say to which action it belongs: by its number."),
        ("costs", {"action": "1", "description": "D", "quantity": 1}, "unit_cost", "This cell must be filled."),
    ],
)  # fmt: skip
def test_errors_of_new_rows_stand_at_their_cells(world, sheet, typed, at, words):
    make_budget(world)
    FundingSource.objects.create(plan=world.plan, code="OLD", name="Old", kind="fund", retired_on=NOW.date())
    make_activity(world.participation, "1.1.9", [world.sei])
    Activity.objects.filter(code="1.1.9").update(retired_on=NOW.date())
    budget = Budget(world.plan, world.sei)
    number = budget.add(sheet, **typed)
    found = errors(budget.compared())
    assert list(found) == [budget.at(sheet, number, at)]
    assert words in found[budget.at(sheet, number, at)]


def test_with_one_error_nothing_at_all_is_saved(world, budget):
    budget.set("actions", {"title": "Hold courses"}, inputs="Fine")
    budget.add("lines", activity="1.1.1", source="STATE", reference="R", drafted=-5)
    with pytest.raises(NotSaved):
        budget.applied(world.focal_sei)
    assert OperationalAction.objects.get(title="Hold courses").inputs == "Two trainers"
    assert BudgetLine.objects.count() == 2


def test_codes_that_excel_made_numbers_of_are_what_they_were(budget):
    """1.10 is not 1.1, and 0012 not 12: where the tracker knows, it knows."""
    budget.set("lines", {"reference": "0012"}, reference=12)
    budget.set("lines", {"reference": "1.10"}, reference=1.1, source=1.1)
    assert (outcomes(budget.compared()), errors(budget.compared())) == ([], {})


def test_what_begins_like_a_formula_is_text_on_its_way_out(world, budget):
    BudgetLine.objects.filter(reference="0012").update(description="=HYPERLINK(1)", reference="+1")
    book = Budget(world.plan, world.sei)
    number = book.row("lines", reference="+1")
    for key in ("description", "reference"):
        assert (book.cell("lines", number, key).data_type, book.cell("lines", number, key).number_format) == ("s", "@")  # fmt: skip
    assert outcomes(book.compared()) == []


def test_moved_columns_are_found_and_merged_rows_are_said(world, budget):
    page = budget.pages["lines"]
    page.delete_rows(1)  # the machine's words; the visible headers remain
    last = page.max_column
    moved = [page.cell(n, 7).value for n in range(1, page.max_row + 1)]  # description
    for n, value in enumerate(moved, 1):
        page.cell(n, last + 1).value, page.cell(n, 7).value = value, None
    page.cell(2, last + 1).value = "Described"
    difference = budget.compared()
    assert [(item.sheet, [one.new for one in (*item.changes, *item.clashes)]) for item in difference.items if item.outcome != "same"] == [("lines", ["Described"])]  # fmt: skip
    budget.pages["costs"].merge_cells("G3:G4")
    assert [one.code for one in budget.compared().errors] == ["merged", "merged", "blank"]


def test_without_its_ids_no_row_is_taken_for_a_new_one(budget):
    budget.pages["lines"].delete_cols(1)
    assert [(one.code, one.sheet, one.cell) for one in budget.compared().errors] == [
        ("ids_gone", "Budget lines", "A1")
    ]
    for number in (3, 4):
        budget.pages["actions"].cell(number, 1).value = None  # only the ids: they are known by what they say
    assert [one[0] for one in outcomes(budget.compared())] == []


def test_a_column_that_is_gone_changes_nothing_and_is_said(budget):
    page = budget.pages["lines"]
    page.delete_cols(budget.column("lines", "spent"))
    difference = budget.compared()
    assert outcomes(difference) == []
    assert [str(one.message) for one in difference.doubts] == [
        "The column “Spent” is gone: what the tracker holds in it stays as it is."
    ]


def test_a_copied_row_is_a_new_one(world, budget):
    page, first = budget.pages["lines"], budget.row("lines", reference="0012")
    last = budget.add("lines", reference="copy")
    for index in range(1, page.max_column + 1):
        page.cell(last, index).value = page.cell(first, index).value
    budget.set("lines", last, reference="0013", drafted=4)
    assert outcomes(budget.compared()) == [("lines", "new", "STATE · 0013")]
    budget.set("lines", last, reference="0012")
    assert [one.code for one in budget.compared().errors] == ["line_twice"]


# Rows that are gone


def test_an_action_with_cost_lines_stays_until_they_go(world, budget):
    budget.delete("actions", title="Hold courses")
    (gone,) = budget.compared(remove=True).gone
    assert (gone.outcome, gone.why) == ("stay", "It has cost lines that stay.")
    budget.delete("costs", description="Room")
    budget.delete("costs", description="Trainer")
    budget.applied(world.focal_sei, remove=True)
    assert [one.title for one in OperationalAction.objects.all()] == ["Print guides"]
    assert not CostItem.objects.exists()


def test_what_was_changed_in_the_tracker_since_is_not_removed(world, budget):
    budget.delete("costs", description="Room")
    CostItem.objects.filter(description="Room").update(unit_cost=120)
    CostItem.objects.create(action=OperationalAction.objects.get(title="Print guides"), description="Ink", quantity=1, unit_cost=1, currency="USD")  # fmt: skip
    (gone,) = budget.compared(remove=True).gone  # and what was added there is not taken for gone
    assert (gone.outcome, gone.why) == ("stay", "It was changed in the tracker since the download.")


def test_a_line_with_money_on_it_or_once_handed_in_stays(world, budget):
    BudgetLine.objects.filter(reference="0012").update(spent=5)
    BudgetLine.objects.filter(reference="1.10").update(proposed=5)
    book = Budget(world.plan, world.sei)
    book.delete("lines", reference="0012")
    book.clear("lines", reference="1.10")
    assert {one.outcome for one in book.compared(remove=True).gone} == {"stay", "blank"}
    book.applied(world.focal_sei, remove=True)
    line = BudgetLine.objects.get(reference="1.10")
    assert (line.drafted, line.proposed) == (None, 5)
    assert BudgetLine.objects.filter(reference="0012").exists()


# Handed in


def test_of_a_plan_that_is_handed_in_only_the_books_are_written(world):
    make_budget(world, state="submitted")
    book = Budget(world.plan, world.sei)
    number = book.row("lines", reference="0012")
    for key, locked in (("drafted", True), ("activity", True), ("released", False), ("spent", False), ("reference", False)):  # fmt: skip
        assert book.cell("lines", number, key).protection.locked == locked, key
    assert book.cell("lines", number, "state").value == "Handed in: only the reference, released and spent"
    assert book.cell("actions", 3, "title").protection.locked
    book.set("lines", number, drafted=5, released=7)
    book.set("actions", 3, inputs="More")
    book.add("lines", activity="1.1.1", source="STATE", reference="new", drafted=5)
    difference = book.applied(world.focal_sei)
    assert outcomes(difference) == [
        ("actions", "left_out", "Hold courses"),
        ("lines", "changed", "STATE · 0012"),
        ("lines", "left_out", "STATE · new"),
    ]
    assert {(one.sheet, one.cell) for one in difference.doubts} >= {
        book.at("lines", number, "drafted"),
        book.at("actions", 3, "inputs"),
    }
    line = BudgetLine.objects.get(reference="0012")
    assert (line.drafted, line.released) == (1000, 7)
    assert OperationalAction.objects.get(title="Hold courses").inputs == "Two trainers"
    assert BudgetLine.objects.count() == 2


def test_a_line_that_was_handed_in_once_keeps_what_it_is_about(world, budget):
    BudgetLine.objects.filter(reference="0012").update(proposed=1000)
    book = Budget(world.plan, world.sei)
    number = book.set("lines", {"reference": "0012"}, source="1.10")
    assert errors(book.compared()) == {
        book.at("lines", number, "source"): "The line was handed in with this: clear its row and add another instead."
    }  # fmt: skip


# The file


def refused(data, budget, **other):
    with pytest.raises(UnreadableWorkbook) as caught:
        from budgets.workbook.parse import read_budget

        where = {"plan": budget.plan, "institution": budget.institution, "year": budget.year} | other
        read_budget(io.BytesIO(data), filename="x.xlsx", **where)
    return caught.value.code


def test_the_wrong_file_is_refused(world, budget):
    data = saved(budget.book).getvalue()
    assert refused(b"Dear colleagues", budget) == "not_a_workbook"
    assert refused(saved(openpyxl.Workbook()).getvalue(), budget) == "not_the_workbook"
    assert refused(bomb(), budget) == "zip_bomb"
    assert refused(data[:-900], budget) == "damaged"
    assert refused(data, budget, institution=world.mae) == "other_institution"
    assert refused(data, budget, year=2026) == "other_year"
    assert refused(data, budget, plan=world.other_plan) == "other_plan"
    next(cell for cell in budget.book["_meta"]["A"] if cell.value == "format").offset(0, 1).value = "99"
    assert refused(saved(budget.book).getvalue(), budget) == "other_format"
    del budget.book["_meta"]
    assert refused(saved(budget.book).getvalue(), budget) == "not_the_workbook"


def test_the_same_workbook_comes_back_with_its_errors_marked(world, budget):
    number = budget.set("lines", {"reference": "0012"}, drafted=-1)
    doubts = budget.compared().doubts
    data = marked_workbook(saved(budget.book), filename="x.xlsx", doubts=doubts, free=BOX)
    again = Budget(world.plan, world.sei, io.BytesIO(data))
    cell = again.cell("lines", number, "drafted")
    assert (cell.comment.text, cell.fill.fgColor.rgb[-6:]) == ("An amount cannot be negative.", "F8B4B4")
    again.set("lines", number, drafted=1)
    again.applied(world.focal_sei)
    assert BudgetLine.objects.get(reference="0012").drafted == 1
