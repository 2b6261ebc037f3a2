"""The framework as an Excel workbook: download, upload, preview with old and new, the file back with its errors marked."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView, View

from frameworks.forms.workbook import SaveWorkbookForm, WorkbookUploadForm
from frameworks.imports.parts import UnreadableWorkbook
from frameworks.imports.saving import ImportRefused
from frameworks.models import FrameworkImport
from frameworks.models.upload import ImportKind, ImportState
from frameworks.operations.importing import (
    UNDECIDED,
    busy_message,
    close_import,
    import_at_work,
    keep_upload,
    queue_import,
)
from frameworks.permissions import Permission
from frameworks.web import PlanMixin
from frameworks.workbook.annotate import marked_workbook
from frameworks.workbook.apply import apply_workbook, read_upload
from frameworks.workbook.compare import compare
from frameworks.workbook.export import export_workbook
from frameworks.workbook.items import KEEP
from frameworks.workbook.parse import read_workbook
from frameworks.workflow import StateConflict

#: Rows of a preview page; what is beyond them is counted.
SHOWN = 250
#: So many rows are saved at once while the person waits; more are saved by the worker, with progress.
AT_ONCE = 300
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook_response(data, name):
    """An .xlsx to keep. `name` holds letters of codes only, so it needs no escaping."""
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response


class PlanWorkbook(PlanMixin, FormView):
    """Download and upload. A file that is not this plan's workbook is refused here, at its field."""

    template_name = "frameworks/workbook.html"
    form_class = WorkbookUploadForm
    permission = Permission.EDIT_FRAMEWORK

    def get_context_data(self, **kwargs):
        waiting = FrameworkImport.objects.visible_to(self.request.user).filter(
            plan=self.plan, kind=ImportKind.WORKBOOK, state__in=(*UNDECIDED, ImportState.QUEUED)
        )
        return super().get_context_data(waiting=waiting.select_related("created_by")[:5], **kwargs)

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        try:
            read_workbook(file, filename=file.name, plan=self.plan)
        except UnreadableWorkbook as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        file.seek(0)
        upload = keep_upload(
            plan=self.plan, file=file, by=self.request.user, at=timezone.now(), kind=ImportKind.WORKBOOK
        )
        return redirect("plan_workbook_preview", self.plan.code, upload.public_id)


class PlanWorkbookFile(PlanMixin, View):
    """The whole framework as it is now."""

    permission = Permission.EDIT_FRAMEWORK

    def get(self, request, *args, **kwargs):
        response = workbook_response(b"", f"{self.plan.code}-framework-{self.today:%Y-%m-%d}")
        export_workbook(self.plan, response, at=timezone.now())
        return response


class WorkbookUploadMixin(PlanMixin):
    """Finds the upload of the address, after PlanMixin has said who may come in."""

    permission = Permission.EDIT_FRAMEWORK
    states = UNDECIDED

    @property
    def upload(self):
        if not hasattr(self, "_upload"):
            uploads = FrameworkImport.objects.visible_to(self.request.user).filter(
                plan=self.plan, kind=ImportKind.WORKBOOK, state__in=self.states
            )
            self._upload = get_object_or_404(uploads, public_id=self.kwargs["upload"])
            self._upload.plan = self.plan
        return self._upload

    def difference(self):
        self.parsed = read_upload(self.upload)
        return compare(self.parsed, self.plan, remove_missing=self.upload.remove_missing)


