"""The rules that a row of an uploaded budget workbook is held to, each said at its cell. No queries.

They are those of budgets/operations, which have the last word when the rows are saved.
"""

from copy import copy

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from budgets.currencies import offered
from budgets.models import BudgetLine, CostItem, OperationalAction
from budgets.workbook.columns import AMOUNTS, BY_KEY, MONTHS
from budgets.workbook.items import Item
from frameworks.workbook.content import is_blank

MODELS = {"actions": OperationalAction, "costs": CostItem, "lines": BudgetLine}
_LINKS = ("operational_plan", "activity", "action", "funding_source", "months")
_NOT_NEGATIVE = {
    "costs": (("quantity", "unit_cost"), _("Quantity and unit cost cannot be negative.")),
    "lines": (AMOUNTS, _("An amount cannot be negative.")),
}


def fill(instance, values, content):
    """Sets the values of a row's cells on an instance; gives the names of the model's fields that they are."""
    fields = set()
    for key, value in values.items():
        if key == "activity":
            instance.activity = content.activities[value]
        elif key == "source":
            instance.funding_source = content.sources.get(value)
            key = "funding_source"
        elif key in MONTHS:
            continue
        elif key == "action":
            continue  # where it belongs is said in saving
        else:
            setattr(instance, key, value)
        fields.add(key)
    if values.keys() & MONTHS.keys():
        instance.months = [number for key, number in MONTHS.items() if values.get(key)]
        fields.add("months")
    return fields


class Rules:
    def __init__(self, comparing):
        self.comparing = comparing

    @property
    def content(self):
        return self.comparing.content

    def check(self, item, instance, values):
        """The rules of what a row of the tracker is to say: `values` of its cells."""
        if not values:
            return
        row, error = item.row, self.comparing.error
        self._check_filled(item, values)
        known = {key: value for key, value in values.items() if key not in row.bad}
        changed = copy(instance)
        fields = fill(changed, known, self.content)
        self._check_fields(item, changed, fields)
        for key in known.keys() & {"activity"}:
            self._check_activity(item, known[key])
        for key in known.keys() & {"source"}:
            source = self.content.sources.get(known[key])
            if source and source.retired_on and not self._keeps(item, key, known[key]):
                error("retired_source", row, key, _("“{code}” is retired: choose another funding source."), code=source.code)  # fmt: skip
        if not is_blank(known.get("currency")) and known["currency"] not in offered(
            self.content.plan.currency, item.record.values["currency"] if item.record else ""
        ):
            words = _("“{code}” is not among the currencies on the sheet “{sheet}”.")
            error("unknown_currency", row, "currency", words, code=known["currency"], sheet=self.comparing.titles["lists"])  # fmt: skip
        names, message = _NOT_NEGATIVE.get(item.sheet, ((), ""))
        for key in names:
            if known.get(key) is not None and known[key] < 0:
                error("negative", row, key, message)
        if "action" in known:
            self._check_action(item)

    def check_new(self, item):
        """The rules of a new row: what must be filled, and the others."""
        missing = [
            key
            for key, column in BY_KEY_REQUIRED[item.sheet].items()
            if key not in item.taken and key not in item.row.bad
        ]
        for key in missing:
            if key in item.row.sheet.at:
                self.comparing.error("blank", item.row, key, _("This cell must be filled."))
            else:
                header = BY_KEY_REQUIRED[item.sheet][key].header(self.content.plan)
                words = _("The column “{header}” is missing; a new row needs it.")
                self.comparing.error("column_missing", item.row, "", words, header=header)
        self.check(item, MODELS[item.sheet](), item.taken)

    def _check_filled(self, item, values):
        """A cell that must be filled was emptied."""
        needed = {*BY_KEY_REQUIRED[item.sheet], "currency"}
        for key, value in values.items():
            if key in needed and is_blank(value) and key not in item.row.bad:
                item.row.bad.add(key)
                self.comparing.error("blank", item.row, key, _("This cell must be filled."))

    def _check_fields(self, item, instance, fields):
        unchecked = {one.name for one in instance._meta.fields} - fields
        try:
            instance.clean_fields(exclude={*unchecked, *_LINKS})
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                for words in messages:
                    self.comparing.error("rule", item.row, name, "{words}", words=words)

    def _keeps(self, item, key, value):
        return item.record is not None and item.record.values[key] == value

    def _check_activity(self, item, code):
        activity = self.content.activities[code]
        pillar, row, error = activity.output.goal.pillar, item.row, self.comparing.error
        if self._keeps(item, "activity", code):
            return
        if item.record is not None and item.sheet != "costs" and pillar != item.record.pillar:
            words = _("“{code}” is not of the pillar {pillar}, in whose plan this row stands. Add a new row instead.")  # fmt: skip
            error("other_pillar", row, "activity", words, code=code, pillar=item.record.pillar.code)
        elif activity.retired_on:
            words = _("“{code}” is retired: nothing new is planned under it.")
            error("retired_activity", row, "activity", words, code=code)
        elif activity not in self.content.offered:
            words = _("Your institution does not work under the pillar of “{code}”.")
            error("foreign_pillar", row, "activity", words, code=code)

    def _check_action(self, item):
        """A cost line moves only to an action whose plan can be changed."""
        action = item.action
        record = action.record if isinstance(action, Item) else None
        if item.record is not None and isinstance(action, Item) and action.record is None and action.why:
            self.comparing.error(
                "action_left_out", item.row, "action", _("Its action is not saved: see there.")
            )
        if record is not None and self.content.is_locked(record.pillar):
            words = self.comparing.handed_in(record.pillar)
            self.comparing.error("action_locked", item.row, "action", "{words}", words=words)

    def check_doubles(self, items, records, removed):
        """Two budget lines for one activity, source and reference: the second says so at its cell."""
        gone = {one.record.id for one in removed if one.outcome == "remove"}
        claimed = {item.record.id for item in items if item.record}
        taken = {
            tuple(record.compared[key] for key in _LINE)
            for record in records
            if record.id not in claimed and record.id not in gone
        }
        for item in sorted(items, key=lambda one: bool(one.taken.keys() & set(_LINE))):
            if (item.record is None and item.why) or item.row.bad & set(_LINE):
                continue
            held = item.record.compared if item.record else {"reference": ""}
            key = tuple(item.taken.get(name, held.get(name)) for name in _LINE)
            if None in key:
                continue  # it has its error
            if key in taken:
                words = _("There is already a line for this activity, source and reference. Give it another reference.")  # fmt: skip
                self.comparing.error("line_twice", item.row, "reference", words)
            taken.add(key)


_LINE = ("activity", "source", "reference")
#: Sheet → the columns that every row must fill.
BY_KEY_REQUIRED = {
    key: {one.key: one for one in sheet.columns_of(None) if one.required and one.key != "activity"}
    | ({} if key == "costs" else {"activity": sheet.columns_of(None)[0]})
    for key, sheet in BY_KEY.items()
    if sheet.read
}
