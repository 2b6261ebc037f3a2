"""DOMAIN.md, "Arithmetic" and "What goes wrong in peer systems": the numbers themselves."""

from decimal import Decimal as D

import pytest

from monitoring.progress import (
    BLANK,
    ChangeKind,
    Figure,
    IndicatorType,
    Performance,
    TargetPoint,
    Thresholds,
    change,
    combine_reporters,
    count_by_status,
    is_reported,
    measured,
    performance,
    rounded,
    running_baseline,
    running_target,
    share,
    shown_achievement,
)
from tests.monitoring.figures import (
    ANNUAL,
    COUNT,
    DECREASE,
    INCREASE,
    NUMBER_AND_PERCENTAGE,
    ORDINAL,
    PERCENTAGE,
    QUALITATIVE,
    YES_NO,
    achieved,
    judged,
    number,
    pair,
    value,
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
