"""Who is responsible for what in a year, and what of it is in nobody's operational plan: the rule, once.

An institution is responsible for an activity in use that is scheduled in the year where it is named among the leads (lead,
co-lead or support), or is a member of a group ("CSOs") that is. What an institution answered for before it was merged
into another, that one answers for.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from budgets.models import BudgetLine, OperationalAction, OperationalPlan, OperationalState
from frameworks.models import Activity, Institution, Lead
from frameworks.models.plan import LeadRole


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One institution and one activity. through: the group as whose member it is named; None: it is named itself.

    rank: 0 answers for it, 1 leads it, 2 supports it or is a member of a group that is named.
    """

    institution: Institution
    activity: Activity
    role: str
    is_accountable: bool
    through: Institution | None = None

    @property
    def rank(self):
        if self.through is not None or self.role == LeadRole.SUPPORT:
            return 2
        return 0 if self.is_accountable else 1

    @property
    def leads(self):
        """Whether it answers for the activity or leads it."""
        return self.rank < 2

    def get_role_display(self):
        return LeadRole(self.role).label

    @property
    def pillar_id(self):
        return self.activity.output.goal.pillar_id


def responsibilities(plan, year):
    """The Responsibilities of a year, by activity; two queries.

    A group without members stands for itself: nobody could plan for it otherwise.
    """
    leads = list(
        Lead.objects.filter(
            activity__plan=plan, activity__years__contains=[year], activity__retired_on__isnull=True
        )
        .select_related("activity__output__goal", "institution__merged_into")
        .order_by("activity__sort_key", "order", "pk")
    )
    groups = {lead.institution_id for lead in leads if lead.institution.is_group}
    members = _members_of(groups)
    found = {}
    for lead in leads:
        of_group = members.get(lead.institution_id, [])
        for institution in of_group or [lead.institution]:
            through = lead.institution if of_group else None
            one = Responsibility(
                institution.successor,
                lead.activity,
                lead.role,
                lead.is_accountable and through is None,
                through,
            )
            key = one.institution.pk, one.activity.pk
            if key not in found or one.rank < found[key].rank:
                found[key] = one
    return list(found.values())


def _members_of(groups):
    """group id → its members, by name. One query, none without groups."""
    found = defaultdict(list)
    if groups:
        rows = Institution.members.through.objects.filter(from_institution__in=groups).select_related(
            "to_institution__merged_into"
        )
        for row in rows.order_by("to_institution__acronym", "to_institution__name", "pk"):
            found[row.from_institution_id].append(row.to_institution)
    return found


def handed_in_plans(plan, year):
    return OperationalPlan.objects.filter(plan=plan, year=year, state=OperationalState.SUBMITTED)


def activities_in_nobodys_plan(plan, year):
    """Activities in use that are scheduled in the year, with no action and no proposed line in a plan that is handed in.

    A queryset in the order of the codes.
    """
    of_plan = {"activity": OuterRef("pk"), "operational_plan__in": handed_in_plans(plan, year)}
    return (
        Activity.objects.filter(plan=plan, retired_on__isnull=True)
        .scheduled_in([year])
        .filter(
            ~Exists(OperationalAction.objects.filter(**of_plan)),
            ~Exists(BudgetLine.objects.filter(**of_plan, proposed__isnull=False)),
        )
        .order_by("sort_key")
    )


@dataclass
class MissingPlan:
    """An institution that is responsible for something on a pillar, and has handed in no operational plan for it.

    rank: that of the nearest of `responsibilities`. state: that of the plan it is writing; None: not begun. focal_points:
    names of those who hold its seat, where a page fills them in.
    """

    institution: Institution
    pillar_id: int
    responsibilities: list
    state: OperationalState | None = None
    focal_points: list = field(default_factory=list)

    @property
    def rank(self):
        return min(one.rank for one in self.responsibilities)


@dataclass
class Coverage:
    """The gaps of a year. missing: MissingPlans, who answers for something first. unplanned: (activity, its leads)."""

    missing: list
    unplanned: list
    expected: int  # how many (institution, pillar) are responsible for something
    scheduled: int  # how many activities are scheduled


def load_coverage(plan, year):
    """The Coverage of a year; the same number of queries however large the plan."""
    rows = responsibilities(plan, year)
    by_place = defaultdict(list)
    leads = defaultdict(list)
    for one in rows:
        by_place[one.institution, one.pillar_id].append(one)
        leads[one.activity.pk].append(one)
    states = plan_states(plan, year)
    missing = [
        MissingPlan(institution, pillar, some, states.get((institution.pk, pillar)))
        for (institution, pillar), some in by_place.items()
        if states.get((institution.pk, pillar)) != OperationalState.SUBMITTED
    ]
    missing.sort(key=lambda one: (one.rank, str(one.institution).lower(), one.pillar_id))
    unplanned = list(activities_in_nobodys_plan(plan, year).select_related("output__goal"))
    scheduled = Activity.objects.filter(plan=plan, retired_on__isnull=True).scheduled_in([year]).count()
    return Coverage(
        missing,
        [(one, sorted(leads[one.pk], key=lambda lead: lead.rank)) for one in unplanned],
        len(by_place),
        scheduled,
    )


#: Of two plans of one institution (its own, and that of one that was merged into it) the further one speaks.
_FURTHER = [OperationalState.DRAFT, OperationalState.RETURNED, OperationalState.SUBMITTED]


def plan_states(plan, year):
    """(institution id, pillar id) → OperationalState. A plan of a merged institution counts for the one that carries it on."""
    found = {}
    rows = OperationalPlan.objects.filter(plan=plan, year=year).values_list(
        "institution", "institution__merged_into", "pillar", "state"
    )
    for institution, successor, pillar, state in rows:
        key = successor or institution, pillar
        found[key] = max(found.get(key, OperationalState.DRAFT), OperationalState(state), key=_FURTHER.index)
    return found
