"""Framework gaps: what is found, how it adds up by pillar, and that every link leads to where it is mended."""

from datetime import date

import pytest
from django.utils import timezone

from budgets.models import Costing
from frameworks.gap_kinds import described
from frameworks.gaps import find_gaps, gap_kinds, rows_of, summarise
from frameworks.models import (
    Activity,
    Assumption,
    AssumptionCheck,
    ExternalFramework,
    Goal,
    Indicator,
    Lead,
    Membership,
    Output,
    Plan,
    Provision,
    Seat,
    Target,
    TermsOfReference,
)
from tests.pages import Visitor
from tests.world import (
    NOW,
    give_seat,
    make_activity,
    make_indicator,
    make_institution,
    make_pillar,
    make_round,
)

pytestmark = pytest.mark.django_db


def found(plan):
    return {
        kind.key: [code or text for code, text in (described(kind, row) for row in rows)]
        for kind, rows in find_gaps(plan)
    }


def test_what_the_small_world_leaves_open(world):
    assert found(world.plan) == {
        "no_baseline": ["2.1.1a"],
        "no_target": ["2.1.1a"],
        "no_denominator": ["1.1.1a", "2.1.1a"],  # "# and %" without saying out of what
        "no_source": ["1.1.1a", "1.1.2a", "2.1.1a"],
        "no_cost": ["1.1.1", "1.1.2", "2.1.1"],
        "baseline_unsourced": ["1.1.1a", "1.1.2a"],  # a year, but no source
        "no_definition": ["1.1.1a", "1.1.2a", "2.1.1a"],
        "no_means": ["1.1.1a", "1.1.2a", "2.1.1a"],
        "no_frequency": ["1.1.1a", "1.1.2a", "2.1.1a"],
        "group_terms": ["Participation", "Prevention"],
        "body_terms": ["Monitoring team", "Secretariat", "Steering committee"],
    }


def test_each_kind(world):
    activity = make_activity(world.prevention, "2.1.2", years=())
    Membership.objects.filter(user=world.focal_mae).update(ends_on="2021-01-01")
    give_seat(None, "government_co_lead", plan=world.plan, working_group=make_group(world))
    kinds = found(world.plan)
    assert kinds["no_lead"] == kinds["no_indicator"] == kinds["no_years"] == [activity.code]
    assert kinds["vacant_seat"] == ["Focal point: MAE", "Government co-lead: Protection"]
    assert kinds["one_sided"] == ["Protection"]  # its civil society has no seat at all


def test_the_chair_and_the_technical_partner_are_missed_when_vacant(world):
    common = {"plan": world.plan, "institution": world.mae}
    give_seat(None, "steering_committee", is_coordinator=True, **common)
    give_seat(None, "technical_partner", **common)
    give_seat(None, "steering_committee", **common)  # an ordinary member may sit unnamed
    assert found(world.plan)["vacant_seat"] == ["Steering committee member: MAE", "Technical partner: MAE"]
    page = Visitor(world.secretariat)
    assert "2 seats that need somebody" in page.open(f"/plans/{world.plan.code}/people/").text
    make_round(world.plan)
    text = page.open(f"/plans/{world.plan.code}/dashboard/").text
    assert "Steering committee member" in text and "Technical partner" in text


def test_a_baseline_needs_its_year_and_its_source(world):
    rows = Indicator.objects.filter(code__in=["1.1.1a", "1.1.2a"])
    rows.update(baseline_source="Census")
    assert "baseline_unsourced" not in found(world.plan)
    rows.filter(code="1.1.2a").update(baseline_year=None)
    assert found(world.plan)["baseline_unsourced"] == ["1.1.2a"]


@pytest.mark.parametrize(
    ("key", "field"),
    [("no_definition", "definition"), ("no_means", "means_of_verification"), ("no_frequency", "frequency")],
)
def test_what_a_sheet_must_say(world, key, field):
    Indicator.objects.filter(code="1.1.1a").update(**{field: "Said"})
    assert found(world.plan)[key] == ["1.1.2a", "2.1.1a"]


