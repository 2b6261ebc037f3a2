"""Evidence and smaller places in the demo: they open, they are marked as invented, and nobody counts twice."""

import io

import pikepdf

from frameworks.documents import EVIDENCE, PDF, check_document
from monitoring.models import Evidence, IndicatorValue
from napwps.demo.evidence import EVIDENCE as TABLE
from napwps.demo.evidence import a_paper
from tests.demo.look import result


def test_every_line_of_the_table_was_played():
    assert Evidence.objects.count() == sum(map(len, TABLE.values()))
    assert Evidence.objects.filter(submission__round__published_at__isnull=False, url="").exists()
    for one in Evidence.objects.filter(url=""):
        assert "illustrative" in one.title and one.sha256
        assert one.added_at < one.submission.submitted_at


def test_the_files_are_what_the_tracker_itself_takes():
    made = a_paper("List (illustrative), Díli")
    assert check_document(io.BytesIO(made.data), filename="x.pdf", allowed=EVIDENCE) == made
    assert made.kind is PDF
    with pikepdf.open(io.BytesIO(made.data)) as book:
        assert len(book.pages) == 1


def test_sucos_are_details_of_their_municipality():
    values = IndicatorValue.objects.filter(indicator__code="1.4.1a", place__kind="suco")
    assert values.count() == 3
    municipality = IndicatorValue.objects.get(
        submission=values[0].submission, indicator=values[0].indicator, place__code="TL-DI"
    )
    assert sum(one.numerator for one in values) < municipality.numerator
    row = result("1.4.1a", values[0].submission.round.label)
    assert (row.numerator, row.unknown_difference) == (69, {})
