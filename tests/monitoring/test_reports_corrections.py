"""Course corrections, collaboration wanted and the accountable officer in the pillar report."""

from datetime import date

import pytest
from django.template.loader import render_to_string

from monitoring.models import ActivityProgress, CourseCorrection, Submission
from monitoring.reports import data
from monitoring.reports.build import build_pillar_report
from monitoring.reports.present import presented
from monitoring.reports.snapshot import checksum, from_snapshot, to_snapshot
from tests.monitoring.report_world import CUT_OFF, make_year

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(world):
    made = make_year(world)
    late = ActivityProgress.objects.get(submission=made.submissions["mae"], activity=world.activities["a112"])
    ActivityProgress.objects.filter(pk=late.pk).update(collaboration="PNTL: transport <to> Ataúro.")
    CourseCorrection.objects.create(
        progress=late, order=1, cause="No budget until June.", measure="Ask for it in January.", owner="MAE, finance",
        due_on=date(2025, 1, 31),
    )  # fmt: skip
    draft = ActivityProgress.objects.get(submission=made.submissions["mj"])
    CourseCorrection.objects.create(progress=draft, order=1, cause="SECRET-CAUSE", measure="x", owner="y")
    Submission.objects.filter(pk=made.submissions["mae"].pk).update(
        officer_name="Ana", officer_post="Minister"
    )
    Submission.objects.filter(pk=made.submissions["mj"].pk).update(officer_name="SECRET-OFFICER")
    return made


def build(year):
    return build_pillar_report(
        plan=year.world.plan, round=year.round, pillar=year.world.participation, cut_off=CUT_OFF
    )


def test_what_it_says(year):
    report = build(year)
    (account,) = next(one for one in report.activities if one.code == "1.1.2").accounts
    assert account.corrections == (
        data.CorrectionPart(
            "No budget until June.", "Ask for it in January.", "MAE, finance", date(2025, 1, 31), False
        ),
    )
    assert account.collaboration == "PNTL: transport <to> Ataúro."
    assert {one.institution: one.officer for one in report.reports if one.officer} == {"MAE": "Ana, Minister"}
    assert from_snapshot(to_snapshot(report)) == report


def test_the_checksum_changes_with_a_correction(year):
    before = checksum(build(year))
    CourseCorrection.objects.filter(owner="MAE, finance").update(is_done=True)
    assert checksum(build(year)) != before


def test_how_it_is_printed(year):
    page = render_to_string("reports/pillar.html", presented(build(year)))
    section = page[page.index('<h2 id="corrections">') : page.index('<h2 id="statements">')]
    for words in (
        "1.1.2", "MAE", "No budget until June.", "Ask for it in January.", "MAE, finance", "31 January 2025",
        "PNTL: transport &lt;to&gt; Ataúro.",
    ):  # fmt: skip
        assert words in section, words
    assert "Answered for by Ana, Minister" in page
    assert "SECRET" not in page


def test_nothing_to_print(world):
    page = render_to_string("reports/pillar.html", presented(build(make_year(world))))
    assert "No institution planned a course correction." in page
    assert "Nobody asked others for anything." in page
