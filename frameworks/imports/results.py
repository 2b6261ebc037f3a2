"""What reading a workbook gives: plain frozen values, each with the cell it came from. No ORM here.

The words are those of DOMAIN.md (plan, pillar, goal, output, activity, indicator, lead institution, working group).
A blank stays None or empty: what a plan does not say is a framework gap, which the database lists later; it is
never filled in here.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

#: Levels of a doubt. An error keeps the workbook from being saved; warnings and notes are shown and can be accepted.
ERROR, WARNING, NOTE = "error", "warning", "note"

#: Past this many doubts the rest is only counted: a thousand messages help nobody.
MAX_DOUBTS = 500

#: Indicator types and directions as they are stored.
COUNT, PERCENTAGE, NUMBER_AND_PERCENTAGE = "count", "percentage", "number_and_percentage"
ORDINAL, YES_NO, QUALITATIVE = "ordinal", "yes_no", "qualitative"
INCREASE, DECREASE, MAINTAIN, MAINTAIN_OR_INCREASE = (
    "increase",
    "decrease",
    "maintain",
    "maintain_or_increase",
)

#: Roles of an institution on an activity. The first "lead" is the accountable one.
LEAD, CO_LEAD, SUPPORT = "lead", "co_lead", "support"

#: Sides of a working group's co-leads (DOMAIN.md: a government and a CSO co-lead of equal standing).
GOVERNMENT, CSO = "government", "cso"


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a value stands: a sheet and, when there is one, a cell such as "B5"."""

    sheet: str
    cell: str = ""

    def __str__(self):
        """As Excel writes it: Participation!B5, 'Working groups'!A2."""
        sheet = (
            self.sheet if re.fullmatch(r"\w+", self.sheet) else "'{}'".format(self.sheet.replace("'", "''"))
        )
        return f"{sheet}!{self.cell}" if self.cell else sheet


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person must know before saving. `message` is a lazily translated sentence."""

    level: str
    sheet: str
    cell: str
    code: str
    message: object

    def __str__(self):
        where = ", ".join(part for part in (self.sheet, self.cell) if part)
        return f"{where}: {self.message}" if where else str(self.message)


class Doubts:
    """Collects doubts in the order of reading; counts, but does not keep, those past MAX_DOUBTS."""

    def __init__(self):
        self._kept = []
        self._dropped = {ERROR: 0, WARNING: 0, NOTE: 0}

    def error(self, code, source, message, /, **values):
        self._add(ERROR, code, source, message, values)

    def warning(self, code, source, message, /, **values):
        self._add(WARNING, code, source, message, values)

    def note(self, code, source, message, /, **values):
        self._add(NOTE, code, source, message, values)

    def _add(self, level, code, source, message, values):
        if len(self._kept) >= MAX_DOUBTS:
            self._dropped[level] += 1
            return
        self._kept.append(Doubt(level, source.sheet, source.cell, code, format_lazy(message, **values)))

    def all(self):
        """The doubts as a tuple; the last one tells how many more there were, at the worst level among them."""
        doubts = list(self._kept)
        dropped = sum(self._dropped.values())
        if dropped:
            level = next(level for level in (ERROR, WARNING, NOTE) if self._dropped[level])
            message = format_lazy(
                _("There are {count} more messages like these. Correct the ones above and import again."),
                count=dropped,
            )
            doubts.append(Doubt(level, "", "", "more_doubts", message))
        return tuple(doubts)


@dataclass(frozen=True, slots=True)
class ParsedDetail:
    """A text that an indicator carries beside its statement, e.g. its data source."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedFigure:
    """A baseline or target as written.

    `value` is in the indicator's unit, or in per cent when `is_percent` (18 for 18%). `numerator`/`denominator` are
    set for "11/442". All three are None when the text is not a figure that can be read in one way only; `text` always
    keeps what the cell shows.
    """

    text: str
    source: Source
    value: Decimal | None = None
    is_percent: bool = False
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedTarget:
    """A target for a year, or for the end of the plan when `year` is None."""

    year: int | None
    figure: ParsedFigure


