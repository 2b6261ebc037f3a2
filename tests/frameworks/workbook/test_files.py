"""The file itself: what Excel is told, what is refused, and the workbook that comes back with its errors marked."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from frameworks.imports.parts import UnreadableWorkbook
from frameworks.models import Plan
from frameworks.workbook.annotate import AUTHOR, marked_workbook
from frameworks.workbook.parse import read_workbook
from tests.frameworks.workbook.books import Book, fresh, saved
from tests.world import make_indicator

pytestmark = pytest.mark.django_db


def rule_of(page, cell):
    return next(rule for rule in page.data_validations.dataValidation if cell.coordinate in rule.sqref)


def test_codes_are_text_and_nothing_is_a_formula(world):
    make_indicator(
        world.activities["a111"], "1.10", statement="=SUM(A1)", unit="@x", definition="-1", frequency="+1"
    )
    book = Book(world.plan)
    number = book.row("indicators", code="1.10")
    for key, text in (
        ("code", "1.10"),
        ("statement", "=SUM(A1)"),
        ("unit", "@x"),
        ("definition", "-1"),
        ("frequency", "+1"),
    ):
        cell = book.cell("indicators", number, key)
        assert (cell.value, cell.data_type, cell.number_format) == (text, "s", "@")
    free = book.pages["indicators"].column_dimensions["C"]
    assert (free.number_format, free.protection.locked) == ("@", False)


def test_ids_and_headers_are_locked_and_everything_else_is_free(world):
    book = Book(world.plan)
    for key in ("goals", "activities", "leads", "indicators", "targets", "breakdowns", "pillars"):
        page = book.pages[key]
        assert page.protection.sheet
        assert not page.protection.password
        assert page.row_dimensions[1].hidden
        assert page.column_dimensions["A"].hidden
        assert page.cell(2, 3).protection.locked
        assert not page.column_dimensions["D"].protection.locked
        if page.max_row > 2:
            assert page.cell(3, 1).protection.locked
            assert not page.cell(3, 3).protection.locked
        assert page.freeze_panes == "D3"
    assert book.pages["institutions"].cell(3, 3).protection.locked
    assert [page.title for page in book.book.worksheets if page.sheet_state == "hidden"] == [
        "_lists",
        "_meta",
    ]


def test_dropdowns_offer_words_and_the_codes_of_other_sheets(world):
    book = Book(world.plan)
    page = book.pages["indicators"]
    kinds = rule_of(page, book.cell("indicators", 400, "type"))  # there is room for new rows
    sheet, place = kinds.formula1.split("!")
    words = [row[0].value for row in book.book[sheet][place.replace("$", "")]]
    assert words == ["Count", "Percentage", "# and %", "Scale", "Yes/no", "Qualitative"]
    outputs = rule_of(book.pages["activities"], book.cell("activities", 3, "output"))
    assert outputs.formula1.startswith("'Outputs'!$C$3:$C$5")
    assert rule_of(book.pages["activities"], book.cell("activities", 3, "y2024")).formula1 == '"x"'


def test_sheets_and_headers_speak_the_plan_s_own_words(world):
    Plan.objects.filter(pk=world.plan.pk).update(goal_label="Outcome: [A/B]", activity_label="Action point")
    book = Book(world.plan)
    assert book.pages["goals"].title == "Outcome AB"
    assert book.pages["activities"].title == "Action point"
    assert book.cell("outputs", 2, "goal").value == "Outcome: [A/B] (code) *"
    assert book.compared().written == []
    Plan.objects.filter(pk=world.plan.pk).update(goal_label="Pillars", output_label="Pillars")
    assert len(set(Book(world.plan).book.sheetnames)) == len(Book(world.plan).book.sheetnames)


def test_the_instructions_come_first_in_plain_words(world):
    page = Book(world.plan).book.worksheets[0]
    text = " ".join(str(cell.value) for row in page.iter_rows() for cell in row if cell.value)
    assert page.title == "Instructions"
    for words in ("TL-NAP-2024-2028", "1.10 is not 1.1", "Clear the whole row", "2028-12-31"):
        assert words in text


def test_figures_of_more_digits_than_excel_keeps_stay_exact(world):
    make_indicator(
        world.activities["a111"], "1.1.1x", type="count", baseline_value=Decimal("123456789012345.678901")
    )
    book = Book(world.plan)
    cell = book.cell("indicators", book.row("indicators", code="1.1.1x"), "baseline_value")
    assert cell.value == "123456789012345.678901"
    assert book.compared().written == []


# What is refused


def refused(data, plan, name="framework.xlsx"):
    with pytest.raises(UnreadableWorkbook) as caught:
        read_workbook(io.BytesIO(data), filename=name, plan=plan)
    return caught.value.code


def bomb():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(saved(openpyxl.Workbook())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/media/bomb.xml", b" " * 150_000_000)
    return out.getvalue()


def test_what_is_no_workbook_of_this_plan_is_refused(world):
    other = saved(openpyxl.Workbook()).getvalue()
    mine = saved(Book(world.plan).book).getvalue()
    assert refused(b"Dear colleagues", world.plan) == "not_a_workbook"
    assert refused(other, world.plan) == "not_the_workbook"
    assert refused(mine, world.other_plan) == "other_plan"
    assert refused(mine[:-900], world.plan) == "damaged"
    assert refused(bomb(), world.plan) == "zip_bomb"
    book = Book(world.plan)
    next(cell for cell in book.book["_meta"]["A"] if cell.value == "format").offset(0, 1).value = "99"
    assert refused(saved(book.book).getvalue(), world.plan) == "other_format"


def test_sheets_may_be_left_out_and_hidden_leftovers_are_ignored(world):
    book = Book(world.plan)
    for key in ("goals", "leads", "targets"):
        del book.book[book.pages[key].title]
    book.book.create_sheet("My notes")["A1"] = "ask"
    difference = book.compared(remove_missing=True)
    assert (difference.written, difference.gone, difference.errors) == ([], [], [])
    assert [one.code for one in difference.doubts] == ["sheet_not_read"]


def test_a_sheet_twice_and_merged_rows_are_refused(world):
    book = Book(world.plan)
    book.book.copy_worksheet(book.pages["goals"])
    book.pages["indicators"].merge_cells("D3:D4")
    assert {one.code for one in book.compared().errors} >= {"sheet_twice", "merged"}


def test_marks_of_years_that_the_plan_does_not_have(world):
    book = Book(world.plan)
    page = book.pages["activities"]
    index = page.max_column + 1
    page.cell(1, index).value, page.cell(2, index).value, page.cell(3, index).value = "y2031", "2031", "x"
    assert [str(one.message) for one in book.compared().errors] == [
        "2031 lies outside the plan's years 2024–2028."
    ]


# The same workbook back, with its errors


def test_errors_are_filled_and_commented_in_the_uploaded_workbook(world):
    book = Book(world.plan)
    page = book.pages["indicators"]
    page.cell(2, 40).value, page.cell(3, 40).value = "My notes", "keep me"
    number = book.set("indicators", {"code": "1.1.1a"}, type="Percents", baseline_year="soon")
    target = book.set("targets", {"indicator": "1.1.2a"}, value=-1, period_end=date(2082, 12, 31))
    difference = book.compared()
    data = marked_workbook(saved(book.book), filename="x.xlsx", doubts=difference.doubts)
    again = Book(world.plan, io.BytesIO(data))
    marked = {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in again.book.worksheets[1:]
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }
    assert set(marked) == {(one.sheet, one.cell) for one in difference.errors}
    assert set(marked) == {
        book.at("indicators", number, "type"),
        book.at("indicators", number, "baseline_year"),
        book.at("targets", target, "period_end"),
    }
    cell = again.cell("indicators", number, "type")
    assert "“Percents” is not in the list" in cell.comment.text
    assert (cell.fill.fgColor.rgb[-6:], cell.comment.author) == ("F8B4B4", AUTHOR)
    assert again.pages["indicators"].cell(3, 40).value == "keep me"
    assert again.book.active.title in {"Indicators", "Targets"}
    assert again.pages["indicators"].protection.sheet
    assert "3 cells are marked" in again.book.worksheets[0]["A1"].comment.text
    # Corrected and uploaded again, nothing is left of the marks.
    again.set(
        "indicators",
        number,
        type="Count",
        baseline_numerator=None,
        baseline_denominator=None,
        baseline_year=2023,
    )
    again.set("targets", target, value=1, period_end="2028-12-31")
    found = again.compared()
    assert found.errors == []
    clean = openpyxl.load_workbook(
        io.BytesIO(marked_workbook(saved(again.book), filename="x", doubts=found.doubts))
    )
    assert not [
        cell for sheet in clean.worksheets for row in sheet.iter_rows() for cell in row if cell.comment
    ]
    again.applied()
    assert fresh(world.plan).indicators.get(code="1.1.1a").type == "count"
