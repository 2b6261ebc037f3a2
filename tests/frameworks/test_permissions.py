"""Who may do what, as data: every role × every permission, and how far each reaches."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from frameworks.models import Membership, Plan, ReportingRound, Role, User
from frameworks.permissions import (
    GRANTS,
    Permission,
    forget_seats,
    has_permission,
    held_seats,
    is_insider,
    require_permission,
    scope_filter,
    scope_of,
)
from tests.world import give_seat, make_round, make_user

pytestmark = pytest.mark.django_db

P = Permission
PLAN_ONLY = {P.VIEW_PLAN, P.VIEW_REPORTS, P.VIEW_BUDGETS}
RUNS_THE_PLAN = {
    P.CREATE_PLAN, P.VIEW_PLAN, P.EDIT_FRAMEWORK, P.MANAGE_SEATS, P.MANAGE_ROUNDS, P.PUBLISH_ROUND, P.VIEW_SUBMISSIONS,
    P.COMMENT, P.GENERATE_REPORT, P.VIEW_REPORTS, P.VIEW_DASHBOARD, P.EDIT_COSTING, P.OVERRIDE_STATUS,
    P.VIEW_BUDGETS, P.MANAGE_BUDGETS,
}  # fmt: skip
#: What each person of the world may do on the plan itself, on a submission of SEI, and on one of MSSI (other pillar).
ON_PLAN = {
    "administrator": RUNS_THE_PLAN | {P.VERIFY},
    "secretariat": RUNS_THE_PLAN,
    "focal_sei": PLAN_ONLY,
    "focal_mssi": PLAN_ONLY,
    "gov_lead": PLAN_ONLY | {P.VIEW_DASHBOARD},
    "cso_lead": PLAN_ONLY | {P.VIEW_DASHBOARD},
    "steering": PLAN_ONLY | {P.VIEW_DASHBOARD, P.DECIDE_BUDGET},
    "monitoring": PLAN_ONLY | {P.VIEW_DASHBOARD, P.VIEW_SUBMISSIONS, P.COMMENT, P.VERIFY},
    "nobody": set(),
    "outsider": set(),
}
REPORTING = {P.EDIT_SUBMISSION, P.SUBMIT, P.VIEW_SUBMISSIONS, P.COMMENT, P.EDIT_BUDGET}
REVIEWING = {P.VIEW_SUBMISSIONS, P.COMMENT, P.REVIEW, P.GENERATE_REPORT, P.PREPARE_ANNUAL_PLAN}
MORE_ON_SEI = {
    "focal_sei": REPORTING,
    "gov_lead": REVIEWING | {P.SIGN_OFF_GOVERNMENT},
    "cso_lead": REVIEWING | {P.SIGN_OFF_CSO},
}
MORE_ON_MSSI = {
    "focal_mssi": REPORTING,
    "other_gov_lead": REVIEWING | {P.SIGN_OFF_GOVERNMENT},
    "other_cso_lead": REVIEWING | {P.SIGN_OFF_CSO},
}


@dataclass
class Subject:
    """Anything with the ids of its scope."""

    plan_id: int
    institution_id: int | None = None
    pillar_id: int | None = None


def allowed(user, subject):
    return {permission for permission in Permission if has_permission(user, permission, subject)}


@pytest.mark.parametrize("name", sorted(ON_PLAN))
def test_on_the_plan(world, name):
    assert allowed(world.users[name], world.plan) == ON_PLAN[name]


@pytest.mark.parametrize("name", sorted({*ON_PLAN, "other_gov_lead", "other_cso_lead"}))
def test_on_a_submission_of_one_institution_and_pillar(world, name):
    on_plan = ON_PLAN.get(name, PLAN_ONLY | {P.VIEW_DASHBOARD})
    sei = Subject(world.plan.pk, world.sei.pk, world.participation.pk)
    mssi = Subject(world.plan.pk, world.mssi.pk, world.prevention.pk)
    assert allowed(world.users[name], sei) == on_plan | MORE_ON_SEI.get(name, set())
    assert allowed(world.users[name], mssi) == on_plan | MORE_ON_MSSI.get(name, set())


def test_both_co_leads_may_the_same_but_for_the_side_that_they_sign(world):
    """DOMAIN.md, Glossary: a government AND a CSO co-lead of equal standing."""

    def granted(role):
        return {(grant.scope, one) for grant in GRANTS[role] for one in grant.permissions}

    government, civil = granted(Role.GOVERNMENT_CO_LEAD), granted(Role.CSO_CO_LEAD)
    assert {one for _scope, one in government ^ civil} == {P.SIGN_OFF_GOVERNMENT, P.SIGN_OFF_CSO}


def test_every_role_has_grants_and_can_read_its_plan():
    assert set(GRANTS) == set(Role)
    for grants in GRANTS.values():
        assert any(P.VIEW_PLAN in grant.permissions for grant in grants)


def test_the_same_ids_in_another_plan_count_for_nothing(world):
    elsewhere = Subject(world.other_plan.pk, world.sei.pk, world.participation.pk)
    assert allowed(world.focal_sei, elsewhere) == set()
    assert allowed(world.gov_lead, elsewhere) == set()


def test_a_seat_counts_from_its_first_to_its_last_day(world):
    today = timezone.localdate()
    for starts, ends, holds in (
        (today, None, True),
        (today, today, True),
        (today - timedelta(days=9), today - timedelta(days=1), False),
        (today + timedelta(days=1), None, False),
    ):
        person = make_user(f"p{starts}{ends}")
        seat = give_seat(None, Role.MONITORING_TEAM, plan=world.plan)
        Membership.objects.create(user=person, seat=seat, starts_on=starts, ends_on=ends)
        assert is_insider(person, world.plan) is holds


def test_an_abolished_seat_and_an_account_switched_off_give_nothing(world):
    world.seats["secretariat"].closed_on = date(2025, 1, 1)
    world.seats["secretariat"].save()
    assert not is_insider(world.secretariat, world.plan)
    world.monitoring.is_active = False
    assert held_seats(world.monitoring) == ()


def test_anonymous_holds_nothing(world):
    assert held_seats(AnonymousUser()) == ()
    assert allowed(AnonymousUser(), world.plan) == set()


def test_a_superuser_is_an_administrator_without_a_seat(world):
    boss = User.objects.create_superuser("root@test.example", "x" * 12, display_name="root")
    everything = RUNS_THE_PLAN | {P.VERIFY}
    assert allowed(boss, world.plan) == everything
    assert allowed(boss, world.other_plan) == everything


def test_seats_are_read_once_and_forgotten_on_demand(world, django_assert_num_queries):
    person = User.objects.get(pk=world.nobody.pk)
    with django_assert_num_queries(1):
        for permission in Permission:
            has_permission(person, permission, world.plan)
    give_seat(person, Role.SECRETARIAT, plan=world.plan)  # forgets by itself
    assert has_permission(person, P.MANAGE_SEATS, world.plan)
    Membership.objects.filter(user=person).update(ends_on=date(2020, 1, 2))
    assert has_permission(person, P.MANAGE_SEATS, world.plan)  # still remembered
    forget_seats(person)
    assert not has_permission(person, P.MANAGE_SEATS, world.plan)


def test_require_permission(world):
    require_permission(world.secretariat, P.MANAGE_ROUNDS, world.plan)
    with pytest.raises(PermissionDenied, match="Your seats do not allow this"):
        require_permission(world.monitoring, P.MANAGE_ROUNDS, world.plan)


def test_scope_of():
    plan = Plan(pk=7)
    assert scope_of(None) == (None, None, None)
    assert scope_of(plan) == (7, None, None)
    assert scope_of(ReportingRound(plan=plan)) == (7, None, None)
    assert scope_of(Subject(7, 8, 9)) == (7, 8, 9)


def test_anywhere_at_all(world):
    """Without a subject: creating a plan needs a secretariat's seat in any."""
    assert has_permission(world.outsider, P.CREATE_PLAN)
    assert not has_permission(world.steering, P.CREATE_PLAN)


def test_plans_that_a_person_reads(world):
    world.other_plan.is_public = True
    world.other_plan.save()
    hidden = Plan.objects.create(code="HIDDEN", title="T", country="TH", start_year=2024, end_year=2028)

    def reads(user):
        return set(Plan.objects.visible_to(user).values_list("code", flat=True))

    both = {world.plan.code, world.other_plan.code}
    assert reads(AnonymousUser()) == {world.other_plan.code}
    assert reads(world.nobody) == {world.other_plan.code}
    assert reads(world.focal_sei) == both
    assert reads(world.administrator) == both | {hidden.code}


def test_rows_follow_their_plan(world):
    mine, other = make_round(world.plan), make_round(world.other_plan)
    assert list(ReportingRound.objects.visible_to(world.focal_sei)) == [mine]
    assert list(ReportingRound.objects.visible_to(world.outsider)) == [other]
    assert not ReportingRound.objects.visible_to(AnonymousUser()).exists()


def test_scope_filter_of_somebody_without_seats_selects_nothing(world):
    make_round(world.plan)
    condition = scope_filter(world.nobody, P.VIEW_SUBMISSIONS, plan="plan")
    assert not ReportingRound.objects.filter(condition).exists()
