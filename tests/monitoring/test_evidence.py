"""Files and links beside reported figures: what is taken, who adds and removes, who reads, and at which address."""

import io
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from frameworks import providers
from frameworks.documents import EVIDENCE, PDF, Document, check_document
from frameworks.models import Activity, Indicator
from monitoring.models import Comment, Evidence
from monitoring.models.review import CommentKind
from monitoring.operations.evidence import MOST_OF_A_LINE, add_evidence, remove_evidence
from monitoring.operations.reporting import DraftLocked
from tests.frameworks.test_documents import EXE_BYTES, PDF_BYTES, PNG_BYTES
from tests.monitoring.reported import accept, hand_in, open_round, send_back, submission_of
from tests.pages import Visitor
from tests.world import NOW

pytestmark = pytest.mark.django_db
LINK = "https://www.example.org/report"


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def women(world):
    return world.indicators["i111a"]


def a_document(data=PDF_BYTES):
    return check_document(io.BytesIO(data), filename="x.pdf", allowed=EVIDENCE)


def add(world, submission, *, by=None, at=NOW, **what):
    if not {"activity", "indicator"} & what.keys():
        what["indicator"] = world.indicators["i111a"]
    return add_evidence(submission=submission, by=by or world.focal_sei, at=at, **what)


def ask(world, submission, **line):
    return Comment.objects.create(
        submission=submission, cycle=submission.cycle, kind=CommentKind.EVIDENCE_REQUEST,
        text="The list, please.", by=world.gov_lead, at=NOW, **line,
    )  # fmt: skip


def upload(data=PDF_BYTES, name="lista assinada.pdf"):
    return SimpleUploadedFile(name, data)


def page_of(submission, code="1.1.1"):
    return reverse("submission_activity", args=[submission.pk, code])


# The operations


def test_a_file_and_a_link_are_added(world, sei, women, django_capture_on_commit_callbacks):
    file = add(world, sei, document=a_document(), file_name="C:\\lista.exe", title=" Signed list ")
    link = add(world, sei, url=f" {LINK} ", activity=world.activities["a111"])
    assert (file.title, file.file_name, file.size) == ("Signed list", "C:\\lista.exe", len(PDF_BYTES))
    assert file.file.name == f"evidence/{file.public_id}.pdf"  # by its content
    assert (file.media_type, len(file.sha256), file.added_by) == ("application/pdf", 64, world.focal_sei)
    assert (link.url, link.host, str(link)) == (LINK, "www.example.org", LINK)
    assert file.file.storage.exists(file.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        remove_evidence(evidence=file, by=world.focal_sei, at=NOW)
    assert not file.file.storage.exists(file.file.name)
    labels = Evidence.pgh_event_model.objects.filter(pgh_obj_id=file.pk).values_list("pgh_label", flat=True)
    assert sorted(labels) == ["delete", "insert"]  # the history keeps that it was there
    with pytest.raises(Evidence.DoesNotExist):
        remove_evidence(evidence=file, by=world.focal_sei, at=NOW)


def test_a_file_stays_when_the_removal_is_rolled_back(world, sei, django_capture_on_commit_callbacks):
    file = add(world, sei, document=a_document())
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        remove_evidence(evidence=file, by=world.focal_sei, at=NOW)
        raise ZeroDivisionError
    assert file.file.storage.exists(file.file.name)
    assert Evidence.objects.filter(pk=file.pk).exists()


def test_a_file_goes_when_its_row_cannot_be_saved(world, sei, settings):
    from pathlib import Path

    with (
        mock.patch("monitoring.models.evidence.Evidence._do_insert", side_effect=IntegrityError),
        pytest.raises(IntegrityError),
    ):
        add(world, sei, document=a_document())
    assert [one for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file()] == []


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "ftp://example.org/x", "file:///etc/passwd", "data:text/html,x", "example.org", "https://",
     "https://tl.gov@evil.example/x", "https://[::1", "http://a b", "x" * 1001],
)  # fmt: skip
def test_only_web_addresses_are_links(world, sei, url):
    with pytest.raises(ValidationError) as refused:
        add(world, sei, url=url)
    assert "url" in refused.value.message_dict


def test_the_same_twice_on_one_line_is_refused_kindly(world, sei):
    add(world, sei, document=a_document(), title="Signed list")
    add(world, sei, url=LINK)
    with pytest.raises(ValidationError, match="This very file is there already: “Signed list”"):
        add(world, sei, document=a_document(), file_name="other name.pdf")
    with pytest.raises(ValidationError, match="This link is there already"):
        add(world, sei, url=LINK)
    add(world, sei, document=a_document(), activity=world.activities["a111"])  # another line
    add(world, sei, document=a_document(PDF_BYTES + b"\n"))


