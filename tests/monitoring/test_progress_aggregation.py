"""DOMAIN.md, "Arithmetic": the two axes of calculation, and breakdowns beside their total."""

from decimal import Decimal as D

import pytest

from monitoring.progress import (
    BLANK,
    Combined,
    Figure,
    IndicatorType,
    Problem,
    ReporterAggregation,
    RoundAggregation,
    achievement,
    combine_reporters,
    combine_rounds,
    measured,
    running_baseline,
    running_difference,
    running_target,
)
from tests.monitoring.figures import (
    ANNUAL,
    AVERAGE,
    COUNT,
    CUMULATIVE,
    INCREASE,
    LEVEL,
    MAXIMUM,
    NUMBER_AND_PERCENTAGE,
    ORDINAL,
    PERCENTAGE,
    QUALITATIVE,
    SUM,
    YES_NO,
    pair,
    value,
)


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
