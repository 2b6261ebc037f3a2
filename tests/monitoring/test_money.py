"""What counts as money without results and results without money: the rules, from examples and for any figures."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.execution import Execution, execution_of
from frameworks.models.indicator import Direction
from monitoring.models.result import Performance
from monitoring.models.submission import ActivityStatus
from monitoring.money import (
    GOOD,
    Facts,
    IndicatorFact,
    MoneyFinding,
    Movement,
    Share,
    findings_of,
    has_moved,
    is_enough,
    money_words,
    movement_of,
)

P = Performance
amounts = st.none() | st.decimals(min_value=0, max_value=D("1e15"), places=2)
facts_of_indicators = st.lists(
    st.builds(IndicatorFact, st.sampled_from(Performance), st.sampled_from(Movement)), max_size=4
).map(tuple)


def facts(approved=None, spent=None, *own, above=(), shares=(), **more):
    """Amounts as texts; indicators as (status, movement) pairs or statuses alone."""
    return Facts(
        approved=None if approved is None else D(approved),
        spent=None if spent is None else D(spent),
        own=tuple(_fact(one) for one in own),
        above=tuple(_fact(one) for one in above),
        shares=shares,
        **more,
    )


def _fact(one):
    return IndicatorFact(*one) if isinstance(one, tuple) else IndicatorFact(one)


def share(approved, spent, reason=""):
    approved, spent = (None if one is None else D(one) for one in (approved, spent))
    return Share("SEI", approved, spent, execution_of(approved, spent, D(90)), reason)


@pytest.mark.parametrize(
    ("direction", "now", "before", "movement"),
    [
        (Direction.INCREASE, "5", "4", Movement.BETTER),
        (Direction.INCREASE, "4", "5", Movement.WORSE),
        (Direction.INCREASE, "4", "4.00", Movement.SAME),
        (Direction.DECREASE, "4", "5", Movement.BETTER),
        (Direction.DECREASE, "5", "4", Movement.WORSE),
        (Direction.MAINTAIN_OR_INCREASE, "4", "5", Movement.WORSE),
        (Direction.MAINTAIN, "4", "5", Movement.UNKNOWN),
        (Direction.MAINTAIN, "5", "5", Movement.SAME),
        (Direction.INCREASE, None, "5", Movement.UNKNOWN),
        (Direction.INCREASE, "0", None, Movement.UNKNOWN),  # a first 0 is no change
        (Direction.INCREASE, "0", "0", Movement.SAME),
    ],
)
def test_how_a_figure_moved(direction, now, before, movement):
    pair = {"now": now and D(now), "before": before and D(before)}
    assert movement_of(direction=direction, **pair) == movement


@pytest.mark.parametrize(
    ("approved", "spent", "enough"),
    [
        ("100", "50", True),
        ("100", "49.99", False),
        ("100", None, False),
        ("100", "0", False),
        (None, "0.01", True),  # without approval any spending should have changed something
        ("0", "1", True),
        (None, None, False),
        ("0", "0", False),
    ],
)
def test_when_something_should_have_moved(approved, spent, enough):
    assert is_enough(approved and D(approved), spent and D(spent)) is enough


@pytest.mark.parametrize(
    ("own", "moved"),
    [
        ([P.OFF_TRACK], False),
        ([P.AT_RISK], False),
        ([(P.AT_RISK, Movement.BETTER)], True),
        ([(P.OFF_TRACK, Movement.SAME), (P.OFF_TRACK, Movement.BETTER)], True),
        ([P.ON_TRACK], True),
        ([(P.ON_TRACK, Movement.SAME)], True),  # a level that should be kept is kept
        ([(P.ON_TRACK, Movement.WORSE)], False),
        ([(P.ON_TRACK, Movement.WORSE), (P.AT_RISK, Movement.SAME)], True),
        ([P.MOVED_BACKWARDS], False),
        ([(P.MOVED_BACKWARDS, Movement.BETTER)], False),  # still below where it began
        ([P.NO_DATA], None),
        ([P.NOT_YET_DUE, P.NOT_APPLICABLE], None),
        ([(P.NOT_APPLICABLE, Movement.BETTER)], True),  # no target, but a figure that rose
        ([P.NO_DATA, P.OFF_TRACK], False),
        ([], None),
    ],
)
def test_whether_something_moved(own, moved):
    assert has_moved(facts("100", "60", *own)) is moved


def test_without_an_indicator_of_its_own_those_of_the_output_count():
    assert findings_of(facts("100", "60", above=[P.OFF_TRACK])) == (MoneyFinding.NOTHING_MOVED,)
    assert findings_of(facts("100", "60", P.ON_TRACK, above=[P.OFF_TRACK])) == ()
    assert findings_of(facts("100", "60", P.OFF_TRACK, above=[P.ACHIEVED])) == (MoneyFinding.NOTHING_MOVED,)


def test_no_figure_is_not_the_same_as_no_movement():
    assert findings_of(facts("100", "60", P.NO_DATA)) == (MoneyFinding.NO_FIGURE,)
    assert findings_of(facts("100", "60")) == (MoneyFinding.NO_FIGURE,)
    assert findings_of(facts("100", "60", P.NOT_YET_DUE)) == ()  # nobody owes a figure yet


@pytest.mark.parametrize(
    ("approved", "spent", "words"),
    [
        (None, None, ("nobody recorded an approved amount", "nobody reported spending")),
        ("0", None, ("nothing was approved (0)", "nobody reported spending")),
        ("0", "0", ("nothing was approved (0)", "nothing was spent (0)")),
    ],
)
def test_results_without_money_say_what_is_0_and_what_is_not_reported(approved, spent, words):
    found = facts(approved, spent, P.ACHIEVED)
    assert findings_of(found) == (MoneyFinding.WITHOUT_MONEY,)
    assert money_words(found) == words


@pytest.mark.parametrize(
    "found",
    [
        facts("1", None, P.ACHIEVED),
        facts(None, "1", P.ACHIEVED),
        facts(None, None, P.OFF_TRACK),
        facts(None, None, above=[P.ACHIEVED]),  # the output was reached by others
        facts(None, None, P.ACHIEVED, is_scheduled=False),
        facts(None, None, status=ActivityStatus.ON_TRACK),
    ],
)
def test_what_is_no_result_without_money(found):
    assert MoneyFinding.WITHOUT_MONEY not in findings_of(found)


def test_completed_counts_as_a_result():
    assert findings_of(facts(status=ActivityStatus.COMPLETED)) == (MoneyFinding.WITHOUT_MONEY,)


def test_one_institution_over_its_share_is_not_hidden_by_another_below():
    shares = (share("100", "120"), share("100", "10"), share("50", None, "The books are not closed."))
    found = findings_of(facts("250", "130", P.ON_TRACK, shares=shares))
    assert found == (MoneyFinding.OVERSPENT, MoneyFinding.NOT_REPORTED)
    assert [one.over for one in shares] == [D(20), None, None]
    assert share(None, "5").over == D(5)
    assert share(None, "5").execution == Execution.NOT_FORESEEN


@given(amounts, amounts, facts_of_indicators, facts_of_indicators, st.booleans())
def test_for_any_figures(approved, spent, own, above, is_scheduled):
    found = findings_of(Facts(approved, spent, None, is_scheduled, own, above))
    assert list(found) == sorted(found, key=list(MoneyFinding).index)
    # Money without results and results without money exclude each other, and so do standing still and not knowing.
    assert (
        len({MoneyFinding.NOTHING_MOVED, MoneyFinding.NO_FIGURE, MoneyFinding.WITHOUT_MONEY} & set(found))
        <= 1
    )
    if spent is None or spent == 0:
        assert not {MoneyFinding.NOTHING_MOVED, MoneyFinding.NO_FIGURE} & set(found)
    if spent or approved:
        assert MoneyFinding.WITHOUT_MONEY not in found
    if MoneyFinding.NOTHING_MOVED in found:
        assert any(one.tells for one in own or above)
        assert not any(
            one.movement == Movement.BETTER and one.status != P.MOVED_BACKWARDS for one in own or above
        )


@given(amounts, amounts, facts_of_indicators)
def test_more_good_news_never_makes_it_worse(approved, spent, own):
    better = (*own, IndicatorFact(P.ACHIEVED, Movement.BETTER))
    assert MoneyFinding.NOTHING_MOVED not in findings_of(Facts(approved, spent, own=better))
    assert all(status in GOOD for status in (P.ACHIEVED, P.ON_TRACK))
