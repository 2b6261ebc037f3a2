"""Everything that a pillar report reads from the database, in a fixed number of queries whatever the size of the pillar."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Prefetch, Q

from budgets.models import Costing
from frameworks.models import (
    Activity,
    Indicator,
    Institution,
    Lead,
    Membership,
    ReportingRound,
    Seat,
    WorkingGroup,
)
from frameworks.models.people import CO_LEAD_ROLES
from monitoring.due import expected_triples
from monitoring.models import (
    ActivityProgress,
    CoLeadRating,
    IndicatorResult,
    IndicatorValue,
    SignOff,
    Submission,
)
from monitoring.models.result import Provenance
from monitoring.models.submission import REVIEWABLE_STATES


@dataclass
class Loaded:
    """The rows of one pillar in one round, as models."""

    previous: ReportingRound | None
    activities: list
    indicators: list
    totals: dict  # indicator id → IndicatorResult
    parts: dict  # indicator id → [IndicatorResult] of categories and places
    before: dict  # indicator id → IndicatorResult of the previous round
    values: dict  # indicator id → [IndicatorValue] without categories
    progress: dict  # activity id → [ActivityProgress]
    submissions: list
    expected: set  # institution ids
    institutions: dict  # id → Institution
    sign_offs: list
    seats: list
    working_group: WorkingGroup | None
    costings: dict  # activity id → [Costing]
    ratings: dict  # (submission id, activity id) → [CoLeadRating] of the present version

    @property
    def co_lead_seats(self):
        return [seat for seat in self.seats if seat.role in CO_LEAD_ROLES]


def load_pillar(*, plan, round, pillar, on):
    """The rows behind a pillar report. `on`: the local day of the cut-off; it decides who holds a co-lead's seat."""
    previous = (
        ReportingRound.objects.filter(
            plan=plan, periodicity=round.periodicity, period_end__lt=round.period_end
        )
        .opened()
        .order_by("-period_end")
        .first()
    )
    activities = list(_activities(round, pillar))
    indicators = list(_indicators(round, pillar))
    totals, parts, before = _results(round, previous, pillar)
    submissions = list(
        Submission.objects.filter(round=round, pillar=pillar)
        .select_related("institution", "accountable")
        .order_by("institution__acronym", "institution__name", "pk")
    )
    seats = _seats(pillar, on)
    expected = {one for one, where, _accountable in expected_triples(round) if where == pillar.pk}
    return Loaded(
        previous=previous,
        activities=activities,
        indicators=indicators,
        totals=totals,
        parts=parts,
        before=before,
        values=_values(round, pillar),
        progress=_progress(round, pillar),
        submissions=submissions,
        expected=expected,
        institutions=_institutions(activities, indicators, submissions, seats, expected),
        sign_offs=list(
            SignOff.objects.filter(submission__round=round, submission__pillar=pillar)
            .select_related("submission__institution", "by")
            .order_by("submission__institution__acronym", "submission__institution__name", "at", "pk")
        ),
        seats=seats,
        working_group=WorkingGroup.objects.filter(pillar=pillar).first(),
        costings=_grouped(
            Costing.objects.filter(activity__output__goal__pillar=pillar).order_by("year", "pk"),
            "activity_id",
        ),
        ratings=_ratings(round, pillar),
    )


def _ratings(round, pillar):
    rows = CoLeadRating.objects.filter(
        submission__round=round,
        submission__pillar=pillar,
        submission__state__in=REVIEWABLE_STATES,
        cycle=F("submission__cycle"),
    )
    found = defaultdict(list)
    for row in rows.select_related("by").order_by("-side"):  # the government's first, as everywhere
        found[row.submission_id, row.activity_id].append(row)
    return found


def _activities(round, pillar):
    """Those in use, and retired ones that were still reported on in this round."""
    reported = ActivityProgress.objects.filter(
        activity=OuterRef("pk"), submission__round=round, submission__state__in=REVIEWABLE_STATES
    )
    leads = Lead.objects.select_related("institution").order_by("order", "pk")
    return (
        Activity.objects.filter(output__goal__pillar=pillar)
        .filter(Q(retired_on__isnull=True) | Exists(reported))
        .select_related("output__goal")
        .prefetch_related(Prefetch("leads", leads))
        .order_by("sort_key")
    )


def _indicators(round, pillar):
    reported = IndicatorResult.objects.filter(indicator=OuterRef("pk"), round=round).exclude(
        provenance=Provenance.NONE
    )
    return (
        Indicator.objects.filter(pillar=pillar)
        .filter(Q(retired_on__isnull=True) | Exists(reported))
        .select_related("activity", "output", "goal")
        .prefetch_related("targets", "dimensions__categories", "responsible")
        .order_by("sort_key")
    )


def _results(round, previous, pillar):
    whole = Q(category__isnull=True, place__isnull=True)
    wanted = Q(round=round) | (Q(round=previous) & whole) if previous else Q(round=round)
    totals, parts, before = {}, defaultdict(list), {}
    rows = (
        IndicatorResult.objects.filter(wanted, indicator__pillar=pillar)
        .select_related("category", "place", "override_by")
        .order_by("category__dimension__order", "category__order", "category", "place__name", "pk")
    )
    for row in rows:
        if row.round_id != round.pk:
            before[row.indicator_id] = row
        elif row.category_id is None and row.place_id is None:
            totals[row.indicator_id] = row
        else:
            parts[row.indicator_id].append(row)
    return totals, parts, before


def _values(round, pillar):
    """Figures without categories: the totals that institutions gave, and the places that stand for a total."""
    rows = (
        IndicatorValue.objects.filter(
            submission__round=round,
            indicator__pillar=pillar,
            submission__state__in=REVIEWABLE_STATES,
            category__isnull=True,
        )
        .select_related("submission__institution")
        .order_by("submission__institution__acronym", "submission__institution__name", "pk")
    )
    return _grouped(rows, "indicator_id")


def _progress(round, pillar):
    rows = (
        ActivityProgress.objects.filter(
            submission__round=round, submission__pillar=pillar, submission__state__in=REVIEWABLE_STATES
        )
        .select_related("submission__institution")
        .prefetch_related("corrections")
        .order_by("submission__institution__acronym", "submission__institution__name", "pk")
    )
    return _grouped(rows, "activity_id")


def _seats(pillar, on):
    """The working group's seats, each with `holding`: the memberships in force on that day."""
    held = Membership.objects.filter(Membership.active_on(on)).select_related("user")
    return list(
        Seat.objects.filter(working_group__pillar=pillar, closed_on__isnull=True)
        .select_related("institution")
        .prefetch_related(Prefetch("memberships", held, to_attr="holding"))
        .order_by("order", "pk")
    )


def _institutions(activities, indicators, submissions, seats, expected):
    """Everybody named in the report, by id."""
    ids = set(expected)
    ids |= {lead.institution_id for activity in activities for lead in activity.leads.all()}
    ids |= {one.pk for indicator in indicators for one in indicator.responsible.all()}
    ids |= {one.institution_id for one in submissions}
    ids |= {seat.institution_id for seat in seats if seat.institution_id}
    return {one.pk: one for one in Institution.objects.filter(pk__in=ids).order_by("acronym", "name", "pk")}


def _grouped(rows, name):
    groups = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups
