"""The demo's framework as an Excel workbook."""

import pytest

from tests.demo.look import plan
from tests.frameworks.workbook.books import Book, content_of, written

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_it_goes_round():
    before = content_of(plan())
    assert len(before["indicators"]) > 20
    difference = Book(plan()).applied()
    assert (written(difference), difference.gone, difference.errors) == ([], [], [])
    assert content_of(plan()) == before
