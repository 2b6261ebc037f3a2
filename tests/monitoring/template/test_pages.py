"""The pages: download, upload, preview, choose, save, discard; who may; how many queries."""

import io

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from frameworks.models import Place, User
from frameworks.permissions import forget_seats
from monitoring.models import ActivityProgress, ReportUpload
from monitoring.operations.reporting import save_activity
from tests.frameworks.workbook.books import saved
from tests.monitoring.reported import add_breakdown, hand_in, nd, open_round, submission_of, total
from tests.monitoring.template.sheets import Template
from tests.pages import Visitor
from tests.world import NOW, make_activity, make_indicator

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, in_january):
    world.round = open_round(world)
    return world.round


def address(world, name="report_template", institution="SEI", *more):
    return reverse(name, args=[world.plan.code, "2024", institution, *more])


def upload_file(book, name="filled.xlsx"):
    file = saved(book.book)
    file.name = name
    return file


def downloaded(world, user, institution):
    visitor = Visitor(user)
    answer = visitor.client.get(address(world, "report_template_file", institution.code))
    assert answer["Content-Disposition"] == (
        f'attachment; filename="{world.plan.code}-2024-{institution.code}-report.xlsx"'
    )
    return visitor, Template(world.round, institution, io.BytesIO(answer.content))


def test_from_my_report_to_the_draft(world, round, django_capture_on_commit_callbacks):
    visitor, book = downloaded(world, world.focal_mssi, world.mssi)
    assert book.book.sheetnames == ["Read me", "Activities", "Indicators", "_lists", "_meta"]
    guide = " ".join(
        str(cell.value) for row in book.book.worksheets[0].iter_rows() for cell in row if cell.value
    )
    for words in ("MSSI", "28 February 2025", "Yellow cells", "Deferred", "An empty cell is not a zero"):
        assert words in guide, words
    book.fill("activities", "2.1.1", status="On track", narrative="Held courses.")
    book.fill("indicators", "2.1.1a", n=0, d=442)
    visitor.open(reverse("my_report", args=[world.plan.code, "2024"])).follow("Fill it in offline")
    visitor.press("Show the preview", file=upload_file(book))
    for words in ("filled.xlsx. Nothing is saved yet.", "Held courses.", "Activities!", "Indicators!"):
        assert words in visitor.text, words
    assert "→ 0" in visitor.text
    with django_capture_on_commit_callbacks(execute=True):
        visitor.press("Save as draft")
    assert "Saved as your draft: 2 rows of the workbook." in visitor.text
    assert "Nothing is missing: submit it" in visitor.text
    visitor.press("Submit Prevention")
    assert submission_of(round, world.mssi).state == "submitted"
    upload = ReportUpload.objects.get()
    assert (upload.applied_at, upload.summary, upload.uploaded_by) == (NOW, {"rows": 2}, world.focal_mssi)
    assert not default_storage.exists(upload.file.name)  # what it held is in the draft and its history
    visitor.open(address(world, institution="MSSI"))
    assert "Nothing can be filled in now." in visitor.text
    assert "Prevention : It was submitted and is locked." in visitor.text


def test_the_unchanged_file_changes_nothing(world, round):
    visitor, book = downloaded(world, world.focal_sei, world.sei)
    visitor.open(address(world)).press("Show the preview", file=upload_file(book))
    assert "Nothing would change." in visitor.text
    assert "Save as draft" not in visitor.buttons()
    visitor.press("Discard the workbook")
    assert "nothing was saved" in visitor.text
    assert not ReportUpload.objects.exists()


def test_saving_twice_is_harmless(world, round):
    visitor, book = downloaded(world, world.focal_sei, world.sei)
    book.fill("activities", "1.1.1", narrative="Once")
    visitor.open(address(world)).press("Show the preview", file=upload_file(book))
    other = Visitor(world.focal_sei)
    other.open(visitor.answer.request["PATH_INFO"])
    visitor.press("Save as draft")
    other.press("Save as draft")
    assert ActivityProgress.objects.get().version == 1
    visitor.open(address(world)).press("Show the preview", file=upload_file(book))
    assert "Nothing would change." in visitor.text


def test_what_changed_on_both_sides_is_chosen_row_by_row(world, round):
    visitor, book = downloaded(world, world.focal_sei, world.sei)
    book.fill("activities", "1.1.1", narrative="Offline", next_steps="More")
    save_activity(
        submission=submission_of(round, world.sei),
        activity=world.activities["a111"],
        by=world.focal_sei,
        at=NOW,
        version=0,
        progress={"narrative": "Online"},
        values={},
    )
    visitor.open(address(world)).press("Show the preview", file=upload_file(book))
    assert "1 row was changed here as well since the download" in visitor.text
    visitor.press("Save as draft", status=409)
    assert "Choose one of the two." in visitor.text
    assert ActivityProgress.objects.get().next_steps == ""
    (name,) = [one for one in visitor.field_names("Save as draft") if one.startswith("keep-")]
    visitor.press("Save as draft", **{name: "online"})
    progress = ActivityProgress.objects.get()
    assert (progress.narrative, progress.next_steps) == ("Online", "More")


def test_a_draft_that_changed_since_the_preview_is_shown_anew(world, round):
    visitor, book = downloaded(world, world.focal_sei, world.sei)
    book.fill("indicators", "1.1.1a", n=21, d=442)
    visitor.open(address(world)).press("Show the preview", file=upload_file(book))
    sei = submission_of(round, world.sei)
    save_activity(
        submission=sei,
        activity=world.activities["a111"],
        by=world.focal_sei,
        at=NOW,
        version=0,
        progress={},
        values={total(world.indicators["i111a"]): nd(1, 2)},
    )
    visitor.press("Save as draft", status=409)
    assert "The draft has changed since this preview." in visitor.text
    assert sei.values.get().numerator == 1


