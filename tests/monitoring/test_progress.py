"""DOMAIN.md, "Arithmetic" and "What goes wrong in peer systems", line by line."""

from datetime import date
from decimal import Decimal as D

import pytest

from monitoring.progress import (
    BLANK,
    AppliedTarget,
    Basis,
    ChangeKind,
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
    comparison_problem,
    count_by_status,
    is_reported,
    measured,
    month_position,
    performance,
    rounded,
    running_baseline,
    running_difference,
    running_target,
    share,
    shown_achievement,
)

COUNT, PERCENTAGE = IndicatorType.COUNT, IndicatorType.PERCENTAGE
NUMBER_AND_PERCENTAGE, ORDINAL = IndicatorType.NUMBER_AND_PERCENTAGE, IndicatorType.ORDINAL
YES_NO, QUALITATIVE = IndicatorType.YES_NO, IndicatorType.QUALITATIVE
SUM, AVERAGE, MAXIMUM = ReporterAggregation
ANNUAL, CUMULATIVE, LEVEL = RoundAggregation
INCREASE, DECREASE = Direction.INCREASE, Direction.DECREASE
KEEP_OR_RAISE, KEEP = Direction.MAINTAIN_OR_INCREASE, Direction.MAINTAIN


def number(text):
    return None if text is None else D(text)


def value(text):
    return Figure(value=number(text))


def pair(numerator, denominator):
    return Figure(numerator=number(numerator), denominator=number(denominator))


def judged(actual, baseline, target, direction=INCREASE, due=True, **options):
    return performance(
        actual=number(actual),
        baseline=number(baseline),
        target=number(target),
        direction=direction,
        thresholds=options.pop("thresholds", Thresholds()),
        due=due,
        **options,
    )


def achieved(actual, baseline, target, direction=INCREASE, **options):
    return achievement(
        actual=number(actual),
        baseline=number(baseline),
        target=number(target),
        direction=direction,
        **options,
    )


class TestNumbers:
    @pytest.mark.parametrize("wrong", [1.5, 1, True, "1"])
    def test_only_decimals_are_taken(self, wrong):
        for call in (
            lambda: Figure(value=wrong),
            lambda: Figure(numerator=wrong),
            lambda: Figure(denominator=wrong),
            lambda: share(wrong, D(2)),
            lambda: share(D(2), wrong),
            lambda: judged_with(actual=wrong),
            lambda: judged_with(baseline=wrong),
            lambda: judged_with(target=wrong),
            lambda: judged_with(tolerance=wrong),
            lambda: Thresholds(on_track_from=wrong),
            lambda: TargetPoint(24300, wrong),
            lambda: change(wrong, D(1), COUNT),
            lambda: change(D(1), wrong, COUNT),
            lambda: rounded(wrong),
            lambda: shown_achievement(wrong, Thresholds()),
            lambda: running_target([wrong], type=COUNT, how=ANNUAL),
            lambda: running_baseline(wrong, type=COUNT, how=ANNUAL, rounds=2),
        ):
            with pytest.raises(TypeError, match="must be a Decimal"):
                call()

    @pytest.mark.parametrize("wrong", ["NaN", "sNaN", "Infinity", "-Infinity"])
    def test_only_finite_numbers_are_taken(self, wrong):
        for call in (
            lambda: Figure(value=D(wrong)),
            lambda: share(D(wrong), D(2)),
            lambda: judged_with(actual=D(wrong)),
            lambda: judged_with(target=D(wrong)),
            lambda: judged_with(tolerance=D(wrong)),
            lambda: Thresholds(at_risk_from=D(wrong)),
            lambda: TargetPoint(24300, D(wrong)),
            lambda: change(D(wrong), D(1), COUNT),
        ):
            with pytest.raises(ValueError, match="must be a finite number"):
                call()

    def test_a_number_beyond_reason_is_refused_in_words(self):
        with pytest.raises(ValueError, match="numerator is out of range"):
            Figure(numerator=D("1E+1000000000000001"))
        with pytest.raises(ValueError, match="actual is out of range"):
            judged("1E-1000000000000001", "0", "1")
        largest = judged("1E+1000000000000000", "0", "1E-1000000000000000")
        assert (largest.status, largest.shown()) == (Performance.ACHIEVED, 100)

    def test_negative_zero_is_zero(self):
        assert str(Figure(value=D("-0")).value) == "0"
        assert str(share(D("-0"), D(4))) == "0"
        assert str(achieved("10", "10", "5", DECREASE).raw) == "0"
        assert judged("-0", "0", "5").status is Performance.OFF_TRACK

    def test_an_unknown_word_is_refused(self):
        with pytest.raises(ValueError, match="sideways"):
            judged("1", "0", "2", "sideways")
        with pytest.raises(ValueError, match="median"):
            combine_reporters([value("1")], type=COUNT, how="median")

    def test_plain_strings_of_the_models_are_taken(self):
        assert judged("1", "0", "2", "increase").status is Performance.OFF_TRACK
        assert combine_reporters([value("1"), value("2")], type="count", how="sum").figure == value("3")


