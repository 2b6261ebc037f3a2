"""Writing operational plans: beginning one, its note, its actions with their cost lines (lines: budget_lines.py).

What an institution drafts is its own while the plan is with it (draft, returned).

Everything here locks the operational plan first, so that nothing slips in while it is being handed in. A row that is to
stand under an activity locks the plan's structure before, so that the activity does not move to another pillar meanwhile.
"""

from dataclasses import dataclass
from decimal import Decimal

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.currencies import offered
from budgets.models import (
    BudgetLine,
    CostItem,
    FundingSource,
    OperationalAction,
    OperationalPlan,
)
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.operations.moving import locked_plan
from frameworks.permissions import Permission, require_permission

#: What it writes of an action.
ACTION_FIELDS = frozenset({"activity", "title", "unit_responsible", "months", "inputs"})


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost line as it should be. pk None: a new one. quantity × unit_cost, in `currency`; no source: not found yet."""

    description: str
    quantity: Decimal
    unit_cost: Decimal
    currency: str
    unit: str = ""
    funding_source: FundingSource | None = None
    pk: int | None = None


# History and versions


def action_history(action):
    """Sources for frameworks.history: the action and its cost lines, also those that were removed."""
    return [
        Source(OperationalAction, {"pgh_obj": action.pk}, hidden=frozenset({"operational_plan"})),
        Source(
            CostItem,
            {"action": action.pk},
            label=lambda event: _("Cost line “%(name)s”") % {"name": event.description},
            whole=True,
        ),
    ]


def plan_history(operational_plan):
    """Sources for frameworks.history: the operational plan with all that it holds and held. For its own institution only."""
    actions = OperationalAction.pgh_event_model.objects.filter(operational_plan=operational_plan.pk)
    hidden = frozenset({"operational_plan"})
    return [
        Source(
            OperationalPlan,
            {"pgh_obj": operational_plan.pk},
            hidden=frozenset({"plan", "institution", "pillar", "year", "submitted_at", "submitted_by"}),
        ),
        Source(
            OperationalAction,
            {"operational_plan": operational_plan.pk},
            label=lambda event: _("Action “%(name)s”") % {"name": _short(event.title)},
            hidden=hidden,
            whole=True,
            words=lambda: operational_plan.plan.words,
        ),
        Source(
            CostItem,
            {"action__in": actions.values("pgh_obj_id")},
            label=lambda event: _("Cost line “%(name)s”") % {"name": event.description},
            hidden=frozenset({"action"}),
            whole=True,
        ),
        Source(
            BudgetLine,
            {"operational_plan": operational_plan.pk},
            label=lambda event: (
                _("Budget line %(name)s")
                % {"name": event.reference or event.description or f"№ {event.pgh_obj_id}"}
            ),
            hidden=hidden,
            whole=True,
            words=lambda: operational_plan.plan.words,
        ),
    ]


def _short(text):
    return text if len(text) <= 80 else f"{text[:79]}…"


def action_version(action):
    return version_of(*action_history(action))


def note_version(operational_plan):
    return version_of(*plan_history(operational_plan)[:1])


# The operational plan


@explained(OperationalPlan)
def begin_plan(*, plan, institution, pillar, year, by, at):
    """The operational plan of the institution, pillar and year: the one that is there, or a new draft.

    Raises PermissionDenied, and ValidationError where the year is none of the plan's.
    """
    row = OperationalPlan(plan=plan, institution=institution, pillar=pillar, year=year)
    require_permission(by, Permission.EDIT_BUDGET, row)
    if year not in plan.years:
        raise ValidationError(_("%(year)s is no year of this plan.") % {"year": year})
    with transaction.atomic(), pghistory.context(user=by.pk, action="begin operational plan"):
        there = OperationalPlan.objects.filter(institution=institution, pillar=pillar, year=year).first()
        if there is None:
            row.full_clean()
            row.save()
        return there or row


def save_note(*, operational_plan, note, by, at, version=""):
    """What the working group should know of the plan. Raises PermissionDenied, Stale, ValidationError once it is handed in."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="save note"):
        locked = lock_editable(operational_plan, by)
        current = note_version(locked)
        if version and version != current:
            raise Stale(current)
        if locked.note != note:
            locked.note = note
            locked.full_clean()
            locked.save(update_fields=["note"])
    return locked


def lock_own(operational_plan, by):
    """The operational plan as it is now, locked, if `by` writes in it."""
    locked = (
        OperationalPlan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("plan", "institution", "pillar")
        .get(pk=operational_plan.pk)
    )
    require_permission(by, Permission.EDIT_BUDGET, locked)
    return locked


def lock_editable(operational_plan, by):
    locked = lock_own(operational_plan, by)
    if not locked.is_editable:
        raise ValidationError(_("It is handed in and locked: take it back first."), code="locked")
    return locked


def stored_row(model, row, version, version_now):
    """The row as it is stored; None for a new one. Raises Stale, and ValidationError where it is gone."""
    if not row.pk:
        return None
    before = model.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if before is None:
        raise ValidationError(_("It was removed in the meantime."), code="gone")
    current = version_now(before)
    if version and version != current:
        raise Stale(current)
    return before


