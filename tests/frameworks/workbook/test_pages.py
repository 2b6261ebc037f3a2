"""The pages of the workbook: download, upload, preview, save; and the same on the command line."""

import io
from datetime import date
from io import StringIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from frameworks.forms.importing import UploadForm
from frameworks.imports.run import run_import
from frameworks.models import FrameworkImport, Indicator, Plan
from frameworks.views import workbook as views
from tests.frameworks.workbook.books import Book, saved
from tests.pages import Visitor
from tests.world import NOW, make_indicator

pytestmark = pytest.mark.django_db


def address(world, page=""):
    return f"/plans/{world.plan.code}/workbook/{page}"


def upload(world, book, who="secretariat"):
    file = SimpleUploadedFile("framework.xlsx", saved(book.book).getvalue())
    return Visitor(world.users[who]).open(address(world)).press("Show the preview", file=file)


def downloaded(world, client):
    client.force_login(world.secretariat)
    answer = client.get(address(world, "file/"))
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{world.plan.code}-framework-')
    return Book(world.plan, io.BytesIO(answer.content))


def test_download_edit_upload_preview_save(world, client):
    book = downloaded(world, client)
    book.set("indicators", {"code": "1.1.1a"}, statement="Women trained")
    book.add("goals", code="9", title="New", pillar="P1")
    page = upload(world, book)
    for words in (
        "Nothing is saved yet",
        "Indicators 0 1 2 0",
        "Indicator: Indicator 1.1.1a → Women trained",
        "Created 9 New Goals!C5",
    ):
        assert words in page.text
    page.press("Save all of this")
    assert "The workbook is saved: 2 rows were written." in page.text
    assert Indicator.objects.get(code="1.1.1a").statement == "Women trained"
    kept = FrameworkImport.objects.get()
    assert (kept.kind, kept.state, kept.file.storage.exists(kept.file.name)) == ("workbook", "applied", True)


def test_the_tab_leads_there_and_waiting_uploads_are_listed(world):
    upload(world, Book(world.plan))
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/").follow("Excel workbook")
    assert "Waiting for a decision framework.xlsx" in page.text
    page.follow("framework.xlsx")
    assert "No row would be created or changed." in page.text
    assert "Save all of this" not in page.buttons()
    page.press("Discard the workbook")
    assert "Waiting for a decision" not in page.text


def test_errors_are_listed_and_come_back_in_the_workbook(world):
    book = Book(world.plan)
    number = book.set("indicators", {"code": "1.1.1a"}, type="Percents")
    page = upload(world, book)
    sheet, cell = book.at("indicators", number, "type")
    assert f"{sheet}!{cell} “Percents” is not in the list." in page.text
    assert "Save all of this" not in page.buttons()
    answer = page.client.get(page.links("Download your workbook with these cells marked")[0])
    marked = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert "“Percents” is not in the list" in marked[sheet][cell].comment.text


def test_what_is_no_workbook_is_refused_at_its_field(world):
    page = Visitor(world.secretariat).open(address(world))
    page.press("Show the preview", file=SimpleUploadedFile("framework.xlsx", b"Dear colleagues"))
    assert "“framework.xlsx” is not an Excel workbook" in page.text
    other = Plan.objects.get(pk=world.other_plan.pk)
    page.press("Show the preview", file=SimpleUploadedFile("x.xlsx", saved(Book(other).book).getvalue()))
    assert f"is the workbook of {other.code}, not of {world.plan.code}" in page.text
    assert not FrameworkImport.objects.exists()
    assert UploadForm.base_fields["file"].widget.attrs["accept"] != ".xlsx"  # the other form is as it was


def test_missing_rows_go_only_when_a_person_says_so(world):
    book = Book(world.plan)
    book.clear("indicators", code="2.1.1a")
    page = upload(world, book)
    assert "1 row of the plan is no longer in the workbook" in page.text
    assert "They stay as they are" in page.text
    assert "Save all of this" not in page.buttons()
    page.press("Take them out, too")
    assert "Will be retired" in page.text
    page.press("Save all of this", status=422)
    assert "Say why something is retired" in page.text
    page.press("Save all of this", reason="Not measured any more")
    assert Indicator.objects.get(code="2.1.1a").retired_on is not None


