"""Turns report data into plain JSON and back without losing a digit, and takes its checksum."""

import hashlib
import json
import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from budgets.briefing import data as briefing
from monitoring.reports import data

#: The number of the form that each kind of data has now; it is raised with every field (data.FORMAT).
_FORMATS = {data.PillarReport: data.FORMAT, briefing.Briefing: briefing.FORMAT}
#: Older forms that can still be read, and what they did not have yet.
_OLDER = {data.PillarReport: {3: {"finance": None}}}


class SnapshotError(ValueError):
    """The stored data was written by a version of this program whose form is not known here."""


def to_snapshot(report):
    """The report as JSON-ready data, with the number of its form."""
    return {"format": _FORMATS[type(report)], "report": _plain(report)}


def from_snapshot(snapshot, kind=data.PillarReport):
    """The report that `to_snapshot` was given. Raises SnapshotError for another form or for damaged data."""
    form = snapshot.get("format") if isinstance(snapshot, dict) else None
    older = _OLDER.get(kind, {}).get(form)
    if form != _FORMATS[kind] and older is None:
        raise SnapshotError("The snapshot of this report has another form.")
    try:
        return _rebuilt(kind, snapshot["report"] | older if older else snapshot["report"])
    except (KeyError, TypeError, ValueError, ArithmeticError) as problem:
        raise SnapshotError(f"The snapshot of this report is damaged: {problem!r}.") from problem


def checksum(report):
    """SHA-256 of the canonical JSON of the data. What belongs to the run (version, cut-off) does not count: the same data
    gives the same checksum whenever it is read."""
    plain = _plain(report)
    for one in fields(report):
        if not one.metadata.get("checksum", True):
            del plain[one.name]
    text = json.dumps(
        {"format": _FORMATS[type(report)], "report": plain},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value):
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):  # datetimes too
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return str(value) if isinstance(value, str) else value  # members of choices become plain strings
    raise TypeError(f"{type(value).__name__} does not belong in a report.")


@cache
def _types_of(kind):
    return typing.get_type_hints(kind)


def _rebuilt(kind, plain):
    if is_dataclass(kind):
        hints = _types_of(kind)
        return kind(**{name: _rebuilt(hint, plain[name]) for name, hint in hints.items()})
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        if plain is None:
            return None
        return _rebuilt(next(one for one in typing.get_args(kind) if one is not types.NoneType), plain)
    if origin is tuple:
        inner = typing.get_args(kind)[0]
        return tuple(_rebuilt(inner, one) for one in plain)
    if kind is Decimal:
        return Decimal(plain)
    if kind in (date, datetime):
        return kind.fromisoformat(plain)
    if not isinstance(plain, kind):
        raise TypeError(f"{plain!r} is not {kind.__name__}")
    return plain
