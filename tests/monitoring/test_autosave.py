"""Drafts that save themselves (monitoring/views/autosave.py), and what was sent while signed out (monitoring/kept.py)."""

import json

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from frameworks.models import Goal, Indicator, Place, Role
from frameworks.permissions import forget_seats
from monitoring.kept import MOST, unpack
from monitoring.models import ActivityProgress, IndicatorValue
from tests.monitoring.reported import (
    add_breakdown,
    hand_in,
    later,
    open_round,
    send_back,
    submission_of,
)
from tests.pages import Visitor
from tests.world import PASSWORD, give_seat, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def women(world):
    return world.indicators["i111a"]


@pytest.fixture
def focal(world, client):
    client.force_login(world.focal_sei)
    return client


@pytest.fixture
def colleague(world):
    """A second focal point of the same institution."""
    user = make_user("colleague_sei")
    give_seat(user, Role.FOCAL_POINT, plan=world.plan, institution=world.sei)
    return user


def page(submission, code="1.1.1"):
    return reverse("submission_activity", args=[submission.pk, code])


def address(submission, code="1.1.1"):
    return reverse("submission_activity_autosave", args=[submission.pk, code])


def send(client, submission, data, *, version=0, status=200, **more):
    """What a page's script sends; the answer as a dict."""
    answer = client.post(address(submission), {"version": version, **data}, **more)
    assert answer.status_code == status, answer.content[:500]
    return json.loads(answer.content)


def saved(indicator, **cell):
    return IndicatorValue.objects.get(indicator=indicator, **({"category": None, "place": None} | cell))


def told():
    return ActivityProgress.objects.get()


# Saving


def test_what_changed_is_saved_and_the_rest_stays(focal, sei, women):
    said = send(focal, sei, {"narrative": "Begun.", "next_steps": "More."})
    assert (said["version"], said["at"], said["errors"], said["left"]) == ("1", "12:00", [], [])
    assert said["saved_at"].startswith("2025-01-20T03:00")
    said = send(focal, sei, {f"i{women.pk}-n": "18", f"i{women.pk}-d": "452"}, version=1)
    assert said["version"] == "2"
    assert (told().narrative, told().next_steps) == ("Begun.", "More.")
    assert saved(women).numerator == 18
    send(focal, sei, {"next_steps": ""}, version=2)
    assert (told().narrative, told().next_steps, saved(women).denominator) == ("Begun.", "", 452)


def test_saving_the_same_again_writes_no_history(focal, sei, women):
    data = {"narrative": "Begun.", f"i{women.pk}-n": "18", f"i{women.pk}-d": "452"}
    send(focal, sei, data)
    events = ActivityProgress.pgh_event_model.objects
    before = events.count()
    assert before == 1
    assert send(focal, sei, data, version=1)["version"] == "1"
    assert send(focal, sei, {}, version=1)["version"] == "1"
    assert events.count() == before
    assert IndicatorValue.pgh_event_model.objects.count() == 1
    assert events.get().pgh_context.metadata["action"] == "save draft"


def test_what_can_be_read_is_saved_and_the_rest_is_named(focal, sei, women):
    level = add_breakdown(women, categories=["Suco Chief"])[0]
    data = {
        "narrative": "Begun.",
        "status": "splendid",
        f"i{women.pk}-n": "about 30",
        f"i{women.pk}-d": "442",
        f"i{women.pk}-c{level.pk}-n": "5",
        f"i{women.pk}-c{level.pk}-d": "10",
    }
    said = send(focal, sei, data, status=422)
    assert said["version"] == "1"
    assert {one["name"] for one in said["errors"]} == {"status", f"i{women.pk}-n"}
    (mistake,) = [one for one in said["errors"] if one["name"] == f"i{women.pk}-n"]
    assert mistake["text"].startswith("1.1.1a: “about 30” is not a number")
    assert mistake["target"] == f"id_i{women.pk}-n"
    # The other half of the figure waits with it: alone it would be another figure.
    assert {"status", f"i{women.pk}-n", f"i{women.pk}-d"} <= set(said["left"])
    assert f"i{women.pk}-c{level.pk}-n" not in said["left"]
    assert (told().narrative, told().status) == ("Begun.", "")
    assert saved(women, category=level).numerator == 5
    assert not IndicatorValue.objects.filter(category=None).exists()
    # Put right, it goes through.
    said = send(focal, sei, {f"i{women.pk}-n": "30", f"i{women.pk}-d": "442"}, version=1)
    assert said["version"] == "2"


