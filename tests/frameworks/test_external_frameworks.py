"""The list of external frameworks: the standard ones, and keeping the list."""

from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command

from frameworks.models import ExternalFramework, Provision
from frameworks.models.plan import code_validator
from frameworks.operations.crosswalk import (
    load_standard_frameworks,
    missing_standard,
    remove_external_framework,
    save_external_framework,
    standard_frameworks,
)
from tests.frameworks.crosswalk_world import link, make_framework, provision
from tests.pages import Visitor

pytestmark = pytest.mark.django_db


def edit(world, code="SDG", who="secretariat"):
    return Visitor(world.users[who]).open(f"/external-frameworks/{code}/edit/")


def provisions(code="SDG"):
    rows = Provision.objects.filter(framework__code=code).order_by("sort_key")
    return [(one.code, one.title) for one in rows]


# The standard ones


def test_the_standard_frameworks_are_those_of_the_domain():
    rows = {row["code"]: row for row in standard_frameworks()}
    assert [code for code, _title in rows["ASEAN-RPA-WPS"]["provisions"]] == [f"SO{n}" for n in range(1, 7)]
    years = {code: row["year"] for code, row in rows.items()}
    resolutions = {int(code[6:]): year for code, year in years.items() if code.startswith("UNSCR-")}
    assert resolutions == {
        1325: 2000, 1820: 2008, 1888: 2009, 1889: 2009, 1960: 2010, 2106: 2013, 2122: 2013, 2242: 2015, 2467: 2019,
        2493: 2019,
    }  # fmt: skip
    assert (years["CEDAW-GR30"], years["CEDAW-GR37"], years["CEDAW-GR40"]) == (2013, 2018, 2024)
    assert len(rows["UNSCR-1325"]["provisions"]) == 4
    assert {code for code, _title in rows["SDG"]["provisions"]} == {
        "5", "5.1", "5.2", "5.5", "10", "11", "13", "16", "16.1", "16.3", "16.7",
    }  # fmt: skip
    assert [code for code, _title in rows["BEIJING-E"]["provisions"]] == [f"E.{n}" for n in range(1, 7)]


def test_the_standard_frameworks_keep_the_rules_of_the_form(db):
    load_standard_frameworks()
    for one in (*ExternalFramework.objects.all(), *Provision.objects.all()):
        one.full_clean()
        code_validator(one.code)


def test_loading_twice_adds_nothing(db):
    first = load_standard_frameworks()
    assert (first.frameworks, first.provisions) == (
        ExternalFramework.objects.count(),
        Provision.objects.count(),
    )
    second = load_standard_frameworks()
    assert (second.frameworks, second.provisions) == (0, 0)


def test_loading_keeps_what_somebody_renamed_and_adds_what_is_missing(db):
    load_standard_frameworks()
    ExternalFramework.objects.filter(code="SDG").update(name="Our words")
    Provision.objects.filter(framework__code="SDG", code="5").update(title="Our words")
    Provision.objects.filter(framework__code="SDG", code="10").delete()
    assert missing_standard() == 1
    loaded = load_standard_frameworks()
    assert (loaded.frameworks, loaded.provisions) == (0, 1)
    assert ExternalFramework.objects.get(code="SDG").name == "Our words"
    assert dict(provisions())["5"] == "Our words"


def test_the_command(db):
    def run():
        out = StringIO()
        call_command("load_crosswalk", stdout=out)
        return out.getvalue()

    assert f"Added: {len(standard_frameworks())} frameworks" in run()
    assert "nothing was changed" in run()


def test_the_button(world):
    page = Visitor(world.outsider).open("/external-frameworks/")
    page.press("Add the standard ones")
    assert f"Added: {len(standard_frameworks())} frameworks" in page.text
    assert missing_standard() == 0
    assert "Add the standard ones" not in page.buttons()
    assert not Visitor(world.focal_sei).open("/external-frameworks/").buttons().count("Add the standard ones")


def test_loading_costs_the_same_for_many(db, django_assert_num_queries):
    for _time in range(2):  # with everything to add, and with nothing
        with django_assert_num_queries(9):
            load_standard_frameworks()


# Keeping the list


def test_the_list(world):
    make_framework("SDG", ("5.5", "16.7"), year=2015, issuer="United Nations")
    page = Visitor(world.focal_sei).open("/external-frameworks/")
    assert "SDG Framework SDG SDG United Nations 2015 2" in page.text
    assert not page.links("Edit") and not page.links("New framework")
    assert Visitor(world.outsider).open("/external-frameworks/").links("Edit") == [
        "/external-frameworks/SDG/edit/"
    ]


def test_an_empty_list(world):
    assert (
        "There are no external frameworks yet." in Visitor(world.focal_sei).open("/external-frameworks/").text
    )


