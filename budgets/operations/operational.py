"""Steps of a whole operational plan: handing it in with what is not finished said, and its lines made from its cost lines."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.models import BudgetLine
from budgets.operational import fingerprint_of, lines_from_costs, load_content, unfinished
from budgets.operations.budget_lines import save_line
from budgets.operations.planning import lock_editable
from frameworks.workflow import transition


class Unfinished(Exception):
    """Handing in is possible, but something is not finished, and the person has not said that it goes like that.

    sentences: what it is, in words. seen: what to hand in with (`hand_in`) once the person has said so.
    """

    def __init__(self, sentences):
        super().__init__("; ".join(sentences))
        self.sentences = sentences
        self.seen = fingerprint_of(sentences)


@transaction.atomic
def hand_in(*, operational_plan, by, at, seen=""):
    """Hands an operational plan in, through the one door. Returns it as it is then.

    seen: `Unfinished.seen` of what the person was told is not finished; something else by now is told again. Raises
    Unfinished, and whatever the door does (PermissionDenied, StateConflict, GateClosed); nothing is changed then.
    """
    done = transition(subject=operational_plan, action="submit", by=by, at=at)
    left = unfinished(load_content(done, is_own=True))
    if left and seen != fingerprint_of(left):
        raise Unfinished(left)
    return done


def make_lines(*, operational_plan, by, at, seen):
    """Creates or sets the drafted amounts of budget lines to the sums of the cost lines. Returns how many were written.

    seen: `LinesFromCosts.fingerprint` of the preview; where it would do something else by now, ValidationError says so.
    Raises PermissionDenied, and ValidationError once the plan is handed in or where a sum is too large.
    """
    with transaction.atomic(), pghistory.context(user=by.pk, action="make budget lines"):
        locked = lock_editable(operational_plan, by)
        found = lines_from_costs(load_content(locked, is_own=True))
        if seen != found.fingerprint:
            raise ValidationError(
                _("What would change is not the same since you looked. Here is how it stands now."),
                code="seen",
            )
        for step in found.steps:
            line = step.line or BudgetLine(
                activity=step.activity, funding_source=step.source, currency=step.currency
            )
            line.operational_plan, line.drafted = locked, step.new
            save_line(line=line, by=by, at=at, changed=["drafted"])
    return len(found.steps)
