"""From what was reported to the judged figure, through the database: every line of DOMAIN.md, "Arithmetic"."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from frameworks.models import Indicator, Place, Target
from frameworks.workflow import transition
from monitoring.cells import Cell, Reported
from monitoring.models import IndicatorResult, IndicatorValue
from monitoring.models.result import Basis
from monitoring.operations.reporting import create_expected_submissions
from monitoring.results import refresh_results
from tests.monitoring.reported import (
    accept,
    add_breakdown,
    contribute,
    endorse,
    fill,
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
from tests.world import NOW, make_activity, make_indicator, make_institution

pytestmark = pytest.mark.django_db
AFTER = datetime(2026, 3, 1, tzinfo=UTC)  # every deadline of these tests has passed


@pytest.fixture
def rounds(world):
    """2024, 2025 and 2026, all open until the end of 2027, so that a test can report in any order."""
    return {
        year: open_round(
            world, year, opens_on=date(2025, 1, 2), due_on=date(2025, 6, 1), closes_on=date(2027, 12, 31)
        )
        for year in (2024, 2025, 2026)
    }


@pytest.fixture
def women(world):
    """1.1.1a: # and %, 21/442 in 2023, 30% by 2028; SEI reports it."""
    return world.indicators["i111a"]


@pytest.fixture
def people(world):
    """1.1.2a: a count, 2,505 in 2023, 15,000 by 2028; MAE reports it."""
    return world.indicators["i112a"]


def alter(indicator, **fields):
    for name, value in fields.items():
        setattr(indicator, name, value)
    indicator.full_clean(exclude=["responsible"])
    indicator.save()
    return indicator


def set_target(indicator, value, day=date(2024, 12, 31)):
    Target.objects.update_or_create(
        indicator=indicator, period_end=day, defaults={"value": value, "is_endline": False}
    )


def refresh(at=NOW):
    return refresh_results(Indicator.objects.all(), at=at)


def result(indicator, round, category=None, place=None):
    return IndicatorResult.objects.get(indicator=indicator, round=round, category=category, place=place)


def report(world, round, figures, who="sei", *, part_of=None, accepted=True, at=NOW):
    """part_of: the institution that answers for what is told."""
    institution = getattr(world, who)
    submission = submission_of(round, institution, pillar=world.participation, accountable=part_of)
    go = contribute if part_of else hand_in
    submission = go(submission, getattr(world, f"focal_{who}"), figures, at=at)
    return accept(world, submission, at=at) if accepted else submission


# Missing is not zero


def test_a_reported_zero_stays_zero(world, rounds, people):
    report(world, rounds[2024], {total(people): val(0)}, "mae")
    row = result(people, rounds[2024])
    assert (row.value, row.measured, row.running) == (0, 0, 0)
    assert row.status == "moved_backwards"  # from 2,505: a zero is judged, not taken for a blank


def test_zero_of_many_is_zero_percent(world, rounds, women):
    report(world, rounds[2024], {total(women): nd(0, 452)})
    row = result(women, rounds[2024])
    assert (row.numerator, row.denominator, row.measured) == (0, 452, 0)


def test_a_blank_stays_blank_until_the_deadline_makes_it_no_data(world, rounds, women):
    refresh(NOW)
    row = result(women, rounds[2024])
    assert (row.numerator, row.denominator, row.value, row.measured, row.running) == (None,) * 5
    assert (row.status, row.provenance) == ("not_yet_due", "none")
    refresh(AFTER)
    assert result(women, rounds[2024]).status == "no_data"


def test_the_day_of_the_deadline_still_counts(world, rounds, women):
    refresh(datetime(2025, 6, 1, 14, 59, tzinfo=UTC))  # 23:59 in Dili
    assert result(women, rounds[2024]).status == "not_yet_due"
    refresh(datetime(2025, 6, 1, 15, 1, tzinfo=UTC))
    assert result(women, rounds[2024]).status == "no_data"


def test_no_data_with_its_reason_is_an_answer_at_once(world, rounds, women):
    report(world, rounds[2024], {total(women): why("No election this year.")})
    row = result(women, rounds[2024])
    assert (row.measured, row.status, row.no_data_reason) == (None, "no_data", "No election this year.")
    assert row.provenance == "accepted"


