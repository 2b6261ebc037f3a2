"""The page of a plan: its logframe, what stands beside it, and that it stays light."""

import gzip

import pytest
from django.test import Client

from budgets.models import Costing
from frameworks import logframe
from frameworks.filters import LogframeFilter
from frameworks.models import Activity, Goal, Indicator, Output, Plan
from tests.monitoring.reported import accept, endorse, hand_in, nd, open_round, submission_of, total, val
from tests.pages import Visitor
from tests.world import make_activity, make_indicator, make_institution, make_pillar, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world):
    return Visitor(world.secretariat).open(f"/plans/{world.plan.code}/")


def publish(plan):
    Plan.objects.filter(pk=plan.pk).update(is_public=True)


def tree(world, user=None, **asked):
    filters = LogframeFilter(asked, plan=world.plan, user=user or world.secretariat)
    return logframe.load_logframe(filters, insider=True)


def codes(frame):
    """The codes of the activities and the indicators in a tree."""
    outputs = [one for pillar in frame.pillars for goal in pillar.goals for one in goal.outputs]
    goals = [goal for pillar in frame.pillars for goal in pillar.goals]
    activities = [node for output in outputs for node in output.activities]
    measured = [node for branch in (*goals, *outputs, *activities) for node in branch.indicators]
    return (
        [node.activity.code for node in activities],
        sorted(node.indicator.code for node in measured),
    )


def big_plan(activities=40, per_activity=10, outputs=4):
    """A plan of `activities` × `per_activity` indicators, made in bulk."""
    plan = make_plan("BIG", is_public=True)
    pillar = make_pillar(plan, "P1", "Participation", 1)
    goal = Goal.objects.create(
        plan=plan, pillar=pillar, code="1", title="A goal of some length, as plans have them"
    )
    rows = [
        Output.objects.create(
            plan=plan, goal=goal, code=f"1.{n}", title=f"Output {n}: more women in decisions on peace"
        )
        for n in range(1, outputs + 1)
    ]
    made = Activity.objects.bulk_create(
        Activity(
            plan=plan,
            output=rows[n % outputs],
            code=f"{rows[n % outputs].code}.{n}",
            title=f"Activity {n}: train, mentor and support women who stand for office in every municipality",
            years=[2024, 2025],
        )
        for n in range(activities)
    )
    Indicator.objects.bulk_create(
        Indicator(
            plan=plan,
            pillar=pillar,
            activity=activity,
            code=f"{activity.code}-{n}",
            type="number_and_percentage",
            unit="women",
            statement=f"# and % of women who took part in step {n} of {activity.code}, by position and municipality",
        )
        for activity in made
        for n in range(per_activity)
    )
    return plan


# What is on it


def test_pillars_goals_outputs_activities_with_years_leads_and_indicators(page):
    text = page.text
    for words in (
        "P1 Participation", "1 Goal 1 Goal", "1.1 Output 1.1 Output", "1.1.1 Activity 1.1.1", "SEI accountable", "MAE lead",
        "1.1.1a", "Indicator 1.1.1a", "# and %, women · increase", "3 activities, 3 indicators",
    ):  # fmt: skip
        assert words in text
    years = page.page.xpath("//*[@id='a-1.1.1']//span[@class='years']/@aria-label")
    assert years == ["Planned: 2024, 2025, 2026, 2027, 2028"]


def test_codes_sort_as_people_count(world):
    for code in ("1.1.10", "1.1.9", "1.10.1", "1.9.1"):
        make_activity(world.participation, code, [world.mae])
    assert codes(tree(world))[0] == ["1.1.1", "1.1.2", "1.1.9", "1.1.10", "1.9.1", "1.10.1", "2.1.1"]


def test_the_plan_s_own_words(world):
    Plan.objects.filter(pk=world.plan.pk).update(
        goal_label="Outcome", output_label="Objective", activity_label="Action point"
    )
    text = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/").text
    assert "Goal 1 Outcome" in text
    assert "Output 1.1 Objective" in text
    assert "Open action point 1.1.1" in text


