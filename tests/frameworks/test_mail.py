"""From notices to mails, and mails over a real SMTP server on loopback (frameworks/operations/mail.py)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from frameworks.letters import MOST_LINES
from frameworks.models import Notice, OutgoingMail, User
from frameworks.operations import mail as mail_module
from frameworks.operations import notices
from frameworks.operations.mail import TRY_AGAIN_AFTER, gather, given_up, send_waiting
from frameworks.operations.notices import Kind, Telling, notify_many
from napwps.embedded.processes import free_port
from tests import smtp
from tests.world import make_plan, make_user

pytestmark = pytest.mark.django_db

#: Ten in the morning in Dili; the day after, half an hour before the digests.
MORNING = datetime(2025, 1, 20, 1, 0, tzinfo=UTC)
NEXT_DAY_EARLY = datetime(2025, 1, 20, 21, 30, tzinfo=UTC)
NEXT_DAY = datetime(2025, 1, 20, 22, 30, tzinfo=UTC)


@pytest.fixture
def over():
    """Ids of notices of the test's own kind that do not hold any more."""
    gone = set()
    kinds = dict(notices._KINDS)
    notices.register_kind(
        Kind("test", "Tested", 1, lambda rows, on: {one.pk for one in rows} - gone),
    )
    yield gone
    notices._KINDS.clear()
    notices._KINDS.update(kinds)


@pytest.fixture
def ana(over):
    return make_user("ana", display_name="Ana da Costa")


@pytest.fixture
def server(settings):
    with smtp.smtp_server() as (port, mailbox):
        smtp.use(settings, port)
        yield mailbox


def telling(user, key="one", *, urgent=False, subject="Report due", line="Hand it in.", plan=None):
    return Telling(
        key=f"test/{key}/{user.pk}",
        kind="test",
        user=user,
        subject=lambda: subject,
        line=lambda: line,
        url="/plans/",
        plan_id=plan.pk if plan else None,
        is_urgent=urgent,
    )


def tell(user, *keys, at=MORNING, **fields):
    return notify_many([telling(user, key, **fields) for key in keys], at=at)


# Notices


def test_one_event_is_told_once_however_often_it_is_told(ana):
    assert tell(ana, "a", "b") == 2
    assert tell(ana, "a", "b", "c") == 1
    assert tell(ana, "a") == 0
    assert notify_many([], at=MORNING) == 0
    assert Notice.objects.count() == 3


def test_many_notices_cost_as_much_as_one(ana, django_assert_num_queries):
    people = [make_user(f"p{number}") for number in range(50)]
    for some in ([ana], people[:3], people):
        # which are known, and the new ones
        with django_assert_num_queries(2):
            notify_many([telling(one, f"n{len(some)}") for one in some], at=MORNING)
        with django_assert_num_queries(1):
            notify_many([telling(one, f"n{len(some)}") for one in some], at=MORNING)


def test_a_notice_is_in_the_language_of_its_reader(ana):
    ana.language = "pt"
    spoken = []
    say = lambda: spoken.append(translation.get_language()) or "x"  # noqa: E731
    notify_many([Telling(key="k", kind="test", user=ana, subject=say, line=say)], at=MORNING)
    assert spoken == ["pt", "pt"]
    assert translation.get_language() == "en"


def test_a_subject_is_one_line_and_fits(ana):
    tell(ana, "a", subject="A\nBcc: somebody@else.example\n" + "x" * 300)
    (one,) = Notice.objects.all()
    assert one.subject.startswith("A Bcc: somebody@else.example xxx")
    assert len(one.subject) == 200


# Gathering


def test_a_digest_rather_than_a_flood(ana):
    tell(ana, "a", "b", "c")
    assert gather(at=MORNING) == 1
    assert gather(at=MORNING) == 0
    (mail,) = OutgoingMail.objects.all()
    assert mail.subject == "Report due, and 2 more things"
    assert mail.text.count("* Report due\n  Hand it in.\n  http://testserver/plans/") == 3
    assert mail.html.count('href="http://testserver/plans/"') == 3
    assert mail.notices.count() == 3


def test_one_digest_a_day_by_the_readers_own_clock(ana):
    tell(ana, "a")
    assert gather(at=MORNING) == 1
    tell(ana, "b", "c")
    assert gather(at=MORNING + timedelta(hours=3)) == 0
    assert gather(at=NEXT_DAY_EARLY) == 0  # half past six in Dili
    assert gather(at=NEXT_DAY) == 1
    assert OutgoingMail.objects.first().notices.count() == 2