@pytest.mark.parametrize("at", [NOW, AFTER])
def test_zero_of_zero_is_no_data(world, rounds, women, at):
    report(world, rounds[2024], {total(women): nd(0, 0)}, at=at)
    row = result(women, rounds[2024])
    assert (row.numerator, row.denominator, row.measured, row.achievement) == (0, 0, None, None)
    assert row.status == "no_data"


def test_six_decimals_are_kept(world, rounds, people):
    report(world, rounds[2024], {total(people): val("2505.123456")}, "mae")
    assert result(people, rounds[2024]).value == D("2505.123456")


# Across reporters and places


def test_percentages_sum_n_and_d_and_are_never_averaged(world, rounds, women):
    women.responsible.add(world.sei, world.mae)
    report(world, rounds[2024], {total(women): nd(1, 10)})
    report(world, rounds[2024], {total(women): nd(90, 100)}, "mae", part_of=world.sei)
    row = result(women, rounds[2024])
    assert (row.numerator, row.denominator) == (91, 110)
    assert row.measured == D("82.727272727273")  # the average of 10% and 90% would be 50%
    assert row.value is None
    assert row.reporter_ids == sorted([world.sei.pk, world.mae.pk])


@pytest.mark.parametrize(("how", "figure"), [("sum", 40), ("average", 20), ("maximum", 30)])
def test_counts_combine_as_the_indicator_declares(world, rounds, people, how, figure):
    alter(people, reporter_aggregation=how)
    people.responsible.add(world.sei, world.mae)
    report(world, rounds[2024], {total(people): val(10)})
    report(world, rounds[2024], {total(people): val(30)}, "mae")
    assert result(people, rounds[2024]).value == figure


def test_a_reporter_without_data_is_not_a_zero_in_the_average(world, rounds, people):
    alter(people, reporter_aggregation="average")
    people.responsible.add(world.sei, world.mae)
    report(world, rounds[2024], {total(people): why("Not counted.")})
    report(world, rounds[2024], {total(people): val(30)}, "mae")
    row = result(people, rounds[2024])
    assert (row.value, row.no_data_reason) == (30, "Not counted.")


def test_an_average_that_does_not_end_is_stored_and_stays_unchanged(world, rounds, people):
    alter(people, reporter_aggregation="average")
    people.responsible.add(world.sei, world.mae, world.mssi)
    report(world, rounds[2024], {total(people): val(1)})
    report(world, rounds[2024], {total(people): val(1)}, "mae")
    create_expected_submissions(round=rounds[2024], by=None, at=NOW)
    report(world, rounds[2024], {total(people): val(2)}, "mssi")
    assert result(people, rounds[2024]).measured == D("1.333333333333")
    assert refresh_results(Indicator.objects.filter(pk=people.pk), at=NOW) == 0


@pytest.mark.parametrize("kind", ["ordinal", "yes_no"])
def test_steps_of_a_scale_are_not_added_up(world, rounds, people, kind):
    alter(people, type=kind, scale_labels=["none", "drafted", "adopted"], baseline_value=None)
    people.responsible.add(world.sei, world.mae)
    report(world, rounds[2024], {total(people): val(1)})
    report(world, rounds[2024], {total(people): val(1)}, "mae")
    row = result(people, rounds[2024])
    assert (row.measured, row.status, row.problem) == (None, "not_applicable", "scale_not_additive")
    alter(people, reporter_aggregation="maximum")
    refresh()
    assert result(people, rounds[2024]).value == 1


def test_two_bare_percentages_cannot_be_combined_but_one_stands(world, rounds, women):
    alter(women, type="percentage")
    women.responsible.add(world.sei, world.mae)
    report(world, rounds[2024], {total(women): val("15.5")})
    row = result(women, rounds[2024])
    assert (row.value, row.measured) == (D("15.5"), D("15.5"))
    report(world, rounds[2024], {total(women): val("20")}, "mae", part_of=world.sei)
    row = result(women, rounds[2024])
    assert (row.measured, row.problem) == (None, "bare_percentages")


