"""The assumptions of a plan with their yearly answers, and the themes that run through its activities."""

from dataclasses import dataclass, field
from itertools import groupby

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from frameworks.forms.base import add_refusal
from frameworks.forms.context import AnswerForm, AssumptionForm, RetireForm, ThemeForm
from frameworks.history import Stale, changes_of, last_change
from frameworks.models import Activity, Assumption, AssumptionCheck, Theme
from frameworks.operations.context import (
    add_assumption,
    answer_assumption,
    assumptions_history,
    move_assumption,
    refuse_year,
    retire_assumption,
    reword_assumption,
)
from frameworks.operations.themes import activity_themes_version, add_theme, save_activity_themes
from frameworks.permissions import Permission
from frameworks.web import PlanMixin

#: Rows of activities on one page of themes.
ACTIVITIES_PER_PAGE = 50


@dataclass
class Year:
    """One year of the plan in the strip of an assumption. `is_due`: it can be answered, and nobody has."""

    year: int
    check: object = None
    is_due: bool = False
    is_open: bool = False


@dataclass
class Row:
    assumption: object
    years: list = field(default_factory=list)

    @property
    def told(self):
        """The years with something to read, newest first."""
        return [one for one in reversed(self.years) if one.check]


def assumption_rows(plan, today):
    """The Rows of a plan: those in use in their order, then the retired ones. Two queries."""
    assumptions = list(Assumption.objects.filter(plan=plan).order_by("order", "pk"))
    checks = {
        (one.assumption_id, one.year): one
        for one in AssumptionCheck.objects.filter(assumption__in=assumptions).select_related("answered_by")
    }
    rows = []
    for assumption in sorted(assumptions, key=lambda one: one.retired_on is not None):
        years = []
        for year in plan.years:
            check = checks.get((assumption.pk, year))
            may_answer = year <= today.year and not assumption.retired_on
            # The year that runs can be answered, but is not overdue before it is over.
            years.append(
                Year(year, check, is_due=may_answer and not check and year < today.year, is_open=may_answer)
            )
        rows.append(Row(assumption, years))
    return rows


class PlanAssumptions(PlanMixin, TemplateView):
    template_name = "frameworks/plan_assumptions.html"

    def get_context_data(self, **kwargs):
        rows = assumption_rows(self.plan, self.today)
        return super().get_context_data(
            rows=[row for row in rows if not row.assumption.retired_on],
            retired=[row for row in rows if row.assumption.retired_on],
            due_count=sum(year.is_due for row in rows for year in row.years),
            changes=changes_of(*assumptions_history(self.plan), limit=30),
            **kwargs,
        )


class AssumptionNew(PlanMixin, TemplateView):
    permission = Permission.EDIT_FRAMEWORK
    template_name = "frameworks/assumption_form.html"

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", AssumptionForm(instance=Assumption(plan=self.plan)))
        return super().get_context_data(**kwargs)

    def post(self, request, code):
        form = AssumptionForm(request.POST, instance=Assumption(plan=self.plan))
        if form.is_valid():
            try:
                add_assumption(
                    plan=self.plan,
                    text=form.cleaned_data["text"],
                    reason=form.cleaned_data.get("reason", ""),
                    by=request.user,
                )
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("Saved."))
                return redirect("plan_assumptions", self.plan.code)
        return self.render_to_response(self.get_context_data(form=form))


class AssumptionMixin(PlanMixin):
    permission = Permission.EDIT_FRAMEWORK

    def assumption(self):
        return get_object_or_404(
            Assumption.objects.visible_to(self.request.user).select_related("plan"),
            plan=self.plan,
            pk=self.kwargs["pk"],
        )


class AssumptionEdit(AssumptionMixin, TemplateView):
    template_name = "frameworks/assumption_form.html"

    def get_context_data(self, **kwargs):
        assumption = self.assumption()
        kwargs.setdefault("form", AssumptionForm(instance=assumption))
        return super().get_context_data(assumption=assumption, **kwargs)

    def post(self, request, code, pk):
        form = AssumptionForm(request.POST, instance=self.assumption())
        if form.is_valid():
            try:
                reword_assumption(
                    assumption=form.instance,
                    text=form.cleaned_data["text"],
                    reason=form.cleaned_data.get("reason", ""),
                    version=form.cleaned_data["version"],
                    by=request.user,
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*assumptions_history(self.plan)))
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("Saved."))
                return redirect("plan_assumptions", self.plan.code)
        return self.render_to_response(self.get_context_data(form=form))


class AssumptionMove(AssumptionMixin, View):
    def post(self, request, code, pk):
        assumption = self.assumption()
        move_assumption(assumption=assumption, up=request.POST.get("direction") != "down", by=request.user)
        return redirect("plan_assumptions", self.plan.code)


class AssumptionRetire(AssumptionMixin, TemplateView):
    """Takes an assumption out of the list, or a retired one back into it."""

    template_name = "frameworks/assumption_retire.html"

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", RetireForm(plan=self.plan))
        return super().get_context_data(assumption=self.assumption(), **kwargs)

    def post(self, request, code, pk):
        assumption = self.assumption()
        form = RetireForm(request.POST, plan=self.plan)
        if form.is_valid():
            try:
                retire_assumption(
                    assumption=assumption,
                    retired=not assumption.retired_on,
                    reason=form.cleaned_data.get("reason", ""),
                    by=request.user,
                    at=timezone.now(),
                )
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("plan_assumptions", self.plan.code)
        return self.render_to_response(self.get_context_data(form=form))


