"""What is mailed to a person, the way out of it, and whom mail does not reach (frameworks/views/mail.py, people.py)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from frameworks.letters import unsubscribe_url, user_id_of
from frameworks.models import OutgoingMail, User
from tests.pages import Visitor

pytestmark = pytest.mark.django_db


def path_of(user):
    return unsubscribe_url(user).removeprefix("http://testserver")


def wants(user):
    return User.objects.get(pk=user.pk).wants_digests


def test_a_person_turns_the_digests_off_and_on(world):
    visitor = Visitor(world.focal_sei)
    visitor.open("/account/mail/")
    assert "focal_sei@test.example" in visitor.text
    assert "from 07:00 on by the clock of Asia/Dili" in visitor.text
    page = visitor.page
    (box,) = page.xpath("//input[@name='wants_digests']")
    assert box.get("type") == "checkbox"
    assert "checked" in box.attrib
    box.attrib.pop("checked")
    visitor.press("Save")
    assert "Saved." in visitor.text
    assert not wants(world.focal_sei)
    assert wants(world.focal_mae)
    visitor.press("Save", wants_digests="on")
    assert wants(world.focal_sei)
    events = User.pgh_event_model.objects.filter(pgh_obj=world.focal_sei.pk, pgh_label="update")
    assert [event.pgh_context.metadata["user"] for event in events] == [world.focal_sei.pk] * 2
    assert [event.wants_digests for event in events.order_by("pgh_id")] == [False, True]


def test_the_menu_leads_there(world):
    assert Visitor(world.focal_sei).open("/plans/").links("Mail to me") == ["/account/mail/"] * 2


def test_the_link_in_a_mail_works_without_signing_in(world):
    visitor = Visitor().open(path_of(world.focal_sei))
    assert "Get no more daily mails?" in visitor.text
    assert "focal_sei@test.example" in visitor.text
    assert wants(world.focal_sei)  # opening it changes nothing: programs follow links
    visitor.press("Send me no more of them")
    assert "You get no more daily mails" in visitor.text
    assert not wants(world.focal_sei)
    visitor.press("Send them to me again")
    assert wants(world.focal_sei)


def test_a_mail_program_does_it_with_one_click(world):
    client = Client(enforce_csrf_checks=True)
    for _twice in range(2):
        answer = client.post(path_of(world.focal_sei), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert answer.content.decode() == "You get no more digests."
    assert not wants(world.focal_sei)


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: "9" + t, lambda t: "x", lambda t: t.split(":")[0]]
)
def test_a_link_that_was_not_made_here_is_none(world, spoil):
    token = path_of(world.focal_sei).rstrip("/").rsplit("/", 1)[1]
    assert user_id_of(token) == world.focal_sei.pk
    address = reverse("mail_unsubscribe", args=[spoil(token)])
    for answer in (Client().get(address), Client().post(address, {"List-Unsubscribe": "One-Click"})):
        assert answer.status_code == 404
    assert wants(world.focal_sei)


def test_a_link_of_somebody_who_is_gone(world):
    address = path_of(world.nobody)
    world.nobody.delete()
    assert Client().get(address).status_code == 404


# Whom mail does not reach


def failed_mail(user, **fields):
    return OutgoingMail.objects.create(
        user=user, to=user.email, subject="S", text="T", html="H", created_at=timezone.now(),
        error="550 5.1.1 <No such> mailbox", attempts=1, **fields,
    )  # fmt: skip


def people(user, world):
    return Visitor(user).open(reverse("plan_people", args=[world.plan.code])).text


def test_the_secretariat_sees_whom_mail_does_not_reach(world):
    failed_mail(world.focal_sei)
    page = people(world.secretariat, world)
    assert "Mail does not reach 1 person" in page
    assert page.count("Mail does not arrive") == 1
    assert "The mail server says: 550 5.1.1 <No such> mailbox" in page
    assert "Mail does not" not in people(world.gov_lead, world)


def test_a_mail_that_may_still_go_out_is_no_news_and_a_later_one_that_arrived_is_good_news(world):
    failed_mail(world.focal_mae, next_try_at=timezone.now())
    assert "Mail does not" not in people(world.secretariat, world)
    failed_mail(world.focal_sei)
    failed_mail(world.focal_sei, sent_at=timezone.now() + timedelta(seconds=1))
    assert "Mail does not" not in people(world.secretariat, world)