def judged_with(**wrong):
    numbers = {"actual": D(1), "baseline": D(0), "target": D(2)} | wrong
    return performance(direction=INCREASE, thresholds=Thresholds(), due=True, **numbers)


class TestShare:
    def test_in_percent(self):
        assert rounded(share(D(21), D(442)), 6) == D("4.751131")
        assert rounded(share(D(18), D(452)), 6) == D("3.982301")

    def test_above_a_hundred_is_not_cut(self):
        assert share(D(12), D(10)) == 120

    def test_a_reported_zero_stays_zero(self):
        assert share(D(0), D(14)) == 0

    @pytest.mark.parametrize(
        ("numerator", "denominator"),
        [("0", "0"), ("5", "0"), (None, "10"), ("5", None), (None, None), ("5", "-10")],
    )
    def test_no_share(self, numerator, denominator):
        assert share(number(numerator), number(denominator)) is None


class TestMeasured:
    def test_shares_are_judged_on_the_share(self):
        assert measured(PERCENTAGE, pair("3", "4")) == 75
        assert measured(NUMBER_AND_PERCENTAGE, pair("3", "4")) == 75

    def test_a_bare_percentage_counts(self):
        assert measured(PERCENTAGE, value("15")) == 15
        assert measured(PERCENTAGE, Figure(D(15), D(3), None)) == 15

    def test_numerator_and_denominator_go_before_a_bare_percentage(self):
        assert measured(PERCENTAGE, Figure(D(99), D(3), D(4))) == 75
        assert measured(PERCENTAGE, Figure(D(99), D(0), D(0))) is None

    def test_number_and_percentage_needs_both(self):
        assert measured(NUMBER_AND_PERCENTAGE, value("15")) is None
        assert measured(NUMBER_AND_PERCENTAGE, pair("15", None)) is None

    @pytest.mark.parametrize("type", [COUNT, ORDINAL, YES_NO])
    def test_others_are_judged_on_the_value(self, type):
        assert measured(type, Figure(D(2), D(3), D(4))) == 2
        assert measured(type, value("0")) == 0
        assert measured(type, BLANK) is None

    def test_qualitative_has_no_number(self):
        assert measured(QUALITATIVE, value("3")) is None

    def test_what_counts_as_an_answer(self):
        assert is_reported(COUNT, value("0"))
        assert not is_reported(COUNT, BLANK)
        assert is_reported(PERCENTAGE, pair("0", None))
        assert not is_reported(PERCENTAGE, pair(None, "452")), (
            "a denominator filled in beforehand is no answer"
        )
        assert not is_reported(NUMBER_AND_PERCENTAGE, value("5"))
        assert not is_reported(QUALITATIVE, value("5"))