def test_indicators_of_goals_and_outputs_stand_at_them(world):
    output = world.activities["a111"].output
    for parent, code in (({"goal": output.goal}, "1a"), ({"output": output}, "1.1a")):
        Indicator.objects.create(
            plan=world.plan, pillar=world.participation, code=code, type="count", statement=code, **parent
        )
    frame = tree(world)
    goal = frame.pillars[0].goals[0]
    assert [node.indicator.code for node in goal.indicators] == ["1a"]
    assert [node.indicator.code for node in goal.outputs[0].indicators] == ["1.1a"]
    assert (goal.indicator_count, goal.outputs[0].indicator_count, frame.pillars[0].indicator_count) == (
        4,
        3,
        4,
    )


def test_retired_rows_stay_out(world):
    Indicator.objects.filter(code="1.1.1a").update(retired_on="2025-01-01")
    Activity.objects.filter(code="1.1.2").update(retired_on="2025-01-01")
    assert codes(tree(world)) == (["1.1.1", "2.1.1"], ["2.1.1a"])


def test_costs_are_for_insiders_and_missing_is_not_zero(world):
    publish(world.plan)
    Costing.objects.create(activity=world.activities["a111"], year=2024, amount="1000.50", currency="USD")
    Costing.objects.create(activity=world.activities["a111"], year=2025, amount=2000, currency="USD")
    Costing.objects.create(activity=world.activities["a111"], year=2026, amount=5, currency="EUR")
    Costing.objects.create(activity=world.activities["a112"], year=2024, amount=0, currency="USD")
    text = Visitor(world.focal_sei).open(f"/plans/{world.plan.code}/").text.replace("\xa0", " ")
    assert "Costed: EUR 5 , USD 3,000.50" in text or "Costed: EUR 5, USD 3,000.50" in text
    assert "Costed: USD 0" in text
    assert "Costed: not costed" in text
    assert "Costed" not in Visitor().open(f"/plans/{world.plan.code}/").text


def test_an_empty_framework_says_what_to_do_next(world):
    address = f"/plans/{world.other_plan.code}/"
    page = Visitor(world.outsider).open(address)
    assert "The framework is empty." in page.text
    assert page.links("Import a logframe") == [f"{address}import/"]
    publish(world.other_plan)
    assert not Visitor().open(address).links("Import a logframe")


def test_expand_and_collapse_are_links(page):
    page.follow("Collapse all")
    assert page.page.xpath("count(//details[contains(@class,'node')][@open])") == 0
    page.follow("Expand all")
    closed = page.page.xpath("//details[contains(@class,'node')][not(@open)]")
    assert closed == []


def test_expanding_keeps_the_filters(world):
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/?pillar=P1&year=2025")
    assert page.links("Expand all") == [f"/plans/{world.plan.code}/?pillar=P1&year=2025&open=all"]


# Figures beside it


def report(world, upto):
    """SEI reports 24/65 on 1.1.1a and 40 on its activity's status, as far as `upto` says."""
    round = open_round(world)
    sei = hand_in(
        submission_of(round, world.sei),
        world.focal_sei,
        {total(world.indicators["i111a"]): nd(135, 450)},
        status="delayed",
    )
    if upto != "submitted":
        accept(world, sei)
    if upto == "endorsed":
        endorse(world, sei)
    return round


def row_of(page, code):
    row = page.page.xpath("//li[contains(@class,'indicator')][span[@class='code'][text()=$code]]", code=code)[
        0
    ]
    return " ".join(" ".join(row.itertext()).split())


