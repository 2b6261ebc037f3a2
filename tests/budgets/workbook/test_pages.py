"""The pages: download, upload, preview, choose, save, discard; who may; how many queries."""

import io

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from budgets.models import BudgetLine, BudgetUpload, CostItem, OperationalAction
from frameworks.models import User
from frameworks.operations.merging import merge
from frameworks.permissions import forget_seats
from frameworks.workflow import transition
from tests.budgets.money_world import make_line, make_operational_plan
from tests.budgets.workbook.sheets import YEAR, Budget, make_budget
from tests.frameworks.workbook.books import saved
from tests.pages import Visitor
from tests.world import NOW, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def budget(world):
    world.operational = make_budget(world)
    return Budget(world.plan, world.sei)


def address(world, name="budget_workbook", institution="SEI", *more, year=YEAR):
    return reverse(name, args=[world.plan.code, institution, year, *more])


def upload_file(book, name="filled.xlsx"):
    file = saved(book.book)
    file.name = name
    return file


def shown(world, book, who="focal_sei", **options):
    return Visitor(world.users[who]).open(address(world)).press(
        "Show the preview", file=upload_file(book), **options
    )  # fmt: skip


def test_from_the_list_of_plans_to_the_saved_lines(world, budget, django_capture_on_commit_callbacks):
    visitor = Visitor(world.focal_sei)
    visitor.open(reverse("operational_plans", args=[world.plan.code])).follow("Excel workbooks")
    visitor.follow("SEI: workbook").follow(str(YEAR))
    assert visitor.answer.request["PATH_INFO"] == address(world)
    answer = visitor.client.get(visitor.links("Download the workbook")[0])
    assert answer["Content-Disposition"] == f'attachment; filename="{world.plan.code}-SEI-{YEAR}-budget.xlsx"'
    book = Budget(world.plan, world.sei, io.BytesIO(answer.content))
    assert book.book.sheetnames == [
        "Guide", "Actions", "Cost lines", "Budget lines", "Lists", "_lists", "_meta",
    ]  # fmt: skip
    book.set("lines", {"reference": "0012"}, drafted=1200)
    book.add("actions", activity="1.1.2", title="Visit sucos", m3="x")
    book.delete("costs", description="Room")
    visitor.press("Show the preview", file=upload_file(book))
    for words in (
        "filled.xlsx. Nothing is saved yet.",
        "1,000 → 1,200",
        "Visit sucos",
        "1 row is gone from the workbook",
        "They stay as they are, unless you say that they are to be removed.",
        "Rows that stay as they are",
    ):
        assert words in visitor.text, words
    with django_capture_on_commit_callbacks(execute=True):
        visitor.press("Save all of this")
    assert "Saved: 2 rows of the workbook." in visitor.text
    assert BudgetLine.objects.get(reference="0012").drafted == 1200
    assert CostItem.objects.filter(description="Room").exists()
    upload = BudgetUpload.objects.get()
    assert (upload.summary, upload.uploaded_by) == ({"rows": 2}, world.focal_sei)
    assert not default_storage.exists(upload.file.name)


def test_rows_are_removed_only_when_the_person_says_so(world, budget):
    budget.clear("costs", description="Room")
    budget.delete("lines", reference="1.10")
    visitor = shown(world, budget)
    assert "Save all of this" not in visitor.buttons()
    visitor.follow("Remove them, too")
    assert "They are removed when you save." in visitor.text
    visitor.press("Save all of this")
    assert "Saved: 2 rows" in visitor.text
    assert not CostItem.objects.filter(description="Room").exists()
    assert [one.reference for one in BudgetLine.objects.all()] == ["0012"]


def test_the_unchanged_file_changes_nothing_and_is_discarded(world, budget):
    visitor = shown(world, budget)
    assert "Nothing would change." in visitor.text
    assert "Save all of this" not in visitor.buttons()
    visitor.press("Discard the workbook")
    assert "nothing was saved" in visitor.text
    assert not BudgetUpload.objects.exists()


