"""Everything that a submission asks for and holds, loaded once: what pages, gates and reviews of a submission read.

`load_sheets` runs a fixed number of queries, however many submissions, activities and figures there are.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models import Indicator
from monitoring.corrections import carried
from monitoring.due import Due, due_in, with_reporters
from monitoring.gate import find_problems
from monitoring.models import ActivityProgress, Evidence, IndicatorResult, IndicatorValue
from monitoring.models.submission import REVIEWABLE_STATES
from monitoring.progress import (
    BLANK,
    applied_target,
    combine_reporters,
    is_reported,
    measured,
    month_position,
    outermost,
)
from monitoring.results import baseline_of, figure_of, target_points
from monitoring.spending import add_money

TOTAL = (None, None)


class Filling(ToneChoices):
    """How far one page of a report is filled; computed, never stored."""

    EMPTY = "empty", _("Not started"), "neutral", "circle"
    STARTED = "started", _("Started"), "info", "circle-half"
    COMPLETE = "complete", _("Complete"), "good", "check-circle"


@dataclass(slots=True)
class Line:
    """One indicator of a sheet.

    `values`: (category id, place id) → what the submission says; `last`: the same of the latest earlier round in which
    this institution handed something in. `baseline` and `target` (an AppliedTarget) are in the unit that is judged.
    `is_due` is False for what was reported and is no longer asked, because the framework changed.
    """

    indicator: object
    is_due: bool = True
    values: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)
    last: dict = field(default_factory=dict)
    baseline: object = None
    target: object = None
    result: object = None
    evidence: list = field(default_factory=list)

    @property
    def total(self):
        return self.values.get(TOTAL)

    @property
    def last_total(self):
        return self.last.get(TOTAL)

    @property
    def last_round(self):
        """The round of the last answer, or None."""
        return next((row.submission.round for row in self.last.values()), None)

    @property
    def is_shared(self):
        """Whether several institutions report the figure, so that this one is only a part of it."""
        return len(self.indicator.reporters) > 1

    @property
    def is_answered(self):
        return any(not row.is_blank or row.no_data_reason for row in self.values.values())


def figure_within(indicator, values):
    """The Figure of one institution: its total, or where it gave none what its places make together."""
    total = values.get(TOTAL)
    if total is not None and (is_reported(indicator.type, figure_of(total)) or total.no_data_reason):
        return figure_of(total)
    rows = {place: row for (category, place), row in values.items() if place is not None and category is None}
    if not rows:
        return BLANK if total is None else figure_of(total)
    figures = {place: figure_of(row) for place, row in rows.items()}
    counted = outermost(figures, {place: row.above for place, row in rows.items()}, type=indicator.type)
    return (
        combine_reporters(
            [figures[place] for place in counted], type=indicator.type, how=indicator.reporter_aggregation
        ).figure
        or BLANK
    )


def measured_within(indicator, values):
    """The one number that an institution's answer is judged on; None for no data."""
    return measured(indicator.type, figure_within(indicator, values))


@dataclass(slots=True)
class Entry:
    """One activity of a sheet, with the indicators of it that the institution reports. `is_due`: as of a Line.

    `spending` and `last_spending`: the Expenditure of the round, and what was last reported before it. `costed`: the
    estimate of the round's years as (currency, amount) pairs. `spent_so_far`: all amounts of those years, as
    monitoring/budgeted.py takes them. `budget`: what the institution's budget lines say beside it, where they were asked for
    (`add_budgets`); None without lines.
    """

    activity: object
    is_due: bool = True
    progress: object = None
    lines: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    last_progress: object = None
    evidence: list = field(default_factory=list)
    spending: object = None
    last_spending: object = None
    costed: list = field(default_factory=list)
    spent_so_far: tuple = ()
    budget: object = None

    @property
    def corrections(self):
        return self.progress.corrections.all() if self.progress else ()

    @property
    def last_corrections(self):
        return self.last_progress.corrections.all() if self.last_progress else ()

    @property
    def planned_before(self):
        return carried(self.last_corrections, self.corrections)

    @property
    def filling(self):
        if not self.problems:
            return Filling.COMPLETE
        started = self.progress is not None or any(line.is_answered for line in self.lines)
        return Filling.STARTED if started else Filling.EMPTY


