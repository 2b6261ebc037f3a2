"""Reporting offline: the template to download, the upload with its preview, the file back with its errors marked."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView, View

from frameworks.imports.parts import UnreadableWorkbook
from frameworks.models import Institution, ReportingRound
from frameworks.views.workbook import workbook_response
from frameworks.web import PlanMixin
from frameworks.workbook.annotate import marked_workbook
from frameworks.workbook.pages import BOX
from frameworks.workflow import StateConflict
from monitoring.forms.template import TemplateUploadForm
from monitoring.models import ReportUpload, Submission
from monitoring.operations.template import discard_upload, keep_upload, waiting_uploads
from monitoring.template.apply import NotSaved, apply_upload, preview
from monitoring.template.content import load_content
from monitoring.template.export import export_template
from monitoring.template.items import MINE, ONLINE
from monitoring.template.parse import read_template

#: Rows of a preview page; what is beyond them is counted, and saved with the others.
SHOWN = 250


class TemplateMixin(PlanMixin):
    """Finds the round and the institution; for everybody but those who report for it there is no such page (404)."""

    def dispatch(self, request, *args, **kwargs):
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def round(self):
        round = get_object_or_404(
            ReportingRound.objects.filter(plan=self.plan).opened(), label=self.kwargs["label"]
        )
        round.plan = self.plan
        return round

    @cached_property
    def institution(self):
        mine = Submission.objects.reported_by(self.request.user).filter(round=self.round)
        return get_object_or_404(
            Institution.objects.filter(pk__in=mine.order_by().values("institution")),
            code=self.kwargs["institution"],
        )

    @cached_property
    def address(self):
        """What every address of these pages begins with."""
        return self.plan.code, self.round.label, self.institution.code

    def content(self):
        return load_content(round=self.round, institution=self.institution, at=self.at)

    def file_name(self, what):
        return get_valid_filename(f"{self.plan.code}-{self.round.label}-{self.institution.code}-{what}")

    def get_context_data(self, **kwargs):
        return super().get_context_data(round=self.round, institution=self.institution, **kwargs)


class ReportTemplate(TemplateMixin, FormView):
    """How to report offline; the upload. A file that is not this institution's template is refused at its field."""

    template_name = "monitoring/template.html"
    form_class = TemplateUploadForm

    def get_context_data(self, **kwargs):
        content = self.content()
        waiting = waiting_uploads(round=self.round, institution=self.institution, by=self.request.user)
        return super().get_context_data(
            content=content, asked=bool(content.rows), waiting=list(waiting), **kwargs
        )

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        try:
            read_template(file, filename=file.name, round=self.round, institution=self.institution)
        except UnreadableWorkbook as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        file.seek(0)
        upload = keep_upload(
            round=self.round, institution=self.institution, file=file, by=self.request.user, at=self.at
        )
        return redirect("report_template_preview", *self.address, upload.public_id)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ReportTemplateFile(TemplateMixin, View):
    """The template, filled in with the drafts as they are now."""

    def get(self, request, *args, **kwargs):
        content = self.content()
        if not content.rows:
            raise Http404  # the page says why there is none
        response = workbook_response(b"", self.file_name("report"))
        export_template(content, response, at=self.at)
        return response


class TemplateUploadMixin(TemplateMixin):
    """Finds the upload of the address, among those of the institution."""

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except (UnreadableWorkbook, FileNotFoundError) as error:  # readable when it was uploaded
            unreadable = isinstance(error, UnreadableWorkbook)
            messages.error(request, str(error) if unreadable else _("The file is gone. Upload it again."))
            return redirect("report_template", *self.address)

    @cached_property
    def upload(self):
        uploads = ReportUpload.objects.visible_to(self.request.user).select_related("uploaded_by")
        upload = get_object_or_404(
            uploads, round=self.round, institution=self.institution, public_id=self.kwargs["upload"]
        )
        upload.round, upload.institution = self.round, self.institution
        return upload


class ReportTemplatePreview(TemplateUploadMixin, TemplateView):
    """Old and new of every row, what was changed on both sides, what is wrong; then save as draft, or discard."""

    template_name = "monitoring/template_preview.html"

    def get(self, request, *args, **kwargs):
        if self.upload.applied_at:
            return redirect("my_report", self.plan.code, self.round.label)
        return self._page(preview(self.upload, at=self.at))

    def post(self, request, *args, **kwargs):
        if self.upload.applied_at:  # pressed twice: it is saved, and once is enough
            return redirect("my_report", self.plan.code, self.round.label)
        action = request.POST.get("action")
        if action == "discard":
            return self._discard()
        if action == "save":
            return self._save()
        raise Http404

    def _discard(self):
        try:
            discard_upload(upload=self.upload, by=self.request.user)
        except StateConflict as conflict:
            messages.warning(self.request, str(conflict))
        else:
            messages.info(self.request, _("The workbook was discarded; nothing was saved."))
        return redirect("report_template", *self.address)

    def _save(self):
        choices = {
            name.removeprefix("keep-"): value
            for name, value in self.request.POST.items()
            if name.startswith("keep-")
        }
        try:
            apply_upload(
                upload=self.upload,
                by=self.request.user,
                at=self.at,
                fingerprint=self.request.POST.get("fingerprint", ""),
                choices=choices,
            )
        except NotSaved as refused:
            undecided = {item.field_name for item in refused.difference.undecided(choices)}
            return self._page(
                refused.difference, refused=str(refused), choices=choices, undecided=undecided, status=409
            )
        except StateConflict as conflict:
            messages.warning(self.request, str(conflict))
            return redirect("report_template", *self.address)
        rows = self.upload.summary["rows"]
        messages.success(
            self.request,
            ngettext(
                "Saved as your draft: %(n)d row of the workbook. Submit it here when nothing is missing.",
                "Saved as your draft: %(n)d rows of the workbook. Submit it here when nothing is missing.",
                rows,
            )
            % {"n": rows},
        )
        return redirect("my_report", self.plan.code, self.round.label)

    def _page(self, difference, *, refused="", choices=None, undecided=(), status=200):
        every = self.request.GET.get("all")
        if choices is None and every in (MINE, ONLINE):
            choices = {item.record.id: every for item in difference.clashes}
        choices = choices or {}
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
            clashes=[(item, choices.get(item.record.id, "")) for item in difference.clashes],
            undecided=undecided,
            refused=refused,
        )
        return self.render_to_response(context, status=status)


class ReportTemplateMarked(TemplateUploadMixin, View):
    """The uploaded workbook with the offending cells filled and commented."""

    def get(self, request, *args, **kwargs):
        if self.upload.applied_at:
            raise Http404
        doubts = preview(self.upload, at=self.at).doubts
        with self.upload.file.open("rb") as file:
            data = marked_workbook(file, filename=self.upload.file_name, doubts=doubts, free=BOX)
        return workbook_response(data, self.file_name("marked"))
