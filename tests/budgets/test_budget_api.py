"""Budget lines and totals over REST."""

import json
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from budgets.models import BudgetYear, Costing
from budgets.totals import load_totals
from frameworks.models import ApiToken
from tests.budgets.money_world import make_line, make_rate, make_source, report_spending
from tests.world import make_activity, make_round

pytestmark = pytest.mark.django_db


def bearer(user):
    _token, secret = ApiToken.objects.create(user=user, name="test", expiry=timedelta(days=1))
    return {"HTTP_AUTHORIZATION": f"Token {secret}"}


def get(client, path, user=None):
    response = client.get(f"/api/v1/{path}", **(bearer(user) if user else {}))
    return response, json.loads(response.content, parse_float=D)


@pytest.fixture
def money(world):
    world.plan.is_public = True
    world.plan.save()
    a111, a211 = world.activities["a111"], world.activities["a211"]
    state, donor = make_source(world.plan), make_source(world.plan, "EU", "partner", on_budget=None)
    make_rate(world.plan, "EUR", "1.085")
    Costing.objects.create(activity=a111, year=2025, amount=D(1000), currency="USD")
    world.first = make_line(
        a111, world.sei, state, proposed="100", drafted="111", approved="80", released="0", spent="20", gender_tag="principal",
        reference="1.10",
    )  # fmt: skip
    world.second = make_line(a211, world.mssi, donor, 2026, proposed="100.01", currency="EUR")
    world.draft = make_line(a211, world.mssi, donor, 2027, drafted="5", state="draft", currency="AUD")
    make_line(a211, world.mssi, donor, 2026, proposed="40", currency="AUD", reference="aud")
    report_spending(a111, world.sei, make_round(world.plan, 2025), "60")
    return world


def lines(client, query="", user=None):
    return get(client, f"budget-lines/{query}", user)[1]["results"]


def summary(client, world, query="", user=None):
    return get(client, f"budget-summary/?plan={world.plan.code}{query}", user)[1]


def test_a_line_with_its_codes_and_numbers(client, money):
    row = next(one for one in lines(client, user=money.steering) if one["id"] == money.first.pk)
    assert (row["plan"], row["pillar"], row["goal"], row["output"], row["activity"]) == (
        money.plan.code, "P1", "1", "1.1", "1.1.1",
    )  # fmt: skip
    assert (row["institution"], row["source"], row["source_kind"], row["on_budget"]) == (
        "SEI",
        "STATE",
        "state",
        True,
    )
    assert (row["reference"], row["gender_tag"], row["year"]) == ("1.10", "principal", 2025)
    assert (row["proposed"], row["approved"], row["released"], row["spent"]) == (100, 80, 0, 20)
    assert row["drafted"] is None
    assert row["rate"] is None


def test_what_it_is_worth_in_the_plans_currency(client, money):
    rows = {one["id"]: one for one in lines(client, user=money.steering)}
    row = rows[money.second.pk]
    assert (row["proposed"], row["proposed_in_plan_currency"]) == (D("100.01"), D("108.51"))
    assert (row["rate"], row["rate_valid_on"], row["rate_source"]) == (D("1.085"), "2024-06-30", "Bank")
    assert (row["approved"], row["approved_in_plan_currency"], row["on_budget"]) == (None, None, None)
    aud = next(one for one in rows.values() if one["reference"] == "aud")
    assert (aud["proposed"], aud["proposed_in_plan_currency"], aud["rate"]) == (40, None, None)


def test_a_draft_is_told_to_its_institution_only(client, money):
    assert {
        one["drafted"] for one in lines(client, user=money.focal_mssi) if one["id"] == money.draft.pk
    } == {5}
    for who in ("secretariat", "focal_sei", "steering", "other_gov_lead"):
        rows = lines(client, user=money.users[who])
        assert money.draft.pk not in {one["id"] for one in rows}
        assert {one["drafted"] for one in rows if one["institution"] != "SEI"} == {None}
        assert get(client, f"budget-lines/{money.draft.pk}/", money.users[who])[0].status_code == 404
    assert get(client, f"budget-lines/{money.draft.pk}/", money.focal_mssi)[1]["drafted"] == 5


def test_everybody_reads_what_is_approved_of_published_years(client, money):
    for user in (None, money.outsider):
        assert lines(client, user=user) == []
    BudgetYear.objects.create(plan=money.plan, year=2025, published_at=timezone.now())
    for user in (None, money.outsider):
        (row,) = lines(client, user=user)
        assert (row["id"], row["approved"], row["approved_in_plan_currency"]) == (money.first.pk, 80, 80)
        hidden = ("drafted", "proposed", "released", "spent", "proposed_in_plan_currency", "updated_at")
        assert {row[name] for name in hidden} == {None}
        assert lines(client, "?updated_since=2020-01-01T00:00:00Z", user=user) == []
    assert get(client, f"budget-lines/{money.second.pk}/")[0].status_code == 404
    money.plan.is_public = False
    money.plan.save()
    assert lines(client) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?plan=TL-NAP-2024-2028", {"1.10", "", "aud"}),
        ("?plan=OTHER", set()),
        ("?year=2025", {"1.10"}),
        ("?year=2025,2026", {"1.10", "", "aud"}),
        ("?pillar=P2&institution=MSSI", {"", "aud"}),
        ("?goal=1", {"1.10"}),
        ("?output=2.1", {"", "aud"}),
        ("?activity=1.1.1", {"1.10"}),
        ("?source=EU", {"", "aud"}),
        ("?source_kind=state", {"1.10"}),
        ("?on_budget=true", {"1.10"}),
        ("?gender_tag=principal", {"1.10"}),
        ("?currency=EUR", {""}),
        ("?updated_since=2020-01-01T00:00:00Z", {"1.10", "", "aud"}),
        ("?updated_since=2099-01-01T00:00:00Z", set()),
    ],
)
def test_filters(client, money, query, expected):
    assert {one["reference"] for one in lines(client, query, money.steering)} == expected


