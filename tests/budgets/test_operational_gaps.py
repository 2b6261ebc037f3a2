"""What is in nobody's operational plan: who has handed none in, and which activities nobody plans."""

import csv
import io

import pytest

from budgets.models import OperationalAction
from budgets.responsible import load_coverage, responsibilities
from frameworks.models import Institution, Lead
from frameworks.workflow import transition
from tests.budgets.money_world import make_line, make_operational_plan, make_source
from tests.pages import Visitor
from tests.world import NOW, make_activity, make_institution

pytestmark = pytest.mark.django_db


def gaps(world, year=2026):
    coverage = load_coverage(world.plan, year)
    return (
        [(one.institution.code, one.rank) for one in coverage.missing],
        [activity.code for activity, _named in coverage.unplanned],
    )


def address(world, query="?year=2026"):
    return f"/plans/{world.plan.code}/operational-plans/gaps/{query}"


def test_whoever_answers_for_something_comes_first(world):
    group = make_institution("CSOS", "group")
    group.members.add(world.ba_futuru)
    Lead.objects.create(activity=world.activities["a111"], institution=group, role="support")
    aaa = make_institution("AAA")
    Lead.objects.create(activity=world.activities["a211"], institution=aaa, role="co_lead")
    missing, unplanned = gaps(world)
    assert missing == [("MAE", 0), ("MSSI", 0), ("SEI", 0), ("AAA", 1), ("BA-FUTURU", 2)]
    assert unplanned == ["1.1.1", "1.1.2", "2.1.1"]


def test_a_group_without_members_stands_for_itself(world):
    group = make_institution("CSOS", "group")
    Lead.objects.create(activity=world.activities["a111"], institution=group, role="support")
    assert ("CSOS", 2) in gaps(world)[0]
    text = Visitor(world.secretariat).open(address(world)).text
    assert "A group without members: nobody can plan for it." in text


def test_named_itself_and_as_a_member_counts_once_by_the_nearer(world):
    group = make_institution("CSOS", "group")
    group.members.add(world.sei)
    Lead.objects.create(activity=world.activities["a111"], institution=group, role="lead", order=9)
    (mine,) = [one for one in responsibilities(world.plan, 2026) if one.institution == world.sei]
    assert (mine.through, mine.is_accountable) == (None, True)


def test_only_what_is_handed_in_closes_a_gap(world):
    one = make_operational_plan(world.activities["a111"], world.sei, 2026, state="draft")
    OperationalAction.objects.create(
        operational_plan=one, activity=world.activities["a111"], title="Train", months=[1]
    )
    before = gaps(world)
    assert "SEI" in dict(before[0]) and "1.1.1" in before[1]
    transition(subject=one, action="submit", by=world.focal_sei, at=NOW)
    after = gaps(world)
    assert "SEI" not in dict(after[0]) and after[1] == ["1.1.2", "2.1.1"]
    transition(subject=one, action="return", by=world.cso_lead, at=NOW, comment="Too much.")
    assert gaps(world) == before
    assert gaps(world, 2027) == before  # the plan of one year says nothing of another


def test_a_line_closes_it_too_one_that_was_taken_out_does_not(world):
    line = make_line(world.activities["a112"], world.mae, make_source(world.plan), 2026, proposed="5")
    assert gaps(world)[1] == ["1.1.1", "2.1.1"]
    line.proposed = line.drafted = None
    line.save()
    assert gaps(world)[1] == ["1.1.1", "1.1.2", "2.1.1"]


def test_what_is_retired_or_of_another_year_is_no_gap(world):
    world.activities["a111"].retired_on = NOW.date()
    world.activities["a111"].save()
    world.activities["a112"].years = [2024]
    world.activities["a112"].save()
    assert gaps(world) == ([("MSSI", 0)], ["2.1.1"])


def test_the_plan_of_a_merged_institution_counts_for_the_other(world):
    make_line(world.activities["a211"], make_institution("MI"), make_source(world.plan), 2026, proposed="5")
    assert "MSSI" in dict(gaps(world)[0])
    Institution.objects.filter(code="MI").update(merged_into=world.mssi)
    assert "MSSI" not in dict(gaps(world)[0])


def test_the_page_by_pillar_with_what_can_be_done(world):
    make_operational_plan(world.activities["a111"], world.sei, 2026, state="draft")
    Lead.objects.filter(activity=world.activities["a211"]).delete()
    page = Visitor(world.secretariat).open(address(world))
    (row,) = page.page.xpath("//li[.//a[text()='SEI']]")
    assert "Draft" in row.text_content() and "Focal point: focal_sei" in row.text_content()
    assert "Nobody leads it" in page.text
    assert page.links("Change who leads it")
    page = Visitor(world.gov_lead).open(address(world, "?year=2026&pillar=P1"))
    assert "Focal point: focal_sei" in page.text and "2.1.1" not in page.text
    assert not page.links("Change who leads it")
    # A focal point is not told how far others are.
    page = Visitor(world.focal_mssi).open(address(world))
    (row,) = page.page.xpath("//li[.//a[text()='SEI']]")
    assert "Not handed in" in row.text_content() and "Draft" not in row.text_content()
    Visitor(world.focal_mssi).open(address(world, "?year=2026&pillar=P9"), status=404)


def test_nothing_missing_is_said(world):
    source = make_source(world.plan)
    for name, institution in (("a111", "sei"), ("a111", "mae"), ("a112", "mae"), ("a211", "mssi")):
        make_line(world.activities[name], getattr(world, institution), source, 2026, proposed="1")
    page = Visitor(world.steering).open(address(world))
    assert page.text.count("Nothing is missing here") == 2


def test_as_a_table_for_spreadsheets(world):
    make_activity(world.prevention, "2.1.9")
    world.plan.activities.filter(code="2.1.9").update(title="=1+1")
    make_operational_plan(world.activities["a111"], world.sei, 2026, state="draft")
    answer = Visitor(world.secretariat).client.get(address(world, "?year=2026&format=csv"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {(one["gap"], one["institution"], one["activity"], one["state"]) for one in rows} >= {
        ("institution without a plan", "SEI", "1.1.1", "Draft"),
        ("institution without a plan", "MSSI", "2.1.1", "not begun"),
        ("in nobody's plan", "MAE", "1.1.2", ""),
        ("in nobody's plan", "", "2.1.9", ""),
    }
    assert [one["text"] for one in rows if one["activity"] == "2.1.9"] == ["'=1+1"]
    answer = Visitor(world.focal_mssi).client.get(address(world, "?year=2026&format=csv"))
    assert "Draft" not in answer.content.decode()
