"""What is due from whom (monitoring/due.py), and the drafts of a round that opens."""

from datetime import date

import pytest

from frameworks import changes
from frameworks.models import Goal, Indicator, Lead
from monitoring.due import due_activities, due_in, due_indicators, expected_triples
from monitoring.models import Submission
from monitoring.operations.reporting import (
    complete_open_rounds,
    create_expected_submissions,
    other_indicators,
)
from tests.monitoring.reported import open_round, submission_of
from tests.world import NOW, make_activity, make_indicator, make_institution, make_round

pytestmark = pytest.mark.django_db


def owed(world, year=2024):
    names = {None: ""} | {one.pk: one.code for one in world.institutions.values()}
    pillars = {world.participation.pk: "P1", world.prevention.pk: "P2"}
    return {(names[i], pillars[p], names[a]) for i, p, a in expected_triples(make_round(world.plan, year))}


#: What is owed in every round of the world: MAE tells its part of 1.1.1, which SEI answers for.
ALWAYS = {("SEI", "P1", ""), ("MAE", "P1", ""), ("MAE", "P1", "SEI"), ("MSSI", "P2", "")}


def codes(rows):
    return [one.code for one in rows]


def due_of(world, institution, pillar, round, accountable=None):
    submission = Submission(
        pk=1, round=round, institution=institution, pillar=pillar, accountable=accountable
    )
    return due_in([submission])[1]


def test_leads_owe_a_submission_on_each_pillar_that_they_lead_in(world):
    assert owed(world) == ALWAYS


def test_every_lead_reports_the_activity_but_only_the_accountable_one_its_indicator(world):
    round = make_round(world.plan)
    sei = due_of(world, world.sei, world.participation, round)
    mae = due_of(world, world.mae, world.participation, round)
    assert codes(sei.activities) == ["1.1.1"]
    assert codes(sei.indicators) == ["1.1.1a"]
    assert codes(mae.activities) == ["1.1.2"]
    assert codes(mae.indicators) == ["1.1.2a"]
    part = due_of(world, world.mae, world.participation, round, accountable=world.sei)
    assert codes(part.activities) == ["1.1.1"]
    assert codes(part.indicators) == []
    nobodys = due_of(world, world.sei, world.participation, round, accountable=world.mae)
    assert (nobodys.activities, nobodys.indicators) == ([], [])


def test_a_named_reporter_takes_the_place_of_the_accountable_lead(world):
    indicator = world.indicators["i111a"]
    indicator.responsible.add(world.mssi, world.mae)
    round = make_round(world.plan)
    assert codes(due_of(world, world.sei, world.participation, round).indicators) == []
    mssi = due_of(world, world.mssi, world.participation, round)
    assert codes(mssi.activities) == []
    assert codes(mssi.indicators) == ["1.1.1a"]
    assert other_indicators(mssi) == mssi.indicators
    assert set(mssi.indicators[0].reporters) == {world.mssi.pk, world.mae.pk}
    assert (world.mssi.pk, world.participation.pk, None) in expected_triples(round)
    # MAE leads the activity as well: its figure belongs to its part.
    assert codes(due_of(world, world.mae, world.participation, round).indicators) == ["1.1.2a"]
    part = due_of(world, world.mae, world.participation, round, accountable=world.sei)
    assert codes(part.indicators) == ["1.1.1a"]
    assert other_indicators(part) == []


def test_without_somebody_who_can_take_a_part_every_lead_reports_by_itself(world):
    group = make_institution("CSOS", "group")
    make_activity(world.prevention, "2.1.2", [group, world.sei])
    nobody = make_activity(world.prevention, "2.1.3", [world.mae])
    nobody.leads.update(is_accountable=False)
    round = make_round(world.plan)
    assert codes(due_of(world, world.sei, world.prevention, round).activities) == ["2.1.2"]
    assert codes(due_of(world, world.mae, world.prevention, round).activities) == ["2.1.3"]
    assert {(world.sei.pk, world.prevention.pk, None), (world.mae.pk, world.prevention.pk, None)} <= (
        expected_triples(round)
    )
    assert group.pk not in {accountable for *_rest, accountable in expected_triples(round)}


def test_a_goals_indicator_is_due_where_somebody_is_named(world):
    goal = Goal.objects.get(plan=world.plan, code="1")
    indicator = Indicator.objects.create(
        plan=world.plan,
        pillar=world.participation,
        goal=goal,
        code="1a",
        type="count",
        statement="Goal figure",
    )
    round = make_round(world.plan)
    assert codes(due_of(world, world.sei, world.participation, round).indicators) == ["1.1.1a"]
    indicator.responsible.add(world.sei)
    due = due_of(world, world.sei, world.participation, round)
    assert codes(due.indicators) == ["1.1.1a", "1a"]
    assert codes(other_indicators(due)) == ["1a"]


