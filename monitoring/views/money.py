"""Money beside results, for those who read a plan's budgets from inside."""

from django.http import Http404
from django.views.generic import TemplateView

from frameworks.csv_files import short_csv_answer
from frameworks.filters import institutions_of
from frameworks.models import ReportingRound
from frameworks.permissions import Permission
from frameworks.web import PlanMixin
from monitoring.forms.money import MoneyFilterForm
from monitoring.money import ENOUGH, MoneyFinding
from monitoring.money_csv import csv_rows
from monitoring.money_results import load_money_and_results

#: How many rows a list shows beside the others.
MOST = 20


class MoneyMixin(PlanMixin):
    """Finds the round and what narrows it down."""

    permission = Permission.VIEW_BUDGETS

    def setup_filter(self):
        """`self.round` is None where no round has been opened yet. Raises Http404 for a round that is not there."""
        rounds = list(ReportingRound.objects.filter(plan=self.plan).opened().order_by("-period_end"))
        self.form = MoneyFilterForm(
            self.request.GET,
            rounds=rounds,
            pillars=list(self.plan.pillars.order_by("order", "code")),
            institutions=list(institutions_of(self.plan)),
        )
        asked = self.request.GET.get("round")
        self.round = self.form.row("round")
        if asked and self.round is None:
            raise Http404
        self.round = self.round or (rounds or [None])[0]

    def load(self):
        return load_money_and_results(
            plan=self.plan,
            user=self.request.user,
            round=self.round,
            pillar=self.form.row("pillar"),
            institution=self.form.row("institution"),
        )


class MoneyAndResults(MoneyMixin, TemplateView):
    """Execution beside results, with the lists of what somebody should look at on top."""

    template_name = "monitoring/money_and_results.html"

    def get_context_data(self, **kwargs):
        self.setup_filter()
        context = {"form": self.form, "round": self.round, "institution": self.form.row("institution")}
        if self.round is not None:
            found = self.load()
            asked = self.request.GET.get("list")
            shown = [one for one in MoneyFinding if asked in (None, one.value)] or list(MoneyFinding)
            without_list = self.request.GET.copy()
            without_list.pop("list", None)
            context |= {
                "found": found,
                "lists": [(one, found.lists[one]) for one in shown],
                "only_list": len(shown) == 1,
                "most": MOST,
                "enough": ENOUGH,
                "query": without_list.urlencode(),
            }
        return super().get_context_data(**context, **kwargs)


class MoneyAndResultsFile(MoneyMixin, TemplateView):
    """The same as CSV."""

    def get(self, request, *args, **kwargs):
        self.setup_filter()
        if self.round is None:
            raise Http404
        rows = csv_rows(self.plan, self.round, self.load())
        return short_csv_answer(rows, f"{self.plan.code}-money-and-results-{self.round.years[-1]}")
