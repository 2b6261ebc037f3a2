"""The demo's mail, on its own page (napwps/demo/mail.py, napwps/outbox.py)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from frameworks.models import Notice, OutgoingMail, User
from monitoring.reminders import remind
from napwps.demo.people import email_of
from napwps.demo.schedule import at_clock
from tests.demo.conftest import ANCHOR
from tests.demo.look import plan
from tests.pages import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_mails_were_written_in_the_past_and_count_as_sent():
    mails = OutgoingMail.objects.all()
    assert 10 < mails.count() < 400
    assert not mails.filter(sent_at__isnull=True).exists()
    kinds = set(Notice.objects.filter(mail__isnull=False).values_list("kind", flat=True))
    assert {"due", "returned", "review", "sign", "reminder", "unreached"} <= kinds


def test_nobody_has_two_digests_on_one_day():
    days = [
        (mail.user_id, timezone.localdate(mail.created_at))
        for mail in OutgoingMail.objects.filter(notices__is_urgent=False).distinct()
    ]
    assert len(days) == len(set(days))


def test_the_page_shows_them_newest_first_plain_and_html():
    page = Visitor().open(reverse("demo_outbox"))
    assert "Nothing here was really sent" in page.text
    newest = OutgoingMail.objects.first()
    assert page.page.xpath("//h2")[0].text_content() == newest.subject
    frames = page.page.xpath("//iframe")
    assert len(frames) == len(page.page.xpath("//pre")) == 10
    assert frames[0].get("srcdoc").replace('<base target="_blank">', "") == newest.html
    assert "allow-scripts" not in frames[0].get("sandbox")
    assert len(page.answer.content) < 400_000
    page.open(reverse("demo_outbox") + "?page=2")
    assert newest.subject != page.page.xpath("//h2")[0].text_content() or len(page.page.xpath("//h2")) == 10


def test_digests_need_not_be_waited_for(monkeypatch):
    night = at_clock(ANCHOR + timedelta(days=5), 3)  # a third week of being overdue has begun
    remind(at=night)
    monkeypatch.setattr("django.utils.timezone.now", lambda: night)
    page = Visitor().open(reverse("demo_outbox"))
    before = OutgoingMail.objects.count()
    assert "Write the digests now" in page.buttons()
    page.press("Write the digests now")
    assert "written." in page.text
    assert "Write the digests now" not in page.buttons()
    assert OutgoingMail.objects.count() > before
    assert not OutgoingMail.objects.filter(sent_at__isnull=True).exists()


def test_the_board_says_who_was_reminded_by_whom():
    page = Visitor(User.objects.get(email=email_of("secretariat")))
    page.open(reverse("dashboard", args=[plan().code]))
    assert "Reminded on" in page.text
    assert any(button.startswith("Remind all") for button in page.buttons())
