"""The steering committee's decision on an annual plan: what was decided, when, under which reference, and by whom."""

from decimal import Decimal

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from budgets.drawing import present_rows
from budgets.models import AnnualPlan, AnnualPlanLine, BudgetState, Decision, DecisionOutcome
from budgets.operations.annual import Outdated
from frameworks.constraints import explained
from frameworks.permissions import Permission, require_permission
from frameworks.workflow import transition

#: outcome → the step of the one door that it is taken with.
ACTIONS = {
    DecisionOutcome.APPROVED: "approve",
    DecisionOutcome.APPROVED_WITH_CHANGES: "approve_with_changes",
    DecisionOutcome.RETURNED: "return",
}
#: The most that an amount may be: 18 digits, two of them behind the point.
MOST = Decimal(10) ** 16


@explained(Decision)
def decide(
    *, annual_plan, outcome, decided_on, reference, decided_by, by, at, note="", amounts=None, version=None
):
    """Records a decision of the committee and carries it out, all or nothing. Returns the annual plan as it is then.

    amounts: AnnualPlanLine id → (amount, note), for every line that is asked for; 0 refuses it. For `approved` they are what
    was asked and may be left away. A line whose amount is changed needs a note, unless the decision itself has one.
    The outcome has to fit them: approved means that nothing is changed, with changes that something is, returned that
    nothing is decided. decided_on: the day of the meeting, which may lie before the plan was submitted here (paper is often
    faster), but not in the future. version: the AnnualPlan.version that was read.

    Raises PermissionDenied, StateConflict (Outdated for another version), and ValidationError by field: those of Decision,
    `amount_<id>` and `note_<id>`.
    """
    outcome = DecisionOutcome(outcome)
    with transaction.atomic(), pghistory.context(user=by.pk, action="decide", reason=note.strip()):
        locked = (
            AnnualPlan.objects.select_for_update(of=("self",))
            .select_related("plan", "pillar")
            .get(pk=annual_plan.pk)
        )
        require_permission(by, Permission.DECIDE_BUDGET, locked)
        if locked.state == BudgetState.SUBMITTED and version not in (None, locked.version):
            raise Outdated(
                _(
                    "It was returned and submitted again since you opened the page. Read it anew, then decide."
                ),
                locked,
            )
        if locked.state != BudgetState.SUBMITTED:
            return transition(
                subject=locked, action=ACTIONS[outcome], by=by, at=at, comment=note
            )  # the door says who was faster
        decision = Decision(
            annual_plan=locked,
            version=locked.version,
            outcome=outcome,
            decided_on=decided_on,
            reference=reference.strip(),
            decided_by=decided_by.strip(),
            note=note.strip(),
            recorded_by=by,
            recorded_at=at,
        )
        rows = [row for row in present_rows([locked]) if not row.is_left_out]
        _check(decision, rows, amounts or {}, timezone.localdate(at))
        decision.save()
        if outcome != DecisionOutcome.RETURNED:
            for row in rows:
                row.decided, words = (amounts or {}).get(row.pk, (row.asked, ""))
                row.note = words.strip()
            AnnualPlanLine.objects.bulk_update(rows, ["decided", "note"], batch_size=1000)
        return transition(subject=locked, action=ACTIONS[outcome], by=by, at=at, comment=note)  # fmt: skip


def _check(decision, rows, amounts, today):
    problems = {}
    try:
        decision.full_clean(exclude=["annual_plan", "recorded_by"])
    except ValidationError as error:
        problems |= error.error_dict
    if decision.outcome == DecisionOutcome.RETURNED and not decision.note:
        problems["note"] = [_("Write a note: the working group needs to know what to change.")]
        problems.pop("__all__", None)
    if decision.decided_on and decision.decided_on > today:
        problems["decided_on"] = [_("This day is still to come.")]
    problems |= _amount_problems(decision, rows, amounts)
    if problems:
        raise ValidationError(problems)


def _amount_problems(decision, rows, amounts):
    problems, changed = {}, 0
    for row in rows:
        amount, note = amounts.get(row.pk, (row.asked, ""))
        if decision.outcome == DecisionOutcome.APPROVED_WITH_CHANGES and row.pk not in amounts:
            amount = None
        if amount is None and decision.outcome == DecisionOutcome.RETURNED:
            continue
        if amount is None:
            problems[f"amount_{row.pk}"] = [_("Write what is approved; 0 refuses the line.")]
            continue
        if amount < 0:
            problems[f"amount_{row.pk}"] = [_("An amount cannot be negative.")]
        elif amount >= MOST:
            problems[f"amount_{row.pk}"] = [_("This amount is too large.")]
        elif amount != row.asked:
            changed += 1
            if decision.outcome == DecisionOutcome.APPROVED_WITH_CHANGES and not (
                note.strip() or decision.note
            ):
                problems[f"note_{row.pk}"] = [_("Say why, here or in the note of the decision.")]
    if changed and decision.outcome == DecisionOutcome.APPROVED:
        problems["outcome"] = [
            _("Amounts are changed below: choose “approved with changes”, or put them back.")
        ]
    if changed and decision.outcome == DecisionOutcome.RETURNED:
        problems["outcome"] = [
            _("What is returned is not decided on: put the amounts back as they were asked, and say in the note what to change.")
        ]  # fmt: skip
    if not changed and not problems and decision.outcome == DecisionOutcome.APPROVED_WITH_CHANGES:
        problems["outcome"] = [_("No amount is changed: choose “approved”, or change at least one below.")]
    return problems
