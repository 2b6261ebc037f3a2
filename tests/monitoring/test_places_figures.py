"""Figures of places that lie in places: counted once, compared, never blocked; and the rows of the form."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from frameworks.models import Indicator, Place
from monitoring.cells import Cell
from monitoring.disclosure import suppress, suppress_nested
from monitoring.models import IndicatorResult, IndicatorValue
from monitoring.operations.reporting import save_activity
from monitoring.progress import Figure, combine_reporters, holders, outermost
from monitoring.sheets import figure_within, load_sheet
from tests.monitoring.reported import accept, hand_in, open_round, submission_of, total, val
from tests.pages import Visitor
from tests.world import NOW

# The rule, pure

ABOVE = {
    "dili": (),
    "dom": ("dili",),
    "comoro": ("dom", "dili"),
    "golgota": ("comoro", "dom", "dili"),
    "baucau": (),
}


def counts(**values):
    return {name: Figure(None if value is None else D(value)) for name, value in values.items()}


@pytest.mark.parametrize(
    ("figures", "counted"),
    [
        (counts(dili=20, comoro=12), ["dili"]),
        (counts(comoro=12, dili=20, baucau=3), ["dili", "baucau"]),
        (counts(comoro=12, golgota=5), ["comoro"]),
        (counts(dili=None, comoro=12, golgota=5), ["dili", "comoro"]),  # a blank holds nothing
        (counts(dili=0, comoro=12), ["dili"]),  # 0 is a figure
        ({}, []),
    ],
)
def test_what_lies_in_a_place_with_a_figure_is_a_detail_of_it(figures, counted):
    assert outermost(figures, ABOVE, type="count") == counted


def test_the_holder_is_the_nearest_one():
    figures = counts(dili=20, dom=15, comoro=12, golgota=5)
    assert holders(figures, ABOVE, type="count") == {
        "dili": None, "dom": "dili", "comoro": "dom", "golgota": "comoro",
    }  # fmt: skip
    shares = {"dili": Figure(denominator=D(9)), "comoro": Figure(numerator=D(1), denominator=D(3))}
    assert holders(shares, ABOVE, type="number_and_percentage") == {"dili": None, "comoro": None}


@st.composite
def trees(draw):
    """A tree of places with a figure or a blank each: place → above, place → Figure."""
    above, figures = {}, {}
    for number in range(draw(st.integers(1, 12))):
        parent = draw(st.none() | st.integers(0, number - 1)) if number else None
        around = () if parent is None else (parent, *above[parent])
        above[number] = around if len(around) < 4 else ()
        value = draw(st.none() | st.integers(0, 50))
        figures[number] = Figure(None if value is None else D(value))
    return above, figures


@given(trees())
def test_nobody_counts_twice_and_nobody_is_forgotten(tree):
    above, figures = tree
    counted = set(outermost(figures, above, type="count"))
    answered = {place for place, figure in figures.items() if figure.value is not None}
    for place in answered:
        around = [one for one in (place, *above[place]) if one in counted & answered]
        assert len(around) == 1, (
            "every figure is in the total exactly once: by itself, or in that of one place around it"
        )


@given(trees())
def test_details_change_no_total(tree):
    """Telling the parts of a place that has a figure leaves the total as it is."""
    above, figures = tree
    inside = holders(figures, above, type="count")
    without = {place: figure for place, figure in figures.items() if inside[place] is None}

    def made(some):
        kept = [some[place] for place in outermost(some, above, type="count")]
        return combine_reporters(kept, type="count", how="sum").figure

    assert made(figures) == made(without)


# Small cells


@given(trees())
def test_a_hidden_place_is_not_told_by_the_places_around_or_in_it(tree):
    above, figures = tree
    inside = holders(figures, above, type="count")
    cells = {place: figure.value for place, figure in figures.items()}
    # As much as the places make, or what their details make where that is more.
    found = suppress_nested(
        cells, inside, total=sum((v for p, v in cells.items() if v and inside[p] is None), D(0))
    )
    for place, value in cells.items():
        if value and value < 5:
            assert place in found.hidden
        if inside[place] in found.hidden and value is not None:
            assert place in found.hidden
        assert value is not None or place not in found.hidden
    for holder in {*inside.values()}:
        group = {place for place, around in inside.items() if around == holder and cells[place] is not None}
        hidden = group & found.hidden
        whole_shown = not found.total_hidden if holder is None else holder not in found.hidden
        if holder is None and hidden and whole_shown:
            assert len({cells[place] for place in hidden}) > 1, "one hidden cell is total minus the others"


@given(
    st.dictionaries(st.integers(), st.none() | st.integers(0, 30).map(D), max_size=6),
    st.none() | st.integers(0, 90).map(D),
)
def test_without_nesting_it_is_the_plain_rule(cells, whole):
    assert suppress_nested(cells, {}, total=whole) == suppress(cells, total=whole)


def test_a_small_suco_blanks_neither_its_municipality_nor_the_others():
    cells = {"dili": D(40), "baucau": D(30), "comoro": D(3), "hera": D(20)}
    inside = {"dili": None, "baucau": None, "comoro": "dili", "hera": "dili"}
    assert suppress_nested(cells, inside, total=D(70)).hidden == {
        "comoro"
    }  # the 17 that nobody told protect it
    cells["dili"] = D(23)
    assert suppress_nested(cells, inside, total=D(53)).hidden == {"comoro", "hera"}


# What is reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(world):
    def make(code, kind, parent=None, **dates):
        return Place.objects.create(
            country="TL", code=code, name=code.title(), kind=kind, parent=parent, **dates
        )

    dili, baucau = make("DILI", "municipality"), make("BAUCAU", "municipality")
    dom = make("DOM ALEIXO", "administrative_post", dili)
    comoro, bairro = make("COMORO", "suco", dom), make("BAIRRO PITE", "suco", dom)
    return {"dili": dili, "baucau": baucau, "dom": dom, "comoro": comoro, "bairro": bairro}


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def people(world):
    """A count that MAE reports, and SEI too where a test says so."""
    return world.indicators["i112a"]


@pytest.fixture
def mae(world, round):
    return submission_of(round, world.mae)


def by_place(indicator, places, **figures):
    return {Cell(indicator.pk, place_id=places[name].pk): val(number) for name, number in figures.items()}


def result(indicator, **of):
    return IndicatorResult.objects.get(indicator=indicator, **({"place": None, "category": None} | of))


def test_a_suco_under_a_reported_municipality_is_not_added_again(world, places, people, mae):
    figures = by_place(people, places, dili=20, comoro=12, bairro=5, baucau=7)
    accept(world, hand_in(mae, world.focal_mae, figures | {total(people): val(None)}))
    assert result(people).value == 27
    assert result(people).unknown_difference == {}
    assert [result(people, place=places[name]).value for name in ("dili", "comoro", "bairro", "baucau")] == [
        20,
        12,
        5,
        7,
    ]
    (line,) = (one for one in load_sheet(mae, context=True).lines if one.indicator == people)
    assert figure_within(people, line.values).value == 27


def test_sucos_without_their_municipality_make_the_total(world, places, people, mae):
    accept(
        world,
        hand_in(
            mae, world.focal_mae, by_place(people, places, comoro=12, bairro=5) | {total(people): val(20)}
        ),
    )
    assert result(people).value == 20
    assert result(people).unknown_difference == {"place": {"value": "3"}}


def test_two_reporters_in_one_municipality_both_count(world, round, places, people, mae):
    """Another institution's suco is no detail of this one's municipality."""
    people.responsible.add(world.sei, world.mae)
    blank = {total(people): val(None)}
    accept(world, hand_in(mae, world.focal_mae, by_place(people, places, dili=20) | blank))
    accept(
        world,
        hand_in(submission_of(round, world.sei), world.focal_sei, by_place(people, places, comoro=5) | blank),
    )
    assert result(people).value == 25
    assert result(people).unknown_difference == {}


def test_small_sucos_are_hidden_from_the_public(world, places, people, mae):
    Indicator.objects.filter(pk=people.pk).update(counts_people=True)
    figures = by_place(people, places, dili=40, comoro=3, bairro=37, baucau=30)
    accept(world, hand_in(mae, world.focal_mae, figures | {total(people): val(None)}))
    hidden = {
        name
        for name in ("dili", "comoro", "bairro", "baucau")
        if result(people, place=places[name]).is_suppressed
    }
    assert hidden == {"comoro", "bairro"}
    assert not result(people).is_suppressed


def test_places_that_have_ended(world, places, people, mae):
    """Not offered and not taken any more; what was said of one stays, and may be put right."""
    cell = Cell(people.pk, place_id=places["comoro"].pk)

    def save(number, version):
        return save_activity(
            submission=mae, activity=world.activities["a112"], by=world.focal_mae, at=NOW, version=version, progress={},
            values={cell: val(number)},
        )  # fmt: skip

    Place.objects.filter(pk=places["comoro"].pk).update(valid_until=date(2024, 12, 30))
    with pytest.raises(ValidationError) as refused:
        save(12, 0)
    assert refused.value.message_dict == {cell.box("v"): ["Comoro did not exist at the end of the period."]}
    Place.objects.filter(pk=places["comoro"].pk).update(valid_until=date(2024, 12, 31))
    version = save(12, 0).version
    Place.objects.filter(pk=places["comoro"].pk).update(valid_until=date(2024, 6, 30))
    save(13, version)
    focal = Visitor(world.focal_mae).open(page_of(mae))
    assert "Comoro (suco, Dom Aleixo), no longer exists" in focal.text
    assert focal.page.get_element_by_id(f"id_{cell.box('v')}").get("value") == "13"


# The form


def page_of(submission):
    return reverse("submission_activity", args=[submission.pk, "1.1.2"])


def box(people, place, part="v"):
    return Cell(people.pk, place_id=place.pk).box(part)


def grid_labels(visitor, people):
    rows = visitor.page.xpath(f"//*[@id='i{people.pk}-places']//tbody/tr/th")
    return [" ".join("".join(one.itertext()).split()) for one in rows]


def test_smaller_places_are_added_through_the_tree(world, places, people, mae):
    focal = Visitor(world.focal_mae).open(page_of(mae))
    focal.press("Save, and fill in by municipality", narrative="Begun.")
    assert grid_labels(focal, people) == ["Baucau", "Dili"]
    focal.press("Save, and add posts, sucos or aldeias", **{box(people, places["dili"]): "20"})
    assert focal.page.xpath("//input[@type='checkbox']") == []
    focal.follow("What lies in it Dili")
    focal.follow("What lies in it Dom Aleixo")
    assert "Comoro Suco, Dom Aleixo, Dili" in focal.text
    focal.open(focal.answer.request["PATH_INFO"] + f"?in={places['dom'].pk}")
    marked = {"place": [str(places["comoro"].pk), str(places["bairro"].pk)]}
    focal.open(f"{page_of(mae)}?places={people.pk}&place={marked['place'][0]}&place={marked['place'][1]}")
    detail = "(suco, Dom Aleixo) counted in the place around it"
    assert grid_labels(focal, people) == ["Baucau", "Dili", f"Bairro Pite {detail}", f"Comoro {detail}"]
    focal.press("Save draft", **{box(people, places["comoro"]): "12", box(people, places["bairro"]): "5"})
    parts = "The parts below make 17; difference 3."
    assert grid_labels(focal, people) == [
        "Baucau",
        f"Dili {parts}",
        f"Bairro Pite {detail}",
        f"Comoro {detail}",
    ]
    (together,) = focal.page.xpath("//td[@data-sum='v']")
    assert together.text == "20"  # each person once
    assert IndicatorValue.objects.filter(indicator=people).count() == 3
    assert "Begun." in focal.text


def test_reviewers_read_them_in_the_order_of_the_tree(world, places, people, mae):
    figures = by_place(people, places, dili=20, comoro=12, bairro=5, baucau=7)
    hand_in(mae, world.focal_mae, figures | {total(people): val(None)})
    text = Visitor(world.gov_lead).open(f"/submissions/{mae.pk}/").text
    assert (
        "Baucau 7 women Dili 20 women · The parts below make 17; difference 3. "
        "Bairro Pite (suco, Dom Aleixo) 5 women · counted in Dili Comoro (suco, Dom Aleixo) 12 women · counted in Dili"
    ) in text


def test_smaller_places_are_found_by_name(world, places, people, mae):
    focal = Visitor(world.focal_mae).open(f"/submissions/{mae.pk}/places/{people.pk}/?q=COM")
    (form,) = [one for one in focal.page.forms if "place" in one.fields]
    assert form.action.endswith(page_of(mae))
    assert [one.get("value") for one in focal.page.xpath("//input[@type='checkbox']")] == [
        str(places["comoro"].pk)
    ]
    assert (
        "No place goes by that name" in focal.open(f"/submissions/{mae.pk}/places/{people.pk}/?q=dili").text
    )  # on every form
    assert (
        "No place goes by that name" in focal.open(f"/submissions/{mae.pk}/places/{people.pk}/?q=%00zzz").text
    )


def test_rows_that_were_added_and_are_empty_come_along(world, places, people, mae):
    focal = Visitor(world.focal_mae).open(f"{page_of(mae)}?places={people.pk}&place={places['comoro'].pk}")
    focal.press("Save, and add posts, sucos or aldeias")
    assert "Added already: Comoro" in focal.text
    assert f"place={places['comoro'].pk}" in focal.answer.redirect_chain[-1][0]


def test_a_mistake_in_an_added_row_loses_nothing(world, places, people, mae):
    focal = Visitor(world.focal_mae).open(f"{page_of(mae)}?places={people.pk}&place={places['comoro'].pk}")
    focal.press(
        "Save draft", status=422, **{box(people, places["comoro"]): "many", box(people, places["dili"]): "20"}
    )
    assert f"{people.code}, Comoro (suco, Dom Aleixo): “many” is not a number" in focal.text
    assert focal.page.get_element_by_id(f"id_{box(people, places['comoro'])}").get("value") == "many"
    assert not IndicatorValue.objects.exists()


def test_no_smaller_places_in_the_country_no_button(world, people, mae):
    Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    focal = Visitor(world.focal_mae).open(f"{page_of(mae)}?places={people.pk}")
    assert grid_labels(focal, people) == ["Díli"]
    assert not any("add posts" in one for one in focal.buttons())


def test_places_of_another_country_are_no_rows(world, places, people, mae):
    manila = Place.objects.create(country="PH", code="MNL", name="Manila", kind="municipality")
    focal = Visitor(world.focal_mae).open(
        f"{page_of(mae)}?places={people.pk}&place={manila.pk}&place=x&place="
    )
    assert grid_labels(focal, people) == ["Baucau", "Dili"]
    assert focal.client.get(f"/submissions/{mae.pk}/places/{people.pk}/?in={manila.pk}").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("focal_sei", 404), ("gov_lead", 404), ("secretariat", 404), ("outsider", 404)]
)
def test_others_choose_no_places(world, mae, people, client, who, status):
    client.force_login(world.users[who])
    assert client.get(f"/submissions/{mae.pk}/places/{people.pk}/").status_code == status


def test_the_page_s_queries_do_not_grow_with_the_places(
    world, places, people, mae, client, django_assert_max_num_queries
):
    client.force_login(world.focal_mae)
    few = f"{page_of(mae)}?places={people.pk}"
    client.get(few)
    with CaptureQueriesContext(connection) as before:
        client.get(few)
    more = "".join(f"&place={places[name].pk}" for name in ("dom", "comoro", "bairro"))
    with CaptureQueriesContext(connection) as after:
        client.get(few + more)
    assert len(after) == len(before)
