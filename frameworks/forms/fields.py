"""Form fields that people type into: figures, codes, dates, lines of text."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from frameworks.formatting import as_decimal
from frameworks.imports.figures import number


def plain_figure(value):
    """A figure as it stands in an input: 12345.5, no grouping, no trailing zeros; "" when missing. A 0 stays 0."""
    known = as_decimal(value)
    if known is None:
        return "" if value in (None, "") else str(value)
    text = f"{known.normalize():f}"
    return "0" if text in {"-0", "0"} else text


class FigureField(forms.DecimalField):
    """A figure as people write it: 1.5 and 1,5 are the same, 1 234 is a whole number.

    1,234 could be read in two ways and is refused with both. Blank is None, never 0 (DOMAIN.md, "Arithmetic").
    """

    widget = forms.TextInput

    def __init__(self, *, max_digits=24, decimal_places=6, **kwargs):
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal | int):
            return super().to_python(value)
        text = str(value).strip()
        found = number(text)
        if found is None:
            raise ValidationError(self._why_not(text), code="invalid")
        return found

    def _why_not(self, text):
        digits = text.replace(",", "").replace(".", "")
        if digits.isdecimal() and (text.count(",") + text.count(".")) == 1:
            return _(
                "“%(text)s” can be read in two ways. Write %(whole)s for the whole number, or %(parts)s with more or fewer decimals."
            ) % {"text": text, "whole": digits, "parts": text.replace(",", ".").rstrip("0") + "…"}
        if "%" in text:
            return _("“%(text)s”: leave the %% sign out.") % {"text": text}
        return _("“%(text)s” is not a number. Write digits only, for example 18 or 4.5.") % {"text": text}

    def prepare_value(self, value):
        """Trailing zeros of the database are left out; what a person typed comes back as it was typed."""
        return plain_figure(value) if isinstance(value, Decimal) else value

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
