"""The crosswalk of a plan to one framework as CSV."""

import csv

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from frameworks.crosswalk import framework_rows

#: A spreadsheet takes a cell that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text):
    """A text that no spreadsheet runs as a formula: the apostrophe makes it text, and is not shown there."""
    text = str(text)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


class _Line:
    """A file whose only use is that csv.writer hands it each line."""

    def write(self, text):
        return text


def crosswalk_csv(plan, framework, *, pillar="", covered=None):
    """One row for each link, and one for each untouched provision. UTF-8 with a mark, so that Excel reads accents."""
    head = [
        "plan", "framework", "provision", "provision_title", "covered", "level", "level_name", "code", "text", "pillar",
        "primary",
    ]  # fmt: skip
    yes, no = _("yes"), _("no")

    def rows():
        yield head
        for provision, thing in framework_rows(plan, framework, pillar=pillar, covered=covered):
            of = [plan.code, framework.code, provision.code, provision.title, yes if thing else no]
            if thing is None:
                yield [*of, "", "", "", "", "", ""]
            else:
                primary = yes if thing.is_primary else no
                yield [*of, thing.level, thing.word, thing.code, thing.text, thing.pillar, primary]

    writer = csv.writer(_Line())
    lines = (writer.writerow([safe_cell(cell) for cell in row]) for row in rows())
    response = StreamingHttpResponse(_marked(lines), content_type="text/csv; charset=utf-8")
    name = f"{plan.code}-{framework.code}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _marked(lines):
    yield "\ufeff"
    yield from lines
