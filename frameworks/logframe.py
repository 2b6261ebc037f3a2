"""The logframe as a tree of plain dataclasses: one loader for the page, with a fixed number of queries.

A small plan is loaded whole. From `COMPACT_FROM` activities and indicators on, the tree ends at its outputs with counts,
and one goal or output at a time is filled, page by page: the first view of 3,000 indicators stays light.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, Window
from django.db.models.functions import Coalesce, RowNumber

from frameworks import providers
from frameworks.models import Goal, Lead, Output

#: So many activities and indicators together are still shown at once.
COMPACT_FROM = 250
#: In a large plan: activities and own indicators of one goal or output on one page, and indicators shown of one activity.
PER_PAGE = 25
PER_ACTIVITY = 20


@dataclass
class ActivityNode:
    activity: object
    leads: list = field(default_factory=list)
    indicators: list = field(default_factory=list)
    indicator_count: int = 0
    status: object = None
    costs: tuple = ()
    is_roughly_costed: bool = False  # by an estimate of its whole output

    @property
    def hidden_indicators(self):
        return self.indicator_count - len(self.indicators)


@dataclass
class IndicatorNode:
    indicator: object
    figure: object = None


@dataclass
class Branch:
    """A goal or an output. `is_loaded`: its activities and indicators are here; else only how many there are."""

    row: object
    outputs: list = field(default_factory=list)
    activities: list = field(default_factory=list)
    indicators: list = field(default_factory=list)
    activity_count: int = 0
    indicator_count: int = 0
    own_indicator_count: int = 0
    standing: tuple = ()  # (status, count) of the indicators below, in the whole plan
    is_loaded: bool = True
    page: object = None

    @property
    def is_empty(self):
        return not (self.activity_count or self.indicator_count)


@dataclass
class PillarNode:
    pillar: object
    goals: list = field(default_factory=list)
    output_count: int = 0
    activity_count: int = 0
    indicator_count: int = 0
    standing: tuple = ()


@dataclass
class Logframe:
    pillars: list
    activity_count: int
    indicator_count: int
    is_compact: bool
    round: object
    standing: tuple = ()

    @property
    def is_empty(self):
        return not any(one.goals for one in self.pillars)


def load_logframe(filters, *, insider, part=None, page=1):
    """The Logframe of `filters` (a LogframeFilter).

    part: ("goal" or "output", code) to fill in a plan too large to be loaded whole. insider: shows costs.
    """
    activities = filters.activities().order_by("sort_key")
    indicators = filters.indicators().order_by("sort_key")
    shown_activities = list(activities[: COMPACT_FROM + 1])
    shown_indicators = list(indicators[: COMPACT_FROM + 1])
    compact = len(shown_activities) + len(shown_indicators) > COMPACT_FROM
    tree = _skeleton(filters)
    if compact:
        _count(tree, activities, indicators)
        branch = tree.branch_of(part)
        if branch is not None:
            _fill_part(tree, branch, activities, indicators, filters, insider, page)
    else:
        _fill(tree, shown_activities, shown_indicators, filters, insider)
    return tree.finished(filters, compact)


@dataclass
class _Tree:
    pillars: dict
    goals: dict
    outputs: dict

    def branch_of(self, part):
        level, code = part or (None, None)
        found = {"goal": self.goals, "output": self.outputs}.get(level, {})
        return next((branch for branch in found.values() if branch.row.code == code), None)

    def finished(self, filters, compact):
        """Adds up from below; what no filter left anything of is left out, empty parts of the whole plan stay."""
        for goal in self.goals.values():
            if filters.is_narrowed:
                goal.outputs = [one for one in goal.outputs if not one.is_empty]
            goal.activity_count = sum(one.activity_count for one in goal.outputs)
            goal.indicator_count = goal.own_indicator_count + sum(one.indicator_count for one in goal.outputs)
        for pillar in self.pillars.values():
            if filters.is_narrowed:
                pillar.goals = [one for one in pillar.goals if not one.is_empty]
            pillar.output_count = sum(len(one.outputs) for one in pillar.goals)
            pillar.activity_count = sum(one.activity_count for one in pillar.goals)
            pillar.indicator_count = sum(one.indicator_count for one in pillar.goals)
        kept = [one for one in self.pillars.values() if one.goals or not filters.is_narrowed]
        counts = self._add_standing(filters)
        return Logframe(
            pillars=kept,
            activity_count=sum(one.activity_count for one in kept),
            indicator_count=sum(one.indicator_count for one in kept),
            is_compact=compact,
            round=filters.standing.round,
            standing=counts.get(("plan", filters.plan.pk), ()),
        )

    def _add_standing(self, filters):
        """Rolls up the statuses; not beside what is narrowed down: those counts would be of something else."""
        counts = {} if filters.is_narrowed else filters.standing.rollup()
        for level, nodes in (("pillar", self.pillars), ("goal", self.goals), ("output", self.outputs)):
            for pk, node in nodes.items():
                node.standing = counts.get((level, pk), ())
        return counts


def _skeleton(filters):
    """Pillars, goals and outputs without what hangs on them. Two queries; the pillars come with the filters."""
    plan = filters.plan
    pillars = {one.pk: PillarNode(one) for one in filters.pillars}
    goals, outputs = {}, {}
    for row in Goal.objects.filter(plan=plan, retired_on__isnull=True).order_by("sort_key"):
        goals[row.pk] = Branch(row)
        pillars[row.pillar_id].goals.append(goals[row.pk])
    for row in Output.objects.filter(plan=plan, retired_on__isnull=True).order_by("sort_key"):
        if row.goal_id in goals:
            outputs[row.pk] = Branch(row)
            goals[row.goal_id].outputs.append(outputs[row.pk])
    return _Tree(pillars, goals, outputs)


def _fill(tree, activities, indicators, filters, insider):
    nodes = _activity_nodes(activities, filters, insider)
    figures = filters.standing.figures(indicators)
    for row in activities:
        if row.output_id in tree.outputs:
            branch = tree.outputs[row.output_id]
            branch.activities.append(nodes[row.pk])
            branch.activity_count += 1
    for row in indicators:
        node = IndicatorNode(row, figures.get(row.pk))
        if row.activity_id:
            owner = nodes.get(row.activity_id)
            if owner is None:
                continue
            owner.indicators.append(node)
            owner.indicator_count += 1
            branch = tree.outputs.get(owner.activity.output_id)
        else:
            branch = tree.outputs.get(row.output_id) or tree.goals.get(row.goal_id)
            if branch is not None:
                branch.indicators.append(node)
                branch.own_indicator_count += 1
        if branch is not None:
            branch.indicator_count += 1


def _count(tree, activities, indicators):
    """Counts only, two queries: what a large plan shows first."""
    for branch in (*tree.goals.values(), *tree.outputs.values()):
        branch.is_loaded = False
    for output, count in activities.order_by().values_list("output").annotate(Count("pk")):
        if output in tree.outputs:
            tree.outputs[output].activity_count = count
    rows = (
        indicators.order_by()
        .annotate(of_output=Coalesce(F("output"), F("activity__output")))
        .values_list("goal", "of_output")
        .annotate(all=Count("pk"), own=Count("pk", filter=Q(activity__isnull=True)))
    )
    for goal, output, count, own in rows:
        branch = tree.outputs.get(output) or tree.goals.get(goal)
        if branch is not None:
            branch.indicator_count += count
            branch.own_indicator_count += own


def _fill_part(tree, branch, activities, indicators, filters, insider, page):
    """One page of what hangs on a goal or an output: its own indicators first, then its activities."""
    level = "goal" if isinstance(branch.row, Goal) else "output"
    own = indicators.filter(**{level: branch.row})
    below = activities.filter(output=branch.row) if level == "output" else activities.none()
    items = [("indicator", pk) for pk in own.values_list("pk", flat=True)]
    items += [("activity", pk) for pk in below.values_list("pk", flat=True)]
    branch.page = Paginator(items, PER_PAGE).get_page(page)
    wanted = defaultdict(list)
    for kind, pk in branch.page:
        wanted[kind].append(pk)
    rows = list(below.filter(pk__in=wanted["activity"]))
    nodes = _activity_nodes(rows, filters, insider)
    of_activities = indicators.filter(activity__in=wanted["activity"])
    for pk, count in of_activities.order_by().values_list("activity").annotate(Count("pk")):
        nodes[pk].indicator_count = count
    nth = Window(RowNumber(), partition_by="activity", order_by="sort_key")
    shown = [
        *indicators.filter(pk__in=wanted["indicator"]),
        *of_activities.annotate(nth=nth).filter(nth__lte=PER_ACTIVITY),
    ]
    figures = filters.standing.figures(shown)
    for row in shown:
        owner = nodes[row.activity_id] if row.activity_id else branch
        owner.indicators.append(IndicatorNode(row, figures.get(row.pk)))
    branch.activities = [nodes[row.pk] for row in rows]
    branch.is_loaded = True


def _activity_nodes(activities, filters, insider):
    """activity id → ActivityNode with leads, status and costs, in four or so queries."""
    nodes = {row.pk: ActivityNode(row) for row in activities}
    for lead in Lead.objects.filter(activity__in=nodes).select_related("institution").order_by("order", "pk"):
        nodes[lead.activity_id].leads.append(lead)
    for pk, status in filters.standing.activity_statuses(activities).items():
        nodes[pk].status = status
    if insider:
        for pk, costs in providers.cost().totals(activities).items():
            nodes[pk].costs = costs
        for pk in providers.cost().roughly(activities):
            nodes[pk].is_roughly_costed = True
    return nodes
