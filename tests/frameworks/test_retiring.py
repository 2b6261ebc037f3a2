"""Retiring, restoring and deleting parts of a plan."""

import threading
import time
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from budgets.models import Costing
from frameworks.history import Stale
from frameworks.models import Activity, Goal, Indicator, Output, Plan
from frameworks.operations.retiring import delete, restore, retire
from frameworks.operations.structure import save_part
from monitoring.due import due_in, expected_triples
from monitoring.models import Submission
from tests.monitoring.reported import fill, open_round, submission_of
from tests.pages import Visitor
from tests.world import NOW, TODAY, make_activity, make_indicator

pytestmark = pytest.mark.django_db


def at(world, path=""):
    return f"/plans/{world.plan.code}/{path}"


def visit(world, path="", who="secretariat"):
    return Visitor(world.users[who]).open(at(world, path))


def part(world, level, code, step):
    return visit(world, f"parts/{level}/{code}/{step}/")


def retired(world):
    """Codes of everything retired, by level."""
    return [
        sorted(model.objects.filter(plan=world.plan, retired_on__isnull=False).values_list("code", flat=True))
        for model in (Goal, Output, Activity, Indicator)
    ]


def do(operation, row, world, **fields):
    wanted = {"row": row, "along": True, "reason": "Given up", "by": world.secretariat, "at": NOW}
    return operation(**(wanted | fields))


# Retiring


def test_a_goal_is_retired_with_all_below_in_one_step(world):
    page = visit(world, "goals/1/").follow("Retire")
    assert "Retire what is below it, too: 1 output, 2 activities, 2 indicators" in page.text
    page.press("Retire")
    assert page.page.xpath("//ul[@class='field-error']/@id") == ["id_along_error", "id_reason_error"]
    assert retired(world) == [[], [], [], []]
    page.press("Retire", along="on", reason="Given up by the committee")
    assert retired(world) == [["1"], ["1.1"], ["1.1.1", "1.1.2"], ["1.1.1a", "1.1.2a"]]
    assert "Out of use since" in page.text
    assert "“Given up by the committee”" in page.text
    assert "“Given up by the committee”" in visit(world, "activities/1.1.1/").text


def test_what_is_retired_leaves_the_logframe_but_stays_readable(world):
    do(retire, world.activities["a111"], world)
    text = visit(world).text
    assert "Activity 1.1.1" not in text
    assert "Activity 1.1.2" in text
    for path in ("activities/1.1.1/", "indicators/1.1.1a/"):
        page = visit(world, path, "focal_sei")
        assert "Out of use since 20 January 2025" in page.text
        assert not page.links("Restore it")
        assert visit(world, path).links("Restore it")
    assert "Activity 1.1.1" not in visit(world, "outputs/1.1/").text
    assert "Activity 1.1.1" not in visit(world, "schedule/").text


def test_nobody_is_asked_to_report_on_it(world):
    round = open_round(world)
    sei = submission_of(round, world.sei)
    assert due_in([sei])[sei.pk].activities
    do(retire, world.activities["a111"], world)
    due = due_in([sei])[sei.pk]
    assert (due.activities, due.indicators) == ([], [])
    assert (world.sei.pk, world.participation.pk, None) not in expected_triples(round)


def test_counts_of_the_dashboard_leave_out_what_nobody_reported_on(world):
    from monitoring.dashboards import pillar_counts

    round = open_round(world)
    fill(submission_of(round, world.mae), world.focal_mae)

    def totals():
        counts = {one.pillar.code: one for one in pillar_counts(round=round)}["P1"]
        return counts.activity_total, counts.indicator_total

    from frameworks.changes import announce

    announce(indicators=Indicator.objects.filter(plan=world.plan), at=NOW)
    assert totals() == (2, 2)
    do(retire, world.activities["a111"], world)
    assert totals() == (1, 1)


def test_values_and_their_figures_stay(world):
    fill(submission_of(open_round(world), world.sei), world.focal_sei)
    do(retire, world.indicators["i111a"], world)
    assert world.indicators["i111a"].values.exists()
    assert "already reported" not in visit(world, "indicators/1.1.1a/").text


def test_retired_things_keep_their_codes(world):
    do(retire, world.activities["a112"], world)
    page = visit(world, "outputs/1.1/activities/new/")
    assert page.page.get_element_by_id("id_code").value == "1.1.3"


