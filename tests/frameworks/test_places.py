"""The tree of places: its rules, its pages, and a whole table that is taken over or refused."""

import io
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from frameworks.history import Stale
from frameworks.imports.parts import UnreadableWorkbook
from frameworks.imports.places import KINDS, PlaceRow, read_places
from frameworks.models import Place
from frameworks.models.place import HOLDS, PlaceKind, kinds_in
from frameworks.operations.places import (
    compare_places,
    delete_place,
    end_place,
    import_places,
    save_place,
)
from frameworks.place_tree import tree_problems
from monitoring.models import IndicatorValue, Submission
from tests.pages import Visitor
from tests.world import make_round

database = pytest.mark.django_db


def a_place(kind, name="X", country="TL", valid_from=None, valid_until=None):
    return SimpleNamespace(
        kind=kind, name=name, country=country, valid_from=valid_from, valid_until=valid_until
    )


# The rules, without a database


@pytest.mark.parametrize("kind", PlaceKind)
@pytest.mark.parametrize("around", [None, *PlaceKind])
def test_kinds_nest_in_order(kind, around):
    parent = a_place(around) if around else None
    fits = around in HOLDS[kind] if around else not HOLDS[kind]
    assert ("parent" not in tree_problems(a_place(kind), parent)) == fits
    if around:
        assert (kind in kinds_in(around)) == fits


def test_no_way_leads_from_a_place_to_itself():
    """Each step up is a step to a larger kind: a circle would have to come back down."""
    order = list(PlaceKind)
    for kind, around in HOLDS.items():
        assert all(order.index(one) < order.index(kind) for one in around)


def test_no_place_outlives_the_one_around_it():
    ended = a_place("municipality", "Díli", valid_until=date(2022, 1, 1))
    lasting = a_place("administrative_post", "Ataúro")
    assert "Díli, in which it lies, ends on 2022-01-01" in tree_problems(lasting, ended)["valid_until"]
    assert (
        "Ataúro, which lies in it, would last longer" in tree_problems(ended, None, [lasting])["valid_until"]
    )
    assert tree_problems(a_place("administrative_post", valid_until=date(2022, 1, 1)), ended) == {}
    assert "kind" in tree_problems(a_place("municipality"), None, [a_place("suco")])
    assert "another country" in tree_problems(lasting, a_place("municipality", country="PH"))["parent"]


# Reading a table


def rows_of(text, name="places.csv"):
    return read_places(io.BytesIO(text.encode()), filename=name)


def test_columns_are_known_by_their_headers():
    rows = rows_of(
        "Lista de sucos;;;;;\nNaran;Kódigu;Tipu;Código superior;População;Ano do censo\n"
        "Comoro;DI-04-01;Suku;DI-04;65.404;2015\n;;;;;\nHera;DI-01-03;SUCO;DI-01;;\n"
    )
    assert [(row.number, row.said) for row in rows] == [
        (3, {"name": "Comoro", "code": "DI-04-01", "kind": "suco", "parent": "DI-04", "population": 65404, "population_year": 2015}),
        (5, {"name": "Hera", "code": "DI-01-03", "kind": "suco", "parent": "DI-01"}),
    ]  # fmt: skip
    assert not any(row.problems for row in rows)


