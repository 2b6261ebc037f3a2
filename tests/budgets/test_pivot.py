"""The page of the plan's money: rows, columns, gaps, what is missing, what stands behind each amount, and the files."""

import csv
import io
from decimal import Decimal as D

import pytest
from django.urls import reverse

from budgets.models import Costing, OutputCosting
from tests.budgets.money_world import make_line, make_rate, make_source, report_spending
from tests.pages import Visitor
from tests.world import make_activity, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def money(world):
    """Costed, proposed, approved and spent under P1, and something in euros without a rate."""
    a111, a112 = world.activities["a111"], world.activities["a112"]
    world.state = make_source(world.plan, name="State budget")
    world.donor = make_source(world.plan, "EU", "partner", on_budget=False, name="European Union")
    for year in (2025, 2026):
        Costing.objects.create(activity=a111, year=year, amount=D(1000), currency="USD")
    OutputCosting.objects.create(
        output=world.activities["a211"].output, year=2025, amount=D(700), currency="USD"
    )
    make_line(
        a111,
        world.sei,
        world.state,
        2025,
        proposed="300",
        approved="200",
        released="150",
        spent="90",
        reference="7-1",
    )
    make_line(a111, world.sei, world.donor, 2026, proposed="400", approved="400.50")
    make_line(a112, world.mae, world.donor, 2025, proposed="12000", currency="EUR")
    make_line(
        a112, world.mae, world.state, 2025, drafted="77777", proposed=None, state="draft", reference="draft"
    )
    report_spending(a111, world.sei, make_round(world.plan, 2025), "120")
    return world


def address(world, query="", name="budget"):
    return reverse(name, args=[world.plan.code]) + query


def main(visitor):
    """The rows of the table below the chart as lists of what a person reads, what is only heard left out."""
    (found,) = visitor.page.xpath("//section[@aria-labelledby='table']//table")
    for heard in found.xpath(".//*[contains(@class, 'sr-only')]"):
        heard.drop_tree()
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")]
        for row in found.xpath(".//tbody/tr|.//tfoot/tr")
    ]


def pivot(world, query="", user="steering"):
    return Visitor(world.users[user]).open(address(world, query))


def test_the_steps_by_pillar(money):
    visitor = pivot(money)
    assert main(visitor) == [
        ["P1 Participation", "2,000", "700", "600.50", "150", "120", "20% Partly spent"],
        ["P2 Prevention", "700", "–", "–", "–", "–", "–"],
        ["Total", "2,700", "700", "600.50", "150", "120", "20% Partly spent"],
    ]
    assert "77,777" not in visitor.text


def test_rows_hang_below_each_other_with_their_subtotals(money):
    assert [row[:3] for row in main(pivot(money, "?rows=activity"))] == [
        ["P1 Participation", "2,000", "700"],
        ["1 Goal 1", "2,000", "700"],
        ["1.1 Output 1.1", "2,000", "700"],
        ["1.1.1 Activity 1.1.1", "2,000", "700"],
        ["P2 Prevention", "700", "–"],
        ["2 Goal 2", "700", "–"],
        ["2.1 Output 2.1", "700", "–"],
        ["Rough estimate, not yet broken down", "700", "–"],
        ["Total", "2,700", "700"],
    ]


def test_columns_of_ones_choice(money):
    visitor = pivot(money, "?rows=institution&cols=year&show=proposed")
    assert main(visitor) == [["SEI", "300", "400", "700"], ["Total", "300", "400", "700"]]
    assert "Proposed by Institution, in USD" in visitor.text
    visitor = pivot(money, "?rows=pillar&cols=year&show=steps")
    heads = [" ".join(one.text_content().split()) for one in visitor.page.xpath("//th[@scope='colgroup']")]
    assert heads == ["2025", "2026", "Total"]


def test_what_a_dimension_does_not_know_is_said_and_no_nought(money):
    rows = {row[0]: row[1:] for row in main(pivot(money, "?rows=source"))}
    assert rows["State budget"][0] == "not by source"
    assert rows["Source not stated"][0] == "2,700"
    assert rows["State budget"][4] == "90"
    assert rows["Source not stated"][4] == "30"  # 120 reported, 90 of them by the lines from the state
    assert rows["Total"][4] == "120"


def test_gaps_in_each_step(money):
    visitor = pivot(money, "?show=gaps&year=2025")
    p1, p2, total = main(visitor)
    # costed 1,000, proposed 300, approved 200, released 150, spent 120
    assert p1[1:] == ["700", "800", "100", "50", "30", "80"]
    assert p2[1:] == ["Proposed: nothing said", "Approved: nothing said", "–", "–", "–", "–"]
    assert total[1:] == ["1,400", "1,500", "100", "50", "30", "80"]


