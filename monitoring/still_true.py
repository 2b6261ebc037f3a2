"""The kinds of notices about reporting and review, and whether what one says still holds when its mail is written.

What was done in the meantime, or is somebody else's seat by now, is not mailed any more.
"""

from django.db.models import Q
from django.utils.translation import gettext_lazy

from frameworks.models import RoundException
from frameworks.operations.notices import Kind, register_kind, rest_of_key
from frameworks.permissions import Permission
from frameworks.recipients import by_institution, by_pillar, by_plan, is_among
from frameworks.sides import SIGNS
from monitoring.models import Submission
from monitoring.models.submission import SubmissionState
from monitoring.telling import plans_of, spoken_on

S = SubmissionState


def subjects_of(notices):
    """submission id → Submission, for notices whose keys begin with one. One query."""
    return Submission.objects.select_related("round").in_bulk({int(rest_of_key(one)[0]) for one in notices})


def _where(permission, *, seat, state=None, same_cycle=True):
    """A still_true: the reader holds the seat, and the submission is in that state, in the version that was told of."""
    by, field = (by_pillar, "pillar_id") if seat == "pillar" else (by_institution, f"{seat}_id")

    def still_true(notices, on):
        subjects = subjects_of(notices)
        seats = by(permission, plans=plans_of(subjects.values()), on=on)
        found = set()
        for one in notices:
            pk, version = rest_of_key(one)[:2]
            subject = subjects.get(int(pk))
            if subject is None or state not in (None, subject.state):
                continue
            if same_cycle and version.split("-")[0] != str(subject.cycle):
                continue
            if is_among(seats, (subject.round.plan_id, getattr(subject, field)), one.user_id):
                found.add(one.pk)
        return found

    return still_true


def _to_sign(notices, on):
    subjects = subjects_of(notices)
    spoken, plans = spoken_on(subjects.values()), plans_of(subjects.values())
    seats = {side: by_pillar(permission, plans=plans, on=on) for side, permission in SIGNS.items()}
    found = set()
    for one in notices:
        pk, cycle, side, _user = rest_of_key(one)
        subject = subjects.get(int(pk))
        if (
            subject is not None
            and subject.state == S.ACCEPTED
            and cycle == str(subject.cycle)
            and (subject.pk, side) not in spoken
            and is_among(seats[side], (subject.round.plan_id, subject.pillar_id), one.user_id)
        ):
            found.add(one.pk)
    return found


def _said(notices, on):
    """Who reads it is still on one of the two sides."""
    of_institution = _where(Permission.EDIT_SUBMISSION, seat="institution", same_cycle=False)
    of_pillar = _where(Permission.REVIEW, seat="pillar", same_cycle=False)
    return of_institution(notices, on) | of_pillar(notices, on)


def in_secretariat(notices, on):
    """A still_true: the reader still runs the plan."""
    seats = by_plan(Permission.MANAGE_ROUNDS, plans={one.plan_id for one in notices}, on=on)
    return {one.pk for one in notices if is_among(seats, one.plan_id, one.user_id)}


def out_on(on):
    """Submissions that are still with the institution and can be handed in: by their dates, or because they were returned."""
    returned = Q(state=S.RETURNED, round__published_at__isnull=True)
    open_drafts = Submission.objects.accepting(on).filter(state=S.DRAFT).order_by().values("pk")
    return Submission.objects.filter(returned | Q(pk__in=open_drafts))


def _out(notices, on):
    """For keys "<kind>/<stage…>/<round>/<institution>/<due date>/<user>": something is still out, due on the same day."""
    told = {}
    for one in notices:
        round_id, institution_id, due_on, _user = one.key.split("/")[-4:]
        told[one.pk] = (int(round_id), int(institution_id), due_on)
    rows = out_on(on).filter(
        round__in={key[0] for key in told.values()}, institution__in={key[1] for key in told.values()}
    )
    out, plans = set(), {}
    for row in rows.select_related("round"):
        out.add((row.round_id, row.institution_id, row.due_on.isoformat()))
        plans[row.round_id] = row.round.plan_id
    seats = by_institution(Permission.EDIT_SUBMISSION, plans=set(plans.values()), on=on)
    return {
        one.pk
        for one in notices
        if told[one.pk] in out and is_among(seats, (plans[told[one.pk][0]], told[one.pk][1]), one.user_id)
    }


def _excepted(notices, on):
    rows = RoundException.objects.in_force(on).select_related("round")
    exceptions = rows.in_bulk({int(rest_of_key(one)[0]) for one in notices})
    plans = {one.round.plan_id for one in exceptions.values()}
    seats = by_institution(Permission.EDIT_SUBMISSION, plans=plans, on=on)
    found = set()
    for one in notices:
        exception = exceptions.get(int(rest_of_key(one)[0]))
        if exception and is_among(seats, (exception.round.plan_id, exception.institution_id), one.user_id):
            found.add(one.pk)
    return found


def _reports(state, *, seat="institution", same_cycle=True):
    return _where(Permission.EDIT_SUBMISSION, seat=seat, state=state, same_cycle=same_cycle)


KINDS = (
    Kind("reminder", gettext_lazy("A reminder from the secretariat"), 0, _out),
    Kind("returned", gettext_lazy("Returned to you"), 1, _reports(S.RETURNED)),
    Kind("asked", gettext_lazy("Asked of you"), 2, _said),
    Kind("due", gettext_lazy("Due from your institution"), 3, _out),
    Kind("exception", gettext_lazy("Due from your institution"), 3, _excepted),
    Kind("still_returned", gettext_lazy("Returned to you"), 4, _reports(S.RETURNED)),
    Kind("review", gettext_lazy("To review"), 5, _where(Permission.REVIEW, seat="pillar", state=S.SUBMITTED)),
    Kind("sign", gettext_lazy("To endorse"), 6, _to_sign),
    Kind(
        "part",
        gettext_lazy("Handed to you by other leads"),
        7,
        _reports(S.CONTRIBUTED, seat="accountable", same_cycle=False),
    ),
    Kind("comment", gettext_lazy("Said about reports"), 8, _said),
    Kind("unreached", gettext_lazy("Not reached"), 9, in_secretariat),
)
for kind in KINDS:
    register_kind(kind)
