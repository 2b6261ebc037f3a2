"""Fixtures shared by all tests."""

import gc
import os
import pickle

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, connections
from django.db.transaction import atomic, set_rollback
from django.test.utils import override_settings, setup_databases, teardown_databases
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import blocking_manager_key

# A busy machine is no reason for a property test to fail: only what it finds is.
hypothesis_settings.register_profile("napwps", deadline=None)
hypothesis_settings.load_profile("napwps")


DATABASE_IS_MADE = pytest.StashKey()
WORLD = pytest.StashKey()
#: There are thousands of test people.
QUICK_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """The test database, whichever tests run: pytest-django's own makes none when no test bears its mark, and the pages
    of tests/browser are served from outside of any test."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases=["default"])
    request.config.stash[DATABASE_IS_MADE] = True
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
def world(request, db):
    """The small world of tests/world.py: the same rows for all tests of a file, and objects of its own for each test."""
    from tests.world import make_world

    shared = request.config.stash.get(WORLD, None)
    return shared.objects() if shared else make_world()


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """Files that a test makes stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = QUICK_HASHERS


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


def pytest_configure(config):
    """What is imported stays for good, and tests make much that dies young: the collector need not look that often."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    # A cache for each process: every test empties it, and another process's test must not lose what it has just put there.
    cache_settings = settings.CACHES["default"]
    server, _slash, number = cache_settings["LOCATION"].rpartition("/")
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    cache_settings["LOCATION"] = f"{server}/{int(number) + process % 14}"


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items):
    """With several processes the tests of one file stay in one of them, and all that share the loaded demo as well."""
    for item in items:
        folder, file = item.path.parent, item.path
        item.add_marker(pytest.mark.xdist_group(folder.name if folder.name == "demo" else str(file)))


class SharedWorld:
    """The small world of one file: made once, in a transaction around those of its tests, and rolled back after the last."""

    def __init__(self, module):
        from tests.world import make_world

        self.module = module
        self.around = atomic()
        self.around.__enter__()
        with override_settings(PASSWORD_HASHERS=QUICK_HASHERS):
            self.packed = pickle.dumps(make_world())

    def objects(self):
        return pickle.loads(self.packed)

    def end(self):
        set_rollback(True)
        self.around.__exit__(None, None, None)


def needs_real_transactions(item):
    marker = item.get_closest_marker("django_db")
    names = set(getattr(item, "fixturenames", ()))
    return bool({"transactional_db", "live_server"} & names or (marker and marker.kwargs.get("transaction")))


@pytest.hookimpl(
    tryfirst=True
)  # before any fixture: the transaction of the test lies within that of the world
def pytest_runtest_setup(item):
    stash, module, real = item.config.stash, item.path, needs_real_transactions(item)
    if not stash.get(DATABASE_IS_MADE, False):
        return  # the first test of all makes its world itself
    with stash[blocking_manager_key].unblock():
        shared = stash.get(WORLD, None)
        wanted = not real and asks_for_the_world(item)
        if shared and (not wanted or shared.module != module):
            shared.end()
            shared = stash[WORLD] = None
        if shared is None and wanted:
            stash[WORLD] = SharedWorld(module)


def asks_for_the_world(item):
    """Whether the test lives in the world of this file, and not in one of its own of that name, or in none."""
    found = item._fixtureinfo.name2fixturedefs.get("world", ())
    return len(found) == 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test with real transactions empties every table afterwards, that of the content types too.

    They are made again for good: otherwise the next test makes them inside a transaction that is rolled back, and the
    tests after it remember numbers that no longer exist.
    """
    result = yield
    if (
        needs_real_transactions(item) and nextitem is not None
    ):  # after the last one the database itself is gone
        with item.config.stash[blocking_manager_key].unblock():
            emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        ContentType.objects.clear_cache()
    return result
