"""The uploaded workbook back, with every offending cell filled and commented; everything else as it was."""

import io

import openpyxl
from django.utils.translation import ngettext
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from frameworks.imports.results import ERROR, NOTE
from frameworks.imports.safe_workbook import open_workbook

#: Who speaks in the comments; those of an earlier upload are taken away again by it.
AUTHOR = "NAP WPS Tracker"
_FILLS = {ERROR: PatternFill("solid", fgColor="F8B4B4")}
_OTHER = PatternFill("solid", fgColor="FCE8A6")
_NONE = PatternFill()
_COLOURS = {fill.fgColor.rgb[-6:] for fill in (*_FILLS.values(), _OTHER)}


def marked_workbook(file, *, filename, doubts, free=_NONE):
    """The bytes of the workbook with its errors and warnings at their cells.

    free: the fill of a cell that can be edited, for those that are no longer wrong. `file` is open for reading in
    binary mode; it is checked as on uploading before it is opened whole. Raises UnreadableWorkbook.
    """
    checked, _facts = open_workbook(file, filename=filename)
    checked.close()
    file.seek(0)
    book = openpyxl.load_workbook(io.BytesIO(file.read()))
    for page in book.worksheets:
        _wipe(page, free)
    by_cell = {}
    for doubt in doubts:
        if doubt.level != NOTE and doubt.sheet in book.sheetnames:
            by_cell.setdefault((doubt.sheet, doubt.cell or "C2"), []).append(doubt)
    first = None
    for (sheet, at), several in by_cell.items():
        cell = book[sheet][at]
        errors = [one for one in several if one.level == ERROR]
        cell.fill = _FILLS[ERROR] if errors else _OTHER
        comment = Comment(
            "\n\n".join(
                str(one.message) for one in (*errors, *(one for one in several if one not in errors))
            ),
            AUTHOR,
        )
        comment.width, comment.height = 320, 120
        cell.comment = comment
        first = first or cell
    if first is not None:
        book.active = book.sheetnames.index(first.parent.title)
        for page in book.worksheets:
            page.sheet_view.tabSelected = page is first.parent
    _list_errors(book, doubts)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _wipe(page, free):
    """Takes off the marks of an earlier time, so that what was corrected no longer looks wrong."""
    for row in page.iter_rows():
        for cell in row:
            if cell.comment is not None and _is_ours(cell):
                cell.comment = None
                cell.fill = _NONE if cell.protection.locked else free


def _is_ours(cell):
    """LibreOffice drops who wrote a comment: then the colour tells, and on the first sheet the place."""
    if (cell.comment.author or "").strip():
        return cell.comment.author == AUTHOR
    colour = str(cell.fill.fgColor.rgb)[-6:]
    return colour in _COLOURS or (cell.coordinate == "A1" and cell.parent is cell.parent.parent.worksheets[0])


def _list_errors(book, doubts):
    """A comment on the first sheet says how many there are and where they begin."""
    errors = [one for one in doubts if one.level == ERROR]
    if errors:
        text = ngettext(
            "%(n)d cell is marked in red: %(first)s.",
            "%(n)d cells are marked in red. The first: %(first)s.",
            len(errors),
        ) % {"n": len(errors), "first": f"{errors[0].sheet}!{errors[0].cell}"}
        book.worksheets[0]["A1"].comment = Comment(text, AUTHOR)
