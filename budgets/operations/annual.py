"""What the co-leads do with their working group's annual plan, apart from the decision (operations/deciding.py)."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.drawing import present_rows, take_back_agreements
from budgets.models import AnnualPlan, AnnualPlanLine, BudgetLine
from budgets.states import ANNUAL_TRANSITIONS
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.permissions import Permission, require_permission
from frameworks.workflow import COMMENT_LENGTH, StateConflict, transition, transition_all

_SOURCES = {arrow.action: arrow.sources for arrow in ANNUAL_TRANSITIONS}


class Outdated(StateConflict):
    """The annual plan holds something else since the page was opened (HTTP 409)."""


def annual_history(annual_plan):
    """Sources for frameworks.history: its text, and what each of its versions held."""
    names = {}

    def label(event):
        if not names:  # asked only where there is something to name
            held = AnnualPlanLine.pgh_event_model.objects.filter(annual_plan=annual_plan.pk)
            rows = BudgetLine.objects.filter(pk__in=held.values("budget_line")).select_related(
                "activity", "funding_source", "operational_plan__institution"
            )
            names.update((row.pk, line_name(row)) for row in rows)
        named = {"line": names.get(event.budget_line_id, ""), "version": event.version}
        return _("%(line)s (version %(version)s)") % named

    return [
        Source(
            AnnualPlan,
            {"pgh_obj": annual_plan.pk},
            hidden=frozenset({"plan", "pillar", "year", "submitted_at", "return_note"}),
        ),
        Source(
            AnnualPlanLine,
            {"annual_plan": annual_plan.pk},
            label=label,
            hidden=frozenset({"version", "budget_line"}),
            whole=True,
        ),
    ]


def line_name(line):
    """The words that name a budget line where its row of the table is not in sight."""
    return f"{line.activity.code}, {line.operational_plan.institution}, {line.funding_source}"


def annual_version(annual_plan):
    """A short text that differs after any change to what the annual plan holds. An agreement changes nothing of that."""
    return version_of(*annual_history(annual_plan))


@transaction.atomic
def take_step(*, annual_plan, action, by, at, comment="", seen=""):
    """Takes `action` through the one door. seen: the `annual_version` of the page; another one by now is Outdated.

    Without it a co-lead could agree, unread, to what the other one has changed since. Raises as the door does.
    """

    def meanwhile(fresh):
        if not seen or fresh.state not in _SOURCES[action] or seen == annual_version(fresh):
            return None  # where its state has changed, the door says by whom
        return Outdated(
            _("What it holds was changed since you opened the page. Read it anew, then decide."), fresh
        )

    outcomes = transition_all(
        subjects=[annual_plan], action=action, by=by, at=at, comment=comment, meanwhile=meanwhile
    )
    (outcome,) = outcomes
    if outcome.error:
        raise outcome.error
    return outcome.subject


@explained(AnnualPlan)
def begin_annual_plan(*, plan, pillar, year, by, at):
    """A new annual plan of the pillar for the year, drawn from what institutions have handed in by now (it may be nothing).

    Raises PermissionDenied; ValidationError where there is one already, or the year is none of the plan's.
    """
    annual_plan = AnnualPlan(plan=plan, pillar=pillar, year=year)
    require_permission(by, Permission.PREPARE_ANNUAL_PLAN, annual_plan)
    if year not in plan.years:
        raise ValidationError(_("%(year)s is no year of this plan.") % {"year": year})
    with transaction.atomic(), pghistory.context(user=by.pk, action="begin annual plan"):
        annual_plan.full_clean()
        annual_plan.save()
        return transition(subject=annual_plan, action="draw", by=by, at=at)


def edit_annual_plan(*, annual_plan, priorities, left_out, by, at, version=""):
    """Makes its priorities `priorities`, and leaves out those lines that `left_out` names: AnnualPlanLine id → why.

    Lines of the present version that are not named are in. Where anything changes, what was agreed of this version is taken
    back. Returns whether anything changed. Raises PermissionDenied, Stale, StateConflict once it is agreed on, and
    ValidationError: at `priorities`, or at `note_<id>` of a line that is left out without a reason.
    """
    with transaction.atomic(), pghistory.context(user=by.pk, action="edit annual plan"):
        locked = _locked(annual_plan)
        require_permission(by, Permission.PREPARE_ANNUAL_PLAN, locked)
        if not locked.is_editable:
            raise StateConflict(
                _("It cannot be changed now: it is %(state)s. Take it up again first.")
                % {"state": locked.get_state_display().lower()},
                locked,
            )
        current = annual_version(locked)
        if version and version != current:
            raise Stale(current)
        rows = list(present_rows([locked]))
        _check(rows, priorities, left_out)
        changed = _changed_rows(rows, left_out)
        AnnualPlanLine.objects.bulk_update(changed, ["is_left_out", "note"], batch_size=1000)
        is_rewritten = locked.priorities != priorities
        if is_rewritten:
            locked.priorities = priorities
            locked.save(update_fields=["priorities"])
        if changed or is_rewritten:
            take_back_agreements([locked], by=by, at=at)
    return bool(changed or is_rewritten)


def _locked(annual_plan):
    return (
        AnnualPlan.objects.select_for_update(of=("self",))
        .select_related("plan", "pillar")
        .get(pk=annual_plan.pk)
    )


def _check(rows, priorities, left_out):
    problems = {}
    if len(priorities) > COMMENT_LENGTH:
        problems["priorities"] = _("This text has %(length)d characters; at most %(most)d fit.") % {
            "length": len(priorities),
            "most": COMMENT_LENGTH,
        }
    for row in rows:
        if row.pk in left_out and not left_out[row.pk].strip():
            problems[f"note_{row.pk}"] = _("Say why it is left out: its institution reads it.")
    if problems:
        raise ValidationError(problems)


def _changed_rows(rows, left_out):
    changed = []
    for row in rows:
        is_left_out, note = row.pk in left_out, left_out.get(row.pk, "").strip()
        if (row.is_left_out, row.note) != (is_left_out, note):
            row.is_left_out, row.note = is_left_out, note
            changed.append(row)
    return changed
