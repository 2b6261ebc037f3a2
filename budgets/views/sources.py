"""Funding sources, and the rules that a plan's budget is held to."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from budgets.counted import Dimension, Measure, official_lines
from budgets.forms.sources import RulesForm, SourceForm
from budgets.models import FundingSource
from budgets.operations.rules import rules_history, save_rules
from budgets.operations.sources import (
    delete_source,
    retire_source,
    save_source,
    source_history,
    source_version,
)
from budgets.rules import rules_of
from budgets.sources import BY_SOURCE, load_sources, why_source_stays
from budgets.totals import Amounts, load_totals
from frameworks.forms.structure import StepForm
from frameworks.history import changes_of
from frameworks.permissions import Permission, has_permission
from frameworks.views.structure import EditMixin
from frameworks.web import PlanMixin


class KeepingMixin:
    """For pages of the money: `may_manage` says whether the reader keeps the plan's sources, rates and rules."""

    def get_context_data(self, **kwargs):
        kwargs.setdefault(
            "may_manage", has_permission(self.request.user, Permission.MANAGE_BUDGETS, self.plan)
        )
        return super().get_context_data(**kwargs)


class EditPage(KeepingMixin, EditMixin, TemplateView):
    """One form, one operation: subclasses give `form(data)`, `save(form)`, which answers with where to go, and `history()`."""

    permission = Permission.MANAGE_BUDGETS

    def get(self, request, *args, **kwargs):
        return self.page(self.form())

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if form.is_valid():
            answer = self.run(form, lambda: self.save(form), self.history)
            if answer is not None:
                return answer
        return self.page(form)

    def page(self, form, **more):
        return self.render_to_response(self.get_context_data(form=form, **more))

    def history(self):
        return []


class FundingSources(KeepingMixin, PlanMixin, TemplateView):
    """Every source with what hangs on it. `?amount=proposed`: which of the amounts is shown by year."""

    template_name = "budgets/funding_sources.html"

    def get_context_data(self, **kwargs):
        asked = self.request.GET.get("amount", "")
        measure = Measure(asked) if asked in BY_SOURCE else Measure.APPROVED
        sources = load_sources(self.plan, self.request.user)
        return super().get_context_data(
            sources=sources,
            measure=measure,
            measures=BY_SOURCE,
            amounts=[
                (row, row.cells(sources.years, measure), row.total(measure))
                for row in sources.rows
                if row.source is not None or measure == Measure.SPENT
            ],
            sums=sources.sums(measure),
            rules=rules_of(self.plan),
            **kwargs,
        )


