"""Targets of single categories: on the form of an indicator, on its page, in its history."""

from datetime import date
from decimal import Decimal

import pytest

from frameworks.forms.category_targets import FigureOrPairField
from frameworks.history import changes_of
from frameworks.models import CategoryTarget, Indicator, Plan
from frameworks.operations.indicators import indicator_history
from tests.monitoring.reported import add_breakdown
from tests.pages import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def chiefs(world):
    """The categories of 1.1.1a: Aldeia Chief, Suco Chief."""
    return add_breakdown(world.indicators["i111a"])


def address(world, page=""):
    return f"/plans/{world.plan.code}/indicators/1.1.1a/{page}"


def form(world):
    return Visitor(world.secretariat).open(address(world, "edit/"))


def box(category, year=2028):
    return f"parts-c{category.pk}-{year}1231"


def stored():
    return {
        (one.category.name, one.period_end.year): (one.value, one.numerator, one.denominator)
        for one in CategoryTarget.objects.select_related("category")
    }


def test_a_percentage_and_a_pair(world, chiefs):
    page = form(world).press("Save", **{box(chiefs[0]): "30 %", box(chiefs[1], 2026): "12/40"})
    assert stored() == {
        ("Aldeia Chief", 2028): (Decimal(30), None, None),
        ("Suco Chief", 2026): (None, Decimal(12), Decimal(40)),
    }
    assert "Targets by category" in page.text
    assert "Aldeia Chief – none 30%" in page.text
    assert "Suco Chief 12/40 = 30%" in page.text
    again = form(world)
    assert again.page.xpath(f"//input[@name='{box(chiefs[1], 2026)}']/@value") == ["12/40"]
    assert again.page.xpath("//details[@open]/summary[contains(., 'single categories')]")


def test_changed_and_emptied(world, chiefs):
    form(world).press("Save", **{box(chiefs[0]): "30", box(chiefs[1]): "20"})
    form(world).press("Save", **{box(chiefs[0]): "35", box(chiefs[1]): ""})
    assert stored() == {("Aldeia Chief", 2028): (Decimal(35), None, None)}
    lines = [
        (line.label, line.old, line.new)
        for line in changes_of(*indicator_history(world.indicators["i111a"]))[0].lines
    ]
    assert lines == [
        ("Target 2028, Aldeia Chief: Target", "30", "35"),
        ("Target 2028, Suco Chief", "20", None),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("120", "A part of a whole cannot be above 100%."),
        ("50/40", "The numerator is larger than its denominator."),
        ("12/", "This field is required."),
        ("12/0", "A denominator of 0 gives no percentage."),
        ("-3", "A percentage cannot be negative."),
        ("many", "many"),
    ],
)
def test_what_is_wrong_stands_at_its_box_and_is_kept(world, chiefs, text, words):
    page = form(world).press("Save", statement="Typed", **{box(chiefs[0]): text})
    assert words in page.text
    assert page.page.xpath("//ul[@class='field-error']/@id") == [f"id_{box(chiefs[0])}_error"]
    assert "Target 2028 (end-line), Aldeia Chief" in page.text
    assert page.page.xpath(f"//input[@name='{box(chiefs[0])}']/@value") == [text]
    assert stored() == {}
    assert Indicator.objects.get(code="1.1.1a").statement == "Indicator 1.1.1a"


def test_an_endorsed_plan_wants_a_reason(world, chiefs):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")
    page = form(world).press("Save", **{box(chiefs[0]): "30"})
    assert "The plan is endorsed: say why this is changed." in page.text
    page.press("Save", reason="Promised to the committee")
    assert stored() == {("Aldeia Chief", 2028): (Decimal(30), None, None)}


def test_a_category_that_goes_takes_its_targets_along(world, chiefs):
    form(world).press("Save", **{box(chiefs[0]): "30", box(chiefs[1]): "20"})
    form(world).press("Save", **{"breakdowns-0-categories": "c1: Suco Chief", box(chiefs[0]): "40"})
    assert stored() == {("Suco Chief", 2028): (Decimal(20), None, None)}
    labels = [line.label for line in changes_of(*indicator_history(world.indicators["i111a"]))[0].lines]
    assert "Target 2028, Aldeia Chief" in labels  # the history still knows its name


def test_nothing_is_asked_where_there_is_no_breakdown(world):
    assert "Targets by category" not in form(world).text
    assert "Targets by category" not in Visitor(world.secretariat).open(address(world)).text


def test_the_box_reads_back_what_it_writes():
    field = FigureOrPairField()
    for text in ("30", "12/40", "0", "1234", "7/1000"):
        assert field.prepare_value(field.clean(text)) == text
    assert field.clean(" ") == (None, None, None)
    assert field.prepare_value((None, None, None)) in (None, "")


def test_the_period_of_a_target_that_the_plan_no_longer_knows_stays(world, chiefs):
    CategoryTarget.objects.create(category=chiefs[0], period_end=date(2026, 6, 30), value=10)
    page = form(world)
    assert page.page.xpath(f"//input[@name='parts-c{chiefs[0].pk}-20260630']/@value") == ["10"]
    page.press("Save")
    assert CategoryTarget.objects.count() == 1
