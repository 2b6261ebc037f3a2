"""The finance section of a pillar report: amounts, who did not say, gender budget, rates; kept with the snapshot."""

import json
from decimal import Decimal as D

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from budgets.models import OutputCosting
from monitoring.reports.build import build_pillar_report
from monitoring.reports.pdf import render_pdf
from monitoring.reports.present import presented
from monitoring.reports.snapshot import from_snapshot, to_snapshot
from tests.budgets.money_world import make_line, make_rate, make_source, report_spending
from tests.monitoring.report_world import CUT_OFF, make_year
from tests.world import make_activity

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(world):
    return make_year(world)


@pytest.fixture
def state(world):
    return make_source(world.plan, name="State budget")


@pytest.fixture
def money(year, world, state):
    a111, a112, a121 = (world.activities[name] for name in ("a111", "a112", "a121"))
    donor = make_source(world.plan, "EU", "partner", on_budget=False, name="European Union")
    make_line(a111, world.sei, state, 2024, approved="100", released="80", spent="50", gender_tag="principal")
    make_line(a111, world.sei, donor, 2024, approved="60", spent="20", gender_tag="significant")
    make_line(a112, world.mae, state, 2024, approved="40")
    make_line(a121, world.pntl, state, 2024, approved="30", gender_tag="not_targeted")
    make_line(world.activities["a211"], world.mssi, state, 2024, approved="999")  # another pillar's
    make_line(a111, world.sei, state, 2025, approved="999")
    report_spending(a111, world.sei, year.round, "90")
    report_spending(a121, world.pntl, year.round, None, no_data_reason="The books are not closed.")
    OutputCosting.objects.create(output=a121.output, year=2024, amount=D(500), currency="USD")
    return year


def build(year):
    return build_pillar_report(
        plan=year.world.plan, round=year.round, pillar=year.world.participation, cut_off=CUT_OFF
    )


def shown(report):
    context = presented(report)
    page = render_to_string("reports/sections/finance.html", context)
    return " ".join(strip_tags(page).replace("\xa0", " ").split())


def row_of(rows, code):
    return next(one for one in rows if one.code == code)


def test_amounts_by_activity_institution_and_source_tie_out(money):
    finance = build(money).finance
    a111 = row_of(finance.activities, "1.1.1")
    assert (a111.costed, a111.approved, a111.released, a111.spent) == (D("12500.5"), D(160), D(80), D(90))
    assert a111.execution == "partly_spent"
    assert row_of(finance.activities, "1.1.2").execution == "not_reported"
    assert row_of(finance.activities, "1.2.2").execution == "not_approved"
    assert [(one.code, one.costed) for one in finance.rough] == [("1.2", D(500))]
    total = finance.total
    assert (total.costed, total.approved, total.released, total.spent) == (D("13000.5"), D(230), D(80), D(90))
    for rows in (finance.activities, finance.institutions, finance.sources):
        assert sum(one.approved or 0 for one in rows) == total.approved
        assert sum(one.spent or 0 for one in rows) == total.spent
    assert {one.title: one.spent for one in finance.sources} == {
        "State budget": D(50),
        "European Union": D(20),
        "": D(20),  # reported beyond what the lines say the source of
    }


def test_who_did_not_report_and_who_does_not_know(money):
    finance = build(money).finance
    assert [(one.institution, one.codes) for one in finance.silent] == [("MAE", ("1.1.2",))]
    assert [(one.institution, one.code, one.reason) for one in finance.unknown] == [
        ("PNTL", "1.2.1", "The books are not closed.")
    ]


def test_the_section_in_words(money):
    text = shown(build(money))
    assert "Amounts in USD, of 2024." in text
    assert "69.6% of what was approved is for gender equality" in text  # (100 + 60) / 230
    assert "Not assessed: USD 40 (17.4%)" in text
    assert "Source not stated" in text
    assert "Partly spent 56%" in text
    assert "PNTL, 1.2.1: The books are not closed." in text


def test_what_has_no_rate_is_in_no_total_and_named(year, world, state):
    make_line(world.activities["a111"], world.sei, state, 2024, approved="100", spent="10", currency="EUR")
    report = build(year)
    assert row_of(report.finance.activities, "1.1.1").execution == ""
    assert row_of(report.finance.activities, "1.1.1").approved is None
    assert "EUR 100 (approved, 2024); EUR 10 (spent, 2024)" in shown(report)
    assert "a rate is missing" in shown(report)
    make_rate(world.plan, "EUR", "1.085")
    report = build(year)
    assert row_of(report.finance.activities, "1.1.1").approved == D("108.5")
    assert "Rates used: 2024: EUR 1 = USD 1.085, 30 June 2024 (Bank)." in shown(report)


def test_without_money_the_section_says_so(year):
    text = shown(build(year))
    assert "No institution has money on record." in text
    assert "No funding source is on record." in text
    assert "Nothing was approved that could be marked." in text


def test_it_comes_back_whole_from_the_snapshot(money):
    report = build(money)
    assert from_snapshot(json.loads(json.dumps(to_snapshot(report)))) == report


def test_a_report_from_before_it_was_told_is_still_read(money):
    stored = json.loads(json.dumps(to_snapshot(build(money))))
    del stored["report"]["finance"]
    report = from_snapshot(stored | {"format": 3})
    assert report.finance is None
    assert "finance" not in presented(report)["headings"]
    assert b"%PDF" in render_pdf(report).content[:8]


def test_queries_do_not_grow(money, world, state, django_assert_num_queries):
    with django_assert_num_queries(QUERIES):
        build(money)
    for number in range(3):
        activity = make_activity(world.participation, f"1.7.{number}", [world.sei, world.mae])
        make_line(activity, world.sei, state, 2024, approved="5", spent="1")
        make_line(activity, world.mae, state, 2024, approved="5")
        report_spending(activity, world.mae, money.round, "3")
    with django_assert_num_queries(QUERIES):
        build(money)


#: 22 of the report; money: rates, costings, rough ones, lines, spending, rules, institutions, outputs, sources, who reported,
#: names of who did not, who does not know, their names
QUERIES = 35
