"""The accountable officer on the pages on which a report is handed in."""

from frameworks.permissions import Permission, has_permission
from monitoring.forms.officer import OfficerForm
from monitoring.handing_in import why_locked
from monitoring.operations.officer import name_officer, proposed_officers
from monitoring.operations.reporting import DraftLocked


def officer_form(submission, user):
    """The form with the officer that is proposed."""
    return OfficerForm(proposed_officers([submission], user)[submission.pk])


def keep_officer(submission, *, data, by, at):
    """Keeps the officer that the page names, before the report is handed in: what was typed stays, whatever comes next.

    Returns the OfficerForm when something is wrong in it, else None; also where nothing can be named: the door says why.
    """
    if not has_permission(by, Permission.EDIT_SUBMISSION, submission) or why_locked(submission, at):
        return None
    form = OfficerForm(proposed_officers([submission], by)[submission.pk], data)
    if not form.is_valid():
        return form
    try:
        name_officer(submissions=[submission], officer=form.officer, by=by, at=at)
    except DraftLocked:
        return None
    return None
