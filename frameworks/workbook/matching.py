"""Which row of the workbook is which row of the plan, and which code means what. The id decides, then the code."""

from collections import defaultdict

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from frameworks.formatting import format_number
from frameworks.workbook.cells import TurnedIntoNumber
from frameworks.workbook.columns import BY_KEY, Kind, sheet_titles
from frameworks.workbook.content import seen
from frameworks.workbook.items import CHANGED, NEW, SAME, Item

#: The sheets whose rows have codes of their own, from the top of the results chain.
_ORDERS = ("order", "dimension_order")
THINGS = ("pillars", "goals", "outputs", "activities", "indicators")


class Matching:
    """What comparing a workbook with a plan works on. Subclasses add the sheets."""

    def __init__(self, parsed, content, *, remove_missing):
        self.parsed, self.content, self.plan = parsed, content, content.plan
        self.remove_missing, self.doubts = remove_missing, parsed.doubts
        self.titles = sheet_titles(self.plan)
        self.items, self.missing = [], {}
        self.columns = {
            key: {one.key: one for one in sheet.columns(self.plan)} for key, sheet in BY_KEY.items()
        }
        self.final = {}  # sheet → {code as it will be: instance}
        self.former = {}  # sheet → {code as it is: instance}
        self.retired = {
            key: {one.code: one for one in content.all[key] if getattr(one, "retired_on", None)}
            for key in THINGS
        }
        known = [one for one in content.institutions if one.merged_into_id is None]
        self.final["institutions"] = {one.code: one for one in known}
        self.former["institutions"] = {one.acronym: one for one in known if one.acronym} | {
            one.code.casefold(): one for one in known
        }

    def error(self, code, row, key, message, /, **values):
        self.doubts.error(code, row.source(key), message, **values)

    # Matching

    def pairs(self, key):
        """[[Row, Record or None]] of a sheet in the order of its rows, by the ids; rows without one have no Record yet."""
        sheet = self.parsed.sheets.get(key)
        if sheet is None:
            return []
        by_id = {record.id: record for record in self.content.records[key]}
        rows = [row for row in sheet.rows if not row.is_emptied]
        self._settle_doubled_ids(rows, by_id)
        found = []
        for row in rows:
            record = by_id.get(row.id)
            if record is None and row.id:
                if row.is_untouched:
                    self._note_vanished(row)
                    continue
                row.seen = ""
            found.append([row, record])
        return found

    def match_by_code(self, key, pairs):
        """Gives rows without an id the thing of that code, when no other row is it."""
        claimed = {record.id for _row, record in pairs if record}
        by_code = {one.values["code"]: one for one in self.content.records[key] if one.id not in claimed}
        for pair in pairs:
            code = pair[0].values.get("code")
            if pair[1] is None and isinstance(code, TurnedIntoNumber) and code.is_integer():
                code = str(code)
            if pair[1] is None and isinstance(code, str):
                pair[1] = by_code.pop(code, None)

    def note_missing(self, key, pairs):
        """Keeps what was exported (all, when nobody knows what was) and has no row any more."""
        claimed = {record.id for _row, record in pairs if record}
        exported = self.parsed.exported.get(key)
        self.missing[key] = [
            record
            for record in self.content.records[key]
            if key in self.parsed.sheets
            and record.id not in claimed
            and (exported is None or record.id in exported)
        ]

    def _settle_doubled_ids(self, rows, by_id):
        """Who copies a row in Excel copies its hidden id: the row that still says what the plan says keeps it."""
        by_row = defaultdict(list)
        for row in rows:
            if row.id in by_id:
                by_row[row.id].append(row)
        for pk, several in by_row.items():
            if len(several) > 1:
                code = by_id[pk].values.get("code")
                own = next((row for row in several if row.is_untouched), None) or next(
                    (row for row in several if row.values.get("code") == code), several[0]
                )
                for row in several:
                    if row is not own:
                        row.id = row.seen = ""

    def _note_vanished(self, row):
        self.doubts.note(
            "vanished",
            row.source(),
            _(
                "This row was retired or removed in the tracker since the workbook was downloaded; it stays so."
            ),
        )

    # Values

    def values_of(self, key, row, record):
        """({column: value}, {column: instance}) of a row, codes settled; cells with errors are left out."""
        values, refs = {}, {}
        for name, value in row.values.items():
            column = self.columns[key].get(name)
            old = record.values.get(name) if record else None
            if column is None:  # a year that the plan does not have
                if value:
                    self.error(
                        "year_outside_plan",
                        row,
                        name,
                        _("{year} lies outside the plan's years {years}."),
                        year=name[1:],
                        years=self.plan.years_label,
                    )
                continue
            if column.kind == Kind.REF:
                if value == "":
                    values[name], refs[name] = "", None
                else:
                    self._refer(column, row, record, values, refs)
                continue
            if isinstance(value, TurnedIntoNumber):
                value = self.settle(value, row, name, old)
            if value is None and (name in _ORDERS or column.kind == Kind.CODE):
                continue  # an order that is not stated stays; an unsettled code has its error
            values[name] = value
        return values, refs

    def settle(self, number, row, name, old):
        """The code that Excel has made a number of; None with an error at the cell when nobody can know."""
        if old and number.fits(old):
            return old
        if number.is_integer():
            return str(int(number))
        self.error(
            "code_is_number",
            row,
            name,
            _(
                "Excel has turned this code into the number {number}: it may have been {number} or {number}0. Format the cell as “Text” and type the code again."
            ),
            number=str(number),
        )
        return None

    def _refer(self, column, row, record, values, refs):
        value, name = row.values[column.key], column.key
        old = record.values.get(name) if record else None
        current = None
        if record:
            current = (
                record.owner
                if name in ("indicator", "activity") and record.owner
                else linked(record.instance, name)
            )
        if isinstance(value, TurnedIntoNumber):
            fitting = sorted({code for code in self.codes(column.refers) if value.fits(code)})
            if len(fitting) == 1:
                value = fitting[0]
            else:
                value = self.settle(value, row, name, old)
                if value is None:
                    return
        untouched = old and value == old and current is not None
        found = current if untouched else self.find(column.refers, value)
        if found is None:
            retired = value in self.retired.get(column.refers, {})
            message = (
                _("“{code}” is retired in the tracker: choose another.")
                if retired
                else _("There is no “{code}” on the sheet “{sheet}”.")
            )
            self.error("unknown_code", row, name, message, code=value, sheet=self.titles[column.refers])
            return
        values[name], refs[name] = found.code, found

    def codes(self, key):
        return {*self.final.get(key, ()), *self.former.get(key, ())}

    def find(self, key, code):
        final, former = self.final.get(key, {}), self.former.get(key, {})
        return (
            final.get(code)
            or former.get(code)
            or (former.get(code.casefold()) if key == "institutions" else None)
        )

    # Items

    def item(self, key, row, record, instance, values, *, code, label):
        """The Item of a row: what differs from the plan, field by field, set on the instance by `assign`."""
        item = Item(key, SAME if record else NEW, code, label, row.source(), instance, row, record)
        for name, value in values.items():
            column = self.columns[key][name]
            old = record.values.get(name) if record else None
            if record and value == old:
                continue
            if column.fixed:
                self.error(
                    "fixed",
                    row,
                    name,
                    _("This is changed in the tracker, not here: put “{old}” back."),
                    old=str(old),
                )
                continue
            if record:
                item.action = CHANGED
                item.changes.append((column.header(self.plan), said(old, column), said(value, column)))
            item.fields.add(name)
            item.said.append([name, str(old), str(value)])
        return item

    def tell_of_both(self, row, record):
        """A row that was changed here and in the tracker since: said, so that nobody undoes the other unknowingly."""
        if record and row.seen and seen(record.values) != row.seen:
            self.doubts.warning(
                "changed_by_both",
                row.source(),
                _(
                    "This row was also changed in the tracker since the workbook was downloaded. Check what it would go back to."
                ),
            )

    def require(self, key, row, values, *, new):
        """Errors for cells that must be filled; for new rows also for columns that are not there."""
        fine = True
        for name, column in self.columns[key].items():
            if not column.required or name in row.bad:
                continue
            if name in values and values[name] in ("", None):
                self.error("blank", row, name, _("This cell must be filled."))
                fine = False
            elif new and name not in row.values:
                self.error(
                    "column_missing",
                    row,
                    "",
                    _("The column “{header}” is missing; a new row needs it."),
                    header=column.header(self.plan),
                )
                fine = False
        return fine


def linked(instance, name):
    """What a row hangs on, as it is in memory: asking the row itself may ask the database."""
    return instance._state.fields_cache.get(name)


def said(value, column):
    """A value as a person reads it in the preview."""
    if isinstance(value, bool):
        return "x" if value else ""
    if value in (None, ""):
        return ""
    if column.kind == Kind.CHOICE:
        return str(dict(column.choices.choices).get(value, value))
    if column.kind == Kind.NUMBER:
        return format_number(value, most=6)
    return date_format(value) if column.kind == Kind.DATE else str(value)
