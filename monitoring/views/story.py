"""How an indicator's figures came about: their history, and the status that a person sets by hand."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks.forms.base import add_refusal
from frameworks.models import Indicator
from frameworks.permissions import Permission, has_permission
from frameworks.web import PlanMixin
from frameworks.workflow import StateConflict
from monitoring.forms.overrides import OverrideForm, WithdrawForm
from monitoring.models import IndicatorResult
from monitoring.models.result import Performance
from monitoring.operations.overrides import override_status, withdraw_override
from monitoring.stories import draft_history, figure_history, override_title, overrides_of
from monitoring.words import figure_text, value_text

ENTRIES_PER_PAGE = 50


class IndicatorOfPlan(PlanMixin):
    """For pages under /plans/<code>/indicators/<icode>/…"""

    def indicator(self):
        return get_object_or_404(
            Indicator.objects.visible_to(self.request.user).select_related("plan", "pillar"),
            plan=self.plan,
            code=self.kwargs["icode"],
        )


class FigureHistory(IndicatorOfPlan, TemplateView):
    """`/plans/<code>/indicators/<icode>/figures/`: who reported, verified or set what, when and why."""

    template_name = "monitoring/figure_history.html"

    def get_context_data(self, **kwargs):
        indicator, user = self.indicator(), self.request.user
        entries = Paginator(figure_history(indicator, user), ENTRIES_PER_PAGE)
        return super().get_context_data(
            indicator=indicator,
            page_obj=entries.get_page(self.request.GET.get("page", 1)),
            changes=draft_history(indicator, user),
            **kwargs,
        )


class StatusOverride(IndicatorOfPlan, TemplateView):
    """`/plans/<code>/indicators/<icode>/rounds/<label>/status/`"""

    permission = Permission.OVERRIDE_STATUS
    template_name = "monitoring/status_override.html"

    def get(self, request, *args, **kwargs):
        return self._page(self._result())

    def post(self, request, *args, **kwargs):
        result = self._result()
        withdraws = request.POST.get("action") == "withdraw"
        form = (WithdrawForm if withdraws else OverrideForm)(request.POST, result=result)
        if not form.is_valid():
            return self._page(result, form, status=422)
        given = form.cleaned_data | {"result": result, "by": request.user, "at": timezone.now()}
        try:
            (withdraw_override if withdraws else override_status)(**given)
        except StateConflict as error:
            return render(request, "409.html", {"message": str(error), "back_url": request.path}, status=409)
        except ValidationError as error:
            add_refusal(form, error)
            return self._page(result, form, status=422)
        messages.success(request, _("Saved. The status that the arithmetic gives stays beside it."))
        return redirect(reverse("indicator", args=[self.plan.code, result.indicator.code]) + "#results")

    def _result(self):
        return get_object_or_404(
            IndicatorResult.objects.totals().select_related("indicator__plan", "round", "override_by"),
            indicator=self.indicator(),
            round__label=self.kwargs["label"],
        )

    def _page(self, result, form=None, *, status=200):
        indicator = result.indicator
        context = self.get_context_data(
            indicator=indicator,
            result=result,
            figure=figure_text(indicator, result) or value_text(indicator, result.measured),
            target=value_text(indicator, result.target),
            current=Performance(result.status),
            computed=Performance(result.computed_status),
            form=form if isinstance(form, OverrideForm) else OverrideForm(result=result),
            withdraw_form=form if isinstance(form, WithdrawForm) else WithdrawForm(result=result),
            steps=[
                (step, override_title(step))
                for step in overrides_of(IndicatorResult.objects.filter(pk=result.pk)).reverse()
            ],
            may_edit=has_permission(self.request.user, Permission.EDIT_FRAMEWORK, self.plan),
        )
        return self.render_to_response(context, status=status)
