"""Drafts → workbook → drafts: nothing changes by itself, what is typed arrives, and what others typed stays."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from frameworks.models import Indicator, Place
from frameworks.workbook.deciding import MINE, ONLINE
from monitoring.cells import Cell, Reported
from monitoring.models import ActivityProgress, IndicatorValue
from monitoring.operations.reporting import save_activity
from tests.monitoring.reported import (
    add_breakdown,
    d,
    fill,
    hand_in,
    nd,
    open_round,
    submission_of,
    total,
    val,
    why,
)
from tests.monitoring.template.sheets import Template, told
from tests.world import NOW, make_indicator

pytestmark = pytest.mark.django_db

OPTIONS = settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXTS = st.one_of(
    st.sampled_from(["=1+1", "+2", "-3", "@x", "1.10", " ", "_x0041_", "línea\nfeto", "{0} %s %", "30%", "\r\n", "#N/A"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40),
)  # fmt: skip
NUMBERS = (
    st.none()
    | st.just(Decimal(0))
    | st.decimals(0, 10**9, places=6)
    | st.just(Decimal("123456789012345.000001"))
)


@pytest.fixture
def sei(world):
    """SEI's draft with one indicator of every type."""
    activity = world.activities["a111"]
    make_indicator(activity, "1.1.1b", type="count", unit="cases", counts_people=False)
    make_indicator(activity, "1.1.1c", type="percentage", counts_people=False)
    make_indicator(activity, "1.1.1d", type="ordinal", scale_labels=["none", "drafted", "adopted"])
    make_indicator(activity, "1.1.1e", type="yes_no")
    make_indicator(activity, "1.1.1f", type="qualitative")
    make_indicator(activity, "1.10", type="count")
    world.categories = add_breakdown(world.indicators["i111a"])
    Indicator.objects.filter(code="1.1.1a").update(counts_people=False)
    world.place = Place.objects.create(country="TL", code="TL-AL", name="Aileu", kind="municipality")
    world.round = open_round(world)
    return submission_of(world.round, world.sei)


def indicator(code):
    return Indicator.objects.get(code=code)


def save(world, submission, values=None, **progress):
    row = ActivityProgress.objects.filter(submission=submission, activity__code="1.1.1").first()
    save_activity(
        submission=submission,
        activity=world.activities["a111"],
        by=world.focal_sei,
        at=NOW,
        version=row.version if row else 0,
        progress=progress,
        values=values or {},
    )


def values_of(submission):
    """(code, category, place) → (n, d, v, text, why, comment) as they are saved."""
    rows = IndicatorValue.objects.filter(submission=submission).select_related(
        "indicator", "category", "place"
    )
    return {
        (row.indicator.code, str(row.category.name) if row.category else "", str(row.place or "")): (
            row.numerator,
            row.denominator,
            row.value,
            row.text,
            row.no_data_reason,
            row.comment,
        )
        for row in rows
    }


@OPTIONS
@given(
    texts=st.lists(TEXTS, min_size=4, max_size=4),
    parts=st.lists(NUMBERS, min_size=5, max_size=5),
    level=st.none() | st.integers(0, 2),
    yes=st.none() | st.booleans(),
)
def test_any_draft_exports_and_parses_to_no_change(world, sei, texts, parts, level, yes):
    small, large = sorted(one or Decimal(0) for one in parts[:2])
    figures = {
        total(indicator("1.1.1a")): nd(small, large, comment=texts[2].strip()),
        total(indicator("1.1.1b")): val(parts[2]),
        total(indicator("1.1.1c")): val(None if parts[3] is None else parts[3] % 100),
        total(indicator("1.1.1d")): val(level),
        total(indicator("1.1.1e")): val(None if yes is None else int(yes)),
        total(indicator("1.1.1f")): Reported(text=texts[3].strip()),
        Cell(indicator("1.1.1a").pk, world.categories[0].pk): nd(parts[4], None),
        Cell(indicator("1.1.1b").pk, None, world.place.pk): val(parts[4]),
    }
    status = "deferred" if level else ""
    save(world, sei, figures, status=status, reason=texts[0], narrative=texts[1], next_steps=texts[2])
    difference = Template(world.round, world.sei).compared()
    assert (difference.items, difference.doubts) == ([], ())
    assert sum(difference.same.values()) == len(difference.content.rows)


