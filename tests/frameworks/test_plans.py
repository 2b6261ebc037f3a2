"""The list of plans, making one, and changing what is said about it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from frameworks.forms.plans import DEFAULT_PILLARS, read_pillars
from frameworks.history import changes_of
from frameworks.models import Membership, Plan, Role, Seat, WorkingGroup
from frameworks.operations.plans import create_plan, plan_history, update_plan
from tests.pages import Visitor
from tests.world import NOW, TODAY, make_plan, make_round

pytestmark = pytest.mark.django_db

NEW = {
    "title": "National Action Plan of Thailand",
    "code": "TH-NAP-2026-2030",
    "country": "th",
    "start_year": "2026",
    "end_year": "2030",
    "pillars": "P1 Participation\n\n Prevention of violence \nP9: Monitoring and learning",
}


def public(plan, **values):
    Plan.objects.filter(pk=plan.pk).update(is_public=True, **values)
    plan.refresh_from_db()
    return plan


# The list


def test_visitors_see_public_plans_only(world):
    public(world.other_plan, title="Philippine plan")
    page = Visitor().open("/plans/")
    assert "Philippine plan" in page.text
    assert "Philippines" in page.text
    assert "National Action Plan 1325" not in page.text
    assert not page.links("New plan")


def test_insiders_also_see_their_own(world):
    page = Visitor(world.focal_sei).open("/plans/")
    assert "National Action Plan 1325" in page.text
    assert "Not public" in page.text
    assert "PH-NAP-2023-2033" not in page.text


def test_a_hidden_predecessor_is_not_given_away(world):
    public(world.plan, predecessor=make_plan("SECRET-2016", start_year=2016, end_year=2020))
    assert "SECRET-2016" not in Visitor().open("/plans/").text
    assert "follows SECRET-2016" in Visitor(world.administrator).open("/plans/").text


def test_an_empty_installation_says_what_to_do(db, django_user_model):
    assert "There is no plan to read yet." in Visitor().open("/plans/").text
    boss = django_user_model.objects.create_superuser("root@test.example", "x" * 12, display_name="root")
    page = Visitor(boss).open("/plans/")
    assert "Make the first one" in page.text
    assert page.links("New plan") == ["/plans/new/", "/plans/new/"]


def test_the_list_costs_the_same_for_three_times_as_many(world, client, django_assert_num_queries):
    client.force_login(world.administrator)
    with django_assert_num_queries(5):
        client.get("/plans/")
    for number in range(4):
        make_plan(f"X-{number}", predecessor=world.plan, parent=world.other_plan)
    with django_assert_num_queries(5):
        client.get("/plans/")


# A new plan


def test_a_secretariat_makes_a_plan_and_gets_its_seat(world):
    page = Visitor(world.secretariat).open("/plans/new/").press("Make the plan", **NEW)
    assert "you are its secretariat" in page.text
    plan = Plan.objects.get(code="TH-NAP-2026-2030")
    assert (plan.country, plan.status, plan.is_public, plan.currency) == (
        "TH",
        "in_development",
        False,
        "USD",
    )
    assert list(plan.pillars.values_list("code", "name", "kind", "global_pillar")) == [
        ("P1", "Participation", "substantive", "participation"),
        ("P2", "Prevention of violence", "substantive", "prevention"),
        ("P9", "Monitoring and learning", "support", ""),
    ]
    assert WorkingGroup.objects.filter(pillar__plan=plan).count() == 3
    assert Membership.objects.get(seat__plan=plan).user == world.secretariat
    assert Seat.objects.get(plan=plan).role == Role.SECRETARIAT


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(world):
    page = Visitor(world.secretariat).open("/plans/new/")
    page.press(
        "Make the plan",
        **(NEW | {"code": world.plan.code, "start_year": "2030", "end_year": "2026", "country": "Thai"}),
    )
    errors = page.page.xpath("//ul[@class='field-error']/@id")
    assert sorted(errors) == ["id_code_error", "id_country_error", "id_end_year_error"]
    assert "Another plan has this code." in page.text
    assert "The last year cannot be before the first year." in page.text
    assert page.page.get_element_by_id("id_title").value == NEW["title"]
    assert "P9: Monitoring and learning" in page.page.get_element_by_id("id_pillars").value
    assert Plan.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code": "new"}, "“new” is an address of its own here"),
        ({"code": "a b"}, "A code holds letters, digits, dots"),
        ({"start_year": "24", "end_year": "28"}, "Years are written in full"),
        ({"start_year": "soon"}, "Write a whole number"),
        ({"currency": "US"}, "three letters of the currency"),
        ({"level": "subnational"}, "A subnational plan belongs to a national one"),
        ({"pillars": " "}, "This field is required."),
        ({"pillars": "P1 Peace\nP2 peace"}, "Line 2: “P2 peace” is there twice."),
        ({"pillars": "x" * 121}, "Line 1: the name is longer than 120 characters."),
    ],
)
def test_bad_input_of_a_new_plan(world, values, words):
    page = Visitor(world.secretariat).open("/plans/new/").press("Make the plan", **(NEW | values))
    assert words in page.text
    assert Plan.objects.count() == 2


def test_a_parent_is_for_subnational_plans_and_a_predecessor_lies_before(world):
    page = Visitor(world.secretariat).open("/plans/new/")
    ids = {"parent": str(world.plan.pk), "predecessor": str(world.plan.pk)}
    page.press("Make the plan", **(NEW | ids | {"start_year": "2024", "end_year": "2028"}))
    assert "A national plan has no parent" in page.text
    assert "The predecessor began in 2024, which is not before this plan." in page.text


def test_other_plans_on_offer_are_those_that_one_may_see(world):
    options = (
        Visitor(world.secretariat).open("/plans/new/").page.xpath("//select[@id='id_parent']/option/text()")
    )
    assert options == ["None", "National Action Plan 1325"]


@pytest.mark.parametrize("name", ["focal_sei", "gov_lead", "steering", "nobody"])
def test_only_a_secretariat_makes_plans(world, name):
    Visitor(world.users[name]).open("/plans/new/", status=403)
    with pytest.raises(PermissionDenied):
        create_plan(plan=Plan(), pillars=[], by=world.users[name], on=TODAY)


def test_a_code_taken_meanwhile_is_told(world):
    """Between the check of the form and the saving somebody else took the code: only the database sees it."""
    plan = Plan(code=world.plan.code, title="T", country="TL", start_year=2024, end_year=2028)
    plan.full_clean = lambda: None
    with pytest.raises(ValidationError, match="Another plan has this code"):
        create_plan(plan=plan, pillars=read_pillars(["Peace"]), by=world.secretariat, on=TODAY)


# Changing a plan


def edit(world, **values):
    return Visitor(world.secretariat).open(f"/plans/{world.plan.code}/edit/").press("Save", **values)


def test_free_while_in_development(world):
    edit(world, title="A better title", on_track_from="85", activity_label="Action point")
    world.plan.refresh_from_db()
    assert (world.plan.title, world.plan.on_track_from, world.plan.words["activity"]) == (
        "A better title",
        85,
        "Action point",
    )
    assert (
        "Action point · Participation"
        in Visitor(world.focal_sei).open(f"/plans/{world.plan.code}/activities/1.1.1/").text
    )


def test_an_endorsed_plan_wants_a_reason_for_what_it_promises(world):
    public(world.plan, status="endorsed")
    page = edit(world, title="Another title")
    assert "The plan is endorsed: say why this is changed." in page.text
    assert page.page.get_element_by_id("id_title").value == "Another title"
    page.press("Save", reason="Corrected in the gazette")
    change = changes_of(*plan_history(world.plan))[0]
    assert (change.who, change.reason) == ("secretariat", "Corrected in the gazette")
    assert [(line.label, line.old, line.new) for line in change.lines] == [
        ("Title", "National Action Plan 1325", "Another title")
    ]
    assert (
        "Corrected in the gazette" in Visitor(world.secretariat).open(f"/plans/{world.plan.code}/edit/").text
    )


@pytest.mark.parametrize(("status", "wanted"), [("in_development", True), ("expired", False)])
def test_leaving_change_control_wants_a_reason_too(world, status, wanted):
    public(world.plan, status="active")
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/edit/")
    page.page.get_element_by_id("id_status").value = status
    page.press("Save")
    assert ("say why this is changed" in page.text) is wanted
    assert Plan.objects.get(pk=world.plan.pk).status == ("active" if wanted else "expired")


def test_words_and_visibility_need_none(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="active")
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/edit/")
    page.press("Save", is_public="on", goal_label="Outcome")
    world.plan.refresh_from_db()
    assert (world.plan.is_public, world.plan.goal_label) == (True, "Outcome")


def test_new_thresholds_judge_anew_and_a_new_title_does_not(world, monkeypatch):
    told = []
    monkeypatch.setattr(
        "frameworks.changes._SUBSCRIBERS", [lambda indicators, at: told.append(indicators.count())]
    )
    edit(world, title="Only a title")
    assert told == []
    edit(world, at_risk_from="60")
    assert told == [3]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"at_risk_from": "95"}, "The 'at risk' threshold must lie above 0"),
        ({"on_track_from": "9,5,0"}, "its commas, points or spaces do not fit"),
        ({"end_year": "2026"}, "Activity 1.1.1 is planned for 2027, 2028: move it first."),
        ({"start_year": "2025"}, "Activity 1.1.1 is planned for 2024"),
        ({"adopted_on": "soon"}, "Write a day as year-month-day"),
    ],
)
def test_bad_input_of_a_plan(world, values, words):
    assert words in edit(world, **values).text
    before = Plan.objects.get(pk=world.plan.pk)
    assert (before.start_year, before.end_year, before.at_risk_from) == (2024, 2028, 70)


def test_a_round_keeps_its_year_in_the_plan(world):
    world.plan.activities.update(years=[2026])
    make_round(world.plan, 2024)
    assert "Round 2024 lies outside these years." in edit(world, start_year="2026").text


def test_who_was_slower_is_told_and_may_then_save(world):
    slow, quick = (Visitor(world.users[name]) for name in ("secretariat", "administrator"))
    slow.open(f"/plans/{world.plan.code}/edit/")
    quick.open(f"/plans/{world.plan.code}/edit/").press("Save", title="By the administrator")
    slow.press("Save", title="By the secretariat")
    assert "administrator changed this on" in slow.text
    assert "(Title)" in slow.text
    assert Plan.objects.get(pk=world.plan.pk).title == "By the administrator"
    assert slow.page.get_element_by_id("id_title").value == "By the secretariat"
    slow.press("Save")
    assert Plan.objects.get(pk=world.plan.pk).title == "By the secretariat"


def test_the_operation_itself_refuses(world):
    with pytest.raises(PermissionDenied):
        update_plan(plan=world.plan, changed=["title"], reason="", by=world.focal_sei, at=NOW)
    public(world.plan, status="active")
    world.plan.title = "Sneaked in"
    with pytest.raises(ValidationError, match="say why"):
        update_plan(plan=world.plan, changed=["title"], reason=" ", by=world.secretariat, at=NOW)


def test_pages_refuse_by_rule(world, client):
    for name in ("plan_edit", "plan_gaps"):
        address = reverse(name, args=[world.plan.code])
        client.logout()
        assert client.get(address).url == f"/sign-in/?next={address}"
        client.force_login(world.outsider)
        assert client.get(address).status_code == 404
    client.force_login(world.focal_sei)
    assert client.get(reverse("plan_edit", args=[world.plan.code])).status_code == 403


def test_default_pillars_are_the_global_four():
    assert [one.global_pillar for one in read_pillars(DEFAULT_PILLARS)] == [
        "participation",
        "prevention",
        "protection",
        "relief_and_recovery",
    ]


# What a plan says of itself, and the plans around it


def facts(page):
    """The facts above the logframe: what → what it is."""
    return {
        " ".join(one.xpath("string(dt)").split()): " ".join(one.xpath("string(dd)").split())
        for one in page.page.xpath("(//dl[contains(@class, 'facts-row')])[1]/div")
    }


def test_a_plan_shows_the_plans_around_it(world):
    public(world.other_plan)
    regional = make_plan(
        "BARMM-RAP-2023-2028", country="PH", level="subnational", parent=world.other_plan, is_public=True
    )
    later = make_plan(
        "PH-NAP-2034-2043",
        country="PH",
        start_year=2034,
        end_year=2043,
        predecessor=world.other_plan,
        is_public=True,
    )
    page = Visitor().open(world.other_plan.get_absolute_url())
    assert facts(page) == {
        "Level": "National", "Subnational plans": "BARMM-RAP-2023-2028", "Followed by": "PH-NAP-2034-2043",
    }  # fmt: skip
    assert page.links("BARMM-RAP-2023-2028") == [regional.get_absolute_url()]
    assert facts(page.follow("BARMM-RAP-2023-2028")) == {
        "Level": "Subnational",
        "Part of": "PH-NAP-2023-2033",
    }
    assert facts(page.open(later.get_absolute_url())) == {"Level": "National", "Follows": "PH-NAP-2023-2033"}
    text = page.open("/plans/").text
    assert "followed by PH-NAP-2034-2043 · subnational plans: BARMM-RAP-2023-2028" in text
    assert "part of PH-NAP-2023-2033" in text and "follows PH-NAP-2023-2033" in text


def test_plans_that_one_may_not_know_of_are_left_out(world):
    public(world.plan, predecessor=make_plan("SECRET-2016", start_year=2016, end_year=2020))
    make_plan("SECRET-RAP", level="subnational", parent=world.plan)
    make_plan("SECRET-2029", start_year=2029, end_year=2033, predecessor=world.plan)
    for page in (Visitor().open(world.plan.get_absolute_url()), Visitor().open("/plans/")):
        assert "SECRET" not in page.text
    assert facts(Visitor(world.administrator).open(world.plan.get_absolute_url())) == {
        "Level": "National", "Subnational plans": "SECRET-RAP", "Follows": "SECRET-2016", "Followed by": "SECRET-2029",
    }  # fmt: skip


def test_days_vision_and_theory_of_change(world):
    page = edit(
        world,
        adopted_on="2024-01-10",
        launched_on="2024-03-08",
        vision="A safe country.",
        theory_of_change="If …",
    )
    assert "Adopted 10 January 2024" in page.text
    assert facts(page)["Launched"] == "8 March 2024"
    assert "Vision and theory of change" in page.text
    assert "A safe country." in page.text and "If …" in page.text


@pytest.mark.parametrize(("last", "doubted"), [(2026, True), (2028, False), (2033, False), (2034, True)])
def test_an_unusual_length_is_pointed_out_and_saved(world, last, doubted):
    world.plan.activities.update(years=[2024])
    page = edit(world, end_year=str(last))
    assert ("such plans usually run 5 to 10 years" in page.text) is (doubted and last != 2028)
    assert Plan.objects.get(pk=world.plan.pk).end_year == last
    page = Visitor(world.secretariat).open("/plans/new/")
    page.press("Make the plan", **(NEW | {"start_year": "2024", "end_year": str(last)}))
    assert ("such plans usually run 5 to 10 years" in page.text) is doubted
    assert Plan.objects.get(code=NEW["code"]).end_year == last
