"""How numbers are written for people: grouping, decimals, signs, money. Decimal or int in, text out, never float.

None is returned for a missing value (None or blank): the caller decides how missing looks. A zero stays "0"
(DOMAIN.md, "Arithmetic": missing is not zero).
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.formats import number_format


def as_decimal(value):
    """A Decimal from a Decimal, an int or a numeric string; None for None, blank or text that is no number."""
    if value is None or isinstance(value, bool) or value == "":
        return None
    try:
        number = Decimal(value) if isinstance(value, Decimal | int) else Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def rounded(value, places):
    """The Decimal rounded half up to `places` decimals, as people round on paper."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def format_number(value, places=None, *, most=None):
    """'12,345.5' in the reader's language, or None when missing.

    places: exactly so many decimals. most: at most so many, trailing zeros trimmed. Neither: every decimal that the
    value has, trailing zeros trimmed.
    """
    number = as_decimal(value)
    if number is None:
        return None
    if places is not None:
        number = rounded(number, int(places))
    else:
        if most is not None:
            number = rounded(number, most)
        number = number.normalize()
        if number.as_tuple().exponent > 0:
            number = number.quantize(Decimal(1))
    if number.is_zero():
        number = abs(number)  # "-0" is a zero that somebody computed
    decimals = max(0, -number.as_tuple().exponent)
    text = number_format(f"{number:f}", decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return text.replace("-", "\N{MINUS SIGN}")


def format_percent(value, places=None):
    """'83.8%' from 83.8; at most one decimal unless `places` says exactly how many. None when missing."""
    text = format_number(value, places) if places is not None else format_number(value, most=1)
    return None if text is None else f"{text}%"


def format_signed(value, places=None):
    """'+3', '−3' or '0' for a change. None when missing."""
    number = as_decimal(value)
    text = format_number(number, places)
    if text is None or number <= 0 or not any(digit in text for digit in "123456789"):
        return text
    return f"+{text}"


def format_money(value, currency):
    """'USD 12,500' or 'USD 12,500.50'; cents only when there are some. None when missing: not costed is not 0."""
    number = as_decimal(value)
    if number is None:
        return None
    cents = rounded(number, 2)
    text = format_number(cents, 0 if cents == cents.to_integral_value() else 2)
    return f"{currency}\N{NO-BREAK SPACE}{text}" if currency else text


def ratio_percent(numerator, denominator):
    """numerator / denominator × 100 as a Decimal; None when either is missing or the denominator is 0 (0/0 is no data)."""
    top, bottom = as_decimal(numerator), as_decimal(denominator)
    if top is None or bottom is None or bottom == 0:
        return None
    return top * 100 / bottom