@pytest.mark.parametrize(
    ("zone", "written"),
    [("Asia/Dili", 1), ("Pacific/Auckland", 1), ("Europe/London", 0), ("Nowhere/Else", 1)],
)
def test_nobody_gets_a_digest_at_night(ana, zone, written):
    User.objects.filter(pk=ana.pk).update(time_zone=zone)
    tell(ana, "a")
    assert gather(at=MORNING) == written


def test_what_is_urgent_goes_at_any_hour_and_beside_the_digest(ana):
    tell(ana, "a")
    gather(at=MORNING)
    tell(ana, "b", urgent=True, subject="Returned")
    tell(ana, "c")
    assert gather(at=NEXT_DAY_EARLY) == 1
    mail = OutgoingMail.objects.first()
    assert mail.subject == "Returned"
    assert [one.key for one in mail.notices.all()] == [f"test/b/{ana.pk}"]


def test_those_who_want_no_digests_get_what_is_urgent(ana):
    User.objects.filter(pk=ana.pk).update(wants_digests=False)
    tell(ana, "a", "b")
    tell(ana, "c", urgent=True, subject="Returned")
    assert gather(at=MORNING) == 1
    assert OutgoingMail.objects.get().subject == "Returned"
    assert Notice.objects.filter(dropped_at=MORNING).count() == 2
    User.objects.filter(pk=ana.pk).update(wants_digests=True)
    assert gather(at=NEXT_DAY) == 0  # what was not wanted is not sent later on


def test_what_no_longer_holds_is_dropped(ana, over):
    tell(ana, "a", "b")
    tell(ana, "c", urgent=True)
    over |= set(Notice.objects.exclude(key__startswith="test/b").values_list("pk", flat=True))
    assert gather(at=MORNING) == 1
    assert OutgoingMail.objects.get().notices.get().key.startswith("test/b/")
    assert Notice.objects.filter(dropped_at__isnull=False).count() == 2
    assert gather(at=NEXT_DAY) == 0


def test_an_account_that_is_switched_off_gets_nothing(ana):
    tell(ana, "a")
    tell(ana, "b", urgent=True)
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert gather(at=MORNING) == 0
    assert Notice.objects.filter(dropped_at=MORNING).count() == 2


def test_digests_can_be_written_early_for_the_demo(ana):
    tell(ana, "a")
    gather(at=MORNING)
    tell(ana, "b")
    assert gather(at=NEXT_DAY_EARLY, early=True) == 1


def test_a_kind_that_nobody_registered_is_a_mistake(ana):
    notify_many([Telling(key="k", kind="gone", user=ana, subject=str, line=str)], at=MORNING)
    with pytest.raises(LookupError, match="gone"):
        gather(at=MORNING)


def test_writing_costs_the_same_for_one_person_and_for_fifty(ana, django_assert_num_queries):
    people = [make_user(f"p{number}") for number in range(50)]
    for day, some in enumerate(([ana], people[:3], people)):
        at = MORNING + timedelta(days=day)
        for key in "abc":
            notify_many([telling(one, f"{day}{key}") for one in some], at=at)
        # who waits; in a savepoint (2) people, notices, last digests, the mails, which notices are in them
        with django_assert_num_queries(8):
            assert gather(at=at) == len(some)
    with django_assert_num_queries(1):
        assert gather(at=at) == 0


# Letters


def test_a_letter_in_the_language_of_its_reader(ana, settings, tmp_path):
    """A catalogue of two sentences, made here: every text of the mail comes out of the reader's."""
    from django.utils.translation import trans_real

    folder = tmp_path / "pt" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(
        catalogue(
            {
                "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n!=1;\n",
                "Dear %(name)s,": "Caro(a) %(name)s,",
                "You get at most one such mail a day.": "Recebe no máximo uma mensagem por dia.",
            }
        )
    )
    settings.LANGUAGES = [("en", "English"), ("pt", "Português")]
    settings.LOCALE_PATHS = [tmp_path]
    trans_real._translations.clear()
    try:
        User.objects.filter(pk=ana.pk).update(language="pt")
        tell(ana, "a")
        gather(at=MORNING)
    finally:
        trans_real._translations.clear()
    mail = OutgoingMail.objects.get()
    assert mail.text.startswith("Caro(a) Ana da Costa,")
    assert "Recebe no máximo uma mensagem por dia." in mail.text
    assert "Caro(a) Ana da Costa," in mail.html
    assert '<html lang="pt">' in mail.html
    assert translation.get_language() == "en"


