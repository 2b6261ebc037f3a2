"""What a report says, as frozen data: every format (PDF, HTML, later Word and Excel) is drawn from it, so their numbers agree.

Language-neutral: states, statuses and reasons are the stored codes, and labels are made when the report is drawn. Figures are
exact Decimals without trailing zeros; None is missing, never 0. Derived by build.py; kept as the snapshot of a run.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from monitoring.reports.finance_data import Finance

#: Raised whenever a field is added, renamed or dropped; a snapshot says which one it was written with.
FORMAT = 4

#: Counted beside the vocabulary of activity statuses: what was handed in but not accepted, and what was not.
UNCONFIRMED = "unconfirmed"
NOT_REPORTED = "not_reported"


@dataclass(frozen=True, slots=True)
class PlanPart:
    code: str
    title: str
    years: str
    activity_word: str
    currency: str
    on_track_from: Decimal  # percent of achievement
    at_risk_from: Decimal
    is_illustrative: bool


@dataclass(frozen=True, slots=True)
class RoundPart:
    label: str
    period_start: date
    period_end: date
    due_on: date
    is_published: bool


@dataclass(frozen=True, slots=True)
class PillarPart:
    code: str
    name: str
    data_note: str


@dataclass(frozen=True, slots=True)
class CoLead:
    """`side`: government or cso. `institution` and `holder` are empty while the seat is vacant."""

    side: str
    institution: str
    holder: str


@dataclass(frozen=True, slots=True)
class Report:
    """How one institution stands with its submission on the pillar. `state` "" : nothing was ever started.

    own_due_on: the deadline where it is another one than the round's (a group, more time). waits_for: the accountable lead
    to which its part was handed, and which has not submitted yet. officer: who answers for it, with the post.
    """

    institution: str
    name: str
    state: str
    is_expected: bool
    is_received: bool
    first_submitted_on: date | None
    own_due_on: date | None
    waits_for: str = ""
    officer: str = ""

    def days_late(self, due_on, on):
        """Days past the deadline: until the first hand-in, or until `on` while nothing was handed in. 0 when on time.

        due_on: the round's deadline.
        """
        return max(0, ((self.first_submitted_on or on) - (self.own_due_on or due_on)).days)


@dataclass(frozen=True, slots=True)
class Money:
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LeadPart:
    institution: str
    role: str
    is_accountable: bool
    is_group: bool


@dataclass(frozen=True, slots=True)
class CorrectionPart:
    """What is done about an activity that does not go as planned; of what was handed in, every part is filled."""

    cause: str
    measure: str
    owner: str
    due_on: date | None
    is_done: bool


@dataclass(frozen=True, slots=True)
class Account:
    """What one institution told of one activity. `provenance`: reported (unconfirmed), accepted or endorsed."""

    institution: str
    is_accountable: bool
    provenance: str
    status: str
    reason: str
    narrative: str
    what_worked: str
    what_did_not: str
    next_steps: str
    collaboration: str = ""
    corrections: tuple[CorrectionPart, ...] = ()


@dataclass(frozen=True, slots=True)
class RatingPart:
    """How one side's co-lead sees an activity, beside what the accountable lead says of it. `side`: government or cso."""

    side: str
    status: str
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class ActivityPart:
    """`standing` is what the activity counts as: an activity status when official, else unconfirmed or not_reported.

    `costed_round` and `costed_plan` are the estimates of the round's years and of all years, by currency; empty is
    "not costed", which is not 0.
    """

    code: str
    title: str
    goal: str
    output: str
    years: tuple[int, ...]
    is_scheduled: bool
    leads: tuple[LeadPart, ...]
    standing: str
    status: str
    provenance: str
    accounts: tuple[Account, ...]
    costed_round: tuple[Money, ...]
    costed_plan: tuple[Money, ...]
    ratings: tuple[RatingPart, ...] = ()

    @property
    def accountable(self):
        return next((lead for lead in self.leads if lead.is_accountable), None)