def test_a_mistake_does_not_touch_what_was_saved_of_the_figure(focal, sei, women):
    send(focal, sei, {f"i{women.pk}-n": "18", f"i{women.pk}-d": "452"})
    send(focal, sei, {f"i{women.pk}-n": "500", f"i{women.pk}-d": "452"}, version=1, status=422)
    assert (saved(women).numerator, saved(women).denominator) == (18, 452)


def test_only_mistakes_save_nothing(focal, sei, women):
    said = send(focal, sei, {f"i{women.pk}-n": "many"}, status=422)
    assert said["version"] == "0"
    assert not ActivityProgress.objects.exists()


def test_places_with_a_mistake_beside_them_are_saved(focal, sei, women):
    dili = Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    data = {
        f"i{women.pk}-places": "1",
        f"i{women.pk}-n": "many",
        f"i{women.pk}-p{dili.pk}-n": "3",
        f"i{women.pk}-p{dili.pk}-d": "10",
    }
    send(focal, sei, data, status=422)
    assert saved(women, place=dili).numerator == 3


def test_what_the_operation_refuses_is_named_as_well(focal, sei, women, monkeypatch):
    """A rule that the operation alone knows, because something changed since the form was checked."""
    monkeypatch.setattr(
        "monitoring.operations.reporting.figure_problems", lambda *_what, **_more: [("n", "Not any more.")]
    )
    data = {"narrative": "Begun.", f"i{women.pk}-n": "3", f"i{women.pk}-d": "10"}
    said = send(focal, sei, data, status=422)
    name = f"i{women.pk}-n"
    assert said["errors"] == [{"name": name, "text": "Not any more.", "target": f"id_{name}"}]
    assert told().narrative == "Begun."
    assert not IndicatorValue.objects.exists()


def test_corrections_and_spending_save_themselves_too(focal, sei):
    data = {
        "status": "delayed",
        "corr-1-cause": "No venue.",
        "corr-1-due": "2025-03-01",
        "corr-1-done": "",
        "spent-amount": "1200.50",
        "spent-currency": "USD",
    }
    send(focal, sei, data)
    (row,) = told().corrections.all()
    assert (row.cause, row.due_on.isoformat(), row.is_done) == ("No venue.", "2025-03-01", False)
    # A day that cannot be read leaves the whole correction as it is, and touches nothing else.
    data = {"corr-1-cause": "", "corr-1-due": "soon", "spent-amount": "1300", "spent-currency": "USD"}
    said = send(focal, sei, data, version=1, status=422)
    assert "corr-1-cause" in said["left"]
    assert told().corrections.get().cause == "No venue."
    send(focal, sei, {"narrative": "Begun."}, version=2)
    assert told().corrections.count() == 1
    assert send(focal, sei, {"all": "1", "spent-amount": "1300", "spent-currency": "USD"})["version"] == "3"


# Two tabs, and answers that were lost


def test_the_second_is_told_what_differs_and_nothing_is_overwritten(focal, sei, women):
    send(focal, sei, {"narrative": "From the office.", f"i{women.pk}-n": "18", f"i{women.pk}-d": "452"})
    mine = {"narrative": "From the phone.", f"i{women.pk}-n": "18", f"i{women.pk}-d": "452"}
    said = send(focal, sei, mine, status=409)
    assert (said["version"], said["who"]) == ("1", "focal_sei")
    for words in (
        "This page was saved elsewhere while you were writing",
        "focal_sei saved it at 12:00.",
        '<div class="comment-body">From the office.</div>',
        '<div class="comment-body">From the phone.</div>',
        f'href="{page(sei)}" data-draft-drop',
        ">Save mine</button>",
    ):
        assert words in said["html"], words
    assert "452" not in said["html"]  # the same on both sides
    assert told().narrative == "From the office."
    # The decision.
    assert send(focal, sei, mine, version=1)["version"] == "2"
    assert told().narrative == "From the phone."