def test_twenty_fit_on_a_line(world, sei):
    for number in range(MOST_OF_A_LINE):
        add(world, sei, url=f"{LINK}/{number}")
    with pytest.raises(ValidationError, match="20 files and links is the most"):
        add(world, sei, url=LINK)
    add(world, sei, url=LINK, activity=world.activities["a111"])


def test_one_of_both_and_on_one_line(world, sei, women):
    with pytest.raises(ValidationError, match="Choose a file, or give a link"):
        add(world, sei)
    with pytest.raises(ValidationError, match="Choose a file, or give a link"):
        add(world, sei, url=LINK, document=a_document())
    row = {"submission": sei, "added_by": world.focal_sei, "added_at": NOW, "url": LINK}
    for line in ({}, {"activity": world.activities["a111"], "indicator": women}):
        with pytest.raises(IntegrityError, match="evidence_of_one_line"), transaction.atomic():
            Evidence.objects.create(**row, **line)
    with pytest.raises(IntegrityError, match="evidence_file_or_link"), transaction.atomic():
        Evidence.objects.create(**row | {"url": ""}, indicator=women)


def test_only_lines_that_are_due(world, sei):
    with pytest.raises(ValidationError, match="not due from this institution"):
        add(world, sei, url=LINK, indicator=world.indicators["i112a"])
    with pytest.raises(ValidationError, match="not due from this institution"):
        add(world, sei, url=LINK, activity=world.activities["a112"])


@pytest.mark.parametrize("who", ["focal_mae", "gov_lead", "secretariat", "nobody", "outsider"])
def test_nobody_else_adds_or_removes(world, sei, who):
    there = add(world, sei, url=LINK)
    with pytest.raises(PermissionDenied):
        add(world, sei, url=f"{LINK}/2", by=world.users[who])
    with pytest.raises(PermissionDenied):
        remove_evidence(evidence=there, by=world.users[who], at=NOW)


def test_after_handing_in_only_what_a_reviewer_asks_for(world, sei, women):
    there = add(world, sei, url=LINK)
    sei = hand_in(sei, world.focal_sei)
    with pytest.raises(DraftLocked, match="added where a co-lead asks for it"):
        add(world, sei, url=f"{LINK}/2")
    asked = ask(world, sei, indicator=women)
    add(world, sei, url=f"{LINK}/2")
    with pytest.raises(DraftLocked):  # asked on another line
        add(world, sei, url=LINK, activity=world.activities["a111"])
    with pytest.raises(DraftLocked):  # what was handed in stays
        remove_evidence(evidence=there, by=world.focal_sei, at=NOW)
    sei = accept(world, sei)
    add(world, sei, url=f"{LINK}/3")
    asked.settled_at = NOW
    asked.save()
    with pytest.raises(DraftLocked):
        add(world, sei, url=f"{LINK}/4")
    ask(world, sei)  # on the whole submission
    add(world, sei, url=LINK, activity=world.activities["a111"])
    sei.round.published_at = NOW
    sei.round.save()
    with pytest.raises(DraftLocked, match="published"):
        add(world, sei, url=f"{LINK}/5")


def test_a_returned_submission_is_open_again(world, sei):
    there = add(world, sei, url=LINK)
    sei = hand_in(sei, world.focal_sei)
    sei = send_back(world, sei)
    add(world, sei, url=f"{LINK}/2")
    remove_evidence(evidence=there, by=world.focal_sei, at=NOW)
    assert [one.url for one in Evidence.objects.all()] == [f"{LINK}/2"]


def test_what_is_not_asked_any_more_is_left_out(world, sei, women, django_capture_on_commit_callbacks):
    """As its figure is, when the report is handed in; the file goes with it."""
    stray = add(world, sei, document=a_document())
    kept = add(world, sei, url=LINK, activity=world.activities["a111"])
    women.responsible.set([world.mae])  # somebody else reports it now
    with django_capture_on_commit_callbacks(execute=True):
        hand_in(sei, world.focal_sei)
    assert list(Evidence.objects.all()) == [kept]
    assert not stray.file.storage.exists(stray.file.name)


def test_what_has_evidence_is_not_deleted_from_the_plan(world, sei, women):
    add(world, sei, url=LINK)
    add(world, sei, url=LINK, activity=world.activities["a111"])
    codes = providers.status().reported_codes(Activity.objects.all(), Indicator.objects.all())
    assert codes == ["1.1.1", "1.1.1a"]


# The pages of the focal point