def test_saving_twice_is_harmless(world, budget):
    budget.add("actions", activity="1.1.2", title="Visit sucos")
    visitor = shown(world, budget)
    other = Visitor(world.focal_sei).open(visitor.answer.request["PATH_INFO"])
    visitor.press("Save all of this")
    other.press("Save all of this")
    assert OperationalAction.objects.filter(title="Visit sucos").count() == 1


def test_what_changed_since_the_preview_is_shown_before_it_is_saved(world, budget):
    budget.set("lines", {"reference": "0012"}, drafted=1200)
    visitor = shown(world, budget)
    BudgetLine.objects.filter(reference="0012").update(drafted=7)
    visitor.press("Save all of this", status=409)
    assert "Something has changed since this preview." in visitor.text
    item = f"keep-l{BudgetLine.objects.get(reference='0012').pk}"
    visitor.press("Save all of this", status=409)
    assert "Say for each row that was changed on both sides what is kept." in visitor.text
    assert "Choose one of the two." in visitor.text
    visitor.press("Save all of this", **{item: "mine"})
    assert BudgetLine.objects.get(reference="0012").drafted == 1200


def test_a_plan_that_was_handed_in_since_keeps_what_it_proposes(world, budget):
    budget.set("lines", {"reference": "0012"}, drafted=1200, released=500)
    budget.set("actions", {"title": "Hold courses"}, inputs="More")
    visitor = shown(world, budget)
    transition(subject=world.operational, action="submit", by=world.focal_sei, at=NOW)
    visitor.press("Save all of this", status=409)
    assert visitor.text.count("The operational plan of P1 Participation is handed in") >= 2
    visitor.press("Save all of this")
    line = BudgetLine.objects.get(reference="0012")
    assert (line.drafted, line.proposed, line.released) == (1000, 1000, 500)
    assert OperationalAction.objects.get(title="Hold courses").inputs == "Two trainers"