def test_a_reported_figure_says_that_it_is_unconfirmed(world):
    report(world, "submitted")
    page = Visitor(world.focal_mae).open(f"/plans/{world.plan.code}/")
    assert "135/450 30%" in row_of(page, "1.1.1a")
    assert "Reported, unconfirmed" in row_of(page, "1.1.1a")
    assert "Figures of round 2024." in page.text
    # The activity's status is official only once the submission is accepted.
    summary = page.page.xpath("//*[@id='a-1.1.1']/summary")[0]
    assert "Delayed" not in " ".join(summary.itertext())


def test_an_accepted_report_brings_the_activity_s_status(world):
    report(world, "accepted")
    page = Visitor(world.focal_mae).open(f"/plans/{world.plan.code}/")
    assert "Delayed" in " ".join(page.page.xpath("//*[@id='a-1.1.1']/summary")[0].itertext())
    assert "Reported, unconfirmed" not in row_of(page, "1.1.1a")


def test_a_co_lead_s_report_is_not_the_activity_s_status(world):
    """1.1.1 is led by SEI (accountable) and MAE: only SEI's word is the status of the activity."""
    round = open_round(world)
    accept(world, hand_in(submission_of(round, world.mae), world.focal_mae, status="completed"))
    frame = tree(world)
    nodes = {
        node.activity.code: node for output in frame.pillars[0].goals[0].outputs for node in output.activities
    }
    assert nodes["1.1.1"].status is None
    assert nodes["1.1.2"].status == "completed"


def test_the_public_sees_what_is_published(world):
    publish(world.plan)
    round = report(world, "endorsed")
    address = f"/plans/{world.plan.code}/"
    before = Visitor().open(address)
    assert "No figures are published yet." in before.text
    assert "135/450" not in before.text
    Visitor(world.secretariat).open(f"{address}rounds/{round.label}/publish/").press("Publish the figures")
    after = Visitor().open(address)
    assert "135/450 30%" in row_of(after, "1.1.1a")
    assert "Delayed" in " ".join(after.page.xpath("//*[@id='a-1.1.1']/summary")[0].itertext())


def test_a_figure_without_both_co_leads_stays_inside_after_publication(world):
    publish(world.plan)
    round = report(world, "accepted")
    Visitor(world.secretariat).open(f"/plans/{world.plan.code}/rounds/{round.label}/publish/").press(
        "Publish the figures"
    )
    page = Visitor().open(f"/plans/{world.plan.code}/")
    assert "135/450" not in page.text
    assert "Delayed" not in " ".join(page.page.xpath("//*[@id='a-1.1.1']/summary")[0].itertext())


def test_a_small_count_of_people_is_hidden_from_the_public(world):
    publish(world.plan)
    Indicator.objects.filter(code="1.1.2a").update(counts_people=True)
    round = open_round(world)
    mae = hand_in(
        submission_of(round, world.mae), world.focal_mae, {total(world.indicators["i112a"]): val(3)}
    )
    accept(world, mae)
    endorse(world, mae)
    Visitor(world.secretariat).open(f"/plans/{world.plan.code}/rounds/{round.label}/publish/").press(
        "Publish the figures"
    )
    assert row_of(Visitor().open(f"/plans/{world.plan.code}/"), "1.1.2a").endswith("Hidden")
    assert " 3 " in row_of(Visitor(world.steering).open(f"/plans/{world.plan.code}/"), "1.1.2a")


# How much it costs


@pytest.mark.parametrize(("who", "queries"), [("secretariat", 20), (None, 12)])
def test_queries_stay_the_same(world, who, queries, django_assert_num_queries):
    publish(world.plan)
    report(world, "accepted")
    address = f"/plans/{world.plan.code}/?open=all"
    client = Client()
    if who:
        client.force_login(world.users[who])
    with django_assert_num_queries(queries):
        client.get(address)
    for number in (3, 4):
        pillar = make_pillar(world.plan, f"P{number}", f"Pillar {number}", number)
        for code in ("1", "2", "3"):
            lead = make_institution(f"I{number}{code}")
            activity = make_activity(pillar, f"{number}.{code}.1", [lead, world.sei, world.mae])
            make_indicator(activity, f"{number}.{code}.1a", target="5")
            Costing.objects.create(activity=activity, year=2024, amount=1, currency="USD")
    with django_assert_num_queries(queries):
        client.get(address)


