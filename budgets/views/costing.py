"""What activities cost."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from budgets.forms.costing import CostingForm
from budgets.models import Costing
from budgets.operations.costing import set_costing
from budgets.provider import costing_history
from frameworks.forms.base import add_refusal
from frameworks.history import Stale, last_change
from frameworks.permissions import Permission
from frameworks.views.activities import ActivityMixin


class CostingEdit(ActivityMixin, TemplateView):
    """The estimates of one activity, year by year."""

    permission = Permission.EDIT_COSTING
    template_name = "budgets/costing_form.html"

    def get(self, request, *args, **kwargs):
        self.setup_activity()
        return self._page(self._form())

    def _form(self, data=None):
        costings = Costing.objects.visible_to(self.request.user).filter(activity=self.activity)
        return CostingForm(data, activity=self.activity, costings=costings)

    def _page(self, form):
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request, *args, **kwargs):
        activity = self.setup_activity()
        form = self._form(request.POST)
        if form.is_valid():
            try:
                set_costing(
                    activity=activity,
                    lines=form.lines,
                    currency=self.plan.currency,
                    reason=form.cleaned_data.get("reason", ""),
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*costing_history(activity)))
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("activity", self.plan.code, activity.code)
        return self._page(form)