def test_a_save_whose_answer_was_lost_is_no_conflict(focal, sei, women):
    data = {
        "narrative": "Begun. ",
        f"i{women.pk}-n": "1 800,0",
        f"i{women.pk}-d": "4520",
        "status": "on_track",
    }
    first = send(focal, sei, {**data, "all": "1"})
    again = send(focal, sei, {**data, "all": "1"})
    assert first == again
    assert ActivityProgress.pgh_event_model.objects.count() == 1
    assert send(focal, sei, {"next_steps": "More."}, version=again["version"])["version"] == "2"


def test_a_part_of_the_page_cannot_say_that_nothing_else_changed(focal, sei):
    """Two wrote the same sentence; one of them wrote another as well. With the new version, the old page would undo it."""
    send(focal, sei, {"narrative": "Begun.", "next_steps": "More."})
    send(focal, sei, {"narrative": "Begun."}, status=409)
    said = send(focal, sei, {"narrative": "Begun.", "next_steps": "", "all": "1"}, status=409)
    assert '<div class="comment-body">More.</div>' in said["html"]
    assert told().next_steps == "More."


def test_comparing_leaves_nothing_behind(focal, sei, women):
    send(focal, sei, {"narrative": "Begun."})
    before = told().version, told().saved_at
    data = {"narrative": "Other.", f"i{women.pk}-n": "1", f"i{women.pk}-d": "2", "all": "1"}
    send(focal, sei, data, status=409)
    assert (told().version, told().saved_at) == before
    assert told().narrative == "Begun."
    assert not IndicatorValue.objects.exists()
    assert ActivityProgress.pgh_event_model.objects.count() == 1


@pytest.mark.parametrize("version", ["", "?", "-1", "9" * 20])
def test_a_version_that_was_never_saved_is_compared(focal, sei, version):
    send(focal, sei, {"narrative": "x"}, version=version, status=409)


def test_a_page_with_a_mistake_keeps_the_version_that_it_was_opened_on(focal, sei, women):
    """Otherwise putting the mistake right would overwrite, unseen, what another tab saved meanwhile."""
    send(focal, sei, {"narrative": "From the office."})
    refused = focal.post(page(sei), {"version": 0, "narrative": "Old.", f"i{women.pk}-n": "many"})
    assert refused.status_code == 422
    assert 'name="version" value="0"' in refused.content.decode()


# Locked, and not theirs


def test_what_was_handed_in_is_locked_and_says_why(world, focal, sei):
    hand_in(sei, world.focal_sei)
    said = send(focal, sei, {"narrative": "Too late."}, version=1, status=409)
    assert said == {"locked": "It was submitted and is locked. The co-leads can return it with a note."}
    send_back(world, submission_of(sei.round, world.sei))
    send(focal, sei, {"narrative": "Changed."}, version=1)


def test_what_is_no_longer_asked_is_not_found(world, focal, sei):
    world.activities["a111"].leads.all().delete()
    assert focal.post(address(sei), {"narrative": "x"}).status_code == 404


@pytest.mark.parametrize(
    "who",
    ["focal_mae", "gov_lead", "cso_lead", "secretariat", "monitoring", "steering", "outsider", "nobody"],
)
def test_nobody_else_saves_or_even_finds_it(world, client, sei, who):
    client.force_login(getattr(world, who))
    for one in (address(sei), reverse("submission_indicators_autosave", args=[sei.pk])):
        assert client.post(one, {"narrative": "x", "version": 0}).status_code == 404
    assert not ActivityProgress.objects.exists()


def test_readers_of_what_was_handed_in_may_not_save(world, client, sei):
    hand_in(sei, world.focal_sei)
    client.force_login(world.gov_lead)
    assert client.post(address(sei), {"narrative": "x", "version": 1}).status_code == 403


def test_a_visitor_is_told_in_data_and_not_sent_elsewhere(client, sei):
    assert send(client, sei, {"narrative": "x"}, status=401) == {"signed_out": True}
    assert not ActivityProgress.objects.exists()


