"""The steering committee's page: what was decided about an annual plan, line by line."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from budgets.annual_sheet import load_sheet
from budgets.forms.annual import DecisionForm
from budgets.models import BudgetState, DecisionOutcome
from budgets.operations.deciding import decide
from budgets.views.annual import AnnualPlanMixin
from frameworks.forms.base import add_refusal
from frameworks.permissions import Permission, require_permission
from frameworks.workflow import StateConflict, history_of


class AnnualPlanDecide(AnnualPlanMixin, TemplateView):
    """`…/decide/`: for members of the committee, while the plan is before them."""

    template_name = "budgets/annual_plan_decide.html"

    def get(self, request, *args, **kwargs):
        one = self._enter()
        if one.state != BudgetState.SUBMITTED:
            messages.info(request, _("It is not before the steering committee now."))
            return redirect(self.address())
        return self._page(self._form())

    def _enter(self):
        one = self.setup_annual_plan()
        require_permission(self.request.user, Permission.DECIDE_BUDGET, one)
        self.sheet = load_sheet(one)
        return one

    def _form(self, data=None):
        rows = [line.row for line in self.sheet.lines]
        return DecisionForm(data, annual_plan=self.annual_plan, rows=rows)

    def _page(self, form):
        rows = [
            (line, amount, note)
            for line, (_row, amount, note) in zip(self.sheet.lines, form.rows, strict=True)
        ]
        return self.render_to_response(self.get_context_data(form=form, sheet=self.sheet, rows=rows))

    def post(self, request, *args, **kwargs):
        one, form = self._enter(), self._form(request.POST)
        if one.state != BudgetState.SUBMITTED:
            return self._conflict_of(form)
        if form.is_valid():
            try:
                self._decide(form)
            except StateConflict as error:
                return self._too_late(str(error), form)
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, self._said(form.cleaned_data["outcome"]))
                self._warn_of_the_day(form.cleaned_data["decided_on"])
                return redirect(self.address())
        return self._page(form)

    def _decide(self, form):
        data = form.cleaned_data
        return decide(
            annual_plan=self.annual_plan,
            outcome=data["outcome"],
            decided_on=data["decided_on"],
            reference=data["reference"],
            decided_by=data["decided_by"],
            note=data["note"],
            amounts=form.amounts,
            version=data["version"],
            by=self.request.user,
            at=timezone.now(),
        )

    def _conflict_of(self, form):
        """Decided on meanwhile, or not submitted: the door says by whom, unless it was this person's double click."""
        last = history_of(self.annual_plan).last()
        if last is not None and last.by_id == self.request.user.pk:
            messages.info(self.request, _("It had already gone through."))
            return redirect(self.address())
        if last is None:
            return self._too_late(_("It is not before the steering committee now."), form)
        words = _(
            "It is not before the steering committee any more: %(who)s recorded “%(state)s” in the meantime."
        )
        return self._too_late(words % {"who": last.by, "state": self.annual_plan.get_state_display()}, form)

    def _too_late(self, message, form):
        """The answer 409, with what was typed, so that it is not lost."""
        typed = [
            f"{form[name].label}: {form[name].value()}"
            for name in ("decided_on", "reference", "decided_by", "note")
            if form[name].value()
        ]
        context = {"message": message, "back_url": self.address(), "typed": typed}
        return render(self.request, "409.html", context, status=409)

    def _said(self, outcome):
        return {
            DecisionOutcome.APPROVED: _("Recorded. What was asked is approved, and stands in the budget lines."),
            DecisionOutcome.APPROVED_WITH_CHANGES: _("Recorded. The approved amounts stand in the budget lines, the asked ones beside them."),
            DecisionOutcome.RETURNED: _("Recorded. The co-leads are told, with your note; they revise it and submit it again."),
        }[outcome]  # fmt: skip

    def _warn_of_the_day(self, day):
        """On paper it may well be so; a slip of the pen looks the same."""
        submitted = timezone.localdate(self.annual_plan.submitted_at)
        if day < submitted:
            messages.warning(
                self.request,
                _("The decision is dated %(day)s, before the plan was submitted here (%(submitted)s).")
                % {"day": date_format(day), "submitted": date_format(submitted)},
            )
