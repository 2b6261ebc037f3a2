"""What must be there before a submission can be handed in (monitoring/gate.py), and how far its pages are filled."""

import pytest

from frameworks.models import Goal, Indicator, Place
from monitoring.cells import Cell
from monitoring.gate import submission_problems
from monitoring.models import ActivityProgress, IndicatorValue
from monitoring.sheets import Filling, load_sheet
from tests.monitoring.reported import fill, nd, open_round, submission_of, total, val, why
from tests.world import make_activity

pytestmark = pytest.mark.django_db


def missing(submission):
    return [(one.code, one.anchor) for one in submission_problems(submission)]


@pytest.fixture
def round(world):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


def test_an_empty_draft_lacks_everything_in_the_order_of_the_form(world, sei):
    indicator = world.indicators["i111a"]
    assert missing(sei) == [
        ("1.1.1", "status_0"),
        ("1.1.1", "narrative"),
        ("1.1.1a", f"i{indicator.pk}-n"),
    ]
    activity = world.activities["a111"].pk
    assert {one.activity_id for one in submission_problems(sei)} == {activity}


def test_a_full_draft_lacks_nothing(world, sei):
    fill(sei, world.focal_sei, {total(world.indicators["i111a"]): nd(18, 452)})
    assert missing(sei) == []


@pytest.mark.parametrize("said", [nd(0, 452), nd(0, 0), why("No election this year.")])
def test_a_zero_a_0_of_0_and_a_reason_are_answers(world, sei, said):
    fill(sei, world.focal_sei, {total(world.indicators["i111a"]): said})
    assert missing(sei) == []


def test_zero_of_a_count_is_an_answer(world, round):
    mae = submission_of(round, world.mae)
    fill(mae, world.focal_mae, {total(world.indicators["i112a"]): val(0)})
    assert missing(mae) == []


@pytest.mark.parametrize(
    ("said", "words"), [(nd(18, None), "out of how many"), (nd(None, 452), "first number")]
)
def test_half_a_pair_is_no_answer(world, sei, said, words):
    fill(sei, world.focal_sei, {total(world.indicators["i111a"]): said})
    (problem,) = submission_problems(sei)
    assert words in problem.message


def test_a_breakdown_alone_is_no_answer_but_a_place_is(world, sei):
    indicator = world.indicators["i111a"]
    category = indicator.dimensions.create(name="level").categories.create(code="a", name="A")
    fill(
        sei,
        world.focal_sei,
        {Cell(indicator.pk, category_id=category.pk): nd(1, 2), total(indicator): nd(None, None)},
    )
    assert missing(sei) == [("1.1.1a", f"i{indicator.pk}-n")]
    place = Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    IndicatorValue.objects.create(
        submission=sei, indicator=indicator, place=place, numerator=1, denominator=2
    )
    assert missing(sei) == []


@pytest.mark.parametrize("status", ["deferred", "cancelled"])
def test_deferred_and_cancelled_need_a_reason(world, sei, status):
    fill(sei, world.focal_sei, status=status)
    assert missing(sei) == [("1.1.1", "reason")]
    ActivityProgress.objects.update(reason="   ")
    assert missing(sei) == [("1.1.1", "reason")]
    ActivityProgress.objects.update(reason="The budget was cut.")
    assert missing(sei) == []


def test_a_narrative_of_spaces_is_none(world, sei):
    fill(sei, world.focal_sei)
    ActivityProgress.objects.update(narrative=" \n ")
    assert missing(sei) == [("1.1.1", "narrative")]


def test_indicators_without_a_page_of_an_activity_lead_to_their_own_page(world, round):
    goal = Goal.objects.get(plan=world.plan, code="1")
    indicator = Indicator.objects.create(
        plan=world.plan,
        pillar=world.participation,
        goal=goal,
        code="1a",
        type="yes_no",
        statement="Law passed",
    )
    indicator.responsible.add(world.sei)
    world.indicators["i112a"].responsible.add(world.sei)  # of an activity that SEI does not lead
    problems = submission_problems(submission_of(round, world.sei))[3:]
    assert [(one.code, one.activity_id, one.anchor) for one in problems] == [
        ("1.1.2a", None, f"i{world.indicators['i112a'].pk}-v"),
        ("1a", None, f"i{indicator.pk}-v_0"),
    ]
    sheet = load_sheet(submission_of(round, world.sei))
    assert [line.indicator.code for line in sheet.others] == ["1.1.2a", "1a"]
    assert sheet.fillings == [Filling.EMPTY, Filling.EMPTY]


def test_how_far_the_pages_are(world, round):
    make_activity(world.participation, "1.1.0", [world.mae])
    mae = submission_of(round, world.mae)
    assert load_sheet(mae).fillings == [Filling.EMPTY, Filling.EMPTY]
    fill(mae, world.focal_mae, {total(world.indicators["i112a"]): val(None)})
    sheet = load_sheet(mae)
    assert sheet.fillings == [Filling.COMPLETE, Filling.STARTED]
    assert (sheet.done, sheet.is_ready) == (1, False)


def test_a_fixed_number_of_queries(world, round, django_assert_num_queries):
    from tests.world import make_indicator

    sei = submission_of(round, world.sei)
    for more in (0, 10):
        for number in range(more):
            make_indicator(world.activities["a111"], f"1.1.1x{number}")
        sei = type(sei).objects.select_related("round").get(pk=sei.pk)
        # activities, indicators, progress, values
        with django_assert_num_queries(4):
            submission_problems(sei)
