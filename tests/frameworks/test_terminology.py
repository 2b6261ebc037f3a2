"""A plan's own words for its levels, on every page and in the report."""

import re
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from frameworks.models import Activity, Goal, Indicator, Output, Plan
from frameworks.terminology import counted, is_renamed, level_words
from monitoring.models import ReportRun, Submission
from monitoring.reports.build import build_pillar_report
from monitoring.reports.present import presented
from tests.monitoring.report_world import CUT_OFF, make_year
from tests.monitoring.reported import open_round
from tests.pages import Visitor

OWN = {"goal_label": "Outcome", "output_label": "Result area", "activity_label": "Action point"}
#: The house's words for the levels, one and many.
HOUSE_WORDS = re.compile(r"\b(goals?|outputs?|activit(?:y|ies))\b", re.IGNORECASE)
#: What speaks of no level of the plan: labels of the fields in which the words are chosen.
OF_THE_WORDS = re.compile(r"(For example: \w+( \w+)?\. Empty: \w+\.)|(What an? \w+ is called)", re.IGNORECASE)


def test_house_words_have_a_plural_and_own_words_need_none():
    house = level_words()
    assert [str(house[key]) for key in ("goal", "goals", "output", "outputs", "activity", "activities")] == [
        "Goal", "Goals", "Output", "Outputs", "Activity", "Activities",
    ]  # fmt: skip
    own = level_words(activity="Action point")
    assert (own["activity"], own["activities"]) == ("Action point", "Action point")
    assert [counted(house, "activity", n) for n in (0, 1, 19)] == [
        "0 activities",
        "1 activity",
        "19 activities",
    ]
    assert counted(own, "activity", 19) == "Action point: 19"
    assert counted(own, "indicator", 1) == "1 indicator"
    assert is_renamed(own, "activity") and not is_renamed(own, "goal")
    # Who writes the house's word out has not renamed anything.
    assert counted(level_words(goal="Goal"), "goal", 2) == "2 goals"


@pytest.fixture
def renamed(world):
    """The world with its own words, and no text of its own that holds the house's."""
    Plan.objects.filter(pk=world.plan.pk).update(is_public=True, **OWN)
    for model, word in ((Goal, "Outcome"), (Output, "Result area"), (Activity, "Action point")):
        for one in model.objects.all():
            model.objects.filter(pk=one.pk).update(title=f"{word} text {one.code}")
    for one in world.activities.values():
        one.refresh_from_db()
    world.plan.refresh_from_db()
    return world


def read(page):
    """What is read on a page, addresses and field values aside; labels for screen readers too."""
    # Old and new texts of the history are data: the world was made with the house's words.
    for gone in page.page.xpath("//script|//style|//del|//ins"):
        gone.drop_tree()
    spoken = page.page.xpath("//body//@aria-label|//body//@title|//body//@placeholder|//title/text()")
    return OF_THE_WORDS.sub("", " ".join([page.text, *spoken]))


def assert_own_words(text, where):
    found = HOUSE_WORDS.search(text)
    assert found is None, f"{where}: …{text[max(0, found.start() - 80) : found.end() + 60]}…"


PAGES = (
    "", "?open=all", "?q=nothing+fits", "edit/", "gaps/", "people/", "rounds/", "schedule/", "crosswalk/", "assumptions/",
    "themes/", "changes/", "compare/?with=PH-NAP-2023-2033", "activities/1.1.1/", "activities/1.1.1/edit/",
    "indicators/1.1.1a/", "indicators/1.1.1a/edit/", "activities/1.1.1/indicators/new/", "dashboard/", "rounds/2024/",
    "rounds/2024/publish/", "reports/", "goals/1/", "goals/1/edit/", "outputs/1.1/", "outputs/1.1/edit/", "retired/",
    "pillars/", "pillars/P1/goals/new/", "goals/1/outputs/new/", "outputs/1.1/activities/new/",
    "import/", "workbook/", "terms/", "people/seats/new/", "people/history/", "goals/1/indicators/new/", "parts/activity/1.1.1/retire/",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.django_db
def test_no_page_names_a_level_by_the_house_s_word(renamed, path):
    make_open_round(renamed)
    page = Visitor(renamed.administrator).open(f"/plans/{renamed.plan.code}/{path}")
    assert_own_words(read(page), path or "the plan")


def make_open_round(world):
    world.round = open_round(world)
    return world.round


@pytest.mark.django_db
def test_the_plan_page_uses_the_own_words(renamed):
    text = Visitor(renamed.administrator).open(f"/plans/{renamed.plan.code}/?open=all").text
    for words in ("Action point: 3, 3 indicators", "Result area: 1, Action point: 2", "Outcome"):
        assert words in text


@pytest.mark.django_db
def test_a_taken_code_is_told_in_the_plan_s_words(renamed):
    page = Visitor(renamed.secretariat).open(f"/plans/{renamed.plan.code}/goals/1/edit/")
    page.press("Save", code="2")
    assert "Outcome: another one of this plan has this code." in page.text
    assert_own_words(read(page), "a refused goal")


@pytest.mark.django_db
def test_the_ministry_s_pages(renamed, monkeypatch):
    make_open_round(renamed)
    monkeypatch.setattr(timezone, "now", lambda: datetime(2025, 1, 20, 3, 0, tzinfo=UTC))
    sei = Visitor(renamed.focal_sei)
    submission = Submission.objects.get(institution=renamed.sei)
    for path in (
        f"/plans/{renamed.plan.code}/rounds/2024/my-report/",
        f"/submissions/{submission.pk}/",
        f"/submissions/{submission.pk}/activities/1.1.1/",
    ):
        assert_own_words(read(sei.open(path)), path)
    assert "Action point 1 of 1" in sei.text


@pytest.mark.django_db
def test_the_pillar_report(renamed):
    make_year(renamed)
    for one in Activity.objects.all():
        Activity.objects.filter(pk=one.pk).update(title=f"Action point text {one.code}")
    for one in Output.objects.all():
        Output.objects.filter(pk=one.pk).update(title=f"Result area text {one.code}")
    Indicator.objects.update(definition="")
    report = build_pillar_report(
        plan=renamed.plan,
        round=renamed.plan.rounds.get(label="2024"),
        pillar=renamed.participation,
        cut_off=CUT_OFF,
    )
    html = render_to_string("reports/pillar.html", {**presented(report), "paper": True})
    text = re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    text = text.replace("hidden in public outputs", "")  # what is published, no level of the plan
    assert_own_words(text, "pillar report")
    assert "Action point by status" in text and "Action point: estimated cost" in text


@pytest.mark.django_db
def test_the_report_on_screen(renamed):
    year = make_year(renamed)
    from monitoring.reports.run import write_report

    run = ReportRun.objects.create(
        plan=renamed.plan, round=year.round, pillar=renamed.participation, created_at=CUT_OFF, heartbeat_at=CUT_OFF,
    )  # fmt: skip
    assert write_report(run.pk, clock=lambda: CUT_OFF)
    page = Visitor(renamed.secretariat).open(f"/reports/{run.public_id}/")
    assert "Action point: what the institutions report" in page.text
