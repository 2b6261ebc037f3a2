"""Exchange rates: which counts, what is missing, and nothing that stands is changed without having been shown first."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from budgets.models import ExchangeRate, InstitutionBudget
from budgets.operations.rates import WouldChange, delete_rate, rates_history, save_rate
from budgets.plausible import RATE_FACTOR, rate_doubt
from budgets.rate_impact import impact_of, rate_table
from budgets.rates import load_rates
from budgets.totals import load_totals
from frameworks.history import changes_of
from frameworks.models import Plan
from frameworks.permissions import held_seats
from tests.budgets.money_world import make_line, make_rate, make_source
from tests.pages import Visitor

pytestmark = pytest.mark.django_db
NEW = {"currency": "EUR", "rate": "1.1", "valid_on": "2025-01-01", "source": "ECB"}


@pytest.fixture
def address(world):
    return f"/plans/{world.plan.code}/exchange-rates/"


@pytest.fixture
def euros(world):
    """EUR 100 approved in 2025."""
    return make_line(
        world.activities["a111"], world.sei, make_source(world.plan), 2025, approved="100", currency="EUR"
    )


def approved(world):
    return load_totals(world.plan, world.secretariat).total.approved


def test_what_is_missing_is_listed_and_entered(world, address, euros):
    InstitutionBudget.objects.create(
        plan=world.plan, institution=world.sei, year=2025, total=D(5000), gender=D(10), currency="EUR"
    )
    page = Visitor(world.secretariat).open(address)
    assert "EUR 2025" in page.text
    assert "Approved: EUR 100" in page.text
    assert "Total budgets of institutions: EUR 5,000" in page.text
    page.follow("Enter the rate of EUR for 2025")
    assert page.page.get_element_by_id("id_currency").value == "EUR"
    assert page.page.get_element_by_id("id_valid_on").value == "2025-01-01"
    page.press("Save", rate="1,1", source="ECB, 2 January 2025")
    assert "EUR 2025" not in page.text
    assert approved(world) == D(110)
    assert changes_of(*rates_history(world.plan))[0].who == "secretariat"


def test_which_rate_counts_for_which_year(world, euros):
    first = make_rate(world.plan, "EUR", "1.1", date(2025, 3, 1))
    later = make_rate(world.plan, "EUR", "1.2", date(2026, 12, 31))
    table = rate_table(world.plan, world.secretariat, load_rates(world.plan), {"EUR"})
    assert [(code, [rate for _year, rate, _hanging in cells]) for code, cells in table.rows] == [
        ("EUR", [None, first, later, later, later])
    ]
    assert table.missing == []


def test_a_currency_of_little_worth_keeps_its_decimals(world, address):
    Visitor(world.secretariat).open(f"{address}new/").press(
        "Save", **NEW | {"currency": "IDR", "rate": "0,00006134"}
    )
    rate = ExchangeRate.objects.get()
    assert rate.rate == D("0.00006134")
    page = Visitor(world.secretariat).open(f"{address}{rate.pk}/edit/").press("Save", source="Bank Indonesia")
    assert "Bank Indonesia" in page.text
    assert ExchangeRate.objects.get().rate == D("0.00006134")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rate": "0"}, "A rate is greater than 0."),
        ({"rate": "-1"}, "A rate is greater than 0."),
        ({"currency": "USD"}, "Choose another currency than USD, the plan's own"),
        ({"source": ""}, "Where it is from"),
        ({"valid_on": "0205-01-01"}, "Years are written in full"),
        ({"rate": "1.123456789"}, "has more than 8 decimals"),
    ],
)
def test_bad_input(world, address, values, words):
    page = Visitor(world.secretariat).open(f"{address}new/").press("Save", **NEW | values)
    assert words in page.text
    assert not ExchangeRate.objects.exists()


def test_a_rate_is_into_the_plans_currency_only(world):
    rate = ExchangeRate(
        plan=world.plan, currency="USD", to_currency="EUR", rate=D(1), valid_on=date(2025, 1, 1), source="x"
    )
    with pytest.raises(ValidationError, match="never turned round"):
        save_rate(rate=rate, changed=(), reason="", by=world.secretariat)
    own = ExchangeRate(
        plan=world.plan, currency="USD", to_currency="USD", rate=D(1), valid_on=date(2025, 1, 1), source="x"
    )
    with pytest.raises(ValidationError, match="no rate to itself"):
        save_rate(rate=own, changed=(), reason="", by=world.secretariat)


def test_an_unlikely_rate_is_asked_about_and_taken_when_confirmed(world, address):
    make_rate(world.plan, "EUR", "4", date(2024, 1, 1))
    page = Visitor(world.secretariat).open(f"{address}new/").press("Save", **NEW | {"rate": "0.25"})
    assert "looks like the same rate turned round" in page.text
    page.press("Save", rate="0.3", sure="on")  # another figure: the tick was for another question
    assert "Is it right nevertheless?" in page.text
    assert ExchangeRate.objects.count() == 1
    page.press("Save", sure="on")
    assert ExchangeRate.objects.filter(rate=D("0.3")).exists()


POSITIVE = st.decimals(min_value="0.00000001", max_value="9999999999", places=8)


@given(rate=POSITIVE, last=POSITIVE)
def test_only_rates_further_apart_than_the_factor_are_asked_about(rate, last):
    words = rate_doubt(rate, last, currency="EUR", to_currency="USD")
    assert bool(words) == (max(rate, last) > RATE_FACTOR * min(rate, last))


def test_changing_a_rate_says_first_what_it_changes(world, address, euros):
    rate = make_rate(world.plan, "EUR", "1.1", date(2025, 1, 1))
    page = Visitor(world.secretariat).open(f"{address}{rate.pk}/edit/").press("Save", rate="1.2")
    assert "Totals would change" in page.text
    assert "2025 Approved 110 120 +10" in page.text
    assert approved(world) == D(110)
    page.press("Save and change these totals")
    assert approved(world) == D(120)
    (line,) = changes_of(*rates_history(world.plan))[0].lines
    assert (line.old, line.new) == ("1.1", "1.2")


def test_another_change_than_the_one_shown_is_shown_again(world, address, euros):
    rate = make_rate(world.plan, "EUR", "1.1", date(2025, 1, 1))
    page = Visitor(world.secretariat).open(f"{address}{rate.pk}/edit/").press("Save", rate="1.2")
    page.press("Save and change these totals", rate="1.3")
    assert "2025 Approved 110 130 +20" in page.text
    assert approved(world) == D(110)


def test_words_about_a_rate_change_no_total(world, address, euros):
    rate = make_rate(world.plan, "EUR", "1.1", date(2025, 1, 1))
    Visitor(world.secretariat).open(f"{address}{rate.pk}/edit/").press("Save", source="ECB")
    rate.refresh_from_db()
    assert rate.source == "ECB"


def test_a_later_rate_of_the_same_year_changes_what_stands(world, address, euros):
    make_rate(world.plan, "EUR", "1.1", date(2025, 1, 1))
    page = Visitor(world.secretariat).open(f"{address}new/")
    page.press("Save", **NEW | {"rate": "1.5", "valid_on": "2025-12-31"})
    assert "2025 Approved 110 150 +40" in page.text
    assert ExchangeRate.objects.count() == 1


def test_deleting_a_rate_says_what_is_lost(world, address, euros):
    rate = make_rate(world.plan, "EUR", "1.1", date(2025, 1, 1))
    page = Visitor(world.secretariat).open(f"{address}{rate.pk}/delete/")
    assert "they would be in no total: 2025: EUR 100" in page.text
    with pytest.raises(WouldChange):
        delete_rate(rate=rate, reason="", by=world.secretariat)
    page.press("Delete and change these totals")
    assert not ExchangeRate.objects.exists()
    assert approved(world) is None
    assert changes_of(*rates_history(world.plan))[0].parts[0].kind == "delete"


def test_what_converts_nothing_is_deleted_without_a_question(world, address):
    rate = make_rate(world.plan, "EUR", "1.1", date(2025, 1, 1))
    page = Visitor(world.secretariat).open(f"{address}{rate.pk}/delete/")
    assert "No total would change." in page.text
    page.press("Delete")
    assert not ExchangeRate.objects.exists()


def test_the_budgets_of_institutions_are_converted_too(world):
    InstitutionBudget.objects.create(
        plan=world.plan, institution=world.sei, year=2025, total=D(100), currency="EUR"
    )
    rate = make_rate(world.plan, "EUR", "2", date(2024, 1, 1))
    (row,) = impact_of(world.plan, world.secretariat, without=rate).rows
    assert (row.year, row.measure, row.before, row.after) == (2025, "total_budgets", D(200), None)


def test_an_endorsed_plan_wants_a_reason_and_others_may_not(world):
    rate = make_rate(world.plan, "EUR", "2")
    Plan.objects.filter(pk=world.plan.pk).update(status="active")
    with pytest.raises(ValidationError, match="say why"):
        delete_rate(rate=rate, reason="", by=world.secretariat)
    for who in ("focal_sei", "gov_lead", "steering", "outsider"):
        with pytest.raises(PermissionDenied):
            delete_rate(rate=rate, reason="Mine", by=world.users[who])


def test_the_number_of_queries_does_not_grow(world, euros, django_assert_num_queries):
    rates = load_rates(world.plan)
    held_seats(world.secretariat)
    with django_assert_num_queries(5):
        rate_table(world.plan, world.secretariat, rates, set())
    source = euros.funding_source
    for year in (2024, 2026, 2027):
        make_line(world.activities["a112"], world.mae, source, year, approved="1", currency="AUD")
    with django_assert_num_queries(5):
        rate_table(world.plan, world.secretariat, rates, set())
