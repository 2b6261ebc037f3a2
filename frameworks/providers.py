"""What higher apps add to the pages of the framework, without frameworks importing them.

monitoring says how things stand (StatusProvider), budgets what they cost (CostProvider). Each registers one object at
start-up. Until one does, the empty provider answers: a framework without reports is still a framework.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from frameworks.choices import ToneChoices


@dataclass(frozen=True, slots=True)
class CategoryFigure:
    """One cell of a breakdown, as IndicatorFigure shows the whole."""

    dimension: str
    category: str
    shown: str
    parts: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorFigure:
    """An indicator's figure in one round, ready to be shown: texts are formatted, Decimals are for charts and meters.

    shown: "4.0%", "12,980", or "" when there is none. parts: "18/452" of a share. note: what to know about it (no data
    because …, hidden because small). measured in the indicator's unit (percent for shares). achievement in percent, raw.
    status and provenance: ToneChoices members. dissents: (side, text) of published ones, for readers from outside; those
    from inside read them beside what each institution told (Told). is_verified: the monitoring team has checked it.
    """

    round: str
    period_end: date
    shown: str = ""
    parts: str = ""
    note: str = ""
    measured: Decimal | None = None
    target: Decimal | None = None
    target_shown: str = ""
    target_note: str = ""
    achievement: Decimal | None = None
    basis: str = ""
    status: ToneChoices | None = None
    computed: ToneChoices | None = None  # what the arithmetic says, where a person has set another status
    override_reason: str = ""
    override_by: str = ""
    provenance: ToneChoices | None = None
    has_dissent: bool = False
    dissents: tuple = ()
    is_verified: bool = False
    categories: tuple = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What one institution said in one round, of an activity or of an indicator; texts are formatted.

    state: that of its submission. status: of an activity. figure: of an indicator, "21 / 442 = 4.8%". texts: (heading, text)
    pairs. attachments: rows of evidence, for those who may read the submission. dissents: (who, text) pairs. comments: how
    many words were spoken on the line. url: the submission, "" for those who may not open it.
    """

    round: str
    institution: str
    state: ToneChoices
    status: ToneChoices | None = None
    figure: str = ""
    texts: tuple = ()
    corrections: tuple = ()
    attachments: tuple = ()
    dissents: tuple = ()
    comments: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One count about a round, with a note in words and the tone of its tile ("" for none)."""

    label: str
    count: int
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class SheetLink:
    """What a focal point who leaves hands over: who, for which institution, until when, and where it stands."""

    institution: str
    leaver: str
    last_day: date
    url: str


class Standing:
    """How a plan stands for one reader in one round; this one knows of nothing. A fixed number of queries a call."""

    round = None
    rounds = ()

    def figures(self, indicators):
        """indicator id → IndicatorFigure."""
        return {}

    def rollup(self):
        """(level, id) → ((status, count), …): how many of the indicators below have each status, each counted once.

        level: "plan", "pillar", "goal" or "output". Counts, never an average of unlike things (DOMAIN.md, Arithmetic); what
        has no figure to tell is not there.
        """
        return {}

    def activity_statuses(self, activities):
        """activity id → ToneChoices member: what the accountable lead reported, once that is accepted."""
        return {}

    def indicators_with(self, status):
        """The ids (a values queryset) of the indicators whose figure has that status."""
        return []

    def activities_with(self, status):
        """The ids (a values queryset) of the activities with that reported status."""
        return []


class StatusProvider:
    """What was reported and how it is judged; this one knows of nothing. Visitors are shown what is published."""

    indicator_choices = ()
    activity_choices = ()

    def standing(self, plan, user, round=""):
        """The Standing in the round of that name; "" or an unknown one: the latest that the user may read."""
        return Standing()

    def story(self, indicator, user):
        """The IndicatorFigures of all rounds that the user may read, oldest first."""
        return []

    #: The template that shows a list of Told.
    told_template = ""

    def told_of_activity(self, activity, user):
        """What was told of the activity, as far as `user` may read it: Tolds, the latest round first."""
        return []

    def told_of_indicator(self, indicator, user):
        """Who reported the indicator's figure, and what: Tolds, the latest round first."""
        return []

    def has_values(self, indicator):
        """Whether anything was ever typed about the indicator, in drafts too: then its rules need a reason to change."""
        return False

    def hold_reporting(self, plan):
        """Lets nobody report in the plan until the transaction ends, and waits for those who just do.

        For checks of what is reported that must still be true when the change is saved. Call it before any indicator is
        locked: reports lock their submission first, too.
        """

    def reported_codes(self, activities, indicators):
        """Codes of those activities and indicators (querysets) on which anything was typed, in drafts too, in their order."""
        return []

    def used_categories(self, indicator):
        """Ids of the indicator's categories on which something was typed: they cannot be removed."""
        return set()

    def used_categories_of(self, indicators):
        """The same for many at once: ids of the categories of those indicators (a queryset). A fixed number of queries."""
        return set()

    def places_with_figures(self, places):
        """Those of the place ids on which a figure was ever typed, in drafts too: they cannot be deleted."""
        return set()

    def why_not_merge(self, institution, on):
        """Sentences that say why the institution cannot be merged into another on that day; [] when it can."""
        return []

    def reporting_institutions(self, round):
        """The ids of the institutions that owe a report in the round."""
        return set()

    def handover_sheets(self, plan, user):
        """SheetLinks of the plan that the user may read and that nobody has taken over yet; [] for most."""
        return []

    def round_lines(self, round, user):
        """RoundLines about what is expected and what came in; [] for those who may not see the whole board."""
        return []

    def publication_lines(self, round):
        """RoundLines about what publishing the round makes public, and what it holds back."""
        return []


