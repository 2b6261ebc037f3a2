"""One indicator: its metadata sheet with results over the rounds, and the form that changes it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks import providers
from frameworks.crosswalk import provisions_of
from frameworks.forms.activities import institution_choices
from frameworks.forms.base import add_refusal
from frameworks.forms.category_targets import CategoryTargetsForm
from frameworks.forms.indicators import (
    BreakdownFormSet,
    IndicatorForm,
    TargetFormSet,
    direction_doubts,
    target_periods,
)
from frameworks.history import Stale, changes_of, last_change
from frameworks.measures import baseline_number, measure_text, pair_text, target_number
from frameworks.models import Activity, Goal, Indicator, Output, ReportingRound
from frameworks.operations.indicators import indicator_history, save_indicator
from frameworks.operations.moving import parent_of, pillar_of
from frameworks.operations.structure import next_code
from frameworks.permissions import Permission, has_permission, is_insider
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
                "targets", "dimensions__categories__targets", "responsible", "activity__leads__institution"
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
            parent=parent_of(indicator),
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
            category_targets=category_targets(indicator),
            story=story,
            told=providers.status().told_of_indicator(indicator, user),
            told_template=providers.status().told_template,
            may_override=has_permission(user, Permission.OVERRIDE_STATUS, self.plan),
            latest=story[-1] if story else None,
            series=[(one.round, one.measured, one.target) for one in story],
            chart_baseline=(indicator.baseline_year, baseline)
            if baseline is not None and indicator.baseline_year
            else None,
            chart_unit="%" if indicator.is_share else "",
            provisions=provisions_of("indicator", indicator),
            changes=changes_of(*indicator_history(indicator)) if insider else [],
            may_edit=has_permission(user, Permission.EDIT_FRAMEWORK, self.plan),
            **kwargs,
        )


def category_targets(indicator):
    """(dimension, [years], [(category, [text or "" a year])]) of the breakdowns whose categories have targets."""
    found = []
    for dimension in indicator.dimensions.all():
        rows = [
            (one, {target.period_end: target for target in one.targets.all()})
            for one in dimension.categories.all()
        ]
        ends = sorted({end for _category, targets in rows for end in targets})
        if ends:
            cells = [
                (category, [_target_text(indicator, targets.get(end)) for end in ends])
                for category, targets in rows
            ]
            found.append((dimension, ends, cells))
    return found


def _target_text(indicator, target):
    if target is None:
        return ""
    pair = pair_text(target.numerator, target.denominator)
    number = measure_text(indicator, target_number(target))
    return f"{pair} = {number}" if pair else number


class IndicatorFormMixin:
    """What adding and editing share: four forms that are checked together and saved together."""

    permission = Permission.EDIT_FRAMEWORK
    template_name = "frameworks/indicator_form.html"

    def build(self, indicator, data=None):
        """(form, targets, breakdowns, targets of categories) for an indicator, saved or not."""
        saved = bool(indicator.pk)
        targets = list(indicator.targets.all()) if saved else []
        dimensions = list(indicator.dimensions.prefetch_related("categories__targets")) if saved else []
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
        formset = TargetFormSet(data, plan=self.plan, targets=targets, periods=periods, sheet=form)
        ends = {
            one.period_end
            for row in dimensions
            for category in row.categories.all()
            for one in category.targets.all()
        }
        parts = CategoryTargetsForm(
            data,
            dimensions=dimensions,
            periods=[(end, formset.label_of(end)) for end in sorted({*formset.periods, *ends})],
            sheet=form,
        )
        return form, formset, BreakdownFormSet(data, dimensions=dimensions), parts

    def page(self, indicator, forms):
        form, targets, breakdowns, parts = forms
        parent = parent_of(indicator)
        shown = indicator if indicator.pk else parent
        return self.render_to_response(
            self.get_context_data(
                form=form,
                targets=targets,
                breakdowns=breakdowns,
                parts=parts,
                indicator=indicator,
                parent=parent,
                back=reverse(shown._meta.model_name, args=[self.plan.code, shown.code]),
            )
        )

    def save(self, request, indicator, forms):
        """The answer to a POST: the indicator's page, or the form with what is wrong."""
        form, targets, breakdowns, parts = forms
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
                    category_targets=parts.lines,
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


class IndicatorNew(IndicatorFormMixin, PlanMixin, TemplateView):
    """A new indicator of a goal, an output or an activity: the path's argument says of which."""

    PARENTS = {"gcode": Goal, "ocode": Output, "acode": Activity}

    def _indicator(self):
        name = next(name for name in self.PARENTS if name in self.kwargs)
        model = self.PARENTS[name]
        parent = get_object_or_404(
            model.objects.visible_to(self.request.user), plan=self.plan, code=self.kwargs[name]
        )
        level = model._meta.model_name
        code = next_code(self.plan, Indicator, parent.code, letters=True)
        return Indicator(plan=self.plan, pillar=pillar_of(parent), code=code, **{level: parent})

    def get(self, request, *args, **kwargs):
        indicator = self._indicator()
        return self.page(indicator, self.build(indicator))

    def post(self, request, *args, **kwargs):
        indicator = self._indicator()
        return self.save(request, indicator, self.build(self._indicator(), request.POST))
