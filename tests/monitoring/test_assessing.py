"""Ratings of the co-leads and verification by the monitoring team (monitoring/operations/assessing.py and their pages)."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from frameworks import changes
from frameworks.models import Indicator
from frameworks.workflow import StateConflict, transition
from monitoring.cells import Cell
from monitoring.models import CoLeadRating, IndicatorResult, SignOff, Submission, Verification
from monitoring.operations.assessing import rate, verify
from monitoring.operations.reviewing import Outdated
from monitoring.results import refresh_results
from tests.monitoring.reported import (
    accept,
    add_breakdown,
    endorse,
    hand_in,
    nd,
    open_round,
    send_back,
    submission_of,
    total,
    val,
)
from tests.pages import Visitor
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def women(world):
    return world.indicators["i111a"]


@pytest.fixture
def activity(world):
    return world.activities["a111"]


@pytest.fixture
def sei(world, round, women):
    return hand_in(submission_of(round, world.sei), world.focal_sei, {total(women): nd(18, 452)})


def page_of(submission):
    return reverse("submission", args=[submission.pk])


def queue(world):
    return reverse("review", args=[world.plan.code, "P1"]) + "?round=2024"


def rated(submission, by, activity, status="delayed", note="Two of four trainings were held.", **more):
    return rate(submission=submission, activity=activity, by=by, at=NOW, status=status, note=note, **more)


def checked(submission, by, indicator, finding="verified", note="Seen in the register.", **more):
    return verify(
        submission=submission, indicator=indicator, by=by, at=NOW, finding=finding, note=note, **more
    )


def is_verified(indicator, **where):
    return IndicatorResult.objects.get(indicator=indicator, **where).is_verified


# Ratings


@pytest.mark.parametrize(("who", "side"), [("gov_lead", "government"), ("cso_lead", "cso")])
def test_each_side_rates_for_itself(world, sei, activity, who, side):
    row = rated(sei, world.users[who], activity)
    assert (row.side, row.cycle, row.status, row.by) == (side, 1, "delayed", world.users[who])


@pytest.mark.parametrize(
    "who", ["secretariat", "monitoring", "administrator", "focal_sei", "other_gov_lead", "steering", "nobody"]
)
def test_nobody_else_rates(world, sei, activity, who):
    with pytest.raises(PermissionDenied):
        rated(sei, world.users[who], activity)


def test_a_rating_that_differs_needs_its_reason_and_one_that_agrees_does_not(world, sei, activity):
    with pytest.raises(ValidationError) as caught:
        rated(sei, world.gov_lead, activity, note="  ")
    assert caught.value.message_dict == {"note": ["You see it differently: say why."]}
    assert rated(sei, world.gov_lead, activity, status="on_track", note="").note == ""
    with pytest.raises(ValidationError, match="Choose one"):
        rated(sei, world.gov_lead, activity, status="wonderful")
    with pytest.raises(ValidationError, match="20001 characters"):
        rated(sei, world.gov_lead, activity, note="x" * 20001)
    with pytest.raises(ValidationError, match="no longer part"):
        rated(sei, world.gov_lead, world.activities["a112"])


def test_a_rating_is_changed_and_the_first_stays_in_the_history(world, sei, activity):
    first = rated(sei, world.gov_lead, activity)
    again = rated(sei, world.gov_lead, activity, status="not_started")
    assert first.pk == again.pk
    events = CoLeadRating.pgh_event_model.objects.filter(pgh_obj=again).order_by("pgh_id")
    assert [one.status for one in events] == ["delayed", "not_started"]
    rated(sei, world.gov_lead, activity, status="not_started")  # the same again is no change
    assert events.count() == 2


def test_a_rating_belongs_to_its_version(world, sei, activity):
    rated(sei, world.cso_lead, activity)
    sei = transition(subject=send_back(world, sei), action="submit", by=world.focal_sei, at=NOW)
    with pytest.raises(Outdated):
        rated(sei, world.cso_lead, activity, cycle=1)
    page = Visitor(world.gov_lead).open(page_of(sei)).text
    assert "Ratings of earlier versions" in page
    assert "Version 1, Civil society: Delayed" in page
    assert "CSO co-lead not rated" in page


def test_what_is_endorsed_by_both_is_settled(world, sei, activity):
    accepted = accept(world, sei)
    assert rated(accepted, world.gov_lead, activity).status == "delayed"
    with pytest.raises(StateConflict, match="endorsed"):
        rated(endorse(world, accepted), world.cso_lead, activity)


def test_three_words_side_by_side_wherever_it_is_read(world, sei, activity):
    lead = Visitor(world.cso_lead).open(page_of(sei))
    lead.press("Save the rating", note="")  # agrees: no note is needed
    assert "Your side's rating of 1.1.1 stands beside the others." in lead.text
    client = Client()
    client.force_login(world.gov_lead)
    address = reverse("submission_rate", args=[sei.pk, activity.pk])
    response = client.post(address, {"status": "delayed", "note": " ", "cycle": 1})
    assert response.status_code == 422
    page = response.content.decode()
    assert "You see it differently: say why." in page
    assert '<option value="delayed" selected>' in page
    client.post(address, {"status": "delayed", "note": "Half of it was held.", "cycle": 1})
    for who in ("gov_lead", "cso_lead", "secretariat", "monitoring", "focal_sei"):
        page = Visitor(world.users[who]).open(page_of(sei)).text
        assert "SEI On track Government co-lead Delayed differs CSO co-lead On track" in page
        assert "Half of it was held." in page
    assert (
        "Government co-lead: Delayed CSO co-lead: On track" in Visitor(world.cso_lead).open(queue(world)).text
    )


@pytest.mark.parametrize("who", ["secretariat", "monitoring", "focal_sei"])
def test_readers_are_offered_no_rating(world, client, sei, activity, who):
    assert "Save the rating" not in Visitor(world.users[who]).open(page_of(sei)).buttons()
    client.force_login(world.users[who])
    address = reverse("submission_rate", args=[sei.pk, activity.pk])
    assert client.post(address, {"status": "delayed", "note": "x"}).status_code == 403
    assert client.post(reverse("submission_rate", args=[sei.pk, 9999]), {"status": "x"}).status_code == 404


# Verification


@pytest.mark.parametrize("who", ["monitoring", "administrator"])
def test_the_monitoring_team_verifies(world, sei, women, who):
    row = checked(sei, world.users[who], women)
    assert (row.cycle, row.finding, row.by) == (1, "verified", world.users[who])
    assert is_verified(women)


@pytest.mark.parametrize(
    "who", ["secretariat", "gov_lead", "cso_lead", "focal_sei", "steering", "outsider", "nobody"]
)
def test_nobody_else_verifies(world, sei, women, who):
    with pytest.raises(PermissionDenied):
        checked(sei, world.users[who], women)


def test_what_a_verification_needs(world, round, sei, women):
    with pytest.raises(ValidationError) as caught:
        checked(sei, world.monitoring, women, finding="maybe", note=" ")
    assert set(caught.value.message_dict) == {"finding", "note"}
    with pytest.raises(ValidationError, match="Nothing was reported"):
        checked(sei, world.monitoring, world.indicators["i112a"])
    mssi = submission_of(round, world.mssi)
    with pytest.raises(StateConflict, match="once they are handed in"):
        checked(mssi, world.monitoring, world.indicators["i211a"])


def test_a_doubt_is_no_verification_and_may_be_revised(world, sei, women):
    checked(sei, world.monitoring, women, "doubted", "The register has 17.")
    assert not is_verified(women)
    row = checked(sei, world.monitoring, women, "verified", "The 18th was added in January.")
    assert is_verified(women)
    events = Verification.pgh_event_model.objects.filter(pgh_obj=row).order_by("pgh_id")
    assert [one.finding for one in events] == ["doubted", "verified"]


def test_it_falls_with_a_return_and_stays_readable(world, sei, women):
    checked(sei, world.monitoring, women)
    sei = hand_in(send_back(world, sei), world.focal_sei, {total(women): nd(20, 452)})
    assert not is_verified(women)
    with pytest.raises(Outdated):
        checked(sei, world.monitoring, women, cycle=1)
    page = Visitor(world.gov_lead).open(page_of(sei)).text
    assert "Of version 1: verified. Seen in the register." in page


def test_a_combined_figure_is_verified_when_every_part_is(world, round):
    people = world.indicators["i112a"]
    people.responsible.add(world.sei, world.mae)
    category = add_breakdown(people)[0]
    both = [
        hand_in(
            submission_of(round, institution),
            focal,
            {total(people): val(number), Cell(people.pk, category_id=category.pk): val(1)},
        )
        for institution, focal, number in (
            (world.sei, world.focal_sei, 3000),
            (world.mae, world.focal_mae, 2000),
        )
    ]
    checked(both[0], world.monitoring, people)
    assert not is_verified(people, category=None, place=None)
    checked(both[1], world.monitoring, people)
    assert is_verified(people, category=None, place=None)
    assert is_verified(people, category=category)
    checked(both[0], world.monitoring, people, "doubted")
    assert not is_verified(people, category=None, place=None)
    # Accepted alone, only the verified part counts.
    accept(world, both[1])
    assert is_verified(people, category=None, place=None)


def test_an_unreported_figure_is_not_verified(world, sei):
    refresh_results(Indicator.objects.filter(plan=world.plan), at=NOW)
    assert not is_verified(world.indicators["i112a"])


def test_the_mark_is_shown_with_the_figure(world, client, sei, women):
    team = Visitor(world.monitoring).open(page_of(sei))
    team.press("Record what was found", status=422, finding="verified")
    assert "Say how it was checked." in team.text
    team.press("Record what was found", note="Seen in the register.")
    assert "What you found of 1.1.1a is shown with the figure." in team.text
    for who in ("gov_lead", "cso_lead", "focal_sei", "secretariat"):
        page = Visitor(world.users[who]).open(page_of(sei))
        assert "18\xa0/\xa0452 =\xa04.0% Verified".replace("\xa0", " ") in page.text
        assert "Seen in the register." in page.text
        assert "Record what was found" not in page.buttons()
    assert "4.0% Verified" in Visitor(world.gov_lead).open(queue(world)).text
    indicator = reverse("indicator", args=[world.plan.code, women.code])
    assert "Reported, unconfirmed Verified" in Visitor(world.steering).open(indicator).text
    client.force_login(world.monitoring)
    (row,) = [
        one
        for one in client.get("/api/v1/indicator-data/").json()["results"]
        if one["indicator"] == women.code
    ]
    assert row["verified"] is True


# The whole way


def test_returned_fixed_rated_accepted_verified_endorsed(world, sei, women, activity):
    sei = hand_in(send_back(world, sei, "Which year?"), world.focal_sei, {total(women): nd(21, 452)})
    gov, cso, team = (Visitor(one) for one in (world.gov_lead, world.cso_lead, world.monitoring))
    assert "18 / 452 = 4.0%" in gov.open(page_of(sei)).text
    gov.press("Save the rating")
    gov.open(page_of(sei)).press("Accept")
    cso.open(page_of(sei)).press("Save the rating", note="We were there.")
    team.open(page_of(sei)).press("Record what was found", finding="verified", note="Seen in the register.")
    gov.open(page_of(sei)).press("Endorse")
    cso.open(page_of(sei)).press("Endorse")
    assert Submission.objects.get(pk=sei.pk).state == "endorsed"
    assert is_verified(women)
    assert CoLeadRating.objects.count() == 2
    assert SignOff.objects.count() == 2
    result = IndicatorResult.objects.get(indicator=women, category=None, place=None)
    assert (result.provenance, result.numerator) == ("endorsed", 21)


# A dissent, outside


def test_a_published_dissent_is_read_by_everybody_beside_the_figure(world, client, round, sei, women):
    accept(world, sei)
    transition(
        subject=sei, action="dissent", by=world.cso_lead, at=NOW, comment="Withdrawn cases are counted."
    )
    transition(subject=sei, action="endorse", by=world.gov_lead, at=NOW)
    world.plan.is_public = True
    world.plan.save()
    address = reverse("indicator", args=[world.plan.code, women.code])
    assert "Withdrawn cases" not in client.get(address).content.decode()
    assert "Withdrawn cases are counted." in Visitor(world.steering).open(address).text
    round.closed_at = round.published_at = NOW
    round.save()
    changes.announce(indicators=Indicator.objects.filter(pk=women.pk), at=NOW)
    page = client.get(address).content.decode()
    assert "Withdrawn cases are counted." in page
    assert "Dissent, Civil society, round 2024" in page
    # Beside a figure that is hidden, because it counts few people, the words would say what it hides.
    IndicatorResult.objects.filter(indicator=women).update(is_suppressed=True)
    assert "Withdrawn cases" not in client.get(address).content.decode()
