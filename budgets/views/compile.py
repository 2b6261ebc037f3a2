"""The plan's money in one table, and the lines behind it: for insiders everything, for everybody else what is published."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from budgets.counted import NOT_COSTED_BY, PUBLIC_MEASURES, Dimension, Measure
from budgets.csv_files import entry_rows, pivot_rows
from budgets.entries import Entries
from budgets.execution import Execution, execution_of
from budgets.forms.pivot import LinesForm, PivotForm
from budgets.names import CHAIN, Names, dimension_word, not_by
from budgets.operations.publication import publication_history
from budgets.pivot import Pivot, Show
from budgets.publication import load_years, years_without_published_spending
from budgets.rules import rules_of
from budgets.totals import load_totals
from frameworks.csv_files import csv_answer
from frameworks.formatting import format_money, format_percent
from frameworks.history import changes_of
from frameworks.permissions import Permission, has_permission
from frameworks.web import PlanMixin

#: Rows of a table, and entries of a drill-down, on one page.
ROWS_A_PAGE, ENTRIES_A_PAGE = 100, 50
#: Columns that a table shows; its file has all of them.
MOST_COLUMNS = 24
#: Groups that a chart has room for.
MOST_GROUPS = 12


@dataclass(frozen=True)
class Cell:
    """text: the figure. words: what stands there instead. label: what it is, for people who hear the table."""

    text: str = ""
    words: str = ""
    url: str = ""
    label: str = ""
    standing: Execution | None = None


@dataclass(frozen=True)
class Head:
    """One column of figures: of a value of the column dimension (is_total: of all of them), and one figure."""

    value: object
    name: str
    figure: object
    is_total: bool = False

    def amounts(self, row, has_columns):
        return row.by_column.get(self.value) if has_columns and not self.is_total else row.amounts


def lines_url(plan, codes, measures=()):
    """The address of the drill-down. codes: Dimension → code."""
    query = {str(name): code for name, code in codes.items()}
    if measures:
        query["measure"] = ",".join(str(one) for one in dict.fromkeys(measures))
    return f"{reverse('budget_lines', args=[plan.code])}?{urlencode(query)}"


def whole_and_cents(value):
    """("2,357,865", ".50"): a tile has room for the one in large and the other in small. ("", "") for None."""
    text = format_money(value, "") or ""
    has_cents = value is not None and value != value.to_integral_value()
    return (text[:-3], text[-3:]) if has_cents else (text, "")


class Budget(PlanMixin, TemplateView):
    """Rows, columns and amounts of one's choice; the choice is in the address."""

    public = True
    template_name = "budgets/budget.html"

    def get_context_data(self, **kwargs):
        names = Names(self.plan)
        form = PivotForm(self.request.GET, plan=self.plan, user=self.request.user, names=names)
        pivot = Pivot(self.plan, self.request.user, form.asked, names)
        self.form, self.pivot = form, pivot
        self.absorbed_from = rules_of(self.plan).absorbed_from
        heads = self._heads()
        page = Paginator(pivot.rows, ROWS_A_PAGE).get_page(self.request.GET.get("page"))
        publishes = has_permission(self.request.user, Permission.MANAGE_BUDGETS, self.plan)
        years = load_years(self.plan) if publishes else []
        return super().get_context_data(
            form=form,
            pivot=pivot,
            totals=pivot.totals,
            tiles=self._tiles(),
            heads=heads,
            groups=self._groups(heads),
            rows=[(row, self._row_url(row), self._cells(row, heads)) for row in page],
            total=self._cells(pivot.total, heads),
            page_obj=page,
            hidden_columns=max(len(pivot.columns) - MOST_COLUMNS, 0),
            is_nested=len(form.asked.levels) > 1,
            rows_word=dimension_word(self.plan, form.asked.rows),
            only_figure=pivot.figures[0].label if len(pivot.figures) == 1 else "",
            top_word=dimension_word(self.plan, form.asked.levels[0]),
            chart=self._chart(),
            absorbed_from=self.absorbed_from,
            query=self._query(),
            all_lines=lines_url(self.plan, form.codes),
            publishes=publishes,
            years=years,
            changes=changes_of(*publication_history(self.plan)) if publishes else [],
            published=[] if pivot.inside else form.fields["year"].choices[1:],
            unspent=[] if pivot.inside else years_without_published_spending(self.plan),
            **kwargs,
        )

    def _query(self):
        query = self.request.GET.copy()
        query.pop("page", None)
        return query.urlencode()

    def _heads(self):
        pivot = self.pivot
        if not pivot.asked.columns:
            return [Head(None, "", figure) for figure in pivot.figures]
        shown = pivot.columns[:MOST_COLUMNS]
        found = [Head(value, name.label, figure) for value, name in shown for figure in pivot.figures]
        return [*found, *(Head(None, _("Total"), figure, is_total=True) for figure in pivot.figures)]

    def _groups(self, heads):
        """[(name, how many heads)] of the upper line of the head; [] where one line says it all."""
        if not self.pivot.asked.columns or len(self.pivot.figures) < 2:
            return []
        each = len(self.pivot.figures)
        return [(heads[place].name, each) for place in range(0, len(heads), each)]

    def _cells(self, row, heads):
        return [self._cell(row, head) for head in heads]

    def _cell(self, row, head):
        pivot, columns = self.pivot, self.pivot.asked.columns
        amounts = head.amounts(row, bool(columns))
        value = head.figure.of(amounts) if amounts else None
        standing = None
        if head.figure.kind == "execution" and amounts and not columns:
            standing = self._standing(amounts)
        if value is None:
            words = pivot.words_instead(head.figure, row, None if head.is_total else head.value)
            if not words and head.figure.kind == "gap" and amounts:
                words = self._half(head.figure, amounts)
            return Cell(words=words, standing=standing)
        text = format_percent(value) if head.figure.kind == "execution" else format_money(value, "")
        codes = self.form.codes | {one: pivot.names.of(one, value).code for one, value in row.key}
        if columns and not head.is_total:
            codes[columns] = pivot.names.of(columns, head.value).code
        label = ", ".join(filter(None, (row.name.code or row.name.label, head.name, head.figure.label)))
        return Cell(text, "", lines_url(self.plan, codes, head.figure.measures), label, standing)

    def _standing(self, amounts):
        """The Execution in words, where there is anything to say of it."""
        if amounts.approved is None and amounts.spent is None:
            return None
        return execution_of(amounts.approved, amounts.spent, self.absorbed_from)

    def _half(self, figure, amounts):
        """Why a difference cannot be told although one of the two amounts is there."""
        first, second = figure.measures
        if amounts.of(first) is not None:
            return _("%(step)s: nothing said") % {"step": Measure(second).label}
        if amounts.of(second) is not None:
            return _("%(step)s: nothing said") % {"step": Measure(first).label}
        return ""

    def _row_url(self, row):
        """The rows one level further down, of this row only."""
        dimension = row.key[-1][0]
        if dimension not in CHAIN[:-1] or row.key[-1][1] is None:
            return ""
        query = {one: code for one, code in self.request.GET.items() if one != "page"}
        query |= {str(one): self.pivot.names.of(one, value).code for one, value in row.key}
        query["rows"] = str(CHAIN[CHAIN.index(dimension) + 1])
        if query.get("cols") in {str(one) for one in CHAIN}:
            del query["cols"]
        return "?" + urlencode(query)

    def _tiles(self):
        """(label, (whole, cents), note, address, tone) of every step of what is filtered."""
        pivot, amounts = self.pivot, self.pivot.totals.total
        measures = list(Measure) if pivot.inside else list(PUBLIC_MEASURES)
        tiles = []
        for measure in measures:
            value = amounts.of(measure)
            narrowed = [one for one in pivot.asked.only if one in NOT_COSTED_BY]
            note = ""
            if value is None:
                note = (
                    not_by(narrowed[0]) if measure == Measure.COSTED and narrowed else _("nothing said yet")
                )
            url = "" if value is None else lines_url(self.plan, self.form.codes, [measure])
            tiles.append((measure.label, whole_and_cents(value), note, url))
        return tiles, format_percent(amounts.execution) or "", self._standing(amounts)

    def _chart(self):
        """Groups of bars for the outermost rows; [] where there are too many of them, or nothing to draw."""
        pivot = self.pivot
        top = pivot.top()
        if not 1 <= len(top) <= MOST_GROUPS:
            return []
        measures = [Measure.COSTED, Measure.APPROVED, Measure.SPENT]
        if pivot.asked.rows in NOT_COSTED_BY:
            measures = [Measure.PROPOSED, Measure.APPROVED, Measure.SPENT]
        if not pivot.inside:
            measures = list(PUBLIC_MEASURES)
        groups = [
            (row.name.label, [(str(one.label), row.amounts.of(one)) for one in measures]) for row in top
        ]
        return groups if any(value is not None for _label, bars in groups for _name, value in bars) else []


