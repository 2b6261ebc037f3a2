"""A large plan is read in seconds, and time grows with its size, not faster."""

import time

import openpyxl
import pytest

from frameworks.imports import KnownInstitution
from tests.frameworks.imports.books import HEADER, read, saved

pytestmark = pytest.mark.slow

INSTITUTIONS = [
    KnownInstitution(number, (f"Ministry of Thing {number} and More", f"M{number}")) for number in range(150)
]


def large(indicators, per_activity=4, per_output=10):
    """One pillar sheet with merged outputs, activities, marks and leads, as ministries draw it."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Participation"
    for row in (["NAP 2024-2025"], ["Goal: Women take part."], HEADER):
        sheet.append(row)
    for number in range(indicators):
        activity, output = number // per_activity, number // (per_activity * per_output)
        sheet.append([
            f"1.{output + 1}. Output {output}" if number % (per_activity * per_output) == 0 else None,
            f"1.{output + 1}.{activity % per_output + 1}. Do {activity}" if number % per_activity == 0 else None,
            f"# and % of women in place {number} increased:\n•\tSuco Chief\n•\tAdministrative Post",
            *(["x", "x", f"M{activity % 150}, CSOs & Fundasaun Alola"] if number % per_activity == 0 else []),
        ])  # fmt: skip
    for first in range(4, 4 + indicators, per_activity):
        for column in "BDEF":
            sheet.merge_cells(f"{column}{first}:{column}{first + per_activity - 1}")
    for first in range(4, 4 + indicators, per_activity * per_output):
        sheet.merge_cells(f"A{first}:A{first + per_activity * per_output - 1}")
    return saved(workbook)


def test_three_thousand_indicators_in_seconds():
    data = large(3000)
    start = time.perf_counter()
    parsed = read(data, known=INSTITUTIONS)
    seconds = time.perf_counter() - start
    assert parsed.can_be_saved, parsed.errors[:3]
    assert (len(parsed.indicators()), len(parsed.activities()), len(parsed.outputs())) == (3000, 750, 75)
    assert all(len(one.leads) == 3 and one.years == (2024, 2025) for one in parsed.activities())
    assert seconds < 10, f"{seconds:.1f} s"


def test_time_grows_with_the_size_only():
    """Four times the rows take about four times as long: no search through all merged ranges at every cell."""

    def seconds(indicators):
        data = large(indicators)
        start = time.perf_counter()
        read(data)
        return time.perf_counter() - start

    seconds(100)
    assert seconds(2400) < 10 * seconds(600)


def test_everything_under_one_activity():
    """The worst shape for codes and doubles: no tree to divide the work."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "Participation"
    for row in (
        ["Goal: Women take part."],
        ["Output", "Activity", "Indicator"],
        ["Women decide", "Train", "# of x increased"],
    ):
        workbook.active.append(row)
    for number in range(3000):
        workbook.active.append([None, None, f"# of things {number} increased"])
        workbook.active.append([None, f"Act {number}"])
    start = time.perf_counter()
    parsed = read(workbook)
    assert time.perf_counter() - start < 15
    assert len(parsed.activities()) == 3001 and parsed.activities()[-1].code == "1.1.3001"
