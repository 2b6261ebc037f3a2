"""All official budget lines as a workbook: what is in it, who reads it, and that its totals tie out to its rows."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from budgets.counted import Dimension
from budgets.models import BudgetLine
from budgets.totals import load_totals
from budgets.workbook.official import MEASURES, export_official
from tests.budgets.money_world import make_line, make_rate, make_source, report_spending
from tests.pages import Visitor
from tests.world import NOW, make_round

pytestmark = pytest.mark.django_db

OPTIONS = settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MONEY = st.none() | st.decimals(0, 10**7, places=2)


@pytest.fixture
def money(world):
    """Lines of two institutions, two years and two currencies; one is only a draft; MAE reported what it spent."""
    source, a111, a211 = make_source(world.plan), world.activities["a111"], world.activities["a211"]
    make_rate(world.plan, "EUR", "1.1", date(2025, 1, 1))
    make_line(a111, world.sei, source, 2025, reference="0012", description="=1+1", proposed="100", approved="90", spent="40")  # fmt: skip
    make_line(a111, world.mae, source, 2025, proposed="10", spent="3", currency="EUR")
    make_line(a211, world.mssi, source, 2026, approved="7", released="5", currency="IDR")
    make_line(a111, world.sei, source, 2026, drafted="999", state="draft")
    report_spending(a111, world.mae, make_round(world.plan, 2025), "11")
    return source


def book_of(world, who="secretariat", **only):
    out = io.BytesIO()
    only = {Dimension(name): values for name, values in only.items()}
    export_official(world.plan, world.users[who], out, only=only, at=NOW)
    return openpyxl.load_workbook(io.BytesIO(out.getvalue()))


def table(page):
    """[{head: value}]"""
    heads, *rows = [[cell.value for cell in row] for row in page.iter_rows()]
    return [dict(zip(heads, row, strict=True)) for row in rows]


def added_up(book):
    """The sums of the rows in the plan's currency, by measure; None where no row says anything."""
    found = {}
    for measure in MEASURES:
        values = [row[f"{measure.label} in USD"] for row in table(book["Lines"])]
        told = [Decimal(str(value)) for value in values if value is not None]
        found[str(measure)] = sum(told) if told else None
    return found


def totals_row(book):
    row = next(row for row in table(book["Totals"]) if row["Year"] == "Total")
    values = {str(measure): row[f"{measure.label} in USD"] for measure in MEASURES}
    return {name: None if one is None else Decimal(str(one)) for name, one in values.items()}


def test_what_is_in_it(world, money):
    book = book_of(world)
    assert book.sheetnames == ["Lines", "Totals", "Rates"]
    rows = table(book["Lines"])
    first = next(row for row in rows if row["Reference"] == "0012")
    assert (first["Description"], first["Proposed"], first["Spent"]) == ("=1+1", 100, 40)
    assert {cell.data_type for cell in book["Lines"]["M"] if cell.value} == {"s"}
    assert not [row for row in rows if row["Proposed"] == 999]  # a draft is its institution's own
    assert [row["In no total: there is no rate"] for row in table(book["Rates"]) if row["Currency"] == "IDR"] == [7, 5]  # fmt: skip
    last = book["Totals"].max_row
    assert book["Totals"].cell(last - 1, 4).value == f"=SUM('Lines'!U2:U{len(rows) + 1})"
    assert [cell.value for cell in book["Lines"][1]][20] == "Proposed in USD"
    assert book["Totals"].cell(last, 4).value == f"=ROUND(D{last - 2}-D{last - 1},2)"


def test_its_totals_are_those_of_the_pages_and_of_its_rows(world, money):
    book = book_of(world)
    totals = load_totals(world.plan, world.secretariat).total
    assert totals_row(book) == {str(one): totals.of(one) for one in MEASURES} == added_up(book)
    assert totals_row(book)["spent"] == 51  # what was reported counts, and not once more by the line


@OPTIONS
@given(
    st.lists(
        st.tuples(MONEY, MONEY, MONEY, MONEY, st.sampled_from(["USD", "EUR", "IDR"]), st.booleans()),
        max_size=6,
    )
)
def test_any_lines_tie_out(world, money, lines):
    BudgetLine.objects.all().delete()
    for number, (proposed, approved, released, spent, currency, is_sei) in enumerate(lines):
        make_line(
            world.activities["a111"], world.sei if is_sei else world.mae, money, 2025, reference=str(number),
            proposed=proposed, approved=approved, released=released, spent=spent, currency=currency,
        )  # fmt: skip
    book = book_of(world)
    assert totals_row(book) == added_up(book)


def test_filters_narrow_rows_and_totals_alike(world, money):
    book = book_of(world, year=[2025], institution=[world.sei.pk])
    assert [row["Reference"] for row in table(book["Lines"])] == ["0012"]
    assert totals_row(book) == added_up(book)
    assert totals_row(book)["proposed"] == 100


def test_everybody_inside_downloads_it_from_the_page(world, money):
    for who in ("secretariat", "steering", "monitoring", "focal_mae", "gov_lead"):
        visitor = Visitor(world.users[who]).open(reverse("budget_workbooks", args=[world.plan.code]))
        assert ("Fill in your budget in Excel" in visitor.text) == (who == "focal_mae")
        form = next(
            one for one in visitor.page.forms if (one.get("action") or "").endswith("workbook/lines/")
        )
        assert list(form.fields) == ["year", "pillar", "institution"]
        answer = visitor.client.get(
            form.get("action"), {"year": "2025", "pillar": "P1", "institution": "SEI"}
        )
        assert answer["Content-Disposition"].endswith('-budget-lines-2025-P1-SEI.xlsx"')
        assert len(table(openpyxl.load_workbook(io.BytesIO(answer.content))["Lines"])) == 1
    assert visitor.client.get(form.get("action"), {"year": "1999"}).status_code == 404


#: Of the whole file, whatever it holds.
QUERIES = 7


@pytest.mark.parametrize("more", [0, 20])
def test_queries_do_not_grow_with_the_lines(world, money, django_assert_num_queries, more):
    for number in range(more):
        make_line(world.activities["a112"], world.mae, money, 2025, reference=str(number), proposed="1")
    book_of(world)
    with django_assert_num_queries(QUERIES):
        book_of(world)
