"""Nothing typed is lost (static/js/drafts.js): lines that drop, lost answers, ended sessions, two tabs, shared computers."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from frameworks.models import Place, Role
from frameworks.workflow import transition
from monitoring.models import ActivityProgress, Submission
from monitoring.operations.reporting import create_expected_submissions
from tests.browser.window import PATIENCE, Window
from tests.monitoring.report_world import real_transactions
from tests.monitoring.reported import add_breakdown, fill
from tests.world import PASSWORD, give_seat, make_round, make_user, make_world

pytestmark = [pytest.mark.browser, real_transactions]

AUTOSAVE = re.compile(r"/autosave/$")
STORED = "() => Object.keys(localStorage).filter((name) => name.startsWith('draft:'))"


@pytest.fixture
def world():
    """SEI reports on 1.1.1, whose indicator has eight levels and fourteen municipalities: more than sixty boxes."""
    made = make_world()
    today, now = timezone.localdate(), timezone.now()
    made.round = make_round(
        made.plan,
        opens_on=today - timedelta(days=9),
        due_on=today + timedelta(days=9),
        closes_on=today + timedelta(days=30),
        opened_at=now,
    )
    made.indicator = made.indicators["i111a"]
    made.levels = add_breakdown(made.indicator, categories=[f"Level {number}" for number in range(8)])
    made.places = Place.objects.bulk_create(
        Place(country="TL", code=f"M{number:02}", name=f"Municipality {number:02}", kind="municipality")
        for number in range(14)
    )
    create_expected_submissions(round=made.round, by=None, at=now)
    made.submission = Submission.objects.get(institution=made.sei, pillar=made.participation)
    made.address = f"/submissions/{made.submission.pk}/activities/1.1.1/"
    made.users["colleague"] = make_user("colleague", display_name="Colleague")
    give_seat(made.users["colleague"], Role.FOCAL_POINT, plan=made.plan, institution=made.sei)
    return made


@pytest.fixture
def window(world, open_window):
    return open_window().sign_in(world.focal_sei.email, PASSWORD).open(world.address)


def another_tab(window):
    return Window(window.context, window.home, window.artifacts)


def state(window, words):
    """Waits until the line beside the buttons says so."""
    line = window.page.locator("[data-draft-state]")
    expect(line).to_contain_text(words, timeout=PATIENCE, use_inner_text=True)


def stored(window):
    return window.page.evaluate(STORED)


def story():
    return ActivityProgress.objects.get()


def back(window, world):
    """The page is closed, and opened again later in another tab of the same browser."""
    new = another_tab(window)
    window.page.close()
    vars(window).update(vars(new))
    window.context.set_offline(False)
    return window.open(world.address)


# A line that drops


def sixty_boxes(world):
    """name → text of every box of the page, and name → what the server is to hold of it."""
    pk, texts = world.indicator.pk, {}
    for name in ("narrative", "what_worked", "what_did_not", "collaboration", "next_steps", "reason"):
        texts[name] = f"What we say of {name}: não, “sim”.\nA second line."
    texts |= {"corr-1-cause": "No venue.", "corr-1-measure": "Rent one.", "corr-1-owner": "Ana"}
    texts |= {"spent-amount": "1200.5", "spent-comment": "From the register."}
    figures = {f"i{pk}-n": "70", f"i{pk}-d": "700", f"i{pk}-comment": "Counted twice."}
    for number, level in enumerate(world.levels):
        figures |= {f"i{pk}-c{level.pk}-n": str(number), f"i{pk}-c{level.pk}-d": str(100 + number)}
    for number, place in enumerate(world.places):
        figures |= {f"i{pk}-p{place.pk}-n": str(number), f"i{pk}-p{place.pk}-d": str(50 + number)}
    return texts | figures


def held_by_server(world):
    """The same from the tables, field by field."""
    row, pk = story(), world.indicator.pk
    held = {
        name: getattr(row, name)
        for name in ("narrative", "what_worked", "what_did_not", "collaboration", "next_steps", "reason")
    }
    for one in row.corrections.all():
        held |= {f"corr-{one.order}-{part}": getattr(one, part) for part in ("cause", "measure", "owner")}
    spent = world.activities["a111"].expenditures.get()
    held |= {"spent-amount": f"{spent.amount:.1f}", "spent-comment": spent.comment}
    for one in world.submission.values.all():
        name = f"i{pk}" + (f"-c{one.category_id}" if one.category_id else "")
        name += f"-p{one.place_id}" if one.place_id else ""
        for part, number in (("n", one.numerator), ("d", one.denominator)):
            if number is not None:
                held[f"{name}-{part}"] = f"{number:.0f}"
        if one.comment:
            held[f"{name}-comment"] = one.comment
    return held


def type_in(window, texts):
    for name, text in texts.items():
        box = window.page.locator(f'[name="{name}"]')
        folded = box.locator("xpath=ancestor::details[not(@open)]")
        if folded.count():
            folded.first.locator("summary").click()
        box.fill(text)


def test_a_page_of_sixty_boxes_over_a_line_that_drops(world, window):
    texts = sixty_boxes(world)
    assert len(texts) >= 55
    names = list(texts)
    window.open(f"{world.address}?places={world.indicator.pk}")
    window.choose("status", "delayed")
    type_in(window, {name: texts[name] for name in names[:20]})
    state(window, "Saved at")
    # In the middle of filling, with boxes typed that are not yet sent, and while one is being sent.
    type_in(window, {name: texts[name] for name in names[20:30]})
    window.context.set_offline(True)
    type_in(window, {name: texts[name] for name in names[30:]})
    state(window, "No connection: kept in this browser")
    window.look("no-connection")
    assert held_by_server(world) != texts
    assert stored(window) == [f"draft:{world.focal_sei.pk}:{world.address}"]
    # The button keeps the page where it is.
    window.page.get_by_role("button", name="Save draft").last.click()
    state(window, "No connection: kept in this browser")
    # The page is closed, and opened again when the line is back: without the municipalities, as the list links to it.
    window = back(window, world)
    expect(window.page.locator("[data-draft-back]")).to_be_visible()
    state(window, "Saved at")
    assert held_by_server(world) == texts
    assert story().status == "delayed"
    assert stored(window) == []
    # What the page shows is what is saved.
    window.open(world.address)
    assert {name: window.page.locator(f'[name="{name}"]').input_value() for name in names} == texts
    assert not window.page.locator("[data-draft-back]").is_visible()
    assert window.is_clean()


def test_the_line_returns_while_the_page_is_open(world, window):
    window.fill(narrative="Before.")
    state(window, "Saved at")
    window.context.set_offline(True)
    window.fill(narrative="Before. After.", next_steps="More.")
    state(window, "No connection: kept in this browser")
    window.context.set_offline(False)
    state(window, "Saved at")
    assert (story().narrative, story().next_steps) == ("Before. After.", "More.")
    assert stored(window) == []
    # The page's own button goes on from there.
    window.press("Save draft").says("Saved at")
    assert window.is_clean()


def test_rows_that_were_added_on_the_page_come_back_one_after_the_other(world, window):
    window.choose("status", "delayed")
    state(window, "Saved at")
    window.context.set_offline(True)
    for place in (1, 2, 3):
        if place > 1:
            window.page.get_by_role("button", name="Save, and add another").click()
        window.fill(**{f"corr-{place}-cause": f"Cause {place}"})
    state(window, "No connection")
    window = back(window, world)
    expect(window.page.locator('[name="corr-3-cause"]')).to_have_value("Cause 3")
    state(window, "Saved at")
    assert [one.cause for one in story().corrections.order_by("order")] == ["Cause 1", "Cause 2", "Cause 3"]
    window.open(world.address)
    assert stored(window) == []
    assert window.is_clean()


def test_what_was_taken_back_is_not_waited_for(world, window):
    window.fill(narrative="Saved.")
    state(window, "Saved at")
    window.fill(narrative="Saved. Or not?")
    state(window, "Saving")
    window.fill(narrative="Saved.")
    state(window, "Saved at")
    assert stored(window) == []
    assert story().version == 1


def lose_answers(window, most=1):
    """The server gets what is sent and saves it; its answer is lost on the way, `most` times."""
    lost = []

    def handle(route):
        if len(lost) < most:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    window.context.route(AUTOSAVE, handle)
    return lost


def test_a_save_whose_answer_is_lost_is_no_conflict(world, window):
    lost = lose_answers(window)
    window.fill(narrative="Arrived. ")
    state(window, "No connection")
    window.fill(next_steps="Typed after that.")
    state(window, "Saved at")
    assert lost == [200]
    assert not window.page.locator("[data-draft-elsewhere]").is_visible()
    assert (story().narrative, story().next_steps, story().version) == ("Arrived.", "Typed after that.", 2)
    assert stored(window) == []
    assert window.is_clean()


def test_a_lost_answer_and_a_closed_page_are_no_conflict(world, window):
    lost = lose_answers(window, most=99)
    numerator = f"i{world.indicator.pk}-n"
    window.fill(narrative="Arrived.", **{numerator: "1 200"})
    state(window, "No connection")
    window.fill(narrative="Arrived. Typed after that.")
    window.context.unroute(AUTOSAVE)
    window = back(window, world)
    state(window, "Saved at")
    assert 200 in lost
    assert not window.page.locator("[data-draft-elsewhere]").is_visible()
    assert story().narrative == "Arrived. Typed after that."
    assert world.submission.values.get().numerator == 1200
    assert window.is_clean()


def test_leaving_asks_nothing_and_loses_nothing(world, window):
    asked = []
    window.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    window.fill(narrative="On the way out.")
    window.press("My report 2024")
    assert story().narrative == "On the way out."
    window.open(world.address).fill(narrative="Closed at once.")
    window.page.goto("about:blank")
    window = back(window, world)
    expect(window.page.locator('[name="narrative"]')).to_have_value("Closed at once.")
    state(window, "")
    window.press("Save draft")
    assert story().narrative == "Closed at once."
    assert asked == []


def test_a_browser_that_keeps_nothing_says_so_and_asks_before_leaving(world, open_window):
    window = open_window()
    window.context.add_init_script(
        "Storage.prototype.setItem = Storage.prototype.getItem = () => { throw new Error('not allowed'); };"
    )
    window.sign_in(world.focal_sei.email, PASSWORD).open(world.address)
    window.fill(narrative="Saved all the same.")
    state(window, "Saved at")
    assert story().narrative == "Saved all the same."
    window.context.set_offline(True)
    window.fill(narrative="Only here.")
    state(window, "this browser keeps nothing: leave this page open")
    asked = []
    window.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    window.page.evaluate("() => { setTimeout(() => location.assign('/'), 0); }")
    window.page.wait_for_timeout(1000)
    assert asked == ["beforeunload"]
    window.context.set_offline(False)
    state(window, "Saved at")
    assert story().narrative == "Only here."


# What cannot be read


def test_a_mistake_stays_in_the_browser_and_the_rest_is_saved(world, window):
    numerator, denominator = (f"i{world.indicator.pk}-{part}" for part in "nd")
    window.fill(narrative="Begun.", **{numerator: "many", denominator: "452"})
    state(window, "but not: 1.1.1a: “many” is not a number")
    assert story().narrative == "Begun."
    box = window.page.locator(f'[name="{numerator}"]')
    assert box.get_attribute("aria-invalid") == "true"
    window.look("not-a-number")
    window = back(window, world)
    box = window.page.locator(f'[name="{numerator}"]')
    expect(box).to_have_value("many")
    state(window, "but not: 1.1.1a: “many” is not a number")
    # The page's own button says it at the box, as it always did.
    window.press("Save draft", status=422).says("There is a problem")
    window.fill(**{numerator: "18"})
    state(window, "Saved at")
    assert world.submission.values.get().numerator == 18
    assert window.page.locator("[data-draft-unsaved]").is_hidden()
    assert stored(window) == []
    assert window.is_clean()


def test_what_is_put_back_can_be_taken_back(world, window):
    window.fill(narrative="Saved.")
    state(window, "Saved at")
    window.context.set_offline(True)
    window.fill(narrative="Thought better of.")
    state(window, "No connection")
    window = back(window, world)
    window.says("Put back: what you had typed here at")
    assert window.axe() == []
    window.page.get_by_role("button", name="Use what is saved on the server").click()
    expect(window.page.locator('[name="narrative"]')).to_have_value("Saved.")
    state(window, "Saved at")
    window.open(world.address)
    assert window.page.locator('[name="narrative"]').input_value() == "Saved."
    assert story().narrative == "Saved."
    assert window.is_clean()


def test_a_page_that_was_handed_in_meanwhile(world, window):
    fill(world.submission, world.focal_sei, at=timezone.now())
    transition(subject=world.submission, action="submit", by=world.focal_sei, at=timezone.now())
    window.fill(narrative="Too late.")
    state(window, "It was submitted and is locked.")
    assert stored(window)
    window.press("Save draft", status=409).says("Nothing was saved: this can no longer be changed")
    assert window.page.locator('[name="narrative"]').input_value() == "Too late."
    assert window.is_clean()


# Two tabs, two people


def second_is_told(world, first, second, who):
    first.fill(narrative="From the office.")
    state(first, "Saved at")
    second.fill(narrative="From the phone.", next_steps="Mine alone.")
    state(second, "Changed elsewhere")
    second.says(
        "This page was saved elsewhere while you were writing", f"{who} saved it at", "From the office."
    )
    assert story().narrative == "From the office."
    assert story().next_steps == ""
    assert second.axe() == []
    second.look("changed-elsewhere")
    # Nothing more is sent until it is decided: neither by itself nor by the page's button.
    second.fill(narrative="From the phone, once more.")
    second.page.get_by_role("button", name="Save draft").last.click()
    expect(second.page.locator("[data-draft-elsewhere]")).to_be_focused()
    assert story().narrative == "From the office."


def test_two_tabs_and_mine_is_saved(world, window):
    second = another_tab(window).open(world.address)
    window.fill(what_worked="Only the first one wrote this.")
    state(window, "Saved at")
    second_is_told(world, window, second, "focal_sei")
    with second.page.expect_navigation():
        second.page.get_by_role("button", name="Save mine").click()
    expect(second.page.locator('[name="what_worked"]')).to_have_value("Only the first one wrote this.")
    assert (story().narrative, story().next_steps) == ("From the phone, once more.", "Mine alone.")
    assert story().what_worked == "Only the first one wrote this."
    assert stored(second) == []
    assert second.is_clean()


def test_mine_over_a_bad_line_still_replaces_only_what_i_changed(world, window):
    second = another_tab(window).open(world.address)
    window.fill(narrative="From the office.", what_worked="Only the first one wrote this.")
    state(window, "Saved at")
    second.fill(narrative="From the phone.")
    state(second, "Changed elsewhere")
    lose = []
    second.context.route(
        AUTOSAVE, lambda route: (route.continue_() if lose else route.abort(), lose.append(1))
    )
    second.page.get_by_role("button", name="Save mine").click()
    state(second, "No connection")
    with second.page.expect_navigation():
        second.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    assert (story().narrative, story().what_worked) == ("From the phone.", "Only the first one wrote this.")


def test_two_people_and_theirs_is_kept(world, window, open_window):
    second = open_window().sign_in(world.users["colleague"].email, PASSWORD).open(world.address)
    second_is_told(world, window, second, "focal_sei")
    second.press("Open what is saved and drop mine")
    expect(second.page.locator('[name="narrative"]')).to_have_value("From the office.")
    assert second.page.locator('[name="next_steps"]').input_value() == ""
    assert stored(second) == []
    assert story().narrative == "From the office."
    second.fill(next_steps="And on.")
    state(second, "Saved at")
    assert story().next_steps == "And on."
    assert second.is_clean()


def test_what_was_kept_meets_what_somebody_else_saved(world, window, open_window):
    window.context.set_offline(True)
    window.fill(narrative="Mine, from the field.", next_steps="Mine as well.")
    state(window, "No connection")
    window.page.goto("about:blank")
    second = open_window().sign_in(world.users["colleague"].email, PASSWORD).open(world.address)
    second.fill(narrative="Hers, from the office.")
    state(second, "Saved at")
    window = back(window, world)
    state(window, "Changed elsewhere")
    window.says("Hers, from the office.", "Mine, from the field.", "Colleague saved it at")
    # Undecided it stays a difference, however often the page is opened.
    window = back(window, world)
    state(window, "Changed elsewhere")
    assert story().narrative == "Hers, from the office."
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Save mine").click()
    state(window, "")
    assert (story().narrative, story().next_steps) == ("Mine, from the field.", "Mine as well.")
    assert window.is_clean()


# Sessions, and computers that are shared


def expire():
    Session.objects.all().delete()


def test_a_session_that_ends_while_typing(world, window):
    window.fill(narrative="Saved.")
    state(window, "Saved at")
    expire()
    window.fill(narrative="Saved. And typed later.", next_steps="More.")
    state(window, "Signed out: kept in this browser.")
    window.page.get_by_role("button", name="Save draft").last.click()
    state(window, "Signed out: kept in this browser.")
    window.look("signed-out")
    window.press("Sign in again")
    window.page.get_by_label("E-mail address").fill(world.focal_sei.email)
    window.page.get_by_label("Password").fill(PASSWORD)
    window.press("Sign in", within=window.page.locator("form.card"), exact=True)
    assert window.path == world.address
    window.says("Put back: what you had typed here at")
    state(window, "Saved at")
    assert (story().narrative, story().next_steps) == ("Saved. And typed later.", "More.")
    assert window.is_clean()


def test_signed_in_again_in_another_tab_the_page_goes_on(world, window):
    expire()
    window.fill(narrative="Typed.")
    state(window, "Signed out")
    another_tab(window).sign_in(world.focal_sei.email, PASSWORD)
    window.page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    state(window, "Saved at")
    assert story().narrative == "Typed."
    window.press("Save and go back to the list").says("My report")
    assert window.is_clean()


def test_another_person_at_the_same_computer_sees_and_saves_nothing_of_it(world, window):
    window.context.set_offline(True)
    window.fill(narrative="Mine alone.")
    state(window, "No connection")
    expire()
    window.context.set_offline(False)
    second = another_tab(window).sign_in(world.users["colleague"].email, PASSWORD).open(world.address)
    # The first page is still open: what was typed in it is not hers, and is not saved in her name.
    state(window, "Signed out")
    assert second.page.locator('[name="narrative"]').input_value() == ""
    assert not second.page.locator("[data-draft-back]").is_visible()
    second.fill(next_steps="Hers.")
    state(second, "Saved at")
    assert (story().narrative, story().saved_by) == ("", world.users["colleague"])
    window.page.goto("about:blank")
    # It waits for the one who typed it.
    third = second
    expire()
    third.sign_in(world.focal_sei.email, PASSWORD).open(world.address)
    expect(third.page.locator('[name="narrative"]')).to_have_value("Mine alone.")
    state(third, "Saved at")
    assert (story().narrative, story().next_steps) == ("Mine alone.", "Hers.")
    assert third.is_clean()


def test_signing_out_leaves_nothing_behind_and_warns_of_what_is_not_sent(world, window):
    window.context.route(AUTOSAVE, lambda route: route.abort())
    window.fill(narrative="Not sent.")
    state(window, "No connection")
    answers, asked = ["dismiss", "accept"], []

    def answer(dialog):
        asked.append(dialog.message)
        getattr(dialog, answers[len(asked) - 1])()

    window.page.on("dialog", answer)
    window.page.locator(".bar-user").click()
    window.page.get_by_role("button", name="Sign out").first.click()
    window.page.wait_for_timeout(500)
    assert len(asked) == 1
    assert "has not reached the server" in asked[0]
    assert window.path == world.address
    assert stored(window)
    window.press("Sign out")
    assert len(asked) == 2
    assert stored(window) == []
    assert not ActivityProgress.objects.exists()


def test_signing_out_sends_first_and_then_asks_nothing(world, window):
    asked = []
    window.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    window.fill(narrative="Sent on the way out.")
    window.page.locator(".bar-user").click()
    window.press("Sign out")
    assert asked == []
    assert story().narrative == "Sent on the way out."
    assert stored(window) == []


def test_copies_that_nobody_came_back_for_are_thrown_away(world, window):
    window.page.evaluate(
        """() => {
          const days = (many) => JSON.stringify({ boxes: { narrative: ["", "x", null] }, at: Date.now() - many * 864e5, query: "" });
          localStorage.setItem("draft:1:/submissions/1/indicators/", days(61));
          localStorage.setItem("draft:2:/submissions/1/indicators/", days(59));
          localStorage.setItem("theme", "dark");
        }"""
    )
    window.open(world.address)
    assert stored(window) == ["draft:2:/submissions/1/indicators/"]
    assert window.page.evaluate("() => localStorage.getItem('theme')") == "dark"
