"""What an uploaded document really is: told by its content, never by its name.

PDF, DOCX and ODT are known. Packed ones are unpacked once, in small pieces, under the limits of imported workbooks
(frameworks/imports/parts.py), so that nobody stores a bomb that a colleague's word processor would open.
"""

import hashlib
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from frameworks.imports.parts import MAX_PARTS, MAX_RATIO, MAX_UNPACKED, MAX_UPLOAD, MB, RATIO_FROM

#: Bytes; the same as for workbooks.
MAX_DOCUMENT = MAX_UPLOAD
ODT_MIME = b"application/vnd.oasis.opendocument.text"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: the end of its file name, and its type on the wire."""

    suffix: str
    content_type: str


PDF = Kind(".pdf", "application/pdf")
DOCX = Kind(".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
ODT = Kind(".odt", ODT_MIME.decode())
KINDS = (PDF, DOCX, ODT)


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


def check_document(file, *, filename):
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
    return Document(_kind_of(data, filename), data, hashlib.sha256(data).hexdigest())


def _kind_of(data, filename):
    if data.startswith(b"%PDF-"):
        # A file that breaks off in the middle has a head and no tail.
        if b"%%EOF" not in data[-2048:] or b"startxref" not in data[-4096:]:
            raise _damaged(filename)
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_archive(data, filename)
    raise _unknown(filename)


def _unknown(filename):
    return BadDocument(
        "unknown",
        _(
            "“{file}” is no PDF, Word (.docx) or OpenDocument (.odt) file, whatever its name says. Save it as one of these and try again."
        ),
        file=filename,
    )


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


def _kind_of_archive(data, filename):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > MAX_PARTS or len(names) != len(entries):
                raise _damaged(filename)
            _unpack_all(archive, filename)
            kind = _kind_of_parts(archive, names)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,  # a part behind a password
    ) as error:
        raise _damaged(filename) from error
    if kind is None:
        raise _unknown(filename)
    if any(
        name.lower().endswith("vbaproject.bin") or name.startswith(("Basic/", "Scripts/")) for name in names
    ):
        raise BadDocument(
            "macros",
            _("“{file}” holds macros, which are not accepted. Save it without macros and try again."),
            file=filename,
        )
    return kind


def _kind_of_parts(archive, names):
    if "mimetype" in names:
        is_text = archive.read("mimetype").strip() == ODT_MIME and "content.xml" in names
        return ODT if is_text else None
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        return DOCX
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
