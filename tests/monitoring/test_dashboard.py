"""The dashboard and the public's front page: right numbers, the right people, a fixed number of queries."""

from datetime import date

import pytest
from django.test import Client

from budgets.models import Costing
from budgets.reported import reported_of_approved
from frameworks.models import Indicator
from frameworks.workflow import transition
from monitoring import dashboards
from monitoring.models import ActivityProgress, Submission
from monitoring.models.result import Performance
from monitoring.models.submission import ActivityStatus
from monitoring.money_dashboard import load_money
from monitoring.results import refresh_results
from tests.budgets.money_world import make_line, make_source, report_spending
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


DASHBOARD_QUERIES = 45


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


def test_the_money_of_the_round_by_pillar(board):
    state = make_source(board.plan)
    a111, a112 = board.activities["a111"], board.activities["a112"]
    Costing.objects.create(activity=a111, year=2024, amount=500, currency="USD")
    make_line(a111, board.sei, state, 2024, approved="100", spent="80")
    make_line(a112, board.mae, state, 2024, approved="50")
    make_line(a112, board.mae, state, 2025, approved="999")
    make_line(board.activities["a211"], board.mssi, state, 2024, approved="0")  # nothing is waited for
    report_spending(a111, board.sei, board.round, "60")
    money = load_money(
        plan=board.plan,
        round=board.round,
        user=board.steering,
        pillars=[board.participation, board.prevention],
    )
    (participation, prevention) = (amounts for _pillar, amounts in money.rows)
    assert (participation.costed, participation.approved, participation.spent) == (500, 150, 60)
    assert (prevention.costed, prevention.approved, prevention.spent) == (None, 0, None)
    assert (money.reported, money.asked, money.told_pairs, money.pairs) == (1, 2, 1, 2)
    text = page(board.steering, f"/plans/{board.plan.code}/dashboard/").content.decode()
    assert "Spending reported by 1 of 2" in text
    assert f'/plans/{board.plan.code}/money-and-results/?round=2024"' in text
    report_spending(a112, board.mae, board.round, None, no_data_reason="The books are not closed.")
    assert (
        "Spending reported by 2 of 2"
        in page(board.steering, f"/plans/{board.plan.code}/dashboard/").content.decode()
    )


def test_without_money_the_dashboard_says_so(board):
    text = page(board.secretariat, f"/plans/{board.plan.code}/dashboard/").content.decode()
    assert "No money is on record for this year" in text


def test_a_draft_of_spending_is_not_reported(board):
    make_line(board.activities["a112"], board.mae, make_source(board.plan), 2024, approved="50")
    report_spending(board.activities["a112"], board.mae, board.round, "60", frozen=False)
    assert reported_of_approved(board.plan, [2024]) == {(board.mae.pk, board.activities["a112"].pk): False}


def test_what_a_merged_institution_reported_counts_for_the_one_that_goes_on(board):
    old = make_institution("OLD")
    make_line(board.activities["a112"], board.mae, make_source(board.plan), 2024, approved="50")
    report_spending(board.activities["a112"], old, board.round, "60")
    old.merged_into = board.mae
    old.save()
    assert reported_of_approved(board.plan, [2024]) == {(board.mae.pk, board.activities["a112"].pk): True}
