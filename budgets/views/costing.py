"""What activities and outputs cost: the forms of their estimates."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from budgets.forms.costing import CostingForm
from budgets.models import Costing, OutputCosting
from budgets.operations.costing import set_costing, set_output_costing
from budgets.provider import costing_history
from frameworks.forms.base import add_refusal
from frameworks.history import Stale, last_change
from frameworks.models import Output
from frameworks.permissions import Permission
from frameworks.views.activities import ActivityMixin
from frameworks.web import PlanMixin


class EstimatesMixin:
    """One row (an activity or an output) and its estimates, year by year. `level` is also the name of the row's page."""

    permission = Permission.EDIT_COSTING
    template_name = "budgets/costing_form.html"

    def get(self, request, *args, **kwargs):
        self.row = self.find()
        return self._page(self._form())

    def _form(self, data=None):
        costings = self.costings.visible_to(self.request.user).filter(**{self.level: self.row})
        return CostingForm(data, row=self.row, costings=costings)

    def _page(self, form):
        return self.render_to_response(self.get_context_data(form=form, row=self.row, level=self.level))

    def post(self, request, *args, **kwargs):
        self.row = self.find()
        form = self._form(request.POST)
        if form.is_valid():
            try:
                self.save(
                    **{self.level: self.row},
                    lines=form.lines,
                    reason=form.cleaned_data.get("reason", ""),
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*costing_history(self.row)))
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect(self.level, self.plan.code, self.row.code)
        return self._page(form)


class CostingEdit(EstimatesMixin, ActivityMixin, TemplateView):
    level = "activity"
    costings = Costing.objects
    save = staticmethod(set_costing)

    def find(self):
        return self.setup_activity()


class OutputCostingEdit(EstimatesMixin, PlanMixin, TemplateView):
    """The rough estimates of an output, while its activities are not costed one by one."""

    level = "output"
    costings = OutputCosting.objects
    save = staticmethod(set_output_costing)

    def find(self):
        outputs = Output.objects.visible_to(self.request.user).select_related("plan")
        return get_object_or_404(outputs, plan=self.plan, code=self.kwargs["ocode"])
