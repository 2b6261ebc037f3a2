"""What people type: figures in either decimal sign, years, lines. Nothing is guessed."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from frameworks.forms.fields import FigureField, LinesField, WholeNumberField
from frameworks.measures import baseline_number, measure_text, pair_text
from frameworks.models import Indicator


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("18", "18"),
        ("0", "0"),
        (" 1.5 ", "1.5"),
        ("1,5", "1.5"),
        ("1 234", "1234"),
        ("1\u00a0234,5", "1234.5"),
        ("12,345,678", "12345678"),
        ("0.000001", "0.000001"),
        ("−3", "-3"),
    ],
)
def test_figures(typed, value):
    assert FigureField(required=False).clean(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["", None, "   "])
def test_blank_is_missing_and_not_zero(typed):
    assert FigureField(required=False).clean(typed) is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1,234", "“1,234” can be read in two ways. Write 1234 if it is in the thousands"),
        ("1.234", "“1.234” can be read in two ways. Write 1234"),
        ("18%", "“18%”: write the number without the % sign."),
        ("a few", "“a few” is not a number: write it in digits, for example 30."),
        ("n/a", "“n/a” is not a number. Leave this empty when there is none."),
        ("NaN", "is not a number"),
        ("=1+1", "“=1+1”"),
        ("1.23456789", "more than 6 decimals"),
        ("1" * 19, "too large"),
    ],
)
def test_what_cannot_be_read_in_one_way_is_refused_in_words(typed, words):
    with pytest.raises(ValidationError) as error:
        FigureField(required=False).clean(typed)
    assert words in " ".join(error.value.messages)


def test_a_percent_sign_is_read_over_where_a_percentage_is_meant():
    assert FigureField(required=False, percent=True).clean("18 %") == 18


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=6))
def test_what_is_shown_in_an_input_is_read_back_the_same(value):
    field = FigureField(required=False)
    assert field.clean(field.prepare_value(value)) == value


class Sample(forms.Form):
    n = FigureField(required=False)
    lines = LinesField(required=False)
    year = WholeNumberField(required=False)


def test_a_form_gives_back_what_was_typed():
    form = Sample({"n": "1,234", "lines": "a\n\nb", "year": "24x"})
    assert not form.is_valid()
    assert form["n"].value() == "1,234"
    assert "Write a whole number" in form.errors["year"][0]


def test_lines():
    form = Sample({"lines": " women \n\n men\r\n"}, initial={"lines": ["women", "men"]})
    assert form.is_valid()
    assert form.cleaned_data["lines"] == ["women", "men"]
    assert "lines" not in form.changed_data


def test_the_same_figure_with_other_zeros_is_no_change():
    form = Sample({"n": "18.50"}, initial={"n": Decimal("18.500000")})
    assert form.is_valid()
    assert form.changed_data == []


@pytest.mark.parametrize(
    ("fields", "value", "text"),
    [
        ({"type": "count"}, Decimal("12980"), "12,980"),
        ({"type": "count"}, Decimal(0), "0"),
        ({"type": "count"}, None, ""),
        ({"type": "count"}, Decimal("2.333333"), "2.33"),
        ({"type": "percentage"}, Decimal("4.0"), "4%"),
        ({"type": "number_and_percentage"}, Decimal("83.84"), "83.8%"),
        ({"type": "yes_no"}, Decimal(1), "yes"),
        ({"type": "yes_no"}, Decimal("0.5"), "0.5"),
        ({"type": "ordinal", "scale_labels": ["none", "law"]}, Decimal(1), "1 – law"),
        ({"type": "ordinal", "scale_labels": ["none", "law"]}, Decimal("0.5"), "0.5"),
        ({"type": "ordinal", "scale_labels": ["none", "law"]}, Decimal(7), "7"),
    ],
)
def test_measure_text(fields, value, text):
    assert measure_text(Indicator(**fields), value) == text


@pytest.mark.parametrize(
    ("pair", "text"), [((18, 452), "18/452"), ((0, 0), "0/0"), ((18, None), "18/–"), ((None, None), "")]
)
def test_pair_text(pair, text):
    assert pair_text(*pair) == text


def test_a_baseline_of_nothing_over_nothing_is_none():
    assert baseline_number(Indicator(type="percentage", baseline_numerator=0, baseline_denominator=0)) is None
    assert baseline_number(Indicator(type="count", baseline_value=Decimal(0))) == 0
