"""What the database itself refuses about the framework, each with words for people."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from budgets.models import Costing
from frameworks.models import (
    Activity,
    Category,
    Dimension,
    Goal,
    Institution,
    InstitutionAlias,
    Lead,
    Membership,
    Output,
    Pillar,
    Place,
    Plan,
    ReportingRound,
    Seat,
    Target,
    User,
)
from tests.world import NOW, make_institution, make_round

pytestmark = pytest.mark.django_db

YEAR_END = date(2026, 12, 31)


def refused(row, constraint, words):
    """The database refuses the row because of `constraint`, and a form would say `words`."""
    with pytest.raises(ValidationError) as said:
        row.full_clean()
    assert words in " ".join(said.value.messages)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        row.save()
    assert constraint in str(error.value)


def changed(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    return row


@pytest.mark.parametrize(
    ("values", "constraint", "words"),
    [
        ({"start_year": 2028, "end_year": 2024}, "plan_years_in_order", "before the first year"),
        ({"start_year": 24, "end_year": 28}, "plan_years_plausible", "in full"),
        ({"end_year": 2101}, "plan_years_plausible", "in full"),
        ({"at_risk_from": Decimal(90)}, "plan_thresholds_in_order", "below the 'on track'"),
        ({"at_risk_from": Decimal(0)}, "plan_thresholds_in_order", "above 0"),
        ({"on_track_from": Decimal(101)}, "plan_thresholds_in_order", "at or below 100"),
    ],
)
def test_plan(world, values, constraint, words):
    refused(changed(world.plan, **values), constraint, words)


def test_codes_and_names_are_unique_in_their_plan(world):
    plan, p1 = world.plan, world.participation
    output = world.activities["a111"].output
    refused(
        Plan(code=plan.code, title="T", country="TL", start_year=2024, end_year=2028), "code", "Another plan"
    )
    refused(Pillar(plan=plan, code="P1", name="Other"), "pillar_code_unique", "has this code")
    refused(Pillar(plan=plan, code="P9", name="Participation"), "pillar_name_unique", "has this name")
    refused(Goal(plan=plan, pillar=p1, code="1", title="T"), "goal_code_unique", "Another goal")
    refused(
        Output(plan=plan, goal=output.goal, code="1.1", title="T"), "output_code_unique", "Another output"
    )
    refused(
        Activity(plan=plan, output=output, code="1.1.1", title="T"),
        "activity_code_unique",
        "Another activity",
    )
    refused(changed(world.indicators["i112a"], code="1.1.1a"), "indicator_code_unique", "Another indicator")
    # The same codes live side by side in another plan.
    assert Pillar(plan=world.other_plan, code="P1", name="Participation").full_clean() is None


def test_a_row_belongs_to_the_plan_of_its_parent(world):
    goal = world.activities["a111"].output.goal
    for row in (
        Goal(plan=world.other_plan, pillar=world.participation, code="1", title="T"),
        Output(plan=world.other_plan, goal=goal, code="1.1", title="T"),
        changed(world.indicators["i111a"], plan=world.other_plan),
    ):
        with (
            pytest.raises(IntegrityError, match="The plan of this row is not the plan"),
            transaction.atomic(),
        ):
            row.save()


def test_an_activity_lies_in_the_years_of_its_plan(world):
    with pytest.raises(ValidationError, match="2031 lies outside the plan's years 2024–2028"):
        changed(world.activities["a111"], years=[2024, 2031]).full_clean()


def test_leads(world):
    activity = world.activities["a111"]
    refused(Lead(activity=activity, institution=world.sei), "lead_once", "already answers")
    refused(
        Lead(activity=activity, institution=world.mssi, is_accountable=True),
        "lead_one_accountable",
        "Only one institution",
    )


@pytest.mark.parametrize(
    ("values", "constraint", "words"),
    [
        ({"goal": "goal"}, "indicator_one_parent", "exactly one"),
        ({"activity": None}, "indicator_one_parent", "exactly one"),
        ({"baseline_denominator": None}, "indicator_baseline_pair", "needs its denominator"),
        ({"baseline_numerator": Decimal(-1)}, "indicator_baseline_pair", "neither can be negative"),
        ({"baseline_value": Decimal(5)}, "indicator_baseline_once", "not both"),
        (
            {"baseline_numerator": Decimal(443)},
            "indicator_baseline_part_of_whole",
            "larger than its denominator",
        ),
    ],
)
def test_indicator(world, values, constraint, words):
    indicator = world.indicators["i111a"]
    if "goal" in values:
        values = {"goal": world.activities["a111"].output.goal}
    refused(changed(indicator, **values), constraint, words)


def test_reached_out_of_planned_may_pass_its_denominator(world):
    indicator = changed(world.indicators["i111a"], share_of_whole=False, baseline_numerator=Decimal(443))
    indicator.full_clean()
    indicator.save()


@pytest.mark.parametrize(
    "figures",
    [
        {},
        {"value": 5, "numerator": 1, "denominator": 2},
        {"numerator": 1},
        {"denominator": 2},
        {"numerator": 1, "denominator": 0},
        {"numerator": -1, "denominator": 2},
    ],
)
def test_a_target_is_a_value_or_a_pair(world, figures):
    row = Target(indicator=world.indicators["i111a"], period_end=YEAR_END, **figures)
    refused(row, "target_value_or_pair", "as a value, or as numerator and denominator")


def test_one_target_a_period(world):
    Target.objects.create(indicator=world.indicators["i211a"], period_end=YEAR_END, value=5)
    refused(
        Target(indicator=world.indicators["i211a"], period_end=YEAR_END, value=6),
        "target_once_a_period",
        "already has a target",
    )


def test_breakdowns(world):
    dimension = Dimension.objects.create(indicator=world.indicators["i111a"], name="sex")
    Category.objects.create(dimension=dimension, code="w", name="women")
    refused(
        Dimension(indicator=world.indicators["i111a"], name="sex"),
        "dimension_once",
        "already has that breakdown",
    )
    refused(Category(dimension=dimension, code="w", name="x"), "category_once", "already has that category")


def test_institutions_and_their_names(world):
    with pytest.raises(IntegrityError, match="institution_named"), transaction.atomic():
        Institution(code="", name="X", kind="government").save()
    refused(changed(world.mae, parent=world.mae), "institution_not_its_own_parent", "part of itself")
    InstitutionAlias.objects.create(institution=world.sei, name="MI")
    refused(
        InstitutionAlias(institution=world.mae, name="mi"), "institution_alias_unique", "already stands for"
    )


def test_one_account_an_address(world):
    # Upper case is no other person, whoever writes it.
    refused(
        User(email="SECRETARIAT@TEST.EXAMPLE", display_name="X", password="x"),
        "user_email_unique",
        "already signs in",
    )


def test_seats(world):
    plan, group = world.plan, world.participation.working_group
    for row, constraint, words in (
        (Seat(role="secretariat"), "seat_has_plan", "belongs to a plan"),
        (Seat(role="administrator", plan=plan), "seat_has_plan", "belongs to a plan"),
        (
            Seat(role="group_member", plan=plan, institution=world.mae),
            "seat_has_working_group",
            "sit in a working group",
        ),
        (
            Seat(role="secretariat", plan=plan, working_group=group),
            "seat_has_working_group",
            "sit in a working group",
        ),
        (Seat(role="focal_point", plan=plan), "seat_focal_point_institution", "speaks for an institution"),
        (
            Seat(role="cso_co_lead", plan=plan, working_group=group),
            "seat_one_co_lead_of_each_side",
            "already has a co-lead",
        ),
    ):
        refused(row, constraint, words)
    Seat.objects.create(role="group_member", plan=plan, working_group=group, institution=world.mae)
    refused(
        Seat(role="group_member", plan=plan, working_group=group, institution=world.mae),
        "seat_member_once",
        "already sits in the working group",
    )


def test_an_abolished_seat_leaves_its_place(world):
    old = world.seats["cso_lead"]
    changed(old, closed_on=date(2024, 12, 31)).save()
    Seat.objects.create(role="cso_co_lead", plan=world.plan, working_group=old.working_group)


def test_terms(world):
    seat = world.seats["focal_sei"]
    refused(
        Membership(seat=seat, user=world.nobody, starts_on=date(2025, 1, 2), ends_on=date(2025, 1, 1)),
        "membership_ends_after_start",
        "cannot be before",
    )
    refused(
        Membership(seat=seat, user=world.nobody, starts_on=date(2025, 1, 1)),
        "membership_one_holder_at_a_time",
        "Somebody else holds this seat",
    )


def test_a_term_may_begin_the_day_after_another_ends(world):
    first = Membership.objects.get(user=world.focal_sei)
    changed(first, ends_on=date(2024, 12, 31)).save()
    refused(
        Membership(seat=first.seat, user=world.nobody, starts_on=date(2024, 12, 31)),
        "membership_one_holder_at_a_time",
        "Somebody else holds this seat",
    )
    Membership.objects.create(seat=first.seat, user=world.nobody, starts_on=date(2025, 1, 1))


@pytest.mark.parametrize(
    ("values", "constraint", "words"),
    [
        ({"period_end": date(2024, 1, 1)}, "round_period_in_order", "end after it begins"),
        ({"due_on": date(2025, 1, 1)}, "round_dates_in_order", "Dates run in this order"),
        ({"closes_on": date(2025, 2, 27)}, "round_dates_in_order", "Dates run in this order"),
        ({"opened_at": None, "closed_at": NOW}, "round_opened_before_closed", "must be opened before"),
        ({"opened_at": None, "published_at": NOW}, "round_opened_before_closed", "must be opened before"),
    ],
)
def test_round(world, values, constraint, words):
    refused(changed(make_round(world.plan), **values), constraint, words)


def test_rounds_are_told_apart(world):
    round = make_round(world.plan)
    copy = ReportingRound(
        **{name: getattr(round, name) for name in ("plan", "period_start", "opens_on", "due_on", "closes_on")}
    )
    refused(
        changed(copy, label="2024", period_end=date(2024, 11, 30)), "round_label_unique", "round of that name"
    )
    refused(
        changed(copy, label="other", period_end=round.period_end),
        "round_period_unique",
        "round for that period",
    )


def test_places(db):
    Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    refused(Place(country="TL", code="DI", name="X", kind="suco"), "place_code_unique", "has this code")


def test_costing(world):
    activity = world.activities["a111"]
    row = {"activity": activity, "year": 2024, "currency": "USD"}
    refused(Costing(amount=Decimal("-0.01"), **row), "costing_not_negative", "cannot be negative")
    Costing.objects.create(amount=0, **row)
    refused(Costing(amount=5, **row), "costing_once_a_year", "already has an estimate")


def test_every_constraint_has_words(db):
    """A new constraint without words of its own would greet people with its name."""
    silent = [
        constraint.name
        for model in (*vars_of_models(), Costing)
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
        and constraint.violation_error_message == constraint.default_violation_error_message
    ]
    assert silent == []


def vars_of_models():
    import frameworks.models as module

    return [getattr(module, name) for name in module.__all__ if hasattr(getattr(module, name), "_meta")]


def test_institution_codes_are_unique(world):
    with pytest.raises(ValidationError, match="Another institution has this code"):
        Institution(code="SEI", name="X", kind="government").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_institution("SEI")
