"""The secretariat reminds institutions by hand: at once, but each of them once a day at most."""

from dataclasses import dataclass, field

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from frameworks.models import Notice, ReportingRound, User
from frameworks.operations.notices import Telling, notify_many
from frameworks.permissions import Permission, require_permission
from frameworks.recipients import by_institution
from monitoring.reminders import my_report_url, outs
from monitoring.still_true import out_on


@dataclass(frozen=True, slots=True)
class LastReminder:
    """When an institution was last reminded by hand, and by whom (None: an account that is gone)."""

    at: object
    by: User | None

    def is_of(self, day):
        return timezone.localdate(self.at) == day


@dataclass
class Reminded:
    """What came of it: institutions that were reminded, those reminded today already, those with nobody whom mail reaches."""

    reminded: list = field(default_factory=list)
    already: list = field(default_factory=list)
    unreached: list = field(default_factory=list)


def institutions_out(round, on):
    """Ids of the institutions that can be reminded: something of theirs is out and can still be handed in."""
    return set(out_on(on).filter(round=round).order_by().values_list("institution", flat=True))


def last_reminders(round):
    """institution id → LastReminder. Three queries. `round` with its plan."""
    events = Notice.pgh_event_model.objects.filter(
        pgh_label="insert", kind="reminder", plan=round.plan_id, url=my_report_url(round)
    ).select_related("pgh_context")
    latest = {}
    for event in events.order_by("created_at", "pgh_id"):
        latest[int(event.key.split("/")[-3])] = event
    by = {
        pk: event.pgh_context.metadata.get("user") if event.pgh_context else None
        for pk, event in latest.items()
    }
    users = User.objects.in_bulk({user for user in by.values() if user}) if by else {}
    return {pk: LastReminder(event.created_at, users.get(by[pk])) for pk, event in latest.items()}


@transaction.atomic
def remind_by_hand(*, round, by, at, institution=None):
    """Reminds one institution, or (None) all of which something is out. Returns what came of it (Reminded).

    Raises PermissionDenied. Two people who press at the same time remind once.
    """
    require_permission(by, Permission.MANAGE_ROUNDS, round)
    round = (
        ReportingRound.objects.select_for_update(of=("self",), no_key=True)
        .select_related("plan")
        .get(pk=round.pk)
    )
    on = timezone.localdate(at)
    rows = out_on(on).filter(round=round)
    if institution is not None:
        rows = rows.filter(institution=institution)
    found = {}
    for one in outs(rows):
        found.setdefault(one.institution, []).append(one)
    last = last_reminders(round)
    reporters = by_institution(Permission.EDIT_SUBMISSION, plans=[round.plan_id], on=on)
    result, told = Reminded(), []
    for one, rows_of_it in found.items():
        users = reporters.get((round.plan_id, one.pk), ())
        if one.pk in last and last[one.pk].is_of(on):
            result.already.append(one)
        elif not users:
            result.unreached.append(one)
        else:
            result.reminded.append(one)
            told += [_reminder(out, user, by, on) for out in rows_of_it for user in users]
    with pghistory.context(user=by.pk, action="remind"):
        notify_many(told, at=at)
    return result


def _reminder(out, user, by, on):
    def subject():
        if on > out.due_on:
            return _("%(institution)s: the report for round %(round)s was due on %(day)s") % out.names()
        return _("%(institution)s: the report for round %(round)s is due on %(day)s") % out.names()

    def line():
        asks = _("%(who)s asks you to hand it in.") % {"who": by}
        return _("Not handed in yet: %(pillars)s.") % out.names() + f" {asks}"

    return Telling(
        key=f"reminder/{on.isoformat()}/{out.key}/{user.pk}",
        kind="reminder",
        user=user,
        plan_id=out.round.plan_id,
        subject=subject,
        line=line,
        url=my_report_url(out.round),
        is_urgent=True,
    )
