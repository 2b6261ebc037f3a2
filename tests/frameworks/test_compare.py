"""Two generations side by side: what lineage makes of them, and how the secretariat sets it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from frameworks.compare import compare, counts, free_sides, suggestions
from frameworks.forms.lineage import MOST_OPTIONS
from frameworks.history import changes_of
from frameworks.models import Activity, Goal, Indicator, Lead, Output, Plan, Target
from frameworks.operations.activities import activity_history
from frameworks.operations.lineage import LineageRefused, Link, set_lineage
from tests.pages import Visitor
from tests.world import make_activity, make_indicator, make_pillar, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(world):
    """The plan before the world's, public: 2016-2020, with one activity of the same text, one changed, one dropped."""
    plan = make_plan("TL-NAP-2016-2020", start_year=2016, end_year=2020, is_public=True)
    pillar = make_pillar(plan, "P1", "Participation")
    every = range(2016, 2021)
    make_activity(pillar, "A.1.1", [world.sei, world.mae], every)
    make_activity(pillar, "A.1.2", [world.mae], (2016, 2017))
    make_activity(pillar, "A.1.3", [], every)
    Activity.objects.filter(plan=plan, code="A.1.1").update(title="Activity 1.1.1")
    Activity.objects.filter(plan=plan, code="A.1.2").update(title="Teach the judges of every district")
    Plan.objects.filter(pk=world.plan.pk).update(predecessor=plan)
    world.plan.refresh_from_db()
    return plan


def row(model, plan, code):
    return model.objects.get(plan=plan, code=code)


def link(world, old, model, code, old_code):
    model.objects.filter(plan=world.plan, code=code).update(continues=row(model, old, old_code))


def page_of(world, query=""):
    return f"/plans/{world.plan.code}/compare/{query}"


def states(pairs):
    return [(one.state.value, one.new and one.new.code, one.old and one.old.code) for one in pairs]


def test_without_lineage_all_is_new_and_dropped(world, old):
    assert states(compare(world.plan, old)["activity"]) == [
        ("new", "1.1.1", None), ("new", "1.1.2", None), ("new", "2.1.1", None),
        ("dropped", None, "A.1.1"), ("dropped", None, "A.1.2"), ("dropped", None, "A.1.3"),
    ]  # fmt: skip


def test_the_same_text_years_and_leads_are_carried_over(world, old):
    link(world, old, Activity, "1.1.1", "A.1.1")
    compared = compare(world.plan, old)
    # All five years of either plan are the same years; only the code differs, and codes are no content.
    assert states(compared["activity"])[0] == ("carried", "1.1.1", "A.1.1")
    assert dict(counts(compared)["activity"]) == {"carried": 1, "new": 2, "dropped": 2}
    assert [one.code for one in free_sides(compared["activity"])] == ["A.1.2", "A.1.3"]


def test_what_differs_is_told_field_by_field(world, old):
    link(world, old, Activity, "1.1.2", "A.1.2")
    Lead.objects.filter(activity__plan=old, activity__code="A.1.2").update(institution=world.mssi)
    pair = next(one for one in compare(world.plan, old)["activity"] if one.state == "changed")
    assert [(one.label, one.old, one.new) for one in pair.differences] == [
        ("Text", "Teach the judges of every district", "Activity 1.1.2"),
        ("Years", "2016, 2017", "2024, 2025, 2026, 2027, 2028"),
        ("Leads", "MSSI", "MAE"),
    ]


def test_years_are_compared_by_their_place_in_the_plan(world, old):
    link(world, old, Activity, "1.1.2", "A.1.2")
    Activity.objects.filter(plan=old, code="A.1.2").update(title="Activity 1.1.2")
    Activity.objects.filter(plan=world.plan, code="1.1.2").update(years=[2024, 2025])
    assert states(compare(world.plan, old)["activity"])[1] == ("carried", "1.1.2", "A.1.2")
    Activity.objects.filter(plan=world.plan, code="1.1.2").update(years=[2025, 2026])
    assert states(compare(world.plan, old)["activity"])[1][0] == "changed"


def test_white_space_is_no_change(world, old):
    link(world, old, Activity, "1.1.1", "A.1.1")
    Activity.objects.filter(plan=old, code="A.1.1").update(title=" Activity\n1.1.1 ")
    assert states(compare(world.plan, old)["activity"])[0][0] == "carried"


