"""Annual plans of the small world: Participation 2025, drawn from what SEI and MAE have handed in."""

from datetime import date
from decimal import Decimal

from budgets.models import OperationalPlan
from budgets.operations.annual import begin_annual_plan, take_step
from budgets.operations.deciding import decide
from frameworks.workflow import transition
from tests.budgets.money_world import make_line, make_source
from tests.world import NOW

D = Decimal
YEAR = 2025


def set_up(world):
    """Sources, and three lines that are handed in: SEI 100 and 40 (EU, off budget), MAE 60. `world.lines` by name."""
    world.state = make_source(world.plan, name="State budget")
    world.eu = make_source(world.plan, "EU", "partner", on_budget=False, name="European Union")
    a111, a112 = world.activities["a111"], world.activities["a112"]
    world.lines = {
        "sei": make_line(a111, world.sei, world.state, proposed="100", description="Courses"),
        "eu": make_line(a111, world.sei, world.eu, proposed="40"),
        "mae": make_line(a112, world.mae, world.state, proposed="60"),
    }
    OperationalPlan.objects.update(submitted_at=NOW, submitted_by=world.focal_sei)
    return world


def begin(world, by="gov_lead", pillar=None):
    return begin_annual_plan(
        plan=world.plan, pillar=pillar or world.participation, year=YEAR, by=world.users[by], at=NOW
    )


def agree(world, annual_plan, *who, at=NOW):
    for name in who or ("cso_lead", "gov_lead"):
        annual_plan = take_step(annual_plan=annual_plan, action="agree", by=world.users[name], at=at)
    return annual_plan


def submit(world, annual_plan=None):
    return take_step(
        annual_plan=agree(world, annual_plan or begin(world)), action="submit", by=world.gov_lead, at=NOW
    )


def rows_of(annual_plan, version=None):
    """budget line id → AnnualPlanLine of that version (the present one)."""
    return {
        one.budget_line_id: one for one in annual_plan.lines.filter(version=version or annual_plan.version)
    }


def decision(outcome="approved", **fields):
    return {
        "outcome": outcome,
        "decided_on": date(2025, 1, 20),
        "reference": "SC/2025/1",
        "decided_by": "Meeting of 20 January, chaired by MOI",
        **fields,
    }


def with_changes(world, annual_plan, note="The ceiling is lower.", **amounts):
    """Amounts by the names of `world.lines`; what is not named stays as asked."""
    rows = rows_of(annual_plan)
    wanted = {world.lines[name].pk: D(text) for name, text in amounts.items()}
    return decision(
        "approved_changed",
        note=note,
        amounts={row.pk: (wanted.get(pk, row.asked), "") for pk, row in rows.items() if not row.is_left_out},
    )


def decided(world, annual_plan, said=None, at=NOW):
    return decide(annual_plan=annual_plan, by=world.steering, at=at, **(said or decision()))


def approved(world):
    """name → what stands on the budget line now."""
    found = {}
    for name, line in world.lines.items():
        line.refresh_from_db()
        found[name] = line.approved
    return found


def hand_in_anew(world, who, line, amount, at=NOW):
    """The institution takes its operational plan back, drafts another amount (None: none) and hands it in again."""
    user = world.users[f"focal_{who}"]
    plan = line.operational_plan
    transition(subject=plan, action="withdraw", by=user, at=at)
    line.refresh_from_db()
    line.drafted = None if amount is None else D(amount)
    line.save(update_fields=["drafted"])
    return transition(subject=plan, action="submit", by=user, at=at)
