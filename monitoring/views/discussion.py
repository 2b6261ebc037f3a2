"""What people say on a submission's page: comments, requests for evidence, answers, ratings, verification; returning with notes."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from frameworks.models import Activity, Indicator
from frameworks.permissions import Permission, require_permission
from frameworks.web import SignedInMixin
from frameworks.workflow import StateConflict, available_actions
from monitoring.lines import WHOLE, LineKey, line_named
from monitoring.models import Comment, SubmissionVersion
from monitoring.models.review import CommentKind
from monitoring.operations.assessing import rate, verify
from monitoring.operations.discussion import add_comment, answer, settle
from monitoring.sheets import load_sheet
from monitoring.spending import budgets_of_version
from monitoring.versions import read
from monitoring.views.submission import find_submission, submission_page
from monitoring.views.submission_steps import SubmissionAction, sent_back_meanwhile, too_late
from monitoring.words import figure_text


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into one of the page's small forms and refused. place: the form, for example "comment-a12"."""

    place: str
    values: dict
    errors: dict

    @property
    def other_errors(self):
        return self.errors.get(NON_FIELD_ERRORS, [])


class Saying(SignedInMixin, View):
    """One of the small forms of a submission's page. Refused, the page comes back with what was typed, at its place."""

    def get(self, request, pk, **kwargs):
        """A visit, after signing in again: the submission."""
        return redirect("submission", find_submission(request, pk).pk)

    def post(self, request, pk, **kwargs):
        words = [text for text in (request.POST.get("text"), request.POST.get("note")) if text]
        sent_back = sent_back_meanwhile(request.user, pk)
        if sent_back:
            message = _(
                "It was returned in the meantime, and is with the institution until it is handed in again."
            )
            return too_late(request, sent_back, message, typed=words)
        submission = find_submission(request, pk)
        try:
            anchor = self.say(submission, timezone.now(), **kwargs)
        except StateConflict as error:
            return too_late(request, submission, str(error), typed=words)
        except ValidationError as error:
            named = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
            typed = Typed(self.place(**kwargs), request.POST, named)
            return submission_page(request, submission, typed=typed, status=422)
        if request.POST.get("then") == "my_report":
            path = reverse("my_report", args=[submission.round.plan.code, submission.round.label])
            return redirect(f"{path}#s{submission.pk}")
        return redirect(f"{reverse('submission', args=[submission.pk])}#{anchor}")

    @property
    def cycle(self):
        """The version that the page showed, or None."""
        cycle = self.request.POST.get("cycle", "")
        return int(cycle) if cycle.isdecimal() and len(cycle) < 6 else None

    def say(self, submission, now, **kwargs):
        """Does what was pressed; returns the anchor of where it can be seen."""
        raise NotImplementedError

    def place(self, **kwargs):
        raise NotImplementedError


class NewComment(Saying):
    """`/submissions/<pk>/comments/`"""

    @property
    def line(self):
        line = line_named(self.request.POST.get("line", WHOLE.name))
        if line is None:
            raise Http404
        return line

    def say(self, submission, now):
        asks = self.request.POST.get("kind") == CommentKind.EVIDENCE_REQUEST
        comment = add_comment(
            submission=submission,
            by=self.request.user,
            at=now,
            text=self.request.POST.get("text", ""),
            line=self.line,
            kind=CommentKind.EVIDENCE_REQUEST if asks else CommentKind.COMMENT,
            cycle=self.cycle,
        )
        messages.success(self.request, _("Evidence is asked for.") if asks else _("Your comment is there."))
        return f"c{comment.pk}"

    def place(self):
        return f"comment-{self.line.name}"


class OfComment(Saying):
    """Something about one comment of the submission."""

    def comment_of(self, submission, pk):
        return get_object_or_404(
            Comment.objects.visible_to(self.request.user).select_related("submission", "parent"),
            pk=pk,
            submission=submission,
        )


class AnswerComment(OfComment):
    """`/submissions/<pk>/comments/<comment>/answer/`"""

    def say(self, submission, now, comment):
        said = answer(
            comment=self.comment_of(submission, comment),
            by=self.request.user,
            at=now,
            text=self.request.POST.get("text", ""),
        )
        messages.success(self.request, _("Your answer is there."))
        return f"c{said.pk}"

    def place(self, comment):
        return f"answer-{comment}"


class SettleComment(OfComment):
    """`/submissions/<pk>/comments/<comment>/settle/`: seen to, or (`open`) not after all."""

    def say(self, submission, now, comment):
        found = self.comment_of(submission, comment)
        done = "open" not in self.request.POST
        settle(comment=found, by=self.request.user, at=now, done=done)
        messages.success(self.request, _("Marked as seen to.") if done else _("It is open again."))
        return f"c{found.pk}"

    def place(self, comment):
        return f"answer-{comment}"


