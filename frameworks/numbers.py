"""Numbers as people write them: 1.5 and 1,5; 1 234, 1,234.5 and 1.234,5. Pure: text in, Decimal out, and back.

The countries that report write numbers in both styles, and one ministry's form is filled by people who learnt either. A
text with one reading is accepted; one with two readings is decided by what the box can hold, or asked about; what is no
number is refused with words that say what to write instead (issue A, "Bad input").

The one ambiguous shape is a single comma or point with one to three digits before and exactly three behind: "1,234".
- A box that only holds whole numbers (people are counted): it can only be 1234.
- A box whose largest number is below a thousand (a percentage): it can only be 1.234.
- Otherwise it is refused, and both ways of writing it plainly are named: 1234, or 1.2340.
"""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

#: What a figure's column holds (frameworks.models.indicator.figure_field), with room for sums of many reporters.
DECIMALS = 6
WHOLE_DIGITS = 15

_SPACE = re.compile(r"\s+")
_MINUS = "-\N{MINUS SIGN}\N{EN DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}"
_BY_SPACES = re.compile(r"([1-9]\d{0,2}(?: \d{3})+)(?:[.,](\d+))?", re.ASCII)
_BY_COMMAS = re.compile(r"([1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d+))?", re.ASCII)
_BY_POINTS = re.compile(r"([1-9]\d{0,2}(?:\.\d{3})+)(?:,(\d+))?", re.ASCII)
_PLAIN = re.compile(r"(\d*)[.,](\d+)|(\d+)", re.ASCII)
_AMBIGUOUS = re.compile(r"([1-9]\d{0,2})[.,](\d{3})", re.ASCII)
_NUMBER_INSIDE = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?!\d)|\d(?:[\d.,]*\d)?", re.ASCII)
_POWER = re.compile(r"[\d.,]+[eE][+-]?\d+", re.ASCII)
#: Ways of writing "there is none" that must not become 0.
_NOTHING = {"-", "--", "–", "—", "?", "x", "n/a", "n.a.", "na", "nil", "none", "no data", "tba", "tbd", "unknown"}  # fmt: skip


class BadNumber(ValueError):
    """A text that is no number, or not one that this box can hold. `str(error)` says what to write instead."""


def read_number(text, *, whole=False, negative=False, percent=False, at_most=None, decimals=DECIMALS):
    """The Decimal that `text` says; None when it is blank. A 0 is a 0.

    whole: only whole numbers fit. negative: numbers below 0 fit. percent: a % sign behind it is read over.
    at_most: the largest number that fits (only used to tell 1.234 from 1234: the bound itself is a rule of the figure).
    Raises BadNumber. At most `decimals` decimals and 15 digits before them are taken: nothing is ever cut off silently.
    """
    shown = _SPACE.sub(" ", text or "").strip()
    if not shown:
        return None
    body, below_zero = _without_sign(shown)
    if body.endswith("%"):
        if not percent:
            raise BadNumber(_quoted(_("%(text)s: write the number without the %% sign."), shown))
        body = body[:-1].rstrip()
    number = _value_of(body, shown, whole=whole, at_most=at_most, most=decimals)
    if below_zero and number:
        if not negative:
            raise BadNumber(_quoted(_("%(text)s is below 0: this figure cannot be negative."), shown))
        number = -number
    if whole and number != number.to_integral_value():
        raise BadNumber(_quoted(_("%(text)s has decimals: only whole numbers fit here."), shown))
    return number


def write_number(number, *, comma=False):
    """The plain text of a Decimal for a box, without separators of thousands; `read_number` reads it back exactly.

    A number with three decimals gets a zero behind them ("1.2340"), which leaves it only one reading. None becomes "".
    """
    if number is None:
        return ""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in {"-0", ""}:
        text = "0"
    if _AMBIGUOUS.fullmatch(text.lstrip("-")):
        text += "0"
    return text.replace(".", ",") if comma else text


def means_nothing(text):
    """Whether the text is a way of writing that there is no figure: "-", "n/a", "no data"."""
    return (text or "").strip().lower() in _NOTHING


def _without_sign(shown):
    if shown[0] in _MINUS and len(shown) > 1:
        return shown[1:].lstrip(), True
    return (shown[1:].lstrip() if shown[0] == "+" else shown), False


def _value_of(body, shown, *, whole, at_most, most):
    if _AMBIGUOUS.fullmatch(body):
        body = _one_reading(body, shown, whole=whole, at_most=at_most)
    digits, decimals = _parts(body, shown)
    decimals = decimals.rstrip("0")
    if len(decimals) > most:
        raise BadNumber(
            _quoted(
                _("%(text)s has more than %(most)d decimals: round it as you want it kept."),
                shown,
                most=most,
            )
        )
    digits = digits.lstrip("0") or "0"
    if len(digits) > WHOLE_DIGITS:
        raise BadNumber(
            _quoted(
                _("%(text)s is too large: at most %(most)d digits fit. Is the unit right?"),
                shown,
                most=WHOLE_DIGITS,
            )
        )
    return Decimal(f"{digits}.{decimals}" if decimals else digits)


def _one_reading(body, shown, *, whole, at_most):
    digits = re.sub(r"[.,]", "", body)
    if whole:
        return digits
    if at_most is not None and Decimal(digits) > at_most:
        return body + "0"
    plain = body.replace(",", ".") + "0"
    raise BadNumber(
        _quoted(
            _(
                "%(text)s can be read in two ways. Write %(whole)s if it is in the thousands, or %(decimal)s if the last three digits are decimals."
            ),
            shown,
            whole=digits,
            decimal=plain,
        )
    )


def _parts(body, shown):
    """The digits before and behind the decimal sign; raises BadNumber when `body` is no number."""
    for grouped in (_BY_SPACES, _BY_COMMAS, _BY_POINTS):
        found = grouped.fullmatch(body)
        if found:
            return re.sub(r"[ .,]", "", found[1]), found[2] or ""
    found = _PLAIN.fullmatch(body)
    if found:
        return (found[3], "") if found[3] else (found[1], found[2])
    raise BadNumber(_what_to_write(shown))


def _what_to_write(shown):
    if shown.lower() in _NOTHING:
        return _quoted(
            _(
                "%(text)s is not a number. If there is no figure, leave this empty and say why under “No data because”."
            ),
            shown,
        )
    if _POWER.fullmatch(shown):
        return _quoted(_("%(text)s is not written out: write all its digits, for example 100000."), shown)
    inside = _NUMBER_INSIDE.findall(shown)
    if len(inside) == 1 and re.search(r"[^\d\s.,]", shown):
        return _quoted(
            _("%(text)s is not a number: write %(number)s, and the rest as a comment."),
            shown,
            number=inside[0],
        )
    if len(inside) > 1 and re.search(r"[^\d\s.,]", shown):
        return _quoted(_("%(text)s holds more than one number: write one number in each box."), shown)
    if inside:
        return _quoted(
            _("%(text)s is not a number: its commas, points or spaces do not fit. Write 1234.5 or 1234,5."),
            shown,
        )
    return _quoted(_("%(text)s is not a number: write it in digits, for example 30."), shown)


def _quoted(message, shown, **values):
    text = shown if len(shown) <= 40 else shown[:39] + "…"
    return message % {"text": f"“{text}”", **values}


__all__ = ["DECIMALS", "WHOLE_DIGITS", "BadNumber", "means_nothing", "read_number", "write_number"]
