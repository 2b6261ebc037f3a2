"""Who sits where: the page, giving seats, ending them, and the link of a new account."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from frameworks.coordination import load_people
from frameworks.models import Institution, Membership, Role, Seat, User
from frameworks.operations.seats import (
    assign_seat,
    close_seat,
    create_person,
    create_seat,
    end_membership,
    may_hand_over_account,
    update_seat,
)
from frameworks.permissions import Permission, has_permission
from tests.pages import Visitor
from tests.world import NOW, TODAY, give_seat, make_activity, make_institution, make_pillar, make_user

pytestmark = pytest.mark.django_db


def people(world, who="secretariat"):
    return Visitor(world.users[who]).open(f"/plans/{world.plan.code}/people/")


def at(world, path):
    return f"/plans/{world.plan.code}/people/{path}"


def term(world, name):
    return Membership.objects.get(user=world.users[name])


def vacate(world, name, day=date(2024, 12, 31)):
    Membership.objects.filter(user=world.users[name]).update(ends_on=day)
    return world.seats[name]


# The page


def test_bodies_and_their_people(world):
    text = people(world, "focal_sei").text
    for words in (
        "Secretariat secretariat", "P1 Participation gov_lead Government co-lead, SEI", "cso_lead CSO co-lead, BA-FUTURU",
        "Steering committee steering", "Monitoring team monitoring", "Focal points 3 MAE focal_mae",
    ):  # fmt: skip
        assert words in text


def test_e_mail_addresses_are_the_secretariat_s(world):
    assert "focal_mae@test.example" in people(world).text
    page = people(world, "gov_lead")
    assert "@test.example" not in page.text
    assert not page.links("Add")
    assert not page.links("Hand over")


def test_vacancies_are_visible(world):
    vacate(world, "focal_mae")
    text = people(world, "steering").text
    assert "1 seat that needs somebody" in text
    assert "MAE Vacant" in text
    assert "Earlier focal_mae, 1 January 2020 – 31 December 2024" in text


def test_a_side_without_a_seat_and_institutions_without_a_focal_point(world):
    make_pillar(world.plan, "P3", "Protection", 3)
    make_activity(world.prevention, "2.1.2", [make_institution("MJ"), make_institution("CSOS", "group")])
    page = people(world)
    assert page.text.count("No seat") == 2
    assert "These institutions lead something but have no focal point MJ Add" in page.text
    page.follow("Add a focal point of MJ")
    assert page.page.get_element_by_id("id_institution").value == str(Institution.objects.get(code="MJ").pk)


def test_who_comes_and_who_was(world):
    today = timezone.localdate()
    seat = vacate(world, "focal_mae", today)
    Membership.objects.create(user=world.nobody, seat=seat, starts_on=today + timedelta(days=1))
    row = next(one for one in load_people(world.plan, today).focal_points if one.seat == seat)
    assert (row.holder.user, [one.user for one in row.coming], row.past) == (
        world.focal_mae,
        [world.nobody],
        [],
    )
    row = next(
        one for one in load_people(world.plan, today + timedelta(days=1)).focal_points if one.seat == seat
    )
    assert (row.holder.user, row.coming, [one.user for one in row.past]) == (
        world.nobody,
        [],
        [world.focal_mae],
    )


def test_abolished_seats_are_gone(world):
    Seat.objects.filter(pk=world.seats["steering"].pk).update(closed_on=TODAY)
    assert "Nobody sits on the steering committee yet." in people(world).text


def test_the_page_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    with django_assert_num_queries(13):
        client.get(at(world, ""))
    for number in range(3):
        give_seat(
            make_user(f"s{number}"),
            Role.STEERING_COMMITTEE,
            plan=world.plan,
            institution=make_institution(f"S{number}"),
        )
        give_seat(
            make_user(f"f{number}"),
            Role.FOCAL_POINT,
            plan=world.plan,
            institution=make_institution(f"F{number}"),
        )
        make_pillar(world.plan, f"P{number + 5}", f"Pillar {number}", 9)
    with django_assert_num_queries(13):
        client.get(at(world, ""))


# Giving a seat


def assign(world, seat, **values):
    page = Visitor(world.secretariat).open(at(world, f"seats/{seat.pk}/assign/"))
    return page.press("Give the seat", **values)


def test_a_seat_goes_to_somebody_with_an_account(world):
    seat = vacate(world, "focal_mae")
    page = assign(world, seat, email=" NOBODY@test.example ", starts_on="2025-01-01")
    assert "nobody holds the seat." in page.text
    new = Membership.objects.get(user=world.nobody)
    assert (new.seat, new.starts_on, new.ends_on) == (seat, date(2025, 1, 1), None)
    assert "set-password" not in page.text


def welcome_ana(world):
    """A new person in MAE's seat: the page after it, and the link that it shows."""
    page = assign(
        world,
        vacate(world, "focal_mae"),
        email="Ana@MAE.example",
        name="Ana Ximenes",
        post="Head of planning",
    )
    return page, page.page.xpath("//code/text()")[0]


