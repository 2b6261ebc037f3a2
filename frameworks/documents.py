"""What an uploaded file really is: told by its content, never by its name.

Packed ones are unpacked once, in small pieces, under the limits of imported workbooks (frameworks/imports/parts.py), so that
nobody stores a bomb that a colleague's word processor would open. What could run (macros, the scripts of a PDF) is refused.
"""

import csv
import hashlib
import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from frameworks.imports.parts import (
    BROKEN_ARCHIVE,
    MAX_PARTS,
    MAX_RATIO,
    MAX_UNPACKED,
    MAX_UPLOAD,
    MB,
    RATIO_FROM,
)

#: Bytes; the same as for workbooks.
MAX_DOCUMENT = MAX_UPLOAD
#: Pixels: the largest cameras have some 200 million; a bomb of a few kB declares billions.
MAX_PIXELS = 250_000_000
ODT_MIME = b"application/vnd.oasis.opendocument.text"
ODS_MIME = b"application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: the end of its file name, its type on the wire, and what people call it."""

    suffix: str
    content_type: str
    label: str


PDF = Kind(".pdf", "application/pdf", _("PDF"))
DOCX = Kind(".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _("Word"))
ODT = Kind(".odt", ODT_MIME.decode(), _("OpenDocument text"))
XLSX = Kind(".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _("Excel"))
ODS = Kind(".ods", ODS_MIME.decode(), _("OpenDocument table"))
PNG = Kind(".png", "image/png", _("Picture (PNG)"))
JPEG = Kind(".jpg", "image/jpeg", _("Picture (JPEG)"))
CSV = Kind(".csv", "text/csv; charset=utf-8", _("Table (CSV)"))
TXT = Kind(".txt", "text/plain; charset=utf-8", _("Text"))
KINDS = (PDF, DOCX, ODT, XLSX, ODS, PNG, JPEG, CSV, TXT)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The kinds that one place takes, and how it calls them in its messages."""

    kinds: tuple
    named: str


#: Papers that somebody signs; and whatever a reported figure may rest on.
PAPERS = Allowed((PDF, DOCX, ODT), _("PDF, Word (.docx) or OpenDocument (.odt) file"))
EVIDENCE = Allowed(
    KINDS,
    _(
        "PDF, picture (PNG, JPEG), Word (.docx), Excel (.xlsx), OpenDocument (.odt, .ods), CSV or text file (UTF-8)"
    ),
)


class BadDocument(Exception):
    """The file is not taken. `message` is a lazily translated sentence for the user; `code` is stable."""

    def __init__(self, code, message, **values):
        self.code = code
        self.message = format_lazy(message, **values)
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was looked through. sha256: of its bytes, in hexadecimal."""

    kind: Kind
    data: bytes
    sha256: str


def kind_of_name(name):
    """The Kind that a stored file has by the end of its own name, which was given by its content; None: unknown."""
    return next((kind for kind in KINDS if name.endswith(kind.suffix)), None)


def download_name(file_name, kind, otherwise):
    """What a browser shall call the file: the user's own name without signs that file systems mind, ending as its content is."""
    stem = re.sub(r"[^\w. -]", "", file_name.rpartition(".")[0] or file_name)
    return f"{stem.strip(' .') or otherwise}{kind.suffix}"


def check_document(file, *, filename, allowed=PAPERS):
    """The Document in `file` (open in binary mode). Raises BadDocument, with a sentence for the user."""
    file.seek(0)
    data = file.read(MAX_DOCUMENT + 1)
    if not data:
        raise BadDocument("empty", _("“{file}” is an empty file."), file=filename)
    if len(data) > MAX_DOCUMENT:
        raise BadDocument(
            "too_big",
            _("“{file}” is larger than the limit of {limit} MB."),
            file=filename,
            limit=MAX_DOCUMENT // MB,
        )
    kind = _kind_of(data, filename)
    if kind not in allowed.kinds:
        raise BadDocument(
            "unknown",
            _("“{file}” is no {allowed}, whatever its name says. Save it as one of these and try again."),
            file=filename,
            allowed=allowed.named,
        )
    return Document(kind, data, hashlib.sha256(data).hexdigest())


def _kind_of(data, filename):
    """The Kind of the bytes, None for anything else. Raises BadDocument for what is broken or could run."""
    if data.startswith(b"%PDF-"):
        # A file that breaks off in the middle has a head and no tail.
        if b"%%EOF" not in data[-2048:] or b"startxref" not in data[-4096:]:
            raise _damaged(filename)
        _refuse_scripts(data, filename)
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_archive(data, filename)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _check_picture(PNG, _png_size(data), filename)
    if data.startswith(b"\xff\xd8\xff"):
        return _check_picture(JPEG, _jpeg_size(data), filename)
    return _kind_of_text(data)


def _damaged(filename):
    return BadDocument(
        "damaged",
        _("“{file}” is damaged and cannot be read. Open it, save it again and try once more."),
        file=filename,
    )


def _bomb(filename):
    return BadDocument(
        "bomb",
        _("“{file}” unpacks to far more than its size (the limit is {limit} MB) and is refused."),
        file=filename,
        limit=MAX_UNPACKED // MB,
    )


# PDF

#: Actions that run a script or start a program. Long names: none of them comes about by chance in packed data.
_ACTIVE = (b"/JavaScript", b"/Launch")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b[^>]{0,400}>>\s*stream\r?\n")


def _refuse_scripts(data, filename):
    """Names may be written with escapes (/J#61vaScript), and objects lie packed in object streams: both are looked into.

    A document that says what a figure rests on has no need to run anything on a reviewer's machine.
    """
    found = _holds_action(data)
    left = MAX_UNPACKED
    for number, match in enumerate(_OBJECT_STREAM.finditer(data)):
        if found:
            break
        if number > MAX_PARTS:
            raise _bomb(filename)
        try:
            objects = zlib.decompressobj().decompress(data[match.end() : match.end() + MB], 8 * MB)
        except zlib.error:
            continue  # encrypted, or packed in another way: a reader that opens it asks before it runs anything
        left -= len(objects)
        if left <= 0:
            raise _bomb(filename)
        found = _holds_action(objects)
    if found:
        raise BadDocument(
            "scripts",
            _(
                "“{file}” holds scripts or starts programs, which is not accepted. Print it into a new PDF and try again."
            ),
            file=filename,
        )


def _holds_action(data):
    if b"#" in data:
        data = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), data)
    return any(name in data for name in _ACTIVE)


