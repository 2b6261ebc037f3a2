"""What the cells of a sheet offer or take, said by Excel itself while one types."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from frameworks.workbook.pages import Lists


@dataclass(slots=True)
class Rules:
    """The validations of a sheet: rule → the cells that it holds, as ranges of one column."""

    lists: Lists
    cells: dict = field(default_factory=dict)
    sources: dict = field(default_factory=dict)

    def offer(self, words, column, row):
        """A list from which the cell is filled."""
        words = tuple(words)
        if words not in self.sources:
            self.sources[words] = self.lists.add(list(words))
        self._add(("list", self.sources[words], None), column, row)

    def bound(self, whole, least, most, column, row):
        self._add(("whole" if whole else "decimal", least, most), column, row)

    def _add(self, rule, column, row):
        ranges = self.cells.setdefault(rule, {}).setdefault(column, [])
        if ranges and ranges[-1][1] == row - 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])

    def write(self, page):
        for (kind, first, second), columns in self.cells.items():
            where = [
                f"{get_column_letter(column)}{top}:{get_column_letter(column)}{bottom}"
                for column, ranges in columns.items()
                for top, bottom in ranges
            ]
            page.add_data_validation(validation(kind, first, second, " ".join(where)))


def validation(kind, first, second, where):
    """The rule of a range of cells: of a "list" (first: its formula), or a "whole" or "decimal" number between two bounds."""
    if kind == "list":
        rule = DataValidation("list", formula1=first, allow_blank=True, sqref=where)
        rule.errorStyle, rule.error = "stop", _("Choose one of the list.")
    else:
        operator = "between" if second is not None else "greaterThanOrEqual"
        low, high = ("" if one is None else str(one) for one in (first, second))
        rule = DataValidation(
            kind, operator=operator, formula1=low, formula2=high or None, allow_blank=True, sqref=where
        )
        # A warning only: Excel takes 1,5 for text where the computer writes 1.5, and the tracker reads both.
        rule.errorStyle, rule.error = "warning", _bounds_in_words(kind, first, second)
    rule.errorTitle, rule.showErrorMessage = _("Please check"), True
    return rule


def _bounds_in_words(kind, least, most):
    if most is not None:
        return _("A number from %(least)s to %(most)s is asked for.") % {"least": least, "most": most}
    if kind == "whole":
        return _("A whole number from %(least)s upwards is asked for.") % {"least": least}
    return _("A number from %(least)s upwards is asked for.") % {"least": least}
