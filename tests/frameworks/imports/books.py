"""Workbooks for the tests: the real one with something changed, or a small one of rows."""

import csv
import io
import re
import zipfile
from pathlib import Path

import openpyxl

from frameworks.imports import read_logframe

REAL = Path(__file__).parents[2] / "data" / "timor-leste-nap1325-2024-2028-logframe.xlsx"
HEADER = ["Output", "Specific Activities", "Performance Indicators", 2024, 2025, "Lead Institution"]
FIRST = ["1.1. Women decide.", "1.1.1. Train women.", "# of women increased", "x", None, "SEI"]


def read(file, name="plan.xlsx", **options):
    """The ParsedWorkbook of bytes, an openpyxl workbook or a path."""
    if isinstance(file, openpyxl.Workbook):
        file = saved(file)
    if isinstance(file, Path):
        file = file.read_bytes()
    return read_logframe(io.BytesIO(file), filename=name, **options)


def saved(workbook):
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def real():
    """The real workbook, open for changes."""
    return openpyxl.load_workbook(REAL)


def book(
    *rows, title="Participation", header=HEADER, above=(("NAP 2024-2025",), ("Goal: Women take part.",))
):
    """A workbook of one pillar sheet: the lines above, the header, the rows."""
    workbook = openpyxl.Workbook()
    workbook.active.title = title
    for row in (*above, header, *rows):
        workbook.active.append(list(row))
    return workbook


def parts(data):
    """{name: bytes} of a zip archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files, compression=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_part(data, name, change):
    """The archive with one part changed by a function of its text."""
    files = parts(data)
    files[name] = change(files[name].decode())
    return packed(files)


def doubts(parsed, code):
    return [doubt for doubt in parsed.doubts if doubt.code == code]


def only(parsed, code):
    """The one doubt of that code."""
    found = doubts(parsed, code)
    assert len(found) == 1, [str(doubt) for doubt in parsed.doubts]
    return found[0]


def codes(parsed):
    return [doubt.code for doubt in parsed.doubts]


def with_shared_strings(data):
    """The same workbook with its texts in one table of shared strings, as Excel itself saves them."""
    files = parts(data)
    table = []

    def share(match):
        table.append(match[2])
        return f'<c{match[1]} t="s"{match[3] or ""}><v>{len(table) - 1}</v></c>'.replace("  ", " ")

    for name in [name for name in files if name.startswith("xl/worksheets/")]:
        xml = files[name].decode()
        cell = r'<c((?: [rs]="[^"]*")*) t="inlineStr"()><is>(<t.*?</t>)</is></c>'
        xml = re.sub(cell, lambda match: share([None, match[1], match[3], match[2]]), xml, flags=re.DOTALL)
        files[name] = xml
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    items = "".join(f"<si>{text}</si>" for text in table)
    files["xl/sharedStrings.xml"] = f'<sst xmlns="{main}" count="{len(table)}">{items}</sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    files["[Content_Types].xml"] = files["[Content_Types].xml"].decode().replace("</Types>", override)
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    link = f'<Relationship Id="rId99" Type="{relation}" Target="sharedStrings.xml"/></Relationships>'
    name = "xl/_rels/workbook.xml.rels"
    files[name] = files[name].decode().replace("</Relationships>", link)
    return packed(files)


def csv_bytes(rows, delimiter=";", encoding="utf-8"):
    """The bytes of a CSV file of rows; None is a blank."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(
        [["" if one is None else one for one in row] for row in rows]
    )
    return stream.getvalue().encode(encoding)


def sheet_as_csv(path, title, delimiter=";", encoding="utf-8-sig"):
    """One sheet of a workbook as a spreadsheet saves it: merged cells keep their text in the first one only."""
    sheet = openpyxl.load_workbook(path)[title]
    return csv_bytes(sheet.iter_rows(values_only=True), delimiter, encoding)
