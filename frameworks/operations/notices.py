"""What there is to tell people: making notices, each once, and finding out whether they still hold.

A higher app registers each kind of notice with the question whether it is still true: what was done in the meantime is
not mailed any more.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation

from frameworks.models import Notice, User


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    heading: what a digest writes above those of the kind, in the order of `order`. still_true: (notices, on) → ids of those
    that still hold on that day, in a fixed number of queries.
    """

    name: str
    heading: str
    order: int
    still_true: Callable


_KINDS = {}


def register_kind(kind):
    """Makes a kind known. Called once, at start-up."""
    _KINDS[kind.name] = kind


def kind_of(notice):
    """The Kind of a notice. Raises LookupError for one that nobody registered."""
    try:
        return _KINDS[notice.kind]
    except KeyError:
        raise LookupError(f"No app registered the kind of notice {notice.kind!r}.") from None


def rest_of_key(notice):
    """The parts of a notice's key after its first word: what it is about, and as it was then."""
    return notice.key.split("/")[1:]


def still_true(notices, on):
    """The ids of those notices that still hold on that day."""
    by_kind = defaultdict(list)
    for one in notices:
        by_kind[kind_of(one)].append(one)
    return {pk for kind, rows in by_kind.items() for pk in kind.still_true(rows, on)}


@dataclass(frozen=True, slots=True)
class Telling:
    """A notice that is to be made. subject, line: functions without arguments, called in the language of `user`."""

    key: str
    kind: str
    user: User
    subject: Callable
    line: Callable
    url: str = ""
    plan_id: int | None = None
    is_urgent: bool = False


def notify_many(tellings, *, at):
    """Makes a Notice of each whose key is new; returns how many that were. Two queries, whatever the number.

    However often it is called, and by however many at once, a key is told once. Urgent ones are mailed as soon as the
    transaction is through; the others wait for the digest.
    """
    wanted = {one.key: one for one in tellings}
    known = set(Notice.objects.filter(key__in=wanted).values_list("key", flat=True)) if wanted else set()
    rows = [_notice(one, at) for key, one in wanted.items() if key not in known]
    if rows:
        with transaction.atomic(savepoint=False):
            Notice.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
            if any(row.is_urgent for row in rows):
                _send_soon()
    return len(rows)


def _notice(telling, at):
    with translation.override(telling.user.language):
        return Notice(
            key=telling.key,
            kind=telling.kind,
            user=telling.user,
            plan_id=telling.plan_id,
            subject=_one_line(telling.subject(), Notice._meta.get_field("subject").max_length),
            line=str(telling.line()),
            url=telling.url,
            is_urgent=telling.is_urgent,
            created_at=at,
        )


def _one_line(text, length):
    text = " ".join(str(text).split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _send_soon():
    """`robust`: with the broker down the notice waits, and beat's next round takes it."""

    def publish():
        from frameworks.tasks import write_and_send_mail

        write_and_send_mail.delay()

    transaction.on_commit(publish, robust=True)
