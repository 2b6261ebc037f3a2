"""Opens an uploaded .xlsx without trusting it.

Every part of the file is unpacked once and checked before openpyxl sees it: real sizes (a header may lie), document
type declarations (the door of XML entity attacks), the number of cells. The bytes are held in memory and do not
change in between, so what openpyxl reads afterwards is what was checked. Sheets are read in openpyxl's read-only
mode, which leaves drawings, comments, links and charts alone; the merged ranges, which that mode does not know, come
from the check itself.
"""

import io
import logging
import zipfile

import openpyxl
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from frameworks.imports.parts import (
    BROKEN_ARCHIVE,
    MAX_COLUMNS,
    MAX_MERGED,
    MAX_PARTS,
    MAX_RATIO,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_UNPACKED,
    MAX_UPLOAD,
    MB,
    RATIO_FROM,
    Budget,
    PartScan,
    SheetFacts,
    UnreadableWorkbook,
    bomb,
    damaged,
)

logger = logging.getLogger(__name__)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_workbook(file, *, filename):
    """The openpyxl workbook (read-only mode) and {sheet title: SheetFacts} of its worksheets.

    `file` is open for reading in binary mode. Raises UnreadableWorkbook, with a sentence for the user, for anything
    that is not an .xlsx workbook within the limits above.
    """
    data = read_bytes(file, filename)
    try:
        facts_by_part = _check(data, filename)
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    except UnreadableWorkbook:
        raise
    except Exception as error:
        # openpyxl raises a dozen kinds of exceptions for broken parts; to the user they are one.
        logger.info("Refused a workbook that cannot be read: %r", error)
        raise damaged(filename) from error
    if len(workbook.sheetnames) > MAX_SHEETS:
        raise UnreadableWorkbook(
            "too_many_sheets",
            _(
                "“{file}” has {count} sheets; at most {limit} can be imported. Split it into several workbooks."
            ),
            file=filename,
            count=len(workbook.sheetnames),
            limit=MAX_SHEETS,
        )
    facts = {}
    for sheet in workbook.worksheets:
        # _worksheet_path is the only link that read-only sheets keep to their part of the archive.
        part = getattr(sheet, "_worksheet_path", None)
        facts[sheet.title] = facts_by_part.get(part) or SheetFacts()
        _check_size(sheet.title, facts[sheet.title])
    return workbook, facts


def read_bytes(file, filename):
    """All of an uploaded file. Raises UnreadableWorkbook when it is empty or too large."""
    if file.seekable():
        file.seek(0)
    data = file.read(MAX_UPLOAD + 1)
    if len(data) > MAX_UPLOAD:
        size = ""
        if file.seekable():
            size = f"{file.seek(0, io.SEEK_END) / MB:.1f}"
        if size:
            raise UnreadableWorkbook(
                "too_big",
                _(
                    "“{file}” is {size} MB; the limit is {limit} MB. Remove pictures and unused sheets and try again."
                ),
                file=filename,
                size=size,
                limit=MAX_UPLOAD // MB,
            )
        raise UnreadableWorkbook(
            "too_big",
            _("“{file}” is larger than the limit of {limit} MB."),
            file=filename,
            limit=MAX_UPLOAD // MB,
        )
    if not data:
        raise UnreadableWorkbook("empty_file", _("“{file}” is an empty file."), file=filename)
    return data


def _check(data, filename):
    """Refuses everything that is not a plain .xlsx; gives {part name: SheetFacts}."""
    if data.startswith(OLE):
        raise _ole(data, filename)
    not_a_workbook = UnreadableWorkbook(
        "not_a_workbook",
        _(
            "“{file}” is not an Excel workbook, whatever its name says. Save it in Excel as “Excel Workbook (.xlsx)” and try again."
        ),
        file=filename,
    )
    if not data.startswith(b"PK\x03\x04"):
        raise not_a_workbook
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "mimetype" in names and any(name == "content.xml" for name in names):
                raise UnreadableWorkbook(
                    "open_document",
                    _("“{file}” is an OpenDocument file. Save it as “Excel Workbook (.xlsx)” and try again."),
                    file=filename,
                )
            if "xl/workbook.bin" in names:
                raise UnreadableWorkbook(
                    "binary_workbook",
                    _(
                        "“{file}” is a binary workbook (.xlsb). Save it as “Excel Workbook (.xlsx)” and try again."
                    ),
                    file=filename,
                )
            if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
                raise not_a_workbook
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise UnreadableWorkbook(
                    "macros",
                    _(
                        "“{file}” holds macros, which are not accepted. Save it as “Excel Workbook (.xlsx)”, without macros, and try again."
                    ),
                    file=filename,
                )
            _check_directory(archive.infolist(), filename)
            return _scan_parts(archive, filename)
    except BROKEN_ARCHIVE as error:
        raise damaged(filename) from error


