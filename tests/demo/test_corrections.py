"""Course corrections, collaboration wanted and spending in the demo."""

from decimal import Decimal

import pytest

from budgets.models import Expenditure
from monitoring.models import ActivityProgress, CourseCorrection, Submission
from monitoring.models.submission import REVIEWABLE_STATES, ActivityStatus
from monitoring.sheets import load_sheet
from tests.demo.look import submission

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_what_is_delayed_says_what_is_done_about_it():
    delayed = ActivityProgress.objects.filter(status=ActivityStatus.DELAYED)
    assert delayed.count() > 10
    assert not delayed.filter(corrections__isnull=True).exists()
    assert all(one.is_complete for one in CourseCorrection.objects.all())


def test_one_was_carried_over_and_is_done():
    sheet = load_sheet(submission("MAE", "P1", 2025, "SEI"), context=True)
    (pair,) = next(one for one in sheet.entries if one.activity.code == "1.1.2").planned_before
    assert [one.is_done for one in pair] == [False, True]


def test_the_draft_that_is_to_be_finished_is_asked_what_became_of_last_years_plans():
    sheet = load_sheet(submission("MSSI", "P2", 2026), context=True)
    entry = next(one for one in sheet.due_entries if one.activity.code == "2.2.2")
    assert [now for _planned, now in entry.planned_before] == [None, None]
    assert entry.last_spending.amount == 1850


def test_collaboration_is_wanted_in_every_pillar():
    wanted = ActivityProgress.objects.exclude(collaboration="")
    assert set(wanted.values_list("submission__pillar__code", flat=True)) == {"P1", "P2", "P3", "P4"}


def test_spending_nothing_not_knowing_and_a_currency_of_its_own():
    rows = Expenditure.objects.all()
    assert rows.filter(amount=Decimal(0)).exists()
    assert rows.filter(amount__isnull=True).exclude(no_data_reason="").exists()
    assert set(rows.exclude(amount__isnull=True).values_list("currency", flat=True)) == {"USD", "AUD"}
    with_lead = Submission.objects.filter(round__label="2026").exclude(state__in=REVIEWABLE_STATES)
    frozen = rows.filter(frozen_at__isnull=False, round__label="2026")
    assert frozen.exists()
    assert not frozen.filter(
        institution__in=with_lead.filter(institution__code="MAE").values("institution")
    ).exists()
