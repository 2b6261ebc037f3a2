"""The workbook's first sheet: what it is, whose, of which year, and how to fill it in, in plain words."""

from django.utils.translation import gettext as _


def guide(content, titles, when):
    """(left, right, bold) of every line. `when`: the moment of the download in words."""
    plan = content.plan
    lines = [
        (
            str(content.institution),
            _("Budget and operational plans %(year)s") % {"year": content.year},
            True,
        ),
        (plan.short_name, content.institution.name, False),
        (_("Downloaded"), when, False),
        (_("Upload it"), _("In the tracker, under “Operational plans”, “Excel workbook”. You see every change, old and new, before anything is saved; then everything is saved, or nothing."), False),
    ]  # fmt: skip
    for pillar in content.locked_pillars:
        words = _("Handed in: its actions, cost lines and proposed amounts are read-only. References, released and spent can still be filled in. Take the plan back in the tracker to change the rest.")  # fmt: skip
        lines.append((f"{pillar.code} {pillar.name}", words, False))
    lines += [
        ("", "", False),
        (_("How to fill it in"), "", True),
        (_("Yellow cells"), _("These are yours to fill in. What is grey is there to read and locked; there is no password."), False),
        (_("Change"), _("Type over what is there. An emptied cell empties what the tracker holds."), False),
        (_("Add"), _("Write into a free row below. One row is one action, one cost line or one budget line."), False),
        (_("Take out"), _("Clear the whole row, or delete it. Nothing is removed unless you say so in the preview."), False),
        (_("Codes"), _("Codes are text: 1.10 is not 1.1. Keep the cells' format “Text” when you paste."), False),
        (_("Numbers"), _("1.5 and 1,5 are both understood, and so is 1 234. At most two decimals, no words, no formulas. An empty cell is “not said”, and 0 is a figure."), False),
        (_("Currency"), _("Left empty in a new row, it is %(currency)s.") % {"currency": plan.currency}, False),
        (_("Colleagues online"), _("Cells that you did not touch stay as they are in the tracker, also when somebody has changed them there since. Where both were changed, you are asked."), False),
        (_("Save"), _("Keep it as an Excel workbook (.xlsx). LibreOffice can save it as such, too."), False),
        (_("Afterwards"), _("Download it anew before you go on: new rows get their place in the tracker when they are saved."), False),
        ("", "", False),
        (_("Sheets"), "", True),
        (titles["actions"], _("What your institution does, and in which months (x). Give a new action a number of your own, if cost lines are to name it."), False),
        (titles["costs"], _("What an action costs: quantity × unit cost. Name the action by its number; where there is only one under the code, leave the number empty."), False),
        (titles["lines"], _("The money for one code from one source. “Proposed” is your own until the plan is handed in; “Approved” is what the steering committee decided."), False),
        (titles["lists"], _("Codes, funding sources and currencies to choose from."), False),
    ]  # fmt: skip
    return lines
