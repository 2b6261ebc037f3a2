"""The register of institutions: shared by the plans of a country, edited by their secretariats."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from frameworks.models import Institution, InstitutionAlias
from frameworks.operations.institutions import may_edit_institution, save_institution
from tests.pages import Visitor
from tests.world import give_seat, make_institution

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


@pytest.mark.parametrize(
    ("values", "words"),
    [
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
    for path in ("/institutions/", "/institutions/new/", "/institutions/SEI/edit/"):
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