def catalogue(messages):
    """The bytes of a .mo file (GNU gettext's format)."""
    import struct

    keys = sorted(messages)
    ids = [key.encode() for key in keys]
    texts = [messages[key].encode() for key in keys]
    offset = 7 * 4 + 16 * len(keys)
    tables, data = [], b""
    for rows in (ids, texts):
        for row in rows:
            tables.append((len(row), offset + len(data)))
            data += row + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    return header + b"".join(struct.pack("<2I", *pair) for pair in tables) + data


def test_a_letter_is_light_and_asks_nobody_for_pictures(ana):
    tell(ana, *map(str, range(MOST_LINES + 3)), line="A sentence of the usual length about a report. " * 3)
    gather(at=MORNING)
    mail = OutgoingMail.objects.get()
    assert len(mail.html) < 100_000  # mail programs cut what is longer
    for word in ("<img", "<script", "<link", "url(", "@import"):
        assert word not in mail.html, word
    assert mail.html.count('class="thing"') == MOST_LINES
    assert "3 more things wait for you on the site" in mail.html
    assert "3 more things wait for you on the site" in mail.text
    assert all(len(line) <= 78 or "http" in line for line in mail.text.splitlines())
    assert len(mail.subject) <= 120


def test_what_people_typed_is_text_in_the_html(ana):
    tell(ana, "a", subject="<b>1</b> & 2", line="First <i>line</i>\nSecond line")
    gather(at=MORNING)
    mail = OutgoingMail.objects.get()
    assert "&lt;b&gt;1&lt;/b&gt; &amp; 2" in mail.html
    assert "First &lt;i&gt;line&lt;/i&gt;<br>Second line" in mail.html
    assert "* <b>1</b> & 2\n  First <i>line</i>\n  Second line\n" in mail.text


def test_the_plan_is_named_where_a_mail_tells_of_several(ana):
    one, other = make_plan(), make_plan("PH-NAP-2023-2033", country="PH")
    tell(ana, "a", plan=one)
    gather(at=MORNING)
    assert "TL-NAP-2024-2028" not in OutgoingMail.objects.get().text
    tell(ana, "b", plan=one)
    tell(ana, "c", plan=other)
    gather(at=NEXT_DAY)
    text = OutgoingMail.objects.first().text
    assert "* TL-NAP-2024-2028: Report due" in text
    assert "* PH-NAP-2023-2033: Report due" in text


# Sending, over a real SMTP server


def test_a_mail_arrives_plain_and_html_with_the_way_out(ana, server, settings):
    settings.DEFAULT_FROM_EMAIL = "NAP WPS Tracker <noreply@tracker.example>"
    tell(ana, "a", subject="Report of Díli due")
    gather(at=MORNING)
    assert send_waiting(at=MORNING) == 1
    assert send_waiting(at=MORNING) == 0
    (message,) = server.messages
    assert message.recipients == [ana.email]
    assert message["Subject"] == "Report of Díli due"
    assert message["From"] == "NAP WPS Tracker <noreply@tracker.example>"
    assert message["To"] == ana.email
    assert message.get_content_type() == "multipart/alternative"
    assert "Dear Ana da Costa," in smtp.part(message, "plain")
    assert "<title>Report of Díli due</title>" in smtp.part(message, "html")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].strip().startswith("<http://testserver/account/mail/unsubscribe/")
    mail = OutgoingMail.objects.get()
    assert message["Message-ID"] == f"<{mail.public_id}@testserver>"
    assert (mail.sent_at, mail.attempts, mail.error, mail.next_try_at) == (MORNING, 1, "", None)


def test_an_urgent_mail_cannot_be_unsubscribed_from(ana, server):
    tell(ana, "a", urgent=True)
    gather(at=MORNING)
    send_waiting(at=MORNING)
    assert server.messages[0]["List-Unsubscribe"] is None
    assert "unsubscribe" not in smtp.part(server.messages[0], "plain")


def test_many_mails_over_one_connection(ana, server):
    for number in range(5):
        tell(make_user(f"p{number}"), "a")
    gather(at=MORNING)
    assert send_waiting(at=MORNING, limit=3) == 3
    assert send_waiting(at=MORNING) == 2
    assert len(server.messages) == 5
    assert server.connections == 2


