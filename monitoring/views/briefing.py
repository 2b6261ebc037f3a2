"""Budget briefings: those that were made, with live progress, and the form that asks for one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from frameworks.permissions import Permission, has_permission
from frameworks.web import PlanMixin
from monitoring.forms.briefing import BriefingForm
from monitoring.models.report import ReportKind
from monitoring.operations.reports import request_briefing
from monitoring.report_runs import listed, prepared
from monitoring.views.reports import LONGEST_LIST, PAGE_SIZE


class Briefings(PlanMixin, View):
    """All briefings of a plan, newest first, and the form for who may ask for one."""

    permission = Permission.VIEW_REPORTS

    def get(self, request, code):
        return self._page(request, BriefingForm(plan=self.plan, today=self.today))

    def _page(self, request, form, status=200):
        runs = listed(request.user).filter(plan=self.plan, kind=ReportKind.BRIEFING)[:LONGEST_LIST]
        page = Paginator(runs, PAGE_SIZE).get_page(request.GET.get("page"))
        context = {
            "plan": self.plan,
            "insider": True,
            "form": form if self.may_generate(request.user) else None,
            "page": page,
            "runs": prepared(page.object_list, user=request.user, at=timezone.now()),
        }
        return render(request, "monitoring/briefings.html", context, status=status)

    def may_generate(self, user):
        return has_permission(user, Permission.GENERATE_REPORT, self.plan)


class NewBriefing(Briefings):
    """Asks the worker for a briefing."""

    http_method_names = ["post"]

    def post(self, request, code):
        if not self.may_generate(request.user):
            raise PermissionDenied(_("Your seats do not allow this."))
        form = BriefingForm(request.POST, plan=self.plan, today=self.today)
        if not form.is_valid():
            return self._page(request, form, status=422)
        at = timezone.now()
        run = request_briefing(
            plan=self.plan,
            first_year=form.cleaned_data["first_year"],
            last_year=form.cleaned_data["last_year"],
            by=request.user,
            at=at,
        )
        if run.created_at == at:
            messages.success(request, _("The briefing is being written. You may leave this page meanwhile."))
        else:
            messages.info(request, _("This briefing is already being written: here it is."))
        return redirect("report", public_id=run.public_id)
