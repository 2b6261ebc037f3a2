"""Addresses and requests that no page could answer."""

import pytest

from napwps.middleware import LARGEST_BODY, DomainErrorsMiddleware

PLAN = "/plans/TL-NAP-2024-2028/"


@pytest.mark.parametrize(
    "path",
    [
        "/plans/%00/",
        f"{PLAN}activities/%00/",
        f"{PLAN}indicators/1.1.1a%00/",
        f"{PLAN}rounds/%00/",
        f"{PLAN}pillars/%00/review/",
        "/institutions/%00/edit/",
    ],
)
def test_an_address_that_nothing_can_lie_at(world, client, path):
    client.force_login(world.secretariat)
    assert client.get(path).status_code == 404


def test_a_filter_that_nothing_can_match(world, client):
    client.force_login(world.secretariat)
    assert client.get(f"{PLAN}gaps/?pillar=%00").status_code == 200


def test_a_body_that_would_fill_the_disk_is_not_received(client, db):
    """Refused by what the sender announces; nobody is signed in, and the sign-in page is open to all."""
    response = client.post("/sign-in/", {"username": "x"}, CONTENT_LENGTH=str(LARGEST_BODY + 1))
    assert response.status_code == 400


@pytest.mark.parametrize("length", ["", "0", str(LARGEST_BODY)])
def test_a_body_of_a_bearable_size_is_received(rf, length):
    request = rf.get("/sign-in/", CONTENT_LENGTH=length)
    assert DomainErrorsMiddleware(lambda request: "answered")(request) == "answered"
