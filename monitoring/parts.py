"""What the other leads of an activity tell of it, as its accountable lead may see it: how far they are, and, once handed
over, what they say, with the figure that all of them make together."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models.indicator import ReporterAggregation
from monitoring.cells import Reported
from monitoring.joint import parts_of
from monitoring.models import ActivityProgress, IndicatorValue
from monitoring.models.submission import EDITABLE_STATES, GIVEN_STATES, REVIEWABLE_STATES, SubmissionState
from monitoring.progress import combine_reporters, is_reported
from monitoring.sheets import Filling, figure_within, load_sheets
from monitoring.words import figure_text

#: How figures of several reporters are made one (DOMAIN.md, Arithmetic).
HOW = {
    ReporterAggregation.SUM: _("added up"),
    ReporterAggregation.AVERAGE: _("the average"),
    ReporterAggregation.MAXIMUM: _("the largest one"),
}
SHARED_HOW = _("both numbers added up, then divided")


@dataclass(slots=True)
class Part:
    """One other lead's part of a report. `sheet`: what it asks for; pages show its content only once it `is_given`."""

    sheet: object
    is_started: bool = False

    @property
    def submission(self):
        return self.sheet.submission

    @property
    def institution(self):
        return self.submission.institution

    @property
    def is_given(self):
        return self.submission.state in GIVEN_STATES

    @property
    def is_submitted(self):
        """With the co-leads, or past them."""
        return self.submission.state in REVIEWABLE_STATES

    @property
    def is_waiting(self):
        """Handed over, and goes along with the report of the accountable lead."""
        return self.submission.state == SubmissionState.CONTRIBUTED

    @property
    def is_missing(self):
        """Still with the other lead, who is asked for something."""
        return self.submission.state in EDITABLE_STATES and bool(self.sheet.fillings)

    @property
    def standing(self) -> ToneChoices:
        """A choice for a badge: not started or started while it is written, then the state of the submission."""
        if self.submission.state == SubmissionState.DRAFT:
            return Filling.STARTED if self.is_started else Filling.EMPTY
        return SubmissionState(self.submission.state)

    @property
    def entries(self):
        return self.sheet.entries if self.is_given else self.sheet.due_entries

    @property
    def codes(self):
        return [entry.activity.code for entry in self.entries]

    def of(self, activity):
        """The Entry of an activity; None when this lead is not asked about it."""
        return next((entry for entry in self.entries if entry.activity.pk == activity.pk), None)


@dataclass(frozen=True, slots=True)
class Told:
    """One figure of another lead, beside the figure of all of them, made as the indicator declares (`how`, in words)."""

    indicator: object
    text: str
    together: str

    @property
    def how(self):
        return str(SHARED_HOW if self.indicator.is_share else HOW[self.indicator.reporter_aggregation])


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one other lead says of one activity, for the page of the accountable lead."""

    part: Part
    entry: object
    figures: list


def load_parts(reports):
    """report id → [Part] of the other leads, for any number of reports. A fixed number of queries a round."""
    found = parts_of(reports)
    rows = [part for parts in found.values() for part in parts]
    if not rows:
        return {pk: [] for pk in found}
    given = [part for part in rows if part.state in GIVEN_STATES]
    started = set(
        ActivityProgress.objects.filter(submission__in=rows).values_list("submission_id", flat=True)
    ) | set(IndicatorValue.objects.filter(submission__in=rows).values_list("submission_id", flat=True))
    sheets = {
        sheet.submission.pk: Part(sheet, is_started=sheet.submission.pk in started)
        for sheet in load_sheets(rows)
    }
    return {
        pk: [
            sheets[part.pk]
            for part in parts
            if part in given or sheets[part.pk].sheet.fillings  # else nothing is asked there any more
        ]
        for pk, parts in found.items()
    }


def contributions(sheet, parts, activity):
    """What the other leads tell of one activity of a report: a Contribution for each. `sheet`: that of the report."""
    lines = {line.indicator.pk: [line] for line in sheet.lines}
    entries = [(part, part.of(activity)) for part in parts]
    for part, entry in entries:
        if part.is_given and entry:
            for line in entry.lines:
                lines.setdefault(line.indicator.pk, []).append(line)
    return [
        Contribution(
            part,
            entry,
            [
                Told(
                    line.indicator,
                    figure_text(line.indicator, line.total),
                    together(line.indicator, lines[line.indicator.pk]),
                )
                for line in entry.lines
            ]
            if part.is_given
            else [],
        )
        for part, entry in entries
        if entry
    ]


def together(indicator, lines):
    """The figure of several reporters (Lines) as the indicator declares, as text; "" while fewer than two gave one."""
    figures = [figure_within(indicator, line.values) for line in lines]
    told = [figure for figure in figures if is_reported(indicator.type, figure)]
    if len(told) < 2:
        return ""
    figure = combine_reporters(told, type=indicator.type, how=indicator.reporter_aggregation).figure
    if figure is None:
        return ""
    pooled = figure.numerator is not None or figure.denominator is not None
    return figure_text(
        indicator,
        Reported(
            numerator=figure.numerator,
            denominator=figure.denominator,
            value=None if pooled else figure.value,
        ),
    )
