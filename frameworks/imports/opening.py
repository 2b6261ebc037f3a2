"""From an uploaded file to grids: what the file holds decides how it is opened, not what it is called."""

from pathlib import PurePath

from frameworks.imports.grid import Grid
from frameworks.imports.parts import damaged
from frameworks.imports.safe_csv import read_csv
from frameworks.imports.safe_workbook import OLE, open_workbook, read_bytes

#: Text under such a name is refused rather than read: somebody renamed it, or a program saved something else.
WORKBOOK_NAMES = {".xlsx", ".xlsm", ".xlsb", ".xls", ".xltx", ".ods"}
_ARCHIVE = b"PK"


def open_grids(file, *, filename):
    """([Grid], [title of each hidden sheet]) of an uploaded .xlsx or CSV file, open for reading in binary mode.

    Raises UnreadableWorkbook, with a sentence for the user.
    """
    data = read_bytes(file, filename)
    is_archive = data.startswith((_ARCHIVE, OLE))
    if not is_archive and PurePath(filename).suffix.lower() not in WORKBOOK_NAMES:
        return [read_csv(data, filename=filename)], []
    workbook, facts = open_workbook(file, filename=filename)
    try:
        hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
        grids = [
            Grid.from_openpyxl(sheet, facts[sheet.title])
            for sheet in workbook.worksheets
            if sheet.title not in hidden
        ]
    except Exception as error:
        raise damaged(filename) from error
    finally:
        workbook.close()
    return grids, hidden
