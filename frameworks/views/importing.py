"""Importing a logframe in the browser: upload, preview with the cell of every doubt, save all or nothing."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView, View

from frameworks.forms.importing import ReasonForm, UploadForm, WhoForm
from frameworks.imports import UnreadableWorkbook
from frameworks.imports.apply import preview, rows_to_write, written_by
from frameworks.imports.difference import SAME
from frameworks.imports.layout import find_layout
from frameworks.imports.opening import open_grids
from frameworks.imports.run import step_text
from frameworks.imports.saving import ImportRefused, refuse, save_logframe
from frameworks.models import FrameworkImport
from frameworks.models.upload import ImportKind, ImportState
from frameworks.operations.importing import (
    UNDECIDED,
    busy_message,
    close_import,
    import_at_work,
    is_silent,
    keep_upload,
    outcomes,
    queue_import,
)
from frameworks.permissions import Permission
from frameworks.terminology import MANY
from frameworks.web import PlanMixin
from frameworks.workflow import StateConflict

#: Rows of a preview page; a plan of 3,000 indicators is summed up beyond them.
SHOWN = 250
#: So many things are saved at once while the person waits; more are saved by the worker, with progress.
AT_ONCE = 300
#: Imports listed on the upload page.
RECENT = 10
#: Where each kind of upload is decided.
PREVIEWS = {
    ImportKind.LOGFRAME: "plan_import_preview",
    ImportKind.WORKBOOK: "plan_workbook_preview",
}


class UploadMixin:
    """Finds the upload of the address, still to be decided, after PlanMixin has said who may come in. Before it in the bases."""

    states = UNDECIDED

    @property
    def upload(self):
        if not hasattr(self, "_upload"):
            uploads = FrameworkImport.objects.visible_to(self.request.user).filter(
                plan=self.plan, kind=ImportKind.LOGFRAME, state__in=self.states
            )
            self._upload = get_object_or_404(
                uploads.select_related("created_by"), public_id=self.kwargs["upload"]
            )
            self._upload.plan = self.plan
        return self._upload


class PlanImport(PlanMixin, FormView):
    """Upload. A file that cannot be read is refused here, at its field; one without headers that we know is asked about."""

    template_name = "frameworks/import.html"
    form_class = UploadForm
    permission = Permission.EDIT_FRAMEWORK

    def get_context_data(self, **kwargs):
        uploads = FrameworkImport.objects.visible_to(self.request.user).filter(plan=self.plan)
        recent = list(uploads.select_related("created_by").order_by("-created_at", "-pk")[:RECENT])
        return super().get_context_data(recent=with_outcome(recent, self.plan), **kwargs)

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        try:
            grids, _hidden = open_grids(file, filename=file.name)
        except UnreadableWorkbook as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        file.seek(0)
        upload = keep_upload(plan=self.plan, file=file, by=self.request.user, at=timezone.now())
        filled = [grid for grid in grids if grid.cells]
        unknown = filled and not any(find_layout(grid) for grid in filled)
        page = "plan_import_columns" if unknown else "plan_import_preview"
        return redirect(page, self.plan.code, upload.public_id)


def with_outcome(uploads, plan):
    """The uploads, each with `preview_url`, `decided_by` and `written`: [(its level in the plan's words, its counts)]."""
    levels = {name: plan.words[many] for level, many in MANY.items() for name in (level, many)}
    # In the order in which they are shown; those in the plural, and the plan, are sheets of the framework's own workbook.
    labels = {
        "plan": plan.words["plan"],
        "pillar": _("Pillars"),
        "pillars": _("Pillars"),
        **levels,
        "group": _("Working groups"),
        "leads": _("Lead institutions"),
        "targets": _("Targets"),
        "breakdowns": _("Breakdowns"),
    }
    found = outcomes(uploads)
    for upload in uploads:
        upload.preview_url = reverse(PREVIEWS[upload.kind], args=[plan.code, upload.public_id])
        upload.decided_by, written = found.get(upload.pk, (None, {}))
        order = sorted(
            written, key=lambda level: list(labels).index(level) if level in labels else len(labels)
        )
        upload.written = [(labels.get(level, level), written[level]) for level in order]
    return uploads


class PlanImportPreview(UploadMixin, PlanMixin, TemplateView):
    """What would be created, changed or left; then save, discard, or say whom a name means."""

    template_name = "frameworks/import_preview.html"
    permission = Permission.EDIT_FRAMEWORK
    states = (*UNDECIDED, ImportState.QUEUED)

    def get(self, request, *args, **kwargs):
        if self.upload.state == ImportState.QUEUED:
            return self._to("plan_import_progress")
        return self._page(self._difference())

    def post(self, request, *args, **kwargs):
        action = request.POST.get("action")
        if self.upload.state == ImportState.QUEUED:
            return self._to("plan_import_progress")
        if action == "discard":
            close_import(upload=self.upload, state=ImportState.DISCARDED, by=request.user, at=timezone.now())
            messages.info(request, _("The file was discarded; nothing was saved."))
            return redirect("plan_import", self.plan.code)
        if action == "who":
            return self._answer()
        if action == "save":
            return self._save()
        raise Http404

    def _to(self, name):
        return redirect(name, self.plan.code, self.upload.public_id)

    def _difference(self):
        self.parsed, difference = preview(self.upload, self.plan)
        return difference

    def _answer(self):
        form = WhoForm(self._difference().whos, data=self.request.POST)
        if form.is_valid():
            self.upload.answers = self.upload.answers | {
                name: value for name, value in form.cleaned_data.items() if value
            }
            self.upload.save(update_fields=["answers"])
            messages.success(self.request, _("The preview now uses the names as you said."))
        return self._to("plan_import_preview")

    def _save(self):
        form = ReasonForm(self.request.POST)
        form.is_valid()
        reason = form.cleaned_data.get("reason", "")
        seen = self.request.POST.get("fingerprint", "")
        if self.request.POST.get("much") and (reason or not self.plan.is_under_change_control):
            return self._queue(seen, reason)
        difference = self._difference()
        busy = import_at_work(self.plan)
        if busy is not None:
            return self._page(difference, refused=busy_message(busy), reason=form, status=409)
        try:
            if rows_to_write(difference) > AT_ONCE:
                refuse(difference, self.plan, fingerprint=seen, reason=reason)
                return self._queue(seen, reason)
            difference = self._save_at_once(seen, reason)
        except ImportRefused as refused:
            return self._page(refused.difference, refused=str(refused), reason=form, status=409)
        except StateConflict as conflict:
            return self._page(difference, refused=str(conflict), reason=form, status=409)
        written = rows_to_write(difference)
        messages.success(
            self.request,
            ngettext(
                "The file is saved: %(n)d thing of the plan was written.",
                "The file is saved: %(n)d things of the plan were written.",
                written,
            )
            % {"n": written},
        )
        return redirect("plan", self.plan.code)

    def _queue(self, seen, reason):
        """To the worker, which compares it with what was seen: whoever waits need not wait for that, too."""
        try:
            queue_import(
                upload=self.upload,
                fingerprint=seen,
                reason=reason,
                by=self.request.user,
                at=timezone.now(),
            )
        except StateConflict as conflict:
            return self._page(self._difference(), refused=str(conflict), status=409)
        return self._to("plan_import_progress")

    def _save_at_once(self, seen, reason):
        at = timezone.now()
        with transaction.atomic():
            difference = save_logframe(
                parsed=self.parsed,
                plan=self.plan,
                by=self.request.user,
                at=at,
                answers=self.upload.answers,
                fingerprint=seen,
                reason=reason,
            )
            close_import(
                upload=self.upload,
                state=ImportState.APPLIED,
                by=self.request.user,
                at=at,
                written=written_by(difference),
            )
        return difference

    def _page(self, difference, *, refused="", reason=None, status=200):
        rows = [item for item in difference.items + difference.groups if item.action != SAME]
        context = self.get_context_data(
            upload=self.upload,
            difference=difference,
            fingerprint=difference.fingerprint(),
            counts=difference.counts(),
            errors=difference.errors,
            nothing_known=not self.parsed.layouts,
            # New and guessed names are asked for under "Who is who", with their cells.
            doubts=[
                doubt for doubt in difference.doubts if doubt.level != "error" and doubt.code != "institution"
            ],
            rows=rows[:SHOWN],
            hidden_rows=max(0, len(rows) - SHOWN),
            by_worker=len(rows) > AT_ONCE,
            left=difference.left[:SHOWN],
            left_total=len(difference.left),
            who_form=WhoForm(difference.whos),
            reason_form=reason or ReasonForm(),
            needs_reason=self.plan.is_under_change_control and difference.changes_anything,
            refused=refused,
        )
        return self.render_to_response(context, status=status)


class PlanImportProgress(PlanMixin, View):
    """How far saving is, live; then what was written, or why not, with a button to try again. For every kind of upload."""

    permission = Permission.EDIT_FRAMEWORK

    def get(self, request, *args, **kwargs):
        upload = self._upload()
        if upload.state == ImportState.PREVIEWED:
            return redirect(PREVIEWS[upload.kind], self.plan.code, upload.public_id)
        if request.htmx:
            response = render(request, "frameworks/parts/import_progress.html", self._context(upload))
            if upload.state != ImportState.QUEUED:
                response["HX-Refresh"] = "true"  # the page has more to say now
            response["Cache-Control"] = "no-store"
            return response
        return render(request, "frameworks/import_progress.html", self._context(upload))

    def post(self, request, *args, **kwargs):
        """Try again: a failed import, or one whose worker has gone silent."""
        upload = self._upload()
        queue_import(
            upload=upload,
            fingerprint=upload.fingerprint,
            reason=upload.reason,
            remove_missing=upload.remove_missing,
            by=request.user,
            at=timezone.now(),
        )
        return redirect("plan_import_progress", self.plan.code, upload.public_id)

    def _upload(self):
        uploads = FrameworkImport.objects.visible_to(self.request.user).filter(plan=self.plan)
        upload = get_object_or_404(uploads.select_related("created_by"), public_id=self.kwargs["upload"])
        upload.plan = self.plan
        return upload

    def _context(self, upload):
        with_outcome([upload], self.plan)
        context = {
            "plan": self.plan,
            "upload": upload,
            "step": step_text(upload),
            "is_silent": is_silent(upload, at=timezone.now()),
            "may_edit": True,
            "insider": True,
        }
        context["may_retry"] = upload.state == ImportState.FAILED or context["is_silent"]
        return context
