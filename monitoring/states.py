"""The transition table of submissions (vocabulary 3 of DOMAIN.md), registered with the one door."""

from copy import copy

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.models import Indicator
from frameworks.permissions import Permission, has_permission
from frameworks.workflow import Transition, register, transition_all
from monitoring.deadlines import locked_by_dates
from monitoring.due import due_in
from monitoring.gate import problems_of
from monitoring.joint import answering_scope, given_parts, is_with_the_co_leads, reports_of
from monitoring.models import ActivityProgress, Evidence, IndicatorValue, SignOff, Submission
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import SubmissionState
from monitoring.results import refresh_results
from monitoring.spending import drop_spending, freeze_spending, unfreeze_spending
from monitoring.version_records import record_versions

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
    if submission.state == S.CONTRIBUTED:
        return _("It was handed to %(lead)s and is locked. Until %(lead)s submits, you can take it back.") % {
            "lead": submission.accountable
        }
    if submission.state not in (S.DRAFT, S.RETURNED):
        return _("It was submitted and is locked. The co-leads can return it with a note.")
    if submission.state == S.RETURNED and submission.round.published_at is None:
        return ""
    return locked_by_dates(submission, timezone.localdate(at))


def _is_own_report(submission, user):
    return not submission.is_part


def _is_part(submission, user):
    return submission.is_part


def _only_reports(submissions, by, at):
    return {
        one: _("This is a part of what %(lead)s answers for: hand it to %(lead)s.")
        % {"lead": one.accountable}
        for one in submissions
        if one.is_part
    }


def _only_parts(submissions, by, at):
    return {
        one: _("This is your institution's own report: submit it.") for one in submissions if not one.is_part
    }


def _submit_gate(submissions, at):
    locked = {one: why_locked(one, at) for one in submissions}
    missing = problems_of([one for one in submissions if not locked[one]])
    return {one: [locked[one]] if locked[one] else missing[one.pk] for one in submissions}


def _submit(submissions, by, at, comment):
    _leave_out_what_is_not_asked(submissions)
    freeze_spending(submissions, at=at)
    for one in submissions:
        one.submitted_at, one.submitted_by = at, by
        one.first_submitted_at = one.first_submitted_at or at
        one.cycle += 1
        one.return_note = ""
    record_versions(submissions, by, at)
    return ["submitted_at", "submitted_by", "first_submitted_at", "cycle", "return_note"]


def _after_submission(submissions, by, at):
    """What the other leads have handed in goes along, each with a step of its own."""
    parts = given_parts(submissions)
    gone = transition_all(subjects=parts, action="go_along", by=by, at=at) if parts else []
    _refresh([*submissions, *(one.subject for one in gone)], by, at)


def _contribute(submissions, by, at, comment):
    """Hands parts to the accountable leads; where the report was submitted without the part, on to the co-leads."""
    straight_on = _straight_on(submissions)
    for one in submissions:
        one.contributed_at, one.contributed_by = at, by
        # For whoever wrote it this is the day on which it was handed in.
        one.first_submitted_at = one.first_submitted_at or at
        one.return_note = ""
    _leave_out_what_is_not_asked(submissions)
    changed = _submit([one for one in submissions if one.pk in straight_on], by, at, comment)
    return ["contributed_at", "contributed_by", *changed]


def _straight_on(parts):
    """Ids of the parts whose report is with the co-leads already. The reports are locked: none is submitted meanwhile."""
    return {pk for pk, report in reports_of(parts, lock=True).items() if is_with_the_co_leads(report)}


def _after_contribution(submissions, by):
    straight_on = _straight_on(submissions)
    return {one: S.SUBMITTED if one.pk in straight_on else S.CONTRIBUTED for one in submissions}


def _refresh_submitted(submissions, by, at):
    submitted = [one for one in submissions if one.state == S.SUBMITTED]
    if submitted:
        _refresh(submitted, by, at)


def _has_to_go_along(submissions, by, at):
    reports = reports_of(submissions)
    return {
        one: _("It goes to the co-leads with the report of %(lead)s.") % {"lead": one.accountable}
        for one in submissions
        if not is_with_the_co_leads(reports.get(one.pk))
    }


def _would_be_locked(submissions, by, at):
    """Nobody takes back what could then not be handed in again: the round may have closed in the meantime."""
    found = {}
    for one in submissions:
        draft = copy(one)
        draft.state = S.DRAFT
        found[one] = why_locked(draft, at)
    return {one: why for one, why in found.items() if why}


def _withdraw(submissions, by, at, comment):
    for one in submissions:
        one.contributed_at = one.contributed_by = None
        if not one.cycle:  # it has never reached the co-leads
            one.first_submitted_at = None
    return ["contributed_at", "contributed_by", "first_submitted_at"]


def _send_back(submissions, by, at, comment):
    for one in submissions:
        one.return_note = comment
    return ["return_note"]


def _leave_out_what_is_not_asked(submissions):
    """Drops what was drafted before the framework changed: somebody else may report it now, and it would count twice.

    It stays in the history; the files of its evidence go.
    """
    due = due_in(submissions)
    for model, asked, what in (
        (ActivityProgress, "activities", "activity_id"),
        (IndicatorValue, "indicators", "indicator_id"),
    ):
        wanted = {pk: {item.pk for item in getattr(items, asked)} for pk, items in due.items()}
        rows = model.objects.filter(submission__in=due).order_by().values_list("pk", "submission_id", what)
        dropped = [pk for pk, submission, item in rows if item not in wanted[submission]]
        if dropped and model is ActivityProgress:
            drop_spending(dropped)
        if dropped:
            model.objects.filter(pk__in=dropped).delete()
    rows = (
        Evidence.objects.filter(submission__in=due)
        .order_by()
        .values_list("pk", "submission_id", "activity_id", "indicator_id")
    )
    asked = {
        (pk, kind, item.pk)
        for pk, items in due.items()
        for kind, found in (("a", items.activities), ("i", items.indicators))
        for item in found
    }
    stray = [
        pk
        for pk, submission, activity, indicator in rows
        if not {(submission, "a", activity), (submission, "i", indicator)} & asked
    ]
    if stray:
        Evidence.objects.filter(pk__in=stray).remove()


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
        check=_only_reports,
        gate=_submit_gate,
        effect=_submit,
        after=_after_submission,
        applies=_is_own_report,
    ),
    Transition(
        action="contribute",
        label=gettext_lazy("Hand it to the lead"),
        sources=(S.DRAFT, S.RETURNED),
        target=_after_contribution,
        permissions=(Permission.SUBMIT,),
        check=_only_parts,
        gate=_submit_gate,
        effect=_contribute,
        after=_refresh_submitted,
        applies=_is_part,
    ),
    Transition(
        action="withdraw",
        label=gettext_lazy("Take it back"),
        sources=(S.CONTRIBUTED,),
        target=S.DRAFT,
        permissions=(Permission.SUBMIT,),
        tone="warn",
        check=_would_be_locked,
        effect=_withdraw,
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
        effect=_send_back,
    ),
    # Taken with the accountable lead's own "submit", never by itself.
    Transition(
        action="go_along",
        label=gettext_lazy("Submit with the lead's report"),
        sources=(S.CONTRIBUTED,),
        target=S.SUBMITTED,
        permissions=(Permission.SUBMIT,),
        scope=answering_scope,
        check=_has_to_go_along,
        effect=_submit,
        applies=lambda submission, user: False,
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
