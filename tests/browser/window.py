"""A page in headless Chromium that keeps watch: over its console, over what it asks for, and over its width."""

from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT

WIDE, PHONE = 1280, 390
HEIGHT = 900
#: Milliseconds that anything may take on a busy machine.
PATIENCE = 20_000

#: Answers that a page's script is told on purpose (monitoring/views/autosave.py): signed out, saved elsewhere, unreadable.
TOLD = {("autosave", status) for status in (401, 409, 422)}

#: The innermost elements that stick out of the window and do not sit in something that scrolls by itself.
_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth, found = [];
  const clipped = (one) => { for (let up = one.parentElement; up && up !== document.body; up = up.parentElement)
    if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX)) return true; return false; };
  for (const one of document.body.querySelectorAll("*")) {
    const box = one.getBoundingClientRect();
    if (box.width && box.right > width + 1 && !clipped(one)) found.push(one.outerHTML.slice(0, 150));
  }
  return found.slice(-3);
}"""
_OVERFLOW = """() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)
                     - document.documentElement.clientWidth"""


class Window:
    """One page of a browser context, on the server at `home`. `complaints` collects what a user's console would show."""

    def __init__(self, context, home, artifacts):
        self.context, self.home, self.artifacts = context, home.rstrip("/"), artifacts
        self.complaints = []
        self.foreign = []
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def _on_console(self, message):
        # Chromium reports every answer of 400 and more; what matters of those is said by `_on_response`.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")

    def _on_request(self, request):
        scheme, host = urlsplit(request.url)[:2]
        if scheme not in {"data", "blob", "about"} and host != urlsplit(self.home).netloc:
            self.foreign.append(request.url)

    def _on_response(self, response):
        told = (urlsplit(response.url).path.strip("/").split("/")[-1], response.status) in TOLD
        if response.status >= 400 and not told and not response.request.is_navigation_request():
            self.complaints.append(f"{response.status}: {response.url}")

    # Going about

    def open(self, address, *, status=200):
        answer = self.page.goto(self.home + address)
        assert answer.status == status, f"{address}: {answer.status}, {self.page.title()}"
        return self

    def press(self, name, *, within=None, status=200, exact=False):
        """Presses the first button (or link) of that name and waits for the page that follows."""
        scope = within or self.page
        target = (
            scope.get_by_role("button", name=name, exact=exact)
            .or_(scope.get_by_role("link", name=name, exact=exact))
            .first
        )
        with self.page.expect_navigation() as navigation:
            target.click()
        answer = navigation.value
        assert answer.status == status, f"{name}: {answer.status}, {self.text()[:2000]}"
        return self

    def fill(self, **fields):
        """Fills fields by their name attribute; hyphens are written as in `**{"i1-n": "3"}`."""
        for name, value in fields.items():
            self.page.locator(f'[name="{name}"]').fill(value)
        return self

    def choose(self, name, value):
        """Marks the radio button, or takes the option, of that value."""
        field = self.page.locator(f'select[name="{name}"]')
        if field.count():
            field.select_option(value)
        else:
            self.page.locator(f'input[name="{name}"][value="{value}"]').check()
        return self

    def sign_in(self, email, password):
        self.open("/sign-in/")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(password)
        return self.press("Sign in", within=self.page.locator("form.card"), exact=True)

    # Looking

    @property
    def path(self):
        return self.page.url.removeprefix(self.home)

    def text(self):
        """What the main part of the page says, spaces made single."""
        return " ".join(self.page.locator("main").inner_text().split())

    def says(self, *words):
        text = self.text()
        for one in words:
            assert one.lower() in text.lower(), f"“{one}” is not on {self.path}: {text[:3000]}"
        return self

    def overflow(self):
        """By how many pixels the page is wider than its window, and what sticks out; "" when it fits."""
        pixels = self.page.evaluate(_OVERFLOW)
        return f"{pixels} px too wide: {self.page.evaluate(_STICKING_OUT)}" if pixels > 0 else ""

    def look(self, name):
        """Keeps pictures of the page at both widths; it must fit into both."""
        for width in (PHONE, WIDE):
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            assert not self.overflow(), f"{self.path} at {width} px: {self.overflow()}"
            self.picture(f"{name}-{width}")
        return self

    def picture(self, name):
        self.page.screenshot(path=self.artifacts / f"{name}.png", full_page=True)

    def axe(self):
        """What axe-core finds wrong, one line for each place."""
        if not self.page.evaluate("() => Boolean(window.axe)"):
            self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(
            "() => axe.run({resultTypes: ['violations']}).then((one) => one.violations)"
        )
        return [
            f"{rule['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:200]}"
            for rule in found
            for node in rule["nodes"]
        ]

    def is_clean(self):
        """Nothing in the console, nothing asked of another host."""
        assert not self.complaints, self.complaints
        assert not self.foreign, self.foreign
        return True