def test_a_new_framework(world):
    make_framework("SDG", order=4)
    page = Visitor(world.secretariat).open("/external-frameworks/new/")
    assert page.page.get_element_by_id("id_order").value == "5"
    page.press(
        "Save", code="CRPD", short_name="CRPD", name="Rights of persons with disabilities", year="2006",
        provisions="6 Women with disabilities\n\n 11  Situations of risk \n",
    )  # fmt: skip
    assert "CRPD is saved." in page.text
    assert ExternalFramework.objects.get(code="CRPD").year == 2006
    assert provisions("CRPD") == [("6", "Women with disabilities"), ("11", "Situations of risk")]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code": "SDG"}, "Another external framework has this code."),
        ({"code": "of"}, "This word is taken"),
        ({"code": "a/b"}, "A code holds letters, digits"),
        ({"name": ""}, "This field is required."),
        ({"year": "soon"}, "Write a whole number"),
        ({"provisions": "5.5"}, "Line 1, “5.5”: write the code, a space and the title."),
        ({"provisions": "1 One\n1 Two"}, "Line 2, “1 Two”: this code is there twice."),
        ({"provisions": "E.1 One\ne.1 Two"}, "this code is there twice."),
        ({"provisions": "a/b One"}, "A code holds letters, digits"),
        ({"provisions": f"1 {'x' * 301}"}, "a title has at most 300 characters."),
        ({"provisions": f"{'x' * 41} One"}, "a code has at most 40 characters."),
    ],
)
def test_bad_input_keeps_what_was_typed(world, values, words):
    make_framework("SDG")
    good = {"code": "CRPD", "short_name": "CRPD", "name": "Rights", "provisions": "6 Women"}
    page = Visitor(world.secretariat).open("/external-frameworks/new/").press("Save", **(good | values))
    assert words in page.text
    assert not ExternalFramework.objects.filter(name="Rights").exists()
    assert page.page.get_element_by_id("id_short_name").value == "CRPD"


def test_titles_are_changed_and_provisions_added_and_removed(world):
    make_framework("SDG", ("5", "10"))
    page = edit(world)
    assert page.page.get_element_by_id("id_provisions").value.strip() == "5 Title of 5\n10 Title of 10"
    page.press("Save", short_name="Goals", provisions="5 Gender equality\n11 Cities")
    assert provisions() == [("5", "Gender equality"), ("11", "Cities")]
    assert ExternalFramework.objects.get(code="SDG").short_name == "Goals"
    text = edit(world).text
    assert "Provision 5: Title Title of 5 Gender equality" in text
    assert "Provision 10 Code: 10; Title: Title of 10 nothing" in text


def test_the_code_stays(world):
    make_framework("SDG")
    page = edit(world)
    page.client.post(
        "/external-frameworks/SDG/edit/",
        {"code": "X", "short_name": "S", "name": "N", "provisions": "1 One", "order": "1"},
    )
    assert ExternalFramework.objects.get(name="N").code == "SDG"


def test_a_linked_provision_is_renamed_but_not_removed(world):
    make_framework("SDG", ("5", "10"))
    link(world.indicators["i111a"], provision("5", "SDG"))
    page = edit(world).press("Save", name="Typed", provisions="10 Title of 10")
    assert "5 cannot be removed: a plan is linked to it. Its title can be changed." in page.text
    assert page.page.get_element_by_id("id_name").value == "Typed"
    assert provisions() == [("5", "Title of 5"), ("10", "Title of 10")]
    page.press("Save", provisions="5 Equality")
    assert provisions() == [("5", "Equality")]


def test_a_framework_without_links_is_removed(world):
    make_framework("SDG", ("5",))
    page = edit(world).press("Remove SDG")
    assert "SDG is removed." in page.text
    assert not ExternalFramework.objects.exists()


def test_a_linked_framework_is_not_removed(world, client):
    made = make_framework("SDG", ("5",))
    link(world.indicators["i111a"], provision("5", "SDG"))
    assert "it can be renamed, but not removed" in edit(world).text
    client.force_login(world.secretariat)
    answer = client.post("/external-frameworks/SDG/remove/", follow=True)
    assert "SDG cannot be removed: a plan is linked to it." in answer.content.decode()
    with pytest.raises(ValidationError):
        remove_external_framework(framework=made, by=world.secretariat)
    assert ExternalFramework.objects.exists()


def test_who_was_slower_is_told(world):
    make_framework("SDG", ("5",))
    slow, quick = edit(world), edit(world, who="outsider")
    quick.press("Save", provisions="5 Theirs")
    slow.press("Save", provisions="5 Mine")
    assert "outsider changed this on" in slow.text
    assert provisions() == [("5", "Theirs")]
    slow.press("Save")
    assert provisions() == [("5", "Mine")]


def test_the_operations_refuse(world):
    made = make_framework("SDG")
    by = world.focal_sei
    with pytest.raises(PermissionDenied):
        save_external_framework(framework=made, changed=["name"], provisions={}, by=by)
    with pytest.raises(PermissionDenied):
        remove_external_framework(framework=made, by=by)
    with pytest.raises(PermissionDenied):
        load_standard_frameworks(by=by)


def test_pages_refuse_by_rule(world, client):
    make_framework("SDG")
    pages = ("new/", "SDG/edit/", "SDG/remove/", "standard/")
    for page in pages:
        assert client.post(f"/external-frameworks/{page}").url.startswith("/sign-in/")
    client.force_login(world.focal_sei)
    assert {client.post(f"/external-frameworks/{page}").status_code for page in pages} == {403}
    client.force_login(world.secretariat)
    assert client.get("/external-frameworks/none/edit/").status_code == 404
    assert client.post("/external-frameworks/none/remove/").status_code == 404


def test_the_list_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    make_framework("SDG")
    with django_assert_num_queries(6):
        client.get("/external-frameworks/")
    for n in range(6):
        make_framework(f"F{n}")
    with django_assert_num_queries(6):
        client.get("/external-frameworks/")