class TestCombineReporters:
    def test_percentages_are_never_averaged(self):
        combined = combine_reporters([pair("1", "2"), pair("0", "98")], type=PERCENTAGE, how=AVERAGE)
        assert combined == Combined(Figure(D(1), D(1), D(100)), used=(0, 1))

    @pytest.mark.parametrize("how", [SUM, AVERAGE, MAXIMUM])
    @pytest.mark.parametrize("type", [PERCENTAGE, NUMBER_AND_PERCENTAGE])
    def test_shares_sum_n_and_d_whatever_is_declared(self, type, how):
        combined = combine_reporters([pair("25", "65"), pair("5", "35")], type=type, how=how)
        assert combined.figure == Figure(D(30), D(30), D(100))

    @pytest.mark.parametrize(("how", "result"), [(SUM, "12"), (AVERAGE, "4"), (MAXIMUM, "7")])
    def test_the_declared_method_is_used_not_always_the_sum(self, how, result):
        reports = [value("3"), value("7"), value("2")]
        assert combine_reporters(reports, type=COUNT, how=how).figure == value(result)

    def test_blanks_are_skipped_and_zeros_are_not(self):
        reports = [value("6"), BLANK, value("0")]
        assert combine_reporters(reports, type=COUNT, how=AVERAGE) == Combined(value("3"), used=(0, 2))
        assert combine_reporters([BLANK, value("0")], type=COUNT, how=SUM).figure == value("0")
        assert combine_reporters([value("-4"), BLANK], type=COUNT, how=MAXIMUM).figure == value("-4")

    @pytest.mark.parametrize("type", list(IndicatorType))
    @pytest.mark.parametrize("how", list(ReporterAggregation))
    def test_all_blank_is_blank(self, type, how):
        assert combine_reporters([BLANK, BLANK], type=type, how=how) == Combined(BLANK)
        assert combine_reporters([], type=type, how=how) == Combined(BLANK)

    def test_zero_of_zero_adds_nothing(self):
        combined = combine_reporters([pair("0", "0"), pair("3", "4")], type=PERCENTAGE, how=SUM)
        assert combined == Combined(Figure(D(75), D(3), D(4)), used=(0, 1))
        alone = combine_reporters([pair("0", "0"), pair("0", "0")], type=PERCENTAGE, how=SUM)
        assert alone.figure == pair("0", "0")
        assert measured(PERCENTAGE, alone.figure) is None

    @pytest.mark.parametrize("broken", [pair("5", None), pair("5", "0"), pair("5", "-1")])
    def test_a_numerator_without_its_denominator_does_not_inflate_the_share(self, broken):
        combined = combine_reporters([pair("1", "4"), broken], type=NUMBER_AND_PERCENTAGE, how=SUM)
        assert combined.figure == Figure(D(25), D(1), D(4))
        assert (combined.problem, combined.used, combined.left_out) == (Problem.INCOMPLETE_PAIRS, (0,), (1,))

    def test_numbers_without_any_denominator_are_still_numbers(self):
        combined = combine_reporters([pair("5", None), pair("3", "0")], type=NUMBER_AND_PERCENTAGE, how=SUM)
        assert combined.figure == pair("8", None)
        assert (combined.problem, combined.left_out) == (Problem.INCOMPLETE_PAIRS, (0, 1))

    @pytest.mark.parametrize("other", [value("20"), pair("1", "2"), pair("1", None)])
    def test_bare_percentages_cannot_be_combined(self, other):
        combined = combine_reporters([value("10"), BLANK, other], type=PERCENTAGE, how=AVERAGE)
        assert combined == Combined(None, Problem.BARE_PERCENTAGES, left_out=(0, 2))

    def test_one_bare_percentage_stands(self):
        reports = [BLANK, value("18"), pair(None, "50")]
        assert combine_reporters(reports, type=PERCENTAGE, how=SUM) == Combined(value("18"), used=(1,))

    @pytest.mark.parametrize("type", [ORDINAL, YES_NO])
    def test_steps_of_a_scale_are_not_added(self, type):
        reports = [value("1"), value("0"), value("1")]
        assert combine_reporters(reports, type=type, how=SUM) == Combined(
            None, Problem.SCALE_NOT_ADDITIVE, left_out=(0, 1, 2)
        )
        assert combine_reporters(reports[:1], type=type, how=SUM).figure == value("1")
        assert combine_reporters(reports, type=type, how=MAXIMUM).figure == value("1")

    def test_qualitative_combines_to_nothing(self):
        assert combine_reporters([value("1"), value("2")], type=QUALITATIVE, how=SUM) == Combined(BLANK)


