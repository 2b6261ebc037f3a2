"""Writing operational plans and budget lines: what an institution drafts is its own, what was handed in stays."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from budgets.models import BudgetLine, CostItem, OperationalAction, OperationalPlan
from budgets.operations.budget_lines import line_version, remove_line, save_line
from budgets.operations.planning import (
    Cost,
    action_version,
    begin_plan,
    note_version,
    plan_history,
    remove_action,
    save_action,
    save_cost_items,
    save_note,
)
from frameworks.history import Stale, changes_of
from frameworks.workflow import transition
from tests.budgets.money_world import make_line, make_operational_plan, make_source
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(world):
    return make_source(world.plan)


@pytest.fixture
def mine(world):
    """SEI's draft of 2025 on Participation."""
    return make_operational_plan(world.activities["a111"], world.sei, state="draft")


def do(operation, world, who="focal_sei", **arguments):
    return operation(by=world.users[who], at=NOW, **arguments)


def new_action(world, mine, **fields):
    fields = {"title": "Hold a course", "activity": world.activities["a111"]} | fields
    return OperationalAction(operational_plan=mine, **fields)


def new_line(world, mine, source, **fields):
    fields = {"activity": world.activities["a111"], "funding_source": source, "currency": "USD"} | fields
    return BudgetLine(operational_plan=mine, **fields)


def cost(source=None, **fields):
    given = {
        "description": "Trainer",
        "quantity": Decimal("2.5"),
        "unit_cost": Decimal(100),
        "currency": "USD",
    }
    return Cost(**(given | fields), funding_source=source)


def hand_in(world, mine, who="focal_sei"):
    return transition(subject=mine, action="submit", by=world.users[who], at=NOW)


def test_begun_once(world):
    asked = {"plan": world.plan, "institution": world.sei, "pillar": world.prevention, "year": 2026}
    assert do(begin_plan, world, **asked) == do(begin_plan, world, **asked)
    assert OperationalPlan.objects.get().state == "draft"


@pytest.mark.parametrize("who", ["focal_mae", "secretariat", "gov_lead", "cso_lead", "steering", "outsider"])
def test_nobody_else_writes_in_it(world, mine, source, who):
    action = do(save_action, world, action=new_action(world, mine))
    line = do(save_line, world, line=new_line(world, mine, source))
    year = {"plan": world.plan, "institution": world.sei, "pillar": world.prevention, "year": 2026}
    for operation, arguments in (
        (begin_plan, year),
        (save_note, {"operational_plan": mine, "note": "x"}),
        (save_action, {"action": new_action(world, mine)}),
        (save_cost_items, {"action": action, "costs": []}),
        (remove_action, {"action": action}),
        (save_line, {"line": line}),
        (remove_line, {"line": line}),
    ):
        with pytest.raises(PermissionDenied):
            do(operation, world, who, **arguments)
    assert (OperationalAction.objects.count(), BudgetLine.objects.count()) == (1, 1)


def test_an_action_with_its_cost_lines(world, mine, source):
    action = do(
        save_action,
        world,
        action=new_action(world, mine, months=[5, 3, 3]),
        costs=[cost(source), cost(description="Room", quantity=Decimal(1))],
    )
    assert action.months == [3, 5]
    trainer, room = action.cost_items.all()
    assert (trainer.amount, trainer.funding_source, room.funding_source) == (Decimal(250), source, None)
    kept = cost(description="Room", quantity=Decimal(3), pk=room.pk)
    do(save_cost_items, world, action=action, costs=[kept, cost(description="Bus")])
    assert [(one.description, one.amount) for one in action.cost_items.all()] == [
        ("Room", Decimal(300)),
        ("Bus", Decimal(250)),
    ]
    assert action.cost_items.first().pk == room.pk
    said = " ".join(f"{line.label} {line.old}" for line in changes_of(*plan_history(mine))[0].lines)
    assert "Cost line “Trainer”" in said


def test_cost_lines_of_another_action_are_not_taken_over(world, mine):
    theirs = do(save_action, world, action=new_action(world, mine), costs=[cost()])
    stolen = theirs.cost_items.get().pk
    action = do(save_action, world, action=new_action(world, mine), costs=[cost(pk=stolen)])
    assert CostItem.objects.get(pk=stolen).action == theirs
    assert action.cost_items.get().pk != stolen


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"quantity": Decimal(-1)}, "Quantity and unit cost cannot be negative."),
        ({"description": ""}, "This field cannot be blank."),
        ({"currency": "XXX"}, "Choose a currency."),
    ],
)
def test_a_bad_cost_line_is_named_and_nothing_is_saved(world, mine, fields, words):
    with pytest.raises(ValidationError) as error:
        do(save_action, world, action=new_action(world, mine), costs=[cost(), cost(**fields)])
    assert error.value.message_dict == {"costs": [f"Cost line 2: {words}"]}
    assert not OperationalAction.objects.exists()


def test_only_what_is_of_the_pillar_and_the_plan(world, mine, source):
    with pytest.raises(ValidationError, match=r"2\.1\.1 is not of this pillar"):
        do(save_action, world, action=new_action(world, mine, activity=world.activities["a211"]))
    with pytest.raises(ValidationError, match="not of this plan"):
        do(save_line, world, line=new_line(world, mine, make_source(world.other_plan)))
    world.activities["a112"].retired_on = NOW.date()
    world.activities["a112"].save()
    with pytest.raises(ValidationError, match="is retired"):
        do(save_line, world, line=new_line(world, mine, source, activity=world.activities["a112"]))
    source.retired_on = NOW.date()
    source.save()
    with pytest.raises(ValidationError, match="choose another funding source"):
        do(save_line, world, line=new_line(world, mine, source))
    assert not BudgetLine.objects.exists()


