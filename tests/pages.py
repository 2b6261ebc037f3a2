"""Drives pages as a browser without scripts does: opens them, fills the forms that are there, presses the buttons."""

import lxml.html
from django.test import Client


class Visitor:
    """One person at one browser. `page` is the last page; an answer of 400 or more fails unless it is expected."""

    def __init__(self, user=None, email="", password=""):
        self.client = Client()
        self.page = None
        self.answer = None
        if user is not None:
            self.client.force_login(user)
        if email:
            self.open("/sign-in/")
            self.press("Sign in", username=email, password=password)

    def open(self, address, *, status=200):
        self._keep(self.client.get(address, follow=True), status)
        return self

    def press(self, button, *, status=200, form=None, **values):
        """Fills `values` into the form that has a button of these words and presses it; what is there already stays.

        A form given by `form` (an index) is meant where several have that button. Names with a hyphen come as
        `**{"i1-n": "3"}`. Files are passed as open files.
        """
        found = [one for one in self.page.forms if self._button(one, button) is not None]
        assert found, f"no button “{button}” on {self.answer.request['PATH_INFO']}: {self.buttons()}"
        assert form is not None or len(found) == 1, f"{len(found)} forms have a button “{button}”"
        target = found[form or 0]
        pressed = self._button(target, button)
        data = {}
        for name, value in target.form_values():
            # lxml sends "on" for a chosen radio whose value is empty; a browser sends the empty value.
            if value == "on" and target.xpath(
                ".//input[@type='radio'][@name=$name][@checked][@value='']", name=name
            ):
                value = ""
            data.setdefault(name, []).append(value)
        for name, value in values.items():
            known = {*target.fields, *self._fields_outside(target)}
            assert name in known, f"no field {name!r}: {sorted(known)}"
            data[name] = value if isinstance(value, list) else [value]
        if pressed.get("name"):
            data[pressed.get("name")] = [pressed.get("value", "")]
        address = pressed.get("formaction") or target.get("action") or self.answer.request["PATH_INFO"]
        query = self.answer.request.get("QUERY_STRING", "")
        if address == self.answer.request["PATH_INFO"] and query:
            address = f"{address}?{query}"
        files = {name: value[0] for name, value in data.items() if value and hasattr(value[0], "read")}
        self._keep(self.client.post(address, data | files, follow=True), status)
        return self

    def field_names(self, button):
        """The names of the fields in the form with that button."""
        form = next(one for one in self.page.forms if self._button(one, button) is not None)
        return list(form.fields)

    def buttons(self):
        return [self._words(button) for button in self.page.xpath("//button")]

    @property
    def text(self):
        """What a person reads on the page, white space folded."""
        body = self.page.find("body")
        return " ".join(" ".join(body.itertext()).split())

    def links(self, words):
        """Addresses of the links whose text holds `words`."""
        return [link.get("href") for link in self.page.xpath("//a[@href]") if words in self._words(link)]

    def follow(self, words):
        addresses = self.links(words)
        assert addresses, f"no link “{words}”"
        return self.open(addresses[0])

    def _keep(self, answer, status):
        self.answer = answer
        self.page = lxml.html.fromstring(answer.content.decode())
        self.page.make_links_absolute("http://testserver" + answer.request["PATH_INFO"])
        for form in self.page.forms:
            form.action = (form.get("action") or "").replace("http://testserver", "") or None
        for link in self.page.xpath("//a[@href]"):
            link.set("href", link.get("href").replace("http://testserver", ""))
        assert answer.status_code == status, (
            f"{answer.request['PATH_INFO']}: {answer.status_code}\n{self.text[:800]}"
        )

    def _fields_outside(self, form):
        """Names of the fields that belong to a form by its id, without standing in it."""
        return self.page.xpath("//input[@form=$id]/@name", id=form.get("id")) if form.get("id") else []

    def _button(self, form, words):
        buttons = form.xpath(".//button[not(@form)]")
        if form.get("id"):
            buttons += self.page.xpath("//button[@form=$id]", id=form.get("id"))
        return next((one for one in buttons if self._words(one).startswith(words)), None)

    @staticmethod
    def _words(element):
        return " ".join("".join(element.itertext()).split())
