"""What a focal point does: the drafts of a round, and handing them in."""

from collections.abc import Mapping
from hashlib import sha256

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, OuterRef, Subquery, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from budgets.models import Expenditure
from frameworks.models import Category, Lead, Place, ReportingRound
from frameworks.permissions import Permission, require_permission
from frameworks.workflow import StateConflict, transition_all
from monitoring.cells import PARTS, TEXT_LENGTH, Reported, figure_problems, parts_of, tidy_text
from monitoring.due import due_in, expected_triples
from monitoring.handing_in import why_locked
from monitoring.models import ActivityProgress, IndicatorValue, Submission
from monitoring.models.submission import GIVEN_STATES, ActivityStatus
from monitoring.operations.calendar import may_still_report, rewrite_dates
from monitoring.operations.corrections import (
    changed_corrections,
    checked_corrections,
    saved_corrections,
    write_corrections,
)
from monitoring.operations.settling import settle_drafts
from monitoring.operations.spending import save_spending

#: What a focal point writes about an activity. Its course corrections and its spending: monitoring/corrections.py,
#: monitoring/spending.py.
PROGRESS_FIELDS = (
    "status", "reason", "narrative", "what_worked", "what_did_not", "collaboration", "next_steps",
)  # fmt: skip
FIGURE_FIELDS = tuple(PARTS.values())


class DraftLocked(StateConflict):
    """The submission cannot be changed now (HTTP 409); `str(error)` is the reason. Nothing was saved."""


class StaleDraft(Exception):
    """Somebody else, or another tab, saved the same page in the meantime (HTTP 409). Nothing was saved.

    `version` is the one to save with after comparing; `progress` (ActivityProgress or None), `values` (Cell key →
    IndicatorValue by indicator id), `corrections` (place → CourseCorrection) and `spending` (Expenditure or None) are what
    is saved now; `who` and `at` say by whom and when, where that is known.
    """

    def __init__(self, version, values, *, progress=None, corrections=None, spending=None):
        super().__init__(_("This page was saved elsewhere in the meantime."))
        self.version, self.progress, self.values = version, progress, values
        self.corrections, self.spending = corrections or {}, spending
        self.who = progress.saved_by if progress else None
        self.at = progress.saved_at if progress else None


def create_expected_submissions(*, round, by, at, asked=None):
    """Makes a draft for every institution and pillar that owes one in `round` (monitoring/due.py). Returns how many.

    One more for every accountable lead to whose activities an institution contributes. Safe to run again: it only adds what
    is missing, for example after a lead was added to an open round. `by` may be None (the system). Set-based: five queries,
    whatever the number. asked: institution id → whether it still gets one; None: everybody does.
    """
    triples = {one for one in expected_triples(round) if asked is None or asked(one[0])}
    known = set(
        Submission.objects.filter(round=round).values_list("institution_id", "pillar_id", "accountable_id")
    )
    missing = [
        Submission(round=round, institution_id=institution, pillar_id=pillar, accountable_id=accountable)
        for institution, pillar, accountable in sorted(
            triples - known - _told_already(round), key=lambda one: (*one[:2], one[2] or 0)
        )
    ]
    # Nobody in particular (by None) must not blot out whoever made the change from which this follows.
    who = {"user": by.pk} if by else {}
    with transaction.atomic(), pghistory.context(**who, action="expect"):
        Submission.objects.bulk_create(missing, batch_size=2000, ignore_conflicts=True)
        if missing:
            rewrite_dates(round=round)
    return len(missing)


def _told_already(round):
    """Parts that an institution has given with its own report, when it answered for the activity itself or before parts
    were told apart: asked again, their figures would count twice."""
    answering = Lead.objects.filter(activity=OuterRef("activity"), is_accountable=True).values("institution")
    return set(
        ActivityProgress.objects.filter(
            submission__round=round, submission__state__in=GIVEN_STATES, submission__accountable=None
        )
        .annotate(answering=Subquery(answering))
        .exclude(answering=F("submission__institution"))
        .order_by()
        .values_list("submission__institution", "submission__pillar", "answering")
    )


def complete_open_rounds(indicators, *, at):
    """After a change of the framework: who became a lead while a round is open is asked to report in it, too.

    What was drafted of an activity that somebody else answers for now goes to the submission in which it is asked.
    """
    on = timezone.localdate(at)
    open_rounds = (
        ReportingRound.objects.filter(plan__indicators__in=indicators.order_by().values("pk"))
        .still_reported(on)
        .distinct()
    )
    for round in open_rounds:
        create_expected_submissions(round=round, by=None, at=at, asked=may_still_report(round, on))
        settle_drafts(round=round)


