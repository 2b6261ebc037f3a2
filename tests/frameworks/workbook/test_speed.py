"""A workbook of 3,000 indicators: seconds, and not a query more than for 30."""

import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frameworks.models import Indicator, Plan, Target
from frameworks.workbook.apply import apply_workbook
from frameworks.workbook.export import export_workbook
from frameworks.workbook.parse import read_workbook
from tests.frameworks.workbook.books import Book, saved
from tests.world import NOW, make_activity, make_institution, make_pillar, make_plan

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def grown(code, number):
    """A workbook in which everything is new: `number` indicators with targets, ten to an activity."""
    plan = make_plan(code, country="XX")
    pillar = make_pillar(plan, "P1", "Participation")
    institution = make_institution(code)
    for index in range(number // 10):
        make_activity(pillar, f"1.1.{index}", [institution])
    book = Book(plan)
    for index in range(number):
        code_ = f"1.1.{index // 10}-{index % 10}"
        texts = (
            f"Women trained in course {index}",
            None,
            None,
            f"1.1.{index // 10}",
            "Counted once each",
            "Count",
            "women",
        )
        book.pages["indicators"].append([None, None, code_, *texts])
        book.pages["targets"].append([None, None, code_, 2028, "x", None, None, index + 1])
    return plan, saved(book.book)


def measured(plan, file, **options):
    """(Difference, number of queries) of reading and saving."""
    file.seek(0)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        difference = apply_workbook(
            parsed=read_workbook(file, filename="x.xlsx", plan=plan),
            plan=plan,
            by=None,
            at=NOW,
            reason="x",
            **options,
        )
    return difference, len(queries)


def test_three_thousand_indicators(db):
    small, large = grown("XX-SMALL", 30), grown("XX-LARGE", 3000)
    steps = []
    _few, queries = measured(*small)
    first, as_many = measured(*large, progress=lambda step, percent: steps.append((step, percent)))
    assert not first.errors
    assert as_many == queries
    assert [step for step, _percent in steps] == ["comparing", "saving", "results"]
    assert (
        Indicator.objects.filter(plan=large[0]).count()
        == Target.objects.filter(indicator__plan=large[0]).count()
        == 3000
    )
    # Again: nothing is written.
    again, _queries = measured(*large)
    assert not again.changes_anything
    # All of them changed.
    out, plan = io.BytesIO(), Plan.objects.get(code="XX-LARGE")
    export_workbook(plan, out, at=NOW)
    book = Book(plan, out)
    unit, baseline = book.column("indicators", "unit"), book.column("indicators", "baseline_value")
    for number in range(3, 3003):
        book.pages["indicators"].cell(number, unit).value = "people"
        book.pages["indicators"].cell(number, baseline).value = number
    changed, as_many_again = measured(plan, saved(book.book))
    assert len(changed.written) == 3000
    assert as_many_again <= queries + 5
    assert Indicator.objects.filter(plan=plan, unit="people", baseline_value__gte=Decimal(3)).count() == 3000
