"""What saving an uploaded budget workbook would do. Nothing is written here.

Three sides are held together, cell by cell: what the workbook held when it was downloaded (its hidden digests), what it
says now, and what the tracker says now. What was not touched in the workbook stays as it is, whatever happened in the
tracker since; what was changed on both sides is asked about. What is not the institution's to change now is left out, and
said so at its row; what is wrong is an error at its cell. Rows that are gone are removed only when a person says so.
"""

from collections import defaultdict
from copy import deepcopy

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.workbook.columns import AMOUNTS, MONTHS, unit_of
from budgets.workbook.content import COMPARED, TO_READ
from budgets.workbook.export import record_digest
from budgets.workbook.items import BLANK, REMOVE, STAY, Difference, Gone, Item
from budgets.workbook.matching import Matching, item_id
from budgets.workbook.rules import Rules
from frameworks.formatting import format_number
from frameworks.workbook.bases import digest_of, read_base
from frameworks.workbook.columns import Kind
from frameworks.workbook.content import is_blank, said
from frameworks.workbook.deciding import Change
from frameworks.workbook.pages import shown

HANDED_IN = gettext_lazy("The operational plan of {pillar} is handed in: take it back to change this.")


def compare(parsed, content, *, remove=False):
    """The Difference between a Parsed workbook and the Content of its institution and year. No queries.

    remove: what is no longer in the workbook is to be removed.
    """
    return _Comparing(parsed, content).difference(remove)