def test_saving_and_adding_in_one_go(world, sei, women):
    focal = Visitor(world.focal_sei).open(page_of(sei))
    buttons = [one for one in focal.buttons() if one.startswith("Save, and add evidence")]
    assert buttons == ["Save, and add evidence 1.1.1", "Save, and add evidence 1.1.1a"]
    focal.press("Save, and add evidence 1.1.1a", narrative="Begun in Baucau.", **{f"i{women.pk}-n": "18"})
    assert focal.answer.request["PATH_INFO"] == f"/submissions/{sei.pk}/evidence/i{women.pk}/"
    focal.press("Add, and stay for another", file=upload(), title="Signed list")
    focal.press("Add, and back to 1.1.1a", url=LINK)
    assert focal.answer.redirect_chain[-1][0] == f"{page_of(sei)}#i{women.pk}"
    assert "Begun in Baucau." in focal.text
    assert focal.page.get_element_by_id(f"id_i{women.pk}-n").get("value") == "18"
    for words in (
        "Signed list",
        "PDF, 4",
        "lista assinada.pdf",
        "Link to www.example.org, opens in a new window",
    ):
        assert words in focal.text, words
    (link,) = focal.page.xpath(f"//a[@href='{LINK}']")
    assert (link.get("target"), link.get("rel")) == ("_blank", "noopener noreferrer")
    focal.press("Remove Signed list", narrative="Begun in Baucau and Ermera.")
    assert "The file is deleted for good." in focal.text
    focal.press("Remove it")
    assert "Removed: Signed list." in focal.text
    assert Evidence.objects.get().url == LINK
    assert "Begun in Baucau and Ermera." in focal.open(page_of(sei)).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"file": ("lista.pdf", EXE_BYTES)}, "“lista.pdf” is no PDF, picture (PNG, JPEG), Word (.docx)"),
        ({"file": ("lista.pdf", b"%PDF-1.7")}, "damaged"),
        ({"file": ("lista.pdf", b"")}, "“lista.pdf” is an empty file."),
        ({}, "Choose a file, or give a link."),
        ({"url": "javascript:alert(1)"}, "begins with https://"),
        ({"url": LINK, "file": ("a.pdf", PDF_BYTES)}, "Add the file or the link; then add the other."),
    ],
)
def test_what_is_wrong_is_said_at_the_field(world, sei, women, fields, said):
    focal = Visitor(world.focal_sei).open(f"/submissions/{sei.pk}/evidence/i{women.pk}/")
    typed = {name: upload(value[1], value[0]) if name == "file" else value for name, value in fields.items()}
    focal.press("Add, and back", status=422, title="Signed list", **typed)
    (error,) = focal.page.xpath("//*[contains(@class, 'has-error')]")
    assert said in " ".join(error.itertext())
    assert focal.page.get_element_by_id("id_title").get("value") == "Signed list"
    assert not Evidence.objects.exists()


def test_a_file_that_is_too_large(world, sei, women):
    focal = Visitor(world.focal_sei).open(f"/submissions/{sei.pk}/evidence/i{women.pk}/")
    focal.press("Add, and back", status=422, file=upload(b"%PDF-1.7" + b"x" * 10 * 1024 * 1024))
    assert "larger than the limit of 10 MB" in focal.text
    assert not Evidence.objects.exists()


def test_the_page_says_when_nothing_can_be_added(world, sei, women):
    address = f"/submissions/{sei.pk}/evidence/i{women.pk}/"
    there = add(world, sei, url=LINK)
    handed_in = hand_in(sei, world.focal_sei)
    focal = Visitor(world.focal_sei).open(address)
    assert "evidence is added where a co-lead asks for it" in focal.text
    assert focal.page.xpath("//input[@type='file']") == []
    assert focal.links("Remove") == []
    assert "cannot be removed now" in focal.open(f"/evidence/{there.public_id}/remove/").text
    assert focal.client.post(f"/evidence/{there.public_id}/remove/").status_code == 409
    assert focal.client.post(address, {"url": f"{LINK}/2"}).status_code == 409
    ask(world, handed_in, indicator=women)
    focal.open(f"/submissions/{sei.pk}/").follow("Add the evidence asked for on 1.1.1a")
    focal.press("Add, and back to 1.1.1a", url=f"{LINK}/2", title="What you asked for")
    assert focal.answer.request["PATH_INFO"] == f"/submissions/{sei.pk}/"
    assert "What you asked for" in focal.text
    assert Evidence.objects.count() == 2


