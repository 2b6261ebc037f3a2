"""The dashboard and the public's front page: right numbers, the right people, a fixed number of queries."""

from datetime import date

import pytest
from django.test import Client

from frameworks.models import Indicator
from frameworks.workflow import transition
from monitoring import dashboards
from monitoring.models import ActivityProgress, Submission
from monitoring.models.result import Performance
from monitoring.models.submission import ActivityStatus
from monitoring.results import refresh_results
from tests.world import NOW, make_activity, make_indicator, make_institution, make_round

pytestmark = pytest.mark.django_db
LATE = date(2025, 3, 10)


@pytest.fixture
def board(world):
    """2024: SEI has submitted, MAE holds a draft, MSSI (other pillar) has not begun."""
    world.round = make_round(world.plan)
    world.submissions = {
        code: Submission.objects.create(
            round=world.round, institution=world.institutions[code], pillar=pillar
        )
        for code, pillar in (
            ("sei", world.participation),
            ("mae", world.participation),
            ("mssi", world.prevention),
        )
    }
    ActivityProgress.objects.create(
        submission=world.submissions["sei"],
        activity=world.activities["a111"],
        status="on_track",
        narrative="Done.",
    )
    from monitoring.models import IndicatorValue

    IndicatorValue.objects.create(
        submission=world.submissions["sei"],
        indicator=world.indicators["i111a"],
        numerator=18,
        denominator=452,
    )
    transition(subject=world.submissions["sei"], action="submit", by=world.focal_sei, at=NOW)
    refresh_results(Indicator.objects.all(), at=NOW)
    return world


def page(user, path):
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.get(path)


def test_the_board_says_who_is_late_and_by_how_much(board):
    pillars, rows = dashboards.submission_board(round=board.round, user=board.secretariat, on=LATE)
    assert [pillar.code for pillar in pillars] == ["P1", "P2"]
    assert [(str(row.institution), row.days_late) for row in rows] == [("MAE", 10), ("MSSI", 10), ("SEI", 0)]
    assert dashboards.received_of(rows) == (1, 3)


def test_nobody_is_overdue_on_the_day_of_the_deadline(board):
    _pillars, rows = dashboards.submission_board(
        round=board.round, user=board.secretariat, on=date(2025, 2, 28)
    )
    assert [row.days_late for row in rows] == [0, 0, 0]


def test_a_draft_is_counted_but_cannot_be_opened(board):
    _pillars, rows = dashboards.submission_board(round=board.round, user=board.secretariat, on=LATE)
    may_open = {str(row.institution): [cell.may_open for cell in row.cells if cell] for row in rows}
    assert may_open == {"SEI": [True], "MAE": [False], "MSSI": [False]}


def test_co_leads_see_the_board_of_all_pillars(board):
    _pillars, rows = dashboards.submission_board(round=board.round, user=board.other_cso_lead, on=LATE)
    assert len(rows) == 3
    assert not any(
        cell.may_open for row in rows for cell in row.cells if cell
    )  # another pillar's submission, drafts


def test_pillars_count_every_scheduled_activity_once(board):
    participation, prevention = dashboards.pillar_counts(round=board.round)
    counts = dict(participation.activities)
    assert counts[ActivityStatus.ON_TRACK] == 1
    assert counts[dashboards.Unreported.NOT_REPORTED] == 1
    assert sum(counts.values()) == participation.activity_total == 2
    assert participation.unconfirmed == 1
    assert dict(participation.indicators)[Performance.MOVED_BACKWARDS] == 1
    assert dict(prevention.indicators)[Performance.NOT_YET_DUE] == 1


def test_a_contributing_lead_does_not_count_the_activity_twice(board):
    ActivityProgress.objects.create(
        submission=board.submissions["mae"],
        activity=board.activities["a111"],
        status="delayed",
        narrative="Ours.",
    )
    Submission.objects.filter(pk=board.submissions["mae"].pk).update(
        state="submitted", submitted_at=NOW, submitted_by=board.focal_mae
    )
    participation, _prevention = dashboards.pillar_counts(round=board.round)
    assert dict(participation.activities)[ActivityStatus.DELAYED] == 0


def test_what_needs_attention_is_worst_first(board):
    rows = dashboards.off_track(round=board.round, user=board.secretariat)
    assert [row.indicator.code for row in rows] == ["1.1.1a"]


@pytest.mark.parametrize(
    "name", ["administrator", "secretariat", "gov_lead", "cso_lead", "steering", "monitoring"]
)
def test_who_may_see_the_dashboard(board, name):
    answer = page(board.users[name], f"/plans/{board.plan.code}/dashboard/")
    assert answer.status_code == 200
    assert "1.1.1a" in answer.content.decode()


def test_a_focal_point_may_not_and_an_outsider_knows_nothing(board):
    address = f"/plans/{board.plan.code}/dashboard/"
    assert page(board.focal_sei, address).status_code == 403
    assert page(board.outsider, address).status_code == 404
    assert page(None, address).status_code == 302


def test_the_empty_dashboard_says_what_to_do(world):
    answer = page(world.secretariat, f"/plans/{world.plan.code}/dashboard/")
    assert answer.status_code == 200
    assert "No round has been opened yet" in answer.content.decode()


def test_a_round_that_does_not_exist_is_404(board):
    assert page(board.secretariat, f"/plans/{board.plan.code}/dashboard/?round=1999").status_code == 404


@pytest.mark.parametrize("extra", [0, 2])
def test_queries_of_the_dashboard_stay_the_same(board, django_assert_num_queries, extra):
    for number in range(extra):
        institution = make_institution(f"MORE-{number}")
        activity = make_activity(board.participation, f"1.9.{number}", [institution])
        make_indicator(activity, f"1.9.{number}a")
        Submission.objects.create(round=board.round, institution=institution, pillar=board.participation)
    refresh_results(Indicator.objects.all(), at=NOW)
    client = Client()
    client.force_login(board.secretariat)
    client.get("/healthz/")
    with django_assert_num_queries(DASHBOARD_QUERIES):
        assert client.get(f"/plans/{board.plan.code}/dashboard/").status_code == 200


DASHBOARD_QUERIES = 38


def test_the_front_page_shows_what_is_published_and_nothing_else(board):
    board.plan.is_public = True
    board.plan.save()
    assert "Published progress" not in page(None, "/").content.decode()
    for action, by in (("accept", board.gov_lead), ("endorse", board.gov_lead), ("endorse", board.cso_lead)):
        transition(subject=board.submissions["sei"], action=action, by=by, at=NOW)
    board.round.published_at = NOW
    board.round.save()
    refresh_results(Indicator.objects.all(), at=NOW)
    (card,) = dashboards.published_progress([board.plan])
    assert card["round"] == board.round
    assert sum(number for _status, number in card["pillars"][0]["counts"]) == 1
    assert "Published progress" in page(None, "/").content.decode()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("secretariat", "/plans/TL-NAP-2024-2028/dashboard/"),
        ("focal_sei", "/plans/TL-NAP-2024-2028/my-report/"),
        ("cso_lead", "/plans/TL-NAP-2024-2028/pillars/P1/review/"),
        ("steering", "/plans/TL-NAP-2024-2028/dashboard/"),
        ("administrator", "/plans/"),
    ],
)
def test_signing_in_leads_to_ones_own_first_screen(world, name, address):
    assert page(world.users[name], "/").url == address
