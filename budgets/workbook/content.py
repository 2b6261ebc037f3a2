"""The operational plans and budget lines of an institution and a year as the rows of a workbook.

Loaded once, in a fixed number of queries; its parts are linked to each other in memory.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from budgets.currencies import offered
from budgets.models import (
    AnnualPlanLine,
    BudgetLine,
    CostItem,
    FundingSource,
    OperationalAction,
    OperationalPlan,
)
from budgets.workbook.columns import BOOKS, MONTHS
from frameworks.models import Activity, Lead
from frameworks.workbook.bases import write_base
from frameworks.workbook.content import plain, value_of

#: The columns that are compared: what the row's hidden digests stand for.
COMPARED = {
    "actions": ("activity", "title", "unit_responsible", *MONTHS, "inputs"),
    "costs": ("action", "description", "quantity", "unit", "unit_cost", "currency", "source"),
    "lines": (
        "activity", "source", "reference", "description", "currency", "drafted", "proposed", "approved", "released", "spent",
        "gender_tag",
    ),
}  # fmt: skip
#: Of a line: shown, decided elsewhere.
TO_READ = ("proposed", "approved")


@dataclass(slots=True)
class Record:
    """One row as the tracker has it. `values`: column key → what its cell says. `boxes`: the keys that may be changed now.

    `compared`: what is held against the workbook's row; the action of a cost line by its id, for its number is one of the
    workbook only. `official`: a line that was handed in or approved once.
    """

    id: str
    sheet: str
    instance: object
    values: dict
    compared: dict
    boxes: frozenset
    pillar: object
    official: bool = False

    @property
    def code(self):
        return self.values["activity"]

    @property
    def label(self):
        if self.sheet == "lines":
            return " · ".join(
                filter(None, [self.values[key] for key in ("source", "reference", "description")])
            )
        return self.values["title" if self.sheet == "actions" else "description"]

    def base(self):
        """The digests of its cells, by which one sees later which were changed offline, and which in the tracker."""
        return write_base(self.compared)


@dataclass
class Content:
    """`records`: sheet → [Record]. `plans`: pillar id → OperationalPlan. `activities`: code → Activity, retired ones too.

    `offered`: those that new rows may name. `sources`: code → FundingSource. `own`: ids of activities that it answers for.
    """

    plan: object
    institution: object
    year: int
    records: dict = field(default_factory=lambda: defaultdict(list))
    plans: dict = field(default_factory=dict)
    activities: dict = field(default_factory=dict)
    offered: list = field(default_factory=list)
    own: set = field(default_factory=set)
    sources: dict = field(default_factory=dict)

    @property
    def rows(self):
        return [record for records in self.records.values() for record in records]

    @property
    def usable_sources(self):
        return [one for one in self.sources.values() if one.retired_on is None]

    @property
    def currencies(self):
        """The plan's first, then those that its lines use, then the other ones that are offered."""
        used = sorted({record.values["currency"] for record in self.rows if "currency" in record.values})
        return offered(self.plan.currency, *used)

    @cached_property
    def _by_pk(self):
        activities = {one.pk: one for one in self.activities.values()}
        return activities, {one.pk: one for one in self.sources.values()}

    def activity_of(self, row):
        """The activity of a row, as it was loaded: following it costs no query."""
        return self._by_pk[0][row.activity_id]

    def source_of(self, row):
        return self._by_pk[1].get(row.funding_source_id)

    def is_locked(self, pillar):
        """Whether the operational plan of that pillar is handed in."""
        found = self.plans.get(pillar.pk)
        return found is not None and not found.is_editable

    @property
    def locked_pillars(self):
        return [one.pillar for one in self.plans.values() if not one.is_editable]


def load_content(*, plan, institution, year):
    """The Content of an institution and a year. The caller has said who may read it."""
    content = Content(plan, institution, year)
    _load_frame(content)
    plans = [one.pk for one in content.plans.values()]
    numbers = {}
    for action in _rows(OperationalAction, "operational_plan", plans):
        numbers[action.pk] = str(len(numbers) + 1)
        content.records["actions"].append(_action_record(content, action, numbers))
    actions = {one.instance.pk: one.instance for one in content.records["actions"]}
    place = {pk: number for number, pk in enumerate(actions)}
    costs = _rows(CostItem, "action__operational_plan", plans)
    costs.sort(key=lambda one: place[one.action_id])  # stable: each action's keep their order
    for cost in costs:
        cost.action = actions[cost.action_id]
        content.records["costs"].append(_cost_record(content, cost, numbers))
    lines = _rows(BudgetLine, "operational_plan", plans)
    official = _official(lines)
    for line in lines:
        content.records["lines"].append(_line_record(content, line, line.pk in official))
    return content


