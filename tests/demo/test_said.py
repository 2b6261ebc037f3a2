"""What was said of the submissions of the demo: by the roles, in their time, with something of every kind to look at."""

import pytest

from frameworks.models import Role
from monitoring.models import CoLeadRating, Comment, IndicatorResult, SubmissionVersion, Verification
from monitoring.version_records import changes_since
from napwps.demo.said import RETURN_NOTES, WORDS
from tests.demo.look import submission

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_word_was_said_by_the_role_whose_word_it_is():
    first = Comment.objects.filter(parent=None).exclude(kind="return")
    assert first.count() == sum(one.what in ("comment", "evidence") for one in WORDS)
    assert CoLeadRating.objects.count() == sum(one.what == "rate" for one in WORDS)
    assert Verification.objects.count() == sum(one.what == "verify" for one in WORDS)
    for one in Verification.objects.select_related("by"):
        assert one.by.memberships.get().seat.role == Role.MONITORING_TEAM
    for one in CoLeadRating.objects.select_related("by"):
        assert (
            one.by.memberships.get().seat.role
            == {
                "government": Role.GOVERNMENT_CO_LEAD,
                "cso": Role.CSO_CO_LEAD,
            }[one.side]
        )


def test_nothing_is_said_before_it_was_handed_in():
    for model in (Comment, CoLeadRating, Verification):
        for one in model.objects.select_related("submission"):
            assert one.at > one.submission.first_submitted_at, one


def test_the_returned_one_has_its_notes_at_the_lines():
    notes = Comment.objects.filter(kind="return").select_related("indicator", "submission")
    (told,) = RETURN_NOTES.values()
    assert {one.indicator.code: one.text for one in notes} == told
    assert {one.submission for one in notes} == {submission("MAE", "P1", 2026, "SEI")}


def test_one_rating_differs_and_one_figure_is_verified():
    sei = submission("SEI", "P1", 2026)
    told = {row.activity_id: row.status for row in sei.progress.all()}
    ratings = CoLeadRating.objects.filter(submission=sei)
    assert sorted(one.status != told[one.activity_id] for one in ratings) == [False, True]
    verified = IndicatorResult.objects.totals().filter(is_verified=True)
    assert {one.indicator.code for one in verified.select_related("indicator")} >= {"2.4.1a"}


def test_every_hand_in_left_its_version_and_a_second_one_shows_what_changed():
    for one in SubmissionVersion.objects.select_related("submission"):
        assert one.cycle <= one.submission.cycle
    again = [one.submission for one in SubmissionVersion.objects.filter(cycle=2).select_related("submission")]
    assert again
    assert all(since.lines for since in changes_since(again).values())