class PlanWorkbookPreview(WorkbookUploadMixin, TemplateView):
    """What would be created, changed, left and taken out; then save, discard, or say that what is missing goes, too."""

    template_name = "frameworks/workbook_preview.html"
    states = (*UNDECIDED, ImportState.QUEUED)

    def get(self, request, *args, **kwargs):
        if self.upload.state == ImportState.QUEUED:
            return redirect("plan_import_progress", self.plan.code, self.upload.public_id)
        return self._page(self.difference())

    def post(self, request, *args, **kwargs):
        if self.upload.state == ImportState.QUEUED:
            return redirect("plan_import_progress", self.plan.code, self.upload.public_id)
        action = request.POST.get("action")
        if action == "discard":
            close_import(upload=self.upload, state=ImportState.DISCARDED, by=request.user, at=timezone.now())
            messages.info(request, _("The workbook was discarded; nothing was saved."))
            return redirect("plan_workbook", self.plan.code)
        if action == "missing":
            self.upload.remove_missing = request.POST.get("remove_missing") == "on"
            self.upload.save(update_fields=["remove_missing"])
            return redirect("plan_workbook_preview", self.plan.code, self.upload.public_id)
        if action == "save":
            return self._save()
        raise Http404

    def _save(self):
        form = SaveWorkbookForm(self.request.POST)
        form.is_valid()
        reason, seen = form.cleaned_data.get("reason", ""), self.request.POST.get("fingerprint", "")
        difference = self.difference()
        busy = import_at_work(self.plan)
        if busy is not None:
            return self._page(difference, refused=busy_message(busy), form=form, status=409)
        if difference.needs_reason and not reason.strip():
            form.add_error("reason", difference.needs_reason)
            return self._page(difference, form=form, status=422)
        if "reason" in form.errors:
            return self._page(difference, form=form, status=422)
        try:
            if len(difference.written) > AT_ONCE:
                return self._queue(difference, seen, reason)
            difference = self._save_at_once(seen, reason)
        except ImportRefused as refused:
            return self._page(refused.difference, refused=str(refused), form=form, status=409)
        except (StateConflict, ValidationError) as conflict:
            words = " ".join(getattr(conflict, "messages", [str(conflict)]))
            return self._page(self.difference(), refused=words, form=form, status=409)
        written = len(difference.written) + len(difference.taken_out)
        messages.success(
            self.request,
            ngettext(
                "The workbook is saved: %(n)d row was written.",
                "The workbook is saved: %(n)d rows were written.",
                written,
            )
            % {"n": written},
        )
        return redirect("plan", self.plan.code)

    def _queue(self, difference, seen, reason):
        if not difference.can_be_saved or difference.fingerprint() != seen:
            return self._page(difference, refused=_("The plan has changed since this preview."), status=409)
        queue_import(
            upload=self.upload,
            fingerprint=seen,
            reason=reason,
            remove_missing=self.upload.remove_missing,
            by=self.request.user,
            at=timezone.now(),
        )
        return redirect("plan_import_progress", self.plan.code, self.upload.public_id)

    def _save_at_once(self, seen, reason):
        at = timezone.now()
        with transaction.atomic():
            difference = apply_workbook(
                parsed=self.parsed,
                plan=self.plan,
                by=self.request.user,
                at=at,
                fingerprint=seen,
                reason=reason,
                remove_missing=self.upload.remove_missing,
            )
            close_import(
                upload=self.upload,
                state=ImportState.APPLIED,
                by=self.request.user,
                at=at,
                written=difference.written_by_sheet(),
            )
        return difference

    def _page(self, difference, *, refused="", form=None, status=200):
        rows = difference.written
        context = self.get_context_data(
            upload=self.upload,
            difference=difference,
            fingerprint=difference.fingerprint(),
            counts=difference.counts(),
            errors=difference.errors,
            doubts=[doubt for doubt in difference.doubts if doubt.level != "error"],
            rows=rows[:SHOWN],
            hidden_rows=max(0, len(rows) - SHOWN),
            by_worker=len(rows) > AT_ONCE,
            gone=[one for one in difference.gone if one.outcome != KEEP][:SHOWN],
            gone_total=sum(one.outcome != KEEP for one in difference.gone),
            staying=[one for one in difference.gone if one.outcome == KEEP],
            form=form or SaveWorkbookForm(),
            refused=refused,
        )
        return self.render_to_response(context, status=status)


class PlanWorkbookMarked(WorkbookUploadMixin, View):
    """The uploaded workbook with the offending cells filled and commented."""

    def get(self, request, *args, **kwargs):
        doubts = self.difference().doubts
        with self.upload.file.open("rb") as file:
            data = marked_workbook(file, filename=self.upload.file_name, doubts=doubts)
        return workbook_response(data, f"{self.plan.code}-framework-marked")
