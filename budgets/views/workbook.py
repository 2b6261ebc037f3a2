"""Budgets as Excel workbooks: an institution's own to fill in and bring back, and all official lines to download."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import get_valid_filename
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView, View

from budgets.boards import own_institutions
from budgets.counted import Dimension
from budgets.forms.workbook import BudgetUploadForm, OfficialLinesForm
from budgets.models import BudgetLine, BudgetUpload, OperationalPlan
from budgets.operations.workbook import discard_upload, keep_upload, waiting_uploads
from budgets.workbook.apply import apply_upload, preview
from budgets.workbook.content import load_content
from budgets.workbook.export import export_budget
from budgets.workbook.official import export_official
from budgets.workbook.parse import read_budget
from frameworks.imports.parts import UnreadableWorkbook
from frameworks.models import Institution
from frameworks.permissions import Permission
from frameworks.views.offline import SHOWN, KeptUploadMixin, MarkedUpload, UploadPreview
from frameworks.views.workbook import workbook_response
from frameworks.web import PlanMixin


class BudgetWorkbooks(PlanMixin, TemplateView):
    """`/plans/<code>/operational-plans/workbook/`: which workbook; for everybody inside the official lines."""

    permission = Permission.VIEW_BUDGETS
    template_name = "budgets/workbooks.html"

    def get_context_data(self, **kwargs):
        user, plan = self.request.user, self.plan
        left = OperationalPlan.objects.budgeted_by(user).filter(plan=plan)
        merged = Institution.objects.filter(
            pk__in=left.values("institution"), merged_into__isnull=False
        ).in_order()
        return super().get_context_data(
            institutions=[*own_institutions(user, plan), *merged],
            form=lines_form(user, plan, None),
            year=plan.nearest_year(self.today.year),
            **kwargs,
        )


def lines_form(user, plan, data):
    lines = BudgetLine.objects.visible_to(user).official().filter(operational_plan__plan=plan)
    named = Institution.objects.filter(pk__in=lines.order_by().values("operational_plan__institution"))
    return OfficialLinesForm(data, plan=plan, institutions=named.filter(merged_into__isnull=True).in_order())


class OfficialLines(PlanMixin, View):
    """The official budget lines as a workbook: ?year=&pillar=&institution="""

    permission = Permission.VIEW_BUDGETS

    def get(self, request, *args, **kwargs):
        form = lines_form(request.user, self.plan, request.GET)
        if not form.is_valid():
            raise Http404
        asked = form.cleaned_data
        only, name = {}, [self.plan.code, "budget-lines"]
        if asked["year"]:
            only[Dimension.YEAR] = [asked["year"]]
            name.append(str(asked["year"]))
        for dimension in (Dimension.PILLAR, Dimension.INSTITUTION):
            chosen = asked[dimension.value]
            if chosen:
                only[dimension] = [chosen.pk]
                name.append(chosen.code)
        response = workbook_response(b"", get_valid_filename("-".join(name)))
        export_official(self.plan, request.user, response, only=only, at=timezone.now())
        return response


class YearMixin(PlanMixin):
    """Finds the institution and the year; for everybody but those who budget for it there is no such page (404)."""

    @cached_property
    def at(self):
        return timezone.now()

    @cached_property
    def year(self):
        if self.kwargs["year"] not in self.plan.years:
            raise Http404
        return self.kwargs["year"]

    @cached_property
    def institution(self):
        user, code = self.request.user, self.kwargs["institution"]
        mine = next((one for one in own_institutions(user, self.plan) if one.code == code), None)
        if mine is not None:
            return mine
        left = OperationalPlan.objects.budgeted_by(user).filter(plan=self.plan, year=self.year)
        return get_object_or_404(
            Institution.objects.filter(pk__in=left.order_by().values("institution")), code=code
        )

    @cached_property
    def address(self):
        """What every address of these pages begins with."""
        return self.plan.code, self.institution.code, self.year

    @property
    def where(self):
        return {"plan": self.plan, "institution": self.institution, "year": self.year}

    def file_name(self, what):
        return get_valid_filename(f"{self.plan.code}-{self.institution.code}-{self.year}-{what}")

    def get_context_data(self, **kwargs):
        return super().get_context_data(institution=self.institution, year=self.year, **kwargs)


class BudgetWorkbook(YearMixin, FormView):
    """How it works; the upload. A file that is not this institution's workbook of this year is refused at its field."""

    template_name = "budgets/workbook.html"
    form_class = BudgetUploadForm

    def get_context_data(self, **kwargs):
        content = load_content(**self.where)
        waiting = waiting_uploads(**self.where, by=self.request.user)
        years = [
            (year, reverse("budget_workbook", args=[self.plan.code, self.institution.code, year]))
            for year in self.plan.years
        ]
        return super().get_context_data(content=content, waiting=list(waiting), years=years, **kwargs)

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        try:
            read_budget(file, filename=file.name, **self.where)
        except UnreadableWorkbook as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        file.seek(0)
        upload = keep_upload(**self.where, file=file, by=self.request.user, at=self.at)
        return redirect("budget_workbook_preview", *self.address, upload.public_id)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


class BudgetWorkbookFile(YearMixin, View):
    """The workbook, filled in with the plans and lines as they are now."""

    def get(self, request, *args, **kwargs):
        response = workbook_response(b"", self.file_name("budget"))
        export_budget(load_content(**self.where), response, at=self.at)
        return response


class UploadMixin(KeptUploadMixin, YearMixin):
    """Finds the upload of the address, among those of the institution and the year."""

    begin = "budget_workbook"

    @cached_property
    def upload(self):
        uploads = BudgetUpload.objects.visible_to(self.request.user).select_related("uploaded_by")
        upload = get_object_or_404(uploads, **self.where, public_id=self.kwargs["upload"])
        upload.plan, upload.institution = self.plan, self.institution
        return upload

    def preview(self):
        return preview(self.upload)


class BudgetWorkbookPreview(UploadMixin, UploadPreview):
    """What becomes of every row. ?remove=1: rows that are gone from the workbook are removed, too."""

    template_name = "budgets/workbook_preview.html"

    @property
    def remove(self):
        return (self.request.POST or self.request.GET).get("remove") == "1"

    @property
    def done_url(self):
        return f"{reverse('operational_plans', args=[self.plan.code])}?year={self.year}"

    def preview(self):
        return preview(self.upload, remove=self.remove)

    def discard(self):
        discard_upload(upload=self.upload, by=self.request.user)

    def apply(self, fingerprint, choices):
        apply_upload(
            upload=self.upload,
            by=self.request.user,
            at=self.at,
            fingerprint=fingerprint,
            choices=choices,
            remove=self.remove,
        )

    def saved_words(self, rows):
        words = ngettext(
            "Saved: %(n)d row of the workbook. Download it anew before you go on in Excel.",
            "Saved: %(n)d rows of the workbook. Download it anew before you go on in Excel.",
            rows,
        )
        return words % {"n": rows}

    def listed(self, difference):
        return [*difference.written, *difference.of("left_out")]

    def own_context(self, difference):
        return {"same": difference.same[:SHOWN], "remove": self.remove}


class BudgetWorkbookMarked(UploadMixin, MarkedUpload):
    """The uploaded workbook with its mistakes at their cells."""
