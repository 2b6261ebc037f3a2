"""The crosswalk and the external frameworks over REST."""

import json
from datetime import timedelta

import pytest

from frameworks.models import ApiToken, Indicator, Plan
from tests.frameworks.crosswalk_world import link, make_framework, provision

pytestmark = pytest.mark.django_db


def bearer(user):
    _token, secret = ApiToken.objects.create(user=user, name="test", expiry=timedelta(days=1))
    return {"HTTP_AUTHORIZATION": f"Token {secret}"}


def get(client, path, status=200, **extra):
    response = client.get(f"/api/v1/{path}", **extra)
    assert response.status_code == status, response.content
    return json.loads(response.content)


@pytest.fixture
def linked(world):
    """One link at each level: the indicator's is primary."""
    make_framework("UNSCR-1325", ("Participation", "Prevention"), year=2000, issuer="UN Security Council")
    make_framework("SDG", ("5.5", "5.10"))
    link(world.indicators["i111a"], provision("Participation"), primary=True)
    link(world.activities["a111"], provision("Participation"))
    link(world.activities["a111"].output, provision("5.5", "SDG"))
    link(world.activities["a111"].output.goal, provision("5.5", "SDG"))
    return world


def things(answer):
    return {(row["level"], row["code"]) for row in answer["results"]}


def test_a_row_says_what_answers_what(client, linked):
    rows = get(client, "crosswalk/?level=indicator", **bearer(linked.focal_sei))["results"]
    assert rows == [
        {
            "plan": linked.plan.code, "framework": "UNSCR-1325", "provision": "Participation",
            "provision_title": "Title of Participation", "level": "indicator", "code": "1.1.1a", "is_primary": True,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {("goal", "1"), ("output", "1.1"), ("activity", "1.1.1"), ("indicator", "1.1.1a")}),
        ("?level=goal,output", {("goal", "1"), ("output", "1.1")}),
        ("?framework=UNSCR-1325", {("activity", "1.1.1"), ("indicator", "1.1.1a")}),
        ("?framework=UNSCR-1325,SDG&level=goal", {("goal", "1")}),
        ("?provision=5.5", {("goal", "1"), ("output", "1.1")}),
        ("?plan=PH-NAP-2023-2033", set()),
    ],
)
def test_filters(client, linked, query, found):
    assert things(get(client, f"crosswalk/{query}", **bearer(linked.secretariat))) == found


@pytest.mark.parametrize("query", ["level=pillar", "level=goal,pillar", "levle=goal", "page_size=0"])
def test_a_filter_that_makes_no_sense_is_told_so(client, linked, query):
    problem = get(client, f"crosswalk/?{query}", status=400)
    assert [one["field"] for one in problem["errors"]] == [query.partition("=")[0]]


def test_a_hidden_plan_does_not_leak(client, linked):
    assert get(client, "crosswalk/")["results"] == []
    assert get(client, "crosswalk/", **bearer(linked.outsider))["results"] == []
    assert get(client, f"crosswalk/?plan={linked.plan.code}", **bearer(linked.outsider))["results"] == []
    Plan.objects.filter(pk=linked.plan.pk).update(is_public=True)
    assert len(get(client, "crosswalk/")["results"]) == 4


def test_what_is_retired_is_left_out(client, linked):
    Indicator.objects.filter(code="1.1.1a").update(retired_on="2025-01-01")
    assert ("indicator", "1.1.1a") not in things(get(client, "crosswalk/", **bearer(linked.secretariat)))


def test_pages_follow_each_other_without_gap_or_double(client, linked):
    headers = bearer(linked.secretariat)
    everything = get(client, "crosswalk/", **headers)["results"]
    seen, path = [], "crosswalk/?page_size=3"
    while path:
        data = get(client, path, **headers)
        seen += data["results"]
        path = data["next"] and data["next"].split("/api/v1/")[1]
    assert seen == everything and len(seen) == 4


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow_with_the_rows(client, linked, django_assert_num_queries, size):
    headers = bearer(linked.secretariat)
    make_framework("BEIJING-E")
    with django_assert_num_queries(4):  # token, its user, the user's seats, rows
        assert len(get(client, f"crosswalk/?page_size={size}", **headers)["results"]) == size
    with django_assert_num_queries(2):  # frameworks, provisions
        assert len(get(client, f"external-frameworks/?page_size={size}")["results"]) == size


def test_external_frameworks_with_their_provisions(client, linked):
    rows = get(client, "external-frameworks/")["results"]
    assert [row["code"] for row in rows] == ["SDG", "UNSCR-1325"]
    assert rows[0]["provisions"] == [
        {"code": "5.5", "title": "Title of 5.5"},
        {"code": "5.10", "title": "Title of 5.10"},
    ]
    assert rows[1] == {
        "code": "UNSCR-1325", "name": "Framework UNSCR-1325", "short_name": "UNSCR 1325",
        "issuer": "UN Security Council", "year": 2000,
        "provisions": [
            {"code": one, "title": f"Title of {one}"} for one in ("Participation", "Prevention")
        ],
    }  # fmt: skip
    assert rows[0]["year"] is None
    assert [row["code"] for row in get(client, "external-frameworks/?code=SDG")["results"]] == ["SDG"]


def test_the_schema_describes_what_comes(client, linked):
    described = client.get("/api/v1/schema/?format=json").json()["components"]["schemas"]
    headers = bearer(linked.secretariat)
    for schema, path in (("CrosswalkRow", "crosswalk/"), ("ExternalFrameworkRow", "external-frameworks/")):
        row = get(client, path, **headers)["results"][0]
        assert set(described[schema]["properties"]) == set(row)
    assert set(described["ProvisionRow"]["properties"]) == {"code", "title"}
