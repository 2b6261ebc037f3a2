"""Whatever a workbook holds, the answer is a result with doubts or a refusal in words, never a crash."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from frameworks.imports import Grid, UnreadableWorkbook, read_grids, read_logframe
from frameworks.imports.grid import _make
from tests.frameworks.imports.books import REAL

HEADERS = ["Pillar", "Goal", "Output", "Code", "Activities", "Indicators", "Year", "2024", "2025", "Target", "Target 2025",
           "Baseline", "Baseline year", "Lead", "Partners", "Type", "Direction", "Disaggregation", "Colour", "Members",
           "Led by", "Working group", None]  # fmt: skip
CONTENT = ["1.1. a b", "1.1.1. c d", "1.1.1", "Goal 2: e", "Output 1.2: f", "Pillar 3: g", "# of h increased", "% of i",
           "• j\n• k", "x", "tbc", "SEI, MAE & CSOs", "2 NGOs (A, B)", "11/442", "18%", "2024-2026", "Source: l", "=1+1",
           "- ", "(", "\x00", "a" * 300, None, None, None]  # fmt: skip

MATRIX = ["Output", "Activities", "Indicators", "2024"]
GROUPS = ["Working group", "Led by", "Members"]
headers = st.sampled_from([MATRIX, MATRIX, MATRIX, GROUPS, []]).flatmap(
    lambda needed: st.lists(st.sampled_from(HEADERS), max_size=5).flatmap(
        lambda more: st.permutations([*needed, *more])
    )
)
lines_above = st.lists(
    st.sampled_from([["Goal: a b"], ["Goal 1: a b"], ["Pillar 2: c"], ["NAP 2024-2028"], ["d"], []]),
    max_size=4,
)
rows = st.lists(st.lists(st.sampled_from(CONTENT) | st.text(max_size=12), max_size=8), max_size=12)
ranges = st.lists(st.tuples(*[st.integers(1, 10)] * 4), max_size=4)


@settings(max_examples=300, deadline=None)
@given(headers, rows, lines_above, ranges)
@pytest.mark.slow
def test_any_sheet(header, below, above, merged):
    cells = [
        _make("S", row, column, "text", value, value)
        for row, values in enumerate([*above, header, *below], 1)
        for column, value in enumerate(values, 1)
        if value and value.strip(" \x00")
    ]
    merged = [
        (min(top, bottom), min(left, right), max(top, bottom), max(left, right))
        for top, left, bottom, right in merged
    ]
    parsed = read_grids([Grid("S", [cell for cell in cells if cell.text], merged)], filename="x")
    for doubt in parsed.doubts:
        assert str(doubt) and doubt.level in ("error", "warning", "note")
        assert doubt.sheet in ("", "S") and (
            not doubt.cell or doubt.cell[0] in map(get_column_letter, range(1, 20))
        )
    codes = [one.code for one in parsed.indicators()]
    assert not parsed.can_be_saved or len(codes) == len(set(codes))
    assert not parsed.can_be_saved or all(
        one.code and one.text for one in (*parsed.goals(), *parsed.outputs(), *parsed.activities())
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7000), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_damage_to_the_file(changes):
    data = bytearray(REAL.read_bytes())
    for position, value in changes:
        data[position % len(data)] = value
    try:
        read_logframe(io.BytesIO(bytes(data)), filename="x.xlsx")
    except UnreadableWorkbook as refusal:
        assert str(refusal).endswith(".")