def test_an_endorsed_plan_asks_why_and_keeps_what_was_typed(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")
    book = Book(world.plan)
    book.set("indicators", {"code": "1.1.1a"}, statement="Women trained")
    page = upload(world, book)
    page.press("Save all of this", status=422)
    assert "This plan is endorsed: say why it is changed." in page.text
    page.press("Save all of this", reason="Agreed on 3 March")
    event = Indicator.pgh_event_model.objects.filter(pgh_obj=world.indicators["i111a"].pk).latest("pgh_id")
    assert (event.statement, event.pgh_context.metadata["reason"]) == ("Women trained", "Agreed on 3 March")
    assert event.pgh_context.metadata["action"] == "import"


def test_two_people_what_changed_since_the_preview_is_shown_first(world):
    book = Book(world.plan)
    book.set("indicators", {"code": "1.1.1a"}, statement="Mine")
    page = upload(world, book)
    Indicator.objects.filter(code="1.1.1a").update(statement="Theirs")
    page.press("Save all of this", status=409)
    assert "The plan has changed since this preview." in page.text
    assert "Theirs → Mine" in page.text
    page.press("Save all of this")
    assert Indicator.objects.get(code="1.1.1a").statement == "Mine"


def test_large_ones_are_saved_by_the_worker(world, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(views, "AT_ONCE", 1)
    monkeypatch.setattr("frameworks.tasks.apply_import.delay", lambda pk: None)
    book = Book(world.plan)
    for code in ("1.1.1a", "1.1.2a"):
        book.set("indicators", {"code": code}, statement=f"New {code}")
    page = upload(world, book)
    assert "saved in the background" in page.text
    with django_capture_on_commit_callbacks():
        page.press("Save all of this")
    assert page.answer.request["PATH_INFO"].endswith("/progress/")
    kept = FrameworkImport.objects.get()
    assert kept.state == "queued"
    assert run_import(kept.pk, clock=lambda: NOW)
    kept.refresh_from_db()
    assert (kept.state, Indicator.objects.get(code="1.1.2a").statement) == ("applied", "New 1.1.2a")
    assert not run_import(kept.pk, clock=lambda: NOW)  # safe to run twice


def test_pages_cost_the_same_for_many(world, client, django_assert_num_queries):
    def look(book):
        kept = FrameworkImport.objects.get(
            public_id=upload(world, book).answer.request["PATH_INFO"].split("/")[-2]
        )
        client.force_login(world.secretariat)
        with django_assert_num_queries(19):
            assert client.get(address(world, f"{kept.public_id}/")).status_code == 200
        with django_assert_num_queries(16):
            client.get(address(world, "file/"))

    book = Book(world.plan)
    book.set("indicators", {"code": "1.1.1a"}, statement="x")
    look(book)
    for letter in "bcdef":
        make_indicator(world.activities["a111"], f"1.1.1{letter}", target="5")
    book = Book(world.plan)
    for letter in "abcdef":
        book.set("indicators", {"code": f"1.1.1{letter}"}, statement=f"x {letter}")
    look(book)


def test_commands_export_and_import(world, tmp_path):
    file = tmp_path / "framework.xlsx"
    call_command("export_framework", world.plan.code, str(file), stdout=StringIO())
    book = Book(world.plan, file)
    book.set("indicators", {"code": "1.1.1a"}, statement="Women trained")
    book.clear("indicators", code="2.1.1a")
    book.book.save(file)
    out = StringIO()
    call_command("import_framework", str(file), plan=world.plan.code, dry_run=True, stdout=out)
    assert "Dry run: nothing was saved." in out.getvalue()
    assert "Indicator: Indicator 1.1.1a → Women trained" in out.getvalue()
    assert Indicator.objects.get(code="1.1.1a").statement == "Indicator 1.1.1a"
    call_command(
        "import_framework", str(file), plan=world.plan.code, remove_missing=True, reason="Agreed", stdout=out
    )
    assert Indicator.objects.get(code="1.1.1a").statement == "Women trained"
    assert Indicator.objects.get(code="2.1.1a").retired_on >= date(2025, 1, 1)
    book.set("indicators", {"code": "1.1.1a"}, type="?")
    book.book.save(file)
    with pytest.raises(CommandError, match="has errors; nothing was saved"):
        call_command("import_framework", str(file), plan=world.plan.code, stdout=out)
    for arguments in (["import_framework", str(file), "--plan", "NO"], ["export_framework", "NO", str(file)]):
        with pytest.raises(CommandError, match="There is no plan NO"):
            call_command(*arguments, stdout=out)
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_framework", str(tmp_path / "none.xlsx"), plan=world.plan.code, stdout=out)
