"""Deadlines of a day: who is to be told today that a round is open, that a report is due soon, or overdue.

One line for each institution, round and deadline, whatever the number of its pillars. The deadline is the one that counts
for the submission: its own where the calendar gave it one, else the round's. A new deadline reminds anew.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frameworks.models import RoundException, StateChange
from frameworks.models.round import ExceptionKind
from frameworks.operations.notices import Telling, notify_many
from frameworks.permissions import Permission
from frameworks.recipients import by_institution, by_plan
from monitoring.models import Submission
from monitoring.models.submission import SubmissionState
from monitoring.still_true import out_on
from monitoring.telling import QUOTED

#: Days before the deadline on which people are reminded.
DAYS_BEFORE = (14, 7)
#: Somebody who was told so many days ago that the round is open is not reminded of its deadline yet, except on the last day.
QUIET_AFTER_OPENING = 3
#: A reminder that nobody could be sent on its day (no worker ran) may be so many days late; then the next one says more.
GRACE = 3


def stage(*, on, opened_on, due_on):
    """What is to be said on a day: "opened", "due/14", "due/7", "due/1", or "overdue/<week>", counted from 0.

    "opened" stands for every other day, too: it goes to whoever has not been told yet, such as a new focal point.
    """
    left = (due_on - on).days
    if left < 0:
        return f"overdue/{(-left - 1) // 7}"
    if left <= 1:
        return "due/1"
    if (on - opened_on).days >= QUIET_AFTER_OPENING:
        for days in DAYS_BEFORE:
            if days - GRACE < left <= days:
                return f"due/{days}"
    return "opened"


@dataclass
class Out:
    """What one institution still has out in one round by one deadline."""

    round: object
    institution: object
    due_on: object
    closes_on: object
    opened_on: object
    submissions: list = field(default_factory=list)

    @property
    def key(self):
        return f"{self.round.pk}/{self.institution.pk}/{self.due_on.isoformat()}"

    def titles(self):
        """The pillars in words; what is a part of somebody else's report says so."""
        found = [
            _("%(pillar)s (part of %(lead)s's)") % {"pillar": one.pillar.name, "lead": one.accountable}
            if one.accountable_id
            else one.pillar.name
            for one in self.submissions
        ]
        return get_text_list(found, _("and"))

    def names(self):
        return {
            "institution": self.institution,
            "round": self.round,
            "day": date_format(self.due_on),
            "last": date_format(self.closes_on),
            "pillars": self.titles(),
        }


def outs(submissions):
    """[Out] of submissions (a queryset), each with its rows in the order of the pillars. One query."""
    found = {}
    rows = submissions.select_related("round__plan", "institution", "pillar", "accountable").order_by(
        "round", "institution", "pillar__order", "pillar__code", "pk"
    )
    for one in rows:
        opened_on = max(one.opens_on, timezone.localdate(one.round.opened_at))
        key = (one.round_id, one.institution_id, one.due_on)
        if key not in found:
            found[key] = Out(one.round, one.institution, one.due_on, one.closes_on, opened_on)
        found[key].submissions.append(one)
    return list(found.values())


def remind(*, at, rounds=None):
    """Makes the notices of the day; returns how many were new. rounds: ids, None for all. Safe to run at any time, again.

    A fixed number of queries.
    """
    on = timezone.localdate(at)
    still_out = out_on(on) if rounds is None else out_on(on).filter(round__in=rounds)
    exceptions = _exceptions(still_out, on)
    drafts = outs(still_out.filter(state=SubmissionState.DRAFT))
    returned = _returned_long_ago(still_out.filter(state=SubmissionState.RETURNED), on)
    plans = {one.round.plan_id for one in (*drafts, *exceptions.values(), *(row for row, _week in returned))}
    reporters = by_institution(Permission.EDIT_SUBMISSION, plans=plans, on=on)
    told, unreached = [], defaultdict(list)
    for one in drafts:
        step = stage(on=on, opened_on=one.opened_on, due_on=one.due_on)
        if step == "opened" and _has_more_time(exceptions.get((one.round.pk, one.institution.pk))):
            continue  # the line about the exception says until when
        users = reporters.get((one.round.plan_id, one.institution.pk), ())
        if not users:
            unreached[one.round, step, one.due_on].append(one)
        told += [_due(one, step, user) for user in users]
    for submission, week in returned:
        users = reporters.get((submission.round.plan_id, submission.institution_id), ())
        told += [_still_returned(submission, week, user) for user in users]
    for one in exceptions.values():
        users = reporters.get((one.round.plan_id, one.institution_id), ())
        told += [_excepted(one, user) for user in users]
    if unreached:
        told += _unreached(unreached, plans, on)
    return notify_many(told, at=at)


def remind_of_opening(*, round, by, at):
    """For frameworks.changes.subscribe_round_opened; after the drafts were made."""
    remind(at=at, rounds=[round.pk])