def test_years_retirement_and_groups(world):
    group = make_institution("CSOS", "group")
    make_activity(world.participation, "1.1.3", [group])
    make_activity(world.prevention, "2.1.2", [world.sei], years=[2026])
    gone = make_activity(world.prevention, "2.1.3", [world.mae])
    named = make_indicator(gone, "2.1.3a")
    named.responsible.add(world.ba_futuru)
    gone.retired_on = date(2024, 6, 1)
    gone.save()
    assert owed(world) == ALWAYS
    assert owed(world, 2026) == ALWAYS | {("SEI", "P2", "")}


def test_a_retired_indicator_is_not_due(world):
    indicator = world.indicators["i111a"]
    indicator.retired_on = date(2024, 6, 1)
    indicator.save()
    assert codes(due_of(world, world.sei, world.participation, make_round(world.plan)).indicators) == []


def test_codes_sort_as_people_count(world):
    for number in (10, 2, 9):
        make_activity(world.prevention, f"2.1.{number}", [world.mssi])
    due = due_of(world, world.mssi, world.prevention, make_round(world.plan))
    assert codes(due.activities) == ["2.1.1", "2.1.2", "2.1.9", "2.1.10"]


def test_one_by_one_and_all_at_once_say_the_same(world):
    world.indicators["i111a"].responsible.add(world.mssi, world.mae)
    goal = Goal.objects.get(plan=world.plan, code="2")
    Indicator.objects.create(
        plan=world.plan, pillar=world.prevention, goal=goal, code="2a", type="yes_no", statement="x"
    ).responsible.add(world.ba_futuru)
    make_activity(world.prevention, "2.1.9", [world.sei, world.mssi], years=[2025])
    number = 0
    for year in (2024, 2025):
        round = make_round(world.plan, year)
        rows = [
            Submission(
                pk=(number := number + 1),
                round=round,
                institution=institution,
                pillar=pillar,
                accountable=accountable,
            )
            for institution in world.institutions.values()
            for pillar in (world.participation, world.prevention)
            for accountable in (None, *world.institutions.values())
            if accountable != institution
        ]
        all_at_once = due_in(rows)
        for row in rows:
            scope = {"institution": row.institution, "pillar": row.pillar, "round": round}
            scope["accountable"] = row.accountable
            assert all_at_once[row.pk].activities == list(due_activities(**scope))
            assert all_at_once[row.pk].indicators == list(due_indicators(**scope))
        owed = {
            (row.institution_id, row.pillar_id, row.accountable_id)
            for row in rows
            if all_at_once[row.pk].activities or all_at_once[row.pk].indicators
        }
        assert owed == expected_triples(round)


def test_two_queries_whatever_the_number_of_submissions(world, django_assert_num_queries):
    round = open_round(world)
    rows = list(Submission.objects.filter(round=round).select_related("round"))
    assert len(rows) == 4
    for some in (rows[:1], rows):
        with django_assert_num_queries(2):
            due_in(some)


def test_an_opened_round_gets_its_drafts_once(world, django_assert_num_queries):
    round = make_round(world.plan)
    assert create_expected_submissions(round=round, by=world.secretariat, at=NOW) == 4
    assert create_expected_submissions(round=round, by=world.secretariat, at=NOW) == 0
    assert set(Submission.objects.values_list("state", flat=True)) == {"draft"}
    for number in range(4, 40):
        make_activity(world.prevention, f"2.1.{number}", [make_institution(f"X{number}")])
    # leads, named reporters, what is there, what was told with another report, savepoint, insert, release; and four for
    # dates of their own
    with django_assert_num_queries(11):
        assert create_expected_submissions(round=round, by=None, at=NOW) == 36


def test_who_opened_the_round_is_in_the_history(world):
    open_round(world)
    event = Submission.pgh_event_model.objects.select_related("pgh_context").first()
    assert event.pgh_label == "insert"
    assert event.pgh_context.metadata == {"user": world.secretariat.pk, "action": "expect"}


def test_opening_a_round_makes_its_drafts(world):
    round = make_round(world.plan)
    changes.announce_round_opened(round=round, by=world.secretariat, at=NOW)
    assert Submission.objects.filter(round=round).count() == 4


def test_who_becomes_a_lead_while_a_round_is_open_is_asked_to_report(world):
    round = open_round(world)
    closed = make_round(world.plan, 2023)
    Lead.objects.create(activity=world.activities["a211"], institution=world.sei)
    changes.announce(indicators=Indicator.objects.filter(plan=world.plan), at=NOW)
    assert submission_of(round, world.sei, world.prevention, accountable=world.mssi).state == "draft"
    assert not Submission.objects.filter(round=closed).exists()
    complete_open_rounds(Indicator.objects.none(), at=NOW)
    assert Submission.objects.filter(round=round).count() == 5
