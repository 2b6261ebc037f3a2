"""The watch itself: what it is there to notice, it notices."""

import pytest

from tests.browser.window import PHONE, Window

pytestmark = pytest.mark.browser

HOME = "http://site.test"
GOOD = '<main><h1>Good</h1><p>Nothing is wrong.</p><img alt="A dove" src="/dove.svg"></main>'


@pytest.fixture
def show(browser, artifacts):
    """show(html) → a Window at a page with that body, on a phone."""
    context = browser.new_context(viewport={"width": PHONE, "height": 600})

    def answer(route):
        if route.request.url == f"{HOME}/":
            page = f'<!doctype html><html lang="en"><title>A page</title><body>{show.html}</body></html>'
            route.fulfill(content_type="text/html", body=page)
        elif route.request.url == f"{HOME}/missing.css":
            route.fulfill(status=404, body="no")
        else:
            route.fulfill(content_type="image/svg+xml", body='<svg xmlns="http://www.w3.org/2000/svg"/>')

    def show(html):
        show.html = html
        window = Window(context, HOME, artifacts)
        return window.open("/")

    context.route("**/*", answer)
    yield show
    context.close()


def test_a_good_page_has_no_fault(show):
    window = show(GOOD)
    assert window.is_clean()
    assert window.overflow() == ""
    assert window.axe() == []


def test_what_sticks_out_is_named(show):
    window = show(GOOD + '<div style="width: 600px">wide</div>')
    assert window.overflow().startswith("218 px too wide")
    assert "600px" in window.overflow()
    assert not show('<div style="overflow-x: auto"><div style="width: 600px">wide</div></div>').overflow()


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<script>console.error('lost')</script>", "console: lost"),
        ("<script>nothing.at.all()</script>", "script: nothing is not defined"),
        ('<link rel="stylesheet" href="/missing.css">', f"404: {HOME}/missing.css"),
    ],
)
def test_what_the_console_would_show_is_kept(show, html, complaint):
    window = show(GOOD + html)
    assert window.complaints == [complaint]
    with pytest.raises(AssertionError):
        window.is_clean()


def test_another_host_is_noticed(show):
    window = show(GOOD + '<img alt="" src="http://cdn.test/tracker.svg">')
    assert window.foreign == ["http://cdn.test/tracker.svg"]
    with pytest.raises(AssertionError):
        window.is_clean()


def test_axe_is_at_work_in_both_schemes(show):
    pale = "<style>@media (prefers-color-scheme: dark) { p { color: #777; background: #666 } }</style>"
    window = show(pale + GOOD.replace('alt="A dove"', ""))
    window.page.emulate_media(color_scheme="light")
    assert [one.split(":")[0] for one in window.axe()] == ["image-alt"]
    window.page.emulate_media(color_scheme="dark")
    assert sorted(one.split(":")[0] for one in window.axe()) == ["color-contrast", "image-alt"]