@dataclass(frozen=True, slots=True)
class Number:
    """One figure. `measured` is what is judged: percent for shares, else the value."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    measured: Decimal | None

    @property
    def is_blank(self):
        return self.numerator is None and self.denominator is None and self.value is None


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """`is_private`: not for the public, because the cell, or one that it would give away, holds fewer than five people."""

    label: str
    number: Number
    provenance: str
    is_private: bool


@dataclass(frozen=True, slots=True)
class Breakdown:
    """`kind`: category, place or both. `unknown` is the total minus the parts, where that can be told and is not 0."""

    name: str
    kind: str
    rows: tuple[BreakdownRow, ...]
    unknown: Number | None


@dataclass(frozen=True, slots=True)
class ReporterFigure:
    """What one institution gave; `is_counted` is False for a figure that is not confirmed while others are."""

    institution: str
    number: Number
    text: str
    no_data_reason: str
    comment: str
    provenance: str
    is_counted: bool


@dataclass(frozen=True, slots=True)
class IndicatorPart:
    """One indicator in the round. `standing` is the status that counts when official, else unconfirmed.

    `achievement` is raw percent, `achievement_shown` the same for the reader (at most 100, never rounded over the bound
    of a status).
    """

    code: str
    statement: str
    definition: str
    measures: str
    parent_code: str
    type: str
    unit: str
    direction: str
    numerator_label: str
    denominator_label: str
    scale_labels: tuple[str, ...]
    round_aggregation: str
    data_source: str
    means_of_verification: str
    is_illustrative: bool
    baseline: Number | None
    baseline_year: int | None
    previous: Number | None
    previous_provenance: str
    target: Decimal | None
    target_is_interpolated: bool
    target_is_held: bool
    endline: Decimal | None
    endline_year: int | None
    actual: Number
    running: Decimal | None
    text: str
    achievement: Decimal | None
    achievement_shown: Decimal | None
    basis: str
    standing: str
    status: str
    computed_status: str
    override_reason: str
    override_by: str
    provenance: str
    has_dissent: bool
    no_data_reason: str
    problem: str
    reporters: tuple[ReporterFigure, ...]
    breakdowns: tuple[Breakdown, ...]

    @property
    def reported_by(self):
        """Institutions whose answer is in the total."""
        return tuple(one.institution for one in self.reporters if one.is_counted)

    @property
    def waiting(self):
        """Institutions whose figure was handed in, but is not confirmed and therefore not in the total."""
        return tuple(one.institution for one in self.reporters if not one.is_counted)


@dataclass(frozen=True, slots=True)
class Statement:
    """One co-lead's word on one institution's submission. `is_current` is False for an earlier cycle of it."""

    institution: str
    side: str
    verdict: str
    text: str
    by: str
    on: date
    is_current: bool


@dataclass(frozen=True, slots=True)
class InstitutionPart:
    short: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Count:
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts in the order of the vocabularies, every key present; lists are codes, the most telling first."""

    activities: tuple[Count, ...]
    indicators: tuple[Count, ...]
    expected: int
    received: int
    missing: tuple[str, ...]
    achieved_indicators: tuple[str, ...]
    completed_activities: tuple[str, ...]
    slipped_indicators: tuple[str, ...]
    slipped_activities: tuple[str, ...]
    dissents: int
    costed_round: tuple[Money, ...]
    costed_plan: tuple[Money, ...]
    activities_costed: int


@dataclass(frozen=True, slots=True)
class PillarReport:
    """A working group's report on its pillar in one round. `version` and `cut_off` are of the run, not of the data."""

    version: int = field(metadata={"checksum": False})
    cut_off: datetime = field(metadata={"checksum": False})
    kind: str
    approval: str
    plan: PlanPart
    round: RoundPart
    previous_round: str
    pillar: PillarPart
    co_leads: tuple[CoLead, ...]
    reports: tuple[Report, ...]
    activities: tuple[ActivityPart, ...]
    indicators: tuple[IndicatorPart, ...]
    statements: tuple[Statement, ...]
    institutions: tuple[InstitutionPart, ...]
    summary: Summary
    # None in reports from before it was told.
    finance: Finance | None = None

    @property
    def cut_off_day(self):
        """The local day on which the data was read: lateness is counted until then."""
        return timezone.localdate(self.cut_off)