def my_report_url(round):
    return reverse("my_report", args=[round.plan.code, round.label])


def _due(out, step, user):
    return Telling(
        key=f"due/{step}/{out.key}/{user.pk}",
        kind="due",
        user=user,
        plan_id=out.round.plan_id,
        subject=lambda: _due_subject(out, step),
        line=lambda: _due_line(out, step),
        url=my_report_url(out.round),
    )


def _due_subject(out, step):
    if step == "opened":
        return _("Round %(round)s is open: %(institution)s reports until %(day)s") % out.names()
    if step.startswith("due"):
        return _("%(institution)s: the report for round %(round)s is due on %(day)s") % out.names()
    return _("%(institution)s: the report for round %(round)s was due on %(day)s") % out.names()


def _due_line(out, step):
    if step == "opened":
        return _("To report on: %(pillars)s.") % out.names()
    if step.startswith("due"):
        return _("Not handed in yet: %(pillars)s.") % out.names()
    return _("Not handed in yet: %(pillars)s. It is taken until %(last)s.") % out.names()


# Returned, and still out


def _returned_long_ago(submissions, on):
    """[(Submission, weeks since)] of what was returned a week ago or more, from the recorded steps. One query."""
    last = (
        StateChange.objects.filter(
            subject_type=ContentType.objects.get_for_model(Submission),
            subject_id=OuterRef("pk"),
            to_state=SubmissionState.RETURNED,
        )
        .order_by("-at")
        .values("at")[:1]
    )
    rows = submissions.annotate(returned_at=Subquery(last)).select_related(
        "round__plan", "institution", "pillar"
    )
    weeks = [(one, (on - timezone.localdate(one.returned_at)).days // 7) for one in rows if one.returned_at]
    return [(one, number) for one, number in weeks if number >= 1]


def _still_returned(submission, week, user):
    names = {
        "institution": submission.institution,
        "pillar": submission.pillar.name,
        "round": submission.round,
    }
    return Telling(
        key=f"still_returned/{submission.pk}/{submission.cycle}-{week}/{user.pk}",
        kind="still_returned",
        user=user,
        plan_id=submission.round.plan_id,
        subject=lambda: _("%(institution)s's report on %(pillar)s is still with you") % names,
        line=lambda: (
            ngettext(
                "It was returned %(n)d week ago, for round %(round)s. Change it and hand it in again.",
                "It was returned %(n)d weeks ago, for round %(round)s. Change it and hand it in again.",
                week,
            )
            % {"n": week, "round": submission.round}
        ),
        url=reverse("submission", args=[submission.pk]),
    )


# Exceptions


def _exceptions(submissions, on):
    """(round id, institution id) → RoundException in force, where something is out. One query."""
    rows = (
        RoundException.objects.in_force(on)
        .filter(Exists(submissions.filter(round=OuterRef("round"), institution=OuterRef("institution"))))
        .select_related("round__plan", "institution")
    )
    return {(one.round_id, one.institution_id): one for one in rows}


def _has_more_time(exception):
    return exception is not None and exception.kind == ExceptionKind.EXTENSION


def _excepted(exception, user):
    def names():
        return {
            "institution": exception.institution,
            "round": exception.round,
            "day": date_format(exception.until),
        }

    def subject():
        if _has_more_time(exception):
            return _("%(institution)s has more time for round %(round)s: until %(day)s") % names()
        return _("%(institution)s can report for round %(round)s again: until %(day)s") % names()

    return Telling(
        key=f"exception/{exception.pk}/{user.pk}",
        kind="exception",
        user=user,
        plan_id=exception.round.plan_id,
        subject=subject,
        line=lambda: _("The reason: %(reason)s") % {"reason": Truncator(exception.reason).chars(QUOTED)},
        url=my_report_url(exception.round),
    )


# Nobody to tell


def _unreached(unreached, plans, on):
    """One line a round, step and deadline for the secretariat: which institutions nobody could be told at."""
    secretariat = by_plan(Permission.MANAGE_ROUNDS, plans=plans, on=on)
    return [
        Telling(
            key=f"unreached/{step}/{round.pk}/{due_on.isoformat()}/{user.pk}",
            kind="unreached",
            user=user,
            plan_id=round.plan_id,
            subject=lambda rows=rows: _unreached_subject(rows),
            line=lambda rows=rows: _("Nobody there was told of the report for round %(round)s, due on %(day)s.")
            % rows[0].names(),
            url=reverse("plan_people", args=[round.plan.code]),
        )
        for (round, step, due_on), rows in unreached.items()
        for user in secretariat.get(round.plan_id, ())
    ]  # fmt: skip


def _unreached_subject(rows):
    return ngettext(
        "%(institutions)s has no focal point whom mail reaches",
        "%(institutions)s have no focal point whom mail reaches",
        len(rows),
    ) % {"institutions": get_text_list([str(one.institution) for one in rows], _("and"))}
