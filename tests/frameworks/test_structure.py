"""Making, changing, moving and renumbering the parts of a plan in the browser."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from frameworks.history import Stale, changes_of
from frameworks.models import Activity, Goal, Indicator, Output, Pillar, Plan, Seat, WorkingGroup
from frameworks.operations.activities import create_activity
from frameworks.operations.indicators import indicator_history, save_indicator
from frameworks.operations.moving import begins_with, below, change_codes
from frameworks.operations.structure import (
    next_code,
    numbers_version,
    part_version,
    pillar_history,
    renumber,
    save_part,
    save_pillar,
    siblings,
)
from monitoring.models import Submission
from tests.monitoring.reported import fill, open_round, submission_of
from tests.pages import Visitor
from tests.world import NOW, make_activity, make_indicator, make_pillar

pytestmark = pytest.mark.django_db


def at(world, path=""):
    return f"/plans/{world.plan.code}/{path}"


def visit(world, path="", who="secretariat"):
    return Visitor(world.users[who]).open(at(world, path))


def endorse(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")


def codes(model, world):
    return list(model.objects.filter(plan=world.plan).order_by("sort_key").values_list("code", flat=True))


def own_indicator(world, code, **parent):
    return Indicator.objects.create(
        plan=world.plan,
        pillar=world.participation,
        code=code,
        statement=f"Figure {code}",
        type="count",
        **parent,
    )


# Pillars


def test_a_new_pillar_gets_its_working_group(world):
    page = visit(world, "pillars/").follow("Add a pillar")
    page.press("Save", code="P9", name="Learning", kind="support", global_pillar="")
    pillar = Pillar.objects.get(plan=world.plan, code="P9")
    assert (pillar.name, pillar.kind, pillar.global_pillar, pillar.order) == ("Learning", "support", "", 3)
    assert WorkingGroup.objects.filter(pillar=pillar).exists()
    assert "P9 Learning Support none 0 goals, 0 indicators" in page.text


def test_a_pillar_is_changed_and_its_history_says_so(world):
    visit(world, "pillars/P1/edit/").press("Save", code="PA", name="Taking part", order="7")
    page = visit(world, "pillars/PA/edit/")
    assert "Name Participation Taking part" in page.text
    assert changes_of(*pillar_history(world.participation))[0].who == "secretariat"


def test_codes_and_names_of_pillars_are_unique_and_nothing_typed_is_lost(world):
    page = visit(world, "pillars/new/").press("Save", code="P1", name="Prevention", kind="support")
    assert page.page.xpath("//ul[@class='field-error']/@id") == ["id_code_error", "id_name_error"]
    assert page.page.get_element_by_id("id_kind").value == "support"
    assert Pillar.objects.filter(plan=world.plan).count() == 2


def test_an_endorsed_plan_asks_why_a_pillar_changes_but_not_why_it_stands_elsewhere(world):
    endorse(world)
    page = visit(world, "pillars/P1/edit/").press("Save", name="Taking part")
    assert "The plan is endorsed: say why this is changed." in page.text
    assert Pillar.objects.get(pk=world.participation.pk).name == "Participation"
    visit(world, "pillars/P1/edit/").press("Save", order="9")
    assert Pillar.objects.get(pk=world.participation.pk).order == 9
    page = visit(world, "pillars/new/").press("Save", code="P9", name="Learning")
    assert "The plan is endorsed: say why this is added." in page.text


def test_a_pillar_goes_only_when_nothing_hangs_on_it(world):
    page = visit(world, "pillars/P1/edit/")
    assert "Something hangs on it" in page.text
    assert not page.links("Delete it")
    assert "Something hangs on it" in visit(world, "pillars/P1/delete/").text
    spare = make_pillar(world.plan, "P8", "Spare")
    visit(world, "pillars/P8/edit/").follow("Delete it").press("Delete")
    assert not Pillar.objects.filter(pk=spare.pk).exists()
    assert not WorkingGroup.objects.filter(pillar=spare.pk).exists()


def test_a_pillar_with_seats_is_kept(world):
    spare = make_pillar(world.plan, "P8", "Spare")
    Seat.objects.create(plan=world.plan, role="group_member", working_group=spare.working_group)
    assert "has seats" in visit(world, "pillars/P8/delete/").text
    client = Visitor(world.secretariat).client
    assert client.post(at(world, "pillars/P8/delete/")).status_code == 200
    assert Pillar.objects.filter(pk=spare.pk).exists()


def test_an_empty_plan_says_how_to_begin(world):
    Plan.objects.filter(pk=world.other_plan.pk).update(is_public=False)
    page = Visitor(world.outsider).open(f"/plans/{world.other_plan.code}/")
    page.follow("Add the first pillar").press("Save", code="P1", name="Participation")
    page.open(f"/plans/{world.other_plan.code}/").follow("Add the first goal")
    page.press("Save", title="Women decide")
    goal = Goal.objects.get(plan=world.other_plan)
    assert (goal.code, goal.title, goal.pillar.code) == ("1", "Women decide", "P1")


# Goals, outputs, activities, indicators: made


def test_the_whole_chain_is_made_in_the_browser(world):
    page = visit(world, "pillars/P2/goals/new/")
    assert page.page.get_element_by_id("id_code").value == "3"  # numbered through the plan
    page.press("Save", title="No violence")
    page.follow("Add output").press("Save", title="Early warning")
    page.follow("Add activity").press(
        "Save",
        title="Collect signs",
        years=["2025", "2026"],
        **{"leads-0-institution": str(world.mssi.pk), "leads-0-is_accountable": "on"},
    )
    activity = Activity.objects.get(plan=world.plan, code="3.1.1")
    assert (activity.output.code, activity.output.goal.code, activity.years) == ("3.1", "3", [2025, 2026])
    assert activity.leads.get().institution == world.mssi
    visit(world, "outputs/3.1/").follow("Add an indicator").press("Save", statement="Warnings", type="count")
    visit(world, "goals/3/").follow("Add an indicator").press("Save", statement="Cases", type="count")
    made = Indicator.objects.filter(plan=world.plan, code__in=["3.1a", "3a"]).order_by("sort_key")
    assert [
        (one.code, one.parent_code, one.pillar.code) for one in made.annotate(parent_code=_parent_code())
    ] == [
        ("3.1a", "3.1", "P2"),
        ("3a", "3", "P2"),
    ]


def _parent_code():
    from django.db.models.functions import Coalesce

    return Coalesce("goal__code", "output__code", "activity__code")


def test_what_is_wrong_stands_at_its_field(world):
    page = visit(world, "goals/1/outputs/new/").press("Save", code="1.1", title="")
    assert sorted(page.page.xpath("//ul[@class='field-error']/@id")) == ["id_code_error", "id_title_error"]
    assert "Another output of this plan has this code." in page.text
    page = visit(world, "outputs/1.1/activities/new/").press("Save", code="1 1", title="Typed")
    assert "A code holds letters, digits, dots" in page.text
    assert page.page.get_element_by_id("id_title").value.strip() == "Typed"


def test_an_endorsed_plan_asks_why_something_is_added(world):
    endorse(world)
    for path, values in (
        ("pillars/P1/goals/new/", {"title": "More"}),
        ("goals/1/outputs/new/", {"title": "More"}),
        ("outputs/1.1/activities/new/", {"title": "More"}),
        ("goals/1/indicators/new/", {"statement": "More", "type": "count"}),
    ):
        page = visit(world, path).press("Save", **values)
        assert "The plan is endorsed: say why" in page.text, path
        page.press("Save", reason="Decided on 3 March")
        assert "“Decided on 3 March”" in page.text, path


def test_a_new_lead_is_asked_to_report_in_the_open_round(world):
    from datetime import timedelta

    from django.utils import timezone

    today = timezone.localdate()
    days = {"opens_on": today, "due_on": today + timedelta(days=9), "closes_on": today + timedelta(days=20)}
    round = open_round(world, **days)
    visit(world, "outputs/2.1/activities/new/").press(
        "Save",
        title="New",
        years=["2024"],
        **{"leads-0-institution": str(world.sei.pk), "leads-0-is_accountable": "on"},
    )
    assert Submission.objects.filter(round=round, institution=world.sei, pillar=world.prevention).exists()


def test_nothing_is_added_under_what_is_retired(world):
    Output.objects.filter(code="1.1").update(retired_on="2025-01-01")
    page = visit(world, "outputs/1.1/activities/new/").press("Save", title="New")
    assert "1.1 is retired: choose another, or restore it first." in page.text
    page = visit(world, "outputs/1.1/indicators/new/").press("Save", statement="New", type="count")
    assert "1.1 is retired: choose another, or restore it first." in page.text
    assert codes(Activity, world) == ["1.1.1", "1.1.2", "2.1.1"]


def test_free_codes(world):
    make_activity(world.participation, "1.1.10")
    assert next_code(world.plan, Activity, "1.1") == "1.1.11"
    assert next_code(world.plan, Activity, "1.2") == "1.2.1"
    assert next_code(world.plan, Goal) == "3"
    assert next_code(world.plan, Indicator, "1.1.1", letters=True) == "1.1.1b"


# Goals, outputs, activities: changed


def test_text_of_a_goal_and_its_history(world):
    endorse(world)
    page = visit(world, "goals/1/").follow("Edit").press("Save", title="A clearer goal")
    assert "The plan is endorsed: say why this is changed." in page.text
    page.press("Save", reason="Agreed by the steering committee")
    assert "“Agreed by the steering committee”" in page.text
    assert "Text Goal 1 A clearer goal" in page.text
    outside = visit(world, "goals/1/", "focal_mae")
    assert "History" in outside.text
    assert not outside.links("Edit")


def test_a_goal_s_page_is_public_where_the_plan_is(world):
    assert Visitor().client.get(at(world, "goals/1/")).status_code == 404
    Plan.objects.filter(pk=world.plan.pk).update(is_public=True)
    own_indicator(world, "1-x", goal=Goal.objects.get(code="1"))
    page = Visitor().open(at(world, "goals/1/"))
    assert "1.1 Output 1.1" in page.text
    assert "Figure 1-x" in page.text
    assert "History" not in page.text
    assert "1.1.2 Activity 1.1.2" in Visitor().open(at(world, "outputs/1.1/")).text


def test_another_code_takes_the_codes_below_along(world):
    make_activity(world.participation, "1.10.1")
    visit(world, "outputs/1.1/edit/").press("Save", code="1.5")
    assert codes(Output, world) == ["1.5", "1.10", "2.1"]
    assert codes(Activity, world) == ["1.5.1", "1.5.2", "1.10.1", "2.1.1"]
    assert codes(Indicator, world) == ["1.5.1a", "1.5.2a", "2.1.1a"]
    (line,) = changes_of(*indicator_history(Indicator.objects.get(code="1.5.1a"))[:1])[0].lines
    assert (line.label, line.old, line.new) == ("Code", "1.1.1a", "1.5.1a")


def test_or_leaves_them(world):
    visit(world, "activities/1.1.1/edit/").press("Save", code="1.1.7", follow=[])
    assert codes(Activity, world) == ["1.1.2", "1.1.7", "2.1.1"]
    assert codes(Indicator, world) == ["1.1.1a", "1.1.2a", "2.1.1a"]


def test_codes_that_would_clash_are_said_and_nothing_is_saved(world):
    make_activity(world.prevention, "1.5.1")
    page = visit(world, "outputs/1.1/edit/")
    Output.objects.filter(code="1.5").update(code="7")
    page.press("Save", code="1.5")
    assert "The code 1.5.1 is taken." in page.text
    assert "1.1" in codes(Output, world)


def test_begins_with_goes_by_whole_numbers():
    assert begins_with("1.1.2", "1.1")
    assert begins_with("1.1a", "1.1")
    assert not begins_with("1.10", "1.1")
    assert not begins_with("1.10.1a", "1.1")
    assert not begins_with("1.1", "1.1")


# Moved


def test_a_moved_goal_takes_the_pillar_of_everything_along(world, django_assert_num_queries):
    own_indicator(world, "1-x", goal=Goal.objects.get(code="1"))
    own_indicator(world, "1.1-x", output=Output.objects.get(code="1.1"))
    visit(world, "goals/1/edit/").press("Save", pillar=str(world.prevention.pk))
    assert set(Indicator.objects.filter(plan=world.plan).values_list("pillar__code", flat=True)) == {"P2"}
    assert Goal.objects.get(code="1").pillar == world.prevention


def test_a_moved_output_and_a_moved_activity_do_so_too(world):
    visit(world, "activities/1.1.2/edit/").press("Save", output=str(Output.objects.get(code="2.1").pk))
    assert Indicator.objects.get(code="1.1.2a").pillar == world.prevention
    assert Indicator.objects.get(code="1.1.1a").pillar == world.participation
    visit(world, "outputs/1.1/edit/").press("Save", goal=str(Goal.objects.get(code="2").pk))
    assert Indicator.objects.get(code="1.1.1a").pillar == world.prevention
    text = visit(world, "outputs/1.1/").text
    assert "Goal 1 Goal 1 2 Goal 2" in text  # the history: before, after


def test_the_history_names_levels_as_the_plan_does(world):
    Plan.objects.filter(pk=world.plan.pk).update(goal_label="Outcome", output_label="Result area")
    visit(world, "outputs/1.1/edit/").press("Save", goal=str(Goal.objects.get(code="2").pk))
    visit(world, "activities/1.1.2/edit/").press("Save", output=str(Output.objects.get(code="2.1").pk))
    assert "Outcome 1 Goal 1 2 Goal 2" in visit(world, "outputs/1.1/").text
    assert "Result area 1.1 Output 1.1 2.1 Output 2.1" in visit(world, "activities/1.1.2/").text


def test_a_moved_indicator_takes_the_pillar_of_its_new_parent(world):
    goal = Goal.objects.get(code="2")
    visit(world, "indicators/1.1.1a/edit/").press("Save", parent=f"goal:{goal.pk}", code="2a")
    moved = Indicator.objects.get(code="2a")
    assert (moved.goal, moved.output, moved.activity, moved.pillar) == (goal, None, None, world.prevention)
    assert changes_of(*indicator_history(moved))[0].lines


@pytest.mark.parametrize(
    ("path", "field", "parent"),
    [
        ("goals/1/edit/", "pillar", lambda world: world.prevention),
        ("outputs/1.1/edit/", "goal", lambda world: Goal.objects.get(code="2")),
        ("activities/1.1.1/edit/", "output", lambda world: Output.objects.get(code="2.1")),
    ],
)
def test_what_was_reported_on_stays_in_its_pillar(world, path, field, parent):
    fill(submission_of(open_round(world), world.sei), world.focal_sei)
    page = visit(world, path).press("Save", **{field: str(parent(world).pk)})
    assert "institutions have already reported on 1.1.1, 1.1.1a" in page.text
    assert page.page.xpath("//ul[@class='field-error']/@id") == [f"id_{field}_error"]
    assert set(Indicator.objects.filter(code__startswith="1").values_list("pillar__code", flat=True)) == {
        "P1"
    }
    assert Activity.objects.get(code="1.1.1").output.goal.pillar == world.participation


def test_an_indicator_with_values_stays_in_its_pillar_but_moves_within_it(world):
    fill(submission_of(open_round(world), world.sei), world.focal_sei)
    page = visit(world, "indicators/1.1.1a/edit/")
    page.press("Save", parent=f"goal:{Goal.objects.get(code='2').pk}", reason="Wrong place")
    assert "institutions have already reported on 1.1.1a" in page.text
    page.press("Save", parent=f"goal:{Goal.objects.get(code='1').pk}")
    assert Indicator.objects.get(code="1.1.1a").goal.code == "1"


def test_reported_or_not_it_moves_within_its_pillar(world):
    fill(submission_of(open_round(world), world.sei), world.focal_sei)
    make_activity(world.participation, "1.2.1")
    visit(world, "activities/1.1.1/edit/").press("Save", output=str(Output.objects.get(code="1.2").pk))
    assert Activity.objects.get(code="1.1.1").output.code == "1.2"


def test_retired_and_foreign_parents_are_not_on_offer(world):
    Goal.objects.create(
        plan=world.other_plan, pillar=make_pillar(world.other_plan, "P1", "P"), code="9", title="X"
    )
    Goal.objects.filter(code="2").update(retired_on="2025-01-01")
    labels = visit(world, "outputs/1.1/edit/").page.xpath("//select[@name='goal']/option/text()")
    assert labels == ["1 Goal 1"]


def test_moving_is_set_based(world, django_assert_num_queries):
    def move(pillar):
        goal = Goal.objects.get(code="1")
        goal.pillar = pillar
        save_part(part=goal, changed=["pillar"], reason="", by=world.secretariat, at=NOW)

    world.secretariat.is_superuser  # noqa: B018 (loads the user)
    move(world.prevention)
    with CountedQueries() as few:
        move(world.participation)
    for number in range(3, 9):
        make_indicator(make_activity(world.participation, f"1.1.{number}"), f"1.1.{number}a")
    with CountedQueries() as many:
        move(world.prevention)
    assert len(few) == len(many)
    assert Indicator.objects.filter(pillar=world.prevention).count() == 9


class CountedQueries:
    def __enter__(self):
        from django.test.utils import CaptureQueriesContext

        self.context = CaptureQueriesContext(connection)
        self.context.__enter__()
        return self

    def __exit__(self, *problem):
        self.context.__exit__(*problem)

    def __len__(self):
        return len(self.context.captured_queries)


# Renumbered


def box(row):
    return f"{row._meta.model_name}-{row.pk}"


def test_two_codes_swap_in_one_save_and_their_indicators_follow(world):
    first, second = Activity.objects.get(code="1.1.1"), Activity.objects.get(code="1.1.2")
    page = visit(world, "outputs/1.1/").follow("Renumber")
    page.press("Save", **{box(first): "1.1.2", box(second): "1.1.1"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.code, second.code) == ("1.1.2", "1.1.1")
    assert Indicator.objects.get(code="1.1.2a").activity == first
    # The history knows one change, from the old code to the new one.
    (change, created) = changes_of(*_history(first))
    assert [(line.old, line.new) for line in change.lines] == [("1.1.1", "1.1.2")]
    assert created.is_creation


def _history(activity):
    from frameworks.operations.activities import activity_history

    return activity_history(activity)[:1]


def test_codes_below_stay_where_that_is_wished(world):
    visit(world, "parts/goal/1/renumber/").press(
        "Save", **{box(Output.objects.get(code="1.1")): "1.9", "follow": []}
    )
    assert codes(Activity, world) == ["1.1.1", "1.1.2", "2.1.1"]
    assert codes(Output, world) == ["1.9", "2.1"]


def test_1_10_stays_1_10(world):
    visit(world, "parts/goal/1/renumber/").press("Save", **{box(Output.objects.get(code="1.1")): "1.10"})
    assert codes(Output, world) == ["1.10", "2.1"]
    assert codes(Indicator, world) == ["1.10.1a", "1.10.2a", "2.1.1a"]
    page = visit(world, "parts/goal/1/renumber/")
    assert page.page.xpath("//input[starts-with(@name, 'output-')]/@value") == ["1.10"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1.1.2", "The code 1.1.2 is taken."),
        ("2.1.1", "The code 2.1.1 is taken."),
        ("", "Every row needs a code: 1.1.1 until now."),
        ("a b", "a b: A code holds letters"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_saved(world, code, words):
    page = visit(world, "parts/output/1.1/renumber/").press(
        "Save", **{box(Activity.objects.get(code="1.1.1")): code}
    )
    assert words in page.text
    assert codes(Activity, world) == ["1.1.1", "1.1.2", "2.1.1"]
    assert page.page.xpath("//input[starts-with(@name, 'activity-')]")[0].value == (code or None)


def test_one_code_for_two_is_refused(world):
    boxes = {box(Activity.objects.get(code=code)): "1.1.7" for code in ("1.1.1", "1.1.2")}
    page = visit(world, "parts/output/1.1/renumber/").press("Save", **boxes)
    assert "The code 1.1.7 is there twice." in page.text
    assert codes(Activity, world) == ["1.1.1", "1.1.2", "2.1.1"]


def test_an_endorsed_plan_asks_why_it_is_renumbered(world):
    endorse(world)
    name = box(Activity.objects.get(code="1.1.1"))
    page = visit(world, "parts/output/1.1/renumber/").press("Save", **{name: "1.1.8"})
    assert "The plan is endorsed: say why this is changed." in page.text
    page.press("Save", reason="As printed")
    assert codes(Activity, world) == ["1.1.2", "1.1.8", "2.1.1"]
    assert "Nothing was changed." in visit(world, "parts/output/1.1/renumber/").press("Save").text


def test_who_renumbers_slower_is_told(world):
    name = box(Activity.objects.get(code="1.1.1"))
    slow = visit(world, "parts/output/1.1/renumber/")
    make_activity(world.participation, "1.1.3")
    slow.press("Save", **{name: "1.1.8"})
    assert "Somebody else changed this while you were editing." in slow.text
    assert codes(Activity, world) == ["1.1.1", "1.1.2", "1.1.3", "2.1.1"]
    values = slow.page.xpath("//input[starts-with(@name, 'activity-')]/@value")
    assert values == ["1.1.8", "1.1.2", "1.1.3"]
    slow.press("Save")
    assert codes(Activity, world) == ["1.1.2", "1.1.3", "1.1.8", "2.1.1"]


def test_goals_of_a_pillar_and_indicators_of_an_activity_are_renumbered_too(world):
    make_indicator(world.activities["a111"], "1.1.1b")
    visit(world, "parts/activity/1.1.1/renumber/").press(
        "Save",
        **{
            box(Indicator.objects.get(code="1.1.1a")): "1.1.1b",
            box(Indicator.objects.get(code="1.1.1b")): "1.1.1a",
        },
    )
    assert Indicator.objects.get(code="1.1.1b").pk == world.indicators["i111a"].pk
    visit(world, "parts/pillar/P2/renumber/").press("Save", **{box(Goal.objects.get(code="2")): "4"})
    assert codes(Activity, world) == ["1.1.1", "1.1.2", "4.1.1"]


def test_unknown_levels_and_codes_are_not_found(world, client):
    client.force_login(world.secretariat)
    for path in ("parts/people/1.1/renumber/", "parts/indicator/1.1.1a/renumber/", "parts/goal/77/retire/"):
        assert client.get(at(world, path)).status_code == 404
    assert client.get(f"/plans/{world.other_plan.code}/goals/1/").status_code == 404


# Two people, and who may


def test_who_was_slower_is_told(world):
    slow, quick = visit(world, "outputs/1.1/edit/"), visit(world, "outputs/1.1/edit/", "administrator")
    quick.press("Save", title="Theirs")
    slow.press("Save", title="Mine")
    assert "administrator changed this on" in slow.text
    assert Output.objects.get(code="1.1").title == "Theirs"
    slow.press("Save")
    assert Output.objects.get(code="1.1").title == "Mine"


def test_the_operations_refuse(world):
    goal = Goal.objects.get(code="1")
    stale = part_version(goal)
    visit(world, "goals/1/edit/").press("Save", title="Theirs")
    with pytest.raises(Stale):
        save_part(part=goal, changed=["title"], reason="", version=stale, by=world.secretariat, at=NOW)
    activity = Activity(plan=world.plan, output=Output.objects.get(code="1.1"), code="1.1.9", title="x")
    common = {"reason": "", "at": NOW}
    for name in ("focal_sei", "gov_lead", "outsider"):
        by = world.users[name]
        with pytest.raises(PermissionDenied):
            save_part(part=goal, changed=["title"], by=by, **common)
        with pytest.raises(PermissionDenied):
            save_pillar(pillar=world.participation, changed=["name"], by=by, **common)
        with pytest.raises(PermissionDenied):
            create_activity(activity=activity, leads=[], by=by, **common)
        with pytest.raises(PermissionDenied):
            renumber(parent=goal, codes={}, follow=True, version="", by=by, **common)
    rows = [row for some in siblings(goal).values() for row in some]
    assert (
        renumber(
            parent=goal, codes={}, follow=True, version=numbers_version(rows), by=world.secretariat, **common
        )
        == 0
    )


def test_codes_too_long_are_refused(world):
    row = Activity.objects.get(code="1.1.1")
    with pytest.raises(ValidationError, match="too long"):
        change_codes(world.plan, {Activity: {row.pk: "1" * 41}})


def test_what_hangs_below(world):
    own_indicator(world, "1-x", goal=Goal.objects.get(code="1"))
    assert below(Goal.objects.get(code="1")).counts() == {"output": 1, "activity": 2, "indicator": 3}
    assert below(world.participation).counts() == {"goal": 1, "output": 1, "activity": 2, "indicator": 3}
    assert below(Indicator.objects.get(code="1-x")).counts() == {}


def test_an_indicator_needs_a_parent(world):
    indicator = Indicator.objects.get(code="1.1.1a")
    indicator.activity = None
    with pytest.raises(ValidationError, match="exactly one"):
        save_indicator(
            indicator=indicator, changed=["activity"], responsible=[], targets=[], breakdowns=[], reason="",
            by=world.secretariat, at=NOW,
        )  # fmt: skip


# Bounded queries


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("goals/1/", 15),
        ("outputs/1.1/", 18),
        ("pillars/", 8),
        ("parts/output/1.1/renumber/", 8),
        ("indicators/1.1.1a/edit/", 22),
    ],
)
def test_pages_cost_the_same_for_many(world, client, django_assert_num_queries, path, number):
    client.force_login(world.secretariat)
    open_round(world)
    own_indicator(world, "1-x", goal=Goal.objects.get(code="1"))
    own_indicator(world, "1.1-x", output=Output.objects.get(code="1.1"))
    with django_assert_num_queries(number):
        client.get(at(world, path))
    for n in range(3, 8):
        make_activity(world.participation, f"1.1.{n}")
        make_activity(world.participation, f"1.{n}.1")
        make_pillar(world.plan, f"X{n}", f"Pillar {n}")
        own_indicator(world, f"1-{n}", goal=Goal.objects.get(code="1"))
        own_indicator(world, f"1.1-{n}", output=Output.objects.get(code="1.1"))
    with django_assert_num_queries(number):
        client.get(at(world, path))


# Races (the database itself)


@pytest.mark.django_db(transaction=True)
def test_two_of_the_same_code_at_once(world):
    """Both forms found the code free; one is saved, the other is told in words."""
    goal, told, start = Goal.objects.get(code="1"), [], threading.Barrier(2)

    def add():
        try:
            start.wait()
            part = Output(plan=world.plan, goal=goal, code="1.9", title="x")
            save_part(part=part, changed=[], reason="", by=world.secretariat, at=NOW)
            told.append("saved")
        except ValidationError as error:
            told.append(" ".join(error.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told) == ["Another output of this plan has this code.", "saved"]
