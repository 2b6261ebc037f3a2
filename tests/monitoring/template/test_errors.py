"""What is wrong is said at its cell, in the words of the pages; what is no template of this page is refused."""

import io
from datetime import date

import openpyxl
import pytest

from frameworks.imports.parts import UnreadableWorkbook
from frameworks.workbook.annotate import marked_workbook
from frameworks.workbook.deciding import NotSaved
from frameworks.workbook.pages import BOX
from monitoring.models import ActivityProgress, IndicatorValue
from tests.frameworks.workbook.books import saved
from tests.frameworks.workbook.test_files import bomb
from tests.monitoring.reported import open_round, submission_of
from tests.monitoring.template.sheets import Template
from tests.world import make_indicator, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(world):
    activity = world.activities["a111"]
    make_indicator(activity, "1.1.1b", type="count", counts_people=True)
    make_indicator(activity, "1.1.1d", type="ordinal", scale_labels=["none", "drafted"])
    make_indicator(activity, "1.1.1f", type="qualitative")
    world.round = open_round(world)
    return Template(world.round, world.sei)


@pytest.mark.parametrize(
    ("code", "typed", "at", "words"),
    [
        ("1.1.1a", {"n": 5, "d": 4}, "n", "5 is more than the 4 that it is a part of"),
        ("1.1.1a", {"n": -1, "d": 4}, "n", "is below 0: this figure cannot be negative"),
        ("1.1.1a", {"n": "30%", "d": 4}, "n", "write the number without the % sign"),
        ("1.1.1a", {"n": "about 30"}, "n", "write 30, and the rest as a comment"),
        ("1.1.1a", {"n": 3, "d": 4, "why": "lost"}, "why", "Give the figure, or say why there is none; not both"),
        ("1.1.1a", {"v": 30}, "v", "Nothing is asked here for this row. Empty the cell."),
        ("1.1.1b", {"v": 1.5}, "v", "has decimals: only whole numbers fit here"),
        ("1.1.1b", {"v": "=SUM(A1:A3)"}, "v", "The cell holds a formula. Paste its value instead."),
        ("1.1.1b", {"v": date(2025, 1, 5)}, "v", "is not a number"),
        ("1.1.1b", {"v": "n/a"}, "v", "leave this empty and say why under “No data because”"),
        ("1.1.1b", {"why": "x" * 501}, "why", "This text has 501 characters; at most 500 fit."),
        ("1.1.1d", {"v": "Maybe"}, "v", "“Maybe” is not in the list. Write one of: 0 – none, 1 – drafted."),
        ("1.1.1d", {"v": 2}, "v", "“2” is not in the list."),
        ("1.1.1f", {"n": 3}, "n", "Nothing is asked here for this row."),
    ],
)  # fmt: skip
def test_errors_of_figures_stand_at_their_cells(book, code, typed, at, words):
    number = book.fill("indicators", code, **typed)
    (error,) = book.compared().errors
    assert (error.sheet, error.cell) == book.at("indicators", number, at)
    assert words in str(error.message)


def test_errors_of_activities_stand_at_their_cells(book):
    number = book.fill("activities", "1.1.1", status="Going well", narrative="x" * 20_001)
    found = {(one.sheet, one.cell): str(one.message) for one in book.compared().errors}
    assert found.keys() == {
        book.at("activities", number, "status"),
        book.at("activities", number, "narrative"),
    }
    assert found[book.at("activities", number, "status")].startswith("“Going well” is not in the list.")
    assert found[book.at("activities", number, "narrative")].startswith("This text has 20001 characters")


def test_with_one_error_nothing_at_all_is_saved(world, book):
    book.fill("activities", "1.1.1", narrative="Fine")
    book.fill("indicators", "1.1.1a", n=5, d=4)
    with pytest.raises(NotSaved):
        book.applied(world.focal_sei)
    assert not ActivityProgress.objects.exists()
    assert not IndicatorValue.objects.exists()


