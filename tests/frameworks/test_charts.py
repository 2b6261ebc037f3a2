"""Geometry of the charts: what is missing leaves a gap, what is zero is drawn as zero."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from frameworks import charts
from frameworks.choices import TONES


def member(label, tone="good"):
    return SimpleNamespace(label=label, tone=tone, glyph="check")


def test_every_tone_has_a_fill_and_a_hatch():
    assert set(charts.TONE_FILL) == set(charts.TONE_HATCH) == set(TONES)


def test_status_bar_shares_its_length_by_count():
    bar = charts.status_bar([(member("Done"), 1), (member("Late", "warn"), 0), (member("Open", "ok"), 3)])
    assert bar.total == 4
    assert [(s.label, s.start, s.width, s.middle) for s in bar.segments] == [
        ("Done", "0", "25", "12.5"),
        ("Open", "25", "75", "62.5"),
    ]
    assert bar.description == "Done 1, Open 3"


def test_status_bar_of_nothing_says_so():
    bar = charts.status_bar([(member("Done"), 0)])
    assert bar.segments == ()
    assert bar.description == "Nothing to count yet."


def test_a_sliver_does_not_carry_its_count():
    bar = charts.status_bar([(member("Many"), 99), (member("One"), 1)])
    assert [s.roomy for s in bar.segments] == [True, False]


@given(st.lists(st.integers(min_value=0, max_value=500), min_size=1, max_size=8))
def test_segments_fill_the_bar(counts):
    bar = charts.status_bar([(member(str(i)), n) for i, n in enumerate(counts)])
    assert bar.total == sum(counts)
    if bar.total:
        assert sum(Decimal(s.width) for s in bar.segments) == pytest.approx(100, abs=0.5)
        assert bar.segments[0].start == "0"


@pytest.mark.parametrize(
    ("low", "high", "first", "last"),
    [(0, 18, 0, 20), (0, 452, 0, 600), (-12, 40, -20, 40), (0, 0, 0, 1), ("0.02", "0.07", "0.02", "0.08")],
)
def test_ticks_are_round_and_cover_the_range(low, high, first, last):
    ticks = charts.nice_ticks(low, high)
    assert (ticks[0], ticks[-1]) == (Decimal(first), Decimal(last))


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=3),
    st.decimals(min_value=0, max_value=10**9, places=3),
)
def test_ticks_always_cover(low, span):
    ticks = charts.nice_ticks(low, low + span)
    assert 2 <= len(ticks) <= 8
    assert ticks[0] <= low
    assert ticks[-1] >= low + span


def test_trend_breaks_its_line_where_a_round_is_missing():
    chart = charts.trend([("2022", 10, None), ("2023", 12, None), ("2024", None, None), ("2025", 14, None)])
    assert chart.line.count("M") == 2
    assert len(chart.dots) == 3
    assert [missing for _x, _label, missing in chart.columns] == ["", "", "no data", ""]


def test_trend_draws_a_reported_zero():
    chart = charts.trend([("2023", 0, 10), ("2024", 5, 10)])
    assert chart.dots[0].text == "0"
    assert chart.dots[0].y == str(chart.bottom)
    assert chart.columns[0][2] == ""


def test_trend_says_why_a_round_has_no_value():
    chart = charts.trend([("2024", 5, 10), ("2028", None, 20, "not yet due")])
    assert chart.columns[1][2] == "not yet due"
    assert chart.description == "2024: 5, target 10; 2028: not yet due, target 20."


def test_trend_of_close_values_does_not_start_at_zero_and_says_so():
    close = charts.trend([("2023", Decimal("15.1"), None), ("2024", Decimal("16.6"), 18)], unit="%")
    assert close.cut
    wide = charts.trend([("2023", 3, None), ("2024", 16, 18)])
    assert not wide.cut
    assert wide.ticks[0][1] == "0"


def test_trend_with_baseline_and_unit_in_words():
    chart = charts.trend(
        [("2024", Decimal("15.9"), Decimal("16.2"))], baseline=("2020", Decimal("14.8")), unit="%"
    )
    assert chart.baseline_text == "Baseline 2020: 14.8%"
    assert chart.description == "Baseline 2020: 14.8%; 2024: 15.9%, target 16.2%."
    assert chart.dots[0].text == "15.9%"


def test_a_baseline_without_a_value_is_not_drawn():
    chart = charts.trend([("2024", 3, None)], baseline=("2020", None))
    assert chart.baseline_y is None


def test_a_value_under_its_target_is_written_below_the_line():
    under = charts.trend([("2023", 10, 12), ("2024", 20, 30)]).dots[0]
    over = charts.trend([("2023", 12, None), ("2024", 20, None)]).dots[0]
    assert Decimal(under.label_y) > Decimal(under.y)
    assert Decimal(over.label_y) < Decimal(over.y)


def test_trend_without_any_value_is_empty():
    assert charts.trend([("2024", None, None), ("2025", None, None)]).empty


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.decimals(min_value=-(10**7), max_value=10**7, places=2)), st.none()
        ),
        min_size=1,
        max_size=12,
    )
)
def test_trend_stays_inside_its_frame(values):
    chart = charts.trend([(str(i), a, t) for i, (a, t) in enumerate(values)])
    for dot in chart.dots:
        assert 0 <= Decimal(dot.x) <= chart.width
        assert 0 <= Decimal(dot.y) <= chart.height


def test_bars_share_one_scale_and_tell_zero_from_missing():
    chart = charts.bars([("P1", [("Costed", 400), ("Spent", 100)]), ("P2", [("Costed", 0), ("Spent", None)])])
    (costed, spent), (zero, missing) = (group.bars for group in chart.groups)
    assert Decimal(costed.width) == 4 * Decimal(spent.width)
    assert (zero.width, zero.text, zero.missing) == ("0", "0", False)
    assert (missing.width, missing.text, missing.missing) == ("0", "not reported", True)
    assert chart.series == ("Costed", "Spent")
    assert chart.description == "P1: Costed 400, Spent 100; P2: Costed 0, Spent not reported."


def test_a_tiny_amount_is_still_seen():
    chart = charts.bars([("P1", [("Costed", 10**9)]), ("P2", [("Costed", 1)])])
    assert chart.groups[1].bars[0].width == "1"


def test_bars_of_nothing():
    assert charts.bars([]).groups == ()


@pytest.mark.parametrize(
    ("percent", "share", "beyond", "backwards"),
    [
        (Decimal("50"), Decimal("0.5"), False, False),
        (0, 0, False, False),
        (100, 1, False, False),
        (118, 1, True, False),
        (-12, 0, False, True),
    ],
)
def test_meter_stops_at_the_target_and_keeps_the_raw_value(percent, share, beyond, backwards):
    meter = charts.achievement_meter(percent)
    assert Decimal(meter.width) == pytest.approx(Decimal(meter.target_x) * share, abs=Decimal("0.1"))
    assert (meter.beyond, meter.backwards, meter.value) == (beyond, backwards, Decimal(percent))


def test_meter_without_data_is_empty_not_zero():
    meter = charts.achievement_meter(None)
    assert meter.value is None
    assert "No data" in render_to_string(
        "charts/achievement_meter.svg", {"chart": meter, "tone": "muted", "fill": "#000", "uid": "m"}
    )


@pytest.mark.parametrize(
    ("done", "total", "share"), [(0, 8, 0), (2, 8, Decimal("0.25")), (8, 8, 1), (9, 8, 1), (0, 0, 0)]
)
def test_ring(done, total, share):
    dash, around = charts.ring(done, total)
    assert Decimal(dash) == pytest.approx(Decimal(around) * share, abs=Decimal("0.1"))
