"""Importing a logframe in the browser: upload, preview with the cell of every doubt, save all or nothing."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView

from frameworks.forms.importing import ReasonForm, UploadForm, WhoForm
from frameworks.imports import UnreadableWorkbook, read_logframe
from frameworks.imports.difference import SAME, compare
from frameworks.imports.existing import known_institutions, load_existing
from frameworks.imports.saving import ImportRefused, save_logframe
from frameworks.models import FrameworkImport
from frameworks.models.upload import ImportState
from frameworks.operations.importing import close_import, keep_upload
from frameworks.permissions import Permission
from frameworks.web import PlanMixin

#: Rows of a preview page; a plan of 3,000 indicators is summed up beyond them.
SHOWN = 250


class PlanImport(PlanMixin, FormView):
    """Upload. A file that cannot be read is refused here, at its field."""

    template_name = "frameworks/import.html"
    form_class = UploadForm
    permission = Permission.EDIT_FRAMEWORK

    def get_context_data(self, **kwargs):
        waiting = FrameworkImport.objects.visible_to(self.request.user).filter(
            plan=self.plan, state=ImportState.PREVIEWED
        )
        return super().get_context_data(waiting=waiting.select_related("created_by")[:5], **kwargs)

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        try:
            read_logframe(file, filename=file.name, known=known_institutions())
        except UnreadableWorkbook as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        file.seek(0)
        upload = keep_upload(plan=self.plan, file=file, by=self.request.user, at=timezone.now())
        return redirect("plan_import_preview", self.plan.code, upload.public_id)


class PlanImportPreview(PlanMixin, TemplateView):
    """What would be created, changed or left; then save, discard, or say whom a name means."""

    template_name = "frameworks/import_preview.html"
    permission = Permission.EDIT_FRAMEWORK

    def get(self, request, *args, **kwargs):
        self.upload = self._upload()
        return self._page(self._difference())

    def post(self, request, *args, **kwargs):
        self.upload = self._upload()
        action = request.POST.get("action")
        if action == "discard":
            close_import(upload=self.upload, state=ImportState.DISCARDED, by=request.user, at=timezone.now())
            messages.info(request, _("The workbook was discarded; nothing was saved."))
            return redirect("plan_import", self.plan.code)
        if action == "who":
            return self._answer()
        if action == "save":
            return self._save()
        raise Http404

    def _upload(self):
        uploads = FrameworkImport.objects.visible_to(self.request.user).filter(plan=self.plan)
        return get_object_or_404(uploads, public_id=self.kwargs["upload"], state=ImportState.PREVIEWED)

    def _parsed(self):
        with self.upload.file.open("rb") as file:
            return read_logframe(file, filename=self.upload.file_name, known=known_institutions())

    def _difference(self):
        return compare(self._parsed(), self.plan, load_existing(self.plan), self.upload.answers)

    def _answer(self):
        form = WhoForm(self._difference().whos, data=self.request.POST)
        if form.is_valid():
            self.upload.answers = self.upload.answers | {
                name: value for name, value in form.cleaned_data.items() if value
            }
            self.upload.save(update_fields=["answers"])
            messages.success(self.request, _("The preview now uses the names as you said."))
        return redirect("plan_import_preview", self.plan.code, self.upload.public_id)

    def _save(self):
        reason = ReasonForm(self.request.POST)
        reason.is_valid()
        try:
            difference = save_logframe(
                parsed=self._parsed(),
                plan=self.plan,
                by=self.request.user,
                at=timezone.now(),
                answers=self.upload.answers,
                fingerprint=self.request.POST.get("fingerprint", ""),
                reason=reason.cleaned_data.get("reason", ""),
            )
        except ImportRefused as refused:
            return self._page(refused.difference, refused=str(refused), reason=reason, status=409)
        close_import(upload=self.upload, state=ImportState.APPLIED, by=self.request.user, at=timezone.now())
        written = sum(item.action != SAME for item in difference.items + difference.groups)
        messages.success(
            self.request,
            ngettext(
                "The workbook is saved: %(n)d thing of the plan was written.",
                "The workbook is saved: %(n)d things of the plan were written.",
                written,
            )
            % {"n": written},
        )
        return redirect("plan", self.plan.code)

    def _page(self, difference, *, refused="", reason=None, status=200):
        rows = [item for item in difference.items + difference.groups if item.action != SAME]
        context = self.get_context_data(
            upload=self.upload,
            difference=difference,
            fingerprint=difference.fingerprint(),
            counts=difference.counts(),
            errors=difference.errors,
            # New and guessed names are asked for under "Who is who", with their cells.
            doubts=[
                doubt for doubt in difference.doubts if doubt.level != "error" and doubt.code != "institution"
            ],
            rows=rows[:SHOWN],
            hidden_rows=max(0, len(rows) - SHOWN),
            left=difference.left[:SHOWN],
            left_total=len(difference.left),
            who_form=WhoForm(difference.whos),
            reason_form=reason or ReasonForm(),
            needs_reason=self.plan.is_under_change_control and difference.changes_anything,
            refused=refused,
        )
        return self.render_to_response(context, status=status)
