"""What happens to submissions and is to be told: to those who report, to the co-leads, to other leads.

Deadlines are in monitoring/reminders.py; making mails of all this is frameworks/operations/mail.py. A notice knows what it
is about by its key, "returned/<submission>/<version>/<user>": so it can be asked later whether it still holds
(monitoring/still_true.py).
"""

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from frameworks.models import Plan
from frameworks.operations.notices import Telling, notify_many
from frameworks.permissions import Permission
from frameworks.recipients import by_institution, by_pillar, by_plan
from frameworks.sides import SIGNS
from monitoring.models import SignOff, Submission
from monitoring.models.review import CommentKind
from monitoring.models.submission import SubmissionState

S = SubmissionState
#: So much of a note or a comment is quoted in a mail (characters); the rest is read on the page.
QUOTED = 600


def named(one):
    """The words that name a submission in a sentence."""
    return {"institution": one.institution, "pillar": one.pillar.name, "round": one.round}


def plans_of(submissions):
    return {one.round.plan_id for one in submissions}


def spoken_on(submissions):
    """(submission id, side) of those who have spoken on the present version. One query."""
    cycles = {one.pk: one.cycle for one in submissions}
    rows = SignOff.objects.filter(submission__in=cycles).values_list("submission", "side", "cycle")
    return {(pk, side) for pk, side, cycle in rows if cycles[pk] == cycle}


def _telling(kind, one, version, user, subject, line, *, url="", is_urgent=False):
    """A Telling about a submission. subject, line: functions of it, called in the reader's language."""
    return Telling(
        key=f"{kind}/{one.pk}/{version}/{user.pk}",
        kind=kind,
        user=user,
        plan_id=one.round.plan_id,
        subject=lambda: subject(one),
        line=lambda: line(one),
        url=url or reverse("submission", args=[one.pk]),
        is_urgent=is_urgent,
    )


# Steps of submissions


def tell_of_step(subjects, *, action, by, at):
    """Tells those whose turn it is after a step of submissions. Called by the one door, inside its transaction.

    A fixed number of queries for any number of submissions. Nobody is told of what they did themselves.
    """
    on, told = timezone.localdate(at), []
    waiting = [one for one in subjects if one.state == S.SUBMITTED]
    accepted = [one for one in subjects if one.state == S.ACCEPTED and action in ("accept", "endorse")]
    returned = [one for one in subjects if one.state == S.RETURNED]
    given = [one for one in subjects if one.state == S.CONTRIBUTED]
    if waiting:
        told += _to_review(waiting, on)
    if accepted:
        told += _to_sign(accepted, on)
    if returned:
        told += _returned(returned, by, on)
    if given:
        told += _given(given, on)
    notify_many([one for one in told if one.user.pk != by.pk], at=at)


def _to_review(submissions, on):
    def subject(one):
        return _("%(institution)s reported on %(pillar)s") % named(one)

    def line(one):
        if one.cycle > 1:
            return _(
                "It was handed in anew, for round %(round)s: accept it, or return it with a note."
            ) % named(one)
        return _("It was handed in for round %(round)s: accept it, or return it with a note.") % named(one)

    co_leads = by_pillar(Permission.REVIEW, plans=plans_of(submissions), on=on)
    return [
        _telling("review", one, one.cycle, user, subject, line)
        for one in submissions
        for user in co_leads.get((one.round.plan_id, one.pillar_id), ())
    ]


def _to_sign(submissions, on):
    """Both sides sign: to whoever has not spoken yet. Told once, whether by the acceptance or the other side's word."""

    def subject(one):
        return _("%(institution)s's report on %(pillar)s waits for your side's word") % named(one)

    def line(one):
        return _(
            "It is accepted for round %(round)s: endorse it for your side, or record a dissent."
        ) % named(one)

    plans, spoken = plans_of(submissions), spoken_on(submissions)
    signers = {side: by_pillar(permission, plans=plans, on=on) for side, permission in SIGNS.items()}
    return [
        _telling("sign", one, f"{one.cycle}/{side}", user, subject, line)
        for one in submissions
        for side in SIGNS
        if (one.pk, side) not in spoken
        for user in signers[side].get((one.round.plan_id, one.pillar_id), ())
    ]


