"""DOMAIN.md, "Arithmetic": targets, achievement, the maintain rule, thresholds and status."""

from datetime import date
from decimal import Decimal as D

import pytest

from monitoring.progress import (
    AppliedTarget,
    Basis,
    Direction,
    Performance,
    Problem,
    TargetPoint,
    Thresholds,
    applied_target,
    comparison_problem,
    measured,
    month_position,
    performance,
    rounded,
    shown_achievement,
)
from tests.monitoring.figures import (
    COUNT,
    DECREASE,
    INCREASE,
    KEEP,
    KEEP_OR_RAISE,
    NUMBER_AND_PERCENTAGE,
    ORDINAL,
    PERCENTAGE,
    YES_NO,
    achieved,
    judged,
    number,
    pair,
)


class TestAppliedTarget:
    Y2024, Y2025, Y2026, Y2028 = (month_position(date(year, 12, 31)) for year in (2024, 2025, 2026, 2028))

    def at(self, month, points, baseline=None, type=COUNT):
        pairs = [TargetPoint(at, D(target)) for at, target in points]
        return applied_target(pairs, at=month, baseline=baseline, type=type)

    def test_twelve_months_are_twelve_steps(self):
        assert month_position(date(2025, 1, 1)) - month_position(date(2024, 12, 31)) == 1
        assert self.Y2028 - self.Y2024 == 48

    def test_the_target_of_the_round(self):
        points = [(self.Y2026, 30), (self.Y2024, 10)]
        assert self.at(self.Y2024, points) == AppliedTarget(D(10))
        assert self.at(self.Y2026, points) == AppliedTarget(D(30))

    def test_between_the_neighbours(self):
        points = [(self.Y2028, 100), (self.Y2024, 20), (self.Y2026, 30)]
        assert self.at(self.Y2025, points) == AppliedTarget(D(25), interpolated=True)
        assert self.at(self.Y2026 + 6, points) == AppliedTarget(D("47.5"), interpolated=True)

    def test_a_falling_target_is_interpolated_too(self):
        assert self.at(self.Y2025, [(self.Y2024, 90), (self.Y2026, 60)]).value == 75

    def test_the_baseline_is_the_left_neighbour_of_the_first_target(self):
        baseline = TargetPoint(self.Y2024, D(10))
        points = [(self.Y2028, 18)]
        assert self.at(self.Y2025, points, baseline) == AppliedTarget(D(12), interpolated=True)
        assert self.at(self.Y2024, points, baseline) is None, (
            "nothing is promised for the baseline's own year"
        )
        assert self.at(self.Y2024 - 12, points, baseline) is None
        assert self.at(self.Y2025, points) is None, "before the first target, without a baseline: none"

    def test_a_baseline_between_targets_changes_nothing(self):
        baseline = TargetPoint(self.Y2025, D(1000))
        points = [(self.Y2024, 10), (self.Y2026, 30)]
        assert self.at(self.Y2025, points, baseline).value == 20
        assert self.at(self.Y2026 - 6, points, baseline).value == 25

    def test_after_the_last_target_it_holds(self):
        assert self.at(self.Y2028, [(self.Y2024, 10), (self.Y2025, 12)]) == AppliedTarget(D(12), held=True)

    def test_no_targets(self):
        assert self.at(self.Y2024, []) is None
        assert self.at(self.Y2025, [], TargetPoint(self.Y2024, D(3))) is None

    def test_a_round_target_goes_before_the_end_line_target_of_the_same_month(self):
        assert self.at(self.Y2028, [(self.Y2028, 18), (self.Y2028, 20)]) == AppliedTarget(D(18))

    @pytest.mark.parametrize("type", [ORDINAL, YES_NO])
    def test_half_a_yes_is_no_target(self, type):
        points = [(self.Y2024, 0), (self.Y2026, 1)]
        assert self.at(self.Y2025, points, type=type) == AppliedTarget(D(0), held=True)
        baseline = TargetPoint(self.Y2024, D(0))
        assert self.at(self.Y2025, [(self.Y2026, 1)], baseline, type=type) is None
        assert self.at(self.Y2026, points, type=type) == AppliedTarget(D(1))
        assert self.at(self.Y2028, points, type=type) == AppliedTarget(D(1), held=True)

    @pytest.mark.parametrize("at", [D(24300), 24300.0, True, "24300"])
    def test_a_position_is_a_whole_number(self, at):
        with pytest.raises(TypeError, match="at must be a month number"):
            TargetPoint(at, D(1))

    def test_a_target_has_a_value(self):
        with pytest.raises(TypeError, match="value must be a Decimal, not None"):
            TargetPoint(24300, None)


