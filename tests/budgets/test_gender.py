"""Gender budgets: sums before shares, not known is not 0, and each institution tells its own figures."""

import csv
from datetime import date
from decimal import Decimal as D
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from budgets.gender import (
    GenderShare,
    GenderYear,
    Told,
    asked_institutions,
    load_gender_budget,
    shortfall_of,
    standing_of,
)
from budgets.models import BudgetRules, InstitutionBudget
from budgets.operations.gender import Figures, gender_history, set_institution_budget
from frameworks.history import changes_of
from frameworks.models import Institution
from frameworks.permissions import held_seats
from tests.budgets.money_world import make_line, make_rate, make_source
from tests.pages import Visitor
from tests.world import make_institution

AMOUNTS = st.decimals(min_value="0.01", max_value="9999999999999999.99", places=2)
SHARES = st.decimals(min_value=0, max_value=100, places=2)


@pytest.fixture
def address(world):
    return f"/plans/{world.plan.code}/gender-budget/"


def tell(world, institution, total, gender, year=2025, currency="USD"):
    return InstitutionBudget.objects.create(
        plan=world.plan,
        institution=institution,
        year=year,
        total=D(total),
        gender=None if gender is None else D(gender),
        currency=currency,
    )


def year_of(world, year=2025):
    return load_gender_budget(world.plan, world.secretariat).years[year]


# Arithmetic


@given(total=AMOUNTS, part=SHARES, minimum=SHARES)
def test_the_minimum_is_reached_at_the_minimum(total, part, minimum):
    gender = (total * part / 100).quantize(D("0.01"))
    reached = Fraction(gender) * 100 >= Fraction(total) * Fraction(minimum)
    assert (standing_of(gender, total, minimum) == GenderShare.REACHED) == reached
    lacking = shortfall_of(gender, total, minimum)
    assert (lacking == 0) == reached
    assert Fraction(gender + lacking) * 100 >= Fraction(total) * Fraction(minimum)


def test_not_known_is_grey_and_never_below():
    assert standing_of(None, D(100), D(5)) == GenderShare.NOT_KNOWN
    assert GenderShare.NOT_KNOWN.tone == "muted"
    assert standing_of(D(0), D(100), D(5)) == GenderShare.BELOW
    assert standing_of(D(0), D(100), D(0)) == GenderShare.REACHED


@given(st.lists(st.tuples(AMOUNTS, SHARES), min_size=1, max_size=6))
def test_shares_are_combined_by_their_sums(told):
    rows = []
    for number, (total, part) in enumerate(told):
        gender = (total * part / 100).quantize(D("0.01"))
        budget = InstitutionBudget(total=total, gender=gender, currency="USD", year=2025)
        rows.append(
            Told(Institution(code=str(number)), 2025, D(5), budget=budget, total=total, gender=gender)
        )
    year = GenderYear(2025, D(5), rows)
    assert (year.total, year.gender) == (sum(row.total for row in rows), sum(row.gender for row in rows))
    assert year.percent == year.gender * 100 / year.total


# What is loaded


@pytest.mark.django_db
def test_a_small_ministry_does_not_lift_the_plan(world):
    """90% of 10 and 1% of 990: the average says 45.5%, the money says 1.89%."""
    tell(world, world.sei, 10, 9)
    tell(world, world.mae, 990, "9.90")
    year = year_of(world)
    assert year.percent == D("1.89")
    assert year.standing == GenderShare.BELOW
    assert year.shortfall == D("31.10")
    assert (year.received, year.asked) == (2, 3)
    assert [row.institution for row in year.silent] == [world.mssi]


@pytest.mark.django_db
def test_a_total_alone_is_in_no_sum(world):
    tell(world, world.sei, 100, 10)
    tell(world, world.mae, 900, None)
    year = year_of(world)
    assert (year.total, year.percent, year.received) == (D(100), D(10), 1)
    assert [row.institution for row in year.without_gender] == [world.mae]


@pytest.mark.django_db
def test_another_currency_counts_by_its_rate_only(world, address):
    tell(world, world.sei, 100, 10)
    tell(world, world.mae, 100, 2, currency="EUR")
    year = year_of(world)
    assert (year.total, year.received) == (D(100), 2)
    assert [(row.institution, row.percent, row.standing) for row in year.without_rate] == [
        (world.mae, D(2), GenderShare.BELOW)
    ]
    page = Visitor(world.focal_sei).open(f"{address}?year=2025")
    assert "MAE: there is no rate from EUR to USD of 2025 or before." in page.text
    make_rate(world.plan, "EUR", "3", date(2025, 1, 1))
    assert (year_of(world).total, year_of(world).gender) == (D(400), D(16))
    assert "EUR 1 = USD 3" in page.open(f"{address}?year=2025").text


@pytest.mark.django_db
def test_institutions_of_the_state_with_a_part_in_the_plan_are_asked(world):
    make_line(world.activities["a111"], world.ba_futuru, make_source(world.plan), proposed="1")
    make_institution("MF")
    assert set(asked_institutions(world.plan)) == {world.sei, world.mae, world.mssi}
    Institution.objects.filter(pk=world.mae.pk).update(merged_into=make_institution("MADR"))
    assert {one.code for one in asked_institutions(world.plan)} == {"SEI", "MADR", "MSSI"}


@pytest.mark.django_db
def test_tagged_lines_stand_beside(world, address):
    state, a111 = make_source(world.plan), world.activities["a111"]
    make_line(a111, world.sei, state, approved="60", gender_tag="principal")
    make_line(a111, world.sei, state, approved="20", gender_tag="not_targeted", reference="2")
    make_line(a111, world.sei, state, approved="500", reference="3")
    make_line(a111, world.mae, state, proposed="7", gender_tag="principal")
    found, together = load_gender_budget(world.plan, world.secretariat).tagged_in(2025)
    assert set(found) == {world.sei.pk}
    assert together.amounts == [D(60), None, D(20), D(500)]
    assert (together.total, together.percent) == (D(580), D(75))  # what nobody assessed says nothing
    page = Visitor(world.monitoring).open(f"{address}?year=2025")
    assert "SEI 60 – no data 20 500 580" in page.text


