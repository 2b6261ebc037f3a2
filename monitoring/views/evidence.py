"""Evidence of one line: adding and taking away, and the one address at which a file is handed out."""

import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from frameworks.documents import kind_of_name
from frameworks.forms.base import add_refusal
from frameworks.permissions import Permission, has_permission
from frameworks.views.files import download_of
from frameworks.web import SignedInMixin, remember_plan
from monitoring.forms.evidence import EvidenceForm
from monitoring.handing_in import why_locked
from monitoring.models import Evidence, Submission
from monitoring.operations.evidence import (
    MOST_OF_A_LINE,
    add_evidence,
    remove_evidence,
    why_no_evidence,
)
from monitoring.operations.reporting import DraftLocked
from monitoring.sheets import load_sheet

#: How an address names a line: a12 is an activity, i34 an indicator.
_LINE = re.compile(r"([ai])(\d{1,18})", re.ASCII)


def line_name(*, activity_id=None, indicator_id=None):
    return f"a{activity_id}" if activity_id else f"i{indicator_id}"


def open_submission(request, pk):
    """The submission, for those who report in it: 404 for others, 403 for those who only read."""
    submission = get_object_or_404(
        Submission.objects.visible_to(request.user).select_related("round__plan", "institution", "pillar"),
        pk=pk,
    )
    remember_plan(request, submission.round.plan)
    if not has_permission(request.user, Permission.EDIT_SUBMISSION, submission):
        raise PermissionDenied(
            _("Only the focal point of %(institution)s adds evidence here.")
            % {"institution": submission.institution}
        )
    return submission


def find_line(submission, name):
    """(activity, indicator, address of the line on the page where it is written) of a line's name; 404 if it is none."""
    found = _LINE.fullmatch(name)
    if not found:
        raise Http404
    kind, pk = found[1], int(found[2])
    sheet = load_sheet(submission)
    for entry in sheet.entries:
        page = reverse("submission_activity", args=[submission.pk, entry.activity.code])
        if kind == "a" and entry.activity.pk == pk:
            return entry.activity, None, f"{page}#story"
        for line in entry.lines:
            if kind == "i" and line.indicator.pk == pk:
                return None, line.indicator, f"{page}#i{pk}"
    for line in sheet.others:
        if kind == "i" and line.indicator.pk == pk:
            page = reverse("submission_indicators", args=[submission.pk])
            return None, line.indicator, f"{page}#i{pk}"
    raise Http404


class EvidenceLine(SignedInMixin, View):
    """`/submissions/<pk>/evidence/<line>/`: what a line rests on, and the form that adds to it."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.submission = open_submission(request, kwargs["pk"])
            self.activity, self.indicator, self.written_at = find_line(self.submission, kwargs["line"])
            self.now = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, pk, line):
        return self.page(EvidenceForm())

    def post(self, request, pk, line):
        form = EvidenceForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            added = add_evidence(
                submission=self.submission,
                activity=self.activity,
                indicator=self.indicator,
                title=form.cleaned_data["title"],
                url=form.cleaned_data["url"],
                document=form.document,
                file_name=form.cleaned_data["file"].name if form.document else "",
                by=request.user,
                at=self.now,
            )
        except DraftLocked:
            return self.page(form, status=409)  # it says why
        except ValidationError as error:
            add_refusal(form, error)
            return self.page(form, status=422)
        messages.success(request, _("Added: %(name)s.") % {"name": added})
        return redirect(request.path if request.POST.get("then") == "another" else self.back_url)

    @property
    def back_url(self):
        """The line where it is written, or where it is read once it is handed in."""
        if not why_locked(self.submission, self.now):
            return self.written_at
        return reverse("submission", args=[self.submission.pk])

    def page(self, form, *, status=200):
        rows = list(
            Evidence.objects.filter(
                submission=self.submission, activity=self.activity, indicator=self.indicator
            )
        )
        locked = why_no_evidence(self.submission, self.now, activity=self.activity, indicator=self.indicator)
        return render(
            self.request,
            "monitoring/evidence_line.html",
            {
                "submission": self.submission,
                "round": self.submission.round,
                "plan": self.submission.round.plan,
                "line": self.activity or self.indicator,
                "text": self.activity.title if self.activity else self.indicator.statement,
                "rows": rows,
                "form": form,
                "locked": locked,
                "full": len(rows) >= MOST_OF_A_LINE,
                "most": MOST_OF_A_LINE,
                "may_remove": not why_locked(self.submission, self.now),
                "back_url": self.back_url,
            },
            status=status,
        )


def _find(request, public_id):
    return get_object_or_404(
        Evidence.objects.visible_to(request.user).select_related(
            "submission__round__plan", "submission__institution", "activity", "indicator"
        ),
        public_id=public_id,
    )


class EvidenceRemove(SignedInMixin, View):
    """`/evidence/<uuid>/remove/`: asks, then takes a file or link away."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.evidence = _find(request, kwargs["public_id"])
            self.submission = open_submission(request, self.evidence.submission_id)
            self.now = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    @property
    def line_url(self):
        name = line_name(activity_id=self.evidence.activity_id, indicator_id=self.evidence.indicator_id)
        return reverse("evidence_line", args=[self.submission.pk, name])

    def get(self, request, public_id):
        return render(
            request,
            "monitoring/evidence_remove.html",
            {
                "evidence": self.evidence,
                "submission": self.submission,
                "round": self.submission.round,
                "plan": self.submission.round.plan,
                "line": self.evidence.activity or self.evidence.indicator,
                "locked": why_locked(self.submission, self.now),
                "back_url": self.line_url,
            },
        )

    def post(self, request, public_id):
        try:
            remove_evidence(evidence=self.evidence, by=request.user, at=self.now)
        except DraftLocked as error:
            return render(request, "409.html", {"message": str(error), "back_url": self.line_url}, status=409)
        except Evidence.DoesNotExist as error:
            raise Http404 from error
        messages.success(request, _("Removed: %(name)s.") % {"name": self.evidence})
        return redirect(self.line_url)


class EvidenceFile(SignedInMixin, View):
    """`/evidence/<uuid>/`: the file, saved and never opened in the page, for those who may read its submission."""

    def get(self, request, public_id):
        found = _find(request, public_id)
        kind = kind_of_name(found.file.name) if found.file else None
        if kind is None or not found.file.storage.exists(found.file.name):
            raise Http404(_("There is no file here."))
        return download_of(found.file, file_name=found.file_name, kind=kind, otherwise="evidence")
