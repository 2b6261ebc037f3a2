"""What can be asked of the plan's money in an address: rows, columns, what stands in the cells, and filters."""

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.counted import (
    PUBLIC_MEASURES,
    Dimension,
    Measure,
    published_years,
    readable_lines,
    readable_spending,
    reads_inside,
)
from budgets.models import OperationalPlan
from budgets.names import NONE, Names, dimension_word, none_label, values_of
from budgets.pivot import GAPS, Asked, Show, gap

#: Filters with a box of their own; goal, output and activity come with the links of a table.
BOXES = (
    Dimension.YEAR,
    Dimension.PILLAR,
    Dimension.INSTITUTION,
    Dimension.SOURCE,
    Dimension.SOURCE_KIND,
    Dimension.ON_BUDGET,
    Dimension.GENDER,
)
CARRIED = (Dimension.GOAL, Dimension.OUTPUT, Dimension.ACTIVITY)
_ANY = {
    Dimension.YEAR: gettext_lazy("All years"),
    Dimension.PILLAR: gettext_lazy("All pillars"),
    Dimension.INSTITUTION: gettext_lazy("All institutions"),
    Dimension.SOURCE: gettext_lazy("All sources"),
    Dimension.SOURCE_KIND: gettext_lazy("All kinds"),
    Dimension.ON_BUDGET: gettext_lazy("On and off budget"),
    Dimension.GENDER: gettext_lazy("All"),
}


class FilterForm(forms.Form):
    """The filters. A value that is not on offer is an error at its box and filters nothing.

    only: Dimension → [value], for load_totals. codes: Dimension → code, for addresses.
    """

    def __init__(self, data, *, plan, user, names=None):
        super().__init__(data or {})
        self.plan, self.user = plan, user
        self.inside = reads_inside(user, plan)
        self.names = names or Names(plan)
        for dimension in BOXES:
            self.fields[dimension.value] = forms.ChoiceField(
                label=dimension_word(plan, dimension),
                required=False,
                choices=[("", _ANY[dimension]), *self._offered(dimension)],
            )
        for dimension in CARRIED:
            if self.data.get(dimension.value):
                self.fields[dimension.value] = forms.CharField(
                    label=dimension_word(plan, dimension),
                    required=False,
                    max_length=40,
                    widget=forms.HiddenInput,
                )

    def _offered(self, dimension):
        if dimension == Dimension.YEAR:
            return [(str(year), str(year)) for year in self._years()]
        offered = self.names.offered(dimension)
        if dimension in (Dimension.INSTITUTION, Dimension.SOURCE):
            known = self._with_money(dimension)
            offered = [(code, label) for code, label in offered if code in known]
        return offered if dimension == Dimension.PILLAR else [*offered, (NONE, none_label(dimension))]

    def _years(self):
        if not self.inside:
            return sorted(published_years(self.plan).values_list("year", flat=True))
        other = OperationalPlan.objects.filter(plan=self.plan).order_by().values_list("year", flat=True)
        return sorted({*self.plan.years, *other.distinct()})

    def _with_money(self, dimension):
        """The codes of the institutions or sources that hold an amount which the reader may read."""
        lines = readable_lines(self.plan, self.user).order_by()
        if dimension == Dimension.SOURCE:
            ids = set(lines.values_list("funding_source", flat=True).distinct())
        else:
            ids = set(lines.values_list("body", flat=True).distinct())
            spending = readable_spending(self.plan, self.user).order_by()
            ids |= set(spending.values_list("body", flat=True).distinct())
        return {self.names.of(dimension, one).code for one in ids}

    def clean(self):
        cleaned = super().clean()
        self._values = {}
        for dimension in (*BOXES, *CARRIED):
            code = cleaned.get(dimension.value)
            if not code:
                continue
            values, unknown = values_of(self.plan, dimension, [code])
            if unknown:
                self.add_error(dimension.value, self._unknown(dimension, code))
            else:
                self._values[dimension] = values
        return cleaned

    def _unknown(self, dimension, code):
        word = dimension_word(self.plan, dimension)
        return _("%(level)s: the plan has none with the code %(code)s.") % {"level": word, "code": code}

    @cached_property
    def only(self):
        self.is_valid()
        return self._values

    @property
    def codes(self):
        return {dimension: self.cleaned_data[dimension.value] for dimension in self.only}

    def chosen(self):
        """[(label, what was chosen)] of the filters in force, for headings and files."""
        return [
            (dimension_word(self.plan, dimension), self.names.of(dimension, values[0]).label)
            for dimension, values in self.only.items()
        ]


class PivotForm(FilterForm):
    """Rows, columns and what is shown, before the filters."""

    field_order = ("rows", "cols", "show")

    def __init__(self, data, *, plan, user, names=None):
        super().__init__(data, plan=plan, user=user, names=names)
        words = [(one.value, dimension_word(plan, one)) for one in Dimension]
        if self.inside:
            shows = [*Show.choices, *Measure.choices]
        else:
            shows = [
                (Show.STEPS.value, _("Approved, spent and execution")),
                *((one.value, one.label) for one in PUBLIC_MEASURES),
                (Show.EXECUTION.value, Show.EXECUTION.label),
            ]
        self.fields["rows"] = forms.ChoiceField(label=_("Rows"), required=False, choices=words)
        self.fields["cols"] = forms.ChoiceField(
            label=_("Columns"), required=False, choices=[("", _("One for each step")), *words]
        )
        self.fields["show"] = forms.ChoiceField(
            label=_("Amounts"), required=False, choices=[("", _("As it fits the columns")), *shows]
        )
        self.order_fields(self.field_order)

    def clean(self):
        cleaned = super().clean()
        rows = cleaned.get("rows") or Dimension.PILLAR
        if cleaned.get("cols") and Dimension(cleaned["cols"]) in Asked(rows=Dimension(rows)).levels:
            self.add_error("cols", _("This is in the rows already: choose something else for the columns."))
        return cleaned

    @cached_property
    def asked(self):
        """The Asked of the table; what makes no sense is left out."""
        only, cleaned = self.only, self.cleaned_data
        columns = cleaned.get("cols")
        return Asked(
            rows=Dimension(cleaned.get("rows") or Dimension.PILLAR),
            columns=Dimension(columns) if columns else None,
            show=cleaned.get("show") or "",
            only=only,
        )


class LinesForm(FilterForm):
    """Which steps of the lines are looked at: one, two that are compared, or all."""

    field_order = ("measure",)

    def __init__(self, data, *, plan, user, names=None):
        super().__init__(data, plan=plan, user=user, names=names)
        if self.inside:
            pairs = [(f"{first},{second}", gap(first, second).label) for first, second in GAPS]
            offered = [*Measure.choices, *pairs]
        else:
            both = ",".join(PUBLIC_MEASURES)
            offered = [*((one.value, one.label) for one in PUBLIC_MEASURES), (both, _("Approved and spent"))]
        self.fields["measure"] = forms.ChoiceField(
            label=_("Step"), required=False, choices=[("", _("All steps")), *offered]
        )
        self.order_fields(self.field_order)

    @property
    def measures(self):
        self.is_valid()
        asked = self.cleaned_data.get("measure") or ""
        return [Measure(one) for one in asked.split(",") if one]
