"""The whole costing of a plan, on screen and as a file.

From inside the plan only, like the estimates on the pages of its activities: what the public reads of the money is what was
approved and spent, once a year is published (issue D).
"""

from itertools import groupby

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from budgets.estimates import Coverage, load_costing
from budgets.forms.costing import CostingFilter
from frameworks.csv_files import Figure, csv_answer
from frameworks.permissions import Permission, has_permission
from frameworks.web import PlanMixin

OUTPUTS_PER_PAGE = 25


class CostingMixin(PlanMixin):
    def load(self):
        costing = load_costing(self.plan, self.request.user)
        form = CostingFilter(
            self.request.GET, plan=self.plan, pillars=[one.pillar for one in costing.pillars]
        )
        return costing, form, costing.shown(pillar=form.pillar_code, coverage=form.coverage)


class Costings(CostingMixin, TemplateView):
    template_name = "budgets/costings.html"

    def get_context_data(self, **kwargs):
        costing, form, shown = self.load()
        page = Paginator(shown, OUTPUTS_PER_PAGE).get_page(self.request.GET.get("page", 1))
        query = self.request.GET.copy()
        query.pop("page", None)
        return super().get_context_data(
            costing=costing,
            filter_form=form,
            page_obj=page,
            groups=[
                (part, [(output, activities) for _part, output, activities in rows])
                for part, rows in groupby(page, key=lambda one: one[0])
            ],
            span=len(costing.years) + 2,
            coverages={one.value: one for one in Coverage},
            query=query.urlencode(),
            is_narrowed=bool(form.pillar_code or form.coverage),
            may_cost=has_permission(self.request.user, Permission.EDIT_COSTING, self.plan),
            may_enter_rates=has_permission(self.request.user, Permission.MANAGE_BUDGETS, self.plan),
            **kwargs,
        )


class CostingsFile(CostingMixin, View):
    """The costing as CSV, as filtered: a line for each year that an activity is scheduled or costed, and each rough estimate.

    An amount that nobody gave is blank, never 0. UTF-8 with a mark, so that Excel reads accents.
    """

    def get(self, request, code):
        return csv_answer(self._rows(), f"{self.plan.code}-costing")

    def _rows(self):
        costing, _form, shown = self.load()
        yield self._heads()
        for part, output, activities in shown:
            of = [part.pillar.code, output.output.goal.code, output.output.code]
            for estimate in filter(None, output.rough):
                status = _("Rough estimate, counts") if estimate.counts else _("Rough estimate, superseded")
                row = [*of, "", output.output.title, estimate.year, "", status]
                yield [*row, *self._money(estimate, costing)]
            for one in activities:
                for cell in one.cells:
                    if cell.estimate or cell.coverage:
                        scheduled = _("yes") if cell.coverage else _("no")
                        status = Coverage.OWN.label if cell.estimate else cell.coverage.label
                        row = [*of, one.activity.code, one.activity.title, cell.year, scheduled, status]
                        yield [*row, *self._money(cell.estimate, costing)]

    def _heads(self):
        words = self.plan.words
        return [
            _("Pillar"), words["goal"], words["output"], words["activity"], _("Text"), _("Year"), _("Scheduled"),
            _("Status"), _("Estimate"), _("Currency"), _("Estimate in %(currency)s") % {"currency": self.plan.currency},
            _("Rate"), _("Rate from"), _("Source of the rate"), _("Counts in the totals"), _("Assumptions"), _("Illustrative"),
        ]  # fmt: skip

    def _money(self, estimate, costing):
        if estimate is None:
            return [""] * 9
        rate = costing.rates.get((estimate.currency, estimate.year)) if estimate.counts else None
        counts = estimate.counts and estimate.worth is not None
        return [
            Figure.of(estimate.amount),
            estimate.currency,
            Figure.of(estimate.worth),
            Figure.of(rate.rate.normalize() if rate else None),
            rate.valid_on if rate else "",
            rate.source if rate else "",
            _("yes") if counts else _("no"),
            estimate.assumptions,
            _("yes") if estimate.is_illustrative else _("no"),
        ]
