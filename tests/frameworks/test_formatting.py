"""Numbers as people read them. A zero is a zero, a blank is a blank."""

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from frameworks.formatting import (
    as_decimal,
    format_money,
    format_number,
    format_percent,
    format_signed,
    ratio_percent,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("12345.500"), "12,345.5"),
        (Decimal("1E+3"), "1,000"),
        (Decimal("100"), "100"),
        (1234567, "1,234,567"),
        (Decimal("0.0"), "0"),
        (Decimal("-0"), "0"),
        (0, "0"),
        ("7.10", "7.1"),
        (Decimal("-3"), "−3"),
        (Decimal("0.05"), "0.05"),
        (None, None),
        ("", None),
        ("many", None),
        (Decimal("NaN"), None),
        (True, None),
    ],
)
def test_number(value, expected):
    assert format_number(value) == expected


def test_number_with_places_rounds_half_up():
    assert format_number(Decimal("2.345"), 2) == "2.35"
    assert format_number(Decimal("2.5"), 0) == "3"
    assert format_number(Decimal("2"), 2) == "2.00"
    assert format_number(Decimal("-0.04"), 1) == "0.0"


def test_number_speaks_the_reader_s_language():
    with override("pt"):
        assert format_number(Decimal("12345.5")).endswith("345,5")


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Decimal("83.84"), None, "83.8%"),
        (Decimal(100), None, "100%"),
        (Decimal(100), 1, "100.0%"),
        (Decimal(0), None, "0%"),
        (Decimal("99.96"), 1, "100.0%"),
        (None, 1, None),
    ],
)
def test_percent(value, places, expected):
    assert format_percent(value, places) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Decimal(3), "+3"), (Decimal("-3.50"), "−3.5"), (Decimal(0), "0"), (None, None)],
)
def test_signed(value, expected):
    assert format_signed(value) == expected


def test_a_change_that_rounds_to_zero_has_no_sign():
    assert format_signed(Decimal("0.04"), 1) == "0.0"
    assert format_signed(Decimal("-0.04"), 1) == "0.0"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("12500"), "USD\N{NO-BREAK SPACE}12,500"),
        (Decimal("12500.5"), "USD\N{NO-BREAK SPACE}12,500.50"),
        (Decimal("0.00"), "USD\N{NO-BREAK SPACE}0"),
        (None, None),
    ],
)
def test_money(value, expected):
    assert format_money(value, "USD") == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (18, 452, Decimal("3.98")),
        (0, 14, Decimal(0)),
        (0, 0, None),
        (None, 14, None),
        (3, None, None),
        ("x", 2, None),
    ],
)
def test_ratio_percent(numerator, denominator, expected):
    result = ratio_percent(numerator, denominator)
    assert (None if result is None else round(result, 2)) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_number_loses_nothing(value):
    text = format_number(value).replace(",", "").replace("−", "-")
    assert Decimal(text) == value


@given(st.one_of(st.none(), st.text(max_size=8), st.integers(), st.decimals()))
def test_as_decimal_never_fails(value):
    number = as_decimal(value)
    assert number is None or number.is_finite()
