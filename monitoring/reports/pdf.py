"""A report as PDF: tagged (PDF/UA-1), with bookmarks and page numbers, made by WeasyPrint from templates/reports/.

Nothing is fetched from outside: the only addresses that exist are our own static files and the small pictures drawn here.
"""

import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from frameworks.charts import TONE_FILL, TONE_HATCH
from frameworks.choices import VOCABULARIES
from frameworks.templatetags.ui import icon_shapes
from monitoring.reports.present import presented_of
from monitoring.reports.snapshot import checksum

_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}
_INK = "#241c27"
_HATCHES = {
    "slash": '<path d="M-1 7 7-1M-1 1 1-1M5 7 7 5" stroke="#fff" stroke-width="1.4"/>',
    "dots": '<path d="M1.5 1.5h.01M4.5 4.5h.01" stroke="#fff" stroke-width="1.8" stroke-linecap="round"/>',
    "cross": '<path d="M0 0 6 6M6 0 0 6" stroke="#fff" stroke-width="1.2"/>',
    "bars": '<path d="M2.5 0v6" stroke="#fff" stroke-width="1.4"/>',
    "lines": '<path d="M0 2.5h6" stroke="#fff" stroke-width="1.2"/>',
}


@dataclass(frozen=True, slots=True)
class Document:
    """A finished file: its bytes and how many pages it has."""

    content: bytes
    pages: int


class LocalFiles(URLFetcher):
    """Serves `static:css/report.css`, `icon:star`, `swatch:good` and `bar:0`; refuses every other address and stops the report."""

    def __init__(self):
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url, headers=None):
        scheme, _colon, name = url.partition(":")
        if scheme == "static":
            return self._static(url, name)
        if scheme == "icon":
            return _svg(url, _icon(name))
        if scheme == "swatch":
            return _svg(url, _swatch(name))
        if scheme == "bar" and name in _BARS:
            return _svg(url, _bar(name))
        raise ValueError(f"A report may not fetch {url!r}: only files of this installation.")

    @staticmethod
    def _static(url, name):
        path = finders.find(name)
        ending = "." + name.rpartition(".")[2]
        if not path or ending not in _TYPES:
            raise ValueError(f"A report may not fetch {url!r}: there is no such style sheet or picture.")
        with open(path, "rb") as file:
            return URLFetcherResponse(url, file.read(), {"Content-Type": _TYPES[ending]})


def _svg(url, shape):
    return URLFetcherResponse(url, shape.encode(), {"Content-Type": "image/svg+xml"})


def _icon(name):
    """A glyph of static/img/icons.svg in the colour of text."""
    shape = icon_shapes()[name].replace("currentColor", _INK)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" width="20" height="20" fill="none" '
        f'stroke="{_INK}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{shape}</svg>'
    )


def _swatch(tone):
    """The square that stands for a tone in a key: filled and hatched as in the charts."""
    fill, hatch = TONE_FILL[tone], TONE_HATCH[tone]
    pattern = (
        f'<defs><pattern id="h" width="6" height="6" patternUnits="userSpaceOnUse">{_HATCHES[hatch]}</pattern></defs>'
        '<rect width="16" height="16" rx="3" fill="url(#h)"/>'
        if hatch
        else ""
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16">'
        f'<rect width="16" height="16" rx="3" fill="{fill}"/>{pattern}</svg>'
    )


#: The series of grouped bars, as templates/charts/bar_shape.svg draws them: fill, edge, hatch.
_BARS = {
    "0": ("#ebe5e0", "#857b82", None),
    "1": ("#3d6cc0", "#3d6cc0", "slash"),
    "2": ("#6d2a75", "#6d2a75", None),
}


def _bar(series):
    """The square that stands for a series of bars in a key. A drawing there would be a picture without a description."""
    fill, edge, hatch = _BARS[series]
    pattern = (
        f'<defs><pattern id="h" width="6" height="6" patternUnits="userSpaceOnUse">{_HATCHES[hatch]}</pattern></defs>'
        '<rect x="1" y="1" width="14" height="14" fill="url(#h)"/>'
        if hatch
        else ""
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16">'
        f'<rect x="1" y="1" width="14" height="14" fill="{fill}" stroke="{edge}" stroke-width="1.5"/>{pattern}</svg>'
    )


def _glyph_styles():
    """CSS for the glyph of every status. Backgrounds are artefacts to a screen reader: the label beside says it all."""
    glyphs = sorted({member.glyph for vocabulary in VOCABULARIES.values() for member in vocabulary})
    rules = [f'.glyph-{glyph} {{ background-image: url("icon:{glyph}") }}' for glyph in glyphs]
    rules += [f'.swatch-{tone} {{ background-image: url("swatch:{tone}") }}' for tone in TONE_FILL]
    rules += [f'.swatch-bar-{series} {{ background-image: url("bar:{series}") }}' for series in _BARS]
    # Widths of columns that a document gives in percent (templates/reports/blocks/table.html).
    rules += [f".share-{percent} {{ width: {percent}% }}" for percent in range(1, 101)]
    return "\n".join(rules)


def render_pdf(report, *, on_page=None):
    """The Document of a report. The same data and cut-off give the same bytes.

    on_page(number): called whenever a page is laid out (some are laid out twice). Raises what WeasyPrint raises.
    """
    # English until the interface speaks more: the document must not claim a language that its words are not in.
    with translation.override(settings.LANGUAGE_CODE):
        html = render_to_string(f"reports/{report.kind}.html", presented_of(report) | {"paper": True})
    fetcher = LocalFiles()
    styles = CSS(string=_glyph_styles(), url_fetcher=fetcher)
    with _listening(on_page):
        document = HTML(string=html, url_fetcher=fetcher).render(pdf_variant="pdf/ua-1", stylesheets=[styles])
        identifier = bytes.fromhex(checksum(report))[:16]
        content = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return Document(content=content, pages=len(document.pages))


@contextmanager
def _listening(on_page):
    """Hears from WeasyPrint's own progress log which page it is at."""
    if on_page is None:
        yield
        return

    class Ear(logging.Handler):
        def emit(self, record):
            found = re.search(r"Page (\d+)", record.getMessage())
            if found:
                on_page(int(found[1]))

    ear, log = Ear(), logging.getLogger("weasyprint.progress")
    level, passes_on = log.level, log.propagate
    log.addHandler(ear)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(ear)
        log.setLevel(level)
        log.propagate = passes_on
