"""What the pages of annual plans add up, who is missing on them, and who reads them."""

from decimal import Decimal as D

import pytest

from budgets.annual import default_year, load_overview
from budgets.annual_sheet import load_sheet
from budgets.models import AnnualPlan, AnnualPlanLine
from budgets.months import short_months_text
from budgets.operations.annual import (
    begin_annual_plan,
)
from tests.budgets.annual_world import (
    YEAR,
    begin,
    set_up,
)
from tests.budgets.money_world import make_line, make_rate
from tests.world import NOW, make_activity

pytestmark = pytest.mark.django_db


@pytest.fixture
def money(world):
    return set_up(world)


def test_totals_by_source_institution_and_pillar_tie_out(money):
    make_line(money.activities["a112"], money.mae, money.eu, proposed="10", currency="EUR")
    annual_plan = begin(money)
    sheet = load_sheet(annual_plan)
    assert (sheet.asked.value, sheet.asked.without_rate) == (D(200), [("EUR", D(10))])
    assert [(one.currency, one.year, one.amount) for one in sheet.missing] == [("EUR", YEAR, D(10))]
    make_rate(money.plan, "EUR", "1.085")
    sheet = load_sheet(annual_plan)
    assert sheet.asked.value == D("210.85")
    assert sheet.asked.originals == [("USD", D(200)), ("EUR", D(10))]
    assert sheet.missing == []
    for parts in (sheet.sources, sheet.institutions, sheet.activities):
        assert sum(part.asked.value for part in parts if part.asked) == D("210.85")
    assert [(passes, part.asked.value) for passes, part in sheet.on_budget] == [
        (True, D(160)),
        (False, D("50.85")),
    ]
    overview = load_overview(money.plan, money.steering, YEAR)
    assert overview.asked.value == D("210.85")
    assert overview.decided.value is None


def test_who_has_handed_in_and_who_has_not(money):
    make_activity(money.participation, "1.1.3", [money.ba_futuru])
    sheet = load_sheet(begin(money))
    assert [(str(one.thing), one.plan is not None) for one in sheet.institutions] == [
        ("BA-FUTURU", False),
        ("MAE", True),
        ("SEI", True),
    ]
    assert [one.code for one in sheet.unplanned] == ["1.1.3"]


def test_a_merged_institution_stands_under_the_one_that_carries_it_on(money):
    money.mae.merged_into = money.sei
    money.mae.save()
    sheet = load_sheet(begin(money))
    assert [(str(one.thing), one.asked.value) for one in sheet.institutions] == [("SEI", D(200))]


@pytest.mark.parametrize(
    ("months", "text"),
    [([], ""), ([3], "Mar"), ([1, 2, 3], "Jan–Mar"), ([12, 2, 3, 10], "Feb–Mar, Oct, Dec")],
)
def test_months_in_words(months, text):
    assert short_months_text(months) == text


def test_the_year_that_is_shown_first(money):
    assert default_year(money.plan, NOW.date().replace(year=2031)) == 2028
    assert default_year(money.plan, NOW.date()) == 2025
    begin_annual_plan(plan=money.plan, pillar=money.participation, year=2027, by=money.gov_lead, at=NOW)
    assert default_year(money.plan, NOW.date()) == 2027


def test_what_others_see_is_what_was_handed_in(money):
    begin(money)
    assert AnnualPlan.objects.visible_to(money.focal_mae).count() == 1
    assert AnnualPlan.objects.visible_to(money.outsider).count() == 0
    assert AnnualPlanLine.objects.visible_to(money.nobody).count() == 0
