"""The kinds of boxes of the reporting pages. A draft may lack anything; what stands in a box must be readable."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.models.indicator import IndicatorType
from frameworks.numbers import BadNumber, read_number, write_number
from monitoring.cells import TEXT_LENGTH, is_whole, largest, may_be_negative
from monitoring.operations.reporting import tidy_text


class TidyText(forms.CharField):
    """A text that may be blank, kept with one kind of line ends."""

    def __init__(self, *, rows=4, max_length=TEXT_LENGTH, **options):
        options.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        messages = {
            "max_length": gettext_lazy(
                "This text has %(show_value)d characters; at most %(limit_value)d fit."
            )
        }
        super().__init__(required=False, max_length=max_length, error_messages=messages, **options)
        self.widget.attrs.pop("maxlength", None)  # cutting off while pasting would lose text silently

    def to_python(self, value):
        return tidy_text(super().to_python(value))


class NumberField(forms.CharField):
    """A number in either style (frameworks/numbers.py); blank is None. What was typed is shown again when refused.

    Required in that the page does not call it optional: a submission needs it, or a reason. A draft may lack it.
    """

    def __init__(self, indicator, part, **options):
        attrs = {"inputmode": "decimal", "autocomplete": "off", "size": 10}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)
        self.rules = {
            "whole": is_whole(indicator, part),
            "negative": part == "v" and may_be_negative(indicator, indicator.targets.all()),
            "percent": part == "v" and indicator.is_share,
            "at_most": largest(indicator, part),
        }

    def to_python(self, value):
        try:
            return read_number(value, **self.rules)
        except BadNumber as error:
            raise ValidationError(str(error), code="invalid") from error

    def validate(self, value):
        """A blank is fine."""

    def prepare_value(self, value):
        if value is None or isinstance(value, str):
            return value
        return write_number(value, comma=get_format("DECIMAL_SEPARATOR") == ",")


class LevelField(forms.TypedChoiceField):
    """One of a few answers: a step of a scale, yes or no. "" is no answer, which is not the lowest step."""

    def __init__(self, indicator, *, widget, **options):
        def number(text):
            return read_number(text, whole=True)

        super().__init__(
            choices=[("", _("No answer yet")), *levels_of(indicator)],
            coerce=number,
            empty_value=None,
            required=False,
            widget=widget,
            **options,
        )

    def prepare_value(self, value):
        return "" if value is None else (value if isinstance(value, str) else write_number(value))


def levels_of(indicator):
    """(stored number as text, words) of each answer that can be chosen."""
    if indicator.type == IndicatorType.YES_NO:
        return [("1", _("Yes")), ("0", _("No"))]
    return [
        (str(level), f"{level} – {label}" if label else str(level))
        for level, label in enumerate(indicator.scale_labels)
    ]
