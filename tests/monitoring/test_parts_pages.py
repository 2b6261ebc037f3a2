"""Joint leads on the pages: the contributor's, the accountable lead's, the co-leads', and what nobody else may open."""

import pytest
from django.urls import reverse

from monitoring.models import Submission
from monitoring.operations.parts import submit_report
from tests.monitoring.reported import (
    contribute,
    fill,
    hand_in,
    nd,
    open_round,
    submission_of,
    total,
)
from tests.pages import Visitor
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def women(world):
    indicator = world.indicators["i111a"]
    indicator.responsible.add(world.sei, world.mae)
    return indicator


@pytest.fixture
def round(world, women, in_january):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def part(world, round):
    return submission_of(round, world.mae, accountable=world.sei)


@pytest.fixture
def my_report(world, round):
    return reverse("my_report", args=[world.plan.code, round.label])


def page_of(row):
    return reverse("submission", args=[row.pk])


def activity_of(row, code="1.1.1"):
    return reverse("submission_activity", args=[row.pk, code])


def state(row):
    return Submission.objects.get(pk=row.pk).state


# Who contributes


def test_the_contributor_writes_and_hands_it_over(world, part, women, my_report):
    mae = Visitor(world.focal_mae).open(my_report)
    assert "Your part of what SEI answers for." in mae.text
    assert "3 things are missing before you can hand it over." in mae.text
    mae.open(activity_of(part))
    assert "MAE, with SEI" in mae.text
    box = f"i{women.pk}"
    # The page has a field of that name: the status of the activity, not of the answer.
    mae.page.xpath("//input[@name='status'][@value='on_track']")[0].set("checked", "checked")
    mae.press("Save draft", narrative="Ours.", **{f"{box}-n": "3", f"{box}-d": "10"})
    mae.open(my_report).press("Hand Participation to SEI")
    assert "Handed to SEI. It goes to the co-leads with the report of SEI." in mae.text
    assert "Handed to SEI by focal_mae, 20 January 2025, 12:00." in mae.text
    assert state(part) == "contributed"
    # Read-only: the page of the activity leads to the reading page, which says why.
    mae.open(activity_of(part))
    assert mae.answer.request["PATH_INFO"] == page_of(part)
    assert "It was handed to SEI and is locked. Until SEI submits, you can take it back." in mae.text


def test_it_is_taken_back_with_one_button(world, part, my_report):
    contribute(part, world.focal_mae)
    mae = Visitor(world.focal_mae).open(my_report).press("Take it back from SEI")
    assert state(part) == "draft"
    assert "Taken back: it is a draft again, and SEI no longer reads it." in mae.text
    # A second click on the same button, in another tab.
    assert Visitor(world.focal_mae).client.post(
        reverse("submission_action", args=[part.pk, "withdraw"])
    ).status_code in (302, 409)


def test_too_late_to_take_it_back(world, part, sei, my_report):
    contribute(part, world.focal_mae)
    mae = Visitor(world.focal_mae).open(my_report)
    hand_in(sei, world.focal_sei)
    mae.press("Take it back from SEI", status=409)
    assert "focal_sei submitted, with the lead's report, this" in mae.text
    assert state(part) == "submitted"


def test_a_part_with_its_note_comes_first_and_goes_back(world, part, my_report):
    contribute(part, world.focal_mae)
    sei = Visitor(world.focal_sei).open(page_of(part))
    sei.press("Send it back with a note", comment="", status=422)
    assert "Write a note" in sei.text
    sei.press("Send it back with a note", comment="Only 2024, please.")
    assert sei.answer.request["PATH_INFO"] == my_report
    assert "Sent back. MAE can change it again and sees your note." in sei.text
    assert "with them, to be changed" in sei.text
    sei.open(page_of(part), status=404)
    mae = Visitor(world.focal_mae).open(my_report)
    assert "Returned by focal_sei" in mae.text and "Only 2024, please." in mae.text
    mae.press("Hand Participation to SEI")
    assert state(part) == "contributed"


