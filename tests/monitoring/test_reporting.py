"""Saving a draft (monitoring/operations/reporting.py): what is kept, what is refused, and who is told about whom."""

from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from frameworks.models import Goal, Indicator, Place
from frameworks.permissions import forget_seats
from monitoring.cells import Cell, Reported, cell_named
from monitoring.models import ActivityProgress, IndicatorValue
from monitoring.operations.reporting import (
    DraftLocked,
    StaleDraft,
    figures_version,
    save_activity,
    save_indicators,
)
from tests.monitoring.reported import (
    accept,
    add_breakdown,
    hand_in,
    later,
    nd,
    open_round,
    send_back,
    submission_of,
    total,
    val,
    why,
)
from tests.world import NOW, make_indicator

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def women(world):
    return world.indicators["i111a"]


def save(world, submission, *, by=None, version=0, values=None, at=NOW, activity="a111", **progress):
    return save_activity(
        submission=submission,
        activity=world.activities[activity],
        by=by or world.focal_sei,
        at=at,
        version=version,
        progress=progress,
        values=values or {},
    )


def saved(submission, indicator, category=None, place=None):
    return IndicatorValue.objects.get(
        submission=submission, indicator=indicator, category=category, place=place
    )


def test_a_draft_may_lack_anything(world, sei, women):
    row = save(world, sei, narrative="Began.", at=later(minutes=3))
    assert (row.status, row.narrative, row.version) == ("", "Began.", 1)
    assert (row.saved_by, row.saved_at) == (world.focal_sei, later(minutes=3))
    save(world, sei, version=1, values={total(women): nd(18, None)})
    assert saved(sei, women).numerator == 18
    assert saved(sei, women).denominator is None
    assert ActivityProgress.objects.get().narrative == "Began."  # what is not told stays


def test_zero_is_kept_and_blank_empties(world, sei, women):
    save(world, sei, values={total(women): nd(0, 0)})
    assert (saved(sei, women).numerator, saved(sei, women).denominator) == (0, 0)
    save(world, sei, version=1, values={total(women): Reported()})
    assert not IndicatorValue.objects.exists()
    events = IndicatorValue.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", flat=True)
    assert list(events) == ["insert", "delete"]  # also what was taken away is in the history


def test_cells_that_are_not_told_stay(world, sei, women):
    aldeia, suco = add_breakdown(women)
    cells = {Cell(women.pk, category_id=aldeia.pk): nd(1, 2), Cell(women.pk, category_id=suco.pk): nd(3, 4)}
    save(world, sei, values=cells)
    save(world, sei, version=1, values={Cell(women.pk, category_id=suco.pk): nd(5, 6)})
    assert saved(sei, women, aldeia).numerator == 1
    assert saved(sei, women, suco).numerator == 5


def test_saving_the_same_again_changes_nothing(world, sei, women):
    save(world, sei, values={total(women): nd(18, 452)}, narrative="Began.")
    row = save(
        world, sei, version=1, values={total(women): nd("18.000000", 452)}, narrative="Began.", at=later(5)
    )
    assert (row.version, row.saved_at) == (1, NOW)
    assert IndicatorValue.pgh_event_model.objects.count() == 1


def test_nothing_at_all_makes_no_progress(world, sei, women):
    row = save(world, sei, values={total(women): Reported()}, narrative="  ", status="")
    assert row.pk is None
    assert not ActivityProgress.objects.exists()


def test_texts_are_kept_as_written(world, sei):
    text = "  One line.\r\nAnother, “quoted” – ação.\x00\r\n\r\n"
    save(world, sei, narrative=text)
    assert ActivityProgress.objects.get().narrative == "One line.\nAnother, “quoted” – ação."


def test_who_saved_is_in_the_history(world, sei):
    save(world, sei, narrative="Began.")
    event = ActivityProgress.pgh_event_model.objects.select_related("pgh_context").get()
    assert event.pgh_context.metadata == {"user": world.focal_sei.pk, "action": "save draft"}


# Refused


def refusal(world, sei, values=None, **progress):
    with pytest.raises(ValidationError) as error:
        save(world, sei, values=values, **progress)
    assert not IndicatorValue.objects.exists()
    assert not ActivityProgress.objects.exists()
    return error.value.message_dict


def test_a_numerator_above_its_denominator_names_both(world, sei, women):
    words = refusal(world, sei, {total(women): nd(500, 442)}, narrative="Fine.")
    assert list(words) == [f"i{women.pk}-n"]
    assert "500 is more than the 442 that it is a part of" in words[f"i{women.pk}-n"][0]


def test_reached_out_of_planned_can_pass_a_hundred_percent(world, sei, women):
    Indicator.objects.filter(pk=women.pk).update(share_of_whole=False)
    save(world, sei, values={total(women): nd(500, 442)})
    assert saved(sei, women).numerator == 500