def test_places_make_the_total_where_none_was_given(world, rounds, women):
    dili, baucau = (
        Place.objects.create(country="TL", code=code, name=code, kind="municipality") for code in ("DI", "BA")
    )
    figures = {
        Cell(women.pk, place_id=dili.pk): nd(3, 10),
        Cell(women.pk, place_id=baucau.pk): nd(1, 30),
        total(women): nd(None, None),
    }
    report(world, rounds[2024], figures)
    row = result(women, rounds[2024])
    assert (row.numerator, row.denominator, row.measured) == (4, 40, 10)
    assert result(women, rounds[2024], place=dili).measured == 30
    assert row.unknown_difference == {}


def test_a_total_that_was_given_goes_before_its_places(world, rounds, women):
    dili = Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    report(world, rounds[2024], {total(women): nd(18, 452), Cell(women.pk, place_id=dili.pk): nd(3, 10)})
    row = result(women, rounds[2024])
    assert (row.numerator, row.denominator) == (18, 452)
    assert row.unknown_difference == {"place": {"numerator": "15", "denominator": "442"}}


def test_one_reporter_by_place_and_one_by_total_go_together(world, rounds, people):
    people.responsible.add(world.sei, world.mae)
    dili = Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    report(world, rounds[2024], {Cell(people.pk, place_id=dili.pk): val(7), total(people): val(None)})
    report(world, rounds[2024], {total(people): val(100)}, "mae")
    assert result(people, rounds[2024]).value == 107


def test_breakdowns_that_do_not_add_up_are_flagged_and_not_blocked(world, rounds, women):
    aldeia, suco = add_breakdown(women)
    submission = report(
        world,
        rounds[2024],
        {
            total(women): nd(28, 500),
            Cell(women.pk, category_id=aldeia.pk): nd(10, 48),
            Cell(women.pk, category_id=suco.pk): nd(18, 452),
        },
    )
    assert submission.state == "accepted"
    assert result(women, rounds[2024]).unknown_difference == {}
    IndicatorValue.objects.filter(category=suco).update(numerator=8, denominator=442)
    refresh()
    row = result(women, rounds[2024])
    # As plain text, never "1E+1".
    assert row.unknown_difference == {"position level": {"numerator": "10", "denominator": "10"}}
    assert (row.numerator, row.denominator) == (28, 500)


def test_categories_never_make_a_total(world, rounds, women):
    (suco,) = add_breakdown(women, categories=["Suco Chief"])
    figures = {total(women): why("Totals come in March."), Cell(women.pk, category_id=suco.pk): nd(18, 452)}
    report(world, rounds[2024], figures)
    assert result(women, rounds[2024]).measured is None
    assert result(women, rounds[2024], category=suco).numerator == 18


# Across rounds


@pytest.mark.parametrize(
    ("how", "running"), [("annual", [10, 30, 60]), ("cumulative", [10, 20, 30]), ("level", [10, 20, 30])]
)
def test_rounds_combine_as_the_indicator_declares(world, rounds, people, how, running):
    alter(people, round_aggregation=how)
    for year, figure in ((2024, 10), (2025, 20), (2026, 30)):
        report(world, rounds[year], {total(people): val(figure)}, "mae")
    assert [result(people, rounds[year]).running for year in rounds] == running
    assert [result(people, rounds[year]).value for year in rounds] == [10, 20, 30]


def test_the_annual_share_over_the_rounds_sums_n_and_d(world, rounds, women):
    alter(women, round_aggregation="annual")
    report(world, rounds[2024], {total(women): nd(1, 10)})
    report(world, rounds[2025], {total(women): nd(90, 100)})
    assert result(women, rounds[2025]).running == D("82.727272727273")


def test_a_late_edit_of_an_earlier_round_carries_into_later_running_totals(world, rounds, people):
    alter(people, round_aggregation="annual")
    submissions = {
        year: report(world, rounds[year], {total(people): val(100)}, "mae") for year in (2024, 2025, 2026)
    }
    assert result(people, rounds[2026]).running == 300
    first = send_back(world, submissions[2024])
    assert result(people, rounds[2026]).running == 200
    first = hand_in(first, world.focal_mae, {total(people): val(150)})
    accept(world, first)
    assert [result(people, rounds[year]).running for year in rounds] == [150, 250, 350]