def test_indicators_differ_in_type_unit_and_targets(world, old):
    before = make_indicator(
        row(Activity, old, "A.1.1"), "A.1.1a", type="count", unit="girls", statement="Indicator 1.1.1a"
    )
    end = Target.objects.create(
        indicator=before, period_end=date(2020, 12, 31), value=Decimal(25), is_endline=True
    )
    link(world, old, Indicator, "1.1.1a", "A.1.1a")
    pair = compare(world.plan, old)["indicator"][0]
    assert [(one.label, one.old, one.new) for one in pair.differences] == [
        ("Type", "Count", "# and %"), ("Unit", "girls", "women"), ("Targets", "2020: 25", "2028: 30%"),
    ]  # fmt: skip
    Indicator.objects.filter(pk=before.pk).update(type="number_and_percentage", unit="women")
    Target.objects.filter(pk=end.pk).update(value=30)
    assert compare(world.plan, old)["indicator"][0].state == "carried"


def test_goals_and_outputs_and_what_is_retired(world, old):
    link(world, old, Goal, "1", "A")
    link(world, old, Output, "1.1", "A.1")
    assert states(compare(world.plan, old)["goal"]) == [("changed", "1", "A"), ("new", "2", None)]
    Output.objects.filter(plan=world.plan, code="2.1").update(retired_on="2025-01-01")
    assert states(compare(world.plan, old)["output"]) == [("changed", "1.1", "A.1")]
    Activity.objects.filter(plan=old).update(retired_on="2019-01-01")
    assert "dropped" not in {one.state for one in compare(world.plan, old)["activity"]}


# The page


def test_the_page_counts_and_shows_the_predecessor_side_by_side(world, old):
    link(world, old, Activity, "1.1.1", "A.1.1")
    link(world, old, Activity, "1.1.2", "A.1.2")
    page = Visitor(world.focal_sei).open(page_of(world, "?level=activity"))
    assert "TL-NAP-2024-2028 beside TL-NAP-2016-2020" in page.text
    activity = page.page.xpath("//tbody/tr[th/a[contains(., 'Activity')]]")[0]
    assert [" ".join(cell.text_content().split())[:1] for cell in activity.xpath("td")] == [
        "1",
        "1",
        "1",
        "1",
    ]
    assert "Text: Teach the judges of every district → became Activity 1.1.2" in page.text
    assert page.buttons().count("Save") == 0
    page.open(page_of(world, "?level=activity&state=dropped"))
    assert "A.1.3" in page.text and "Teach the judges" not in page.text
    # From the older plan's side the same two plans are the same way round.
    mine = Visitor(world.administrator).open(
        f"/plans/{old.code}/compare/?with={world.plan.code}&level=activity"
    )
    assert "TL-NAP-2024-2028 beside TL-NAP-2016-2020" in mine.text
    assert "is set on the page of the newer plan" in mine.text and "Save" not in mine.buttons()


def test_without_a_predecessor_the_page_says_where_to_name_it(world):
    page = Visitor(world.secretariat).open(page_of(world))
    assert "This plan names no predecessor." in page.text and page.links("Edit the plan")
    assert "There is no earlier plan to compare with." in Visitor(world.focal_sei).open(page_of(world)).text


def test_a_plan_that_one_may_not_read_is_not_there(world, old):
    Plan.objects.filter(pk=old.pk).update(is_public=False)
    page = Visitor(world.secretariat).open(page_of(world))
    assert "TL-NAP-2016-2020" not in page.text
    for query in (f"?with={old.code}", f"?with={world.other_plan.code}", f"?with={world.plan.code}"):
        page.open(page_of(world, query), status=404)
    Visitor(world.administrator).open(page_of(world, f"?with={old.code}"))


def test_odd_addresses_show_the_first_level(world, old):
    assert "1 Goal 1" in Visitor(world.secretariat).open(page_of(world, "?level=x&state=y&page=999")).text


# Lineage


