"""The migration that makes parts of what was drafted before joint leads had submissions of their own."""

from importlib import import_module

import pytest
from django.apps import apps

from monitoring.due import due_in
from monitoring.models import ActivityProgress, CourseCorrection, Evidence, IndicatorValue, Submission
from tests.monitoring.reported import open_round
from tests.world import NOW, make_activity, make_institution

pytestmark = pytest.mark.django_db
split_drafts = import_module("monitoring.migrations.0003_parts_of_joint_leads").split_drafts


@pytest.fixture
def round(world):
    world.indicators["i111a"].responsible.add(world.sei, world.mae)
    round = open_round(world)
    Submission.objects.filter(accountable__isnull=False).delete()  # as it was before
    return round


@pytest.fixture
def draft(world, round):
    """MAE's draft as it was then: of what it leads, and of what SEI answers for."""
    draft = Submission.objects.get(round=round, institution=world.mae)
    for code in ("a111", "a112"):
        row = ActivityProgress.objects.create(
            submission=draft, activity=world.activities[code], narrative=f"Of {code}.", version=3
        )
        CourseCorrection.objects.create(progress=row, order=1, cause=code)
    IndicatorValue.objects.create(
        submission=draft, indicator=world.indicators["i111a"], numerator=3, denominator=10
    )
    IndicatorValue.objects.create(submission=draft, indicator=world.indicators["i112a"], value=5)
    Evidence.objects.create(
        submission=draft, indicator=world.indicators["i111a"], url="https://a.example", added_by=world.focal_mae,
        added_at=NOW,
    )  # fmt: skip
    return draft


def split():
    split_drafts(apps, None)


def told(submission):
    return sorted(submission.progress.values_list("narrative", flat=True))


def test_what_another_answers_for_moves_to_a_part(world, draft):
    split()
    part = Submission.objects.get(institution=world.mae, accountable=world.sei)
    assert (part.state, part.pillar) == ("draft", draft.pillar)
    assert told(part) == ["Of a111."] and told(draft) == ["Of a112."]
    assert part.progress.get().corrections.get().cause == "a111"
    assert part.values.get().numerator == 3 and draft.values.get().value == 5
    assert part.evidence.count() == 1 and draft.evidence.count() == 0
    # Everything stands where it is asked now, and a second run finds nothing to do.
    due = due_in([part, draft])
    assert [one.code for one in due[part.pk].activities] == ["1.1.1"]
    assert [one.code for one in due[draft.pk].activities] == ["1.1.2"]
    split()
    assert Submission.objects.filter(institution=world.mae).count() == 2


def test_a_returned_report_makes_a_returned_part_with_the_note(world, draft):
    Submission.objects.filter(pk=draft.pk).update(state="returned", return_note="Check 1.1.1a.")
    split()
    part = Submission.objects.get(institution=world.mae, accountable=world.sei)
    assert (part.state, part.return_note) == ("returned", "Check 1.1.1a.")


def test_a_report_of_nothing_but_one_part_becomes_that_part(world, draft):
    world.activities["a112"].leads.all().delete()
    ActivityProgress.objects.filter(submission=draft, activity=world.activities["a112"]).delete()
    Submission.objects.filter(pk=draft.pk).update(state="returned", return_note="x")
    split()
    row = Submission.objects.get(institution=world.mae)
    assert (row.pk, row.accountable) == (draft.pk, world.sei)
    assert told(row) == ["Of a111."]


@pytest.mark.parametrize("state", ["submitted", "accepted", "endorsed"])
def test_what_was_handed_in_stays_as_it_was_handed_in(world, draft, state):
    Submission.objects.filter(pk=draft.pk).update(state=state, submitted_at=NOW, submitted_by=world.focal_mae)
    split()
    assert told(Submission.objects.get(institution=world.mae)) == ["Of a111.", "Of a112."]


def test_published_rounds_and_rounds_that_never_opened_stay(world, draft, round):
    for fields in ({"published_at": NOW, "closed_at": NOW}, {"opened_at": None}):
        type(round).objects.filter(pk=round.pk).update(published_at=None, closed_at=None, opened_at=NOW)
        type(round).objects.filter(pk=round.pk).update(**fields)
        split()
        assert Submission.objects.get(institution=world.mae).accountable is None


def test_a_group_takes_no_parts_and_a_lead_has_none_of_its_own(world, round):
    group = make_institution("CSOS", "group")
    make_activity(world.prevention, "2.1.2", [group, world.mssi])
    draft = Submission.objects.get(round=round, institution=world.mssi)
    ActivityProgress.objects.create(submission=draft, activity=world.activities["a211"], narrative="Ours.")
    split()
    assert not Submission.objects.filter(
        institution__in=[world.mssi, world.sei], accountable__isnull=False
    ).exists()