def test_what_is_typed_arrives_also_from_the_last_row(world, sei):
    book = Template(world.round, world.sei)
    book.fill("activities", "1.1.1", status="On track", narrative="Held 4 courses.", next_steps="Díli")
    book.fill("indicators", "1.1.1a", n=21, d="442", comment="Register")
    book.fill("indicators", "1.1.1a", row="position level: Suco Chief", n=0, d=442)
    book.fill("indicators", "1.1.1b", v="1 234,5")
    book.fill("indicators", "1.1.1c", v="12,5%")
    book.fill("indicators", "1.1.1d", v="drafted")
    book.fill("indicators", "1.1.1e", v="No")
    book.fill("indicators", "1.1.1f", text="Two laws.")
    book.fill("indicators", "1.10", why="Not counted")
    last = book.pages["places"].max_row
    book.set("places", last, v=7)
    assert book.read("places", "1.10", "row", row="Aileu") == "Aileu"
    assert book.row("places", code="1.10") == last
    difference = book.applied(world.focal_sei)
    assert difference.counts() == [("Activities", 1, 0, 0), ("Indicators", 8, 0, 1), ("By place", 1, 0, 3)]
    progress = ActivityProgress.objects.get(submission=sei)
    assert (
        progress.status,
        progress.narrative,
        progress.next_steps,
        progress.version,
        progress.saved_by,
    ) == (
        "on_track",
        "Held 4 courses.",
        "Díli",
        1,
        world.focal_sei,
    )
    assert values_of(sei) == {
        ("1.1.1a", "", ""): (21, 442, None, "", "", "Register"),
        ("1.1.1a", "Suco Chief", ""): (0, 442, None, "", "", ""),
        ("1.1.1b", "", ""): (None, None, Decimal("1234.5"), "", "", ""),
        ("1.1.1c", "", ""): (None, None, Decimal("12.5"), "", "", ""),
        ("1.1.1d", "", ""): (None, None, 1, "", "", ""),
        ("1.1.1e", "", ""): (None, None, 0, "", "", ""),
        ("1.1.1f", "", ""): (None, None, None, "Two laws.", "", ""),
        ("1.10", "", ""): (None, None, None, "", "Not counted", ""),
        ("1.10", "", "Aileu"): (None, None, 7, "", "", ""),
    }
    assert book.compared().items == []  # the same file once more
    assert Template(world.round, world.sei).compared().items == []


def test_zeros_are_kept_and_blanks_stay_blank(world, sei):
    save(world, sei, {total(indicator("1.1.1b")): val(5), total(indicator("1.10")): val(0)})
    book = Template(world.round, world.sei)
    assert book.read("indicators", "1.10", "v") == 0
    book.fill("indicators", "1.1.1b", v=0)
    book.fill("indicators", "1.10", v=None)
    difference = book.applied(world.focal_sei)
    assert [told(item.changes) for item in difference.items] == [
        [("Figure, or answer from the list", "5", "0")],
        [("Figure, or answer from the list", "0", "")],
    ]
    assert values_of(sei) == {("1.1.1b", "", ""): (None, None, 0, "", "", "")}


def test_what_was_not_touched_offline_never_undoes_what_was_typed_online_since(world, sei):
    save(world, sei, {total(indicator("1.1.1b")): val(5)}, narrative="Old", what_worked="Old")
    book = Template(world.round, world.sei)
    book.fill("activities", "1.1.1", what_worked="Typed offline")
    save(world, sei, {total(indicator("1.1.1b")): val(6)}, narrative="Typed online", status="on_track")
    difference = book.applied(world.focal_sei)
    assert [told(item.changes) for item in difference.items] == [[("What worked", "Old", "Typed offline")]]
    progress = ActivityProgress.objects.get(submission=sei)
    assert (progress.narrative, progress.what_worked, progress.status) == (
        "Typed online",
        "Typed offline",
        "on_track",
    )
    assert values_of(sei)["1.1.1b", "", ""][2] == 6


