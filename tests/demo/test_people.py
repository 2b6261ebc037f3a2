"""Accounts, seats and names of the demo."""

import re

import pytest

from frameworks.models import Institution, Role, Seat, TermsOfReference, User, WorkingGroup
from frameworks.permissions import held_seats
from monitoring.models import Submission
from napwps.demo import plans
from napwps.demo.people import ACCOUNTS, DEFAULT_PASSWORD, DOMAIN
from napwps.demo.terms import ILLUSTRATIVE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.name)
def test_every_account_can_sign_in(client, account):
    assert client.login(username=account.email, password=DEFAULT_PASSWORD)
    user = User.objects.get(email=account.email)
    assert [seat.role for seat in held_seats(user)] == [account.role]


def test_the_roles_of_issue_a():
    roles = [account.role for account in ACCOUNTS]
    assert roles.count(Role.GOVERNMENT_CO_LEAD) == roles.count(Role.CSO_CO_LEAD) == 4
    assert {Role.ADMINISTRATOR, Role.SECRETARIAT, Role.STEERING_COMMITTEE, Role.MONITORING_TEAM} < set(roles)
    focal_points = {
        seat.institution.code
        for seat in Seat.objects.filter(
            role=Role.FOCAL_POINT, holders__email__in=[one.email for one in ACCOUNTS]
        )
    }
    assert focal_points == {"MSSI", "SEI", "MAE", "MJ", "PNTL"}


def test_nobody_else_can_sign_in():
    able = {user.email for user in User.objects.all() if user.has_usable_password()}
    assert able == {account.email for account in ACCOUNTS}


def test_no_name_is_a_persons():
    """Every name is a role, and where it goes on, an institution or a pillar."""
    roles = (
        "Administrator|Secretariat|Focal point|Government co-lead|CSO co-lead|Technical adviser|"
        "Steering committee coordinator|Steering committee member|Monitoring team member"
    )
    known = {str(one) for one in Institution.objects.all()} | {name for _code, name, _of in plans.PILLARS}
    for user in User.objects.all():
        role, _comma, where = user.display_name.partition(", ")
        assert re.fullmatch(roles, role), user.display_name
        assert where == "" or where in known, user.display_name
        assert user.email.endswith(f"@{DOMAIN}")
    assert not Submission.objects.exclude(officer_name="").exists()


def test_steering_committee_as_in_the_guide():
    """Box 11: officials of 11 ministries, directors of 4 CSOs, a partner; coordinated by MOI."""
    seats = Seat.objects.filter(role=Role.STEERING_COMMITTEE).select_related("institution")
    kinds = [seat.institution.kind for seat in seats]
    assert (kinds.count("government"), kinds.count("cso"), kinds.count("partner")) == (11, 4, 1)
    assert seats.get(title="Coordinator").institution.code == "MOI"
    assert seats.get(is_coordinator=True).institution.code == "MOI"
    categories = [seat.category for seat in seats]
    assert (categories.count("ministry"), categories.count("cso"), categories.count("partner")) == (11, 4, 1)


def test_terms_of_reference_say_that_they_are_invented():
    rows = TermsOfReference.objects.filter(plan__code=plans.PLAN).order_by("body", "version")
    assert [(one.body, one.version) for one in rows] == [
        ("steering_committee", 1), ("steering_committee", 2), ("working_group", 1), ("working_group", 2),
    ]  # fmt: skip
    assert all(one.text.startswith(ILLUSTRATIVE) and not one.file for one in rows)
    assert all(one.created_by.email.startswith("secretariat@") for one in rows)


def test_secretariat_is_a_directorate_of_the_ministry_and_apart_from_the_monitoring_team():
    secretariat = Seat.objects.get(role=Role.SECRETARIAT)
    assert (secretariat.institution.code, secretariat.institution.parent.code) == ("DNPCC", "MOI")
    team = Seat.objects.get(role=Role.MONITORING_TEAM)
    assert set(team.holders.all()).isdisjoint(secretariat.holders.all())


def test_working_groups_as_printed():
    leads = {
        (seat.working_group.pillar.name, seat.role): str(seat.institution)
        for seat in Seat.objects.filter(role__in=[Role.GOVERNMENT_CO_LEAD, Role.CSO_CO_LEAD])
    }
    assert leads == {
        ("Participation", "government_co_lead"): "SEI",
        ("Participation", "cso_co_lead"): "Ba Futuru",
        ("Prevention", "government_co_lead"): "MSSI",
        ("Prevention", "cso_co_lead"): "Belun",
        ("Protection", "government_co_lead"): "MOI",
        ("Protection", "cso_co_lead"): "ALFELA",
        ("Peacebuilding", "government_co_lead"): "MJDAC",
        ("Peacebuilding", "cso_co_lead"): "ACbit",
    }
    groups = {group.pillar.name: group for group in WorkingGroup.objects.select_related("pillar")}
    members = {
        name: {seat.institution.code for seat in group.seats.filter(role=Role.GROUP_MEMBER)}
        for name, group in groups.items()
    }
    assert members["Prevention"] == members["Participation"] and len(members["Participation"]) == 13
    assert "MSSI" not in members["Prevention"] and "MSSI" in groups["Prevention"].data_note
    assert all("PNTL" in group for group in members.values())


def test_the_group_of_csos_holds_all_of_them():
    group = Institution.objects.get(code="CSOS")
    assert (
        set(group.members.all()) == set(Institution.objects.filter(kind="cso"))
        and group.members.count() == 14
    )