def _load_frame(content):
    """Plans, activities, sources: what rows hang on."""
    plan, institution = content.plan, content.institution
    for one in (
        OperationalPlan.objects.filter(plan=plan, institution=institution, year=content.year)
        .select_related("pillar")
        .order_by("pillar__order", "pillar__code", "pk")
    ):
        one.plan, one.institution = plan, institution
        content.plans[one.pillar_id] = one
    activities = Activity.objects.filter(plan=plan).select_related("output__goal__pillar")
    every = list(activities.order_by("output__goal__pillar__order", "sort_key", "pk"))
    content.activities = {one.code: one for one in every}
    content.own = set(
        Lead.objects.filter(institution=institution, activity__plan=plan).values_list("activity", flat=True)
    )
    pillars = set(content.plans)
    if institution.merged_into_id is None:
        pillars |= {one.output.goal.pillar_id for one in every if one.pk in content.own}
    content.offered = [
        one for one in every if one.retired_on is None and one.output.goal.pillar_id in pillars
    ]
    content.sources = {one.code: one for one in FundingSource.objects.filter(plan=plan).order_by("code")}


def _rows(model, path, plans):
    """The rows of those operational plans as the pages order them."""
    order = {
        OperationalAction: ("operational_plan__pillar__order", "activity__sort_key", "order", "pk"),
        CostItem: ("order", "pk"),
        BudgetLine: (
            "operational_plan__pillar__order",
            "activity__sort_key",
            "funding_source__code",
            "reference",
            "pk",
        ),
    }[model]
    return list(model.objects.filter(**{f"{path}__in": plans}).order_by(*order))


def _official(lines):
    """Ids of the lines that were handed in or approved once (operations/budget_lines.was_official), in two queries."""
    ids = [one.pk for one in lines]
    events = BudgetLine.pgh_event_model.objects.filter(pgh_obj__in=ids, proposed__isnull=False)
    drawn = AnnualPlanLine.objects.filter(budget_line__in=ids)
    return {
        *(one.pk for one in lines if one.proposed is not None or one.approved is not None),
        *events.values_list("pgh_obj", flat=True),
        *drawn.values_list("budget_line", flat=True),
    }


def _link(content, row):
    """Makes what a row hangs on the objects that were loaded; gives its pillar."""
    row.activity = content.activity_of(row)
    pillar = row.activity.output.goal.pillar
    row.operational_plan = content.plans[pillar.pk]
    return pillar


def _text_values(row, names):
    return {name: value_of(getattr(row, name)) for name in names}


def _activity_values(activity):
    return {"activity": activity.code, "activity_title": plain(activity.title)}


def _made(content, prefix, sheet, row, values, pillar, *, compared=None, free=None, official=False):
    keys = COMPARED[sheet]
    locked = content.is_locked(pillar)
    free = free or frozenset(keys)
    boxes = free & frozenset(BOOKS if sheet == "lines" else ()) if locked else free
    values["state"] = state_text(sheet, locked)
    held = {key: values[key] for key in keys} | (compared or {})
    return Record(f"{prefix}{row.pk}", sheet, row, values, held, frozenset(boxes), pillar, official)


def state_text(sheet, locked):
    if not locked:
        return _("Everything that is not grey")
    if sheet == "lines":
        return _("Handed in: only the reference, released and spent")
    return _("Handed in: nothing")


def _action_record(content, row, numbers):
    pillar = _link(content, row)
    values = _activity_values(row.activity) | {"number": numbers[row.pk]}
    values |= _text_values(row, ("title", "unit_responsible", "inputs"))
    values |= {key: number in row.months for key, number in MONTHS.items()}
    return _made(content, "a", "actions", row, values, pillar)


def _cost_record(content, row, numbers):
    action = row.action
    pillar = action.activity.output.goal.pillar
    row.funding_source = content.source_of(row)
    values = _activity_values(action.activity) | {
        "action": numbers[action.pk],
        "action_title": plain(action.title),
        "amount": row.amount,
        "source": row.funding_source.code if row.funding_source else "",
    }
    values |= _text_values(row, ("description", "quantity", "unit", "unit_cost", "currency"))
    return _made(content, "c", "costs", row, values, pillar, compared={"action": f"a{action.pk}"})


def _line_record(content, row, official):
    pillar = _link(content, row)
    row.funding_source = content.source_of(row)
    values = _activity_values(row.activity) | {"source": row.funding_source.code}
    names = (
        "reference",
        "description",
        "currency",
        "drafted",
        "proposed",
        "approved",
        "released",
        "spent",
        "gender_tag",
    )
    values |= _text_values(row, names)
    free = frozenset(COMPARED["lines"]) - frozenset(TO_READ)
    if official:
        free -= {"activity", "source", "currency"}
    return _made(content, "l", "lines", row, values, pillar, free=free, official=official)
