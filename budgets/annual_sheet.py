"""One annual plan with all that its page shows, on screen and on paper."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max

from budgets.annual import Amount, decisions_of, leading, missing_rates, rates_used
from budgets.drawing import drifts_of, no_longer_asked, present_rows
from budgets.models import (
    AnnualPlan,
    AnnualPlanLine,
    Decision,
    OperationalAction,
    OperationalPlan,
    OperationalState,
)
from budgets.models.annual import DECIDED_ANNUAL
from budgets.months import short_months_text
from budgets.rates import load_rates
from budgets.responsible import activities_in_nobodys_plan
from budgets.states import agreed_of
from frameworks.models import StateChange


@dataclass
class Line:
    """One line of an annual plan as it is shown. asked, decided: in the plan's currency, None without a rate.

    before: what an earlier version had approved for it.
    """

    row: AnnualPlanLine
    asked: Decimal | None
    decided: Decimal | None
    before: Decimal | None = None

    @property
    def budget_line(self):
        return self.row.budget_line

    @property
    def is_changed(self):
        return self.row.decided is not None and self.row.decided != self.row.asked

    @property
    def is_refused(self):
        return self.row.decided == 0 and self.row.asked != 0


@dataclass(frozen=True, slots=True)
class Action:
    """What an institution does under an activity, as one line."""

    institution: object
    title: str
    details: str


@dataclass
class Part:
    """Lines of one thing (an activity, an institution, a source) with their sums."""

    thing: object
    asked: Amount
    decided: Amount
    lines: list = field(default_factory=list)
    actions: list = field(default_factory=list)
    plan: OperationalPlan | None = None
    is_newer: bool = False  # handed in again since the annual plan was drawn


@dataclass
class Sheet:
    """One annual plan with all that its page shows."""

    annual_plan: AnnualPlan
    activities: list
    institutions: list
    sources: list
    asked: Amount
    decided: Amount
    on_budget: list
    left_out: list
    rates: dict
    agreements: list
    decision: Decision | None
    drift: object
    drawn_at: object
    dropped: list
    unplanned: list
    has_before: bool = False

    @property
    def missing(self):
        return missing_rates(self.asked, self.annual_plan.year)

    @property
    def lines(self):
        return [line for part in self.activities for line in part.lines]

    @property
    def newer(self):
        return [part for part in self.institutions if part.is_newer]

    @property
    def not_handed_in(self):
        return [one for one in self.institutions if one not in self.handed_in]

    @property
    def handed_in(self):
        return [one for one in self.institutions if one.plan and one.plan.state == OperationalState.SUBMITTED]


def load_sheet(annual_plan):
    """The Sheet of one annual plan; a fixed number of queries, whatever it holds."""
    plan, year = annual_plan.plan, annual_plan.year
    rates = load_rates(plan)
    before = _approved_before(annual_plan)
    lines, left_out = [], []
    for row in present_rows([annual_plan]):
        line = Line(
            row,
            rates.convert(row.asked, row.currency, year),
            rates.convert(row.decided, row.currency, year),
            before.get(row.budget_line_id),
        )
        (left_out if row.is_left_out else lines).append(line)
    actions = _actions(annual_plan)
    drawn_at = _drawn_at(annual_plan)
    parts = _Parts(plan.currency)
    whole = parts.of(lines)
    is_open = annual_plan.state not in DECIDED_ANNUAL
    return Sheet(
        annual_plan=annual_plan,
        activities=parts.by_activity(lines, actions),
        institutions=_with_plans(annual_plan, parts.by_institution(lines), drawn_at),
        sources=parts.by(lines, lambda line: line.budget_line.funding_source),
        asked=whole.asked,
        decided=whole.decided,
        on_budget=[
            (passes, part)
            for passes in (True, False, None)
            if (part := parts.of([one for one in lines if one.budget_line.funding_source.on_budget is passes])).lines
        ],
        left_out=left_out,
        rates=rates_used(rates, [one.row.currency for one in lines], year),
        agreements=agreed_of([annual_plan])[annual_plan.pk],
        decision=decisions_of([annual_plan]).get(annual_plan.pk),
        drift=drifts_of([annual_plan])[annual_plan.pk],
        drawn_at=drawn_at,
        dropped=no_longer_asked([annual_plan])[annual_plan.pk] if is_open and annual_plan.version > 1 else [],
        unplanned=_unplanned(annual_plan),
        has_before=any(one.before is not None for one in lines),
    )  # fmt: skip


class _Parts:
    """Groups lines and adds them up."""

    def __init__(self, currency):
        self.currency = currency

    def _part(self, thing=None):
        return Part(thing, Amount(self.currency), Amount(self.currency))

    def _put(self, part, line):
        part.lines.append(line)
        part.asked.add(line.row.asked, line.row.currency, line.asked)
        part.decided.add(line.row.decided, line.row.currency, line.decided)

    def of(self, lines):
        part = self._part()
        for line in lines:
            self._put(part, line)
        return part

    def by(self, lines, thing_of):
        found = {}
        for line in lines:
            thing = thing_of(line)
            self._put(found.setdefault(thing.pk, self._part(thing)), line)
        return list(found.values())

    def by_institution(self, lines):
        return self.by(lines, lambda line: line.budget_line.operational_plan.institution.successor)

    def by_activity(self, lines, actions):
        """Activities with their lines and actions; also those on which something is done without money."""
        found = {one.thing.pk: one for one in self.by(lines, lambda line: line.budget_line.activity)}
        for action in actions:
            part = found.setdefault(action.activity_id, self._part(action.activity))
            details = [short_months_text(action.months), action.unit_responsible]
            part.actions.append(
                Action(
                    action.operational_plan.institution.successor,
                    action.title,
                    "; ".join(one for one in details if one),
                )
            )
        return sorted(found.values(), key=lambda part: part.thing.sort_key)


def _approved_before(annual_plan):
    """budget line id → what the latest approval before the present version gave it."""
    if annual_plan.version == 1:
        return {}
    rows = AnnualPlanLine.objects.filter(
        annual_plan=annual_plan, version__lt=annual_plan.version, decided__isnull=False
    )
    return dict(rows.order_by("version").values_list("budget_line", "decided"))


def _actions(annual_plan):
    """What is done, of the operational plans that are handed in."""
    return list(
        OperationalAction.objects.filter(
            operational_plan__pillar=annual_plan.pillar_id,
            operational_plan__year=annual_plan.year,
            operational_plan__state=OperationalState.SUBMITTED,
        )
        .select_related("activity", "operational_plan__institution__merged_into")
        .order_by("activity__sort_key", "operational_plan__institution__acronym", "operational_plan", "order", "pk")
    )  # fmt: skip


def _drawn_at(annual_plan):
    """When it was drawn last, as the one door has it; None where no step says so."""
    return StateChange.objects.filter(
        subject_type=ContentType.objects.get_for_model(AnnualPlan), subject_id=annual_plan.pk, action="draw"
    ).aggregate(at=Max("at"))["at"]


def _with_plans(annual_plan, parts, drawn_at):
    """Every institution of which an operational plan is expected, or that handed one in; by name.

    What an institution planned before it was merged into another stands under the one that carries it on.
    """
    found = {part.thing.pk: part for part in parts}
    leads = [
        one.institution
        for one in leading(annual_plan.plan, annual_plan.year)
        if one.pillar_id == annual_plan.pillar_id
    ]
    there = OperationalPlan.objects.filter(
        pillar=annual_plan.pillar_id, year=annual_plan.year
    ).select_related("institution__merged_into")
    by_institution = {}
    for one in sorted(there, key=lambda one: one.state == OperationalState.SUBMITTED):
        by_institution[one.institution.successor] = one
    handed_in = [
        institution for institution, one in by_institution.items() if one.state == OperationalState.SUBMITTED
    ]
    for institution in [*leads, *handed_in]:
        amounts = Amount(annual_plan.plan.currency), Amount(annual_plan.plan.currency)
        found.setdefault(institution.pk, Part(institution, *amounts))
    for part in found.values():
        part.plan = by_institution.get(part.thing)
        part.is_newer = bool(
            drawn_at
            and annual_plan.is_editable
            and part.plan
            and part.plan.state == OperationalState.SUBMITTED
            and part.plan.submitted_at
            and part.plan.submitted_at > drawn_at
        )
    return sorted(found.values(), key=lambda part: str(part.thing).lower())


def _unplanned(annual_plan):
    """Activities that are scheduled for the year and stand in no operational plan that was handed in."""
    rows = activities_in_nobodys_plan(annual_plan.plan, annual_plan.year)
    return list(rows.filter(output__goal__pillar=annual_plan.pillar_id))
