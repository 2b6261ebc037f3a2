"""Fixtures shared by all tests."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from hypothesis import settings as hypothesis_settings

# A busy machine is no reason for a property test to fail: only what it finds is.
hypothesis_settings.register_profile("napwps", deadline=None)
hypothesis_settings.load_profile("napwps")


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


@pytest.fixture(autouse=True)
def fresh_content_types(request):
    """A test with real transactions empties every table, content types too: nobody may remember their old ids."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        ContentType.objects.clear_cache()
