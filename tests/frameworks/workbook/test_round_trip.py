"""What was downloaded and is uploaded again changes nothing; what was edited changes what it says."""

from datetime import date
from decimal import Decimal

import pytest

from frameworks.history import changes_of
from frameworks.models import (
    Activity,
    Category,
    CategoryTarget,
    Dimension,
    Goal,
    Indicator,
    Lead,
    Output,
    Pillar,
    Plan,
    Target,
)
from frameworks.operations.indicators import indicator_history
from tests.frameworks.workbook.books import Book, content_of, errors, fresh, written
from tests.world import make_activity, make_indicator, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(world):
    """The world with something on every sheet: breakdowns, targets of categories, reporters, odd texts."""
    women = world.indicators["i112a"]
    dimension = Dimension.objects.create(indicator=women, name="Position level", order=1)
    suco = Category.objects.create(dimension=dimension, code="suco-chief", name="Suco Chief", order=0)
    Category.objects.create(dimension=dimension, code="1.10", name="Aldeia Chief", order=1)
    CategoryTarget.objects.create(category=suco, period_end=date(2028, 12, 31), value=Decimal("0"))
    Target.objects.create(
        indicator=world.indicators["i111a"], period_end=date(2026, 12, 31), numerator=10, denominator=40
    )
    world.indicators["i211a"].responsible.add(world.sei, world.mae)
    Indicator.objects.filter(pk=world.indicators["i211a"].pk).update(
        definition="=1+1", statement="  Two\r\nlines _x0041_ ", baseline_value=Decimal("0.000001")
    )
    make_activity(world.participation, "1.10.1", [world.sei])
    Plan.objects.filter(pk=world.plan.pk).update(goal_label="Outcome", vision="+ Peace")
    return world


def test_an_unchanged_workbook_changes_nothing(rich):
    before = content_of(rich.plan)
    events = Indicator.pgh_event_model.objects.count()
    difference = Book(rich.plan).applied(rich.secretariat)
    assert difference.doubts == ()
    assert written(difference) == []
    assert difference.gone == []
    assert {item.sheet for item in difference.items} == set(before) - {"institutions"}
    assert content_of(rich.plan) == before
    assert Indicator.pgh_event_model.objects.count() == events


def test_rows_are_still_the_same_without_their_digest_and_ids(rich):
    book = Book(rich.plan)
    for key, page in book.pages.items():
        if key:
            for number in range(3, page.max_row + 1):
                page.cell(number, 1).value = page.cell(number, 2).value = None
    difference = book.compared()
    assert (written(difference), errors(difference), difference.gone) == ([], {}, [])


def test_columns_may_be_moved_added_and_left_out_and_rows_left_blank(rich):
    book = Book(rich.plan)
    page = book.pages["indicators"]
    page.insert_cols(5)
    page.cell(2, 5).value = "My own notes"
    page.cell(3, 5).value = "ask MAE"
    page.delete_cols(book.column("indicators", "definition"))
    page.insert_rows(4)
    difference = book.compared()
    assert (written(difference), errors(difference)) == ([], {})
    assert [str(one.message) for one in difference.doubts] == [
        "The column “My own notes” is not known and not imported."
    ]


def test_headers_and_tabs_may_say_anything_while_the_hidden_row_is_there(rich):
    book = Book(rich.plan)
    for key, page in book.pages.items():
        if key:
            page.title = f"Folha {key}"[:31]
            for cell in page[2][2:]:
                cell.value = "Coluna"
    book.set("indicators", {"code": "1.1.1a"}, unit="mulheres")
    assert written(book.compared()) == [("indicators", "changed", "1.1.1a")]


def test_headers_are_enough_when_the_hidden_row_is_gone(rich):
    book = Book(rich.plan)
    for key, page in book.pages.items():
        if key:
            page.delete_rows(1)
    difference = book.compared()
    assert (written(difference), errors(difference)) == ([], {})
    assert len([item for item in difference.items if item.sheet == "indicators"]) == 3


