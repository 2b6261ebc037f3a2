"""A focal point leaves: the sheet, what the leaver writes, the vacant post, and the successor who starts from it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from frameworks.history import Stale
from frameworks.models import Indicator, Membership, Role, User
from frameworks.operations.seats import assign_seat, close_seat, end_membership
from frameworks.permissions import forget_seats
from frameworks.workflow import StateConflict, transition
from monitoring.handover import snapshot_of
from monitoring.models import Handover, Submission
from monitoring.operations.handover import (
    handover_version,
    refresh_handover,
    take_over,
    write_notes,
)
from tests.monitoring.reported import fill, hand_in, open_round, submission_of
from tests.pages import Visitor
from tests.world import give_seat, make_activity, make_institution, make_user

pytestmark = pytest.mark.django_db
WORDS = {"contacts": "Ana, planning.", "data_sources": "The register of trainings.", "notes": "Ask early."}


def now():
    return timezone.now()


def day(days):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def round(world):
    return open_round(world, opens_on=day(-9), due_on=day(9), closes_on=day(30), opened_at=now())


def term_of(world, name):
    return Membership.objects.select_related("seat").get(user=world.users[name])


def leave(world, name="focal_mssi", days=10):
    """Ends the term of a focal point; returns the sheet."""
    end_membership(membership=term_of(world, name), ends_on=day(days), by=world.secretariat, at=now())
    forget_seats(world.users[name])
    return Handover.objects.get(leaver=world.users[name])


def over(sheet):
    """Lets the days pass until the term is over."""
    Membership.objects.filter(pk=sheet.membership_id).update(ends_on=day(-1))


def successor_of(world, sheet, name="successor"):
    person = make_user(name)
    assign_seat(seat=sheet.seat, user=person, starts_on=day(0), by=world.secretariat, at=now())
    return person


# What stands on it


def test_the_sheet_holds_what_stands_open(world, round):
    world.mssi.contact_email = "office@mssi.example"
    world.mssi.save()
    Indicator.objects.filter(code="2.1.1a").update(
        data_source="Training registers", means_of_verification="Attendance lists"
    )
    mssi = submission_of(round, world.mssi)
    hand_in(mssi, world.focal_mssi, at=now())
    sheet = leave(world)
    assert sheet.content["submissions"] == [], "what is handed in is no longer the leaver's"
    assert (sheet.leaver, sheet.institution, sheet.made_by) == (
        world.focal_mssi,
        world.mssi,
        world.secretariat,
    )
    assert sheet.content["sources"] == [
        {
            "code": "2.1.1a",
            "statement": "Indicator 2.1.1a",
            "source": "Training registers",
            "means": "Attendance lists",
        }
    ]
    contacts = sheet.content["contacts"]
    assert contacts["institution"] == {"name": "MSSI", "email": "office@mssi.example"}
    assert [(one["name"], one["role"], one["pillar"]) for one in contacts["people"]] == [
        ("other_cso_lead", "cso_co_lead", "Prevention"),
        ("other_gov_lead", "government_co_lead", "Prevention"),
        ("secretariat", "secretariat", ""),
    ]
    assert "test.example" not in str(sheet.content), "personal addresses are the secretariat's"


def test_drafts_with_how_far_they_are_and_their_own_deadline(world, round):
    make_activity(world.prevention, "2.1.2", [world.mssi])
    mssi = submission_of(round, world.mssi)
    Submission.objects.filter(pk=mssi.pk).update(own_due_on=day(20))
    fill(mssi, world.focal_mssi, at=now())
    mssi.progress.filter(activity__code="2.1.2").update(narrative="")
    [one] = leave(world).content["submissions"]
    assert (one["state"], one["done"], one["total"]) == ("draft", 1, 2)
    assert one["due_on"] == day(20).isoformat()
    assert [(page["code"], page["filling"]) for page in one["pages"]] == [
        ("2.1.1", "complete"),
        ("2.1.2", "started"),
    ]


def test_other_seats_have_no_sheet(world, round):
    end_membership(membership=term_of(world, "steering"), ends_on=day(0), by=world.secretariat, at=now())
    assert not Handover.objects.exists()


def test_every_way_out_of_the_seat_makes_one_sheet(world, round):
    leave(world, "focal_mssi")
    leave(world, "focal_mssi", days=5)  # the last day moved
    person = make_user("next")
    assign_seat(
        seat=world.seats["focal_sei"],
        user=person,
        starts_on=day(0),
        by=world.secretariat,
        at=now(),
        replace=True,
    )
    close_seat(seat=world.seats["focal_mae"], closed_on=day(0), by=world.secretariat, on=day(0), at=now())
    leavers = Handover.objects.order_by("leaver__email").values_list("leaver__email", flat=True)
    assert list(leavers) == [world.focal_mae.email, world.focal_mssi.email, world.focal_sei.email]


def test_the_content_costs_the_same_for_many(world, round, django_assert_num_queries):
    for more in (1, 3):
        for number in range(more):
            make_activity(world.prevention, f"2.{more}.{number + 5}", [world.mssi])
        with django_assert_num_queries(8):
            snapshot_of(plan_id=world.plan.pk, institution_id=world.mssi.pk, at=now())


# Who may


def test_the_leaver_writes_until_the_last_day_and_the_secretariat_for_them_afterwards(world, round):
    sheet = leave(world)
    write_notes(handover=sheet, words=WORDS, by=world.focal_mssi, at=now())
    sheet.refresh_from_db()
    assert (sheet.notes, sheet.noted_by) == ("Ask early.", world.focal_mssi)
    over(sheet)
    forget_seats(world.focal_mssi)
    sheet = Handover.objects.get()
    with pytest.raises(PermissionDenied):
        write_notes(handover=sheet, words=WORDS, by=world.focal_mssi, at=now())
    write_notes(handover=sheet, words=WORDS | {"notes": "Told us by phone."}, by=world.secretariat, at=now())
    sheet.refresh_from_db()
    assert (sheet.notes, sheet.noted_by) == ("Told us by phone.", world.secretariat)


@pytest.mark.parametrize("who", ["focal_mae", "gov_lead", "monitoring", "steering", "outsider"])
def test_others_neither_write_nor_take_over(world, round, who):
    sheet = leave(world)
    by = world.users[who]
    for attempt in (
        lambda: write_notes(handover=sheet, words=WORDS, by=by, at=now()),
        lambda: refresh_handover(handover=sheet, by=by, at=now()),
        lambda: take_over(handover=sheet, by=by, at=now()),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_the_leaver_does_not_take_over_from_themselves(world, round):
    sheet = leave(world)
    with pytest.raises(PermissionDenied):
        take_over(handover=sheet, by=world.focal_mssi, at=now())


def test_it_is_taken_over_once_and_then_stays(world, round):
    sheet = leave(world)
    over(sheet)
    person = successor_of(world, sheet)
    take_over(handover=sheet, by=person, at=now())
    for attempt in (
        lambda: take_over(handover=sheet, by=person, at=now()),
        lambda: write_notes(handover=sheet, words=WORDS, by=world.secretariat, at=now()),
        lambda: refresh_handover(handover=sheet, by=world.secretariat, at=now()),
    ):
        with pytest.raises(StateConflict, match="successor has taken this over already"):
            attempt()


def test_two_who_write_at_once_and_a_text_that_is_too_long(world, round):
    sheet = leave(world)
    seen = handover_version(sheet)
    write_notes(handover=sheet, words=WORDS, version=seen, by=world.focal_mssi, at=now())
    with pytest.raises(Stale):
        write_notes(handover=sheet, words=WORDS, version=seen, by=world.secretariat, at=now())
    with pytest.raises(ValidationError) as error:
        write_notes(handover=sheet, words=WORDS | {"notes": "x" * 20_001}, by=world.focal_mssi, at=now())
    assert "20001 characters" in error.value.message_dict["notes"][0]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("secretariat", 200),
        ("administrator", 200),
        ("focal_mssi", 200),
        ("focal_mae", 404),
        ("gov_lead", 404),
        ("monitoring", 404),
        ("outsider", 404),
    ],
)
def test_the_sheet_is_nobody_else_s(world, round, client, who, status):
    sheet = leave(world)
    client.force_login(world.users[who])
    assert client.get(reverse("handover", args=[sheet.public_id])).status_code == status
    edit = client.get(reverse("handover_edit", args=[sheet.public_id]))
    assert edit.status_code == status
    for step in ("handover_refresh", "handover_take"):
        answer = client.post(reverse(step, args=[sheet.public_id]))
        assert answer.status_code == (404 if status == 404 else 403 if step == "handover_take" else 302)


def test_a_colleague_of_the_institution_reads_but_does_not_write(world, round, client):
    sheet = leave(world)
    alternate = make_user("alternate")
    give_seat(alternate, Role.FOCAL_POINT, plan=world.plan, institution=world.mssi, title="Alternate")
    client.force_login(alternate)
    assert client.get(reverse("handover", args=[sheet.public_id])).status_code == 200
    assert client.get(reverse("handover_edit", args=[sheet.public_id])).status_code == 403
    page = client.get(reverse("my_report", args=[world.plan.code, "2024"])).content.decode()
    assert "You take over from" not in page


def test_where_the_seat_was_abolished_whoever_speaks_for_the_institution_takes_over(world, round):
    close_seat(seat=world.seats["focal_mssi"], closed_on=day(0), by=world.secretariat, on=day(0), at=now())
    sheet = Handover.objects.select_related("seat", "membership").get()
    heir = make_user("heir")
    give_seat(heir, Role.FOCAL_POINT, plan=world.plan, institution=world.mssi, title="New")
    assert take_over(handover=sheet, by=heir, at=now()).taken_by == heir


# The whole path, on the pages


def test_from_the_end_of_the_term_to_the_successor(world, round):
    mssi = fill(submission_of(round, world.mssi), world.focal_mssi, at=now())
    hand_in(mssi, world.focal_mssi, at=now())
    note = "The figure of Baucau is missing."
    transition(subject=mssi, action="return", by=world.other_gov_lead, at=now(), comment=note)
    plan = world.plan.code

    office = Visitor(world.secretariat).open(f"/plans/{plan}/people/")
    office.follow("End the term of focal_mssi")
    office.press("End the term", ends_on=day(10).isoformat())
    assert "MSSI: handover sheet of focal_mssi" in office.text

    leaver = Visitor(world.focal_mssi).open(f"/plans/{plan}/my-report/")
    assert "Your term ends on" in leaver.text
    leaver.follow("Write the handover sheet of MSSI")
    assert "The figure of Baucau is missing." in leaver.text
    assert "Returned by other_gov_lead with this note" in leaver.text
    leaver.follow("Write on it")
    leaver.press("Save", **WORDS)
    assert "The register of trainings." in leaver.text
    assert "Written by focal_mssi" in leaver.text

    over(Handover.objects.get())
    dashboard = Visitor(world.secretariat).open(f"/plans/{plan}/dashboard/")
    assert "Focal point of MSSI" in dashboard.text
    assert dashboard.links("Handover sheet of focal_mssi")
    monitor = Visitor(world.monitoring).open(f"/plans/{plan}/dashboard/")
    assert "Focal point of MSSI" in monitor.text
    assert not monitor.links("Handover sheet") and not monitor.links("Fill the seat")
    dashboard.follow("Fill the seat of MSSI")
    dashboard.press("Give the seat", email="rosa@mssi.example", name="Rosa", starts_on=day(0).isoformat())

    rosa = Visitor(User.objects.get(email="rosa@mssi.example")).open(f"/plans/{plan}/my-report/")
    assert "You take over from focal_mssi" in rosa.text
    rosa.follow("Read the handover sheet of MSSI")
    for words in (*WORDS.values(), "The figure of Baucau is missing.", "2.1.1 Activity 2.1.1"):
        assert words in rosa.text, words
    assert not rosa.links("Write on it")
    rosa.press("I have taken over")
    assert "You have taken over." in rosa.text
    assert "You take over from" not in rosa.text
    assert rosa.links("2.1.1 Activity 2.1.1")
    sheet = Handover.objects.get()
    assert (str(sheet.taken_by), sheet.taken_at is not None) == ("Rosa", True)
    history = rosa.open(f"/handover/{sheet.public_id}/").text
    assert "Taken over by Rosa" in history
    assert (
        "handover sheet of focal_mssi" not in Visitor(world.secretariat).open(f"/plans/{plan}/people/").text
    )


def test_an_empty_sheet_and_bringing_it_up_to_date(world):
    sheet = leave(world)
    page = Visitor(world.secretariat).open(f"/handover/{sheet.public_id}/")
    assert "Nothing stood open: everything was handed in." in page.text
    assert "Nothing is written yet." in page.text
    open_round(world, opens_on=day(-9), due_on=day(9), closes_on=day(30), opened_at=now())
    page.press("Bring it up to date")
    assert "The sheet shows what stands open now." in page.text
    assert "Round 2024: Prevention" in page.text


def test_what_was_typed_stays_when_somebody_else_was_faster(world, round):
    sheet = leave(world)
    mine = Visitor(world.focal_mssi).open(f"/handover/{sheet.public_id}/edit/")
    Visitor(world.secretariat).open(f"/handover/{sheet.public_id}/edit/").press("Save", notes="By phone.")
    mine.press("Save", notes="Mine.")
    assert "secretariat changed this on" in mine.text
    mine.press("Save")
    assert Handover.objects.get().notes == "Mine."


def test_the_dashboard_costs_the_same_for_many_vacant_posts(
    world, round, client, django_assert_max_num_queries
):
    client.force_login(world.secretariat)
    address = reverse("dashboard", args=[world.plan.code])
    counts = []
    for more in (1, 3):
        for number in range(more):
            institution = make_institution(f"V{more}{number}")
            give_seat(None, Role.FOCAL_POINT, plan=world.plan, institution=institution)
        with django_assert_max_num_queries(200) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_successor_finds_it_after_the_institution_was_merged(world, round, client):
    sheet = leave(world)
    over(sheet)
    new = make_institution("MNEW")
    world.mssi.merged_into = new
    world.mssi.save()
    sheet.seat.institution = new
    sheet.seat.save()
    person = successor_of(world, sheet)
    client.force_login(person)
    page = client.get(reverse("my_report", args=[world.plan.code, "2024"])).content.decode()
    assert reverse("handover", args=[sheet.public_id]) in page
    assert client.get(reverse("handover", args=[sheet.public_id])).status_code == 200
    assert take_over(handover=sheet, by=person, at=now()).taken_by == person


def test_who_has_left_still_reads_the_sheet_and_writes_no_more(world, round, client):
    sheet = leave(world)
    over(sheet)
    client.force_login(world.focal_mssi)
    page = client.get(reverse("handover", args=[sheet.public_id]))
    assert page.status_code == 200
    assert "Write on it" not in page.content.decode() and "I have taken over" not in page.content.decode()
    assert client.get(reverse("handover_edit", args=[sheet.public_id])).status_code == 403
    assert client.get(reverse("submission", args=[submission_of(round, world.mssi).pk])).status_code == 404