def figures_version(values):
    """A short text that differs whenever the figures saved under it differ. `values`: any IndicatorValue rows."""
    rows = sorted(
        repr(
            (
                row.indicator_id,
                row.category_id or 0,
                row.place_id or 0,
                *(_plain(getattr(row, name)) for name in FIGURE_FIELDS),
            )
        )
        for row in values
    )
    return sha256("\n".join(rows).encode()).hexdigest()[:16]


def _plain(value):
    return value if isinstance(value, str) or value is None else f"{value.normalize():f}"


@transaction.atomic
def save_activity(
    *, submission, activity, by, at, version, progress, values, corrections=None, spending=None
):
    """Saves the draft of one activity: its story and the figures of its indicators. Returns the ActivityProgress.

    progress: names of PROGRESS_FIELDS → texts; those left out stay. values: Cell → Reported; cells left out stay, a blank
    one is emptied (missing is not zero). corrections: place → Correction; places left out stay, a blank one is removed.
    spending: a budgets.operations.Spent, a blank one for "not reported"; None leaves it. An incomplete draft is fine: only
    submitting asks for everything. version: the ActivityProgress.version that the page was opened on (0: nothing yet).

    Raises PermissionDenied, DraftLocked, StaleDraft, or ValidationError by box name (cells.Cell.box, corrections.box,
    spending.box) for what is wrong.
    """
    submission = _open_for_change(submission, by, at)
    due = due_in([submission])[submission.pk]
    if activity.pk not in {one.pk for one in due.activities}:
        raise ValidationError(_("This is not due from this institution in this round."))
    row = (
        ActivityProgress.objects.filter(submission=submission, activity=activity)
        .select_related("saved_by")
        .first()
    )
    indicators = {one.pk: one for one in due.indicators if one.activity_id == activity.pk}
    saved = _saved_values(submission, indicators)
    if version != (row.version if row else 0):
        spent = Expenditure.objects.filter(
            activity=activity, institution=submission.institution_id, round=submission.round_id
        )
        raise StaleDraft(
            row.version if row else 0,
            saved,
            progress=row,
            corrections=saved_corrections(row),
            spending=spent.first(),
        )
    told = _checked_progress(progress)
    corrections = checked_corrections(corrections or {})
    _check_values(indicators, values, submission)
    row = row or ActivityProgress(submission=submission, activity=activity)
    with pghistory.context(user=by.pk, action="save draft"):
        corrected = changed_corrections(row, corrections)
        changed = _write_values(submission, saved, values) or bool(corrected)
        changed |= spending is not None and save_spending(submission, activity, spending, by)
        changed |= any(getattr(row, name) != text for name, text in told.items())
        if changed:
            for name, text in told.items():
                setattr(row, name, text)
            row.version += 1
            row.saved_at, row.saved_by = at, by
            row.save()
        write_corrections(row, corrected)
    return row


@transaction.atomic
def save_indicators(*, submission, by, at, version, values):
    """Saves the figures that belong to no activity of the institution: of goals, of outputs, of activities led by others.

    version: `figures_version` of what the page was opened on. Returns the new one. Otherwise as `save_activity`.
    """
    submission = _open_for_change(submission, by, at)
    indicators = {one.pk: one for one in other_indicators(due_in([submission])[submission.pk])}
    saved = _saved_values(submission, indicators)
    now = figures_version(saved.values())
    if version != now:
        raise StaleDraft(now, saved)
    _check_values(indicators, values, submission)
    with pghistory.context(user=by.pk, action="save draft"):
        _write_values(submission, saved, values)
    return figures_version(_saved_values(submission, indicators).values())


def other_indicators(due):
    """The indicators of a Due that have no page of an activity to stand on."""
    led = {one.pk for one in due.activities}
    return [one for one in due.indicators if one.activity_id not in led]


def _open_for_change(submission, by, at):
    """The submission as it is now, locked until the end: nobody hands it in while it is being saved."""
    fresh = Submission.objects.select_for_update(of=("self",)).select_related("round").get(pk=submission.pk)
    require_permission(by, Permission.EDIT_SUBMISSION, fresh)
    reason = why_locked(fresh, at)
    if reason:
        raise DraftLocked(reason, fresh)
    return fresh


