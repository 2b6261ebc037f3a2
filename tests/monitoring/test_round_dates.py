"""The dates that count for one submission: what groups and exceptions write, and that database and Python agree on them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frameworks.models import ReportingRound, RoundGroup, RoundGroupMember
from frameworks.models.round import ExceptionKind, RoundPhase
from frameworks.operations.round_groups import delete_group, end_exception, grant_exception, save_group
from frameworks.operations.rounds import update_round
from monitoring.deadlines import own_dates_text
from monitoring.handing_in import why_locked
from monitoring.logframe_status import unfinished_of
from monitoring.models import IndicatorResult, Submission
from monitoring.operations.calendar import rewrite_dates
from monitoring.operations.reporting import complete_open_rounds, create_expected_submissions
from monitoring.reports.build import build_pillar_report
from monitoring.waiting import to_write
from tests.monitoring.reported import hand_in, open_round
from tests.world import NOW, TODAY, make_activity, make_institution, make_round

pytestmark = pytest.mark.django_db
JAN, FEB, MARCH, APRIL = date(2025, 1, 20), date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 10)


def noon(day):
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def a_group(world, round, *institutions, name="Civil society", by=None, at=NOW, **dates):
    usual = {"opens_on": date(2025, 2, 1), "due_on": date(2025, 4, 30), "closes_on": date(2025, 5, 31)}
    group = RoundGroup(round=round, name=name, reason="Their year ends in March.", **(usual | dates))
    return save_group(group=group, institutions=institutions, by=by or world.secretariat, at=at)


def an_exception(world, round, institution, kind=ExceptionKind.EXTENSION, until=APRIL, at=NOW):
    return grant_exception(
        round=round,
        institution=institution,
        kind=kind,
        until=until,
        reason="Floods in two districts.",
        by=world.secretariat,
        at=at,
    )


def of(round, institution):
    """What the institution reports itself: not its parts of what others answer for."""
    return (
        Submission.objects.select_related("round")
        .filter(round=round, institution=institution, accountable=None)
        .first()
    )


# What is written


def test_a_submission_without_dates_of_its_own_has_those_of_its_round(world):
    mae = of(open_round(world), world.mae)
    assert (mae.opens_on, mae.due_on, mae.closes_on) == (date(2025, 1, 2), FEB, MARCH)
    assert not mae.has_own_dates
    assert mae.phase(TODAY) == RoundPhase.OPEN


def test_a_group_s_dates_take_the_place_of_the_round_s(world):
    round = open_round(world)
    group = a_group(world, round, world.mae)
    mae, mssi = of(round, world.mae), of(round, world.mssi)
    assert (mae.opens_on, mae.due_on, mae.closes_on) == (
        date(2025, 2, 1),
        date(2025, 4, 30),
        date(2025, 5, 31),
    )
    assert mae.phase(TODAY) == RoundPhase.PLANNED
    assert mae.phase(date(2025, 4, 30)) == RoundPhase.OPEN
    assert mae.phase(date(2025, 5, 31)) == RoundPhase.PAST_DUE
    assert mae.phase(date(2025, 6, 1)) == RoundPhase.CLOSED
    assert not mssi.has_own_dates
    delete_group(group=group, reason="They agreed to the usual dates.", by=world.secretariat, at=NOW)
    assert not of(round, world.mae).has_own_dates


def test_who_leaves_a_group_reports_by_the_round_s_dates_again(world):
    round = open_round(world)
    group = a_group(world, round, world.mae, world.mssi)
    group.due_on = date(2025, 4, 15)
    save_group(group=group, institutions=[world.mssi, world.sei], by=world.secretariat, at=NOW)
    assert not of(round, world.mae).has_own_dates
    assert of(round, world.mssi).due_on == of(round, world.sei).due_on == date(2025, 4, 15)


def test_an_extension_moves_the_deadline_and_opens_a_closed_round(world):
    round = open_round(world)
    an_exception(world, round, world.mae, until=date(2025, 4, 30), at=noon(date(2025, 4, 5)))
    mae, mssi = of(round, world.mae), of(round, world.mssi)
    assert mae.due_on == mae.reopened_until == mae.closes_on == date(2025, 4, 30)
    on = date(2025, 4, 6)
    assert (mae.accepts(on), mae.days_late(on), mae.phase(on)) == (True, 0, RoundPhase.OPEN)
    assert (mssi.accepts(on), mssi.days_late(on), mssi.phase(on)) == (False, 37, RoundPhase.CLOSED)
    after = date(2025, 5, 2)
    assert (mae.accepts(after), mae.days_late(after)) == (False, 2)


def test_a_reopening_leaves_deadline_and_lateness(world):
    round = open_round(world)
    ReportingRound.objects.filter(pk=round.pk).update(closed_at=noon(date(2025, 4, 1)))
    round.refresh_from_db()
    an_exception(
        world, round, world.mae, ExceptionKind.REOPENING, date(2025, 4, 30), at=noon(date(2025, 4, 5))
    )
    mae, on = of(round, world.mae), date(2025, 4, 6)
    assert (mae.due_on, mae.closes_on) == (FEB, date(2025, 4, 30))
    assert (mae.accepts(on), mae.days_late(on), mae.phase(on)) == (True, 37, RoundPhase.PAST_DUE)
    assert not mae.accepts(date(2025, 5, 1))
    hand_in(mae, world.focal_mae, at=noon(on))
    assert of(round, world.mae).days_late(date(2026, 1, 1)) == 37


def test_an_extension_beyond_a_group_s_deadline_and_back(world):
    round = open_round(world)
    a_group(world, round, world.mae)
    exception = an_exception(world, round, world.mae, until=date(2025, 5, 10), at=noon(date(2025, 3, 1)))
    assert of(round, world.mae).due_on == date(2025, 5, 10)
    # Taken back five days after its group's deadline: until that day it counted.
    end_exception(
        exception=exception, reason="They are done.", by=world.secretariat, at=noon(date(2025, 5, 5))
    )
    mae = of(round, world.mae)
    assert mae.due_on == date(2025, 5, 5)
    assert mae.reopened_until == date(2025, 5, 4)
    assert mae.accepts(date(2025, 5, 6)), "the group's own closing day is later"


def test_what_is_taken_back_on_its_own_day_counts_as_never_given(world):
    round = open_round(world)
    at = noon(date(2025, 4, 5))
    exception = an_exception(world, round, world.mae, until=date(2025, 4, 30), at=at)
    end_exception(exception=exception, reason="It was meant for MSSI.", by=world.secretariat, at=at)
    mae = of(round, world.mae)
    assert not mae.has_own_dates
    assert mae.days_late(date(2025, 4, 6)) == 37


def test_a_second_exception_takes_the_place_of_the_first(world):
    round = open_round(world)
    first = an_exception(world, round, world.mae, until=date(2025, 3, 20))
    second = an_exception(world, round, world.mae, until=date(2025, 3, 10), at=noon(date(2025, 3, 5)))
    first.refresh_from_db()
    assert (first.ended_at, first.ended_by) == (noon(date(2025, 3, 5)), world.secretariat)
    assert second.is_in_force(date(2025, 3, 10))
    assert of(round, world.mae).due_on == date(2025, 3, 10)
    # One that ran out by itself was ended by nobody, and its day stays the deadline if nothing later is given.
    third = an_exception(world, round, world.mae, ExceptionKind.REOPENING, APRIL, at=noon(date(2025, 4, 1)))
    second.refresh_from_db()
    assert second.ended_by is None and third.ended_at is None
    mae = of(round, world.mae)
    assert (mae.due_on, mae.reopened_until) == (date(2025, 3, 10), APRIL)


def test_who_is_asked_later_gets_the_dates_of_the_group(world):
    round = make_round(world.plan)
    a_group(world, round, world.mae)
    create_expected_submissions(round=round, by=world.secretariat, at=NOW)
    assert of(round, world.mae).due_on == date(2025, 4, 30)


def test_the_dates_are_written_in_two_queries_however_many_there_are(world, django_assert_num_queries):
    round = open_round(world)
    for number in (1, 3):
        more = [make_institution(f"N{number}{each}") for each in range(number)]
        for one in more:
            make_activity(world.participation, f"1.{number}.{one.pk}", [one])
        create_expected_submissions(round=round, by=None, at=NOW)
        RoundGroup.objects.all().delete()
        group = RoundGroup.objects.create(
            round=round, name="New", opens_on=JAN, due_on=MARCH, closes_on=APRIL, reason="New."
        )
        RoundGroupMember.objects.bulk_create(
            RoundGroupMember(group=group, round=round, institution=one) for one in more
        )
        with django_assert_num_queries(4):  # a savepoint around the two
            rewrite_dates(round=round)
        assert {of(round, one).due_on for one in more} == {MARCH}


def test_a_round_without_other_dates_is_not_written(world):
    round = open_round(world)
    before = Submission.pgh_event_model.objects.count()
    update_round(round=round, changed=(), by=world.secretariat, at=NOW)
    rewrite_dates(round=round)
    assert Submission.pgh_event_model.objects.count() == before


def test_moving_the_round_s_deadline_behind_an_extension_undoes_it(world):
    round = open_round(world)
    an_exception(world, round, world.mae, until=date(2025, 3, 10))
    round.due_on = date(2025, 3, 15)
    update_round(round=round, changed=["due_on"], by=world.secretariat, at=NOW)
    assert of(round, world.mae).own_due_on is None
    assert of(round, world.mae).due_on == date(2025, 3, 15)


# Who is asked after the framework has changed


def test_after_a_change_only_those_who_can_still_report_are_asked(world):
    round = open_round(world)
    a_group(world, round, world.mssi)
    on = date(2025, 5, 5)  # closed for all but the group
    for code, institution in (("2.2.1", world.mae), ("1.2.1", world.mssi)):
        pillar = world.prevention if code[0] == "2" else world.participation
        make_activity(pillar, code, [institution])
    complete_open_rounds(world.plan.indicators.all(), at=noon(on))
    assert Submission.objects.filter(institution=world.mssi, pillar=world.participation).get().due_on == date(
        2025, 4, 30
    )
    assert not Submission.objects.filter(institution=world.mae, pillar=world.prevention).exists()


def test_an_exception_lets_its_institution_alone_be_asked(world):
    round = open_round(world)
    on = date(2025, 4, 5)
    an_exception(world, round, world.mae, ExceptionKind.REOPENING, date(2025, 4, 20), at=noon(on))
    make_activity(world.prevention, "2.2.1", [world.mae])
    make_activity(world.participation, "1.2.1", [world.mssi])
    complete_open_rounds(world.plan.indicators.all(), at=noon(on))
    assert Submission.objects.filter(institution=world.mae, pillar=world.prevention).exists()
    assert not Submission.objects.filter(institution=world.mssi, pillar=world.participation).exists()


# The database and Python agree

day = st.dates(date(2025, 1, 1), date(2025, 1, 12))
maybe = st.none() | day
moment = st.none() | day.map(noon)


@pytest.fixture
def one_draft(world):
    return of(open_round(world), world.mae)


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    round_dates=st.lists(day, min_size=3, max_size=3).map(sorted),
    own=st.tuples(maybe, maybe, maybe, maybe),
    opened=st.booleans(),
    closed=moment,
    published=st.booleans(),
    state=st.sampled_from(["draft", "returned", "submitted"]),
    on=day,
)
def test_the_database_says_what_the_properties_say(
    world, one_draft, round_dates, own, opened, closed, published, state, on
):
    round = one_draft.round
    opens, due, closes = round_dates
    ReportingRound.objects.filter(pk=round.pk).update(
        opens_on=opens,
        due_on=due,
        closes_on=closes,
        opened_at=NOW if opened else None,
        closed_at=closed if opened else None,
        published_at=NOW if opened and published else None,
    )
    names = ("own_opens_on", "own_due_on", "own_closes_on", "reopened_until")
    mine = Submission.objects.filter(pk=one_draft.pk)
    mine.update(
        state=state,
        return_note="Please add the figures." if state == "returned" else "",
        submitted_at=NOW,
        submitted_by=world.focal_mae,
        **dict(zip(names, own, strict=True)),
    )
    fresh = mine.select_related("round").get()
    assert mine.overdue(on).exists() == fresh.is_overdue(on)
    assert mine.accepting(on).exists() == fresh.accepts(on)
    assert mine.past_due(on).exists() == (opened and on > fresh.due_on)
    assert not (fresh.accepts(on) and state == "draft") or not why_locked(fresh, noon(on))


def test_an_indicator_is_not_yet_no_data_before_the_deadline_of_those_who_report_it(world):
    round = open_round(world)

    def statuses(on):
        from monitoring.results import refresh_results

        refresh_results(world.plan.indicators.all(), at=noon(on))
        rows = IndicatorResult.objects.filter(round=round, category=None, place=None)
        return {row.indicator.code: row.status for row in rows.select_related("indicator")}

    an_exception(world, round, world.mae, until=date(2025, 3, 10))
    assert statuses(date(2025, 3, 10)) == {"1.1.1a": "no_data", "1.1.2a": "not_yet_due", "2.1.1a": "no_data"}
    assert set(statuses(date(2025, 3, 11)).values()) == {"no_data"}
    # A group that is due earlier than the others has no data from then on.
    a_group(world, round, world.mssi, opens_on=JAN, due_on=date(2025, 2, 10), closes_on=MARCH)
    assert statuses(date(2025, 2, 11)) == {
        "1.1.1a": "not_yet_due",
        "1.1.2a": "not_yet_due",
        "2.1.1a": "no_data",
    }


# What the institution is told


@pytest.mark.parametrize(
    ("set_dates", "on", "words"),
    [
        (
            lambda world, round: a_group(world, round, world.mae),
            date(2025, 1, 20),
            "Round 2024 has not opened yet for your group of institutions. Reporting begins on 1 February 2025.",
        ),
        (
            lambda world, round: a_group(world, round, world.mae),
            date(2025, 6, 1),
            "Round 2024 is closed for your group of institutions. Its last day was 31 May 2025. Ask the secretariat",
        ),
        (
            lambda world, round: an_exception(world, round, world.mae),
            date(2025, 4, 11),
            "The time that your institution was given in round 2024 ended on 10 April 2025. Ask the secretariat",
        ),
        (
            lambda world, round: None,
            date(2025, 4, 11),
            "Round 2024 is closed. Its last day was 31 March 2025. Ask the secretariat: it can let",
        ),
    ],
)
def test_why_it_is_locked_and_what_to_do(world, set_dates, on, words):
    round = open_round(world)
    set_dates(world, round)
    assert why_locked(of(round, world.mae), noon(on)).startswith(words)


def test_what_it_is_told_of_its_own_dates(world):
    round = open_round(world)
    assert own_dates_text(of(round, world.mae), TODAY) == ""
    a_group(world, round, world.mae)
    assert own_dates_text(of(round, world.mae), TODAY) == (
        "Your group of institutions has dates of its own: reporting opens on 1 February 2025, is due on 30 April 2025 and "
        "closes on 31 May 2025."
    )
    an_exception(world, round, world.mssi)
    assert own_dates_text(of(round, world.mssi), TODAY) == (
        "Your institution was given more time: its report is due on 10 April 2025."
    )
    assert own_dates_text(of(round, world.mssi), date(2025, 4, 11)) == ""
    an_exception(world, round, world.sei, ExceptionKind.REOPENING, at=noon(date(2025, 4, 2)))
    assert own_dates_text(of(round, world.sei), date(2025, 4, 3)) == (
        "Round 2024 is open to your institution again, until 10 April 2025. The deadline was 28 February 2025."
    )


def test_a_report_counts_days_from_each_institution_s_own_deadline(world):
    round = open_round(world)
    an_exception(world, round, world.mae, until=date(2025, 3, 8))
    report = build_pillar_report(
        plan=world.plan, round=round, pillar=world.participation, cut_off=noon(date(2025, 3, 10)), version=1
    )
    assert {
        one.institution: one.days_late(report.round.due_on, report.cut_off_day) for one in report.reports
    } == {"MAE": 2, "SEI": 10}


def test_what_waits_for_a_focal_point_is_what_can_be_written(world):
    round = open_round(world)
    on = date(2025, 4, 5)
    assert not to_write(world.focal_mssi, on).exists()
    an_exception(world, round, world.mssi, ExceptionKind.REOPENING, at=noon(on))
    assert list(to_write(world.focal_mssi, on)) == [of(round, world.mssi)]


def test_an_institution_with_an_exception_is_not_merged_away_while_it_may_report(world):
    round = open_round(world)
    on = date(2025, 4, 5)
    assert not unfinished_of(world.mssi, on).exists()
    an_exception(world, round, world.mssi, ExceptionKind.REOPENING, at=noon(on))
    assert list(unfinished_of(world.mssi, on)) == [of(round, world.mssi)]
    assert not unfinished_of(world.mssi, date(2025, 4, 11)).exists()
