"""The list of plans, one plan as a logframe, making and editing a plan."""

from dataclasses import dataclass, field
from itertools import groupby

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks.countries import country_name
from frameworks.filters import LogframeFilter
from frameworks.forms.plans import PlanEditForm, PlanForm, length_doubt
from frameworks.history import Stale, changes_of, last_change
from frameworks.logframe import load_logframe
from frameworks.models import Plan
from frameworks.operations.plans import create_plan, plan_history, update_plan
from frameworks.permissions import Permission, has_permission, is_insider, require_permission
from frameworks.web import PlanMixin, SignedInMixin


class PlanList(TemplateView):
    """Every plan that the reader may see, by country."""

    template_name = "frameworks/plan_list.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        plans = list(
            Plan.objects.visible_to(user)
            .select_related("parent", "predecessor")
            .order_by("country", "level", "-start_year", "code")
        )
        visible = {plan.pk for plan in plans}
        for plan in plans:
            # A plan that builds on one that the reader may not know of does not give it away.
            plan.shown_parent = plan.parent if plan.parent_id in visible else None
            plan.shown_predecessor = plan.predecessor if plan.predecessor_id in visible else None
            plan.shown_parts = [one for one in plans if one.parent_id == plan.pk]
            plan.shown_successors = [one for one in plans if one.predecessor_id == plan.pk]
        countries = [
            (country_name(code), list(rows)) for code, rows in groupby(plans, key=lambda plan: plan.country)
        ]
        return super().get_context_data(
            countries=sorted(countries, key=lambda one: one[0]),
            may_create=has_permission(user, Permission.CREATE_PLAN),
            **kwargs,
        )


@dataclass
class Family:
    """The plans around one, as far as the reader may know of them."""

    parent: Plan | None = None
    parts: list = field(default_factory=list)
    predecessor: Plan | None = None
    successors: list = field(default_factory=list)


def family_of(plan, user):
    """The Family of a plan. One query."""
    family = Family()
    around = Q(pk__in=[plan.parent_id, plan.predecessor_id]) | Q(parent=plan.pk) | Q(predecessor=plan.pk)
    for one in Plan.objects.visible_to(user).filter(around).order_by("start_year", "code"):
        if one.pk == plan.parent_id:
            family.parent = one
        if one.pk == plan.predecessor_id:
            family.predecessor = one
        if one.parent_id == plan.pk:
            family.parts.append(one)
        if one.predecessor_id == plan.pk:
            family.successors.append(one)
    return family


class PlanPage(PlanMixin, TemplateView):
    """The logframe. A large plan is shown to its outputs; `?output=1.1` (or `?goal=1`) fills one of them."""

    public = True
    template_name = "frameworks/plan.html"
    LEVELS = ("goal", "output")

    def get_template_names(self):
        if self.request.htmx and self.part:
            return ["frameworks/parts/branch_body.html"]
        return [self.template_name]

    @property
    def part(self):
        for level in self.LEVELS:
            if self.request.GET.get(level):
                return level, self.request.GET[level]
        return None

    def get_context_data(self, **kwargs):
        user = self.request.user
        insider = is_insider(user, self.plan)
        filters = LogframeFilter(self.request.GET, plan=self.plan, user=user)
        frame = load_logframe(filters, insider=insider, part=self.part, page=self.request.GET.get("page", 1))
        branch = self._branch(frame)
        if self.request.htmx and self.part and branch is None:
            raise Http404
        query = self.request.GET.copy()
        for name in ("open", "page", *self.LEVELS):
            query.pop(name, None)
        return super().get_context_data(
            frame=frame,
            filter=filters,
            insider=insider,
            branch=branch,
            level=self.part[0] if self.part else "",
            query=query.urlencode(),
            depth=self._depth(frame, filters),
            may_edit=has_permission(user, Permission.EDIT_FRAMEWORK, self.plan),
            family=family_of(self.plan, user),
            **kwargs,
        )

    def _branch(self, frame):
        if not self.part:
            return None
        level, code = self.part
        goals = [goal for pillar in frame.pillars for goal in pillar.goals]
        found = goals if level == "goal" else [output for goal in goals for output in goal.outputs]
        return next((one for one in found if one.row.code == code and one.is_loaded), None)

    def _depth(self, frame, filters):
        """How far the tree stands open: 0 pillars only, 3 down to activities, 4 everything."""
        asked = self.request.GET.get("open")
        if asked == "all":
            return 4
        if asked == "none":
            return 0
        if frame.is_compact:
            return 2
        return 4 if filters.is_narrowed or frame.activity_count <= 12 else 3


def _tell_length(request, plan):
    doubt = length_doubt(plan)
    if doubt:
        messages.warning(request, doubt)


class PlanNew(SignedInMixin, TemplateView):
    template_name = "frameworks/plan_form.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            require_permission(request.user, Permission.CREATE_PLAN)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", PlanForm(user=self.request.user))
        return super().get_context_data(**kwargs)

    def post(self, request):
        form = PlanForm(request.POST, user=request.user)
        if form.is_valid():
            try:
                plan = create_plan(
                    plan=form.instance,
                    pillars=form.cleaned_data["pillars"],
                    by=request.user,
                    on=timezone.localdate(),
                )
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(
                    request,
                    _(
                        "The plan is there, and you are its secretariat. Next: import its logframe, then give people their seats."
                    ),
                )
                _tell_length(request, plan)
                return redirect("plan", plan.code)
        return self.render_to_response(self.get_context_data(form=form))


class PlanEdit(PlanMixin, TemplateView):
    permission = Permission.EDIT_FRAMEWORK
    template_name = "frameworks/plan_edit.html"

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", PlanEditForm(instance=self.plan, user=self.request.user))
        return super().get_context_data(changes=changes_of(*plan_history(self.plan), limit=20), **kwargs)

    def post(self, request, code):
        # The form writes into a copy: the page around it keeps the plan as it is.
        form = PlanEditForm(request.POST, instance=Plan.objects.get(pk=self.plan.pk), user=request.user)
        if form.is_valid():
            try:
                update_plan(
                    plan=form.instance,
                    changed=form.changed_data,
                    version=form.cleaned_data.get("version"),
                    reason=form.cleaned_data["reason"],
                    themes=form.cleaned_data["themes"],
                    by=request.user,
                    at=timezone.now(),
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*plan_history(self.plan)))
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("Saved."))
                if {"start_year", "end_year"} & set(form.changed_data):
                    _tell_length(request, form.instance)
                return redirect("plan", self.plan.code)
        return self.render_to_response(self.get_context_data(form=form))
