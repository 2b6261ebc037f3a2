"""The submission as those read it who may: its institution, its reviewers, the secretariat, the monitoring team."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from frameworks.models import Place, Role, Seat
from frameworks.models.people import CO_LEAD_ROLES
from frameworks.permissions import Permission, has_permission
from frameworks.web import SignedInMixin, remember_plan
from frameworks.workflow import GateClosed, StateConflict, available_actions, history_of
from monitoring.deadlines import own_dates_text
from monitoring.discussion import load_discussion
from monitoring.forms.places import places_read
from monitoring.handing_in import why_locked
from monitoring.joint import answering_scope
from monitoring.judge import Standing, standing_of
from monitoring.models import SignOff, Submission, SubmissionVersion
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import EDITABLE_STATES, SubmissionState
from monitoring.operations.evidence import IN_REVIEW, asked_for_evidence
from monitoring.operations.parts import PartsMissing, submit_report
from monitoring.operations.reviewing import Outdated, act
from monitoring.parts import load_parts
from monitoring.sheets import load_sheet
from monitoring.states import SUBMISSION_TRANSITIONS
from monitoring.steps import path_of, step_text, timeline
from monitoring.views.officer import keep_officer, officer_form
from monitoring.words import figure_text, lateness

#: What has a button: a part goes along with the accountable lead's report, never by itself.
ACTIONS = {arrow.action: arrow for arrow in SUBMISSION_TRANSITIONS if arrow.action != "go_along"}
#: What a focal point does with what is its own to write; no version can be mistaken for another.
_HANDING_IN = ("submit", "contribute")
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
            arrow, officer=officer_form(submission, request.user) if arrow.action in _HANDING_IN else None
        )
        for arrow in available_actions(submission, request.user)
        if arrow.action not in _HANDING_IN or not why_locked(submission, now)
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


class SubmissionAction(SignedInMixin, View):
    """`/submissions/<pk>/<action>/`: one step through the one door. A visit (after signing in again) shows the submission."""

    def get(self, request, pk, action):
        if action not in ACTIONS:
            raise Http404
        return redirect("submission", find_submission(request, pk).pk)

    def post(self, request, pk, action):
        if action not in ACTIONS:
            raise Http404
        arrow, now = ACTIONS[action], timezone.now()
        sent_back = sent_back_meanwhile(request.user, pk)
        if sent_back:
            return self._told(sent_back, arrow, now)
        submission = find_submission(request, pk)
        comment = request.POST.get("comment", "")
        cycle = request.POST.get("cycle", "")
        if action in _HANDING_IN:
            officer = keep_officer(submission, data=request.POST, by=request.user, at=now)
            if officer is not None:
                shown = ActionShown(arrow, officer=officer)
                return submission_page(request, submission, refused=shown, status=422)
        try:
            if action == "submit":
                done = submit_report(
                    submission=submission, by=request.user, at=now, without=self.told_without()
                )
            else:
                done = act(
                    submission=submission,
                    action=action,
                    by=request.user,
                    at=now,
                    comment=comment,
                    # Handing in starts a new cycle by itself: there is no other version to mistake it for.
                    cycle=int(cycle)
                    if action not in _HANDING_IN and cycle.isdecimal() and len(cycle) < 6
                    else None,
                    **self.beside(),
                )
        except PartsMissing as error:
            return self._ask(submission, error.parts)
        except StateConflict as error:
            return self._conflict(submission, arrow, error, now)
        except GateClosed as error:
            return self._missing(submission, error)
        except ValidationError as error:
            if self._was_mine(submission, action):
                return self._again(submission, now)
            return self.refused(submission, arrow, comment, error)
        messages.success(request, _said(done, action))
        return redirect(self._after(done))

    def told_without(self):
        """Ids of the parts of other leads of which the person has said that the report goes without them."""
        sent = self.request.POST.getlist("without")
        return {int(one) for one in sent if one.isdecimal() and len(one) < 19}

    def _ask(self, submission, parts):
        """A warning, not a block: the page on which the person says so."""
        context = {
            "submission": submission,
            "round": submission.round,
            "plan": submission.round.plan,
            "parts": parts,
        }
        return render(self.request, "monitoring/without_parts.html", context, status=422)

    def beside(self):
        """What goes along with the step: further arguments of `act`."""
        return {}

    def typed(self):
        """What was typed, to be given back where the step cannot be taken any more."""
        comment = self.request.POST.get("comment", "").strip()
        return [comment] if comment else []

    def refused(self, submission, arrow, comment, error):
        shown = ActionShown(arrow, comment, " ".join(error.messages))
        return submission_page(self.request, submission, refused=shown, status=422)

    def _after(self, submission):
        if self.request.POST.get("then") == "my_report":
            return reverse("my_report", args=[submission.round.plan.code, submission.round.label])
        if not _is_visible(submission, self.request.user):
            return _back_address(submission, self.request.user)
        return reverse("submission", args=[submission.pk])

    def _was_mine(self, submission, action):
        """Whether the last thing that happened is what is being asked for, by the same person: a double click."""
        last = history_of(submission).last()
        return last is not None and last.action == action and last.by_id == self.request.user.pk

    def _again(self, submission, now):
        last = history_of(submission).last()
        messages.info(
            self.request, _("It had already gone through. %(step)s") % {"step": step_text(last, now)}
        )
        return redirect(self._after(submission))

    def _conflict(self, submission, arrow, error, now):
        if isinstance(error, Outdated):
            return self._too_late(submission, str(error))
        if self._was_mine(submission, arrow.action):
            return self._again(submission, now)
        return self._told(submission, arrow, now, str(error))

    def _told(self, submission, arrow, now, otherwise=""):
        """Says who was faster, with what and when."""
        if self._was_mine(submission, arrow.action):
            return self._again(submission, now)
        last = history_of(submission).last()
        message = otherwise
        if last is not None:
            message = _("%(step)s “%(action)s” is not possible any more; nothing of yours was changed.") % {
                "step": step_text(last, now),
                "action": arrow.label,
            }
        return self._too_late(submission, message)

    def _too_late(self, submission, message):
        return too_late(self.request, submission, message, typed=self.typed())

    def _missing(self, submission, error):
        """What is missing, each with a link to where it is mended."""
        sheet = load_sheet(submission)
        return render(
            self.request,
            "monitoring/missing.html",
            {
                "submission": submission,
                "round": submission.round,
                "plan": submission.round.plan,
                "sheet": sheet,
                "reasons": [] if sheet.problems else error.problems,
            },
            status=422,
        )


def too_late(request, submission, message, *, typed=()):
    """The answer 409: what happened meanwhile, in words, and what was typed, so that it is not lost."""
    visible = _is_visible(submission, request.user)
    back = reverse("submission", args=[submission.pk]) if visible else _back_address(submission, request.user)
    return render(request, "409.html", {"message": message, "back_url": back, "typed": typed}, status=409)


def _is_visible(submission, user):
    return Submission.objects.visible_to(user).filter(pk=submission.pk).exists()


def _back_address(submission, user):
    """Where somebody goes who may not read it now: the accountable lead of a part to its own list, else to the queue."""
    if submission.is_part and has_permission(user, Permission.SUBMIT, answering_scope(submission)):
        return reverse("my_report", args=[submission.round.plan.code, submission.round.label])
    return _review_address(submission)


def _review_address(submission):
    path = reverse("review", args=[submission.round.plan.code, submission.pillar.code])
    return f"{path}?round={submission.round.label}"


def sent_back_meanwhile(user, pk):
    """The submission, if it went back to its institution since this person, who decides on it, opened the page; else None.

    It is no longer theirs to read, but "cannot be found" would be no answer to somebody who had just read it. The other
    co-lead may have returned it; a part may have been taken back from its accountable lead, or sent back by a colleague.
    """
    part = (
        Submission.objects.filter(pk=pk, accountable__isnull=False, state__in=EDITABLE_STATES)
        .select_related("round__plan", "pillar", "institution", "accountable")
        .first()
    )
    if part and has_permission(user, Permission.SUBMIT, answering_scope(part)) and history_of(part).exists():
        return None if _is_visible(part, user) else part
    found = (
        Submission.objects.board_visible_to(user)
        .filter(pk=pk, state=SubmissionState.RETURNED)
        .select_related("round__plan", "pillar", "institution")
        .first()
    )
    if found is None or not has_permission(user, Permission.REVIEW, found) or _is_visible(found, user):
        return None
    return found


def _said(submission, action):
    """What the person is told after it went through."""
    if action == "endorse":
        if submission.state == SubmissionState.ENDORSED:
            return _("Endorsed. Both sides have now endorsed this submission.")
        return _("Endorsed for your side. The other side has not endorsed it yet.")
    return {
        "submit": _("Submitted. The co-leads of %(pillar)s can now read it; it is locked."),
        "contribute": _("Handed to %(lead)s. It goes to the co-leads with the report of %(lead)s.")
        if submission.state == SubmissionState.CONTRIBUTED
        else _("%(lead)s has submitted already: your part went straight to the co-leads of %(pillar)s."),
        "withdraw": _("Taken back: it is a draft again, and %(lead)s no longer reads it."),
        "send_back": _("Sent back. %(institution)s can change it again and sees your note."),
        "accept": _("Accepted. Its figures are now official; both co-leads can endorse them."),
        "return": _("Returned. %(institution)s can change it again and sees your note."),
        "dissent": _("Your dissent is recorded and stays with the figures."),
    }[action] % {
        "pillar": submission.pillar,
        "institution": submission.institution,
        "lead": submission.accountable,
    }
