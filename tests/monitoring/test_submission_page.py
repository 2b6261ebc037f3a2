"""The submission as it is read and decided on (monitoring/views/submission.py)."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from frameworks.models import Goal, Indicator, Place, StateChange
from frameworks.permissions import forget_seats
from frameworks.workflow import transition
from monitoring.cells import Cell
from monitoring.models import IndicatorResult, SignOff, Submission
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
)
from tests.world import NOW, make_activity, make_indicator

pytestmark = pytest.mark.django_db
ACTIONS = ("submit", "accept", "return", "endorse", "dissent")


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def women(world):
    return world.indicators["i111a"]


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def submitted(world, sei, women):
    return hand_in(
        sei, world.focal_sei, {total(women): nd(18, 452)}, narrative="We visited 14 municipalities."
    )


def address(submission):
    return reverse("submission", args=[submission.pk])


def door(submission, action):
    return reverse("submission_action", args=[submission.pk, action])


def read(client, user, submission):
    client.force_login(user)
    return client.get(address(submission)).content.decode()


def press(client, user, submission, action, comment="", **more):
    client.force_login(user)
    data = {"comment": comment, "cycle": submission.cycle, **more}
    return client.post(door(submission, action), data, follow=more.pop("follow", False))


def state_of(submission):
    return Submission.objects.get(pk=submission.pk).state


def test_what_the_co_leads_read(world, client, submitted, women):
    page = read(client, world.cso_lead, submitted)
    for words in (
        "SEI: Participation",
        "We visited 14 municipalities.",
        "18\xa0/\xa0452 =\xa04.0%",
        "9.8% (between two targets)",
        "Moved backwards",
        "progress from baseline to target",
        "Submitted 20 January 2025, 12:00 by focal_sei",
        "On track",
        "Nothing said yet",
        "waiting for the co-leads",
    ):
        assert words in page, words


def test_both_sides_stand_side_by_side_with_their_institutions(world, client, submitted):
    accept(world, submitted)
    press(client, world.cso_lead, submitted, "dissent", "The share fell; the text does not say so.")
    press(client, world.gov_lead, submitted, "endorse")
    page = read(client, world.secretariat, submitted)
    assert 'class="statement statement-dissent"' in page
    assert "The share fell; the text does not say so." in page
    assert 'Government <span class="muted">SEI' in page
    assert 'Civil society <span class="muted">BA-FUTURU' in page


def test_an_earlier_dissent_is_still_there_after_a_new_version(world, client, submitted):
    accept(world, submitted)
    press(client, world.cso_lead, submitted, "dissent", "Not our reading.")
    submission = send_back(world, submitted)
    submission = transition(subject=submission, action="submit", by=world.focal_sei, at=NOW)
    page = read(client, world.gov_lead, submission)
    assert "Dissent on an earlier version" in page
    assert "Not our reading." in page
    assert page.count("Nothing said yet") == 2


def test_a_part_of_a_figure_is_not_measured_against_the_target_of_the_whole(world, client, round, women):
    people = world.indicators["i112a"]
    people.responsible.add(world.sei, world.mae)
    sei = hand_in(submission_of(round, world.sei), world.focal_sei, {total(people): val(3000)})
    page = read(client, world.gov_lead, sei)
    assert "One part of a figure that several report" in page
    mae = hand_in(submission_of(round, world.mae), world.focal_mae, {total(people): val(2000)})
    page = read(client, world.gov_lead, mae)
    assert "2,000 women" in page
    assert "All reporters:" in page
    assert "5,000 women" in page


def test_the_fixed_target_and_the_override_are_shown(world, client, round):
    people = world.indicators["i112a"]
    mae = accept(
        world, hand_in(submission_of(round, world.mae), world.focal_mae, {total(people): val(12980)})
    )
    IndicatorResult.objects.totals().filter(indicator=people).update(
        target=15000, override_status="on_track", status="on_track", override_reason="Late districts."
    )
    page = read(client, world.gov_lead, mae)
    assert "15,000 women" in page
    assert "Late districts." in page


def test_breakdowns_places_comments_and_other_indicators(world, client, round, women):
    suco = add_breakdown(women, categories=["Suco Chief"])[0]
    dili = Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    goal = Indicator.objects.create(
        plan=world.plan, pillar=world.participation, goal=Goal.objects.get(plan=world.plan, code="1"), code="1a",
        type="yes_no", statement="Law passed",
    )  # fmt: skip
    goal.responsible.add(world.sei)
    figures = {
        total(women): nd(18, 452, comment="Register of 31 December."),
        Cell(women.pk, category_id=suco.pk): nd(9, 226),
        Cell(women.pk, place_id=dili.pk): nd(3, 31),
        total(goal): val(0),
    }
    page = read(client, world.gov_lead, hand_in(submission_of(round, world.sei), world.focal_sei, figures))
    for words in (
        "Register of 31 December.",
        "Suco Chief",
        "9\xa0/\xa0226",
        "Díli",
        "3\xa0/\xa031",
        "Other indicators",
        ">no<",
    ):
        assert words in page, words


def test_the_draft_is_read_by_its_own_institution(world, client, sei):
    page = read(client, world.focal_sei, sei)
    assert "3 things are missing before it can be submitted." in page
    assert "Nothing is written yet." in page
    assert "Nothing yet: it has not been submitted." in page


# The buttons


def test_the_buttons_are_those_of_the_door(world, client, submitted):
    def offered(user):
        page = read(client, user, submitted)
        return [action for action in ACTIONS if f'action="{door(submitted, action)}"' in page]

    assert offered(world.gov_lead) == offered(world.cso_lead) == ["accept", "return"]
    assert offered(world.focal_sei) == offered(world.secretariat) == offered(world.monitoring) == []


def test_accept_endorse_endorse(world, client, submitted):
    response = press(client, world.gov_lead, submitted, "accept")
    assert response.url == address(submitted)
    assert state_of(submitted) == "accepted"
    page = client.get(address(submitted)).content.decode()
    assert "Accepted. Its figures are now official" in page
    press(client, world.gov_lead, submitted, "endorse", "Good work.")
    page = client.get(address(submitted)).content.decode()
    assert "Endorsed for your side. The other side has not endorsed it yet." in page
    assert "Good work." in page
    press(client, world.cso_lead, submitted, "endorse")
    assert "Both sides have now endorsed this submission." in client.get(address(submitted)).content.decode()
    assert state_of(submitted) == "endorsed"


def test_a_return_without_a_note_is_refused_and_the_form_stays_open(world, client, submitted):
    response = press(client, world.cso_lead, submitted, "return", "   ")
    page = response.content.decode()
    assert response.status_code == 422
    assert "Write a note: the other side needs to know why." in page
    assert "<details open>" in page
    assert state_of(submitted) == "submitted"


def test_what_was_typed_stays_when_a_dissent_is_refused(world, client, submitted):
    accept(world, submitted)
    press(client, world.gov_lead, submitted, "endorse")
    client.force_login(world.gov_lead)
    response = client.post(door(submitted, "dissent"), {"comment": "A long text.", "cycle": 1})
    assert response.status_code == 422
    assert "Your side has already endorsed this submission." in response.content.decode()
    assert "A long text." in response.content.decode()
    assert not SignOff.objects.filter(verdict="dissent").exists()


def test_after_a_return_the_co_lead_is_led_back_to_the_queue(world, client, submitted):
    response = press(client, world.cso_lead, submitted, "return", "The denominator is old.")
    assert response.url == reverse("review", args=[world.plan.code, "P1"]) + "?round=2024"
    page = client.get(response.url).content.decode()
    assert client.get(address(submitted)).status_code == 404
    assert "Returned. SEI can change it again and sees your note." in page
    assert "The denominator is old." in read(client, world.focal_sei, submitted)


def test_a_gate_that_is_closed_lists_what_is_missing_with_links(world, client, sei, women):
    response = press(client, world.focal_sei, sei, "submit")
    page = response.content.decode()
    assert response.status_code == 422
    where = reverse("submission_activity", args=[sei.pk, "1.1.1"])
    for anchor, words in (
        ("id_status_0", "choose a status"),
        ("id_narrative", "describe the progress"),
        (f"id_i{women.pk}-n", "give the figure, or say why there is none"),
    ):
        assert f'href="{where}#{anchor}"' in page
        assert words in page
    assert state_of(sei) == "draft"


def test_a_round_that_has_closed_meanwhile_says_so(world, client, sei, round):
    fill(sei, world.focal_sei)
    round.closed_at = NOW
    round.save()
    response = press(client, world.focal_sei, sei, "submit")
    assert response.status_code == 422
    assert "Round 2024 is closed. The secretariat closed it on" in response.content.decode()


# Too late, twice, on an old version


def test_the_slower_one_is_told_who_did_what_and_when(world, client, submitted):
    transition(subject=submitted, action="accept", by=world.cso_lead, at=later(minutes=5))
    response = press(client, world.gov_lead, submitted, "accept")
    page = response.content.decode()
    assert response.status_code == 409
    assert (
        "cso_lead accepted this at 12:05. “Accept” is not possible any more; nothing of yours was changed."
        in page
    )
    assert f'href="{address(submitted)}"' in page


def test_returned_by_the_other_co_lead_meanwhile(world, client, submitted):
    """It is not theirs to read any more, but "cannot be found" would be no answer."""
    send_back(world, submitted, "A note for SEI.")
    response = press(client, world.cso_lead, submitted, "accept")
    page = response.content.decode()
    assert response.status_code == 409
    assert "gov_lead returned this at 12:00." in page
    assert "A note for SEI." not in page
    assert "visited" not in page


@pytest.mark.parametrize("action", ["submit", "accept", "endorse", "dissent", "return"])
def test_a_double_click_is_no_error(world, client, sei, women, action):
    user = world.focal_sei if action == "submit" else world.gov_lead
    submission = fill(sei, world.focal_sei, {total(women): nd(18, 452)})
    contribute(submission_of(sei.round, world.mae, accountable=world.sei), world.focal_mae)
    if action != "submit":
        submission = transition(subject=submission, action="submit", by=world.focal_sei, at=later(minutes=-9))
    if action in ("endorse", "dissent"):
        submission = accept(world, submission, at=later(minutes=-5))
    first = press(client, user, submission, action, "A comment.")
    second = press(client, user, submission, action, "A comment.")
    assert (first.status_code, second.status_code) == (302, 302)
    assert "It had already gone through." in client.get(second.url).content.decode()
    assert StateChange.objects.filter(action=action).count() == 1


def test_a_decision_on_a_version_that_was_not_read(world, client, submitted):
    shown = submitted.cycle
    submission = transition(subject=send_back(world, submitted), action="submit", by=world.focal_sei, at=NOW)
    client.force_login(world.cso_lead)
    response = client.post(door(submission, "accept"), {"cycle": shown})
    assert response.status_code == 409
    assert "submitted again since you opened the page" in response.content.decode()
    assert state_of(submission) == "submitted"


# Who may


@pytest.mark.parametrize("state", ["draft", "returned"])
@pytest.mark.parametrize(
    "who",
    [
        "focal_mae",
        "gov_lead",
        "cso_lead",
        "secretariat",
        "monitoring",
        "steering",
        "administrator",
        "outsider",
        "nobody",
    ],
)
def test_a_draft_is_nobody_elses(world, client, sei, who, state):
    if state == "returned":
        sei = send_back(world, hand_in(sei, world.focal_sei))
    client.force_login(getattr(world, who))
    assert client.get(address(sei)).status_code == 404
    for action in ACTIONS:
        told = state == "returned" and who in ("gov_lead", "cso_lead")
        code = client.post(door(sei, action), {"comment": "x", "cycle": sei.cycle}).status_code
        assert code == 404 or (told and code in (302, 409)), (action, code)
    assert state_of(sei) == state


@pytest.mark.parametrize("who", ["secretariat", "monitoring", "administrator", "focal_sei"])
def test_readers_do_not_decide(world, client, submitted, who):
    client.force_login(getattr(world, who))
    assert client.get(address(submitted)).status_code == 200
    for action in ("accept", "return", "endorse", "dissent"):
        assert client.post(door(submitted, action), {"comment": "x", "cycle": 1}).status_code == 403
    assert state_of(submitted) == "submitted"


@pytest.mark.parametrize(
    "who", ["focal_mae", "other_gov_lead", "other_cso_lead", "steering", "outsider", "nobody"]
)
def test_others_do_not_find_it(world, client, submitted, who):
    client.force_login(getattr(world, who))
    assert client.get(address(submitted)).status_code == 404
    assert client.post(door(submitted, "accept")).status_code == 404


def test_visitors_sign_in_and_come_back_to_the_submission(world, client, submitted):
    assert client.get(address(submitted)).status_code == 302
    response = client.post(door(submitted, "accept"), {"cycle": 1})
    assert response.url == f"/sign-in/?next={door(submitted, 'accept')}"
    client.force_login(world.gov_lead)
    assert client.get(door(submitted, "accept")).url == address(submitted)
    assert state_of(submitted) == "submitted"


def test_unknown_actions_are_not_there(world, client, submitted):
    client.force_login(world.gov_lead)
    for method in (client.get, client.post):
        assert method(f"/submissions/{submitted.pk}/delete/").status_code == 404


def test_after_the_round_is_over_it_is_still_there(world, client, submitted, monkeypatch):
    endorse(world, accept(world, submitted))
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2027, 1, 1, tzinfo=UTC))
    assert "Endorsed" in read(client, world.focal_sei, submitted)


def test_late_ones_say_how_late(world, client, sei, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2025, 3, 4, 3, tzinfo=UTC))
    page = read(client, world.focal_sei, sei)
    assert "4 days late" in page
    assert "Overdue" in page
    hand_in(sei, world.focal_sei, at=datetime(2025, 3, 4, 3, tzinfo=UTC))
    assert "4 days late" in read(client, world.gov_lead, sei)


def test_the_same_number_of_queries_with_one_indicator_and_with_three(
    world, client, round, django_assert_num_queries
):
    places = Place.objects.bulk_create(
        Place(country="TL", code=f"M{number}", name=f"M{number}", kind="municipality") for number in range(3)
    )
    for rows in (1, 3):
        sei = submission_of(round, world.sei)
        if rows == 3:
            for number in range(2):
                activity = make_activity(world.participation, f"1.2.{number}", [world.sei])
                add_breakdown(make_indicator(activity, f"1.2.{number}a", target=50))
        else:
            add_breakdown(world.indicators["i111a"])
        Submission.objects.filter(pk=sei.pk).update(state="draft")
        fill(sei, world.focal_sei)
        indicator = Indicator.objects.filter(pillar=world.participation).order_by("-pk").first()
        if rows == 1:
            indicator = world.indicators["i111a"]
        for place in places[:rows]:
            sei.values.create(indicator=indicator, place=place, numerator=1, denominator=2)
        Submission.objects.filter(pk=sei.pk).update(
            state="submitted", submitted_at=NOW, submitted_by=world.focal_sei
        )
        read(client, world.gov_lead, sei)
        forget_seats(world.gov_lead)
        # session, user, seats, submission, progress, figures, their indicators, targets, breakdowns, categories,
        # last figures, last progress, results, evidence, corrections, money (3), places, sign-offs, parts of other leads
        # (7), timeline, versions, seats of both sides, navigation (2)
        with django_assert_num_queries(32):
            page = client.get(address(sei))
        assert page.status_code == 200
        assert len(page.content) < 100_000


def test_the_day_of_the_deadline(world, client, sei, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2025, 2, 28, 14, tzinfo=UTC))
    assert "due today" in read(client, world.focal_sei, sei)
    assert sei.days_late(date(2025, 2, 28)) == 0
