"""What an uploaded file really is (frameworks/documents.py), beyond the papers of tests/frameworks/test_terms.py."""

import contextlib
import io
import struct
import zlib

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frameworks.documents import (
    CSV,
    DOCX,
    EVIDENCE,
    JPEG,
    KINDS,
    ODS,
    PAPERS,
    PDF,
    PNG,
    TXT,
    XLSX,
    BadDocument,
    check_document,
    download_name,
    kind_of_name,
)
from tests.frameworks.test_terms import DOCX_BYTES, EXE_BYTES, PDF_BYTES, zipped


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width=1, height=1):
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", zlib.compress(b"\x00\x00")) + _chunk(b"IEND", b"")


def jpeg(width=1, height=1):
    size = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        + b"\xff\xc0" + struct.pack(">H", len(size) + 2) + size + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x7f\xff\xd9"
    )  # fmt: skip


PNG_BYTES, JPEG_BYTES = png(), jpeg()
XLSX_BYTES = zipped(types="<Types/>", sheet="<workbook/>")
ODS_BYTES = zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", content="<office/>")


def check(data, allowed=EVIDENCE):
    return check_document(io.BytesIO(data), filename="lista.pdf", allowed=allowed).kind


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF_BYTES, PDF),
        (PNG_BYTES, PNG),
        (JPEG_BYTES, JPEG),
        (DOCX_BYTES, DOCX),
        (XLSX_BYTES, XLSX),
        (ODS_BYTES, ODS),
        ("Município,Feto\nBaucau,12\nDíli,9\n".encode(), CSV),
        ("\ufeffMunicípio;Feto\r\nBaucau;12\r\n".encode(), CSV),
        ("Ita-boot sira nia relatóriu.\nFeto 12, mane 9.\n".encode(), TXT),
        (b"12 < 15, and that is more", TXT),
        (b"one line, no table", TXT),
    ],
)
def test_the_kind_comes_from_the_content(data, kind):
    assert check(data) is kind


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (EXE_BYTES, "unknown"),
        (b"\x7fELF" + b"\x00" * 60, "unknown"),
        (b"GIF89a" + b"\x00" * 60, "unknown"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "unknown"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><p>x", "unknown"),
        (b"harmless,text\n<script>alert(1)</script>,x\n", "unknown"),
        (b"note\n< svg onload=x>", "unknown"),
        (b"{\\rtf1 x}", "unknown"),
        (b"#!/bin/sh\nrm -r x\n", "unknown"),
        ("Município".encode("cp1252"), "unknown"),  # no UTF-8
        ("Município".encode("utf-16"), "unknown"),
        (b"text\x00more", "unknown"),
        (b"   \n ", "unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "unknown"),
        (PNG_BYTES[:-12], "damaged"),
        (PNG_BYTES[:20], "damaged"),
        (JPEG_BYTES[:-2], "damaged"),
        (b"\xff\xd8\xff" + EXE_BYTES, "damaged"),
        (png(60_000, 60_000), "too_many_pixels"),
        (png(0, 5), "too_many_pixels"),
        (jpeg(60_000, 60_000), "too_many_pixels"),
        (zipped(types="<Types/>", sheet="<workbook/>", **{"xl/vbaProject.bin": b"x"}), "macros"),
        (zipped(types="<Types/>", sheet="<workbook/>", **{"xl/macrosheets/sheet1.xml": b"x"}), "macros"),
        (zipped(types="<Types/>", document="<document/>", macros=b"x"), "macros"),
        (zipped(types="<Types/>", document=b"\x00" * 20_000_000), "bomb"),
        (zipped(**{"setup.exe": EXE_BYTES}), "unknown"),
    ],
)
def test_what_is_refused(data, code):
    with pytest.raises(BadDocument) as refused:
        check(data)
    assert refused.value.code == code
    assert "lista.pdf" in str(refused.value.message)


def test_papers_are_fewer_than_evidence():
    assert check(PDF_BYTES, PAPERS) is PDF
    with pytest.raises(BadDocument, match="unknown") as refused:
        check(PNG_BYTES, PAPERS)
    assert "no PDF, Word (.docx) or OpenDocument (.odt) file" in str(refused.value.message)


def a_pdf(action=None, **saving):
    book = pikepdf.new()
    book.add_blank_page()
    if action:
        book.Root.OpenAction = pikepdf.Dictionary(Type=pikepdf.Name.Action, **action)
    out = io.BytesIO()
    book.save(out, **saving)
    return out.getvalue()


SCRIPT = {"S": pikepdf.Name.JavaScript, "JS": "app.alert(1)"}
PROGRAM = {"S": pikepdf.Name.Launch, "F": "cmd.exe"}


@pytest.mark.parametrize("action", [SCRIPT, PROGRAM])
@pytest.mark.parametrize(
    "saving",
    [
        {"object_stream_mode": pikepdf.ObjectStreamMode.disable},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "compress_streams": True},
    ],
)
def test_a_pdf_that_runs_something_is_refused(action, saving):
    with pytest.raises(BadDocument, match="scripts"):
        check(a_pdf(action, **saving))
    assert check(a_pdf(**saving)) is PDF  # the same without


def test_names_written_with_escapes_are_read():
    plain = a_pdf(SCRIPT, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pytest.raises(BadDocument, match="scripts"):
        check(plain.replace(b"/JavaScript", b"/J#61vaScript"))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_check(data):
    for start in (
        b"",
        b"%PDF-1.4",
        b"PK\x03\x04",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        PNG_BYTES[:33],
        JPEG_BYTES[:20],
    ):
        with contextlib.suppress(BadDocument):
            assert check(start + data) in KINDS


@given(st.text(max_size=80), st.sampled_from(KINDS))
def test_a_download_keeps_its_name_and_ends_as_its_content(name, kind):
    made = download_name(name, kind, "evidence")
    assert kind_of_name(made) is kind
    assert not set(made) & set('/\\"\r\n<>:|?*')
    assert made != kind.suffix
