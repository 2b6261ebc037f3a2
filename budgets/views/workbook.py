"""Budgets as Excel workbooks: an institution's own to fill in and bring back, and all official lines to download."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView, View

from budgets.boards import own_institutions
from budgets.counted import Dimension
from budgets.forms.workbook import BudgetUploadForm, OfficialLinesForm
from budgets.models import BudgetLine, BudgetUpload, OperationalPlan
from budgets.operations.workbook import discard_upload, keep_upload, waiting_uploads
from budgets.workbook.apply import NotSaved, apply_upload, preview
from budgets.workbook.content import load_content
from budgets.workbook.export import export_budget
from budgets.workbook.items import MINE, ONLINE
from budgets.workbook.official import export_official
from budgets.workbook.parse import read_budget
from frameworks.imports.parts import UnreadableWorkbook
from frameworks.models import Institution
from frameworks.permissions import Permission
from frameworks.views.workbook import workbook_response
from frameworks.web import PlanMixin
from frameworks.workbook.annotate import marked_workbook
from frameworks.workbook.pages import BOX
from frameworks.workflow import StateConflict

#: Rows of a preview page; what is beyond them is counted, and saved with the others.
SHOWN = 250


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
            year=min(max(self.today.year, plan.start_year), plan.end_year),
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


class UploadMixin(YearMixin):
    """Finds the upload of the address, among those of the institution and the year."""

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except (UnreadableWorkbook, FileNotFoundError) as error:  # readable when it was uploaded
            unreadable = isinstance(error, UnreadableWorkbook)
            messages.error(request, str(error) if unreadable else _("The file is gone. Upload it again."))
            return redirect("budget_workbook", *self.address)

    @cached_property
    def upload(self):
        uploads = BudgetUpload.objects.visible_to(self.request.user).select_related("uploaded_by")
        upload = get_object_or_404(uploads, **self.where, public_id=self.kwargs["upload"])
        upload.plan, upload.institution = self.plan, self.institution
        return upload


class BudgetWorkbookPreview(UploadMixin, TemplateView):
    """What becomes of every row, what was changed on both sides, what is wrong; then save, or discard.

    ?remove=1: rows that are gone from the workbook are removed, too.
    """

    template_name = "budgets/workbook_preview.html"

    @property
    def remove(self):
        return (self.request.POST or self.request.GET).get("remove") == "1"

    @property
    def plans_url(self):
        return f"{reverse('operational_plans', args=[self.plan.code])}?year={self.year}"

    def get(self, request, *args, **kwargs):
        if self.upload.applied_at:
            return redirect(self.plans_url)
        return self._page(preview(self.upload, remove=self.remove))

    def post(self, request, *args, **kwargs):
        if self.upload.applied_at:  # pressed twice: it is saved, and once is enough
            return redirect(self.plans_url)
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
        return redirect("budget_workbook", *self.address)

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
                remove=self.remove,
            )
        except NotSaved as refused:
            undecided = {item.field_name for item in refused.difference.undecided(choices)}
            return self._page(
                refused.difference, refused=str(refused), choices=choices, undecided=undecided, status=409
            )
        except StateConflict as conflict:
            messages.warning(self.request, str(conflict))
            return redirect("budget_workbook", *self.address)
        rows = self.upload.summary["rows"]
        words = ngettext(
            "Saved: %(n)d row of the workbook. Download it anew before you go on in Excel.",
            "Saved: %(n)d rows of the workbook. Download it anew before you go on in Excel.",
            rows,
        )
        messages.success(self.request, words % {"n": rows})
        return redirect(self.plans_url)

    def _page(self, difference, *, refused="", choices=None, undecided=(), status=200):
        every = self.request.GET.get("all")
        if choices is None and every in (MINE, ONLINE):
            choices = {item.key: every for item in difference.clashes}
        choices = choices or {}
        rows = [*difference.written, *difference.of("left_out")]
        context = self.get_context_data(
            upload=self.upload,
            difference=difference,
            fingerprint=difference.fingerprint(),
            counts=difference.counts(),
            errors=difference.errors,
            doubts=[doubt for doubt in difference.doubts if doubt.level != "error"],
            rows=rows[:SHOWN],
            hidden_rows=max(0, len(rows) - SHOWN),
            same=difference.same[:SHOWN],
            clashes=[(item, choices.get(item.key, "")) for item in difference.clashes],
            undecided=undecided,
            refused=refused,
            remove=self.remove,
        )
        return self.render_to_response(context, status=status)


class BudgetWorkbookMarked(UploadMixin, View):
    """The uploaded workbook with the offending cells filled and commented."""

    def get(self, request, *args, **kwargs):
        if self.upload.applied_at:
            raise Http404
        doubts = preview(self.upload).doubts
        with self.upload.file.open("rb") as file:
            data = marked_workbook(file, filename=self.upload.file_name, doubts=doubts, free=BOX)
        return workbook_response(data, self.file_name("marked"))
