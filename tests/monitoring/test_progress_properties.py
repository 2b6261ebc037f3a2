"""What holds for every number, not only for the examples (DOMAIN.md, "Arithmetic")."""

from decimal import Decimal as D
from fractions import Fraction

from hypothesis import assume, example, given
from hypothesis import strategies as st

from monitoring.progress import (
    BLANK,
    Basis,
    Combined,
    Direction,
    Figure,
    IndicatorType,
    Performance,
    Problem,
    ReporterAggregation,
    RoundAggregation,
    TargetPoint,
    Thresholds,
    achievement,
    applied_target,
    change,
    combine_reporters,
    combine_rounds,
    count_by_status,
    measured,
    performance,
    rounded,
    running_difference,
    share,
    shown_achievement,
)

# What a DecimalField of 24 digits and 6 places can hold.
numbers = st.decimals(min_value=-(10**12), max_value=10**12, places=6, allow_nan=False, allow_infinity=False)
# Close to each other and often equal, so that bounds and equalities are met.
near = st.integers(-40, 40).map(lambda n: D(n) / 4)
some = st.one_of(near, numbers)
maybe = st.one_of(st.none(), some)
amounts = st.one_of(st.integers(0, 30), st.integers(0, 10**9)).map(D)
wild = st.builds(
    lambda sign, digits, exponent: D((sign, tuple(map(int, str(digits))), exponent)),
    st.integers(0, 1),
    st.integers(0, 10**40),
    st.sampled_from([-999_000, -5_000, -61, -28, -6, -1, 0, 1, 28, 61, 5_000, 999_000]),
)
positions = st.integers(2000 * 12, 2040 * 12)
thresholds = st.tuples(st.integers(1, 999), st.integers(2, 1000)).filter(lambda t: t[0] < t[1])
thresholds = thresholds.map(lambda t: Thresholds(at_risk_from=D(t[0]) / 10, on_track_from=D(t[1]) / 10))
directions = st.sampled_from(Direction)
one_way = st.sampled_from([Direction.INCREASE, Direction.DECREASE, Direction.MAINTAIN_OR_INCREASE])
types = st.sampled_from(IndicatorType)
share_types = st.sampled_from([IndicatorType.PERCENTAGE, IndicatorType.NUMBER_AND_PERCENTAGE])
pairs = st.builds(lambda n, d: Figure(numerator=n, denominator=d), amounts, amounts)
figures = st.builds(
    Figure, value=st.one_of(st.none(), some), numerator=st.none() | amounts, denominator=st.none() | amounts
)

WORST_TO_BEST = [
    Performance.MOVED_BACKWARDS,
    Performance.OFF_TRACK,
    Performance.AT_RISK,
    Performance.ON_TRACK,
    Performance.ACHIEVED,
]


def exact(value):
    return None if value is None else Fraction(value)


def judge(actual, baseline, target, direction, bounds=None, due=True):
    return performance(
        actual=actual,
        baseline=baseline,
        target=target,
        direction=direction,
        thresholds=bounds or Thresholds(),
        due=due,
    )