def test_the_lead_is_told_when_it_was_taken_back_while_it_read(world, part, my_report):
    contribute(part, world.focal_mae)
    sei = Visitor(world.focal_sei).open(page_of(part))
    Visitor(world.focal_mae).open(my_report).press("Take it back from SEI")
    sei.press("Send it back with a note", comment="Why?", status=409)
    assert "focal_mae took back this at 12:00" in sei.text


# Who answers for it


def test_the_lead_sees_how_far_each_other_lead_is(world, part, sei, my_report, women):
    visitor = Visitor(world.focal_sei).open(my_report)
    assert "Other leads: MAE Not started" in visitor.text
    fill(part, world.focal_mae, {total(women): nd(3, 10)}, narrative="Not yet for your eyes.")
    visitor.open(my_report)
    assert "Other leads: MAE Started" in visitor.text
    visitor.open(activity_of(sei))
    assert "It can be read here when it is handed to you." in visitor.text
    assert "Not yet for your eyes." not in visitor.answer.content.decode()
    assert "3\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}10" not in visitor.answer.content.decode()


def test_what_was_handed_over_stands_on_the_page_with_the_combined_figure(world, part, sei, women, my_report):
    fill(sei, world.focal_sei, {total(women): nd(5, 30)})
    contribute(part, world.focal_mae, {total(women): nd(3, 10)}, narrative="We trained chiefs.")
    visitor = Visitor(world.focal_sei).open(activity_of(sei))
    assert "We trained chiefs." in visitor.text
    told = " ".join(visitor.text.split("What the other leads tell")[1].split())
    assert "3 / 10 = 30.0%" in told and "8 / 40 = 20.0%" in told
    assert "both numbers added up, then divided" in told
    visitor.follow("Read the part of MAE, or send it back")
    assert visitor.answer.request["PATH_INFO"] == page_of(part)
    assert "The part of MAE in what SEI answers for." in visitor.text
    assert visitor.buttons().count("Send it back with a note") == 1


def test_without_the_part_it_is_asked_once_more(world, part, sei, my_report):
    fill(sei, world.focal_sei)
    visitor = Visitor(world.focal_sei).open(my_report)
    words = "The part of MAE on 1.1.1 has not come in; without it the co-leads read only what you tell of it"
    assert words in visitor.text
    visitor.press("Submit Participation", status=422)
    assert "Submit without the part of another lead?" in visitor.text and words in visitor.text
    assert state(sei) == "draft"
    visitor.press("Submit without this part")
    assert state(sei) == "submitted" and state(part) == "draft"
    assert "Submitted. The co-leads of Participation can now read it" in visitor.text


def test_a_part_that_comes_while_the_question_is_open_goes_along(world, part, sei, my_report):
    fill(sei, world.focal_sei)
    visitor = Visitor(world.focal_sei).open(my_report).press("Submit Participation", status=422)
    contribute(part, world.focal_mae)
    visitor.press("Submit without this part")
    assert (state(sei), state(part)) == ("submitted", "submitted")


def test_only_what_is_complete_goes_by_one_button(world, part, sei, my_report):
    fill(sei, world.focal_sei)
    mae = Visitor(world.focal_mae)
    fill(part, world.focal_mae)
    fill(submission_of(part.round, world.mae), world.focal_mae)
    mae.open(my_report).press("Submit everything that is ready (2)")
    assert "2 submissions handed in." in mae.text
    assert [state(part), state(submission_of(part.round, world.mae))] == ["contributed", "submitted"]


def test_a_late_part_says_that_it_went_straight_on(world, part, sei, my_report):
    hand_in(sei, world.focal_sei)
    fill(part, world.focal_mae)
    mae = Visitor(world.focal_mae).open(my_report).press("Hand Participation to SEI")
    assert "SEI has submitted already: your part went straight to the co-leads" in mae.text
    assert state(part) == "submitted"


# The co-leads, the board


