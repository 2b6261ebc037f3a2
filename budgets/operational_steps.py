"""The recorded steps of an operational plan in words, and which amounts changed between two handings-in."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy

from budgets.models import BudgetLine, OperationalPlan, OperationalState
from frameworks.models import StateChange
from frameworks.workflow import history_of

#: action → (what the person did, tone of the timeline).
DONE = {
    "submit": (gettext_lazy("handed it in"), "info"),
    "withdraw": (gettext_lazy("took it back"), "neutral"),
    "return": (gettext_lazy("returned it"), "warn"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline."""

    change: StateChange
    done: str
    tone: str


def timeline(operational_plan):
    """The steps of an operational plan, newest first; one query."""
    return [
        Step(change, *(str(one) for one in DONE.get(change.action, (change.to_state, "neutral"))))
        for change in history_of(operational_plan).order_by("-at", "-pk")
    ]


@dataclass(frozen=True, slots=True)
class AmountChange:
    """The proposed amount of one line, before and after; None: it was not proposed, or is no longer."""

    line: BudgetLine
    old: Decimal | None
    new: Decimal | None


def drafted_changes(content):
    """AmountChanges: what handing in would change of what was handed in last. For the plan's own institution only."""
    return [
        AmountChange(line, line.proposed, line.drafted)
        for line in content.lines
        if line.drafted != line.proposed
    ]


def handed_in_changes(operational_plan, content):
    """AmountChanges that the latest handing-in brought; [] after the first one. Two queries, one before the second."""
    latest = _latest_of_several(operational_plan)
    if latest is None:
        return []
    before, found = {}, {}
    events = BudgetLine.pgh_event_model.objects.filter(operational_plan=operational_plan.pk).order_by(
        "pgh_id"
    )
    for pk, context, proposed in events.values_list("pgh_obj", "pgh_context", "proposed"):
        if context == latest and before.get(pk) != proposed:
            found[pk] = before.get(pk), proposed
        before[pk] = proposed
    return [AmountChange(line, *found[line.pk]) for line in content.lines if line.pk in found]


def _latest_of_several(operational_plan):
    """The context (pghistory) of the latest handing-in; None where there was one only."""
    events = OperationalPlan.pgh_event_model.objects.filter(pgh_obj=operational_plan.pk).order_by("pgh_id")
    found, was = [], OperationalState.DRAFT
    for state, context in events.values_list("state", "pgh_context"):
        if state == OperationalState.SUBMITTED != was:
            found.append(context)
        was = state
    return found[-1] if len(found) > 1 else None
