"""The targets of an indicator's categories: one box for each category and period."""

from django import forms
from django.utils.formats import get_format
from django.utils.translation import gettext as _

from frameworks.forms.fields import FigureField
from frameworks.forms.indicators import figure_problem
from frameworks.models.indicator import SHARE_TYPES
from frameworks.numbers import write_number
from frameworks.operations.indicators import TargetLine


class FigureOrPairField(forms.CharField):
    """A figure, or numerator and denominator in one box: 30 or 12/40. The value is (value, numerator, denominator)."""

    NOTHING = (None, None, None)

    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            max_length=60,
            widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "size": 8}),
            **kwargs,
        )

    def widget_attrs(self, widget):
        return {}

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return self.NOTHING
        above, slash, under = text.partition("/")
        if not slash:
            return (FigureField(required=False, percent=True).clean(text), None, None)
        part = FigureField()  # one side alone is no figure
        return (None, part.clean(above.strip()), part.clean(under.strip()))

    def prepare_value(self, value):
        if not isinstance(value, tuple):
            return value
        comma = get_format("DECIMAL_SEPARATOR") == ","
        number, *pair = (None if one is None else write_number(one, comma=comma) for one in value)
        return "/".join(pair) if pair[0] is not None else number


class CategoryTargetsForm(forms.Form):
    """Every category of the saved breakdowns × every period. A category that is new on the page comes after saving.

    dimensions: with `categories__targets` prefetched. periods: (period end, label). sheet: the indicator's form, by whose
    type and scale a figure is right or wrong; it is checked first.
    """

    prefix = "parts"

    def __init__(self, data=None, *, dimensions, periods, sheet):
        super().__init__(data)
        self.sheet, self.dimensions, self.periods = sheet, dimensions, periods
        self.is_used = False
        for dimension in dimensions:
            for category in dimension.categories.all():
                known = {
                    one.period_end: (one.value, one.numerator, one.denominator)
                    for one in category.targets.all()
                }
                self.is_used = self.is_used or bool(known)
                for end, label in periods:
                    self.fields[self._name(category, end)] = FigureOrPairField(
                        label=_("Target %(period)s, %(category)s")
                        % {"period": label, "category": category.name},
                        initial=known.get(end, FigureOrPairField.NOTHING),
                    )

    @staticmethod
    def _name(category, end):
        return f"c{category.pk}-{end:%Y%m%d}"

    @property
    def is_open(self):
        return self.is_used or bool(self.errors)

    @property
    def groups(self):
        """(dimension, [(category, [(label of the period, box)])]) for the template."""
        return [
            (
                dimension,
                [
                    (category, [(label, self[self._name(category, end)]) for end, label in self.periods])
                    for category in dimension.categories.all()
                ],
            )
            for dimension in self.dimensions
        ]

    def clean(self):
        sheet = getattr(self.sheet, "cleaned_data", {})
        if sheet.get("type"):  # else the sheet's own error comes first
            for name, figures in list(self.cleaned_data.items()):
                problem = figure_problem(
                    sheet["type"],
                    *figures,
                    levels=len(sheet.get("scale_labels") or []),
                    part_of_whole=sheet.get("share_of_whole", True),
                )
                if problem:
                    self.add_error(name, problem[1])
        return self.cleaned_data

    @property
    def takes_pairs(self):
        return self.sheet["type"].value() in SHARE_TYPES

    @property
    def lines(self):
        """(category id, TargetLine) for every box; blank ones remove."""
        return [
            (category.pk, TargetLine(end, *self.cleaned_data[self._name(category, end)]))
            for dimension in self.dimensions
            for category in dimension.categories.all()
            for end, _label in self.periods
        ]
