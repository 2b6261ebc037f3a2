"""The demo, loaded once for the whole folder: some ten seconds."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

#: The day on which the demo of these tests stands.
ANCHOR = date(2026, 11, 24)
#: Signing in seventeen people with the real, deliberately slow hash would take longer than all the rest.
FAST_HASH = ["django.contrib.auth.hashers.MD5PasswordHasher"]
APPS = ("frameworks", "budgets", "monitoring", "pghistory")


def empty_tables():
    """Takes everything out of the tables of the project's own apps."""
    with connection.cursor() as cursor:
        names = [
            name for name in connection.introspection.table_names(cursor) if name.partition("_")[0] in APPS
        ]
        cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")


@pytest.fixture(scope="package")
def demo(django_db_setup, django_db_blocker):
    """The demo as of ANCHOR."""
    with django_db_blocker.unblock():
        try:
            with override_settings(DEMO=True, PASSWORD_HASHERS=FAST_HASH):
                call_command("load_demo", on=ANCHOR.isoformat(), stdout=StringIO())
            yield
        finally:
            empty_tables()


@pytest.fixture(autouse=True)
def in_demo_mode(demo, settings):
    settings.DEMO, settings.PASSWORD_HASHERS = True, FAST_HASH


@pytest.fixture
def empty(db):
    """For the length of a test the database is empty."""
    empty_tables()


@pytest.fixture
def run():
    """run("load_demo", on="2026-11-24") → what the command printed."""

    def run(name, **options):
        out = StringIO()
        call_command(name, stdout=out, **options)
        return out.getvalue()

    return run