@pytest.mark.parametrize(
    ("said", "box", "words"),
    [
        (nd(-1, 442), "n", "cannot be negative"),
        (nd(1, -442), "d", "cannot be negative"),
        (nd("0.1234567", 442), "n", "more than 6 decimals"),
        (nd(1, 10**15), "d", "too large"),
        (nd("NaN", 442), "n", "too large"),
        (Reported(numerator=D(1), no_data_reason="Nobody knows."), "why", "not both"),
        (val(5), "v", "does not take this kind of answer"),
        (Reported(text="Fine"), "text", "does not take this kind of answer"),
        (why("x" * 501), "why", "at most 500 fit"),
        (Reported(comment="x" * 20001), "comment", "at most 20000 fit"),
    ],
)
def test_impossible_figures(world, sei, women, said, box, words):
    found = refusal(world, sei, {total(women): said})
    assert list(found) == [f"i{women.pk}-{box}"]
    assert words in found[f"i{women.pk}-{box}"][0]


@pytest.mark.parametrize(
    ("fields", "said", "words"),
    [
        ({"type": "count"}, val(-3), "cannot be negative"),
        ({"type": "count", "counts_people": True}, val("1.5"), "only whole numbers"),
        ({"type": "percentage"}, val("100.1"), "at most 100% fits"),
        ({"type": "percentage"}, val(-1), "cannot be negative"),
        ({"type": "percentage"}, Reported(numerator=D(1), denominator=D(2), value=D(50)), "not both"),
        ({"type": "yes_no"}, val(2), "is not on the scale"),
        ({"type": "ordinal", "scale_labels": ["none", "drafted"]}, val(2), "it ends at 1"),
        ({"type": "ordinal", "scale_labels": ["none", "drafted"]}, val("0.5"), "only whole numbers"),
        ({"type": "qualitative"}, val(1), "does not take this kind of answer"),
    ],
)
def test_each_type_has_its_answers(world, sei, women, fields, said, words):
    Indicator.objects.filter(pk=women.pk).update(
        baseline_numerator=None, baseline_denominator=None, baseline_year=None, **fields
    )
    assert any(words in " ".join(one) for one in refusal(world, sei, {total(women): said}).values())


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"type": "count"}, val("1.5")),
        ({"type": "count", "baseline_value": D(-2)}, val(-3)),
        ({"type": "percentage"}, val(100)),
        ({"type": "percentage", "share_of_whole": False}, val(120)),
        ({"type": "yes_no"}, val(0)),
        ({"type": "ordinal", "scale_labels": ["none", "drafted"]}, val(1)),
        ({"type": "qualitative"}, Reported(text="Debated.")),
    ],
)
def test_each_type_takes_its_answers(world, sei, women, fields, said):
    Indicator.objects.filter(pk=women.pk).update(
        **({"baseline_numerator": None, "baseline_denominator": None, "baseline_year": None} | fields)
    )
    save(world, sei, values={total(women): said})
    row = saved(sei, women)
    assert (row.value, row.text) == (said.value, said.text)


def test_what_is_not_due_is_refused(world, round, sei):
    other = world.indicators["i112a"]
    assert "not due from this institution" in str(refusal(world, sei, {total(other): val(1)}))
    with pytest.raises(ValidationError, match="not due from this institution"):
        save(world, sei, activity="a112")


def test_breakdowns_and_places_of_others_are_refused(world, sei, women):
    foreign = add_breakdown(world.indicators["i112a"])[0]
    manila = Place.objects.create(country="PH", code="MNL", name="Manila", kind="municipality")
    for cell in (
        Cell(women.pk, category_id=foreign.pk),
        Cell(women.pk, place_id=manila.pk),
        Cell(women.pk, 10**9),
    ):
        refusal(world, sei, {cell: nd(1, 2)})


def test_a_status_of_no_vocabulary_is_refused(world, sei):
    assert refusal(world, sei, status="fine") == {"status": ["Choose one of the statuses."]}
    with pytest.raises(TypeError, match="version"):
        save_activity(
            submission=sei, activity=world.activities["a111"], by=world.focal_sei, at=NOW, version=0,
            progress={"version": 7}, values={},
        )  # fmt: skip


@pytest.mark.parametrize(
    "who", ["focal_mae", "gov_lead", "cso_lead", "secretariat", "administrator", "outsider", "nobody"]
)
def test_only_the_institutions_own_people_write(world, sei, who):
    with pytest.raises(PermissionDenied):
        save(world, sei, by=getattr(world, who), narrative="x")


