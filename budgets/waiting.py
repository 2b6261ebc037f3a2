"""Which annual plans wait for a person: what co-leads and the steering committee find on their first screen."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import Agreement, AnnualPlan, AnnualPlanLine, BudgetState
from budgets.models.annual import EDITABLE_ANNUAL
from frameworks.permissions import Permission, has_permission, held_seats, scope_filter
from frameworks.sides import SIGNS

_WORDS = {
    BudgetState.SUBMITTED: gettext_lazy("To decide"),
    BudgetState.AGREED: gettext_lazy("To submit to the steering committee"),
    BudgetState.RETURNED: gettext_lazy("Returned: to revise"),
}


@dataclass(frozen=True, slots=True)
class WaitingPlan:
    """An annual plan and what it waits for, in words; is_decision: the reader's own page for that is the decision's."""

    annual_plan: AnnualPlan
    what: str
    is_decision: bool = False


def waiting_annual_plans(plan, user):
    """The WaitingPlans of a person in a plan, by year and pillar. One query; none for people who have no such task."""
    if not _has_a_say(plan, user):
        return []
    prepares = scope_filter(user, Permission.PREPARE_ANNUAL_PLAN, plan="plan", pillar="pillar")
    decides = scope_filter(user, Permission.DECIDE_BUDGET, plan="plan")
    rows = (
        AnnualPlan.objects.filter(plan=plan)
        .filter(
            (decides & Q(state=BudgetState.SUBMITTED))
            | (prepares & Q(state__in=[BudgetState.AGREED, BudgetState.RETURNED]))
            | _to_agree(user)
        )
        .select_related("pillar")
        .order_by("year", "pillar__order", "pillar__code")
    )
    return [
        WaitingPlan(one, str(_WORDS.get(one.state) or _("To agree on")), one.state == BudgetState.SUBMITTED)
        for one in rows
    ]


def _has_a_say(plan, user):
    return has_permission(user, Permission.DECIDE_BUDGET, plan) or any(
        seat.plan_id == plan.pk and seat.pillar_id is not None for seat in held_seats(user)
    )


def _to_agree(user):
    """With the working group, holding something, and the user's side has not agreed to this version."""
    agreed = Agreement.objects.filter(annual_plan=OuterRef("pk"), version=OuterRef("version"))
    held = AnnualPlanLine.objects.filter(
        annual_plan=OuterRef("pk"), version=OuterRef("version"), is_left_out=False
    )
    open_to = Q(pk__in=[])
    for side, permission in SIGNS.items():
        scope = scope_filter(user, permission, plan="plan", pillar="pillar")
        open_to |= scope & ~Exists(agreed.filter(side=side)) & ~Exists(agreed.filter(by=user))
    return open_to & Exists(held) & Q(state__in=EDITABLE_ANNUAL)
