"""The transition tables of operational plans and of annual plans (vocabulary 4 of DOMAIN.md), registered with the one door."""

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from budgets.drawing import carry_on, draw, drifts_of, hold_operational_plans, put_into_force
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
from frameworks.permissions import Permission
from frameworks.sides import SIGN_OFF, side_of
from frameworks.workflow import Transition, register

# Operational plans


def _is_filled(plans, at):
    """Something to read is in it, and every line says an amount: one without would be in nobody's sum, and nobody would see it.

    A line that was handed in before may be blank: that is how it is taken out.
    """
    ids = [one.pk for one in plans]
    filled = set(
        BudgetLine.objects.filter(operational_plan__in=ids).values_list("operational_plan", flat=True)
    )
    filled |= set(
        OperationalAction.objects.filter(operational_plan__in=ids).values_list("operational_plan", flat=True)
    )
    problems = {one: [] for one in plans}
    by_id = {one.pk: one for one in plans}
    for pk, one in by_id.items():
        if pk not in filled:
            problems[one].append(_("It holds no action and no budget line yet."))
    handed_in = BudgetLine.pgh_event_model.objects.filter(pgh_obj=OuterRef("pk"), proposed__isnull=False)
    blank = BudgetLine.objects.filter(~Exists(handed_in), operational_plan__in=ids, drafted__isnull=True)
    for line in blank.filter(approved__isnull=True).select_related("activity", "funding_source"):
        problems[by_id[line.operational_plan_id]].append(
            _(
                "The line %(activity)s, %(source)s has no proposed amount. Write it (0 is an amount), or remove the line."
            )
            % {"activity": line.activity.code, "source": line.funding_source}
        )
    return problems


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


def _stands_as_drawn(annual_plans, at):
    """Nobody agrees on what is empty, or on amounts that their institutions have changed or taken back since."""
    hold_operational_plans(annual_plans)
    rows = AnnualPlanLine.objects.filter(annual_plan__in=annual_plans, is_left_out=False)
    there = set(rows.values_list("annual_plan", "version"))
    drifts = drifts_of(annual_plans)
    return {one: _missing(one, (one.pk, one.version) in there, drifts[one.pk]) for one in annual_plans}


def _missing(annual_plan, holds_lines, drift):
    if drift:
        words = ngettext(
            "%(number)d line is not as it was when this was drawn. Draw it anew first.",
            "%(number)d lines are not as they were when this was drawn. Draw it anew first.",
            len(drift),
        )
        return [words % {"number": len(drift)}]
    return [] if holds_lines else [_("It holds no budget line yet.")]


def _draw(annual_plans, by, at, comment):
    draw(annual_plans, by=by, at=at)
    return []


def _stays(annual_plans, by):
    return {one: one.state for one in annual_plans}


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
    said = agreed_of([annual_plan])[annual_plan.pk]
    return side is not None and all(one.side != side and one.by_id != user.pk for one in said)


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


def _all_decided(annual_plans, at):
    open_rows = AnnualPlanLine.objects.filter(
        annual_plan__in=annual_plans, is_left_out=False, decided__isnull=True
    )
    there = set(open_rows.values_list("annual_plan", "version"))
    return {
        one: [_("Not every line is decided on.")] if (one.pk, one.version) in there else []
        for one in annual_plans
    }


def _approve(annual_plans, by, at):
    put_into_force(annual_plans)


def _send_back(annual_plans, by, at, comment):
    for one in annual_plans:
        one.return_note = comment
    return ["return_note"]


def _take_up(annual_plans, by, at, comment):
    for one in annual_plans:
        one.version += 1
    return ["version"]


def _carry_on(annual_plans, by, at):
    carry_on(annual_plans)


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
        action="draw",
        label=gettext_lazy("Draw it anew"),
        sources=EDITABLE_ANNUAL,
        target=_stays,
        permissions=(Permission.PREPARE_ANNUAL_PLAN,),
        effect=_draw,
    ),
    Transition(
        action="agree",
        label=gettext_lazy("Agree"),
        sources=EDITABLE_ANNUAL,
        target=_after_agreement,
        permissions=SIGN_OFF,
        comment_label=gettext_lazy("Statement (optional)"),
        check=_may_agree,
        gate=_stands_as_drawn,
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
        gate=_all_decided,
        after=_approve,
    ),
    _decision(
        "approve_with_changes",
        gettext_lazy("Approve with changes"),
        BudgetState.APPROVED_WITH_CHANGES,
        DecisionOutcome.APPROVED_WITH_CHANGES,
        gate=_all_decided,
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
        after=_carry_on,
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
        after=_carry_on,
    ),
)
register(AnnualPlan, ANNUAL_TRANSITIONS)
