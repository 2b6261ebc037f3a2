"""Adding up: nothing twice, nothing across currencies without a rate, the same from every side."""

from decimal import Decimal as D

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from budgets.counted import Dimension, Measure
from budgets.models import BudgetYear, Costing, OutputCosting
from budgets.totals import load_totals
from tests.budgets.money_world import make_line, make_rate, make_source, report_spending
from tests.world import make_activity, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def state(world):
    return make_source(world.plan)


@pytest.fixture
def donor(world):
    return make_source(world.plan, "EU", "partner", on_budget=False)


def totals(world, *by, user="secretariat", **only):
    return load_totals(world.plan, world.users[user], by=by, only=only)


def cost(activity, year, amount, currency="USD"):
    return Costing.objects.create(activity=activity, year=year, amount=D(amount), currency=currency)


def test_two_relations_of_an_activity_are_not_multiplied(world, state, donor):
    """Two costings, three lines, two reports: joined, each would be counted several times."""
    a111 = world.activities["a111"]
    cost(a111, 2025, "100")
    cost(a111, 2026, "10")
    make_line(a111, world.sei, state, proposed="30", approved="20")
    make_line(a111, world.sei, donor, proposed="50", approved="40")
    make_line(a111, world.mae, state, proposed="7", approved="6")
    round = make_round(world.plan, 2025)
    report_spending(a111, world.sei, round, "11")
    report_spending(a111, world.mae, round, "3")
    (amounts,) = totals(world, "activity").cells.values()
    assert (amounts.costed, amounts.proposed, amounts.approved) == (D(110), D(87), D(66))
    assert (amounts.released, amounts.spent) == (None, D(14))


def test_nothing_said_is_not_nothing(world, state):
    make_line(world.activities["a111"], world.sei, state, proposed="0")
    total = totals(world).total
    assert total.proposed == D(0)
    assert total.approved is None
    assert total.costed is None
    assert total.execution is None


def test_a_draft_of_an_institution_counts_nowhere(world, state):
    make_line(world.activities["a111"], world.sei, state, drafted="500", proposed=None, state="draft")
    assert totals(world, "institution").cells == {}
    assert totals(world, "institution", user="focal_sei").cells == {}


def test_what_was_reported_counts_and_lines_say_from_where(world, state, donor):
    a111 = world.activities["a111"]
    make_line(a111, world.sei, state, approved="100", spent="30")
    make_line(a111, world.sei, donor, approved="100", spent="25")
    make_line(a111, world.mae, state, approved="50", spent="40")
    report_spending(a111, world.sei, make_round(world.plan, 2025), "60")
    assert totals(world).total.spent == D(100)  # 60 reported by SEI, 40 on MAE's lines
    by_source = totals(world, "source")
    assert {key[0]: amounts.spent for key, amounts in by_source.cells.items()} == {
        state.pk: D(70),
        donor.pk: D(25),
        None: D(5),
    }
    assert by_source.total.spent == D(100)
    assert totals(world, "institution", source=[donor.pk]).along(institution=world.sei.pk).spent == D(25)


def test_drafted_spending_and_unknown_amounts_do_not_count(world, state):
    a111, round = world.activities["a111"], make_round(world.plan, 2025)
    make_line(a111, world.mae, state, approved="50", spent="40")
    report_spending(a111, world.sei, round, "60", frozen=False)
    report_spending(a111, world.mae, round, None, no_data_reason="The books are not closed.")
    assert totals(world).total.spent == D(40)


def test_currencies_are_added_by_the_rate_of_the_year_or_not_at_all(world, state):
    a111 = world.activities["a111"]
    make_line(a111, world.sei, state, 2024, proposed="100.01", currency="EUR")
    make_line(a111, world.sei, state, 2025, proposed="10", currency="EUR", reference="2")
    make_line(a111, world.mae, state, 2025, proposed="1")
    before = totals(world, "year")
    assert before.total.proposed == D(1)
    assert [(one.currency, one.year, one.measure, one.amount) for one in before.missing] == [
        ("EUR", 2024, "proposed", D("100.01")),
        ("EUR", 2025, "proposed", D(10)),
    ]
    make_rate(world.plan, "EUR", "1.085")
    after = totals(world, "year")
    assert after.missing == []
    assert after.along("year")[2024,].proposed == D("108.51")  # 108.51085
    assert after.total.proposed == D("108.51") + D("10.85") + 1
    assert {key: rate.rate for key, rate in after.rates.items()} == {
        ("EUR", 2024): D("1.085"),
        ("EUR", 2025): D("1.085"),
    }