def test_a_large_plan_is_shown_to_its_outputs(world, client, django_assert_max_num_queries):
    plan = big_plan()
    with django_assert_max_num_queries(13):
        page = client.get(f"/plans/{plan.code}/").content.decode()
    assert "This is a large plan" in page
    assert "40 activities, 400 indicators" in " ".join(page.split())
    assert "node-activity" not in page
    assert 'href="?output=1.1#o-1.1"' in page


def test_one_output_of_it_opens_by_a_link(world, client, django_assert_max_num_queries):
    plan = big_plan()
    with django_assert_max_num_queries(19):
        page = client.get(f"/plans/{plan.code}/?output=1.2").content.decode()
    assert page.count("node-activity") == 10
    assert page.count('<li class="indicator">') == 100
    assert '<details class="node node-output" id="o-1.2" open>' in page
    assert '<details class="node node-output" id="o-1.1">' in page


def test_a_long_output_comes_page_by_page(world, client):
    plan = big_plan(activities=30, per_activity=12, outputs=1)
    first = client.get(f"/plans/{plan.code}/?output=1.1").content.decode()
    assert first.count("node-activity") == logframe.PER_PAGE
    assert "?output=1.1&amp;page=2#o-1.1" in first
    second = client.get(f"/plans/{plan.code}/?output=1.1&page=2").content.decode()
    assert second.count("node-activity") == 5
    assert "Part 2 of 2" in second


def test_many_indicators_of_one_activity_are_cut_with_a_link_to_all(world, client):
    plan = big_plan(activities=1, per_activity=300, outputs=1)
    page = client.get(f"/plans/{plan.code}/?output=1.1").content.decode()
    assert page.count('<li class="indicator">') == logframe.PER_ACTIVITY
    assert "All 300 indicators of 1.1.0" in page
    assert (
        client.get(f"/plans/{plan.code}/activities/1.1.0/").content.decode().count('<li class="indicator">')
        == 50
    )


def test_htmx_gets_the_part_alone(world, client):
    plan = big_plan()
    part = client.get(f"/plans/{plan.code}/?output=1.2", headers={"hx-request": "true"}).content.decode()
    assert part.count("node-activity") == 10
    assert "<html" not in part
    missing = client.get(f"/plans/{plan.code}/?output=9.9", headers={"hx-request": "true"})
    assert missing.status_code == 404


def test_the_goal_s_own_indicators_of_a_large_plan(world, client):
    plan = big_plan()
    goal = plan.goals.get()
    make = {"plan": plan, "pillar": goal.pillar, "goal": goal, "type": "count", "statement": "Of the goal"}
    Indicator.objects.create(code="1x", **make)
    assert "Show the indicator of 1" in client.get(f"/plans/{plan.code}/").content.decode()
    assert "Of the goal" in client.get(f"/plans/{plan.code}/?goal=1").content.decode()


@pytest.mark.slow
def test_three_thousand_indicators_stay_light(world, client, django_assert_max_num_queries):
    plan = big_plan(activities=600, per_activity=5, outputs=120)
    for address in (
        f"/plans/{plan.code}/",
        f"/plans/{plan.code}/?open=all",
        f"/plans/{plan.code}/?output=1.7",
    ):
        with django_assert_max_num_queries(19):
            page = client.get(address).content
        assert len(gzip.compress(page)) < 40_000  # the rest of the 100 kB is for styles and scripts


def test_a_narrow_filter_shows_a_large_plan_whole(world, client):
    plan = big_plan()
    page = client.get(f"/plans/{plan.code}/?q=step+3").content.decode()
    assert page.count('<li class="indicator">') == 40
    assert "This is a large plan" not in page
