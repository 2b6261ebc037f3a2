"""The transition table of submissions (vocabulary 3 of DOMAIN.md), registered with the one door."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.models import Indicator
from frameworks.permissions import Permission, has_permission
from frameworks.workflow import Transition, register
from monitoring.due import due_in
from monitoring.gate import problems_of
from monitoring.models import ActivityProgress, IndicatorValue, SignOff, Submission
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import SubmissionState
from monitoring.results import refresh_results

S = SubmissionState
SIGN_OFF = (Permission.SIGN_OFF_GOVERNMENT, Permission.SIGN_OFF_CSO)


def side_of(user, submission):
    """The side that `user` signs for on this submission's pillar, or None."""
    if has_permission(user, Permission.SIGN_OFF_GOVERNMENT, submission):
        return Side.GOVERNMENT
    if has_permission(user, Permission.SIGN_OFF_CSO, submission):
        return Side.CSO
    return None


def verdicts_of(submission):
    """The sign-offs of the submission's present cycle, oldest first."""
    return SignOff.objects.filter(submission=submission, cycle=submission.cycle).select_related("by")


def has_endorsed(submission, side):
    return verdicts_of(submission).filter(side=side, verdict=Verdict.ENDORSED).exists()


def _said_of(submissions):
    """submission id → the SignOffs of its present cycle, oldest first. One query."""
    found = {one.pk: [] for one in submissions}
    cycles = {one.pk: one.cycle for one in submissions}
    for said in SignOff.objects.filter(submission__in=cycles).order_by("at", "pk"):
        if said.cycle == cycles[said.submission_id]:
            found[said.submission_id].append(said)
    return found


def may_still_change(submission, at):
    """Whether the ministry may change the submission at that moment: why not is said by `why_locked`."""
    return not why_locked(submission, at)


def why_locked(submission, at):
    """The reason, in words, for which the ministry cannot change the submission; "" when it can.

    A returned submission stays open past the closing date, until the round's figures are published: the reviewers asked.
    """
    if submission.state not in (S.DRAFT, S.RETURNED):
        return _("It was submitted and is locked. The co-leads can return it with a note.")
    on, round = timezone.localdate(at), submission.round
    if round.published_at is not None:
        return _("The figures of round %(round)s are published.") % {"round": round}
    if submission.state == S.RETURNED or round.accepts_submissions(on):
        return ""
    if round.opened_at is None or on < round.opens_on:
        return _("Round %(round)s has not opened yet.") % {"round": round}
    return _("Round %(round)s is closed. Ask the secretariat.") % {"round": round}


def _submit_gate(submissions, at):
    locked = {one: why_locked(one, at) for one in submissions}
    missing = problems_of([one for one in submissions if not locked[one]])
    return {one: [locked[one]] if locked[one] else missing[one.pk] for one in submissions}


def _submit(submissions, by, at, comment):
    _leave_out_what_is_not_asked(submissions)
    for one in submissions:
        one.submitted_at, one.submitted_by = at, by
        one.first_submitted_at = one.first_submitted_at or at
        one.cycle += 1
        one.return_note = ""
    return ["submitted_at", "submitted_by", "first_submitted_at", "cycle", "return_note"]


def _leave_out_what_is_not_asked(submissions):
    """Drops what was drafted before the framework changed: somebody else may report it now, and it would count twice.

    It stays in the history.
    """
    due = due_in(submissions)
    for model, asked, what in (
        (ActivityProgress, "activities", "activity_id"),
        (IndicatorValue, "indicators", "indicator_id"),
    ):
        wanted = {pk: {item.pk for item in getattr(items, asked)} for pk, items in due.items()}
        rows = model.objects.filter(submission__in=due).order_by().values_list("pk", "submission_id", what)
        dropped = [pk for pk, submission, item in rows if item not in wanted[submission]]
        if dropped:
            model.objects.filter(pk__in=dropped).delete()


def _is_not_published(submission, user):
    return submission.round.published_at is None


def _published(submissions, by, at):
    # Nobody could change it any more, and figures that the public has read would vanish.
    return {
        one: _("The figures of round %(round)s are published: nothing in it can be returned any more.")
        % {"round": one.round}
        for one in submissions
        if one.round.published_at is not None
    }


def _return(submissions, by, at, comment):
    for one in submissions:
        one.return_note = comment
        one.accepted_at = one.accepted_by = None
    return ["return_note", "accepted_at", "accepted_by"]