def test_another_person_at_the_same_browser_saves_nothing_of_the_first_one(focal, sei, world, colleague):
    focal.force_login(colleague)
    assert send(focal, sei, {"narrative": "x", "by": world.focal_sei.pk}, status=401) == {"signed_out": True}
    assert not ActivityProgress.objects.exists()
    send(focal, sei, {"narrative": "x", "by": colleague.pk})


def test_it_is_no_page(focal, sei):
    assert focal.get(address(sei)).status_code == 405


def test_an_old_token_is_answered_with_a_new_one(world, sei):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.focal_sei)
    data, here = {"narrative": "Begun.", "version": 0}, {"HTTP_ORIGIN": "http://testserver"}
    said = send(client, sei, data, status=403, **here)
    assert not ActivityProgress.objects.exists()
    send(client, sei, data, HTTP_X_CSRFTOKEN=said["csrf"], **here)
    assert told().narrative == "Begun."


def test_another_site_gets_no_token(world, sei):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.focal_sei)
    for headers in ({"HTTP_ORIGIN": "https://evil.test"}, {}):
        answer = client.post(address(sei), {"narrative": "x"}, **headers)
        assert answer.status_code == 403
        assert b"csrf" not in answer.content[:10]


# The page of the other indicators


def test_the_other_indicators_save_themselves_too(world, focal, sei):
    indicator = Indicator.objects.create(
        plan=world.plan, pillar=world.participation, goal=Goal.objects.get(plan=world.plan, code="1"), code="1a",
        type="count", statement="Women in office",
    )  # fmt: skip
    indicator.responsible.add(world.sei)
    opened = Visitor(world.focal_sei).open(reverse("submission_indicators", args=[sei.pk]))
    version = dict(opened.page.forms[-1].form_values())["version"]
    url = reverse("submission_indicators_autosave", args=[sei.pk])
    mine = {"version": version, f"i{indicator.pk}-v": "12", "all": "1"}
    first = focal.post(url, mine).json()
    assert saved(indicator).value == 12
    assert focal.post(url, mine).json()["version"] == first["version"] != version
    stale = focal.post(url, mine | {f"i{indicator.pk}-v": "13"})
    assert stale.status_code == 409
    assert stale.json()["version"] == first["version"]
    assert saved(indicator).value == 12


# What it costs


def test_bounded_at_one_indicator_and_at_three(world, focal, sei, women, django_assert_num_queries):
    from tests.world import make_indicator

    def boxes(indicators):
        return {f"i{one.pk}-{part}": "5" for one in indicators for part in "nd"}

    add_breakdown(women)
    forget_seats(world.focal_sei)
    with django_assert_num_queries(QUERIES):
        send(focal, sei, {"narrative": "One.", **boxes([women])})
    more = [make_indicator(world.activities["a111"], f"1.1.1{letter}", target="10") for letter in "xy"]
    for one in more:
        add_breakdown(one)
    with django_assert_num_queries(QUERIES + 1):  # the activity is there now: its corrections are looked up
        send(focal, sei, {"narrative": "Three.", **boxes([women, *more])}, version=1)


QUERIES = 24


# Signed out while writing, without scripts


def expire():
    Session.objects.all().delete()


def test_what_was_typed_survives_the_end_of_a_session(world, sei, women):
    story = "First line.\nSecond “line” <b>&amp;</b>"
    visitor = Visitor(world.focal_sei).open(page(sei))
    visitor.page.forms[-1].fields["status"] = "on_track"
    boxes = {"narrative": story, f"i{women.pk}-n": "18", f"i{women.pk}-d": "452"}
    expire()
    visitor.press("Save draft", status=403, **boxes)
    assert "Nothing is lost: what you typed is kept in this page." in visitor.text
    assert "First line." not in visitor.answer.content.decode()  # packed: not for the eyes of who comes next
    visitor.press("Sign in", username=world.focal_sei.email, password="wrong")
    assert "Nothing is lost" in visitor.text
    visitor.press("Sign in", username=world.focal_sei.email, password=PASSWORD)
    assert not ActivityProgress.objects.exists()  # signing in saves nothing by itself
    visitor.press("Save what I typed")
    assert "Saved at 12:00." in visitor.text
    assert (told().narrative, told().status) == (story, "on_track")
    assert (saved(women).numerator, saved(women).denominator) == (18, 452)


