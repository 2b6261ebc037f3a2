"""The commands load_demo and demo_accounts."""

import pytest
from django.core.management import CommandError
from django.db import transaction

from frameworks.models import Institution, Plan, User
from napwps.demo.load import load
from napwps.demo.people import ACCOUNTS, DEFAULT_PASSWORD
from tests.demo.conftest import ANCHOR
from tests.demo.look import contents

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_second_time_changes_nothing(run):
    before = contents()
    assert "already" in run("load_demo", on="2027-05-01")
    assert contents() == before


def test_the_same_day_gives_the_same_demo(request):
    before = contents()
    request.getfixturevalue("empty")
    load(anchor=ANCHOR)
    after = contents()
    assert [name for name in before if before[name] != after[name]] == []
    assert all(before.values())


def test_it_is_all_or_nothing(empty, monkeypatch):
    def fail(self, dates, *, until):
        raise RuntimeError("the power is gone")

    monkeypatch.setattr("napwps.demo.story.Story.tell", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        load(anchor=ANCHOR)
    assert not Plan.objects.exists() and not User.objects.exists() and not Institution.objects.exists()


@pytest.mark.parametrize(
    ("on", "password", "words"),
    [
        ("24.11.2026", DEFAULT_PASSWORD, "write YYYY-MM-DD"),
        ("2025-01-31", DEFAULT_PASSWORD, "no finished round"),
        (None, "12345", "too weak"),
    ],
)
def test_it_says_what_is_wrong(empty, run, monkeypatch, on, password, words):
    monkeypatch.setenv("DEMO_PASSWORD", password)
    with pytest.raises(CommandError, match=words):
        run("load_demo", on=on)
    assert not Plan.objects.exists()


@pytest.mark.parametrize("command", ["load_demo", "demo_accounts"])
def test_demo_mode_only(settings, run, command):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        run(command)


def test_it_never_mixes_with_what_somebody_entered(empty, run):
    Institution.objects.create(code="MJ", name="Ministry of Justice", kind="government")
    with pytest.raises(CommandError, match="already holds MJ"):
        run("load_demo")
    assert Institution.objects.count() == 1


def test_accounts_before_the_demo_is_there(empty, run):
    with pytest.raises(CommandError, match="load_demo"):
        run("demo_accounts")


def test_accounts_are_printed_in_columns(run):
    lines = run("demo_accounts").splitlines()
    head = lines[0]
    for account in ACCOUNTS:
        line = next(line for line in lines if account.email in line)
        assert line.index(account.display_name) == head.index("Sign in as")
        assert line.index(account.email) == head.index("E-mail")
        assert line.index(DEFAULT_PASSWORD) == head.index("Password")
        assert line[head.index("What to look at") :] == str(account.look_at)
    assert max(map(len, lines)) <= 130


def test_a_password_that_was_not_the_one_is_not_printed(run, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "another-long-password")
    assert "another-long-password" not in run("demo_accounts")
