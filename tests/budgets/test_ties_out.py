"""Whatever is added up, by whatever it is broken down: it comes to what its rows come to, converted one by one."""

from decimal import Decimal as D

import pytest
from django.db.transaction import atomic, set_rollback
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets.counted import NOT_COSTED_BY, OF_SOURCE, Dimension, Measure
from budgets.models import BudgetLine, Costing, Expenditure, OutputCosting
from budgets.rates import load_rates
from budgets.totals import load_totals
from tests.budgets.money_world import make_line, make_rate, make_source, report_spending
from tests.world import make_round

pytestmark = pytest.mark.django_db

#: EUR has a rate from 2025 on, AUD has none at all.
CURRENCIES = ("USD", "EUR", "AUD")
YEARS = (2024, 2025, 2026)
amounts = st.none() | st.decimals(min_value=0, max_value=10**9, places=2)
currencies, years = st.sampled_from(CURRENCIES), st.sampled_from(YEARS)
places = st.sampled_from(("a111", "a112", "a211"))
institutions = st.sampled_from(("sei", "mae", "mssi"))
tags = st.sampled_from(("", "principal", "significant", "not_targeted"))

lines = st.lists(
    st.tuples(
        places, institutions, st.sampled_from(("STATE", "EU")), years, currencies, tags, *(amounts,) * 4
    ),
    max_size=8,
    unique_by=lambda row: row[:4],
)
costings = st.lists(
    st.tuples(places, years, currencies, st.decimals(min_value=0, max_value=10**9, places=2)),
    max_size=5,
    unique_by=lambda row: row[:2],
)
spending = st.lists(
    st.tuples(places, institutions, years, currencies, st.decimals(min_value=0, max_value=10**9, places=2)),
    max_size=5,
    unique_by=lambda row: row[:3],
)
broken_down = st.lists(st.sampled_from(list(Dimension)), max_size=3, unique=True)


def fill(world, told_lines, told_costings, rough, reports):
    sources = {code: make_source(world.plan, code) for code in ("STATE", "EU")}
    rounds = {year: make_round(world.plan, year) for year in YEARS}
    make_rate(world.plan, "EUR", "1.08567")
    for rate in world.plan.exchange_rates.all():
        rate.valid_on = rate.valid_on.replace(year=2025)
        rate.save()
    for place, who, source, year, currency, tag, proposed, approved, released, spent in told_lines:
        make_line(
            world.activities[place],
            world.institutions[who],
            sources[source],
            year,
            currency=currency,
            gender_tag=tag,
            proposed=proposed,
            approved=approved,
            released=released,
            spent=spent,
        )
    for place, year, currency, amount in told_costings:
        Costing.objects.create(activity=world.activities[place], year=year, currency=currency, amount=amount)
    for place, year, currency, amount in rough:
        OutputCosting.objects.get_or_create(
            output=world.activities[place].output,
            year=year,
            defaults={"currency": currency, "amount": amount},
        )
    for place, who, year, currency, amount in reports:
        report_spending(
            world.activities[place], world.institutions[who], rounds[year], amount, currency=currency
        )


def one_by_one(plan):
    """(measure → sum in the plan's currency or None, (currency, year, measure) → what has no rate): row after row."""
    rates = load_rates(plan)
    sums, missing = dict.fromkeys(Measure.values), {}

    def add(measure, amount, currency, year):
        if amount is None:
            return
        worth = rates.convert(amount, currency, year)
        if worth is None:
            missing[currency, year, measure] = missing.get((currency, year, measure), D(0)) + amount
        else:
            sums[measure] = (sums[measure] or D(0)) + worth

    costed = set()
    for one in Costing.objects.select_related("activity"):
        costed.add((one.activity.output_id, one.year))
        add("costed", one.amount, one.currency, one.year)
    for one in OutputCosting.objects.all():
        if (one.output_id, one.year) not in costed:
            add("costed", one.amount, one.currency, one.year)
    reported = set()
    for one in Expenditure.objects.select_related("round"):
        year = one.round.period_end.year
        reported.add((one.activity_id, one.institution_id, year))
        add("spent", one.amount, one.currency, year)
    for one in BudgetLine.objects.select_related("operational_plan"):
        where = one.operational_plan
        if one.proposed is None and one.approved is None:
            continue
        for measure in ("proposed", "approved", "released"):
            add(measure, getattr(one, measure), one.currency, where.year)
        if (one.activity_id, where.institution_id, where.year) not in reported:
            add("spent", one.spent, one.currency, where.year)
    return sums, {key: amount for key, amount in missing.items() if amount}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=lines, costs=costings, rough=costings, reports=spending, by=broken_down)
def test_every_way_of_adding_up_comes_to_its_rows(world, told, costs, rough, reports, by):
    with atomic():
        fill(world, told, costs, rough, reports)
        sums, missing = one_by_one(world.plan)
        whole = load_totals(world.plan, world.secretariat)
        found = load_totals(world.plan, world.secretariat, by=by)
        by_source = any(one in OF_SOURCE for one in by)
        for measure in Measure.values:
            wanted = sums[measure]
            assert whole.total.of(measure) == wanted
            # Split by source, what lines say beyond the report and what is taken off again may leave a nought.
            assert (found.total.of(measure) or D(0)) == (wanted or D(0))
        assert {(one.currency, one.year, one.measure): one.amount for one in whole.missing} == missing
        if not by_source:
            assert found.missing == whole.missing
        for one in by:
            folded = found.along(one).values()
            assert sum((part.approved or D(0)) for part in folded) == (sums["approved"] or D(0))
        set_rollback(True)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=lines, costs=costings, reports=spending, by=st.sampled_from(list(Dimension)))
def test_what_is_picked_out_adds_up_to_all(world, told, costs, reports, by):
    """The cells of a table, asked for one by one as their links do, come to its total."""
    with atomic():
        fill(world, told, costs, [], reports)
        found = load_totals(world.plan, world.secretariat, by=[by])
        for (value,), cell in found.cells.items():
            if value is None and by in (*NOT_COSTED_BY, Dimension.ACTIVITY):
                continue
            picked = load_totals(world.plan, world.secretariat, only={by: [value]}).total
            for measure in ("proposed", "approved", "released", "spent"):
                assert (picked.of(measure) or D(0)) == (cell.of(measure) or D(0)), (by, value, measure)
        set_rollback(True)
