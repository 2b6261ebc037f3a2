"""Reporting offline: the template to download, the upload with its preview, the file back with its errors marked."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import get_valid_filename
from django.utils.translation import ngettext
from django.views.generic import FormView, View

from frameworks.imports.parts import UnreadableWorkbook
from frameworks.models import Institution, ReportingRound
from frameworks.views.offline import KeptUploadMixin, MarkedUpload, UploadPreview
from frameworks.views.workbook import workbook_response
from frameworks.web import PlanMixin
from monitoring.forms.template import TemplateUploadForm
from monitoring.models import ReportUpload, Submission
from monitoring.operations.template import discard_upload, keep_upload, waiting_uploads
from monitoring.template.apply import apply_upload, preview
from monitoring.template.content import load_content
from monitoring.template.export import export_template
from monitoring.template.parse import read_template


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


class TemplateUploadMixin(KeptUploadMixin, TemplateMixin):
    """Finds the upload of the address, among those of the institution."""

    begin = "report_template"

    @cached_property
    def upload(self):
        uploads = ReportUpload.objects.visible_to(self.request.user).select_related("uploaded_by")
        upload = get_object_or_404(
            uploads, round=self.round, institution=self.institution, public_id=self.kwargs["upload"]
        )
        upload.round, upload.institution = self.round, self.institution
        return upload

    def preview(self):
        return preview(self.upload, at=self.at)


class ReportTemplatePreview(TemplateUploadMixin, UploadPreview):
    """Old and new of every row; then save as draft, or discard."""

    template_name = "monitoring/template_preview.html"

    @property
    def done_url(self):
        return reverse("my_report", args=[self.plan.code, self.round.label])

    def discard(self):
        discard_upload(upload=self.upload, by=self.request.user)

    def apply(self, fingerprint, choices):
        apply_upload(
            upload=self.upload, by=self.request.user, at=self.at, fingerprint=fingerprint, choices=choices
        )

    def saved_words(self, rows):
        words = ngettext(
            "Saved as your draft: %(n)d row of the workbook. Submit it here when nothing is missing.",
            "Saved as your draft: %(n)d rows of the workbook. Submit it here when nothing is missing.",
            rows,
        )
        return words % {"n": rows}


class ReportTemplateMarked(TemplateUploadMixin, MarkedUpload):
    """The uploaded workbook with its mistakes at their cells."""
