"""Budget lines beside the spending that a report tells: what is shown, compared, taken over and asked."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from budgets.execution import Execution
from budgets.models import Expenditure
from budgets.rates import load_rates
from frameworks.workflow import transition
from monitoring.budgeted import Book, LineSum, compare
from tests.budgets.money_world import make_line, make_rate, make_source, report_spending
from tests.monitoring.reported import fill, open_round, submission_of
from tests.pages import Visitor
from tests.world import NOW, make_activity, make_institution, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def state(world):
    return make_source(world.plan)


def path(submission, code="1.1.1"):
    return reverse("submission_activity", args=[submission.pk, code])


def plain(visitor):
    return visitor.text.replace("\xa0", " ")


def no_rates():
    raise AssertionError("rates are not asked where there is one currency")


# Comparing: pure


def beside(lines, reported, *, rates=no_rates, currency="USD"):
    sums = {(code, year): LineSum(code, *amounts) for (code, year), amounts in lines.items()}
    return compare(sums, reported, currency=currency, rates=rates, absorbed_from=D(90))


@pytest.mark.parametrize(
    ("spent", "execution", "difference"),
    [
        (None, Execution.NOT_REPORTED, ""),
        ("0", Execution.UNSPENT, "USD 100 less than was approved"),
        ("40", Execution.PARTLY_SPENT, "USD 60 less than was approved"),
        ("95", Execution.ABSORBED, "USD 5 less than was approved"),
        ("100", Execution.ABSORBED, "exactly what was approved"),
        ("100.01", Execution.OVERSPENT, "USD 0.01 more than was approved"),
    ],
)
def test_how_spending_stands_to_what_was_approved(spent, execution, difference):
    reported = [] if spent is None else [(D(spent), "USD", 2024, False)]
    found = beside({("USD", 2024): (D(100), None, D(40))}, reported)
    assert found.execution == execution
    assert found.difference.replace("\xa0", " ") == difference
    assert found.wants_words is (execution == Execution.OVERSPENT)


def test_without_a_line_there_is_nothing_to_compare():
    assert beside({}, [(D(5), "USD", 2024, False)]) is None


def test_a_line_without_approval_is_spending_that_nobody_foresaw():
    found = beside({("USD", 2024): (None, None, D(5))}, [(D(5), "USD", 2024, False)])
    assert found.execution == Execution.NOT_FORESEEN
    assert found.wants_words
    assert found.difference == ""
    assert found.lines_difference == "the same as the budget lines say"


def test_one_foreign_currency_needs_no_rate():
    found = beside({("EUR", 2024): (D(100), None, None)}, [(D(30), "EUR", 2024, False)])
    assert (found.currency, found.approved, found.spent, found.missing) == ("EUR", D(100), D(30), ())


def test_two_currencies_without_a_rate_are_never_compared(world):
    lines = {("USD", 2024): (D(100), None, None), ("EUR", 2024): (D(10), None, None)}
    found = beside(lines, [(D(90), "USD", 2024, False)], rates=lambda: load_rates(world.plan))
    assert found.missing == (("EUR", 2024),)
    assert (found.approved, found.spent, found.execution) == (None, None, None)
    assert found.approved_text.replace("\xa0", " ") == "EUR 10, USD 100"
    make_rate(world.plan, "EUR", "1.5")
    found = beside(lines, [(D(90), "USD", 2024, False)], rates=lambda: load_rates(world.plan))
    assert (found.approved, found.spent, found.missing) == (D(115), D(90), ())


def test_half_years_add_up_and_are_not_taken_twice():
    reported = [(D(30), "USD", 2024, True), (D(20), "USD", 2024, False)]
    found = beside({("USD", 2024): (D(100), D(80), D(60))}, reported)
    assert (found.spent, found.earlier) == (D(50), D(30))
    assert found.to_take == (D(30), "USD")


@pytest.mark.parametrize(
    ("lines", "reported"),
    [
        ({("USD", 2024): (D(100), None, None)}, []),  # the lines do not say
        ({("USD", 2024): (None, None, D(1)), ("EUR", 2024): (None, None, D(1))}, []),  # two currencies
        ({("USD", 2024): (None, None, D(10))}, [(D(20), "USD", 2024, True)]),  # more was reported already
    ],
)
def test_nothing_to_take_over(world, lines, reported):
    assert beside(lines, reported, rates=lambda: load_rates(world.plan)).to_take is None


# The focal point's page


def test_what_was_approved_stands_beside_the_box(world, sei, state):
    make_line(
        world.activities["a111"], world.sei, state, 2024, approved="40000", released="30000", spent="25000.5"
    )
    make_line(world.activities["a111"], world.mae, state, 2024, approved="7")  # another institution's
    make_line(world.activities["a111"], world.sei, state, 2025, approved="9")  # another year's
    page = Visitor(world.focal_sei).open(path(sei))
    assert "Approved 2024 USD 40,000 Released USD 30,000 Spent, by your budget lines USD 25,000.50" in plain(
        page
    )
    assert "Take over USD 25,000.50 from the budget lines" in plain(page)


def test_without_lines_the_page_says_so_and_offers_nothing(world, sei):
    page = Visitor(world.focal_sei).open(path(sei))
    assert "Approved 2024 nothing is on record" in plain(page)
    assert "Take over" not in plain(page)


def test_one_press_takes_the_lines_over_and_saves_what_else_was_typed(world, sei, state):
    make_line(
        world.activities["a111"], world.sei, state, 2024, approved="40000", spent="25000.5", currency="EUR"
    )
    page = Visitor(world.focal_sei).open(path(sei))
    assert page.page.get_element_by_id("id_spent-currency").value == "EUR"
    page.press("Take over", narrative="Done.", **{"spent-why": "Not known yet."})
    row = Expenditure.objects.get()
    assert (row.amount, row.currency, row.no_data_reason) == (D("25000.50"), "EUR", "")
    assert sei.progress.get().narrative == "Done."
    assert "EUR 14,999.50 less than was approved; the same as the budget lines say." in plain(page)


def test_pressing_it_where_the_lines_say_nothing_changes_no_box(world, sei, client):
    client.force_login(world.focal_sei)
    answer = client.post(
        path(sei), {"version": 0, "spent-amount": "5", "spent-currency": "USD", "then": "spent-lines"}
    )
    assert answer.status_code == 302
    assert Expenditure.objects.get().amount == D(5)


def test_spending_too_much_asks_for_words_and_blocks_nothing(world, sei, state):
    make_line(world.activities["a111"], world.sei, state, 2024, approved="100")
    page = Visitor(world.focal_sei).open(path(sei))
    page.press("Save draft", **{"spent-amount": "150"})
    assert "Over-spent USD 50 more than was approved" in plain(page)
    assert "More was spent than was approved" in plain(page)
    assert page.page.xpath("//details[@open][summary='Note on the spending']")
    page.press("Save draft", **{"spent-comment": "Fuel cost more; the ministry covered it."})
    assert "More was spent than was approved" not in plain(page)
    fill(sei, world.focal_sei)
    Expenditure.objects.update(comment="")
    assert transition(subject=sei, action="submit", by=world.focal_sei, at=NOW).state == "submitted"


def test_a_missing_rate_is_named(world, sei, state):
    make_line(world.activities["a111"], world.sei, state, 2024, approved="100", currency="EUR")
    page = Visitor(world.focal_sei).open(path(sei))
    page.press("Save draft", **{"spent-amount": "150", "spent-currency": "USD"})
    assert "Not compared There is no rate for EUR in 2024." in plain(page)
    assert "more than was approved" not in plain(page)


# Where it is read


def test_reviewers_read_approved_and_execution_beside_what_was_reported(world, sei, state):
    make_line(world.activities["a111"], world.sei, state, 2024, approved="200", released="100")
    fill(sei, world.focal_sei)
    report_spending(world.activities["a111"], world.sei, sei.round, "150", frozen=False)
    transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)
    wanted = "Spent 2024: USD 150 · costed 2024: not costed · approved: USD 200 · released: USD 100 Partly spent 75% of what was approved"
    for address in (reverse("submission", args=[sei.pk]), reverse("review", args=[world.plan.code, "P1"])):
        assert wanted in plain(Visitor(world.gov_lead).open(address))


def test_a_version_keeps_its_words_and_shows_todays_lines_apart(world, sei, state):
    fill(sei, world.focal_sei)
    report_spending(world.activities["a111"], world.sei, sei.round, "150", frozen=False)
    transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)
    make_line(world.activities["a111"], world.sei, state, 2024, approved="100")
    page = Visitor(world.gov_lead).open(reverse("submission_version", args=[sei.pk, 1]))
    assert "Spent USD 150" in plain(page)
    assert (
        "Beside it, as the budget lines say today: approved USD 100. Over-spent USD 50 more than was approved."
        in plain(page)
    )
    Expenditure.objects.update(amount=90)  # a later version's; this one says what it said
    page.open(reverse("submission_version", args=[sei.pk, 1]))
    assert "Over-spent USD 50 more than was approved." in plain(page)


def test_the_page_of_the_activity_shows_it_to_insiders_only(world, sei, state):
    world.plan.is_public = True
    world.plan.save()
    fill(sei, world.focal_sei)
    report_spending(world.activities["a111"], world.sei, sei.round, "150", frozen=False)
    make_line(world.activities["a111"], world.sei, state, 2024, approved="200")
    sei = transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)
    transition(subject=sei, action="accept", by=world.gov_lead, at=NOW)
    address = reverse("activity", args=[world.plan.code, "1.1.1"])
    assert "Spent beside approved USD 150 of USD 200: Partly spent (75%)" in plain(
        Visitor(world.focal_mssi).open(address)
    )
    assert "Spent beside approved" not in plain(Visitor().open(address))


# What it costs


def test_lines_of_any_number_in_two_queries_and_a_third_for_rates(world, state, django_assert_num_queries):
    activities = [world.activities["a111"].pk]
    with django_assert_num_queries(1):
        assert (
            Book(world.plan, activities, years=[2024]).beside(world.sei.pk, activities[0], [2024], ()) is None
        )
    for number in range(3):
        activity = make_activity(world.participation, f"1.5.{number}", [world.sei])
        make_line(activity, world.sei, state, 2024, approved="10")
        make_line(activity, world.mae, state, 2024, approved="10", currency="EUR", reference="2")
        activities.append(activity.pk)
    with django_assert_num_queries(3):
        book = Book(world.plan, activities, years=[2024])
        for pk in activities[1:]:
            assert book.beside(world.sei.pk, pk, [2024], ()).approved == D(10)
            assert book.beside(world.mae.pk, pk, [2024], [(D(1), "USD", 2024, False)]).missing


def test_lines_of_a_merged_institution_are_those_of_the_one_that_goes_on(world, state):
    old = make_institution("OLD")
    make_line(world.activities["a111"], old, state, 2024, approved="10")
    make_line(world.activities["a111"], world.sei, state, 2024, approved="5")
    old.merged_into = world.sei
    old.save()
    book = Book(world.plan, [world.activities["a111"].pk], years=[2024])
    assert book.beside(world.sei.pk, world.activities["a111"].pk, [2024], ()).approved == D(15)
    assert book.beside(old.pk, world.activities["a111"].pk, [2024], ()).approved == D(10)


def test_earlier_rounds_of_the_same_year_count_and_those_of_other_years_do_not(world, state, in_january):
    make_line(world.activities["a111"], world.sei, state, 2024, approved="100", spent="70")
    half = make_round(world.plan, 2024, label="2024-1", period_end=date(2024, 6, 30))
    report_spending(world.activities["a111"], world.sei, half, "30")
    report_spending(world.activities["a111"], world.sei, make_round(world.plan, 2023), "999")
    round = open_round(world, label="2024-2", period_start=date(2024, 7, 1))
    page = Visitor(world.focal_sei).open(path(submission_of(round, world.sei)))
    assert (
        "Take over USD 40 from the budget lines without the USD 30 that you reported earlier this year"
        in plain(page)
    )
    page.press("Take over")
    assert Expenditure.objects.get(round=round).amount == D(40)
    assert "With earlier rounds of the year USD 70: USD 30 less than was approved" in plain(page)