def test_a_new_person_gets_an_account_and_the_secretariat_a_link_shown_once(world):
    page, link = welcome_ana(world)
    person = User.objects.get(email="ana@mae.example")
    assert (person.display_name, person.post, person.has_usable_password()) == (
        "Ana Ximenes",
        "Head of planning",
        False,
    )
    assert "Hand this link to Ana Ximenes" in page.text
    assert page.answer["Cache-Control"] == "no-store"
    assert link.startswith("http://testserver/set-password/")
    assert "set-password" not in page.open(at(world, "")).text
    assert "has not set a password yet" in page.text


def test_with_the_link_a_password_is_set_once(world):
    _page, link = welcome_ana(world)
    guest = Visitor().open(link)
    assert "You will sign in as ana@mae.example" in guest.text
    assert (
        link not in guest.answer.request["PATH_INFO"]
    )  # the token is out of the address, and so out of any Referer
    guest.press("Set the password", new_password1="short", new_password2="short")
    assert "This password is too short" in guest.text
    guest.press("Set the password", new_password1="a-long-new-password", new_password2="a-long-new-password")
    assert "Your password is set." in guest.text
    guest.press("Sign in", form=0, username="ana@mae.example", password="a-long-new-password")
    assert "Ana Ximenes" in guest.text
    assert "This link does not work any more" in Visitor().open(link).text


@pytest.mark.parametrize("path", ["/set-password/x/y/", "/set-password/MQ/set-password/"])
def test_a_made_up_link(world, path):
    assert "This link does not work any more" in Visitor().open(path).text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email": "not an address"}, "Enter a valid email address."),
        (
            {"email": "new@mae.example"},
            "Nobody has an account with this e-mail address. Write the name to make one",
        ),
        ({"email": "nobody@test.example", "starts_on": "tomorrow"}, "Write a day as year-month-day"),
        (
            {"email": "nobody@test.example", "starts_on": "2024-06-01"},
            "focal_mae holds this seat from 1 January 2020 until 31 December 2024",
        ),
    ],
)
def test_bad_input_of_an_assignment(world, values, words):
    seat = vacate(world, "focal_mae")
    page = assign(world, seat, **({"post": "Typed"} | values))
    assert words in page.text
    assert page.page.get_element_by_id("id_post").value == "Typed"
    assert Membership.objects.filter(seat=seat).count() == 1
    assert not User.objects.filter(email="new@mae.example").exists()


def test_a_seat_that_is_held_is_not_taken_silently(world):
    page = assign(world, world.seats["focal_mae"], email="nobody@test.example", starts_on="2025-01-10")
    assert "focal_mae has held this seat since 1 January 2020. End that term first" in page.text
    page.press("Give the seat", replace="on")
    assert term(world, "focal_mae").ends_on == date(2025, 1, 9)
    assert term(world, "nobody").starts_on == date(2025, 1, 10)


def test_an_account_that_gets_no_seat_is_not_made(world):
    page = assign(world, world.seats["focal_mae"], email="new@mae.example", name="New")
    assert "has held this seat since" in page.text
    assert not User.objects.filter(email="new@mae.example").exists()


def test_nobody_sits_on_both_sides_of_a_group(world):
    seat = vacate(world, "cso_lead")
    page = assign(world, seat, email="gov_lead@test.example")
    assert "gov_lead already leads this working group for the other side." in page.text
    # In another group there is nothing against it.
    assert (
        "holds the seat" in assign(world, vacate(world, "other_cso_lead"), email="gov_lead@test.example").text
    )


def test_nobody_sits_on_both_sides_while_a_term_is_still_running_out(world):
    term = Membership.objects.get(user=world.gov_lead, ends_on__isnull=True)
    term.ends_on = timezone.localdate() + timedelta(days=30)
    term.save()
    seat = vacate(world, "cso_lead")
    page = assign(world, seat, email="gov_lead@test.example")
    assert "gov_lead already leads this working group for the other side." in page.text


