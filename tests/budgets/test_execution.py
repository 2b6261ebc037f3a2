"""How far approved money was spent: the bands of execution have no gap and no overlap."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.execution import Execution, execution_of
from budgets.models import BudgetRules
from budgets.rules import rules_of
from tests.world import make_plan

AMOUNTS = st.decimals(min_value=0, max_value=Decimal("9999999999999999.99"), places=2)
POSITIVE = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999999999999.99"), places=2)
SHARES = st.decimals(min_value=Decimal("0.01"), max_value=100, places=2)
NINETY = Decimal(90)


@pytest.mark.parametrize(
    ("approved", "spent", "expected"),
    [
        (None, None, Execution.NOT_APPROVED),
        ("0", None, Execution.NOT_APPROVED),
        ("0", "0", Execution.NOT_APPROVED),
        (None, "0", Execution.NOT_APPROVED),
        (None, "1", Execution.NOT_FORESEEN),
        ("0", "0.01", Execution.NOT_FORESEEN),
        ("100", None, Execution.NOT_REPORTED),
        ("100", "0", Execution.UNSPENT),
        ("100", "-5", Execution.UNSPENT),
        ("100", "0.01", Execution.PARTLY_SPENT),
        ("100", "89.99", Execution.PARTLY_SPENT),
        ("100", "90", Execution.ABSORBED),
        ("100", "99.5", Execution.ABSORBED),
        ("100", "100", Execution.ABSORBED),
        ("100", "100.01", Execution.OVERSPENT),
    ],
)
def test_the_words_for_what_became_of_money(approved, spent, expected):
    amounts = [None if one is None else Decimal(one) for one in (approved, spent)]
    assert execution_of(*amounts, NINETY) == expected


@given(approved=POSITIVE, spent=AMOUNTS, share=SHARES)
def test_of_what_was_approved_exactly_one_band_holds(approved, spent, share):
    """Each band by its own definition, in whole cents and hundredths of a percent: no gap, no overlap."""
    cents, of, hundredths = int(spent * 100), int(approved * 100), int(share * 100)
    bands = {
        Execution.UNSPENT: cents == 0,
        Execution.PARTLY_SPENT: cents > 0 and cents * 10000 < of * hundredths,
        Execution.ABSORBED: 0 < cents <= of and cents * 10000 >= of * hundredths,
        Execution.OVERSPENT: cents > of,
    }
    assert [band for band, holds in bands.items() if holds] == [execution_of(approved, spent, share)]


@given(approved=POSITIVE, share=SHARES)
def test_the_edges_belong_to_absorbed(approved, share):
    assert execution_of(approved, approved, share) == Execution.ABSORBED
    assert execution_of(approved, approved + Decimal("0.01"), share) == Execution.OVERSPENT
    least = approved * share / 100  # in full precision, perhaps with parts of a cent
    if least == least.quantize(Decimal("0.01")):
        assert execution_of(approved, least, share) == Execution.ABSORBED


@given(approved=POSITIVE, one=AMOUNTS, other=AMOUNTS, share=SHARES)
def test_more_money_never_falls_back_a_band(approved, one, other, share):
    order = [Execution.UNSPENT, Execution.PARTLY_SPENT, Execution.ABSORBED, Execution.OVERSPENT]
    less, more = sorted([one, other])
    assert order.index(execution_of(approved, less, share)) <= order.index(
        execution_of(approved, more, share)
    )


@given(approved=st.none() | AMOUNTS, spent=st.none() | AMOUNTS, share=SHARES)
def test_what_nobody_reported_is_never_red(approved, spent, share):
    found = execution_of(approved, spent, share)
    if spent is None:
        assert found in (Execution.NOT_APPROVED, Execution.NOT_REPORTED)
        assert found.tone == "muted"


def test_all_words_have_their_own_sign():
    assert len({one.glyph for one in Execution}) == len(Execution)


def test_a_plan_without_rules_has_the_usual_ones(db, django_assert_num_queries):
    plan = make_plan()
    with django_assert_num_queries(1):
        rules = rules_of(plan)
    assert (rules.minimum_gender_share, rules.absorbed_from, rules.pk) == (Decimal(5), Decimal(90), None)
    saved = BudgetRules.objects.create(plan=plan, absorbed_from=Decimal("85.5"))
    assert rules_of(plan) == saved
    assert rules_of(plan).absorbed_from == Decimal("85.5")
