"""Which row of an uploaded budget workbook is which row of the tracker, and what its codes mean. Nothing is written here.

The hidden id decides. A row without one is taken for the row that says the same (an action by its text, a cost line by its
action and description, a budget line by its source and reference): whoever uploads a file twice gets nothing twice.
"""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from budgets.workbook.columns import BY_KEY, READ, titles_of
from budgets.workbook.content import COMPARED
from budgets.workbook.items import Item
from frameworks.workbook.bases import digest_of, read_base
from frameworks.workbook.cells import TurnedIntoNumber
from frameworks.workbook.columns import same
from frameworks.workbook.content import is_blank

#: The columns that must hold something for a row to be one; what is only shown, or filled in by a formula, makes none.
_FIXED = {key: {one.key for one in BY_KEY[key].columns_of(None) if one.fixed} for key in READ}


class Matching:
    """What comparing works on: items in the order of the rows, each with its record and its codes settled."""

    def __init__(self, parsed, content, doubts):
        self.parsed, self.content, self.doubts = parsed, content, doubts
        self.titles = titles_of(content.plan)
        self.columns = {
            key: {one.key: one for one in BY_KEY[key].columns(content.plan) if one.read} for key in READ
        }
        self.items = {key: [] for key in READ}
        self.actions = {}  # number on the sheet → Item, or the id of an action whose row is gone

    def error(self, code, row, key, message, /, **values):
        self.doubts.error(code, row.source(key), message, **values)

    def bad(self, item, key, code, message, /, **values):
        """An error at a cell, whose value is not compared any further."""
        item.row.bad.add(key)
        item.row.values.pop(key, None)
        self.error(code, item.row, key, message, **values)

    def match(self):
        for key in READ:
            sheet = self.parsed.sheets.get(key)
            if sheet is not None:
                self._match_sheet(key, sheet)
            if key == "actions":
                self._number_actions()

    def _match_sheet(self, key, sheet):
        by_id = {record.id: record for record in self.content.records[key]}
        rows = [row for row in sheet.rows if not is_emptied(key, row)]
        self._settle_doubled_ids(rows, by_id)
        for row in rows:
            item = Item(key, row, by_id.get(row.id))
            if item.record is None and row.id:
                if untouched(key, row):
                    continue  # removed in the tracker since, and nobody minded it here
                item.why = str(
                    _("This row was removed in the tracker since the download. Copy it into a free row to add it again.")
                )  # fmt: skip
            else:
                self._settle_codes(item)
            self.items[key].append(item)
        claimed = {item.record.id for item in self.items[key] if item.record}
        free = defaultdict(list)
        for record in self.content.records[key]:
            if record.id not in claimed:
                free[self._name_of_record(record)].append(record)
        for item in self.items[key]:
            if item.record is None and not item.why:
                found = free.get(self._name_of_item(item))
                if found:
                    item.record, item.row.seen = found.pop(0), ""
            self._name(item)

    def _settle_doubled_ids(self, rows, by_id):
        """Who copies a row in Excel copies its hidden id: the row that still says what was downloaded keeps it."""
        several = defaultdict(list)
        for row in rows:
            if row.id in by_id:
                several[row.id].append(row)
        for copies in several.values():
            own = next((row for row in copies if untouched(row.sheet.key, row)), copies[0])
            for row in copies:
                if row is not own:
                    row.id = row.seen = ""

    def _name(self, item):
        """What the row is called in the preview."""
        values = item.row.values
        said = {key: "" if is_blank(value) else str(value) for key, value in values.items()}
        if item.record is not None:
            item.code, item.label = item.record.code, item.record.label
            return
        item.code = item.activity.code if item.activity else said.get("activity", "")
        if item.sheet == "lines":
            item.label = " · ".join(
                filter(None, [said.get(key) for key in ("source", "reference", "description")])
            )
        else:
            item.label = said.get("title" if item.sheet == "actions" else "description", "")

    def _name_of_record(self, record):
        held = record.compared
        if record.sheet == "actions":
            return held["activity"], same(held["title"])
        if record.sheet == "costs":
            return held["action"], same(held["description"])
        return held["activity"], held["source"], held["reference"]

    def _name_of_item(self, item):
        values = item.row.values
        if item.sheet == "actions":
            return values.get("activity"), same(values.get("title", ""))
        if item.sheet == "costs":
            return item_id(item.action), same(values.get("description", ""))
        return values.get("activity"), values.get("source"), values.get("reference", "")

    # Codes

    def _settle_codes(self, item):
        record, values = item.record, item.row.values
        self._settle(
            item, "activity", self.content.activities, _("There is no “{code}” on the sheet “{sheet}”.")
        )
        item.activity = self.content.activities.get(values.get("activity"))
        if item.sheet != "actions":
            usual = "" if record else self.content.plan.currency
            if "currency" in values or record is None:
                values["currency"] = values.get("currency", "").upper() or usual
            self._settle(item, "source", self.content.sources, _("There is no funding source “{code}”: see the sheet “{sheet}”."))  # fmt: skip
        if item.sheet == "lines" and isinstance(values.get("reference"), TurnedIntoNumber):
            old = record.values["reference"] if record else ""
            self._settle_number(item, "reference", values["reference"], [old] if old else ())
        if item.sheet == "costs":
            self._settle_action(item)

    def _settle(self, item, key, known, message):
        """The code of a cell is text; what Excel made a number of is settled where only one code fits."""
        value = item.row.values.get(key)
        if isinstance(value, TurnedIntoNumber):
            old = item.record.values.get(key) if item.record else None
            fitting = [old] if old and value.fits(old) else [code for code in known if value.fits(code)]
            self._settle_number(item, key, value, fitting)
            value = item.row.values.get(key)
        if not is_blank(value) and value not in known:
            found = next((code for code in known if same(code) == same(value)), None)
            if found is None:
                self.bad(item, key, "unknown_code", message, code=value, sheet=self.titles["lists"])
            else:
                item.row.values[key] = found

    def _settle_number(self, item, key, number, fitting):
        fitting = [code for code in fitting if number.fits(code)]
        if len(fitting) == 1 or (not fitting and number.is_integer()):
            item.row.values[key] = fitting[0] if fitting else str(int(number))
            return
        words = _("Excel has turned this code into the number {number}: it may have been {number} or {number}0. Format the cell as “Text” and type the code again.")  # fmt: skip
        self.bad(item, key, "code_is_number", words, number=str(number))

    # Which action a cost line belongs to

    def _number_actions(self):
        """Numbers are those of the workbook: each stands for one action."""
        for item in self.items["actions"]:
            number = item.row.values.get("number")
            if isinstance(number, TurnedIntoNumber):
                number = str(number)
            if is_blank(number):
                continue
            if number in self.actions:
                words = _("Row {row} has this number, too. Give each action its own.")
                self.bad(item, "number", "number_twice", words, row=self.actions[number].row.number)
                continue
            self.actions[number] = item
        there = {record.id for record in self.content.records["actions"]}
        for pk, exported in self.parsed.exported["actions"].items():
            if pk in there and exported.number:
                self.actions.setdefault(exported.number, pk)

    def _settle_action(self, item):
        values, row = item.row.values, item.row
        if "action" in row.bad or "activity" in row.bad or "action" not in values:
            item.action = item.record.compared["action"] if item.record else None
            return
        number = str(values["action"])
        if not number:
            self._only_action(item)
            return
        found = self.actions.get(number)
        if found is None:
            words = _("There is no action with the number “{code}” on the sheet “{sheet}”.")
            self.bad(item, "action", "unknown_action", words, code=number, sheet=self.titles["actions"])
            return
        item.action = found
        activity = self._activity_of(found)
        if item.activity is not None and activity is not None and item.activity is not activity:
            words = _("Action {number} stands under {code}.")
            self.bad(item, "activity", "other_activity", words, number=number, code=activity.code)
        item.activity = activity

    def _only_action(self, item):
        """Without a number: the only action under that activity."""
        activity = item.activity
        if activity is None:
            if not is_blank(item.row.values.get("activity")) or item.row.bad:
                return
            self.bad(item, "action", "blank", _("Say to which action it belongs: by its number."))
            return
        found = [one for one in self.actions.values() if self._activity_of(one) is activity]
        found += [one for one in self.items["actions"] if one.activity is activity and one not in found]
        if len(found) == 1:
            item.action = found[0]
        elif found:
            words = _("There are several actions under {code}: say which one, by its number.")
            self.bad(item, "action", "which_action", words, code=activity.code)
        else:
            words = _("There is no action under {code}. Add one on the sheet “{sheet}” first.")
            self.bad(item, "action", "no_action", words, code=activity.code, sheet=self.titles["actions"])

    def _activity_of(self, action):
        if isinstance(action, Item):
            return action.activity
        record = next(one for one in self.content.records["actions"] if one.id == action)
        return self.content.activities[record.code]


def item_id(action):
    """What an action is called in comparing: its id, or the place of a new one; "" for none."""
    if isinstance(action, Item):
        return action.key
    return action or ""


def is_emptied(key, row):
    """Nothing is left but what stands there for people."""
    return not row.bad and all(
        is_blank(value) for name, value in row.values.items() if name not in _FIXED[key]
    )


def untouched(key, row):
    """Whether the row still says exactly what was downloaded; never for one that does not know."""
    base = read_base(row.seen)
    if base is None or row.bad:
        return False
    names = [name for name in COMPARED[key] if name in row.values and name != "action"]
    return all(digest_of(row.values[name]) == base.get(name, "") for name in names)
