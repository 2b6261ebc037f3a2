"""The versions of submissions in the database: written at each hand-in, read to show what a new one changed."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F

from budgets.models import Expenditure
from monitoring.lines import line_of
from monitoring.models import ActivityProgress, CourseCorrection, Evidence, IndicatorValue, SubmissionVersion
from monitoring.versions import activity_part, build, diff, indicator_part


@dataclass(frozen=True, slots=True)
class Since:
    """What the present version of a submission changed: `version` is the number of the one before, `lines` LineChanges."""

    version: int
    lines: tuple

    def at(self, key):
        """The LineChange of a line, or None."""
        return next((one for one in self.lines if one.key == key), None)


def record_versions(submissions, by, at):
    """Keeps what each of `submissions` says now as the version of its present cycle. Seven queries, however many there are."""
    if not submissions:
        return
    contents = contents_of(submissions)
    SubmissionVersion.objects.bulk_create(
        [
            SubmissionVersion(submission=one, cycle=one.cycle, by=by, at=at, content=contents[one.pk])
            for one in submissions
        ],
        batch_size=500,
    )


def contents_of(submissions):
    """submission id → what it says now, as a version (monitoring/versions.py)."""
    submissions = list(submissions)
    corrections, spending, evidence = defaultdict(list), {}, defaultdict(list)
    for row in CourseCorrection.objects.filter(progress__submission__in=submissions).order_by("order", "pk"):
        corrections[row.progress_id].append(row)
    progress = defaultdict(list)
    for row in (
        ActivityProgress.objects.filter(submission__in=submissions)
        .select_related("activity")
        .order_by("activity__sort_key")
    ):
        progress[row.submission_id].append(row)
    for row in Expenditure.objects.filter(
        round__in={one.round_id for one in submissions},
        institution__in={one.institution_id for one in submissions},
        activity__in={row.activity_id for rows in progress.values() for row in rows},
    ):
        spending[row.round_id, row.institution_id, row.activity_id] = row
    for row in Evidence.objects.filter(submission__in=submissions).order_by("added_at", "pk"):
        evidence[row.submission_id, line_of(row).name].append(row)
    cells = _cells(submissions)
    return {
        one.pk: build(
            officer=(one.officer_name, one.officer_post),
            activities=[
                activity_part(
                    row,
                    corrections=corrections[row.pk],
                    spending=spending.get((one.round_id, one.institution_id, row.activity_id)),
                    evidence=evidence[one.pk, f"a{row.activity_id}"],
                )
                for row in progress[one.pk]
            ],
            indicators=[
                indicator_part(indicator, found, evidence=evidence[one.pk, f"i{indicator.pk}"])
                for indicator, found in cells[one.pk].values()
            ],
        )
        for one in submissions
    }


def _cells(submissions):
    """submission id → indicator id → (indicator, [(label, IndicatorValue)]): totals first, then categories, then places."""
    found = defaultdict(dict)
    rows = (
        IndicatorValue.objects.filter(submission__in=submissions)
        .select_related("indicator", "category", "place")
        .order_by(
            "indicator__sort_key",
            F("category__dimension__order").asc(nulls_first=True),
            F("category__order").asc(nulls_first=True),
            F("place__name").asc(nulls_first=True),
            "pk",
        )
    )
    for row in rows:
        label = ", ".join(one.name for one in (row.category, row.place) if one is not None)
        found[row.submission_id].setdefault(row.indicator_id, (row.indicator, []))[1].append((label, row))
    return found


def changes_since(submissions):
    """submission id → Since, for those that were handed in anew and whose versions are both kept. One query."""
    cycles = {one.pk: one.cycle for one in submissions}
    kept = defaultdict(dict)
    rows = SubmissionVersion.objects.filter(
        submission__in=cycles, submission__cycle__gt=1, cycle__gte=F("submission__cycle") - 1
    ).values_list("submission_id", "cycle", "content")
    for pk, cycle, content in rows:
        kept[pk][cycle] = content
    return {
        pk: Since(cycles[pk] - 1, tuple(diff(contents[cycles[pk] - 1], contents[cycles[pk]])))
        for pk, contents in kept.items()
        if {cycles[pk] - 1, cycles[pk]} <= contents.keys()
    }
