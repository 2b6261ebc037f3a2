"""What must be there before a submission can be handed in; each problem says where."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from monitoring.cells import anchor_of
from monitoring.corrections import MOST, box, missing_parts, next_place
from monitoring.due import due_in
from monitoring.models import ActivityProgress, IndicatorValue
from monitoring.models.submission import STATUSES_NEEDING_REASON, ActivityStatus
from monitoring.progress import SHARE_TYPES


@dataclass(frozen=True, slots=True)
class Problem:
    """One missing thing, and where it is mended.

    `activity_id`: on the page of that activity; None: on the page of the other indicators (of goals, of outputs, and of
    activities that the institution does not lead). `anchor`: the field there, as its id without "id_".
    """

    code: str
    message: str
    activity_id: int | None = None
    indicator_id: int | None = None
    anchor: str = ""

    def __str__(self):
        return f"{self.code}: {self.message}"


def submission_problems(submission):
    """Everything that is still missing, in the order of the codes; empty when the submission can go.

    Every due activity has a status and a narrative (and a reason where deferred or cancelled, a course correction where
    delayed, and no correction is half filled); every due indicator has a figure or says why there is none. A reported 0 is
    a figure.
    """
    return problems_of([submission])[submission.pk]


def problems_of(submissions):
    """submission id → the same, for many at once. A fixed number of queries a round."""
    progress, values = defaultdict(list), defaultdict(list)
    rows = ActivityProgress.objects.filter(submission__in=submissions).prefetch_related("corrections")
    for row in rows:
        progress[row.submission_id].append(row)
    for row in IndicatorValue.objects.filter(submission__in=submissions):
        values[row.submission_id].append(row)
    return {pk: find_problems(due, progress[pk], values[pk]) for pk, due in due_in(submissions).items()}


def find_problems(due, progress, values):
    """The same from what is already loaded: the Due items, the ActivityProgress (with their corrections), the values."""
    by_activity = {row.activity_id: row for row in progress}
    led = {activity.pk for activity in due.activities}
    problems = []
    for activity in due.activities:
        row = by_activity.get(activity.pk)
        problems += [
            Problem(activity.code, message, activity.pk, anchor=anchor)
            for anchor, message in _progress_problems(row)
        ]
    answers = {}
    for row in values:
        if row.category_id is None:
            answers.setdefault(row.indicator_id, []).append(row)
    for indicator in due.indicators:
        rows = answers.get(indicator.pk, [])
        if any(row.no_data_reason or _is_complete(row) for row in rows):
            continue
        problems.append(
            Problem(
                indicator.code,
                _what_is_missing(indicator, rows),
                indicator.activity_id if indicator.activity_id in led else None,
                indicator.pk,
                anchor_of(indicator),
            )
        )
    return problems


def _progress_problems(row):
    if row is None or not row.status:
        yield "status_0", _("choose a status")
    if row is not None and row.status in STATUSES_NEEDING_REASON and not row.reason.strip():
        yield "reason", _("say why it was deferred or cancelled")
    if row is None or not row.narrative.strip():
        yield "narrative", _("describe the progress")
    if row is not None:
        yield from _correction_problems(row)


def _correction_problems(row):
    corrections = list(row.corrections.all())
    half_filled = False
    for one in corrections:
        missing = missing_parts(one)
        if missing:
            half_filled = True
            words = ", ".join(str(words) for _part, words in missing)
            yield (
                box(one.order, missing[0][0]),
                _("in course correction %(number)d, say %(what)s") % {"number": one.order, "what": words},
            )
    under_way = any(not one.is_done for one in corrections)
    if row.status == ActivityStatus.DELAYED and not under_way and not half_filled:
        place = next_place([one.order for one in corrections]) or MOST
        yield (
            box(place, "cause"),
            _("it is delayed: add a course correction that is still to be done")
            if corrections
            else _("it is delayed: add a course correction (cause, measure, who, until when)"),
        )


def _what_is_missing(indicator, rows):
    total = next((row for row in rows if row.place_id is None), None)
    if total is not None and indicator.type in SHARE_TYPES:
        if total.numerator is not None and total.denominator is None:
            return _("the second number, “out of how many”, is missing")
        if total.denominator is not None and total.numerator is None:
            return _("the first number is missing")
    return _("give the figure, or say why there is none")


def _is_complete(row):
    if row.value is not None or row.text:
        return True
    return row.numerator is not None and row.denominator is not None
