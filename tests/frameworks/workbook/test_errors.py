"""Every kind of mistake is said at its cell, in the user's words, and nothing is saved."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from frameworks.imports.saving import ImportRefused
from frameworks.models import Category, Dimension, Indicator, Lead, Plan, Target
from tests.frameworks.workbook.books import Book, errors, written
from tests.monitoring.reported import fill, open_round, submission_of, total, val
from tests.world import NOW, make_activity, make_indicator

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(world):
    dimension = Dimension.objects.create(indicator=world.indicators["i112a"], name="Sex")
    Category.objects.create(dimension=dimension, code="women", name="Women")
    return Book(world.plan)


CELLS = [
    ("indicators", {"code": "1.1.1a"}, {"type": "Percents"}, "“Percents” is not in the list. Write one of: Count,"),
    ("indicators", {"code": "1.1.1a"}, {"baseline_value": "many"}, "“many” is not a number"),
    ("indicators", {"code": "1.1.2a"}, {"baseline_value": "1,234"}, "can be read in two ways"),
    ("indicators", {"code": "1.1.2a"}, {"baseline_value": 33.3333333333}, "more than 6 decimals"),
    ("indicators", {"code": "1.1.2a"}, {"baseline_value": "=1+1"}, "holds a formula"),
    ("indicators", {"code": "1.1.2a"}, {"baseline_numerator": 3}, "Only percentages have a numerator"),
    ("indicators", {"code": "1.1.1a"}, {"baseline_numerator": 500}, "larger than its denominator"),
    ("indicators", {"code": "1.1.1a"}, {"statement": None}, "must be filled"),
    ("indicators", {"code": "1.1.1a"}, {"code": "1.1 1"}, "A code holds letters, digits"),
    ("indicators", {"code": "1.1.1a"}, {"code": "1.1.2a"}, "Another indicator of this plan has this code"),
    ("indicators", {"code": "1.1.1a"}, {"activity": "9.9"}, "There is no “9.9” on the sheet “Activities”."),
    ("indicators", {"code": "1.1.1a"}, {"activity": None}, "exactly one goal, output or activity"),
    ("indicators", {"code": "1.1.1a"}, {"unit": "x" * 61}, "at most 60 characters"),
    ("indicators", {"code": "1.1.1a"}, {"responsible": "SEI; NOBODY"}, "There is no “NOBODY”"),
    ("indicators", {"code": "1.1.1a"}, {"type": "Scale"}, "Only percentages have a numerator"),
    ("indicators", {"code": "1.1.1a"}, {"baseline_year": "soon"}, "Write a whole number"),
    ("activities", {"code": "1.1.1"}, {"y2024": "maybe"}, "write x, or leave the cell empty"),
    ("activities", {"code": "1.1.1"}, {"output": "7"}, "There is no “7” on the sheet “Outputs”."),
    ("activities", {"code": "1.1.1"}, {"code": date(2026, 2, 1)}, "turned this code into a date"),
    ("leads", {"activity": "1.1.2"}, {"institution": "XYZ"}, "There is no “XYZ” on the sheet “Institutions”."),
    ("leads", {"activity": "1.1.1", "institution": "MAE"}, {"is_accountable": "x"}, "Only one institution can be accountable"),
    ("leads", {"activity": "1.1.1", "institution": "MAE"}, {"institution": "SEI"}, "already answers for the activity"),
    ("targets", {"indicator": "1.1.1a"}, {"value": 130}, "cannot be above 100%"),
    ("targets", {"indicator": "1.1.1a"}, {"value": None}, "Write a target, or clear the whole row."),
    ("targets", {"indicator": "1.1.1a"}, {"period_end": "03/04/2027"}, "not a clear date"),
    ("targets", {"indicator": "1.1.1a"}, {"period_end": date(2082, 12, 31)}, "end of a year of the plan"),
    ("targets", {"indicator": "1.1.2a"}, {"category": "men"}, "1.1.2a has no such category"),
    ("breakdowns", {"code": "women"}, {"name": None}, "at least one category"),
    ("breakdowns", {"code": "women"}, {"indicator": "1.1.1a"}, "stays with its indicator"),
    ("goals", {"code": "1"}, {"pillar": None}, "must be filled"),
    ("pillars", {"code": "P1"}, {"name": "Prevention"}, "Another pillar of this plan has this name"),
    ("plan", {"code": "TL-NAP-2024-2028"}, {"start_year": 2023}, "changed in the tracker, not here"),
    ("plan", {"code": "TL-NAP-2024-2028"}, {"on_track_from": 60}, "'at risk' threshold must lie"),
]  # fmt: skip
#: Where the message stands, when not at the cell that was changed.
ELSEWHERE = {"'at risk' threshold must lie": "code"}
TWO_CELLS = {"Only percentages have a numerator": ("baseline_numerator",)}


@pytest.mark.parametrize(
    ("sheet", "where", "values", "message"), CELLS, ids=[f"{one[0]}-{one[3][:30]}" for one in CELLS]
)
def test_a_mistake_is_said_at_its_cell(book, sheet, where, values, message):
    number = book.set(sheet, where, **values)
    difference = book.compared()
    assert not difference.can_be_saved
    key = ELSEWHERE.get(message) or TWO_CELLS.get(message, tuple(values))[0]
    found = errors(difference)
    assert message in found.get(book.at(sheet, number, key), ""), found
    before = Indicator.objects.values_list()
    with pytest.raises(ImportRefused, match="has errors"):
        book.applied()
    assert list(Indicator.objects.values_list()) == list(before)


def test_all_mistakes_are_said_at_once(book):
    book.set("indicators", {"code": "1.1.1a"}, type="?", baseline_year="x")
    book.set("activities", {"code": "1.1.1"}, y2024="?")
    assert len(errors(book.compared())) == 3


# Codes that Excel has turned into numbers


def test_a_code_that_became_a_number_is_known_by_its_id(world):
    make_indicator(make_activity(world.participation, "1.10.1"), "1.10")
    book = Book(world.plan)
    book.set("indicators", {"code": "1.10"}, code=1.1, statement="Changed")
    book.set("outputs", {"code": "1.10"}, code=1.1)
    difference = book.compared()
    assert errors(difference) == {}
    assert [(one.code, [change[0] for change in one.changes]) for one in difference.written] == [
        ("1.10", ["Indicator"])
    ]


def test_a_new_code_that_became_a_number_is_asked_about(world):
    make_activity(world.participation, "1.10.1")
    book = Book(world.plan)
    number = book.add("outputs", code=2.2, title="New", goal=1)
    assert list(errors(book.compared())) == [book.at("outputs", number, "code")]
    assert "may have been 2.2 or 2.20" in next(iter(errors(book.compared()).values()))
    other = book.add("activities", code="1.1.9", title="New", output=1.1)
    assert book.at("activities", other, "output") in errors(book.compared())  # 1.1 and 1.10 both exist


def test_a_reference_that_became_a_number_and_fits_one_code_is_taken(world):
    book = Book(world.plan)
    book.add("activities", code="1.1.9", title="New", output=1.1)
    book.add("goals", code=3, title="Whole numbers are clear", pillar="P1")
    difference = book.compared()
    assert errors(difference) == {}
    assert written(difference) == [("goals", "new", "3"), ("activities", "new", "1.1.9")]


# Ids


def test_a_copied_row_is_a_new_one(world):
    book = Book(world.plan)
    page, number = book.pages["indicators"], book.row("indicators", code="1.1.1a")
    target = page.max_row + 1
    for index in range(1, page.max_column + 1):
        page.cell(target, index).value = page.cell(number, index).value
    book.set("indicators", target, code="1.1.1b", statement="Another")
    difference = book.compared()
    assert (errors(difference), written(difference)) == ({}, [("indicators", "new", "1.1.1b")])


def test_a_made_up_id_is_no_id(world):
    book = Book(world.plan)
    book.pages["indicators"].cell(book.row("indicators", code="1.1.1a"), 1).value = "999999"
    book.set("indicators", {"code": "1.1.1a"}, statement="Changed")
    assert written(book.compared()) == [("indicators", "changed", "1.1.1a")]


# What is gone


def test_missing_rows_are_listed_and_stay(world):
    book = Book(world.plan)
    book.clear("indicators", code="1.1.1a")
    book.delete("leads", activity="1.1.2")
    difference = book.applied()
    assert [(one.sheet, one.code, one.outcome) for one in difference.gone] == [
        ("indicators", "1.1.1a", "retire"),
        ("leads", "1.1.2", "delete"),
    ]
    assert Indicator.objects.get(code="1.1.1a").retired_on is None
    assert Lead.objects.filter(activity__code="1.1.2").exists()


def test_missing_rows_are_retired_when_asked(world):
    book = Book(world.plan)
    book.clear("indicators", code="2.1.1a")
    book.clear("activities", code="2.1.1")
    book.delete("targets", indicator="1.1.2a")
    difference = book.applied(remove_missing=True)
    assert errors(difference) == {}
    one = Indicator.objects.get(code="2.1.1a")
    assert (one.retired_on, one.activity.retired_on) == (date(2025, 1, 20), date(2025, 1, 20))
    assert Lead.objects.filter(activity__code="2.1.1").exists()  # stays with its activity, for the history
    assert not Target.objects.filter(indicator__code="1.1.2a").exists()
    again = Book(world.plan)
    assert [item.code for item in again.compared().items if item.sheet == "indicators"] == [
        "1.1.1a",
        "1.1.2a",
    ]
    assert written(book.compared(remove_missing=True)) == []


def test_nothing_in_use_hangs_on_what_is_taken_out(world):
    book = Book(world.plan)
    book.clear("activities", code="2.1.1")
    number = book.row("indicators", code="2.1.1a")
    found = errors(book.compared(remove_missing=True))
    assert "“2.1.1” is no longer in the workbook" in found[book.at("indicators", number, "activity")]
    assert errors(book.compared()) == {}


def test_a_category_with_figures_cannot_be_removed(world):
    round = open_round(world)
    dimension = Dimension.objects.create(indicator=world.indicators["i112a"], name="Sex")
    category = Category.objects.create(dimension=dimension, code="women", name="Women")
    Category.objects.create(dimension=dimension, code="men", name="Men")
    from monitoring.cells import Cell

    cell = total(world.indicators["i112a"])
    figures = {cell: val(5), Cell(world.indicators["i112a"].pk, category.pk): val(5)}
    fill(submission_of(round, world.mae), world.focal_mae, figures)
    book = Book(world.plan)
    book.clear("breakdowns", code="women")
    book.clear("breakdowns", code="men")
    found = list(errors(book.compared(remove_missing=True)).values())
    assert len(found) == 1
    assert found[0].startswith("“Women” of 1.1.2a cannot be removed: figures were reported for it.")


def test_retired_codes_are_not_given_again(world):
    Indicator.objects.filter(code="2.1.1a").update(retired_on=date(2025, 1, 1))
    book = Book(world.plan)
    number = book.add("indicators", code="2.1.1a", statement="Again", type="Count", activity="2.1.1")
    assert (
        "is retired in the tracker and keeps its code"
        in errors(book.compared())[book.at("indicators", number, "code")]
    )


# Two people


def test_an_untouched_row_never_undoes_what_somebody_else_did(world):
    book = Book(world.plan)
    Indicator.objects.filter(code="1.1.1a").update(statement="Changed in the tracker")
    Indicator.objects.filter(code="2.1.1a").update(retired_on=date(2025, 1, 1))
    make_indicator(world.activities["a111"], "1.1.1z")
    book.set("indicators", {"code": "1.1.2a"}, statement="Changed in the workbook")
    difference = book.applied(remove_missing=True)
    assert written(difference) == [("indicators", "changed", "1.1.2a")]
    assert difference.taken_out == []
    assert Indicator.objects.get(code="1.1.1a").statement == "Changed in the tracker"
    assert Indicator.objects.get(code="1.1.1z").retired_on is None
    assert Indicator.objects.get(code="2.1.1a").retired_on == date(2025, 1, 1)
    assert {one.code for one in difference.doubts} == {"kept", "vanished"}


def test_a_row_changed_by_both_is_pointed_out(world):
    book = Book(world.plan)
    Indicator.objects.filter(code="1.1.1a").update(unit="girls")
    book.set("indicators", {"code": "1.1.1a"}, statement="Changed in the workbook")
    difference = book.compared()
    assert [one.code for one in difference.doubts] == ["changed_by_both"]
    assert [change[0] for change in difference.written[0].changes] == ["Indicator", "Unit"]


def test_what_is_saved_is_what_was_seen(world):
    book = Book(world.plan)
    book.set("indicators", {"code": "1.1.1a"}, statement="Mine")
    seen = book.compared().fingerprint()
    Indicator.objects.filter(code="1.1.1a").update(statement="Theirs")
    with pytest.raises(ImportRefused, match="has changed since this preview"):
        book.applied(fingerprint=seen)
    assert Indicator.objects.get(code="1.1.1a").statement == "Theirs"


@pytest.mark.parametrize("who", ["focal_sei", "steering", "outsider", "nobody"])
def test_only_the_secretariat_saves(world, who):
    book = Book(world.plan)
    book.set("indicators", {"code": "1.1.1a"}, statement="Mine")
    with pytest.raises(PermissionDenied):
        book.applied(world.users[who])
    assert Indicator.objects.get(code="1.1.1a").statement == "Indicator 1.1.1a"


# Reasons


def test_an_endorsed_plan_needs_a_reason(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")
    book = Book(world.plan)
    assert book.compared().needs_reason == ""
    book.set("indicators", {"code": "1.1.1a"}, statement="Mine")
    with pytest.raises(ImportRefused, match="say why"):
        book.applied(reason=" ")
    book.applied(reason="Agreed")


def test_judging_reported_figures_otherwise_needs_a_reason(world):
    round = open_round(world)
    fill(submission_of(round, world.mae), world.focal_mae, {total(world.indicators["i112a"]): val(5)})
    book = Book(world.plan)
    book.set("indicators", {"code": "1.1.2a"}, unit="people")
    assert book.compared().needs_reason == ""
    book.set("targets", {"indicator": "1.1.2a"}, value=7)
    assert "Figures were already reported" in book.compared().needs_reason


def test_reported_figures_stay_with_their_pillar(world):
    round = open_round(world)
    fill(submission_of(round, world.mae), world.focal_mae, {total(world.indicators["i112a"]): val(5)})
    book = Book(world.plan)
    number = book.set("goals", {"code": "1"}, pillar="P2")
    found = errors(book.compared())
    assert (
        "institutions have already reported (1.1.1, 1.1.1a" in found[book.at("goals", number, "pillar")]
        or "1.1.2a" in found[book.at("goals", number, "pillar")]
    )


def test_results_follow(world):
    from monitoring.models import IndicatorResult

    round = open_round(world)
    fill(submission_of(round, world.mae), world.focal_mae, {total(world.indicators["i112a"]): val(5)})
    book = Book(world.plan)
    book.set("targets", {"indicator": "1.1.2a"}, value=10, period_end=date(2024, 12, 31))
    book.applied()
    result = IndicatorResult.objects.totals().get(indicator__code="1.1.2a", round=round)
    assert (result.target, result.updated_at) == (10, NOW)


def test_a_lead_added_while_a_round_is_open_is_asked_to_report(world):
    round = open_round(world)
    book = Book(world.plan)
    book.add("leads", activity="2.1.1", institution="BA-FUTURU")
    book.applied()
    assert submission_of(round, world.ba_futuru, accountable=world.mssi)
