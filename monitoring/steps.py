"""The recorded steps of submissions, in words: who did what and when."""

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.models import StateChange
from monitoring.models import Submission
from monitoring.models.submission import SubmissionState as S

#: action → (done, tone of the timeline).
DONE = {
    "submit": (gettext_lazy("submitted"), "info"),
    "accept": (gettext_lazy("accepted"), "ok"),
    "return": (gettext_lazy("returned"), "warn"),
    "contribute": (gettext_lazy("handed over"), "info"),
    "go_along": (gettext_lazy("submitted, with the lead's report,"), "info"),
    "withdraw": (gettext_lazy("took back"), "neutral"),
    "send_back": (gettext_lazy("sent back"), "warn"),
    "endorse": (gettext_lazy("endorsed"), "good"),
    "dissent": (gettext_lazy("recorded a dissent on"), "bad"),
}


def moment(at, now):
    """ "at 14:05" of the same day, else "on 3 March 2025 at 14:05", in the reader's time zone."""
    local = timezone.localtime(at)
    clock = time_format(local, "H:i")
    if local.date() == timezone.localdate(now):
        return _("at %(time)s") % {"time": clock}
    return _("on %(date)s at %(time)s") % {"date": date_format(local.date(), "j F Y"), "time": clock}


def step_text(change, now):
    """ "Ana Ximenes submitted this at 14:05." """
    done, _tone = DONE.get(change.action, (_("changed"), "neutral"))
    return _("%(who)s %(did)s this %(when)s.") % {
        "who": change.by or _("The system"),
        "did": done,
        "when": moment(change.at, now),
    }


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline."""

    change: StateChange
    done: str
    tone: str


def timeline(submission):
    """The steps of a submission, newest first."""
    changes = StateChange.objects.filter(
        subject_type=ContentType.objects.get_for_model(Submission), subject_id=submission.pk
    ).select_related("by")
    return [
        Step(change, *(str(one) for one in DONE.get(change.action, (change.to_state, "neutral"))))
        for change in changes.order_by("-at", "-pk")
    ]


def latest_returns(submissions):
    """submission id → the StateChange with which it was returned, for those that are returned now. One query."""
    returned = [one.pk for one in submissions if one.state == S.RETURNED]
    if not returned:
        return {}
    changes = (
        StateChange.objects.filter(
            subject_type=ContentType.objects.get_for_model(Submission),
            subject_id__in=returned,
            action__in=("return", "send_back"),
        )
        .select_related("by")
        .order_by("at", "pk")
    )
    return {change.subject_id: change for change in changes}


def path_of(submission, *, is_overdue=False):
    """The steps of the stepper: draft, submitted, accepted, endorsed; a return is a problem of the first.

    A part is handed to its accountable lead in between.
    """
    order = [S.DRAFT, S.SUBMITTED, S.ACCEPTED, S.ENDORSED]
    if submission.is_part:
        order.insert(1, S.CONTRIBUTED)
    state = S.DRAFT if submission.state == S.RETURNED else submission.state
    here = order.index(state)
    steps = []
    for place, one in enumerate(order):
        label, note = one.label, ""
        if place < here or state == S.ENDORSED:
            kind = "done"
        elif place == here:
            kind = "current"
            if submission.state == S.RETURNED:
                label, kind = S.RETURNED.label, "problem"
            elif is_overdue:
                kind, note = "problem", _("Overdue")
        else:
            kind = "todo"
        if one == S.ACCEPTED and state == S.ACCEPTED:
            note = _("waiting for both endorsements")
        if one == S.CONTRIBUTED and state == S.CONTRIBUTED:
            note = _("waiting for %(lead)s") % {"lead": submission.accountable}
        if one == S.SUBMITTED and state == S.SUBMITTED:
            note = _("waiting for the co-leads")
        steps.append({"label": label, "state": kind, "note": note})
    return steps