def test_a_round_without_data_keeps_the_running_figure_known_so_far(world, rounds, people):
    alter(people, round_aggregation="cumulative")
    report(world, rounds[2024], {total(people): val(3000)}, "mae")
    refresh(AFTER)
    row = result(people, rounds[2025])
    assert (row.running, row.measured, row.status) == (3000, None, "no_data")


# Achievement


def test_the_opsys_example(world, rounds, people):
    set_target(people, 15000)
    report(world, rounds[2024], {total(people): val(12980)}, "mae")
    row = result(people, rounds[2024])
    assert row.achievement.quantize(D("0.1")) == D("83.8")
    assert (row.status, row.basis) == ("at_risk", "baseline_to_target")


@pytest.mark.parametrize(
    ("actual", "achievement", "status"),
    [(70, 75, "at_risk"), (60, 100, "achieved"), (100, 0, "off_track"), (110, -25, "moved_backwards")],
)
def test_a_decreasing_indicator_is_not_shown_as_nought(world, rounds, people, actual, achievement, status):
    alter(people, direction="decrease", unit="days", baseline_value=D(100))
    people.targets.all().delete()
    set_target(people, 60)
    report(world, rounds[2024], {total(people): val(actual)}, "mae")
    row = result(people, rounds[2024])
    assert (row.achievement, row.status) == (achievement, status)


def test_women_suco_chiefs_moved_backwards(world, rounds, women):
    report(world, rounds[2024], {total(women): nd(18, 452)})
    row = result(women, rounds[2024])
    assert row.achievement < 0
    assert row.status == "moved_backwards"


def test_without_a_baseline_it_is_actual_over_target_and_says_so(world, rounds, women):
    alter(women, baseline_numerator=None, baseline_denominator=None, baseline_year=None)
    set_target(women, 20)
    report(world, rounds[2024], {total(women): nd(72, 400)})
    row = result(women, rounds[2024])
    assert (row.achievement, row.status) == (90, "on_track")
    assert str(Basis(row.basis).label) == "actual over target, no baseline"


@pytest.mark.parametrize(
    ("actual", "status"), [(2505, "on_track"), (2600, "on_track"), (2504, "moved_backwards")]
)
def test_target_equal_to_baseline_is_the_maintain_rule_and_no_crash(world, rounds, people, actual, status):
    set_target(people, 2505)
    report(world, rounds[2024], {total(people): val(actual)}, "mae")
    row = result(people, rounds[2024])
    assert (row.status, row.basis) == (status, "maintain")


def test_maintained_or_increased_without_a_target(world, rounds, women):
    alter(women, direction="maintain_or_increase")
    women.targets.all().delete()
    report(world, rounds[2024], {total(women): nd(21, 442)})
    assert result(women, rounds[2024]).status == "on_track"
    report(world, rounds[2025], {total(women): nd(20, 442)})
    assert result(women, rounds[2025]).status == "moved_backwards"


def test_no_target_for_the_round_is_interpolated_between_its_neighbours(world, rounds, people):
    refresh()
    row = result(people, rounds[2024])
    assert (row.target, row.target_is_interpolated) == (D(2505) + (D(15000) - D(2505)) / 5, True)
    set_target(people, 4000)
    refresh()
    row = result(people, rounds[2024])
    assert (row.target, row.target_is_interpolated) == (4000, False)
    people.targets.filter(is_endline=True).delete()
    refresh()
    row = result(people, rounds[2026])
    assert (row.target, row.target_is_held) == (4000, True)


def test_above_a_hundred_the_raw_value_is_kept(world, rounds, women):
    alter(women, share_of_whole=False, baseline_numerator=None, baseline_denominator=None, baseline_year=None)
    set_target(women, 100)
    report(world, rounds[2024], {total(women): nd(12, 10)})
    row = result(women, rounds[2024])
    assert (row.measured, row.achievement, row.status) == (120, 120, "achieved")


@pytest.mark.parametrize(
    ("actual", "status"),
    [("100", "achieved"), ("99.5", "on_track"), ("90", "on_track"), ("89.999999", "at_risk"), ("70", "at_risk"),
     ("69.999999", "off_track"), ("0", "off_track"), ("-0.000001", "moved_backwards")],
)  # fmt: skip
def test_the_bands_have_no_gap(world, rounds, people, actual, status):
    alter(people, baseline_value=D(-100), counts_people=False)
    set_target(people, 0)
    report(world, rounds[2024], {total(people): val(D(actual) - 100)}, "mae")
    assert result(people, rounds[2024]).status == status