class TestJudgement:
    @given(actual=some, baseline=some, target=some, direction=directions)
    def test_the_formula_is_exact_to_the_last_digit(self, actual, baseline, target, direction):
        result = achievement(actual=actual, baseline=baseline, target=target, direction=direction)
        assume(result.basis is Basis.BASELINE_TO_TARGET)
        ratio = 100 * (exact(actual) - exact(baseline)) / (exact(target) - exact(baseline))
        assert abs(exact(result.raw) - ratio) <= abs(ratio) / 10**50

    @given(one=some, other=some, baseline=maybe, target=maybe, direction=one_way, bounds=thresholds)
    @example(D(0), D(1), None, D(50), Direction.DECREASE, Thresholds())
    @example(D(-1), D(1), None, D(50), Direction.DECREASE, Thresholds())
    def test_a_better_actual_never_has_a_worse_status(self, one, other, baseline, target, direction, bounds):
        worse, better = sorted([one, other], reverse=direction is Direction.DECREASE)
        before = judge(worse, baseline, target, direction, bounds).status
        after = judge(better, baseline, target, direction, bounds).status
        if before in WORST_TO_BEST and after in WORST_TO_BEST:
            assert WORST_TO_BEST.index(before) <= WORST_TO_BEST.index(after)
        else:  # what cannot be graded lies between missed and reached: it may follow the one and precede the other
            assert Performance.NOT_APPLICABLE in (before, after)
            assert before in (Performance.NOT_APPLICABLE, Performance.MOVED_BACKWARDS)
            assert after in (Performance.NOT_APPLICABLE, Performance.ACHIEVED)

    @given(actual=some, baseline=some, target=some, bounds=thresholds)
    def test_a_decrease_is_the_mirror_of_an_increase(self, actual, baseline, target, bounds):
        rising = judge(actual, baseline, target, Direction.INCREASE, bounds)
        falling = judge(-actual, -baseline, -target, Direction.DECREASE, bounds)
        assert rising == falling

    @given(actual=some, baseline=some, target=some, direction=one_way, scale=st.integers(1, 10**6).map(D))
    def test_the_unit_does_not_matter(self, actual, baseline, target, direction, scale):
        """Kilometres or metres: the achievement is the same."""
        plain = judge(actual, baseline, target, direction)
        scaled = judge(actual * scale, baseline * scale, target * scale, direction)
        assert scaled == plain

    @given(actual=some, baseline=some, target=some, direction=one_way, shift=numbers)
    def test_where_the_scale_starts_does_not_matter_with_a_baseline(
        self, actual, baseline, target, direction, shift
    ):
        shifted = judge(actual + shift, baseline + shift, target + shift, direction)
        assert shifted == judge(actual, baseline, target, direction)

    @given(baseline=some, target=some, direction=one_way)
    def test_the_ends_of_the_way(self, baseline, target, direction):
        way_is_up = direction is not Direction.DECREASE
        assume(target != baseline and (target > baseline) == way_is_up)
        reached = judge(target, baseline, target, direction)
        assert (reached.achievement.raw, reached.status) == (100, Performance.ACHIEVED)
        assert judge(baseline, baseline, target, direction).achievement.raw == 0

    @given(baseline=some, actual=some, direction=directions, bounds=thresholds)
    def test_target_equal_to_baseline_never_fails_and_keeps_its_word(
        self, baseline, actual, direction, bounds
    ):
        status = judge(actual, baseline, baseline, direction, bounds).status
        assert judge(baseline, baseline, baseline, direction, bounds).status is Performance.ON_TRACK
        if direction is Direction.MAINTAIN:
            assert status in (Performance.ON_TRACK, Performance.AT_RISK, Performance.OFF_TRACK)
        elif direction is Direction.DECREASE:
            assert (status is Performance.ON_TRACK) == (actual <= baseline)
        else:
            assert (status is Performance.ON_TRACK) == (actual >= baseline)

    @given(actual=some, baseline=some, target=maybe)
    def test_maintain_or_increase_is_on_track_exactly_from_the_baseline_up(self, actual, baseline, target):
        assume(target is None or target >= baseline)
        status = judge(actual, baseline, target, Direction.MAINTAIN_OR_INCREASE).status
        good = status in (Performance.ON_TRACK, Performance.ACHIEVED)
        assert good == (actual >= baseline)
        assert good or status is Performance.MOVED_BACKWARDS

    @given(level=some, deviation=numbers.map(abs), tolerance=numbers.map(abs))
    def test_maintain_judges_both_sides_alike(self, level, deviation, tolerance):
        def one(actual):
            return achievement(
                actual=actual,
                baseline=level,
                target=None,
                direction=Direction.MAINTAIN,
                tolerance=tolerance,
            )

        above, below = one(level + deviation), one(level - deviation)
        assert above == below
        assert (above.raw == 100) == (deviation <= tolerance)

    @given(raw=some, bounds=thresholds)
    def test_every_number_is_in_exactly_one_band(self, raw, bounds):
        inside = {
            Performance.ACHIEVED: raw >= 100,
            Performance.ON_TRACK: bounds.on_track_from <= raw < 100,
            Performance.AT_RISK: bounds.at_risk_from <= raw < bounds.on_track_from,
            Performance.OFF_TRACK: 0 <= raw < bounds.at_risk_from,
            Performance.MOVED_BACKWARDS: raw < 0,
        }
        assert [band for band, holds in inside.items() if holds] == [bounds.band(raw)]

    @given(digits=st.integers(3, 24), bounds=thresholds)
    def test_one_less_than_a_bound_is_below_it(self, digits, bounds):
        """99.999… percent is not achieved, however many nines a figure can hold."""
        target = D(10**digits)
        for bound, band in (
            (D(100), Performance.ACHIEVED),
            (bounds.on_track_from, Performance.ON_TRACK),
            (bounds.at_risk_from, Performance.AT_RISK),
        ):
            just_there = target / 100 * bound
            assume(bound < 100 or band is Performance.ACHIEVED)
            assert judge(just_there, D(0), target, Direction.INCREASE, bounds).status is band
            assert judge(just_there - 1, D(0), target, Direction.INCREASE, bounds).status is not band

    @given(raw=st.one_of(some, wild), bounds=thresholds, places=st.integers(0, 3))
    def test_what_is_shown_stays_in_its_band(self, raw, bounds, places):
        assume(
            places > 0 or all(bound == int(bound) for bound in (bounds.on_track_from, bounds.at_risk_from))
        )
        shown = shown_achievement(raw, bounds, places)
        assert bounds.band(shown) is bounds.band(raw)
        assert shown <= 100
        if raw <= 100:
            assert abs(shown - raw) <= D(10) ** -places / 2

    @given(
        actual=st.none() | wild,
        baseline=st.none() | wild,
        target=st.none() | wild,
        direction=directions,
        bounds=thresholds,
        due=st.booleans(),
    )
    def test_no_finite_number_makes_it_fail(self, actual, baseline, target, direction, bounds, due):
        judgement = judge(actual, baseline, target, direction, bounds, due)
        raw, display = judgement.achievement.raw, judgement.achievement.display
        assert raw is None or raw.is_finite()
        assert (display is None) == (raw is None)
        assert display is None or 0 <= display <= 100
        judgement.shown()
        if actual is None:
            assert judgement.status is (Performance.NO_DATA if due else Performance.NOT_YET_DUE)
        else:
            assert judgement.status not in (Performance.NO_DATA, Performance.NOT_YET_DUE)
        if judgement.status is Performance.NOT_APPLICABLE:
            assert judgement.problem in set(Problem), "the reason is always told"
        if judgement.status is Performance.ACHIEVED:
            assert raw >= 100

    @given(actual=some, baseline=maybe, target=maybe, direction=directions)
    def test_moved_backwards_means_worse_than_the_baseline(self, actual, baseline, target, direction):
        if judge(actual, baseline, target, direction).status is Performance.MOVED_BACKWARDS:
            assert baseline is not None
            assert actual > baseline if direction is Direction.DECREASE else actual < baseline


