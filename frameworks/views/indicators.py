"""One indicator: its metadata sheet with results over the rounds, and the form that changes it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks import providers
from frameworks.forms.activities import institution_choices
from frameworks.forms.base import add_refusal
from frameworks.forms.indicators import (
    BreakdownFormSet,
    IndicatorForm,
    TargetFormSet,
    direction_doubts,
    target_periods,
)
from frameworks.history import Stale, changes_of, last_change
from frameworks.measures import baseline_number, measure_text, pair_text, target_number
from frameworks.models import Indicator, ReportingRound
from frameworks.operations.indicators import indicator_history, save_indicator
from frameworks.permissions import Permission, has_permission, is_insider
from frameworks.views.activities import ActivityMixin
from frameworks.web import PlanMixin


class IndicatorPage(PlanMixin, TemplateView):
    """The metadata sheet, printable."""

    public = True
    template_name = "frameworks/indicator.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        indicator = get_object_or_404(
            Indicator.objects.visible_to(user)
            .select_related("plan", "pillar", "goal", "output", "activity__output__goal")
            .prefetch_related(
                "targets", "dimensions__categories", "responsible", "activity__leads__institution"
            ),
            plan=self.plan,
            code=self.kwargs["icode"],
        )
        insider = is_insider(user, self.plan)
        story = providers.status().story(indicator, user)
        baseline = baseline_number(indicator)
        return super().get_context_data(
            indicator=indicator,
            insider=insider,
            parent=indicator.activity or indicator.output or indicator.goal,
            baseline_text=measure_text(indicator, baseline),
            baseline_parts=pair_text(indicator.baseline_numerator, indicator.baseline_denominator),
            targets=[
                (
                    target,
                    measure_text(indicator, target_number(target)),
                    pair_text(target.numerator, target.denominator),
                )
                for target in indicator.targets.all()
            ],
            story=story,
            latest=story[-1] if story else None,
            series=[(one.round, one.measured, one.target) for one in story],
            chart_baseline=(indicator.baseline_year, baseline)
            if baseline is not None and indicator.baseline_year
            else None,
            chart_unit="%" if indicator.is_share else "",
            changes=changes_of(*indicator_history(indicator)) if insider else [],
            may_edit=has_permission(user, Permission.EDIT_FRAMEWORK, self.plan),
            **kwargs,
        )


class IndicatorFormMixin:
    """What adding and editing share: three forms that are checked together and saved together."""

    permission = Permission.EDIT_FRAMEWORK
    template_name = "frameworks/indicator_form.html"

    def build(self, indicator, data=None):
        """(form, targets, breakdowns) for an indicator, saved or not."""
        saved = bool(indicator.pk)
        targets = list(indicator.targets.all()) if saved else []
        dimensions = list(indicator.dimensions.prefetch_related("categories")) if saved else []
        keep = indicator.responsible.values_list("pk", flat=True) if saved else ()
        form = IndicatorForm(
            data,
            instance=indicator,
            institutions=institution_choices(self.plan, keep=keep),
            needs_reason=self.plan.is_under_change_control
            or (saved and providers.status().has_values(indicator)),
        )
        if data is not None:
            form.is_valid()
        periods = target_periods(self.plan, ReportingRound.objects.filter(plan=self.plan))
        return (
            form,
            TargetFormSet(data, plan=self.plan, targets=targets, periods=periods, sheet=form),
            BreakdownFormSet(data, dimensions=dimensions),
        )

    def page(self, indicator, forms):
        form, targets, breakdowns = forms
        return self.render_to_response(
            self.get_context_data(form=form, targets=targets, breakdowns=breakdowns, indicator=indicator)
        )

    def save(self, request, indicator, forms):
        """The answer to a POST: the indicator's page, or the form with what is wrong."""
        form, targets, breakdowns = forms
        # Each is checked, so that everything wrong is said at once.
        valid = [one.is_valid() for one in forms]
        if all(valid):
            try:
                saved = save_indicator(
                    indicator=form.instance,
                    changed=form.changed_fields,
                    responsible=form.chosen_institutions,
                    targets=targets.lines,
                    breakdowns=breakdowns.lines,
                    reason=form.cleaned_data.get("reason", ""),
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                    at=timezone.now(),
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*indicator_history(indicator)))
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("Saved."))
                self._tell_doubts(request, saved, targets)
                return redirect("indicator", self.plan.code, saved.code)
        return self.page(indicator, forms)

    def _tell_doubts(self, request, indicator, targets):
        numbers = [(targets.label_of(line.period_end), target_number(line)) for line in targets.lines]
        for sentence in direction_doubts(indicator, baseline_number(indicator), numbers):
            messages.warning(request, sentence)


class IndicatorEdit(IndicatorFormMixin, PlanMixin, TemplateView):
    def _indicator(self):
        return get_object_or_404(
            Indicator.objects.visible_to(self.request.user).select_related("plan"),
            plan=self.plan,
            code=self.kwargs["icode"],
        )

    def get(self, request, *args, **kwargs):
        indicator = self._indicator()
        return self.page(indicator, self.build(indicator))

    def post(self, request, *args, **kwargs):
        # The form writes into a row of its own: the page around it keeps the indicator as it is stored.
        return self.save(request, self._indicator(), self.build(self._indicator(), request.POST))


class IndicatorNew(IndicatorFormMixin, ActivityMixin, TemplateView):
    """A new indicator of an activity."""

    def _indicator(self):
        activity = self.setup_activity()
        pillar = activity.output.goal.pillar
        return Indicator(plan=self.plan, pillar=pillar, activity=activity, code=self._free_code(activity))

    def _free_code(self, activity):
        """1.1.1a, then 1.1.1b …: the first letter that is free under the activity's code."""
        taken = set(
            Indicator.objects.filter(plan=self.plan, code__startswith=activity.code).values_list(
                "code", flat=True
            )
        )
        letters = (chr(ord("a") + n) for n in range(26))
        return next((f"{activity.code}{one}" for one in letters if f"{activity.code}{one}" not in taken), "")

    def get(self, request, *args, **kwargs):
        indicator = self._indicator()
        return self.page(indicator, self.build(indicator))

    def post(self, request, *args, **kwargs):
        indicator = self._indicator()
        return self.save(request, indicator, self.build(self._indicator(), request.POST))