def test_the_operation_refuses(world):
    output = Output.objects.get(code="1.1")
    with pytest.raises(ValidationError) as error:
        do(retire, output, world, along=False, reason=" ")
    assert error.value.message_dict == {
        "reason": ["Say why it is retired: the reason stands in its history."],
        "along": [
            "What is below it is still in use (2 activities, 2 indicators): tick that it is retired, too."
        ],
    }
    for name in ("focal_sei", "gov_lead", "outsider"):
        for operation in (retire, restore):
            with pytest.raises(PermissionDenied):
                do(operation, output, world, by=world.users[name])
        with pytest.raises(PermissionDenied):
            delete(row=output, reason="x", by=world.users[name])
    with pytest.raises(Stale):
        do(retire, output, world, version="0")
    do(retire, output, world)
    with pytest.raises(ValidationError, match="retired already"):
        do(retire, output, world)


def test_who_was_slower_is_told(world):
    slow = part(world, "activity", "1.1.1", "retire")
    visit(world, "activities/1.1.1/edit/", "administrator").press("Save", title="Kept, in clearer words")
    slow.press("Retire", reason="Given up", along="on")
    assert "changed this on" in slow.text
    assert retired(world)[2] == []


# Restoring


def test_restored_with_all_that_went_with_it(world):
    do(retire, Output.objects.get(code="1.1"), world)
    page = visit(world, "retired/")
    assert "restore 1.1 first" in page.text  # of its activities
    page.open(at(world, "parts/output/1.1/restore/"))
    assert "Restore what was retired with it, too: 2 activities, 2 indicators" in page.text
    page.press("Restore")
    assert retired(world) == [[], [], [], []]
    assert "1.1 is in use again." in page.text


def test_what_was_retired_on_another_day_stays_so(world):
    do(retire, world.activities["a112"], world, at=NOW - timedelta(days=30))
    do(retire, Output.objects.get(code="1.1"), world)
    do(restore, Output.objects.get(code="1.1"), world)
    assert retired(world) == [[], [], ["1.1.2"], ["1.1.2a"]]


def test_or_restored_alone(world):
    do(retire, Output.objects.get(code="1.1"), world)
    part(world, "output", "1.1", "restore").press("Restore", along=[])
    assert retired(world) == [[], [], ["1.1.1", "1.1.2"], ["1.1.1a", "1.1.2a"]]


def test_the_parent_comes_first(world):
    do(retire, Output.objects.get(code="1.1"), world)
    page = part(world, "activity", "1.1.1", "restore")
    assert "1.1, on which it hangs, is retired: restore that first." in page.text
    assert "Restore" not in page.buttons()
    with pytest.raises(ValidationError, match="restore that first"):
        do(restore, Activity.objects.get(code="1.1.1"), world)
    assert "It is in use already." in part(world, "activity", "2.1.1", "restore").text