def test_the_secretariat_links_changes_and_unlinks(world, old):
    page = Visitor(world.secretariat).open(page_of(world, "?level=activity"))
    new, other = row(Activity, world.plan, "1.1.1"), row(Activity, world.plan, "1.1.2")
    first, second = row(Activity, old, "A.1.1"), row(Activity, old, "A.1.2")
    page.press("Save", **{f"old-{new.pk}": str(second.pk), f"old-{other.pk}": ""})
    assert "1 link saved." in page.text
    assert Activity.objects.get(pk=new.pk).continues == second
    # What is taken is offered to no other row.
    offered = page.page.xpath(f"//select[@name='old-{other.pk}']/option/@value")
    assert str(second.pk) not in offered and str(first.pk) in offered
    page.press("Save", **{f"old-{new.pk}": str(first.pk), f"old-{other.pk}": ""})
    page.press("Save", **{f"old-{new.pk}": ""})
    assert Activity.objects.get(pk=new.pk).continues is None
    assert "Nothing was changed." in page.press("Save").text
    said = [
        (line.label, line.old, line.new) for one in changes_of(*activity_history(new)) for line in one.lines
    ]
    assert ("Carries on", "A.1.2 Teach the judges of every district", "A.1.1 Activity 1.1.1") in said
    assert ("Carries on", "A.1.1 Activity 1.1.1", None) in said


def test_suggestions_come_from_code_and_text_and_are_never_applied_by_themselves(world, old):
    Activity.objects.filter(plan=old, code="A.1.3").update(code="2.1.1", title="Wholly other words")
    new = {one.code: one.pk for one in Activity.objects.filter(plan=world.plan)}
    free = list(Activity.objects.filter(plan=old).values_list("pk", flat=True))
    found = suggestions("activity", old, new.values(), free)
    assert (found[new["1.1.1"]].old.code, found[new["1.1.1"]].same_code, found[new["1.1.1"]].alike) == (
        "A.1.1", False, 100,
    )  # fmt: skip
    # 2.1.1 is like the text of A.1.1, too: that weighs more than the code.
    assert found[new["2.1.1"]].old.code == "A.1.1"
    only = suggestions("activity", old, [new["2.1.1"]], [row(Activity, old, "2.1.1").pk])
    assert (only[new["2.1.1"]].same_code, only[new["2.1.1"]].old.code) == (True, "2.1.1")
    page = Visitor(world.secretariat).open(page_of(world, "?level=activity"))
    assert "text 100% alike" in page.text
    page.press("Save")
    assert not Activity.objects.filter(plan=world.plan, continues__isnull=False).exists()
    page.press("Save", **{f"accept-{new['1.1.1']}": str(row(Activity, old, "A.1.1").pk)})
    assert Activity.objects.get(pk=new["1.1.1"]).continues.code == "A.1.1"


def test_texts_that_are_not_alike_are_not_suggested(world, old):
    new = row(Activity, world.plan, "1.1.1")
    assert suggestions("activity", old, [new.pk], [row(Activity, old, "A.1.2").pk]) == {}
    assert suggestions("activity", old, [], [1]) == {}


def test_one_old_part_goes_to_one_new_one_and_the_choice_is_kept(world, old):
    page = Visitor(world.secretariat).open(page_of(world, "?level=activity"))
    a, b = row(Activity, world.plan, "1.1.1"), row(Activity, world.plan, "1.1.2")
    second = str(row(Activity, old, "A.1.2").pk)
    page.press("Save", **{f"old-{a.pk}": second, f"old-{b.pk}": second})
    assert "1.1.1 carries it on already: one old part goes to one new one." in page.text
    assert page.page.forms[-1].fields[f"old-{b.pk}"] == second
    assert page.links("1.1.2: 1.1.1 carries it on already")[0].endswith(f"#id_old-{b.pk}")
    assert not Activity.objects.filter(continues__isnull=False).exists()


def test_a_choice_and_another_tick_is_asked_back(world, old):
    page = Visitor(world.secretariat).open(page_of(world, "?level=activity"))
    new = row(Activity, world.plan, "1.1.1")
    page.press(
        "Save",
        **{
            f"old-{new.pk}": str(row(Activity, old, "A.1.2").pk),
            f"accept-{new.pk}": str(row(Activity, old, "A.1.1").pk),
        },
    )
    assert "You chose one and ticked another" in page.text
    assert not Activity.objects.filter(continues__isnull=False).exists()


def test_who_was_slower_is_told(world, old):
    page = Visitor(world.secretariat).open(page_of(world, "?level=activity"))
    new = row(Activity, world.plan, "1.1.1")
    link(world, old, Activity, "1.1.1", "A.1.3")
    page.press("Save", **{f"old-{new.pk}": str(row(Activity, old, "A.1.2").pk)})
    assert "Somebody else linked this meanwhile" in page.text
    assert Activity.objects.get(pk=new.pk).continues.code == "A.1.3"


