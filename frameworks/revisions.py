"""The revision log of a plan: every change since its beginning, newest first, page by page.

One request or import is one entry, however many rows it touched. A page takes a number of queries that depends on the
kinds of things that changed, never on the length of the history.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist
from django.db import connection, models
from django.db.models import F, OuterRef, Q, Subquery, Value, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.history import HIDDEN, FieldChange, in_one_line, people_of, sentence_case, shown_value
from frameworks.models import (
    Activity,
    ActivityTheme,
    Assumption,
    Category,
    Dimension,
    Goal,
    Indicator,
    Output,
    Pillar,
    Plan,
    PlanTheme,
)
from frameworks.models.indicator import ResponsibleInstitution
from frameworks.revision_sources import ENTRY, Asked, sources
from frameworks.terminology import HOUSE, counted

ENTRIES_PER_PAGE = 20
#: Rows of one kind that one entry shows on the page; the file holds all.
ROWS_PER_ENTRY = 25
#: Columns that the log leaves out. Unlike the history of one thing it tells of a changed order, too.
_HIDDEN = HIDDEN - {"order"}
_TEXT_OF = {
    Plan: "title",
    Pillar: "name",
    Goal: "title",
    Output: "title",
    Activity: "title",
    Indicator: "statement",
    Assumption: "text",
}
#: Tables whose own name says little to a reader.
_NAMES = {
    ResponsibleInstitution: gettext_lazy("Who reports the figure"),
    PlanTheme: gettext_lazy("Theme"),
    ActivityTheme: gettext_lazy("Theme"),
}
_LEVELS = {"pillar": Pillar, "goal": Goal, "output": Output, "activity": Activity, "indicator": Indicator}


@dataclass(frozen=True, slots=True)
class Line:
    """One changed field, or one row that was added or removed. kind: insert, update or delete. None: nothing."""

    kind: str
    level: str
    code: str
    text: str
    field: str
    old: str | None
    new: str | None


@dataclass
class Entry:
    """What one person did in one step. `summary`: what was added, changed, removed, counted. `row_count`: all rows."""

    key: str
    at: datetime
    who: str = ""
    reason: str = ""
    is_import: bool = False
    summary: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    row_count: int = 0
    shown_count: int = 0

    @property
    def hidden_count(self):
        return self.row_count - self.shown_count


@dataclass(frozen=True, slots=True)
class Page:
    """`next`: the cursor of older entries; "" when there are none."""

    entries: list
    next: str


def load_page(plan, user, *, asked=None, cursor="", size=ENTRIES_PER_PAGE, rows=ROWS_PER_ENTRY):
    """A Page of the plan's log from `cursor` on ("": from the newest). rows: most rows of one kind and entry; None: all.

    Raises ValueError for a cursor that load_page never gave. What a link points to in a plan that `user` may not read is
    not named.
    """
    tables = sources(plan, asked or Asked())
    if not tables:
        return Page([], "")
    found = _entries(tables, cursor, size + 1)
    more = len(found) > size
    entries = {key: Entry(key, at) for key, at in found[:size]}
    if entries:
        counts = _counts(tables, list(entries))
        _Filler(plan, user, tables, entries, rows).fill(counts)
    last = found[size - 1] if more else None
    return Page(list(entries.values()), f"{last[1].isoformat()}_{last[0]}" if last else "")


def _read_cursor(cursor):
    at, _sign, key = cursor.partition("_")
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None or not key or "\x00" in key:
        raise ValueError("not a cursor of this log")
    return moment, key


# The SQL below is put together from what the ORM compiled; what people ask for travels as parameters.


def _union(tables):
    """(SQL, parameters) of all events of the tables: entry, moment, number of the table, kind."""
    parts = [
        one.events.order_by()
        .annotate(entry=ENTRY, source=Value(number))
        .values_list("entry", "pgh_created_at", "source", "pgh_label")
        for number, one in enumerate(tables)
    ]
    compiled = []
    for part in parts:
        try:
            compiled.append(part.query.get_compiler(connection=connection).as_sql())
        except EmptyResultSet:  # nothing of this table can fit what was asked for
            continue
    sql = " UNION ALL ".join(f"({one})" for one, _parameters in compiled)
    return f"WITH e (entry, at, source, kind) AS ({sql})", [p for _one, given in compiled for p in given]


def _run(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _entries(tables, cursor, limit):
    """[(entry, moment of its last event)], newest first."""
    head, parameters = _union(tables)
    if head.endswith("AS ()"):
        return []
    having = ""
    if cursor:
        having = "HAVING (max(at), entry) < (%s, %s)"
        parameters = [*parameters, *_read_cursor(cursor)]
    sql = f"{head} SELECT entry, max(at) FROM e GROUP BY entry {having} ORDER BY max(at) DESC, entry DESC LIMIT %s"  # noqa: S608
    return _run(sql, [*parameters, limit])


def _counts(tables, keys):
    """[(entry, number of the table, kind, rows)]"""
    head, parameters = _union(tables)
    sql = f"{head} SELECT entry, source, kind, count(*) FROM e WHERE entry = ANY(%s) GROUP BY 1, 2, 3 ORDER BY 2, 3"  # noqa: S608
    return _run(sql, [*parameters, keys])


class _Filler:
    """Loads what stands on one page, and puts it into words."""

    def __init__(self, plan, user, tables, entries, rows):
        self.plan, self.user, self.tables, self.entries, self.rows = plan, user, tables, entries, rows
        self.words = plan.words

    def fill(self, counts):
        totals = {}
        for key, number, kind, count in counts:
            self.entries[key].row_count += count
            # Tables of one name (the themes of the plan and of its parts) are counted together.
            model = ActivityTheme if self.tables[number].model is PlanTheme else self.tables[number].model
            totals.setdefault((key, model, kind), [number, 0])[1] += count
        for (key, _model, kind), (number, count) in totals.items():
            self.entries[key].summary.append(self._counted(self.tables[number], kind, count))
        touched = sorted({number for _key, number, _kind, _count in counts})
        loaded = [(self.tables[number], *self._events(self.tables[number])) for number in touched]
        self.people = people_of(event for _table, events, _before in loaded for event in events)
        self.names = self._names(loaded)
        self.owners = self._owners(loaded)
        for table, events, before in loaded:
            for event in events:
                self._tell(table, event, before.get(getattr(event, "before", None)))

    def _counted(self, table, kind, count):
        if table.model in _LEVELS.values() and table.level in HOUSE:
            what = counted(self.words, table.level, count)
        elif table.model is Plan:
            what = self.words["plan"]
        else:
            name = sentence_case(str(_NAMES.get(table.model) or table.model._meta.verbose_name))
            what = _("%(level)s: %(n)s") % {"level": name, "n": count}
        return {
            "insert": _("%(what)s added"),
            "update": _("%(what)s changed"),
            "delete": _("%(what)s removed"),
        }[kind] % {"what": what}

    def _events(self, table):
        """(events of this page's entries, oldest first; {id: the event before} of those that changed something)."""
        with_context = [key for key in self.entries if not key.startswith("at ")]
        moments = [one.at for key, one in self.entries.items() if key.startswith("at ")]
        rows = (
            table.events.filter(
                Q(pgh_context__in=with_context) | Q(pgh_context__isnull=True, pgh_created_at__in=moments)
            )
            .annotate(entry=ENTRY)
            .select_related("pgh_context")
            .order_by("pgh_id")
        )
        if _has_object(table.model):
            earlier = table.model.pgh_event_model.objects.filter(
                pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id")
            )
            rows = rows.annotate(before=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1]))
        if self.rows is not None:
            nth = Window(RowNumber(), partition_by=F("entry"), order_by="pgh_id")
            rows = rows.annotate(nth=nth).filter(nth__lte=self.rows)
        events = list(rows)
        wanted = {event.before for event in events if event.pgh_label == "update" and event.before}
        before = table.model.pgh_event_model.objects.in_bulk(wanted) if wanted else {}
        return events, before

    def _names(self, loaded):
        """(model, id) → name of what the rows point to; what lies in a plan that the reader may not know of has none."""
        wanted = {}
        for table, events, before in loaded:
            for column in _shown_columns(table):
                if isinstance(column, models.ForeignKey):
                    ids = {getattr(event, column.attname) for event in (*events, *before.values())} - {None}
                    wanted.setdefault(column.related_model, set()).update(ids)
        names, elsewhere = {}, {}
        for model, ids in wanted.items():
            for one in model._base_manager.filter(pk__in=ids) if ids else ():
                names[model, one.pk] = str(one)
                home = one.pk if model is Plan else getattr(one, "plan_id", None)
                if home is not None and home != self.plan.pk:
                    elsewhere[model, one.pk] = home
        if elsewhere:
            readable = Plan.objects.visible_to(self.user).filter(pk__in=set(elsewhere.values()))
            readable = set(readable.values_list("pk", flat=True))
            for key, home in elsewhere.items():
                if home not in readable:
                    names[key] = _("in a plan that you may not read")
        return names

    def _owners(self, loaded):
        """(level, id) → (level, code, text) of what the rows are parts of, as it was last. A query a level."""
        wanted = {}
        for table, events, _before in loaded:
            for event in events if not table.is_level else ():
                owner = table.owner(event)
                if owner:
                    wanted.setdefault(owner[0], set()).add(owner[1])
        found = {("plan", self.plan.pk): ("plan", self.plan.code, self.plan.title)}
        parts = {}
        for level, model, up in (("category", Category, "dimension"), ("dimension", Dimension, "indicator")):
            for pk, name, owner in _latest(model, wanted.get(level), "name", f"{up}_id"):
                parts[level, pk] = (name, (up, owner))
                wanted.setdefault(up, set()).add(owner)
        for level, model in _LEVELS.items():
            for pk, code, text in _latest(model, wanted.get(level), "code", _TEXT_OF[model]):
                found[level, pk] = (level, code, text)
        for pk, text in _latest(Assumption, wanted.get("assumption"), "text"):
            found["assumption", pk] = ("assumption", "", text)
        self.part_names = {key: name for key, (name, _owner) in parts.items()}
        for key in (("dimension", pk) for pk in wanted.get("dimension", ())):
            found[key] = found.get(parts[key][1]) if key in parts else None
        for key in (("category", pk) for pk in wanted.get("category", ())):
            found[key] = found.get(parts[key][1]) if key in parts else None
        return found

    def _tell(self, table, event, before):
        entry = self.entries[event.entry]
        meta = event.pgh_context.metadata if event.pgh_context else {}
        entry.who = self.people.get(meta.get("user")) or _("the system")
        entry.reason = meta.get("reason") or ""
        entry.is_import = _is_import(meta)
        entry.shown_count += 1
        if table.is_level:
            text = getattr(event, _TEXT_OF[table.model])
            level, code, part = table.level, getattr(event, "code", ""), ""
        else:
            owner = self.owners.get(table.owner(event)) or (table.level, "", "")
            (level, code, text), part = owner, str(table.label(event))
            name = self.part_names.get(table.owner(event))
            part = f"{part} “{name}”" if name else part
        word = self._word(level)
        if event.pgh_label != "update":
            said = (
                text
                if table.is_level
                else in_one_line(
                    [
                        FieldChange(label, value, value)
                        for label, _then, value in self._values(table, event, None)
                    ],
                    "new",
                )
                or None
            )
            old, new = (None, said) if event.pgh_label == "insert" else (said, None)
            entry.lines.append(Line(event.pgh_label, word, code, text, part, old, new))
            return
        for label, then, now in self._values(table, event, before):
            name = f"{part}: {label}" if part else label
            entry.lines.append(Line("update", word, code, text, name, then, now))

    def _word(self, level):
        if level == "pillar":
            return _("Pillar")
        if level == "assumption":
            return _("Assumption")
        return str(self.words.get(level, "")) or _("Crosswalk")

    def _values(self, table, event, before):
        """(label, value before, value now) of the fields that differ; without `before`: of all that are filled."""
        for column in _shown_columns(table):
            now = getattr(event, column.attname)
            then = getattr(before, column.attname) if before is not None else None
            if now == then:
                continue
            shown = [shown_value(column, value, self.names) for value in (then, now)]
            if shown != [None, None]:
                label = self.words.get(column.name) or sentence_case(str(column.verbose_name))
                yield str(label), *shown


def _is_import(meta):
    return meta.get("action") == "import" or "/import/" in meta.get("url", "")


def _has_object(model):
    try:
        model.pgh_event_model._meta.get_field("pgh_obj")
    except FieldDoesNotExist:
        return False
    return True


def _shown_columns(table):
    return [
        column
        for column in table.model.pgh_event_model._meta.fields
        if column.name not in _HIDDEN and column.name not in table.hidden
    ]


def _latest(model, ids, *columns):
    """(id, *columns) of the things with those ids as their newest event has them: also of what is gone."""
    if not ids:
        return ()
    rows = model.pgh_event_model.objects.filter(pgh_obj__in=ids).order_by("pgh_obj_id", "-pgh_id")
    return rows.distinct("pgh_obj_id").values_list("pgh_obj_id", *columns)
