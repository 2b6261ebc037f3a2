"""Versions of a submission: what is kept at each hand-in, and what a new one changed (monitoring/versions.py)."""

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from budgets.models import Expenditure
from frameworks.models import Place
from frameworks.workflow import transition
from monitoring.cells import Cell
from monitoring.lines import WHOLE, LineKey, line_named
from monitoring.models import ActivityProgress, CourseCorrection, Evidence, SubmissionVersion
from monitoring.models.submission import ActivityStatus
from monitoring.version_records import changes_since, contents_of
from monitoring.versions import NUMBERS, TEXTS, diff, read
from tests.monitoring.reported import (
    add_breakdown,
    fill,
    hand_in,
    later,
    nd,
    open_round,
    send_back,
    submission_of,
    total,
    why,
)

# Without a database: any two versions

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
numbers = st.none() | st.integers(0, 10**9).map(str)
corrections = st.lists(
    st.fixed_dictionaries(
        {
            "cause": texts,
            "measure": texts,
            "owner": texts,
            "due_on": st.just("") | st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(str),
            "is_done": st.booleans(),
        }
    ),
    max_size=2,
)
spending = st.none() | st.fixed_dictionaries(
    {"amount": numbers, "currency": st.just("USD"), "no_data_reason": texts, "comment": texts}
)
evidence = st.lists(
    st.fixed_dictionaries({"title": texts, "name": texts, "url": texts, "sha256": texts}), max_size=2
)
activities = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["", *ActivityStatus.values]),
        **dict.fromkeys(TEXTS, texts),
        "corrections": corrections,
        "spending": spending,
        "evidence": evidence,
    }
)
cells = st.fixed_dictionaries(
    {**dict.fromkeys(NUMBERS, numbers), "text": texts, "no_data_reason": texts, "comment": texts}
)
indicators = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["count", "percentage", "number_and_percentage", "ordinal", "yes_no", "qualitative"]
        ),
        "cells": st.lists(cells, min_size=1, max_size=3),
        "evidence": evidence,
    }
)


@st.composite
def versions(draw):
    """Any version, as it comes back from JSON."""
    return {
        "officer": {"name": draw(texts), "post": draw(texts)},
        "activities": [
            {"id": pk, "code": f"1.1.{pk}", "title": f"Activity {pk}", **part}
            for pk, part in enumerate(draw(st.lists(activities, max_size=3)), 1)
        ],
        "indicators": [
            {
                "id": pk,
                "code": f"1.1.{pk}a",
                "title": f"Indicator {pk}",
                "unit": "women",
                "scale_labels": [],
                "activity": pk,
                **part,
                "cells": [
                    {
                        "category": None,
                        "place": number or None,
                        "label": f"Place {number}" if number else "",
                        **one,
                    }
                    for number, one in enumerate(part["cells"])
                ],
            }
            for pk, part in enumerate(draw(st.lists(indicators, max_size=3)), 1)
        ],
    }


@given(versions())
def test_a_version_does_not_differ_from_itself(version):
    assert diff(version, json.loads(json.dumps(version))) == []


def raws(version):
    """(line, box) → what is kept, of everything that is filled."""
    return {
        (line.key, name): box.raw for line in read(version) for name, box in line.boxes.items() if box.raw
    }


@given(versions(), versions())
def test_every_box_that_differs_is_named_and_no_other(old, new):
    before, after = raws(old), raws(new)
    expected = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    found = diff(old, new)
    assert sum(len(line.boxes) for line in found) == len(expected)
    kept = {line.key for line in read(old)} & {line.key for line in read(new)}
    assert {line.key for line in found if line.kind == "changed"} == {
        key for key, _box in expected if key in kept
    }
    for line in found:
        for box in line.boxes:
            assert box.old != box.new, box
    assert {line.key for line in diff(new, old)} == {line.key for line in found}


@given(versions(), st.data())
def test_one_changed_text_is_one_change(version, data):
    if not version["activities"]:
        return
    changed = deepcopy(version)
    part = data.draw(st.sampled_from(changed["activities"]))
    name = data.draw(st.sampled_from(TEXTS))
    before = part[name]
    part[name] = before + " And more."
    (line,) = diff(version, changed)
    (box,) = line.boxes
    assert (line.key, line.kind) == (LineKey(activity_id=part["id"]), "changed")
    assert (box.old, box.new) == (before, before + " And more.")


@pytest.mark.parametrize("key", [WHOLE, LineKey(activity_id=12), LineKey(indicator_id=7)])
def test_names_of_lines_come_back(key):
    assert line_named(key.name) == key


@pytest.mark.parametrize("name", ["", "a", "a0", "i-1", "b3", "a1 ", "a²", "a1234567890123456789", "allx"])
def test_names_of_nothing(name):
    assert line_named(name) is None


# What a hand-in keeps


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