def _returned(submissions, by, on):
    def subject(one):
        return _("%(institution)s's report on %(pillar)s was returned") % named(one)

    def line(one):
        words = _("%(who)s returned it for round %(round)s with this note:") % {"who": by, "round": one.round}
        return f"{words}\n{Truncator(one.return_note).chars(QUOTED)}"

    plans = plans_of(submissions)
    reporters = by_institution(Permission.EDIT_SUBMISSION, plans=plans, on=on)
    told, unreached = [], []
    for one in submissions:
        users = reporters.get((one.round.plan_id, one.institution_id), ())
        if not users:
            unreached.append(one)
        told += [
            _telling("returned", one, _version(one), user, subject, line, is_urgent=True) for user in users
        ]
    return told + (_unreached(unreached, plans, on) if unreached else [])


def _version(one):
    """What tells one return from the next. A part may be sent back again and again without reaching the co-leads."""
    return f"{one.cycle}-{_moment(one.contributed_at)}" if one.contributed_at else str(one.cycle)


def _moment(at):
    return f"{at:%Y%m%d%H%M%S%f}"


def _unreached(submissions, plans, on):
    """The secretariat is told instead of a focal point whom no mail reaches."""

    def subject(one):
        return _("%(institution)s has no focal point whom mail reaches") % named(one)

    def line(one):
        return _(
            "Its report on %(pillar)s for round %(round)s was returned, and nobody could be told."
        ) % named(one)

    secretariat = by_plan(Permission.MANAGE_ROUNDS, plans=plans, on=on)
    codes = dict(Plan.objects.filter(pk__in=plans).values_list("pk", "code"))
    return [
        _telling(
            "unreached", one, _version(one), user, subject, line,
            url=reverse("plan_people", args=[codes[one.round.plan_id]]),
        )
        for one in submissions
        for user in secretariat.get(one.round.plan_id, ())
    ]  # fmt: skip


def _given(parts, on):
    """A part was handed to the accountable lead."""

    def subject(one):
        return _("%(institution)s handed you its part on %(pillar)s") % named(one)

    def line(one):
        return _("It goes to the co-leads with your report for round %(round)s. Until then you can send it back.") % named(one)  # fmt: skip

    reporters = by_institution(Permission.EDIT_SUBMISSION, plans=plans_of(parts), on=on)
    return [
        _telling("part", one, _moment(one.contributed_at), user, subject, line)
        for one in parts
        for user in reporters.get((one.round.plan_id, one.accountable_id), ())
    ]


# What was said


def tell_of_comment(comment):
    """Tells both sides of a comment, but not who wrote it: the institution, and the co-leads of the pillar.

    A request for evidence goes to the institution at once. Notes of a return come with the mail about the return.
    """
    if comment.kind == CommentKind.RETURN_NOTE:
        return
    submission = Submission.objects.select_related("round", "institution", "pillar").get(
        pk=comment.submission_id
    )
    plan_id, on = submission.round.plan_id, timezone.localdate(comment.at)
    reporters = by_institution(Permission.EDIT_SUBMISSION, plans=[plan_id], on=on)
    co_leads = by_pillar(Permission.REVIEW, plans=[plan_id], on=on)
    kinds = dict.fromkeys(co_leads.get((plan_id, submission.pillar_id), ()), "comment")
    asks = comment.kind == CommentKind.EVIDENCE_REQUEST
    kinds |= dict.fromkeys(
        reporters.get((plan_id, submission.institution_id), ()), "asked" if asks else "comment"
    )
    url = f"{reverse('submission', args=[submission.pk])}#c-{comment.pk}"

    def line(one):
        words = _("%(who)s wrote, for round %(round)s:") % {"who": comment.by, "round": one.round}
        return f"{words}\n{Truncator(comment.text).chars(QUOTED)}"

    notify_many(
        [
            _telling(
                kind, submission, comment.pk, user, _asked if kind == "asked" else _said, line,
                url=url, is_urgent=kind == "asked",
            )
            for user, kind in kinds.items()
            if user.pk != comment.by_id
        ],
        at=comment.at,
    )  # fmt: skip


def _asked(one):
    return _("Evidence is asked of %(institution)s on %(pillar)s") % named(one)


def _said(one):
    return _("A comment on %(institution)s's report on %(pillar)s") % named(one)
