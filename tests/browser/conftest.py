"""Headless Chromium for the tests of this folder.

BROWSER_ARTIFACTS names a folder for the pictures; without it they lie in pytest's temporary folder.
"""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.window import HEIGHT, WIDE, Window
from tests.monitoring.test_worker import broker, start_worker  # noqa: F401 (fixtures)

# No network but the test's own server, no questions asked; the profile is a new one each time.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def browser():
    """One Chromium for the whole folder."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail(
            "Chromium is not installed, so the pages cannot be looked at. `bin/test` installs it; by hand: "
            "apt-get install chromium. To go without: bin/test -m 'not browser'."
        )
    # Playwright keeps an event loop in this thread, in which Django would refuse to ask the database.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            yield started
            started.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture(scope="package")
def artifacts(tmp_path_factory):
    """Where pictures go."""
    named = os.environ.get("BROWSER_ARTIFACTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_window(request, browser, live_server, artifacts):
    """open_window() → a Window of its own: another person at another computer. `javascript=False` for one without.

    What each of them showed last is kept as a picture: of a test that failed, that is where it stopped.
    """
    windows = []

    def open_window(*, javascript=True, width=WIDE):
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=javascript,
            reduced_motion="reduce",
            locale="en-GB",
            accept_downloads=True,
        )
        windows.append(Window(context, live_server.url, artifacts))
        return windows[-1]

    yield open_window
    for number, window in enumerate(windows, start=1):
        window.picture(f"last-{request.node.name}-{number}")
        window.context.close()
