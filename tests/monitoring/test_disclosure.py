"""Small cells of people in what the public sees (DOMAIN.md, "People")."""

from collections import defaultdict
from decimal import Decimal as D
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.disclosure import is_small, suppress


def cells(**numbers):
    return {name: None if value is None else D(value) for name, value in numbers.items()}


def hide(total="sum", threshold=5, **numbers):
    counts = cells(**numbers)
    if total == "sum":
        total = sum(value for value in counts.values() if value is not None)
    return suppress(counts, total=None if total is None else D(total), threshold=D(threshold))


def hidden(**numbers):
    return set(hide(**numbers).hidden)


class TestRules:
    def test_nothing_small_nothing_hidden(self):
        result = hide(DI=50, BA=5, AL=0)
        assert (result.hidden, result.total_hidden) == (frozenset(), False)

    def test_one_small_cell_takes_the_next_smallest_with_it(self):
        assert hidden(DI=50, BA=3, AL=20, ER=30) == {"BA", "AL"}

    def test_a_cell_just_at_the_threshold_can_protect(self):
        assert hidden(DI=50, BA=3, AL=5, ER=30) == {"BA", "AL"}

    def test_without_a_published_total_the_small_cell_is_enough(self):
        assert hidden(DI=50, BA=3, AL=20, total=None) == {"BA"}

    def test_two_small_cells_protect_each_other(self):
        assert hidden(DI=50, BA=3, AL=2, ER=30) == {"BA", "AL"}

    def test_small_cells_that_are_small_together_take_another(self):
        assert hidden(DI=50, BA=1, AL=2, ER=30) == {"BA", "AL", "ER"}

    def test_two_equal_small_cells_would_be_half_of_their_sum(self):
        assert hidden(DI=50, BA=4, AL=4, ER=30) == {"BA", "AL", "ER"}

    def test_cells_of_one_size_go_together(self):
        assert hidden(DI=50, BA=3, AL=20, ER=20) == {"BA", "AL", "ER"}

    def test_a_zero_is_shown(self):
        assert hidden(DI=50, BA=3, AL=0, ER=20) == {"BA", "ER"}

    def test_a_zero_is_hidden_only_where_nothing_else_can_protect(self):
        result = hide(BA=3, AL=0, ER=0)
        assert (set(result.hidden), result.total_hidden) == ({"BA", "AL", "ER"}, True)

    def test_a_blank_stays_blank_and_protects_nothing(self):
        assert hidden(DI=50, BA=3, AL=None, ER=20) == {"BA", "ER"}
        assert hide(DI=None, BA=None, total=3).hidden == frozenset()

    def test_a_small_total_is_hidden(self):
        assert hide(women=2, men=1).total_hidden
        assert hide(total=4).total_hidden
        assert not hide(total=5).total_hidden
        assert not hide(total=0).total_hidden
        assert not hide(total=None).total_hidden

    def test_when_all_are_equal_the_total_would_tell(self):
        result = hide(**dict.fromkeys("abcde", 1))
        assert (len(result.hidden), result.total_hidden) == (5, True)

    def test_the_only_cell_is_hidden_with_its_total(self):
        result = hide(all=3, total=3)
        assert (set(result.hidden), result.total_hidden) == ({"all"}, True)

    @pytest.mark.parametrize(
        ("value", "small"),
        [(None, False), ("0", False), ("1", True), ("4", True), ("4.5", True), ("5", False), ("-2", True)],
    )
    def test_is_small(self, value, small):
        assert is_small(None if value is None else D(value)) is small

    def test_the_threshold_can_be_higher(self):
        assert hidden(DI=50, BA=9, AL=20, threshold=10) == {"BA", "AL"}
        assert is_small(D(9), D(10))

    def test_a_threshold_of_two_would_hide_nothing(self):
        with pytest.raises(ValueError, match="threshold must be 3 or more"):
            hide(a=1, threshold=2)

    @pytest.mark.parametrize("wrong", [1, 2.0, "3"])
    def test_only_decimals_are_taken(self, wrong):
        with pytest.raises(TypeError, match="must be a Decimal"):
            suppress({"a": wrong}, total=None)
        with pytest.raises(TypeError, match="must be a Decimal"):
            suppress({"a": D(1)}, total=wrong)
        with pytest.raises(TypeError, match="must be a Decimal"):
            suppress({"a": D(1)}, total=None, threshold=wrong)

    def test_a_negative_count_is_not_published_and_does_not_fail(self):
        assert "a" in hidden(a=-3, b=50, c=20)


