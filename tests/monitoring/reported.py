"""Shortcuts of the reporting tests: a round that is open, drafts that are full, submissions that have come some way.

Everything goes through the operations and the one door, as the pages do.
"""

from datetime import date, timedelta
from decimal import Decimal

from frameworks.models import Dimension
from frameworks.workflow import transition
from monitoring.cells import Cell, Reported
from monitoring.corrections import Correction
from monitoring.due import due_in
from monitoring.models import ActivityProgress, Submission
from monitoring.operations.reporting import (
    create_expected_submissions,
    figures_version,
    other_indicators,
    save_activity,
    save_indicators,
)
from tests.world import NOW, make_round

#: In the world of tests: who reports, in which pillar.
FOCAL = {"SEI": "focal_sei", "MAE": "focal_mae", "MSSI": "focal_mssi"}


def open_round(world, year=2024, **fields):
    """An opened round with its drafts."""
    round = make_round(world.plan, year, **fields)
    create_expected_submissions(round=round, by=world.secretariat, at=NOW)
    return round


def submission_of(round, institution, pillar=None, *, accountable=None):
    """An institution's own report, or its part of what `accountable` answers for."""
    rows = Submission.objects.filter(round=round, institution=institution, accountable=accountable)
    return rows.get(pillar=pillar) if pillar else rows.get()


def d(number):
    return None if number is None else Decimal(str(number))


def nd(numerator, denominator, **more):
    return Reported(numerator=d(numerator), denominator=d(denominator), **more)


def val(value, **more):
    return Reported(value=d(value), **more)


def why(reason):
    return Reported(no_data_reason=reason)


def correction(**more):
    """A course correction in which nothing is missing."""
    told = {
        "cause": "The trainers left.",
        "measure": "Hire two trainers.",
        "owner": "Director of training",
        "due_on": date(2025, 6, 30),
    }
    return Correction(**(told | more))


def total(indicator):
    return Cell(indicator.pk)


def fill(submission, by, figures=None, *, at=NOW, status="on_track", narrative="Work went on."):
    """Fills every due page of a submission: the given figures (Cell → Reported), and "not counted" for the others.

    What is delayed gets the course correction that it needs.
    """
    figures = figures or {}
    corrections = {1: correction()} if status == "delayed" else None
    due = due_in([submission])[submission.pk]
    for activity in due.activities:
        row = ActivityProgress.objects.filter(submission=submission, activity=activity).first()
        save_activity(
            submission=submission,
            activity=activity,
            by=by,
            at=at,
            version=row.version if row else 0,
            progress={"status": status, "narrative": narrative},
            values=_values_of([one for one in due.indicators if one.activity_id == activity.pk], figures),
            corrections=corrections,
        )
    others = other_indicators(due)
    if others:
        rows = submission.values.filter(indicator__in=others)
        save_indicators(
            submission=submission,
            by=by,
            at=at,
            version=figures_version(rows),
            values=_values_of(others, figures),
        )
    return submission


def _values_of(indicators, figures):
    ids = {one.pk for one in indicators}
    values = {cell: said for cell, said in figures.items() if cell.indicator_id in ids}
    for pk in ids - {cell.indicator_id for cell in values if cell.category_id is None}:
        values[Cell(pk)] = why("not counted")
    return values


def hand_in(submission, by, figures=None, *, at=NOW, **fields):
    fill(submission, by, figures, at=at, **fields)
    return transition(subject=submission, action="submit", by=by, at=at)


def contribute(part, by, figures=None, *, at=NOW, **fields):
    """Fills a part of a joint lead and hands it to the accountable lead."""
    fill(part, by, figures, at=at, **fields)
    return transition(subject=part, action="contribute", by=by, at=at)


def accept(world, submission, *, at=NOW, by=None):
    return transition(subject=submission, action="accept", by=by or world.gov_lead, at=at)


def endorse(world, submission, *, at=NOW):
    transition(subject=submission, action="endorse", by=world.gov_lead, at=at)
    return transition(subject=submission, action="endorse", by=world.cso_lead, at=at)


def send_back(world, submission, note="Please check the figure.", *, at=NOW):
    return transition(subject=submission, action="return", by=world.gov_lead, at=at, comment=note)


def add_breakdown(indicator, name="position level", categories=("Aldeia Chief", "Suco Chief")):
    """A dimension with categories; returns the categories."""
    dimension = Dimension.objects.create(indicator=indicator, name=name)
    return [
        dimension.categories.create(code=f"c{order}", name=label, order=order)
        for order, label in enumerate(categories)
    ]


def later(days=0, minutes=0):
    return NOW + timedelta(days=days, minutes=minutes)