def _saved_values(submission, indicators):
    """(indicator id, category id, place id) → IndicatorValue."""
    rows = IndicatorValue.objects.filter(submission=submission, indicator__in=indicators)
    return {(row.indicator_id, row.category_id, row.place_id): row for row in rows}


def _checked_progress(progress):
    unknown = set(progress) - set(PROGRESS_FIELDS)
    if unknown:
        raise TypeError(f"Not told about an activity: {', '.join(sorted(unknown))}")
    told = {name: tidy_text(text) for name, text in progress.items()}
    errors = {
        name: _("This text has %(length)d characters; at most %(most)d fit.")
        % {"length": len(text), "most": TEXT_LENGTH}
        for name, text in told.items()
        if len(text) > TEXT_LENGTH
    }
    if told.get("status") and told["status"] not in ActivityStatus.values:
        errors["status"] = _("Choose one of the statuses.")
    if errors:
        raise ValidationError(errors)
    return told


def _check_values(indicators: Mapping, values: Mapping, submission):
    """Raises ValidationError for figures of somebody else, and for everything that `figure_problems` finds."""
    foreign = [cell for cell in values if cell.indicator_id not in indicators]
    if foreign:
        raise ValidationError(
            {
                cell.box("v"): _("This indicator is not due from this institution in this round.")
                for cell in foreign
            }
        )
    prefetch_related_objects(list(indicators.values()), "targets")
    categories = dict(
        Category.objects.filter(pk__in={cell.category_id for cell in values} - {None}).values_list(
            "pk", "dimension__indicator"
        )
    )
    country = submission.round.plan.country if any(cell.place_id for cell in values) else None
    places = {
        one.pk: one
        for one in Place.objects.filter(pk__in={cell.place_id for cell in values} - {None}, country=country)
    }
    ended = {pk for pk, one in places.items() if not one.exists_on(submission.round.period_end)}
    if ended:  # what has a figure already keeps it, and may be put right
        ended -= set(
            IndicatorValue.objects.filter(submission=submission, place__in=ended).values_list(
                "place", flat=True
            )
        )
    errors = {}
    for cell, reported in values.items():
        indicator = indicators[cell.indicator_id]
        if cell.category_id is not None and categories.get(cell.category_id) != cell.indicator_id:
            errors[cell.box("v")] = _("This breakdown no longer belongs to the indicator.")
        elif cell.place_id is not None and cell.place_id not in places:
            errors[cell.box("v")] = _("This place is not one of the plan's country.")
        elif cell.place_id in ended and not reported.is_blank:
            part = parts_of(indicator.type, total=False)[0]
            errors[cell.box(part)] = _("%(place)s did not exist at the end of the period.") % {
                "place": places[cell.place_id]
            }
        for part, words in figure_problems(indicator, cell, reported, targets=indicator.targets.all()):
            errors.setdefault(cell.box(part), words)
    if errors:
        raise ValidationError(errors)


def _write_values(submission, saved, values):
    """Writes what differs from what is saved; returns whether anything did. At most three queries."""
    writes, emptied = [], []
    for cell, reported in values.items():
        row = saved.get((cell.indicator_id, *cell.key))
        if reported.is_blank:
            if row is not None:
                emptied.append(row.pk)
            continue
        if row is None:
            row = IndicatorValue(
                submission=submission,
                indicator_id=cell.indicator_id,
                category_id=cell.category_id,
                place_id=cell.place_id,
            )
        elif all(getattr(row, name) == getattr(reported, name) for name in FIGURE_FIELDS):
            continue
        for name in FIGURE_FIELDS:
            setattr(row, name, getattr(reported, name))
        writes.append(row)
    if emptied:
        IndicatorValue.objects.filter(pk__in=emptied).delete()
    if writes:
        IndicatorValue.objects.bulk_create(
            writes,
            batch_size=2000,
            update_conflicts=True,
            unique_fields=["submission", "indicator", "category", "place"],
            update_fields=FIGURE_FIELDS,
        )
    return bool(writes or emptied)


def as_reported(row):
    """What a saved IndicatorValue says, as a Reported; blank for None."""
    return Reported(**{name: getattr(row, name) for name in FIGURE_FIELDS}) if row else Reported()


def submit_all(*, submissions, by, at):
    """Hands in each of `submissions`; returns an Outcome for each. Raises PermissionDenied for one that is not theirs."""
    return transition_all(subjects=submissions, action="submit", by=by, at=at)
