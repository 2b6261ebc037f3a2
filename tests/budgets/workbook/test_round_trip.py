"""Tracker → workbook → tracker: nothing changes by itself, what is typed arrives, and what others typed stays."""

import shutil
import subprocess
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from budgets.models import BudgetLine, CostItem, OperationalAction, OperationalPlan
from budgets.operations.planning import Cost, save_action
from frameworks.history import changes_of
from frameworks.workbook.deciding import MINE, ONLINE
from tests.budgets.money_world import make_line, make_operational_plan, make_source
from tests.budgets.workbook.sheets import YEAR, Budget, make_budget, outcomes, told
from tests.frameworks.workbook.books import saved
from tests.world import NOW, make_activity

pytestmark = pytest.mark.django_db

OPTIONS = settings(
    max_examples=10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXTS = st.one_of(
    st.sampled_from(["=1+1", "+2", "-3", "@x", "1.10", "0012", " ", "_x0041_", "línea\nfeto", "{0} %s %", "30%", "\r\n", "#N/A", "true"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40),
)  # fmt: skip
AMOUNTS = (
    st.none()
    | st.just(Decimal(0))
    | st.decimals(0, 10**9, places=2)
    | st.sampled_from([Decimal("0.01"), Decimal("123456789012345.67"), Decimal("999999999999999.99")])
)
FIELDS = ("drafted", "released", "spent")


@pytest.fixture
def budget(world):
    make_budget(world)
    return Budget(world.plan, world.sei)


def line(reference):
    return BudgetLine.objects.get(reference=reference)


def test_the_unchanged_file_changes_nothing(world, budget):
    difference = budget.compared(remove=True)
    assert (outcomes(difference), difference.gone, difference.doubts) == ([], [], ())
    assert [row["same"] for _title, row in difference.counts()] == [2, 2, 2]
    assert not difference.changes_anything


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_nor_does_it_after_libreoffice_has_saved_it(world, budget, tmp_path):
    file = tmp_path / "budget.xlsx"
    file.write_bytes(saved(budget.book).getvalue())
    out = tmp_path / "out"
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "xlsx", "--outdir", out, file],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    again = Budget(world.plan, world.sei, out / "budget.xlsx")
    # The formula has its value now, and the row below it is free for what is new.
    number = again.row("costs", description="Trainer")
    assert str(again.cell("costs", number, "amount").value).startswith("=")
    difference = again.compared(remove=True)
    assert (outcomes(difference), difference.gone, difference.doubts) == ([], [], ())
    again.add("lines", activity="1.1.1", source="STATE", reference="7", drafted=2)
    assert outcomes(again.compared()) == [("lines", "new", "STATE · 7")]


@OPTIONS
@given(
    texts=st.lists(TEXTS, min_size=6, max_size=6),
    amounts=st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), min_size=1, max_size=5),
    numbers=st.lists(st.decimals(0, 10**7, places=2), min_size=2, max_size=2),
    months=st.lists(st.integers(1, 12), unique=True),
    tag=st.sampled_from(["", "principal", "significant", "not_targeted"]),
    state=st.sampled_from(["draft", "returned", "submitted"]),
)
def test_any_budget_exports_and_parses_to_no_change(world, texts, amounts, numbers, months, tag, state):
    OperationalAction.objects.all().delete()
    BudgetLine.objects.all().delete()
    source = world.plan.funding_sources.filter(code="1.10").first() or make_source(world.plan, "1.10")
    activity = world.activities["a111"]
    plan = make_operational_plan(activity, world.sei, YEAR)
    OperationalPlan.objects.update(state=state)
    action = OperationalAction.objects.create(
        operational_plan=plan,
        activity=activity,
        title=texts[0] or "x",
        unit_responsible=texts[1],
        months=sorted(months),
        inputs=texts[2],
    )
    CostItem.objects.create(
        action=action, description=texts[3] or "x", unit=texts[4], quantity=numbers[0], unit_cost=numbers[1],
        currency="USD", funding_source=source,
    )  # fmt: skip
    for number, row in enumerate(amounts):
        BudgetLine.objects.create(
            operational_plan=plan, activity=activity, funding_source=source, reference=f"{number}.10",
            description=texts[5], currency="USD", gender_tag=tag, **dict(zip(FIELDS, row, strict=True)),
        )  # fmt: skip
    difference = Budget(world.plan, world.sei).compared(remove=True)
    assert (outcomes(difference), difference.gone, difference.doubts) == ([], [], ())
    assert len(difference.same) == 2 + len(amounts)