def hold_structure(operational_plan, before, row):
    """Nothing moves to another pillar while a row is put under an activity. Before any other lock, as structure does it."""
    if before is None or row.activity_id != before:
        locked_plan(operational_plan.plan_id)


def check_activity(operational_plan, activity, *, is_new):
    if activity.output.goal.pillar_id != operational_plan.pillar_id:
        raise ValidationError(
            {"activity": _("%(code)s is not of this pillar.") % {"code": activity.code}}, code="pillar"
        )
    if is_new and activity.retired_on:
        raise ValidationError(
            {"activity": _("%(code)s is retired: nothing new is planned under it.") % {"code": activity.code}}
        )


def check_source(operational_plan, source, *, is_new, field="funding_source"):
    if source.plan_id != operational_plan.plan_id:
        raise ValidationError({field: _("This funding source is not of this plan.")})
    if is_new and source.retired_on:
        raise ValidationError(
            {field: _("%(name)s is retired: choose another funding source.") % {"name": source}}
        )


def check_currency(operational_plan, currency, kept=""):
    if currency not in offered(operational_plan.plan.currency, kept):
        raise ValidationError({"currency": _("Choose a currency.")})


# Actions and their cost lines


def save_action(*, action, by, at, changed=None, costs=None, version=""):
    """Saves an action: a new one, or the fields of ACTION_FIELDS named in `changed` (None: all of them).

    costs: its cost lines as they should be (see `save_cost_items`); None: they stay. Raises PermissionDenied, Stale, and
    ValidationError by field, for cost lines by `costs`; also once the plan is handed in.
    """
    with (
        explained(OperationalAction, CostItem),
        transaction.atomic(),
        pghistory.context(user=by.pk, action="save action"),
    ):
        present = OperationalAction.objects.filter(pk=action.pk).values_list("activity", flat=True).first()
        hold_structure(action.operational_plan, present, action)
        plan = lock_editable(action.operational_plan, by)
        before = stored_row(OperationalAction, action, version, action_version)
        refuse_foreign(before, action)
        fields = ACTION_FIELDS if changed is None else ACTION_FIELDS & set(changed)
        if before is None or "activity" in fields:
            check_activity(
                plan, action.activity, is_new=before is None or before.activity_id != action.activity_id
            )
        action.months = sorted(set(action.months or []))
        if before is None:
            action.order = _next_order(OperationalAction.objects.filter(operational_plan=plan))
            action.full_clean(exclude=["operational_plan"])
            action.save(force_insert=True)
        elif fields:
            action.full_clean(exclude=["operational_plan"])
            action.save(update_fields=sorted(fields))
        if costs is not None:
            _set_costs(plan, action, costs)
    return action


@explained(CostItem)
def save_cost_items(*, action, costs, by, at, version=""):
    """Makes the cost lines of an action those of `costs` (Cost), in their order; what is not among them is removed.

    Raises PermissionDenied, Stale, and ValidationError at `costs`, naming the line; also once the plan is handed in.
    """
    with transaction.atomic(), pghistory.context(user=by.pk, action="save cost lines"):
        plan = lock_editable(action.operational_plan, by)
        stored = stored_row(OperationalAction, action, version, action_version)
        _set_costs(plan, stored, costs)
    return stored


def _set_costs(plan, action, costs):
    there = {one.pk: one for one in action.cost_items.select_related("funding_source")}
    wanted = {one.pk for one in costs if one.pk in there}
    for pk, row in there.items():
        if pk not in wanted:
            row.delete()
    for order, cost in enumerate(costs):
        row = there.get(cost.pk) or CostItem(action=action)
        said = (order, cost.description, cost.unit, cost.quantity, cost.unit_cost, cost.currency)
        source = cost.funding_source.pk if cost.funding_source else None
        known = (row.order, row.description, row.unit, row.quantity, row.unit_cost, row.currency)
        if row.pk and said == known and source == row.funding_source_id:
            continue
        try:
            if cost.funding_source:
                check_source(plan, cost.funding_source, is_new=source != row.funding_source_id)
            check_currency(plan, cost.currency, row.currency)
            row.order, row.description, row.unit, row.quantity, row.unit_cost, row.currency = said
            row.funding_source = cost.funding_source
            row.full_clean(exclude=["action"])
        except ValidationError as error:
            words = _("Cost line %(number)s: %(problem)s")
            raise ValidationError(
                {"costs": [words % {"number": order + 1, "problem": one} for one in error.messages]}
            ) from error
        row.save()


def remove_action(*, action, by, at, version=""):
    """Removes an action with its cost lines; the history keeps them. Raises PermissionDenied, Stale, ValidationError."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="remove action"):
        lock_editable(action.operational_plan, by)
        stored = stored_row(OperationalAction, action, version, action_version)
        refuse_foreign(stored, action)
        stored.delete()


def refuse_foreign(before, row):
    """A row stays in the operational plan that it was made in."""
    if before is not None and before.operational_plan_id != row.operational_plan_id:
        raise ValidationError(_("It belongs to another operational plan."))


def _next_order(rows):
    last = rows.order_by("-order").values_list("order", flat=True).first()
    return 0 if last is None else last + 1