def test_an_account_that_is_switched_off_gets_no_seat(world):
    User.objects.filter(pk=world.nobody.pk).update(is_active=False)
    assert (
        "This account is switched off."
        in assign(world, vacate(world, "focal_mae"), email="nobody@test.example").text
    )


def test_the_new_holder_may_act_at_once(world):
    assign(world, world.seats["steering"], email="nobody@test.example", replace="on")
    assert has_permission(User.objects.get(pk=world.nobody.pk), Permission.VIEW_DASHBOARD, world.plan)


# The link again


def test_a_lost_link_is_made_anew_while_there_is_no_password(world):
    welcome_ana(world)
    page = people(world).press("New link")
    assert page.page.xpath("//code/text()")[0].startswith("http://testserver/set-password/")


def test_nobody_takes_an_account_over(world, client):
    """A link is made only for accounts without a password whose every seat lies in plans of the secretariat."""
    client.force_login(world.secretariat)

    def post(person):
        return client.post(at(world, f"{person.pk}/link/")).status_code

    assert post(world.focal_mae) == 403  # has a password
    fresh = create_person(plan=world.plan, email="x@test.example", name="X", post="", by=world.secretariat)
    assert post(fresh) == 404  # no seat here
    assign_seat(
        seat=world.seats["steering"], user=fresh, starts_on=TODAY, by=world.secretariat, at=NOW, replace=True
    )
    assert post(fresh) == 302
    give_seat(fresh, Role.STEERING_COMMITTEE, plan=world.other_plan)
    assert post(fresh) == 403  # now somebody else's, too
    assert may_hand_over_account(world.administrator, fresh)
    give_seat(fresh, Role.ADMINISTRATOR)
    assert not may_hand_over_account(world.secretariat, fresh)
    fresh.is_superuser = True
    assert not may_hand_over_account(world.administrator, fresh)


# Ending


def end(world, name, day, button="End the term"):
    return (
        Visitor(world.secretariat)
        .open(at(world, f"terms/{term(world, name).pk}/end/"))
        .press(button, ends_on=day)
    )


def test_a_term_ends_and_the_seat_is_vacant(world):
    page = end(world, "focal_mae", "2025-01-31")
    assert "MAE Vacant" in page.text
    assert term(world, "focal_mae").ends_on == date(2025, 1, 31)
    assert Seat.objects.get(pk=world.seats["focal_mae"].pk).closed_on is None


def test_the_last_day_cannot_lie_before_the_first(world):
    page = end(world, "focal_mae", "2019-12-31")
    assert "The last day cannot be before the first." in page.text
    assert page.page.xpath("//*[@id='id_ends_on_error']")
    assert term(world, "focal_mae").ends_on is None


def test_the_last_of_the_secretariat_stays_until_there_is_another(world):
    page = end(world, "secretariat", "2025-01-31")
    assert "Nobody else sits at the secretariat of this plan" in page.text
    give_seat(world.nobody, Role.SECRETARIAT, plan=world.plan)
    assert "The term ends." in end(world, "secretariat", timezone.localdate().isoformat()).text


def test_an_administrator_may_end_even_that(world):
    end_membership(membership=term(world, "secretariat"), ends_on=TODAY, by=world.administrator, at=NOW)
    assert term(world, "secretariat").ends_on == TODAY


def test_a_seat_is_abolished_with_its_term(world):
    seat = world.seats["steering"]
    page = Visitor(world.secretariat).open(at(world, f"seats/{seat.pk}/close/"))
    page.press("Abolish the seat", ends_on="2025-01-31")
    seat.refresh_from_db()
    assert (seat.closed_on, term(world, "steering").ends_on) == (date(2025, 1, 31), date(2025, 1, 31))
    Visitor(world.secretariat).open(at(world, f"seats/{seat.pk}/assign/"), status=404)


def test_a_seat_is_not_abolished_ahead_of_its_day(world):
    page = Visitor(world.secretariat).open(at(world, f"seats/{world.seats['steering'].pk}/close/"))
    page.press("Abolish the seat", ends_on="2999-01-01")
    assert "A seat is abolished today or on an earlier day." in page.text
    today = timezone.localdate()
    seat = vacate(world, "steering", today - timedelta(days=3))
    Membership.objects.create(user=world.nobody, seat=seat, starts_on=today + timedelta(days=5))
    page.press("Abolish the seat", ends_on=today.isoformat())
    assert "nobody is to begin in this seat on" in page.text


# New seats


