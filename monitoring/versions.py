"""What was handed in, as plain data: how it is put together, read again, and compared with another version. Pure.

A version is a dict that JSON can hold: "officer", "activities" and "indicators", each line with its id, its code and what it
was called then. Numbers are kept as text, exactly. Words for people are made when it is read, in the reader's language.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from frameworks.formatting import format_number
from frameworks.models.indicator import SHARE_TYPES
from frameworks.textdiff import compare_texts
from monitoring.lines import WHOLE, LineKey
from monitoring.models.submission import ActivityStatus
from monitoring.words import figure_text

#: What is written about an activity, in the order of the page.
TEXTS = ("reason", "narrative", "what_worked", "what_did_not", "collaboration", "next_steps")
NUMBERS = ("numerator", "denominator", "value")
_LONG = 80


@dataclass(frozen=True, slots=True)
class Box:
    """One thing that was said: `raw` is compared, `label` and `text` are for people; `status`: its member, of a status."""

    label: str
    raw: object
    text: str
    status: object = None

    @property
    def is_blank(self):
        return not self.raw


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One line of a version: an activity or an indicator (or the whole), and its boxes by name."""

    key: LineKey
    code: str
    title: str
    boxes: dict

    @property
    def filled(self):
        return [box for box in self.boxes.values() if not box.is_blank]


