"""The transition tables of operational plans and of annual plans (vocabulary 4 of DOMAIN.md), registered with the one door."""

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import (
    Agreement,
    AnnualPlan,
    AnnualPlanLine,
    BudgetLine,
    BudgetState,
    Decision,
    DecisionOutcome,
    OperationalAction,
    OperationalPlan,
    OperationalState,
)
from budgets.models.annual import DECIDED_ANNUAL, EDITABLE_ANNUAL
from budgets.models.planning import EDITABLE_OPERATIONAL
from frameworks.models.coordination import Side
from frameworks.permissions import Permission, has_permission
from frameworks.workflow import Transition, register

SIGN_OFF = (Permission.SIGN_OFF_GOVERNMENT, Permission.SIGN_OFF_CSO)


# Operational plans


def _is_filled(plans, at):
    ids = [one.pk for one in plans]
    filled = set(
        BudgetLine.objects.filter(operational_plan__in=ids).values_list("operational_plan", flat=True)
    )
    filled |= set(
        OperationalAction.objects.filter(operational_plan__in=ids).values_list("operational_plan", flat=True)
    )
    return {
        one: [] if one.pk in filled else [_("It holds no action and no budget line yet.")] for one in plans
    }


def _hand_in(plans, by, at, comment):
    for one in plans:
        one.submitted_at, one.submitted_by, one.return_note = at, by, ""
    return ["submitted_at", "submitted_by", "return_note"]


def _propose(plans, by, at):
    """What was drafted is proposed now, blank where it was taken out. One query, however many."""
    BudgetLine.objects.filter(operational_plan__in=plans).update(proposed=F("drafted"))


def _give_back(plans, by, at, comment):
    for one in plans:
        one.return_note = comment
    return ["return_note"]


def _is_in_agreed_plan(plans, by, at):
    """What the working group has agreed on, or the committee has before it, stands still."""
    held = set(
        AnnualPlan.objects.filter(
            pillar__in={one.pillar_id for one in plans},
            year__in={one.year for one in plans},
            state__in=[BudgetState.AGREED, BudgetState.SUBMITTED],
        ).values_list("pillar_id", "year")
    )
    return {
        one: _("The annual plan of the working group is agreed on. It has to be taken up again first.")
        for one in plans
        if (one.pillar_id, one.year) in held
    }


OPERATIONAL_TRANSITIONS = (
    Transition(
        action="submit",
        label=gettext_lazy("Hand it in"),
        sources=EDITABLE_OPERATIONAL,
        target=OperationalState.SUBMITTED,
        permissions=(Permission.EDIT_BUDGET,),
        gate=_is_filled,
        effect=_hand_in,
        after=_propose,
    ),
    Transition(
        action="withdraw",
        label=gettext_lazy("Take it back"),
        sources=(OperationalState.SUBMITTED,),
        target=OperationalState.DRAFT,
        permissions=(Permission.EDIT_BUDGET,),
        tone="warn",
        check=_is_in_agreed_plan,
    ),
    Transition(
        action="return",
        label=gettext_lazy("Return with a note"),
        sources=(OperationalState.SUBMITTED,),
        target=OperationalState.RETURNED,
        permissions=(Permission.PREPARE_ANNUAL_PLAN,),
        comment_required=True,
        comment_label=gettext_lazy("What should be changed?"),
        tone="warn",
        check=_is_in_agreed_plan,
        effect=_give_back,
    ),
)
register(OperationalPlan, OPERATIONAL_TRANSITIONS)


# Annual plans


def side_of(user, annual_plan):
    """The side that `user` agrees for in this plan's working group, or None."""
    if has_permission(user, Permission.SIGN_OFF_GOVERNMENT, annual_plan):
        return Side.GOVERNMENT
    if has_permission(user, Permission.SIGN_OFF_CSO, annual_plan):
        return Side.CSO
    return None


def agreed_of(annual_plans):
    """annual plan id → the Agreements to its present version. One query."""
    found = {one.pk: [] for one in annual_plans}
    versions = {one.pk: one.version for one in annual_plans}
    for said in Agreement.objects.filter(annual_plan__in=versions).select_related("by").order_by("at", "pk"):
        if said.version == versions[said.annual_plan_id]:
            found[said.annual_plan_id].append(said)
    return found


def _may_agree(annual_plans, by, at):
    said = agreed_of(annual_plans)
    found = {}
    for one in annual_plans:
        side = side_of(by, one)
        if any(agreed.side == side for agreed in said[one.pk]):
            found[one] = _("Your side has already agreed.")
        elif any(agreed.by_id == by.pk for agreed in said[one.pk]):
            found[one] = _(
                "You have already agreed for the other side. Each side is spoken for by its own co-lead."
            )
    return found