def test_thresholds_are_the_plans_own(world, rounds, people):
    world.plan.on_track_from, world.plan.at_risk_from = D(80), D(50)
    world.plan.save()
    set_target(people, 15000)
    report(world, rounds[2024], {total(people): val(12980)}, "mae")
    assert result(people, rounds[2024]).status == "on_track"


def test_nothing_is_rounded_before_it_is_judged(world, rounds, women):
    """1/3 is exactly 90% of 10/27; both rounded to twelve places it would be less."""
    alter(women, baseline_numerator=None, baseline_denominator=None, baseline_year=None)
    women.targets.all().delete()
    Target.objects.create(indicator=women, period_end=date(2024, 12, 31), numerator=10, denominator=27)
    submission = report(world, rounds[2024], {total(women): nd(1, 3)}, accepted=False)
    assert result(women, rounds[2024]).status == "on_track"
    accept(world, submission)
    refresh()
    row = result(women, rounds[2024])
    assert (row.achievement, row.status) == (90, "on_track")


def test_a_figure_without_a_sensible_size_stops_nobody(world, rounds, women):
    alter(women, share_of_whole=False, baseline_numerator=None, baseline_denominator=None, baseline_year=None)
    set_target(women, D("0.000001"))
    report(world, rounds[2024], {total(women): nd(D(10) ** 15 - 1, D("0.000001"))})
    row = result(women, rounds[2024])
    assert row.status == "achieved"
    assert refresh_results(Indicator.objects.filter(pk=women.pk), at=NOW) == 0


def test_an_activity_of_other_years_is_not_judged(world, rounds):
    activity = make_activity(world.participation, "1.1.9", [world.sei], years=[2025])
    indicator = make_indicator(activity, "1.1.9a", type="count", target=5)
    refresh(AFTER)
    statuses = [result(indicator, rounds[year]).status for year in rounds]
    assert statuses == ["not_yet_due", "no_data", "not_applicable"]


def test_a_qualitative_indicator_keeps_its_words_and_is_not_judged(world, rounds, people):
    alter(people, type="qualitative", baseline_value=None)
    people.targets.all().delete()
    report(world, rounds[2024], {total(people): Reported(text="The law was debated.")}, "mae")
    row = result(people, rounds[2024])
    assert (row.text, row.status, row.measured) == ("The law was debated.", "not_applicable", None)


# What counts: official before unconfirmed


def test_the_provenance_ladder(world, rounds, women):
    round = rounds[2024]
    submission = submission_of(round, world.sei, pillar=world.participation)
    refresh()
    assert result(women, round).provenance == "none"
    submission = hand_in(submission, world.focal_sei, {total(women): nd(18, 452)})
    row = result(women, round)
    assert (row.provenance, row.numerator) == ("reported", 18)
    submission = send_back(world, submission)
    row = result(women, round)
    assert (row.provenance, row.numerator, row.reporter_ids) == ("none", None, [])
    submission = hand_in(submission, world.focal_sei, {total(women): nd(19, 452)})
    submission = accept(world, submission)
    assert result(women, round).provenance == "accepted"
    submission = transition(subject=submission, action="endorse", by=world.cso_lead, at=NOW)
    round.published_at = NOW
    round.save()
    refresh()
    assert result(women, round).provenance == "accepted"  # one side only: not for the public
    transition(subject=submission, action="endorse", by=world.gov_lead, at=NOW)
    assert result(women, round).provenance == "published"
    round.published_at = None
    round.save()
    refresh()
    assert result(women, round).provenance == "endorsed"


def test_a_dissent_neither_vetoes_nor_vanishes(world, rounds, women):
    round = rounds[2024]
    submission = report(world, round, {total(women): nd(18, 452)})
    assert result(women, round).has_dissent is False
    transition(subject=submission, action="dissent", by=world.cso_lead, at=NOW, comment="Not our reading.")
    row = result(women, round)
    assert (row.has_dissent, row.provenance) == (True, "accepted")
    transition(subject=submission, action="endorse", by=world.gov_lead, at=NOW)
    round.published_at = NOW
    round.save()
    refresh()
    row = result(women, round)
    assert (row.has_dissent, row.provenance) == (True, "published")