def new_seat(world, role, **values):
    page = Visitor(world.secretariat).open(at(world, f"seats/new/?role={role}"))
    return page.press("Make the seat", **values)


def test_a_focal_point_for_an_institution(world):
    page = new_seat(world, "focal_point", institution=str(world.ba_futuru.pk))
    assert "Now say who holds it." in page.text
    seat = Seat.objects.get(role="focal_point", institution=world.ba_futuru)
    assert page.answer.request["PATH_INFO"] == at(world, f"seats/{seat.pk}/assign/")


def test_a_second_focal_point_says_what_it_is(world):
    page = new_seat(world, "focal_point", institution=str(world.mae.pk))
    assert "MAE already has a focal point: give this seat a title, such as Alternate." in page.text
    page.press("Make the seat", title="Alternate")
    assert Seat.objects.filter(role="focal_point", institution=world.mae).count() == 2


@pytest.mark.parametrize(
    "role", ["steering_committee", "monitoring_team", "secretariat", "technical_partner"]
)
def test_seats_of_the_plan(world, role):
    new_seat(world, role, institution=str(world.mae.pk), title="Coordinator")
    assert Seat.objects.filter(
        plan=world.plan, role=role, title="Coordinator", institution=world.mae
    ).exists()


def test_a_co_lead_where_the_group_has_none(world):
    group = world.participation.working_group
    page = new_seat(world, "cso_co_lead", working_group=str(group.pk), institution=str(world.ba_futuru.pk))
    assert "This working group already has a co-lead of that side." in page.text
    assert page.page.xpath("//*[@id='id_working_group_error']")
    Seat.objects.filter(pk=world.seats["cso_lead"].pk).update(closed_on=TODAY)
    assert "The seat is there." in page.press("Make the seat").text


def test_a_member_sits_once(world):
    group = {"working_group": str(world.prevention.working_group.pk), "institution": str(world.mae.pk)}
    new_seat(world, "group_member", **group)
    page = new_seat(world, "group_member", **group)
    assert "This institution already sits in the working group." in page.text
    assert page.page.xpath("//*[@id='id_institution_error']")


def test_what_must_be_chosen(world):
    assert "Institution: This field is required." in new_seat(world, "focal_point").text
    assert "This field is required." in new_seat(world, "group_member").text


def test_a_group_of_institutions_has_no_focal_point(world):
    group = make_institution("CSOS", "group")
    page = Visitor(world.secretariat).open(at(world, "seats/new/?role=focal_point"))
    assert str(group.pk) not in page.page.xpath("//select[@id='id_institution']/option/@value")


def test_which_seat_is_asked_first(world):
    page = Visitor(world.secretariat).open(at(world, "seats/new/"))
    assert page.links("Monitoring team member") == [at(world, "seats/new/?role=monitoring_team")]
    assert not page.links("Administrator")


@pytest.mark.parametrize("role", ["administrator", "king"])
def test_roles_that_no_plan_gives(world, role):
    Visitor(world.secretariat).open(at(world, f"seats/new/?role={role}"), status=404)


# The steering committee, and what is changed of a seat


def edit(world, seat, **values):
    return Visitor(world.secretariat).open(at(world, f"seats/{seat.pk}/edit/")).press("Save", **values)


def committee(world):
    """MAE of the ministries, BA-FUTURU of the CSOs and chairing, one without a category."""
    common = {"plan": world.plan, "user": None, "role": "steering_committee"}
    give_seat(**common, institution=world.mae, category="ministry")
    return give_seat(**common, institution=world.ba_futuru, category="cso", is_coordinator=True, order=7)


def test_the_committee_by_category_the_chair_first(world):
    committee(world)
    people_of = load_people(world.plan, TODAY)
    assert [(label, [str(row.seat.institution) for row in rows]) for label, rows in people_of.committee] == [
        ("Civil society (executive director)", ["BA-FUTURU"]),
        ("Ministry (Director-General level)", ["MAE"]),
        ("Without a category", ["None"]),
    ]
    text = people(world, "focal_sei").text
    assert "Civil society (executive director) 1 BA-FUTURU Vacant" in text
    assert text.index("Chairs or coordinates") < text.index("Ministry (Director-General level) 1 MAE")


def test_a_committee_without_categories_has_no_headings(world):
    assert load_people(world.plan, TODAY).committee[0][0] == ""
    assert "Without a category" not in people(world).text