def test_errors_are_listed_and_come_back_in_the_workbook(world, budget):
    number = budget.set("lines", {"reference": "0012"}, drafted="about 5")
    visitor = shown(world, budget)
    sheet, cell = budget.at("lines", number, "drafted")
    assert f"{sheet}!{cell}" in visitor.text
    assert "Save all of this" not in visitor.buttons()
    answer = visitor.client.get(visitor.links("with these cells marked")[0])
    marked = openpyxl.load_workbook(io.BytesIO(answer.content))[sheet][cell]
    assert "“about 5” is not a number" in marked.comment.text
    assert visitor.client.post(
        visitor.answer.request["PATH_INFO"], {"action": "save", "fingerprint": budget.compared().fingerprint()}
    ).status_code == 409  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("b.xlsx", b"MZ\x90\x00 This program cannot be run", "is not an Excel workbook, whatever its name says"),
        ("b.xlsx", b"", "is an empty file"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_workbook_is_refused_at_its_field(world, budget, name, data, words):
    visitor = Visitor(world.focal_sei).open(address(world))
    visitor.press("Show the preview", file=ContentFile(data, name), status=422)
    assert words in visitor.text
    assert not BudgetUpload.objects.exists()


def test_another_institution_s_or_year_s_workbook_is_refused_with_its_name(world, budget):
    visitor = shown(world, Budget(world.plan, world.mae), status=422)
    assert "“filled.xlsx” is the workbook of MAE; this page is that of SEI." in visitor.text
    visitor = shown(world, Budget(world.plan, world.sei, year=2026), status=422)
    assert "“filled.xlsx” is the workbook of 2026, not of 2025." in visitor.text


@pytest.mark.parametrize("name", ["budget_workbook", "budget_workbook_file"])
def test_another_institution_s_workbook_is_not_there(world, budget, client, name):
    for who in ("focal_mae", "secretariat", "gov_lead", "monitoring", "administrator", "steering", "nobody"):
        client.force_login(world.users[who])
        assert client.get(address(world, name)).status_code == 404, who
        assert client.post(address(world, name)).status_code in (404, 405), who
    client.force_login(world.focal_sei)
    assert client.get(address(world, name, year=2031)).status_code == 404


def test_another_institution_s_upload_is_not_there(world, budget, client):
    budget.set("lines", {"reference": "0012"}, drafted=1200)
    upload = budget.kept(world.focal_sei)
    for name in ("budget_workbook_preview", "budget_workbook_marked"):
        for who, institution in (("focal_mae", "SEI"), ("focal_mae", "MAE"), ("secretariat", "SEI")):
            client.force_login(world.users[who])
            url = address(world, name, institution, upload.public_id)
            assert client.get(url).status_code == 404, (name, who)
            assert client.post(url, {"action": "save"}).status_code in (404, 405), (name, who)
    client.force_login(world.focal_sei)
    assert (
        client.get(address(world, "budget_workbook_preview", "SEI", upload.public_id, year=2026)).status_code
        == 404
    )
    assert BudgetLine.objects.get(reference="0012").drafted == 1000


def test_what_a_merged_institution_left_is_carried_on(world, budget):
    gone = make_institution("MI")
    make_line(
        world.activities["a112"], gone, world.state_source, YEAR, reference="5", drafted="5", state="draft"
    )
    merge(source=gone, target=world.sei, reason="Entered twice.", by=world.secretariat, at=NOW)
    gone.refresh_from_db()
    book = Budget(world.plan, gone)
    book.set("lines", {"reference": "5"}, drafted=6)
    visitor = Visitor(world.focal_sei).open(address(world, institution="MI"))
    visitor.press("Show the preview", file=upload_file(book)).press("Save all of this")
    assert BudgetLine.objects.get(reference="5").drafted == 6


def test_a_file_that_is_gone_is_asked_for_again(world, budget):
    upload = budget.kept(world.focal_sei)
    upload.file.storage.delete(upload.file.name)
    visitor = Visitor(world.focal_sei).open(
        address(world, "budget_workbook_preview", "SEI", upload.public_id)
    )
    assert visitor.answer.request["PATH_INFO"] == address(world)
    assert "The file is gone. Upload it again." in visitor.text


#: Of a whole page, whatever it holds.
QUERIES_FILE, QUERIES_PREVIEW = 14, 16


@pytest.mark.parametrize("rows", [3, 300])
def test_queries_do_not_grow_with_the_rows(world, client, django_assert_num_queries, rows):
    make_budget(world)
    plan, activity = (
        make_operational_plan(world.activities["a111"], world.sei, YEAR),
        world.activities["a111"],
    )
    actions = OperationalAction.objects.bulk_create(
        OperationalAction(operational_plan=plan, activity=activity, title=f"Step {n}", order=n)
        for n in range(rows)
    )
    CostItem.objects.bulk_create(
        CostItem(action=one, description="Cost", quantity=1, unit_cost=1, currency="USD") for one in actions
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(
            operational_plan=plan, activity=activity, funding_source=world.fund, reference=f"n{n}", currency="USD"
        )
        for n in range(rows)
    )  # fmt: skip
    book = Budget(world.plan, world.sei)
    for n in range(rows):
        book.set("lines", {"reference": f"n{n}"}, drafted=n)
    upload = book.kept(world.focal_sei)
    client.force_login(User.objects.get(pk=world.focal_sei.pk))
    for name, more, count in (
        ("budget_workbook_file", (), QUERIES_FILE),
        ("budget_workbook_preview", (upload.public_id,), QUERIES_PREVIEW),
    ):
        url = address(world, name, "SEI", *more)
        client.get(url)
        forget_seats(world.focal_sei)
        with django_assert_num_queries(count):
            assert client.get(url).status_code == 200
