"""The transition table of submissions (vocabulary 3 of DOMAIN.md), registered with the one door."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.permissions import Permission, has_permission
from frameworks.workflow import Transition, register
from monitoring.due import due_in
from monitoring.gate import submission_problems
from monitoring.models import SignOff, Submission
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


def _submit_gate(submission, at):
    locked = why_locked(submission, at)
    return [locked] if locked else submission_problems(submission)


def _submit(submission, by, at, comment):
    _leave_out_what_is_not_asked(submission)
    submission.submitted_at, submission.submitted_by = at, by
    submission.first_submitted_at = submission.first_submitted_at or at
    submission.cycle += 1
    submission.return_note = ""
    return ["submitted_at", "submitted_by", "first_submitted_at", "cycle", "return_note"]


def _leave_out_what_is_not_asked(submission):
    """Drops what was drafted before the framework changed: somebody else may report it now, and it would count twice.

    It stays in the history.
    """
    due = due_in([submission])[submission.pk]
    submission.progress.exclude(activity__in=due.activities).delete()
    submission.values.exclude(indicator__in=due.indicators).delete()


def _is_not_published(submission, user):
    return submission.round.published_at is None


def _return(submission, by, at, comment):
    if not _is_not_published(submission, by):
        # Nobody could change it any more, and figures that the public has read would vanish.
        raise ValidationError(
            _("The figures of round %(round)s are published: nothing in it can be returned any more.")
            % {"round": submission.round}
        )
    submission.return_note = comment
    submission.accepted_at = submission.accepted_by = None
    return ["return_note", "accepted_at", "accepted_by"]


def _accept(submission, by, at, comment):
    submission.accepted_at, submission.accepted_by = at, by
    return ["accepted_at", "accepted_by"]


def _sign(submission, by, at, verdict, statement):
    side = side_of(by, submission)
    others = verdicts_of(submission).filter(by=by).exclude(side=side)
    if others.exists():
        raise ValidationError(
            _("You have already signed for the other side. Each side is signed by its own co-lead.")
        )
    if verdict == Verdict.DISSENT and has_endorsed(submission, side):
        raise ValidationError(_("Your side has already endorsed this submission."))
    if verdicts_of(submission).filter(side=side, verdict=verdict).exists():
        raise ValidationError(_("Your side has already said so."))
    SignOff.objects.create(
        submission=submission,
        cycle=submission.cycle,
        side=side,
        verdict=verdict,
        statement=statement,
        by=by,
        at=at,
    )


def _endorse(submission, by, at, comment):
    _sign(submission, by, at, Verdict.ENDORSED, comment)
    if _both_endorsed(submission):
        submission.endorsed_at = at
    return ["endorsed_at"]


def _dissent(submission, by, at, comment):
    _sign(submission, by, at, Verdict.DISSENT, comment)
    return []


def _both_endorsed(submission):
    return all(has_endorsed(submission, side) for side in Side)


def _after_endorsement(submission, by):
    return S.ENDORSED if _both_endorsed(submission) else S.ACCEPTED


def _refresh(submission, by, at):
    from frameworks.models import Indicator

    refresh_results(Indicator.objects.filter(values__submission=submission), at=at)


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
        effect=_dissent,
        after=_refresh,
        applies=_has_not_spoken,
    ),
)
register(Submission, SUBMISSION_TRANSITIONS)