def test_what_is_typed_arrives_also_from_the_last_row(world, budget):
    budget.set("actions", {"title": "Hold courses"}, unit_responsible="Gender unit", m2=None, m12="x")
    budget.add("actions", activity="1.1.2", number="A", title="Visit sucos", m1="x", m6="X", inputs="A car")
    budget.set("costs", {"description": "Trainer"}, quantity="1 234,5", unit_cost="0,25", source="1.10")
    budget.add(
        "costs", activity="1.1.2", action="A", description="Fuel", quantity=3, unit="tank", unit_cost=60.1
    )
    budget.add("costs", activity="1.1.2", description="Driver", quantity="0", unit_cost="12.50", currency="eur", source="STATE")  # fmt: skip
    budget.set("lines", {"reference": "0012"}, drafted=0, released="500.10", gender_tag="Gender equality is one of the aims")  # fmt: skip
    last = budget.add("lines", activity="1.1.2", source="1.10", reference="1.1", drafted="2.000,5", description="=SUM(A1)")  # fmt: skip
    assert budget.pages["lines"].cell(last + 1, 3).value is None
    budget.cell("lines", last, "description").data_type = "s"
    difference = budget.applied(world.focal_sei)
    assert outcomes(difference) == [
        ("actions", "changed", "Hold courses"),
        ("actions", "new", "Visit sucos"),
        ("costs", "changed", "Trainer"),
        ("costs", "new", "Fuel"),
        ("costs", "new", "Driver"),
        ("lines", "changed", "STATE · 0012"),
        ("lines", "new", "1.10 · 1.1 · =SUM(A1)"),
    ]
    held = OperationalAction.objects.get(title="Hold courses")
    assert (held.unit_responsible, held.months) == ("Gender unit", [3, 12])
    visit = OperationalAction.objects.get(title="Visit sucos")
    assert (visit.activity.code, visit.months, visit.inputs, visit.order) == ("1.1.2", [1, 6], "A car", 2)
    assert list(
        visit.cost_items.values_list("description", "quantity", "unit", "unit_cost", "currency", "funding_source__code")
    ) == [
        ("Fuel", Decimal(3), "tank", Decimal("60.10"), "USD", None),
        ("Driver", Decimal(0), "", Decimal("12.50"), "EUR", "STATE"),
    ]  # fmt: skip
    trainer = held.cost_items.get(description="Trainer")
    assert (trainer.quantity, trainer.unit_cost, trainer.funding_source) == (Decimal("1234.5"), Decimal("0.25"), world.fund)  # fmt: skip
    assert (line("0012").drafted, line("0012").released, line("0012").spent) == (0, Decimal("500.10"), None)
    assert line("0012").gender_tag == "significant"
    assert (line("1.1").drafted, line("1.1").funding_source) == (Decimal("2000.5"), world.fund)
    assert line("1.10").drafted == Decimal("0.05")  # 1.10 is not 1.1
    # The same file once more, and a fresh one, say nothing new: nobody gets anything twice.
    assert outcomes(budget.compared()) == []
    assert outcomes(Budget(world.plan, world.sei).compared()) == []
    assert OperationalAction.objects.count() == 3


def test_a_pillar_without_a_plan_gets_one(world, budget):
    make_activity(world.prevention, "2.1.5", [world.sei])
    book = Budget(world.plan, world.sei)
    book.add("lines", activity="2.1.5", source="STATE", drafted=12)
    book.applied(world.focal_sei)
    begun = OperationalPlan.objects.get(pillar=world.prevention)
    assert (begun.institution, begun.year, begun.state) == (world.sei, YEAR, "draft")
    assert begun.lines.get().drafted == 12


def test_saving_goes_into_the_history_under_the_person_s_name(world, budget):
    from budgets.operations.budget_lines import line_history

    budget.set("lines", {"reference": "0012"}, spent=3)
    budget.applied(world.focal_sei)
    change = changes_of(*line_history(line("0012")))[0]
    assert change.who == world.focal_sei.display_name
    assert [(one.label, one.old, one.new) for one in change.lines] == [("Spent", None, "3")]


def test_zeros_are_kept_and_blanks_stay_blank(world, budget):
    budget.set("lines", {"reference": "0012"}, drafted=None, spent=0)
    (item,) = budget.applied(world.focal_sei).written
    assert told(item) == [("Proposed", "1,000", ""), ("Spent", "", "0")]
    assert (line("0012").drafted, line("0012").spent, line("0012").released) == (None, 0, None)


# Both sides


