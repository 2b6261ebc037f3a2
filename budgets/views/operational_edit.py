"""Writing in an operational plan: its actions with their cost lines, and its budget lines."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from budgets.forms.operational import ActionForm, LineForm, cost_formset
from budgets.models import BudgetLine, OperationalAction
from budgets.operational import load_content
from budgets.operations.budget_lines import line_history, line_version, remove_line, save_line, was_official
from budgets.operations.planning import action_history, action_version, remove_action, save_action
from budgets.views.operational_plan import OperationalPlanMixin
from frameworks.forms.base import add_refusal
from frameworks.history import Stale, changes_of, last_change
from frameworks.models import Activity


class EditMixin(OperationalPlanMixin):
    """A form over one row of the operational plan."""

    def content(self):
        return load_content(self.operational_plan, is_own=True)

    def wanted_activity(self):
        """The activity that the link asks for (?activity=1.1.2), where it is one of the pillar's."""
        return Activity.objects.filter(
            plan=self.plan,
            output__goal__pillar=self.operational_plan.pillar_id,
            code=self.request.GET.get("activity", "").replace("\x00", ""),
        ).first()

    def run(self, form, operation, history):
        """Whether `operation()` went through; else the form says why not."""
        try:
            operation()
        except Stale as error:
            form.tell_stale(error.version, last_change(*history()))
        except ValidationError as error:
            add_refusal(form, error)
        else:
            return True
        return False


class ActionEdit(EditMixin, TemplateView):
    """A new action, or one that is there, with its cost lines."""

    template_name = "budgets/operational_action_form.html"

    def _action(self):
        if "aid" not in self.kwargs:
            return OperationalAction(operational_plan=self.operational_plan, activity=self.wanted_activity())
        action = get_object_or_404(
            OperationalAction.objects.select_related("activity__output__goal"),
            operational_plan=self.operational_plan,
            pk=self.kwargs["aid"],
        )
        action.operational_plan = self.operational_plan
        return action

    def _forms(self, data=None):
        self.action = self._action()
        self.items = list(self.action.cost_items.order_by("order", "pk")) if self.action.pk else []
        form = ActionForm(data, instance=self.action, content=self.content())
        return form, cost_formset(self.action, self.items, data)

    def show(self):
        form, costs = self._forms()
        return self._page(form, costs)

    def _page(self, form, costs):
        history = changes_of(*action_history(self.action)) if self.action.pk else None
        return self.page(form=form, formset=costs, action=self.action, changes=history)

    def post(self, request, *args, **kwargs):
        self.find()
        form, costs = self._forms(request.POST)
        if all([form.is_valid(), costs.is_valid()]):
            done = self.run(
                form,
                lambda: save_action(
                    action=form.instance,
                    changed=form.changed_data,
                    costs=costs.costs,
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                    at=timezone.now(),
                ),
                lambda: action_history(self.action),
            )
            if done:
                messages.success(request, _("Saved."))
                if "more" in request.POST:
                    edit = reverse(
                        "operational_action",
                        args=[self.plan.code, self.operational_plan.pk, form.instance.pk],
                    )
                    return redirect(f"{edit}#costs")
                return redirect(f"{self.address}#a{form.instance.activity_id}")
        return self._page(form, costs)


class RemoveMixin(EditMixin):
    """Asks before something is removed, and shows what it is."""

    template_name = "budgets/operational_remove.html"

    def show(self, refused="", status=200):
        row = self.row()
        return self.page(status=status, row=row, version=self.version_of(row), refused=refused)

    def post(self, request, *args, **kwargs):
        self.find()
        row = self.row()
        try:
            said = self.remove(
                row, version=request.POST.get("version", ""), by=request.user, at=timezone.now()
            )
        except Stale:
            words = _("Somebody changed it since you looked. Here is how it stands now.")
            return self.show(refused=words, status=422)
        except ValidationError as error:
            return self.show(refused=" ".join(error.messages), status=422)
        messages.success(request, said)
        return redirect(self.address)


class ActionRemove(RemoveMixin, TemplateView):
    kind = "action"

    def row(self):
        return get_object_or_404(
            OperationalAction.objects.select_related("activity").prefetch_related("cost_items"),
            operational_plan=self.operational_plan,
            pk=self.kwargs["aid"],
        )

    def version_of(self, row):
        return action_version(row)

    def remove(self, row, **arguments):
        remove_action(action=row, **arguments)
        return _("Removed.")


class LineEdit(EditMixin, TemplateView):
    """A new budget line, or one that is there. What the institution's books say may be written at any time."""

    editing = False
    template_name = "budgets/budget_line_form.html"

    def get(self, request, *args, **kwargs):
        if "lid" not in kwargs:
            self.editing = True
        return super().get(request, *args, **kwargs)

    def _line(self):
        if "lid" not in self.kwargs:
            return BudgetLine(
                operational_plan=self.operational_plan,
                activity=self.wanted_activity(),
                currency=self.plan.currency,
            )
        line = get_object_or_404(
            BudgetLine.objects.select_related("activity__output__goal", "funding_source"),
            operational_plan=self.operational_plan,
            pk=self.kwargs["lid"],
        )
        line.operational_plan = self.operational_plan
        return line

    def show(self):
        line = self._line()
        return self._page(LineForm(instance=line, content=self.content()), line)

    def _page(self, form, line):
        history = changes_of(*line_history(line)) if line.pk else None
        return self.page(form=form, line=line, changes=history)

    def post(self, request, *args, **kwargs):
        self.find()
        line = self._line()
        # The form writes into a row of its own: the page around it keeps the line as it is stored.
        form = LineForm(request.POST, instance=self._line(), content=self.content())
        if form.is_valid():
            done = self.run(
                form,
                lambda: save_line(
                    line=form.instance,
                    changed=form.changed_fields,
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                    at=timezone.now(),
                ),
                lambda: line_history(line),
            )
            if done:
                messages.success(request, _("Saved."))
                return redirect(f"{self.address}#lines")
        return self._page(form, line)


class LineRemove(RemoveMixin, TemplateView):
    kind = "line"

    def row(self):
        line = get_object_or_404(
            BudgetLine.objects.select_related("activity", "funding_source"),
            operational_plan=self.operational_plan,
            pk=self.kwargs["lid"],
        )
        line.stays = was_official(line)
        return line

    def version_of(self, row):
        return line_version(row)

    def remove(self, row, **arguments):
        if remove_line(line=row, **arguments):
            return _("Removed.")
        return _("Taken out: it is proposed no longer once you hand in again. What was approved stays.")
