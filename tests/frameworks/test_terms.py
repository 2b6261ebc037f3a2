"""Terms of reference: versions that stay, files told by their content, and what differs between two versions."""

import contextlib
import io
import threading
import zipfile
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from frameworks.bodies import bodies_of
from frameworks.documents import DOCX, MAX_DOCUMENT, ODT, PDF, BadDocument, check_document
from frameworks.models import TermsOfReference
from frameworks.operations.terms import add_terms
from frameworks.textdiff import compare_texts
from tests.pages import Visitor
from tests.world import NOW, make_world

PDF_BYTES = b"%PDF-1.7\n1 0 obj\nendobj\nstartxref\n9\n%%EOF\n"
EXE_BYTES = b"MZ\x90\x00\x03" + b"\x00" * 200


def zipped(**parts):
    """An archive with these parts; `_` in a name stands for "/", and the mimetype part comes first and unpacked."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(NAMES.get(name, name), data, compress_type=stored)
    return buffer.getvalue()


NAMES = {
    "types": "[Content_Types].xml",
    "document": "word/document.xml",
    "macros": "word/vbaProject.bin",
    "content": "content.xml",
    "basic": "Basic/Standard/Module1.xml",
    "sheet": "xl/workbook.xml",
}
DOCX_BYTES = zipped(types="<Types/>", document="<document/>")
ODT_MIME = "application/vnd.oasis.opendocument.text"
ODT_BYTES = zipped(mimetype=ODT_MIME, content="<office/>")


# What a file is


@pytest.mark.parametrize(("data", "kind"), [(PDF_BYTES, PDF), (DOCX_BYTES, DOCX), (ODT_BYTES, ODT)])
def test_documents_are_known_by_their_content(data, kind):
    found = check_document(io.BytesIO(data), filename="whatever.exe")
    assert (found.kind, found.data) == (kind, data)
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (EXE_BYTES, "unknown"),
        (b"<html><script>", "unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "unknown"),  # the old .doc
        (EXE_BYTES + PDF_BYTES, "unknown"),  # a program that carries a PDF
        (PDF_BYTES[:20], "damaged"),
        (b"PK\x03\x04" + b"\x00" * 50, "damaged"),
        (DOCX_BYTES[:-30], "damaged"),
        (zipped(types="<Types/>", sheet="<workbook/>"), "unknown"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", content="<office/>"), "unknown"),
        (zipped(types="<Types/>", document="<document/>", macros=b"x"), "macros"),
        (zipped(mimetype=ODT_MIME, content="<office/>", basic="<module/>"), "macros"),
        (zipped(types="<Types/>", document=b"\x00" * 20_000_000), "bomb"),
        (b"%PDF-" + b"x" * MAX_DOCUMENT, "too_big"),
    ],
)
def test_what_is_no_document(data, code):
    with pytest.raises(BadDocument) as refused:
        check_document(io.BytesIO(data), filename="terms.pdf")
    assert refused.value.code == code
    assert "terms.pdf" in str(refused.value.message)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_check(data):
    for start in (b"", b"%PDF-1.4", b"PK\x03\x04"):
        with contextlib.suppress(BadDocument):
            check_document(io.BytesIO(start + data), filename="x")


# What differs


def kinds(old, new):
    return [(line.kind, line.text or line.count) for line in compare_texts(old, new)]


def test_what_differs_between_two_texts():
    assert kinds("a\nb\nc", "a\nx\nc\nd") == [
        ("same", "a"), ("out", "b"), ("in", "x"), ("same", "c"), ("in", "d"),
    ]  # fmt: skip
    assert kinds("same\n", "same") == []
    text = "\n".join(map(str, range(10)))
    assert kinds(text, text + "\nnew") == [("gap", 8), ("same", "8"), ("same", "9"), ("in", "new")]


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_difference_leads_from_one_text_to_the_other(old, new):
    lines = compare_texts("\n".join(old), "\n".join(new))
    if not lines:
        assert "\n".join(old).splitlines() == "\n".join(new).splitlines()
        return
    same = sum(line.count or 1 for line in lines if line.kind in ("same", "gap"))
    assert same + sum(line.kind == "out" for line in lines) == len("\n".join(old).splitlines())
    assert same + sum(line.kind == "in" for line in lines) == len("\n".join(new).splitlines())


# The pages


pages = pytest.mark.django_db


def address(world, path=""):
    return f"/plans/{world.plan.code}/terms/{path}"


def body(world, key="steering_committee"):
    return next(one for one in bodies_of(world.plan) if one.key == key)


def add(world, text="Meets twice a year.", *, key="steering_committee", document=None, by=None, **values):
    return add_terms(
        plan=world.plan,
        body=body(world, key),
        text=text,
        document=document,
        file_name=values.pop("file_name", ""),
        adopted_on=values.pop("adopted_on", None),
        note=values.pop("note", ""),
        by=by or world.secretariat,
        at=NOW,
    )


def upload(name, data):
    return SimpleUploadedFile(name, data)


def new_version(world, key="steering_committee", **values):
    return Visitor(world.secretariat).open(address(world, f"{key}/new/")).press("Add the version", **values)


@pages
def test_every_body_with_its_version_in_force(world):
    add(world)
    add(world, "Meets three times a year.", adopted_on=date(2024, 3, 1))
    add(world, "Chairs meet monthly.", key="wg-P2")
    page = Visitor(world.focal_sei).open(address(world))
    assert "Steering committee Version 2 · adopted on 1 March 2024 · 2 versions" in page.text
    assert "Working group Prevention Version 1 · not adopted yet" in page.text
    assert page.text.count("No terms of reference") == 3  # Participation, monitoring team, secretariat
    assert "3 bodies have none" in page.text
    assert not page.links("New version") and not page.links("Add")
    assert len(Visitor(world.secretariat).open(address(world)).links("New version")) == 2


@pages
def test_a_first_version_in_the_browser(world):
    page = new_version(
        world, "wg-P1", text="Two co-leads.\r\nTen members.", adopted_on="2024-03-01", note="First text"
    )
    assert "Version 1 is there." in page.text
    one = TermsOfReference.objects.get()
    assert (one.body, one.working_group, one.version) == (
        "working_group", world.participation.working_group, 1,
    )  # fmt: skip
    assert (one.text, one.note, one.created_by) == (
        "Two co-leads.\nTen members.",
        "First text",
        world.secretariat,
    )
    assert "Adopted on 1 March 2024" in page.text


@pages
def test_the_next_version_begins_with_the_text_in_force(world):
    add(world)
    page = Visitor(world.secretariat).open(address(world, "steering_committee/new/"))
    assert page.page.get_element_by_id("id_text").value.strip() == "Meets twice a year."
    page.press("Add the version")
    assert "This is what version 1 says already." in page.text
    page.press("Add the version", text="Meets three times a year.")
    assert [one.version for one in TermsOfReference.objects.all()] == [2, 1]
    # Numbers are counted body by body.
    assert add(world, key="monitoring_team").version == 1


@pages
@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [("a.pdf", PDF_BYTES, PDF), ("b", DOCX_BYTES, DOCX), ("***.txt", ODT_BYTES, ODT)],
)
def test_a_file_goes_in_and_comes_out(world, name, data, kind):
    page = new_version(world, file=upload(name, data), text="")
    assert "Only the file." in page.text
    one = TermsOfReference.objects.get()
    assert one.file.name == f"terms/{one.public_id}{kind.suffix}"  # gives nothing away
    answer = Visitor(world.focal_sei).client.get(address(world, f"files/{one.public_id}/"))
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Type"] == kind.content_type
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert kind.suffix in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]


@pages
def test_a_program_that_calls_itself_a_pdf(world):
    page = new_version(world, file=upload("terms.pdf", EXE_BYTES), text="Typed", note="Typed too")
    assert (
        "“terms.pdf” is no PDF, Word (.docx) or OpenDocument (.odt) file, whatever its name says."
        in page.text
    )
    assert page.page.xpath("//*[@id='id_file_error']")
    assert page.page.get_element_by_id("id_text").value.strip() == "Typed"
    assert "choose it again" in page.text
    assert not TermsOfReference.objects.exists()


@pages
@pytest.mark.parametrize(
    ("values", "words", "field"),
    [
        ({}, "Write the terms of reference, or choose their file.", "text"),
        ({"text": " \n "}, "Write the terms of reference, or choose their file.", "text"),
        ({"text": "x", "adopted_on": "in March"}, "Write a day as year-month-day", "adopted_on"),
        ({"text": "x" * 120_001}, "at most 120000 characters", "text"),
        ({"file": ("big.pdf", b"%PDF-" + b"x" * MAX_DOCUMENT)}, "the limit is 10 MB", "file"),
        ({"file": ("none.pdf", b"")}, "is an empty file", "file"),
    ],
)
def test_bad_input(world, values, words, field):
    if "file" in values:
        values = {**values, "file": upload(*values["file"])}
    page = new_version(world, **values)
    assert words in page.text
    assert page.page.xpath(f"//*[@id='id_{field}_error']")
    assert not TermsOfReference.objects.exists()


@pages
def test_two_versions_side_by_side(world):
    add(world, "One\nTwo\n<b>Three</b>")
    add(world, "One\nTwo and a half\n<b>Three</b>\n<script>alert(1)</script>")
    page = Visitor(world.focal_sei).open(address(world, "steering_committee/"))
    suggested = [page.page.get_element_by_id(name).value for name in ("old", "new")]
    assert suggested == ["1", "2"]
    page.open(address(world, "steering_committee/?old=1&new=2"))
    assert "From version 1 to version 2" in page.text
    assert [one.text for one in page.page.xpath("//del")] == ["Two"]
    assert [one.text for one in page.page.xpath("//ins")] == ["Two and a half", "<script>alert(1)</script>"]
    # The wrong way round is turned; a made-up version compares nothing.
    page.open(address(world, "steering_committee/?old=2&new=1"))
    assert "From version 1 to version 2" in page.text
    assert "From version" not in page.open(address(world, "steering_committee/?old=1&new=nine")).text
    assert "say the same" in page.open(address(world, "steering_committee/?old=1&new=1")).text


@pages
def test_nothing_changes_or_deletes_a_version(world):
    one = add(world)
    page = Visitor(world.secretariat).open(address(world, "steering_committee/"))
    assert not [
        words for words in page.buttons() if "Edit" in words or "Delete" in words or "Remove" in words
    ]
    for method in ("put", "patch", "delete", "post"):
        answer = getattr(page.client, method)(address(world, "steering_committee/"))
        assert answer.status_code == 405
    one.refresh_from_db()
    assert one.text == "Meets twice a year."


@pytest.mark.parametrize("step", ["update", "delete"])
def test_the_database_keeps_a_version_as_it_is(world, step):
    rows = TermsOfReference.objects.filter(pk=add(world).pk)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        rows.update(text="Never meets.") if step == "update" else rows.delete()
    assert rows.get().text == "Meets twice a year."


@pages
def test_only_those_who_may(world, client):
    one = add(world, document=check_document(io.BytesIO(PDF_BYTES), filename="x"), file_name="x.pdf")
    read = [address(world), address(world, "steering_committee/"), address(world, f"files/{one.public_id}/")]
    new = address(world, "steering_committee/new/")
    for path in (*read, new):
        assert client.get(path).status_code == 302
    client.force_login(world.outsider)
    for path in (*read, new):
        assert client.get(path).status_code == 404
    client.force_login(world.monitoring)
    assert [client.get(path).status_code for path in read] == [200, 200, 200]
    assert client.get(new).status_code == client.post(new, {"text": "x"}).status_code == 403
    with pytest.raises(PermissionDenied):
        add(world, "Mine", by=world.monitoring)
    assert TermsOfReference.objects.count() == 1


@pages
def test_what_is_not_there(world, client):
    one = add(world)  # without a file
    client.force_login(world.secretariat)
    for path in ("wg-P9/", "king/", "wg-P9/new/", f"files/{one.public_id}/"):
        assert client.get(address(world, path)).status_code == 404
    # Another plan's file is not reached through one's own plan.
    theirs = TermsOfReference.objects.create(
        plan=world.other_plan,
        body="secretariat",
        version=1,
        text="Theirs",
        file="terms/x.pdf",
        created_at=NOW,
    )
    assert client.get(address(world, f"files/{theirs.public_id}/")).status_code == 404


@pages
def test_a_working_group_of_another_plan(world):
    with pytest.raises(ValidationError, match="belongs to another plan"):
        add_terms(
            plan=world.other_plan, body=body(world, "wg-P1"), text="x", document=None, file_name="",
            adopted_on=None, note="", by=world.administrator, at=NOW,
        )  # fmt: skip


@pages
def test_the_page_costs_the_same_for_many(world, client, django_assert_num_queries):
    add(world)
    client.force_login(world.secretariat)
    for path, count in (("", 7), ("steering_committee/", 7)):
        with django_assert_num_queries(count):
            client.get(address(world, path))
        for number in range(5):
            add(world, f"{path}{number}")
            add(world, f"{path}{number}", key="wg-P1")
        with django_assert_num_queries(count):
            client.get(address(world, path))


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_two_numbers():
    world = make_world()
    numbers, barrier = [], threading.Barrier(2)

    def work(text):
        try:
            barrier.wait(timeout=10)
            numbers.append(add(world, text).version)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(text,)) for text in ("One", "Two")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=20)
    assert sorted(numbers) == [1, 2]