def test_an_endorsed_plan_asks_why_it_is_restored(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")
    do(retire, world.activities["a111"], world)
    page = part(world, "activity", "1.1.1", "restore").press("Restore")
    assert "Say why: it stands in the history." in page.text
    page.press("Restore", reason="Taken up again")
    assert "“Taken up again”" in page.text
    with pytest.raises(ValidationError, match="say why"):
        do(retire, world.activities["a111"], world)
        do(restore, Activity.objects.get(code="1.1.1"), world, reason="")


def test_what_is_restored_is_asked_for_in_the_open_round(world):
    today = timezone.localdate()
    days = {"opens_on": today, "due_on": today + timedelta(days=9), "closes_on": today + timedelta(days=20)}
    make_activity(world.prevention, "2.1.9", [world.sei], years=[2024])
    do(retire, Activity.objects.get(code="2.1.9"), world)
    round = open_round(world, **days)
    asked = Submission.objects.filter(round=round, institution=world.sei, pillar=world.prevention)
    assert not asked.exists()
    do(restore, Activity.objects.get(code="2.1.9"), world, at=timezone.now())
    assert asked.exists()


# The list


def test_the_list_says_what_is_retired_to_insiders(world, client):
    assert "Nothing is retired." in visit(world, "retired/").text
    do(retire, world.activities["a111"], world)
    page = visit(world, "retired/", "focal_mae")
    assert "1.1.1 Activity 1.1.1 Under 1.1, retired on 20 January 2025" in page.text
    assert not page.links("Restore")
    assert visit(world, "retired/").links("Restore") == [at(world, "parts/activity/1.1.1/restore/")]


def test_the_list_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    do(retire, Goal.objects.get(code="1"), world)
    with django_assert_num_queries(13):
        client.get(at(world, "retired/"))
    for number in range(3, 9):
        make_indicator(make_activity(world.prevention, f"2.{number}.1"), f"2.{number}.1a")
    do(retire, Goal.objects.get(code="2"), world)
    with django_assert_num_queries(13):
        client.get(at(world, "retired/"))


def test_retiring_is_set_based(world, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    do(retire, world.indicators["i112a"], world)  # the seats of the person are read once
    with CaptureQueriesContext(connection) as few:
        do(retire, Output.objects.get(code="2.1"), world)
    for number in range(3, 9):
        make_indicator(make_activity(world.participation, f"1.1.{number}"), f"1.1.{number}a")
    with CaptureQueriesContext(connection) as many:
        do(retire, Output.objects.get(code="1.1"), world)
    assert len(few) == len(many)


# Deleting


def test_what_was_made_by_mistake_is_deleted(world):
    make_activity(world.prevention, "2.1.9", [world.sei])
    page = part(world, "activity", "2.1.9", "retire").follow("Delete it instead")
    page.press("Delete")
    assert not Activity.objects.filter(code="2.1.9").exists()
    assert "2.1.9 is deleted." in page.text
    part(world, "indicator", "2.1.1a", "delete").press("Delete")
    part(world, "activity", "2.1.1", "delete").press("Delete")
    part(world, "output", "2.1", "delete").press("Delete")
    part(world, "goal", "2", "delete").press("Delete")
    assert not Goal.objects.filter(code="2").exists()


@pytest.mark.parametrize(
    ("level", "code", "words"),
    [
        ("output", "1.1", "Something hangs on it: 2 activities, 2 indicators"),
        ("indicator", "1.1.1a", "Institutions have reported on it."),
        ("activity", "2.1.9", "It has been costed."),
    ],
)
def test_what_has_values_costs_or_children_is_not(world, level, code, words):
    fill(submission_of(open_round(world), world.sei), world.focal_sei)
    costed = make_activity(world.prevention, "2.1.9")
    Costing.objects.create(activity=costed, year=2024, amount=0, currency="USD")
    page = part(world, level, code, "delete")
    assert words in page.text
    assert "Delete" not in page.buttons()
    page.client.post(at(world, f"parts/{level}/{code}/delete/"))
    row = {"output": Output, "indicator": Indicator, "activity": Activity}[level].objects.get(code=code)
    with pytest.raises(ValidationError, match="cannot be deleted, only retired"):
        delete(row=row, reason="Mistake", by=world.secretariat)


def test_an_activity_with_a_story_but_no_figure_is_not_deleted(world):
    make_activity(world.participation, "1.1.9", [world.sei])
    fill(submission_of(open_round(world), world.sei), world.focal_sei)
    assert "Institutions have reported on it." in part(world, "activity", "1.1.9", "delete").text


def test_in_an_endorsed_plan_deleting_needs_a_reason(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")
    make_activity(world.prevention, "2.1.9")
    page = part(world, "activity", "2.1.9", "delete").press("Delete")
    assert "Say why: it stands in the history." in page.text
    page.press("Delete", reason="Entered twice")
    assert not Activity.objects.filter(code="2.1.9").exists()
    event = Activity.pgh_event_model.objects.filter(code="2.1.9", pgh_label="delete").get()
    assert event.pgh_context.metadata["reason"] == "Entered twice"


def test_the_day_is_the_day_of_the_step(world):
    do(retire, world.activities["a111"], world)
    assert Activity.objects.get(code="1.1.1").retired_on == TODAY == date(2025, 1, 20)


# Races (the database itself)


def meanwhile(world, step):
    """Runs `step` while SEI is about to save its draft about 1.1.1; returns what it raised."""
    written, go_on, raised = threading.Event(), threading.Event(), []
    submission = submission_of(open_round(world), world.sei)

    def report():
        try:
            with transaction.atomic():
                fill(submission, world.focal_sei)
                written.set()
                go_on.wait(5)
        finally:
            connection.close()

    def act():
        try:
            step()
        except ValidationError as error:
            raised.extend(error.messages)
        finally:
            connection.close()

    first, second = threading.Thread(target=report), threading.Thread(target=act)
    first.start()
    written.wait(5)
    second.start()
    time.sleep(0.5)  # the step has come as far as it can
    assert second.is_alive()  # it waits for the figure
    go_on.set()
    first.join()
    second.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_a_figure_that_is_just_being_reported_is_not_deleted(world):
    indicator = world.indicators["i111a"]
    raised = meanwhile(world, lambda: delete(row=indicator, reason="", by=world.secretariat))
    assert raised == ["It cannot be deleted, only retired. Institutions have reported on it."]
    assert indicator.values.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_figure_that_is_just_being_reported_is_not_torn_from_its_pillar(world):
    goal = Goal.objects.get(code="1")
    goal.pillar = world.prevention

    def move():
        save_part(part=goal, changed=["pillar"], reason="", by=world.secretariat, at=NOW)

    (message,) = meanwhile(world, move)
    assert "institutions have already reported on 1.1.1, 1.1.1a" in message
    assert Indicator.objects.get(code="1.1.1a").pillar == world.participation
