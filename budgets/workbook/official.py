"""All official budget lines of a plan as a workbook to download: a row for each entry, and totals that tie out to them.

Totals are those of `budgets.totals`, rows those of `budgets.entries`: the same relations with the same conditions. Below the
totals the rows are added up once more by formulas, so that a reader sees in Excel that nothing is left over.
"""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from budgets.counted import Dimension, Kind, Measure
from budgets.entries import Entries
from budgets.models import GenderTag, SourceKind
from budgets.names import Names
from budgets.totals import load_totals
from frameworks.workbook.pages import set_paper, set_text

#: What the workbook is about; estimates have no institution and no lines.
MEASURES = (Measure.PROPOSED, Measure.APPROVED, Measure.RELEASED, Measure.SPENT)
_HEAD = PatternFill("solid", fgColor="1F3864")
_BY = (Dimension.YEAR, Dimension.PILLAR, Dimension.INSTITUTION)


def export_official(plan, user, file, *, only, at):
    """Writes the workbook into `file` (open for writing in binary mode). only: Dimension → [value], as for load_totals.

    Seven queries and more for nothing, however many lines.
    """
    entries = Entries(plan, user, only=only, measures=MEASURES)
    totals = load_totals(plan, user, by=_BY, only=only, measures=MEASURES, rates=entries.rates)
    book = Workbook(write_only=True)
    rows = _Sheet(book, _("Lines"), _line_heads(plan))
    sheet = _Sheet(book, _("Totals"), _total_heads(plan))
    for entry in entries:
        rows.append(_line(entry))
    _write_totals(sheet, totals, Names(plan), rows)
    _write_missing(book, totals, at)
    book.save(file)


class _Sheet:
    """A sheet that is written from its head downwards. heads: (words, width)."""

    def __init__(self, book, title, heads):
        self.page = book.create_sheet(title)
        self.count = 1
        set_paper(self.page, sum(width for _words, width in heads))
        self.page.freeze_panes = "A2"
        for index, (_words, width) in enumerate(heads, 1):
            self.page.column_dimensions[get_column_letter(index)].width = width
        self.page.append([self._head(words) for words, _width in heads])

    def _head(self, words):
        cell = WriteOnlyCell(self.page)
        set_text(cell, str(words))
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        return cell

    def append(self, values, *, bold=False):
        self.count += 1
        self.page.append([self._cell(value, bold) for value in values])

    def _cell(self, value, bold):
        if value is None or value == "":
            return None
        if isinstance(value, _Formula):
            cell = WriteOnlyCell(self.page, value=value.text)
        elif isinstance(value, str):
            cell = WriteOnlyCell(self.page)
            set_text(cell, value)
        elif not bold:
            return value
        else:
            cell = WriteOnlyCell(self.page, value=value)
        if bold:
            cell.font = Font(bold=True)
        return cell


class _Formula:
    def __init__(self, text):
        self.text = text


# A row for each entry


def _line_heads(plan):
    return [
        (_("Kind"), 20),
        (_("Year"), 8),
        (_("Pillar"), 10),
        (plan.words["activity"], 12),
        (_("Text"), 44),
        (_("Institution (code)"), 16),
        (_("Institution"), 16),
        (_("Funding source (code)"), 16),
        (_("Funding source"), 28),
        (_("Kind of source"), 20),
        (_("On or off budget"), 12),
        (_("Reference"), 18),
        (_("Description"), 36),
        (_("Gender budget"), 30),
        (_("Round"), 10),
        (_("Currency"), 10),
        *((one.label, 15) for one in MEASURES),
        *((_in_currency(one, plan), 17) for one in MEASURES),
        (_("Rate"), 12),
        (_("Rate from"), 12),
        (_("Source of the rate"), 24),
    ]


def _in_currency(measure, plan):
    return _("%(step)s in %(currency)s") % {"step": measure.label, "currency": plan.currency}


#: Columns before the amounts in the plan's currency.
_BEFORE = 16 + len(MEASURES)


def _kind(kind):
    return {
        Kind.LINE: _("Budget line"),
        Kind.TAKEN_OFF: _("Spending counted as reported"),
        Kind.REPORTED: _("Reported spending"),
    }[kind]


def _line(entry):
    row, rate = entry.row, entry.rate
    on_budget = row.get("on_budget")
    return [
        _kind(entry.kind),
        entry.year,
        row["pillar"],
        row.get("activity"),
        row["title"],
        row.get("institution"),
        entry.institution_name,
        row.get("source"),
        row.get("source_name"),
        str(SourceKind(row["source_kind"]).label) if row.get("source_kind") else "",
        "" if on_budget is None else (_("On budget") if on_budget else _("Off budget")),
        row.get("reference"),
        row.get("description"),
        str(GenderTag(row["gender"]).label) if row.get("gender") else "",
        row.get("round"),
        entry.currency,
        *(entry.raw.get(str(one)) for one in MEASURES),
        *(entry.value.get(str(one)) for one in MEASURES),
        rate.rate if rate else None,
        rate.valid_on if rate else None,
        rate.source if rate else None,
    ]


# Totals


def _total_heads(plan):
    return [
        (_("Year"), 22),
        (_("Pillar"), 34),
        (_("Institution"), 34),
        *((_in_currency(one, plan), 20) for one in MEASURES),
    ]


def _write_totals(sheet, totals, names, rows):
    cells = [
        ([names.of(dimension, value) for dimension, value in zip(_BY, key, strict=True)], amounts)
        for key, amounts in totals.cells.items()
    ]
    cells.sort(key=lambda one: [name.label for name in one[0]])
    for found, amounts in cells:
        sheet.append([*(name.label for name in found), *(amounts.of(one) for one in MEASURES)])
    total = totals.total
    sheet.append([_("Total"), "", "", *(total.of(one) for one in MEASURES)], bold=True)
    last, lines = sheet.count, max(rows.count, 2)
    title = rows.page.title.replace("'", "''")
    added, left = [], []
    for index in range(len(MEASURES)):
        letter, own = get_column_letter(_BEFORE + 1 + index), get_column_letter(4 + index)
        added.append(_Formula(f"=SUM('{title}'!{letter}2:{letter}{lines})"))
        left.append(_Formula(f"=ROUND({own}{last}-{own}{last + 1},2)"))
    sheet.append([_("All rows of “Lines”, added up"), "", "", *added])
    sheet.append([_("Difference"), "", "", *left])


def _write_missing(book, totals, at):
    """What is in no total, and what was converted by which rate."""
    sheet = _Sheet(book, _("Rates"), [(_("Currency"), 24), (_("Year"), 10), (_("Step"), 16), (_("In no total: there is no rate"), 20), (_("Rate"), 14), (_("Rate from"), 14), (_("Source of the rate"), 30)])  # fmt: skip
    for one in totals.missing:
        sheet.append([one.currency, one.year, str(one.step), one.amount])
    for (currency, year), rate in sorted(totals.rates.items()):
        sheet.append([currency, year, "", None, rate.rate, rate.valid_on, rate.source])
    sheet.append([_("Downloaded %(when)s") % {"when": date_format(localtime(at), "DATETIME_FORMAT")}])