@dataclass(frozen=True, slots=True)
class BoxChange:
    """One box that says something else than before; "" for nothing."""

    label: str
    old: str
    new: str

    @property
    def is_long(self):
        return max(len(self.old), len(self.new)) > _LONG or "\n" in self.old + self.new

    @property
    def lines(self):
        """The DiffLines of a long text."""
        return compare_texts(self.old, self.new)


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line that differs. kind: "changed", "added" (not in the old version) or "removed" (not in the new one)."""

    key: LineKey
    code: str
    title: str
    kind: str
    boxes: tuple


# Putting together


def build(*, officer, activities, indicators):
    """A version from what `activity_part` and `indicator_part` made. officer: (name, post)."""
    return {
        "officer": {"name": officer[0], "post": officer[1]},
        "activities": list(activities),
        "indicators": list(indicators),
    }


def activity_part(progress, *, corrections=(), spending=None, evidence=()):
    """One activity of a version: an ActivityProgress (with its activity), CourseCorrections, an Expenditure, Evidence."""
    part = {"id": progress.activity_id, "code": progress.activity.code, "title": progress.activity.title}
    part |= {name: getattr(progress, name) for name in ("status", *TEXTS)}
    part["corrections"] = [
        {
            "cause": one.cause,
            "measure": one.measure,
            "owner": one.owner,
            "due_on": one.due_on.isoformat() if one.due_on else "",
            "is_done": one.is_done,
        }
        for one in corrections
    ]
    part["spending"] = None
    if spending is not None:
        part["spending"] = {
            "amount": _plain(spending.amount),
            "currency": spending.currency,
            "no_data_reason": spending.no_data_reason,
            "comment": spending.comment,
        }
    part["evidence"] = [_evidence(one) for one in evidence]
    return part


def indicator_part(indicator, cells, *, evidence=()):
    """One indicator of a version. cells: (label, IndicatorValue); the label of the total is ""."""
    return {
        "id": indicator.pk,
        "code": indicator.code,
        "title": indicator.statement,
        "type": str(indicator.type),
        "unit": indicator.unit,
        "scale_labels": list(indicator.scale_labels),
        "activity": indicator.activity_id,
        "cells": [
            {
                "category": row.category_id,
                "place": row.place_id,
                "label": label,
                **{name: _plain(getattr(row, name)) for name in NUMBERS},
                "text": row.text,
                "no_data_reason": row.no_data_reason,
                "comment": row.comment,
            }
            for label, row in cells
        ],
        "evidence": [_evidence(one) for one in evidence],
    }


def _plain(number):
    return None if number is None else f"{Decimal(number).normalize():f}"


def _evidence(one):
    return {"title": one.title, "name": one.file_name, "url": one.url, "sha256": one.sha256}


# Reading


def read(version):
    """The VersionLines of a version: the whole first, then activities, then indicators, each in the order it was kept in."""
    officer = version.get("officer") or {}
    said = ", ".join(one for one in (officer.get("name"), officer.get("post")) if one)
    lines = [VersionLine(WHOLE, "", _("The whole"), {"officer": Box(_("Accountable officer"), said, said)})]
    lines += [
        VersionLine(LineKey(activity_id=one["id"]), one["code"], one["title"], _activity_boxes(one))
        for one in version.get("activities", ())
    ]
    lines += [
        VersionLine(LineKey(indicator_id=one["id"]), one["code"], one["title"], _indicator_boxes(one))
        for one in version.get("indicators", ())
    ]
    return lines


def _activity_boxes(part):
    status = part.get("status") or ""
    known = status in ActivityStatus.values
    boxes = {
        "status": Box(
            _("Status"),
            status,
            str(ActivityStatus(status).label) if known else status,
            ActivityStatus(status) if known else None,
        )
    }
    labels = {
        "reason": _("Why deferred or cancelled"),
        "narrative": _("Progress"),
        "what_worked": _("What worked"),
        "what_did_not": _("What did not work, and why"),
        "collaboration": _("Collaboration wanted"),
        "next_steps": _("Next steps"),
    }
    for name in TEXTS:
        text = part.get(name) or ""
        boxes[name] = Box(labels[name], text, text)
    corrections = part.get("corrections") or []
    boxes["corrections"] = Box(
        _("Course corrections"), corrections, "\n".join(_correction_text(one) for one in corrections)
    )
    spending = part.get("spending")
    boxes["spending"] = Box(_("Spent"), spending, _spending_text(spending))
    boxes["evidence"] = _evidence_box(part)
    return boxes


def _correction_text(one):
    until = one.get("due_on") and _("until %(day)s") % {
        "day": date_format(date.fromisoformat(one["due_on"]), "j F Y")
    }
    parts = [one.get("cause"), one.get("measure"), one.get("owner"), until]
    if one.get("is_done"):
        parts.append(_("done"))
    return " – ".join(part for part in parts if part)


def _spending_text(spending):
    if not spending:
        return ""
    if spending["amount"] is not None:
        text = f"{spending['currency']} {format_number(spending['amount'])}"
    elif spending["no_data_reason"]:
        text = _("not known: %(reason)s") % {"reason": spending["no_data_reason"]}
    else:
        text = ""
    return "\n".join(one for one in (text, spending["comment"]) if one)


def _evidence_box(part):
    evidence = part.get("evidence") or []
    return Box(_("Evidence"), evidence, "\n".join(_evidence_text(one) for one in evidence))


def _evidence_text(one):
    where = one.get("name") or one.get("url") or ""
    title = one.get("title") or ""
    return f"{title} ({where})" if title and where else title or where


def _indicator_boxes(part):
    indicator = SimpleNamespace(
        type=part["type"],
        unit=part["unit"],
        scale_labels=part["scale_labels"],
        is_share=part["type"] in SHARE_TYPES,
    )
    boxes = {}
    for cell in part["cells"]:
        stem = f"c{cell['category'] or ''}-p{cell['place'] or ''}"
        numbers = [cell[name] for name in NUMBERS]
        row = SimpleNamespace(
            **{name: None if cell[name] is None else Decimal(cell[name]) for name in NUMBERS},
            text="",
            no_data_reason="",
        )
        is_known = any(number is not None for number in numbers)
        boxes[f"{stem}-figure"] = Box(
            _named(cell, _("Figure")), numbers if is_known else None, figure_text(indicator, row)
        )
        for name, label in (
            ("text", _("Answer")),
            ("no_data_reason", _("No data because")),
            ("comment", _("Comment on the figure")),
        ):
            boxes[f"{stem}-{name}"] = Box(_named(cell, label), cell[name], cell[name])
    boxes["evidence"] = _evidence_box(part)
    return boxes


def _named(cell, label):
    return f"{cell['label']}: {label}" if cell["label"] else label


# Comparing


def diff(old, new):
    """What differs from version `old` to `new`: a LineChange for each line, in the order of `new`; [] when they say the same.

    A box that is blank and a box that is not there say the same: nothing.
    """
    before = {line.key: line for line in read(old)}
    after = {line.key: line for line in read(new)}
    changes = [_line_change(before.get(key), line) for key, line in after.items()]
    changes += [_line_change(line, None) for key, line in before.items() if key not in after]
    return [one for one in changes if one]


def _line_change(old, new):
    line = new or old
    was, now = old.boxes if old else {}, new.boxes if new else {}
    boxes = []
    for name in [*now, *(name for name in was if name not in now)]:
        before, after = was.get(name), now.get(name)
        raw = (before.raw or None) if before else None, (after.raw or None) if after else None
        if raw[0] == raw[1]:
            continue
        texts = before.text if before and raw[0] else "", after.text if after and raw[1] else ""
        if texts[0] == texts[1]:  # people would read the same: show what was kept
            texts = tuple("" if one is None else json.dumps(one, ensure_ascii=False) for one in raw)
        boxes.append(BoxChange((after or before).label, *texts))
    if old is not None and new is not None:
        return LineChange(line.key, line.code, line.title, "changed", tuple(boxes)) if boxes else None
    return LineChange(line.key, line.code, line.title, "added" if new else "removed", tuple(boxes))
