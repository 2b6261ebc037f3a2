"""The money of an activity on its page: all steps for those inside, approved and spent for the public once published."""

from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone

from budgets.activity_money import money_of_activity
from budgets.models import BudgetYear, Costing
from tests.budgets.money_world import make_line, make_source, report_spending
from tests.pages import Visitor
from tests.world import make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def a111(world):
    world.plan.is_public = True
    world.plan.save()
    return world.activities["a111"]


@pytest.fixture
def state(world):
    return make_source(world.plan, name="State budget")


def look(world, user=None):
    page = Visitor(user).open(reverse("activity", args=[world.plan.code, "1.1.1"]))
    return page.text.replace("\xa0", " ")


def fill(world, a111, state):
    donor = make_source(world.plan, "EU", "partner", name="European Union")
    Costing.objects.create(activity=a111, year=2025, amount=D(500), currency="USD")
    make_line(a111, world.sei, state, proposed="120", approved="100", released="90", spent="40")
    make_line(a111, world.mae, donor, proposed="30", approved="20")
    make_line(a111, world.mae, state, 2026, proposed="7")
    make_line(a111, world.sei, state, 2026, drafted="999", state="draft")
    make_line(world.activities["a112"], world.mae, state, proposed="888")
    round = make_round(world.plan, 2025)
    report_spending(a111, world.sei, round, "60")
    return round


def test_those_inside_read_every_step_by_year(world, a111, state):
    fill(world, a111, state)
    text = look(world, world.focal_mssi)
    assert "2025 500 150 120 90 60 Partly spent 50%" in text
    assert "2026 – no data 7 – no data" in text
    assert "SEI State budget 120 100 90 40" in text
    assert "SEI not stated – no data – no data – no data 20" in text
    assert "MAE European Union 30 20" in text
    assert "999" not in text
    assert "888" not in text


def test_the_public_reads_approved_and_spent_once_published(world, a111, state):
    round = fill(world, a111, state)
    assert "Money by year" not in look(world)
    BudgetYear.objects.create(plan=world.plan, year=2025, published_at=timezone.now())
    text = look(world)
    assert "2025 120 – no data" in text
    assert "European Union" not in text
    assert "Spending not reported" not in text  # it may be reported, only not published
    round.published_at = timezone.now()
    round.save()
    text = look(world)
    assert "2025 120 60 Partly spent 50%" in text
    assert "2026" not in text.split("Money by year")[1].split("Who leads")[0]
    # Somebody signed in from outside reads what the public reads.
    assert "2025 120 60 Partly spent 50%" in look(world, world.outsider)


def test_without_money_there_is_no_section(world, a111):
    assert money_of_activity(a111, world.secretariat) is None
    assert "Money by year" not in look(world, world.secretariat)


def test_a_missing_rate_is_named_and_nothing_is_executed(world, a111, state):
    make_line(a111, world.sei, state, approved="10")
    make_line(a111, world.sei, state, approved="5", currency="EUR", reference="2")
    money = money_of_activity(a111, world.secretariat)
    assert [(one.year, one.amounts.approved, one.execution) for one in money.years] == [(2025, D(10), None)]
    assert "no rate from EUR to USD" in look(world, world.secretariat)


def test_queries_do_not_grow(world, a111, state, django_assert_num_queries):
    fill(world, a111, state)
    money_of_activity(a111, world.secretariat)
    with django_assert_num_queries(7):  # rates, costings, lines, spending, rules, institutions, sources
        money_of_activity(a111, world.secretariat)
    for number in range(3):
        source = make_source(world.plan, f"S{number}")
        make_line(a111, world.mssi, source, 2026 + number, proposed="3")
    with django_assert_num_queries(7):
        money_of_activity(a111, world.secretariat)