def test_a_merged_institution_is_found_under_the_one_that_it_is_now(client, money):
    money.sei.merged_into = money.mae
    money.sei.save()
    assert [one["institution"] for one in lines(client, "?institution=MAE", money.steering)] == ["SEI"]
    (row,) = summary(client, money, "&by=institution&institution=SEI", money.steering)["results"]
    assert (row["institution"], row["approved"]) == ("MAE", 80)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("budget-lines/?plann=X", "plann"),
        ("budget-lines/?gender_tag=some", "gender_tag"),
        ("budget-lines/?updated_since=soon", "updated_since"),
        ("budget-summary/", "plan"),
        ("budget-summary/?plan=TL-NAP-2024-2028&by=colour", "by"),
        ("budget-summary/?plan=TL-NAP-2024-2028&by=year,pillar,goal,output,source", "by"),
        ("budget-summary/?plan=TL-NAP-2024-2028&pilar=P1", "pilar"),
        ("budget-summary/?plan=TL-NAP-2024-2028&pillar=P9", "pillar"),
        ("budget-summary/?plan=TL-NAP-2024-2028&year=soon", "year"),
        ("budget-summary/?plan=TL-NAP-2024-2028&source=%00", "source"),
    ],
)
def test_a_bad_parameter_is_a_problem_that_names_it(client, money, path, field):
    response, problem = get(client, path, money.steering)
    assert response.status_code == 400
    assert [error["field"] for error in problem["errors"]] == [field]


def test_the_summary_says_what_the_page_says(client, money):
    found = summary(client, money, "&by=pillar,year", money.steering)
    totals = load_totals(money.plan, money.steering, by=("pillar", "year"))
    assert [(row["pillar"], row["year"], row["proposed"]) for row in found["results"]] == [
        ("P1", 2025, 100),
        ("P2", 2026, D("108.51")),
    ]
    first = found["results"][0]
    assert (first["costed"], first["approved"], first["released"], first["spent"], first["execution"]) == (
        1000,
        80,
        0,
        60,
        75,
    )
    assert found["results"][1]["approved"] is None
    assert found["total"]["proposed"] == totals.total.proposed == D("208.51")
    assert found["missing"] == [{"currency": "AUD", "year": 2026, "measure": "proposed", "amount": 40}]
    assert found["rates"] == [
        {"currency": "EUR", "year": 2026, "rate": D("1.085"), "valid_on": "2024-06-30", "source": "Bank"}
    ]


def test_by_source_and_filtered(client, money):
    rows = {row["source"]: row for row in summary(client, money, "&by=source", money.steering)["results"]}
    assert (rows["STATE"]["spent"], rows[None]["spent"], rows[None]["costed"]) == (20, 40, 1000)
    assert summary(client, money, "&by=source&source=-", money.steering)["results"] == [rows[None]]
    (gender,) = summary(client, money, "&by=gender,on_budget&year=2025&source=STATE", money.steering)[
        "results"
    ]
    assert (gender["gender"], gender["on_budget"]) == ("principal", "on")


def test_the_summary_for_everybody(client, money):
    nothing = summary(client, money)
    assert (nothing["results"], set(nothing["total"].values()), nothing["missing"]) == ([], {None}, [])
    BudgetYear.objects.create(plan=money.plan, year=2025, published_at=timezone.now())
    (row,) = summary(client, money)["results"]
    assert {name for name, value in row.items() if value is not None} == {"approved"}
    money.plan.is_public = False
    money.plan.save()
    assert get(client, f"budget-summary/?plan={money.plan.code}")[0].status_code == 404


def test_queries_do_not_grow(client, money, django_assert_num_queries):
    headers = bearer(money.steering)
    # token, its user, the user's seats, rows, rates
    for size in (1, 3):
        with django_assert_num_queries(5):
            assert (
                len(client.get(f"/api/v1/budget-lines/?page_size={size}", **headers).json()["results"])
                == size
            )
    address = f"/api/v1/budget-summary/?plan={money.plan.code}&by=activity,source"
    for _again in (1, 2):
        # token, user, seats, plan; rates, costings, rough ones, lines, spending; names of activities and sources
        with django_assert_num_queries(11):
            client.get(address, **headers)
        for number in range(3):
            activity = make_activity(money.participation, f"1.{_again + 2}.{number}", [money.sei])
            make_line(activity, money.sei, money.first.funding_source, proposed="1", approved="1")


def test_the_schema_describes_what_comes(client, money):
    schema = client.get("/api/v1/schema/?format=json").json()["components"]["schemas"]
    assert set(schema["BudgetLineRow"]["properties"]) == set(lines(client, user=money.steering)[0])
    found = summary(client, money, "&by=pillar", money.steering)
    assert set(schema["BudgetSummaryAnswer"]["properties"]) == set(found)
    assert set(found["results"][0]) <= set(schema["SummaryRow"]["properties"])
    assert set(schema["RateRow"]["properties"]) == set(found["rates"][0])