def test_a_workbook_is_read_the_same_way():
    book = Workbook()
    book.active.append(["code", "name", "kind", "valid from", "valid until"])
    book.active.append(["TL-AT", "Ataúro", "Municipality", date(2022, 1, 1), "31/12/2040"])
    out = io.BytesIO()
    book.save(out)
    (row,) = read_places(out, filename="places.xlsx")
    assert row.said == {
        "code": "TL-AT", "name": "Ataúro", "kind": "municipality", "valid_from": date(2022, 1, 1), "valid_until": date(2040, 12, 31),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (",Hera,suco,,,", "The code is missing."),
        ("a/b,Hera,suco,,,", "Cell A2: “a/b” is no code"),
        ("A,Hera,province,,,", "Cell C2: “province” is no kind of place. Known are: municipality,"),
        ("A,Hera,suco,12.5,,", "Cell D2: "),
        ("A,Hera,suco,-4,,", "below 0"),
        ("A,Hera,suco,9999999999,,", "too large"),
        ("A,Hera,suco,,yesterday,", "Cell E2: “yesterday” is no day."),
        ("A,Hera,suco,,2022-02-30,", "is no day"),
        ("A,=1+1,suco,,,", "formula"),
    ],
)
def test_what_is_wrong_with_a_cell_is_said_with_its_cell(cells, said):
    (row,) = rows_of(f"code,name,kind,population,valid from,valid until\n{cells}\n")
    assert any(said in one for one in row.problems), row.problems


def test_a_code_stands_in_a_file_once():
    rows = rows_of("code,name\nA,One\nB,Two\nA,Three\n")
    assert [row.problems for row in rows] == [
        [],
        [],
        ["Row 2 has this code, too. Each place stands in the file once."],
    ]


@pytest.mark.parametrize("data", ["", "a,b\n1,2\n", "code,name\n", "%PDF-1.7"])
def test_files_that_are_no_table_of_places(data):
    with pytest.raises(UnreadableWorkbook):
        rows_of(data)


@given(st.sampled_from([(kind, word) for kind, words in KINDS.items() for word in words]), st.booleans())
def test_every_word_for_a_kind_is_understood(pair, capitals):
    kind, word = pair
    (row,) = rows_of(f"code,name,kind\nA,B,{word.upper() if capitals else word}\n")
    assert row.said["kind"] == kind.value


# Saving


@pytest.fixture
def tree(world):
    def make(code, kind, parent=None):
        return Place.objects.create(country="TL", code=code, name=code.title(), kind=kind, parent=parent)

    dili = make("DILI", "municipality")
    dom = make("DOM", "administrative_post", dili)
    comoro = make("COMORO", "suco", dom)
    return {"dili": dili, "dom": dom, "comoro": comoro, "golgota": make("GOLGOTA", "aldeia", comoro)}


def report(world, place):
    round = make_round(world.plan)
    submission = Submission.objects.create(round=round, institution=world.mae, pillar=world.participation)
    return IndicatorValue.objects.create(
        submission=submission, indicator=world.indicators["i112a"], place=place, value=5
    )


@database
def test_constraints(tree):
    for code, fields in {
        "place_code_unique": {"code": "DILI"},
        "place_dates_in_order": {"valid_from": date(2024, 1, 2), "valid_until": date(2024, 1, 1)},
    }.items():
        with pytest.raises(IntegrityError, match=code), transaction.atomic():
            Place.objects.create(
                **{"country": "TL", "code": "NEW", "name": "New", "kind": "municipality"} | fields
            )
    Place.objects.create(country="PH", code="DILI", name="Another country's", kind="municipality")
    with pytest.raises(IntegrityError, match="place_not_in_itself"), transaction.atomic():
        Place.objects.filter(pk=tree["dom"].pk).update(parent=tree["dom"])


@database
@pytest.mark.parametrize("who", ["focal_sei", "gov_lead", "monitoring", "steering", "nobody", "outsider"])
def test_only_the_country_s_secretariats_write(world, tree, who):
    by = world.users[who]
    with pytest.raises(PermissionDenied):
        save_place(place=tree["dom"], changed=["name"], by=by)
    with pytest.raises(PermissionDenied):
        end_place(place=tree["dom"], on=date(2024, 1, 1), by=by)
    with pytest.raises(PermissionDenied):
        delete_place(place=tree["golgota"], by=by)
    with pytest.raises(PermissionDenied):
        import_places(country="TL", rows=[], by=by, seen="")