def test_a_new_seat_of_the_committee_has_its_category(world):
    new_seat(
        world, "steering_committee", institution=str(world.mae.pk), category="ministry", is_coordinator="on"
    )
    seat = Seat.objects.get(role="steering_committee", institution=world.mae)
    assert (seat.category, seat.is_coordinator) == ("ministry", True)


@pytest.mark.parametrize(
    ("role", "category", "chairs"),
    [
        ("steering_committee", True, True), ("monitoring_team", False, True), ("secretariat", False, True),
        ("focal_point", False, False), ("cso_co_lead", False, False), ("group_member", False, False),
        ("technical_partner", False, False),
    ],
)  # fmt: skip
def test_each_role_is_asked_for_what_it_has(world, role, category, chairs):
    page = Visitor(world.secretariat).open(at(world, f"seats/new/?role={role}"))
    names = page.field_names("Make the seat")
    assert ("category" in names, "is_coordinator" in names) == (category, chairs)


def test_one_seat_of_a_body_chairs_it(world):
    committee(world)
    page = edit(world, world.seats["steering"], is_coordinator="on", title="Typed")
    assert "Another seat of this body chairs or coordinates it." in page.text
    assert page.page.xpath("//*[@id='id_is_coordinator_error']")
    assert page.page.get_element_by_id("id_title").value == "Typed"
    page = new_seat(world, "steering_committee", is_coordinator="on")
    assert "Another seat of this body chairs or coordinates it." in page.text
    # The monitoring team is another body.
    assert "The seat is saved." in edit(world, world.seats["monitoring"], is_coordinator="on").text


def test_a_seat_is_changed_and_its_history_says_so(world):
    seat = world.seats["steering"]
    edit(world, seat, title="Alternate", category="other", order="4")
    seat.refresh_from_db()
    assert (seat.title, seat.category, seat.order) == ("Alternate", "other", 4)
    page = Visitor(world.secretariat).open(at(world, f"seats/{seat.pk}/edit/"))
    assert "Category of member nothing Other" in page.text
    assert "Title nothing Alternate" in page.text


def test_the_institution_changes_only_while_nobody_sat_there(world):
    held, vacant = world.seats["focal_mae"], committee(world)
    page = Visitor(world.secretariat).open(at(world, f"seats/{held.pk}/edit/"))
    assert "institution" not in page.field_names("Save")
    edit(world, vacant, institution=str(world.sei.pk))
    vacant.refresh_from_db()
    assert vacant.institution == world.sei
    held.institution = world.ba_futuru
    with pytest.raises(ValidationError, match="Somebody sat here for MAE"):
        update_seat(seat=held, changed=["institution"], by=world.secretariat)


def test_an_alternate_does_not_become_a_second_focal_point(world):
    alternate = give_seat(None, "focal_point", plan=world.plan, institution=world.mae, title="Alternate")
    page = edit(world, alternate, title="")
    assert "MAE already has a focal point" in page.text
    assert "The seat is saved." in edit(world, world.seats["focal_mae"], order="2").text


def test_who_edits_a_seat_more_slowly_is_told(world):
    seat = world.seats["steering"]
    slow = Visitor(world.secretariat).open(at(world, f"seats/{seat.pk}/edit/"))
    edit(world, seat, title="Quick")
    slow.press("Save", title="Slow")
    assert "secretariat changed this on" in slow.text
    seat.refresh_from_db()
    assert seat.title == "Quick"
    slow.press("Save")
    seat.refresh_from_db()
    assert seat.title == "Slow"


@pytest.mark.parametrize("name", ["focal_sei", "gov_lead", "outsider"])
def test_a_seat_is_edited_by_those_who_may(world, name):
    seat = world.seats["steering"]
    with pytest.raises(PermissionDenied):
        update_seat(seat=seat, changed=["title"], by=world.users[name])
    Seat.objects.filter(pk=seat.pk).update(closed_on=TODAY)
    with pytest.raises(ValidationError, match="abolished"):
        update_seat(seat=seat, changed=["title"], by=world.secretariat)


# Who sat where


def test_who_sat_where(world):
    vacate(world, "focal_mae")
    assign(world, world.seats["focal_mae"], email="nobody@test.example", starts_on="2025-01-01")
    closed = give_seat(
        world.nobody, "steering_committee", plan=world.plan, institution=world.mae, closed_on=TODAY
    )
    text = Visitor(world.focal_sei).open(at(world, "history/")).text
    assert (
        "MAE focal_mae, 1 January 2020 – 31 December 2024 nobody, 1 January 2025 – today still there" in text
    )
    assert "Steering committee 2" in text
    assert "abolished on 20 January 2025" in text
    assert "@test.example" not in text
    assert "Focal points: MAE nothing Holder: nobody; From: 1 January 2025" in text
    assert str(closed.institution) in text


