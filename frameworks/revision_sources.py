"""Where the revision log of a plan reads: every event table that holds something of it, narrowed by what was asked for.

What was removed is found too: rows are traced to their plan through the events of their owners, never through live rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Min, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from frameworks import providers
from frameworks.models import (
    Activity,
    ActivityTheme,
    Assumption,
    AssumptionCheck,
    Category,
    CategoryTarget,
    Dimension,
    Goal,
    Indicator,
    Lead,
    Output,
    Pillar,
    Plan,
    PlanTheme,
    ProvisionLink,
    Target,
)
from frameworks.models.indicator import ResponsibleInstitution
from frameworks.models.plan import PlanStatus

#: What the filter "Level" offers, and in which order; the plan's own words stand in for goal, output and activity.
LEVELS = ("plan", "pillar", "goal", "output", "activity", "indicator", "assumption", "crosswalk")
#: The filter "Only": after the plan was endorsed, or with a reason given.
AFTER_ENDORSEMENT, WITH_REASON = "endorsed", "reason"


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the log is wanted; everything empty: all of it. since and until: aware moments, `until` itself left out.

    code: what the codes of pillars, goals, outputs, activities and indicators begin with. person: id of a User.
    """

    level: str = ""
    pillar: int | None = None
    code: str = ""
    person: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    only: str = ""


@dataclass(frozen=True)
class Tracked:
    """One event table. level: of which part of the plan it tells ("" : the row says, through `owner`).

    label: what the row is called beside its owner's code ("" for a level itself). owner: event → (level, id of the
    owner). hidden: field names that are not shown. events: the rows of the plan that were asked for.
    """

    model: type
    level: str
    events: QuerySet
    label: Callable = lambda event: ""
    owner: Callable = lambda event: None
    hidden: frozenset = frozenset()

    @property
    def is_level(self):
        """Whether its rows are things of the plan themselves, and not parts of one."""
        return self.model in _OWN


_OWN = (Plan, Pillar, Goal, Output, Activity, Indicator, Assumption)


def events_of(model):
    return model.pgh_event_model.objects.all()


#: One request or import is one entry. Writes without a context (a shell) of one transaction are one, too.
ENTRY = Coalesce(
    Cast("pgh_context", CharField()),
    Concat(Value("at "), Cast("pgh_created_at", CharField()), output_field=CharField()),
)


def sources(plan, asked=None):
    """The Tracked tables of a plan. No query is made but one for the endorsement, where that was asked for."""
    asked = asked or Asked()
    found = [one for one in _all_sources(plan, asked) if not asked.level or asked.level == one.level]
    condition = _condition(plan, asked)
    return [
        Tracked(one.model, one.level, one.events.filter(condition), one.label, one.owner, one.hidden)
        for one in found
    ]


def _condition(plan, asked):
    condition = Q()
    if asked.person:
        condition &= Q(pgh_context__metadata__user=asked.person)
    if asked.since:
        condition &= Q(pgh_created_at__gte=asked.since)
    if asked.until:
        condition &= Q(pgh_created_at__lt=asked.until)
    if asked.only == WITH_REASON:
        condition &= Q(pgh_context__metadata__has_key="reason") & ~Q(pgh_context__metadata__reason="")
    if asked.only == AFTER_ENDORSEMENT:
        moment = endorsed_at(plan)
        condition &= Q(pgh_created_at__gte=moment) if moment else Q(pk__in=[])
    return condition


def endorsed_at(plan):
    """When the plan came under change control for the first time; None: not yet."""
    later = events_of(Plan).filter(pgh_obj=plan.pk).exclude(status=PlanStatus.IN_DEVELOPMENT)
    return later.aggregate(first=Min("pgh_created_at"))["first"]


