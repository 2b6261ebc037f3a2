"""What one row says beside the chain of results: codes in their own column, the indicator, the years, the leads."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from frameworks.imports import grid as grids
from frameworks.imports import indicators
from frameworks.imports import text as texts
from frameworks.imports.figures import is_readable, read_figure, rounded
from frameworks.imports.grid import shorten
from frameworks.imports.names import is_group, key, split_leads
from frameworks.imports.results import CO_LEAD, LEAD, ParsedDetail, ParsedTarget
from frameworks.imports.tree import Node

DETAILS = ("unit", "definition", "frequency", "data_source", "means_of_verification")
OF_INDICATORS = (*DETAILS, "baseline", "baseline_year", "target", "dimensions", "type", "direction")


class View:
    """A grid seen through a layout: the cell of a field in a row."""

    def __init__(self, grid, layout):
        self.grid, self.layout = grid, layout
        self.field_at = {column.index: column.field for column in layout.columns}
        self.single = {column.field: column for column in layout.columns if column.year is None}

    def at(self, row, column):
        """The cell that a column shows in a row; not one that a neighbour of another field spreads over it."""
        if column is None:
            return None
        cell = self.grid.filled(row, column.index)
        if (
            cell
            and cell.column != column.index
            and self.field_at.get(cell.column, column.field) != column.field
        ):
            return None
        return cell

    def of(self, row, field):
        return self.at(row, self.single.get(field))


def refuse_dates(cell, holds_code, doubts):
    """Codes that Excel turned into dates are lost; those held as numbers may have lost a zero."""
    if cell.kind == grids.DATE:
        doubts.error(
            "code_is_date",
            cell.source,
            _(
                "Excel holds a date here ({text}), perhaps made from a code. Format the cell as text and type it again."
            ),
            text=cell.text,
        )
    elif cell.kind == grids.NUMBER and holds_code:
        doubts.warning(
            "code_is_number",
            cell.source,
            _(
                "Excel holds the code {text} as a number. Codes held as numbers lose zeros: 1.10 becomes 1.1. "
                "Format the cell as text and check the code."
            ),
            text=cell.text,
        )


def read_code(cell, doubts):
    """The code in a column of codes; "" with an error when there is none to be read."""
    refuse_dates(cell, True, doubts)
    code = "" if cell.kind == grids.DATE else texts.code_of_cell(cell.text)
    if not code and cell.kind != grids.DATE:
        doubts.error(
            "not_a_code",
            cell.source,
            _("“{text}” is not a code. A code has no spaces, such as 1.1.2 or 1.1.2a."),
            text=shorten(cell.text),
        )
    return code


def make_indicator(view, row, owner, doubts):
    """The indicator of a row as a node under its owner."""
    cell, code_cell = view.of(row, "indicator"), view.of(row, "indicator_code")
    refuse_dates(cell, False, doubts)
    code, text = texts.split_code(cell.raw, keep_lines=True)
    if code_cell:
        own = read_code(code_cell, doubts)
        if own and code and own != code:
            text = cell.raw
        code = own or code
    statement, dimensions = indicators.read_statement(cell, text, doubts)
    kind, direction = indicators.classify(
        cell, statement, view.of(row, "type"), view.of(row, "direction"), doubts
    )
    if breakdown := view.of(row, "dimensions"):
        dimensions = (*dimensions, *indicators.read_dimensions(breakdown))
    node = Node("indicator", cell, code, statement, cell.raw, owner)
    node.extra = {
        "type": kind,
        "direction": direction,
        "dimensions": dimensions,
        **_details(view, row, doubts),
    }
    owner.under("indicator").append(node)
    other = owner.statements.setdefault(statement.casefold(), node)
    if other is not node:
        doubts.error(
            "duplicate_indicator",
            cell.source,
            _("The same indicator stands twice under {owner}: here and in {other}. Remove one of them."),
            owner=owner.code or shorten(owner.text),
            other=other.source,
        )
    return node


def _details(view, row, doubts):
    details = {}
    for field in DETAILS:
        if cell := view.of(row, field):
            details[field] = ParsedDetail(cell.text, cell.source)
    if cell := view.of(row, "baseline"):
        details["baseline"] = _figure(cell, doubts)
    if cell := view.of(row, "baseline_year"):
        year = texts.year_of(cell.text)
        if year is None:
            doubts.error(
                "not_a_year",
                cell.source,
                _("“{text}” is not a year. Write it with four digits, such as 2023."),
                text=shorten(cell.text),
            )
        elif "baseline" in details:
            details["baseline"] = replace(details["baseline"], year=year)
    targets = [(column.year, view.at(row, column)) for column in view.layout.all("target")]
    details["targets"] = tuple(
        ParsedTarget(year, _figure(cell, doubts, is_target=True)) for year, cell in targets if cell
    )
    return details


def _figure(cell, doubts, *, is_target=False):
    figure = read_figure(cell)
    if not is_readable(figure):
        doubts.warning(
            "not_a_figure",
            cell.source,
            _(
                "No figure can be read from “{text}”. Write a number (1.5), a percentage (18%) or a fraction (11/442)."
            ),
            text=shorten(cell.text),
        )
        return replace(figure, value=None, numerator=None, denominator=None)
    figure, changed = rounded(figure)
    if changed:
        doubts.note(
            "figure_rounded",
            cell.source,
            _("The figure {text} is rounded to six decimals."),
            text=figure.text,
        )
    if figure.numerator is not None and figure.numerator > figure.denominator:
        doubts.error(
            "numerator_above_denominator",
            cell.source,
            _("In {text} the first number is larger than the second. Write the part first, then the whole."),
            text=cell.text,
        )
    elif is_target and figure.denominator == 0:
        doubts.error(
            "target_of_nothing", cell.source, _("A target cannot be a share of 0 ({text})."), text=cell.text
        )
    return figure


def refuse_loose_details(view, row, doubts):
    """A warning for each baseline, target or other detail in a row that shows no indicator."""
    for column in view.layout.columns:
        cell = view.at(row, column) if column.field in OF_INDICATORS else None
        if cell and cell.row == row:
            doubts.warning(
                "detail_without_indicator",
                cell.source,
                _("“{text}” stands in a row without an indicator and is not imported."),
                text=shorten(cell.text),
            )


def read_schedule(view, row, activity, taken, doubts):
    """Adds the years marked in a row to its activity. `taken` keeps what was read: a merged mark shows in every row."""
    for column in view.layout.all("schedule"):
        cell = view.at(row, column)
        if cell is None or (activity, column.index, cell.at) in taken:
            continue
        taken.add((activity, column.index, cell.at))
        years = _years_of(cell, column, doubts)
        if years and activity is None:
            doubts.error(
                "mark_without_activity",
                cell.source,
                _("The row has a year but no activity. Fill its Activity cell or clear this one."),
            )
        elif years:
            activity.years.update(years)


def _years_of(cell, column, doubts):
    if column.year is None:
        years = texts.years_in(cell.text)
        if years is None:
            doubts.error(
                "unknown_years",
                cell.source,
                _("“{text}” cannot be read as years. Write 2024-2027, or 2024, 2026."),
                text=shorten(cell.text),
            )
        return years or ()
    marked = texts.mark(cell.text)
    if marked is None:
        doubts.error(
            "unknown_mark",
            cell.source,
            _(
                "“{text}” is not a mark that we know. Use x for a year in which the activity runs; leave others blank."
            ),
            text=shorten(cell.text),
        )
    return (column.year,) if marked else ()


def read_leads(view, row, activity, taken, known, doubts):
    """Adds the institutions named in a row to its activity, in order; the first lead is the accountable one."""
    for field in ("leads", "support"):
        cell = view.of(row, field)
        if cell is None or (activity, field, cell.at) in taken:
            continue
        taken.add((activity, field, cell.at))
        if activity is None:
            doubts.warning(
                "lead_without_activity",
                cell.source,
                _("“{text}” stands in a row without an activity and is not imported."),
                text=shorten(cell.text),
            )
        else:
            _add_leads(activity, cell, field, known, doubts)


def _add_leads(activity, cell, field, known, doubts):
    present = {key(name) for name, *_rest in activity.leads}
    has_lead = any(role == LEAD for _name, role, *_rest in activity.leads)
    added = []
    for name, role in split_leads(cell.raw, known, support=field == "support"):
        if key(name) not in present:
            present.add(key(name))
            activity.leads.append(
                (name, CO_LEAD if has_lead and role == LEAD else role, is_group(name), cell.source)
            )
            added.append(name)
    if added and has_lead and field == "leads":
        doubts.note(
            "more_leads",
            cell.source,
            _("A further row of the activity names {names}; added to its institutions."),
            names=", ".join(added),
        )
