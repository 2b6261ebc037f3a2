"""The PDF of a report: tagged, described, navigable, the same for the same data, and closed to the outside."""

import io
import shutil
import subprocess
from dataclasses import replace

import pikepdf
import pytest
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from frameworks.charts import TONE_FILL
from frameworks.choices import VOCABULARIES
from frameworks.models import Activity
from monitoring.reports.build import build_pillar_report
from monitoring.reports.pdf import LocalFiles, render_pdf
from tests.monitoring.report_world import CUT_OFF, make_year

pytestmark = pytest.mark.slow


@pytest.fixture
def report(world):
    year = make_year(world)
    Activity.objects.filter(code="1.1.1").update(
        title="Train <b>women</b> & men <img src=http://example.org/x>"
    )
    return build_pillar_report(
        plan=world.plan, round=year.round, pillar=world.participation, cut_off=CUT_OFF, version=2
    )


@pytest.fixture
def pdf(report):
    with pikepdf.open(io.BytesIO(render_pdf(report).content)) as opened:
        yield opened


def text_of(content):
    """The words of a PDF, line breaks and runs of blanks as one blank."""
    assert shutil.which("pdftotext"), "poppler-utils is missing: bin/setup --tests installs it"
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def elements(pdf):
    """Every element of the structure tree as (tag, dictionary)."""
    waiting, found = [pdf.Root.StructTreeRoot], []
    while waiting:
        node = waiting.pop()
        if "/S" in node:
            found.append((str(node.S), node))
        kids = node.get("/K", [])
        kids = kids if isinstance(kids, pikepdf.Array) else [kids]
        waiting += [kid for kid in kids if isinstance(kid, pikepdf.Dictionary)]
    return found


def test_is_tagged_and_says_what_it_is(pdf):
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en"
    assert str(pdf.docinfo["/Title"]) == "Participation: pillar report 2024 – TL-NAP-2024-2028"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as metadata:
        assert metadata.get("pdfuaid:part") == "1"
        assert metadata.get("dc:title") == str(pdf.docinfo["/Title"])


def test_every_picture_has_a_description(pdf):
    figures = [node for tag, node in elements(pdf) if tag == "/Figure"]
    assert sorted(str(node.Alt) for node in figures) == ["Activities by status", "Indicators by performance"]


def test_tables_have_heads_and_headings_skip_no_level(pdf):
    tags = [tag for tag, _node in elements(pdf)]
    assert tags.count("/Table") >= 6
    assert tags.count("/TH") > tags.count("/Table")
    assert tags.count("/H1") == 1
    levels = [int(tag[2]) for tag in tags if tag in ("/H1", "/H2", "/H3", "/H4")]
    assert set(levels) == {1, 2, 3, 4}
    cells = [node for tag, node in elements(pdf) if tag == "/TD"]
    assert all("/Headers" in node.A for node in cells)


def test_bookmarks_and_contents_lead_to_the_sections(pdf):
    with pdf.open_outline() as outline:
        top = outline.root[0]
        assert top.title == "Participation"
        chapters = [item.title for item in top.children]
    assert chapters[:4] == [
        "Summary",
        "How complete this report is, and how to read it",
        "Activities",
        "Indicators",
    ]
    assert chapters[-1] == "Annex"
    links = [note for page in pdf.pages for note in page.get("/Annots", []) if note.Subtype == "/Link"]
    assert len(links) >= 10


def test_says_what_the_steering_committee_must_not_miss(report):
    text = text_of(render_pdf(report).content)
    for words in (
        "Draft 2 – not approved by the steering committee",
        "Data read 9 March 2025, 12:00",
        "3 of 5 institutions",
        "Received 3 of 5 reports.",
        "BA-FUTURU: 9 days late",
        "Ministério da Justiça (MJ): handed in, returned for correction and not back yet",
        "Moved backwards",
        "4% against a target of 10%; in 2023 it was 4.8%",
        "No budget was released until June.",
        "our members counted 9,400 & hold the lists.",
        "Reported, unconfirmed",
        "The register of cases is on paper only.",
        "not costed",
        "Polícia Nacional de Timor-Leste",
        "Unknown (total minus parts)",
    ):
        assert words in text, words
    assert "SECRET-DRAFT" not in text


def test_what_people_wrote_is_text_never_markup(report):
    assert "Train <b>women</b> & men <img src=http://example.org/x>" in text_of(render_pdf(report).content)


def test_the_head_of_every_page_but_the_cover_says_plan_version_and_state(report):
    document = render_pdf(report)
    first, *rest = [text_of_page(document.content, number) for number in range(1, document.pages + 1)]
    assert "Draft 2 · not approved" not in first
    for number, text in enumerate(rest, start=2):
        assert text.startswith(
            "TL-NAP-2024-2028 · Participation: pillar report 2024 Draft 2 · not approved"
        ), number
        assert text.replace(" ", "").endswith(f"{number}/{document.pages}")


def text_of_page(content, number):
    page = ["pdftotext", "-f", str(number), "-l", str(number), "-layout", "-", "-"]
    done = subprocess.run(page, input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_the_same_data_gives_the_same_bytes(report):
    assert render_pdf(report).content == render_pdf(report).content


def test_progress_is_heard_page_by_page(report):
    pages = []
    document = render_pdf(report, on_page=pages.append)
    assert max(pages) == document.pages


def test_a_plan_with_invented_figures_says_so_on_the_cover_and_every_page(report):
    marked = replace(report, plan=replace(report.plan, is_illustrative=True))
    document = render_pdf(marked)
    assert "Do not quote them." in text_of_page(document.content, 1)
    assert "holds illustrative figures" in text_of_page(document.content, 2)
    assert "illustrative" not in text_of(render_pdf(report).content)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/style.css",
        "https://example.org/picture.svg",
        "file:///etc/passwd",
        "data:text/css,p%7B%7D",
        "static:../napwps/settings.py",
        "static:css/../../manage.py",
        "static:css/none.css",
        "icon:../x",
    ],
)
def test_nothing_but_our_own_files_is_fetched(address):
    with pytest.raises(Exception) as caught:
        LocalFiles().fetch(address)
    assert not isinstance(caught.value, OSError)
    html = f'<html lang="en"><link rel="stylesheet" href="{address}"><p>x</p></html>'
    with pytest.raises(FatalURLFetchingError):
        HTML(string=html, url_fetcher=LocalFiles()).render()


def test_every_status_has_its_glyph_and_every_tone_its_swatch():
    fetcher = LocalFiles()
    for vocabulary in VOCABULARIES.values():
        for member in vocabulary:
            assert b"<svg" in fetcher.fetch(f"icon:{member.glyph}").read()
    for tone, colour in TONE_FILL.items():
        assert colour.encode() in fetcher.fetch(f"swatch:{tone}").read()
