"""The form of an activity's estimates: one amount for each year of the plan."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.operations.costing import costing_version
from frameworks.forms.base import VersionedMixin, reason_field
from frameworks.forms.fields import FigureField


class CostingForm(VersionedMixin, forms.Form):
    """Fields amount_2024, assumptions_2024 and so on. A blank amount is "not costed"; 0 is a cost of nothing."""

    reason = reason_field()

    def __init__(self, *args, activity, costings, **kwargs):
        super().__init__(*args, **kwargs)
        self.activity = activity
        present = {one.year: one for one in costings}
        self.years = sorted({*activity.plan.years, *present})
        for year in self.years:
            known = present.get(year)
            self.fields[f"amount_{year}"] = FigureField(
                label=_("Estimate %(year)s") % {"year": year},
                required=False,
                max_digits=18,
                decimal_places=2,
                initial=known.amount if known else None,
            )
            self.fields[f"assumptions_{year}"] = forms.CharField(
                label=_("Assumptions %(year)s") % {"year": year},
                required=False,
                max_length=1000,
                initial=known.assumptions if known else "",
            )
        if not activity.plan.is_under_change_control:
            del self.fields["reason"]
        else:
            self.fields["reason"].help_text = gettext_lazy(
                "Stands in the history beside the old and the new amount."
            )
        self.add_version(costing_version(activity))

    @property
    def rows(self):
        """(year, amount field, assumptions field), one a year, for the template."""
        return [(year, self[f"amount_{year}"], self[f"assumptions_{year}"]) for year in self.years]

    @property
    def lines(self):
        data = self.cleaned_data
        return {
            year: (data.get(f"amount_{year}"), data.get(f"assumptions_{year}", "")) for year in self.years
        }

    def clean(self):
        for year in self.years:
            name = f"amount_{year}"
            amount = self.cleaned_data.get(name)
            if amount is not None and amount < 0:
                self.add_error(name, _("A cost cannot be negative."))
            if amount is None and self.cleaned_data.get(f"assumptions_{year}") and name not in self.errors:
                self.add_error(name, _("Assumptions stand beside an amount. Give it, or leave both empty."))
        return self.cleaned_data