# Pictures


def _check_picture(kind, size, filename):
    if size is None:
        raise _damaged(filename)
    width, height = size
    if not width or not height or width * height > MAX_PIXELS:
        raise BadDocument(
            "too_many_pixels",
            _(
                "“{file}” is a picture of {width} × {height} points, which is too large. Make it smaller and try again."
            ),
            file=filename,
            width=width,
            height=height,
        )
    return kind


def _png_size(data):
    """(width, height) in points; None unless the file goes from its first piece to its last."""
    place, size = 8, None
    while place + 12 <= len(data):
        length, name = struct.unpack(">I4s", data[place : place + 8])
        if name == b"IHDR" and length == 13 and len(data) >= place + 16:
            size = struct.unpack(">II", data[place + 8 : place + 16])
        if name == b"IEND":
            return size
        if size is None:
            return None
        place += 12 + length
    return None


def _jpeg_size(data):
    """As above. The marks of a JPEG: sizes stand in SOF (C0 to CF without C4, C8, CC); the picture follows SOS."""
    place, size = 2, None
    while place + 9 <= len(data) and data[place] == 0xFF:
        mark = data[place + 1]
        if mark == 0xFF:
            place += 1
            continue
        if mark == 0xDA:
            return size if b"\xff\xd9" in data[place:] else None
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            size = width, height
        (length,) = struct.unpack(">H", data[place + 2 : place + 4])
        place += 2 + length
    return None


# Text

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"<\s*(?:!doctype|\?xml|html|head|body|svg|script|iframe|object|embed)\b", re.IGNORECASE)


def _kind_of_text(data):
    """TXT, or CSV where all rows have the same number of columns; None for anything that a browser might run."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    start = text.lstrip()
    if (
        not start
        or _CONTROL.search(text)
        or start.startswith(("<", "{\\rtf", "%!", "#!"))
        or _MARKUP.search(text)
    ):
        return None
    return CSV if any(_is_table(text, separator) for separator in ",;\t") else TXT


def _is_table(text, separator):
    try:
        widths = {len(row) for row in csv.reader(io.StringIO(text), delimiter=separator) if row}
        return len(widths) == 1 and widths.pop() > 1 and text.strip().count("\n") > 0
    except csv.Error:
        return False


# Packed documents


def _kind_of_archive(data, filename):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > MAX_PARTS or len(names) != len(entries):
                raise _damaged(filename)
            _unpack_all(archive, filename)
            kind = _kind_of_parts(archive, names)
    except BROKEN_ARCHIVE as error:
        raise _damaged(filename) from error
    if kind is not None and any(_is_macro(name) for name in names):
        raise BadDocument(
            "macros",
            _("“{file}” holds macros, which are not accepted. Save it without macros and try again."),
            file=filename,
        )
    return kind


def _is_macro(name):
    return name.lower().endswith("vbaproject.bin") or name.startswith(
        ("Basic/", "Scripts/", "xl/macrosheets/")
    )


def _kind_of_parts(archive, names):
    if "mimetype" in names:
        mime = archive.read("mimetype").strip()
        kind = {ODT_MIME: ODT, ODS_MIME: ODS}.get(mime)
        return kind if "content.xml" in names else None
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        return DOCX
    if {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        return XLSX
    return None


def _unpack_all(archive, filename):
    """Counts what really comes out of every part: what the archive says of itself may be a lie."""
    left = MAX_UNPACKED
    for entry in archive.infolist():
        unpacked = 0
        with archive.open(entry) as stream:
            while piece := stream.read(64 * 1024):
                unpacked += len(piece)
                left -= len(piece)
                if left < 0 or (unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(entry.compress_size, 1)):
                    raise _bomb(filename)