class TestShareAndChange:
    @given(numerator=amounts, denominator=amounts)
    def test_share(self, numerator, denominator):
        result = share(numerator, denominator)
        assert (result is None) == (denominator == 0)
        if result is not None:
            assert abs(exact(result) - 100 * exact(numerator) / exact(denominator)) <= exact(result) / 10**50

    @given(numerator=st.none() | wild, denominator=st.none() | wild, type=types)
    def test_no_finite_number_makes_it_fail(self, numerator, denominator, type):
        share(numerator, denominator)
        change(numerator, denominator, type)
        rounded(numerator)
        measured(type, Figure(numerator, denominator, numerator))

    @given(previous=numbers.filter(lambda n: n > 0), current=numbers)
    def test_a_change_leads_from_the_one_to_the_other(self, previous, current):
        result = change(previous, current, IndicatorType.COUNT)
        assert abs(exact(previous) * (1 + exact(result.value) / 100) - exact(current)) < Fraction(1, 10**30)
        assert previous + result.difference == current


class TestCombination:
    @given(data=st.data(), reports=st.lists(figures, max_size=6), type=types)
    def test_the_order_of_reporters_does_not_matter(self, data, reports, type):
        how = data.draw(st.sampled_from(ReporterAggregation))
        shuffled = data.draw(st.permutations(reports))
        one = combine_reporters(reports, type=type, how=how)
        other = combine_reporters(shuffled, type=type, how=how)
        assert (one.figure, one.problem) == (other.figure, other.problem)
        assert sorted(map(str, (reports[n] for n in one.left_out))) == sorted(
            map(str, (shuffled[n] for n in other.left_out))
        )

    @given(
        reports=st.lists(figures, max_size=6),
        type=types,
        how=st.sampled_from(ReporterAggregation),
        at=st.integers(0),
    )
    def test_a_blank_more_changes_nothing(self, reports, type, how, at):
        at %= len(reports) + 1
        one = combine_reporters(reports, type=type, how=how)
        other = combine_reporters([*reports[:at], BLANK, *reports[at:]], type=type, how=how)
        assert (one.figure, one.problem) == (other.figure, other.problem)

    @given(reports=st.lists(pairs, min_size=1, max_size=8), type=share_types)
    def test_the_share_of_the_sums_lies_between_the_shares(self, reports, type):
        reports = [one for one in reports if one.denominator > 0]
        assume(reports)
        combined = combine_reporters(reports, type=type, how=ReporterAggregation.AVERAGE)
        shares = [exact(measured(type, one)) for one in reports]
        whole = exact(measured(type, combined.figure))
        slack = max(shares) / 10**50
        assert min(shares) - slack <= whole <= max(shares) + slack
        assert combined.figure.numerator == sum(one.numerator for one in reports)
        assert combined.figure.denominator == sum(one.denominator for one in reports)

    @given(reports=st.lists(pairs, max_size=8), type=share_types, cut=st.integers(0, 8))
    def test_combining_in_two_steps_is_combining_in_one(self, reports, type, cut):
        """Suco, municipality, country: the country does not depend on the way up."""
        reports = [one for one in reports if one.denominator > 0 or one.numerator == 0]

        def combine(some):
            return combine_reporters(some, type=type, how=ReporterAggregation.SUM).figure

        stepwise = combine([combine(reports[:cut]), combine(reports[cut:])])
        assert stepwise == combine(reports)

    @given(values=st.lists(some, min_size=1, max_size=8))
    def test_sum_average_and_maximum(self, values):
        reports = [Figure(one) for one in values]
        combined = {
            how: exact(combine_reporters(reports, type=IndicatorType.COUNT, how=how).figure.value)
            for how in ReporterAggregation
        }
        assert combined[ReporterAggregation.SUM] == sum(map(exact, values))
        assert combined[ReporterAggregation.MAXIMUM] == max(map(exact, values))
        mean = sum(map(exact, values)) / len(values)
        assert abs(combined[ReporterAggregation.AVERAGE] - mean) <= abs(mean) / 10**50

    @given(reports=st.lists(figures, max_size=6), type=types, how=st.sampled_from(ReporterAggregation))
    def test_every_report_is_used_left_out_or_blank(self, reports, type, how):
        combined = combine_reporters(reports, type=type, how=how)
        assert not set(combined.used) & set(combined.left_out)
        assert bool(combined.left_out) == bool(combined.problem)
        assert (combined.figure is None) <= bool(combined.problem)
        if combined.figure == BLANK:
            assert combined == Combined(BLANK)

    @given(
        rounds=st.lists(figures, max_size=6),
        type=types,
        how=st.sampled_from(RoundAggregation),
        data=st.data(),
    )
    def test_a_running_figure_knows_nothing_of_later_rounds(self, rounds, type, how, data):
        cut = data.draw(st.integers(0, len(rounds)))
        before = combine_rounds(rounds[:cut], type=type, how=how)
        after = combine_rounds([*rounds[:cut], *[BLANK] * (len(rounds) - cut)], type=type, how=how)
        assert (before.figure, before.as_of) == (after.figure, after.as_of)
        assert after.stale == (bool(rounds) and after.as_of != len(rounds) - 1)

    @given(values=st.lists(some, min_size=1, max_size=6), place=st.integers(0), edit=some)
    def test_a_late_edit_carries_by_its_difference(self, values, place, edit):
        place %= len(values)
        edited = [*values[:place], edit, *values[place + 1 :]]

        def total(some):
            rounds = [Figure(one) for one in some]
            return combine_rounds(rounds, type=IndicatorType.COUNT, how=RoundAggregation.ANNUAL).figure.value

        assert exact(total(edited)) - exact(total(values)) == exact(edit) - exact(values[place])

    @given(total=some, parts=st.lists(some, min_size=1, max_size=6))
    def test_parts_and_unknown_make_the_total(self, total, parts):
        difference = running_difference(
            Figure(total),
            [Figure(one) for one in parts],
            type=IndicatorType.COUNT,
            how=ReporterAggregation.SUM,
        )
        assert exact(difference.unknown.value) + sum(map(exact, parts)) == exact(total)
        assert difference.adds_up == (sum(map(exact, parts)) == exact(total))

    @given(statuses=st.lists(st.sampled_from(Performance)))
    def test_a_roll_up_loses_nobody(self, statuses):
        counts = count_by_status(statuses)
        assert counts == {status: statuses.count(status) for status in Performance}


