"""Indicator data over REST."""

import json
from base64 import b64encode
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from frameworks.models import ApiToken, Category, Dimension, Indicator
from frameworks.workflow import transition
from monitoring.models import ActivityProgress, IndicatorResult, IndicatorValue, Submission
from monitoring.results import refresh_results
from tests.world import NOW, make_indicator, make_plan, make_round

pytestmark = pytest.mark.django_db


def bearer(user):
    _token, secret = ApiToken.objects.create(user=user, name="test", expiry=timedelta(days=1))
    return {"HTTP_AUTHORIZATION": f"Token {secret}"}


@pytest.fixture
def reported(world):
    """SEI reported 18 of 452 in 2024, and by position 10 of 400 and 3 of 52; submitted."""
    world.round = make_round(world.plan)
    world.submission = Submission.objects.create(
        round=world.round, institution=world.sei, pillar=world.participation
    )
    indicator = world.indicators["i111a"]
    dimension = Dimension.objects.create(indicator=indicator, name="Position level")
    categories = [
        Category.objects.create(dimension=dimension, code=code, name=code, order=order)
        for order, code in enumerate(["Suco", "Aldeia"])
    ]
    ActivityProgress.objects.create(
        submission=world.submission, activity=world.activities["a111"], status="on_track", narrative="Done."
    )
    for category, n, d in ((None, 18, 452), (categories[0], 10, 400), (categories[1], 3, 52)):
        IndicatorValue.objects.create(
            submission=world.submission,
            indicator=indicator,
            category=category,
            numerator=Decimal(n),
            denominator=Decimal(d),
        )
    transition(subject=world.submission, action="submit", by=world.focal_sei, at=NOW)
    return world


def endorse_and_publish(world):
    for action, by in (("accept", world.gov_lead), ("endorse", world.gov_lead), ("endorse", world.cso_lead)):
        transition(subject=world.submission, action=action, by=by, at=NOW)
    world.plan.is_public = True
    world.plan.save()
    world.round.published_at = NOW
    world.round.save()
    refresh_results(Indicator.objects.all(), at=NOW)


def get(client, path, **extra):
    response = client.get(f"/api/v1/{path}", **extra)
    return response, json.loads(response.content, parse_float=Decimal)


def test_a_row_is_tidy_and_its_numbers_are_numbers(client, reported):
    response, data = get(client, "indicator-data/?indicator=1.1.1a", **bearer(reported.secretariat))
    assert response.status_code == 200
    assert len(data["results"]) == 3
    total = next(row for row in data["results"] if row["category"] is None)
    assert (total["numerator"], total["denominator"]) == (18, 452)
    assert total["value"].quantize(Decimal("0.01")) == Decimal("3.98")
    assert total["status"] == "moved_backwards"  # 21 of 442 before
    assert total["provenance"] == "reported"
    assert total["reporters"] == ["SEI"]
    assert total["round"] == "2024"
    by_category = {row["category"]: (row["dimension"], row["numerator"]) for row in data["results"]}
    assert by_category["Aldeia"] == ("Position level", 3)


def test_missing_is_null_and_zero_is_zero(client, reported):
    count = make_indicator(reported.activities["a111"], "1.1.1b", type="count")
    submission = Submission.objects.create(
        round=reported.round, institution=reported.mae, pillar=reported.participation
    )
    IndicatorValue.objects.create(submission=submission, indicator=count, value=Decimal(0))
    Submission.objects.filter(pk=submission.pk).update(
        state="submitted", submitted_at=NOW, submitted_by=reported.focal_mae
    )
    refresh_results(Indicator.objects.all(), at=NOW)
    _response, data = get(client, "indicator-data/", **bearer(reported.secretariat))
    rows = {row["indicator"]: row for row in data["results"] if row["category"] is None}
    assert rows["1.1.1b"]["value"] == 0
    assert rows["1.1.2a"]["value"] is None
    assert rows["1.1.2a"]["provenance"] == "none"


