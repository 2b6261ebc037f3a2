"""The transition table of submissions (vocabulary 3 of DOMAIN.md), registered with the one door."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.permissions import Permission
from frameworks.sides import SIGN_OFF, side_of
from frameworks.workflow import Transition, register
from monitoring import handing_in
from monitoring.joint import answering_scope
from monitoring.models import SignOff, Submission
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import SubmissionState
from monitoring.spending import unfreeze_spending

S = SubmissionState


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
    unfreeze_spending(submissions)
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
    said_of = _said_of(submissions)
    for one in submissions:
        endorsed = {said.side for said in said_of[one.pk] if said.verdict == Verdict.ENDORSED}
        if endorsed >= set(Side):
            one.endorsed_at = at
    return ["endorsed_at"]


def _dissent(submissions, by, at, comment):
    _sign(submissions, by, at, Verdict.DISSENT, comment)
    return []


def _after_endorsement(submissions, by):
    """Endorsed once both sides have endorsed, which `_endorse` has just dated; accepted until then."""
    return {one: S.ENDORSED if one.endorsed_at else S.ACCEPTED for one in submissions}


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
        check=handing_in.only_reports,
        gate=handing_in.submit_gate,
        effect=handing_in.submit,
        after=handing_in.after_submission,
        applies=handing_in.is_own_report,
    ),
    Transition(
        action="contribute",
        label=gettext_lazy("Hand it to the lead"),
        sources=(S.DRAFT, S.RETURNED),
        target=handing_in.after_contribution,
        permissions=(Permission.SUBMIT,),
        check=handing_in.only_parts,
        gate=handing_in.submit_gate,
        effect=handing_in.contribute,
        after=handing_in.refresh_submitted,
        applies=handing_in.is_part,
    ),
    Transition(
        action="withdraw",
        label=gettext_lazy("Take it back"),
        sources=(S.CONTRIBUTED,),
        target=S.DRAFT,
        permissions=(Permission.SUBMIT,),
        tone="warn",
        check=handing_in.would_be_locked,
        effect=handing_in.withdraw,
    ),
    Transition(
        action="send_back",
        label=gettext_lazy("Send it back with a note"),
        sources=(S.CONTRIBUTED,),
        target=S.RETURNED,
        permissions=(Permission.SUBMIT,),
        scope=answering_scope,
        comment_required=True,
        comment_label=gettext_lazy("What should be changed?"),
        tone="warn",
        check=_published,
        effect=handing_in.send_back,
    ),
    # Taken with the accountable lead's own "submit", never by itself.
    Transition(
        action="go_along",
        label=gettext_lazy("Submit with the lead's report"),
        sources=(S.CONTRIBUTED,),
        target=S.SUBMITTED,
        permissions=(Permission.SUBMIT,),
        scope=answering_scope,
        check=handing_in.has_to_go_along,
        effect=handing_in.submit,
        applies=lambda submission, user: False,
    ),
    Transition(
        action="accept",
        label=gettext_lazy("Accept"),
        sources=(S.SUBMITTED,),
        target=S.ACCEPTED,
        permissions=(Permission.REVIEW,),
        effect=_accept,
        after=handing_in.refresh,
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
        after=handing_in.refresh,
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
        after=handing_in.refresh,
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
        after=handing_in.refresh,
        applies=_has_not_spoken,
    ),
)
register(Submission, SUBMISSION_TRANSITIONS)