def test_the_co_leads_see_whose_part_is_missing(world, part, sei):
    fill(sei, world.focal_sei)
    submit_report(submission=sei, by=world.focal_sei, at=NOW, without={part.pk})
    queue = reverse("review", args=[world.plan.code, "P1"])
    visitor = Visitor(world.cso_lead).open(queue)
    assert "Submitted without the part of MAE." in visitor.text
    assert "MAE, with SEI" in visitor.text
    visitor.open(page_of(sei))
    assert "SEI submitted this without the part of MAE on 1.1.1." in visitor.text
    assert "“Without the part of MAE (1.1.1).”" in visitor.text
    assert visitor.links("Read the part of MAE") == []


def test_parts_stand_below_the_report_that_they_go_with(world, part, sei):
    contribute(part, world.focal_mae)
    queue = reverse("review", args=[world.plan.code, "P1"])
    visitor = Visitor(world.cso_lead).open(queue)
    assert "Handed to SEI; it can be read when SEI submits." in visitor.text
    visitor.open(page_of(part), status=404)
    hand_in(sei, world.focal_sei)
    hand_in(submission_of(part.round, world.mae), world.focal_mae)
    visitor.open(queue)
    heads = [" ".join(one.text_content().split()) for one in visitor.page.xpath("//article//h2")]
    assert heads == ["MAE", "SEI", "MAE, with SEI"]
    marked = [f"{one.pk}:1" for one in (sei, part)]
    visitor.press("Accept the marked ones", chosen=marked)
    assert [state(sei), state(part)] == ["accepted", "accepted"]


def test_the_board_shows_parts_below_and_counts_institutions_once(
    world, part, sei, django_assert_num_queries
):
    board = reverse("dashboard", args=[world.plan.code])
    contribute(part, world.focal_mae)
    visitor = Visitor(world.secretariat).open(board)
    heads = [
        " ".join(one.text_content().split())
        for one in visitor.page.xpath("//section[@aria-labelledby='board']//tbody//th")
    ]
    assert [head.split(" no focal")[0] for head in heads] == ["MAE", "MSSI", "SEI", "MAE, with SEI"]
    assert "Institutions reported 0 of 3" in visitor.text
    assert "Handed to the lead" in visitor.text
    visitor.open(page_of(part), status=404)
    hand_in(submission_of(part.round, world.mae), world.focal_mae)
    assert "Institutions reported 0 of 3" in visitor.open(board).text
    hand_in(sei, world.focal_sei)
    assert "Institutions reported 2 of 3" in visitor.open(board).text


# Everybody else


@pytest.mark.parametrize("name", ["focal_mssi", "other_gov_lead", "outsider", "nobody", "steering"])
def test_strangers_find_no_part(world, part, sei, name):
    contribute(part, world.focal_mae)
    visitor = Visitor(getattr(world, name))
    for address in (page_of(part), activity_of(part)):
        visitor.open(address, status=404)
    for action in ("contribute", "withdraw", "send_back", "submit"):
        answer = visitor.client.post(reverse("submission_action", args=[part.pk, action]))
        assert answer.status_code == 404, action
    assert state(part) == "contributed"


def test_a_draft_of_a_part_is_its_institutions_alone(world, part):
    fill(part, world.focal_mae)
    for user in (world.focal_sei, world.gov_lead, world.secretariat, world.monitoring, world.administrator):
        Visitor(user).open(page_of(part), status=404)


def test_the_lead_reads_a_part_but_does_not_write_it(world, part):
    contribute(part, world.focal_mae)
    visitor = Visitor(world.focal_sei)
    visitor.open(page_of(part))
    visitor.open(activity_of(part), status=403)
    for action in ("contribute", "withdraw", "submit"):
        answer = visitor.client.post(reverse("submission_action", args=[part.pk, action]))
        assert answer.status_code == 403, action
    assert visitor.client.post(reverse("submission_action", args=[part.pk, "go_along"])).status_code == 404


def test_a_visitor_signs_in_first(world, part, client):
    contribute(part, world.focal_mae)
    answer = client.post(reverse("submission_action", args=[part.pk, "send_back"]))
    assert answer.status_code == 302 and "/sign-in/" in answer["Location"]