def test_accepted_figures_push_unconfirmed_ones_out(world, rounds, people):
    people.responsible.add(world.sei, world.mae)
    report(world, rounds[2024], {total(people): val(10)}, accepted=False)
    assert result(people, rounds[2024]).value == 10
    report(world, rounds[2024], {total(people): val(30)}, "mae")
    row = result(people, rounds[2024])
    assert (row.value, row.provenance, row.reporter_ids) == (30, "accepted", [world.mae.pk])


def test_the_least_confirmed_part_says_how_far_the_whole_is(world, rounds, people):
    people.responsible.add(world.sei, world.mae)
    endorse(world, report(world, rounds[2024], {total(people): val(10)}))
    report(world, rounds[2024], {total(people): val(30)}, "mae")
    assert result(people, rounds[2024]).provenance == "accepted"


def test_drafts_count_nowhere(world, rounds, women):
    fill(
        submission_of(rounds[2024], world.sei, pillar=world.participation),
        world.focal_sei,
        {total(women): nd(18, 452)},
    )
    refresh()
    assert result(women, rounds[2024]).numerator is None


def test_a_figure_that_was_emptied_leaves_nothing_behind(world, rounds, women):
    (suco,) = add_breakdown(women, categories=["Suco Chief"])
    cell = Cell(women.pk, category_id=suco.pk)
    submission = report(world, rounds[2024], {total(women): nd(18, 452), cell: nd(18, 452)})
    submission = send_back(world, submission)
    hand_in(submission, world.focal_sei, {total(women): nd(18, 452), cell: nd(None, None)})
    assert not IndicatorResult.objects.filter(category=suco).exists()


# Targets and overrides


def test_the_target_is_fixed_when_the_figure_is_accepted(world, rounds, people):
    set_target(people, 10000)
    submission = report(world, rounds[2024], {total(people): val(8000)}, "mae", accepted=False)
    set_target(people, 12000)
    refresh()
    assert result(people, rounds[2024]).target == 12000  # not official yet: it follows the framework
    submission = accept(world, submission, at=later(days=1))
    fixed = result(people, rounds[2024])
    assert (fixed.target, fixed.target_fixed_at) == (12000, later(days=1))
    set_target(people, 9000)
    refresh(later(days=9))
    row = result(people, rounds[2024])
    assert (row.target, row.achievement, row.target_fixed_at) == (12000, fixed.achievement, later(days=1))
    assert result(people, rounds[2025]).target != 12000
    # Sent back and accepted anew, it is judged by what is promised then.
    submission = send_back(world, submission)
    accept(world, hand_in(submission, world.focal_mae, {total(people): val(8000)}), at=later(days=20))
    row = result(people, rounds[2024])
    assert (row.target, row.target_fixed_at) == (9000, later(days=20))


def test_an_override_keeps_the_computed_status_the_person_and_the_reason(world, rounds, people):
    set_target(people, 15000)
    submission = report(world, rounds[2024], {total(people): val(12980)}, "mae")
    IndicatorResult.objects.filter(indicator=people, round=rounds[2024]).update(
        override_status="on_track",
        override_reason="Two districts report in March.",
        override_by=world.secretariat,
    )
    refresh()
    # Another figure of the row changes: the override stands, and the database takes the row.
    set_target(people, 20000)
    submission = send_back(world, submission)
    accept(world, hand_in(submission, world.focal_mae, {total(people): val(5000)}))
    row = result(people, rounds[2024])
    assert (row.status, row.computed_status, row.value) == ("on_track", "off_track", 5000)
    assert row.override_reason == "Two districts report in March."
    assert row.override_by == world.secretariat


# Small cells


