"""What the database already holds of a plan, loaded once for a whole import. A fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass, field

from frameworks.imports import text as texts
from frameworks.imports.names import KnownInstitution, KnownInstitutions
from frameworks.models import Activity, Goal, Indicator, Institution, Output, Pillar, Seat, WorkingGroup
from frameworks.models.people import InstitutionKind


def known_institutions():
    """The directory of institutions as the reader of workbooks wants it; `key` is the Institution."""
    rows = Institution.objects.filter(merged_into__isnull=True).prefetch_related("aliases").order_by("code")
    return [
        KnownInstitution(
            key=one,
            names=tuple(dict.fromkeys(filter(None, (one.acronym, one.name, one.code)))),
            aliases=tuple(alias.name for alias in one.aliases.all()),
            is_cso=one.kind == InstitutionKind.CSO,
        )
        for one in rows
    ]


@dataclass
class Existing:
    """The plan's framework by code. Empty for a plan that is yet to be created."""

    plan: object
    pillars: dict = field(default_factory=dict)  # folded name → Pillar
    goals: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)
    activities: dict = field(default_factory=dict)
    indicators: dict = field(default_factory=dict)
    indicators_of: dict = field(
        default_factory=lambda: defaultdict(list)
    )  # (level, parent code) → [Indicator]
    groups: dict = field(default_factory=dict)  # pillar pk → WorkingGroup
    seats: dict = field(default_factory=lambda: defaultdict(list))  # group pk → [Seat]
    known: KnownInstitutions = field(default_factory=KnownInstitutions)


def load_existing(plan):
    """Everything of `plan` (None: nothing yet) that a workbook may create, change or leave."""
    existing = Existing(plan, known=KnownInstitutions(known_institutions()))
    if plan is None or plan.pk is None:
        return existing
    existing.pillars = {texts.fold(one.name): one for one in Pillar.objects.filter(plan=plan)}
    existing.goals = {one.code: one for one in Goal.objects.filter(plan=plan).select_related("pillar")}
    existing.outputs = {one.code: one for one in Output.objects.filter(plan=plan).select_related("goal")}
    activities = (
        Activity.objects.filter(plan=plan).select_related("output").prefetch_related("leads__institution")
    )
    existing.activities = {one.code: one for one in activities}
    indicators = (
        Indicator.objects.filter(plan=plan)
        .select_related("goal", "output", "activity")
        .prefetch_related("dimensions__categories", "targets")
    )
    for one in indicators:
        existing.indicators[one.code] = one
        level, parent = next(
            (level, getattr(one, level)) for level in ("goal", "output", "activity") if getattr(one, level)
        )
        existing.indicators_of[level, parent.code].append(one)
    existing.groups = {one.pillar_id: one for one in WorkingGroup.objects.filter(pillar__plan=plan)}
    for seat in Seat.objects.filter(working_group__pillar__plan=plan, closed_on__isnull=True).select_related(
        "institution"
    ):
        existing.seats[seat.working_group_id].append(seat)
    return existing