class TestAchievement:
    def test_the_example_of_opsys(self):
        judgement = judged("12980", "2505", "15000")
        assert judgement.shown() == D("83.8")
        assert rounded(judgement.achievement.raw, 6) == D("83.833533")
        assert (judgement.achievement.basis, judgement.status) == (
            Basis.BASELINE_TO_TARGET,
            Performance.AT_RISK,
        )

    def test_a_decreasing_indicator_is_not_zero_percent(self):
        """Average days of a case: from 90 down to 60; 70 reached."""
        judgement = judged("70", "90", "60", DECREASE)
        assert judgement.shown() == D("66.7")
        assert judgement.status is Performance.OFF_TRACK
        assert judged("60", "90", "60", DECREASE).status is Performance.ACHIEVED
        assert judged("62", "90", "60", DECREASE).status is Performance.ON_TRACK
        assert judged("91", "90", "60", DECREASE).status is Performance.MOVED_BACKWARDS

    def test_shown_is_capped_and_the_raw_value_kept(self):
        above, below = judged("30", "10", "20"), judged("5", "10", "20")
        assert (above.achievement.raw, above.achievement.display, above.shown()) == (200, 100, 100)
        assert (below.achievement.raw, below.achievement.display, below.shown()) == (-50, 0, -50)

    def test_no_baseline_is_labelled(self):
        assert achieved("12", None, "16").raw == 75
        assert achieved("12", None, "16").basis is Basis.ACTUAL_OVER_TARGET
        assert judged("12", None, "16").status is Performance.AT_RISK
        assert judged("12", None, "16", KEEP_OR_RAISE).status is Performance.AT_RISK

    def test_no_baseline_and_should_fall_is_not_rewarded_for_rising(self):
        assert achieved("100", None, "50", DECREASE).raw == 50
        assert achieved("100", None, "50", DECREASE).basis is Basis.TARGET_OVER_ACTUAL
        assert judged("100", None, "50", DECREASE).status is Performance.OFF_TRACK
        assert judged("52", None, "50", DECREASE).status is Performance.ON_TRACK
        assert judged("50", None, "50", DECREASE).status is Performance.ACHIEVED
        assert judged("20", None, "50", DECREASE).status is Performance.ACHIEVED

    def test_no_baseline_and_nothing_left_is_reached(self):
        assert achieved("0", None, "50", DECREASE) == achieved("0", None, "0", DECREASE)
        assert achieved("0", None, "50", DECREASE).basis is Basis.REACHED
        assert judged("0", None, "0", DECREASE).status is Performance.ACHIEVED

    @pytest.mark.parametrize(("actual", "direction"), [("3", DECREASE), ("-3", INCREASE)])
    def test_a_missed_target_of_zero_without_baseline_cannot_be_graded(self, actual, direction):
        judgement = judged(actual, None, "0", direction)
        assert judgement.status is Performance.NOT_APPLICABLE
        assert judgement.problem is Problem.TARGET_WITHOUT_RATIO
        assert judgement.achievement.raw is None

    def test_no_baseline_and_below_zero_has_moved_from_nowhere(self):
        judgement = judged("-5", None, "10")
        assert (judgement.status, judgement.achievement.raw) == (Performance.OFF_TRACK, -50)

    def test_a_target_of_zero_with_a_baseline_is_ordinary(self):
        assert achieved("2", "10", "0", DECREASE).raw == 80
        assert judged("0", "10", "0", DECREASE).status is Performance.ACHIEVED
        assert achieved("-5", "-10", "0").raw == 50


