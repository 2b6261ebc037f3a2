"""What the workbook of a framework consists of: one declarative description of every sheet and its columns.

Writing (export.py), reading (parse.py) and comparing (compare.py) all go by this table. A sheet is known by a hidden
first row of machine words, so headers may be in any language, columns may be moved and columns of one's own may be
added; where somebody deleted that row, headers and sheet names are recognised in every language of the installation.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from frameworks.models import Activity, Goal, Indicator, Lead, Output, Pillar, Plan
from frameworks.models.indicator import Direction, IndicatorType, ReporterAggregation, RoundAggregation
from frameworks.models.plan import GlobalPillar, LeadRole, PillarKind

#: The version of this layout; a workbook of another one is refused with words.
FORMAT = 1
#: The rows above the content: the machine's words (hidden), and the headers.
MACHINE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3
#: Columns of every sheet that people do not see: the row's identity, and a digest of what it held when exported.
ID, SEEN = "id", "seen"


class Kind(StrEnum):
    """What a cell holds, and so how it is written, read and compared."""

    CODE = "code"  # text, never a number: 1.10 is not 1.1
    REF = "ref"  # the code of a row on another sheet
    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    FIGURE = "figure"  # a number as text: what it may be, its row says
    WHOLE = "whole"  # a year, an order
    MARK = "mark"  # x or nothing
    DATE = "date"
    LINES = "lines"  # a list of texts, one a line
    CODES = "codes"  # codes of institutions with semicolons between them


@dataclass(frozen=True)
class Column:
    """One column. `word`: the plan's own word that stands in the header. `field`: the model's, when it is not the key.

    refers: the sheet on which a REF's code stands. fixed: shown for orientation, changed elsewhere.
    inverted: the mark says the opposite of the field, so that a new row without marks has the usual value.
    read: False for what stands there for people only (a title beside its code, a formula) and is read over.
    """

    key: str
    label: object
    kind: Kind = Kind.TEXT
    word: str = ""
    field: str = ""
    refers: str = ""
    choices: type | None = None
    required: bool = False
    fixed: bool = False
    percent: bool = False
    inverted: bool = False
    read: bool = True
    width: int = 14

    def header(self, plan):
        text = str(self.label)
        return one_line(text % {"word": plan.words[self.word]} if self.word else text)

    @property
    def model_field(self):
        return self.field or self.key


@dataclass(frozen=True)
class Sheet:
    """One sheet. `named_by`: the columns that tell a row in messages and in the preview."""

    key: str
    label: object
    model: type | None
    named_by: tuple
    columns_of: object
    word: str = ""
    read: bool = True

    def title(self, plan):
        """The sheet's name: the plan's own word for a level, cut to what Excel takes."""
        name = str(plan.words[self.key] if self.word else self.label)
        return "".join(one for one in one_line(name) if one not in "[]:*?/\\'")[:31].strip()

    def columns(self, plan):
        return self.columns_of(plan)


def _plan(plan):
    return (
        Column("code", _("Code"), Kind.CODE, fixed=True, width=24),
        Column("title", _("Title"), required=True, width=50),
        Column("country", _("Country"), fixed=True),
        Column("start_year", _("First year"), Kind.WHOLE, fixed=True),
        Column("end_year", _("Last year"), Kind.WHOLE, fixed=True),
        Column("generation", _("Generation"), Kind.WHOLE, required=True),
        Column("adopted_on", _("Adopted on"), Kind.DATE),
        Column("launched_on", _("Launched on"), Kind.DATE),
        Column("vision", _("Vision"), width=50),
        Column("theory_of_change", _("Theory of change"), width=50),
        Column("goal_label", _("A goal is called"), width=18),
        Column("output_label", _("An output is called"), width=18),
        Column("activity_label", _("An activity is called"), width=18),
        Column("on_track_from", _("On track from (%)"), Kind.NUMBER, required=True, percent=True),
        Column("at_risk_from", _("At risk from (%)"), Kind.NUMBER, required=True, percent=True),
    )


def _pillars(plan):
    return (
        Column("code", _("Code"), Kind.CODE, required=True),
        Column("name", _("Name"), required=True, width=40),
        Column("kind", _("Kind"), Kind.CHOICE, choices=PillarKind, width=16),
        Column("global_pillar", _("Global pillar"), Kind.CHOICE, choices=GlobalPillar, width=24),
        Column("order", _("Order"), Kind.WHOLE, width=8),
    )


def _level(parent, parent_column):
    def columns(plan):
        return (
            Column("code", _("Code"), Kind.CODE, required=True),
            Column("title", _("Text"), required=True, width=70),
            parent_column,
        )

    return columns


def _activities(plan):
    return (
        Column("code", _("Code"), Kind.CODE, required=True),
        Column("title", _("Text"), required=True, width=70),
        Column("output", _("%(word)s (code)"), Kind.REF, word="output", refers="outputs", required=True),
        *(Column(f"y{year}", str(year), Kind.MARK, field="years", width=7) for year in plan.years),
    )


def _leads(plan):
    return (
        Column("activity", _("%(word)s (code)"), Kind.REF, word="activity", refers="activities", required=True, width=18),
        Column("institution", _("Institution (code)"), Kind.REF, refers="institutions", required=True, width=20),
        Column("role", _("Role"), Kind.CHOICE, choices=LeadRole),
        Column("is_accountable", _("Accountable (x)"), Kind.MARK, width=16),
        Column("order", _("Order"), Kind.WHOLE, width=8),
    )  # fmt: skip


def _indicators(plan):
    return (
        Column("code", _("Code"), Kind.CODE, required=True),
        Column("statement", _("Indicator"), required=True, width=70),
        Column("goal", _("%(word)s (code)"), Kind.REF, word="goal", refers="goals"),
        Column("output", _("%(word)s (code)"), Kind.REF, word="output", refers="outputs"),
        Column("activity", _("%(word)s (code)"), Kind.REF, word="activity", refers="activities", width=18),
        Column("definition", _("Definition"), width=50),
        Column("type", _("Type"), Kind.CHOICE, choices=IndicatorType, required=True),
        Column("unit", _("Unit")),
        Column("counts_people", _("Counts people (x)"), Kind.MARK, width=17),
        Column("numerator_label", _("Numerator: what is counted"), width=30),
        Column("denominator_label", _("Denominator: out of what"), width=30),
        Column("passes_whole", _("Numerator may be larger than the denominator (x)"), Kind.MARK, field="share_of_whole", inverted=True, width=24),
        Column("scale_labels", _("Labels of the scale, one a line, from 0"), Kind.LINES, width=30),
        Column("direction", _("Direction"), Kind.CHOICE, choices=Direction, width=22),
        Column("reporter_aggregation", _("Across reporters and places"), Kind.CHOICE, choices=ReporterAggregation, width=18),
        Column("round_aggregation", _("Across rounds"), Kind.CHOICE, choices=RoundAggregation, width=40),
        Column("baseline_value", _("Baseline"), Kind.NUMBER, percent=True),
        Column("baseline_numerator", _("Baseline numerator"), Kind.NUMBER, width=18),
        Column("baseline_denominator", _("Baseline denominator"), Kind.NUMBER, width=20),
        Column("baseline_year", _("Baseline year"), Kind.WHOLE),
        Column("baseline_source", _("Source of the baseline"), width=30),
        Column("data_source", _("Data source"), width=30),
        Column("means_of_verification", _("Means of verification"), width=30),
        Column("frequency", _("Frequency"), width=18),
        Column("responsible", _("Who reports (codes of institutions, ; between them)"), Kind.CODES, width=30),
    )  # fmt: skip


def _breakdowns(plan):
    return (
        Column("indicator", _("Indicator (code)"), Kind.REF, refers="indicators", required=True, width=18),
        Column("dimension", _("Broken down by"), required=True, width=24),
        Column("dimension_order", _("Order of the breakdown"), Kind.WHOLE, width=14),
        Column("code", _("Category code"), Kind.CODE, width=20),
        Column("name", _("Category"), width=30),
        Column("order", _("Order of the category"), Kind.WHOLE, width=14),
    )


def _targets(plan):
    return (
        Column("indicator", _("Indicator (code)"), Kind.REF, refers="indicators", required=True, width=18),
        Column("period_end", _("For the period that ends on"), Kind.DATE, required=True, width=22),
        Column("is_endline", _("End-line target (x)"), Kind.MARK, width=18),
        Column("dimension", _("Only for: broken down by"), width=24),
        Column("category", _("Only for: category code"), Kind.CODE, width=22),
        Column("value", _("Target"), Kind.NUMBER, percent=True),
        Column("numerator", _("Target numerator"), Kind.NUMBER, width=18),
        Column("denominator", _("Target denominator"), Kind.NUMBER, width=18),
    )


def _institutions(plan):
    return (
        Column("code", _("Code"), Kind.CODE, fixed=True, width=20),
        Column("acronym", _("Acronym"), fixed=True, width=20),
        Column("name", _("Name"), fixed=True, width=60),
        Column("kind", _("Kind"), fixed=True, width=26),
    )


_GOAL = Column("goal", _("%(word)s (code)"), Kind.REF, word="goal", refers="goals", required=True)
_PILLAR = Column("pillar", _("Pillar (code)"), Kind.REF, refers="pillars", required=True)

SHEETS = (
    Sheet("plan", _("Plan"), Plan, ("code",), _plan),
    Sheet("pillars", _("Pillars"), Pillar, ("code",), _pillars),
    Sheet("goals", _("Goals"), Goal, ("code",), _level("pillar", _PILLAR), word="goal"),
    Sheet("outputs", _("Outputs"), Output, ("code",), _level("goal", _GOAL), word="output"),
    Sheet("activities", _("Activities"), Activity, ("code",), _activities, word="activity"),
    Sheet("leads", _("Leads"), Lead, ("activity", "institution"), _leads),
    Sheet("indicators", _("Indicators"), Indicator, ("code",), _indicators),
    Sheet("breakdowns", _("Breakdowns"), None, ("indicator", "dimension", "code"), _breakdowns),
    Sheet("targets", _("Targets"), None, ("indicator", "period_end", "category"), _targets),
    Sheet("institutions", _("Institutions"), None, ("code",), _institutions, read=False),
)
BY_KEY = {sheet.key: sheet for sheet in SHEETS}
INSTRUCTIONS = _("Instructions")
#: Sheets that people do not see: what the workbook is, and what the dropdowns offer.
META, LISTS = "_meta", "_lists"


def one_line(text):
    """A name as it can stand in a header or on a tab: no line breaks and no signs that nobody can see."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def sheet_titles(plan, sheets=SHEETS, first=INSTRUCTIONS):
    """sheet key → its name in the workbook of this plan; no two alike. first: the sheet that explains the others."""
    titles, taken = {}, {str(first).lower(), META, LISTS}
    for sheet in sheets:
        title = base = sheet.title(plan).strip() or sheet.key
        number = 2
        while title.lower() in taken:
            title, number = f"{base[:27]} {number}", number + 1
        taken.add(title.lower())
        titles[sheet.key] = title
    return titles


def choice_words(choices):
    """What may be written for each stored value, in the active language: text as `same` makes it → value."""
    return {same(word): value for value, label in choices.choices for word in (value, label)}


def same(text):
    """For comparing words that people type: no capitals, single spaces."""
    return " ".join(str(text).casefold().split())