def test_what_is_handed_in_is_locked_until_it_is_returned(world, sei):
    submission = hand_in(sei, world.focal_sei)
    with pytest.raises(DraftLocked, match="It was submitted and is locked"):
        save(world, submission, version=1, narrative="x")
    with pytest.raises(DraftLocked):
        save(world, accept(world, submission), version=1, narrative="x")
    save(world, send_back(world, submission), version=1, narrative="Better.")
    assert ActivityProgress.objects.get().narrative == "Better."


# Two tabs, two people


def test_the_slower_one_is_told_what_is_saved_now(world, sei, women):
    save(world, sei, values={total(women): nd(18, 452)}, narrative="From the office.", at=later(minutes=1))
    with pytest.raises(StaleDraft) as error:
        save(world, sei, version=0, values={total(women): nd(20, 452)}, narrative="From the phone.")
    stale = error.value
    assert (stale.version, stale.who, stale.at) == (1, world.focal_sei, later(minutes=1))
    assert stale.progress.narrative == "From the office."
    assert stale.values[women.pk, None, None].numerator == 18
    assert saved(sei, women).numerator == 18


def test_saving_again_after_comparing_overwrites(world, sei):
    save(world, sei, narrative="From the office.")
    save(world, sei, version=1, narrative="From the phone.")
    row = ActivityProgress.objects.get()
    assert (row.narrative, row.version) == ("From the phone.", 2)


# Indicators without an activity of their own


@pytest.fixture
def goal_figure(world):
    indicator = Indicator.objects.create(
        plan=world.plan,
        pillar=world.participation,
        goal=Goal.objects.get(plan=world.plan, code="1"),
        code="1a",
        type="count",
        statement="Women in office",
    )
    indicator.responsible.add(world.sei)
    return indicator


def save_goal(world, submission, version, said, indicator):
    return save_indicators(
        submission=submission, by=world.focal_sei, at=NOW, version=version, values={total(indicator): said}
    )


def test_figures_of_goals_are_saved_with_their_own_version(world, sei, goal_figure):
    empty = figures_version([])
    first = save_goal(world, sei, empty, val(5), goal_figure)
    assert first == figures_version(IndicatorValue.objects.all()) != empty
    with pytest.raises(StaleDraft) as error:
        save_goal(world, sei, empty, val(6), goal_figure)
    assert error.value.version == first
    assert save_goal(world, sei, first, val(6), goal_figure) != first
    assert saved(sei, goal_figure).value == 6
    # An activity's page is not made stale by it.
    assert save(world, sei, narrative="Began.").version == 1


def test_the_two_kinds_of_page_keep_to_their_own(world, sei, women, goal_figure):
    with pytest.raises(ValidationError):
        save_goal(world, sei, figures_version([]), nd(1, 2), women)
    with pytest.raises(ValidationError):
        save(world, sei, values={total(goal_figure): val(1)})


def test_a_version_differs_with_every_figure(world, sei, goal_figure):
    versions = {figures_version([])}
    for said in (val(0), val(1), why("x"), why("1"), Reported(value=D(1), comment="x")):
        version = figures_version(IndicatorValue.objects.all())
        save_goal(world, sei, version, said, goal_figure)
        versions.add(figures_version(IndicatorValue.objects.all()))
    assert len(versions) == 6


# Size


def test_sixty_figures_in_as_many_queries_as_one(world, sei, women, django_assert_num_queries):
    places = Place.objects.bulk_create(
        Place(country="TL", code=f"M{number:02}", name=f"Place {number}", kind="municipality")
        for number in range(14)
    )
    forget_seats(world.focal_sei)
    more = [make_indicator(world.activities["a111"], f"1.1.1x{number}") for number in range(3)]
    level = Cell(women.pk, category_id=add_breakdown(women)[0].pk)
    few = {total(women): nd(1, 2), level: nd(1, 2), Cell(women.pk, place_id=places[0].pk): nd(1, 2)}
    many = {Cell(one.pk, place_id=place.pk): nd(2, 3) for one in more for place in places}
    many |= {total(one): nd(2, 3) for one in [women, *more]} | {level: nd(2, 3)}
    assert len(many) > 45
    version = 0
    for values in (few, many):
        # savepoint, submission, activities, indicators, progress, saved figures, targets, categories, plan, places,
        # new figures, changed figures (the seats instead, the first time), progress, release
        with django_assert_num_queries(14):
            row = save(world, sei, version=version, values=values, narrative=f"Version {version}")
        version = row.version


def test_names_of_boxes_are_stable():
    assert Cell(12).box("n") == "i12-n"
    assert Cell(12, category_id=3).box("d") == "i12-c3-d"
    assert Cell(12, place_id=4).box("v") == "i12-p4-v"
    for cell in (Cell(12), Cell(12, 3), Cell(12, None, 4), Cell(12, 3, 4)):
        assert cell_named(cell.name) == cell
    for text in ("", "i", "i12-n", "x12", "i12-c", "i１２", "i12-p4-c3"):
        assert cell_named(text) is None
