"""What monitoring says on the pages of the framework: to insiders what is reported, to the public what is published."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from frameworks import providers
from frameworks.models import Indicator, Plan
from frameworks.operations.rounds import publish_round
from frameworks.workflow import transition
from monitoring.logframe_status import MonitoringStatus, publishable_submissions
from monitoring.models import IndicatorResult, SignOff, Submission
from monitoring.results import publishable
from tests.monitoring.reported import (
    Cell,
    accept,
    add_breakdown,
    endorse,
    fill,
    hand_in,
    nd,
    open_round,
    send_back,
    submission_of,
    total,
    val,
)
from tests.world import NOW, make_world

pytestmark = pytest.mark.django_db

PUBLIC = AnonymousUser()
status = MonitoringStatus()


@pytest.fixture
def world(db):
    world = make_world()
    Plan.objects.filter(pk=world.plan.pk).update(is_public=True)
    world.plan.refresh_from_db()
    return world


def report(world, round, figures, *, upto="endorsed"):
    """SEI's submission with these figures, as far as `upto`."""
    sei = hand_in(submission_of(round, world.sei), world.focal_sei, figures)
    if upto != "submitted":
        accept(world, sei)
    if upto == "endorsed":
        endorse(world, sei)
    return sei


def figure(world, user=PUBLIC, code="i111a", **asked):
    indicator = world.indicators[code]
    indicator.refresh_from_db()
    return status.standing(world.plan, user, **asked).figures([indicator]).get(indicator.pk)


def test_it_is_the_registered_provider():
    assert isinstance(providers.status(), MonitoringStatus)


def test_the_round_is_the_latest_that_the_reader_may_know(world):
    first, second = open_round(world, 2024), open_round(world, 2025)
    assert status.standing(world.plan, world.focal_sei).round == second
    assert status.standing(world.plan, PUBLIC).round is None
    publish_round(round=first, by=world.secretariat, at=NOW)
    assert status.standing(world.plan, PUBLIC).round == first
    assert status.standing(world.plan, world.outsider).rounds == [first]
    assert (
        status.standing(world.plan, PUBLIC, "2025").round == first
    )  # not published: as if it were not there
    assert status.standing(world.plan, world.focal_sei, "2024").round == first
    assert status.standing(world.plan, world.focal_sei, "1999").round == second


def test_a_share_in_words(world):
    report(world, open_round(world), {total(world.indicators["i111a"]): nd(18, 452)}, upto="submitted")
    shown = figure(world, world.steering)
    assert (shown.parts, shown.shown, shown.status, shown.provenance) == (
        "18/452",
        "4%",
        "moved_backwards",
        "reported",
    )
    assert shown.measured == Decimal("3.982300884956")
    assert shown.basis == "progress from baseline to target"


def test_nothing_over_nothing_is_no_figure(world):
    """DOMAIN.md, "Arithmetic": 0/0 is "no data"."""
    report(world, open_round(world), {total(world.indicators["i111a"]): nd(0, 0)}, upto="submitted")
    shown = figure(world, world.steering)
    assert (shown.parts, shown.shown, shown.status) == ("0/0", "", "no_data")


@pytest.mark.parametrize(
    ("fields", "value", "words"),
    [
        ({"type": "count"}, 0, "0"),
        ({"type": "count"}, 12980, "12,980"),
        ({"type": "yes_no", "reporter_aggregation": "maximum"}, 1, "yes"),
        ({"type": "yes_no", "reporter_aggregation": "maximum"}, 0, "no"),
        (
            {"type": "ordinal", "scale_labels": ["none", "drafted"], "reporter_aggregation": "maximum"},
            1,
            "1 – drafted",
        ),
    ],
)
def test_other_figures_in_words(world, fields, value, words):
    Indicator.objects.filter(code="1.1.1a").update(
        baseline_numerator=None, baseline_denominator=None, **fields
    )
    world.indicators["i111a"].refresh_from_db()
    report(world, open_round(world), {total(world.indicators["i111a"]): val(value)}, upto="submitted")
    assert figure(world, world.steering).shown == words