class TestCombineRounds:
    @pytest.mark.parametrize(("how", "result"), [(ANNUAL, "60"), (CUMULATIVE, "30"), (LEVEL, "30")])
    def test_annual_adds_up_the_others_take_the_latest(self, how, result):
        combined = combine_rounds([value("10"), value("20"), value("30")], type=COUNT, how=how)
        assert combined.figure == value(result)
        assert (combined.as_of, combined.stale) == (2, False)

    def test_a_late_edit_of_an_earlier_round_carries_into_later_totals(self):
        rounds = [value("10"), value("20"), value("30")]
        totals = [combine_rounds(rounds[:n], type=COUNT, how=ANNUAL).figure.value for n in (1, 2, 3)]
        rounds[0] = value("11")
        edited = [combine_rounds(rounds[:n], type=COUNT, how=ANNUAL).figure.value for n in (1, 2, 3)]
        assert (totals, edited) == ([10, 30, 60], [11, 31, 61])

    def test_a_late_edit_carries_where_it_is_still_the_latest(self):
        assert combine_rounds([value("12"), BLANK], type=COUNT, how=CUMULATIVE).figure == value("12")

    def test_annual_shares_sum_n_and_d(self):
        combined = combine_rounds([pair("1", "2"), pair("0", "98")], type=PERCENTAGE, how=ANNUAL)
        assert combined.figure == Figure(D(1), D(1), D(100))

    @pytest.mark.parametrize("how", [CUMULATIVE, LEVEL])
    def test_latest_share_keeps_its_own_denominator(self, how):
        """Women suco chiefs: 21/442, then 18/452."""
        combined = combine_rounds([pair("21", "442"), pair("18", "452")], type=NUMBER_AND_PERCENTAGE, how=how)
        assert combined.figure == pair("18", "452")

    @pytest.mark.parametrize(("how", "result"), [(ANNUAL, "30"), (CUMULATIVE, "20"), (LEVEL, "20")])
    def test_a_blank_last_round_is_not_zero_and_is_told(self, how, result):
        combined = combine_rounds([value("10"), value("20"), BLANK], type=COUNT, how=how)
        assert combined.figure == value(result)
        assert (combined.as_of, combined.stale) == (1, True)

    @pytest.mark.parametrize("how", list(RoundAggregation))
    def test_a_reported_zero_in_the_last_round_is_the_latest(self, how):
        combined = combine_rounds([BLANK, value("0")], type=COUNT, how=how)
        assert combined == Combined(value("0"), used=(1,), as_of=1)

    @pytest.mark.parametrize("how", list(RoundAggregation))
    def test_nothing_reported(self, how):
        assert combine_rounds([BLANK, BLANK], type=COUNT, how=how) == Combined(BLANK, stale=True)
        assert combine_rounds([], type=COUNT, how=how) == Combined(BLANK)

    def test_bare_percentages_of_years_are_not_pooled(self):
        rounds = [value("10"), value("12")]
        assert combine_rounds(rounds, type=PERCENTAGE, how=ANNUAL).problem is Problem.BARE_PERCENTAGES
        assert combine_rounds(rounds, type=PERCENTAGE, how=LEVEL).figure == value("12")

    @pytest.mark.parametrize("type", [ORDINAL, YES_NO])
    def test_levels_of_years_are_not_added(self, type):
        rounds = [value("1"), value("1")]
        combined = combine_rounds(rounds, type=type, how=ANNUAL)
        assert (combined.figure, combined.problem) == (None, Problem.SCALE_NOT_ADDITIVE)
        assert combine_rounds(rounds, type=type, how=LEVEL).figure == value("1")

    def test_a_round_that_could_not_be_combined_makes_no_total(self):
        broken = combine_reporters([value("10"), value("20")], type=PERCENTAGE, how=SUM)
        good = combine_reporters([pair("1", "2")], type=PERCENTAGE, how=SUM)
        annual = combine_rounds([broken, good], type=PERCENTAGE, how=ANNUAL)
        assert (annual.figure, annual.problem) == (None, Problem.BARE_PERCENTAGES)
        latest_broken = combine_rounds([good, broken], type=PERCENTAGE, how=LEVEL)
        assert (latest_broken.figure, latest_broken.problem) == (None, Problem.BARE_PERCENTAGES)
        earlier_broken = combine_rounds([broken, good], type=PERCENTAGE, how=LEVEL)
        assert (measured(PERCENTAGE, earlier_broken.figure), earlier_broken.problem) == (50, None)

    def test_what_was_left_out_of_a_round_is_still_told(self):
        partly = combine_reporters([pair("1", "2"), pair("9", None)], type=PERCENTAGE, how=SUM)
        for how in RoundAggregation:
            combined = combine_rounds([pair("1", "4"), partly], type=PERCENTAGE, how=how)
            assert combined.problem is Problem.INCOMPLETE_PAIRS

    def test_running_target_of_annual_amounts(self):
        targets = [D(10), D(20), D(30)]
        assert running_target(targets, type=COUNT, how=ANNUAL) == 60
        assert running_target(targets, type=COUNT, how=CUMULATIVE) == 30
        assert running_target(targets, type=COUNT, how=LEVEL) == 30
        assert running_target(targets, type=PERCENTAGE, how=ANNUAL) == 30, "percentages are not added"
        assert running_target(targets, type=ORDINAL, how=ANNUAL) == 30
        assert running_target([D(10), None], type=COUNT, how=ANNUAL) is None, "missing is not zero"
        assert running_target([], type=COUNT, how=ANNUAL) is None

    def test_running_baseline(self):
        assert running_baseline(D(5), type=COUNT, how=ANNUAL, rounds=3) == 15
        assert running_baseline(D(5), type=COUNT, how=LEVEL, rounds=3) == 5
        assert running_baseline(D(5), type=PERCENTAGE, how=ANNUAL, rounds=3) == 5
        assert running_baseline(None, type=COUNT, how=ANNUAL, rounds=3) is None

    def test_three_good_years_of_an_annual_indicator_are_not_300_percent(self):
        rounds = combine_rounds([value("100")] * 3, type=COUNT, how=ANNUAL)
        target = running_target([D(100)] * 3, type=COUNT, how=ANNUAL)
        result = achievement(actual=rounds.figure.value, baseline=None, target=target, direction=INCREASE)
        assert result.raw == 100


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


