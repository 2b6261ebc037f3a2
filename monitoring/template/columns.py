"""What a reporting template consists of: its sheets and columns, and which boxes are changed together."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from frameworks.workbook.columns import Column, Kind, Sheet, sheet_titles
from monitoring.cells import PARTS
from monitoring.corrections import box, place_of
from monitoring.models.submission import ActivityStatus

#: The version of this layout; a template of another one is refused with words.
FORMAT = 1
READ_ME = _("Read me")
#: How many course corrections of one activity have room on a row at least; more where there are more already.
CORRECTIONS = 3


def _correction(place):
    """The boxes of one course correction; the columns are called as those of the page are (monitoring/corrections.py)."""
    described = (
        ("cause", _("Correction %(n)d: what stands in the way"), Kind.TEXT, 30),
        ("measure", _("Correction %(n)d: what is done about it"), Kind.TEXT, 30),
        ("owner", _("Correction %(n)d: who does it"), Kind.TEXT, 20),
        ("due", _("Correction %(n)d: until (year-month-day)"), Kind.DATE, 15),
        ("done", _("Correction %(n)d: done (x)"), Kind.MARK, 12),
    )
    for part, label, kind, width in described:
        yield Column(box(place, part), str(label) % {"n": place}, kind, width=width)


def _activities(plan, corrections=CORRECTIONS):
    return (
        Column("code", _("Code"), Kind.CODE, fixed=True, width=10),
        Column("title", _("Text"), fixed=True, width=44),
        Column("with", _("With whom"), fixed=True, width=24),
        Column("pillar", _("Pillar"), fixed=True, width=18),
        Column("status", _("Status"), Kind.CHOICE, choices=ActivityStatus, width=16),
        Column("reason", _("Why deferred or cancelled"), width=30),
        Column("narrative", _("Progress"), width=50),
        Column("what_worked", _("What worked"), width=40),
        Column("what_did_not", _("What did not work, and why"), width=40),
        Column("collaboration", _("Collaboration wanted"), width=30),
        Column("next_steps", _("Next steps"), width=40),
        Column("agreed", _("Corrections of last time that are still to be done"), fixed=True, width=36),
        *(column for place in range(1, corrections + 1) for column in _correction(place)),
        Column("spent-amount", _("Spent in this period"), Kind.NUMBER, width=16),
        Column("spent-currency", _("Currency"), width=10),
        Column("spent-why", _("Spending not known because"), width=30),
        Column("spent-comment", _("Note on the spending"), width=30),
    )


def _figures(plan):
    return (
        Column("code", _("Code"), Kind.CODE, fixed=True, width=10),
        Column("statement", _("Indicator"), fixed=True, width=40),
        Column("row", _("Total, or part of it"), fixed=True, width=26),
        Column("definition", _("Definition"), fixed=True, width=36),
        Column("asked", _("What is asked"), fixed=True, width=34),
        Column("unit", _("Unit"), fixed=True, width=12),
        Column("baseline", _("Baseline"), fixed=True, width=18),
        Column("last", _("Last time"), fixed=True, width=20),
        Column("target", _("Target"), fixed=True, width=14),
        Column("n", _("Numerator: how many"), Kind.FIGURE, width=13),
        Column("d", _("Denominator: out of how many"), Kind.FIGURE, width=14),
        Column("share", _("Share"), Kind.FIGURE, fixed=True, width=9),
        Column("v", _("Figure, or answer from the list"), Kind.FIGURE, width=20),
        Column("text", _("Answer in words"), width=40),
        Column("why", _("No data because"), width=30),
        Column("comment", _("Comment"), width=36),
    )


SHEETS = (
    Sheet("activities", _("Activities"), None, ("code",), _activities, word="activity"),
    Sheet("indicators", _("Indicators"), None, ("code", "row"), _figures),
    Sheet("places", _("By place"), None, ("code", "row"), _figures),
)
BY_KEY = {sheet.key: sheet for sheet in SHEETS}
#: What is known of a place is a figure only: everything else stands with the total.
_OF_TOTAL = ("definition", "unit", "baseline", "target", "text", "why", "comment")


def columns_of(key, plan, corrections=CORRECTIONS):
    """The columns of a sheet; that of places has none that belong to the total.

    corrections: for how many of one activity there is room.
    """
    if key == "activities":
        return list(_activities(plan, corrections))
    columns = BY_KEY[key].columns(plan)
    if key == "places":
        columns = [
            replace(one, label=_("Place")) if one.key == "row" else one
            for one in columns
            if one.key not in _OF_TOTAL
        ]
    return list(columns)


def titles_of(plan):
    """sheet key → its name in a template of this plan."""
    return sheet_titles(plan, SHEETS, READ_ME)


def unit_of(key):
    """Which boxes of a row say one thing together: they are taken from the workbook together, or not at all."""
    if key in ("status", "reason"):
        return "status"
    if key in PARTS and key != "comment":
        return "figure"
    if key.startswith("spent-"):
        return "spending"
    place = place_of(key)
    return f"correction {place}" if place else key
