"""The focal point's round (monitoring/views/reporting.py)."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from frameworks.models import Indicator, Role
from frameworks.permissions import forget_seats
from monitoring.models import Submission
from monitoring.operations.reporting import create_expected_submissions
from tests.monitoring.reported import (
    accept,
    contribute,
    fill,
    hand_in,
    nd,
    open_round,
    send_back,
    submission_of,
    total,
)
from tests.world import give_seat, make_activity, make_indicator, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, in_january):
    return open_round(world)


def address(world, label="2024"):
    return reverse("my_report", args=[world.plan.code, label])


def look(client, user, url, **extra):
    client.force_login(user)
    response = client.get(url, **extra)
    return response, response.content.decode()


def test_what_is_due_and_what_is_missing_with_links_to_the_box(world, client, round):
    make_activity(world.participation, "1.1.0", [world.mae])
    contribute(submission_of(round, world.mae, accountable=world.sei), world.focal_mae)
    mae = submission_of(round, world.mae)
    fill(mae, world.focal_mae)
    Submission.objects.filter(pk=mae.pk).first().progress.filter(activity=world.activities["a112"]).update(
        narrative=""
    )
    response, page = look(client, world.focal_mae, address(world))
    assert response.status_code == 200
    for words in (
        "1 item due",
        ">2/3<",
        "Due 28 February 2025",
        "39 days left",
        "Activity 1.1.0",
        "Complete",
        "Started",
    ):
        assert words in page, words
    where = reverse("submission_activity", args=[mae.pk, "1.1.2"])
    assert f'<a href="{where}#id_narrative">1.1.2 describe the progress</a>' in page
    assert "1 thing is missing before you can submit." in page
    assert f'action="{reverse("submission_action", args=[mae.pk, "submit"])}"' not in page


def test_a_complete_one_can_be_submitted_from_the_list(world, client, round):
    contribute(submission_of(round, world.mae, accountable=world.sei), world.focal_mae)
    sei = fill(submission_of(round, world.sei), world.focal_sei)
    _response, page = look(client, world.focal_sei, address(world))
    action = reverse("submission_action", args=[sei.pk, "submit"])
    assert f'action="{action}"' in page
    response = client.post(action, {"then": "my_report"}, follow=True)
    assert response.redirect_chain == [(address(world), 302)]
    page = response.content.decode()
    assert "Submitted. The co-leads of Participation can now read it; it is locked." in page
    assert "Everything of this round is handed in." in page
    assert "It was submitted and is locked." in page
    assert "Nothing is due any more" in page
    assert "item due" not in page


@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_what_is_handed_in_is_no_longer_due(world, client, round, state):
    """DOMAIN.md, "What goes wrong in peer systems": approved items still listed as due."""
    submission = hand_in(submission_of(round, world.sei), world.focal_sei)
    if state == "accepted":
        accept(world, submission)
    # A new indicator is no reason to call a submission due that is out of the ministry's hands.
    make_indicator(world.activities["a111"], "1.1.1z")
    _response, page = look(client, world.focal_sei, address(world))
    assert "Nothing is due any more" in page
    assert ">1/1<" in page
    assert "missing" not in page


def test_a_returned_one_comes_first_with_its_note(world, client, round):
    make_activity(world.prevention, "2.1.9", [world.mae])
    other = open_round(
        world, 2025, opens_on=date(2025, 1, 2), due_on=date(2025, 2, 2), closes_on=date(2025, 3, 2)
    )
    mae = send_back(
        world, hand_in(submission_of(other, world.mae, world.participation), world.focal_mae), "Page 3?"
    )
    assert mae.state == "returned"
    _response, page = look(client, world.focal_mae, address(world, "2025"))
    assert "Returned by gov_lead, 20 January 2025, 12:00" in page
    assert page.index("Page 3?") < page.index("Prevention")
    assert "Nothing is missing: submit it" not in page  # the other pillar is still to be written


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"closed_at": datetime(2025, 1, 19, tzinfo=UTC)},
            "Round 2024 is closed. The secretariat closed it on 19 January 2025.",
        ),
        ({"published_at": datetime(2025, 1, 19, tzinfo=UTC)}, "The figures of round 2024 are published."),
    ],
)
def test_why_it_is_locked(world, client, round, fields, words):
    for name, value in fields.items():
        setattr(round, name, value)
    round.save()
    _response, page = look(client, world.focal_sei, address(world))
    assert words in page
    assert "submission_activity" not in page
    assert reverse("submission_activity", args=[submission_of(round, world.sei).pk, "1.1.1"]) not in page


def test_late_is_said_in_days(world, client, round, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2025, 3, 12, 3, tzinfo=UTC))
    _response, page = look(client, world.focal_sei, address(world))
    assert "12 days late" in page
    assert "Overdue" in page
    assert "Past its deadline, still open" in page


def test_a_person_with_several_seats_sees_each_institution(world, client, round):
    give_seat(world.focal_sei, Role.FOCAL_POINT, plan=world.plan, institution=world.mssi)
    _response, page = look(client, world.focal_sei, address(world))
    assert page.index("MSSI") < page.index("SEI</h2>")
    assert "Prevention" in page
    assert "Participation" in page


def test_everything_that_is_ready_at_once(world, client, round):
    make_activity(world.prevention, "2.1.9", [world.sei])
    make_activity(world.participation, "1.1.9", [world.mae])
    create_expected_submissions(round=round, by=None, at=datetime(2025, 1, 20, tzinfo=UTC))
    one, two = (submission_of(round, world.sei, pillar) for pillar in (world.participation, world.prevention))
    fill(one, world.focal_sei)
    fill(two, world.focal_sei)
    contribute(submission_of(round, world.mae, accountable=world.sei), world.focal_mae)
    _response, page = look(client, world.focal_sei, address(world))
    assert "Submit everything that is ready (2)" in page
    response = client.post(address(world), {"institution": world.sei.pk}, follow=True)
    assert "2 submissions handed in." in response.content.decode()
    assert {Submission.objects.get(pk=row.pk).state for row in (one, two)} == {"submitted"}
    response = client.post(address(world), {"institution": world.sei.pk}, follow=True)
    assert "Nothing was ready to be submitted." in response.content.decode()


@pytest.mark.parametrize("institution", ["mae", "", "x"])
def test_nobody_submits_for_another_institution(world, client, round, institution):
    mae = fill(submission_of(round, world.mae), world.focal_mae)
    client.force_login(world.focal_sei)
    value = world.mae.pk if institution == "mae" else institution
    client.post(address(world), {"institution": value})
    assert Submission.objects.get(pk=mae.pk).state == "draft"


def test_the_short_address_leads_to_the_round_that_is_open(world, client, round):
    short = reverse("my_report_latest", args=[world.plan.code])
    open_round(world, 2025)  # opens in January 2026 only
    response, _page = look(client, world.focal_sei, short)
    assert response.url == address(world)
    round.closed_at = datetime(2025, 1, 19, tzinfo=UTC)
    round.save()
    assert client.get(short).url == address(world, "2025")


def test_before_the_first_round(world, client, in_january):
    make_round(world.plan, opened=False)
    response, page = look(client, world.focal_sei, reverse("my_report_latest", args=[world.plan.code]))
    assert response.status_code == 200
    assert "No round has been opened yet." in page
    assert client.get(address(world)).status_code == 404
    assert client.get(address(world, "1999")).status_code == 404


def test_nothing_is_due(world, client, round):
    give_seat(world.nobody, Role.FOCAL_POINT, plan=world.plan, institution=world.ba_futuru)
    _response, page = look(client, world.nobody, address(world))
    assert "Nothing is due from your institution in this round." in page


def test_a_draft_of_which_nothing_is_asked_any_more_is_left_out(world, client, round):
    Indicator.objects.update(retired_on=date(2024, 6, 1))
    world.plan.activities.update(retired_on=date(2024, 6, 1))
    _response, page = look(client, world.focal_sei, address(world))
    assert "Nothing is due from your institution in this round." in page


@pytest.mark.parametrize(
    "who", ["gov_lead", "cso_lead", "secretariat", "monitoring", "steering", "administrator"]
)
def test_others_of_the_plan_are_told_whose_page_it_is(world, client, round, who):
    client.force_login(getattr(world, who))
    for url in (address(world), reverse("my_report_latest", args=[world.plan.code])):
        assert client.get(url).status_code == 403
    assert client.post(address(world), {"institution": world.sei.pk}).status_code == 403


@pytest.mark.parametrize("who", ["outsider", "nobody"])
def test_strangers_do_not_find_it(world, client, round, who):
    client.force_login(getattr(world, who))
    assert client.get(address(world)).status_code == 404
    assert client.post(address(world), {}).status_code == 404


def test_an_institution_sees_only_its_own(world, client, round):
    fill(submission_of(round, world.mae), world.focal_mae, narrative="Secret of MAE.")
    _response, page = look(client, world.focal_sei, address(world))
    assert "1.1.2" not in page
    assert f"/submissions/{submission_of(round, world.mae).pk}/" not in page


def test_the_same_number_of_queries_for_one_pillar_and_for_three(
    world, client, round, django_assert_num_queries
):
    look(client, world.focal_sei, address(world))
    for more in (0, 2):
        for number in range(more):
            pillar = world.prevention if number else world.participation
            activity = make_activity(pillar, f"3.{number}.1", [world.sei])
            make_indicator(activity, f"3.{number}.1a")
        create_expected_submissions(round=round, by=None, at=datetime(2025, 1, 20, tzinfo=UTC))
        forget_seats(world.focal_sei)
        # session, user, plan, seats, round, submissions, activities, indicators, progress, figures, parts of other
        # leads (7), rounds, handover, plans
        with django_assert_num_queries(20):
            assert client.get(address(world)).status_code == 200


def test_the_deadline_of_one_zero_in_the_report(world, client, round):
    fill(submission_of(round, world.sei), world.focal_sei, {total(world.indicators["i111a"]): nd(0, 0)})
    _response, page = look(client, world.focal_sei, address(world))
    assert "Nothing is missing: submit it" in page