def published(values, with_total, threshold=5):
    """What the public sees: cells in their order, None where hidden, and the total or None."""
    total = sum(values)
    result = suppress(
        dict(enumerate(map(D, values))), total=D(total) if with_total else None, threshold=D(threshold)
    )
    shown = tuple(None if place in result.hidden else value for place, value in enumerate(values))
    return shown, total if with_total and not result.total_hidden else None


@pytest.mark.parametrize("with_total", [True, False])
@pytest.mark.parametrize(("size", "largest"), [(1, 12), (2, 12), (3, 10), (4, 8), (5, 5)])
def test_nobody_can_work_out_a_hidden_cell(size, largest, with_total):
    """Tried out on every table of this size: for each table that the public can see, at least two different values
    of each hidden cell would have looked the same, to one who knows the rule as well."""
    behind = defaultdict(list)
    for values in product(range(largest + 1), repeat=size):
        behind[published(values, with_total)].append(values)
    assert any(None in shown for shown, _total in behind)
    for (shown, total), tables in behind.items():
        for place in (place for place, value in enumerate(shown) if value is None):
            possible = {table[place] for table in tables}
            assert len(possible) > 1, f"{shown} with total {total} can only be {tables}"


tables = st.lists(st.one_of(st.integers(0, 6), st.integers(0, 500)), max_size=16)


@given(values=tables, with_total=st.booleans(), threshold=st.integers(3, 12))
def test_no_small_cell_is_ever_published(values, with_total, threshold):
    shown, total = published(values, with_total, threshold)
    assert not any(value is not None and 0 < value < threshold for value in shown)
    assert total is None or total == 0 or total >= threshold


@given(values=tables, threshold=st.integers(3, 12))
def test_two_unlike_hidden_values_could_be_swapped(values, threshold):
    """The proof of the rule: the swapped table has the same total and is published the same."""
    shown, total = published(values, True, threshold)
    places = [place for place, value in enumerate(shown) if value is None]
    if len({values[place] for place in places}) < 2:
        assert total is None or not places
        return
    for place in places:
        other = next(one for one in places if values[one] != values[place])
        swapped = list(values)
        swapped[place], swapped[other] = values[other], values[place]
        assert published(swapped, True, threshold) == (shown, total)


@given(values=tables, threshold=st.integers(3, 12))
def test_what_is_hidden_is_no_small_cell_when_taken_together(values, threshold):
    """Total minus the cells shown is itself a count of people."""
    shown, total = published(values, True, threshold)
    if total is not None:
        rest = total - sum(value for value in shown if value is not None)
        assert rest == 0 or rest >= threshold


@given(values=tables, data=st.data())
def test_the_order_of_the_cells_does_not_matter(values, data):
    names = list(range(len(values)))
    shuffled = data.draw(st.permutations(names))
    table = {name: D(values[name]) for name in names}
    again = {name: table[name] for name in shuffled}
    assert suppress(table, total=D(sum(values))) == suppress(again, total=D(sum(values)))


@given(values=tables, with_total=st.booleans())
def test_large_tables_without_small_cells_stay_whole(values, with_total):
    values = [value if value == 0 else value + 5 for value in values]
    assert published(values, with_total) == (tuple(values), sum(values) if with_total else None)