def _accept(submissions, by, at, comment):
    for one in submissions:
        one.accepted_at, one.accepted_by = at, by
    return ["accepted_at", "accepted_by"]


def _may_sign(verdict):
    def check(submissions, by, at):
        said = _said_of(submissions)
        found = {one: _why_not_sign(side_of(by, one), verdict, by, said[one.pk]) for one in submissions}
        return {one: why for one, why in found.items() if why}

    return check


def _why_not_sign(side, verdict, by, said):
    if any(one.by_id == by.pk and one.side != side for one in said):
        return _("You have already signed for the other side. Each side is signed by its own co-lead.")
    of_side = {one.verdict for one in said if one.side == side}
    if verdict == Verdict.DISSENT and Verdict.ENDORSED in of_side:
        return _("Your side has already endorsed this submission.")
    return _("Your side has already said so.") if verdict in of_side else ""


def _sign(submissions, by, at, verdict, statement):
    SignOff.objects.bulk_create(
        SignOff(
            submission=one,
            cycle=one.cycle,
            side=side_of(by, one),
            verdict=verdict,
            statement=statement,
            by=by,
            at=at,
        )
        for one in submissions
    )


def _endorse(submissions, by, at, comment):
    _sign(submissions, by, at, Verdict.ENDORSED, comment)
    for one, state in _after_endorsement(submissions, by).items():
        if state == S.ENDORSED:
            one.endorsed_at = at
    return ["endorsed_at"]


def _dissent(submissions, by, at, comment):
    _sign(submissions, by, at, Verdict.DISSENT, comment)
    return []


def _after_endorsement(submissions, by):
    """Endorsed once both sides have endorsed; accepted until then."""
    both = set(Side)
    return {
        one: S.ENDORSED
        if {said.side for said in verdicts if said.verdict == Verdict.ENDORSED} >= both
        else S.ACCEPTED
        for one, verdicts in zip(submissions, _said_of(submissions).values(), strict=True)
    }


def _refresh(submissions, by, at):
    refresh_results(Indicator.objects.filter(values__submission__in=submissions), at=at)


def _has_not_endorsed(submission, user):
    side = side_of(user, submission)
    return side is not None and not has_endorsed(submission, side)


def _has_not_spoken(submission, user):
    side = side_of(user, submission)
    return side is not None and not verdicts_of(submission).filter(side=side).exists()


SUBMISSION_TRANSITIONS = (
    Transition(
        action="submit",
        label=gettext_lazy("Submit"),
        sources=(S.DRAFT, S.RETURNED),
        target=S.SUBMITTED,
        permissions=(Permission.SUBMIT,),
        gate=_submit_gate,
        effect=_submit,
        after=_refresh,
    ),
    Transition(
        action="accept",
        label=gettext_lazy("Accept"),
        sources=(S.SUBMITTED,),
        target=S.ACCEPTED,
        permissions=(Permission.REVIEW,),
        effect=_accept,
        after=_refresh,
    ),
    Transition(
        action="return",
        label=gettext_lazy("Return with a note"),
        sources=(S.SUBMITTED, S.ACCEPTED),
        target=S.RETURNED,
        permissions=(Permission.REVIEW,),
        comment_required=True,
        comment_label=gettext_lazy("What should be changed?"),
        tone="warn",
        check=_published,
        effect=_return,
        after=_refresh,
        applies=_is_not_published,
    ),
    Transition(
        action="endorse",
        label=gettext_lazy("Endorse"),
        sources=(S.ACCEPTED,),
        target=_after_endorsement,
        permissions=SIGN_OFF,
        comment_label=gettext_lazy("Statement (optional)"),
        check=_may_sign(Verdict.ENDORSED),
        effect=_endorse,
        after=_refresh,
        applies=_has_not_endorsed,
    ),
    Transition(
        action="dissent",
        label=gettext_lazy("Record a dissent"),
        sources=(S.ACCEPTED,),
        target=S.ACCEPTED,
        permissions=SIGN_OFF,
        comment_required=True,
        comment_label=gettext_lazy("What do you not agree with? This text stays with the figures."),
        tone="danger",
        check=_may_sign(Verdict.DISSENT),
        effect=_dissent,
        after=_refresh,
        applies=_has_not_spoken,
    ),
)
register(Submission, SUBMISSION_TRANSITIONS)