def test_every_kind_of_change_is_seen_with_old_and_new_and_saved(rich):
    book = Book(rich.plan)
    book.set(
        "indicators",
        {"code": "1.1.2a"},
        statement="Women trained",
        baseline_value="2 600,5",
        direction="Decrease",
    )
    book.set("activities", {"code": "1.1.2"}, y2024=None, y2025="X", title="Train women")
    book.set("leads", {"activity": "1.1.2", "institution": "MAE"}, role="Co-lead")
    book.set("targets", {"indicator": "1.1.2a", "category": None}, value="16.000,5")
    book.set("breakdowns", {"code": "suco-chief"}, name="Suco Chiefs")
    book.set("pillars", {"code": "P1"}, global_pillar="Prevention")
    book.set("plan", 3, title="A new title")
    difference = book.applied(rich.secretariat)
    assert [(item.code, item.changes) for item in difference.written if item.sheet == "indicators"] == [
        (
            "1.1.2a",
            [
                ("Indicator", "Indicator 1.1.2a", "Women trained"),
                ("Direction", "Increase", "Decrease"),
                ("Baseline", "2,505", "2,600.5"),
            ],
        )
    ]
    one = Indicator.objects.get(code="1.1.2a")
    assert (one.statement, one.baseline_value, one.direction) == (
        "Women trained",
        Decimal("2600.5"),
        "decrease",
    )
    assert Activity.objects.get(code="1.1.2").years == [2025, 2026, 2027, 2028]
    assert Lead.objects.get(activity__code="1.1.2").role == "co_lead"
    assert Target.objects.get(indicator__code="1.1.2a").value == Decimal("16000.5")
    assert Category.objects.get(code="suco-chief").name == "Suco Chiefs"
    assert (Pillar.objects.get(code="P1").global_pillar, fresh(rich.plan).title) == (
        "prevention",
        "A new title",
    )
    step = next(each for each in changes_of(*indicator_history(one)) if each.reason)
    assert (step.who, step.reason) == ("secretariat", "Agreed")
    assert ("Indicator", "Indicator 1.1.2a", "Women trained") in [(x.label, x.old, x.new) for x in step.lines]
    assert ("Target 2028: Target", "15,000", "16,000.5") in [(x.label, x.old, x.new) for x in step.lines]
    again = Book(rich.plan).compared()
    assert written(again) == []
    repeated = book.applied(rich.secretariat)  # safe to repeat
    assert written(repeated) == []


def test_new_rows_on_every_sheet(rich):
    make_institution("JSMP", "cso")
    book = Book(rich.plan)
    book.add("pillars", code="P3", name="Protection", global_pillar="Protection")
    book.add("goals", code="3", title="Justice", pillar="P3")
    book.add("outputs", code="3.1", title="Law", goal="3")
    book.add("activities", code="3.1.1", title="Train judges", output="3.1", y2026="x")
    book.add("leads", activity="3.1.1", institution="JSMP", is_accountable="x")
    book.add(
        "indicators",
        code="3.1.1a",
        statement="Judges trained",
        type="# and %",
        activity="3.1.1",
        responsible="JSMP; SEI",
    )
    book.add("breakdowns", indicator="3.1.1a", dimension="Sex", name="Women")
    book.add("targets", indicator="3.1.1a", period_end=2027, value="30%")
    book.add(
        "targets",
        indicator="3.1.1a",
        period_end="31/12/2028",
        dimension="Sex",
        category="women",
        numerator=1,
        denominator=2,
    )
    difference = book.applied(rich.secretariat)
    assert errors(difference) == {}
    assert [action for _sheet, action, _code in written(difference)] == ["new"] * 9
    one = Indicator.objects.get(code="3.1.1a")
    assert (one.pillar.code, one.activity.code, one.share_of_whole, one.direction) == (
        "P3",
        "3.1.1",
        True,
        "increase",
    )
    assert sorted(str(each) for each in one.responsible.all()) == ["JSMP", "SEI"]
    assert one.pillar.working_group
    assert Activity.objects.get(code="3.1.1").years == [2026]
    lead = Lead.objects.get(activity__code="3.1.1")
    assert (lead.is_accountable, lead.role) == (True, "lead")
    assert (Category.objects.get(name="Women").code, Target.objects.get(indicator=one).value) == ("women", 30)
    assert CategoryTarget.objects.get(category__name="Women").denominator == 2
    assert written(book.compared()) == []  # a row without an id is the thing of its code, not a double


