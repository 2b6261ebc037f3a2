"""Gender-responsive budgeting: the share of institutions' gender budgets, and what of the plan's money is for gender equality."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from budgets.counted import Dimension, Measure
from budgets.forms.gender import GenderBudgetForm
from budgets.gender import TAGS, Tagged, asked_institutions, load_gender_budget
from budgets.models import InstitutionBudget
from budgets.operations.gender import gender_history, may_tell, set_institution_budget
from budgets.totals import load_totals
from budgets.views.sources import EditPage, KeepingMixin
from frameworks.csv_files import csv_answer
from frameworks.formatting import rounded
from frameworks.history import changes_of
from frameworks.models import Institution
from frameworks.permissions import Permission, has_permission
from frameworks.web import PlanMixin

#: A share in words for people; the file says no more than that either.
SHARE_PLACES = 2


class GenderBudgets(KeepingMixin, PlanMixin, TemplateView):
    """One year of the plan: `?year=2025`, otherwise this year or the plan's nearest to it."""

    template_name = "budgets/gender_budget.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        budget = load_gender_budget(self.plan, user)
        year = budget.years[self.year_of(budget)]
        tagged, together = budget.tagged_in(year.year)
        manages = has_permission(user, Permission.MANAGE_BUDGETS, self.plan)
        names = {row.institution.pk: row.institution for one in budget.years.values() for row in one.rows}
        others = Institution.objects.filter(pk__in=set(tagged) - set(names))
        names |= {one.pk: one for one in others} if set(tagged) - set(names) else {}
        return super().get_context_data(
            budget=budget,
            year=year,
            rows=[(row, may_tell(user, self.plan, row.institution)) for row in year.rows if row.budget],
            silent=[(row, may_tell(user, self.plan, row.institution)) for row in year.silent],
            own=[row for row in year.rows if not manages and may_tell(user, self.plan, row.institution)],
            chart=[
                (str(row.institution), [(_("Share of the gender budget, in %"), _shown(row.percent))])
                for row in year.rows
                if row.budget is not None
            ],
            over_years=[
                (
                    str(one.year),
                    [
                        (_("Share of the plan, in %"), _shown(one.percent)),
                        (_("Minimum, in %"), one.minimum),
                    ],
                )
                for one in budget.years.values()
            ],
            tags=[label for _tag, label in TAGS],
            tagged=sorted(
                ((names[pk], one) for pk, one in tagged.items()), key=lambda pair: str(pair[0]).lower()
            ),
            together=together,
            tagged_totals=budget.totals_of(year.year),
            used={
                (row.budget.currency, row.year): row.rate for row in year.rows if row.rate and row.is_whole
            },
            **kwargs,
        )

    def year_of(self, budget):
        asked = self.request.GET.get("year", "")
        found = next((year for year in budget.years if str(year) == asked), None)
        if asked and found is None:
            raise Http404
        return found or min(budget.years, key=lambda year: (abs(year - self.today.year), -year))


def _shown(percent):
    return None if percent is None else rounded(percent, SHARE_PLACES)


class OfInstitution:
    """For pages under /plans/<code>/gender-budget/<institution>/."""

    def find(self):
        """Sets `self.institution`: one that is asked, or that has told something; 404 for any other."""
        known = asked_institutions(self.plan).filter(code=self.kwargs["institution"])
        told = Institution.objects.filter(
            code=self.kwargs["institution"],
            institution_budgets__in=InstitutionBudget.objects.visible_to(self.request.user).filter(
                plan=self.plan
            ),
        )
        self.institution = known.first() or told.first()
        if self.institution is None:
            raise Http404
        return self.institution

    def get_context_data(self, **kwargs):
        kwargs["institution"] = self.institution  # in place of the path's argument of that name
        return super().get_context_data(**kwargs)


