"""Reads the data files of the demonstration."""

import csv
import tomllib
from decimal import Decimal
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
LOGFRAME = DATA / "timor-leste-nap1325-2024-2028-logframe.xlsx"


def tables(name):
    """A TOML file as dictionaries; numbers with decimals as Decimal."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"), parse_float=Decimal)


def rows(name):
    """A CSV file as a list of dictionaries of texts; an empty cell is ""."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def number(text):
    """A Decimal, or None for an empty cell."""
    return Decimal(text) if text != "" else None


def figure(written):
    """(value, numerator, denominator) of a figure as the files write it: 28, 4.5 or "12/14"."""
    if isinstance(written, str):
        numerator, denominator = written.split("/")
        return None, Decimal(numerator), Decimal(denominator)
    return Decimal(written), None, None
