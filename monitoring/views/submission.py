"""The submission as those read it who may: its institution, its reviewers, the secretariat, the monitoring team."""

from dataclasses import dataclass

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from frameworks.models import Place, Role, Seat
from frameworks.models.people import CO_LEAD_ROLES
from frameworks.permissions import Permission, has_permission
from frameworks.web import SignedInMixin, remember_plan
from frameworks.workflow import available_actions
from monitoring.deadlines import own_dates_text
from monitoring.discussion import load_discussion
from monitoring.forms.places import places_read
from monitoring.handing_in import why_locked
from monitoring.joint import answering_scope
from monitoring.judge import Standing, standing_of
from monitoring.models import SignOff, Submission, SubmissionVersion
from monitoring.models.review import Side, Verdict
from monitoring.operations.evidence import IN_REVIEW, asked_for_evidence
from monitoring.parts import load_parts
from monitoring.sheets import load_sheet
from monitoring.spending import add_budgets
from monitoring.steps import path_of, timeline
from monitoring.views.officer import officer_form
from monitoring.words import figure_text, lateness

#: What a focal point does with what is its own to write; no version can be mistaken for another.
HANDING_IN = ("submit", "contribute")
_PROMINENCE = ("primary", "warn", "danger")
_SIDE_OF = {Role.GOVERNMENT_CO_LEAD: Side.GOVERNMENT, Role.CSO_CO_LEAD: Side.CSO}


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator as it is read: what was said last time, now, and how that stands."""

    line: object
    last: str
    reported: str
    standing: Standing
    breakdowns: list  # (title, [(label, text)])

    @property
    def indicator(self):
        return self.line.indicator


@dataclass(frozen=True, slots=True)
class SideShown:
    """One of the two sides of equal standing: who speaks for it, and what it has said of this version."""

    side: Side
    institution: object
    sign_offs: list

    @property
    def verdict(self):
        """The latest word: an endorsement after a dissent leaves the dissent standing beside it."""
        return Verdict(self.sign_offs[-1].verdict) if self.sign_offs else None


@dataclass(frozen=True, slots=True)
class ActionShown:
    """One button; `comment` and `error` are what was typed and why it was refused. `officer`: the form that goes along."""

    arrow: object
    comment: str = ""
    error: str = ""
    officer: object = None

    @property
    def has_comment(self):
        return bool(self.arrow.comment_label)


def find_submission(request, pk):
    """The submission if this person may know of it (else 404), with its plan in the navigation."""
    submission = get_object_or_404(
        Submission.objects.visible_to(request.user).select_related(
            "round__plan",
            "institution",
            "pillar",
            "submitted_by",
            "accepted_by",
            "accountable",
            "contributed_by",
        ),
        pk=pk,
    )
    remember_plan(request, submission.round.plan)
    return submission


class SubmissionPage(SignedInMixin, View):
    """`/submissions/<pk>/`"""

    def get(self, request, pk):
        return submission_page(request, find_submission(request, pk))


def submission_page(request, submission, *, refused=None, typed=None, status=200):
    """The page; `refused` is the ActionShown that did not go through, `typed` what one of the small forms refused."""
    now = timezone.now()
    on = timezone.localdate(now)
    sheet = load_sheet(submission, context=True)
    add_budgets([sheet])
    places = _places(sheet)
    rows = {
        line.indicator.pk: Row(
            line,
            figure_text(line.indicator, line.last_total),
            figure_text(line.indicator, line.total),
            standing_of(line, submission, on),
            _breakdowns(line, places),
        )
        for line in sheet.lines
    }
    plan, round = submission.round.plan, submission.round
    discussion = load_discussion(submission, request.user)
    discussion.typed = typed
    actions = [
        refused
        if refused and refused.arrow == arrow
        else ActionShown(
            arrow, officer=officer_form(submission, request.user) if arrow.action in HANDING_IN else None
        )
        for arrow in available_actions(submission, request.user)
        if arrow.action not in HANDING_IN or not why_locked(submission, now)
    ]
    actions.sort(key=lambda one: _PROMINENCE.index(one.arrow.tone))
    sign_offs = list(SignOff.objects.filter(submission=submission).select_related("by").order_by("at", "pk"))
    is_own = has_permission(request.user, Permission.EDIT_SUBMISSION, submission)
    sees_queue = has_permission(request.user, Permission.VIEW_SUBMISSIONS, plan) or has_permission(
        request.user, Permission.REVIEW, submission
    )
    return render(
        request,
        "monitoring/submission.html",
        {
            "submission": submission,
            "plan": plan,
            "round": round,
            "sheet": sheet,
            "entries": [
                (entry, [rows[line.indicator.pk] for line in entry.lines]) for entry in sheet.entries
            ],
            "others": [rows[line.indicator.pk] for line in sheet.others],
            "parts": load_parts([submission]).get(submission.pk, []),
            "steps": path_of(submission, is_overdue=submission.is_overdue(on)),
            "deadline": lateness(submission.due_on, on) if submission.is_editable else "",
            "own_dates": own_dates_text(submission, on) if is_own and submission.is_editable else "",
            "days_late": submission.days_late(on),
            "timeline": timeline(submission),
            "discussion": discussion,
            "versions": list(
                SubmissionVersion.objects.filter(submission=submission).defer("content").select_related("by")
            ),
            "sides": _sides(submission, sign_offs),
            "earlier_dissents": [
                one for one in sign_offs if one.cycle != submission.cycle and one.verdict == Verdict.DISSENT
            ],
            "actions": actions,
            # An action that was refused because it is not offered any more has no form to show its error at.
            "refused": refused if refused and refused not in actions else None,
            "is_own": is_own,
            "answers_for": has_permission(request.user, Permission.SUBMIT, answering_scope(submission)),
            **_asked(submission, sheet, is_own),
            "sees_queue": sees_queue,
            "locked": why_locked(submission, now) if is_own else "",
        },
        status=status,
    )


def _asked(submission, sheet, is_own):
    """Where the institution may still add evidence, because a reviewer asks for it."""
    if not is_own or submission.state not in IN_REVIEW or submission.round.published_at is not None:
        return {}
    asked = asked_for_evidence(submission)
    everything = (None, None) in asked
    return {
        "asked_activities": {
            one.activity.pk for one in sheet.entries if everything or (one.activity.pk, None) in asked
        },
        "asked_indicators": {
            one.indicator.pk for one in sheet.lines if everything or (None, one.indicator.pk) in asked
        },
    }


def _places(sheet):
    ids = {place for line in sheet.lines for _category, place in line.values if place is not None}
    return {one.pk: one for one in Place.objects.filter(pk__in=ids).with_path()} if ids else {}


def _breakdowns(line, places):
    found = []
    for dimension in line.indicator.dimensions.all():
        rows = [
            (one.name, figure_text(line.indicator, line.values[(one.pk, None)]))
            for one in dimension.categories.all()
            if (one.pk, None) in line.values
        ]
        if rows:
            found.append((dimension.name, rows))
    by_place = places_read(line, places)
    if by_place:
        found.append((_("place"), by_place))
    return found


def _sides(submission, sign_offs):
    seats = Seat.objects.filter(
        working_group__pillar=submission.pillar_id, role__in=CO_LEAD_ROLES, closed_on__isnull=True
    ).select_related("institution")
    institutions = {_SIDE_OF[seat.role]: seat.institution for seat in seats}
    return [
        SideShown(
            side,
            institutions.get(side),
            [one for one in sign_offs if one.side == side and one.cycle == submission.cycle],
        )
        for side in Side
    ]