@pytest.mark.parametrize("upto", ["submitted", "accepted"])
def test_what_is_not_signed_by_both_stays_inside(world, upto):
    round = open_round(world)
    report(world, round, {total(world.indicators["i111a"]): nd(30, 450)}, upto=upto)
    publish_round(round=round, by=world.secretariat, at=NOW)
    standing = status.standing(world.plan, PUBLIC)
    assert figure(world) is None
    assert standing.activity_statuses([world.activities["a111"]]) == {}
    assert not standing.indicators_with("moved_backwards").exists()
    assert not standing.activities_with("on_track").exists()


def test_a_dissent_goes_out_with_its_figure(world):
    round = open_round(world)
    sei = report(world, round, {total(world.indicators["i111a"]): nd(30, 450)}, upto="accepted")
    transition(subject=sei, action="endorse", by=world.gov_lead, at=NOW)
    transition(subject=sei, action="dissent", by=world.cso_lead, at=NOW, comment="We count otherwise.")
    publish_round(round=round, by=world.secretariat, at=NOW)
    shown = figure(world)
    assert (shown.parts, shown.has_dissent) == ("30/450", True)
    assert status.standing(world.plan, PUBLIC).activity_statuses([world.activities["a111"]])


def test_a_return_takes_the_sign_offs_back(world):
    """Sign-offs belong to one cycle: after a return the old ones open nothing."""
    round = open_round(world)
    sei = report(world, round, {total(world.indicators["i111a"]): nd(30, 450)}, upto="accepted")
    transition(subject=sei, action="dissent", by=world.gov_lead, at=NOW, comment="No.")
    transition(subject=sei, action="dissent", by=world.cso_lead, at=NOW, comment="No.")
    assert Submission.objects.filter(publishable_submissions()).exists()
    send_back(world, sei)
    sei.refresh_from_db()
    transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)
    accept(world, sei)
    assert not Submission.objects.filter(publishable_submissions()).exists()


def test_the_rule_in_sql_is_the_rule_in_python(world):
    """monitoring.results.publishable and publishable_submissions() must never disagree."""
    round = open_round(world)
    reached = {}
    for name, (institution, focal) in {
        "sei": (world.sei, world.focal_sei),
        "mae": (world.mae, world.focal_mae),
    }.items():
        reached[name] = accept(world, hand_in(submission_of(round, institution), focal))
    endorse(world, reached["sei"])
    transition(subject=reached["mae"], action="dissent", by=world.cso_lead, at=NOW, comment="No.")
    by_sql = set(Submission.objects.filter(publishable_submissions()).values_list("pk", flat=True))
    by_python = {
        one.pk
        for one in Submission.objects.all()
        if publishable(
            one.state,
            set(SignOff.objects.filter(submission=one, cycle=one.cycle).values_list("side", "verdict")),
        )
    }
    assert by_sql == by_python == {reached["sei"].pk}
    transition(subject=reached["mae"], action="endorse", by=world.gov_lead, at=NOW)
    assert Submission.objects.filter(publishable_submissions()).count() == 2


# Small cells


def small(world):
    Indicator.objects.filter(code="1.1.1a").update(counts_people=True)
    world.indicators["i111a"].refresh_from_db()
    return add_breakdown(world.indicators["i111a"])


def test_small_cells_are_hidden_from_the_public(world):
    few, many = small(world)
    pk = world.indicators["i111a"].pk
    round = open_round(world)
    report(
        world,
        round,
        {Cell(pk): nd(42, 450), Cell(pk, few.pk): nd(3, 50), Cell(pk, many.pk): nd(39, 400)},
    )
    publish_round(round=round, by=world.secretariat, at=NOW)
    (inside,) = status.story(world.indicators["i111a"], world.steering)
    assert [(cell.category, cell.parts) for cell in inside.categories] == [
        ("Aldeia Chief", "3/50"),
        ("Suco Chief", "39/400"),
    ]
    (outside,) = status.story(world.indicators["i111a"], PUBLIC)
    shown = {cell.category: (cell.shown, cell.parts, cell.note) for cell in outside.categories}
    assert shown["Aldeia Chief"] == ("", "", "hidden")


