"""Form fields that people type into: figures, codes, dates, lines of text."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

from frameworks.documents import PAPERS, BadDocument, check_document
from frameworks.numbers import DECIMALS, BadNumber, means_nothing, read_number, write_number


def checked_document(file, *, allowed=PAPERS):
    """The Document of an uploaded file, looked through by its content; ValidationError for one that is not taken."""
    try:
        return check_document(file, filename=file.name, allowed=allowed)
    except BadDocument as error:
        raise ValidationError(str(error.message), code=error.code) from error


class FigureField(forms.DecimalField):
    """A figure in either style of writing (frameworks/numbers.py): 1.5 and 1,5 are the same, 1 234 is a whole number.

    Blank is None, never 0 (DOMAIN.md, "Arithmetic"). percent: a % sign behind the figure is read over.
    """

    widget = forms.TextInput

    def __init__(self, *, max_digits=24, decimal_places=6, percent=False, **kwargs):
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        self.percent = percent
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal | int):
            return super().to_python(value)
        if means_nothing(value):
            raise ValidationError(
                _("“%(text)s” is not a number. Leave this empty when there is none."),
                code="invalid",
                params={"text": value.strip()},
            )
        try:
            # A column with room for more decimals than figures have (a rate of exchange) takes them.
            most = max(DECIMALS, self.decimal_places)
            return read_number(value, negative=True, percent=self.percent, decimals=most)
        except BadNumber as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value):
        """Trailing zeros of the database are left out; what a person typed comes back as it was typed."""
        if not isinstance(value, Decimal):
            return value
        return write_number(value, comma=get_format("DECIMAL_SEPARATOR") == ",")

    def widget_attrs(self, widget):
        return {}


class WholeNumberField(forms.IntegerField):
    """A year or a count, typed as text: the arrows of a number input change figures by accident."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        kwargs.setdefault("error_messages", {"invalid": _("Write a whole number, for example 2024.")})
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {}


class DayField(forms.DateField):
    """A day, picked or typed."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", DayInput())
        kwargs.setdefault(
            "error_messages", {"invalid": _("Write a day as year-month-day, for example 2025-02-28.")}
        )
        super().__init__(**kwargs)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class LinesField(forms.CharField):
    """One thing per line; blank lines are left out. The value is a list of texts."""

    def __init__(self, *, rows=5, **kwargs):
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value):
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def has_changed(self, initial, data):
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


def lines(rows=3):
    """A text area of that height."""
    return forms.Textarea(attrs={"rows": rows})