def _all_sources(plan, asked):
    """Every table, narrowed by pillar and code: what neither says anything of is left out then."""
    goals = events_of(Goal).filter(plan=plan.pk)
    outputs = events_of(Output).filter(plan=plan.pk)
    activities = events_of(Activity).filter(plan=plan.pk)
    indicators = events_of(Indicator).filter(plan=plan.pk)
    pillars = events_of(Pillar).filter(plan=plan.pk)
    if asked.pillar:
        pillars = pillars.filter(pgh_obj=asked.pillar)
        goals = goals.filter(pgh_obj__in=ids_of(goals.filter(pillar=asked.pillar)))
        outputs = outputs.filter(pgh_obj__in=ids_of(outputs.filter(goal__in=ids_of(goals))))
        activities = activities.filter(pgh_obj__in=ids_of(activities.filter(output__in=ids_of(outputs))))
        indicators = indicators.filter(pgh_obj__in=ids_of(indicators.filter(pillar=asked.pillar)))
    if asked.code:
        # A thing that had the code once is meant, too: its whole history belongs together.
        pillars, goals, outputs, activities, indicators = (
            rows.filter(pgh_obj__in=ids_of(rows.filter(code__istartswith=asked.code)))
            for rows in (pillars, goals, outputs, activities, indicators)
        )
    dimensions = events_of(Dimension).filter(indicator__in=ids_of(indicators))
    categories = events_of(Category).filter(dimension__in=ids_of(dimensions))
    links = events_of(ProvisionLink).filter(plan=plan.pk)
    if asked.pillar or asked.code:
        links = links.filter(
            Q(goal__in=ids_of(goals))
            | Q(output__in=ids_of(outputs))
            | Q(activity__in=ids_of(activities))
            | Q(indicator__in=ids_of(indicators))
        )
    of_plan = {"plan", "pillar"}
    found = [
        Tracked(Pillar, "pillar", pillars, hidden=frozenset(of_plan)),
        Tracked(Goal, "goal", goals, hidden=frozenset({"plan"})),
        Tracked(Output, "output", outputs, hidden=frozenset({"plan"})),
        Tracked(Activity, "activity", activities, hidden=frozenset({"plan"})),
        _of_activity(Lead, activities, _("Lead institution")),
        _of_activity(ActivityTheme, activities, _("Theme")),
        Tracked(Indicator, "indicator", indicators, hidden=frozenset(of_plan)),
        Tracked(
            Target,
            "indicator",
            events_of(Target).filter(indicator__in=ids_of(indicators)),
            label=lambda event: _("Target %(year)s") % {"year": event.period_end.year},
            owner=lambda event: ("indicator", event.indicator_id),
            hidden=frozenset({"indicator", "period_end", "is_endline"}),
        ),
        Tracked(
            Dimension,
            "indicator",
            dimensions,
            label=lambda event: _("Breakdown"),
            owner=lambda event: ("indicator", event.indicator_id),
            hidden=frozenset({"indicator"}),
        ),
        Tracked(
            Category,
            "indicator",
            categories,
            label=lambda event: _("Category"),
            owner=lambda event: ("dimension", event.dimension_id),
            hidden=frozenset({"dimension", "code"}),
        ),
        Tracked(
            CategoryTarget,
            "indicator",
            events_of(CategoryTarget).filter(category__in=ids_of(categories)),
            label=lambda event: _("Target of a category %(year)s") % {"year": event.period_end.year},
            owner=lambda event: ("category", event.category_id),
            hidden=frozenset({"period_end"}),
        ),
        Tracked(
            ResponsibleInstitution,
            "indicator",
            events_of(ResponsibleInstitution).filter(indicator__in=ids_of(indicators)),
            label=lambda event: _("Who reports the figure"),
            owner=lambda event: ("indicator", event.indicator_id),
            hidden=frozenset({"indicator"}),
        ),
        Tracked(
            ProvisionLink,
            "crosswalk",
            links,
            label=lambda event: _("Link to a provision"),
            owner=_linked,
            hidden=frozenset({"plan", "goal", "output", "activity", "indicator"}),
        ),
        *providers.cost().revision_sources(activities, outputs),
    ]
    if not (asked.pillar or asked.code):
        found += _of_whole_plan(plan)
    return found


def _of_whole_plan(plan):
    assumptions = events_of(Assumption).filter(plan=plan.pk)
    return [
        Tracked(Plan, "plan", events_of(Plan).filter(pgh_obj=plan.pk)),
        Tracked(
            PlanTheme,
            "plan",
            events_of(PlanTheme).filter(plan=plan.pk),
            label=lambda event: _("Theme"),
            owner=lambda event: ("plan", event.plan_id),
            hidden=frozenset({"plan"}),
        ),
        Tracked(Assumption, "assumption", assumptions, hidden=frozenset({"plan"})),
        Tracked(
            AssumptionCheck,
            "assumption",
            events_of(AssumptionCheck).filter(assumption__in=ids_of(assumptions)),
            label=lambda event: _("Does it still hold? %(year)s") % {"year": event.year},
            owner=lambda event: ("assumption", event.assumption_id),
            hidden=frozenset({"assumption", "year", "answered_by", "answered_at"}),
        ),
    ]


def _of_activity(model, activities, label):
    return Tracked(
        model,
        "activity",
        events_of(model).filter(activity__in=ids_of(activities)),
        label=lambda event: label,
        owner=lambda event: ("activity", event.activity_id),
        hidden=frozenset({"activity"}),
    )


def _linked(event):
    for level in ("goal", "output", "activity", "indicator"):
        pk = getattr(event, f"{level}_id")
        if pk:
            return level, pk
    return None


def ids_of(events):
    """The ids (a values queryset) of the things that these events are of."""
    return events.order_by().values("pgh_obj_id")


def people_ids(plan):
    """Ids of the users who changed anything of the plan, as a set. One query."""
    contexts = [
        one.events.order_by()
        .annotate(who=KeyTextTransform("user", "pgh_context__metadata"))
        .values_list("who")
        .distinct()
        for one in sources(plan)
    ]
    rows = contexts[0].union(*contexts[1:])
    return {int(who) for (who,) in rows if who and who.isdecimal()}