def test_rows_of_ones_own_copies_and_lost_ids(book):
    page = book.pages["indicators"]
    first = book.row("indicators", code="1.1.1b", row="Total")
    end = page.max_row
    for index in range(1, page.max_column + 1):
        page.cell(end + 1, index).value = page.cell(first, index).value
        page.cell(end + 2, index).value = page.cell(first, index).value
    book.set("indicators", end + 2, v=4)  # the first copy says the same, the second something else
    book.set("indicators", end + 4, comment="My own sum: 12")
    page.cell(book.row("indicators", code="1.1.1f", row="Total"), 2).value = None
    difference = book.compared()
    assert {(one.code, one.level) for one in difference.doubts} == {
        ("row_twice", "error"),
        ("strange_row", "warning"),
        ("no_base", "error"),
    }
    assert f"copy of row {first}" in str(
        next(one for one in difference.errors if one.code == "row_twice").message
    )


def test_a_row_or_a_sheet_that_is_gone_changes_nothing(world, book):
    book.delete("indicators", code="1.1.1a", row="Total")
    del book.book[book.pages["activities"].title]
    difference = book.compared()
    assert (difference.items, difference.doubts) == ([], ())


def test_a_column_that_is_gone_is_said(book):
    page = book.pages["indicators"]
    page.delete_cols(book.column("indicators", "why"))
    assert [str(one.message) for one in book.compared().errors] == [
        "The column “No data because” is gone. Download the template anew and copy your answers into it."
    ]


def refused(data, round, institution):
    from monitoring.template.parse import read_template

    with pytest.raises(UnreadableWorkbook) as caught:
        read_template(io.BytesIO(data), filename="x.xlsx", round=round, institution=institution)
    return caught.value.code, str(caught.value)


def test_the_wrong_file_is_refused_with_clear_words(world, book):
    data, round = saved(book.book).getvalue(), book.round
    assert refused(b"Dear colleagues", round, world.sei)[0] == "not_a_workbook"
    assert refused(saved(openpyxl.Workbook()).getvalue(), round, world.sei)[0] == "not_the_template"
    assert refused(bomb(), round, world.sei)[0] == "zip_bomb"
    assert refused(data, round, world.mae) == (
        "other_institution",
        "“x.xlsx” is the template of SEI; this page is that of MAE.",
    )
    assert refused(data, make_round(world.plan, 2025), world.sei) == (
        "other_round",
        "“x.xlsx” is the template of round 2024, not of 2025.",
    )
    assert refused(data, make_round(world.other_plan, 2024), world.sei)[0] == "other_plan"
    next(cell for cell in book.book["_meta"]["A"] if cell.value == "format").offset(0, 1).value = "99"
    assert refused(saved(book.book).getvalue(), round, world.sei)[0] == "other_format"
    del book.book["_meta"]
    assert refused(saved(book.book).getvalue(), round, world.sei)[0] == "not_the_template"


@pytest.mark.parametrize("through_libreoffice", [False, True])
def test_the_same_workbook_comes_back_with_its_errors_marked(world, book, through_libreoffice):
    number = book.fill("indicators", "1.1.1a", n=5, d=4)
    doubts = book.compared().doubts
    data = marked_workbook(saved(book.book), filename="x.xlsx", doubts=doubts, free=BOX)
    again = Template(world.round, world.sei, io.BytesIO(data))
    cell = again.cell("indicators", number, "n")
    assert "5 is more than the 4" in cell.comment.text
    assert cell.fill.fgColor.rgb[-6:] == "F8B4B4"
    again.fill("indicators", "1.1.1a", n=3)
    if through_libreoffice:  # which forgets who commented
        cell.comment.author = again.book.worksheets[0]["A1"].comment.author = " "
    assert again.compared().errors == []
    data = marked_workbook(saved(again.book), filename="x.xlsx", doubts=(), free=BOX)
    clean = Template(world.round, world.sei, io.BytesIO(data)).cell("indicators", number, "n")
    assert clean.parent.parent.worksheets[0]["A1"].comment is None
    assert (clean.comment, clean.fill.fgColor.rgb[-6:]) == (None, "FFF9DB")
    again.applied(world.focal_sei)
    assert submission_of(world.round, world.sei).values.get().numerator == 3