def test_what_stands_on_a_retired_activity_can_still_be_changed(world, mine):
    action = do(save_action, world, action=new_action(world, mine))
    world.activities["a111"].retired_on = NOW.date()
    world.activities["a111"].save()
    action.title = "Hold two courses"
    do(save_action, world, action=OperationalAction.objects.get(pk=action.pk), changed=[])
    do(save_action, world, action=action, changed=["title", "activity"])
    assert OperationalAction.objects.get().title == "Hold two courses"


def test_who_was_slower_is_told(world, mine, source):
    action = do(save_action, world, action=new_action(world, mine))
    line = do(save_line, world, line=new_line(world, mine, source))
    seen = action_version(action), line_version(line), note_version(mine)
    do(save_cost_items, world, action=action, costs=[cost()], version=seen[0])
    line.drafted = Decimal(5)
    do(save_line, world, line=line, version=seen[1])
    do(save_note, world, operational_plan=mine, note="Election year", version=seen[2])
    for operation, arguments, version in (
        (save_action, {"action": action}, seen[0]),
        (save_cost_items, {"action": action, "costs": []}, seen[0]),
        (remove_action, {"action": action}, seen[0]),
        (save_line, {"line": line}, seen[1]),
        (remove_line, {"line": line}, seen[1]),
        (save_note, {"operational_plan": mine, "note": "x"}, seen[2]),
    ):
        with pytest.raises(Stale):
            do(operation, world, **arguments, version=version)
    assert CostItem.objects.count() == 1


def test_the_books_are_written_at_any_time_the_draft_is_not(world, mine, source):
    line = do(save_line, world, line=new_line(world, mine, source, drafted=Decimal(100)))
    hand_in(world, mine)
    line = BudgetLine.objects.get(pk=line.pk)
    assert line.proposed == Decimal(100)
    line.released, line.spent, line.reference = Decimal(80), Decimal(0), "A-1"
    line = do(save_line, world, line=line)
    assert (line.released, line.spent, line.reference) == (Decimal(80), Decimal(0), "A-1")
    line.drafted = Decimal(1)
    with pytest.raises(ValidationError) as error:
        do(save_line, world, line=line)
    assert list(error.value.message_dict) == ["drafted"]
    for operation, arguments in (
        (save_action, {"action": new_action(world, mine)}),
        (save_line, {"line": new_line(world, mine, source, reference="B")}),
        (remove_line, {"line": line}),
        (save_note, {"operational_plan": mine, "note": "x"}),
    ):
        with pytest.raises(ValidationError, match="handed in and locked"):
            do(operation, world, **arguments)


def test_nobody_proposes_or_approves_by_editing(world, mine, source):
    line = do(save_line, world, line=new_line(world, mine, source, approved=Decimal(9), proposed=Decimal(9)))
    assert (line.proposed, line.approved) == (None, None)
    line.approved = line.proposed = Decimal(7)
    do(save_line, world, line=line, changed=["approved", "proposed", "drafted"])
    assert BudgetLine.objects.filter(approved=None, proposed=None).count() == 1


def test_what_was_never_handed_in_goes(world, mine, source):
    line = do(save_line, world, line=new_line(world, mine, source, drafted=Decimal(100)))
    assert do(remove_line, world, line=line) is True
    assert not BudgetLine.objects.exists()


def test_what_was_handed_in_stays_and_its_amount_is_blanked(world, mine, source):
    line = do(save_line, world, line=new_line(world, mine, source, drafted=Decimal(100)))
    do(save_action, world, action=new_action(world, mine))
    hand_in(world, mine)
    transition(subject=mine, action="withdraw", by=world.focal_sei, at=NOW)
    assert do(remove_line, world, line=line) is False
    line = BudgetLine.objects.get()
    assert (line.drafted, line.proposed) == (None, Decimal(100))
    with pytest.raises(ValidationError, match="was handed in with this"):
        line.currency = "EUR"
        do(save_line, world, line=line)
    hand_in(world, mine)
    transition(subject=mine, action="withdraw", by=world.focal_sei, at=NOW)
    # Nobody proposes it any more; it has been read, and stays all the same.
    line = BudgetLine.objects.get()
    assert (line.drafted, line.proposed) == (None, None)
    assert do(remove_line, world, line=line) is False


def test_money_is_not_removed_from_the_books(world, mine, source):
    line = make_line(world.activities["a111"], world.sei, source, state="draft", drafted="5", spent="3")
    with pytest.raises(ValidationError, match="Released or spent money"):
        do(remove_line, world, line=line)


def test_the_same_line_twice_is_refused_in_words(world, mine, source):
    do(save_line, world, line=new_line(world, mine, source))
    with pytest.raises(ValidationError, match="Give it another reference"):
        do(save_line, world, line=new_line(world, mine, source))


def test_a_line_does_not_move_to_another_plan(world, mine, source):
    line = make_line(world.activities["a111"], world.mae, source, state="draft", drafted="5")
    line.operational_plan = mine
    with pytest.raises(ValidationError, match="another operational plan"):
        do(save_line, world, line=line)
    with pytest.raises(ValidationError, match="another operational plan"):
        do(remove_line, world, line=line)
