"""A large plan is read, and the work grows with its size, not faster. Seconds: tests/benchmarks/bench_import.py."""

import openpyxl
import pytest

from frameworks.imports import KnownInstitution
from tests.calls import calls
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


def test_three_thousand_indicators():
    parsed = read(large(3000), known=INSTITUTIONS)
    assert parsed.can_be_saved, parsed.errors[:3]
    assert (len(parsed.indicators()), len(parsed.activities()), len(parsed.outputs())) == (3000, 750, 75)
    assert all(len(one.leads) == 3 and one.years == (2024, 2025) for one in parsed.activities())


def test_work_grows_with_the_size_only():
    """Four times the rows are about four times the work: no search through all merged ranges at every cell."""
    read(large(40))  # what is made once

    def work(indicators):
        data = large(indicators)
        return calls(lambda: read(data))

    assert work(800) < 4.8 * work(200)


def one_activity(activities):
    """The worst shape for codes and doubles: no tree to divide the work."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "Participation"
    for row in (
        ["Goal: Women take part."],
        ["Output", "Activity", "Indicator"],
        ["Women decide", "Train", "# of x increased"],
    ):
        workbook.active.append(row)
    for number in range(activities):
        workbook.active.append([None, None, f"# of things {number} increased"])
        workbook.active.append([None, f"Act {number}"])
    return saved(workbook)


def test_everything_under_one_output():
    parsed = read(one_activity(3000))
    assert len(parsed.activities()) == 3001 and parsed.activities()[-1].code == "1.1.3001"
    few, many = one_activity(150), one_activity(600)
    assert calls(lambda: read(many)) < 4.8 * calls(lambda: read(few))
