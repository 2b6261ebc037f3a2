"""What an institution is expected to report in a round: the rule, once.

Activities: those that the institution leads (any role), scheduled in a year of the round. Indicators: of such an
activity, where the institution is named as the one who reports the figure; nobody named: the accountable lead. Indicators
of a goal or an output: only where an institution is named. A group of institutions ("CSOs") reports nothing itself.
"""

from django.db.models import Exists, OuterRef, Q

from frameworks.models import Activity, Indicator, Institution, Lead
from frameworks.models.people import InstitutionKind


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
    accountable = Lead.objects.filter(
        activity=OuterRef("activity"), institution=institution, is_accountable=True
    )
    named = Indicator.responsible.through.objects.filter(indicator=OuterRef("pk"))
    scheduled = Q(activity__isnull=True) | Q(
        activity__years__overlap=list(round.years), activity__retired_on__isnull=True
    )
    return (
        Indicator.objects.in_use()
        .filter(scheduled, pillar=pillar)
        .filter(Exists(named.filter(institution=institution)) | (~Exists(named) & Exists(accountable)))
        .order_by("sort_key")
    )


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
        .filter(Q(activity__isnull=True) | Q(activity__years__overlap=list(round.years)), plan=round.plan_id)
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