def test_lines_of_others_and_of_nothing(world, round, sei, client):
    client.force_login(world.focal_sei)
    for line in (f"i{world.indicators['i112a'].pk}", "i0", "x1", "i", "i١"):
        assert client.get(f"/submissions/{sei.pk}/evidence/{line}/").status_code == 404
    mae = submission_of(round, world.mae)
    assert client.get(f"/submissions/{mae.pk}/evidence/i{world.indicators['i112a'].pk}/").status_code == 404


# Who reads


def test_reviewers_read_it_once_it_is_handed_in(world, sei, women):
    add(world, sei, document=a_document(PNG_BYTES), title="Photo of the hall", file_name="hall.png")
    add(world, sei, url=LINK, activity=world.activities["a111"])
    hand_in(sei, world.focal_sei)
    reviewer = Visitor(world.cso_lead).open(f"/submissions/{sei.pk}/")
    for words in ("Evidence for 1.1.1a", "Photo of the hall", "Picture (PNG)", "Link to www.example.org"):
        assert words in reviewer.text, words
    assert "Save, and add evidence" not in reviewer.text
    assert reviewer.page.xpath("//button[@value[starts-with(., 'remove')]]") == []
    queue = reviewer.open(f"/plans/{world.plan.code}/pillars/P1/review/").text
    assert "Evidence 2" in queue
    assert "Photo of the hall" in queue


def test_a_file_is_handed_out_as_something_to_save(world, sei, client):
    file = add(world, sei, document=a_document(), file_name='../Lista "assinada"\r\n.exe')
    client.force_login(world.focal_sei)
    answer = client.get(f"/evidence/{file.public_id}/")
    assert b"".join(answer.streaming_content) == PDF_BYTES
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'attachment; filename=".. Lista assinada.pdf"'.replace(".. ", "")
    file.file.storage.delete(file.file.name)
    assert client.get(f"/evidence/{file.public_id}/").status_code == 404
    link = add(world, sei, url=LINK)
    assert client.get(f"/evidence/{link.public_id}/").status_code == 404


@pytest.mark.parametrize(
    "who", ["focal_mae", "gov_lead", "secretariat", "monitoring", "steering", "nobody", "outsider"]
)
def test_a_draft_s_file_is_not_there_for_others(world, sei, client, who):
    """Page, direct address and the address of the media folder, which is served by nothing."""
    file = add(world, sei, document=a_document())
    client.force_login(world.users[who])
    assert client.get(f"/evidence/{file.public_id}/").status_code == 404
    assert client.get(f"/evidence/{file.public_id}/remove/").status_code == 404
    assert client.get(f"/submissions/{sei.pk}/").status_code == 404
    assert client.get(f"/media/{file.file.name}").status_code == 404


def test_no_address_serves_the_media_folder(world, sei, client, settings):
    file = add(world, sei, document=a_document())
    for who in (world.focal_sei, world.administrator):
        client.force_login(who)
        for start in ("/media/", "/static/", "/", "/evidence/", settings.MEDIA_URL):
            assert client.get(f"{start}{file.file.name}").status_code == 404
    assert "/media/" not in client.get(page_of(sei)).content.decode()


def test_another_institution_s_file_after_handing_in(world, sei, client):
    """A focal point reads no submission of another institution; the co-leads, secretariat and monitoring team do."""
    file = add(world, sei, document=a_document())
    hand_in(sei, world.focal_sei)
    for who, status in {"focal_mae": 404, "steering": 404, "outsider": 404, "other_gov_lead": 404, "gov_lead": 200, "secretariat": 200,
                        "monitoring": 200}.items():  # fmt: skip
        client.force_login(world.users[who])
        assert client.get(f"/evidence/{file.public_id}/").status_code == status, who
    client.logout()
    assert client.get(f"/evidence/{file.public_id}/").url.startswith("/sign-in/")


@pytest.mark.parametrize("size", [1, 5])
def test_one_query_for_all_evidence(world, sei, women, client, size):
    for number in range(size):
        add(world, sei, url=f"{LINK}/{number}")
        add(world, sei, url=f"{LINK}/{number}", activity=world.activities["a111"])
    client.force_login(world.focal_sei)
    client.get(page_of(sei))
    # The other queries of these pages are counted where the pages are tested.
    for address in (f"/submissions/{sei.pk}/evidence/i{women.pk}/", page_of(sei)):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert sum('FROM "monitoring_evidence"' in one["sql"] for one in queries) == 1, address


def test_a_document_is_what_the_operation_takes(world, sei):
    """What the form checked goes in as it is; the kind gives the ending."""
    row = add(world, sei, document=Document(PDF, b"%PDF", "0" * 64), file_name="a.svg")
    assert row.file.name.endswith(".pdf")
