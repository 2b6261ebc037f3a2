"""Themes: chosen by plans and activities from one list, which any secretariat can add to."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from frameworks.history import Stale, changes_of
from frameworks.models import ActivityTheme, Plan, PlanTheme, Theme
from frameworks.operations.plans import plan_history
from frameworks.operations.themes import (
    USUAL_THEMES,
    activity_themes_version,
    add_theme,
    save_activity_themes,
    save_plan_themes,
    themes_on_offer,
)
from tests.pages import Visitor
from tests.world import make_activity

pytestmark = pytest.mark.django_db


def page_of(world):
    return f"/plans/{world.plan.code}/themes/"


def names(queryset):
    return sorted(queryset.values_list("theme__name", flat=True))


def choose(world, *codes):
    save_plan_themes(plan=world.plan, codes=codes, by=world.secretariat)
    return [Theme.objects.get(code=code) for code in codes]


def test_the_usual_ones_are_on_offer_and_made_when_chosen(world):
    assert not Theme.objects.exists()
    assert themes_on_offer() == dict(sorted(USUAL_THEMES.items(), key=lambda one: one[1]))
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/edit/")
    page.press("Save", themes=["climate", "trafficking"])
    assert names(PlanTheme.objects.filter(plan=world.plan)) == ["Climate", "Trafficking in persons"]
    assert Theme.objects.count() == 2
    page.open(f"/plans/{world.plan.code}/edit/").press("Save", themes=["climate"])
    assert names(PlanTheme.objects.filter(plan=world.plan)) == ["Climate"]
    lines = [(one.label, one.old, one.new) for one in changes_of(*plan_history(world.plan))[0].lines]
    assert ("Theme", "Trafficking in persons", None) in lines


def test_an_endorsed_plan_asks_no_reason_for_its_themes(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="active")
    page = (
        Visitor(world.secretariat).open(f"/plans/{world.plan.code}/edit/").press("Save", themes=["climate"])
    )
    assert names(PlanTheme.objects.all()) == ["Climate"]
    assert "Climate" in page.text


def test_ticking_which_activity_carries_what(world):
    climate, traffic = choose(world, "climate", "trafficking")
    page = Visitor(world.secretariat).open(page_of(world))
    assert [" ".join(one.text_content().split()) for one in page.page.xpath("//tr[@class='group']")] == [
        "P1 Participation", "P2 Prevention",
    ]  # fmt: skip
    a111, a211 = world.activities["a111"], world.activities["a211"]
    page.press("Save", tick=[f"{a111.pk}-{climate.pk}", f"{a211.pk}-{climate.pk}", f"{a211.pk}-{traffic.pk}"])
    assert names(ActivityTheme.objects.filter(activity=a211)) == ["Climate", "Trafficking in persons"]
    assert page.page.forms[-2].fields["tick"] is not None
    page.press("Save", tick=[f"{a211.pk}-{traffic.pk}"])
    assert names(ActivityTheme.objects.all()) == ["Trafficking in persons"]
    assert (
        "Trafficking in persons"
        in Visitor(world.focal_sei).open(f"/plans/{world.plan.code}/activities/2.1.1/").text
    )


def test_a_theme_that_the_plan_dropped_stays_where_an_activity_carries_it(world):
    (climate,) = choose(world, "climate")
    ActivityTheme.objects.create(activity=world.activities["a111"], theme=climate)
    choose(world)
    page = Visitor(world.secretariat).open(page_of(world))
    assert "1.1.1: Climate" in page.text


def test_without_themes_or_activities_the_page_says_where_to_begin(world):
    page = Visitor(world.secretariat).open(page_of(world))
    assert "This plan has no theme yet." in page.text
    choose(world, "climate")
    world.plan.indicators.all().delete()
    world.plan.activities.all().delete()
    assert "The framework is empty." in page.open(page_of(world)).text


def test_adding_to_the_list_of_the_installation(world):
    page = Visitor(world.secretariat).open(page_of(world)).press("Add the theme", name="  Hate   speech ")
    theme = Theme.objects.get()
    assert (theme.code, theme.name) == ("hate-speech", "Hate speech")
    assert "“Hate speech” is on the list." in page.text
    assert themes_on_offer()["hate-speech"] == "Hate speech"
    # Another plan's secretariat finds it, and the same name in other letters is no second one.
    add_theme(plan=world.other_plan, name="HATE SPEECH", by=world.outsider)
    add_theme(plan=world.other_plan, name="climate", by=world.outsider)
    assert sorted(Theme.objects.values_list("code", flat=True)) == ["climate", "hate-speech"]
    assert names(PlanTheme.objects.filter(plan=world.other_plan)) == ["Climate", "Hate speech"]
    assert add_theme(plan=world.plan, name="Hate-speech", by=world.secretariat).code == "hate-speech-2"


@pytest.mark.parametrize(
    ("name", "words"), [(" ", "This field is required"), ("–!", "Write a name with letters")]
)
def test_a_theme_has_a_name(world, name, words):
    page = Visitor(world.secretariat).open(page_of(world)).press("Add the theme", name=name)
    assert words in page.text
    assert not Theme.objects.exists()


def test_what_is_not_the_plan_s_cannot_be_ticked(world):
    (climate,) = choose(world, "climate")
    theirs = make_activity(world.other_plan.pillars.create(code="P1", name="Peace"), "1.1.1")
    with pytest.raises(ValidationError, match="no longer part of the plan"):
        save_activity_themes(plan=world.plan, chosen={theirs.pk: {climate.pk}}, by=world.secretariat)
    with pytest.raises(ValidationError, match="no longer there"):
        save_activity_themes(
            plan=world.plan, chosen={world.activities["a111"].pk: {climate.pk + 99}}, by=world.secretariat
        )
    assert not ActivityTheme.objects.exists()


def test_who_was_slower_is_told_and_keeps_the_ticks(world):
    climate, traffic = choose(world, "climate", "trafficking")
    pk = world.activities["a111"].pk
    slow = Visitor(world.secretariat).open(page_of(world))
    ActivityTheme.objects.create(activity_id=pk, theme=traffic)
    with pytest.raises(Stale):
        save_activity_themes(
            plan=world.plan, chosen={pk: set()}, by=world.secretariat, version="an older one"
        )
    slow.press("Save", tick=[f"{pk}-{climate.pk}"])
    assert "while you were ticking" in slow.text
    assert names(ActivityTheme.objects.all()) == ["Trafficking in persons"]
    slow.press("Save")
    assert names(ActivityTheme.objects.all()) == ["Climate"]


@pytest.mark.parametrize("name", ["focal_sei", "gov_lead", "outsider", "nobody"])
def test_nobody_else_chooses(world, name):
    by, pk = world.users[name], world.activities["a111"].pk
    for call in (
        lambda: save_plan_themes(plan=world.plan, codes=["climate"], by=by),
        lambda: add_theme(plan=world.plan, name="New", by=by),
        lambda: save_activity_themes(plan=world.plan, chosen={pk: set()}, by=by),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert activity_themes_version([pk]) == "0"


def test_the_logframe_shows_and_filters_by_theme(world):
    climate, _traffic = choose(world, "climate", "trafficking")
    ActivityTheme.objects.create(activity=world.activities["a112"], theme=climate)
    page = Visitor(world.focal_sei).open(f"/plans/{world.plan.code}/")
    assert page.links("Climate") == [f"/plans/{world.plan.code}/?theme=climate"]
    page.follow("Climate")
    assert "1 activity, 1 indicator fit your filters" in page.text
    assert "Activity 1.1.2" in page.text and "Activity 1.1.1" not in page.text
    assert "Nothing fits these filters" in page.open(f"/plans/{world.plan.code}/?theme=trafficking").text
    assert "3 activities" in page.open(f"/plans/{world.plan.code}/?theme=no-such").text


def test_the_table_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    (climate,) = choose(world, "climate")
    ActivityTheme.objects.create(activity=world.activities["a111"], theme=climate)
    with django_assert_num_queries(10):
        client.get(page_of(world))
    for number in range(60):
        activity = make_activity(world.prevention, f"2.2.{number}")
        ActivityTheme.objects.create(activity=activity, theme=climate)
    with django_assert_num_queries(10):
        page = client.get(page_of(world))
    assert page.content.decode().count('name="tick"') == 50