class TestRunningDifference:
    def test_what_the_parts_leave_is_unknown_and_flagged(self):
        difference = running_difference(value("20"), [value("12"), value("5")], type=COUNT, how=SUM)
        assert (difference.unknown, difference.adds_up, difference.blank_parts) == (value("3"), False, 0)

    def test_parts_beyond_the_total_are_flagged_too(self):
        difference = running_difference(value("20"), [value("12"), value("9")], type=COUNT, how=SUM)
        assert (difference.unknown, difference.adds_up) == (value("-1"), False)

    def test_parts_that_add_up(self):
        difference = running_difference(value("20"), [value("20"), value("0")], type=COUNT, how=SUM)
        assert (difference.unknown, difference.adds_up) == (value("0"), True)

    def test_numerators_and_denominators_apart(self):
        parts = [pair("11", "300"), pair("6", "152")]
        difference = running_difference(pair("18", "452"), parts, type=NUMBER_AND_PERCENTAGE, how=SUM)
        assert (difference.unknown, difference.adds_up) == (pair("1", "0"), False)
        parts = [pair("12", "300"), pair("6", "100")]
        difference = running_difference(pair("18", "452"), parts, type=NUMBER_AND_PERCENTAGE, how=SUM)
        assert (difference.unknown, difference.adds_up) == (pair("0", "52"), False)

    def test_blank_parts_are_counted_not_taken_as_zero(self):
        difference = running_difference(value("20"), [value("12"), BLANK], type=COUNT, how=SUM)
        assert (difference.unknown, difference.blank_parts) == (value("8"), 1)

    @pytest.mark.parametrize(
        ("total", "parts"), [(value("20"), [BLANK, BLANK]), (BLANK, [value("1")]), (BLANK, [])]
    )
    def test_nothing_to_compare(self, total, parts):
        difference = running_difference(total, parts, type=COUNT, how=SUM)
        assert (difference.unknown, difference.adds_up) == (BLANK, True)

    @pytest.mark.parametrize(
        ("type", "how"),
        [(PERCENTAGE, SUM), (COUNT, AVERAGE), (COUNT, MAXIMUM), (ORDINAL, SUM), (QUALITATIVE, SUM)],
    )
    def test_what_does_not_add_up_by_nature_is_not_flagged(self, type, how):
        difference = running_difference(value("15"), [value("10"), value("20")], type=type, how=how)
        assert (difference.unknown, difference.adds_up) == (BLANK, True)


