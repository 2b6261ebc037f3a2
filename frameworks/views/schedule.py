"""The schedule of a plan: activities by years, edited in place by the secretariat."""

from itertools import groupby

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from frameworks.filters import institutions_of
from frameworks.forms.base import add_refusal
from frameworks.forms.schedule import ScheduleFilterForm, ScheduleForm
from frameworks.models import Activity, Lead
from frameworks.operations.schedule import YearsMoved, save_schedule
from frameworks.permissions import Permission, require_permission
from frameworks.web import PlanMixin

ACTIVITIES_PER_PAGE = 60


class PlanSchedule(PlanMixin, TemplateView):
    """Everybody who may read the plan sees it; saving is the secretariat's. Six or so queries, whatever the plan."""

    public = True
    template_name = "frameworks/plan_schedule.html"

    def get(self, request, *args, **kwargs):
        page = self._page()
        return self._answer(page, ScheduleForm(activities=list(page), plan=self.plan))

    def post(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        require_permission(request.user, Permission.EDIT_FRAMEWORK, self.plan)
        # What was sent counts, not what the filters find by now: a row that moved elsewhere keeps its ticks.
        sent = ScheduleForm.shown_ids(request.POST)
        shown = list(self._rows().filter(pk__in=sent))
        form = ScheduleForm(request.POST, activities=shown, plan=self.plan)
        if form.is_valid():
            try:
                written = save_schedule(
                    plan=self.plan,
                    lines=form.lines,
                    reason=form.cleaned_data.get("reason", ""),
                    by=request.user,
                    at=timezone.now(),
                )
            except YearsMoved as error:
                form.accept_present(error.rows)
                form.add_error(None, self._moved(error.rows))
            except ValidationError as error:
                add_refusal(form, error)
            else:
                self._tell(written)
                if len(shown) < len(set(sent)):
                    messages.warning(
                        request, _("Something on this page is no longer in use: its ticks were left alone.")
                    )
                return redirect(request.get_full_path())
        page = self._page()
        page.object_list = shown
        return self._answer(page, form)

    def _moved(self, rows):
        return _(
            "Somebody else changed the years of %(codes)s while you were editing. "
            "Your ticks are still here: compare, then save again to keep yours."
        ) % {"codes": ", ".join(f"{row.code} ({self._in_words(row.years)})" for row in rows)}

    @staticmethod
    def _in_words(years):
        return _("now %(years)s") % {"years": ", ".join(map(str, years))} if years else _("now in no year")

    def _tell(self, written):
        if not written:
            return messages.info(self.request, _("Nothing was changed."))
        number = len(written)
        codes = ", ".join(sorted(row.code for row in written)[:12])
        return messages.success(
            self.request,
            ngettext("Saved: %(codes)s.", "Saved %(number)s rows: %(codes)s.", number)
            % {"number": number, "codes": codes + (" …" if number > 12 else "")},
        )

    def _rows(self):
        return (
            Activity.objects.visible_to(self.request.user)
            .filter(plan=self.plan, retired_on__isnull=True)
            .select_related("output__goal__pillar")
            .order_by(
                "output__goal__pillar__order",
                "output__goal__pillar__code",
                "output__goal__sort_key",
                "output__sort_key",
                "sort_key",
            )
        )

    def _page(self):
        pillars = list(self.plan.pillars.order_by("order", "code"))
        self.filter = ScheduleFilterForm(
            self.request.GET, pillars=pillars, institutions=institutions_of(self.plan)
        )
        rows, asked = self._rows(), self.filter.values
        if "pillar" in asked:
            rows = rows.filter(output__goal__pillar__code=asked["pillar"])
        if "institution" in asked:
            leads = Lead.objects.filter(activity=OuterRef("pk"), institution__code=asked["institution"])
            rows = rows.filter(Exists(leads))
        return Paginator(rows, ACTIVITIES_PER_PAGE).get_page(self.request.GET.get("page", 1))

    def _answer(self, page, form):
        shown = form.activities
        leads = {}
        for lead in Lead.objects.filter(activity__in=shown, is_accountable=True).select_related(
            "institution"
        ):
            leads[lead.activity_id] = lead.institution
        groups = [
            (
                pillar,
                [
                    (output, [(one, leads.get(one.pk), *form.row(one)) for one in rows])
                    for output, rows in groupby(of_pillar, key=lambda one: one.output)
                ],
            )
            for pillar, of_pillar in groupby(shown, key=lambda one: one.output.goal.pillar)
        ]
        return self.render_to_response(
            self.get_context_data(
                form=form,
                groups=groups,
                years=form.years,
                page_obj=page,
                filter_form=self.filter,
                is_narrowed=bool(self.filter.values),
            )
        )