class TestTargets:
    points = st.lists(
        st.builds(TargetPoint, at=positions, value=some),
        min_size=1,
        max_size=6,
        unique_by=lambda point: point.at,
    )

    @given(points=points, type=types)
    def test_a_written_target_is_taken_as_it_is(self, points, type):
        for point in points:
            found = applied_target(points, at=point.at, type=type)
            assert (found.value, found.interpolated, found.held) == (point.value, False, False)

    @given(points=points, at=positions, type=types, data=st.data())
    def test_the_order_of_the_points_does_not_matter(self, points, at, type, data):
        shuffled = data.draw(st.permutations(points))
        assert applied_target(points, at=at, type=type) == applied_target(shuffled, at=at, type=type)

    @given(left=st.builds(TargetPoint, positions, some), right=st.builds(TargetPoint, positions, some))
    def test_between_two_targets_it_runs_straight(self, left, right):
        assume(left.at < right.at)
        line = [
            exact(applied_target([left, right], at=at, type=IndicatorType.COUNT).value)
            for at in range(left.at, right.at + 1)
        ]
        rise = (exact(right.value) - exact(left.value)) / (right.at - left.at)
        slack = (abs(exact(left.value)) + abs(exact(right.value))) / 10**50
        for month, value in enumerate(line):
            assert abs(value - (exact(left.value) + rise * month)) <= slack
        assert line == sorted(line, reverse=right.value < left.value)

    @given(baseline=st.builds(TargetPoint, positions, some), points=points, at=positions)
    def test_a_baseline_before_all_targets_is_one_more_neighbour(self, baseline, points, at):
        first = min(point.at for point in points)
        found = applied_target(points, at=at, type=IndicatorType.COUNT, baseline=baseline)
        if baseline.at < first and at > baseline.at:
            as_target = applied_target([*points, baseline], at=at, type=IndicatorType.COUNT)
            assert found == as_target
        elif at < first:
            assert found is None
        else:
            assert found == applied_target(points, at=at, type=IndicatorType.COUNT)

    @given(points=points, at=positions)
    def test_steps_of_a_scale_only_take_written_values(self, points, at):
        found = applied_target(points, at=at, type=IndicatorType.ORDINAL)
        earlier = [point for point in points if point.at <= at]
        if earlier:
            assert found.value == max(earlier, key=lambda point: point.at).value
            assert not found.interpolated
        else:
            assert found is None