def test_codes_may_swap_and_what_hangs_on_them_stays(rich):
    book = Book(rich.plan)
    first, second = book.row("activities", code="1.1.1"), book.row("activities", code="1.1.2")
    book.set("activities", first, code="1.1.2")
    book.set("activities", second, code="1.1.1")
    events = Activity.pgh_event_model.objects.count()
    book.applied(rich.secretariat)
    assert Activity.objects.get(pk=rich.activities["a111"].pk).code == "1.1.2"
    assert Indicator.objects.get(code="1.1.1a").activity_id == rich.activities["a111"].pk
    assert Activity.pgh_event_model.objects.count() == events + 2


def test_moving_takes_indicators_to_the_new_pillar(rich):
    book = Book(rich.plan)
    book.set("goals", {"code": "1"}, pillar="P2")
    book.applied(rich.secretariat)
    assert set(Indicator.objects.values_list("pillar__code", flat=True)) == {"P2"}
    assert Goal.objects.get(code="1").pillar.code == "P2"


def test_a_parent_may_be_renamed_on_its_own_sheet_only(rich):
    book = Book(rich.plan)
    book.set("outputs", {"code": "1.1"}, code="1.A")
    book.add("activities", code="1.A.9", title="New", output="1.A")
    book.applied(rich.secretariat)
    assert Output.objects.get(code="1.A").activities.count() == 3


def test_the_accountable_lead_changes_hands(rich):
    book = Book(rich.plan)
    book.set("leads", {"activity": "1.1.1", "institution": "SEI"}, is_accountable=None)
    book.set("leads", {"activity": "1.1.1", "institution": "MAE"}, is_accountable="x")
    book.applied(rich.secretariat)
    assert Lead.objects.get(activity__code="1.1.1", is_accountable=True).institution == rich.mae


def test_an_emptied_cell_empties_and_zero_is_not_nothing(rich):
    book = Book(rich.plan)
    book.set("indicators", {"code": "1.1.1a"}, baseline_numerator=0, unit=None)
    book.applied(rich.secretariat)
    one = Indicator.objects.get(code="1.1.1a")
    assert (one.baseline_numerator, one.unit) == (0, "")
    assert (
        Book(rich.plan)
        .cell("indicators", Book(rich.plan).row("indicators", code="1.1.1a"), "baseline_numerator")
        .value
        == 0
    )


def test_a_breakdown_is_renamed_in_all_its_rows(rich):
    book = Book(rich.plan)
    for code in ("suco-chief", "1.10"):
        book.set("breakdowns", {"code": code}, dimension="Level")
    book.applied(rich.secretariat)
    assert [one.name for one in Dimension.objects.all()] == ["Level"]
    assert written(Book(rich.plan).compared()) == []


def test_queries_do_not_grow(rich, django_assert_num_queries):
    def count():
        book = Book(rich.plan)
        for number in range(3, 3 + len(content_of(rich.plan)["indicators"])):
            book.set("indicators", number, unit=f"unit {number} {book.pages['indicators'].max_row}")
        parsed = book.parsed()
        from frameworks.workbook.apply import apply_workbook
        from tests.world import NOW

        plan = fresh(rich.plan)
        with django_assert_num_queries(29):
            apply_workbook(parsed=parsed, plan=plan, by=None, at=NOW, reason="x")

    count()
    for number in range(5):
        activity = make_activity(rich.prevention, f"2.2.{number}", [rich.sei])
        make_indicator(activity, f"2.2.{number}a", target="5")
    count()
