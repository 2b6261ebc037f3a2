"""The queries behind the first screens. Every function runs a fixed number of queries, whatever the size of the plan."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, F, Max
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models import Activity, Membership, Pillar, ReportingRound, Role, Seat
from monitoring.models import ActivityProgress, IndicatorResult, SignOff, Submission
from monitoring.models.result import Performance, Provenance
from monitoring.models.review import Verdict
from monitoring.models.submission import EDITABLE_STATES, REVIEWABLE_STATES, ActivityStatus, SubmissionState
from monitoring.report_runs import listed

#: What the off-track list shows, worst first.
WORST_FIRST = (Performance.MOVED_BACKWARDS, Performance.OFF_TRACK, Performance.AT_RISK)


class Unreported(ToneChoices):
    """What a bar of activity statuses shows for scheduled activities of which nothing has been handed in."""

    NOT_REPORTED = "not_reported", _("Not reported"), "muted", "minus-circle"


@dataclass
class BoardCell:
    """One submission on the board. `days_late`: until the first hand-in, or until today while it is out."""

    submission: Submission
    days_late: int
    is_overdue: bool
    is_started: bool
    may_open: bool


@dataclass
class BoardRow:
    institution: object
    cells: list
    days_late: int
    has_focal_point: bool
    is_received: bool
    #: For the secretariat: something is out and can be handed in, so that a reminder makes sense; when there was one last.
    is_out: bool = False
    reminder: object = None
    is_reminded_today: bool = False
    own_due_on: object = None
    accountable: object = None  # this is the institution's part of what that one answers for

    @property
    def is_overdue(self):
        return any(cell and cell.is_overdue for cell in self.cells)


@dataclass
class PillarCounts:
    """How one pillar stands: (choice, count) pairs in the order of the vocabulary, every choice present."""

    pillar: Pillar
    activities: list = field(default_factory=list)
    indicators: list = field(default_factory=list)
    activity_total: int = 0
    indicator_total: int = 0
    unconfirmed: int = 0


def current_round(plan, label=None):
    """The round that a dashboard shows: the one asked for, else the latest opened, else the next planned, else None."""
    rounds = list(ReportingRound.objects.filter(plan=plan).order_by("-period_end"))
    if label:
        return next((one for one in rounds if one.label == label), None), rounds
    opened = [one for one in rounds if one.opened_at is not None]
    return (opened or rounds[::-1] or [None])[0], rounds


def submission_board(*, round, user, on):
    """(pillars, rows): institutions × pillars with the state of each submission and how late it is.

    A draft is counted and named, but only its own institution may open it. Parts of joint leads have rows of their own, right
    below that of the accountable lead.
    """
    submissions = list(
        Submission.objects.board_visible_to(user)
        .filter(round=round)
        .select_related("institution", "pillar", "round", "accountable")
        .with_start()
        .order_by("institution__acronym", "institution__name", "pillar__order")
    )
    readable = set(
        Submission.objects.visible_to(user).filter(round=round).order_by().values_list("pk", flat=True)
    )
    staffed = set(
        Seat.objects.filter(
            Membership.active_on(on, "memberships__"),
            plan=round.plan_id,
            role=Role.FOCAL_POINT,
            closed_on__isnull=True,
        ).values_list("institution_id", flat=True)
    )
    pillars = list(Pillar.objects.filter(plan=round.plan_id).order_by("order", "code"))
    by_teller = defaultdict(dict)
    for one in submissions:
        late = one.days_late(on)
        by_teller[one.institution, one.accountable][one.pillar_id] = BoardCell(
            submission=one,
            days_late=late,
            is_overdue=late > 0 and one.state in EDITABLE_STATES,
            is_started=one.is_started,
            may_open=one.pk in readable,
        )
    rows = [
        BoardRow(
            institution=institution,
            cells=[cells.get(pillar.pk) for pillar in pillars],
            days_late=max(cell.days_late for cell in cells.values()),
            has_focal_point=institution.pk in staffed,
            is_received=all(cell.submission.state in REVIEWABLE_STATES for cell in cells.values()),
            own_due_on=next(iter(cells.values())).submission.own_due_on,
            accountable=accountable,
        )
        for (institution, accountable), cells in by_teller.items()
    ]
    return pillars, _parts_below(rows)


def _parts_below(rows):
    """The latest first; parts right below the row of who answers for them, whose place follows the latest of them all."""
    groups = defaultdict(list)
    for row in rows:
        groups[row.accountable or row.institution].append(row)

    def place(institution):
        group = groups[institution]
        late = max(row.days_late for row in group)
        return -late, all(row.is_received for row in group), str(institution)

    return [
        row
        for institution in sorted(groups, key=place)
        for row in sorted(
            groups[institution], key=lambda row: (row.accountable is not None, str(row.institution))
        )
    ]


def received_of(rows):
    """("received", "expected") institutions: received when nothing of theirs is out any more.

    A part that was handed to an accountable lead is out until that one submits.
    """
    everybody = {row.institution for row in rows}
    return len(everybody - {row.institution for row in rows if not row.is_received}), len(everybody)


def pillar_counts(*, round, pillars=None):
    """PillarCounts of every pillar: activities by the status that their accountable lead reported, indicators by performance.

    Activities of which nothing has been handed in count as "not reported". Never an average (DOMAIN.md).
    """
    pillars = (
        pillars
        if pillars is not None
        else list(Pillar.objects.filter(plan=round.plan_id).order_by("order", "code"))
    )
    activities = dict(
        Activity.objects.filter(plan=round.plan_id, retired_on__isnull=True, years__overlap=list(round.years))
        .order_by()
        .values_list("output__goal__pillar")
        .annotate(Count("pk"))
    )
    reported = defaultdict(Counter)
    unconfirmed = Counter()
    rows = (
        ActivityProgress.objects.filter(
            submission__round=round,
            submission__state__in=REVIEWABLE_STATES,
            activity__retired_on__isnull=True,  # they are counted against the activities in use
        )
        .of_accountable()
        .exclude(status="")
        .order_by()
        .values_list("submission__pillar", "status", "submission__state")
        .annotate(Count("pk"))
    )
    for pillar_id, status, state, number in rows:
        reported[pillar_id][status] += number
        if state == SubmissionState.SUBMITTED:
            unconfirmed[pillar_id] += number
    performance = defaultdict(Counter)
    for pillar_id, status, number in (
        IndicatorResult.objects.filter(round=round)
        .totals()
        # Nobody is asked about what is retired; what was reported before stays what it was.
        .exclude(indicator__retired_on__isnull=False, provenance=Provenance.NONE)
        .order_by()
        .values_list("indicator__pillar", "status")
        .annotate(Count("pk"))
    ):
        performance[pillar_id][status] += number
    return [
        PillarCounts(
            pillar=pillar,
            activities=[
                *((status, reported[pillar.pk][status]) for status in ActivityStatus),
                (Unreported.NOT_REPORTED, max(0, activities.get(pillar.pk, 0) - reported[pillar.pk].total())),
            ],
            indicators=[(status, performance[pillar.pk][status]) for status in Performance],
            activity_total=activities.get(pillar.pk, 0),
            indicator_total=sum(performance[pillar.pk].values()),
            unconfirmed=unconfirmed[pillar.pk],
        )
        for pillar in pillars
    ]


def off_track(*, round, user, limit=12):
    """Results that moved backwards, are off track or at risk, worst first."""
    rows = (
        IndicatorResult.objects.visible_to(user)
        .totals()
        .filter(round=round, status__in=WORST_FIRST)
        .select_related("indicator__pillar", "indicator__activity")
    )
    order = {status: place for place, status in enumerate(WORST_FIRST)}
    return sorted(rows, key=lambda row: (order[row.status], row.indicator.sort_key))[:limit]


def dissents(*, round, user):
    """Dissents on the present cycle of the round's submissions, newest first."""
    return (
        SignOff.objects.visible_to(user)
        .filter(submission__round=round, verdict=Verdict.DISSENT, cycle=F("submission__cycle"))
        .select_related("submission__institution", "submission__pillar", "by")
        .order_by("-at")
    )