def test_errors_are_listed_and_come_back_in_the_workbook(world, round):
    visitor, book = downloaded(world, world.focal_sei, world.sei)
    number = book.fill("indicators", "1.1.1a", n=5, d=4)
    visitor.open(address(world)).press("Show the preview", file=upload_file(book))
    sheet, cell = book.at("indicators", number, "n")
    assert f"{sheet}!{cell} 5 is more than the 4 that it is a part of." in visitor.text
    assert "Save as draft" not in visitor.buttons()
    answer = visitor.client.get(visitor.links("with these cells marked")[0])
    assert openpyxl.load_workbook(io.BytesIO(answer.content))[sheet][cell].comment.text.startswith(
        "5 is more"
    )


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        (
            "report.xlsx",
            b"MZ\x90\x00 This program cannot be run",
            "is not an Excel workbook, whatever its name says",
        ),
        ("report.xlsx", b"", "is an empty file"),
    ],
)
def test_a_file_that_is_no_template_is_refused_at_its_field(world, round, name, data, words):
    visitor = Visitor(world.focal_sei).open(address(world))
    visitor.press("Show the preview", file=ContentFile(data, name), status=422)
    assert words in visitor.text
    assert not ReportUpload.objects.exists()


def test_another_institution_s_template_is_refused_with_its_name(world, round):
    visitor = Visitor(world.focal_sei).open(address(world))
    visitor.press("Show the preview", file=upload_file(Template(round, world.mae)), status=422)
    assert "“filled.xlsx” is the template of MAE; this page is that of SEI." in visitor.text


def test_a_newer_upload_takes_the_place_of_one_that_was_never_saved(world, round):
    visitor, book = downloaded(world, world.focal_sei, world.sei)
    for narrative in ("First", "Second"):
        book.fill("activities", "1.1.1", narrative=narrative)
        visitor.open(address(world)).press("Show the preview", file=upload_file(book))
    assert ReportUpload.objects.count() == 1
    visitor.open(address(world)).follow("filled.xlsx")
    assert "Second" in visitor.text


@pytest.mark.parametrize("name", ["report_template", "report_template_file"])
def test_another_institution_s_template_is_not_there(world, round, client, name):
    for who in ("focal_mae", "secretariat", "gov_lead", "monitoring", "administrator", "nobody"):
        client.force_login(world.users[who])
        assert client.get(address(world, name)).status_code == 404, who


def test_another_institution_s_upload_is_not_there(world, round, client):
    book = Template(round, world.sei)
    book.fill("activities", "1.1.1", narrative="Ours")
    upload = book.kept(world.focal_sei)
    for name in ("report_template_preview", "report_template_marked"):
        for who, institution in (("focal_mae", "SEI"), ("focal_mae", "MAE"), ("secretariat", "SEI")):
            client.force_login(world.users[who])
            url = address(world, name, institution, upload.public_id)
            assert client.get(url).status_code == 404, (name, who)
            assert client.post(url, {"action": "save"}).status_code in (404, 405), (name, who)
    assert not ActivityProgress.objects.exists()


def test_a_file_that_is_gone_is_asked_for_again(world, round):
    upload = Template(round, world.sei).kept(world.focal_sei)
    upload.file.storage.delete(upload.file.name)
    visitor = Visitor(world.focal_sei).open(
        address(world, "report_template_preview", "SEI", upload.public_id)
    )
    assert visitor.answer.request["PATH_INFO"] == address(world)
    assert "The file is gone. Upload it again." in visitor.text


def test_what_was_handed_in_after_the_upload_stays_as_it_is(world, round):
    visitor, book = downloaded(world, world.focal_sei, world.sei)
    book.fill("activities", "1.1.1", narrative="Late")
    visitor.open(address(world)).press("Show the preview", file=upload_file(book))
    hand_in(submission_of(round, world.sei), world.focal_sei)
    visitor.press("Save as draft", status=409)
    assert "is left out. It was submitted and is locked." in visitor.text
    assert ActivityProgress.objects.get().narrative == "Work went on."


#: Of a whole page, whatever it holds.
QUERIES_FILE, QUERIES_PREVIEW = 22, 24


@pytest.mark.parametrize("more", [0, 3])
def test_queries_do_not_grow_with_the_rows(world, in_january, client, django_assert_num_queries, more):
    Place.objects.create(country="TL", code="TL-AL", name="Aileu", kind="municipality")
    add_breakdown(world.indicators["i111a"])
    for number in range(more):
        activity = make_activity(world.participation, f"1.1.{number + 5}", [world.sei, world.mae])
        add_breakdown(make_indicator(activity, f"1.1.{number + 5}a", target="30"))
        Place.objects.create(country="TL", code=f"TL-{number}", name=f"Place {number}", kind="municipality")
    world.round = open_round(world)
    book = Template(world.round, world.sei)
    for row in book.content().records["activities"]:
        book.fill("activities", row.code, narrative="Changed")
    upload = book.kept(world.focal_sei)
    client.force_login(User.objects.get(pk=world.focal_sei.pk))
    for name, arguments, count in (
        ("report_template_file", (), QUERIES_FILE),
        ("report_template_preview", (upload.public_id,), QUERIES_PREVIEW),
    ):
        url = address(world, name, "SEI", *arguments)
        client.get(url)
        forget_seats(world.focal_sei)
        with django_assert_num_queries(count):
            assert client.get(url).status_code == 200
