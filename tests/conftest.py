"""Fixtures shared by all tests."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import blocking_manager_key

# A busy machine is no reason for a property test to fail: only what it finds is.
hypothesis_settings.register_profile("napwps", deadline=None)
hypothesis_settings.load_profile("napwps")


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """The test database, whichever tests run: pytest-django's own makes none when no test bears its mark, and the pages
    of tests/browser are served from outside of any test."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases=["default"])
    yield
    with django_db_blocker.unblock():
        with (
            connection.cursor() as cursor
        ):  # a server's threads and killed workers may still hold the database
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connections.close_all()
        teardown_databases(made, verbosity=0)


@pytest.fixture
def world(db):
    """The small world of tests/world.py."""
    from tests.world import make_world

    return make_world()


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """Files that a test makes stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # thousands of test people


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Pages name their style sheets without a manifest: nothing is collected before the tests."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def empty_cache():
    """API throttles count in the cache: every test starts at nought."""
    cache.clear()
    yield


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items):
    """With several processes the tests of one file stay in one of them, and all that share the loaded demo as well."""
    for item in items:
        folder, file = item.path.parent, item.path
        item.add_marker(pytest.mark.xdist_group(folder.name if folder.name == "demo" else str(file)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test with real transactions empties every table afterwards, that of the content types too.

    They are made again for good: otherwise the next test makes them inside a transaction that is rolled back, and the
    tests after it remember numbers that no longer exist.
    """
    result = yield
    marker = item.get_closest_marker("django_db")
    names = set(getattr(item, "fixturenames", ()))
    emptied = {"transactional_db", "live_server"} & names or (marker and marker.kwargs.get("transaction"))
    if emptied and nextitem is not None:  # after the last one the database itself is gone
        with item.config.stash[blocking_manager_key].unblock():
            emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        ContentType.objects.clear_cache()
    return result
