"""Framework gaps: what is found, how it adds up by pillar, and that every link leads to where it is mended."""

import pytest
from django.urls import reverse

from budgets.models import Costing
from frameworks.gaps import find_gaps, gap_kinds, rows_of, summarise
from frameworks.models import Indicator, Membership
from tests.pages import Visitor
from tests.world import give_seat, make_activity, make_indicator, make_pillar

pytestmark = pytest.mark.django_db


def found(plan):
    return {
        kind.key: [getattr(row, "code", None) or str(row) for row in rows] for kind, rows in find_gaps(plan)
    }


def test_what_the_small_world_leaves_open(world):
    assert found(world.plan) == {
        "no_baseline": ["2.1.1a"],
        "no_target": ["2.1.1a"],
        "no_denominator": ["1.1.1a", "2.1.1a"],  # "# and %" without saying out of what
        "no_source": ["1.1.1a", "1.1.2a", "2.1.1a"],
        "no_cost": ["1.1.1", "1.1.2", "2.1.1"],
    }


def test_each_kind(world):
    activity = make_activity(world.prevention, "2.1.2", years=())
    Membership.objects.filter(user=world.focal_mae).update(ends_on="2021-01-01")
    seat = give_seat(None, "government_co_lead", plan=world.plan, working_group=make_group(world))
    kinds = found(world.plan)
    assert kinds["no_lead"] == kinds["no_indicator"] == kinds["no_years"] == [activity.code]
    assert kinds["vacant_seat"] == ["Focal point", str(seat)]


def make_group(world):
    return make_pillar(world.plan, "P3", "Protection", 3).working_group


def test_an_answer_in_words_needs_no_baseline_and_no_target(world):
    Indicator.objects.filter(code="2.1.1a").update(type="qualitative")
    assert {"no_baseline", "no_target"}.isdisjoint(found(world.plan))


def test_a_cost_of_nothing_is_a_cost(world):
    Costing.objects.create(activity=world.activities["a111"], year=2024, amount=0, currency="USD")
    assert found(world.plan)["no_cost"] == ["1.1.2", "2.1.1"]


def test_what_is_retired_is_no_gap(world):
    Indicator.objects.filter(code="2.1.1a").update(retired_on="2025-01-01")
    kinds = found(world.plan)
    assert "no_baseline" not in kinds
    assert kinds["no_indicator"] == ["2.1.1"]


def test_other_plans_stay_out(world):
    assert found(world.other_plan) == {}
    assert summarise(world.other_plan).total.checked == 1  # the seat of its secretariat


def test_completeness_by_pillar(world):
    """Participation: 2 indicators with a number (baseline, target), 1 share, 2 sources; 2 activities checked four ways;
    its two co-leads' seats. 17 checks, of which 1 + 2 + 2 are open."""
    summary = summarise(world.plan)
    tallies = {pillar.code: (tally.passed, tally.checked) for pillar, tally in summary.pillars}
    assert tallies == {"P1": (12, 17), "P2": (5, 10)}
    # Beyond the pillars: the secretariat's seat and three focal points.
    assert (summary.total.passed, summary.total.checked) == (21, 31)
    seats = next(one for one in summary.kinds if one.kind.key == "vacant_seat")
    assert (seats.elsewhere.checked, seats.elsewhere.missing) == (4, 0)


def test_counts_agree_with_the_lists(world):
    make_activity(world.prevention, "2.1.2", years=())
    lists = dict(find_gaps(world.plan))
    for one in summarise(world.plan).kinds:
        assert one.total.missing == len(lists.get(one.kind, []))
        assert one.total.missing == sum(tally.missing for tally in one.by_pillar) + one.elsewhere.missing
        assert rows_of(one.kind, world.plan, "P1").count() == one.by_pillar[0].missing


def test_the_page_and_its_links(world):
    make_activity(world.prevention, "2.1.2", years=())
    Membership.objects.filter(user=world.focal_mae).update(ends_on="2021-01-01")
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/gaps/")
    assert "12 of 17" in page.text
    fixes = set(page.links("Fix"))
    assert f"/plans/{world.plan.code}/indicators/2.1.1a/edit/" in fixes
    assert f"/plans/{world.plan.code}/activities/2.1.2/edit/" in fixes
    assert f"/plans/{world.plan.code}/activities/2.1.2/indicators/new/" in fixes
    assert f"/plans/{world.plan.code}/activities/1.1.1/costing/" in fixes
    assert any(link.endswith("/assign/") for link in fixes)
    for link in fixes:
        Visitor(world.secretariat).open(link)


def test_readers_see_the_gaps_but_no_button(world):
    page = Visitor(world.focal_sei).open(f"/plans/{world.plan.code}/gaps/")
    assert "No data source" in page.text
    assert not page.links("Fix")


def test_one_kind_and_one_pillar(world):
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/gaps/?kind=no_source&pillar=P2")
    assert page.links("Fix") == [f"/plans/{world.plan.code}/indicators/2.1.1a/edit/"]
    page.open(f"/plans/{world.plan.code}/gaps/?kind=no_lead")
    assert "Nothing is missing here." in page.text
    page.open(f"/plans/{world.plan.code}/gaps/?kind=nonsense&page=nonsense")
    assert "No data source" in page.text


def test_a_plan_without_anything(world):
    Membership.objects.filter(seat__plan=world.other_plan).delete()
    world.other_plan.seats.all().delete()
    page = Visitor(world.administrator).open(f"/plans/{world.other_plan.code}/gaps/")
    assert "There is nothing to check yet." in page.text


def test_every_kind_is_mended_at_an_address_that_exists(world):
    for kind in gap_kinds():
        row = kind.among(world.plan).first()
        assert reverse(kind.fix, args=[world.plan.code, getattr(row, "code", row.pk)])


def test_the_page_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    address = f"/plans/{world.plan.code}/gaps/"
    with django_assert_num_queries(34):
        client.get(address)
    for number in range(2, 12):
        activity = make_activity(world.prevention, f"2.1.{number}", [world.mssi])
        for letter in "abc":
            make_indicator(activity, f"2.1.{number}{letter}")
    with django_assert_num_queries(34):
        answer = client.get(address)
    assert answer.content.count(b"list-item") < 60


def test_visitors_and_strangers(world, client):
    address = f"/plans/{world.plan.code}/gaps/"
    assert client.get(address).status_code == 302
    client.force_login(world.nobody)
    assert client.get(address).status_code == 404