def test_small_cells_of_people_are_marked_with_what_would_give_them_away(world, rounds, women):
    alter(women, counts_people=True)
    small, next_one, large = add_breakdown(women, categories=["A", "B", "C"])
    figures = {
        total(women): nd(63, 452),
        Cell(women.pk, category_id=small.pk): nd(3, 100),
        Cell(women.pk, category_id=next_one.pk): nd(10, 152),
        Cell(women.pk, category_id=large.pk): nd(50, 200),
    }
    report(world, rounds[2024], figures)
    hidden = {
        one.name: result(women, rounds[2024], category=one).is_suppressed for one in (small, next_one, large)
    }
    assert hidden == {"A": True, "B": True, "C": False}
    assert result(women, rounds[2024]).is_suppressed is False
    alter(women, counts_people=False)
    refresh()
    assert not IndicatorResult.objects.filter(is_suppressed=True).exists()


@pytest.mark.parametrize(("n", "hidden"), [(0, False), (4, True), (5, False)])
def test_a_small_total_is_marked_and_a_zero_is_not(world, rounds, women, n, hidden):
    alter(women, counts_people=True)
    report(world, rounds[2024], {total(women): nd(n, 452)})
    assert result(women, rounds[2024]).is_suppressed is hidden


# Keeping up


def test_only_opened_rounds_have_results(world, rounds, women):
    round = rounds[2026]
    refresh()
    round.opened_at = None
    round.save()
    refresh()
    assert not IndicatorResult.objects.filter(round=round).exists()
    assert IndicatorResult.objects.filter(indicator=women).count() == 2


def test_the_second_time_nothing_is_written(world, rounds, women, people):
    add_breakdown(women)
    report(world, rounds[2024], {total(women): nd(18, 452)})
    report(world, rounds[2024], {total(people): val(1)}, "mae")
    assert refresh() > 0
    before = list(IndicatorResult.objects.values_list("pk", "updated_at"))
    assert refresh(later(days=1)) == 0
    assert list(IndicatorResult.objects.values_list("pk", "updated_at")) == before


def test_a_constant_number_of_queries(world, rounds, women, django_assert_num_queries):
    for number in range(2):
        make_indicator(world.activities["a111"], f"1.1.1x{number}", target=50)
    for one in Indicator.objects.filter(activity=world.activities["a111"]):
        add_breakdown(one)
    extra = list(Indicator.objects.filter(code__startswith="1.1.1").values_list("pk", flat=True))
    assert len(extra) == 3
    for ids in ([women.pk], extra):
        IndicatorResult.objects.all().delete()
        # savepoint, indicators, targets, dimensions, categories, rounds, values, sign-offs, results, insert, release
        with django_assert_num_queries(11):
            refresh_results(Indicator.objects.filter(pk__in=ids), at=NOW)


@pytest.mark.slow
def test_three_thousand_figures_in_the_same_number_of_queries(world, rounds, django_assert_max_num_queries):
    activity = world.activities["a111"]
    Indicator.objects.bulk_create(
        Indicator(
            plan=world.plan, pillar=world.participation, activity=activity, code=f"1.1.1n{number}", type="count",
            statement="x",
        )
        for number in range(1000)
    )  # fmt: skip
    many = Indicator.objects.filter(code__startswith="1.1.1n")
    submissions = [submission_of(rounds[year], world.sei, pillar=world.participation) for year in rounds]
    for one in submissions:
        one.state, one.cycle, one.submitted_at, one.submitted_by = "accepted", 1, NOW, world.focal_sei
        one.save()
    IndicatorValue.objects.bulk_create(
        IndicatorValue(submission=one, indicator=indicator, value=indicator.pk % 7)
        for one in submissions
        for indicator in many
    )
    with django_assert_max_num_queries(13):  # as above; 3,000 rows are written in batches of 2,000
        assert refresh_results(many, at=NOW) == 3000
    sample = many.first()
    assert result(sample, rounds[2026]).value == sample.pk % 7
    with django_assert_max_num_queries(10):
        assert refresh_results(many, at=NOW) == 0


def test_institutions_are_found_in_the_results(world, rounds, women):
    other = make_institution("PNTL", "security")
    report(world, rounds[2024], {total(women): nd(18, 452)})
    rows = IndicatorResult.objects.totals()
    assert rows.filter(reporter_ids__contains=[world.sei.pk]).count() == 1
    assert not rows.filter(reporter_ids__contains=[other.pk]).exists()
