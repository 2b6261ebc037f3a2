"""One step of a submission through the one door, as its page's buttons ask for it; and what is said when it cannot go."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from frameworks.permissions import Permission, has_permission
from frameworks.web import SignedInMixin
from frameworks.workflow import GateClosed, StateConflict, history_of
from monitoring.joint import answering_scope
from monitoring.models import Submission
from monitoring.models.submission import EDITABLE_STATES, SubmissionState
from monitoring.operations.parts import PartsMissing, submit_report
from monitoring.operations.reviewing import Outdated, act
from monitoring.sheets import load_sheet
from monitoring.states import SUBMISSION_TRANSITIONS
from monitoring.steps import step_text
from monitoring.views.officer import keep_officer
from monitoring.views.submission import HANDING_IN, ActionShown, find_submission, submission_page

#: What has a button: a part goes along with the accountable lead's report, never by itself.
ACTIONS = {arrow.action: arrow for arrow in SUBMISSION_TRANSITIONS if arrow.action != "go_along"}


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
        if action in HANDING_IN:
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
                    if action not in HANDING_IN and cycle.isdecimal() and len(cycle) < 6
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
