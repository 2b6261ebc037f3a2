"""Roll-up of statuses to output, goal, pillar and plan: counts, each indicator once, never an average of unlike things."""

from frameworks import providers
from frameworks.models import Indicator, ReportingRound
from monitoring.models import IndicatorResult
from monitoring.results import refresh_results
from tests.monitoring.reported import accept, hand_in, nd, open_round, submission_of, total, val
from tests.pages import Visitor
from tests.world import NOW


def counts(world, user, level, pk):
    """status → count, of those that are there."""
    found = providers.status().standing(world.plan, user).rollup().get((level, pk), ())
    return {str(status.value): count for status, count in found if count}


def report(world):
    """SEI is far off its target, MAE has achieved its own, MSSI said nothing yet; goal 1 has an indicator of its own."""
    goal = world.activities["a111"].output.goal
    Indicator.objects.create(
        plan=world.plan, pillar=goal.pillar, goal=goal, code="1-x", statement="Of the goal", type="count"
    )
    round = open_round(world)
    women, people = world.indicators["i111a"], world.indicators["i112a"]
    hand_in(submission_of(round, world.sei), world.focal_sei, {total(women): nd(22, 442)})
    hand_in(submission_of(round, world.mae), world.focal_mae, {total(people): val(20000)})
    refresh_results(Indicator.objects.all(), at=NOW)
    return round


def test_every_level_counts_what_lies_below_it_once(world):
    report(world)
    output = world.activities["a111"].output
    below = {"off_track": 1, "achieved": 1}
    assert counts(world, world.monitoring, "output", output.pk) == below
    assert counts(world, world.monitoring, "goal", output.goal_id) == below | {"not_yet_due": 1}
    assert counts(world, world.monitoring, "pillar", world.participation.pk) == below | {"not_yet_due": 1}
    assert counts(world, world.monitoring, "plan", world.plan.pk) == below | {"not_yet_due": 2}
    assert counts(world, world.monitoring, "pillar", world.prevention.pk) == {"not_yet_due": 1}


def test_the_whole_is_the_sum_of_its_pillars(world):
    report(world)
    rolled = providers.status().standing(world.plan, world.monitoring).rollup()
    whole = dict(rolled["plan", world.plan.pk])
    pillars = [dict(pairs) for (level, _pk), pairs in rolled.items() if level == "pillar"]
    assert whole == {status: sum(one[status] for one in pillars) for status in whole}
    assert sum(whole.values()) == IndicatorResult.objects.totals().filter(indicator__plan=world.plan).count()


def test_a_status_set_by_hand_is_the_one_that_counts(world):
    report(world)
    IndicatorResult.objects.totals().filter(indicator=world.indicators["i111a"]).update(
        override_status="at_risk", override_reason="Late count.", status="at_risk"
    )
    assert counts(world, world.monitoring, "pillar", world.participation.pk)["at_risk"] == 1


def test_what_is_retired_is_not_counted(world):
    report(world)
    Indicator.objects.filter(pk=world.indicators["i112a"].pk).update(retired_on="2025-01-01")
    assert "achieved" not in counts(world, world.monitoring, "plan", world.plan.pk)


def test_the_public_counts_what_is_published_and_told(world):
    round = report(world)
    world.plan.is_public = True
    world.plan.save()
    assert counts(world, world.nobody, "plan", world.plan.pk) == {}
    accept(world, submission_of(round, world.sei))
    results = IndicatorResult.objects.totals()
    results.filter(indicator=world.indicators["i111a"]).update(provenance="published")
    results.filter(indicator=world.indicators["i112a"]).update(provenance="published", is_suppressed=True)
    ReportingRound.objects.filter(pk=round.pk).update(published_at=NOW, closed_at=NOW)
    assert counts(world, world.nobody, "plan", world.plan.pk) == {"off_track": 1}


def test_one_query_whatever_the_plan_holds(world, django_assert_num_queries):
    report(world)
    standing = providers.status().standing(world.plan, world.monitoring)
    with django_assert_num_queries(1):
        standing.rollup()


def test_the_pages_say_it_in_words_and_numbers(world):
    report(world)
    page = Visitor(world.monitoring).open(f"/plans/{world.plan.code}/")
    assert "Indicators of the plan by performance, round 2024" in page.text
    assert "Indicators below:" in page.text
    page.open(f"/plans/{world.plan.code}/outputs/1.1/")
    assert "Indicators of 1.1 by performance, round 2024" in page.text
    page.open(f"/plans/{world.plan.code}/?q=Indicator")
    assert "Indicators below:" not in page.text  # the counts would be of something else than what is shown
