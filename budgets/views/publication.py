"""The secretariat makes the budget of a year public, or takes it back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from budgets.forms.publication import UnpublishForm
from budgets.names import Names
from budgets.operations.publication import publish_year, unpublish_year
from budgets.publication import load_preview
from frameworks.forms.base import add_refusal
from frameworks.permissions import Permission
from frameworks.web import PlanMixin
from frameworks.workflow import StateConflict


class OfYear(PlanMixin, TemplateView):
    permission = Permission.MANAGE_BUDGETS

    def find(self):
        """The Preview of the year; 404 for one that is neither the plan's nor in any budget."""
        found = load_preview(self.plan, self.request.user, self.kwargs["year"])
        if found is None:
            raise Http404
        return found

    def to_budget(self):
        return redirect("budget", self.plan.code)


class BudgetPublish(OfYear):
    """GET: what becomes public, and what does not. POST: publishes."""

    template_name = "budgets/budget_publish.html"

    def get(self, request, *args, **kwargs):
        preview = self.find()
        if preview.year.published_at:
            return self.to_budget()
        names = Names(self.plan)
        rows = [
            (names.of("pillar", key[0]), amounts)
            for key, amounts in preview.totals.cells.items()
            if amounts.approved
        ]
        return self.render_to_response(
            self.get_context_data(
                preview=preview, year=preview.year, rows=sorted(rows, key=lambda one: one[0].order)
            )
        )

    def post(self, request, *args, **kwargs):
        self.find()
        year = kwargs["year"]
        try:
            publish_year(plan=self.plan, year=year, by=request.user, at=timezone.now())
        except StateConflict as error:
            messages.warning(request, str(error))
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
        else:
            messages.success(request, _("The budget of %(year)s is public.") % {"year": year})
        return self.to_budget()


class BudgetUnpublish(OfYear):
    """Takes a published year back, with a reason."""

    template_name = "budgets/budget_unpublish.html"

    def get(self, request, *args, **kwargs):
        preview = self.find()
        if not preview.year.published_at:
            return self.to_budget()
        return self._page(UnpublishForm(), preview)

    def _page(self, form, preview):
        return self.render_to_response(self.get_context_data(form=form, preview=preview, year=preview.year))

    def post(self, request, *args, **kwargs):
        preview = self.find()
        form = UnpublishForm(request.POST)
        if form.is_valid():
            year = kwargs["year"]
            try:
                unpublish_year(plan=self.plan, year=year, reason=form.cleaned_data["reason"], by=request.user)
            except StateConflict as error:
                messages.warning(request, str(error))
                return self.to_budget()
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("The budget of %(year)s is no longer public.") % {"year": year})
                return self.to_budget()
        return self._page(form, preview)