class GenderBudgetOfInstitution(OfInstitution, KeepingMixin, PlanMixin, TemplateView):
    """What one institution told, year by year, how its lines of the plan are tagged, and the history of each figure."""

    template_name = "budgets/gender_budget_institution.html"

    def get(self, request, *args, **kwargs):
        self.find()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        budget = load_gender_budget(self.plan, self.request.user)
        rows = {row.year: row for row in budget.of(self.institution)}
        tagged = [
            (year, budget.tagged.get((self.institution.pk, year), Tagged())) for year in sorted(budget.years)
        ]
        return super().get_context_data(
            budget=budget,
            rows=[(row, row.year in self.plan.years or row.budget is not None) for row in rows.values()],
            chart=[
                (
                    str(row.year),
                    [
                        (_("Share of the gender budget, in %"), _shown(row.percent)),
                        (_("Minimum, in %"), row.minimum),
                    ],
                )
                for row in rows.values()
            ],
            tags=[label for _tag, label in TAGS],
            tagged=[pair for pair in tagged if pair[1].by_tag],
            own_totals=load_totals(
                self.plan,
                self.request.user,
                only={Dimension.INSTITUTION: [self.institution.pk]},
                measures=[Measure.APPROVED],
            ),
            may_tell=may_tell(self.request.user, self.plan, self.institution),
            changes=changes_of(*gender_history(self.plan, self.institution), limit=20),
            **kwargs,
        )


class GenderBudgetEdit(OfInstitution, EditPage):
    """The figures of one institution and year: entered by itself, or by the secretariat."""

    permission = None
    template_name = "budgets/gender_budget_form.html"

    def get(self, request, *args, **kwargs):
        self.check()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self.check()
        return super().post(request, *args, **kwargs)

    def check(self):
        self.find()
        if not may_tell(self.request.user, self.plan, self.institution):
            raise PermissionDenied(
                _("An institution enters its own figures, and the secretariat those of all.")
            )
        told = InstitutionBudget.objects.visible_to(self.request.user).filter(
            plan=self.plan, institution=self.institution
        )
        by_year = {one.year: one for one in told.order_by("-year")}
        self.budget = by_year.pop(self.kwargs["year"], None)
        self.others = list(by_year.values())
        if self.budget is None and self.kwargs["year"] not in self.plan.years:
            raise Http404

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            budget=self.budget,
            year=self.kwargs["year"],
            others=sorted(self.others, key=lambda one: one.year),
            **kwargs,
        )

    def form(self, data=None):
        return GenderBudgetForm(
            data,
            plan=self.plan,
            institution=self.institution,
            year=self.kwargs["year"],
            budget=self.budget,
            others=self.others,
        )

    def save(self, form):
        year = self.kwargs["year"]
        saved = set_institution_budget(
            plan=self.plan,
            institution=self.institution,
            year=year,
            figures=form.figures,
            version=form.cleaned_data["version"],
            by=self.request.user,
        )
        said = (
            _("The figures of %(name)s for %(year)s are saved.")
            if saved
            else _("%(name)s has told nothing for %(year)s now.")
        )
        messages.success(self.request, said % {"name": self.institution, "year": year})
        return redirect("gender_budget_institution", self.plan.code, self.institution.code)

    def history(self):
        return gender_history(self.plan, self.institution)


class GenderBudgetFile(PlanMixin, View):
    """Everything as CSV: a line an institution and year, blank where nothing was told."""

    def get(self, request, code):
        budget = load_gender_budget(self.plan, request.user)
        return csv_answer(self._rows(budget), f"{self.plan.code}-gender-budget")

    def _rows(self, budget):
        own = budget.currency
        yield [
            "plan", "year", "institution", "institution_name", "currency", "total", "gender", "share_percent", "minimum_percent",
            "standing", "source", f"total_{own}", f"gender_{own}", "rate", "rate_from", "rate_source",
            *(f"approved_{tag or 'not_assessed'}_{own}" for tag, _label in TAGS),
        ]  # fmt: skip
        for year in budget.years.values():
            for row in year.rows:
                tagged = budget.tagged.get((row.institution.pk, row.year), Tagged())
                told, rate = row.budget, row.rate
                yield [
                    self.plan.code, row.year, row.institution.code, row.institution.name, told and told.currency,
                    told and told.total, told and told.gender, _shown(row.percent), row.minimum, row.standing.value,
                    told and told.source, row.total, row.gender, rate and rate.rate, rate and rate.valid_on,
                    rate and rate.source, *tagged.amounts,
                ]  # fmt: skip
