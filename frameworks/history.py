"""Who changed what, when, from what to what and why: read from the event tables that pghistory fills by itself.

Writers call nothing here; a reason that they give goes into pghistory's context. `version_of` serves forms: a page that
was opened on an older version is told before it overwrites what somebody else saved meanwhile.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import models
from django.db.models import Max
from django.utils import formats
from django.utils.translation import gettext as _

from frameworks.formatting import format_number
from frameworks.models import User

#: Columns that say nothing to a reader.
HIDDEN = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context", "id", "order", "sort_key"}


class Stale(Exception):
    """Somebody else saved the same thing since the page was opened. `version` is what it is now (version_of)."""

    def __init__(self, version):
        super().__init__(version)
        self.version = version


@dataclass(frozen=True)
class Source:
    """One event table and which of its rows belong to the subject.

    where: lookups on the event model. label: event → what the row is called beside its changes ("" for the subject
    itself). hidden: further field names that are not shown. whole: show every field of a row that was added. words:
    gives field name → what a reader calls it, where a plan has its own words for its levels (Plan.words).
    """

    model: type
    where: dict
    label: Callable = lambda event: ""
    hidden: frozenset = frozenset()
    whole: bool = False
    words: Callable = dict


@dataclass(frozen=True)
class FieldChange:
    """One field; `old` and `new` are text, None where there was or is nothing."""

    label: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Part:
    """What happened to one row. kind: insert, update or delete."""

    kind: str
    label: str
    fields: tuple


@dataclass
class Change:
    """Everything that one person did in one step."""

    at: datetime
    who: str
    reason: str
    parts: list = field(default_factory=list)

    @property
    def lines(self):
        """The parts as rows of one table: a row that was added or removed in one line, a changed one field by field."""
        lines = []
        for part in self.parts:
            if part.kind == "update":
                lines += [
                    FieldChange(f"{part.label}: {one.label}" if part.label else one.label, one.old, one.new)
                    for one in part.fields
                ]
            elif part.label:
                lines.append(
                    FieldChange(
                        part.label,
                        in_one_line(part.fields, "old") if part.kind == "delete" else None,
                        in_one_line(part.fields, "new") if part.kind == "insert" else None,
                    )
                )
        return lines

    @property
    def is_creation(self):
        """Whether the subject itself was added in this step."""
        return any(part.kind == "insert" and not part.label for part in self.parts)


def in_one_line(fields, side):
    """The fields of one row in one text; a single field needs no name."""
    said = [(one.label, getattr(one, side)) for one in fields if getattr(one, side) is not None]
    if len(said) == 1:
        return said[0][1]
    return "; ".join(f"{label}: {value}" for label, value in said)


def events_of(source, latest=None):
    """The events of a source, oldest first; `latest`: only so many of the newest ones."""
    rows = source.model.pgh_event_model.objects.filter(**source.where).select_related("pgh_context")
    if latest is None:
        return list(rows.order_by("pgh_id"))
    return list(reversed(rows.order_by("-pgh_id")[:latest]))


def changes_of(*sources, limit=50):
    """The latest changes, newest first, at most `limit`; a fixed number of queries, whatever the length of the history."""
    found = [(source, events_of(source, latest=limit * 4)) for source in sources]
    people = people_of(event for _source, events in found for event in events)
    names = _names_of_related(found)
    changes = {}
    for source, events in found:
        before, words = {}, source.words()
        for event in events:
            old = before.get(event.pgh_obj_id if hasattr(event, "pgh_obj_id") else None)
            if hasattr(event, "pgh_obj_id"):
                before[event.pgh_obj_id] = event
            part = _part(source, event, old, names, words)
            if part is None:
                continue
            meta = event.pgh_context.metadata if event.pgh_context else {}
            # One request or command is one context: what it did to several rows is one step to the reader.
            key = event.pgh_context_id or (event.pgh_created_at, source.model)
            change = changes.setdefault(
                key,
                Change(
                    event.pgh_created_at,
                    people.get(meta.get("user")) or _("the system"),
                    meta.get("reason") or "",
                ),
            )
            change.parts.append(part)
    # Steps of one moment (one transaction) keep their order: the later of them is the newer one.
    newest_first = list(changes.values())
    newest_first.reverse()
    newest_first.sort(key=lambda change: change.at, reverse=True)
    return newest_first[:limit]


def version_of(*sources):
    """A short text that differs after any change to the subject. One query a source."""
    newest = [
        source.model.pgh_event_model.objects.filter(**source.where).aggregate(newest=Max("pgh_id"))["newest"]
        for source in sources
    ]
    return "-".join(str(one or 0) for one in newest)


def last_change(*sources):
    """The newest Change of the subject, or None: what to tell somebody who was slower."""
    changes = changes_of(*sources, limit=1)
    return changes[0] if changes else None


def _part(source, event, old, names, words):
    fields = tuple(_field_changes(source, event, old, names, words))
    if event.pgh_label == "update" and not fields:
        return None
    return Part(event.pgh_label, str(source.label(event)), fields)


def _field_changes(source, event, old, names, words):
    if event.pgh_label == "insert" and not source.whole:
        return
    if event.pgh_label == "update" and old is None:
        return  # the event before it lies beyond the limit: what it was before is not known here
    for column in event._meta.fields:
        if column.name in HIDDEN or column.name in source.hidden or column.name in source.where:
            continue
        now = getattr(event, column.attname)
        then = getattr(old, column.attname) if old is not None else None
        if event.pgh_label == "insert":
            pair = (None, now)
        elif event.pgh_label == "delete":
            pair = (now, None) if source.whole else (None, None)
        else:
            pair = (then, now)
        shown = tuple(shown_value(column, value, names) for value in pair)
        if pair[0] != pair[1] and shown != (None, None):
            label = words.get(column.name) or sentence_case(str(column.verbose_name))
            yield FieldChange(label, *shown)


def sentence_case(text):
    return text[:1].upper() + text[1:]


def shown_value(column, value, names):
    """A value as a reader writes it; None for blank."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(column, models.ForeignKey):
        return names.get((column.related_model, value)) or _("no longer there")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, datetime | date):
        return formats.date_format(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def people_of(events):
    ids = {event.pgh_context.metadata.get("user") for event in events if event.pgh_context} - {None}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "display_name")) if ids else {}


def _names_of_related(found):
    """(model, pk) → name of everything that the events point to. One query per model pointed to."""
    wanted = defaultdict(set)
    for source, events in found:
        for column in source.model.pgh_event_model._meta.fields:
            if (
                not isinstance(column, models.ForeignKey)
                or column.name in HIDDEN
                or column.name in source.where
                or column.name in source.hidden
            ):
                continue
            wanted[column.related_model] |= {getattr(event, column.attname) for event in events} - {None}
    return {
        (model, one.pk): str(one)
        for model, ids in wanted.items()
        if ids
        for one in _with_names(model).filter(pk__in=ids)
    }


def _with_names(model):
    """All rows of a model, with what its __str__ reads beside (`named_with`: lookups): no query a row."""
    beside = getattr(model, "named_with", ())
    return model._base_manager.select_related(*beside) if beside else model._base_manager.all()
