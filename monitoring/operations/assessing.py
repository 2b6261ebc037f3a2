"""How others see what was reported: each co-lead rates activities, the monitoring team verifies figures."""

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.models import Indicator
from frameworks.permissions import Permission, require_permission
from frameworks.sides import side_of
from frameworks.workflow import StateConflict
from monitoring.cells import TEXT_LENGTH
from monitoring.discussion import RATED_STATES
from monitoring.models import ActivityProgress, CoLeadRating, IndicatorValue, Submission, Verification
from monitoring.models.review import Finding
from monitoring.models.submission import REVIEWABLE_STATES, ActivityStatus
from monitoring.operations.discussion import too_long
from monitoring.operations.reporting import tidy_text
from monitoring.operations.reviewing import Outdated
from monitoring.results import refresh_results


@transaction.atomic
def rate(*, submission, activity, by, at, status, note="", cycle=None):
    """Sets how `by`'s side sees an activity; a second time it is changed, and the first stays in the history.

    Both sides do the same (DOMAIN.md, Glossary: equal standing). A rating that differs from what the institution says needs
    a note. Raises PermissionDenied, StateConflict (no longer open, or another version than `cycle`), ValidationError with
    `status` and `note`.
    """
    submission = _locked(submission)
    side = side_of(by, submission)
    if side is None:
        raise PermissionDenied(_("Only the co-leads of the pillar rate."))
    _same_version(submission, cycle)
    if submission.state not in RATED_STATES:
        raise StateConflict(
            _("It can be rated while it is submitted or accepted; now it is %(state)s.")
            % {"state": submission.get_state_display().lower()},
            submission,
        )
    told = ActivityProgress.objects.filter(submission=submission, activity=activity).first()
    if told is None:
        raise ValidationError(_("This line is no longer part of the submission."))
    note, errors = tidy_text(note), {}
    if status not in ActivityStatus.values:
        errors["status"] = _("Choose one of the statuses.")
    elif status != told.status and not note:
        errors["note"] = _("You see it differently: say why.")
    if len(note) > TEXT_LENGTH:
        errors["note"] = too_long(note)
    if errors:
        raise ValidationError(errors)
    row = CoLeadRating.objects.filter(
        submission=submission, cycle=submission.cycle, activity=activity, side=side
    ).first() or CoLeadRating(submission=submission, cycle=submission.cycle, activity=activity, side=side)
    return _save(row, "rate", by=by, at=at, status=status, note=note)


@transaction.atomic
def verify(*, submission, indicator, by, at, finding, note, cycle=None):
    """Records what the monitoring team found of a reported figure; a second time it is changed, with its history.

    It is of the version that was checked, and counts as long as that one stands. Raises PermissionDenied, StateConflict,
    ValidationError with `finding` and `note`.
    """
    submission = _locked(submission)
    require_permission(by, Permission.VERIFY, submission)
    _same_version(submission, cycle)
    if submission.state not in REVIEWABLE_STATES:
        raise StateConflict(_("Figures are verified once they are handed in."), submission)
    if not IndicatorValue.objects.filter(submission=submission, indicator=indicator).exists():
        raise ValidationError(_("Nothing was reported on this indicator."))
    note, errors = tidy_text(note), {}
    if finding not in Finding.values:
        errors["finding"] = _("Choose what you found.")
    if not note:
        errors["note"] = _("Say how it was checked.")
    elif len(note) > TEXT_LENGTH:
        errors["note"] = too_long(note)
    if errors:
        raise ValidationError(errors)
    row = Verification.objects.filter(
        submission=submission, cycle=submission.cycle, indicator=indicator
    ).first() or Verification(submission=submission, cycle=submission.cycle, indicator=indicator)
    row = _save(row, "verify", by=by, at=at, finding=finding, note=note)
    refresh_results(Indicator.objects.filter(pk=indicator.pk), at=at)
    return row


def _locked(submission):
    """The submission as it is now; held, so that two who rate or verify at once come one after the other."""
    return (
        Submission.objects.select_for_update(of=("self",))
        .select_related("round__plan", "institution", "pillar")
        .get(pk=submission.pk)
    )


def _same_version(submission, cycle):
    if cycle is not None and cycle != submission.cycle:
        raise Outdated(
            _("This was returned and submitted again since you opened the page. Read it anew, then decide."),
            submission,
        )


def _save(row, action, *, by, at, **said):
    """Saves what differs from what is there; the same again changes nothing, not even the time."""
    if row.pk and row.by_id == by.pk and all(getattr(row, name) == value for name, value in said.items()):
        return row
    for name, value in said.items():
        setattr(row, name, value)
    row.by, row.at = by, at
    with pghistory.context(user=by.pk, action=action):
        row.save()
    return row
