"""Files that are not harmless workbooks: refused with a sentence that helps, before anything is read from them."""

import io
import struct
import zipfile
import zlib

import openpyxl
import pytest

from frameworks.imports import UnreadableWorkbook
from frameworks.imports import parts as limits
from tests.frameworks.imports.books import (
    FIRST,
    REAL,
    book,
    codes,
    only,
    packed,
    parts,
    read,
    saved,
    with_part,
)

SHEET = "xl/worksheets/sheet1.xml"


def refused(data, code, name="plan.xlsx"):
    with pytest.raises(UnreadableWorkbook) as caught:
        read(data, name)
    assert caught.value.code == code, str(caught.value)
    return str(caught.value)


def ole(*streams):
    return (
        limits_ole() + b"\0" * 504 + b"".join(stream.encode("utf-16-le") + b"\0" * 64 for stream in streams)
    )


def limits_ole():
    return bytes.fromhex("d0cf11e0a1b11ae1")


def test_text_renamed_xlsx():
    message = refused(b"Output;Activity\n1.1;Train", "not_a_workbook", "logframe.xlsx")
    assert message.startswith("“logframe.xlsx” is not an Excel workbook")


def test_pdf_word_and_other_archives_renamed():
    refused(b"%PDF-1.7\n...", "not_a_workbook")
    refused(packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"}), "not_a_workbook")
    refused(packed({"readme.txt": "hello"}), "not_a_workbook")
    refused(packed({"xl/workbook.xml": "<workbook/>"}), "not_a_workbook")


def test_other_spreadsheets_get_their_own_words():
    assert ".xls" in refused(ole("Workbook"), "old_excel")
    assert "password" in refused(ole("EncryptionInfo", "EncryptedPackage"), "password")
    refused(ole("WordDocument"), "not_a_workbook")
    refused(
        packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}),
        "open_document",
    )
    refused(packed({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\1"}), "binary_workbook")


def test_macros():
    files = parts(REAL.read_bytes()) | {"xl/vbaProject.bin": b"macro"}
    assert "macros" in refused(packed(files), "macros", "plan.xlsm")


def test_strict_open_xml():
    data = with_part(
        REAL.read_bytes(),
        "xl/workbook.xml",
        lambda text: text.replace(
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            "http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
    )
    assert "Strict" in refused(data, "strict_workbook")


def test_empty_and_cut_files():
    refused(b"", "empty_file")
    whole = REAL.read_bytes()
    refused(whole[: len(whole) // 2], "damaged")
    refused(whole[:-30], "damaged")


def test_twenty_megabytes():
    data = packed(
        {**parts(REAL.read_bytes()), "xl/media/photo.bin": b"\7" * (20 * limits.MB)}, zipfile.ZIP_STORED
    )
    message = refused(data, "too_big")
    assert "20.0 MB" in message and "limit is 10 MB" in message


def test_the_size_limit_holds_for_a_stream_that_cannot_seek():
    class Stream(io.BytesIO):
        def seekable(self):
            return False

    from frameworks.imports import read_logframe

    with pytest.raises(UnreadableWorkbook) as caught:
        read_logframe(Stream(b"PK\3\4" + b"\0" * limits.MAX_UPLOAD), filename="big.xlsx")
    assert caught.value.code == "too_big"
    assert "limit of 10 MB" in str(caught.value)


def test_zip_bomb_that_says_so():
    data = packed({**parts(REAL.read_bytes()), "xl/media/bomb.bin": b"\0" * (30 * limits.MB)})
    assert len(data) < limits.MB
    assert "100 MB" in refused(data, "zip_bomb")


def test_sum_of_many_parts_is_limited(monkeypatch):
    monkeypatch.setattr("frameworks.imports.safe_workbook.MAX_UNPACKED", 20_000)
    refused(REAL.read_bytes(), "zip_bomb")


def test_real_bytes_are_counted_whatever_the_directory_says(monkeypatch):
    """The directory's sizes pass, the bytes do not: the reader counts for itself."""
    monkeypatch.setattr("frameworks.imports.safe_workbook._check_directory", lambda entries, filename: None)
    bomb = packed({**parts(REAL.read_bytes()), "xl/media/bomb.bin": b"\0" * (30 * limits.MB)})
    refused(bomb, "zip_bomb")
    monkeypatch.setattr(limits, "MAX_UNPACKED", 20_000)
    refused(REAL.read_bytes(), "zip_bomb")


def test_zip_bomb_that_lies_about_its_size():
    """A part of 30 MB that the directory declares as 1,000 bytes."""
    content = b"\0" * (30 * limits.MB)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = packer.compress(content) + packer.flush()
    name = b"xl/worksheets/sheet9.xml"
    base = REAL.read_bytes()
    end = base.rfind(b"PK\5\6")
    _sig, _d, _s, here, total, size, offset, _c = struct.unpack("<4sHHHHIIH", base[end : end + 22])
    common = struct.pack("<HHHHIIIHH", 0, 8, 0, 0, zlib.crc32(content), len(squeezed), 1000, len(name), 0)
    local = b"PK\3\4" + struct.pack("<H", 20) + common + name + squeezed
    central = (
        b"PK\1\2" + struct.pack("<HH", 20, 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, offset) + name
    )
    directory = base[offset : offset + size] + central
    data = (
        base[:offset]
        + local
        + directory
        + struct.pack(
            "<4sHHHHIIH", b"PK\5\6", 0, 0, here + 1, total + 1, len(directory), offset + len(local), 0
        )
    )
    assert [entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist()][-1] == 1000
    refused(data, "damaged")


def test_doubled_parts_locked_parts_and_unusual_packing():
    stream = io.BytesIO(REAL.read_bytes())
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning):
        archive.writestr("xl/workbook.xml", "<workbook/>")
    refused(stream.getvalue(), "damaged")
    refused(packed(parts(REAL.read_bytes()), zipfile.ZIP_BZIP2), "damaged")
    locked = bytearray(REAL.read_bytes())
    first = locked.find(b"PK\1\2")
    locked[first + 8] |= 1
    refused(bytes(locked), "damaged")


@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml", "docProps/core.xml"]
)
@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
    ],
)
def test_entities_and_document_types(part, declaration):
    def declare(text):
        head, _closing, rest = text.partition("?>") if text.startswith("<?xml") else ("", "", text)
        return (f"{head}?>" if head else "") + declaration + rest

    refused(with_part(REAL.read_bytes(), part, declare), "xml_declarations")


def test_openpyxl_reads_with_defusedxml_behind_our_own_check():
    assert openpyxl.DEFUSEDXML is True


def test_xml_that_is_none():
    refused(with_part(REAL.read_bytes(), SHEET, lambda text: text[:-40]), "damaged")
    refused(with_part(REAL.read_bytes(), SHEET, lambda text: "<worksheet>" + "<a>" * 200), "zip_bomb")
    refused(with_part(REAL.read_bytes(), "xl/styles.xml", lambda text: "nonsense"), "damaged")
    parsed = read(with_part(REAL.read_bytes(), "xl/workbook.xml", lambda text: "<nonsense/>"))
    assert codes(parsed) == ["empty_workbook"]


def test_rows_and_cells_out_of_order_are_not_dropped_silently():
    refused(
        with_part(REAL.read_bytes(), SHEET, lambda text: text.replace('<row r="6"', '<row r="2"')), "damaged"
    )
    refused(with_part(REAL.read_bytes(), SHEET, lambda text: text.replace('r="C6"', 'r="C1"')), "damaged")
    refused(with_part(REAL.read_bytes(), SHEET, lambda text: text.replace('r="C6"', 'r="6C"')), "damaged")


def test_declared_size_does_not_matter():
    """A1:XFD1048576 declared, a hundred cells there: read at once and completely."""
    data = with_part(
        REAL.read_bytes(),
        SHEET,
        lambda text: text.replace('<dimension ref="A1:I10"', '<dimension ref="A1:XFD1048576"'),
    )
    assert b"XFD1048576" in parts(data)[SHEET]
    assert len(read(data).indicators()) == 6


def test_declared_size_too_small_does_not_cut():
    data = with_part(
        REAL.read_bytes(),
        SHEET,
        lambda text: text.replace('<dimension ref="A1:I10"', '<dimension ref="A1:B2"'),
    )
    assert b'ref="A1:B2"' in parts(data)[SHEET]
    assert len(read(data).indicators()) == 6


def test_rows_and_columns_are_limited():
    workbook = book(FIRST)
    workbook.active.cell(limits.MAX_ROWS + 1, 1, "far below")
    message = refused(saved(workbook), "too_many_rows")
    assert "“Participation”" in message and "20001" in message
    workbook = book(FIRST)
    workbook.active.cell(4, limits.MAX_COLUMNS + 1, "far right")
    assert "column GS" in refused(saved(workbook), "too_many_columns")


def test_the_last_row_and_column_within_the_limits_are_read():
    workbook = book(FIRST)
    for column, value in enumerate(
        ["1.2. Last output.", "1.2.1. Last activity.", "% of women increased", "x"], 1
    ):
        workbook.active.cell(limits.MAX_ROWS, column, value)
    assert [one.code for one in read(workbook).activities()] == ["1.1.1", "1.2.1"]


def test_empty_formatted_cells_do_not_count_as_rows():
    workbook = book(FIRST)
    workbook.active.cell(limits.MAX_ROWS + 500, 300).number_format = "0.00"
    assert read(workbook).can_be_saved


def test_cells_sheets_and_merged_ranges_are_limited(monkeypatch):
    monkeypatch.setattr(limits, "MAX_CELLS", 10)
    assert "10 cells" in refused(REAL.read_bytes(), "too_many_cells")
    monkeypatch.undo()
    workbook = book(FIRST)
    for number in range(limits.MAX_SHEETS):
        workbook.create_sheet(f"S{number}")
    assert "51 sheets" in refused(saved(workbook), "too_many_sheets")
    monkeypatch.setattr("frameworks.imports.safe_workbook.MAX_MERGED", 8)
    assert "merged" in refused(REAL.read_bytes(), "too_many_merged")


def test_merged_ranges_over_the_whole_sheet_are_cut_to_what_is_used():
    data = with_part(REAL.read_bytes(), SHEET, lambda text: text.replace('ref="A2:I2"', 'ref="A2:XFD2"'))
    assert b"A2:XFD2" in parts(data)[SHEET]
    assert read(data).goals()[0].code == "1"


def test_hidden_sheets_are_left_out_and_named():
    workbook = book(FIRST)
    copy = workbook.copy_worksheet(workbook.active)
    copy.title, copy.sheet_state = "Old version", "hidden"
    parsed = read(workbook)
    assert (only(parsed, "hidden_sheet").sheet, only(parsed, "hidden_sheet").level) == (
        "Old version",
        "warning",
    )
    assert [pillar.name for pillar in parsed.pillars] == ["Participation"]


def test_workbook_without_content():
    parsed = read(openpyxl.Workbook())
    assert codes(parsed) == ["empty_workbook"] and not parsed.can_be_saved
    assert parsed.plan is None and parsed.pillars == ()


def test_a_name_of_another_kind_does_not_matter():
    assert len(read(REAL.read_bytes(), "logframe.dat").indicators()) == 6
