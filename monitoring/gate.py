"""What must be there before a submission can be handed in; each problem says where."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from monitoring.due import due_activities, due_indicators
from monitoring.models.submission import STATUSES_NEEDING_REASON


@dataclass(frozen=True, slots=True)
class Problem:
    """One missing thing. `activity_id` is where the form is that mends it (None: an indicator of a goal or output)."""

    code: str
    message: str
    activity_id: int | None = None
    indicator_id: int | None = None

    def __str__(self):
        return f"{self.code}: {self.message}"


def submission_problems(submission):
    """Everything that is still missing, in the order of the codes; empty when the submission can go.

    Every due activity has a status and a narrative (and a reason where deferred or cancelled); every due indicator has a
    figure or says why there is none. A reported 0 is a figure.
    """
    scope = {"institution": submission.institution, "pillar": submission.pillar, "round": submission.round}
    progress = {row.activity_id: row for row in submission.progress.all()}
    problems = []
    activities = list(due_activities(**scope))
    for activity in activities:
        row = progress.get(activity.pk)
        if row is None or not row.status:
            problems.append(Problem(activity.code, _("choose a status"), activity.pk))
        if row is None or not row.narrative.strip():
            problems.append(Problem(activity.code, _("describe the progress"), activity.pk))
        if row is not None and row.status in STATUSES_NEEDING_REASON and not row.reason.strip():
            problems.append(Problem(activity.code, _("say why it was deferred or cancelled"), activity.pk))
    answered = {
        row.indicator_id
        for row in submission.values.filter(category__isnull=True)
        if row.no_data_reason or _is_complete(row)
    }
    for indicator in due_indicators(**scope):
        if indicator.pk not in answered:
            problems.append(
                Problem(
                    indicator.code,
                    _("give the figure, or say why there is none"),
                    indicator.activity_id,
                    indicator.pk,
                )
            )
    return problems


def _is_complete(row):
    if row.value is not None or row.text:
        return True
    return row.numerator is not None and row.denominator is not None
