"""Puts the whole demonstration into the database, or nothing of it."""

from dataclasses import dataclass
from datetime import timedelta

import pghistory
from django.db import connection, transaction
from django.utils.translation import gettext as _

from frameworks.models import Institution, Plan, ReportingRound, User
from napwps.demo import framework, money, plans
from napwps.demo.budgets import NEXT, Budgets, tell_next_budget, tell_past_budgets
from napwps.demo.calendar import load_calendar
from napwps.demo.context import load_context
from napwps.demo.crosswalk import load_crosswalk
from napwps.demo.geography import load_places
from napwps.demo.institutions import INSTITUTIONS, load_institutions
from napwps.demo.mail import load_mail
from napwps.demo.people import DOMAIN, SECRETARY, VACATED, fill_co_leads, load_seats, load_users, vacate
from napwps.demo.said import say
from napwps.demo.schedule import CURRENT, FRAMEWORK_ON, at_clock, rounds_around
from napwps.demo.story import Story
from napwps.demo.terms import load_terms

#: Two hosts that start at the same time take turns; the second one finds everything there.
LOCK = 4_271_325


class DemoClash(Exception):
    """The database holds something that the demo would overwrite; `str(error)` says what and what to do."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What load() did. `is_new` is False when the demo was there already; `rounds` are the labels, oldest first."""

    is_new: bool
    rounds: tuple[str, ...] = ()


@transaction.atomic
def load(*, anchor):
    """Loads the demo as it stands on the day `anchor`; does nothing when it is there.

    Raises ValueError for a day before the plan has a finished round, and DemoClash where something else is in the way.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if is_loaded():
        return Loaded(is_new=False)
    _refuse_clash()
    schedule = rounds_around(anchor)
    next_year = schedule[-1].year + 1

    with pghistory.context(action="demo"):
        institutions, places = load_institutions(), load_places()
        people = load_users(institutions)
    with pghistory.context(user=people[SECRETARY].pk, action="demo"):
        others = plans.load_other_plans(anchor)
        plan, pillars = plans.load_plan(others[plans.PREDECESSOR])
        load_seats(plan, people, institutions)
    framework.load_real_part(plan, by=people[SECRETARY], at=at_clock(FRAMEWORK_ON, 10))
    with pghistory.context(user=people[SECRETARY].pk, action="demo"):
        framework.load_rest(plan, pillars, institutions, next_year=next_year)
        money.load_costings(plan)
        load_crosswalk(plan)
        fill_co_leads(plan, people)
        load_terms(plan, by=people[SECRETARY])
        sources = money.load_sources(plan)
        years = {dates.position: dates.year for dates in schedule} | {NEXT: next_year}
        money.load_institution_budgets(plan, institutions, years)
        money.publish_years(plan, schedule, people[SECRETARY])
    budgets = Budgets(plan=plan, people=people, pillars=pillars, institutions=institutions, sources=sources)
    tell_past_budgets(budgets, schedule)
    load_context(plan, others[plans.PREDECESSOR], institutions, by=people[SECRETARY], anchor=anchor)

    story = Story(plan=plan, people=people, pillars=pillars, institutions=institutions, places=places)
    before = None
    for dates in schedule:
        if dates.position == CURRENT:
            story.revise_target(dates.year, at_clock(before.published_on + timedelta(days=31), 11))
            with pghistory.context(user=people[SECRETARY].pk, action="demo"):
                vacate(plan, people, VACATED, last_day=anchor - timedelta(days=75))
        story.tell(dates, until=anchor)
        say(story, dates, until=anchor)
        before = dates
    current = ReportingRound.objects.select_related("plan").get(plan=plan, label=schedule[-1].label)
    load_calendar(round=current, institution=institutions[VACATED], by=people[SECRETARY], anchor=anchor)
    tell_next_budget(budgets, next_year, anchor)
    # The first minutes of the day: deadlines that have passed count, and nothing lies in the future.
    story.refresh(at_clock(anchor, 0, 5))
    load_mail(round=current, by=people[SECRETARY], anchor=anchor)
    return Loaded(is_new=True, rounds=tuple(dates.label for dates in schedule))


def is_loaded():
    """Whether the demo is in the database."""
    return Plan.objects.filter(code=plans.PLAN, holds_illustrative_data=True).exists()


def _refuse_clash():
    """Nothing that somebody entered is changed or mixed with the demo."""
    taken = [
        *Plan.objects.filter(code__in=plans.ALL_CODES).values_list("code", flat=True),
        *Institution.objects.filter(code__in=[row.code for row in INSTITUTIONS]).values_list(
            "code", flat=True
        ),
        *User.objects.filter(email__endswith=f"@{DOMAIN}").values_list("email", flat=True),
    ]
    if taken:
        raise DemoClash(
            _(
                "The database already holds %(what)s, and not as part of the demo. Load the demo into an empty database."
            )
            % {"what": ", ".join(taken[:5])}
        )
