"""The workbook's first sheet: how to use it, in plain words."""

from django.utils.translation import gettext as _

from frameworks.workbook.columns import BY_KEY


def instructions(plan, titles, when):
    """(left, right, bold) of every line. `when`: the moment of the export in words."""
    purposes = {
        "plan": _("The plan itself: one row. Grey cells are changed on the plan's page."),
        "pillars": _("Its pillars, each mapped to one of the global four."),
        "goals": _("One row each, with the code of its pillar."),
        "outputs": _("One row each, with the code of what it belongs to."),
        "activities": _("One row each; an x in every year in which something is done."),
        "leads": _("Who answers for what: one row for each institution. One of them is accountable (x)."),
        "indicators": _("The metadata sheet of each indicator. It measures exactly one thing: fill one of the three codes."),
        "breakdowns": _("By what an indicator is broken down: one row for each category."),
        "targets": _("One row for each period. A percentage may be written as numerator and denominator. Name a category only where it has a target of its own."),
        "institutions": _("To look up codes. New institutions are added in the tracker, under Institutions."),
    }  # fmt: skip
    lines = [
        (f"{plan.code}", f"{plan.title} ({plan.years_label})", True),
        (_("Exported"), when, False),
        ("", "", False),
        (_("How to use it"), "", True),
        (_("Change"), _("Type over what is there. Headers with a star must be filled. An emptied cell empties what the tracker holds."), False),
        (_("Add"), _("Write into the first free row of a sheet. Leave no id: the tracker gives it one."), False),
        (_("Take out"), _("Clear the whole row, or delete it (Review, Unprotect sheet; there is no password). Nothing is taken out unless you say so when you upload the workbook; what is taken out is retired, never deleted, and keeps its figures."), False),
        (_("Codes"), _("Codes are text: 1.10 is not 1.1. Keep the cells' format “Text” when you paste."), False),
        (_("Numbers"), _("1.5 and 1,5 are both understood. Write percentages without the % sign, formulas are not accepted."), False),
        (_("Dates"), _("Write them as year-month-day: 2028-12-31."), False),
        (_("Save"), _("Keep it as an Excel workbook (.xlsx) and upload it in the tracker, under “Excel workbook”. You see every change, with old and new, before anything is saved; then everything is saved, or nothing."), False),
        (_("Several people"), _("Rows that you did not touch are left as they are in the tracker, also when somebody else has changed them there since."), False),
        ("", "", False),
        (_("Sheets"), "", True),
    ]  # fmt: skip
    return lines + [(titles[key], purposes[key], False) for key in BY_KEY]