@database
def test_ending_a_place_ends_what_lies_in_it(world, tree):
    Place.objects.filter(pk=tree["golgota"].pk).update(valid_until=date(2020, 5, 5))
    assert end_place(place=tree["dom"], on=date(2024, 12, 31), by=world.secretariat) == 2
    days = dict(Place.objects.values_list("code", "valid_until"))
    assert days == {
        "DILI": None,
        "DOM": date(2024, 12, 31),
        "COMORO": date(2024, 12, 31),
        "GOLGOTA": date(2020, 5, 5),
    }
    Place.objects.filter(pk=tree["comoro"].pk).update(valid_from=date(2025, 1, 1), valid_until=None)
    with pytest.raises(ValidationError, match="Comoro exists since 2025-01-01 only"):
        end_place(place=tree["dom"], on=date(2024, 6, 1), by=world.secretariat)


@database
def test_a_place_with_figures_or_parts_cannot_be_deleted(world, tree):
    with pytest.raises(ValidationError, match="Other places lie in it"):
        delete_place(place=tree["comoro"], by=world.secretariat)
    report(world, tree["golgota"])
    with pytest.raises(ValidationError, match="Figures were reported of it"):
        delete_place(place=tree["golgota"], by=world.secretariat)
    IndicatorValue.objects.all().delete()
    delete_place(place=tree["golgota"], by=world.secretariat)
    assert not Place.objects.filter(code="GOLGOTA").exists()


# Taking over a table


def table(*rows):
    return [PlaceRow(number, dict(said)) for number, said in enumerate(rows, 2)]


NEW_POST = {"code": "CRISTO", "name": "Cristo Rei", "kind": "administrative_post", "parent": "DILI"}
NEW_SUCO = {"code": "BECORA", "name": "Becora", "kind": "suco", "parent": "CRISTO"}


@database
def test_a_table_adds_and_changes_in_any_order(world, tree):
    rows = table(
        NEW_SUCO, {"code": "DOM", "name": "Dom Aleixo", "population": 120_000}, NEW_POST, {"code": "COMORO"}
    )
    found = compare_places("TL", rows)
    assert [row.action for row in found.rows] == ["new", "changed", "new", "same"]
    assert found.rows[1].changes == [("name", "Dom", "Dom Aleixo"), ("population", "", "120000")]
    done = import_places(country="TL", rows=rows, by=world.secretariat, seen=found.seen)
    assert (len(done.new), len(done.changed)) == (2, 1)
    becora = Place.objects.with_path().get(code="BECORA")
    assert becora.path == ["Dili", "Cristo Rei", "Becora"]
    assert Place.objects.get(code="DOM").kind == "administrative_post"  # a blank cell leaves what is there
    again = compare_places("TL", rows)
    assert {row.action for row in again.rows} == {"same"}
    event = Place.pgh_event_model.objects.filter(pgh_obj=becora).get()
    assert event.pgh_context.metadata["action"] == "import_places"


@database
@pytest.mark.parametrize(
    ("row", "said"),
    [
        (NEW_SUCO, "“CRISTO” is no place here and no row of the file."),
        ({"code": "X", "name": "X"}, "New, and without: kind."),
        ({"code": "X", "name": "X", "kind": "suco", "parent": "DILI"}, "it lies in a place of the kind"),
        ({"code": "X", "name": "X", "kind": "suco"}, "say in which place it lies"),
        ({"code": "DILI", "parent": "DOM"}, "it lies in no other place"),
        ({"code": "DOM", "parent": "DOM"}, "it lies in a place of the kind"),
        ({"code": "DOM", "kind": "suco"}, "it lies in a place of the kind"),
        ({"code": "DILI", "valid_until": date(2024, 1, 1)}, "Dom, which lies in it, would last longer"),
    ],
)
def test_one_wrong_row_and_nothing_is_saved(world, tree, row, said):
    rows = table({"code": "GOLGOTA", "name": "Gólgota"}, row)
    found = compare_places("TL", rows)
    assert any(said in one for one in found.rows[1].problems), found.rows[1].problems
    with pytest.raises(ValidationError, match="nothing was saved"):
        import_places(country="TL", rows=rows, by=world.secretariat, seen=found.seen)
    assert Place.objects.get(code="GOLGOTA").name == "Golgota"
    assert Place.objects.count() == 4


