"""Fixtures of the reporting pages."""

import pytest

from tests.world import NOW


@pytest.fixture
def in_january(monkeypatch):
    """The clock that the pages read stands at NOW: noon in Dili on 20 January 2025, while the round 2024 is open."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    return NOW