def test_kept_boxes_meet_what_was_saved_meanwhile(world, sei, focal):
    visitor = Visitor(world.focal_sei).open(page(sei))
    send(focal, sei, {"narrative": "From the office."})
    expire()
    visitor.press("Save and go back", status=403, narrative="From the phone.")
    visitor.press("Sign in", username=world.focal_sei.email, password=PASSWORD)
    visitor.press("Save what I typed", status=409)
    assert "This page was saved elsewhere while you were writing" in visitor.text
    visitor.press("Save mine")
    assert told().narrative == "From the phone."


def test_another_person_who_signs_in_gets_nothing_of_it(world, sei, colleague):
    visitor = Visitor(world.focal_sei).open(page(sei))
    expire()
    visitor.press("Save draft", status=403, narrative="Mine alone.")
    visitor.press("Sign in", username=colleague.email, password=PASSWORD)
    assert visitor.answer.request["PATH_INFO"] == page(sei)
    assert "What had been typed before was not saved" in visitor.text
    assert "Mine alone." not in visitor.answer.content.decode()
    assert not ActivityProgress.objects.exists()


def test_an_old_token_loses_nothing(world, sei, colleague):
    """Signed out and in again in another tab: the page's own token is no longer the right one."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.focal_sei)
    data = {"narrative": "Begun.", "version": 0, "by": world.focal_sei.pk, "csrfmiddlewaretoken": "x" * 64}
    answer = client.post(page(sei), data, HTTP_ORIGIN="http://testserver")
    assert "Save what I typed" in answer.content.decode()
    assert not ActivityProgress.objects.exists()
    expire()
    answer = client.post(page(sei), data, HTTP_ORIGIN="http://testserver")
    assert "Nothing is lost" in answer.content.decode()
    client.force_login(colleague)
    answer = client.post(page(sei), data, HTTP_ORIGIN="http://testserver")
    assert answer.status_code == 403
    assert "Begun." not in answer.content.decode()


@pytest.mark.parametrize(
    "headers", [{}, {"HTTP_ORIGIN": "https://evil.test"}, {"HTTP_REFERER": "https://evil.test/"}]
)
def test_what_another_site_sends_is_never_offered(world, sei, headers):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.focal_sei)
    data = {"narrative": "Planted.", "version": 0, "by": world.focal_sei.pk}
    answer = client.post(page(sei), data, **headers)
    assert answer.status_code == 403
    assert "Planted." not in answer.content.decode()
    assert "Save what I typed" not in answer.content.decode()


def test_only_what_this_site_packed_is_unpacked(client, sei, world):
    data = {"narrative": "Begun.", "by": world.focal_sei.pk}
    packed = client.post(page(sei), data).context["kept"]
    assert unpack(packed).fields == [["narrative", "Begun."], ["by", str(world.focal_sei.pk)]]
    assert unpack(packed[:-1] + ("A" if packed[-1] != "A" else "B")) is None
    assert unpack("") is None


def test_kept_boxes_wait_for_a_week(client, sei, world, monkeypatch):
    packed = client.post(page(sei), {"narrative": "Begun.", "by": world.focal_sei.pk}).context["kept"]
    monkeypatch.setattr("django.core.signing.time.time", lambda: later(days=8).timestamp() + 10**9)
    assert unpack(packed) is None


@pytest.mark.parametrize(
    "data",
    [{}, {"narrative": "x"}, {"narrative": "x", "by": "me"}, {"narrative": "x" * (MOST + 1), "by": "1"}],
)
def test_what_is_nobodys_or_too_much_is_not_carried_along(client, sei, data):
    answer = client.post(page(sei), data)
    assert answer.status_code == 302
    assert answer.url.startswith("/sign-in/?next=/submissions/")


def test_a_page_of_a_draft_is_not_left_in_the_browser(focal, sei):
    assert focal.get(page(sei))["Cache-Control"] == "no-store"
