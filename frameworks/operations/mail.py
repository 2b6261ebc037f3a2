"""From notices to mails: gathering what waits for each person into one message, and sending the messages.

Both may run as often as anybody likes, and in several workers at once: people and mails are locked while somebody is at
work on them, and skipped by everybody else.
"""

from collections import defaultdict
from contextlib import suppress
from datetime import time, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from zoneinfo import ZoneInfo

import pghistory
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from frameworks.letters import site_host, unsubscribe_url, write_letter
from frameworks.models import Notice, OutgoingMail, User
from frameworks.operations.notices import kind_of, still_true

#: When a digest is written, by the reader's own clock: not before people are up, and not late in the evening.
DIGEST_HOURS = (time(7), time(20))
#: So many people's mails are written in one transaction.
PEOPLE_AT_ONCE = 200
#: So many mails go out in one run; the rest is for the next one.
MAILS_AT_ONCE = 200
#: Minutes until the next try after the first, second … failure; after the last one the mail is given up (about two days).
TRY_AGAIN_AFTER = (1, 5, 15, 60, 240, 720, 1440)


def waiting_notices(at):
    """Notices that are in no mail yet, and not dropped, as of the moment `at`."""
    return Notice.objects.filter(mail__isnull=True, dropped_at__isnull=True, created_at__lte=at)


# Writing


def gather(*, at, early=False):
    """Writes one mail to each person for whom notices wait; returns how many were written.

    Urgent notices go at once. The others make a digest: at most one a day, in DIGEST_HOURS of the person's own day, to
    those who want digests. Dropped are notices that no longer hold, that nobody wanted, and those to accounts that are
    switched off. early: digests without regard to the hour and to today's earlier one (for the demo).
    """
    rows = waiting_notices(at).order_by().values_list("user", "user__time_zone", "is_urgent").distinct()
    people = sorted({pk for pk, zone, is_urgent in rows if is_urgent or early or _is_digest_time(zone, at)})
    written = 0
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        with transaction.atomic():
            written += _write_to(people[start : start + PEOPLE_AT_ONCE], at, early)
    return written


def _is_digest_time(zone, at):
    begin, end = DIGEST_HOURS
    return begin <= at.astimezone(_zone(zone)).time() < end


def _zone(name):
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return timezone.get_default_timezone()


def _write_to(user_ids, at, early):
    """The mails of some people, whose rows are locked for it. A fixed number of queries for each kind of notice."""
    users = {
        one.pk: one
        for one in User.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(pk__in=user_ids)
        .order_by("pk")
    }
    notices = defaultdict(list)
    for one in waiting_notices(at).filter(user__in=users).select_related("plan"):
        notices[one.user_id].append(one)
    # Read after the locks: what another worker wrote to them today is there by now.
    last_digests = dict(
        Notice.objects.filter(user__in=notices, is_urgent=False, mail__isnull=False)
        .order_by()
        .values_list("user")
        .annotate(Max("mail__created_at"))
    )
    ready, dropped = [], []
    for pk, rows in notices.items():
        user = users[pk]
        for is_urgent in (True, False):
            some = [one for one in rows if one.is_urgent == is_urgent]
            if not user.is_active or not (is_urgent or user.wants_digests):
                dropped += some
            elif some and (is_urgent or early or _may_have_digest(user, last_digests.get(pk), at)):
                ready.append((user, some, not is_urgent))
    held = still_true([one for _user, some, _digest in ready for one in some], timezone.localdate(at))
    mails, told = [], []
    for user, some, is_digest in ready:
        dropped += [one for one in some if one.pk not in held]
        true = [one for one in some if one.pk in held]
        if true:
            mails.append(_mail_of(user, true, is_digest, at))
            told.append(true)
    OutgoingMail.objects.bulk_create(mails)
    for mail, some in zip(mails, told, strict=True):
        for one in some:
            one.mail = mail
    Notice.objects.bulk_update([one for some in told for one in some], ["mail"], batch_size=1000)
    Notice.objects.filter(pk__in=[one.pk for one in dropped]).update(dropped_at=at)
    return len(mails)


def _may_have_digest(user, last, at):
    zone = _zone(user.time_zone)
    today = at.astimezone(zone).date()
    return _is_digest_time(user.time_zone, at) and (last is None or last.astimezone(zone).date() < today)


def _mail_of(user, notices, is_digest, at):
    letter = write_letter(user, notices, kind_of=kind_of, is_digest=is_digest)
    return OutgoingMail(
        user=user,
        to=user.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        created_at=at,
        next_try_at=at,
    )


# Sending


