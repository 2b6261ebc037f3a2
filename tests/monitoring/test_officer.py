"""The accountable officer of a report (monitoring/operations/officer.py) can differ from the person who hands it in."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from frameworks.models import User
from frameworks.workflow import transition
from monitoring.models import Submission
from monitoring.operations.officer import Officer, name_officer, proposed_officers
from monitoring.operations.reporting import DraftLocked
from tests.monitoring.reported import fill, hand_in, open_round, submission_of
from tests.pages import Visitor
from tests.world import NOW, make_activity

pytestmark = pytest.mark.django_db
ANA = Officer("Ana Ximenes", "Director-General")


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def mssi(world, round):
    return submission_of(round, world.mssi)


def name(world, submissions, officer=ANA, by=None):
    name_officer(submissions=submissions, officer=officer, by=by or world.focal_mssi, at=NOW)


def officer_of(submission):
    return Submission.objects.get(pk=submission.pk).officer


def address(submission):
    return reverse("submission", args=[submission.pk])


# Naming


def test_it_is_kept_with_who_named_it(world, mssi):
    name(world, [mssi])
    assert officer_of(mssi) == "Ana Ximenes, Director-General"
    event = Submission.pgh_event_model.objects.filter(pgh_obj=mssi).order_by("-pgh_id").first()
    assert event.pgh_context.metadata["action"] == "name officer"
    before = Submission.pgh_event_model.objects.count()
    name(world, [mssi])
    assert Submission.pgh_event_model.objects.count() == before, "the same again is no change"


@pytest.mark.parametrize(
    "who", ["focal_mae", "gov_lead", "secretariat", "administrator", "outsider", "nobody"]
)
def test_only_its_institution_names_one(world, mssi, who):
    with pytest.raises(PermissionDenied):
        name(world, [mssi], by=getattr(world, who))


def test_not_while_it_is_handed_in(world, mssi):
    hand_in(mssi, world.focal_mssi)
    with pytest.raises(DraftLocked):
        name(world, [mssi])
    transition(subject=mssi, action="return", by=world.other_gov_lead, at=NOW, comment="Why?")
    name(world, [mssi])


def test_too_long(world, mssi):
    with pytest.raises(ValidationError) as error:
        name(world, [mssi], Officer("x" * 151, "y"))
    assert "at most 150 fit" in error.value.message_dict["officer_name"][0]


def test_who_is_proposed(world, round, mssi, django_assert_num_queries):
    """The one named on it; else the one named last; else the person who hands it in."""
    mae = submission_of(round, world.mae)
    User.objects.filter(pk=world.focal_mae.pk).update(post="Head of unit")
    world.focal_mae.refresh_from_db()
    rows = list(Submission.objects.select_related("round").filter(pk__in=[mssi.pk, mae.pk]))
    with django_assert_num_queries(1):
        found = proposed_officers(rows, world.focal_mae)
    assert set(found.values()) == {Officer("focal_mae", "Head of unit")}
    name(world, [mssi])
    later = Submission.objects.create(round=round, institution=world.mssi, pillar=world.participation)
    assert proposed_officers([later], world.focal_mssi)[later.pk] == ANA
    name(world, [later], Officer("", "Secretary of State"))
    later.refresh_from_db()
    assert proposed_officers([later], world.focal_mssi)[later.pk] == Officer("", "Secretary of State")
    assert proposed_officers([mae], world.focal_mae)[mae.pk] == Officer("focal_mae", "Head of unit")


# Handing in


def test_the_form_proposes_and_asks(world, mssi):
    fill(mssi, world.focal_mssi)
    page = Visitor(world.focal_mssi).open(address(mssi))
    assert page.page.get_element_by_id("id_officer_name").value == "focal_mssi"
    assert page.page.get_element_by_id("id_officer_post").value == "Focal point"
    page.press("Submit", status=422, officer_name="", officer_post="Minister")
    assert "Write the name of the officer who answers for this report." in page.text
    assert page.page.get_element_by_id("id_officer_post").value == "Minister"
    assert Submission.objects.get(pk=mssi.pk).state == "draft"
    page.press("Submit", officer_name="Ana Ximenes", officer_post="Minister")
    assert Submission.objects.get(pk=mssi.pk).state == "submitted"
    assert "Answered for by Ana Ximenes, Minister" in page.text
    assert "Answered for by Ana Ximenes, Minister" in Visitor(world.other_cso_lead).open(address(mssi)).text


def test_what_is_missing_elsewhere_does_not_lose_the_officer(world, mssi):
    page = Visitor(world.focal_mssi).open(address(mssi))
    page.press("Submit", status=422, officer_name="Ana Ximenes", officer_post="Minister")
    assert "choose a status" in page.text
    assert officer_of(mssi) == "Ana Ximenes, Minister"


def test_one_press_on_my_report_takes_the_officer_named_last(world, round, mssi):
    fill(mssi, world.focal_mssi)
    name(world, [mssi])
    page = Visitor(world.focal_mssi).open(reverse("my_report", args=[world.plan.code, "2024"]))
    assert "Answered for by Ana Ximenes, Director-General." in page.text
    page.press("Submit Prevention")
    assert officer_of(mssi) == "Ana Ximenes, Director-General"
    assert Submission.objects.get(pk=mssi.pk).state == "submitted"


def test_one_press_without_a_name_asks_for_it(world, mssi):
    fill(mssi, world.focal_mssi)
    name(world, [mssi], Officer("", "Minister"))
    page = Visitor(world.focal_mssi).open(reverse("my_report", args=[world.plan.code, "2024"]))
    page.press("Submit Prevention", status=422)
    assert "Write the name of the officer" in page.text
    page.press("Submit", officer_name="Ana Ximenes")
    assert officer_of(mssi) == "Ana Ximenes, Minister"


def test_submitting_everything_names_one_officer_for_all(world, in_january):
    make_activity(world.participation, "1.1.9", [world.mssi])
    round = open_round(world)
    both = [submission_of(round, world.mssi, pillar) for pillar in (world.participation, world.prevention)]
    for one in both:
        fill(one, world.focal_mssi)
    page = Visitor(world.focal_mssi).open(reverse("my_report", args=[world.plan.code, "2024"]))
    page.press("Submit everything that is ready (2)", status=422, officer_name="Ana Ximenes", officer_post="")
    assert "Write the post of the officer" in page.text
    assert {Submission.objects.get(pk=one.pk).state for one in both} == {"draft"}
    page.press("Submit everything that is ready (2)", officer_post="Director-General")
    assert {Submission.objects.get(pk=one.pk).state for one in both} == {"submitted"}
    assert {officer_of(one) for one in both} == {"Ana Ximenes, Director-General"}


def test_others_are_told_no_by_the_door(world, mssi, client):
    hand_in(mssi, world.focal_mssi)
    data = {"officer_name": "Eve", "officer_post": "Nobody"}
    for who, status in (("other_gov_lead", 403), ("secretariat", 403), ("focal_mae", 404), ("nobody", 404)):
        client.force_login(getattr(world, who))
        assert client.post(reverse("submission_action", args=[mssi.pk, "submit"]), data).status_code == status
    assert officer_of(mssi) == ""
