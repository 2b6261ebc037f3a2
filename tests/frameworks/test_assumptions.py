"""The assumptions of a plan: kept by the secretariat, answered year by year, read by every insider."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from frameworks.history import Stale, changes_of
from frameworks.models import Assumption, AssumptionCheck, Plan
from frameworks.operations.context import (
    add_assumption,
    answer_assumption,
    answer_version,
    assumption_version,
    assumptions_history,
    move_assumption,
    retire_assumption,
    reword_assumption,
)
from tests.pages import Visitor

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_march(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def page_of(world):
    return f"/plans/{world.plan.code}/assumptions/"


def make(world, text="The peace agreement holds.", order=0, **fields):
    return Assumption.objects.create(plan=world.plan, text=text, order=order, **fields)


def answer(world, assumption, year, value="holds", note="", **more):
    return answer_assumption(
        assumption=assumption, year=year, answer=value, note=note, by=world.secretariat, at=NOW, **more
    )


def endorse(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")


def strip(page, place=0):
    """What stands under each year of one assumption."""
    card = page.page.xpath("//article")[place]
    return {
        " ".join(one.xpath("string(dt)").split()): " ".join(" ".join(one.xpath("dd")[0].itertext()).split())
        for one in card.xpath(".//dl/div")
    }


def test_an_empty_list_says_what_belongs_there(world):
    page = Visitor(world.secretariat).open(page_of(world))
    assert "No assumption is written down yet." in page.text
    assert page.links("Add an assumption")
    assert not Visitor(world.focal_sei).open(page_of(world)).links("Add an assumption")


def test_the_secretariat_adds_and_answers(world):
    page = Visitor(world.secretariat).open(page_of(world) + "new/")
    page.press("Save", text="  Budgets reach the districts. ")
    assert strip(page) == {
        "2024": "Not asked yet Answer 2024: Budgets reach the districts.",
        "2025": "Not asked yet Answer 2025: Budgets reach the districts.",
        "2026": "– nothing yet Answer 2026: Budgets reach the districts.",
        "2027": "– nothing yet",
        "2028": "– nothing yet",
    }
    assert "2 answers of past years are missing" in page.text
    one = Assumption.objects.get()
    page.open(f"{page_of(world)}{one.pk}/2025/").press("Save", answer="partly", note="Late by half a year.")
    assert strip(page)["2025"].startswith("Holds in part")
    assert "Late by half a year. secretariat, 10 March 2026" in page.text
    assert "1 answer of a past year is missing" in page.text
    reader = Visitor(world.cso_lead).open(page_of(world))
    assert "Late by half a year." in reader.text
    assert strip(reader)["2024"] == "Not asked yet"


@pytest.mark.parametrize("value", ["partly", "failed"])
def test_a_doubt_needs_a_note_and_nothing_typed_is_lost(world, value):
    one = make(world)
    page = Visitor(world.secretariat).open(f"{page_of(world)}{one.pk}/2024/")
    page.press("Save", answer=value)
    assert "Say what has changed." in page.page.get_element_by_id("id_note_error").text_content()
    assert page.page.forms[-1].fields["answer"] == value
    assert not AssumptionCheck.objects.exists()


def test_answering_again_changes_it_with_history(world):
    one = make(world)
    answer(world, one, 2024)
    answer(world, one, 2024)  # the same words again are no change
    answer(world, one, 2024, "failed", "The agreement was left.")
    check = AssumptionCheck.objects.get()
    assert (check.answer, check.answered_by, check.answered_at) == ("failed", world.secretariat, NOW)
    page = Visitor(world.focal_sei).open(page_of(world))
    assert "The peace agreement holds. – 2024: Answer Still holds No longer holds" in page.text
    said = [line.new for change in changes_of(*assumptions_history(world.plan)) for line in change.lines]
    assert said.count("Still holds") == 1 and "The agreement was left." in said


@pytest.mark.parametrize(
    ("year", "words"),
    [(2023, "2023 lies outside the plan's years 2024–2028"), (2027, "2027 has not begun yet")],
)
def test_years_that_cannot_be_answered(world, year, words):
    one = make(world)
    with pytest.raises(ValidationError, match=words):
        answer(world, one, year)
    Visitor(world.secretariat).open(f"{page_of(world)}{one.pk}/{year}/", status=404)


def test_the_year_that_runs_can_be_answered_and_is_not_missing(world):
    one = make(world)
    answer(world, one, 2024)
    answer(world, one, 2025)
    page = Visitor(world.secretariat).open(page_of(world))
    assert "missing" not in page.text
    assert page.links("Answer") == [f"{page_of(world)}{one.pk}/2026/"]


def test_under_change_control_wording_and_retiring_need_a_reason(world):
    one = make(world)
    endorse(world)
    page = Visitor(world.secretariat).open(f"{page_of(world)}{one.pk}/edit/")
    page.press("Save", text="The agreement holds in all districts.")
    assert "say why this is changed" in page.page.get_element_by_id("id_reason_error").text_content()
    assert page.page.get_element_by_id("id_text").value.strip() == "The agreement holds in all districts."
    page.press("Save", reason="Agreed in the review")
    assert "“Agreed in the review”" in page.text
    page.open(f"{page_of(world)}{one.pk}/retire/").press("Retire it")
    assert "say why this is changed" in page.text
    page.press("Retire it", reason="Overtaken by events")
    one.refresh_from_db()
    assert (one.text, one.retired_on.isoformat()) == ("The agreement holds in all districts.", "2026-03-10")
    for call in (
        lambda: add_assumption(plan=world.plan, text="New", reason=" ", by=world.secretariat),
        lambda: reword_assumption(assumption=one, text="Other", reason="", by=world.secretariat),
        lambda: retire_assumption(assumption=one, retired=False, reason="", by=world.secretariat, at=NOW),
    ):
        with pytest.raises(ValidationError, match="say why"):
            call()


def test_free_while_in_development_and_answers_never_need_a_reason(world):
    one = make(world)
    page = Visitor(world.secretariat).open(f"{page_of(world)}{one.pk}/edit/")
    assert "reason" not in page.field_names("Save")
    page.press("Save", text="Shorter.")
    endorse(world)
    answer(world, one, 2024)
    assert AssumptionCheck.objects.count() == 1


def test_retired_ones_keep_their_answers_and_are_asked_no_more(world):
    one = make(world)
    answer(world, one, 2024, "failed", "Gone.")
    page = Visitor(world.secretariat).open(f"{page_of(world)}{one.pk}/retire/").press("Retire it")
    assert "Retired 1" in page.text and "Gone." in page.text and not page.links("Answer")
    page.open(f"{page_of(world)}{one.pk}/2025/", status=404)
    with pytest.raises(ValidationError, match="asked about no more"):
        answer(world, one, 2025)
    page.open(f"{page_of(world)}{one.pk}/retire/").press("Take it up again")
    assert Assumption.objects.get().retired_on is None


def test_the_order_is_the_secretariat_s(world):
    first, second, third = (make(world, text, order=0) for text in ("First.", "Second.", "Third."))
    page = Visitor(world.secretariat).open(page_of(world))
    assert [form for form in page.buttons() if "Move" in form] == [
        "Move down First.", "Move up Second.", "Move down Second.", "Move up Third.",
    ]  # fmt: skip
    page.press("Move up Third.")
    assert list(Assumption.objects.order_by("order").values_list("text", flat=True)) == [
        "First.",
        "Third.",
        "Second.",
    ]
    move_assumption(assumption=third, up=False, by=world.secretariat)
    move_assumption(assumption=third, up=False, by=world.secretariat)  # at the end already
    assert list(Assumption.objects.order_by("order")) == [first, second, third]


def test_who_was_slower_is_told(world):
    one = make(world)
    seen, asked = assumption_version(one), answer_version(one, 2024)
    reword_assumption(assumption=one, text="Another.", reason="", by=world.administrator)
    with pytest.raises(Stale):
        reword_assumption(assumption=one, text="Mine.", reason="", version=seen, by=world.secretariat)
    slow = Visitor(world.secretariat).open(f"{page_of(world)}{one.pk}/2024/")
    answer(world, one, 2024)
    with pytest.raises(Stale):
        answer(world, one, 2024, "failed", "No.", version=asked)
    slow.press("Save", answer="failed", note="No.")
    assert "while you were editing" in slow.text
    slow.press("Save")
    assert AssumptionCheck.objects.get().answer == "failed"


@pytest.mark.parametrize("name", ["focal_sei", "gov_lead", "steering", "outsider"])
def test_nobody_else_writes(world, name):
    one, by = make(world), world.users[name]
    for call in (
        lambda: add_assumption(plan=world.plan, text="New", reason="", by=by),
        lambda: reword_assumption(assumption=one, text="Other", reason="", by=by),
        lambda: move_assumption(assumption=one, up=True, by=by),
        lambda: retire_assumption(assumption=one, retired=True, reason="", by=by, at=NOW),
        lambda: answer_assumption(assumption=one, year=2024, answer="holds", note="", by=by, at=NOW),
    ):
        with pytest.raises(PermissionDenied):
            call()


def test_an_assumption_of_another_plan_is_not_there(world):
    other = Assumption.objects.create(plan=world.other_plan, text="Theirs.")
    for path in ("edit/", "retire/", "2024/"):
        Visitor(world.secretariat).open(f"{page_of(world)}{other.pk}/{path}", status=404)


def test_an_assumption_says_something(world):
    page = Visitor(world.secretariat).open(page_of(world) + "new/").press("Save", text=" ")
    assert "This field is required." in page.text
    assert not Assumption.objects.exists()


def test_the_page_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    answer(world, make(world), 2024)
    with django_assert_num_queries(10):
        client.get(page_of(world))
    for number in range(5):
        one = make(world, f"Assumption {number}.", order=number)
        answer(world, one, 2024)
        answer(world, one, 2025, "partly", "In part.")
    with django_assert_num_queries(10):
        client.get(page_of(world))
