"""What the database itself refuses about submissions, figures and sign-offs, each with words for people."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from frameworks.models import Place
from monitoring.models import ActivityProgress, IndicatorResult, IndicatorValue, SignOff, Submission
from tests.monitoring.reported import open_round, submission_of
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def sei(world):
    return submission_of(open_round(world), world.sei)


def refused(row, constraint, words):
    """The database refuses the row because of `constraint`, and a form would say `words`."""
    with pytest.raises(ValidationError) as said:
        row.full_clean()
    assert words in " ".join(said.value.messages)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        row.save()
    assert constraint in str(error.value)


def value(sei, world, **figures):
    return IndicatorValue(submission=sei, indicator=world.indicators["i111a"], **figures)


@pytest.mark.parametrize(
    ("figures", "constraint", "words"),
    [
        ({"numerator": -1, "denominator": 2}, "value_parts_not_negative", "cannot be negative"),
        ({"numerator": 1, "denominator": -2}, "value_parts_not_negative", "cannot be negative"),
        ({"numerator": 0, "no_data_reason": "x"}, "value_or_reason", "not both"),
        ({"value": 0, "no_data_reason": "x"}, "value_or_reason", "not both"),
        ({"value": 5, "denominator": 2}, "value_once_only", "not both"),
    ],
)
def test_figures(world, sei, figures, constraint, words):
    refused(value(sei, world, **figures), constraint, words)


def test_one_figure_a_cell_also_where_category_and_place_are_blank(world, sei):
    value(sei, world, numerator=1, denominator=2).save()
    refused(value(sei, world, numerator=1, denominator=2), "value_once", "already reported")
    place = Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    value(sei, world, place=place, numerator=1, denominator=2).save()
    refused(value(sei, world, place=place, numerator=3, denominator=4), "value_once", "already reported")


def test_one_progress_an_activity(world, sei):
    ActivityProgress.objects.create(submission=sei, activity=world.activities["a111"])
    refused(
        ActivityProgress(submission=sei, activity=world.activities["a111"]),
        "progress_once",
        "already reported",
    )


def test_one_submission_an_institution_round_and_pillar(world, sei):
    refused(
        Submission(round=sei.round, institution=sei.institution, pillar=sei.pillar),
        "submission_once",
        "already has a submission",
    )


@pytest.mark.parametrize("state", ["submitted", "accepted", "endorsed"])
def test_whoever_hands_in_is_known(sei, state):
    sei.state = state
    refused(sei, "submission_submitted_by_someone", "needs a person and a time")


def test_a_return_has_a_note(world, sei):
    sei.state, sei.submitted_at, sei.submitted_by = "returned", NOW, world.focal_sei
    refused(sei, "submission_return_has_note", "needs a note")


def test_a_dissent_has_its_text_and_is_said_once(world, sei):
    sign_off = {"submission": sei, "cycle": 1, "side": "cso", "by": world.cso_lead, "at": NOW}
    refused(SignOff(**sign_off, verdict="dissent"), "dissent_has_statement", "needs its text")
    SignOff.objects.create(**sign_off, verdict="dissent", statement="No.")
    refused(
        SignOff(**sign_off, verdict="dissent", statement="No, again."), "sign_off_once", "already said so"
    )


def test_an_override_has_a_reason_and_a_result_is_there_once(world, sei):
    row = {"indicator": world.indicators["i111a"], "round": sei.round, "updated_at": NOW}
    with pytest.raises(IntegrityError, match="override_has_reason"), transaction.atomic():
        IndicatorResult.objects.create(**row, override_status="on_track")
    IndicatorResult.objects.create(**row)
    with pytest.raises(IntegrityError, match="result_once"), transaction.atomic():
        IndicatorResult.objects.create(**row)