def test_targets_that_stop_before_the_end(world):
    last = Target.objects.get(indicator__code="1.1.2a")
    last.period_end, last.is_endline = date(2026, 12, 31), False
    last.save()
    kinds = found(world.plan)
    assert kinds["no_endline"] == ["1.1.2a"]
    assert kinds["no_target"] == ["2.1.1a"]  # that one has none at all, and is not listed twice
    last.period_end = date(2028, 6, 30)  # the final year
    last.save()
    assert "no_endline" not in found(world.plan)


def test_who_is_accountable(world):
    group = make_institution("CSOS", "group")
    only, shared = (make_activity(world.prevention, f"2.1.{n}") for n in (2, 3))
    Lead.objects.create(activity=only, institution=group, is_accountable=True)
    Lead.objects.create(activity=shared, institution=group, is_accountable=True)
    Lead.objects.create(activity=shared, institution=world.sei, order=1)
    kinds = found(world.plan)
    assert kinds["only_groups"] == ["2.1.2"]
    assert kinds["nobody_accountable"] == ["2.1.3"]  # the group is, and it submits nothing
    assert "no_lead" not in kinds
    Lead.objects.filter(activity=shared, institution=group).update(is_accountable=False)
    Lead.objects.filter(activity=shared, institution=world.sei).update(is_accountable=True)
    assert "nobody_accountable" not in found(world.plan)


def test_levels_with_nothing_under_them(world):
    goal = Goal.objects.create(plan=world.plan, pillar=world.prevention, code="3", title="Empty")
    kinds = found(world.plan)
    assert kinds["no_output"] == ["3"] and "no_activity" not in kinds
    Output.objects.create(plan=world.plan, goal=goal, code="3.1", title="Empty")
    kinds = found(world.plan)
    assert kinds["no_activity"] == ["3.1"] and "no_output" not in kinds
    Activity.objects.filter(code="2.1.1").update(retired_on="2025-01-01")
    assert found(world.plan)["no_activity"] == ["2.1", "3.1"]
    Goal.objects.filter(pk=goal.pk).update(retired_on="2025-01-01")
    Output.objects.filter(code="3.1").update(retired_on="2025-01-01")
    assert found(world.plan)["no_activity"] == ["2.1"]


def test_terms_of_reference_close_the_gap(world):
    common = {"plan": world.plan, "version": 1, "text": "Meets twice a year.", "created_at": NOW}
    TermsOfReference.objects.create(
        body="working_group", working_group=world.participation.working_group, **common
    )
    TermsOfReference.objects.create(body="steering_committee", **common)
    kinds = found(world.plan)
    assert kinds["group_terms"] == ["Prevention"]
    assert kinds["body_terms"] == ["Monitoring team", "Secretariat"]
    # A body that nobody sits in is not asked for any.
    Seat.objects.filter(role="monitoring_team").update(closed_on="2025-01-01")
    assert found(world.plan)["body_terms"] == ["Secretariat"]


def test_an_assumption_is_asked_about_every_year_of_the_plan(world):
    year = timezone.localdate().year
    Plan.objects.filter(pk=world.plan.pk).update(start_year=year - 1, end_year=year + 1)
    world.plan.refresh_from_db()
    one = Assumption.objects.create(plan=world.plan, text="Elections stay peaceful.")
    check = AssumptionCheck.objects.create(
        assumption=one, year=year - 1, answer="holds", answered_at=timezone.now()
    )
    assert found(world.plan)["assumption_unanswered"] == ["Elections stay peaceful."]
    summary = next(row for row in summarise(world.plan).kinds if row.kind.key == "assumption_unanswered")
    assert (summary.elsewhere.checked, summary.elsewhere.missing) == (1, 1)
    assert not rows_of(summary.kind, world.plan, "P1").exists()
    AssumptionCheck.objects.filter(pk=check.pk).update(year=year)
    assert "assumption_unanswered" not in found(world.plan)
    AssumptionCheck.objects.all().delete()
    Plan.objects.filter(pk=world.plan.pk).update(start_year=year - 6, end_year=year - 1)
    world.plan.refresh_from_db()
    assert "assumption_unanswered" not in found(world.plan)