def test_a_small_total_says_nothing_of_itself(world):
    small(world)
    round = open_round(world)
    report(world, round, {total(world.indicators["i111a"]): nd(3, 450)})
    publish_round(round=round, by=world.secretariat, at=NOW)
    shown = figure(world)
    assert (shown.shown, shown.parts, shown.measured, shown.achievement, shown.status) == (
        "",
        "",
        None,
        None,
        None,
    )
    assert "fewer than five people" in shown.note
    assert not status.standing(world.plan, PUBLIC).indicators_with("moved_backwards").exists()
    assert figure(world, world.steering).parts == "3/450"


def test_what_a_breakdown_leaves_open_is_told_inside_only(world):
    few, _many = small(world)
    pk = world.indicators["i111a"].pk
    round = open_round(world)
    report(world, round, {Cell(pk): nd(42, 450), Cell(pk, few.pk): nd(30, 50)})
    publish_round(round=round, by=world.secretariat, at=NOW)
    assert (
        "The breakdown by position level does not add up to the total: 12, 400 unknown."
        in figure(world, world.steering).note
    )
    assert figure(world).note == ""


# The story, and what else the pages ask


def test_the_story_runs_from_old_to_new(world):
    for year, number in ((2025, 35), (2024, 30)):
        round = open_round(world, year)
        hand_in(
            submission_of(round, world.sei),
            world.focal_sei,
            {total(world.indicators["i111a"]): nd(number, 450)},
            at=round.opened_at,
        )
    story = status.story(world.indicators["i111a"], world.steering)
    assert [(one.round, one.parts) for one in story] == [("2024", "30/450"), ("2025", "35/450")]
    assert status.story(world.indicators["i111a"], PUBLIC) == []


def test_an_override_tells_its_reason(world):
    report(world, open_round(world), {total(world.indicators["i111a"]): nd(30, 450)}, upto="submitted")
    IndicatorResult.objects.totals().filter(indicator=world.indicators["i111a"]).update(
        override_status="at_risk",
        override_reason="The census came late",
        override_by=world.monitoring,
        status="at_risk",
    )
    shown = figure(world, world.steering)
    assert (shown.status, shown.override_reason) == ("at_risk", "The census came late")


def test_drafts_count_as_values_and_as_used_categories(world):
    few, many = add_breakdown(world.indicators["i111a"])
    pk = world.indicators["i111a"].pk
    assert not status.has_values(world.indicators["i111a"])
    fill(
        submission_of(open_round(world), world.sei),
        world.focal_sei,
        {Cell(pk): nd(5, 9), Cell(pk, few.pk): nd(5, 9)},
    )
    assert status.has_values(world.indicators["i111a"])
    assert status.used_categories(world.indicators["i111a"]) == {few.pk}
    assert not status.has_values(world.indicators["i211a"])
    assert many.pk not in status.used_categories(world.indicators["i111a"])


def test_round_lines_are_for_those_who_see_the_whole_board(world):
    round = open_round(world)
    report(world, round, {}, upto="submitted")
    lines = {line.label: line.count for line in status.round_lines(round, world.monitoring)}
    assert lines == {
        "Expected": 4,
        "Still with the institutions": 3,
        "Submitted": 1,
        "Accepted": 0,
        "Endorsed": 0,
    }
    for name in ("focal_sei", "gov_lead", "steering", "outsider"):
        assert status.round_lines(round, world.users[name]) == []


def test_queries_do_not_grow_with_the_plan(world, django_assert_num_queries):
    open_round(world)
    indicators = list(Indicator.objects.filter(plan=world.plan))
    status.standing(world.plan, world.steering)  # the person's seats are read once
    for shown in (indicators[:1], indicators):
        with django_assert_num_queries(2):
            status.standing(world.plan, world.steering).figures(shown)


def test_the_empty_provider_knows_of_nothing(world):
    none = providers.StatusProvider()
    standing = none.standing(world.plan, PUBLIC)
    assert (standing.round, standing.figures([]), standing.activity_statuses([])) == (None, {}, {})
    assert not none.has_values(world.indicators["i111a"])
    assert providers.CostProvider().totals([]) == {}
