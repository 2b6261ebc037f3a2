"""Reports: the list with live progress, asking for one, reading it on screen, its file, trying again."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from budgets.briefing.data import Briefing
from frameworks.permissions import Permission, has_permission
from frameworks.web import PlanMixin, SignedInMixin, remember_plan
from monitoring.forms.reports import PillarReportForm
from monitoring.models.report import FileFormat, ReportKind, RunState
from monitoring.operations.reports import request_report, retry_run
from monitoring.report_runs import listed, prepared
from monitoring.reports.data import PillarReport
from monitoring.reports.present import name_of_file, presented_of
from monitoring.reports.snapshot import SnapshotError, from_snapshot

PAGE_SIZE = 20
#: Further back than this nobody pages: pages stay as fast as the first.
LONGEST_LIST = 1000


def find_run(request, public_id, runs=None):
    """The run if this person may know of it (else 404), with its plan in the navigation."""
    runs = listed(request.user) if runs is None else runs
    run = get_object_or_404(runs, public_id=public_id)
    remember_plan(request, run.plan)
    return prepared([run], user=request.user, at=timezone.now())[0]


class Reports(PlanMixin, View):
    """All pillar reports of a plan, newest first, and the form that asks for one."""

    permission = Permission.VIEW_REPORTS

    def get(self, request, code):
        return self._page(request, self._form(initial=self._initial()))

    def _form(self, *args, **kwargs):
        return PillarReportForm(*args, plan=self.plan, user=self.request.user, **kwargs)

    def _initial(self):
        """Round and pillar named in the address by label and code, as other pages link here. Unknown ones are ignored."""
        wanted = self.request.GET
        rounds = self.plan.rounds.all() if "round" in wanted else []
        pillars = self.plan.pillars.all() if "pillar" in wanted else []
        return {
            "round": next((one.pk for one in rounds if one.label == wanted["round"]), None),
            "pillar": next((one.pk for one in pillars if one.code == wanted["pillar"]), None),
        }

    def _page(self, request, form, status=200):
        runs = listed(request.user).filter(plan=self.plan, kind=ReportKind.PILLAR)[:LONGEST_LIST]
        page = Paginator(runs, PAGE_SIZE).get_page(request.GET.get("page"))
        context = {
            "plan": self.plan,
            "form": form if form.has_choices else None,
            "may_generate": has_permission(request.user, Permission.GENERATE_REPORT, self.plan),
            "page": page,
            "runs": prepared(page.object_list, user=request.user, at=timezone.now()),
        }
        return render(request, "monitoring/reports.html", context, status=status)


class NewReport(Reports):
    """Asks the worker for a pillar report."""

    http_method_names = ["post"]

    def post(self, request, code):
        form = self._form(request.POST)
        if not form.fields["pillar"].choices:
            raise PermissionDenied(_("Your seats do not allow this."))
        if not form.is_valid():
            return self._page(request, form, status=422)
        at = timezone.now()
        run = request_report(
            plan=self.plan,
            round=form.cleaned_data["round"],
            pillar=form.cleaned_data["pillar"],
            by=request.user,
            at=at,
        )
        if run.created_at == at:
            messages.success(request, _("The report is being written. You may leave this page meanwhile."))
        else:
            messages.info(request, _("This report is already being written: here it is."))
        return redirect("report", public_id=run.public_id)


class ReportPage(SignedInMixin, View):
    """One report on screen, from the data that its file was made from; while it is written, how far it is."""

    def get(self, request, public_id):
        run = find_run(request, public_id)
        data, template = _PAGES[run.kind]
        context = {"run": run, "plan": run.plan, "title": run.subject, "insider": True}
        if run.state == RunState.DONE:
            try:
                context |= presented_of(from_snapshot(run.snapshot, data))
            except SnapshotError:
                context["is_foreign"] = True
        return render(request, template, context)


#: Of every kind of report: what its data is, and the template of its page.
_PAGES = {
    ReportKind.PILLAR: (PillarReport, "monitoring/report.html"),
    ReportKind.BRIEFING: (Briefing, "monitoring/briefing.html"),
}


class ReportStatus(View):
    """The live part of a run. It asks again every two seconds while the run is active, and stops by itself."""

    def get(self, request, public_id):
        if not request.user.is_authenticated:
            return self._signed_out(request)
        run = find_run(request, public_id)
        response = render(request, "partials/report_run.html", {"run": run, "whole": "whole" in request.GET})
        if not run.is_active and "whole" in request.GET:
            response["HX-Refresh"] = "true"  # the report's own page: now there is something to read
        response["Cache-Control"] = "no-store"
        return response

    def _signed_out(self, request):
        if request.htmx:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return redirect_to_login(request.get_full_path())


class ReportFile(SignedInMixin, View):
    """The PDF, opened in the browser under a name that says what it is."""

    def get(self, request, public_id):
        run = find_run(request, public_id)
        if run.state != RunState.DONE or run.size is None:
            raise Http404(_("This report has no file."))
        return _file_answer(run, run.file.name, "pdf", "application/pdf")


class ReportFurtherFile(SignedInMixin, View):
    """The same report in another format, to be kept and edited."""

    def get(self, request, public_id, format):
        run = find_run(request, public_id)
        if all(format != one.format for one in run.further):
            raise Http404(_("This report has no file in that format."))
        stored = next(one["name"] for one in run.stored_files if one["format"] == format)
        return _file_answer(run, stored, format, FORMAT_TYPES[format], as_attachment=True)


#: What browsers are told of further formats.
FORMAT_TYPES = {
    FileFormat.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def _file_answer(run, stored, ending, content_type, *, as_attachment=False):
    response = FileResponse(
        run.file.storage.open(stored, "rb"),
        filename=name_of_file(run, ending),
        content_type=content_type,
        as_attachment=as_attachment,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private"
    return response


class RetryReport(SignedInMixin, View):
    """Puts a report that failed, or whose worker went silent, back into the queue."""

    http_method_names = ["post"]

    def post(self, request, public_id):
        run = find_run(request, public_id)
        retry_run(run=run, by=request.user, at=timezone.now())
        messages.success(request, _("The report is being written again."))
        return redirect("report", public_id=run.public_id)