def test_a_side_that_is_missing_is_added_in_one_step(world):
    make_group(world)
    Seat.objects.filter(role="government_co_lead", working_group__pillar__code="P1").update(
        closed_on="2025-01-01"
    )
    Seat.objects.filter(role="cso_co_lead", working_group__pillar__code="P2").update(closed_on="2025-01-01")
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/gaps/?kind=one_sided")
    roles = [link.partition("role=")[2].partition("&")[0] for link in page.links("Fix")]
    assert roles == ["government_co_lead", "cso_co_lead", "government_co_lead"]
    page.open(page.links("Fix")[1])
    assert page.page.get_element_by_id("id_working_group").value == str(world.prevention.working_group.pk)


def test_the_plan_s_own_words(world):
    Plan.objects.filter(pk=world.plan.pk).update(goal_label="Outcome")
    Goal.objects.create(plan=world.plan, pillar=world.prevention, code="3", title="Empty")
    text = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/gaps/").text
    assert "Outcome with nothing under it" in text


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
    assert found(world.other_plan) == {"body_terms": ["Secretariat"]}
    assert (
        summarise(world.other_plan).total.checked == 2
    )  # its secretariat: the seat, and what it is there for


def test_completeness_by_pillar(world):
    """Participation: 2 indicators with a number (baseline, its origin, target, end-line), 1 share, 4 texts of each sheet;
    2 activities checked six ways; a goal and an output; two co-leads' seats; the group's two sides and its terms of
    reference. 35 checks, of which 2 origins, 1 share, 8 texts, 2 costs and the terms are open."""
    summary = summarise(world.plan)
    tallies = {pillar.code: (tally.passed, tally.checked) for pillar, tally in summary.pillars}
    assert tallies == {"P1": (21, 35), "P2": (10, 19)}
    # Beyond the pillars: the secretariat's seat and three focal points; three bodies without terms of reference.
    assert (summary.total.passed, summary.total.checked) == (35, 61)
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
    assert "21 of 35" in page.text
    fixes = set(page.links("Fix"))
    assert f"/plans/{world.plan.code}/indicators/2.1.1a/edit/" in fixes
    assert f"/plans/{world.plan.code}/activities/2.1.2/edit/" in fixes
    assert f"/plans/{world.plan.code}/activities/2.1.2/indicators/new/" in fixes
    assert f"/plans/{world.plan.code}/activities/1.1.1/costing/" in fixes
    assert any(link.endswith("/assign/") for link in fixes)
    assert f"/plans/{world.plan.code}/terms/wg-P1/new/" in fixes
    assert f"/plans/{world.plan.code}/terms/secretariat/new/" in fixes
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
    """An address that is not there would lead to the plan's page."""
    year = timezone.localdate().year
    Plan.objects.filter(pk=world.plan.pk).update(start_year=year, end_year=year + 4)
    world.plan.refresh_from_db()
    Assumption.objects.create(plan=world.plan, text="Elections stay peaceful.")
    framework = ExternalFramework.objects.create(code="CEDAW", name="CEDAW")
    Provision.objects.create(framework=framework, code="GR30", title="Conflict")
    Costing.objects.create(activity=world.activities["a111"], year=year, amount=0, currency="USD")
    for kind in gap_kinds():
        row = kind.among(world.plan).first()
        assert row is not None, kind.key
        assert kind.address(world.plan, row) != world.plan.get_absolute_url(), kind.key


def test_the_page_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    address = f"/plans/{world.plan.code}/gaps/"
    with django_assert_num_queries(33):
        client.get(address)
    for number in range(2, 12):
        activity = make_activity(world.prevention, f"2.1.{number}", [world.mssi])
        for letter in "abc":
            make_indicator(activity, f"2.1.{number}{letter}")
    with django_assert_num_queries(33):
        answer = client.get(address)
    assert answer.content.count(b"list-item") < 60


def test_visitors_and_strangers(world, client):
    address = f"/plans/{world.plan.code}/gaps/"
    assert client.get(address).status_code == 302
    client.force_login(world.nobody)
    assert client.get(address).status_code == 404