@database
def test_what_is_saved_is_what_was_shown(world, tree):
    rows = table({"code": "DOM", "name": "Dom Aleixo"})
    seen = compare_places("TL", rows).seen
    Place.objects.filter(code="DOM").update(name="Somebody else's")
    with pytest.raises(Stale):
        import_places(country="TL", rows=rows, by=world.secretariat, seen=seen)
    assert Place.objects.get(code="DOM").name == "Somebody else's"


@database
@pytest.mark.parametrize("size", [1, 200])
def test_queries_of_an_import_do_not_grow(world, tree, django_assert_num_queries, size):
    rows = table(*({**NEW_POST, "code": f"P{number}", "name": f"P{number}"} for number in range(size)))
    seen = compare_places("TL", rows).seen
    world.secretariat._held_seats = None
    with django_assert_num_queries(7):  # with its savepoint
        import_places(country="TL", rows=rows, by=world.secretariat, seen=seen)


# The pages


def posted(name, text):
    return SimpleUploadedFile(name, text.encode())


@database
def test_the_list_goes_down_the_tree(world, tree):
    reader = Visitor(world.focal_sei).open("/places/?country=TL")
    assert "Dili DILI Municipality 1 1 1" in reader.text
    assert "Add a municipality" not in reader.text
    reader.follow("Dili")
    assert "Dom DOM Administrative post 1 1 –" in reader.text
    reader.open("/places/?q=como")
    assert "Comoro Dom, Dili COMORO Suco" in reader.text
    assert "No place goes by that name or code." in reader.open("/places/?q=nowhere").text


@database
def test_the_secretariat_adds_edits_ends_and_deletes(world, tree):
    desk = Visitor(world.secretariat).open("/places/TL/DOM/")
    desk.follow("Add a place in it")
    desk.press("Save", status=422, name="Bairro Pite", code="COMORO")
    assert "Another place of this country has this code." in desk.text
    desk.press("Save", code="PITE", population="18000", population_year="2015")
    made = Place.objects.get(code="PITE")
    assert (made.kind, made.parent, made.population, made.country) == ("suco", tree["dom"], 18000, "TL")
    desk.open("/places/TL/PITE/edit/")
    desk.press("Save", status=422, parent_code="DILI", name="Bairro Pité")
    (error,) = desk.page.xpath("//*[contains(@class, 'has-error')]//ul")
    assert "it lies in a place of the kind" in error.text_content()
    assert desk.page.get_element_by_id("id_name").get("value") == "Bairro Pité"
    desk.press("Save", parent_code="DOM", valid_from="2010-01-01")
    assert "Name: Bairro Pite" in desk.text or "Bairro Pité" in desk.text
    desk.follow("It has ended")
    desk.press("End it", status=422, valid_until="2009-01-01")
    assert "exists since 2010-01-01 only" in desk.text
    desk.press("End it", valid_until="2024-12-31")
    assert "1 place ended." in desk.text
    assert "Not today" in desk.text
    desk.follow("Delete")
    desk.press("Delete it")
    assert not Place.objects.filter(code="PITE").exists()
    desk.open("/places/TL/DOM/delete/")
    assert "Other places lie in it." in desk.text
    assert desk.client.post("/places/TL/DOM/delete/").status_code == 422


@database
def test_two_people_edit_one_place(world, tree):
    first, second = (Visitor(world.secretariat).open("/places/TL/DOM/edit/") for _ in range(2))
    first.press("Save", name="Dom Aleixo")
    second.press("Save", status=422, name="D. Aleixo")
    assert "changed this on" in second.text
    assert Place.objects.get(code="DOM").name == "Dom Aleixo"
    second.press("Save")
    assert Place.objects.get(code="DOM").name == "D. Aleixo"