def _ole(data, filename):
    """The right words for an OLE container: a password, the old .xls, or something else."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return UnreadableWorkbook(
            "password",
            _(
                "“{file}” is protected by a password. Remove the password in Excel (File, Info, Protect Workbook) and try again."
            ),
            file=filename,
        )
    if any(stream.encode("utf-16-le") in data for stream in ("Workbook", "Book")):
        return UnreadableWorkbook(
            "old_excel",
            _(
                "“{file}” is in the old Excel format (.xls). Save it as “Excel Workbook (.xlsx)” and try again."
            ),
            file=filename,
        )
    return UnreadableWorkbook(
        "not_a_workbook",
        _(
            "“{file}” is not an Excel workbook, whatever its name says. Save it in Excel as “Excel Workbook (.xlsx)” and try again."
        ),
        file=filename,
    )


def _check_directory(entries, filename):
    """The archive's own table of contents: too many parts, doubled names, locked parts, declared bombs."""
    if len(entries) > MAX_PARTS or len({entry.filename for entry in entries}) != len(entries):
        raise damaged(filename)
    for entry in entries:
        if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged(filename)
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise bomb(filename)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise bomb(filename)


def _scan_parts(archive, filename):
    """Unpacks every part in small pieces, counting what really comes out, and looks through all XML."""
    budget = Budget(filename)
    facts = {}
    for entry in archive.infolist():
        scan = None
        unpacked = 0
        with archive.open(entry) as stream:
            while piece := stream.read(64 * 1024):
                unpacked += len(piece)
                budget.take_bytes(len(piece))
                if unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(entry.compress_size, 1):
                    raise bomb(filename)
                if unpacked == len(piece) and _looks_like_xml(entry.filename, piece):
                    scan = PartScan(budget)
                if scan:
                    scan.feed(piece)
        if scan:
            scan.close()
            if scan.sheet:
                facts[entry.filename] = scan.sheet
        if entry.filename == "xl/workbook.xml" and scan and "purl.oclc.org" in scan.namespace:
            raise UnreadableWorkbook(
                "strict_workbook",
                _(
                    "“{file}” is saved as “Strict Open XML”. Save it as “Excel Workbook (.xlsx)” and try again."
                ),
                file=filename,
            )
    return facts


def _looks_like_xml(name, start):
    return name.endswith((".xml", ".rels")) or start.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(
        b"<"
    )


def _check_size(title, facts):
    """Rows, columns and merged area of one sheet; the declared dimension is not looked at, only cells with a value."""
    if facts.last_row > MAX_ROWS:
        raise UnreadableWorkbook(
            "too_many_rows",
            _(
                "Sheet “{sheet}” has a value in row {row}; at most {limit} rows can be imported. Split the sheet, or delete what stands far below."
            ),
            sheet=title,
            row=facts.last_row,
            limit=f"{MAX_ROWS:,}",
        )
    if facts.last_column > MAX_COLUMNS:
        raise UnreadableWorkbook(
            "too_many_columns",
            _(
                "Sheet “{sheet}” has a value in column {column}; at most {limit} columns can be imported. Delete what stands far to the right."
            ),
            sheet=title,
            column=get_column_letter(facts.last_column),
            limit=MAX_COLUMNS,
        )
    covered = sum(
        max(0, min(bottom, facts.last_row) - top + 1) * max(0, min(right, facts.last_column) - left + 1)
        for top, left, bottom, right in facts.merged
    )
    if covered > MAX_MERGED:
        raise UnreadableWorkbook(
            "too_many_merged",
            _("Sheet “{sheet}” has too many merged cells to be read. Unmerge the unused ones."),
            sheet=title,
        )
