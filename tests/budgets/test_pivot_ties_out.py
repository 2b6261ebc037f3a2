"""Every cell of every table: what its rows come to, one by one, and what the page behind it lists.

The sums here are made without any query of budgets: from plain rows, each converted by itself, put under each dimension by hand.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal as D

import pytest
from django.db.transaction import atomic, set_rollback
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets.counted import OF_SOURCE, Dimension, Measure
from budgets.entries import Entries
from budgets.models import BudgetLine, Costing, Expenditure, OutputCosting
from budgets.pivot import Asked, Pivot, Show
from budgets.rates import load_rates
from frameworks.models import Institution
from tests.budgets.money_world import make_line, make_rate, make_source, report_spending
from tests.world import make_round

pytestmark = pytest.mark.django_db

#: EUR has a rate from 2025 on, AUD has none at all.
currencies = st.sampled_from(("USD", "EUR", "AUD"))
years = st.sampled_from((2024, 2025))
places = st.sampled_from(("a111", "a112", "a211"))
# MSSI is merged into MAE: both are one body.
institutions = st.sampled_from(("sei", "mae", "mssi"))
given_amounts = st.sampled_from((D(0), D("0.01"), D("99.99"), D(1000))) | st.decimals(0, 10**9, places=2)
amounts = st.none() | given_amounts
lines = st.lists(
    st.tuples(
        places,
        institutions,
        st.sampled_from(("STATE", "EU", "FUND")),
        years,
        currencies,
        st.sampled_from(("", "principal", "not_targeted")),
        *(amounts,) * 4,
    ),
    max_size=7,
    unique_by=lambda row: row[:4],
)
costings = st.lists(
    st.tuples(places, years, currencies, given_amounts), max_size=4, unique_by=lambda row: row[:2]
)
# Two half-years of each year.
spending = st.lists(
    st.tuples(places, institutions, years, st.sampled_from((1, 2)), currencies, amounts),
    max_size=5,
    unique_by=lambda row: row[:4],
)
dimensions = st.sampled_from(list(Dimension))


def fill(world, told, costs, rough, reports):
    Institution.objects.filter(pk=world.mssi.pk).update(merged_into=world.mae)
    sources = {
        "STATE": make_source(world.plan, "STATE"),
        "EU": make_source(world.plan, "EU", "partner", on_budget=False),
        "FUND": make_source(world.plan, "FUND", "fund", on_budget=None),
    }
    make_rate(world.plan, "EUR", "1.08567", valid_on=date(2025, 3, 1))
    rounds = {
        (year, half): make_round(
            world.plan,
            year,
            label=f"{year} H{half}",
            periodicity="half_year",
            period_start=date(year, 6 * half - 5, 1),
            period_end=date(year, 6, 30) if half == 1 else date(year, 12, 31),
        )
        for year in (2024, 2025)
        for half in (1, 2)
    }
    names = ("proposed", "approved", "released", "spent")
    for place, who, source, year, currency, tag, *figures in told:
        make_line(
            world.activities[place],
            world.institutions[who],
            sources[source],
            year,
            currency=currency,
            gender_tag=tag,
            **dict(zip(names, figures, strict=True)),
        )
    for place, year, currency, amount in costs:
        Costing.objects.create(activity=world.activities[place], year=year, currency=currency, amount=amount)
    for place, year, currency, amount in rough:
        OutputCosting.objects.get_or_create(
            output=world.activities[place].output,
            year=year,
            defaults={"currency": currency, "amount": amount},
        )
    for place, who, year, half, currency, amount in reports:
        report_spending(
            world.activities[place],
            world.institutions[who],
            rounds[year, half],
            amount,
            currency=currency,
            no_data_reason="" if amount is not None else "Books not closed.",
        )


def atoms(plan, by_source):
    """(values by Dimension, measure, amount, currency, year): every amount that counts, by itself."""
    rates = load_rates(plan)

    def chain(output, activity=None):
        return {
            Dimension.PILLAR: output.goal.pillar_id,
            Dimension.GOAL: output.goal_id,
            Dimension.OUTPUT: output.pk,
            Dimension.ACTIVITY: activity.pk if activity else None,
        }

    costed = set()
    for one in Costing.objects.all():
        costed.add((one.activity.output_id, one.year))
        where = chain(one.activity.output, one.activity) | {Dimension.YEAR: one.year}
        yield where, "costed", one.amount, one.currency, one.year
    for one in OutputCosting.objects.all():
        if (one.output_id, one.year) not in costed:
            yield chain(one.output) | {Dimension.YEAR: one.year}, "costed", one.amount, one.currency, one.year
    reported = defaultdict(set)
    for one in Expenditure.objects.all():
        if one.amount is None:
            continue
        body, year = one.institution.merged_into_id or one.institution_id, one.round.period_end.year
        reported[one.activity_id, body, year].add(rates.knows(one.currency, year))
        where = chain(one.activity.output, one.activity)
        where |= {Dimension.INSTITUTION: body, Dimension.YEAR: year}
        yield where, "spent", one.amount, one.currency, year
    for one in BudgetLine.objects.all():
        if one.proposed is None and one.approved is None:
            continue
        held, source = one.operational_plan, one.funding_source
        body, year = held.institution.merged_into_id or held.institution_id, held.year
        bare = chain(one.activity.output, one.activity)
        bare |= {Dimension.INSTITUTION: body, Dimension.YEAR: year}
        where = bare | {
            Dimension.SOURCE: source.pk,
            Dimension.SOURCE_KIND: source.kind,
            Dimension.ON_BUDGET: source.on_budget,
            Dimension.GENDER: one.gender_tag,
        }
        for measure in ("proposed", "approved", "released"):
            yield where, measure, getattr(one, measure), one.currency, year
        said = reported[one.activity_id, body, year]
        if not said:
            yield where, "spent", one.spent, one.currency, year
        elif True in said and by_source and one.spent is not None:
            yield where, "spent", one.spent, one.currency, year
            yield bare, "spent", -one.spent, one.currency, year


def add_up(plan, fitting):
    """(measure → amount or None, (currency, year, measure) → what has no rate) of some atoms."""
    rates, sums, missing = load_rates(plan), dict.fromkeys(Measure.values), defaultdict(D)
    for _where, measure, amount, currency, year in fitting:
        if amount is None:
            continue
        worth = rates.convert(abs(amount), currency, year)
        if worth is None:
            missing[currency, year, measure] += amount
        else:
            sums[measure] = (sums[measure] or D(0)) + worth.copy_sign(amount)
    return sums, {key: amount for key, amount in missing.items() if amount}


def told(amounts):
    return {one: amounts.of(one) for one in Measure.values}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=lines,
    costs=costings,
    rough=costings,
    reports=spending,
    by=dimensions,
    across=st.none() | dimensions,
    filtered=st.none() | st.tuples(dimensions, st.integers(0, 5)),
)
def test_every_cell_is_what_its_rows_come_to_and_what_stands_behind_it(
    world, rows, costs, rough, reports, by, across, filtered
):
    with atomic():
        fill(world, rows, costs, rough, reports)
        only = {}
        if filtered:
            values = sorted({one[0].get(filtered[0]) for one in atoms(world.plan, True)}, key=str)
            if values:
                only = {filtered[0]: [values[filtered[1] % len(values)]]}
        if across in Asked(rows=by).levels:
            across = None
        asked = Asked(rows=by, columns=across, show=Show.STEPS, only=only)
        pivot = Pivot(world.plan, world.steering, asked)
        by_source = any(one in OF_SOURCE for one in (*asked.levels, across, *only))
        everything = [
            one
            for one in atoms(world.plan, by_source)
            if all(one[0].get(name) in values for name, values in only.items())
        ]
        sums, missing = add_up(world.plan, everything)
        assert told(pivot.totals.total) == told(pivot.total.amounts) == sums
        assert {(one.currency, one.year, one.measure): one.amount for one in pivot.totals.missing} == missing
        for row in pivot.rows:
            for column, amounts in row.by_column.items():
                place = dict(row.key) | ({across: column} if across else {})
                fitting = [one for one in everything if all(one[0].get(k) == v for k, v in place.items())]
                assert told(amounts) == add_up(world.plan, fitting)[0], place
                # What the page behind the cell lists: the filters of the table and those of the cell.
                entries = Entries(world.plan, world.steering, only=only | {k: [v] for k, v in place.items()})
                assert listed(entries) == told(amounts), place
                assert len(list(entries)) == len(entries) == len(entries[0:10_000])
        set_rollback(True)


def listed(entries):
    sums = dict.fromkeys(Measure.values)
    for entry in entries:
        for measure, worth in entry.value.items():
            if worth is not None:
                sums[measure] = (sums[measure] or D(0)) + worth
    return sums
