"""Numbers as people write them (frameworks/numbers.py; issue A, "Bad input"; DOMAIN.md, "Arithmetic")."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frameworks.numbers import BadNumber, read_number, write_number

figures = st.decimals(min_value=Decimal("-1e14"), max_value=Decimal("1e14"), places=6)
amounts = st.decimals(min_value=Decimal(0), max_value=Decimal("1e14"), places=6)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("21", "21"),
        ("0", "0"),
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        (" 15 ", "15"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("1 234", "1234"),
        ("1\u00a0234\u202f567,5", "1234567.5"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234.567", "1234.567"),
        ("1 234,567", "1234.567"),
        ("1234,567", "1234.567"),
        ("1.2340", "1.234"),
        ("1,2340", "1.234"),
        ("+7", "7"),
        ("007", "7"),
        ("1.500000000", "1.5"),
        ("123456.654321", "123456.654321"),
    ],
)
def test_reads_both_styles(text, number):
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "   ", "\t\n", None])
def test_blank_stays_blank(text):
    assert read_number(text) is None


def test_zero_is_not_blank():
    assert read_number("0") == 0
    assert read_number("0,0") == 0
    assert read_number("-0") == 0


@pytest.mark.parametrize("text", ["1,234", "1.234", "12,000", "999.999"])
def test_three_digits_behind_one_sign_are_asked_about(text):
    with pytest.raises(BadNumber) as error:
        read_number(text)
    digits = text.replace(",", "").replace(".", "")
    decimal = text.replace(",", ".") + "0"
    assert f"“{text}” can be read in two ways" in str(error.value)
    assert digits in str(error.value)
    assert decimal in str(error.value)
    # What the message offers is read as it says.
    assert read_number(digits) == Decimal(digits)
    assert read_number(decimal) == Decimal(decimal)


@pytest.mark.parametrize("text", ["1,234", "1.234"])
def test_people_can_only_be_thousands(text):
    assert read_number(text, whole=True) == 1234


@pytest.mark.parametrize("text", ["4,762", "4.762 %"])
def test_a_percentage_of_a_whole_can_only_be_a_decimal(text):
    assert read_number(text, percent=True, at_most=Decimal(100)) == Decimal("4.762")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("about 30", "“about 30” is not a number: write 30, and the rest as a comment."),
        ("30 women", "write 30, and the rest as a comment."),
        ("1 234 women", "write 1 234, and the rest as a comment."),
        ("30%", "“30%”: write the number without the % sign."),
        ("10-20", "holds more than one number"),
        ("21/442", "holds more than one number"),
        ("thirty", "“thirty” is not a number: write it in digits, for example 30."),
        ("n/a", "leave this empty and say why"),
        ("–", "leave this empty and say why"),
        ("1e5", "write all its digits"),
        ("1,23,456", "its commas, points or spaces do not fit"),
        ("1.2.3", "its commas, points or spaces do not fit"),
        ("12 34", "its commas, points or spaces do not fit"),
        ("5,", "its commas, points or spaces do not fit"),
        ("-5", "cannot be negative"),
        ("−5", "cannot be negative"),
        ("1.1234567", "more than 6 decimals"),
        ("1234567890123456", "at most 15 digits"),
        ("nan", "is not a number"),
        ("Infinity", "is not a number"),
        ("٣٠", "is not a number"),
        ("=cmd|' /C calc'!A0", "is not a number"),
    ],
)
def test_refuses_with_words_that_help(text, words):
    with pytest.raises(BadNumber) as error:
        read_number(text)
    assert words in str(error.value)


def test_long_texts_are_quoted_in_part():
    with pytest.raises(BadNumber) as error:
        read_number("x" * 500)
    assert len(str(error.value)) < 150


def test_people_are_whole():
    with pytest.raises(BadNumber, match="only whole numbers"):
        read_number("1.5", whole=True)
    assert read_number("2.0", whole=True) == 2


@given(figures, st.booleans())
def test_what_is_written_reads_back(number, comma):
    assert read_number(write_number(number, comma=comma), negative=True) == number


@given(amounts)
def test_both_styles_with_thousands_read_alike(number):
    english = f"{number:,.1f}"
    rounded = Decimal(f"{number:.1f}")
    portuguese = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    spaced = english.replace(",", "\u00a0").replace(".", ",")
    assert read_number(english) == read_number(portuguese) == read_number(spaced) == rounded


@given(st.integers(min_value=0, max_value=10**14))
def test_people_with_thousands_in_any_style(number):
    for sign in (",", ".", " ", "\u202f"):
        assert read_number(f"{number:,}".replace(",", sign), whole=True) == number


@given(st.text(max_size=60), st.booleans(), st.booleans(), st.booleans())
def test_any_text_is_read_or_refused_with_words(text, whole, negative, percent):
    try:
        number = read_number(text, whole=whole, negative=negative, percent=percent)
    except BadNumber as error:
        assert str(error).startswith("“")
        assert len(str(error)) < 250
    else:
        assert number is None or number.is_finite()
        assert (number is None) == (not text.strip())


@given(st.text(alphabet="0123456789.,- %e", max_size=20))
def test_digits_and_signs_never_crash_and_never_change(text):
    try:
        number = read_number(text, negative=True, percent=True)
    except BadNumber:
        return
    if number is not None:
        digits = [one for one in text if one.isdigit()]
        assert "".join(digits).strip("0") == f"{abs(number):f}".replace(".", "").strip("0")
        assert read_number(write_number(number), negative=True) == number


def test_nothing_is_written_for_nothing():
    assert write_number(None) == ""
    assert write_number(Decimal("0.000000")) == "0"
    assert write_number(Decimal("-0.0")) == "0"
    assert write_number(Decimal("1E+3")) == "1000"
    assert write_number(Decimal("1.500000"), comma=True) == "1,5"
