"""One activity: its page, and the form that changes it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks import providers
from frameworks.crosswalk import provisions_of
from frameworks.forms.activities import ActivityForm, lead_formset
from frameworks.forms.base import add_refusal
from frameworks.forms.parts import in_use_or
from frameworks.history import Stale, changes_of, last_change
from frameworks.logframe import IndicatorNode
from frameworks.models import Activity, Indicator, Lead, Output
from frameworks.operations.activities import activity_history, create_activity, update_activity
from frameworks.operations.structure import next_code
from frameworks.permissions import Permission, has_permission, is_insider
from frameworks.web import PlanMixin

INDICATORS_PER_PAGE = 50


class ActivityMixin(PlanMixin):
    """For pages under /plans/<code>/activities/<acode>/: sets `self.activity`, passes `activity` to the template."""

    def setup_activity(self):
        self.activity = get_object_or_404(
            Activity.objects.visible_to(self.request.user).select_related("output__goal__pillar", "plan"),
            plan=self.plan,
            code=self.kwargs["acode"],
        )
        return self.activity

    def leads(self):
        return list(
            Lead.objects.filter(activity=self.activity).select_related("institution").order_by("order", "pk")
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(activity=self.activity, **kwargs)


class ActivityPage(ActivityMixin, TemplateView):
    public = True
    template_name = "frameworks/activity.html"

    def get(self, request, *args, **kwargs):
        self.setup_activity()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        user, activity = self.request.user, self.activity
        insider = is_insider(user, self.plan)
        standing = providers.status().standing(self.plan, user)
        rows = Indicator.objects.in_use().filter(activity=activity).order_by("sort_key")
        page = Paginator(rows, INDICATORS_PER_PAGE).get_page(self.request.GET.get("page", 1))
        shown = list(page)
        figures = standing.figures(shown)
        return super().get_context_data(
            leads=self.leads(),
            nodes=[IndicatorNode(row, figures.get(row.pk)) for row in shown],
            page_obj=page,
            round=standing.round,
            status=standing.activity_statuses([activity]).get(activity.pk),
            insider=insider,
            told=providers.status().told_of_activity(activity, user),
            told_template=providers.status().told_template,
            costs=providers.cost().lines(activity) if insider else [],
            money=providers.cost().money(activity, user),
            money_template=providers.cost().money_template,
            provisions=provisions_of("activity", activity),
            changes=self._changes() if insider else [],
            may_edit=has_permission(user, Permission.EDIT_FRAMEWORK, self.plan),
            may_cost=has_permission(user, Permission.EDIT_COSTING, self.plan),
            **kwargs,
        )

    def _changes(self):
        return changes_of(*activity_history(self.activity), *providers.cost().history_sources(self.activity))


class ActivityEdit(ActivityMixin, TemplateView):
    permission = Permission.EDIT_FRAMEWORK
    template_name = "frameworks/activity_form.html"

    def get(self, request, *args, **kwargs):
        activity = self.setup_activity()
        return self._page(self._form(activity), lead_formset(activity, self.leads()))

    def _form(self, activity, data=None):
        outputs = in_use_or(Output.objects.filter(plan=self.plan), activity.output_id).order_by("sort_key")
        return ActivityForm(data, instance=activity, parents=outputs)

    def _page(self, form, formset):
        back = reverse("activity", args=[self.plan.code, self.activity.code])
        return self.render_to_response(self.get_context_data(form=form, formset=formset, back=back))

    def post(self, request, *args, **kwargs):
        activity = self.setup_activity()
        edited = Activity.objects.select_related("plan").get(pk=activity.pk)
        form, formset = self._form(edited, request.POST), lead_formset(activity, self.leads(), request.POST)
        # Both are checked, so that everything wrong is said at once.
        if all([form.is_valid(), formset.is_valid()]):
            try:
                update_activity(
                    activity=form.instance,
                    changed=form.changed_fields,
                    leads=formset.lines,
                    reason=form.cleaned_data.get("reason", ""),
                    follow=form.cleaned_data.get("follow", False),
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                    at=timezone.now(),
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*activity_history(activity)))
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("activity", self.plan.code, form.instance.code)
        return self._page(form, formset)


class ActivityNew(PlanMixin, TemplateView):
    """A new activity of an output."""

    permission = Permission.EDIT_FRAMEWORK
    template_name = "frameworks/activity_form.html"

    def _activity(self):
        output = get_object_or_404(Output, plan=self.plan, code=self.kwargs["ocode"])
        return Activity(plan=self.plan, output=output, code=next_code(self.plan, Activity, output.code))

    def _page(self, activity, form, formset):
        return self.render_to_response(
            self.get_context_data(
                form=form,
                formset=formset,
                activity=activity,
                output=activity.output,
                back=reverse("output", args=[self.plan.code, activity.output.code]),
            )
        )

    def _form(self, activity, data=None):
        outputs = in_use_or(Output.objects.filter(plan=self.plan), activity.output_id).order_by("sort_key")
        return ActivityForm(data, instance=activity, parents=outputs)

    def get(self, request, *args, **kwargs):
        activity = self._activity()
        return self._page(activity, self._form(activity), lead_formset(activity, []))

    def post(self, request, *args, **kwargs):
        activity = self._activity()
        form, formset = self._form(self._activity(), request.POST), lead_formset(activity, [], request.POST)
        if all([form.is_valid(), formset.is_valid()]):
            try:
                made = create_activity(
                    activity=form.instance,
                    leads=formset.lines,
                    reason=form.cleaned_data.get("reason", ""),
                    by=request.user,
                    at=timezone.now(),
                )
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("Added. Next: say how you will know that it was done."))
                return redirect("activity", self.plan.code, made.code)
        return self._page(activity, form, formset)