def test_without_a_token_there_is_published_data_only(client, reported):
    reported.plan.is_public = True
    reported.plan.save()
    assert get(client, "indicator-data/")[1]["results"] == []
    endorse_and_publish(reported)
    _response, data = get(client, "indicator-data/")
    assert {row["indicator"] for row in data["results"]} == {"1.1.1a"}
    assert {row["provenance"] for row in data["results"]} == {"published"}


def test_a_plan_that_is_not_public_is_nowhere_for_outsiders(client, reported):
    endorse_and_publish(reported)
    reported.plan.is_public = False
    reported.plan.save()
    for headers in ({}, bearer(reported.outsider)):
        assert get(client, "indicator-data/", **headers)[1]["results"] == []
        assert get(client, "indicators/", **headers)[1]["results"] == []
        plans = get(client, "plans/", **headers)[1]["results"]
        assert reported.plan.code not in [plan["code"] for plan in plans]


def test_small_cells_are_hidden_from_the_public_and_not_from_insiders(client, reported):
    Indicator.objects.filter(code="1.1.1a").update(counts_people=True)
    endorse_and_publish(reported)
    rows = {row["category"]: row for row in get(client, "indicator-data/")[1]["results"]}
    assert rows["Aldeia"]["suppressed"] is True
    assert rows["Aldeia"]["numerator"] is None
    assert rows["Aldeia"]["value"] is None
    inside = get(client, "indicator-data/", **bearer(reported.secretariat))[1]["results"]
    assert {row["category"]: row["numerator"] for row in inside}["Aldeia"] == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("plan=TL-NAP-2024-2028&round=2024", {"1.1.1a", "1.1.2a", "2.1.1a"}),
        ("pillar=P2", {"2.1.1a"}),
        ("pillar=P1,P2&institution=MSSI", {"2.1.1a"}),
        ("institution=SEI", {"1.1.1a"}),
        ("round=2023", set()),
        ("status=moved_backwards", {"1.1.1a"}),
        ("provenance=reported", {"1.1.1a"}),
        ("updated_since=2025-01-20T00:00:00Z&indicator=1.1.1a", {"1.1.1a"}),
        ("updated_since=2026-01-20T00:00:00Z", set()),
    ],
)
def test_filters(client, reported, query, expected):
    refresh_results(Indicator.objects.all(), at=NOW)
    _response, data = get(client, f"indicator-data/?{query}", **bearer(reported.secretariat))
    assert {row["indicator"] for row in data["results"]} == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("plann=X", "plann"),
        ("page_size=0", "page_size"),
        ("page_size=many", "page_size"),
        ("updated_since=soon", "updated_since"),
        ("plan=%00", "plan"),
    ],
)
def test_a_bad_parameter_is_a_problem_that_names_it(client, reported, query, field):
    response, problem = get(client, f"indicator-data/?{query}")
    assert response.status_code == 400
    assert response["Content-Type"].startswith("application/problem+json")
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_wrong_token_is_told_so(client, world):
    response, problem = get(client, "plans/", HTTP_AUTHORIZATION="Token nonsense")
    assert response.status_code == 401
    assert problem["status"] == 401


def test_pages_follow_each_other_without_gap_or_double(client, reported):
    refresh_results(Indicator.objects.all(), at=NOW)
    headers = bearer(reported.secretariat)
    everything = get(client, "indicator-data/", **headers)[1]["results"]
    seen, path = [], "indicator-data/?page_size=2"
    while path:
        _response, data = get(client, path, **headers)
        seen += data["results"]
        path = data["next"] and data["next"].split("/api/v1/")[1]
    assert seen == everything
    assert len(seen) == 5


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow_with_the_rows(client, reported, django_assert_num_queries, size):
    refresh_results(Indicator.objects.all(), at=NOW)
    headers = bearer(reported.secretariat)
    # token, its user, the user's seats, rows, reporters, plans
    with django_assert_num_queries(6):
        assert len(get(client, f"indicator-data/?page_size={size}", **headers)[1]["results"]) == size


