"""The focal point's part of the main job, without scripts on a phone, and with the keyboard alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Submission
from monitoring.operations.reporting import create_expected_submissions
from tests.browser.window import PHONE
from tests.monitoring.report_world import real_transactions
from tests.world import PASSWORD, make_round, make_world

pytestmark = [pytest.mark.browser, real_transactions]

#: Where the focus is and whether one sees that: a ring of two pixels or more, inside the window, under nothing else.
_FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  const x = (Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2;
  const y = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2;
  const above = document.elementFromPoint(x, y);
  return {
    what: one.outerHTML.slice(0, 160),
    name: one.getAttribute("name") || "",
    text: one.textContent.trim(),
    is_body: one === document.body,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    uncovered: Boolean(above) && (one.contains(above) || above.contains(one) || above.closest("label") !== null),
  };
}"""
MOST_STOPS = 60


@pytest.fixture
def world():
    """SEI leads 1.1.1 with one indicator; MAE leads it too, and 1.1.2. The round is due in nine days."""
    made = make_world()
    today, now = timezone.localdate(), timezone.now()
    made.round = make_round(
        made.plan,
        opens_on=today - timedelta(days=9),
        due_on=today + timedelta(days=9),
        closes_on=today + timedelta(days=30),
        opened_at=now,
    )
    create_expected_submissions(round=made.round, by=None, at=now)
    made.submission = Submission.objects.get(institution=made.sei, pillar=made.participation)
    made.indicator = made.indicators["i111a"]
    return made


def boxes(world):
    """The names of the boxes for numerator and denominator."""
    return f"i{world.indicator.pk}-n", f"i{world.indicator.pk}-d"


def saved_figure(world):
    return (
        world.submission.values.filter(category=None, place=None)
        .values_list("numerator", "denominator")
        .get()
    )


def test_without_scripts_on_a_phone(world, open_window):
    window = open_window(javascript=False, width=PHONE)
    window.sign_in(world.focal_sei.email, PASSWORD).says("1 item due", "9 days left")
    window.press("1.1.1")
    assert window.page.evaluate("() => typeof window.napwps") == "undefined", "no script has run"
    window.fill(narrative="Two trainings were held.").press("Save draft").says("Saved at")
    assert world.submission.progress.get().narrative == "Two trainings were held."

    window.open(f"/submissions/{world.submission.pk}/").press("Submit", exact=True, status=422)
    window.says("something is missing", "choose a status", "1.1.1a")
    assert not window.overflow()
    window.press("choose a status")
    numerator, denominator = boxes(world)
    window.choose("status", "on_track").fill(**{numerator: "30", denominator: "20"})
    window.press("Save draft", status=422).says("There is a problem", "Nothing is saved yet")
    assert not window.overflow()
    window.fill(**{denominator: "442"}).press("Save draft").says("Saved at", "6.8%")
    assert saved_figure(world) == (30, 442)

    window.press("Save and go back to the list").press("Submit Participation", status=422)
    window.says("The part of MAE").press("Submit without this part").says("Submitted")
    world.submission.refresh_from_db()
    assert world.submission.state == "submitted"
    assert window.is_clean()


def focus(window):
    return window.page.evaluate(_FOCUS)


def tab_to(window, *, name="", text=""):
    """Presses Tab until the focus is on the thing with that name, or with that text; one must see it at every stop."""
    for _stop in range(MOST_STOPS):
        window.page.keyboard.press("Tab")
        at = focus(window)
        if at["is_body"]:
            continue
        assert at["ring"], f"no ring around {at['what']}"
        assert at["inside"], f"outside of the window: {at['what']}"
        assert at["uncovered"], f"covered by something: {at['what']}"
        if (name and at["name"] == name) or (text and text in at["text"]):
            return
    raise AssertionError(f"Tab does not come to {name or text}")


def press_key(window, key, *, status=200):
    with window.page.expect_navigation() as navigation:
        window.page.keyboard.press(key)
    assert navigation.value.status == status


def test_with_the_keyboard_alone(world, open_window):
    window = open_window()
    keyboard = window.page.keyboard
    window.open("/sign-in/")
    tab_to(window, name="password")
    keyboard.press("Shift+Tab")
    assert focus(window)["name"] == "username"
    keyboard.type(world.focal_sei.email)
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    press_key(window, "Enter")

    keyboard.press("Tab")
    assert "Skip to main content" in focus(window)["text"]
    keyboard.press("Enter")
    tab_to(window, text="1.1.1")
    press_key(window, "Enter")

    tab_to(window, name="status")
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    tab_to(window, name="narrative")
    keyboard.type("Two trainings were held.")
    numerator, denominator = boxes(world)
    tab_to(window, name=numerator)
    keyboard.type("many")
    press_key(window, "Enter", status=422)

    summary = window.page.locator(".error-summary")
    assert summary.evaluate("(one) => one === document.activeElement")
    assert "is not a number" in summary.inner_text()
    tab_to(window, text="is not a number")
    keyboard.press("Enter")
    assert focus(window)["name"] == numerator, "the line of the summary leads to its box"
    keyboard.press("Control+A")
    keyboard.type("30")
    tab_to(window, name=denominator)
    keyboard.type("442")
    assert window.page.locator(".nd output").inner_text() == "6.8%"
    press_key(window, "Enter")
    assert saved_figure(world) == (30, 442)
    progress = world.submission.progress.get()
    assert (progress.status, progress.narrative) == ("on_track", "Two trainings were held.")
    # To the end of the page, whatever comes: no stop without a ring, none behind the bar at the bottom.
    tab_to(window, text="Save and go back to the list")
    press_key(window, "Enter")
    window.says("My report", "Submit Participation")
    assert window.is_clean()