def test_an_address_that_is_refused_for_good_does_not_hold_up_the_others(ana, server):
    bruno = make_user("bruno")
    server.refuse[ana.email] = "550 5.1.1 No such mailbox"
    tell(ana, "a")
    tell(bruno, "a")
    gather(at=MORNING)
    assert send_waiting(at=MORNING) == 1
    refused = OutgoingMail.objects.get(user=ana)
    assert (refused.sent_at, refused.next_try_at, refused.attempts) == (None, None, 1)
    assert refused.error == "550 5.1.1 No such mailbox"
    assert send_waiting(at=MORNING + timedelta(days=9)) == 0
    assert [mail.recipients for mail in server.messages] == [[bruno.email]]
    assert server.connections == 1
    assert given_up([ana.pk, bruno.pk]) == {ana.pk: refused}
    server.refuse.clear()
    tell(ana, "b")
    gather(at=NEXT_DAY)
    assert given_up([ana.pk])  # not yet delivered
    send_waiting(at=NEXT_DAY)
    assert given_up([ana.pk]) == {}


def test_what_fails_for_now_is_tried_again_and_given_up_in_the_end(ana, server):
    server.refuse[ana.email] = "451 4.3.0 Try later"
    tell(ana, "a")
    gather(at=MORNING)
    at = MORNING
    for number, minutes in enumerate(TRY_AGAIN_AFTER, start=1):
        assert send_waiting(at=at) == 0
        mail = OutgoingMail.objects.get()
        assert (mail.attempts, mail.error) == (number, "451 4.3.0 Try later")
        assert mail.next_try_at == at + timedelta(minutes=minutes)
        assert send_waiting(at=mail.next_try_at - timedelta(seconds=1)) == 0
        assert OutgoingMail.objects.get().attempts == number
        at = mail.next_try_at
    send_waiting(at=at)
    mail = OutgoingMail.objects.get()
    assert (mail.next_try_at, mail.sent_at, mail.attempts) == (None, None, len(TRY_AGAIN_AFTER) + 1)
    assert mail.error == "451 4.3.0 Try later"
    server.refuse.clear()
    assert send_waiting(at=at + timedelta(days=30)) == 0


def test_a_server_that_is_down_costs_one_try_and_is_up_again_later(ana, settings, monkeypatch):
    port = free_port()
    smtp.use(settings, port)
    for one in (ana, make_user("bruno")):
        tell(one, "a")
    gather(at=MORNING)
    tries = []
    connect = mail_module._connected
    monkeypatch.setattr(mail_module, "_connected", lambda: tries.append(1) or connect())
    assert send_waiting(at=MORNING) == 0
    assert tries == [1]
    for mail in OutgoingMail.objects.all():
        assert (mail.attempts, mail.next_try_at) == (1, MORNING + timedelta(minutes=1))
        assert "refused" in mail.error
    with smtp.smtp_server(port) as (_port, mailbox):
        assert send_waiting(at=MORNING + timedelta(minutes=1)) == 2
    assert len(mailbox.messages) == 2
    assert set(OutgoingMail.objects.values_list("error", "attempts")) == {("", 2)}


def test_a_server_that_hangs_up_is_called_again_for_the_next(ana, server):
    server.refuse[ana.email] = "421 4.3.2 Going down"  # closes the conversation (RFC 5321, 3.8)
    bruno = make_user("bruno")
    tell(ana, "a")
    tell(bruno, "a")
    gather(at=MORNING)
    assert send_waiting(at=MORNING) == 1
    assert [mail.recipients for mail in server.messages] == [[bruno.email]]
    assert OutgoingMail.objects.get(user=ana).next_try_at == MORNING + timedelta(minutes=1)


def test_sending_costs_the_same_for_each_mail(ana, settings, django_assert_num_queries):
    people = [make_user(f"p{number}") for number in range(53)]
    for day, some in enumerate((people[:1], people[:3], people[3:])):
        at = MORNING + timedelta(days=day)
        notify_many([telling(one, str(day)) for one in some], at=at)
        gather(at=at)
        # each: a savepoint (2), the mail, whether it is a digest, its mark; at the end one look (3) that finds nothing
        with django_assert_num_queries(5 * len(some) + 3):
            assert send_waiting(at=at) == len(some)