def send_waiting(*, at, limit=MAILS_AT_ONCE):
    """Sends what is to be tried at the moment `at`, over one connection; returns how many mails the server took.

    Each mail is locked while it is sent, and other workers skip it, so no two send the same one. A worker that dies between
    the server's "250 OK" and the commit leaves its one mail unmarked: that mail is sent again, with the same Message-ID. What
    fails is tried again after TRY_AGAIN_AFTER, then given up; an address that the server refuses for good (5xx) at once. The
    error stays with the mail. Without a connection nothing is tried one by one: all that waits is put off.
    """
    sent, connection = 0, None
    try:
        for _number in range(limit):
            with transaction.atomic():
                mail = _waiting_mails(at).first()
                if mail is None:
                    break
                if connection is None:
                    try:
                        connection = _connected()
                    except (SMTPException, OSError) as error:
                        _put_off_all(at, error)
                        break
                problem = _sent(mail, connection, at)
                sent += problem is None
                if problem is not None and not _goes_on(problem):
                    # Whatever state the conversation is in: the next mail begins a new one.
                    _close(connection)
                    connection = None
    finally:
        if connection is not None:
            _close(connection)
    return sent


def _waiting_mails(at):
    return (
        OutgoingMail.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(sent_at__isnull=True, next_try_at__lte=at)
        .select_related("user")
        .order_by("next_try_at", "pk")
    )


def _connected():
    connection = get_connection()
    connection.open()
    return connection


def _close(connection):
    with suppress(SMTPException, OSError):  # the other side went first
        connection.close()


def _sent(mail, connection, at):
    """Sends one mail and records how it went; returns the error, or None."""
    try:
        connection.send_messages([message_of(mail)])
    except (SMTPException, OSError) as error:
        _record_failure(mail, at, error)
        mail.save(update_fields=["attempts", "error", "next_try_at"])
        return error
    mail.attempts += 1
    mail.sent_at, mail.error, mail.next_try_at = at, "", None
    mail.save(update_fields=["attempts", "sent_at", "error", "next_try_at"])
    return None


def message_of(mail):
    """The e-mail message of a row: plain text and HTML, and for digests the way out (RFC 8058)."""
    headers = {
        "Message-ID": f"<{mail.public_id}@{site_host()}>",
        "Auto-Submitted": "auto-generated",
    }
    if mail.user is not None and mail.notices.filter(is_urgent=False).exists():
        headers["List-Unsubscribe"] = f"<{unsubscribe_url(mail.user)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        subject=mail.subject, body=mail.text, from_email=settings.DEFAULT_FROM_EMAIL, to=[mail.to],
        headers=headers,
    )  # fmt: skip
    message.attach_alternative(mail.html, "text/html")
    return message


def _record_failure(mail, at, error):
    mail.attempts += 1
    mail.error = _in_words(error)
    is_last = mail.attempts > len(TRY_AGAIN_AFTER) or _is_final(error)
    mail.next_try_at = None if is_last else at + timedelta(minutes=TRY_AGAIN_AFTER[mail.attempts - 1])


def _put_off_all(at, error):
    """No server: every mail that waits has had this attempt."""
    mails = list(_waiting_mails(at))
    for mail in mails:
        _record_failure(mail, at, error)
    OutgoingMail.objects.bulk_update(mails, ["attempts", "error", "next_try_at"], batch_size=1000)


def _goes_on(error):
    """Whether the server only refused the address, and takes the next mail over the same connection (421: it hangs up)."""
    return isinstance(error, SMTPRecipientsRefused) and all(
        code != 421 for code, _words in error.recipients.values()
    )


def _is_final(error):
    """Whether the server refuses the address for good: a 5xx for the one recipient (RFC 5321, 4.2.1)."""
    return isinstance(error, SMTPRecipientsRefused) and all(
        code >= 500 for code, _words in error.recipients.values()
    )


def _in_words(error):
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(_answer(code, words) for code, words in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def _answer(code, words):
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return f"{code} {text}".replace("\x00", "")


# What people want


def given_up(user_ids):
    """user id → the newest mail that could not be delivered, where none was delivered since. One query."""
    newest = (
        OutgoingMail.objects.filter(user__in=user_ids)
        .exclude(sent_at__isnull=True, next_try_at__isnull=False)
        .order_by("user_id", "-created_at", "-pk")
        .distinct("user_id")
    )
    return {mail.user_id: mail for mail in newest if mail.sent_at is None}


def set_digests(*, user, wanted, by):
    """Turns the digests of `user` on or off. by: the person, or None for whoever has the link in a mail."""
    with transaction.atomic(), pghistory.context(user=by.pk if by else None, action="digests"):
        User.objects.filter(pk=user.pk).update(wants_digests=wanted)
    user.wants_digests = wanted
    return user
