"""The estimates of an activity: missing is not zero, money is never a float, and every change is kept."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from budgets.models import Costing
from budgets.operations.costing import Line, set_costing
from budgets.provider import Costs, costing_history
from frameworks.history import changes_of
from frameworks.models import Plan
from tests.pages import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(world):
    return f"/plans/{world.plan.code}/activities/1.1.1/costing/"


def amounts(world):
    return dict(Costing.objects.filter(activity=world.activities["a111"]).values_list("year", "amount"))


def save(world, address, who="secretariat", **values):
    return Visitor(world.users[who]).open(address).press("Save", **values)


def test_an_amount_a_year(world, address):
    save(world, address, amount_2024="1250.50", amount_2025="0", assumptions_2024="Two courses")
    assert amounts(world) == {2024: Decimal("1250.50"), 2025: Decimal(0)}
    row = Costing.objects.get(year=2024)
    assert (row.currency, row.assumptions, row.is_illustrative) == ("USD", "Two courses", False)


def test_blank_removes_and_the_history_keeps_it(world, address):
    save(world, address, amount_2024="100", amount_2025="200")
    save(world, address, amount_2024="")
    assert amounts(world) == {2025: Decimal(200)}
    (line,) = changes_of(*costing_history(world.activities["a111"]))[0].lines
    assert (line.label, line.new) == ("Costing 2024", None)
    assert "Estimate: 100" in line.old
    page = Visitor(world.focal_sei).open(f"/plans/{world.plan.code}/activities/1.1.1/")
    assert "2024 not costed" in page.text


@pytest.mark.parametrize(
    ("typed", "kept"), [("1,5", "1.5"), ("1 234", "1234"), ("1234.56", "1234.56"), ("12,345,678", "12345678")]
)
def test_numbers_as_people_write_them(world, address, typed, kept):
    save(world, address, amount_2024=typed)
    assert amounts(world) == {2024: Decimal(kept)}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"amount_2024": "1,234"}, "“1,234” can be read in two ways. Write 1234 if it is in the thousands"),
        ({"amount_2024": "-5"}, "Estimate 2024: A cost cannot be negative."),
        ({"amount_2024": "1.234"}, "can be read in two ways"),
        ({"amount_2024": "1.2345"}, "no more than 2 decimal places"),
        ({"amount_2024": "much"}, "“much” is not a number"),
        ({"amount_2024": "9" * 17}, "is too large: at most 15 digits fit"),
        ({"assumptions_2024": "Two courses"}, "Estimate 2024: Assumptions stand beside an amount."),
    ],
)
def test_bad_input(world, address, values, words):
    page = save(world, address, amount_2026="77", **values)
    assert words in page.text
    assert amounts(world) == {}
    assert page.page.get_element_by_id("id_amount_2026").value == "77"


def test_the_currency_stays_with_an_amount_that_stays(world, address):
    save(world, address, amount_2024="100", amount_2025="200")
    Plan.objects.filter(pk=world.plan.pk).update(currency="EUR")
    save(world, address, amount_2025="250", currency_2025="EUR")
    assert dict(Costing.objects.values_list("year", "currency")) == {2024: "USD", 2025: "EUR"}
    assert Costs().totals([world.activities["a111"]]) == {
        world.activities["a111"].pk: (("EUR", Decimal(250)), ("USD", Decimal(100)))
    }


def test_a_corrected_figure_is_no_longer_illustrative(world, address):
    activity = world.activities["a111"]
    for year in (2024, 2025):
        Costing.objects.create(activity=activity, year=year, amount=1, currency="USD", is_illustrative=True)
    save(world, address, amount_2024="2")
    assert dict(Costing.objects.values_list("year", "is_illustrative")) == {2024: False, 2025: True}


def test_an_endorsed_plan_wants_a_reason(world, address):
    Plan.objects.filter(pk=world.plan.pk).update(status="active")
    page = save(world, address, amount_2024="100")
    assert "say why this is changed" in page.text
    page.press("Save", reason="New price list")
    assert amounts(world) == {2024: Decimal(100)}
    assert changes_of(*costing_history(world.activities["a111"]))[0].reason == "New price list"


def test_who_was_slower_is_told(world, address):
    slow = Visitor(world.secretariat).open(address)
    save(world, address, "administrator", amount_2024="100")
    slow.press("Save", amount_2025="5")
    assert "administrator changed this on" in slow.text
    assert amounts(world) == {2024: Decimal(100)}


def test_only_those_who_may(world, address, client):
    assert client.get(address).status_code == 302
    client.force_login(world.focal_sei)
    assert client.get(address).status_code == client.post(address).status_code == 403
    client.force_login(world.outsider)
    assert client.get(address).status_code == 404
    with pytest.raises(PermissionDenied):
        set_costing(activity=world.activities["a111"], lines={}, reason="", by=world.focal_sei)


def test_the_operation_refuses_what_a_form_would(world):
    common = {"activity": world.activities["a111"], "reason": "", "by": world.secretariat}
    for line, refused in (
        ({2024: Line(Decimal(-1))}, {"amount_2024": ["A cost cannot be negative."]}),
        (
            {2024: Line(Decimal(1), "XXX")},
            {"currency_2024": ["Choose one of the currencies that are offered."]},
        ),
        ({2031: Line(Decimal(1))}, {"amount_2031": ["2031 is no year of the plan."]}),
    ):
        with pytest.raises(ValidationError) as error:
            set_costing(lines={2025: Line(Decimal(5))} | line, **common)
        assert error.value.message_dict == refused
        assert amounts(world) == {}