def test_a_later_rate_does_not_change_an_earlier_year(world, state):
    make_rate(world.plan, "EUR", "1.1")
    rate = make_rate(world.plan, "EUR", "2", valid_on=timezone.datetime(2026, 3, 1).date())
    make_line(world.activities["a111"], world.sei, state, 2025, proposed="10", currency="EUR")
    make_line(world.activities["a111"], world.sei, state, 2026, proposed="10", currency="EUR")
    found = totals(world, "year")
    assert found.along("year")[2025,].proposed == D(11)
    assert found.along("year")[2026,].proposed == D(20)
    assert found.rates["EUR", 2026] == rate


def test_a_rough_estimate_counts_until_an_activity_of_the_output_is_costed(world):
    a111 = world.activities["a111"]
    for year in (2025, 2026):
        OutputCosting.objects.create(output=a111.output, year=year, amount=D(1000), currency="USD")
    cost(a111, 2026, "300")
    found = totals(world, "year", "activity")
    assert found.along("year")[2025,].costed == D(1000)
    assert found.along("year")[2026,].costed == D(300)
    assert found.cells[2025, None].costed == D(1000)


def test_what_is_retired_is_not_costed_any_more(world):
    a111 = world.activities["a111"]
    cost(a111, 2025, "100")
    a111.retired_on = timezone.datetime(2025, 1, 1).date()
    a111.save()
    assert totals(world).total.costed is None


def test_costings_know_no_institution_and_stay_in_the_total(world, state):
    cost(world.activities["a111"], 2025, "100")
    make_line(world.activities["a111"], world.sei, state, proposed="30")
    found = totals(world, "institution")
    assert found.cells[None,].costed == D(100)
    assert found.cells[world.sei.pk,].proposed == D(30)
    assert found.total.costed == D(100)
    assert totals(world, institution=[world.sei.pk]).total.costed is None


def test_the_public_reads_what_was_approved_and_spent_once_published(world, state):
    a111, round = world.activities["a111"], make_round(world.plan, 2025)
    make_line(a111, world.sei, state, proposed="100", approved="80", released="70", spent="20")
    report_spending(a111, world.sei, round, "60")

    def read():
        total = load_totals(world.plan, AnonymousUser(), by=(Dimension.SOURCE,)).total
        return {one.value: total.of(one) for one in Measure if total.of(one) is not None}

    assert read() == {}
    BudgetYear.objects.create(plan=world.plan, year=2025, published_at=timezone.now())
    assert read() == {"approved": D(80)}
    round.published_at = timezone.now()
    round.save()
    assert read() == {"approved": D(80), "spent": D(60)}


def test_queries_do_not_grow(world, state, donor, django_assert_num_queries):
    a111, round = world.activities["a111"], make_round(world.plan, 2025)
    make_line(a111, world.sei, state, proposed="1")
    user = world.secretariat
    load_totals(world.plan, user)
    with django_assert_num_queries(5):
        load_totals(world.plan, user, by=("pillar", "institution", "source", "year"))
    for number in range(3):
        activity = make_activity(world.participation, f"1.2.{number}", [world.sei])
        cost(activity, 2025, "5")
        make_line(activity, world.sei, state, proposed="1", approved="1", spent="1")
        make_line(activity, world.mae, donor, 2026, proposed="1", currency="EUR")
        report_spending(activity, world.sei, round, "60")
    with django_assert_num_queries(5):
        load_totals(world.plan, user, by=("pillar", "institution", "source", "year"))
