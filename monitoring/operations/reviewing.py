"""What the co-leads do with a submission: always on the version that they have read."""

from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.workflow import StateConflict, transition
from monitoring.models import Submission
from monitoring.operations.reporting import take_one_by_one


class Outdated(StateConflict):
    """The submission was returned and handed in anew since the page was opened (HTTP 409)."""


@transaction.atomic
def act(*, submission, action, by, at, comment="", cycle=None):
    """Takes `action` through the one door. cycle: the one that the page showed; another one by now is Outdated.

    Without it a co-lead could accept, unread, what was returned and handed in anew since the page was opened.
    """
    if cycle is not None:
        fresh = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
        if fresh.cycle != cycle:
            raise Outdated(
                _(
                    "This was returned and submitted again since you opened the page. Read it anew, then decide."
                ),
                fresh,
            )
    return transition(subject=submission, action=action, by=by, at=at, comment=comment)


def act_on_all(*, submissions, action, by, at):
    """The same action on many: `submissions` is a list of (Submission, the cycle that was shown). Returns Outcomes."""
    shown = {one.pk: cycle for one, cycle in submissions}
    return take_one_by_one(
        submissions=[one for one, _cycle in submissions],
        take=lambda one: act(submission=one, action=action, by=by, at=at, cycle=shown[one.pk]),
    )
