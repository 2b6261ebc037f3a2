"""Comments, requests for evidence, notes of a return, and who may say what (monitoring/operations/discussion.py and its pages)."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from frameworks.models import Role
from frameworks.permissions import Permission, seat_for
from frameworks.workflow import StateConflict, transition
from monitoring.discussion import load_discussions
from monitoring.lines import WHOLE, LineKey
from monitoring.models import Comment, Evidence, Submission
from monitoring.models.review import CommentKind
from monitoring.operations.discussion import add_comment, answer, known_lines, mark_notes, settle
from monitoring.operations.reviewing import act
from tests.monitoring.reported import hand_in, later, nd, open_round, send_back, submission_of, total
from tests.pages import Visitor
from tests.world import NOW, give_seat, make_activity, make_indicator

pytestmark = pytest.mark.django_db

READERS = ("gov_lead", "cso_lead", "focal_sei", "secretariat", "monitoring", "administrator")
STRANGERS = ("focal_mae", "other_gov_lead", "other_cso_lead", "steering", "outsider", "nobody")


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def women(world):
    return world.indicators["i111a"]


@pytest.fixture
def on_activity(world):
    return LineKey(activity_id=world.activities["a111"].pk)


@pytest.fixture
def on_women(women):
    return LineKey(indicator_id=women.pk)


@pytest.fixture
def draft(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def sei(world, draft, women):
    return hand_in(draft, world.focal_sei, {total(women): nd(18, 452)})


def page_of(submission):
    return reverse("submission", args=[submission.pk])


def speak(submission, by, text="Is this the register of December?", line=WHOLE, **more):
    return add_comment(submission=submission, by=by, at=NOW, text=text, line=line, **more)


def ask(submission, by, line, text="Please add the register."):
    return speak(submission, by, text, line, kind=CommentKind.EVIDENCE_REQUEST)


def send_back_with(submission, by, notes, comment="", at=NOW):
    return act(submission=submission, action="return", by=by, at=at, comment=comment, notes=notes)


# Who speaks, and as what


@pytest.mark.parametrize("who", READERS)
def test_whoever_reads_it_may_comment(world, sei, who, on_women):
    said = speak(sei, world.users[who], line=on_women)
    assert (said.submission, said.cycle, said.indicator_id, said.activity_id) == (
        sei,
        1,
        on_women.indicator_id,
        None,
    )


@pytest.mark.parametrize(
    ("who", "label"),
    [
        ("gov_lead", "Government co-lead, SEI"),
        ("cso_lead", "CSO co-lead, BA-FUTURU"),
        ("focal_sei", "Focal point, SEI"),
        ("secretariat", "Secretariat"),
        ("monitoring", "Monitoring team member"),
        ("administrator", "Administrator"),
    ],
)
def test_the_seat_is_written_down_with_the_word(world, sei, who, label):
    assert speak(sei, world.users[who]).spoke_as == label
    # It stays when the seat goes to somebody else.
    world.seats[who].memberships.all().delete()
    assert Comment.objects.get().spoke_as == label


def test_of_several_seats_the_nearest_speaks(world, sei):
    give_seat(world.gov_lead, Role.MONITORING_TEAM, plan=world.plan)
    assert seat_for(world.gov_lead, Permission.COMMENT, sei).role == Role.GOVERNMENT_CO_LEAD
    assert seat_for(world.nobody, Permission.COMMENT, sei) is None


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_else_speaks(world, sei, who, on_women):
    said = speak(sei, world.gov_lead, line=on_women)
    with pytest.raises(PermissionDenied):
        speak(sei, world.users[who])
    with pytest.raises(PermissionDenied):
        answer(comment=said, by=world.users[who], at=NOW, text="No.")
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("state", ["draft", "returned"])
@pytest.mark.parametrize(
    "who", [*STRANGERS, "gov_lead", "cso_lead", "secretariat", "monitoring", "administrator"]
)
def test_the_words_on_a_draft_are_nobody_elses(world, client, draft, women, on_women, who, state):
    """By the page and by the direct address: 404 (the two co-leads are told that it was returned)."""
    submission, pk = draft, 1
    if state == "returned":
        submission = hand_in(draft, world.focal_sei, {total(women): nd(18, 452)})
        pk = speak(submission, world.gov_lead, "A word for SEI.", on_women).pk
        submission = send_back(world, submission)
    client.force_login(world.users[who])
    assert client.get(page_of(submission)).status_code == 404
    told = state == "returned" and who in ("gov_lead", "cso_lead")
    for name, extra, data in (
        ("comment_new", [], {"line": on_women.name, "text": "x"}),
        ("comment_answer", [pk], {"text": "x"}),
        ("comment_settle", [pk], {}),
        ("submission_rate", [world.activities["a111"].pk], {"status": "delayed", "note": "x"}),
        ("submission_verify", [women.pk], {"finding": "verified", "note": "x"}),
        ("submission_return", [], {"comment": "x"}),
    ):
        response = client.post(reverse(name, args=[submission.pk, *extra]), data)
        # Who returned it has already done so: led back to the queue.
        again = who == "gov_lead" and name == "submission_return"
        assert response.status_code == ((302 if again else 409) if told else 404), name
        assert "A word for SEI." not in response.content.decode()
    assert client.get(reverse("submission_version", args=[submission.pk, 1])).status_code == 404
    assert client.get(reverse("submission_return", args=[submission.pk])).status_code == 404
    assert Comment.objects.visible_to(world.users[who]).count() == 0


def test_comments_of_another_submission_are_not_found(world, client, round, sei):
    mae = hand_in(submission_of(round, world.mae), world.focal_mae)
    theirs = speak(mae, world.gov_lead, "Of MAE.")
    client.force_login(world.focal_sei)
    for name in ("comment_answer", "comment_settle"):
        assert client.post(reverse(name, args=[sei.pk, theirs.pk]), {"text": "x"}).status_code == 404


def test_visitors_sign_in_and_come_back_to_the_submission(world, client, sei):
    address = reverse("comment_new", args=[sei.pk])
    assert client.post(address, {"line": "all", "text": "x"}).url == f"/sign-in/?next={address}"
    client.force_login(world.gov_lead)
    assert client.get(address).url == page_of(sei)


# What is said


@pytest.mark.parametrize("text", ["", "  \n ", "\x00"])
def test_an_empty_word_is_refused(world, sei, text):
    with pytest.raises(ValidationError, match="Write something"):
        speak(sei, world.gov_lead, text)


def test_a_word_that_is_too_long(world, sei):
    with pytest.raises(ValidationError, match="20001 characters"):
        speak(sei, world.gov_lead, "x" * 20001)


def test_a_draft_that_was_never_handed_in_has_nothing_to_comment_on(world, draft):
    with pytest.raises(StateConflict):
        speak(draft, world.focal_sei)


def test_only_lines_of_the_submission(world, sei):
    for line in (
        LineKey(activity_id=world.activities["a112"].pk),
        LineKey(indicator_id=world.indicators["i211a"].pk),
        LineKey(activity_id=999_999),
    ):
        with pytest.raises(ValidationError, match="no longer part"):
            speak(sei, world.gov_lead, line=line)
    assert list(known_lines(sei).values()) == ["1.1.1", "1.1.1a"]


def test_a_double_click_is_one_comment(world, sei, on_women):
    first, second = (speak(sei, world.gov_lead, line=on_women) for _click in range(2))
    assert first == second
    assert speak(sei, world.cso_lead, line=on_women) != first
    later_on = add_comment(
        submission=sei, by=world.gov_lead, at=later(minutes=2), text=first.text, line=on_women
    )
    assert later_on != first


def test_answers_hang_on_the_first_word(world, sei, on_women):
    first = speak(sei, world.gov_lead, line=on_women)
    second = answer(comment=first, by=world.focal_sei, at=later(minutes=1), text="Yes.")
    third = answer(comment=second, by=world.cso_lead, at=later(minutes=2), text="Thank you.")
    assert (second.parent, third.parent) == (first, first)
    assert (third.indicator_id, third.kind) == (on_women.indicator_id, CommentKind.COMMENT)


def test_words_keep_the_version_that_they_were_said_of(world, sei, on_women):
    speak(sei, world.gov_lead, "Of the first.", on_women)
    sei = transition(subject=send_back(world, sei), action="submit", by=world.focal_sei, at=NOW)
    speak(sei, world.gov_lead, "Of the second.", on_women)
    speak(sei, world.cso_lead, "Typed while the first was shown.", on_women, cycle=1)
    speak(sei, world.cso_lead, "Nonsense.", on_women, cycle=9)
    assert list(Comment.objects.order_by("pk").values_list("cycle", flat=True)) == [1, 2, 1, 2]
    page = Visitor(world.focal_sei).open(page_of(sei)).text
    assert "Of the first." in page
    assert page.count("on version 1") == 2


def test_history_is_kept(world, sei, on_women):
    request = ask(sei, world.gov_lead, on_women)
    settle(comment=request, by=world.cso_lead, at=later(minutes=3))
    events = Comment.pgh_event_model.objects.filter(pgh_obj=request).order_by("pgh_id")
    assert [one.pgh_context.metadata["action"] for one in events] == ["ask for evidence", "settle"]
    assert events.last().pgh_context.metadata["user"] == world.cso_lead.pk


# Requests for evidence


def test_who_may_ask_for_evidence(world, sei, on_women):
    for who in ("gov_lead", "cso_lead", "secretariat", "monitoring", "administrator"):
        assert ask(sei, world.users[who], on_women).kind == "evidence"
    with pytest.raises(PermissionDenied):
        ask(sei, world.focal_sei, on_women)
    with pytest.raises(ValidationError, match="at the line"):
        ask(sei, world.gov_lead, WHOLE)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("monitoring", True),
        ("gov_lead", True),
        ("cso_lead", True),
        ("focal_sei", False),
        ("secretariat", False),
    ],
)
def test_a_request_is_settled_by_who_asked_and_by_both_co_leads(world, sei, on_women, who, may):
    request = ask(sei, world.monitoring, on_women)
    if not may:
        with pytest.raises(PermissionDenied):
            settle(comment=request, by=world.users[who], at=NOW)
        return
    done = settle(comment=request, by=world.users[who], at=NOW)
    assert (done.settled_at, done.settled_by) == (NOW, world.users[who])
    assert settle(comment=request, by=world.gov_lead, at=later(1)).settled_at == NOW  # twice is no error
    assert settle(comment=request, by=world.gov_lead, at=later(1), done=False).settled_at is None


def test_a_comment_has_nothing_to_settle(world, sei):
    with pytest.raises(ValidationError):
        settle(comment=speak(sei, world.gov_lead), by=world.gov_lead, at=NOW)


def test_the_institution_sees_what_is_asked_for_and_where_to_add_it(world, sei, women, on_women, on_activity):
    ask(sei, world.gov_lead, on_women, "The register, please.")
    ask(sei, world.cso_lead, on_activity, "The lists of participants.")
    focal = Visitor(world.focal_sei).open(reverse("my_report", args=[world.plan.code, "2024"]))
    assert "2 requests for evidence" in focal.text
    assert "The register, please." in focal.text
    where = reverse("evidence_line", args=[sei.pk, on_women.name])
    assert focal.links("Add evidence for 1.1.1a") == [where]
    assert where in focal.open(page_of(sei)).links("Add evidence for 1.1.1a")
    assert "2 open requests for evidence" in Visitor(world.cso_lead).open(queue(world)).text
    # What was added after it was asked for answers it, until somebody looks.
    Evidence.objects.create(
        submission=sei, indicator=women, url="https://example.org/r", added_by=world.focal_sei, added_at=later(minutes=9)
    )  # fmt: skip
    focal.open(reverse("my_report", args=[world.plan.code, "2024"]))
    assert focal.links("Add evidence for 1.1.1a") == []
    lead = Visitor(world.gov_lead).open(page_of(sei))
    assert "evidence was added since" in lead.text
    for _request in range(2):
        lead.press("Mark as seen to", form=0)
    assert "request for evidence" not in focal.open(reverse("my_report", args=[world.plan.code, "2024"])).text


def queue(world):
    return reverse("review", args=[world.plan.code, "P1"]) + "?round=2024"


# Notes of a return


def test_notes_at_lines_are_note_enough(world, sei, on_women, on_activity):
    done = send_back_with(sei, world.cso_lead, {on_women: "Which year?", on_activity: " Who came? \r\n"})
    assert done.state == "returned"
    assert done.return_note == "See the notes at 1.1.1, 1.1.1a."
    notes = Comment.objects.order_by("activity")
    assert {(one.kind, one.cycle, one.by, one.spoke_as) for one in notes} == {
        ("return", 1, world.cso_lead, "CSO co-lead, BA-FUTURU")
    }
    assert {one.text for one in notes} == {"Which year?", "Who came?"}


def test_a_general_note_stays_as_it_was_written(world, sei, on_women):
    done = send_back_with(sei, world.gov_lead, {on_women: "Which year?"}, "Please look again.")
    assert done.return_note == "Please look again."


@pytest.mark.parametrize("text", ["", "   "])
def test_neither_is_not_enough_and_nothing_is_written(world, sei, on_women, text):
    with pytest.raises(ValidationError, match="Write a note"):
        send_back_with(sei, world.gov_lead, {on_women: text})
    assert Submission.objects.get(pk=sei.pk).state == "submitted"
    assert not Comment.objects.exists()


def test_a_return_that_is_refused_leaves_no_notes(world, sei, on_women):
    for submission, by in ((sei, world.secretariat), (send_back(world, sei), world.gov_lead)):
        with pytest.raises((PermissionDenied, StateConflict)):
            send_back_with(submission, by, {on_women: "Which year?"})
    assert not Comment.objects.exists()


def test_notes_that_do_not_fit_are_named(world, sei, on_women):
    foreign = LineKey(activity_id=world.activities["a211"].pk)
    with pytest.raises(ValidationError) as caught:
        send_back_with(sei, world.gov_lead, {on_women: "x" * 20001, foreign: "Here?"})
    assert set(caught.value.message_dict) == {on_women.name, foreign.name}


def test_only_a_return_has_notes(world, sei, on_women):
    with pytest.raises(TypeError):
        act(submission=sei, action="accept", by=world.gov_lead, at=NOW, notes={on_women: "x"})


def test_who_marks_a_note_as_done(world, sei, on_women):
    submission = send_back_with(sei, world.gov_lead, {on_women: "Which year?"})
    note = Comment.objects.get()
    for who in ("gov_lead", "secretariat", "focal_mae"):  # not theirs to read while it is being changed
        with pytest.raises(PermissionDenied):
            settle(comment=note, by=world.users[who], at=NOW)
    mark_notes(submission=submission, by=world.focal_sei, at=NOW, done={note.pk, 999}, undone=set())
    note.refresh_from_db()
    assert note.settled_by == world.focal_sei
    mark_notes(submission=submission, by=world.focal_sei, at=NOW, undone={note.pk})
    note.refresh_from_db()
    assert note.settled_at is None


def test_only_the_notes_of_the_latest_return_are_asked_for(world, sei, on_women):
    sei = send_back_with(sei, world.gov_lead, {on_women: "Which year?"})
    assert len(load_discussions([sei], world.focal_sei)[sei.pk].notes) == 1
    sei = transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)
    assert len(load_discussions([sei], world.gov_lead)[sei.pk].open_notes) == 1
    sei = send_back(world, sei, "Still not.")
    found = load_discussions([sei], world.focal_sei)[sei.pk]
    assert (found.notes, len(found.threads)) == ([], 1)  # the older one stays at its line


def test_the_autosave_marks_what_was_ticked_and_leaves_the_rest(
    world, client, sei, women, on_women, on_activity
):
    """Scripts send the boxes that changed; the hidden ones always."""
    sei = send_back_with(sei, world.gov_lead, {on_women: "Which year?", on_activity: "Who came?"})
    first, second = Comment.objects.order_by("pk")
    address = reverse("submission_activity", args=[sei.pk, "1.1.1"])
    client.force_login(world.focal_sei)
    version = client.get(address).context["version"]

    def autosave(**boxes):
        shown = {"note-shown": [first.pk, second.pk], "version": version, "by": world.focal_sei.pk}
        assert client.post(f"{address}autosave/", shown | boxes).status_code == 200
        return [Comment.objects.get(pk=one.pk).settled_at is not None for one in (first, second)]

    assert autosave(**{f"note-{first.pk}": "1"}) == [True, False]
    assert autosave(**{f"note-{second.pk}": "1"}) == [True, True]
    assert autosave(**{f"note-{first.pk}": ""}) == [False, True]
    assert autosave() == [False, True]


# The whole way, through the pages


def test_comment_answer_return_with_notes_fix_and_resubmit(world, sei, women, on_women, on_activity):
    lead = Visitor(world.gov_lead).open(page_of(sei))
    lead.press("Send the comment", form=1, text="Is this December?")
    assert "Your comment is there." in lead.text
    assert "Government co-lead, SEI" in lead.text
    focal = Visitor(world.focal_sei).open(page_of(sei))
    assert "Is this December?" in focal.text
    focal.press("Send the answer", text="Yes, the 31st.")
    assert "Yes, the 31st." in lead.open(page_of(sei)).text

    # Nothing typed is lost when something is wrong.
    lead.follow("Write notes at single lines instead")
    assert "18\xa0/\xa0452".replace("\xa0", " ") in lead.text
    lead.press("Return with these notes", status=422)
    assert "Write a note" in lead.text
    long = "x" * 20001
    lead.press(
        "Return with these notes",
        status=422,
        **{f"note-{on_women.name}": long, f"note-{on_activity.name}": "Who came?"},
    )
    assert "20001 characters" in lead.text
    assert lead.page.get_element_by_id(f"note-{on_activity.name}").value == "Who came?"
    lead.press("Return with these notes", **{f"note-{on_women.name}": "The total of which year?"})
    assert "Returned. SEI can change it again" in lead.text

    # The institution finds each note at its line, answers, mends, and marks it.
    report = reverse("my_report", args=[world.plan.code, "2024"])
    focal.open(report)
    assert "2 notes at lines, 2 open" in focal.text
    assert "See the notes at 1.1.1, 1.1.1a." in focal.text
    notes = {one.text: one for one in Comment.objects.filter(kind="return")}
    where = focal.links("1.1.1a")
    focal.open(next(link for link in where if f"note-{notes['The total of which year?'].pk}" in link))
    assert "The total of which year?" in focal.text
    assert "Who came?" in focal.text
    focal.press(
        "Save draft",
        form=0,
        narrative="54 women came.",
        **{f"i{women.pk}-n": "21", f"note-{notes['The total of which year?'].pk}": "1"},
    )
    focal.open(report)
    assert "2 notes at lines, 1 open" in focal.text
    focal.press("Mark as done")
    assert "2 notes at lines" in focal.text and "open" not in focal.text.split("2 notes at lines")[1][:8]
    focal.open(page_of(sei)).press("Send the answer", form=0, text="54, as the list says.")
    focal.open(page_of(sei)).press("Submit", status=422, officer_name="A. Person", officer_post="Director")
    focal.press("Submit without this part")  # of MAE, which leads it, too
    assert Submission.objects.get(pk=sei.pk).cycle == 2

    # Both co-leads see what became of the notes and what changed.
    for who in (world.gov_lead, world.cso_lead):
        card = Visitor(who).open(queue(world)).text
        assert "2 of 2 notes marked as done" in card
        assert "Changed since version 1: 3 lines" in card
        assert "18 / 452 = 4.0%" in card and "21 / 452 = 4.6%" in card
        page = Visitor(who).open(page_of(sei)).text
        assert "The return asked for changes at 2 lines; 0 not marked as done" in page
        assert "54, as the list says." in page
        assert "Changed since version 1: 3 lines" in page
        assert "Version 2" in page
    lead.open(page_of(sei)).follow("Read version 1 as it was handed in")
    assert "18 / 452 = 4.0%" in lead.text
    assert "54 women came." not in lead.text


def test_unchanged_lines_are_said_to_be_unchanged(world, sei, women):
    hand_in(send_back(world, sei), world.focal_sei, {total(women): nd(21, 452)})
    page = Visitor(world.gov_lead).open(page_of(sei)).text
    assert "1.1.1: unchanged since version 1" in page
    assert "1.1.1a: unchanged" not in page


def test_nothing_changed(world, sei):
    transition(subject=send_back(world, sei), action="submit", by=world.focal_sei, at=NOW)
    assert "Nothing has changed since version 1" in Visitor(world.gov_lead).open(page_of(sei)).text
    assert "Nothing has changed since version 1" in Visitor(world.gov_lead).open(queue(world)).text


def test_a_refused_comment_stays_where_it_was_typed(world, client, sei, on_women):
    client.force_login(world.gov_lead)
    response = client.post(
        reverse("comment_new", args=[sei.pk]),
        {"line": on_women.name, "kind": "comment", "text": "y" * 20001},
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "This text has 20001 characters; at most 20000 fit." in page
    assert page.count("y" * 20001) == 1
    assert client.post(reverse("comment_new", args=[sei.pk]), {"line": "zz", "text": "x"}).status_code == 404


def test_what_was_typed_comes_back_when_it_is_too_late(world, client, sei, on_women):
    send_back(world, sei)
    client.force_login(world.cso_lead)
    response = client.post(
        reverse("comment_new", args=[sei.pk]), {"line": on_women.name, "text": "A long thought."}
    )
    assert response.status_code == 409
    assert "A long thought." in response.content.decode()
    response = client.post(
        reverse("submission_return", args=[sei.pk]), {"cycle": 1, f"note-{on_women.name}": "Another thought."}
    )
    assert response.status_code == 409
    assert "Another thought." in response.content.decode()


@pytest.mark.parametrize("who", ["secretariat", "monitoring", "administrator", "focal_sei"])
def test_readers_do_not_return_with_notes(world, client, sei, on_women, who):
    client.force_login(world.users[who])
    address = reverse("submission_return", args=[sei.pk])
    assert client.get(address).status_code == 403
    assert client.post(address, {"cycle": 1, f"note-{on_women.name}": "x"}).status_code == 403
    assert not Comment.objects.exists()


def test_what_cannot_be_returned_has_no_page_to_return_it(world, client, sei):
    for action, by in (("accept", world.gov_lead), ("endorse", world.gov_lead), ("endorse", world.cso_lead)):
        transition(subject=sei, action=action, by=by, at=NOW)
    client.force_login(world.gov_lead)
    assert client.get(reverse("submission_return", args=[sei.pk])).url == page_of(sei)


def test_no_version_no_page(world, client, sei):
    client.force_login(world.gov_lead)
    assert client.get(reverse("submission_version", args=[sei.pk, 1])).status_code == 200
    assert client.get(reverse("submission_version", args=[sei.pk, 2])).status_code == 404


# Queries


def test_what_was_said_is_loaded_in_a_fixed_number_of_queries(
    world, round, draft, women, on_women, django_assert_num_queries
):
    with django_assert_num_queries(0):  # nothing was ever handed in
        assert load_discussions([draft], world.focal_sei)[draft.pk].threads == []
    sei = hand_in(draft, world.focal_sei, {total(women): nd(18, 452)})
    with django_assert_num_queries(3):  # comments, ratings, verifications
        load_discussions([sei], world.gov_lead)
    sei = hand_in(send_back(world, sei), world.focal_sei, {total(women): nd(19, 452)})
    mae = hand_in(submission_of(round, world.mae), world.focal_mae)
    for number in range(3):
        ask(sei, world.gov_lead, on_women, f"Register {number}")
        speak(mae, world.gov_lead, f"Word {number}")
        both = load_discussions([sei, mae], world.gov_lead)
        assert len(both[sei.pk].requests) == len(both[mae.pk].of_whole) == number + 1
        with django_assert_num_queries(5):  # also evidence, versions
            load_discussions([sei, mae], world.gov_lead)


def test_the_same_number_of_queries_however_much_is_said(world, client, round, women):
    for number in range(2):
        activity = make_activity(world.participation, f"1.2.{number}", [world.sei])
        make_indicator(activity, f"1.2.{number}a", target=50)
    sei = hand_in(submission_of(round, world.sei), world.focal_sei, {total(women): nd(18, 452)})
    sei = hand_in(send_back(world, sei), world.focal_sei, {total(women): nd(19, 452)})
    client.force_login(world.gov_lead)
    counts = []
    for lines in (1, 5):
        for line in list(known_lines(sei))[:lines]:
            first = speak(sei, world.cso_lead, f"{lines} {line.name}", line)
            answer(comment=first, by=world.focal_sei, at=NOW, text=f"{lines}")
            ask(sei, world.gov_lead, line, f"{lines}")
        for address in (page_of(sei), queue(world)):
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append(len(captured))
    assert counts[:2] == counts[2:]
    assert len(client.get(page_of(sei)).content) < 100_000
