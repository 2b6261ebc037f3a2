"""Logframes of any size, drawn as ministries draw them: pillar sheets, merged cells, marks, several leads in a cell."""

import csv
import io

import openpyxl

PILLARS = ("Participation", "Prevention", "Protection", "Peacebuilding")
PER_ACTIVITY, PER_OUTPUT = 4, 10
HEADER = (
    "Output", "Specific Activities", "Performance Indicators", 2024, 2025, 2026, "Lead Institution", "Baseline",
    "Baseline year", "Target 2026", "Data source",
)  # fmt: skip
INSTITUTIONS = ("SEI", "MAE", "PNTL", "MJ", "MSSI", "MOI", "Ba Futuru", "Fokupers", "Pradet", "UN Women")


def rows_of(indicators, pillar=1):
    """The rows below the headers of one pillar; cells that a merged one covers are blank."""
    rows = []
    for number in range(indicators):
        activity, output = number // PER_ACTIVITY, number // (PER_ACTIVITY * PER_OUTPUT)
        opens_activity = number % PER_ACTIVITY == 0
        lead = f"{INSTITUTIONS[activity % 10]}, {INSTITUTIONS[(activity + 3) % 10]} & CSOs"
        rows.append([
            f"{pillar}.{output + 1}. Women decide in field {output} of pillar {pillar}."
            if number % (PER_ACTIVITY * PER_OUTPUT) == 0 else None,
            f"{pillar}.{output + 1}.{activity % PER_OUTPUT + 1}. Do thing {activity} of pillar {pillar}."
            if opens_activity else None,
            f"# and % of women in place {number} increased:\n•\tSuco Chief\n•\tAdministrative Post"
            if opens_activity else f"% of things {number} done, for women of pillar {pillar}, increased",
            *(("x", "x", "x" if activity % 2 else None, lead) if opens_activity else (None,) * 4),
            f"{number % 60}%", 2023, f"{number % 60 + 10}%", "Ministry records",
        ])  # fmt: skip
    return rows


def make_workbook(indicators, pillars=PILLARS):
    """The bytes of an .xlsx with so many indicators, shared out over the pillar sheets."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    share = indicators // len(pillars)
    for number, name in enumerate(pillars, 1):
        sheet = workbook.create_sheet(name)
        for row in (["NAP 1325, 2024-2028"], [f"Goal {number}: Women shape pillar {number}."], HEADER):
            sheet.append(row)
        for row in rows_of(share, number):
            sheet.append(row)
        last = 3 + share
        for first in range(4, last + 1, PER_ACTIVITY):
            end = min(first + PER_ACTIVITY - 1, last)
            for column in "BDEFG":
                sheet.merge_cells(f"{column}{first}:{column}{end}")
        for first in range(4, last + 1, PER_ACTIVITY * PER_OUTPUT):
            sheet.merge_cells(f"A{first}:A{min(first + PER_ACTIVITY * PER_OUTPUT - 1, last)}")
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def make_csv(indicators, pillar=1, delimiter=";"):
    """The bytes of a CSV file with the same rows of one pillar, as Excel saves a sheet of it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows([[f"Goal {pillar}: Women shape pillar {pillar}."], HEADER, *rows_of(indicators, pillar)])
    return stream.getvalue().encode("utf-8-sig")
