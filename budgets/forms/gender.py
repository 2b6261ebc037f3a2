"""The form of an institution's whole budget in a year, and its gender budget."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.currencies import offered
from budgets.forms.doubts import DoubtMixin
from budgets.models import InstitutionBudget
from budgets.operations.gender import Figures, figures_version
from budgets.plausible import total_doubt
from frameworks.forms.base import VersionedMixin
from frameworks.forms.fields import FigureField


class GenderBudgetForm(VersionedMixin, DoubtMixin, forms.Form):
    """What an institution tells of one year. A blank gender budget is not known; all blank removes what was told.

    budget: the row that is there, or None. others: the institution's rows of other years, to compare with.
    """

    constraint_fields = {
        "institution_budget_positive": "total",
        "institution_budget_gender_within": "gender",
    }
    total = FigureField(
        label=gettext_lazy("Total budget of the institution"),
        required=False,
        max_digits=18,
        decimal_places=2,
        help_text=gettext_lazy("All that the institution has for the year, not only what is for this plan."),
    )
    gender = FigureField(
        label=gettext_lazy("Gender budget"),
        required=False,
        max_digits=18,
        decimal_places=2,
        help_text=gettext_lazy("What of it is for gender equality. Empty: not known. 0: nothing is."),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    source = forms.CharField(
        label=gettext_lazy("Where the figures are from"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("For example: State Budget 2025, book 4."),
    )

    def __init__(self, *args, plan, institution, year, budget, others, **kwargs):
        fields = {name: getattr(budget, name, None) for name in ("total", "gender", "currency", "source")}
        usual = next((one.currency for one in others), plan.currency)
        fields["currency"] = fields["currency"] or usual
        super().__init__(*args, initial=fields, **kwargs)
        self.others = others
        # Tells add_refusal whose constraints these are.
        self.instance = InstitutionBudget(plan=plan, institution=institution, year=year)
        codes = offered(fields["currency"], plan.currency)
        self.fields["currency"].choices = [(code, code) for code in codes]
        self.add_version(figures_version(plan, institution, year))
        self.add_sure()

    @property
    def figures(self):
        data = self.cleaned_data
        return Figures(data.get("total"), data.get("gender"), data["currency"], data.get("source", ""))

    def clean(self):
        data = self.cleaned_data
        total, gender = data.get("total"), data.get("gender")
        if total is not None and total <= 0:
            self.add_error("total", _("A total budget is greater than 0."))
        if gender is not None and gender < 0:
            self.add_error("gender", _("An amount cannot be negative."))
        if gender is not None and total is not None and "total" not in self.errors and gender > total:
            self.add_error(
                "gender", _("The gender budget is part of the total: it cannot be more than that.")
            )
        if total is None and (gender is not None or data.get("source")) and "total" not in self.errors:
            self.add_error("total", _("Give the total budget; without it the other figures say nothing."))
        currency = data.get("currency")
        others = {one.year: one.total for one in self.others if one.currency == currency}
        if {"total", "currency"} & set(self.changed_data):
            self.doubt("total", total_doubt(total, others, currency=currency))
        self.settle_doubts()
        return data
