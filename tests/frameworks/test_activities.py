"""The page of an activity, and the form that changes its text, years and leads."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from budgets.models import Costing
from frameworks.history import changes_of
from frameworks.models import Activity, Indicator, Lead, Plan
from frameworks.operations.activities import LeadLine, activity_history, update_activity
from monitoring.models import Submission
from tests.monitoring.reported import open_round
from tests.pages import Visitor
from tests.world import NOW, make_activity, make_indicator, make_institution

pytestmark = pytest.mark.django_db


def address(world, code="1.1.1", page=""):
    return f"/plans/{world.plan.code}/activities/{code}/{page}"


def form(world, who="secretariat", code="1.1.1"):
    return Visitor(world.users[who]).open(address(world, code, "edit/"))


def leads(code="1.1.1"):
    return [
        (str(lead.institution), lead.role, lead.is_accountable)
        for lead in Lead.objects.filter(activity__code=code).order_by("order")
    ]


def endorse_plan(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")


# The page


def test_the_page_shows_text_years_leads_and_indicators(world):
    text = Visitor(world.focal_mae).open(address(world)).text
    for words in (
        "1.1.1 Activity 1.1.1",
        "SEI",
        "accountable",
        "MAE",
        "1.1.1a Indicator 1.1.1a",
        "Output 1.1",
        "Goal 1",
    ):
        assert words in text


def test_costs_and_history_are_for_insiders(world):
    Plan.objects.filter(pk=world.plan.pk).update(is_public=True)
    Costing.objects.create(
        activity=world.activities["a111"], year=2024, amount=1250, currency="USD", assumptions="Two courses"
    )
    Costing.objects.create(activity=world.activities["a111"], year=2025, amount=0, currency="USD")
    inside = Visitor(world.focal_mae).open(address(world)).text.replace("\xa0", " ")
    assert "2024 USD 1,250 Two courses 2025 USD 0 2026 not costed" in inside
    assert "History" in inside
    outside = Visitor().open(address(world)).text
    assert "Costing" not in outside
    assert "History" not in outside


def test_buttons_are_the_secretariat_s(world):
    assert Visitor(world.secretariat).open(address(world)).links("Edit") == [
        address(world, page="edit/"),
        address(world, page="costing/"),
    ]
    assert not Visitor(world.focal_sei).open(address(world)).links("Edit")


def test_what_is_missing_is_said(world):
    make_activity(world.prevention, "2.1.2", years=())
    page = Visitor(world.secretariat).open(address(world, "2.1.2"))
    assert "Nothing measures this yet." in page.text
    assert "Nobody answers for this yet." in page.text
    assert page.links("Choose a lead") == [address(world, "2.1.2", "edit/")]


def test_unknown_and_foreign_codes_are_not_found(world, client):
    client.force_login(world.secretariat)
    assert client.get(address(world, "9.9.9")).status_code == 404
    assert client.get(f"/plans/{world.other_plan.code}/activities/1.1.1/").status_code == 404


def test_the_page_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    with django_assert_num_queries(25):
        client.get(address(world))
    for letter in "bcdefg":
        make_indicator(world.activities["a111"], f"1.1.1{letter}")
        Lead.objects.create(
            activity=world.activities["a111"], institution=make_institution(f"I{letter}"), order=9
        )
    with django_assert_num_queries(25):
        client.get(address(world))


# The form


def test_text_and_years(world):
    form(world).press("Save", title="A clearer text", years=["2024", "2026"])
    activity = Activity.objects.get(code="1.1.1")
    assert (activity.title, activity.years) == ("A clearer text", [2024, 2026])
    page = Visitor(world.focal_sei).open(address(world))
    assert "Years 2024, 2025, 2026, 2027, 2028 2024, 2026" in page.text


def test_years_that_are_taken_off_make_the_indicator_not_due(world):
    round = open_round(world)
    form(world, code="2.1.1").press("Save", years=["2027"])
    result = Indicator.objects.get(code="2.1.1a").results.get(round=round, category=None, place=None)
    assert result.status == "not_yet_due"


def test_leads_change_places_and_accountability(world):
    form(world).press(
        "Save",
        **{
            "leads-0-order": "2",
            "leads-0-role": "support",
            "leads-0-is_accountable": [],
            "leads-1-order": "1",
            "leads-1-is_accountable": "on",
            "leads-2-institution": str(world.mssi.pk),
            "leads-2-role": "co_lead",
        },
    )
    assert leads() == [("MAE", "lead", True), ("SEI", "support", False), ("MSSI", "co_lead", False)]


def test_a_lead_is_removed(world):
    form(world).press("Save", **{"leads-1-remove": "on"})
    assert leads() == [("SEI", "lead", True)]
    (line,) = changes_of(*activity_history(world.activities["a111"]))[0].lines
    assert (line.label, line.old, line.new) == (
        "Lead institution",
        "Institution: MAE; Role: Lead; Accountable: no",
        None,
    )


def test_a_new_lead_is_asked_to_report_in_the_open_round(world):
    today = timezone.localdate()
    days = {"opens_on": today, "due_on": today + timedelta(days=9), "closes_on": today + timedelta(days=20)}
    round = open_round(world, **days)
    make_activity(world.prevention, "2.1.2")  # without an indicator
    form(world, code="2.1.2").press(
        "Save",
        **{"leads-0-institution": str(world.sei.pk), "leads-0-is_accountable": "on", "years": ["2024"]},
    )
    assert Submission.objects.filter(round=round, institution=world.sei, pillar=world.prevention).exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": " "}, "This field is required."),
        ({"leads-1-is_accountable": "on"}, "Only one institution can be accountable, not SEI, MAE."),
        ({"leads-0-is_accountable": []}, "Tick one institution as accountable: it submits the report."),
        ({"leads-2-institution": "SEI"}, "SEI is there twice: each institution leads once."),
        ({"leads-0-order": "first"}, "Row 1: Order: Write a whole number"),
    ],
)
def test_bad_input_keeps_what_was_typed(world, values, words):
    if values.get("leads-2-institution") == "SEI":
        values = {"leads-2-institution": str(world.sei.pk)}
    before = leads()
    page = form(world).press("Save", **({"years": ["2025"], "title": "Typed"} | values))
    assert words in page.text
    assert leads() == before
    assert Activity.objects.get(code="1.1.1").title == "Activity 1.1.1"
    assert page.page.xpath("//input[@name='years'][@checked]/@value") == ["2025"]


def test_a_group_of_institutions_is_not_accountable(world):
    group = make_institution("CSOS", "group")
    page = form(world).press(
        "Save",
        **{
            "leads-0-is_accountable": [],
            "leads-2-institution": str(group.pk),
            "leads-2-is_accountable": "on",
        },
    )
    assert "CSOS is a group of institutions and submits no report" in page.text
    # Where only a group leads, nobody is accountable yet: the activity can be edited all the same.
    page = form(world)
    page.press(
        "Save", **{"leads-0-remove": "on", "leads-1-remove": "on", "leads-2-institution": str(group.pk)}
    )
    assert leads() == [("CSOS", "lead", False)]


def test_institutions_of_other_countries_are_not_on_offer(world):
    world.mssi.country = "PH"
    world.mssi.save()
    labels = form(world).page.xpath("//select[@name='leads-2-institution']/option/text()")
    assert labels == ["Nobody", "BA-FUTURU", "MAE", "SEI"]


def test_an_endorsed_plan_wants_a_reason(world):
    endorse_plan(world)
    page = form(world).press("Save", title="Another text")
    assert "The plan is endorsed: say why this is changed." in page.text
    page.press("Save", reason="Agreed by the steering committee")
    assert Activity.objects.get(code="1.1.1").title == "Another text"
    assert "“Agreed by the steering committee”" in Visitor(world.focal_sei).open(address(world)).text


def test_saving_without_a_change_needs_none(world):
    endorse_plan(world)
    assert "Saved." in form(world).press("Save").text


def test_before_that_the_question_is_not_asked(world):
    assert "reason" not in form(world).field_names("Save")


def test_who_was_slower_is_told(world):
    slow, quick = form(world), form(world, "administrator")
    quick.press("Save", **{"leads-1-remove": "on"})
    slow.press("Save", title="Mine")
    assert "administrator changed this on" in slow.text
    assert Activity.objects.get(code="1.1.1").title == "Activity 1.1.1"


def test_the_operation_refuses(world):
    activity = world.activities["a111"]
    line = LeadLine(world.sei, "lead", True, 0)
    common = {"activity": activity, "leads": [line], "at": NOW}
    for name in ("focal_sei", "gov_lead", "outsider"):
        with pytest.raises(PermissionDenied):
            update_activity(changed=["title"], reason="", by=world.users[name], **common)
    endorse_plan(world)
    with pytest.raises(ValidationError, match="say why"):
        update_activity(changed=[], reason="", by=world.secretariat, **common)  # a lead less is a change


def test_pages_refuse_by_rule(world, client):
    edit = reverse("activity_edit", args=[world.plan.code, "1.1.1"])
    assert client.get(edit).url == f"/sign-in/?next={edit}"
    client.force_login(world.outsider)
    assert client.get(address(world)).status_code == 404
    assert client.get(edit).status_code == 404
    client.force_login(world.focal_sei)
    assert client.get(edit).status_code == client.post(edit).status_code == 403
