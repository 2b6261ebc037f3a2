"""What was reported: complete, in order, by the right people; and on other days than that of the other tests."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from frameworks.models import ReportingRound, Role, StateChange, User
from monitoring.due import expected_triples
from monitoring.gate import submission_problems
from monitoring.models import ActivityProgress, IndicatorResult, IndicatorValue, SignOff, Submission
from monitoring.models.result import Performance
from monitoring.models.submission import SubmissionState
from napwps.demo.files import rows, tables
from napwps.demo.load import load
from napwps.demo.schedule import EARLIEST, rounds_around
from tests.demo.conftest import ANCHOR
from tests.demo.look import submission

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

S = SubmissionState
ROLE_OF_ACTION = {
    "submit": {Role.FOCAL_POINT},
    "contribute": {Role.FOCAL_POINT},
    "go_along": {Role.FOCAL_POINT},
    "accept": {Role.GOVERNMENT_CO_LEAD, Role.CSO_CO_LEAD},
    "return": {Role.GOVERNMENT_CO_LEAD, Role.CSO_CO_LEAD},
    "endorse": {Role.GOVERNMENT_CO_LEAD, Role.CSO_CO_LEAD},
    "dissent": {Role.CSO_CO_LEAD},
}


def changes_of():
    """submission → its StateChanges, oldest first."""
    kind = ContentType.objects.get_for_model(Submission)
    found = {one.pk: (one, []) for one in Submission.objects.select_related("round", "institution", "pillar")}
    for change in StateChange.objects.filter(subject_type=kind).order_by("at", "pk").select_related("by"):
        found[change.subject_id][1].append(change)
    return found.values()


def test_everything_in_the_files_was_told():
    told = [
        by_round
        for pillar in ("p1", "p2", "p3", "p4")
        for by_institution in tables(f"story_{pillar}.toml").values()
        for by_round in by_institution.values()
    ]
    assert ActivityProgress.objects.count() == sum(map(len, told))
    assert IndicatorValue.objects.count() == len(rows("figures.csv"))


def test_every_narrative_is_its_own():
    narratives = list(ActivityProgress.objects.values_list("narrative", flat=True))
    assert "" not in narratives and len(set(narratives)) == len(narratives)


def test_everybody_who_owes_a_report_has_one():
    for round in ReportingRound.objects.all():
        rows = Submission.objects.filter(round=round)
        triples = set(rows.values_list("institution_id", "pillar_id", "accountable_id"))
        assert triples == expected_triples(round)


def test_finished_rounds_are_finished():
    past = Submission.objects.exclude(round__label="2026")
    left = [(str(one), one.state) for one in past.exclude(state=S.ENDORSED).order_by("round__label")]
    assert left == [
        ("Gabinete do Primeiro-Ministro · 2024 · Prevention", S.DRAFT),
        ("PNTL · 2025 · Protection", S.ACCEPTED),
    ]
    assert ReportingRound.objects.filter(published_at__isnull=False).count() == 2


def test_the_record_is_one_chain_in_the_order_of_time():
    for one, changes in changes_of():
        state = S.DRAFT
        for before, change in zip([None, *changes], changes, strict=False):
            assert change.from_state == state, one
            assert before is None or change.at > before.at, one
            state = change.to_state
        assert one.state == state


def test_everybody_did_what_their_seat_allows():
    roles = {user.pk: user.seats.get().role for user in User.objects.prefetch_related("seats")}
    for one, changes in changes_of():
        for change in changes:
            assert roles[change.by_id] in ROLE_OF_ACTION[change.action]
            seat = change.by.seats.get()
            if change.action in ("submit", "contribute"):
                assert seat.institution_id == one.institution_id
            elif change.action == "go_along":
                assert seat.institution_id == one.accountable_id
            else:
                assert seat.working_group.pillar_id == one.pillar_id


def test_nothing_lies_in_the_future_or_on_a_weekend():
    start = timezone.make_aware(datetime.combine(ANCHOR, datetime.min.time()))
    assert not StateChange.objects.filter(at__gte=start).exists()
    assert not ActivityProgress.objects.filter(saved_at__gte=start).exists()
    for change in StateChange.objects.all():
        local = timezone.localtime(change.at)
        assert local.weekday() < 5 and 8 <= local.hour < 20
    for one, changes in changes_of():
        assert all(timezone.localdate(change.at) >= one.round.opens_on for change in changes)


def test_sign_offs_and_record_agree():
    signed = Counter((one.submission_id, one.by_id, one.at) for one in SignOff.objects.all())
    recorded = Counter(
        StateChange.objects.filter(action__in=["endorse", "dissent"]).values_list("subject_id", "by_id", "at")
    )
    assert signed == recorded


def test_corrections_stand_in_the_history():
    row = submission("MAE", "P1", 2025, "SEI").values.get(indicator__code="1.1.3a")
    events = IndicatorValue.pgh_event_model.objects.filter(pgh_obj=row).order_by("pgh_id")
    assert [event.denominator for event in events] == [5180, 4800]
    assert submission("MAE", "P1", 2025, "SEI").cycle == 2


def test_each_sign_in_finds_something_to_do():
    states = {
        (row.institution.code, row.pillar.code, *([row.accountable.code] if row.is_part else [])): row.state
        for row in Submission.objects.filter(round__label="2026").select_related(
            "institution", "pillar", "accountable"
        )
    }
    assert states["SEI", "P1"] == S.SUBMITTED
    assert [states["PNTL", pillar] for pillar in ("P1", "P2", "P3")] == [S.ACCEPTED, S.SUBMITTED, S.ENDORSED]
    for pillar in ("P1", "P2", "P3", "P4"):
        here = {state for (_code, where, *_lead), state in states.items() if where == pillar}
        assert {S.SUBMITTED, S.ACCEPTED, S.ENDORSED} <= here, pillar
    draft = submission("MSSI", "P2", 2026)
    assert draft.state == S.DRAFT and draft.progress.count() == 1
    assert {problem.code for problem in submission_problems(draft)} == {"2.2.2", "2.2.2a"}


# Other days


@pytest.mark.parametrize(
    ("anchor", "years"),
    [
        (EARLIEST, [2024, 2025]),
        (date(2026, 3, 1), [2024, 2025]),
        (date(2026, 8, 10), [2024, 2025, 2026]),
        (date(2027, 1, 5), [2024, 2025, 2026]),
        (date(2027, 12, 1), [2025, 2026, 2027]),
        (date(2031, 7, 1), [2025, 2026, 2027]),
    ],
)
def test_rounds_around_a_day(anchor, years):
    rounds = rounds_around(anchor)
    assert [one.year for one in rounds] == years
    for before, after in pairwise(rounds):
        assert before.published_on + timedelta(days=31) < after.opens_on
    current = rounds[-1]
    assert current.opens_on < current.due_on < anchor < current.closes_on


def test_no_round_before_the_earliest_day():
    with pytest.raises(ValueError, match="2025-08-10"):
        rounds_around(EARLIEST - timedelta(days=1))


@pytest.mark.parametrize("anchor", [EARLIEST, date(2028, 9, 3)])
def test_the_demo_stands_on_other_days(empty, anchor):
    load(anchor=anchor)
    labels = [str(one.year) for one in rounds_around(anchor)]
    assert list(ReportingRound.objects.values_list("label", flat=True)) == labels
    totals = IndicatorResult.objects.totals()
    assert set(totals.filter(round__label=labels[-1]).values_list("status", flat=True)) >= {
        Performance.ACHIEVED,
        Performance.MOVED_BACKWARDS,
        Performance.NO_DATA,
        Performance.NOT_YET_DUE,
    }
    start = timezone.make_aware(datetime.combine(anchor, datetime.min.time()))
    assert not StateChange.objects.filter(at__gte=start).exists()
    assert Submission.objects.filter(round__label=labels[-1], state=S.RETURNED).count() == 1
    assert SignOff.objects.filter(verdict="dissent", submission__round__label=labels[-2]).count() == 1