class BudgetFile(PlanMixin, View):
    """The table as CSV: all of its rows, every step."""

    public = True

    def get(self, request, code):
        form = PivotForm(request.GET, plan=self.plan, user=request.user)
        pivot = Pivot(self.plan, request.user, replace(form.asked, show=Show.STEPS), form.names)
        measures = list(Measure) if pivot.inside else list(PUBLIC_MEASURES)
        return csv_answer(pivot_rows(pivot, measures), f"{self.plan.code}-budget")


class BudgetLines(PlanMixin, TemplateView):
    """What stands behind an amount: the same filters, the same total."""

    public = True
    template_name = "budgets/budget_lines.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        form = LinesForm(self.request.GET, plan=self.plan, user=user)
        entries = Entries(self.plan, user, only=form.only, measures=form.measures)
        totals = load_totals(self.plan, user, only=form.only, measures=entries.measures, rates=entries.rates)
        page = Paginator(entries, ENTRIES_A_PAGE).get_page(self.request.GET.get("page"))
        query = self.request.GET.copy()
        query.pop("page", None)
        back = {str(name): code for name, code in form.codes.items()}
        return super().get_context_data(
            form=form,
            inside=form.inside,
            measures=[
                (one, totals.total.of(one), whole_and_cents(totals.total.of(one))) for one in entries.measures
            ],
            totals=totals,
            page_obj=page,
            rows=[(entry, self._amounts(entry, entries.measures)) for entry in page],
            query=query.urlencode(),
            back=f"{reverse('budget', args=[self.plan.code])}?{urlencode(back)}",
            activity_word=dimension_word(self.plan, Dimension.ACTIVITY),
            **kwargs,
        )

    def _amounts(self, entry, measures):
        """(in the plan's currency or None, in its own currency or None where that is the same) of each measure."""
        foreign = entry.currency != self.plan.currency
        return [(entry.value.get(one), entry.raw.get(one) if foreign else None) for one in measures]


class BudgetLinesFile(PlanMixin, View):
    """The lines as CSV, all of them."""

    public = True

    def get(self, request, code):
        form = LinesForm(request.GET, plan=self.plan, user=request.user)
        entries = Entries(self.plan, request.user, only=form.only, measures=form.measures)
        return csv_answer(entry_rows(entries), f"{self.plan.code}-budget-lines")
