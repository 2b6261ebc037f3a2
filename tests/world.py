"""The small world that tests live in: one plan, two pillars, a handful of institutions, one person for every role.

owner / colleague / outsider, as in healthchecks: `focal.sei` owns a submission, `focal.mae` sits in another institution of
the same plan, and `outsider` is the secretariat of another plan.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from frameworks.models import (
    Activity,
    Goal,
    Indicator,
    Institution,
    Lead,
    Membership,
    Output,
    Pillar,
    Plan,
    ReportingRound,
    Role,
    Seat,
    Target,
    User,
    WorkingGroup,
)
from frameworks.permissions import forget_seats

PASSWORD = "a-long-test-password"
NOW = datetime(2025, 1, 20, 3, 0, tzinfo=UTC)
TODAY = date(2025, 1, 20)


def new_user(name, **fields):
    """A user who is not saved yet."""
    user = User(email=f"{name}@test.example", display_name=fields.pop("display_name", name), **fields)
    user.set_password(PASSWORD)
    return user


def make_user(name, **fields):
    user = new_user(name, **fields)
    user.save()
    return user


def give_seat(
    user, role, *, plan=None, institution=None, working_group=None, starts_on=date(2020, 1, 1), **seat
):
    """Creates a seat and puts `user` (None: vacant) in it."""
    made = Seat.objects.create(
        plan=plan, role=role, institution=institution, working_group=working_group, **seat
    )
    if user is not None:
        Membership.objects.create(user=user, seat=made, starts_on=starts_on)
        forget_seats(user)
    return made


def make_institution(code, kind="government", **fields):
    return Institution.objects.create(
        code=code, acronym=code, name=fields.pop("name", code), kind=kind, country="TL", **fields
    )


def make_plan(code="TL-NAP-2024-2028", **fields):
    defaults = {
        "title": "National Action Plan 1325",
        "country": "TL",
        "start_year": 2024,
        "end_year": 2028,
        "generation": 2,
    }
    return Plan.objects.create(code=code, **(defaults | fields))


def make_pillar(plan, code, name, order=0):
    pillar = Pillar.objects.create(
        plan=plan, code=code, name=name, order=order, global_pillar="participation"
    )
    WorkingGroup.objects.create(pillar=pillar)
    return pillar


def make_activity(pillar, code, leads=(), years=(2024, 2025, 2026, 2027, 2028)):
    """An activity with the goal and output that its code names; the first of `leads` is accountable."""
    plan = pillar.plan
    goal, _made = Goal.objects.get_or_create(
        plan=plan, code=code.split(".")[0], defaults={"pillar": pillar, "title": f"Goal {code.split('.')[0]}"}
    )
    output_code = ".".join(code.split(".")[:2])
    output, _made = Output.objects.get_or_create(
        plan=plan, code=output_code, defaults={"goal": goal, "title": f"Output {output_code}"}
    )
    activity = Activity.objects.create(
        plan=plan, output=output, code=code, title=f"Activity {code}", years=list(years)
    )
    for order, institution in enumerate(leads):
        Lead.objects.create(
            activity=activity, institution=institution, is_accountable=order == 0, order=order
        )
    return activity


def make_indicator(activity, code, *, target=None, **fields):
    """An indicator of an activity. `target`: end-line (31 December 2028) value, in percent for shares."""
    defaults = {"type": "number_and_percentage", "statement": f"Indicator {code}", "unit": "women"}
    indicator = Indicator.objects.create(
        plan=activity.plan,
        pillar=activity.output.goal.pillar,
        activity=activity,
        code=code,
        **(defaults | fields),
    )
    if target is not None:
        Target.objects.create(
            indicator=indicator, period_end=date(2028, 12, 31), value=Decimal(target), is_endline=True
        )
    return indicator


def make_round(plan, year=2024, *, opened=True, **fields):
    """The annual round of a year: reporting opens on 2 January after it, is due on 28 February, closes on 31 March."""
    defaults = {
        "label": str(year),
        "period_start": date(year, 1, 1),
        "period_end": date(year, 12, 31),
        "opens_on": date(year + 1, 1, 2),
        "due_on": date(year + 1, 2, 28),
        "closes_on": date(year + 1, 3, 31),
    }
    if opened:
        defaults["opened_at"] = datetime(year + 1, 1, 2, 1, 0, tzinfo=UTC)
    return ReportingRound.objects.create(plan=plan, **(defaults | fields))


@dataclass
class World:
    plan: Plan
    other_plan: Plan
    participation: Pillar
    prevention: Pillar
    institutions: dict
    activities: dict
    indicators: dict
    users: dict = field(default_factory=dict)
    seats: dict = field(default_factory=dict)

    def __getattr__(self, name):
        for table in ("institutions", "users"):
            found = self.__dict__.get(table, {}).get(name)
            if found is not None:
                return found
        raise AttributeError(name)


def make_world():
    """Builds the world. Everything is in the database when it returns; nobody has reported anything."""
    plan, other = make_plan(), make_plan("PH-NAP-2023-2033", country="PH", start_year=2023, end_year=2033)
    participation, prevention = (
        make_pillar(plan, "P1", "Participation", 1),
        make_pillar(plan, "P2", "Prevention", 2),
    )
    institutions = {
        "sei": make_institution("SEI"),
        "mae": make_institution("MAE"),
        "mssi": make_institution("MSSI"),
        "ba_futuru": make_institution("BA-FUTURU", "cso"),
    }
    activities = {
        "a111": make_activity(participation, "1.1.1", [institutions["sei"], institutions["mae"]]),
        "a112": make_activity(participation, "1.1.2", [institutions["mae"]]),
        "a211": make_activity(prevention, "2.1.1", [institutions["mssi"]]),
    }
    indicators = {
        "i111a": make_indicator(
            activities["a111"],
            "1.1.1a",
            target="30",
            baseline_numerator=Decimal(21),
            baseline_denominator=Decimal(442),
            baseline_year=2023,
        ),
        "i112a": make_indicator(
            activities["a112"],
            "1.1.2a",
            type="count",
            target="15000",
            baseline_value=Decimal(2505),
            baseline_year=2023,
        ),
        "i211a": make_indicator(activities["a211"], "2.1.1a"),
    }
    world = World(plan, other, participation, prevention, institutions, activities, indicators)
    people = {
        "administrator": (Role.ADMINISTRATOR, {}),
        "secretariat": (Role.SECRETARIAT, {"plan": plan}),
        "focal_sei": (Role.FOCAL_POINT, {"plan": plan, "institution": institutions["sei"]}),
        "focal_mae": (Role.FOCAL_POINT, {"plan": plan, "institution": institutions["mae"]}),
        "focal_mssi": (Role.FOCAL_POINT, {"plan": plan, "institution": institutions["mssi"]}),
        "gov_lead": (
            Role.GOVERNMENT_CO_LEAD,
            {"plan": plan, "institution": institutions["sei"], "working_group": participation.working_group},
        ),
        "cso_lead": (
            Role.CSO_CO_LEAD,
            {
                "plan": plan,
                "institution": institutions["ba_futuru"],
                "working_group": participation.working_group,
            },
        ),
        "other_gov_lead": (
            Role.GOVERNMENT_CO_LEAD,
            {"plan": plan, "institution": institutions["mssi"], "working_group": prevention.working_group},
        ),
        "other_cso_lead": (
            Role.CSO_CO_LEAD,
            {
                "plan": plan,
                "institution": institutions["ba_futuru"],
                "working_group": prevention.working_group,
            },
        ),
        "steering": (Role.STEERING_COMMITTEE, {"plan": plan}),
        "monitoring": (Role.MONITORING_TEAM, {"plan": plan}),
        "outsider": (Role.SECRETARIAT, {"plan": other}),
    }
    # All at once: most tests begin here.
    users = User.objects.bulk_create(new_user(name) for name in people)
    seats = Seat.objects.bulk_create(Seat(role=role, **scope) for role, scope in people.values())
    Membership.objects.bulk_create(
        Membership(user=user, seat=seat, starts_on=date(2020, 1, 1))
        for user, seat in zip(users, seats, strict=True)
    )
    world.users = dict(zip(people, users, strict=True))
    world.seats = dict(zip(people, seats, strict=True))
    world.users["nobody"] = make_user("nobody")
    return world