def _holds_lines(annual_plans, at):
    rows = AnnualPlanLine.objects.filter(annual_plan__in=annual_plans, is_left_out=False)
    there = set(rows.values_list("annual_plan", "version"))
    return {
        one: [] if (one.pk, one.version) in there else [_("It holds no budget line yet.")]
        for one in annual_plans
    }


def _agree(annual_plans, by, at, comment):
    Agreement.objects.bulk_create(
        Agreement(
            annual_plan=one, version=one.version, side=side_of(by, one), statement=comment, by=by, at=at
        )
        for one in annual_plans
    )
    return []


def _after_agreement(annual_plans, by):
    """Agreed once both sides have said so; as it was until then."""
    said = agreed_of(annual_plans)
    return {
        one: BudgetState.AGREED if {agreed.side for agreed in said[one.pk]} >= set(Side) else one.state
        for one in annual_plans
    }


def _has_not_agreed(annual_plan, user):
    side = side_of(user, annual_plan)
    return side is not None and all(said.side != side for said in agreed_of([annual_plan])[annual_plan.pk])


def _submit(annual_plans, by, at, comment):
    for one in annual_plans:
        one.submitted_at, one.return_note = at, ""
    return ["submitted_at", "return_note"]


def _is_decided(outcome):
    """The committee's decision stands first: its day, reference and who decided (operations/deciding.py)."""

    def check(annual_plans, by, at):
        there = set(
            Decision.objects.filter(annual_plan__in=annual_plans, outcome=outcome).values_list(
                "annual_plan", "version"
            )
        )
        words = _("Record the decision first: its day, its reference and who decided.")
        return {one: words for one in annual_plans if (one.pk, one.version) not in there}

    return check


def _approve(annual_plans, by, at):
    """The decided amounts are those of the budget lines from now on."""
    versions = {one.pk: one.version for one in annual_plans}
    rows = AnnualPlanLine.objects.filter(annual_plan__in=versions, is_left_out=False).select_related(
        "budget_line"
    )
    lines = []
    for row in rows:
        if row.version == versions[row.annual_plan_id]:
            row.budget_line.approved = row.decided
            lines.append(row.budget_line)
    BudgetLine.objects.bulk_update(lines, ["approved"])


def _send_back(annual_plans, by, at, comment):
    for one in annual_plans:
        one.return_note = comment
    return ["return_note"]


def _take_up(annual_plans, by, at, comment):
    for one in annual_plans:
        one.version += 1
    return ["version"]


def _decision(action, label, target, outcome, **more):
    return Transition(
        action=action,
        label=label,
        sources=(BudgetState.SUBMITTED,),
        target=target,
        permissions=(Permission.DECIDE_BUDGET,),
        check=_is_decided(outcome),
        # Taken with the decision's own page, never by a button.
        applies=lambda annual_plan, user: False,
        **more,
    )


ANNUAL_TRANSITIONS = (
    Transition(
        action="agree",
        label=gettext_lazy("Agree"),
        sources=EDITABLE_ANNUAL,
        target=_after_agreement,
        permissions=SIGN_OFF,
        comment_label=gettext_lazy("Statement (optional)"),
        check=_may_agree,
        gate=_holds_lines,
        effect=_agree,
        applies=_has_not_agreed,
    ),
    Transition(
        action="submit",
        label=gettext_lazy("Submit to the steering committee"),
        sources=(BudgetState.AGREED,),
        target=BudgetState.SUBMITTED,
        permissions=(Permission.PREPARE_ANNUAL_PLAN,),
        effect=_submit,
    ),
    _decision(
        "approve",
        gettext_lazy("Approve"),
        BudgetState.APPROVED,
        DecisionOutcome.APPROVED,
        after=_approve,
    ),
    _decision(
        "approve_with_changes",
        gettext_lazy("Approve with changes"),
        BudgetState.APPROVED_WITH_CHANGES,
        DecisionOutcome.APPROVED_WITH_CHANGES,
        after=_approve,
    ),
    _decision(
        "return",
        gettext_lazy("Return with a note"),
        BudgetState.RETURNED,
        DecisionOutcome.RETURNED,
        comment_required=True,
        effect=_send_back,
        tone="warn",
    ),
    Transition(
        action="revise",
        label=gettext_lazy("Revise it"),
        sources=(BudgetState.RETURNED,),
        target=BudgetState.REVISED,
        permissions=(Permission.PREPARE_ANNUAL_PLAN,),
        effect=_take_up,
    ),
    # What was agreed, or approved for the year, is changed after all: a version of its own, with its own decision.
    Transition(
        action="amend",
        label=gettext_lazy("Take it up again"),
        sources=(BudgetState.AGREED, *DECIDED_ANNUAL),
        target=BudgetState.REVISED,
        permissions=(Permission.PREPARE_ANNUAL_PLAN,),
        comment_required=True,
        comment_label=gettext_lazy("Why is it changed?"),
        tone="warn",
        effect=_take_up,
    ),
)
register(AnnualPlan, ANNUAL_TRANSITIONS)