@pytest.mark.parametrize(("choice", "kept"), [(MINE, (21, 442)), (ONLINE, (20, 440))])
def test_what_was_changed_on_both_sides_is_asked_about(world, sei, choice, kept):
    cell = total(indicator("1.1.1a"))
    save(world, sei, {cell: nd(1, 2)}, narrative="Old")
    book = Template(world.round, world.sei)
    book.fill("indicators", "1.1.1a", n=21, d=442)
    book.fill("activities", "1.1.1", narrative="The same on both sides")
    save(world, sei, {cell: nd(20, 440)}, narrative="The same on both sides")
    difference = book.compared()
    (item,) = difference.clashes
    assert told(item.clashes) == [
        ("Numerator: how many", "20", "21"),
        ("Denominator: out of how many", "440", "442"),
    ]
    assert (difference.written, difference.undecided({}), difference.undecided({item.record.id: choice})) == (
        [],
        [item],
        [],
    )
    book.applied(world.focal_sei, choices={item.record.id: choice})
    assert values_of(sei)["1.1.1a", "", ""][:2] == tuple(d(one) for one in kept)


def test_the_boxes_of_a_figure_are_taken_together(world, sei):
    """Two numbers typed offline and a percentage typed online would make a figure that nobody gave."""
    book = Template(world.round, world.sei)
    book.fill("indicators", "1.1.1c", n=1, d=4)
    save(world, sei, {total(indicator("1.1.1c")): val(30)})
    difference = book.compared()
    (item,) = difference.clashes
    assert difference.errors == []
    book.applied(world.focal_sei, choices={item.record.id: MINE})
    assert values_of(sei)["1.1.1c", "", ""][:3] == (1, 4, None)


def test_what_was_handed_in_meanwhile_is_said_and_left_out(world, sei):
    book = Template(world.round, world.sei)
    book.fill("activities", "1.1.1", narrative="Too late")
    fill(sei, world.focal_sei)
    hand_in(sei, world.focal_sei)
    difference = book.compared()
    assert difference.items == []
    (doubt,) = difference.doubts
    assert (doubt.level, doubt.code) == ("warning", "locked")
    assert "Participation” is left out. It was submitted and is locked." in str(doubt.message)
    assert Template(world.round, world.sei).pages.keys() & {"activities", "indicators"} == set()


def test_an_indicator_that_is_no_longer_asked_is_said(world, sei):
    book = Template(world.round, world.sei)
    book.fill("indicators", "1.10", v=3)
    Indicator.objects.filter(code="1.10").update(retired_on="2025-01-01")
    difference = book.compared()
    assert difference.items == []
    assert [(one.level, one.code) for one in difference.doubts] == [("warning", "not_asked")]


def test_smaller_places_stand_there_once_they_have_a_figure(world, sei):
    around = world.place
    for code, kind in (("TL-AL-1", "administrative_post"), ("TL-AL-1-1", "suco")):
        around = Place.objects.create(country="TL", code=code, name="Seloi", kind=kind, parent=around)
    Place.objects.create(
        country="TL", code="TL-OLD", name="Oldtown", kind="municipality", valid_until="2020-12-31"
    )
    save(world, sei, {Cell(indicator("1.10").pk, None, around.pk): val(3)})
    book = Template(world.round, world.sei)
    labels = {record.values["row"] for record in book.content().records["places"]}
    assert labels == {"Aileu", "Seloi (suco, Seloi)"}
    book.fill("places", "1.10", row="Seloi (suco, Seloi)", v=4)
    book.applied(world.focal_sei)
    assert values_of(sei)["1.10", "", "Seloi"][2] == 4


def test_no_data_because_is_an_answer(world, sei):
    save(world, sei, {total(indicator("1.10")): why("No line")})
    book = Template(world.round, world.sei)
    assert book.read("indicators", "1.10", "why") == "No line"
    book.fill("indicators", "1.10", why=None, v=12)
    book.applied(world.focal_sei)
    assert values_of(sei)["1.10", "", ""] == (None, None, 12, "", "", "")
