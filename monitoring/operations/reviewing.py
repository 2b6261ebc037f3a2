"""What the co-leads do with a submission: always on the version that they have read."""

from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.workflow import StateConflict, transition_all
from monitoring.operations.discussion import add_return_notes, checked_notes


class Outdated(StateConflict):
    """The submission was returned and handed in anew since the page was opened (HTTP 409)."""


@transaction.atomic
def act(*, submission, action, by, at, comment="", cycle=None, notes=None):
    """Takes `action` through the one door. cycle: the one that the page showed; another one by now is Outdated.

    Without it a co-lead could accept, unread, what was returned and handed in anew since the page was opened.
    notes: of a return, LineKey → what to change there. They are a note, too: the comment may then be blank.
    Raises ValidationError by the name of the line for a note that does not fit; otherwise as the door does.
    """
    if notes and action != "return":
        raise TypeError("Only a return has notes on lines.")
    told = checked_notes(submission, notes or {})
    if told and not comment.strip():
        comment = _("See the notes at %(codes)s.") % {
            "codes": ", ".join(code for code, _text in told.values())
        }
    (outcome,) = act_on_all(submissions=[(submission, cycle)], action=action, by=by, at=at, comment=comment)
    if outcome.error:
        raise outcome.error
    if told:
        texts = {line: text for line, (_code, text) in told.items()}
        add_return_notes(submission=outcome.subject, by=by, at=at, notes=texts)
    return outcome.subject


def act_on_all(*, submissions, action, by, at, comment=""):
    """The same action on many, in one transaction: `submissions` is a list of (Submission, the cycle that was shown or None).

    Each goes through the one door with its checks and its record: there is no short cut for many (DOMAIN.md, "What goes
    wrong in peer systems"). Returns an Outcome for each.
    """
    shown = {one.pk: cycle for one, cycle in submissions}

    def meanwhile(fresh):
        if shown[fresh.pk] in (None, fresh.cycle):
            return None
        words = _(
            "This was returned and submitted again since you opened the page. Read it anew, then decide."
        )
        return Outdated(words, fresh)

    return transition_all(
        subjects=[one for one, _cycle in submissions],
        action=action,
        by=by,
        at=at,
        comment=comment,
        meanwhile=meanwhile,
    )