@dataclass(frozen=True, slots=True)
class CostLine:
    """The estimate of one year. amount None: not costed, which is not 0 (DOMAIN.md, "Arithmetic").

    rough: (amount, currency) of the rough estimate of the whole output that counts in its place; () where there is none.
    """

    year: int
    amount: Decimal | None
    currency: str = ""
    assumptions: str = ""
    is_illustrative: bool = False
    is_scheduled: bool = True
    rough: tuple = ()


@dataclass(frozen=True, slots=True)
class RoughLine:
    """The rough estimate of a whole output for one year. counts: until one of its activities is costed for that year."""

    year: int
    amount: Decimal
    currency: str
    assumptions: str
    is_illustrative: bool
    counts: bool


class CostProvider:
    """What activities and outputs cost; this one knows of nothing."""

    def totals(self, activities):
        """activity id → ((currency, amount), …), one entry a currency: money is never added across currencies.

        Estimates of their own only.
        """
        return {}

    def roughly(self, activities):
        """Ids of those activities of one plan of which only a rough estimate of their output is known, for all their years."""
        return set()

    def lines(self, activity):
        """CostLines, one for each year of the plan."""
        return []

    def rough_lines(self, output):
        """RoughLines, one for each year with a rough estimate."""
        return []

    #: The template that shows what `money` returns, as `money`.
    money_template = ""

    def money(self, activity, user):
        """What was costed, approved and spent on the activity, as far as `user` may read it; None for nothing."""
        return

    def is_costed(self, row):
        """Whether an activity has estimates of its own, or an output rough ones."""
        return False

    def planned_codes(self, activities):
        """Codes of those activities (a queryset) for which institutions have planned or budgeted, in drafts too, in order."""
        return []

    def history_sources(self, row):
        """Sources (frameworks.history) of the costing of an activity or an output."""
        return []

    def revision_sources(self, activities, outputs):
        """Tracked tables (frameworks.revision_sources) of what those cost. activities, outputs: querysets of their events."""
        return []


_registered = {"status": StatusProvider(), "cost": CostProvider()}


def register_status(provider):
    _registered["status"] = provider


def register_cost(provider):
    _registered["cost"] = provider


def status():
    return _registered["status"]


def cost():
    return _registered["cost"]
