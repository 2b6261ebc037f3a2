"""Of the round that is under way: a vacant post with its handover sheet, and more time for that ministry."""

from datetime import timedelta

import pghistory

from frameworks.models import Membership
from frameworks.models.round import ExceptionKind
from frameworks.operations.round_groups import grant_exception
from monitoring.operations.handover import make_handover, write_notes
from napwps.demo.schedule import at_clock

NOTES = {
    "contacts": "Illustrative: the planning unit keeps the register of trainings; the statistics unit answers within a week.",
    "data_sources": "Illustrative: the register of trainings, and the monthly statistics of schools.",
    "notes": "Illustrative: begin with the ministry's activity under Peacebuilding; last year's figures stand beside the boxes.",
}
REASON = "Illustrative: the post of the focal point is vacant. The ministry asked for more time; the secretariat agreed."


def load_calendar(*, round, institution, by, anchor):
    """What the secretariat did about `institution`, whose focal point left before `round` opened."""
    term = Membership.objects.select_related("seat", "user").get(
        seat__plan=round.plan, seat__institution=institution, seat__role="focal_point"
    )
    with pghistory.context(user=by.pk):
        sheet = make_handover(membership=term, by=by, at=at_clock(round.opens_on, 15))
    with pghistory.context(user=by.pk):
        write_notes(handover=sheet, words=NOTES, by=by, at=at_clock(round.opens_on, 16))
    with pghistory.context(user=by.pk):
        grant_exception(
            round=round,
            institution=institution,
            kind=ExceptionKind.EXTENSION,
            until=anchor + timedelta(days=11),
            reason=REASON,
            by=by,
            at=at_clock(anchor - timedelta(days=2), 11),
        )
