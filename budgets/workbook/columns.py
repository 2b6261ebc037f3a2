"""What the budget workbook consists of: its sheets and columns, and which cells of a row are changed together."""

from django.utils.dates import MONTHS_3
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from budgets.models import GenderTag
from frameworks.workbook.columns import Column, Kind, Sheet, sheet_titles

#: The version of this layout; a workbook of another one is refused with words.
FORMAT = 1
#: What the hidden sheet calls the workbook.
KIND = "budget"
GUIDE = _("Guide")
#: Months of the year, a column each: they say one thing together.
MONTHS = {f"m{number}": number for number in range(1, 13)}
AMOUNTS = ("drafted", "released", "spent")
#: What a line of the institution's own books says: written at any time.
BOOKS = ("reference", "released", "spent")


def _activity():
    return (
        Column("activity", _("%(word)s (code)"), Kind.REF, word="activity", refers="lists", required=True, width=12),
        Column("activity_title", _("%(word)s (text)"), word="activity", fixed=True, read=False, width=34),
    )  # fmt: skip


_STATE = Column("state", _("What can be changed here"), fixed=True, read=False, width=30)
_CURRENCY = Column("currency", _("Currency"), width=10)


def _actions(plan):
    return (
        *_activity(),
        Column("number", _("No. of the action"), Kind.CODE, width=10),
        Column("title", _("Action"), required=True, width=46),
        Column("unit_responsible", _("Unit responsible"), width=24),
        *(Column(key, capfirst(MONTHS_3[number]), Kind.MARK, width=6) for key, number in MONTHS.items()),
        Column("inputs", _("Inputs: people, material, premises …"), width=36),
        _STATE,
    )


def _costs(plan):
    return (
        *_activity(),
        Column("action", _("No. of the action"), Kind.REF, refers="actions", width=10),
        Column("action_title", _("Action"), fixed=True, read=False, width=34),
        Column("description", _("What is paid for"), required=True, width=36),
        Column("quantity", _("Quantity"), Kind.NUMBER, required=True, width=11),
        Column("unit", _("Unit"), width=14),
        Column("unit_cost", _("Unit cost"), Kind.NUMBER, required=True, width=13),
        Column("amount", _("Amount (worked out)"), Kind.NUMBER, fixed=True, read=False, width=15),
        _CURRENCY,
        Column(
            "source", _("Funding source (code; empty: not found yet)"), Kind.REF, refers="lists", width=18
        ),
        _STATE,
    )


def _lines(plan):
    return (
        *_activity(),
        Column("source", _("Funding source (code)"), Kind.REF, refers="lists", required=True, width=16),
        Column("reference", _("Reference in your own budget"), Kind.CODE, width=20),
        Column("description", _("Description"), width=36),
        _CURRENCY,
        Column("drafted", _("Proposed"), Kind.NUMBER, width=15),
        Column("proposed", _("Proposed, as handed in (to read)"), Kind.NUMBER, fixed=True, width=15),
        Column("approved", _("Approved (to read)"), Kind.NUMBER, fixed=True, width=15),
        Column("released", _("Released"), Kind.NUMBER, width=15),
        Column("spent", _("Spent"), Kind.NUMBER, width=15),
        Column("gender_tag", _("Gender budget (empty: not assessed)"), Kind.CHOICE, choices=GenderTag, width=30),
        _STATE,
    )  # fmt: skip


def _lists(plan):
    return (
        Column("activity", _("%(word)s (code)"), Kind.CODE, word="activity", fixed=True, width=12),
        Column("activity_title", _("%(word)s (text)"), word="activity", fixed=True, width=50),
        Column("pillar", _("Pillar"), fixed=True, width=24),
        Column("own", _("Yours (x)"), Kind.MARK, fixed=True, width=9),
        Column("source", _("Funding source (code)"), Kind.CODE, fixed=True, width=16),
        Column("source_name", _("Funding source (name)"), fixed=True, width=34),
        Column("source_kind", _("Kind of source"), fixed=True, width=20),
        Column("currency", _("Currency"), fixed=True, width=10),
        Column("gender_tag", _("Gender budget"), fixed=True, width=32),
    )


SHEETS = (
    Sheet("actions", _("Actions"), None, ("activity", "title"), _actions),
    Sheet("costs", _("Cost lines"), None, ("activity", "description"), _costs),
    Sheet("lines", _("Budget lines"), None, ("activity", "source", "reference"), _lines),
    Sheet("lists", _("Lists"), None, (), _lists, read=False),
)
BY_KEY = {sheet.key: sheet for sheet in SHEETS}
#: The sheets that are read.
READ = tuple(sheet.key for sheet in SHEETS if sheet.read)


def titles_of(plan):
    """sheet key → its name in a workbook of this plan."""
    return sheet_titles(plan, SHEETS, GUIDE)


def unit_of(sheet, key):
    """Which cells of a row say one thing together: they are taken from the workbook together, or not at all."""
    if key in MONTHS:
        return "months"
    if sheet == "costs" and key in ("quantity", "unit_cost", "currency"):
        return "cost"
    if sheet == "lines" and key in ("activity", "source", "reference"):
        return "line"
    return key
