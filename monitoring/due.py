"""What an institution is expected to report in a round: the rule, once.

Activities: those that the institution leads (any role), scheduled in a year of the round. Indicators: of such an
activity, where the institution is named as the one who reports the figure; nobody named: the accountable lead. Indicators
of a goal or an output: only where an institution is named. A group of institutions ("CSOs") reports nothing itself.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, Subquery

from frameworks.models import Activity, Indicator, Institution, Lead
from frameworks.models.people import InstitutionKind


@dataclass(slots=True)
class Due:
    """What one submission is asked for, in the order of the codes. Indicators carry `reporters`, a tuple of ids."""

    activities: list = field(default_factory=list)
    indicators: list = field(default_factory=list)


def _scheduled(round):
    """Indicators measured in the round: those of its activities, and all of goals and outputs."""
    return Q(activity__isnull=True) | Q(
        activity__years__overlap=list(round.years), activity__retired_on__isnull=True
    )


def due_activities(*, institution, pillar, round):
    """Activities on which `institution` reports in `round` on `pillar`, in the order of their codes."""
    return (
        Activity.objects.filter(
            output__goal__pillar=pillar, years__overlap=list(round.years), retired_on__isnull=True
        )
        .filter(Exists(Lead.objects.filter(activity=OuterRef("pk"), institution=institution)))
        .order_by("sort_key")
    )


def due_indicators(*, institution, pillar, round):
    """Indicators whose figure `institution` reports in `round` on `pillar`, in the order of their codes."""
    return (
        Indicator.objects.in_use()
        .filter(_scheduled(round), pillar=pillar)
        .filter(
            Exists(_named().filter(institution=institution))
            | (~Exists(_named()) & Exists(_accountable().filter(institution=institution)))
        )
        .order_by("sort_key")
    )


def due_in(submissions):
    """submission id → Due, for any number of submissions: the same rule in two queries a round.

    Needs `round` loaded on each.
    """
    by_round = defaultdict(list)
    for one in submissions:
        by_round[one.round].append(one)
    found = {}
    for round, rows in by_round.items():
        wanted = {(one.institution_id, one.pillar_id): Due() for one in rows}
        _add_activities(wanted, round)
        _add_indicators(wanted, round)
        found |= {one.pk: wanted[one.institution_id, one.pillar_id] for one in rows}
    return found


def _add_activities(wanted, round):
    leads = (
        Lead.objects.filter(
            institution__in={institution for institution, _pillar in wanted},
            activity__output__goal__pillar__in={pillar for _institution, pillar in wanted},
            activity__years__overlap=list(round.years),
            activity__retired_on__isnull=True,
        )
        .select_related("activity")
        .annotate(pillar_id=F("activity__output__goal__pillar_id"))
        .order_by("activity__sort_key")
    )
    for lead in leads:
        if (lead.institution_id, lead.pillar_id) in wanted:
            wanted[lead.institution_id, lead.pillar_id].activities.append(lead.activity)


def _add_indicators(wanted, round):
    institutions = {institution for institution, _pillar in wanted}
    indicators = with_reporters(
        Indicator.objects.in_use()
        .filter(_scheduled(round), pillar__in={pillar for _institution, pillar in wanted})
        .filter(
            Exists(_named().filter(institution__in=institutions))
            | (~Exists(_named()) & Exists(_accountable().filter(institution__in=institutions)))
        )
        .order_by("sort_key")
    )
    for indicator in indicators:
        for institution in indicator.reporters:
            if (institution, indicator.pillar_id) in wanted:
                wanted[institution, indicator.pillar_id].indicators.append(indicator)


def with_reporters(indicators):
    """The indicators of a queryset as a list; each knows `reporters`, the ids of the institutions that give its figure."""
    found = list(
        indicators.annotate(
            named_ids=ArraySubquery(_named().order_by("institution_id").values("institution_id")),
            accountable_id=Subquery(_accountable().values("institution_id")),
        )
    )
    for one in found:
        one.reporters = tuple(one.named_ids or ([one.accountable_id] if one.accountable_id else ()))
    return found


def _named():
    return Indicator.responsible.through.objects.filter(indicator=OuterRef("pk"))


def _accountable():
    return Lead.objects.filter(activity=OuterRef("activity"), is_accountable=True)


def expected_pairs(round):
    """The (institution id, pillar id) pairs that owe a submission in `round`."""
    leads = (
        Lead.objects.filter(
            activity__plan=round.plan_id,
            activity__years__overlap=list(round.years),
            activity__retired_on__isnull=True,
        )
        .exclude(institution__kind=InstitutionKind.GROUP)
        .order_by()
        .values_list("institution_id", "activity__output__goal__pillar_id")
    )
    named = (
        Indicator.objects.in_use()
        .filter(_scheduled(round), plan=round.plan_id)
        .filter(responsible__isnull=False)
        .exclude(responsible__kind=InstitutionKind.GROUP)
        .order_by()
        .values_list("responsible", "pillar_id")
    )
    return set(leads) | set(named)


def institutions_without_focal_point(round, on):
    """Institutions that owe a submission in `round`, but whose focal point's seat is vacant or missing on that day."""
    from frameworks.models import Membership, Role, Seat

    held = Seat.objects.filter(
        Membership.active_on(on, "memberships__"),
        plan=round.plan_id,
        role=Role.FOCAL_POINT,
        institution=OuterRef("pk"),
        closed_on__isnull=True,
    )
    return Institution.objects.filter(submissions__round=round).filter(~Exists(held)).distinct()