@database
def test_a_municipality_of_a_new_country(world):
    desk = Visitor(world.outsider).open("/places/")
    assert "Places of Philippines" in desk.text
    assert "There are no places yet." in desk.text
    desk.follow("Add a municipality")
    desk.press("Save", name="Marawi", code="PH-MAR")
    assert Place.objects.get(code="PH-MAR").country == "PH"
    assert desk.client.get("/places/?country=TL").status_code == 404
    assert desk.client.get("/places/new/?country=TL").status_code == 404


@database
def test_a_file_is_previewed_and_then_saved(world, tree):
    desk = Visitor(world.secretariat).open("/places/import/")
    desk.press("Show the preview", status=422, file=posted("x.csv", "a,b\n1,2\n"))
    assert "has no row of headers" in desk.text
    head = "code,name,kind,parent\n"
    desk.press("Show the preview", file=posted("wrong.csv", head + "X,X,suco,DILI\nDOM,Dom Aleixo,,\n"))
    assert "Wrong 1 nothing is saved before they are right" in desk.text
    assert "Save all of it" not in desk.buttons()
    assert desk.client.post(desk.answer.request["PATH_INFO"], {"seen": "x"}).status_code == 422
    desk.follow("Upload another file")
    desk.press(
        "Show the preview", file=posted("right.csv", head + "BECORA,Becora,suco,DOM\nDOM,Dom Aleixo,,\n")
    )
    assert "Nothing is saved yet." in desk.text
    assert Place.objects.get(code="DOM").name == "Dom"
    preview = desk.answer.request["PATH_INFO"]
    desk.press("Save all of it")
    assert "Saved: 1 places added, 1 changed." in desk.text
    assert Place.objects.get(code="DOM").name == "Dom Aleixo"
    assert desk.client.get(preview).status_code == 404


@database
def test_a_preview_is_its_uploader_s(world, tree):
    desk = Visitor(world.secretariat).open("/places/import/")
    desk.press("Show the preview", file=posted("a.csv", "code,name\nDOM,Dom Aleixo\n"))
    address = desk.answer.request["PATH_INFO"]
    other = Visitor(world.administrator)
    assert other.client.get(address).status_code == 404
    assert other.client.post(address).status_code == 404
    Place.objects.filter(code="DOM").update(name="Somebody else's")
    desk.press("Save all of it", status=409)
    assert "Somebody changed the places in the meantime" in desk.text
    desk.press("Save all of it")
    assert Place.objects.get(code="DOM").name == "Dom Aleixo"


@database
def test_the_download_is_read_back_without_a_change(world, tree):
    Place.objects.filter(code="DOM").update(name="=1+1", population=5, valid_from=date(2022, 1, 1))
    desk = Visitor(world.focal_sei)
    answer = desk.client.get("/places/export/?country=TL")
    assert answer["Content-Disposition"] == 'attachment; filename="places-TL.csv"'
    text = answer.content.decode("utf-8-sig")
    assert "'=1+1" in text  # no spreadsheet runs it
    Place.objects.filter(code="DOM").update(name="Dom")
    rows = rows_of(text.replace("'=1+1", "Dom"))
    assert {row.action for row in compare_places("TL", rows).rows} == {"same"}
    assert len(rows) == 4


@database
@pytest.mark.parametrize("more", [0, 30])
def test_queries_of_the_pages_do_not_grow(world, tree, client, django_assert_num_queries, more):
    for number in range(more):
        Place.objects.create(
            country="TL", code=f"S{number}", name=f"S{number}", kind="suco", parent=tree["dom"]
        )
    client.force_login(world.secretariat)
    client.get("/places/")
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/places/?country=TL")
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/places/?q=s&country=TL")
    with django_assert_num_queries(PAGE_QUERIES):
        client.get("/places/TL/DOM/")


LIST_QUERIES, PAGE_QUERIES = 8, 11
