"""The parts inside an .xlsx, looked through before anything else reads them: sizes, declarations, cells."""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import column_index_from_string

MB = 1024 * 1024
MAX_UPLOAD = 10 * MB
MAX_UNPACKED = 100 * MB
#: Packed sheets are rarely more than 30 times smaller than unpacked; a bomb is, a thousand times.
MAX_RATIO = 200
RATIO_FROM = MB
MAX_PARTS = 2_000
MAX_SHEETS = 50
MAX_ROWS = 20_000
MAX_COLUMNS = 200
#: All cells of the workbook, also empty formatted ones: reading takes up to 50 µs for each.
MAX_CELLS = 300_000
MAX_ELEMENTS = 3_000_000
MAX_DEPTH = 100
#: Cells covered by merged ranges, within the part of the sheet that holds text.
MAX_MERGED = 500_000

#: What reading a packed file raises where it is damaged. A part behind a password is a RuntimeError.
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)

CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class UnreadableWorkbook(Exception):
    """The file cannot be opened at all. `message` is a lazily translated sentence; `code` is stable."""

    def __init__(self, code, message, **values):
        self.code = code
        self.message = format_lazy(message, **values)
        super().__init__(code)

    def __str__(self):
        return str(self.message)


def damaged(filename):
    return UnreadableWorkbook(
        "damaged",
        _(
            "“{file}” is damaged and cannot be read. Open it in Excel, save it again as “Excel Workbook (.xlsx)” and try again."
        ),
        file=filename,
    )


def bomb(filename):
    return UnreadableWorkbook(
        "zip_bomb",
        _("“{file}” unpacks to far more than its size (the limit is {limit} MB) and is refused."),
        file=filename,
        limit=MAX_UNPACKED // MB,
    )


@dataclass(slots=True)
class SheetFacts:
    """What the check saw in one worksheet part: its last row and column with a value, merged ranges, hidden rows."""

    last_row: int = 0
    last_column: int = 0
    cells: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # top, left, bottom, right
    hidden_rows: list[int] = field(default_factory=list)


class Budget:
    """What may still be unpacked, over all parts together."""

    def __init__(self, filename):
        self.filename = filename
        self.bytes = MAX_UNPACKED
        self.elements = MAX_ELEMENTS
        self.cells = MAX_CELLS

    def take_bytes(self, count):
        self.bytes -= count
        if self.bytes < 0:
            raise bomb(self.filename)

    def take_cell(self):
        self.cells -= 1
        if self.cells < 0:
            raise UnreadableWorkbook(
                "too_many_cells",
                _(
                    "“{file}” has more than {limit} cells, counting empty ones with a format. Delete the unused rows and columns and try again."
                ),
                file=self.filename,
                limit=f"{MAX_CELLS:,}",
            )


class PartScan:
    """Reads one XML part: refuses declarations, counts elements and, in a worksheet, collects the SheetFacts."""

    def __init__(self, budget):
        self.budget = budget
        self.depth = 0
        self.sheet = None
        self.namespace = ""
        self.row = self.column = 0
        self.row_hidden = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse

    def feed(self, piece):
        self._parse(piece, final=False)

    def close(self):
        self._parse(b"", final=True)

    def _parse(self, piece, *, final):
        try:
            self.parser.Parse(piece, final)
        except expat.ExpatError as error:
            raise damaged(self.budget.filename) from error

    def refuse(self, *_args):
        raise UnreadableWorkbook(
            "xml_declarations",
            _(
                "“{file}” holds declarations that no workbook needs and that can be used for attacks. It is refused."
            ),
            file=self.budget.filename,
        )

    def end(self, _name):
        self.depth -= 1

    def start(self, name, attributes):
        self.depth += 1
        self.budget.elements -= 1
        if self.depth > MAX_DEPTH or self.budget.elements < 0:
            raise bomb(self.budget.filename)
        name = name.rpartition(":")[2]
        if self.depth == 1:
            self.namespace = " ".join(value for key, value in attributes.items() if key.startswith("xmlns"))
            if name == "worksheet":
                self.sheet = SheetFacts()
        elif self.sheet is not None:
            if name in ("v", "f", "is"):
                self.value()
            elif name == "c":
                self.cell(attributes.get("r"))
            elif name == "row":
                self.next_row(attributes)
            elif name == "mergeCell":
                self.merge(attributes.get("ref", ""))

    def next_row(self, attributes):
        number = attributes.get("r")
        if number is not None and not number.isdecimal():
            raise damaged(self.budget.filename)
        row = int(number) if number else self.row + 1
        if row <= self.row:  # openpyxl would drop it without a word
            raise damaged(self.budget.filename)
        self.row, self.column = row, 0
        self.row_hidden = attributes.get("hidden") in ("1", "true")

    def cell(self, reference):
        self.budget.take_cell()
        self.sheet.cells += 1
        row, column = self.row, self.column + 1
        if reference:
            row, column = self.position(reference)
        if row != self.row or column <= self.column:
            raise damaged(self.budget.filename)
        self.column = column

    def position(self, reference):
        match = CELL.fullmatch(reference)
        if not match:
            raise damaged(self.budget.filename)
        return int(match[2]), column_index_from_string(match[1])

    def value(self):
        self.sheet.last_row = self.row
        self.sheet.last_column = max(self.sheet.last_column, self.column)
        if self.row_hidden and (not self.sheet.hidden_rows or self.sheet.hidden_rows[-1] != self.row):
            self.sheet.hidden_rows.append(self.row)

    def merge(self, reference):
        corners = [self.position(corner) for corner in reference.split(":")]
        if len(corners) == 2:
            (top, left), (bottom, right) = corners
            self.sheet.merged.append((top, left, bottom, right))
