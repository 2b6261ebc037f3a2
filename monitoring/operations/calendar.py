"""Writes the dates that differ from a round's onto the submissions that they are for.

Groups and exceptions are the framework's (frameworks/operations/round_groups.py); what reads a submission should not have
to look them up. Derived data: it may be written anew at any time.
"""

from datetime import timedelta

import pghistory
from django.db import transaction
from django.db.models import DateField, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce, Greatest, Least, NullIf, TruncDate

from frameworks.models import ReportingRound, RoundException, RoundGroup, RoundGroupMember
from frameworks.models.round import ExceptionKind
from monitoring.models import Submission


def rewrite_dates(*, round):
    """Brings the own dates of all submissions of `round` up to date. Two queries, whatever the number.

    A group's dates take the place of the round's. An extension moves the deadline on, never back, and lets its institution
    report until that day; a reopening only lets it report. Taken back, they count up to the day on which that was done;
    on the day on which they were given, they count as never given (a mistake).
    """
    # Only those that have, had or get dates of their own: most rounds have none, and nothing is written there.
    member = RoundGroupMember.objects.filter(round=round, institution=OuterRef("institution_id"))
    excepted = RoundException.objects.filter(round=round, institution=OuterRef("institution_id"))
    has_dates = Q(
        own_opens_on__isnull=False, own_due_on__isnull=False, reopened_until__isnull=False, _connector=Q.OR
    )
    of_round = Submission.objects.filter(round=round).filter(has_dates | Exists(member) | Exists(excepted))
    with transaction.atomic(), pghistory.context(action="round dates"):
        # In the order in which everybody locks submissions: nobody waits for each other in a circle.
        list(of_round.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        of_round.update(
            own_opens_on=Subquery(_group("opens_on")),
            own_due_on=_due_on(),
            own_closes_on=Subquery(_group("closes_on")),
            reopened_until=Subquery(_reopened_until()),
        )


def _group(name):
    return RoundGroup.objects.filter(
        round=OuterRef("round_id"), memberships__institution=OuterRef("institution_id")
    ).values(name)[:1]


def _exceptions():
    """Those of the submission's institution, without mistakes that were taken back on the same day."""
    return (
        RoundException.objects.filter(round=OuterRef("round_id"), institution=OuterRef("institution_id"))
        .annotate(granted_day=TruncDate("granted_at"), ended_day=TruncDate("ended_at"))
        .exclude(ended_at__isnull=False, ended_day=F("granted_day"))
    )


def _due_on():
    """The later one of the group's (or round's) deadline and the extension; NULL where that is the round's."""
    extended = _latest(
        _exceptions().filter(kind=ExceptionKind.EXTENSION), Least("until", Coalesce("ended_day", "until"))
    )
    of_round = Subquery(ReportingRound.objects.filter(pk=OuterRef("round_id")).values("due_on")[:1])
    usual = Coalesce(Subquery(_group("due_on")), of_round)
    return NullIf(Greatest(usual, Coalesce(Subquery(extended), usual)), of_round)


def _reopened_until():
    the_day_before = Cast(F("ended_day") - timedelta(days=1), DateField())
    return _latest(_exceptions(), Least("until", Coalesce(the_day_before, "until")))


def _latest(exceptions, last_day):
    return exceptions.annotate(last_day=last_day).order_by("-last_day").values("last_day")[:1]


def may_still_report(round, on):
    """A function institution id → whether it can report in an opened round on that day or later. At most two queries."""
    usual = round.closed_at is None and on <= round.closes_on
    if not round.has_other_dates:
        return lambda institution_id: usual
    members = dict(
        RoundGroupMember.objects.filter(round=round).values_list("institution", "group__closes_on")
    )
    excepted = set(
        RoundException.objects.in_force(on).filter(round=round).values_list("institution", flat=True)
    )

    def answer(institution_id):
        if institution_id in excepted:
            return True
        if institution_id in members:
            return round.closed_at is None and on <= members[institution_id]
        return usual

    return answer
