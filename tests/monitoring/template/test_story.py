"""What is told of an activity beside its figures: course corrections, spending, and with whom it is done."""

from datetime import date
from decimal import Decimal

import pytest

from budgets.models import Expenditure
from budgets.operations.spending import Spent
from frameworks.models import Lead, Plan
from monitoring.corrections import Correction
from monitoring.models import ActivityProgress, CourseCorrection
from monitoring.operations.reporting import save_activity
from tests.monitoring.reported import open_round, submission_of
from tests.monitoring.template.sheets import Template, told
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def sei(world):
    world.round = open_round(world)
    return submission_of(world.round, world.sei)


def save(world, submission, **what):
    row = ActivityProgress.objects.filter(submission=submission).first()
    save_activity(
        submission=submission,
        activity=world.activities["a111"],
        by=world.focal_sei,
        at=NOW,
        version=row.version if row else 0,
        progress={},
        values={},
        **what,
    )


def corrections():
    return list(
        CourseCorrection.objects.order_by("order").values_list(
            "order", "cause", "measure", "due_on", "is_done"
        )
    )


def spent():
    return list(Expenditure.objects.values_list("amount", "currency", "no_data_reason"))


def test_corrections_and_spending_arrive(world, sei):
    book = Template(world.round, world.sei)
    assert book.read("activities", "1.1.1", "spent-currency") == "USD"
    book.fill(
        "activities",
        "1.1.1",
        status="Delayed",
        collaboration="With MAE",
        **{
            "corr-1-cause": "No trainers",
            "corr-1-measure": "Hire two",
            "corr-1-owner": "Ana",
            "corr-1-due": date(2025, 6, 30),
            "corr-3-cause": "Floods",
            "corr-3-measure": "Moved to June",
            "corr-3-due": "2025-07-01",
            "corr-3-done": "x",
            "spent-amount": "1 250,50",
            "spent-currency": "eur",
        },
    )
    book.applied(world.focal_sei)
    assert corrections() == [
        (1, "No trainers", "Hire two", date(2025, 6, 30), False),
        (3, "Floods", "Moved to June", date(2025, 7, 1), True),
    ]
    assert spent() == [(Decimal("1250.50"), "EUR", "")]
    progress = ActivityProgress.objects.get()
    assert (progress.status, progress.collaboration, progress.version) == ("delayed", "With MAE", 1)
    assert book.compared().items == []
    assert Template(world.round, world.sei).compared().items == []


def test_a_correction_that_is_emptied_is_removed_and_nothing_spent_is_an_answer(world, sei):
    save(
        world,
        sei,
        corrections={1: Correction("A", "B", "C", date(2025, 1, 1)), 5: Correction("E", "F")},
        spending=Spent(no_data_reason="Not booked"),
    )
    book = Template(world.round, world.sei)
    assert book.read("activities", "1.1.1", "corr-5-measure") == "F"  # there is room for as many as there are
    book.fill(
        "activities",
        "1.1.1",
        **{f"corr-1-{part}": None for part in ("cause", "measure", "owner", "due")},
        **{"corr-5-done": "x", "spent-amount": 0, "spent-why": None},
    )
    book.applied(world.focal_sei)
    assert corrections() == [(5, "E", "F", None, True)]
    assert spent() == [(Decimal("0.00"), "USD", "")]
    assert Template(world.round, world.sei).compared().items == []


def test_one_correction_changed_offline_and_another_online(world, sei):
    save(world, sei, corrections={1: Correction("A", "B"), 2: Correction("C", "D")})
    book = Template(world.round, world.sei)
    book.fill("activities", "1.1.1", **{"corr-1-measure": "B offline"})
    save(world, sei, corrections={2: Correction("C", "D online")}, spending=Spent(Decimal(7), "USD"))
    difference = book.applied(world.focal_sei)
    assert [told(item.changes) for item in difference.items] == [
        [("Correction 1: what is done about it", "B", "B offline")]
    ]
    assert [one[2] for one in corrections()] == ["B offline", "D online"]
    assert spent() == [(Decimal("7.00"), "USD", "")]


@pytest.mark.parametrize(
    ("typed", "at", "words"),
    [
        ({"corr-1-due": "soon"}, "corr-1-due", "“soon” is not a clear date"),
        ({"corr-1-due": "2250-01-01"}, "corr-1-due", "Is the year right? It is 2250."),
        ({"corr-1-cause": "A", "corr-1-owner": "x" * 201}, "corr-1-owner", "at most 200 fit"),
        ({"corr-2-done": "x"}, "corr-2-done", "Say first what is done about it."),
        ({"corr-2-done": "perhaps"}, "corr-2-done", "write x, or leave the cell empty"),
        ({"spent-amount": -1}, "spent-amount", "Spending cannot be negative."),
        ({"spent-amount": "1.555,555"}, "spent-amount", "no more than 2 decimal places"),
        ({"spent-amount": "a lot"}, "spent-amount", "is not a number"),
        ({"spent-amount": 3, "spent-why": "No idea"}, "spent-why", "not both"),
        ({"spent-amount": 3, "spent-currency": "XYZ"}, "spent-currency", "XYZ"),
    ],
)
def test_errors_stand_at_their_cells(world, sei, typed, at, words):
    book = Template(world.round, world.sei)
    number = book.fill("activities", "1.1.1", **typed)
    errors = {(one.sheet, one.cell): str(one.message) for one in book.compared().errors}
    assert errors.keys() == {book.at("activities", number, at)}
    assert words in errors[book.at("activities", number, at)]


def test_a_currency_without_an_amount_says_nothing(world, sei):
    book = Template(world.round, world.sei)
    book.fill("activities", "1.1.1", **{"spent-currency": "EUR"})
    assert book.compared().items == []


def test_the_parts_of_joint_leads_stand_with_whom(world, sei):
    mae = Template(world.round, world.mae)
    assert mae.read("activities", "1.1.2", "with") is None
    assert mae.read("activities", "1.1.1", "with") == "Your part; SEI hands it in"
    assert Template(world.round, world.sei).read("activities", "1.1.1", "with") == "MAE"
    mae.fill("activities", "1.1.1", narrative="Our part")
    mae.fill("activities", "1.1.2", narrative="Our own")
    mae.applied(world.focal_mae)
    found = ActivityProgress.objects.values_list(
        "narrative", "submission__accountable__code", "submission__institution__code"
    )
    assert sorted(found, key=str) == [("Our own", None, "MAE"), ("Our part", "SEI", "MAE")]


def test_what_another_institution_answers_for_since_is_saved_where_it_is_asked_now(world, sei):
    """The template of before is not lost: the activity is told in another submission of the same institution."""
    mae = Template(world.round, world.mae)
    mae.fill("activities", "1.1.2", narrative="Written before")
    activity = world.activities["a112"]
    activity.leads.update(is_accountable=False)
    Lead.objects.create(activity=activity, institution=world.sei, is_accountable=True, order=5)
    assert {row.submission.accountable for row in mae.content().records["activities"]} == {world.sei}
    mae.applied(world.focal_mae)
    assert ActivityProgress.objects.get().submission.accountable == world.sei


def test_sheets_speak_the_plan_s_own_words(world, sei):
    Plan.objects.filter(pk=world.plan.pk).update(activity_label="Action point")
    book = Template(world.round, world.sei)
    assert book.pages["activities"].title == "Action point"
    assert book.compared().items == []