def test_a_hand_in_keeps_everything_word_for_word(world, sei):
    women, activity = world.indicators["i111a"], world.activities["a111"]
    suco = add_breakdown(women, categories=["Suco Chief"])[0]
    dili = Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    figures = {
        total(women): nd(18, 452, comment="Of the register."),
        Cell(women.pk, category_id=suco.pk): nd(9, 226),
        Cell(women.pk, place_id=dili.pk): nd(3, 31),
    }
    fill(sei, world.focal_sei, figures, narrative="We visited 14 municipalities.")
    progress = ActivityProgress.objects.get(submission=sei)
    ActivityProgress.objects.filter(pk=progress.pk).update(collaboration="With PNTL.")
    CourseCorrection.objects.create(
        progress=progress, cause="Rain", measure="Later dates", owner="SEI", due_on=date(2025, 3, 3)
    )
    Expenditure.objects.create(
        activity=activity, institution=world.sei, round=sei.round, amount=Decimal("1200.50"), currency="USD"
    )
    Evidence.objects.create(
        submission=sei, indicator=women, title="Register", url="https://example.org/r", added_by=world.focal_sei, added_at=later()
    )  # fmt: skip
    sei.officer_name, sei.officer_post = "A. Person", "Director"
    sei.save()
    transition(subject=sei, action="submit", by=world.focal_sei, at=later(minutes=5))
    kept = SubmissionVersion.objects.get(submission=sei)
    assert (kept.cycle, kept.by, kept.at) == (1, world.focal_sei, later(minutes=5))
    said = {line.key: {box.label: box.text for box in line.filled} for line in read(kept.content)}
    assert said[WHOLE] == {"Accountable officer": "A. Person, Director"}
    assert said[LineKey(activity_id=activity.pk)] == {
        "Status": "On track",
        "Progress": "We visited 14 municipalities.",
        "Collaboration wanted": "With PNTL.",
        "Course corrections": "Rain – Later dates – SEI – until 3 March 2025",
        "Spent": "USD 1,200.5",
    }
    assert said[LineKey(indicator_id=women.pk)] == {
        "Figure": "18\xa0/\xa0452 =\xa04.0%",
        "Comment on the figure": "Of the register.",
        "Suco Chief: Figure": "9\xa0/\xa0226 =\xa04.0%",
        "Díli: Figure": "3\xa0/\xa031 =\xa09.7%",
        "Evidence": "Register (https://example.org/r)",
    }


def test_versions_stand(world, sei):
    hand_in(sei, world.focal_sei)
    with pytest.raises(DatabaseError), transaction.atomic():
        SubmissionVersion.objects.update(content={})


def test_what_a_new_version_changed(world, sei):
    women = world.indicators["i111a"]
    hand_in(sei, world.focal_sei, {total(women): nd(18, 452)}, narrative="One.\nTwo.")
    assert changes_since([sei]) == {}
    sei = send_back(world, sei)
    sei = hand_in(sei, world.focal_sei, {total(women): nd(21, 452)}, narrative="One.\nThree.")
    since = changes_since([sei])[sei.pk]
    assert since.version == 1
    of_activity, of_figure = since.lines
    (text,) = of_activity.boxes
    assert (of_activity.code, text.label, text.old, text.new) == (
        "1.1.1",
        "Progress",
        "One.\nTwo.",
        "One.\nThree.",
    )
    assert [(line.kind, line.text) for line in text.lines] == [
        ("same", "One."),
        ("out", "Two."),
        ("in", "Three."),
    ]
    (figure,) = of_figure.boxes
    assert (figure.old, figure.new) == ("18\xa0/\xa0452 =\xa04.0%", "21\xa0/\xa0452 =\xa04.6%")
    assert since.at(LineKey(indicator_id=women.pk)) == of_figure


def test_handing_in_the_same_again_changes_nothing(world, sei):
    hand_in(sei, world.focal_sei)
    sei = transition(subject=send_back(world, sei), action="submit", by=world.focal_sei, at=later())
    assert changes_since([sei])[sei.pk].lines == ()


def test_a_figure_that_gave_way_to_a_reason(world, sei):
    women = world.indicators["i111a"]
    hand_in(sei, world.focal_sei, {total(women): nd(18, 452)})
    sei = hand_in(send_back(world, sei), world.focal_sei, {total(women): why("The register burnt.")})
    (line,) = changes_since([sei])[sei.pk].lines
    assert [(box.label, box.old, box.new) for box in line.boxes] == [
        ("Figure", "18\xa0/\xa0452 =\xa04.0%", ""),
        ("No data because", "", "The register burnt."),
    ]


def test_keeping_versions_takes_a_fixed_number_of_queries(world, round, django_assert_num_queries):
    both = [
        fill(submission_of(round, one), who)
        for one, who in ((world.sei, world.focal_sei), (world.mae, world.focal_mae))
    ]
    for some in (both[:1], both):
        with django_assert_num_queries(5):
            assert set(contents_of(some)) == {one.pk for one in some}
        with django_assert_num_queries(1):
            changes_since(some)
