"""The demo's mail: what the tracker would have sent in the round that is under way. Nothing leaves the machine."""

from datetime import timedelta

from frameworks.models import Notice
from frameworks.operations.mail import gather, send_waiting
from monitoring.operations.reminding import remind_by_hand
from monitoring.reminders import outs, remind
from monitoring.still_true import out_on
from napwps.demo.schedule import at_clock

#: Days from the deadline on which the tracker had something to say by itself.
TOLD_ON = (-14, -7, -1, 1, 8)


def load_mail(*, round, by, anchor):
    """Makes the reminders of `round` and the mails of those days until the day before `anchor`; after all else was loaded.

    Only what still holds on that day is told: what was true for a while and then seen to has left no mail.
    """
    days = {round.opens_on, *(round.due_on + timedelta(days=days) for days in TOLD_ON)}
    days = sorted(day for day in days if round.opens_on <= day < anchor)
    for day in days:
        remind(at=at_clock(day, 0, 10))
    by_hand = at_clock(anchor - timedelta(days=2), 10)
    overdue = [one for one in outs(out_on(anchor).filter(round=round)) if one.due_on < anchor]
    if overdue:
        remind_by_hand(round=round, institution=overdue[0].institution, by=by, at=by_hand)
    at_once = Notice.objects.filter(is_urgent=True, created_at__lt=at_clock(anchor, 0)).order_by()
    moments = {at_clock(day, 7, 30) for day in (*days, anchor - timedelta(days=1))}
    for at in sorted(moments | set(at_once.values_list("created_at", flat=True))):
        if gather(at=at):
            send_waiting(at=at, limit=1000)