@dataclass(slots=True)
class Sheet:
    """`entries`: one for each activity. `others`: indicators of goals, of outputs and of activities led by others.

    A submission that is with the institution is asked for what is due now. One that was handed in shows what was handed
    in, whatever the framework has become since.
    """

    submission: object
    entries: list = field(default_factory=list)
    others: list = field(default_factory=list)
    problems: list = field(default_factory=list)

    @property
    def due_entries(self):
        """The activities that have a page to write on."""
        return [entry for entry in self.entries if entry.is_due]

    @property
    def due_others(self):
        return [line for line in self.others if line.is_due]

    @property
    def other_problems(self):
        return [one for one in self.problems if one.activity_id is None]

    @property
    def others_filling(self):
        if not self.other_problems:
            return Filling.COMPLETE
        return Filling.STARTED if any(line.is_answered for line in self.due_others) else Filling.EMPTY

    @property
    def lines(self):
        return [line for entry in self.entries for line in entry.lines] + self.others

    @property
    def evidence(self):
        """(code, [Evidence]) of each activity and indicator that has some, as they stand on the sheet."""
        of = [(entry.activity.code, entry.evidence) for entry in self.entries]
        of += [(line.indicator.code, line.evidence) for line in self.lines]
        return [one for one in of if one[1]]

    @property
    def fillings(self):
        """One Filling for each page that is to be filled."""
        own = [entry.filling for entry in self.due_entries]
        return [*own, self.others_filling] if self.due_others else own

    @property
    def done(self):
        return sum(one == Filling.COMPLETE for one in self.fillings)

    @property
    def is_ready(self):
        return not self.problems


def load_sheets(submissions, *, context=False):
    """The sheets of `submissions` (with `round` loaded), in their order.

    context: also what stands beside the boxes: breakdowns, baseline, target, last answers, evidence, the combined result. The
    submissions are then those of one round.
    """
    submissions = list(submissions)
    due = due_in([one for one in submissions if one.is_editable])
    progress, values = defaultdict(dict), defaultdict(lambda: defaultdict(dict))
    if submissions:
        rows = ActivityProgress.objects.filter(submission__in=submissions).select_related(
            "activity", "saved_by"
        )
        for row in rows.prefetch_related("corrections"):
            progress[row.submission_id][row.activity_id] = row
        for row in IndicatorValue.objects.filter(submission__in=submissions).with_places():
            values[row.submission_id][row.indicator_id][(row.category_id, row.place_id)] = row
    known = {one.pk: one for items in due.values() for one in items.indicators}
    untold = {indicator for cells in values.values() for indicator in cells} - known.keys()
    if untold:
        known |= {one.pk: one for one in with_reporters(Indicator.objects.filter(pk__in=untold))}
    sheets = [
        _sheet(one, due.get(one.pk) or Due(), progress[one.pk], values[one.pk], known) for one in submissions
    ]
    if context and sheets:
        _add_context(sheets)
    return sheets


def load_sheet(submission, *, context=False):
    return load_sheets([submission], context=context)[0]


def _sheet(submission, due, progress, values, known):
    sheet = Sheet(submission)
    if submission.is_editable:
        rows = [row for cells in values.values() for row in cells.values()]
        sheet.problems = find_problems(due, progress.values(), rows)
    of_activity, of_indicator = defaultdict(list), defaultdict(list)
    for problem in sheet.problems:
        if problem.activity_id is not None:
            of_activity[problem.activity_id].append(problem)
        if problem.indicator_id is not None:
            of_indicator[problem.indicator_id].append(problem)
    handed_in = not submission.is_editable
    entries = {
        one.pk: Entry(one, progress=progress.get(one.pk), problems=of_activity[one.pk])
        for one in due.activities
    }
    for pk, row in progress.items():
        entries.setdefault(pk, Entry(row.activity, is_due=handed_in, progress=row))
    asked = {one.pk for one in due.indicators}
    for pk in asked | values.keys():
        line = Line(known[pk], handed_in or pk in asked, dict(values.get(pk, {})), of_indicator[pk])
        entry = entries.get(known[pk].activity_id)
        (entry.lines if entry and entry.is_due >= line.is_due else sheet.others).append(line)
    sheet.entries = sorted(entries.values(), key=lambda entry: entry.activity.sort_key)
    for lines in (sheet.others, *(entry.lines for entry in sheet.entries)):
        lines.sort(key=lambda line: line.indicator.sort_key)
    return sheet


