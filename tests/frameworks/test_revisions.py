"""The revision log of a plan: every change, by whom and why, filtered, page by page, and as a file."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pghistory
import pytest
from django.db import connection
from django.utils import timezone

from frameworks.models import (
    Activity,
    ActivityTheme,
    Assumption,
    AssumptionCheck,
    Category,
    CategoryTarget,
    Dimension,
    ExternalFramework,
    Goal,
    Indicator,
    Lead,
    Output,
    Pillar,
    Plan,
    PlanTheme,
    Provision,
    ProvisionLink,
    Target,
    Theme,
)
from frameworks.revision_sources import Asked, sources
from frameworks.revisions import load_page
from tests.pages import Visitor
from tests.world import make_activity, make_indicator, make_pillar

pytestmark = pytest.mark.django_db


def page_of(world):
    return f"/plans/{world.plan.code}/changes/"


def entries(world, user=None, **asked):
    return load_page(world.plan, user or world.secretariat, asked=Asked(**asked)).entries


def step(world, reason, **asked):
    """The entry with that reason."""
    return next(one for one in entries(world, **asked) if one.reason == reason)


def told(entry):
    return [(one.level, one.code, one.field, one.old, one.new) for one in entry.lines]


def by(world, name="secretariat", **context):
    return pghistory.context(user=world.users[name].pk, **context)


def shift(days):
    """Makes everything recorded so far older: a test is one transaction, and all its changes bear one time."""
    tables = {source.model.pgh_event_model._meta.db_table for source in sources(Plan.objects.first())}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            cursor.execute(
                f"UPDATE {table} SET pgh_created_at = pgh_created_at - make_interval(days => %s)", [days]
            )
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def test_a_field_with_old_and_new_who_and_why(world):
    with by(world, reason="After the review"):
        Activity.objects.filter(code="1.1.1").update(title="Train more women", years=[2025])
    one = step(world, "After the review")
    assert one.who == "secretariat"
    assert told(one) == [
        ("Activity", "1.1.1", "Text", "Activity 1.1.1", "Train more women"),
        ("Activity", "1.1.1", "Years", "2024, 2025, 2026, 2027, 2028", "2025"),
    ]
    assert one.summary == ["1 activity changed"]


def test_everything_of_a_plan_is_told_with_the_code_of_its_owner(world):
    indicator, activity = world.indicators["i111a"], world.activities["a111"]
    output, goal = activity.output, activity.output.goal
    theme = Theme.objects.create(code="climate", name="Climate")
    provision = Provision.objects.create(
        framework=ExternalFramework.objects.create(code="SDG", name="SDG", short_name="SDG"),
        code="5.5",
        title="Power",
    )
    with by(world, reason="All of it"):
        Plan.objects.filter(pk=world.plan.pk).update(title="Another title")
        PlanTheme.objects.create(plan=world.plan, theme=theme)
        Pillar.objects.filter(pk=world.participation.pk).update(name="Taking part")
        Goal.objects.filter(pk=goal.pk).update(order=7)
        Output.objects.filter(pk=output.pk).update(title="New output")
        Lead.objects.filter(activity=activity, institution=world.mae).delete()
        ActivityTheme.objects.create(activity=activity, theme=theme)
        Indicator.objects.filter(pk=indicator.pk).update(baseline_numerator=Decimal(11))
        Target.objects.filter(indicator=indicator).update(value=35)
        dimension = Dimension.objects.create(indicator=indicator, name="Sex")
        women = Category.objects.create(dimension=dimension, code="w", name="Women")
        CategoryTarget.objects.create(category=women, period_end="2028-12-31", value=12)
        indicator.responsible.add(world.mssi)
        ProvisionLink.objects.create(plan=world.plan, provision=provision, goal=goal)
        assumption = Assumption.objects.create(plan=world.plan, text="The peace holds.")
        AssumptionCheck.objects.create(
            assumption=assumption, year=2024, answer="holds", answered_at=timezone.now()
        )
    assert "Theme: 2 added" in step(world, "All of it").summary
    assert told(step(world, "All of it")) == [
        ("Pillar", "P1", "Name", "Participation", "Taking part"),
        ("Goal", "1", "Order", "0", "7"),
        ("Output", "1.1", "Text", "Output 1.1", "New output"),
        (
            "Activity",
            "1.1.1",
            "Lead institution",
            "Institution: MAE; Role: Lead; Accountable: no; Order: 1",
            None,
        ),
        ("Activity", "1.1.1", "Theme", None, "Climate"),
        ("Indicator", "1.1.1a", "Baseline numerator", "21", "11"),
        ("Indicator", "1.1.1a", "Target 2028: Target", "30", "35"),
        ("Indicator", "1.1.1a", "Breakdown", None, "Name: Sex; Order: 0"),
        ("Indicator", "1.1.1a", "Category “Sex”", None, "Name: Women; Order: 0"),
        ("Indicator", "1.1.1a", "Target of a category 2028 “Women”", None, "Category: Women; Target: 12"),
        ("Indicator", "1.1.1a", "Who reports the figure", None, "MSSI"),
        ("Goal", "1", "Link to a provision", None, "Provision: SDG 5.5; Primary: no"),
        ("Plan", world.plan.code, "Title", "National Action Plan 1325", "Another title"),
        ("Plan", world.plan.code, "Theme", None, "Climate"),
        ("Assumption", "", "", None, "The peace holds."),
        ("Assumption", "", "Does it still hold? 2024", None, "Still holds"),
    ]


def test_what_was_removed_stays_readable(world):
    indicator = world.indicators["i112a"]
    with by(world, reason="Dropped"):
        indicator.targets.all().delete()
        indicator.delete()
    one = step(world, "Dropped")
    assert ("Indicator", "1.1.2a", "", "Indicator 1.1.2a", None) in told(one)
    assert next(line for line in told(one) if line[2] == "Target 2028")[3] == "15,000"
    page = Visitor(world.focal_sei).open(page_of(world))
    assert "Indicator 1.1.2a removed Indicator 1.1.2a nothing" in page.text


def test_other_plans_are_not_told_of(world):
    with by(world, reason="Elsewhere"):
        make_activity(make_pillar(world.other_plan, "P1", "Peace"), "1.1.1")
        Plan.objects.filter(pk=world.other_plan.pk).update(title="Theirs")
    assert [one for one in entries(world) if one.reason == "Elsewhere"] == []


def test_what_lies_in_a_plan_that_one_may_not_read_is_not_named(world):
    goal = world.activities["a111"].output.goal
    theirs = make_activity(make_pillar(world.other_plan, "P1", "Peace"), "7.1.1").output.goal
    with by(world, reason="Linked"):
        Goal.objects.filter(pk=goal.pk).update(continues=theirs)
    assert told(step(world, "Linked")) == [
        ("Goal", "1", "Carries on", None, "in a plan that you may not read")
    ]
    one = next(one for one in entries(world, world.administrator) if one.reason == "Linked")
    assert told(one) == [("Goal", "1", "Carries on", None, "7 Goal 7")]


def test_an_import_of_many_rows_is_one_entry_summed_up(world):
    with by(world, action="import", reason="Adopted"):
        for number in range(1, 32):
            make_indicator(world.activities["a211"], f"2.1.1z{number}", target="5")
    page = Visitor(world.secretariat).open(page_of(world) + "?only=reason")
    assert "31 indicators added, Target: 31 added" in page.text
    assert page.page.xpath("//li[contains(@class, 'tone-info')]//span[@class='chip']/text()") == ["Import"]
    # 25 of each kind are on the page; the file holds all.
    assert len(page.page.xpath("//details//tbody/tr")) == 50
    assert "12 more rows: see the CSV." in page.text
    assert len(file_of(world, "?only=reason")) == 62


def test_a_renamed_level_is_called_by_its_name(world):
    world.plan.activity_label = "Action point"
    world.plan.save()
    with by(world, reason="Renamed"):
        Activity.objects.filter(plan=world.plan).update(title="Same")
    one = step(world, "Renamed")
    assert one.summary == ["Action point: 3 changed"]
    assert {line.level for line in one.lines} == {"Action point"}


def codes(found):
    return {line.code for one in found for line in one.lines}


def test_filters(world):
    with by(world, "administrator", reason="Both"):
        Activity.objects.filter(plan=world.plan).update(title="New text")
        Indicator.objects.filter(code="2.1.1a").update(unit="laws")
    assert codes(entries(world, level="activity", only="reason")) == {"1.1.1", "1.1.2", "2.1.1"}
    assert codes(entries(world, pillar=world.prevention.pk)) == {"P2", "2", "2.1", "2.1.1", "2.1.1a"}
    assert codes(entries(world, code="1.1.2")) == {"1.1.2", "1.1.2a"}
    assert codes(entries(world, person=world.administrator.pk)) == {"1.1.1", "1.1.2", "2.1.1", "2.1.1a"}
    assert entries(world, person=world.focal_sei.pk) == []
    assert codes(entries(world, level="pillar", code="1")) == set()
    assert entries(world, level="plan", code="1") == []


def test_a_former_code_finds_the_whole_history(world):
    Activity.objects.filter(code="1.1.2").update(code="1.1.9")
    assert codes(entries(world, code="1.1.9", level="activity")) == {"1.1.2", "1.1.9"}


def test_days(world):
    shift(10)
    with by(world, reason="Today"):
        Plan.objects.filter(pk=world.plan.pk).update(title="Now")
    now = timezone.now()
    assert [one.reason for one in entries(world, since=now - timedelta(days=1))] == ["Today"]
    assert "Today" not in [one.reason for one in entries(world, until=now - timedelta(days=1))]
    page = Visitor(world.secretariat)
    day = timezone.localdate().isoformat()
    assert "“Today”" in page.open(f"{page_of(world)}?since={day}&until={day}").text
    assert "No change fits these filters." in page.open(f"{page_of(world)}?until=2020-01-01").text
    page.open(f"{page_of(world)}?since={day}&until=2020-01-01")
    assert "This day lies before the first one." in page.text
    assert "Write a day as year-month-day" in page.open(f"{page_of(world)}?since=soon").text


def test_only_what_came_after_the_endorsement(world):
    assert entries(world, only="endorsed") == []
    shift(10)
    with by(world, reason="Endorsed"):
        Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")
    assert [one.reason for one in entries(world, only="endorsed")] == ["Endorsed"]


def test_values_that_are_not_on_offer_filter_nothing_and_are_told(world):
    page = Visitor(world.secretariat).open(page_of(world) + "?level=nonsense&pillar=P9&person=0")
    assert "There is a problem" in page.text
    assert "Indicator 1.1.1a" in page.text
    assert "\x00" not in Visitor(world.secretariat).open(page_of(world) + "?code=%00").text


def test_the_people_on_offer_are_those_who_changed_something(world):
    with by(world, "gov_lead"):
        Plan.objects.filter(pk=world.plan.pk).update(title="X")
    with by(world, "outsider"):
        Plan.objects.filter(pk=world.other_plan.pk).update(title="Y")
    page = Visitor(world.secretariat).open(page_of(world))
    assert page.page.xpath("//select[@name='person']/option/text()") == ["Everybody", "gov_lead"]


def test_page_by_page_without_gaps_or_doubles(world):
    for number in range(45):
        shift(1)
        with by(world, reason=f"Step {number}"):
            Plan.objects.filter(pk=world.plan.pk).update(title=f"Title {number}")
    seen, cursor, pages = [], "", 0
    while True:
        page = load_page(world.plan, world.secretariat, cursor=cursor)
        seen += [one.reason for one in page.entries]
        pages, cursor = pages + 1, page.next
        if not cursor:
            break
    assert seen == [f"Step {number}" for number in reversed(range(45))] + [""]
    assert pages == 3
    visitor = Visitor(world.secretariat).open(page_of(world) + "?level=plan").follow("Older changes")
    assert "“Step 24”" in visitor.text and "“Step 25”" not in visitor.text
    assert visitor.links("Back to the newest") == [page_of(world) + "?level=plan"]


def test_changes_of_one_moment_are_all_told_across_pages(world):
    for number in range(30):  # one transaction: one time for all
        with by(world, reason=f"Step {number}"):
            Plan.objects.filter(pk=world.plan.pk).update(title=f"Title {number}")
    first = load_page(world.plan, world.secretariat)
    second = load_page(world.plan, world.secretariat, cursor=first.next)
    reasons = [one.reason for one in (*first.entries, *second.entries)]
    assert len(reasons) == len(set(reasons)) == 31


@pytest.mark.parametrize(
    "cursor", ["x", "2026-01-01", "2026-01-01T00:00:00_k", "_", "2026-01-01T00:00:00%2B00:00_"]
)
def test_a_made_up_cursor_is_refused(world, cursor):
    Visitor(world.secretariat).open(f"{page_of(world)}?before={cursor}", status=400)


def file_of(world, query=""):
    visitor = Visitor(world.focal_sei)
    answer = visitor.client.get(f"/plans/{world.plan.code}/changes.csv{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_holds_the_same_filtered_log(world):
    with by(world, reason="A reason"):
        Activity.objects.filter(code="1.1.1").update(title="Train, and mentor")
        Lead.objects.filter(activity__code="1.1.1", institution=world.mae).delete()
    rows = file_of(world, "?only=reason&level=activity")
    assert [
        (row["Code"], row["What happened"], row["Field"], row["Before"], row["After"]) for row in rows
    ] == [
        ("1.1.1", "changed", "Text", "Activity 1.1.1", "Train, and mentor"),
        (
            "1.1.1",
            "removed",
            "Lead institution",
            "Institution: MAE; Role: Lead; Accountable: no; Order: 1",
            "",
        ),
    ]
    assert {(row["Who"], row["Why"], row["Step"], row["Level"]) for row in rows} == {
        ("secretariat", "A reason", "1", "Activity")
    }
    assert len(file_of(world)) > 20


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)"])
def test_no_cell_of_the_file_is_a_formula(world, text):
    with by(world, reason=text):
        Activity.objects.filter(code="1.1.1").update(title=text)
    (row,) = file_of(world, "?only=reason")
    assert row["After"] == row["Why"] == f"'{text}"
    assert row["Before"] == "Activity 1.1.1"


def test_queries_do_not_grow_with_the_history(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    with by(world, reason="First"):
        Activity.objects.filter(plan=world.plan).update(title="First")
    with django_assert_num_queries(QUERIES):
        client.get(page_of(world))
    shift(1)  # what comes now is newer than the making of the world
    for number in range(60):
        with by(world, reason=f"Step {number}"):
            Activity.objects.filter(plan=world.plan).update(title=f"Title {number}")
            Indicator.objects.filter(plan=world.plan).update(unit=f"u{number}")
    with django_assert_num_queries(QUERIES_LONG):
        client.get(page_of(world))
    for number in range(60):
        with by(world, reason=f"More {number}"):
            Activity.objects.filter(plan=world.plan).update(title=f"More {number}")
            Indicator.objects.filter(plan=world.plan).update(unit=f"v{number}")
    with django_assert_num_queries(QUERIES_LONG):
        client.get(page_of(world))


#: Six kinds of things were made with the world, so that its first page asks more tables than a page of changes only.
QUERIES = 27
QUERIES_LONG = 17


@pytest.mark.slow
def test_a_page_of_a_long_history(world, django_assert_max_num_queries):
    """A large plan that was changed as a whole again and again: some 10,000 events."""
    Indicator.objects.bulk_create(
        Indicator(
            plan=world.plan, pillar=world.participation, activity=world.activities["a111"], code=f"1.1.1x{number}",
            statement=f"Indicator {number}", type="count",
        )
        for number in range(2000)
    )  # fmt: skip
    for number in range(4):
        with by(world, reason=f"Step {number}"):
            Indicator.objects.filter(plan=world.plan).update(unit=f"u{number}")
    with django_assert_max_num_queries(QUERIES):
        page = load_page(world.plan, world.secretariat)
    assert len(page.entries) == 5 and page.entries[0].row_count >= 2000


def test_the_moment_is_the_readers(world):
    """Days are those of the installation's time zone."""
    with by(world, reason="Late in the evening"):
        Plan.objects.filter(pk=world.plan.pk).update(title="X")
    (one,) = entries(world, only="reason")
    assert one.at.tzinfo is not None and abs(one.at - datetime.now(UTC)) < timedelta(minutes=5)