@dataclass(frozen=True, slots=True)
class ParsedDimension:
    """A breakdown of an indicator. `name_guessed`: the sheet lists the categories but does not name the dimension."""

    name: str
    categories: tuple[str, ...]
    name_guessed: bool
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedIndicator:
    """`code_given`: the sheet has no code and the import gave one. `original` is the cell's text, line breaks kept."""

    code: str
    code_given: bool
    statement: str
    original: str
    type: str
    direction: str
    dimensions: tuple[ParsedDimension, ...]
    source: Source
    baseline: ParsedFigure | None = None
    targets: tuple[ParsedTarget, ...] = ()
    unit: ParsedDetail | None = None
    definition: ParsedDetail | None = None
    frequency: ParsedDetail | None = None
    data_source: ParsedDetail | None = None
    means_of_verification: ParsedDetail | None = None


@dataclass(frozen=True, slots=True)
class ParsedLead:
    """An institution named for an activity, as printed. `is_group`: "CSOs" and the like, not one institution."""

    name: str
    role: str
    order: int
    is_group: bool
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedActivity:
    code: str
    code_given: bool
    text: str
    original: str
    years: tuple[int, ...]
    leads: tuple[ParsedLead, ...]
    indicators: tuple[ParsedIndicator, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedOutput:
    code: str
    code_given: bool
    text: str
    original: str
    activities: tuple[ParsedActivity, ...]
    indicators: tuple[ParsedIndicator, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedGoal:
    code: str
    code_given: bool
    text: str
    original: str
    outputs: tuple[ParsedOutput, ...]
    indicators: tuple[ParsedIndicator, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedPillar:
    """`code` is None when the sheet prints none."""

    name: str
    code: str | None
    goals: tuple[ParsedGoal, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedPlan:
    """`years_stated`: the years stand in the title; otherwise they are the first and last year of the schedule."""

    title: str | None
    first_year: int | None
    last_year: int | None
    years_stated: bool
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedSeat:
    """A co-lead of a working group. `printed` is the name before "NGO" was taken off."""

    name: str
    printed: str
    side: str
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedMember:
    """A member of a working group. `is_cso` is True when it stands in the list of NGOs, otherwise not known (None)."""

    name: str
    printed: str
    is_cso: bool | None
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedGroup:
    """A working group: the pillar it belongs to, its co-leads and members, as printed."""

    pillar: str
    printed: str
    leads: tuple[ParsedSeat, ...]
    members: tuple[ParsedMember, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class ParsedWorkbook:
    """All that was read. `layouts` tell which column was taken for what (the column-mapping step shows them)."""

    filename: str
    plan: ParsedPlan | None
    pillars: tuple[ParsedPillar, ...]
    groups: tuple[ParsedGroup, ...]
    layouts: tuple
    doubts: tuple[Doubt, ...] = field(default=())

    def _at(self, level):
        return tuple(doubt for doubt in self.doubts if doubt.level == level)

    @property
    def errors(self):
        return self._at(ERROR)

    @property
    def warnings(self):
        return self._at(WARNING)

    @property
    def notes(self):
        return self._at(NOTE)

    @property
    def can_be_saved(self):
        """False while any error stands."""
        return not self.errors

    def goals(self):
        return [goal for pillar in self.pillars for goal in pillar.goals]

    def outputs(self):
        return [output for goal in self.goals() for output in goal.outputs]

    def activities(self):
        return [activity for output in self.outputs() for activity in output.activities]

    def indicators(self):
        """Every indicator, whichever level it hangs on, goals first."""
        owners = [*self.goals(), *self.outputs(), *self.activities()]
        return [indicator for owner in owners for indicator in owner.indicators]

    def mentions(self):
        """Every institution's name as printed with where it stands: (name, Source), in reading order."""
        leads = [(lead.name, lead.source) for activity in self.activities() for lead in activity.leads]
        seats = [(seat.name, seat.source) for group in self.groups for seat in (*group.leads, *group.members)]
        return leads + seats