def _add_context(sheets):
    indicators = {line.indicator.pk: line.indicator for sheet in sheets for line in sheet.lines}
    prefetch_related_objects(list(indicators.values()), "targets", "dimensions__categories")
    institutions = {sheet.submission.institution_id for sheet in sheets}
    (round,) = {sheet.submission.round for sheet in sheets}
    before = round.period_end
    last_values = _last_values(indicators, institutions, before)
    last_progress = _last_progress(
        {entry.activity.pk for sheet in sheets for entry in sheet.entries}, institutions, before
    )
    results = {
        row.indicator_id: row
        for row in IndicatorResult.objects.totals().filter(round=round, indicator__in=indicators)
    }
    _add_evidence(sheets)
    for sheet in sheets:
        institution = sheet.submission.institution_id
        for line in sheet.lines:
            indicator = line.indicator
            line.last = last_values.get((institution, indicator.pk), {})
            line.baseline, point = baseline_of(indicator)
            line.target = applied_target(
                target_points(indicator),
                at=month_position(round.period_end),
                type=indicator.type,
                baseline=point,
            )
            line.result = results.get(indicator.pk)
        for entry in sheet.entries:
            entry.last_progress = last_progress.get((institution, entry.activity.pk))
    add_money(sheets)


def _add_evidence(sheets):
    """One query; each Entry and Line gets its own, oldest first."""
    found = defaultdict(list)
    for one in Evidence.objects.filter(submission__in=[sheet.submission.pk for sheet in sheets]):
        found[one.submission_id, one.activity_id, one.indicator_id].append(one)
    for sheet in sheets:
        for entry in sheet.entries:
            entry.evidence = found[sheet.submission.pk, entry.activity.pk, None]
        for line in sheet.lines:
            line.evidence = found[sheet.submission.pk, None, line.indicator.pk]


def _last_values(indicators, institutions, before):
    """(institution id, indicator id) → cells of the latest earlier round in which the institution answered.

    Or one that has been merged into it since.
    """
    rows = (
        IndicatorValue.objects.filter(
            _answered_by(institutions),
            indicator__in=indicators,
            submission__round__period_end__lt=before,
            submission__state__in=REVIEWABLE_STATES,
        )
        .exclude(
            Q(numerator__isnull=True, denominator__isnull=True, value__isnull=True, text="")
            & Q(no_data_reason="")
        )
        .order_by(
            "submission__institution_id",
            "indicator_id",
            "category_id",
            "place_id",
            "-submission__round__period_end",
        )
        .distinct("submission__institution_id", "indicator_id", "category_id", "place_id")
        .with_places()
        .select_related("submission__round", "submission__institution")
    )
    found = defaultdict(dict)
    for row in rows:
        cells, key = (
            found[row.submission.answered_by, row.indicator_id],
            (row.category_id, row.place_id),
        )
        if key not in cells or _is_later(row, cells[key]):
            cells[key] = row
    for cells in found.values():
        latest = max((row.submission.round for row in cells.values()), key=lambda round: round.period_end)
        for key in [key for key, row in cells.items() if row.submission.round_id != latest.pk]:
            del cells[key]
    return found


def _answered_by(institutions):
    return Q(submission__institution__in=institutions) | Q(
        submission__institution__merged_into__in=institutions
    )


def _is_later(row, other):
    return row.submission.round.period_end > other.submission.round.period_end


def _last_progress(activities, institutions, before):
    rows = (
        ActivityProgress.objects.filter(
            _answered_by(institutions),
            activity__in=activities,
            submission__round__period_end__lt=before,
            submission__state__in=REVIEWABLE_STATES,
        )
        .order_by("submission__institution_id", "activity_id", "-submission__round__period_end")
        .distinct("submission__institution_id", "activity_id")
        .select_related("submission__round", "submission__institution")
        .prefetch_related("corrections")
    )
    found = {}
    for row in rows:
        key = row.submission.answered_by, row.activity_id
        if key not in found or _is_later(row, found[key]):
            found[key] = row
    return found
