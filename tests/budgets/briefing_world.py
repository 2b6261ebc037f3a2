"""The money of the small world for two years that a briefing asks for, 2025 and 2026, and the year before, by hand.

Participation 2025: 1.1.1 costed 20,000, proposed 12,000 (state, 9,000 approved) and 6,000 (partner); 1.1.2 costed 5,000,
proposed 5,200, approved 5,500. 2026: 1.1.1 costed 30,000, proposed EUR 10,000 at 1.1; 1.1.2 costed 4,000, proposed GBP 1,000,
of which no rate says what they are worth. Prevention: output 2.1 roughly 8,000 and 9,000; of it 3,000 proposed in 2025.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from budgets.models import AnnualPlan, Costing, Decision, InstitutionBudget, OutputCosting
from budgets.models.annual import BudgetState, DecisionOutcome
from frameworks.models import Target
from tests.budgets.money_world import make_line, make_rate, make_source
from tests.world import NOW

#: The moment at which the briefings of the tests are read.
CUT_OFF = datetime(2024, 11, 9, 3, 0, tzinfo=UTC)


def make_ask(world):
    """Fills the world; returns it."""
    plan = world.plan
    first, second, other = (world.activities[name] for name in ("a111", "a112", "a211"))
    state = make_source(plan, "STATE", name="State budget")
    partner = make_source(plan, "UNW", "partner", False, name="UN Women")
    for activity, year, amount in (
        (first, 2024, 10000),
        (first, 2025, 20000),
        (first, 2026, 30000),
        (second, 2025, 5000),
        (second, 2026, 4000),
    ):
        Costing.objects.create(activity=activity, year=year, amount=Decimal(amount), currency="USD")
    for year, amount in ((2025, 8000), (2026, 9000)):
        OutputCosting.objects.create(output=other.output, year=year, amount=Decimal(amount), currency="USD")
    make_rate(plan, "EUR", "1.1", date(2025, 6, 30))
    make_line(first, world.sei, state, 2025, proposed="12000", approved="9000", gender_tag="principal")
    make_line(first, world.sei, partner, 2025, proposed="6000", gender_tag="significant")
    make_line(first, world.sei, partner, 2026, proposed="10000", currency="EUR", gender_tag="not_targeted")
    make_line(second, world.mae, state, 2025, proposed="5200", approved="5500")
    make_line(second, world.mae, partner, 2026, proposed="1000", currency="GBP")
    make_line(other, world.mssi, partner, 2025, proposed="3000", gender_tag="principal")
    make_line(
        first, world.sei, state, 2024, proposed="10000", approved="10000", released="8000", spent="7500"
    )
    annual = AnnualPlan.objects.create(
        plan=plan,
        pillar=world.participation,
        year=2025,
        state=BudgetState.APPROVED_WITH_CHANGES,
        submitted_at=NOW,
    )
    Decision.objects.create(
        annual_plan=annual,
        version=1,
        outcome=DecisionOutcome.APPROVED_WITH_CHANGES,
        decided_on=date(2024, 11, 5),
        reference="SC/2024/07",
        decided_by="Steering committee, Director General of MOI",
        recorded_by=world.steering,
        recorded_at=NOW,
    )
    InstitutionBudget.objects.create(
        plan=plan,
        institution=world.sei,
        year=2024,
        total=Decimal(200000),
        gender=Decimal(12000),
        currency="USD",
    )
    InstitutionBudget.objects.create(
        plan=plan, institution=world.mae, year=2024, total=Decimal(900000), currency="USD"
    )
    Target.objects.create(
        indicator=world.indicators["i111a"],
        period_end=date(2026, 12, 31),
        numerator=Decimal(90),
        denominator=Decimal(450),
    )
    return world