class RateActivity(Saying):
    """`/submissions/<pk>/ratings/<activity>/`: how the reader's side sees it."""

    def say(self, submission, now, activity):
        row = get_object_or_404(Activity, pk=activity, plan=submission.round.plan)
        rate(
            submission=submission,
            activity=row,
            by=self.request.user,
            at=now,
            status=self.request.POST.get("status", ""),
            note=self.request.POST.get("note", ""),
            cycle=self.cycle,
        )
        messages.success(
            self.request, _("Your side's rating of %(code)s stands beside the others.") % {"code": row.code}
        )
        return f"activity-{row.pk}"

    def place(self, activity):
        return f"rate-{activity}"


class VerifyFigure(Saying):
    """`/submissions/<pk>/verifications/<indicator>/`: what the monitoring team found."""

    def say(self, submission, now, indicator):
        row = get_object_or_404(Indicator, pk=indicator, plan=submission.round.plan)
        verify(
            submission=submission,
            indicator=row,
            by=self.request.user,
            at=now,
            finding=self.request.POST.get("finding", ""),
            note=self.request.POST.get("note", ""),
            cycle=self.cycle,
        )
        messages.success(
            self.request, _("What you found of %(code)s is shown with the figure.") % {"code": row.code}
        )
        return LineKey(indicator_id=row.pk).anchor

    def place(self, indicator):
        return f"verify-{indicator}"


# Returning with notes at lines


@dataclass
class NoteLine:
    """One line on the page of a return: what it says now, and the note that is being written."""

    key: LineKey
    code: str
    title: str
    told: str = ""
    status: str = ""
    note: str = ""
    errors: list = field(default_factory=list)
    indicators: list = field(default_factory=list)


class ReturnWithNotes(SubmissionAction):
    """`/submissions/<pk>/return-with-notes/`: the same step as on the submission's page, with notes at single lines."""

    def get(self, request, pk):
        submission = find_submission(request, pk)
        require_permission(request.user, Permission.REVIEW, submission)
        if not any(arrow.action == "return" for arrow in available_actions(submission, request.user)):
            return redirect("submission", submission.pk)
        return self._page(submission)

    def post(self, request, pk):
        return super().post(request, pk, "return")

    def beside(self):
        return {"notes": self._notes()}

    def refused(self, submission, arrow, comment, error):
        errors = error.message_dict if hasattr(error, "error_dict") else {"comment": error.messages}
        return self._page(submission, comment=comment, errors=errors, status=422)

    def _notes(self):
        found = {}
        for name, text in self.request.POST.items():
            line = line_named(name.removeprefix("note-")) if name.startswith("note-") else None
            if line is not None and not line.is_whole and text.strip():
                found[line] = text
        return found

    def typed(self):
        return [*super().typed(), *self._notes().values()]

    def _page(self, submission, *, comment="", errors=None, status=200):
        errors, notes = errors or {}, self._notes()
        sheet = load_sheet(submission)

        def line(key, row, **told):
            return NoteLine(
                key, row.code, getattr(row, "title", "") or getattr(row, "statement", ""),
                note=notes.get(key, ""), errors=errors.get(key.name, []), **told,
            )  # fmt: skip

        def indicators(lines):
            return [
                line(
                    LineKey(indicator_id=one.indicator.pk),
                    one.indicator,
                    told=figure_text(one.indicator, one.total),
                )
                for one in lines
            ]

        entries = [
            line(
                LineKey(activity_id=entry.activity.pk),
                entry.activity,
                told=entry.progress.narrative if entry.progress else "",
                status=entry.progress.status if entry.progress else "",
                indicators=indicators(entry.lines),
            )
            for entry in sheet.entries
        ]
        return render(
            self.request,
            "monitoring/return_notes.html",
            {
                "submission": submission,
                "round": submission.round,
                "plan": submission.round.plan,
                "entries": entries,
                "others": indicators(sheet.others),
                "comment": comment,
                "comment_errors": errors.get("comment", []),
                "is_refused": bool(errors),
            },
            status=status,
        )


# What was handed in


class VersionPage(SignedInMixin, View):
    """`/submissions/<pk>/versions/<cycle>/`: word for word, as it was handed in."""

    def get(self, request, pk, cycle):
        submission = find_submission(request, pk)
        version = get_object_or_404(
            SubmissionVersion.objects.select_related("by"), submission=submission, cycle=cycle
        )
        cycles = list(
            SubmissionVersion.objects.filter(submission=submission)
            .order_by("cycle")
            .values_list("cycle", flat=True)
        )
        whole, *lines = read(version.content)
        activities = [line for line in lines if line.key.activity_id]
        budgets = budgets_of_version(submission, activities)
        return render(
            request,
            "monitoring/version.html",
            {
                "submission": submission,
                "round": submission.round,
                "plan": submission.round.plan,
                "version": version,
                "cycles": cycles,
                "officer": whole.boxes["officer"].text,
                "activities": [(line, budgets[line.key.activity_id]) for line in activities],
                "indicators": [line for line in lines if line.key.indicator_id],
            },
        )
