"""The register of institutions: shared by the plans of a country, edited by their secretariats."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from frameworks.history import changes_of
from frameworks.models import Activity, Institution, InstitutionAlias
from frameworks.operations.institutions import (
    institution_history,
    may_edit_institution,
    save_institution,
)
from tests.pages import Visitor
from tests.world import give_seat, make_activity, make_indicator, make_institution, make_pillar

pytestmark = pytest.mark.django_db


def edit(world, code="SEI", who="secretariat"):
    return Visitor(world.users[who]).open(f"/institutions/{code}/edit/")


def test_the_register(world):
    InstitutionAlias.objects.create(institution=world.sei, name="Equality office")
    make_institution("DNPCC", parent=world.mae)
    group = make_institution("CSOS", "group")
    group.members.add(world.ba_futuru)
    text = Visitor(world.focal_sei).open("/institutions/").text
    assert "Timor-Leste 6" in text
    assert "Equality office" in text
    assert "DNPCC part of MAE" in text
    assert "CSOS BA-FUTURU" in text


def test_finding_by_any_name(world):
    InstitutionAlias.objects.create(institution=world.sei, name="Equality office")
    page = Visitor(world.focal_sei)
    assert "SEI" in page.open("/institutions/?q=equality").text
    assert "MAE" not in page.text
    assert "No institution goes by that name." in page.open("/institutions/?q=%00xyz").text


def test_edit_links_are_for_those_who_may(world):
    Institution.objects.create(
        code="PCW", acronym="PCW", name="Philippine Commission on Women", kind="government", country="PH"
    )
    assert len(Visitor(world.secretariat).open("/institutions/").links("Edit")) == 4
    assert Visitor(world.outsider).open("/institutions/").links("Edit") == ["/institutions/PCW/edit/"]
    assert len(Visitor(world.administrator).open("/institutions/").links("Edit")) == 5
    assert not Visitor(world.focal_sei).open("/institutions/").links("Edit")


def test_names_and_aliases_are_changed(world):
    page = edit(world).press(
        "Save",
        name="Secretaria de Estado para a Igualdade",
        other_names="Equality office\n SEM \n",
        contact_email="sei@tl.example",
    )
    assert "SEI is saved." in page.text
    world.sei.refresh_from_db()
    assert world.sei.name == "Secretaria de Estado para a Igualdade"
    assert sorted(one.name for one in world.sei.aliases.all()) == ["Equality office", "SEM"]
    edit(world).press("Save", other_names="equality office")
    assert [one.name for one in world.sei.aliases.all()] == ["equality office"]
    text = edit(world).text
    assert "Other name nothing SEM" in text  # added, in the history
    assert "Other name SEM nothing" in text  # removed


def test_a_name_that_stands_for_another(world):
    InstitutionAlias.objects.create(institution=world.mae, name="MI")
    page = edit(world).press("Save", name="Typed", other_names="mi")
    assert "“mi” already stands for MAE." in page.text
    assert page.page.xpath("//*[@id='id_other_names_error']")
    assert page.page.get_element_by_id("id_name").value == "Typed"
    assert Institution.objects.get(code="SEI").name == "SEI"


def test_the_code_stays(world):
    page = edit(world)
    page.client.post(
        "/institutions/SEI/edit/", {"code": "OTHER", "name": "X", "kind": "government", "country": "TL"}
    )
    assert Institution.objects.filter(code="SEI", name="X").exists()


def test_a_new_institution(world):
    page = Visitor(world.secretariat).open("/institutions/new/")
    assert page.page.get_element_by_id("id_country").value == "TL"
    page.press("Save", acronym="MJ", name="Ministério da Justiça", code="MJ", other_names="Justice")
    one = Institution.objects.get(code="MJ")
    assert (one.country, one.kind, one.aliases.get().name) == ("TL", "government", "Justice")


def test_the_old_name_is_kept_if_it_is_ticked(world):
    page = edit(world)
    assert page.page.get_element_by_id("id_keep_old").checked
    page.press("Save", acronym="SEIG", name="Secretariat for Equality and Gender")
    assert [one.name for one in world.sei.aliases.all()] == ["SEI"]  # acronym and name were the same
    edit(world).press("Save", name="Gender Office", keep_old=[])
    assert [one.name for one in world.sei.aliases.all()] == ["SEI"]
    edit(world).press("Save", name="sei")  # back to a name that is there
    assert sorted(one.name for one in world.sei.aliases.all()) == ["Gender Office", "SEI"]


def test_an_old_name_that_stands_for_another(world):
    InstitutionAlias.objects.create(institution=world.mae, name="SEI")
    page = edit(world).press("Save", acronym="SEIG", name="Typed")
    assert "“SEI” already stands for MAE." in page.text
    assert page.page.get_element_by_id("id_name").value == "Typed"


# The page of one


def look(world, code="SEI", who="secretariat"):
    return Visitor(world.users[who]).open(f"/institutions/{code}/")


def test_what_an_institution_is(world):
    edit(world, "MAE").press("Save", other_names="Administration", contact_email="mae@tl.example")
    make_institution("DNPCC", parent=world.mae)
    group = make_institution("CSOS", "group")
    group.members.add(world.ba_futuru)
    text = look(world, "MAE", "nobody").text
    for words in ("Government", "Code MAE", "Other names Administration", "Directorates and offices DNPCC",
                  "Contact mailbox mae@tl.example"):  # fmt: skip
        assert words in text
    assert "Part of MAE" in look(world, "DNPCC").text
    assert "Members BA-FUTURU" in look(world, "CSOS").text
    assert "Member of CSOS" in look(world, "BA-FUTURU").text


def test_what_it_answers_for_in_plans_that_one_may_read(world):
    make_activity(make_pillar(world.other_plan, "P1", "Participation"), "9.9.9", [world.sei])
    Activity.objects.filter(code="1.1.1").update(retired_on="2025-01-01")
    world.indicators["i211a"].responsible.add(world.sei)
    page = look(world)
    assert "1.1.1 Activity 1.1.1 retired accountable" in page.text
    assert "9.9.9" not in page.text
    assert "Indicators whose figure it reports 2.1.1a" in page.text
    assert "9.9.9" in look(world, who="administrator").text
    text = look(world, who="nobody").text
    assert "Nothing in the plans that you can read." in text and "2.1.1a" not in text


def test_seats_and_history_are_for_those_who_sit_somewhere(world):
    edit(world).press("Save", acronym="SEIG")
    text = look(world, who="focal_mae").text
    assert "Focal points: SEIG" in text and "focal_sei, since 1 January 2020" in text
    assert "Acronym SEI SEIG" in text
    text = look(world, who="nobody").text
    assert "focal_sei" not in text and "History" not in text
    # Another plan's secretariat reads the institution's own history, but not who sits in this plan.
    text = look(world, who="outsider").text
    assert "focal_sei" not in text and "Acronym SEI SEIG" in text


def test_buttons_of_an_institution_are_for_those_who_may(world):
    for name, seen in (("secretariat", 1), ("outsider", 0), ("focal_sei", 0)):
        page = look(world, who=name)
        assert len(page.links("Edit")) == len(page.links("Merge into another")) == seen


def test_the_page_costs_the_same_for_many(world, client, django_assert_num_queries):
    world.indicators["i211a"].responsible.add(world.sei)
    make_institution("DNPCC", parent=world.sei)
    client.force_login(world.secretariat)
    with django_assert_num_queries(20):
        client.get("/institutions/SEI/")
    for number in range(2, 9):
        activity = make_activity(world.prevention, f"2.1.{number}", [world.sei])
        make_indicator(activity, f"2.1.{number}a").responsible.add(world.sei)
        make_institution(f"D{number}", parent=world.sei)
        give_seat(world.nobody, "steering_committee", plan=world.plan, institution=world.sei)
        InstitutionAlias.objects.create(institution=world.sei, name=f"Y{number}")
    with django_assert_num_queries(20):
        client.get("/institutions/SEI/")


def test_a_group_is_no_member_of_a_group(world):
    group, other = make_institution("CSOS", "group"), make_institution("NGOS", "group")
    group.members.add(world.ba_futuru)
    page = edit(world, "BA-FUTURU").press("Save", kind="group")
    assert "BA-FUTURU is a member of CSOS, and a group is no member of a group." in page.text
    assert page.page.xpath("//*[@id='id_kind_error']")
    for wrong in (other, group):
        with pytest.raises(ValidationError, match="is itself a group"):
            save_institution(institution=group, changed=[], members=[wrong], aliases=[], by=world.secretariat)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code": "new"}, "“new” is no code"),
        ({"code": "SEI"}, "Another institution has this code."),
        ({"code": "M/J"}, "A code holds letters, digits"),
        ({"name": ""}, "This field is required."),
        ({"country": "PH"}, "You look after institutions of: TL (Timor-Leste)."),
        ({"country": "East Timor"}, "at most 2 characters"),
        ({"country": "7!"}, "Write the two letters of the country"),
        ({"contact_email": "no address"}, "Enter a valid email address."),
        ({"other_names": "x" * 201}, "is longer than 200 characters."),
    ],
)
def test_bad_input(world, values, words):
    good = {"acronym": "MJ", "name": "Ministry of Justice", "code": "MJ"}
    page = Visitor(world.secretariat).open("/institutions/new/").press("Save", **(good | values))
    assert words in page.text
    assert not Institution.objects.filter(acronym="MJ").exists()


def test_a_group_has_members_and_others_do_not(world):
    group = make_institution("CSOS", "group")
    edit(world, "CSOS").press("Save", members=[str(world.ba_futuru.pk), str(world.mae.pk)])
    assert set(group.members.all()) == {world.ba_futuru, world.mae}
    page = edit(world, "CSOS")
    page.page.get_element_by_id("id_kind").value = "cso"
    page.press("Save")
    assert not group.members.exists()


def test_the_history_keeps_who_belonged_to_a_group(world):
    make_institution("CSOS", "group")
    edit(world, "CSOS").press("Save", members=[str(world.ba_futuru.pk)])
    edit(world, "CSOS").press("Save", members=[str(world.mae.pk)])
    group, member = (
        changes_of(*institution_history(Institution.objects.get(code=code))) for code in ("CSOS", "BA-FUTURU")
    )
    lines = [(line.label, line.old, line.new) for change in group for line in change.lines]
    assert ("Member", "BA-FUTURU", None) in lines
    assert ("Member", None, "MAE") in lines
    assert ("Belongs to", "CSOS", None) in [
        (line.label, line.old, line.new) for change in member for line in change.lines
    ]


def test_no_circles(world):
    make_institution("DNPCC", parent=world.mae)
    page = edit(world, "MAE")
    page.press("Save", parent=str(Institution.objects.get(code="DNPCC").pk))
    assert "DNPCC is itself part of this institution." in page.text


def test_who_was_slower_is_told(world):
    slow, quick = edit(world), edit(world, who="administrator")
    quick.press("Save", other_names="Equality office")
    slow.press("Save", name="Mine")
    assert "administrator changed this on" in slow.text
    assert Institution.objects.get(code="SEI").name == "SEI"


def test_who_looks_after_whom(world):
    regional = Institution.objects.create(code="UNW", name="UN Women", kind="partner")
    for name, sei, abroad in (
        ("administrator", True, True),
        ("secretariat", True, True),
        ("outsider", False, True),
        ("focal_sei", False, False),
        ("nobody", False, False),
    ):
        assert may_edit_institution(world.users[name], world.sei) is sei
        assert may_edit_institution(world.users[name], regional) is abroad


def test_only_those_who_may(world, client):
    for path in ("/institutions/", "/institutions/new/", "/institutions/SEI/", "/institutions/SEI/edit/"):
        assert client.get(path).status_code == 302
    client.force_login(world.focal_sei)
    assert (
        client.get("/institutions/new/").status_code
        == client.post("/institutions/SEI/edit/").status_code
        == 403
    )
    client.force_login(world.outsider)
    assert client.get("/institutions/SEI/edit/").status_code == 403
    assert client.get("/institutions/none/edit/").status_code == 404


def test_the_operation_refuses(world):
    common = {"changed": ["name"], "members": [], "aliases": []}
    for name in ("focal_sei", "outsider"):
        with pytest.raises(PermissionDenied):
            save_institution(institution=world.sei, by=world.users[name], **common)
    world.sei.country = "PH"  # nor may one give one's institutions away
    with pytest.raises(PermissionDenied):
        save_institution(institution=world.sei, by=world.secretariat, **common)
    give_seat(world.secretariat, "secretariat", plan=world.other_plan)
    world.sei.name = ""
    with pytest.raises(ValidationError):
        save_institution(institution=world.sei, by=world.secretariat, **common)


def test_the_register_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    with django_assert_num_queries(8):
        client.get("/institutions/")
    for number in range(9):
        one = make_institution(f"X{number}", parent=world.mae)
        InstitutionAlias.objects.create(institution=one, name=f"Y{number}")
    with django_assert_num_queries(8):
        client.get("/institutions/")