def test_every_result_row_is_reachable(client, reported):
    refresh_results(Indicator.objects.all(), at=NOW)
    assert IndicatorResult.objects.count() == len(
        get(client, "indicator-data/", **bearer(reported.secretariat))[1]["results"]
    )


def test_the_schema_describes_what_comes(client, reported):
    schema = client.get("/api/v1/schema/?format=json").json()
    described = set(schema["components"]["schemas"]["IndicatorDataRow"]["properties"])
    assert described == set(get(client, "indicator-data/", **bearer(reported.secretariat))[1]["results"][0])


def test_the_docs_load_nothing_from_elsewhere(client, db):
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page


def test_the_status_of_a_hidden_figure_is_hidden_too(client, reported):
    """With its target beside it, a status would tell how large a small figure is."""
    Indicator.objects.filter(code="1.1.1a").update(counts_people=True)
    endorse_and_publish(reported)
    IndicatorResult.objects.totals().filter(indicator__code="1.1.1a").update(is_suppressed=True)
    inside = bearer(reported.secretariat)
    for headers, status, found in (
        ({}, None, 0),
        (bearer(reported.outsider), None, 0),
        (inside, "moved_backwards", 1),
    ):
        rows = get(client, "indicator-data/", **headers)[1]["results"]
        row = next(one for one in rows if one["indicator"] == "1.1.1a" and one["category"] is None)
        assert (row["status"], row["computed_status"]) == (status, status)
        asked = get(client, "indicator-data/?status=moved_backwards", **headers)[1]["results"]
        assert len(asked) == found


@pytest.mark.parametrize(
    ("earlier", "told"),
    [
        ({"provenance": "published"}, True),
        ({"provenance": "published", "is_suppressed": True}, False),
        ({"provenance": "accepted"}, False),
        ({"provenance": "reported"}, False),
    ],
)
def test_a_sum_across_rounds_gives_no_other_round_away(client, reported, earlier, told):
    endorse_and_publish(reported)
    before = make_round(reported.plan, 2023)
    refresh_results(Indicator.objects.all(), at=NOW)
    totals = IndicatorResult.objects.totals().filter(indicator__code="1.1.1a")
    totals.filter(round=before).update(**earlier)
    totals.filter(round=reported.round).update(running=Decimal(30))
    query = "indicator-data/?indicator=1.1.1a&round=2024"
    for headers, expected in (({}, 30 if told else None), (bearer(reported.secretariat), 30)):
        rows = get(client, query, **headers)[1]["results"]
        assert next(row for row in rows if row["category"] is None)["running_value"] == expected


@pytest.mark.parametrize("position", ["p=abc", "p=\x00", "p=" + "9" * 30, "p=-1"])
@pytest.mark.parametrize("path", ["indicator-data/", "indicators/"])
def test_a_made_up_cursor_is_refused(client, world, path, position):
    cursor = b64encode(position.encode()).decode()
    response, problem = get(client, f"{path}?{urlencode({'cursor': cursor})}")
    assert (response.status_code, problem["status"]) == (404, 404)


def test_a_made_up_cursor_of_plans_is_refused(client, world):
    response, _problem = get(client, f"plans/?{urlencode({'cursor': b64encode(b'p=' + bytes(1)).decode()})}")
    assert response.status_code == 404


def test_a_plan_does_not_give_its_hidden_parent_away(client, world):
    child = make_plan("TL-DILI", is_public=True, level="subnational", parent=world.plan)
    type(child).objects.filter(pk=world.plan.pk).update(is_public=False)

    def parent_of(**headers):
        rows = get(client, "plans/", **headers)[1]["results"]
        return next(row["parent"] for row in rows if row["code"] == "TL-DILI")

    assert parent_of() is None
    assert parent_of(**bearer(world.secretariat)) == world.plan.code
    type(child).objects.filter(pk=world.plan.pk).update(is_public=True)
    assert parent_of() == world.plan.code