# Telling


@pytest.mark.django_db
def test_an_institution_tells_its_figures(world, address):
    page = Visitor(world.focal_sei).open(f"{address}?year=2025").follow("SEI: figures of 2025")
    page.press("Save", total="1 000 000", gender="40000.50", source="State Budget 2025, book 4")
    row = InstitutionBudget.objects.get()
    assert (row.institution, row.year, row.total, row.gender) == (world.sei, 2025, D(1000000), D("40000.50"))
    assert "Below the minimum" in page.text
    assert "USD 9,999.50 short of 5%" in page.text
    page.open(f"{address}SEI/2025/").press("Save", gender="")
    row.refresh_from_db()
    assert row.gender is None
    assert "not known" in page.text
    assert "Below the minimum" not in page.text
    (line,) = changes_of(*gender_history(world.plan, world.sei))[0].lines
    assert (line.label, line.old, line.new) == ("Budget 2025: Gender budget", "40,000.5", None)


@pytest.mark.django_db
def test_a_told_zero_stays_zero(world, address):
    page = Visitor(world.secretariat).open(f"{address}SEI/2025/").press("Save", total="100", gender="0")
    assert InstitutionBudget.objects.get().gender == 0
    assert "0.00%" in page.text
    page.open(f"{address}SEI/2025/").press("Save", total="", gender="")
    assert not InstitutionBudget.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"total": "100", "gender": "101"}, "it cannot be more than that"),
        ({"total": "0"}, "A total budget is greater than 0."),
        ({"total": "-5"}, "A total budget is greater than 0."),
        ({"total": "5", "gender": "-1"}, "An amount cannot be negative."),
        ({"gender": "5"}, "Give the total budget"),
        ({"total": "much"}, "“much” is not a number"),
        ({"total": "5", "currency": "XYZ"}, "Select a valid choice"),
    ],
)
def test_bad_input_keeps_what_was_typed(world, address, values, words):
    page = Visitor(world.focal_sei).open(f"{address}SEI/2025/").press("Save", source="Book 4", **values)
    assert words in page.text
    assert page.page.get_element_by_id("id_source").value == "Book 4"
    assert not InstitutionBudget.objects.exists()


@pytest.mark.django_db
def test_ten_times_another_year_is_asked_about(world, address):
    tell(world, world.sei, 1000, 10, year=2024)
    page = Visitor(world.focal_sei).open(f"{address}SEI/2025/").press("Save", total="10000.01")
    assert "In 2024 it was USD 1,000: more than ten times apart. Is it right?" in page.text
    page.press("Save", sure="on")
    assert InstitutionBudget.objects.get(year=2025).total == D("10000.01")
    Visitor(world.focal_sei).open(f"{address}SEI/2026/").press("Save", total="10000")
    assert InstitutionBudget.objects.get(year=2026).total == D(10000)


@pytest.mark.django_db
def test_others_do_not_tell_for_an_institution(world, address, client):
    for who in ("focal_mae", "gov_lead", "steering", "monitoring"):
        client.force_login(world.users[who])
        assert client.post(f"{address}SEI/2025/", {"total": "1"}).status_code == 403
        with pytest.raises(PermissionDenied):
            set_institution_budget(
                plan=world.plan, institution=world.sei, year=2025, figures=Figures(D(1), None, "USD"),
                by=world.users[who],
            )  # fmt: skip
    client.force_login(world.secretariat)
    assert client.get(f"{address}SEI/1999/").status_code == 404
    assert client.get(f"{address}BA-FUTURU/2025/").status_code == 404
    assert client.get(f"{address}?year=1999").status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


@pytest.mark.django_db
def test_who_was_slower_is_told(world, address):
    slow = Visitor(world.secretariat).open(f"{address}SEI/2025/")
    Visitor(world.focal_sei).open(f"{address}SEI/2025/").press("Save", total="100")
    slow.press("Save", total="200")
    assert "focal_sei changed this on" in slow.text
    assert InstitutionBudget.objects.get().total == D(100)


@pytest.mark.django_db
def test_the_file_holds_every_institution_and_year(world, address):
    BudgetRules.objects.create(plan=world.plan, minimum_gender_share=D("7.5"))
    tell(world, world.sei, 1000, 75)
    InstitutionBudget.objects.update(source="=1+1")
    answer = Visitor(world.steering).client.get(address.rstrip("/") + ".csv")
    lines = list(csv.DictReader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))
    assert len(lines) == 3 * 5
    (line,) = [one for one in lines if one["total"]]
    assert (line["institution"], line["year"], line["share_percent"], line["standing"]) == (
        "SEI", "2025", "7.50", "reached",
    )  # fmt: skip
    assert (line["minimum_percent"], line["source"], line["gender_USD"]) == ("7.50", "'=1+1", "75.00")
    assert {one["gender"] for one in lines if one is not line} == {""}


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(world, django_assert_num_queries):
    tell(world, world.sei, 100, 10)
    held_seats(world.secretariat)
    with django_assert_num_queries(5):
        load_gender_budget(world.plan, world.secretariat)
    state = make_source(world.plan)
    for institution in (world.mae, world.mssi, make_institution("MF")):
        tell(world, institution, 100, 10)
        make_line(world.activities["a111"], institution, state, approved="1", gender_tag="principal")
    with django_assert_num_queries(5):
        load_gender_budget(world.plan, world.secretariat)
