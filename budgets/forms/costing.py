"""The form of estimates: one amount for each year of the plan. And the filters of the whole costing."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.currencies import offered
from budgets.estimates import Coverage
from budgets.operations.costing import Line, costing_version
from frameworks.forms.base import VersionedMixin, reason_field
from frameworks.forms.fields import FigureField


class CostingForm(VersionedMixin, forms.Form):
    """The estimates of an activity, or the rough ones of an output: amount_2024, currency_2024, assumptions_2024 and so on.

    A blank amount is "not costed"; 0 is a cost of nothing. row: the activity or the output; costings: what it has.
    """

    reason = reason_field()

    def __init__(self, *args, row, costings, **kwargs):
        super().__init__(*args, **kwargs)
        plan = row.plan
        present = {one.year: one for one in costings}
        self.years = sorted({*plan.years, *present})
        for year in self.years:
            self._add_year(year, plan, present.get(year))
        if not plan.is_under_change_control:
            del self.fields["reason"]
        else:
            self.fields["reason"].help_text = gettext_lazy(
                "Stands in the history beside the old and the new amount."
            )
        self.add_version(costing_version(row))

    def _add_year(self, year, plan, known):
        self.fields[f"amount_{year}"] = FigureField(
            label=_("Estimate %(year)s") % {"year": year},
            required=False,
            max_digits=18,
            decimal_places=2,
            initial=known.amount if known else None,
        )
        currencies = offered(plan.currency, known.currency if known else "")
        self.fields[f"currency_{year}"] = forms.ChoiceField(
            label=_("Currency %(year)s") % {"year": year},
            required=False,
            choices=[(code, code) for code in currencies],
            initial=known.currency if known else plan.currency,
        )
        self.fields[f"assumptions_{year}"] = forms.CharField(
            label=_("Assumptions %(year)s") % {"year": year},
            required=False,
            max_length=1000,
            initial=known.assumptions if known else "",
        )

    @property
    def rows(self):
        """(year, amount field, currency field, assumptions field), one a year, for the template."""
        kinds = ("amount", "currency", "assumptions")
        return [(year, *(self[f"{kind}_{year}"] for kind in kinds)) for year in self.years]

    @property
    def lines(self):
        data = self.cleaned_data
        return {
            year: Line(
                data.get(f"amount_{year}"),
                data.get(f"currency_{year}", ""),
                data.get(f"assumptions_{year}", ""),
            )
            for year in self.years
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


class CostingFilter(forms.Form):
    """What of the costing is shown. A value that is not on offer is an error and filters nothing."""

    pillar = forms.ChoiceField(label=gettext_lazy("Pillar"), required=False)
    show = forms.ChoiceField(label=gettext_lazy("Show"), required=False)

    def __init__(self, data, *, plan, pillars):
        super().__init__(data)
        words = {"activities": plan.words["activities"]}
        self.fields["pillar"].choices = [
            ("", _("All pillars")),
            *((one.code, f"{one.code} {one.name}") for one in pillars),
        ]
        self.fields["show"].choices = [
            ("", _("%(activities)s: all") % words),
            (Coverage.NONE.value, _("%(activities)s: with a year that is not costed") % words),
            (Coverage.ROUGH.value, _("%(activities)s: with a year of a rough estimate only") % words),
        ]
        self.is_valid()

    @property
    def pillar_code(self):
        return self.cleaned_data.get("pillar", "")

    @property
    def coverage(self):
        """The Coverage that some year of the shown activities has; None: whatever it is."""
        said = self.cleaned_data.get("show")
        return Coverage(said) if said else None
