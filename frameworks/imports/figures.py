"""Baselines and targets as ministries write them: 18%, 11/442, 1,5, 241 of 2,117 (2023). Decimal, never float."""

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from frameworks.imports import grid as grids
from frameworks.imports.results import ParsedFigure

_YEAR = re.compile(r"\(?\b((?:19|20)\d\d)\)?$")
_PLAIN = re.compile(r"[-−]?\d+(?:[.,]\d{1,2}|[.,]\d{4,})?")
_GROUPED = re.compile(
    r"[-−]?\d{1,3}(?:[ \u00a0]\d{3})+(?:[.,]\d{1,2})?|[-−]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+"
)
_FRACTION = re.compile(r"(.+?)\s*(?:/|\bof\b|\bout of\b|\bde\b)\s*(.+)", re.IGNORECASE)


#: What the database keeps: as many decimals, so many digits before them.
DECIMALS = Decimal("0.000001")
LARGEST = Decimal(10) ** 18


def number(text):
    """The Decimal of a text that can be read in one way only, else None.

    1.5 and 1,5 are one and a half; 1 234 and 1,234,567 are whole numbers; 1,234 and 1.234 could be either and are
    None.
    """
    text = text.strip().replace("−", "-")
    if _GROUPED.fullmatch(text):
        if " " in text or "\u00a0" in text:
            text = text.replace(" ", "").replace("\u00a0", "").replace(",", ".")
        else:
            text = re.sub(r"[.,]", "", text)
    elif not _PLAIN.fullmatch(text):
        return None
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None


def read_figure(cell):
    """The ParsedFigure of a cell. Its numbers are None when the text cannot be read in one way only."""
    if cell.kind == grids.NUMBER:
        # Excel itself keeps 15 digits; what a float has behind them (0.1 + 0.2) is noise.
        value = Decimal(f"{cell.value:.15g}") if isinstance(cell.value, float) else Decimal(cell.value)
        if not value.is_finite():
            return ParsedFigure(cell.text, cell.source)
        if cell.is_percent:
            return ParsedFigure(f"{_plain(value * 100)}%", cell.source, _plain(value * 100), is_percent=True)
        return ParsedFigure(cell.text, cell.source, _plain(value))
    text, year = cell.text, None
    if match := _YEAR.search(text):
        rest = text[: match.start()].strip(" ,;:")
        if rest and not rest.endswith(("/", "of", "de")):
            text, year = rest, int(match[1])
    if match := re.fullmatch(r"(.+?)\s*(?:%|percent|per cent|por cento)", text, re.IGNORECASE):
        return ParsedFigure(cell.text, cell.source, number(match[1]), is_percent=True, year=year)
    value = number(text)
    if value is None and (match := _FRACTION.fullmatch(text)):
        numerator, denominator = number(match[1]), number(match[2])
        if numerator is not None and denominator is not None and numerator >= 0 and denominator >= 0:
            return ParsedFigure(cell.text, cell.source, None, False, numerator, denominator, year)
    return ParsedFigure(cell.text, cell.source, value, year=year)


def is_readable(figure):
    """False when the cell says something but no figure could be taken from it, or one too large to be kept."""
    parts = [part for part in (figure.value, figure.numerator, figure.denominator) if part is not None]
    return bool(parts) and all(abs(part) < LARGEST for part in parts)


def rounded(figure):
    """(the figure with at most six decimals, whether that changed it)."""
    parts = {
        name: getattr(figure, name).quantize(DECIMALS, ROUND_HALF_UP).normalize() + 0
        for name in ("value", "numerator", "denominator")
        if getattr(figure, name) is not None and getattr(figure, name) % DECIMALS
    }
    return (replace(figure, **parts), True) if parts else (figure, False)


def _plain(value):
    """Without the zeros that a percentage or a float leaves behind: 18, not 18.00."""
    value = value.normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() and abs(value) < 10**15 else value
