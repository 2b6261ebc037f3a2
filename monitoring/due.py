"""What an institution is expected to report in a round: the rule, once.

Activities: those that the institution leads (any role), scheduled in a year of the round. Indicators: of such an
activity, where the institution is named as the one who reports the figure; nobody named: the accountable lead. Indicators
of a goal or an output: only where an institution is named. A group of institutions ("CSOs") reports nothing itself.

An activity that several lead has one who answers for it: its accountable lead, unless that is a group. Every other lead
tells its part of it in a submission of its own (`Submission.accountable` names who answers), with the indicators of the
activity that it is named for. Everything else is in the institution's own report.
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

    def __bool__(self):
        return bool(self.activities or self.indicators)


def _scheduled(round):
    """Indicators measured in the round: those of its activities, and all of goals and outputs."""
    return Q(activity__isnull=True) | Q(
        activity__years__overlap=list(round.years), activity__retired_on__isnull=True
    )


def due_activities(*, institution, pillar, round, accountable=None):
    """Activities on which `institution` reports in `round` on `pillar`, in the order of their codes.

    accountable: only its part of those that this other institution answers for; None: those of its own report.
    """
    led = Activity.objects.filter(
        output__goal__pillar=pillar, years__overlap=list(round.years), retired_on__isnull=True
    ).filter(Exists(Lead.objects.filter(activity=OuterRef("pk"), institution=institution)))
    answering = _answering(OuterRef("pk"))
    if accountable is not None:
        return led.filter(Exists(answering.filter(institution=accountable))).order_by("sort_key")
    return led.exclude(Exists(answering.exclude(institution=institution))).order_by("sort_key")


def due_indicators(*, institution, pillar, round, accountable=None):
    """Indicators whose figure `institution` reports in `round` on `pillar`, in the order of their codes.

    accountable: as of `due_activities`.
    """
    reported = (
        Indicator.objects.in_use()
        .filter(_scheduled(round), pillar=pillar)
        .filter(
            Exists(_named().filter(institution=institution))
            | (~Exists(_named()) & Exists(_accountable().filter(institution=institution)))
        )
    )
    leads = Exists(_leads().filter(institution=institution))
    answering = _answering(OuterRef("activity"))
    if accountable is not None:
        return reported.filter(leads, Exists(answering.filter(institution=accountable))).order_by("sort_key")
    return reported.exclude(leads & Exists(answering.exclude(institution=institution))).order_by("sort_key")


def due_in(submissions):
    """submission id → Due, for any number of submissions: the same rule in two queries a round.

    Needs `round` loaded on each.
    """
    by_round = defaultdict(list)
    for one in submissions:
        by_round[one.round].append(one)
    found = {}
    for round, rows in by_round.items():
        wanted = {(one.institution_id, one.pillar_id, one.accountable_id): Due() for one in rows}
        _add_activities(wanted, round)
        _add_indicators(wanted, round)
        found |= {one.pk: wanted[one.institution_id, one.pillar_id, one.accountable_id] for one in rows}
    return found


def _add_activities(wanted, round):
    leads = (
        _leads_in(round)
        .filter(
            institution__in={institution for institution, _pillar, _accountable in wanted},
            activity__output__goal__pillar__in={pillar for _institution, pillar, _accountable in wanted},
        )
        .select_related("activity")
        .order_by("activity__sort_key")
    )
    for lead in leads:
        key = lead.institution_id, lead.pillar_id, _row_of(lead.institution_id, lead.answering_id)
        if key in wanted:
            wanted[key].activities.append(lead.activity)


def _add_indicators(wanted, round):
    institutions = {institution for institution, _pillar, _accountable in wanted}
    indicators = with_reporters(
        Indicator.objects.in_use()
        .filter(_scheduled(round), pillar__in={pillar for _institution, pillar, _accountable in wanted})
        .filter(
            Exists(_named().filter(institution__in=institutions))
            | (~Exists(_named()) & Exists(_accountable().filter(institution__in=institutions)))
        )
        .annotate(
            lead_ids=ArraySubquery(_leads().order_by("institution_id").values("institution_id")),
            answering_id=Subquery(_answering(OuterRef("activity")).values("institution_id")),
        )
        .order_by("sort_key")
    )
    for indicator in indicators:
        for institution in indicator.reporters:
            answering = indicator.answering_id if institution in indicator.lead_ids else None
            key = institution, indicator.pillar_id, _row_of(institution, answering)
            if key in wanted:
                wanted[key].indicators.append(indicator)


def _row_of(institution_id, answering_id):
    """The `accountable` of the submission in which a lead tells of an activity that `answering_id` answers for."""
    return None if answering_id == institution_id else answering_id


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


def _leads():
    return Lead.objects.filter(activity=OuterRef("activity"))


def _answering(activity):
    """Who answers for an activity: nobody hands a part to a group, which submits nothing."""
    return Lead.objects.filter(activity=activity, is_accountable=True).exclude(
        institution__kind=InstitutionKind.GROUP
    )


def _leads_in(round):
    """The leads of the activities of a round; each with `pillar_id` and `answering_id`."""
    return Lead.objects.filter(
        activity__plan=round.plan_id,
        activity__years__overlap=list(round.years),
        activity__retired_on__isnull=True,
    ).annotate(
        pillar_id=F("activity__output__goal__pillar_id"),
        answering_id=Subquery(_answering(OuterRef("activity")).values("institution_id")),
    )


def expected_triples(round):
    """The (institution id, pillar id, accountable id or None) of all submissions that are owed in `round`.

    The third is who answers for what is told there; None: the institution itself.
    """
    leads = (
        _leads_in(round)
        .exclude(institution__kind=InstitutionKind.GROUP)
        .order_by()
        .values_list("institution_id", "pillar_id", "answering_id")
    )
    also_leads = Lead.objects.filter(activity=OuterRef("activity"), institution=OuterRef("responsible"))
    named = (
        Indicator.objects.in_use()
        .filter(_scheduled(round), plan=round.plan_id)
        .filter(responsible__isnull=False)
        .exclude(responsible__kind=InstitutionKind.GROUP)
        # Who leads the activity as well is in the first list, with the row in which it tells of both.
        .filter(~Exists(also_leads))
        .order_by()
        .values_list("responsible", "pillar_id")
    )
    return {
        (institution, pillar, _row_of(institution, answering)) for institution, pillar, answering in leads
    } | {(institution, pillar, None) for institution, pillar in named}


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