def test_the_operation_refuses(world, old):
    new, other = row(Activity, world.plan, "1.1.1"), row(Activity, world.plan, "1.1.2")
    theirs, goal = row(Activity, old, "A.1.1"), row(Goal, old, "A")

    def refusal(*links, older=old, by=world.secretariat, level="activity"):
        with pytest.raises(LineageRefused) as caught:
            set_lineage(plan=world.plan, older=older, level=level, links=links, by=by)
        return caught.value.rows

    assert refusal(Link(theirs.pk, new.pk, None)) == {
        theirs.pk: "This is no longer part of the plan: open the page again."
    }
    assert "is not part of" in refusal(Link(new.pk, goal.pk + 999, None))[new.pk]
    assert "cannot be chosen" in refusal(Link(new.pk, other.pk, None), older=world.plan)[new.pk]
    link(world, old, Activity, "1.1.2", "A.1.1")
    assert "1.1.2 carries it on already" in refusal(Link(new.pk, theirs.pk, None))[new.pk]
    Plan.objects.filter(pk=old.pk).update(is_public=False)
    assert "cannot be chosen" in refusal(Link(new.pk, theirs.pk, None))[new.pk]
    for name in ("focal_sei", "gov_lead", "outsider"):
        with pytest.raises(PermissionDenied):
            set_lineage(plan=world.plan, older=old, level="activity", links=[], by=world.users[name])


def test_two_rows_can_change_places(world, old):
    a, b = row(Activity, world.plan, "1.1.1"), row(Activity, world.plan, "1.1.2")
    one, two = row(Activity, old, "A.1.1"), row(Activity, old, "A.1.2")
    set_lineage(
        plan=world.plan, older=old, level="activity", by=world.secretariat,
        links=[Link(a.pk, one.pk, None), Link(b.pk, two.pk, None)],
    )  # fmt: skip
    set_lineage(
        plan=world.plan, older=old, level="activity", by=world.secretariat,
        links=[Link(a.pk, two.pk, one.pk), Link(b.pk, one.pk, two.pk)],
    )  # fmt: skip
    assert (Activity.objects.get(pk=a.pk).continues, Activity.objects.get(pk=b.pk).continues) == (two, one)


@pytest.mark.parametrize("name", ["focal_sei", "gov_lead", "steering"])
def test_insiders_read_and_do_not_link(world, old, name):
    page = Visitor(world.users[name]).open(page_of(world, "?level=activity"))
    assert "Save" not in page.buttons()
    assert page.client.post(page_of(world, "?level=activity"), {}).status_code == 403


def test_many_parts_are_linked_by_code_page_by_page(world, old):
    pillar = old.pillars.get()
    for number in range(MOST_OPTIONS):
        make_activity(pillar, f"B.1.{number}")
    for number in range(40):
        make_activity(world.participation, f"3.1.{number}")
    page = Visitor(world.secretariat).open(page_of(world, "?level=activity"))
    assert not page.page.xpath("//select[starts-with(@name, 'old-')]")
    new = row(Activity, world.plan, "1.1.1")
    page.press("Save", **{f"old-{new.pk}": "B.9.9"})
    assert "The older plan has no B.9.9 here." in page.text
    page.press("Save", **{f"old-{new.pk}": "B.1.7"})
    assert Activity.objects.get(pk=new.pk).continues.code == "B.1.7"
    assert page.page.forms[-1].fields[f"old-{new.pk}"] == "B.1.7"
    page.follow("Next")
    assert len(page.page.xpath("//input[starts-with(@name, 'seen-')]")) == 18


def test_the_page_costs_the_same_for_many(world, old, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    make_indicator(row(Activity, old, "A.1.1"), "A.1.1a", target="20")
    link(world, old, Activity, "1.1.1", "A.1.1")
    link(world, old, Indicator, "1.1.1a", "A.1.1a")
    with django_assert_num_queries(20):
        client.get(page_of(world, "?level=activity"))
    pillar = old.pillars.get()
    for number in range(20):
        before = make_activity(pillar, f"B.1.{number}", [world.sei])
        activity = make_activity(world.participation, f"3.1.{number}", [world.sei])
        Activity.objects.filter(pk=activity.pk).update(continues=before)
        measured = make_indicator(before, f"B.1.{number}a", target="20")
        indicator = make_indicator(activity, f"3.1.{number}a", target="20")
        Indicator.objects.filter(pk=indicator.pk).update(continues=measured)
    with django_assert_num_queries(20):
        client.get(page_of(world, "?level=activity"))