def test_two_currencies_without_a_rate_are_not_added_and_the_page_says_what_is_missing(money):
    for name in ("budget", "budget_lines"):
        visitor = Visitor(money.steering).open(address(money, name=name))
        assert (
            "EUR\xa012,000 of 2025 (Proposed) is in no total: no rate from EUR to USD"
            in visitor.answer.content.decode()
        )
        assert "12,700" not in visitor.text
    assert "no rate: in no total" in visitor.text
    make_rate(money.plan, "EUR", "1.1")
    visitor = pivot(money)
    assert "is in no total" not in visitor.text
    assert main(visitor)[-1][2] == "13,900"
    assert "2025: EUR 1 = USD 1.1, from 30 June 2024 (Bank)" in visitor.text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?rows=activity&cols=year&show=steps",
        "?rows=source",
        "?rows=source_kind&cols=year&show=spent",
        "?rows=on_budget&show=gaps",
        "?rows=gender&cols=institution&show=steps",
        "?rows=institution&year=2025",
        "?rows=goal&source=-",
    ],
)
def test_each_amount_leads_to_the_lines_that_make_it(money, query):
    """The drill-down's own total is the cell's, and its entries come to it."""
    make_rate(money.plan, "EUR", "1.1")
    visitor, behind = pivot(money, query), Visitor(money.steering)
    cells = visitor.page.xpath("//section[@aria-labelledby='table']//td[contains(@class, 'num')]/a")
    assert cells
    for cell in cells:
        shown = cell.text
        behind.open(cell.get("href"))
        sums = [
            (D(0) if value is None else value) for _one, value, _parts in behind.answer.context["measures"]
        ]
        listed = [D(0)] * len(sums)
        for _entry, amounts in behind.answer.context["rows"]:
            listed = [have + (value or 0) for have, (value, _own) in zip(listed, amounts, strict=True)]
        assert listed == sums
        if shown.endswith("%"):
            continue
        expected = sums[0] if len(sums) == 1 else sums[0] - sums[1]
        assert D(shown.replace(",", "").replace("−", "-")) == expected, cell.get("href")


def test_a_filter_that_does_not_exist_is_told_and_filters_nothing(money):
    visitor = pivot(money, "?year=1999&output=9.9&rows=nonsense")
    assert "There is a problem" in visitor.text or "1999" in visitor.text
    assert "the plan has none with the code 9.9" in visitor.text
    assert main(visitor)[-1][1] == "2,700"
    assert "This is in the rows already" in pivot(money, "?rows=goal&cols=pillar").text


def test_nothing_yet(world):
    assert "There are no amounts here." in pivot(world).text
    assert (
        "There are no lines here." in Visitor(world.steering).open(address(world, name="budget_lines")).text
    )


def test_a_merged_institution_counts_under_the_one_that_it_is_now(money):
    money.sei.merged_into = money.mae
    money.sei.save()
    rows = {row[0]: row[1:] for row in main(pivot(money, "?rows=institution"))}
    assert rows["MAE"][2] == "600.50"
    assert "SEI" not in rows
    # What MAE reports now answers for the line that was SEI's: nothing twice.
    money.plan.rounds.get().expenditures.update(institution=money.mae)
    assert main(pivot(money, "?rows=institution"))[-1][5] == "120"


def test_queries_do_not_grow(money, django_assert_num_queries):
    visitor = Visitor(money.steering)
    counts = {"?rows=activity&cols=year": 21, "?rows=source": 18}
    for query, number in counts.items():
        visitor.open(address(money, query))
        with django_assert_num_queries(number):
            visitor.client.get(address(money, query))
    with django_assert_num_queries(25):
        visitor.client.get(address(money, name="budget_lines"))
    for number in range(3):
        activity = make_activity(money.participation, f"1.2.{number}", [money.sei])
        make_line(activity, money.sei, money.state, proposed="1", approved="1", spent="1")
        make_line(activity, money.mae, money.donor, 2026, proposed="1", currency="EUR")
    for query, number in counts.items():
        with django_assert_num_queries(number):
            visitor.client.get(address(money, query))
    with django_assert_num_queries(25):
        visitor.client.get(address(money, name="budget_lines"))


# Files


def rows_of(world, name, query="", user="steering"):
    visitor = Visitor(world.users[user])
    answer = visitor.client.get(address(world, query, name))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_the_table_as_a_file(money):
    rows = rows_of(money, "budget_file", "?rows=activity&cols=year")
    first = rows[0]
    assert (first["pillar"], first["output"], first["activity"], first["year"]) == (
        "P1",
        "1.1",
        "1.1.1",
        "2025",
    )
    assert (first["costed"], first["approved"], first["currency"]) == ("1000.00", "200.00", "USD")
    assert first["execution_percent"] == "60.00"
    rough = next(row for row in rows if row["costed"] == "700.00")
    assert (rough["activity"], rough["approved"], rough["execution_percent"]) == ("", "", "")
    assert sum(D(row["costed"] or 0) for row in rows) == 2700
    missing = rows[-1]
    assert (missing["no_rate_currency"], missing["no_rate_year"], missing["no_rate_amount"]) == (
        "EUR",
        "2025",
        "12000.00",
    )
    assert missing["proposed"] == ""


def test_the_lines_as_a_file(money):
    make_line(
        money.activities["a112"],
        money.mae,
        money.state,
        2026,
        proposed="0",
        reference="=1+1",
        description="-2",
    )
    rows = rows_of(money, "budget_lines_file")
    by_reference = {row["reference"]: row for row in rows}
    euros = next(row for row in rows if row["currency"] == "EUR")
    assert (euros["proposed"], euros["proposed_in_USD"], euros["rate"]) == ("12000.00", "", "")
    assert by_reference["7-1"]["approved"] == "200.00"
    nought = by_reference["'=1+1"]
    assert (nought["proposed"], nought["approved"], nought["description"]) == ("0.00", "", "'-2")
    assert {row["kind"] for row in rows} == {"line", "reported", "costing", "rough"}
    taken = rows_of(money, "budget_lines_file", "?source=-&measure=spent")
    assert {row["kind"]: row["spent"] for row in taken} == {"reported": "120.00", "taken_off": "-90.00"}
    assert "77777" not in str(rows)
