"""The operational plans of a year: one's own desk and the board of the others; and what is in nobody's plan."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from budgets.boards import load_board, load_desks, own_institutions
from budgets.models import OperationalPlan
from budgets.operations.planning import begin_plan
from budgets.responsible import load_coverage
from frameworks.csv_files import short_csv_answer
from frameworks.models import Membership, Pillar, Role
from frameworks.permissions import Permission, has_permission, require_permission
from frameworks.web import PlanMixin


class YearMixin(PlanMixin):
    """Pages about one year of the plan: ?year=2026. Where none is asked for: the latest for which the reader knows of a plan,
    for that is the one that is worked on; else this year, or the nearest of the plan's.
    """

    permission = Permission.VIEW_BUDGETS

    @cached_property
    def year(self):
        asked = self.request.GET.get("year", "")
        if not asked:
            known = OperationalPlan.objects.board_visible_to(self.request.user).filter(
                plan=self.plan, year__in=self.plan.years
            )
            latest = known.aggregate(latest=Max("year"))["latest"]
            return latest or self.plan.nearest_year(self.today.year)
        if not (asked.isascii() and asked.isdecimal() and len(asked) == 4 and int(asked) in self.plan.years):
            raise Http404
        return int(asked)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            year=self.year,
            years=self.plan.years,
            sees_drafts=has_permission(self.request.user, Permission.VIEW_DASHBOARD, self.plan),
            may_manage=has_permission(self.request.user, Permission.MANAGE_BUDGETS, self.plan),
            **kwargs,
        )


class OperationalPlans(YearMixin, TemplateView):
    """`/plans/<code>/operational-plans/?year=2026`"""

    template_name = "budgets/operational_plans.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(
            desks=load_desks(self.plan, self.year, user),
            board=load_board(self.plan, self.year, user),
            **kwargs,
        )


class OperationalPlanBegin(PlanMixin, View):
    """Makes the draft of one's institution for a pillar and a year, and opens it."""

    http_method_names = ["post"]

    def post(self, request, code):
        require_permission(request.user, Permission.EDIT_BUDGET)
        wanted = request.POST.get("institution", "")
        institution = next(
            (one for one in own_institutions(request.user, self.plan) if one.code == wanted), None
        )
        pillar = Pillar.objects.filter(plan=self.plan, code=request.POST.get("pillar", "")).first()
        year = request.POST.get("year", "")
        if (
            institution is None
            or pillar is None
            or not (year.isascii() and year.isdecimal() and len(year) == 4)
        ):
            messages.error(
                request, _("Choose a pillar of this plan, and an institution that you budget for.")
            )
            return redirect("operational_plans", code)
        try:
            made = begin_plan(
                plan=self.plan,
                institution=institution,
                pillar=pillar,
                year=int(year),
                by=request.user,
                at=timezone.now(),
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("operational_plans", code)
        return redirect("operational_plan", code, made.pk)


class OperationalGaps(YearMixin, TemplateView):
    """`/plans/<code>/operational-plans/gaps/?year=2026&pillar=P1`; `&format=csv`: the same as a table for spreadsheets."""

    template_name = "budgets/operational_gaps.html"

    def get(self, request, *args, **kwargs):
        self.pillars = list(Pillar.objects.filter(plan=self.plan).order_by("order", "code"))
        asked = request.GET.get("pillar", "")
        self.pillar = next((one for one in self.pillars if one.code == asked), None)
        if asked and self.pillar is None:
            raise Http404
        self.coverage = load_coverage(self.plan, self.year)
        if request.GET.get("format") == "csv":
            return self._csv()
        return super().get(request, *args, **kwargs)

    @property
    def _shown(self):
        return [self.pillar] if self.pillar else self.pillars

    def get_context_data(self, **kwargs):
        user = self.request.user
        names = _focal_points(self.plan, self.today, self.coverage)
        for one in self.coverage.missing:
            one.focal_points = names[one.institution.pk]
        parts = []
        for pillar in self._shown:
            missing = [one for one in self.coverage.missing if one.pillar_id == pillar.pk]
            unplanned = [
                (activity, named)
                for activity, named in self.coverage.unplanned
                if activity.output.goal.pillar_id == pillar.pk
            ]
            parts.append((pillar, missing, unplanned))
        return super().get_context_data(
            coverage=self.coverage,
            pillars=self.pillars,
            pillar=self.pillar,
            parts=parts,
            year_text=str(self.year),
            may_act=has_permission(user, Permission.MANAGE_BUDGETS, self.plan)
            or any(has_permission(user, Permission.PREPARE_ANNUAL_PLAN, one) for one in self.pillars),
            may_assign=has_permission(user, Permission.MANAGE_SEATS, self.plan),
            csv_url=self._address(format="csv"),
            **kwargs,
        )

    def _address(self, **more):
        query = self.request.GET.copy()
        query["year"] = self.year
        query.update(more)
        return f"{reverse('operational_gaps', args=[self.plan.code])}?{query.urlencode()}"

    def _state(self, missing):
        """How far a plan is that is not handed in; said to those who see the board of drafts."""
        if not has_permission(self.request.user, Permission.VIEW_DASHBOARD, self.plan):
            return _("not handed in")
        return str(missing.state.label) if missing.state else _("not begun")

    def _csv(self):
        heads = [
            "plan",
            "year",
            "gap",
            "pillar",
            "institution",
            "role",
            "through",
            "activity",
            "text",
            "state",
        ]
        codes = {one.pk: one.code for one in self.pillars}
        shown = {one.pk for one in self._shown}
        rows = [
            [
                _("institution without a plan"),
                codes[one.pillar_id],
                one.institution.code,
                *_named(lead),
                state,
            ]
            for one in self.coverage.missing
            if one.pillar_id in shown
            for state in [self._state(one)]
            for lead in one.responsibilities
        ]
        for activity, named in self.coverage.unplanned:
            pillar = activity.output.goal.pillar_id
            if pillar in shown:
                leads = [(lead.institution.code, *_named(lead)) for lead in named]
                rows += [
                    [_("in nobody's plan"), codes[pillar], *one, ""]
                    for one in leads or [("", "", "", activity.code, activity.title)]
                ]
        of = self.plan.code, self.year
        return short_csv_answer(
            [heads, *([*of, *row] for row in rows)], f"{self.plan.code}-operational-gaps-{self.year}"
        )


def _named(lead):
    role = _("accountable") if lead.is_accountable else str(lead.get_role_display())
    return role, lead.through.code if lead.through else "", lead.activity.code, lead.activity.title


def _focal_points(plan, on, coverage):
    """institution id → the names of its focal points today; [] where nobody is. One query."""
    ids = {one.institution.pk for one in coverage.missing}
    held = (
        Membership.objects.filter(Membership.active_on(on))
        .filter(
            seat__plan=plan,
            seat__role=Role.FOCAL_POINT,
            seat__institution__in=ids,
            seat__closed_on__isnull=True,
        )
        .select_related("user", "seat")
        .order_by("seat__order", "pk")
    )
    found = {pk: [] for pk in ids}
    for one in held:
        found[one.seat.institution_id].append(one.user.display_name)
    return found
