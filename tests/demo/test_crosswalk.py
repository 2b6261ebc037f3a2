"""The demo's crosswalk: some provisions are answered, some are not, and every link keeps the rules."""

import pytest

from frameworks.crosswalk import load_overview
from frameworks.gaps import find_gaps
from frameworks.models import ProvisionLink
from frameworks.operations.crosswalk import missing_standard
from tests.demo.look import plan

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_standard_frameworks_are_there():
    assert missing_standard() == 0


def test_some_provisions_are_covered_and_some_are_not():
    covers = {one.framework.code: one for one in load_overview(plan())}
    assert (covers["ASEAN-RPA-WPS"].covered, covers["ASEAN-RPA-WPS"].untouched) == (4, 2)
    assert (covers["UNSCR-1325"].covered, covers["UNSCR-1325"].untouched) == (4, 0)
    assert (covers["CEDAW-GR37"].covered, covers["CEDAW-GR37"].links) == (0, 0)
    assert all(one.total for one in covers.values())


def test_every_link_keeps_the_rules():
    links = ProvisionLink.objects.all()
    for link in links:
        link.full_clean()
    of = {(one.goal_id, one.output_id, one.activity_id, one.indicator_id) for one in links}
    assert len(of) == links.filter(is_primary=True).count()


def test_one_goal_is_left_open():
    gaps = {
        kind.key: [row.code for row in rows] for kind, rows in find_gaps(plan()) if kind.key == "no_provision"
    }
    assert gaps == {"no_provision": ["4"]}
