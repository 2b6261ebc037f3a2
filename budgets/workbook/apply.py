"""Saves what the preview of an uploaded budget workbook showed, through the operations of the pages: all or nothing."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.models import BudgetLine, OperationalAction, OperationalPlan
from budgets.operations.budget_lines import remove_line, save_line
from budgets.operations.planning import Cost, begin_plan, remove_action, save_action, save_cost_items
from budgets.operations.workbook import close_upload
from budgets.workbook.compare import compare
from budgets.workbook.content import load_content
from budgets.workbook.matching import item_id
from budgets.workbook.parse import read_budget
from budgets.workbook.rules import fill
from frameworks.operations.moving import locked_plan
from frameworks.workbook.deciding import NotSaved, refuse

_COST = ("description", "quantity", "unit_cost", "currency", "unit", "source")


def read_upload(upload):
    """The Parsed workbook of a kept upload. Raises UnreadableWorkbook, or OSError when the file is gone."""
    with upload.file.open("rb") as file:
        return read_budget(
            file,
            filename=upload.file_name,
            plan=upload.plan,
            institution=upload.institution,
            year=upload.year,
        )


def preview(upload, *, remove=False):
    """The Difference between a kept upload and the tracker as it is now."""
    content = load_content(plan=upload.plan, institution=upload.institution, year=upload.year)
    return compare(read_upload(upload), content, remove=remove)


def apply_upload(*, upload, by, at, fingerprint, choices, remove=False):
    """Saves a previewed upload and returns the Difference that was saved.

    `fingerprint`: of the preview that the person saw; `choices`: key of an item → MINE or ONLINE for the rows that were
    changed on both sides; remove: what is gone is removed. Raises NotSaved; PermissionDenied; StateConflict (409) when the
    upload is saved or gone.
    """
    try:
        with transaction.atomic():
            # In the order of operations/planning.py. Two uploads at once, or an upload and a page, come in one after the other.
            locked_plan(upload.plan_id)
            plans = OperationalPlan.objects.filter(institution=upload.institution, year=upload.year)
            list(plans.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))
            difference = preview(upload, remove=remove)
            moved = _("Something has changed since this preview. Look at the new preview before you save.")
            refuse(difference, fingerprint, choices, moved=moved)
            rows = _Saving(difference, choices, by, at).save()
            close_upload(upload=upload, by=by, at=at, summary={"rows": rows})
    except ValidationError as error:
        # The rules were checked at their cells; this is a rule that only saving knows.
        raise NotSaved(" ".join(error.messages), preview(upload, remove=remove)) from error
    return difference


class _Saving:
    def __init__(self, difference, choices, by, at):
        self.content, self.difference = difference.content, difference
        self.by, self.at, self.rows = by, at, 0
        self.values = {}  # key of an item → the values that are saved
        self.items = defaultdict(list)  # sheet → the items of which something is saved
        for item in difference.items:
            values = item.saved(choices.get(item.key))
            if values:
                self.values[item.key] = values
                self.items[item.sheet].append(item)
        self.removed = defaultdict(list)
        for one in difference.removed:
            self.removed[one.record.sheet].append(one.record)

    def save(self):
        """How many rows were written."""
        for record in self.removed["lines"]:
            remove_line(line=record.instance, by=self.by, at=self.at)
        self._save_actions()
        for record in self.removed["actions"]:
            remove_action(action=record.instance, by=self.by, at=self.at)
        self._save_lines()
        return len(self.values) + sum(map(len, self.removed.values()))

    def _plan_of(self, activity):
        """The operational plan under whose pillar the activity stands; begun where there is none yet."""
        pillar = activity.output.goal.pillar
        if pillar.pk not in self.content.plans:
            self.content.plans[pillar.pk] = begin_plan(
                plan=self.content.plan,
                institution=self.content.institution,
                pillar=pillar,
                year=self.content.year,
                by=self.by,
                at=self.at,
            )
        return self.content.plans[pillar.pk]

    # Actions and their cost lines

    def _save_actions(self):
        costs = self._costs()
        for item in self.items["actions"]:
            values = self.values[item.key]
            action = item.record.instance if item.record else OperationalAction()
            fields = fill(action, values, self.content)
            mine = costs.pop(item.key, None)
            if item.record is None:
                action.operational_plan = self._plan_of(item.activity)
            changed = fields if item.record else None
            save_action(action=action, changed=changed, costs=mine, by=self.by, at=self.at)
        actions = {record.id: record.instance for record in self.content.records["actions"]}
        gone = {record.id for record in self.removed["actions"]}
        for key, mine in costs.items():
            if key not in gone:  # they go with it
                save_cost_items(action=actions[key], costs=mine, by=self.by, at=self.at)

    def _costs(self):
        """Action → its cost lines as they should be, for every action of which one changes."""
        items = {item.record.id: item for item in self.items["costs"] if item.record}
        removed = {record.id for record in self.removed["costs"]}
        touched, costs = set(), defaultdict(list)
        for record in self.content.records["costs"]:
            home = record.compared["action"]
            if record.id in removed:
                touched.add(home)
                continue
            item, there = items.get(record.id), home
            values = self.values[item.key] if item else {}
            if item:
                there = values.get("action", home)
                touched |= {home, there}
            pk = record.instance.pk if there == home else None  # one that moves begins anew there
            costs[there].append(self._cost(record.values | values, pk))
        for item in self.items["costs"]:
            if item.record is None:
                there = item_id(item.action)
                touched.add(there)
                costs[there].append(self._cost(self.values[item.key], None))
        return {key: costs[key] for key in touched}

    def _cost(self, values, pk):
        said = {name: values[name] for name in _COST if name in values and name != "source"}
        return Cost(**said, funding_source=self.content.sources.get(values.get("source")), pk=pk)

    # Budget lines

    def _save_lines(self):
        """One that takes the place of another is saved after it: A → B, when B → C."""
        waiting = list(self.items["lines"])
        held = {self._place(item.record.compared): item.key for item in waiting if item.record}
        while waiting:
            free = [item for item in waiting if held.get(self._target(item), item.key) == item.key]
            for item in free or waiting[:1]:
                self._save_line(item)
                waiting.remove(item)
                if item.record:
                    held.pop(self._place(item.record.compared), None)

    def _place(self, values):
        return values.get("activity"), values.get("source"), values.get("reference", "")

    def _target(self, item):
        held = item.record.compared if item.record else {}
        return self._place(held | self.values[item.key])

    def _save_line(self, item):
        line = item.record.instance if item.record else BudgetLine()
        fields = fill(line, self.values[item.key], self.content)
        if item.record is None:
            line.operational_plan = self._plan_of(item.activity)
        save_line(line=line, changed=fields if item.record else None, by=self.by, at=self.at)