def test_the_history_of_another_plan_stays_there(world):
    text = Visitor(world.outsider).open(f"/plans/{world.other_plan.code}/people/history/").text
    assert "outsider, 1 January 2020" in text
    assert "focal_mae" not in text


@pytest.mark.parametrize("many", [0, 3])
def test_the_history_costs_the_same_for_many(world, client, many, django_assert_num_queries):
    for number in range(many):
        for year in (2021, 2022):
            seat = give_seat(None, "steering_committee", plan=world.plan, institution=world.mae, order=number)
            Membership.objects.create(
                seat=seat, user=world.nobody, starts_on=date(year, 1, 1), ends_on=date(year, 5, 1)
            )
    client.force_login(world.secretariat)
    with django_assert_num_queries(11):
        client.get(at(world, "history/"))


# Who may, and the operations themselves


def test_only_those_who_may(world, client):
    seat, mine = world.seats["focal_mae"], term(world, "focal_mae")
    for path in (
        "seats/new/",
        f"seats/{seat.pk}/edit/",
        f"seats/{seat.pk}/assign/",
        f"seats/{seat.pk}/close/",
        f"terms/{mine.pk}/end/",
    ):
        client.logout()
        assert client.get(at(world, path)).status_code == 302
        client.force_login(world.gov_lead)
        assert client.get(at(world, path)).status_code == client.post(at(world, path)).status_code == 403
        client.force_login(world.outsider)
        assert client.get(at(world, path)).status_code == 404
    assert client.get(at(world, "")).status_code == 404
    client.logout()
    assert client.get(at(world, "")).status_code == 302


def test_seats_of_another_plan_are_not_reached_through_one_s_own(world, client):
    client.force_login(world.secretariat)
    seat, mine = world.seats["outsider"], term(world, "outsider")
    for path in (
        f"seats/{seat.pk}/edit/",
        f"seats/{seat.pk}/assign/",
        f"seats/{seat.pk}/close/",
        f"terms/{mine.pk}/end/",
    ):
        assert client.get(at(world, path)).status_code == client.post(at(world, path)).status_code == 404
    assert client.post(at(world, f"{world.outsider.pk}/link/")).status_code == 404


def test_a_public_plan_keeps_its_people_to_itself(world, client):
    world.plan.is_public = True
    world.plan.save()
    assert client.get(at(world, "")).status_code == 302
    client.force_login(world.nobody)
    assert client.get(at(world, "")).status_code == 404


@pytest.mark.parametrize("name", ["focal_sei", "gov_lead", "monitoring", "outsider"])
def test_the_operations_refuse(world, name):
    by, seat = world.users[name], world.seats["steering"]
    for operation, values in (
        (create_seat, {"plan": world.plan, "role": Role.STEERING_COMMITTEE}),
        (create_person, {"plan": world.plan, "email": "a@b.example", "name": "A", "post": ""}),
        (assign_seat, {"seat": seat, "user": world.nobody, "starts_on": TODAY, "at": NOW}),
        (end_membership, {"membership": term(world, "steering"), "ends_on": TODAY, "at": NOW}),
        (close_seat, {"seat": seat, "closed_on": TODAY, "on": TODAY, "at": NOW}),
    ):
        with pytest.raises(PermissionDenied):
            operation(by=by, **values)
    assert Seat.objects.count() == len(world.seats)


def test_an_administrator_s_seat_is_not_the_plan_s_to_give(world):
    with pytest.raises(PermissionDenied):
        create_seat(plan=world.plan, role=Role.ADMINISTRATOR, by=world.secretariat)
    with pytest.raises(PermissionDenied):
        assign_seat(
            seat=world.seats["administrator"],
            user=world.nobody,
            starts_on=TODAY,
            by=world.secretariat,
            at=NOW,
        )


def test_a_working_group_of_another_plan(world):
    group = make_pillar(world.other_plan, "P1", "Participation").working_group
    with pytest.raises(ValidationError, match="belongs to another plan"):
        create_seat(plan=world.plan, role=Role.GROUP_MEMBER, working_group=group, by=world.secretariat)


def test_an_address_taken_meanwhile_is_told(world):
    with pytest.raises(ValidationError, match="already signs in"):
        create_person(plan=world.plan, email="Nobody@test.example", name="X", post="", by=world.secretariat)
