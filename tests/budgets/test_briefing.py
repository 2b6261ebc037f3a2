"""What a budget briefing says: the ask, what of it is found, the gap and what it buys; every sum ties out to the totals."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from budgets.briefing import data
from budgets.briefing.build import build_briefing, money_of, total, units_of
from budgets.counted import Dimension
from budgets.models import BudgetLine, Costing, FundingSource
from budgets.totals import Amounts, load_totals
from tests.budgets.briefing_world import CUT_OFF, make_ask
from tests.budgets.money_world import make_line
from tests.world import make_activity, make_indicator

#: Whatever the size of the plan.
QUERIES = 22


@pytest.fixture
def ask(world):
    return make_ask(world)


def build(world, first=2025, last=2026, *, by="secretariat", **options):
    return build_briefing(
        plan=world.plan,
        first_year=first,
        last_year=last,
        user=getattr(world, by),
        **({"cut_off": CUT_OFF} | options),
    )


def money(**amounts):
    names = ("costed", "proposed", "approved", "ask", "gap", "unsourced")
    return data.Money(
        **{name: None if amounts.get(name) is None else Decimal(amounts[name]) for name in names}
    )


# The ask of one activity in one year


@pytest.mark.parametrize(
    ("costed", "proposed", "approved", "expected"),
    [
        (None, None, None, (None, None, None)),  # nobody said anything
        (100, None, None, (100, 100, 100)),  # an estimate alone: no source is named
        (0, None, None, (0, 0, 0)),  # costed at 0 is not "not costed"
        (
            100,
            80,
            None,
            (80, 80, 0),
        ),  # what is proposed stands in place of the estimate, and names its source
        (100, 0, None, (0, 0, 0)),  # proposed as 0: nothing is asked for
        (100, 80, 50, (80, 30, 0)),
        (100, 80, 0, (80, 80, 0)),  # refused: it is still asked for
        (
            100,
            80,
            90,
            (90, 0, 0),
        ),  # more was approved than asked for: nothing is left, and nothing is below 0
        (100, None, 60, (100, 40, 40)),
        (None, None, 60, (60, 0, 0)),
    ],
)
def test_the_ask_of_an_activity(costed, proposed, approved, expected):
    given = [None if one is None else Decimal(one) for one in (costed, proposed, approved)]
    made = money_of(Amounts(costed=given[0], proposed=given[1], approved=given[2]))
    wanted = tuple(None if one is None else Decimal(one) for one in expected)
    assert (made.ask, made.gap, made.unsourced) == wanted


def test_a_rough_estimate_counts_as_far_as_it_goes_beyond_what_is_proposed_for_its_parts():
    cells = {
        (1, 10, None, 2025): Amounts(costed=Decimal(100)),
        (1, 10, 5, 2025): Amounts(proposed=Decimal(30)),
        (1, 10, 6, 2025): Amounts(proposed=Decimal(50), approved=Decimal(20)),
        (1, 10, None, 2026): Amounts(costed=Decimal(100)),
        (1, 10, 5, 2026): Amounts(proposed=Decimal(130)),
        (1, 10, 5, 2027): Amounts(proposed=Decimal(999)),
    }
    units = units_of(cells, (2025, 2026))
    assert total(one.money for one in units if one.year == 2025) == money(
        costed=100, proposed=80, approved=20, ask=100, gap=80, unsourced=20
    )
    assert total(one.money for one in units if one.year == 2026) == money(
        costed=100, proposed=130, ask=130, gap=130, unsourced=0
    )


def test_nothing_said_adds_up_to_nothing_said():
    assert total([]) == money()
    assert total([money_of(Amounts()), money_of(Amounts(spent=Decimal(3)))]) == money()


# The whole


def test_the_ask_by_pillar_and_year(ask):
    briefing = build(ask)
    participation, prevention = briefing.pillars
    assert [one.money for one in participation.years] == [
        money(costed=25000, proposed=23200, approved=14500, ask=23500, gap=9000, unsourced=0),
        money(costed=34000, proposed=11000, ask=15000, gap=15000, unsourced=4000),
    ]
    assert [one.money for one in prevention.years] == [
        money(costed=8000, proposed=3000, ask=8000, gap=8000, unsourced=5000),
        money(costed=9000, ask=9000, gap=9000, unsourced=9000),
    ]
    assert briefing.total == money(
        costed=76000, proposed=37200, approved=14500, ask=55500, gap=41000, unsourced=18000
    )
    assert briefing.years == (
        money(costed=33000, proposed=26200, approved=14500, ask=31500, gap=17000, unsourced=5000),
        money(costed=43000, proposed=11000, ask=24000, gap=24000, unsourced=13000),
    )


def test_every_sum_ties_out_to_the_totals(ask):
    briefing = build(ask)
    totals = load_totals(
        ask.plan, ask.secretariat, by=(Dimension.PILLAR, Dimension.YEAR), only={"year": [2025, 2026]}
    )
    for name in ("costed", "proposed", "approved"):
        assert getattr(briefing.total, name) == totals.total.of(name)
    for name in ("costed", "proposed", "approved", "ask", "gap", "unsourced"):
        parts = [getattr(one.total, name) for one in briefing.pillars]
        assert sum(one for one in parts if one is not None) == getattr(briefing.total, name)
        cells = [getattr(year.money, name) for one in briefing.pillars for year in one.years]
        assert sum(one for one in cells if one is not None) == getattr(briefing.total, name)
    for pillar in briefing.pillars:
        bought = [one.money.ask or 0 for one in pillar.activities] + [one.ask for one in pillar.rough]
        assert sum(bought) == pillar.total.ask
    for name in ("proposed", "approved"):
        by_source = [getattr(one, name) or 0 for one in briefing.sources]
        assert sum(by_source) == getattr(briefing.total, name)
    assert sum(one.proposed for one in briefing.tags) == briefing.total.proposed


def test_what_the_committee_decided_stands_beside_the_year(ask):
    year = build(ask).pillars[0].years[0]
    assert (year.state, year.decided_on, year.reference) == (
        "approved_changed",
        date(2024, 11, 5),
        "SC/2024/07",
    )
    later = build(ask).pillars[0].years[1]
    assert (later.state, later.decided_on, later.reference) == ("", None, "")


def test_sources_with_kind_and_whether_they_pass_through_the_states_budget(ask):
    state, partner = build(ask).sources
    assert (state.name, state.kind, state.on_budget, state.proposed, state.approved) == (
        "State budget",
        "state",
        True,
        Decimal(17200),
        Decimal(14500),
    )
    assert (partner.name, partner.on_budget, partner.proposed, partner.approved) == (
        "UN Women",
        False,
        Decimal(20000),
        None,
    )


def test_what_it_buys(ask):
    first, second = build(ask).pillars[0].activities
    assert (first.code, first.years, first.leads) == ("1.1.1", (2025, 2026), ("SEI", "MAE"))
    assert (first.money.ask, second.money.ask) == (Decimal(29000), Decimal(9500))
    (indicator,) = first.indicators
    assert (indicator.baseline, indicator.baseline_year) == (Decimal("4.7511"), 2023)
    assert [(one.period_end.year, one.value) for one in indicator.targets] == [
        (2026, Decimal(20)),
        (2028, Decimal(30)),
    ]
    (count,) = second.indicators
    assert (count.baseline, [one.value for one in count.targets]) == (Decimal(2505), [Decimal(15000)])
    (bare,) = build(ask).pillars[1].activities[0].indicators
    assert (bare.baseline, bare.targets) == (None, ())
    (rough,) = build(ask).pillars[1].rough
    assert (rough.code, rough.ask) == ("2.1", Decimal(14000))


def test_an_activity_that_is_not_scheduled_but_has_money_is_named(ask):
    made = make_activity(ask.prevention, "2.2.1", [ask.mssi], years=(2024,))
    idle = make_activity(ask.prevention, "2.2.2", [ask.mssi], years=(2024,))
    make_line(made, ask.mssi, FundingSource.objects.get(code="STATE"), 2025, proposed="70")
    named = {one.code: one for one in build(ask).pillars[1].activities}
    assert idle.code not in named
    assert (named["2.2.1"].years, named["2.2.1"].money.ask) == ((), Decimal(70))


def test_an_activity_without_any_amount_is_told_and_is_not_0(ask):
    make_activity(ask.participation, "1.2.1", [ask.sei])
    pillar = build(ask).pillars[0]
    assert [one.code for one in pillar.without_amount] == ["1.2.1"]
    assert pillar.without_amount[0].money == money()


def test_the_years_before_show_what_became_of_money(ask):
    (year,) = build(ask).past
    assert (year.year, year.costed, year.approved, year.released, year.spent) == (
        2024, Decimal(10000), Decimal(10000), Decimal(8000), Decimal(7500),
    )  # fmt: skip
    assert year.execution == Decimal(75)
    assert build(ask, 2024, 2024).past == ()
    unreported = build(ask, 2026, 2026).past[1]
    assert (unreported.year, unreported.approved, unreported.spent, unreported.execution) == (
        2025,
        Decimal(14500),
        None,
        None,
    )


def test_the_gender_budget_counts_institutions_whose_two_amounts_are_known(ask):
    (year,) = build(ask).gender
    assert (year.year, year.institutions, year.total, year.gender, year.share) == (
        2024, 1, Decimal(200000), Decimal(12000), Decimal(6),
    )  # fmt: skip
    assert build(ask).minimum_gender_share == Decimal(5)
    tags = {one.tag: one.proposed for one in build(ask).tags}
    assert tags == {
        "principal": Decimal(15000),
        "significant": Decimal(6000),
        "not_targeted": Decimal(11000),
        "": Decimal(5200),
    }


def test_rates_that_were_used_and_amounts_without_one_are_named(ask):
    briefing = build(ask)
    (rate,) = briefing.rates
    assert (rate.currency, rate.year, rate.rate, rate.valid_on, rate.source) == (
        "EUR", 2026, Decimal("1.1"), date(2025, 6, 30), "Bank",
    )  # fmt: skip
    assert briefing.missing == (data.MissingPart("GBP", 2026, "proposed", Decimal(1000)),)
    early = build(ask, 2025, 2025)
    assert (early.rates, early.missing) == ((), ())


def test_what_an_institution_still_drafts_is_nobodys_business(ask):
    before = build(ask)
    BudgetLine.objects.update(drafted=Decimal(777777))
    assert build(ask) == before


def test_invented_figures_are_said_to_be_so(ask):
    assert not build(ask).plan.is_illustrative
    Costing.objects.filter(year=2025).update(is_illustrative=True)
    assert build(ask).plan.is_illustrative
    assert not build(ask, 2024, 2024).plan.is_illustrative
    Costing.objects.update(is_illustrative=False)
    type(ask.plan).objects.update(holds_illustrative_data=True)
    ask.plan.refresh_from_db()
    assert build(ask).plan.is_illustrative


@pytest.mark.parametrize("who", ["focal_mae", "steering", "monitoring", "other_cso_lead"])
def test_everybody_inside_reads_the_same(ask, who):
    assert build(ask, by=who) == build(ask)


@pytest.mark.parametrize("who", ["outsider", "nobody"])
def test_who_does_not_read_the_budgets_gets_no_other_ask(ask, who):
    with pytest.raises(PermissionDenied):
        build(ask, by=who)


def test_a_plan_without_any_money(world):
    briefing = build(world)
    assert briefing.total == money()
    assert [one.total for one in briefing.pillars] == [money(), money()]
    assert (briefing.sources, briefing.tags, briefing.rates) == ((), (), ())
    assert len(briefing.pillars[0].activities) == 2


@pytest.mark.parametrize("activities", [1, 30])
def test_the_same_queries_for_any_size(ask, activities, django_assert_num_queries):
    source = FundingSource.objects.get(code="STATE")
    for number in range(activities):
        made = make_activity(ask.prevention, f"2.3.{number + 1}", [ask.mssi, ask.sei])
        make_indicator(made, f"{made.code}a", target="9")
        make_line(made, ask.mssi, source, 2025, proposed="10")
    ask.secretariat._held_seats = None
    with django_assert_num_queries(QUERIES):
        briefing = build(ask)
    assert len(briefing.pillars[1].activities) == activities + 1
