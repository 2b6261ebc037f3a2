"""The filled rows of an uploaded sheet, each value with its cell, whatever the workbook is about. No database."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from frameworks.imports.results import Source
from frameworks.workbook.cells import BadCell, blank, is_empty, read_cell, text_of
from frameworks.workbook.content import is_blank, seen


@dataclass
class Row:
    """One filled row. `values`: column key → value; a cell that could not be read is left out and stands in `bad`."""

    sheet: "ParsedSheet"
    number: int
    id: str = ""
    seen: str = ""
    values: dict = field(default_factory=dict)
    bad: set = field(default_factory=set)

    @property
    def is_emptied(self):
        """Only the hidden id is left: somebody cleared the row."""
        return not self.bad and all(is_blank(value) for value in self.values.values())

    @property
    def is_untouched(self):
        """Whether it still says exactly what was exported."""
        return bool(self.seen) and not self.bad and seen(self.values) == self.seen

    def source(self, key=""):
        return self.sheet.source(self.number, key)


@dataclass
class ParsedSheet:
    """One sheet: `columns`: index → Column. `ids`: which of the two hidden columns are there."""

    key: str
    title: str
    columns: dict
    rows: list = field(default_factory=list)
    ids: set = field(default_factory=set)

    def __post_init__(self):
        self.at = {column.key: index for index, column in self.columns.items()}

    def source(self, number, key=""):
        index = self.at.get(key) or min(self.at.values(), default=1)
        return Source(self.title, f"{get_column_letter(index)}{number}")


def rest(rows, count):
    """What follows the rows (validations, filters) is not ours to read."""
    for _number, cells in zip(range(count), rows, strict=False):
        yield cells


def read_row(sheet, number, cells, ids, doubts):
    row = Row(sheet, number)
    filled = False
    for index, cell in enumerate(cells, 1):
        column = sheet.columns.get(index)
        if column is None:
            if index in ids and not is_empty(cell.value):
                setattr(row, ids[index], text_of(cell.value))
            continue
        if cell.value is None and cell.data_type != "e":
            continue
        try:
            row.values[column.key] = value = read_cell(cell, column)
        except BadCell as error:
            row.bad.add(column.key)
            doubts.error(
                "bad_cell", sheet.source(number, column.key), str(error).replace("{", "{{").replace("}", "}}")
            )
        else:
            filled = filled or not is_blank(value)
    if not filled and not row.bad and not row.id:
        return None
    for column in sheet.columns.values():
        if column.key not in row.bad:
            row.values.setdefault(column.key, blank(column))
    return row


def note_columns(sheet, heads, ids, doubts):
    for index, cell in enumerate(heads, 1):
        if index not in sheet.columns and index not in ids and not is_empty(cell.value):
            doubts.note(
                "column_not_read",
                Source(sheet.title, f"{get_column_letter(index)}{cell.row}"),
                _("The column “{header}” is not known and not imported."),
                header=text_of(cell.value),
            )
