"""The annual plans of the working groups: a year, one of them with its steps, what it leaves out, its versions."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from budgets.annual import default_year, load_overview, missing_rates, waits_for
from budgets.annual_sheet import load_sheet
from budgets.annual_versions import compare, taken_back, timeline, versions_of
from budgets.drawing import present_rows
from budgets.forms.annual import AnnualPlanForm
from budgets.models import AnnualPlan, BudgetState
from budgets.models.annual import DECIDED_ANNUAL
from budgets.operations.annual import (
    Outdated,
    annual_history,
    annual_version,
    begin_annual_plan,
    edit_annual_plan,
    take_step,
)
from budgets.states import ANNUAL_TRANSITIONS
from frameworks.forms.base import add_refusal
from frameworks.history import Stale, changes_of, last_change
from frameworks.models import Pillar
from frameworks.models.coordination import Side
from frameworks.permissions import Permission, has_permission, require_permission
from frameworks.web import PlanMixin
from frameworks.workflow import GateClosed, StateConflict, available_actions, history_of

#: What has a button; a decision has a page of its own (views/deciding.py).
ACTIONS = {
    arrow.action: arrow
    for arrow in ANNUAL_TRANSITIONS
    if Permission.DECIDE_BUDGET not in arrow.permissions
}  # fmt: skip


class AnnualPlans(PlanMixin, TemplateView):
    """`/plans/<code>/annual-plans/?year=…`: a year, pillar by pillar."""

    template_name = "budgets/annual_plans.html"

    def get_context_data(self, **kwargs):
        user, wanted = self.request.user, self.request.GET.get("year", "")
        year = default_year(self.plan, self.today)
        if wanted:
            year = int(wanted) if wanted.isdecimal() and len(wanted) == 4 else 0
        years = sorted(
            {*self.plan.years, *AnnualPlan.objects.filter(plan=self.plan).values_list("year", flat=True)}
        )
        if year not in years:
            raise Http404
        overview = load_overview(self.plan, user, year)
        for row in overview.rows:
            row.may_begin = (
                row.annual_plan is None
                and year in self.plan.years
                and has_permission(user, Permission.PREPARE_ANNUAL_PLAN, row.pillar)
            )
        return super().get_context_data(
            year=year,
            years=years,
            overview=overview,
            missing=missing_rates(overview.asked, year),
            to_decide=[
                row for row in overview.rows if row.annual_plan and row.annual_plan.state == BudgetState.SUBMITTED
            ],
            decided=[
                row for row in overview.rows if row.annual_plan and row.annual_plan.state in DECIDED_ANNUAL
            ],
            may_decide=has_permission(user, Permission.DECIDE_BUDGET, self.plan),
            **kwargs,
        )  # fmt: skip


class AnnualPlanBegin(PlanMixin, TemplateView):
    """Begins the annual plan of a pillar for a year; where there is one already, that is shown."""

    http_method_names = ("post", "options")

    def post(self, request, *args, **kwargs):
        pillar = get_object_or_404(Pillar, plan=self.plan, code=kwargs["pcode"])
        require_permission(request.user, Permission.PREPARE_ANNUAL_PLAN, pillar)
        year = kwargs["year"]
        if year not in self.plan.years:
            raise Http404
        try:
            begin_annual_plan(plan=self.plan, pillar=pillar, year=year, by=request.user, at=timezone.now())
        except ValidationError as error:
            messages.info(request, " ".join(error.messages))
        else:
            messages.success(
                request, _("It is begun, and drawn from the operational plans that are handed in.")
            )
        return redirect("annual_plan", self.plan.code, pillar.code, year)


class AnnualPlanMixin(PlanMixin):
    """For pages under /plans/<code>/annual-plans/<pcode>/<year>/: sets `self.annual_plan`."""

    def setup_annual_plan(self):
        self.annual_plan = get_object_or_404(
            AnnualPlan.objects.visible_to(self.request.user).select_related("plan", "pillar"),
            plan=self.plan,
            pillar__code=self.kwargs["pcode"],
            year=self.kwargs["year"],
        )
        return self.annual_plan

    def address(self, name="annual_plan", *more):
        one = self.annual_plan
        return reverse(name, args=[self.plan.code, one.pillar.code, one.year, *more])

    def get_context_data(self, **kwargs):
        """`up_url`: the annual plans of the same year."""
        up_url = f"{reverse('annual_plans', args=[self.plan.code])}?year={self.annual_plan.year}"
        return super().get_context_data(annual_plan=self.annual_plan, up_url=up_url, **kwargs)


@dataclass(frozen=True, slots=True)
class ActionShown:
    """A button; after a refusal with what was typed and why it was refused."""

    arrow: object
    comment: str = ""
    error: str = ""


class AnnualPlanPage(AnnualPlanMixin, TemplateView):
    """One annual plan, for whoever reads the budgets from inside: on screen, and on paper for the committee."""

    template_name = "budgets/annual_plan.html"

    def get(self, request, *args, **kwargs):
        self.setup_annual_plan()
        return self.page()

    def page(self, refused=None, status=200):
        return self.render_to_response(self.get_context_data(refused=refused), status=status)

    def get_context_data(self, *, refused=None, **kwargs):
        user, one = self.request.user, self.annual_plan
        sheet = load_sheet(one)
        may_prepare = has_permission(user, Permission.PREPARE_ANNUAL_PLAN, one)
        return super().get_context_data(
            sheet=sheet,
            may_prepare=may_prepare,
            may_change=may_prepare and one.is_editable,
            may_decide=one.state == BudgetState.SUBMITTED
            and has_permission(user, Permission.DECIDE_BUDGET, one),
            actions=self._actions(user, sheet, refused),
            refused=refused,
            seen=annual_version(one) if may_prepare else "",
            sides=[(side, [said for said in sheet.agreements if said.side == side]) for side in Side],
            waits=waits_for(one, sheet.agreements, has_lines=bool(sheet.lines)),
            taken_back=taken_back(one),
            timeline=timeline(one),
            is_decided=one.state in DECIDED_ANNUAL,
            **kwargs,
        )

    def _actions(self, user, sheet, refused):
        shown = []
        for arrow in available_actions(self.annual_plan, user):
            if arrow.action == "agree" and (sheet.drift or not sheet.lines):
                continue  # drawing it anew comes first, and the page says so
            if refused and refused.arrow.action == arrow.action:
                shown.append(refused)
            else:
                shown.append(ActionShown(arrow))
        return shown


class AnnualPlanAction(AnnualPlanPage):
    """`…/<action>/`: one step through the one door. A visit (after signing in again) shows the annual plan."""

    def get(self, request, *args, **kwargs):
        arrow, one = self._arrow(), self.setup_annual_plan()
        if not any(has_permission(request.user, permission, one) for permission in arrow.permissions):
            raise PermissionDenied(_("Your seats do not allow this."))
        return redirect(self.address())

    def _arrow(self):
        if self.kwargs["action"] not in ACTIONS:
            raise Http404
        return ACTIONS[self.kwargs["action"]]

    def post(self, request, *args, **kwargs):
        arrow, one = self._arrow(), self.setup_annual_plan()
        comment = request.POST.get("comment", "")
        try:
            done = take_step(
                annual_plan=one,
                action=arrow.action,
                by=request.user,
                at=timezone.now(),
                comment=comment,
                seen=request.POST.get("seen", "")[:200],
            )
        except StateConflict as error:
            if not isinstance(error, Outdated) and self._was_mine(arrow):
                return self._again()
            return self.too_late(error, comment)
        except GateClosed as error:
            return self.page(ActionShown(arrow, comment, " ".join(map(str, error.problems))), status=422)
        except ValidationError as error:
            if self._was_mine(arrow):
                return self._again()
            return self.page(ActionShown(arrow, comment, " ".join(error.messages)), status=422)
        messages.success(request, _said(done, arrow.action))
        return redirect(self.address())

    def _was_mine(self, arrow):
        """Whether the last thing that happened is what is being asked for, by the same person: a double click."""
        last = history_of(self.annual_plan).last()
        return last is not None and last.action == arrow.action and last.by_id == self.request.user.pk

    def _again(self):
        messages.info(self.request, _("It had already gone through."))
        return redirect(self.address())

    def too_late(self, error, comment):
        context = {
            "message": str(error),
            "back_url": self.address(),
            "typed": [comment.strip()] if comment.strip() else [],
        }
        return render(self.request, "409.html", context, status=409)


def _said(annual_plan, action):
    """What the person is told after it went through."""
    if action == "agree":
        if annual_plan.state == BudgetState.AGREED:
            return _("Agreed. Both sides have now agreed: it can be submitted to the steering committee.")
        return _("Agreed for your side. The other side has not agreed yet.")
    return {
        "draw": _("Drawn anew from the operational plans that are handed in."),
        "submit": _("Submitted. The steering committee is told; it stands still until the decision."),
        "revise": _("It is yours to change again, as version %(version)s."),
        "amend": _("It is yours to change again, as version %(version)s. What was approved stands until the new decision."),
    }[action] % {"version": annual_plan.version}  # fmt: skip


class AnnualPlanEdit(AnnualPlanMixin, TemplateView):
    """The priorities, and which lines are left out."""

    template_name = "budgets/annual_plan_edit.html"

    def get(self, request, *args, **kwargs):
        one = self._enter()
        if not one.is_editable:
            messages.info(request, _("It cannot be changed now. Take it up again first."))
            return redirect(self.address())
        return self._page(self._form())

    def _enter(self):
        one = self.setup_annual_plan()
        require_permission(self.request.user, Permission.PREPARE_ANNUAL_PLAN, one)
        return one

    def _form(self, data=None):
        return AnnualPlanForm(data, annual_plan=self.annual_plan, rows=present_rows([self.annual_plan]))

    def _page(self, form):
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request, *args, **kwargs):
        one = self._enter()
        form = self._form(request.POST)
        if form.is_valid():
            try:
                changed = edit_annual_plan(
                    annual_plan=one,
                    priorities=form.cleaned_data["priorities"],
                    left_out=form.left_out,
                    version=form.cleaned_data["version"],
                    by=request.user,
                    at=timezone.now(),
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*annual_history(one)))
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
                return redirect(self.address())
        return self._page(form)


class AnnualPlanVersions(AnnualPlanMixin, TemplateView):
    """Every version with what was asked and decided, two of them side by side, and who changed what."""

    template_name = "budgets/annual_plan_versions.html"

    def get(self, request, *args, **kwargs):
        self.setup_annual_plan()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        one = self.annual_plan
        old, new = self._wanted("old", max(one.version - 1, 1)), self._wanted("new", one.version)
        return super().get_context_data(
            versions=versions_of(one),
            old=old,
            new=new,
            compared=compare(one, old, new) if old != new else None,
            changes=changes_of(*annual_history(one)),
            **kwargs,
        )

    def _wanted(self, name, otherwise):
        text = self.request.GET.get(name, "")
        if not text:
            return otherwise
        number = int(text) if text.isdecimal() and len(text) < 6 else 0
        if not 1 <= number <= self.annual_plan.version:
            raise Http404
        return number