def vacant_seats(plan, on):
    return (
        Seat.objects.filter(plan=plan)
        .needing_holder()
        .with_vacancy(on)
        .filter(is_vacant=True)
        .select_related("institution", "working_group__pillar")
        .order_by("role", "order")
    )


def newest_reports(plan, user, limit=6):
    return listed(user).filter(plan=plan)[:limit]


def published_progress(plans):
    """For the public: per plan its latest published round and, per pillar, published indicators by performance.

    Four queries for any number of plans. Nothing that is not published is counted.
    """
    plans = list(plans)
    rounds = {}
    for one in ReportingRound.objects.filter(plan__in=plans, published_at__isnull=False).order_by(
        "period_end"
    ):
        rounds[one.plan_id] = one
    pillars = defaultdict(list)
    for pillar in Pillar.objects.filter(plan__in=plans).order_by("order", "code"):
        pillars[pillar.plan_id].append(pillar)
    counts = defaultdict(Counter)
    rows = (
        IndicatorResult.objects.totals()
        .filter(
            round__in=[one.pk for one in rounds.values()],
            provenance=Provenance.PUBLISHED,
            is_suppressed=False,  # with its target, the status of a small figure says how large it is
        )
        .order_by()
        .values_list("indicator__pillar", "status")
        .annotate(Count("pk"))
    )
    for pillar_id, status, number in rows:
        counts[pillar_id][status] += number
    updated = dict(
        IndicatorResult.objects.filter(indicator__plan__in=plans, provenance=Provenance.PUBLISHED)
        .order_by()
        .values_list("indicator__plan")
        .annotate(Max("updated_at"))
    )
    return [
        {
            "plan": plan,
            "round": rounds.get(plan.pk),
            "updated_at": updated.get(plan.pk),
            "pillars": [
                {"pillar": pillar, "counts": [(status, counts[pillar.pk][status]) for status in Performance]}
                for pillar in pillars[plan.pk]
                if plan.pk in rounds
            ],
        }
        for plan in plans
    ]