class TestMaintain:
    @pytest.mark.parametrize(
        ("direction", "kept", "lost"),
        [
            (INCREASE, ["40", "41"], ["39.999999"]),
            (KEEP_OR_RAISE, ["40", "41"], ["39.999999"]),
            (DECREASE, ["40", "39"], ["40.000001"]),
        ],
    )
    def test_target_equal_to_baseline_is_the_maintain_rule(self, direction, kept, lost):
        for actual in kept:
            judgement = judged(actual, "40", "40", direction)
            assert (judgement.status, judgement.achievement.raw) == (Performance.ON_TRACK, 100)
            assert judgement.achievement.basis is Basis.MAINTAIN
        for actual in lost:
            judgement = judged(actual, "40", "40", direction)
            assert (judgement.status, judgement.achievement.raw) == (Performance.MOVED_BACKWARDS, None)
            assert judgement.achievement.basis is Basis.MAINTAIN

    @pytest.mark.parametrize("direction", list(Direction))
    def test_zero_on_both_sides_does_not_crash(self, direction):
        assert judged("0", "0", "0", direction).status is Performance.ON_TRACK
        left = {DECREASE: Performance.MOVED_BACKWARDS, KEEP: Performance.OFF_TRACK}
        assert judged("1", "0", "0", direction).status is left.get(direction, Performance.ON_TRACK)

    def test_maintained_or_increased_needs_no_target(self):
        assert judged("40", "40", None, KEEP_OR_RAISE).status is Performance.ON_TRACK
        assert judged("55", "40", None, KEEP_OR_RAISE).status is Performance.ON_TRACK
        assert judged("39", "40", None, KEEP_OR_RAISE).status is Performance.MOVED_BACKWARDS
        assert judged("40", "40", None, KEEP_OR_RAISE).problem is None

    @pytest.mark.parametrize(
        ("actual", "status"),
        [
            ("39", Performance.MOVED_BACKWARDS),
            ("40", Performance.ON_TRACK),
            ("41", Performance.ON_TRACK),
            ("59", Performance.ON_TRACK),
            ("60", Performance.ACHIEVED),
        ],
    )
    def test_maintained_or_increased_towards_a_higher_target(self, actual, status):
        assert judged(actual, "40", "60", KEEP_OR_RAISE).status is status

    def test_maintained_or_increased_keeps_the_ratio(self):
        assert achieved("45", "40", "60", KEEP_OR_RAISE).raw == 25

    @pytest.mark.parametrize(
        ("actual", "raw", "status"),
        [
            ("40", "100", Performance.ON_TRACK),
            ("37", "92.5", Performance.ON_TRACK),
            ("43", "92.5", Performance.ON_TRACK),
            ("30", "75", Performance.AT_RISK),
            ("50", "75", Performance.AT_RISK),
            ("20", "50", Performance.OFF_TRACK),
            ("90", "-25", Performance.OFF_TRACK),
        ],
    )
    def test_a_level_to_maintain_is_judged_on_both_sides(self, actual, raw, status):
        for baseline, target in (("40", None), (None, "40"), ("40", "40")):
            judgement = judged(actual, baseline, target, KEEP)
            assert (judgement.achievement.raw, judgement.status) == (D(raw), status)
            assert judgement.achievement.basis is Basis.MAINTAIN

    def test_a_negative_level_is_judged_by_its_size(self):
        assert judged("-30", "-40", None, KEEP).achievement.raw == 75
        assert judged("-50", "-40", None, KEEP).achievement.raw == 75

    def test_tolerance(self):
        assert achieved("38", "40", None, KEEP, tolerance=D(2)).raw == 100
        assert achieved("42", "40", None, KEEP, tolerance=D(2)).raw == 100
        assert achieved("37", "40", None, KEEP, tolerance=D(2)).raw == D("97.5")
        assert judged("40", "40", "41", KEEP, tolerance=D(1)).problem is None
        with pytest.raises(ValueError, match="tolerance must not be negative"):
            achieved("37", "40", None, KEEP, tolerance=D(-1))

    def test_a_level_of_zero_that_is_left_is_off_track(self):
        judgement = judged("1", "0", None, KEEP)
        assert (judgement.status, judgement.achievement.raw) == (Performance.OFF_TRACK, None)
        assert judged("-0", "0", None, KEEP).status is Performance.ON_TRACK

    def test_women_suco_chiefs_moved_backwards(self):
        """2016 21/442, 2023 18/452, to be maintained or increased: count and share fell."""
        actual = measured(NUMBER_AND_PERCENTAGE, pair("18", "452"))
        baseline = measured(NUMBER_AND_PERCENTAGE, pair("21", "442"))
        judgement = performance(
            actual=actual,
            baseline=baseline,
            target=None,
            direction=KEEP_OR_RAISE,
            thresholds=Thresholds(),
            due=True,
        )
        assert judgement.status is Performance.MOVED_BACKWARDS

    def test_an_unchanged_share_is_kept_exactly(self):
        for numerator, denominator in (("1", "3"), ("2", "3"), ("21", "442"), ("241", "2117")):
            same = measured(PERCENTAGE, pair(numerator, denominator))
            for direction in Direction:
                judgement = performance(
                    actual=same,
                    baseline=same,
                    target=same,
                    direction=direction,
                    thresholds=Thresholds(),
                    due=True,
                )
                assert judgement.status is Performance.ON_TRACK


class TestStatus:
    @pytest.mark.parametrize(
        ("actual", "status"),
        [
            ("100.0000000001", Performance.ACHIEVED),
            ("100", Performance.ACHIEVED),
            ("99.9999999999", Performance.ON_TRACK),
            ("99.5", Performance.ON_TRACK),
            ("90", Performance.ON_TRACK),
            ("89.9999999999", Performance.AT_RISK),
            ("89.999", Performance.AT_RISK),
            ("89.5", Performance.AT_RISK),
            ("70", Performance.AT_RISK),
            ("69.9999999999", Performance.OFF_TRACK),
            ("69.5", Performance.OFF_TRACK),
            ("0", Performance.OFF_TRACK),
            ("-0.0000000001", Performance.MOVED_BACKWARDS),
        ],
    )
    def test_bands_have_no_gap(self, actual, status):
        assert judged(actual, "0", "100").status is status

    @pytest.mark.parametrize(
        ("actual", "shown"),
        [
            ("99.96", "99.96"),
            ("89.96", "89.96"),
            ("89.94", "89.9"),
            ("69.95", "69.95"),
            ("-0.04", "-0.04"),
            ("0.04", "0.0"),
            ("99.999999999", "99.99999"),
            ("-0.000000001", "-0.00001"),
            ("83.85", "83.9"),
            ("100", "100.0"),
            ("1E+999999", "100.0"),
        ],
    )
    def test_rounding_never_prints_the_next_band(self, actual, shown):
        judgement = judged(actual, "0", "100")
        assert str(judgement.shown()) == shown
        assert judgement.thresholds.band(judgement.shown()) is judgement.status
        assert shown_achievement(judgement.achievement.raw, Thresholds()) == D(shown)

    def test_nothing_to_show(self):
        assert judged(None, "0", "100").shown() is None
        assert shown_achievement(None, Thresholds()) is None

    def test_thresholds_are_the_plans(self):
        strict = Thresholds(on_track_from=D(95), at_risk_from=D("80.5"))
        assert judged("94.9", "0", "100", thresholds=strict).status is Performance.AT_RISK
        assert judged("80.4", "0", "100", thresholds=strict).status is Performance.OFF_TRACK
        assert judged("80.4", "0", "100", thresholds=strict).thresholds is strict

    @pytest.mark.parametrize(
        ("on_track", "at_risk"), [("70", "70"), ("70", "90"), ("101", "70"), ("90", "0"), ("90", "-1")]
    )
    def test_thresholds_that_cannot_be(self, on_track, at_risk):
        with pytest.raises(ValueError, match="thresholds must satisfy"):
            Thresholds(on_track_from=D(on_track), at_risk_from=D(at_risk))

    def test_no_data_is_not_zero(self):
        assert judged(None, "0", "100").status is Performance.NO_DATA
        assert judged("0", "0", "100").status is Performance.OFF_TRACK
        assert judged("0", "10", "100").status is Performance.MOVED_BACKWARDS

    def test_a_blank_before_the_deadline_is_not_yet_due(self):
        assert judged(None, "0", "100", due=False).status is Performance.NOT_YET_DUE
        assert judged("50", "0", "100", due=False).status is Performance.OFF_TRACK, (
            "an early answer is judged"
        )

    def test_zero_of_zero_is_no_data(self):
        nobody = measured(PERCENTAGE, pair("0", "0"))
        judgement = performance(
            actual=nobody, baseline=D(10), target=D(20), direction=INCREASE, thresholds=Thresholds(), due=True
        )
        assert judgement.status is Performance.NO_DATA

    def test_not_applicable_goes_before_all(self):
        for actual in (None, "50"):
            judgement = judged(actual, "0", "100", applicable=False)
            assert judgement.status is Performance.NOT_APPLICABLE
            assert judgement.achievement.raw is None

    def test_nothing_to_compare_with(self):
        for direction in Direction:
            judgement = judged("7", None, None, direction)
            assert judgement.status is Performance.NOT_APPLICABLE
            assert judgement.problem is Problem.NOTHING_TO_COMPARE_WITH
            assert judgement.achievement.basis is Basis.NONE

    @pytest.mark.parametrize(("direction", "worse", "better"), [(INCREASE, "9", "11"), (DECREASE, "11", "9")])
    def test_without_a_target_only_moving_backwards_can_be_told(self, direction, worse, better):
        assert judged(worse, "10", None, direction).status is Performance.MOVED_BACKWARDS
        for actual in ("10", better):
            judgement = judged(actual, "10", None, direction)
            assert judgement.status is Performance.NOT_APPLICABLE
            assert judgement.problem is Problem.NO_TARGET

    @pytest.mark.parametrize(
        ("direction", "target"),
        [(INCREASE, "9"), (KEEP_OR_RAISE, "9"), (DECREASE, "11"), (KEEP, "9"), (KEEP, "11")],
    )
    @pytest.mark.parametrize("actual", ["8", "10", "12"])
    def test_a_target_against_its_direction_is_a_problem_not_a_number(self, direction, target, actual):
        judgement = judged(actual, "10", target, direction)
        assert judgement.status is Performance.NOT_APPLICABLE
        assert judgement.problem is Problem.TARGET_AGAINST_DIRECTION
        assert judgement.achievement.raw is None

    def test_a_blank_is_a_blank_whatever_the_framework_lacks(self):
        judgement = judged(None, "10", "9")
        assert judgement.status is Performance.NO_DATA
        assert judgement.problem is Problem.TARGET_AGAINST_DIRECTION

    def test_problems_of_the_framework_are_known_before_any_report(self):
        def problem(baseline, target, direction):
            return comparison_problem(baseline=number(baseline), target=number(target), direction=direction)

        assert problem(None, None, INCREASE) is Problem.NOTHING_TO_COMPARE_WITH
        assert problem("1", None, DECREASE) is Problem.NO_TARGET
        assert problem("1", None, KEEP_OR_RAISE) is None
        assert problem("1", "2", DECREASE) is Problem.TARGET_AGAINST_DIRECTION
        assert problem(None, "0", DECREASE) is Problem.TARGET_WITHOUT_RATIO
        assert problem(None, "0", KEEP) is None
        assert problem("1", "2", INCREASE) is None
