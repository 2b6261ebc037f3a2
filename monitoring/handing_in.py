"""What an institution does with its report or its part: why it is locked, what is checked, what handing in changes.

The functions of the first arrows of the table in monitoring/states.py; each takes many submissions at once.
"""

from copy import copy

from django.utils import timezone
from django.utils.translation import gettext as _

from frameworks.models import Indicator
from frameworks.workflow import transition_all
from monitoring.deadlines import locked_by_dates
from monitoring.due import due_in
from monitoring.gate import problems_of
from monitoring.joint import given_parts, is_with_the_co_leads, reports_of
from monitoring.models import ActivityProgress, Evidence, IndicatorValue
from monitoring.models.submission import SubmissionState
from monitoring.results import refresh_results
from monitoring.spending import drop_spending, freeze_spending
from monitoring.version_records import record_versions

S = SubmissionState


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


def is_own_report(submission, user):
    return not submission.is_part


def is_part(submission, user):
    return submission.is_part


def only_reports(submissions, by, at):
    return {
        one: _("This is a part of what %(lead)s answers for: hand it to %(lead)s.")
        % {"lead": one.accountable}
        for one in submissions
        if one.is_part
    }


def only_parts(submissions, by, at):
    return {
        one: _("This is your institution's own report: submit it.") for one in submissions if not one.is_part
    }


def submit_gate(submissions, at):
    locked = {one: why_locked(one, at) for one in submissions}
    missing = problems_of([one for one in submissions if not locked[one]])
    return {one: [locked[one]] if locked[one] else missing[one.pk] for one in submissions}


def submit(submissions, by, at, comment):
    _leave_out_what_is_not_asked(submissions)
    return _hand_to_the_co_leads(submissions, by, at)


def _hand_to_the_co_leads(submissions, by, at):
    freeze_spending(submissions, at=at)
    for one in submissions:
        one.submitted_at, one.submitted_by = at, by
        one.first_submitted_at = one.first_submitted_at or at
        one.cycle += 1
        one.return_note = ""
    record_versions(submissions, by, at)
    return ["submitted_at", "submitted_by", "first_submitted_at", "cycle", "return_note"]


def after_submission(submissions, by, at):
    """What the other leads have handed in goes along, each with a step of its own."""
    parts = given_parts(submissions)
    gone = transition_all(subjects=parts, action="go_along", by=by, at=at) if parts else []
    refresh([*submissions, *(one.subject for one in gone)], by, at)


def contribute(submissions, by, at, comment):
    """Hands parts to the accountable leads; where the report was submitted without the part, on to the co-leads."""
    straight_on = _straight_on(submissions)
    for one in submissions:
        one.contributed_at, one.contributed_by = at, by
        # For whoever wrote it this is the day on which it was handed in.
        one.first_submitted_at = one.first_submitted_at or at
        one.return_note = ""
    _leave_out_what_is_not_asked(submissions)
    changed = _hand_to_the_co_leads([one for one in submissions if one.pk in straight_on], by, at)
    return ["contributed_at", "contributed_by", *changed]


def _straight_on(parts):
    """Ids of the parts whose report is with the co-leads already. The reports are locked: none is submitted meanwhile."""
    return {pk for pk, report in reports_of(parts, lock=True).items() if is_with_the_co_leads(report)}


def after_contribution(submissions, by):
    straight_on = _straight_on(submissions)
    return {one: S.SUBMITTED if one.pk in straight_on else S.CONTRIBUTED for one in submissions}


def refresh_submitted(submissions, by, at):
    submitted = [one for one in submissions if one.state == S.SUBMITTED]
    if submitted:
        refresh(submitted, by, at)


def has_to_go_along(submissions, by, at):
    reports = reports_of(submissions)
    return {
        one: _("It goes to the co-leads with the report of %(lead)s.") % {"lead": one.accountable}
        for one in submissions
        if not is_with_the_co_leads(reports.get(one.pk))
    }


def would_be_locked(submissions, by, at):
    """Nobody takes back what could then not be handed in again: the round may have closed in the meantime."""
    found = {}
    for one in submissions:
        draft = copy(one)
        draft.state = S.DRAFT
        found[one] = why_locked(draft, at)
    return {one: why for one, why in found.items() if why}


def withdraw(submissions, by, at, comment):
    for one in submissions:
        one.contributed_at = one.contributed_by = None
        if not one.cycle:  # it has never reached the co-leads
            one.first_submitted_at = None
    return ["contributed_at", "contributed_by", "first_submitted_at"]


def send_back(submissions, by, at, comment):
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


def refresh(submissions, by, at):
    refresh_results(Indicator.objects.filter(values__submission__in=submissions), at=at)