class AssumptionAnswer(AssumptionMixin, TemplateView):
    template_name = "frameworks/assumption_answer.html"

    def check(self):
        """The answer of the year, or a new one. 404 for a year that cannot be answered."""
        assumption, year = self.assumption(), self.kwargs["year"]
        try:
            refuse_year(self.plan, year, self.today)
        except ValidationError as error:
            raise Http404 from error
        if assumption.retired_on:
            raise Http404
        found = AssumptionCheck.objects.filter(assumption=assumption, year=year).select_related("answered_by")
        check = found.first() or AssumptionCheck(assumption=assumption, year=year)
        check.assumption = assumption
        return check

    def get_context_data(self, **kwargs):
        if "form" not in kwargs:
            kwargs["form"] = AnswerForm(instance=self.check())
        year = kwargs.pop("year", self.kwargs["year"])
        return super().get_context_data(
            assumption=self.assumption(),
            year=year,
            others=AssumptionCheck.objects.filter(assumption=self.kwargs["pk"])
            .exclude(year=year)
            .order_by("-year"),
            **kwargs,
        )

    def post(self, request, code, pk, year):
        now = timezone.now()
        form = AnswerForm(request.POST, instance=self.check())
        if form.is_valid():
            try:
                answer_assumption(
                    assumption=form.instance.assumption,
                    year=year,
                    answer=form.cleaned_data["answer"],
                    note=form.cleaned_data["note"],
                    version=form.cleaned_data["version"],
                    by=request.user,
                    at=now,
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*assumptions_history(self.plan)))
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("Saved."))
                return redirect("plan_assumptions", self.plan.code)
        return self.render_to_response(self.get_context_data(form=form))


class PlanThemes(PlanMixin, TemplateView):
    """Which activities carry which theme: a table to tick, page by page."""

    permission = Permission.EDIT_FRAMEWORK
    template_name = "frameworks/plan_themes.html"

    def themes(self):
        """Those of the plan, and those that an activity carries although the plan no longer does."""
        of_plan = Theme.objects.filter(plans=self.plan)
        carried = Theme.objects.filter(activities__plan=self.plan)
        return list((of_plan | carried).distinct().order_by("name"))

    def page(self):
        rows = (
            Activity.objects.filter(plan=self.plan, retired_on__isnull=True)
            .select_related("output__goal__pillar")
            .order_by("output__goal__pillar__order", "output__goal__pillar__code", "sort_key")
            .prefetch_related("themes")
        )
        return Paginator(rows, ACTIVITIES_PER_PAGE).get_page(self.request.GET.get("page", 1))

    def get_context_data(self, *, ticked=None, problem="", version=None, **kwargs):
        page = self.page()
        activities = list(page)
        themes = self.themes()
        if ticked is None:
            ticked = {(one.pk, theme.pk) for one in activities for theme in one.themes.all()}
        groups = []
        for pillar, rows in groupby(activities, key=lambda one: one.output.goal.pillar):
            groups.append(
                (
                    pillar,
                    [(one, [(theme, (one.pk, theme.pk) in ticked) for theme in themes]) for one in rows],
                )
            )
        kwargs.setdefault("theme_form", ThemeForm())
        return super().get_context_data(
            themes=themes,
            groups=groups,
            page_obj=page,
            problem=problem,
            version=activity_themes_version([one.pk for one in activities]) if version is None else version,
            **kwargs,
        )

    def post(self, request, code):
        shown = _numbers(request.POST.getlist("activity"))
        ticked = set()
        for text in request.POST.getlist("tick"):
            pair = _numbers(text.split("-"))
            if len(pair) == 2 and pair[0] in shown:
                ticked.add(tuple(pair))
        chosen = {pk: {theme for activity, theme in ticked if activity == pk} for pk in shown}
        try:
            save_activity_themes(
                plan=self.plan, chosen=chosen, version=request.POST.get("version", ""), by=request.user
            )
        except Stale as error:
            problem = _(
                "Somebody else changed these themes while you were ticking. Compare, then save again to keep yours."
            )
            return self.render_to_response(
                self.get_context_data(ticked=ticked, problem=problem, version=error.version)
            )
        except ValidationError as error:
            return self.render_to_response(
                self.get_context_data(ticked=ticked, problem=" ".join(error.messages))
            )
        messages.success(request, _("Saved."))
        return redirect(request.get_full_path())


class ThemeNew(PlanThemes):
    """Adds a theme to the list; what is wrong with it is said on the page of themes."""

    def get(self, request, *args, **kwargs):
        return redirect("plan_themes", self.plan.code)

    def post(self, request, code):
        form = ThemeForm(request.POST)
        if form.is_valid():
            try:
                theme = add_theme(plan=self.plan, name=form.cleaned_data["name"], by=request.user)
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("“%(theme)s” is on the list.") % {"theme": theme})
                return redirect("plan_themes", self.plan.code)
        return self.render_to_response(self.get_context_data(theme_form=form))


def _numbers(texts):
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 16]