class TestChange:
    @pytest.mark.parametrize("type", [PERCENTAGE, NUMBER_AND_PERCENTAGE])
    def test_shares_change_in_percentage_points(self, type):
        result = change(D(20), D(15), type)
        assert (result.kind, result.value, result.difference) == (ChangeKind.PERCENTAGE_POINTS, -5, -5)

    def test_counts_change_in_percent(self):
        result = change(D(20), D(15), COUNT)
        assert (result.kind, result.value, result.difference) == (ChangeKind.PERCENT, -25, -5)

    @pytest.mark.parametrize("type", [ORDINAL, YES_NO])
    def test_scales_change_in_steps(self, type):
        result = change(D(1), D(2), type)
        assert (result.kind, result.value, result.difference) == (ChangeKind.STEPS, 1, 1)

    def test_no_percentage_of_nothing(self):
        assert change(D(0), D(3), COUNT).value is None
        assert change(D(0), D(3), COUNT).difference == 3
        assert change(D(-4), D(3), COUNT).value is None
        assert change(D(3), D(0), COUNT).value == -100
        assert change(D(0), D(3), PERCENTAGE).value == 3

    @pytest.mark.parametrize(("previous", "current"), [(None, "3"), ("3", None), (None, None)])
    def test_no_change_from_or_to_a_blank(self, previous, current):
        for type in IndicatorType:
            result = change(number(previous), number(current), type)
            assert (result.value, result.difference) == (None, None)

    def test_qualitative_does_not_change_by_a_number(self):
        assert change(D(1), D(2), QUALITATIVE).difference is None


class TestRounded:
    @pytest.mark.parametrize(
        ("raw", "places", "text"),
        [
            ("0.05", 1, "0.1"),
            ("-0.05", 1, "-0.1"),
            ("-0.04", 1, "0.0"),
            ("2.5", 0, "3"),
            ("7", 1, "7.0"),
            ("1E+999999", 1, "1E+999999"),
            ("1E-999999", 1, "0.0"),
        ],
    )
    def test_half_up(self, raw, places, text):
        assert str(rounded(D(raw), places)) == text

    def test_blank_stays_blank(self):
        assert rounded(None) is None


class TestCountByStatus:
    def test_every_status_in_its_order(self):
        counts = count_by_status([Performance.NO_DATA, "achieved", Performance.NO_DATA])
        assert list(counts) == list(Performance)
        assert counts[Performance.NO_DATA] == 2
        assert counts[Performance.ACHIEVED] == 1
        assert sum(counts.values()) == 3

    def test_an_unknown_status_is_refused(self):
        with pytest.raises(ValueError, match="excellent"):
            count_by_status(["excellent"])


def test_the_module_is_pure():
    """No Django, no database and no clock, so that every caller can pass what it has loaded."""
    import ast
    from pathlib import Path

    import monitoring.disclosure
    import monitoring.progress

    files = [Path(monitoring.disclosure.__file__), *Path(monitoring.progress.__file__).parent.glob("*.py")]
    assert len(files) > 3
    allowed = {"collections", "dataclasses", "datetime", "decimal", "enum", "typing", "monitoring"}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert node.module.split(".")[0] in allowed, f"{path.name} imports {node.module}"
                if node.module.startswith("monitoring"):
                    assert node.module.startswith("monitoring.progress"), f"{path.name}: {node.module}"
            assert not isinstance(node, ast.Import), f"{path.name} imports a whole module"
            assert getattr(node, "id", "") != "float", f"{path.name} uses float"
            assert not isinstance(getattr(node, "value", None), float), f"{path.name} holds a float"
