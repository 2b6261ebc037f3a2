"""The queue of a pillar (monitoring/views/review.py), and what waits for whom."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from frameworks.models import StateChange
from frameworks.workflow import transition
from monitoring.models import Submission
from monitoring.progress import Change, ChangeKind
from monitoring.views.review import change_text
from monitoring.waiting import Waiting, waiting_for
from tests.monitoring.reported import (
    accept,
    add_breakdown,
    fill,
    hand_in,
    nd,
    open_round,
    send_back,
    submission_of,
    total,
    val,
)
from tests.world import NOW, TODAY, make_activity, make_indicator, make_institution, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, in_january):
    return open_round(world)


def address(world, pillar="P1", round=None):
    path = reverse("review", args=[world.plan.code, pillar])
    return f"{path}?round={round}" if round else path


def look(client, user, url):
    client.force_login(user)
    return client.get(url).content.decode()


def token(submission):
    submission.refresh_from_db()
    return f"{submission.pk}:{submission.cycle}"


def bulk(client, user, world, action, *tokens):
    client.force_login(user)
    response = client.post(address(world, round="2024"), {"action": action, "chosen": tokens}, follow=True)
    return response.content.decode()


def state_of(submission):
    return Submission.objects.get(pk=submission.pk).state


def test_the_queue_of_both_co_leads_is_the_same(world, client, round):
    hand_in(submission_of(round, world.sei), world.focal_sei, {total(world.indicators["i111a"]): nd(18, 452)})
    pages = [look(client, user, address(world)) for user in (world.gov_lead, world.cso_lead)]
    for page in pages:
        for words in (
            "Read SEI's submission and decide",
            "Mark SEI to accept",
            "18\xa0/\xa0452 =\xa04.0%",
            "Handed in on time",
        ):
            assert words in page, words
        assert page.index("SEI") < page.index("MAE")  # what waits comes first
        assert "Draft, not visible: it can be read when it is handed in." in page


def test_drafts_and_returned_ones_give_nothing_away(world, client, round):
    fill(submission_of(round, world.sei), world.focal_sei, narrative="Secret of SEI.")
    send_back(world, hand_in(submission_of(round, world.mae), world.focal_mae, narrative="Secret of MAE."))
    page = look(client, world.gov_lead, address(world))
    assert "Secret" not in page
    assert "Activity 1.1" not in page
    assert "Returned; it can be read again when it is handed in anew." in page
    assert "/submissions/" not in page


def test_what_changed_since_last_time(world, client, round):
    women, people = world.indicators["i111a"], world.indicators["i112a"]
    mae_2024 = fill(
        submission_of(round, world.mae), world.focal_mae, {total(people): val(10000)}, status="delayed"
    )
    transition(subject=mae_2024, action="submit", by=world.focal_mae, at=NOW)
    hand_in(submission_of(round, world.sei), world.focal_sei, {total(women): nd(20, 400)})
    dates = {"opens_on": date(2025, 1, 2), "due_on": date(2025, 2, 28), "closes_on": date(2025, 12, 31)}
    following = open_round(world, 2025, **dates)
    hand_in(
        submission_of(following, world.mae), world.focal_mae, {total(people): val(12000)}, status="on_track"
    )
    hand_in(submission_of(following, world.sei), world.focal_sei, {total(women): nd(18, 400)})
    page = look(client, world.gov_lead, address(world))
    assert "Round 2025" in page
    assert "+20.0%" in page  # of a count: percent
    assert "−0.5\xa0%\xa0points" in page  # of a share: percentage points
    assert "2024:" in page
    assert "Delayed" in page
    earlier = look(client, world.gov_lead, address(world, round="2024"))
    assert "12,000" not in earlier


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(ChangeKind.PERCENT, None, None), ""),
        (Change(ChangeKind.PERCENT, None, 3), "+3"),
        (Change(ChangeKind.PERCENT, -12, -3), "−12.0%"),
        (Change(ChangeKind.PERCENT, 0, 0), "0.0%"),
        (Change(ChangeKind.PERCENTAGE_POINTS, 2, 2), "+2.0\xa0%\xa0points"),
        (Change(ChangeKind.STEPS, -1, -1), "−1 on the scale"),
    ],
)
def test_changes_in_words(change, words):
    assert change_text(change) == words


def test_days_late(world, client, round, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2025, 3, 12, 3, tzinfo=UTC))
    hand_in(submission_of(round, world.sei), world.focal_sei, at=datetime(2025, 3, 3, 3, tzinfo=UTC))
    page = look(client, world.gov_lead, address(world))
    assert "Handed in 3 days late" in page
    assert "12 days late" in page  # MAE, still out
    assert "2 overdue" in page  # its report, and its part of SEI's


# Many at once


def test_accepting_the_marked_ones(world, client, round):
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    mae = hand_in(submission_of(round, world.mae), world.focal_mae)
    page = bulk(client, world.cso_lead, world, "accept", token(sei), token(mae))
    assert "2 submissions accepted." in page
    assert {state_of(sei), state_of(mae)} == {"accepted"}
    assert set(StateChange.objects.filter(action="accept").values_list("by", flat=True)) == {
        world.cso_lead.pk
    }


def test_each_row_answers_for_itself(world, client, round):
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    mae = hand_in(submission_of(round, world.mae), world.focal_mae)
    tokens = token(sei), token(mae)
    accept(world, mae)
    page = bulk(client, world.cso_lead, world, "accept", *tokens)
    assert "1 submission accepted." in page
    assert (
        "MAE: “Accept” is not possible any more: gov_lead changed this to “Accepted” in the meantime." in page
    )
    assert state_of(sei) == "accepted"


def test_a_new_version_is_not_accepted_unread(world, client, round):
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    shown = token(sei)
    transition(subject=send_back(world, sei), action="submit", by=world.focal_sei, at=NOW)
    page = bulk(client, world.gov_lead, world, "accept", shown)
    assert "SEI: This was returned and submitted again since you opened the page." in page
    assert state_of(sei) == "submitted"


def test_endorsing_all_accepted_ones(world, client, round):
    sei = accept(world, hand_in(submission_of(round, world.sei), world.focal_sei))
    mae = accept(world, hand_in(submission_of(round, world.mae), world.focal_mae))
    page = look(client, world.gov_lead, address(world))
    assert "Endorse all 2 accepted" in page
    page = bulk(client, world.gov_lead, world, "endorse", token(sei), token(mae))
    assert "2 submissions endorsed for your side." in page
    assert "Endorse all" not in page
    assert {state_of(sei), state_of(mae)} == {"accepted"}
    bulk(client, world.cso_lead, world, "endorse", token(sei), token(mae))
    assert {state_of(sei), state_of(mae)} == {"endorsed"}


@pytest.mark.parametrize("tokens", [[], ["x"], ["1:2:3"], ["²:1"], ["9999999999999:1"], [":"], ["1:"]])
def test_marks_that_mean_nothing(world, client, round, tokens):
    page = bulk(client, world.gov_lead, world, "accept", *tokens)
    assert "Nothing was marked." in page or "it was left out." in page


def test_what_was_returned_meanwhile_is_left_out_with_a_word(world, client, round):
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    shown = token(sei)
    send_back(world, sei)
    assert "has been returned in the meantime" in bulk(client, world.cso_lead, world, "accept", shown)


def test_marks_of_another_pillar_do_nothing(world, client, round):
    mssi = hand_in(submission_of(round, world.mssi), world.focal_mssi)
    bulk(client, world.gov_lead, world, "accept", token(mssi))
    assert state_of(mssi) == "submitted"


# Who may


@pytest.mark.parametrize("who", ["secretariat", "monitoring", "administrator"])
def test_others_read_the_queue_and_press_nothing(world, client, round, who):
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    page = look(client, getattr(world, who), address(world))
    assert "Read SEI's submission" in page
    assert "to accept" not in page
    assert "its two co-leads decide" in page
    for action in ("accept", "endorse"):
        response = client.post(address(world), {"action": action, "chosen": [token(sei)]})
        assert response.status_code == 403
    assert state_of(sei) == "submitted"


@pytest.mark.parametrize("who", ["focal_sei", "other_gov_lead", "other_cso_lead", "steering"])
def test_the_rest_of_the_plan_is_told_whose_queue_it_is(world, client, round, who):
    client.force_login(getattr(world, who))
    assert client.get(address(world)).status_code == 403
    assert client.post(address(world), {"action": "accept"}).status_code == 403


@pytest.mark.parametrize("who", ["outsider", "nobody"])
def test_strangers_do_not_find_it(world, client, round, who):
    client.force_login(getattr(world, who))
    assert client.get(address(world)).status_code == 404


def test_pages_that_are_not_there(world, client, round):
    client.force_login(world.gov_lead)
    assert client.get(address(world, "P9")).status_code == 404
    assert client.get(address(world, round="1999")).status_code == 404
    assert client.post(address(world), {"action": "return"}).status_code == 404


def test_empty_states(world, client, in_january):
    assert "No round has been opened yet." in look(client, world.gov_lead, address(world))
    assert client.post(address(world), {"action": "accept"}).status_code == 404
    make_round(world.plan, 2030, label="2030")
    assert "No institution has to report on this pillar" in look(client, world.gov_lead, address(world))


def test_the_same_number_of_queries_for_one_institution_and_for_three(
    world, client, round, django_assert_num_queries
):
    world.indicators["i112a"].delete()
    world.activities["a112"].delete()
    Submission.objects.filter(institution=world.mae).delete()
    hand_in(submission_of(round, world.sei), world.focal_sei, {total(world.indicators["i111a"]): nd(18, 452)})
    add_breakdown(world.indicators["i111a"])
    url = address(world)
    for more in (0, 2):
        for number in range(more):
            one = make_institution(f"X{number}")
            activity = make_activity(world.participation, f"1.3.{number}", [one])
            add_breakdown(make_indicator(activity, f"1.3.{number}a", target=9))
            Submission.objects.create(
                round=round, institution=one, pillar=world.participation, state="submitted", cycle=1,
                submitted_at=NOW, submitted_by=world.focal_sei,
            )  # fmt: skip
        look(client, world.gov_lead, url)
        # session, user, plan, seats, pillar, rounds, submissions, readable ones, progress, figures, their indicators,
        # targets, breakdowns, categories, last figures, last progress, results, corrections, evidence, money (3), comments,
        # ratings, verifications, sign-offs, navigation (2)
        with django_assert_num_queries(28):
            page = client.get(url)
        assert page.status_code == 200


# What waits


def test_what_waits_for_whom(world, round):
    assert waiting_for(world.focal_sei, world.plan, TODAY) == Waiting(1, 0, 0, 0)
    assert waiting_for(world.gov_lead, world.plan, TODAY) == Waiting(0, 0, 0, 0)
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    assert waiting_for(world.focal_sei, world.plan, TODAY).total == 0
    for lead in (world.gov_lead, world.cso_lead):
        assert waiting_for(lead, world.plan, TODAY) == Waiting(0, 0, 1, 0)
    assert waiting_for(world.other_gov_lead, world.plan, TODAY).total == 0
    sei = accept(world, sei)
    transition(subject=sei, action="endorse", by=world.gov_lead, at=NOW)
    assert waiting_for(world.gov_lead, world.plan, TODAY).total == 0
    assert waiting_for(world.cso_lead, world.plan, TODAY) == Waiting(0, 0, 0, 1)
    send_back(world, sei)
    assert waiting_for(world.focal_sei, world.plan, TODAY) == Waiting(1, 1, 0, 0)
    # In the new cycle both sides have to speak anew.
    accept(world, transition(subject=sei, action="submit", by=world.focal_sei, at=NOW))
    assert waiting_for(world.gov_lead, world.plan, TODAY) == Waiting(0, 0, 0, 1)
    transition(subject=sei, action="dissent", by=world.gov_lead, at=NOW, comment="No.")
    assert waiting_for(world.gov_lead, world.plan, TODAY).total == 0
    assert waiting_for(world.secretariat, world.plan, TODAY).total == 0
    assert waiting_for(world.gov_lead, world.other_plan, TODAY).total == 0
