"""Signing in and REST tokens."""

from datetime import timedelta

import pytest
from django.utils import timezone

from frameworks.models import ApiToken
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db


def test_sign_in_by_e_mail_whatever_its_case(client, world):
    answer = client.post("/sign-in/", {"username": "SECRETARIAT@test.example", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/", follow=True).wsgi_request.user == world.secretariat


def test_a_wrong_password_is_told_without_saying_which_part(client, world):
    answer = client.post("/sign-in/", {"username": world.secretariat.email, "password": "nonsense"})
    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_sign_in_does_not_lead_away_from_the_site(client, world):
    answer = client.post(
        "/sign-in/?next=https://elsewhere.example/",
        {"username": world.secretariat.email, "password": PASSWORD},
    )
    assert answer.url == "/"


def test_demo_people_are_listed_in_the_demo_only(client, db, settings):
    settings.DEMO = False
    assert "demo_people" not in client.get("/sign-in/").context
    settings.DEMO = True
    assert client.get("/sign-in/").context["demo_people"]


def test_sign_out_is_a_post(client, world):
    client.force_login(world.secretariat)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302


def test_a_token_is_shown_once_and_kept_as_a_digest(client, world):
    client.force_login(world.secretariat)
    answer = client.post("/account/tokens/", {"name": "Power BI", "days": "30"})
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    token = ApiToken.objects.get()
    assert secret not in (token.digest, token.token_key)
    assert secret not in client.get("/account/tokens/").content.decode()
    assert client.get("/api/v1/plans/", HTTP_AUTHORIZATION=f"Token {secret}").status_code == 200


def test_a_token_needs_a_name(client, world):
    client.force_login(world.secretariat)
    assert client.post("/account/tokens/", {"name": "", "days": "30"}).context["form"].errors["name"]
    assert not ApiToken.objects.exists()


def test_nobody_revokes_anothers_token(client, world):
    token, secret = ApiToken.objects.create(user=world.secretariat, name="mine", expiry=timedelta(days=1))
    client.force_login(world.monitoring)
    assert client.post(f"/account/tokens/{token.token_key}/revoke/").status_code == 404
    client.force_login(world.secretariat)
    assert client.post(f"/account/tokens/{token.token_key}/revoke/").status_code == 302
    client.logout()
    assert client.get("/api/v1/plans/", HTTP_AUTHORIZATION=f"Token {secret}").status_code == 401


def test_an_expired_token_does_not_work(client, world):
    token, secret = ApiToken.objects.create(user=world.secretariat, name="old", expiry=timedelta(days=1))
    ApiToken.objects.filter(pk=token.pk).update(expiry=timezone.now() - timedelta(minutes=1))
    assert client.get("/api/v1/plans/", HTTP_AUTHORIZATION=f"Token {secret}").status_code == 401
