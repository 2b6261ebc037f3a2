"""Fixtures shared by all tests."""

import pytest
from django.core.cache import cache


@pytest.fixture
def world(db):
    """The small world of tests/world.py."""
    from tests.world import make_world

    return make_world()


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """Files that a test makes stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def empty_cache():
    """API throttles count in the cache: every test starts at nought."""
    cache.clear()
    yield