class _Comparing(Matching):
    def __init__(self, parsed, content):
        super().__init__(parsed, content, deepcopy(parsed.doubts))  # the file may be compared again
        self.rules = Rules(self)

    def difference(self, remove):
        self.match()
        for items in self.items.values():
            for item in items:
                if item.record is not None:
                    self._existing(item)
                elif not item.why:
                    self._new(item)
                if item.why:
                    self._tell_left_out(item)
        gone = self._gone()
        self.rules.check_doubles(self.items["lines"], self.content.records["lines"], gone if remove else ())
        items = [item for items in self.items.values() for item in items]
        return Difference(self.content, items, gone, self.doubts.all(), remove)

    def _tell_left_out(self, item):
        source = item.left[0].source if item.left else item.source
        self.doubts.warning("left_out", source, gettext_lazy("Not saved. {why}"), why=item.why)

    # Rows that the tracker has

    def _existing(self, item):
        record, base = item.record, read_base(item.row.seen)
        values = {key: item.row.values[key] for key in COMPARED[item.sheet] if key in item.row.values}
        if item.sheet == "costs":
            values["action"] = item_id(item.action)
        if base is not None:
            self._refuse_read_only(item, values, base)
        units, loose = {}, self._currency_moves(item, values, base)
        for key in values:
            if key not in TO_READ:
                unit = "money" if loose and key in (*AMOUNTS, "currency") else unit_of(item.sheet, key)
                units.setdefault(unit, []).append(key)
        bad = {unit_of(item.sheet, key) for key in item.row.bad}
        for unit, keys in units.items():
            if unit not in bad and not (unit == "money" and bad & set(keys)):
                self._unit(item, values, base, keys)
        self.rules.check(item, record.instance, item.taken | item.clashing)

    def _refuse_read_only(self, item, values, base):
        for key in TO_READ:
            if key in values:
                mine, online = digest_of(values[key]), digest_of(item.record.values[key])
                if mine not in (base.get(key, ""), online):
                    words = gettext_lazy("This is only to read here: put “{old}” back.")
                    old = self._shown(item.sheet, key, item.record.values[key])
                    self.error("read_only", item.row, key, words, old=old)

    def _currency_moves(self, item, values, base):
        """Whether the currency of a line changed on one side: then its amounts are a matter of both at once."""
        if item.sheet != "lines" or "currency" not in values:
            return False
        mine, online = digest_of(values["currency"]), digest_of(item.record.values["currency"])
        return base is not None and not mine == online == base.get("currency", "")

    def _unit(self, item, values, base, keys):
        """Takes the cells of one unit from the workbook, leaves them as they are, leaves them out, or asks."""
        record = item.record
        online = {key: digest_of(record.compared[key]) for key in keys}
        mine = {key: digest_of(values[key]) for key in keys}
        before = None if base is None else {key: base.get(key, "") for key in keys}
        if mine in (before, online):
            return
        moved = [key for key in keys if mine[key] != online[key]]
        changes = self._changes(item, keys, moved, record.compared, values)
        shut = [key for key in moved if key not in record.boxes]
        if shut and not self.content.is_locked(record.pillar):
            words = gettext_lazy("The line was handed in with this: clear its row and add another instead.")
            for key in shut:
                self.error("handed_in_with", item.row, key, words)
        elif shut:
            item.left += changes
            item.why = self.handed_in(record.pillar)
        else:
            clash = before is None or online != before
            (item.clashing if clash else item.taken).update({key: values[key] for key in keys})
            (item.clashes if clash else item.changes).extend(changes)

    def handed_in(self, pillar):
        return str(HANDED_IN).format(pillar=f"{pillar.code} {pillar.name}")

    # New rows

    def _new(self, item):
        values = {
            key: item.row.values[key]
            for key in COMPARED[item.sheet]
            if key in item.row.values and key not in TO_READ
        }
        for key in TO_READ:
            if item.sheet == "lines" and not is_blank(item.row.values.get(key)):
                words = gettext_lazy("This is only to read here: empty the cell.")
                self.error("read_only", item.row, key, words)
        if item.sheet == "costs":
            values["action"] = item_id(item.action)
        item.why = self._why_not(item)
        item.taken = {key: value for key, value in values.items() if not is_blank(value)}
        keys = [key for key in values if key in item.taken and key not in item.row.bad]
        changes = self._changes(item, keys, keys, {}, values)
        (item.left if item.why else item.changes).extend(changes)
        if item.why:
            item.taken = {}
        else:
            self.rules.check_new(item)

    def _why_not(self, item):
        """Why a new row is left out; "" when it is not."""
        action = item.action
        if isinstance(action, Item) and action.record is None and action.why:
            return _("Its action is not saved: see there.")
        pillar = item.activity.output.goal.pillar if item.activity else None
        return self.handed_in(pillar) if pillar is not None and self.content.is_locked(pillar) else ""

    # As it is shown

    def _changes(self, item, keys, moved, old, new):
        if set(keys) <= MONTHS.keys():
            first = next((key for key in moved), keys[0] if keys else "")
            if not first:
                return []
            return [Change(_("Months"), _months(old), _months(new), item.row.source(first))]
        months = [key for key in moved if key in MONTHS]
        found = [
            Change(
                self.columns[item.sheet][key].header(self.content.plan),
                self._shown(item.sheet, key, old.get(key)),
                self._shown(item.sheet, key, new[key]),
                item.row.source(key),
            )
            for key in moved
            if key not in MONTHS
        ]
        if months:
            found.append(Change(_("Months"), _months(old), _months(new), item.row.source(months[0])))
        return found

    def _shown(self, sheet, key, value):
        if is_blank(value):
            return ""
        column = self.columns[sheet][key]
        if key == "action":
            return self._name_of_action(value)
        if column.kind == Kind.NUMBER:
            return format_number(value)
        return str(shown(value, column)) if column.kind == Kind.CHOICE else said(value)

    def _name_of_action(self, key):
        for item in self.items["actions"]:
            if item.key == key:
                return f"{item.row.values.get('number', '')} {item.row.values.get('title', '')}".strip()
        return next((one.label for one in self.content.records["actions"] if one.id == key), "")

    # Rows that are gone

    def _gone(self):
        found = {}
        for key, items in self.items.items():
            claimed = {item.record.id for item in items if item.record}
            exported = self.parsed.exported[key]
            if key in self.parsed.sheets:
                for record in self.content.records[key]:
                    if record.id in exported and record.id not in claimed:
                        found[record.id] = self._gone_one(record, exported[record.id])
        used = {item_id(item.action) for item in self.items["costs"]}
        staying = defaultdict(int)
        for record in self.content.records["costs"]:
            gone = found.get(record.id)
            if gone is None or gone.outcome == STAY:
                staying[record.compared["action"]] += 1
        for one in found.values():
            has_costs = one.record.id in used or staying[one.record.id]
            if one.record.sheet == "actions" and one.outcome == REMOVE and has_costs:
                one.outcome, one.why = STAY, _("It has cost lines that stay.")
        return list(found.values())

    def _gone_one(self, record, exported):
        if self.content.is_locked(record.pillar):
            return Gone(record, STAY, self.handed_in(record.pillar))
        if record_digest(record) != exported.digest:
            return Gone(record, STAY, _("It was changed in the tracker since the download."))
        line = record.instance if record.sheet == "lines" else None
        if line is not None and record.official:
            if line.drafted is None:
                return Gone(record, STAY, _("It was handed in once, and proposes nothing any more."))
            return Gone(record, BLANK, _("It was handed in once: it stays, without a proposed amount."))
        if line is not None and not (line.released is None and line.spent is None):
            return Gone(record, STAY, _("Released or spent money is written on it."))
        return Gone(record, REMOVE)


def _months(values):
    return ", ".join(str(number) for key, number in MONTHS.items() if values.get(key))
