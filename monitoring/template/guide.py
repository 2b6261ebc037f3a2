"""The template's first sheet: what it is, whose, until when, and how to fill it, in plain words."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from monitoring.models.submission import ActivityStatus

#: What the statuses mean (DOMAIN.md, vocabulary 1).
_STATUSES = {
    ActivityStatus.NOT_DUE: lambda: _("Nothing was planned for this period."),
    ActivityStatus.NOT_STARTED: lambda: _("It was planned and has not begun."),
    ActivityStatus.ON_TRACK: lambda: _("It goes on as planned."),
    ActivityStatus.DELAYED: lambda: _("It is behind the plan: say what is done about it."),
    ActivityStatus.COMPLETED: lambda: _("It was done in this period, or before."),
    ActivityStatus.CONTINUOUS: lambda: _("It is done all the time and has no end."),
    ActivityStatus.DEFERRED: lambda: _("It was put off to a later year: say who decided it, and why."),
    ActivityStatus.CANCELLED: lambda: _("It will not be done: say who decided it, and why."),
}


def read_me(content, titles, when):
    """(left, right, bold) of every line. `when`: the moment of the download in words."""
    round, plan = content.round, content.plan
    due = date_format(min((one.due_on for one in content.submissions), default=round.due_on), "j F Y")
    lines = [
        (
            str(content.institution),
            _("%(institution)s: report for %(round)s, %(plan)s")
            % {"institution": content.institution.name, "round": round, "plan": plan.short_name},
            True,
        ),
        (_("Due on"), due, False),
        (_("Downloaded"), when, False),
        (_("Upload it"), _("In the tracker, under “My report”, “Fill it in offline”. You see every change before anything is saved as your draft. Then submit there, as always."), False),
    ]  # fmt: skip
    for submission, why in content.locked:
        lines.append((str(submission.pillar), _("Not in this workbook. %(why)s") % {"why": why}, False))
    lines += [
        ("", "", False),
        (_("How to fill it"), "", True),
        (_("Yellow cells"), _("These are asked for. What is grey is there to read, or does not apply to its row; it is locked."), False),
        (_("No figure"), _("Leave the cell empty and say why under “No data because”. An empty cell is not a zero, and 0 is a figure."), False),
        (_("Numbers"), _("1.5 and 1,5 are both understood, and so is 1 234. Write one number in each cell, without words, and no formulas."), False),
        (_("Percentages"), _("Give the two numbers where you have them: the share is worked out. Only where they are not known, write the percentage alone."), False),
        (_("Breakdowns"), _("The rows below a total are its parts. They need not add up to it; fill in what you know."), False),
        (_("Not finished?"), _("Upload what you have: it becomes your draft, and only submitting asks for everything."), False),
        (_("Colleagues online"), _("Cells that you did not touch stay as they are in the tracker, also when somebody has changed them there since. Where both were changed, you are asked."), False),
        (_("Rows"), _("Rows are not added or taken out here. A row that you delete changes nothing."), False),
        (_("Save"), _("Keep it as an Excel workbook (.xlsx). LibreOffice can save it as such, too."), False),
        ("", "", False),
        (_("Sheets"), "", True),
    ]  # fmt: skip
    purposes = {
        "activities": _("One row each: its status and its story."),
        "indicators": _("One row for the total of each indicator, and one for each part of a breakdown."),
        "places": _(
            "The same figures by municipality, where they can be told apart. Only what you know. Smaller places are added in the tracker, and stand here once they have a figure."
        ),
    }
    lines += [(titles[key], words, False) for key, words in purposes.items() if content.records[key]]
    if not content.records["activities"]:
        return lines
    lines += [("", "", False), (_("Statuses"), "", True)]
    return lines + [(str(status.label), words(), False) for status, words in _STATUSES.items()]
