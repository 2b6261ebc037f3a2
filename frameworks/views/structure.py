"""Pillars, goals and outputs: their pages and forms."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks import providers
from frameworks.crosswalk import provisions_of
from frameworks.forms.base import add_refusal
from frameworks.forms.structure import PillarForm, StepForm, part_form
from frameworks.history import Stale, changes_of, last_change
from frameworks.logframe import IndicatorNode
from frameworks.models import Goal, Indicator, Output, Pillar
from frameworks.operations.structure import (
    delete_pillar,
    next_code,
    part_history,
    pillar_history,
    save_part,
    save_pillar,
    why_pillar_stays,
)
from frameworks.permissions import Permission, has_permission
from frameworks.web import PlanMixin

INDICATORS_PER_PAGE = 50
#: Outputs or activities listed on the page of what they hang on; the logframe shows them all, part by part.
MOST_CHILDREN = 100


class EditMixin(PlanMixin):
    """Saves one form through one operation, and tells what is wrong at its fields."""

    permission = Permission.EDIT_FRAMEWORK

    def run(self, form, operation, history=None):
        """What `operation()` returns; None when it refused, then `form` says why."""
        try:
            return operation()
        except Stale as error:
            form.tell_stale(error.version, last_change(*history()) if history else None)
        except ValidationError as error:
            add_refusal(form, error)
        return None


# Pillars


class PillarList(PlanMixin, TemplateView):
    permission = Permission.EDIT_FRAMEWORK
    template_name = "frameworks/pillar_list.html"

    def get_context_data(self, **kwargs):
        pillars = list(self.plan.pillars.order_by("order", "code"))
        goals, indicators = (
            dict(
                rows.filter(plan=self.plan, retired_on__isnull=True)
                .order_by()
                .values_list("pillar")
                .annotate(Count("pk"))
            )
            for rows in (Goal.objects, Indicator.objects)
        )
        return super().get_context_data(
            pillars=[(one, goals.get(one.pk, 0), indicators.get(one.pk, 0)) for one in pillars], **kwargs
        )


class PillarMixin(EditMixin):
    template_name = "frameworks/pillar_form.html"

    def save(self, request, form, history=None):
        if form.is_valid():
            saved = self.run(
                form,
                lambda: save_pillar(
                    pillar=form.instance,
                    changed=form.changed_fields,
                    reason=form.cleaned_data.get("reason", ""),
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                    at=timezone.now(),
                ),
                history,
            )
            if saved:
                messages.success(request, _("Saved."))
                return redirect("plan_pillars", self.plan.code)
        return self.render_to_response(self.get_context_data(form=form))


class PillarNew(PillarMixin, TemplateView):
    def _pillar(self):
        last = self.plan.pillars.order_by("-order").values_list("order", flat=True).first()
        return Pillar(plan=self.plan, code=next_code_of_pillar(self.plan), order=(last or 0) + 1)

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(form=PillarForm(instance=self._pillar())))

    def post(self, request, *args, **kwargs):
        return self.save(request, PillarForm(request.POST, instance=self._pillar()))


def next_code_of_pillar(plan):
    """P5 after P4; "" where a plan numbers its pillars in another way."""
    codes = set(plan.pillars.values_list("code", flat=True))
    return next((f"P{n}" for n in range(len(codes) + 1, len(codes) + 50) if f"P{n}" not in codes), "")


class PillarEdit(PillarMixin, TemplateView):
    def _pillar(self):
        return get_object_or_404(
            Pillar.objects.select_related("plan"), plan=self.plan, code=self.kwargs["pcode"]
        )

    def get_context_data(self, **kwargs):
        pillar = self._pillar()
        return super().get_context_data(
            pillar=pillar,
            why_it_stays=why_pillar_stays(pillar),
            changes=changes_of(*pillar_history(pillar)),
            **kwargs,
        )

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(form=PillarForm(instance=self._pillar())))

    def post(self, request, *args, **kwargs):
        pillar = self._pillar()
        return self.save(request, PillarForm(request.POST, instance=pillar), lambda: pillar_history(pillar))


class PillarDelete(EditMixin, TemplateView):
    template_name = "frameworks/part_step.html"

    def _form(self, data=None):
        self.pillar = get_object_or_404(Pillar, plan=self.plan, code=self.kwargs["pcode"])
        return StepForm(
            data, reason_label=_("Why is it deleted?"), asks_reason=self.plan.is_under_change_control
        )

    def _page(self, form):
        return self.render_to_response(
            self.get_context_data(
                form=form,
                row=self.pillar,
                step="delete",
                what=_("Pillar"),
                refusal=why_pillar_stays(self.pillar),
                back=reverse("plan_pillars", args=[self.plan.code]),
            )
        )

    def get(self, request, *args, **kwargs):
        return self._page(self._form())

    def post(self, request, *args, **kwargs):
        form = self._form(request.POST)
        if form.is_valid():

            def act():
                delete_pillar(pillar=self.pillar, reason=form.answers["reason"], by=request.user)
                return True

            if self.run(form, act):
                messages.success(request, _("Deleted."))
                return redirect("plan_pillars", self.plan.code)
        return self._page(form)


# Goals and outputs

MODELS = {"goal": Goal, "output": Output}


class PartPage(PlanMixin, TemplateView):
    """A goal or an output: what hangs on it, how it is measured, its history."""

    public = True
    level = "goal"
    template_name = "frameworks/part.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        above = "pillar" if self.level == "goal" else "goal__pillar"
        part = get_object_or_404(
            MODELS[self.level].objects.visible_to(user).select_related(above, "plan"),
            plan=self.plan,
            code=self.kwargs[f"{self.level[0]}code"],
        )
        standing = providers.status().standing(self.plan, user)
        rows = Indicator.objects.in_use().filter(**{self.level: part}).order_by("sort_key")
        page = Paginator(rows, INDICATORS_PER_PAGE).get_page(self.request.GET.get("page", 1))
        figures = standing.figures(list(page))
        below = part.outputs if self.level == "goal" else part.activities
        children = list(below.filter(retired_on__isnull=True).order_by("sort_key")[: MOST_CHILDREN + 1])
        context = super().get_context_data(
            part=part,
            level=self.level,
            child_level="output" if self.level == "goal" else "activity",
            pillar=part.pillar if self.level == "goal" else part.goal.pillar,
            children=children[:MOST_CHILDREN],
            has_more=len(children) > MOST_CHILDREN,
            statuses=standing.activity_statuses(children) if self.level == "output" else {},
            nodes=[IndicatorNode(row, figures.get(row.pk)) for row in page],
            page_obj=page,
            round=standing.round,
            counts=standing.rollup().get((self.level, part.pk), ()),
            provisions=provisions_of(self.level, part),
            **kwargs,
        )
        return context | (self._inside(part) if context["insider"] else {})

    def _inside(self, part):
        """What insiders see on top: history, and the rough costing of an output."""
        if self.level == "goal":
            return {"changes": changes_of(*part_history(part))}
        cost = providers.cost()
        return {
            "changes": changes_of(*part_history(part), *cost.history_sources(part)),
            "rough": cost.rough_lines(part),
            "may_cost": has_permission(self.request.user, Permission.EDIT_COSTING, self.plan),
        }


class PartFormMixin(EditMixin):
    level = "goal"
    template_name = "frameworks/part_form.html"

    def page(self, form, part):
        if part.pk:
            back = reverse(self.level, args=[self.plan.code, part.code])
        elif self.level == "output":
            back = reverse("goal", args=[self.plan.code, part.goal.code])
        else:
            back = self.plan.get_absolute_url()
        return self.render_to_response(
            self.get_context_data(
                form=form, part=part, level=self.level, word=self.plan.words[self.level], back=back
            )
        )

    def save(self, request, form, part, history=None):
        if form.is_valid():
            saved = self.run(
                form,
                lambda: save_part(
                    part=form.instance,
                    changed=form.changed_fields,
                    reason=form.cleaned_data.get("reason", ""),
                    follow=form.cleaned_data.get("follow", False),
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                    at=timezone.now(),
                ),
                history,
            )
            if saved:
                messages.success(request, _("Saved."))
                return redirect(self.level, self.plan.code, saved.code)
        return self.page(form, part)


class PartEdit(PartFormMixin, TemplateView):
    def _part(self):
        return get_object_or_404(
            MODELS[self.level].objects.select_related("plan"),
            plan=self.plan,
            code=self.kwargs[f"{self.level[0]}code"],
        )

    def get(self, request, *args, **kwargs):
        part = self._part()
        return self.page(part_form(part), part)

    def post(self, request, *args, **kwargs):
        # The form writes into a row of its own: the page around it keeps the part as it is stored.
        part = self._part()
        return self.save(request, part_form(self._part(), request.POST), part, lambda: part_history(part))


class GoalNew(PartFormMixin, TemplateView):
    """A new goal under a pillar."""

    def _part(self):
        pillar = get_object_or_404(Pillar, plan=self.plan, code=self.kwargs["pcode"])
        return Goal(plan=self.plan, pillar=pillar, code=next_code(self.plan, Goal))

    def get(self, request, *args, **kwargs):
        part = self._part()
        return self.page(part_form(part), part)

    def post(self, request, *args, **kwargs):
        return self.save(request, part_form(self._part(), request.POST), self._part())


class OutputNew(GoalNew):
    """A new output under a goal."""

    level = "output"

    def _part(self):
        goal = get_object_or_404(Goal, plan=self.plan, code=self.kwargs["gcode"])
        return Output(plan=self.plan, goal=goal, code=next_code(self.plan, Output, goal.code))
