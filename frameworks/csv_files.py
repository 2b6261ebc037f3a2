"""Tables for spreadsheets as CSV: UTF-8 with a mark, so that Excel reads accents, and nothing that it would run as a formula.

A cell is a text, a number or None. None is blank, never 0.
"""

import csv

from django.http import HttpResponse, StreamingHttpResponse

#: A spreadsheet takes a cell that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TYPE = "text/csv; charset=utf-8"


def safe_cell(text):
    """A text that no spreadsheet runs as a formula: the apostrophe makes it text, and is not shown there."""
    text = str(text)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


class Figure(str):
    """A cell that holds a number or nothing: a minus sign in front of it is no formula."""

    @classmethod
    def of(cls, value):
        return cls("" if value is None else f"{value:f}")


class _Line:
    """A file whose only use is that csv.writer hands it each line."""

    def write(self, text):
        return text


def csv_lines(rows):
    """The rows as lines of a file, the mark before the first one; each is made when it is asked for."""
    writer = csv.writer(_Line())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([_cell(one) for one in row])


def _cell(value):
    if value is None:
        return ""
    return value if isinstance(value, Figure | int) else safe_cell(value)


def csv_answer(rows, name):
    """The rows as a file to download, sent line by line, whatever the number."""
    return _named(StreamingHttpResponse(csv_lines(rows), content_type=_TYPE), name)


def short_csv_answer(rows, name):
    """The same at once, for what is made before it is sent: a mistake in it is an error page and no half file."""
    return _named(HttpResponse("".join(csv_lines(rows)), content_type=_TYPE), name)


def _named(response, name):
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