class SourceMixin:
    """For pages under /plans/<code>/funding-sources/<scode>/."""

    @cached_property
    def source(self):
        return get_object_or_404(
            FundingSource.objects.visible_to(self.request.user).select_related("plan", "institution"),
            plan=self.plan,
            code=self.kwargs["scode"],
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(source=self.source, **kwargs)


class SourcePage(SourceMixin, KeepingMixin, PlanMixin, TemplateView):
    """One source: what hangs on it year by year, and its history."""

    template_name = "budgets/funding_source.html"

    def get_context_data(self, **kwargs):
        totals = load_totals(
            self.plan,
            self.request.user,
            by=(Dimension.YEAR,),
            only={Dimension.SOURCE: [self.source.pk]},
        )
        known = {year: amounts for (year,), amounts in totals.cells.items()}
        return super().get_context_data(
            lines=official_lines(self.plan).filter(funding_source=self.source).count(),
            measures=BY_SOURCE,
            years=[
                (year, [known.get(year, Amounts()).of(measure) for measure in BY_SOURCE])
                for year in sorted({*self.plan.years, *known})
            ],
            sums=[totals.total.of(measure) for measure in BY_SOURCE],
            totals=totals,
            changes=changes_of(*source_history(self.source), limit=20),
            **kwargs,
        )


class SourceNew(EditPage):
    template_name = "budgets/funding_source_form.html"

    def form(self, data=None):
        return SourceForm(data, instance=FundingSource(plan=self.plan))

    def save(self, form):
        saved = save_source(source=form.instance, changed=(), reason="", by=self.request.user)
        messages.success(self.request, _("%(name)s can be named by budget lines now.") % {"name": saved})
        return redirect("funding_sources", self.plan.code)


class SourceEdit(SourceMixin, EditPage):
    template_name = "budgets/funding_source_form.html"

    def form(self, data=None):
        # Its own copy: the page goes on showing the source as it is saved.
        copy = FundingSource.objects.select_related("plan").get(pk=self.source.pk)
        return SourceForm(data, instance=copy)

    def save(self, form):
        saved = save_source(
            source=form.instance,
            changed=form.changed_fields,
            reason=form.cleaned_data.get("reason", ""),
            version=form.cleaned_data["version"],
            by=self.request.user,
        )
        messages.success(self.request, _("%(name)s is saved.") % {"name": saved})
        return redirect("funding_source", self.plan.code, saved.code)

    def history(self):
        return source_history(self.source)


class SourceStep(SourceMixin, EditPage):
    """Retiring, restoring and deleting a source: one page that says what will happen, and asks why where that is needed."""

    template_name = "budgets/funding_source_step.html"
    step = ""

    def form(self, data=None):
        return StepForm(
            data,
            version=source_version(self.source),
            asks_reason=self.plan.is_under_change_control,
            reason_label=_("Why?"),
        )

    def answers(self, form):
        return {
            "source": self.source,
            "reason": form.answers["reason"],
            "version": form.cleaned_data["version"],
            "by": self.request.user,
        }

    def history(self):
        return source_history(self.source)

    def refusal(self):
        """Why the step cannot be taken at all; "" when it can."""
        return ""

    def get_context_data(self, **kwargs):
        return super().get_context_data(step=self.step, refusal=self.refusal(), **kwargs)


class SourceRetire(SourceStep):
    step = "retire"

    def refusal(self):
        return _("It is retired already.") if self.source.retired_on else ""

    def save(self, form):
        retire_source(retired=True, at=timezone.now(), **self.answers(form))
        messages.success(
            self.request, _("%(name)s is not offered for new lines any more.") % {"name": self.source}
        )
        return redirect("funding_source", self.plan.code, self.source.code)


class SourceRestore(SourceStep):
    step = "restore"

    def refusal(self):
        return "" if self.source.retired_on else _("It is in use already.")

    def save(self, form):
        retire_source(retired=False, at=timezone.now(), **self.answers(form))
        messages.success(self.request, _("%(name)s is offered for new lines again.") % {"name": self.source})
        return redirect("funding_source", self.plan.code, self.source.code)


class SourceDelete(SourceStep):
    step = "delete"

    def refusal(self):
        return why_source_stays(self.source)

    def save(self, form):
        delete_source(**self.answers(form))
        messages.success(self.request, _("%(name)s is deleted.") % {"name": self.source})
        return redirect("funding_sources", self.plan.code)


class RulesPage(KeepingMixin, PlanMixin, TemplateView):
    """The rules of the plan's budget, and how they came about."""

    template_name = "budgets/budget_rules.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            rules=rules_of(self.plan), changes=changes_of(*rules_history(self.plan), limit=20), **kwargs
        )


class RulesEdit(EditPage):
    template_name = "budgets/budget_rules_form.html"

    def form(self, data=None):
        return RulesForm(data, rules=rules_of(self.plan))

    def save(self, form):
        save_rules(
            plan=self.plan,
            minimum_gender_share=form.cleaned_data["minimum_gender_share"],
            absorbed_from=form.cleaned_data["absorbed_from"],
            reason=form.cleaned_data.get("reason", ""),
            version=form.cleaned_data["version"],
            by=self.request.user,
        )
        messages.success(self.request, _("The rules are saved."))
        return redirect("budget_rules", self.plan.code)

    def history(self):
        return rules_history(self.plan)