def test_what_was_not_touched_offline_never_undoes_what_was_typed_online_since(world, budget):
    budget.set("lines", {"reference": "0012"}, released=700)
    budget.set("actions", {"title": "Hold courses"}, inputs="Offline")
    BudgetLine.objects.filter(reference="0012").update(drafted=2000, spent=5)
    OperationalAction.objects.filter(title="Hold courses").update(unit_responsible="Online", months=[7])
    difference = budget.applied(world.focal_sei)
    assert [told(item) for item in difference.written] == [
        [("Inputs: people, material, premises …", "Two trainers", "Offline")],
        [("Released", "", "700")],
    ]
    assert (line("0012").drafted, line("0012").released, line("0012").spent) == (2000, 700, 5)
    action = OperationalAction.objects.get(title="Hold courses")
    assert (action.unit_responsible, action.months, action.inputs) == ("Online", [7], "Offline")


@pytest.mark.parametrize(("choice", "kept"), [(MINE, Decimal("46")), (ONLINE, Decimal("50"))])
def test_what_was_changed_on_both_sides_is_asked_about(world, budget, choice, kept):
    budget.set("costs", {"description": "Trainer"}, unit_cost=46)
    budget.set("costs", {"description": "Room"}, unit_cost=120)
    CostItem.objects.filter(description="Trainer").update(unit_cost=50)
    CostItem.objects.filter(description="Room").update(unit_cost=120)
    difference = budget.compared()
    (item,) = difference.clashes
    assert [(one.label, one.old, one.new) for one in item.clashes] == [("Unit cost", "50", "46")]
    assert (difference.written, difference.undecided({})) == ([], [item])
    budget.applied(world.focal_sei, choices={item.key: choice})
    assert CostItem.objects.get(description="Trainer").unit_cost == kept


def test_an_amount_and_its_currency_are_asked_about_together(world, budget):
    budget.set("lines", {"reference": "0012"}, spent=400)
    BudgetLine.objects.filter(reference="0012").update(currency="EUR")
    (item,) = budget.compared().clashes
    assert [(one.label, one.old, one.new) for one in item.clashes] == [
        ("Currency", "EUR", "USD"),
        ("Spent", "", "400"),
    ]


def test_a_row_that_a_colleague_added_too_is_asked_about_and_never_doubled(world, budget):
    budget.add("lines", activity="1.1.2", source="STATE", reference="9", drafted=5)
    make_line(world.activities["a112"], world.sei, world.state_source, YEAR, reference="9", drafted="6")
    difference = budget.compared()
    (item,) = difference.clashes
    assert [(one.label, one.old, one.new) for one in item.clashes] == [("Proposed", "6", "5")]
    budget.applied(world.focal_sei, choices={item.key: MINE})
    assert line("9").drafted == 5


def test_a_row_that_a_colleague_removed_stays_removed_and_is_said(world, budget):
    budget.set("actions", {"title": "Print guides"}, inputs="Paper")
    OperationalAction.objects.filter(title__in=["Print guides", "Hold courses"]).delete()
    difference = budget.compared()
    assert outcomes(difference) == [("actions", "left_out", "Print guides")]
    assert [(one.level, one.code) for one in difference.doubts] == [("warning", "left_out")]
    assert "was removed in the tracker since the download" in str(difference.doubts[0].message)
    assert not difference.changes_anything


def test_two_lines_may_trade_places_in_one_go(world, budget):
    budget.set("lines", {"reference": "0012"}, source="1.10", reference="1.10 new")
    budget.set("lines", {"reference": "1.10"}, source="STATE", reference="0012")
    budget.applied(world.focal_sei)
    assert {(one.funding_source.code, one.reference, one.drafted) for one in BudgetLine.objects.all()} == {
        ("1.10", "1.10 new", 1000),
        ("STATE", "0012", Decimal("0.05")),
    }


def test_a_cost_line_moves_to_another_action(world, budget):
    budget.set("costs", {"description": "Room"}, action="2")
    (item,) = budget.applied(world.focal_sei).written
    assert told(item) == [("No. of the action", "1 Hold courses", "2 Print guides")]
    assert CostItem.objects.get(description="Room").action.title == "Print guides"
    assert CostItem.objects.get(description="Trainer").action.title == "Hold courses"


def test_saving_is_held_against_what_the_pages_saved_meanwhile(world, budget):
    budget.set("actions", {"title": "Hold courses"}, inputs="Offline")
    save_action(
        action=OperationalAction.objects.get(title="Print guides"),
        costs=[Cost("Paper", Decimal(1), Decimal(2), "USD")],
        by=world.focal_sei,
        at=NOW,
    )
    budget.applied(world.focal_sei)
    assert CostItem.objects.filter(description="Paper").exists()
