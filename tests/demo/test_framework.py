"""The demo's logframe: what is real in it, what is public, what is invented and says so."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from budgets.models import Costing
from frameworks.compare import compare as compare_plans
from frameworks.compare import counts
from frameworks.gaps import find_gaps
from frameworks.imports import read_logframe
from frameworks.imports.difference import compare
from frameworks.imports.existing import known_institutions, load_existing
from frameworks.models import AssumptionCheck, Indicator, Institution, Place, Plan, Target
from frameworks.place_tree import tree_problems
from frameworks.revisions import load_page
from monitoring.models import IndicatorValue
from napwps.demo import plans
from napwps.demo.files import LOGFRAME
from tests.demo.look import plan

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_importing_the_real_workbook_again_changes_nothing():
    with LOGFRAME.open("rb") as file:
        book = read_logframe(file, filename=LOGFRAME.name, known=known_institutions())
    difference = compare(book, plan(), load_existing(plan()))
    assert difference.can_be_saved and not difference.changes_anything
    same = {level: counts["same"] for level, counts in difference.counts()}
    assert (same["goal"], same["output"], same["activity"], same["indicator"]) == (1, 2, 3, 6)
    assert not any(who.is_guess for who in difference.whos.values())


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("MI", "MOI"),
        ("ACBIT", "ACBIT"),
        ("Ajar", "AJAR"),
        ("Fundasun Alola", "ALOLA"),
        ("Office of the PM", "GPM"),
    ],
)
def test_names_that_documents_use(printed, code):
    found = Institution.objects.filter(
        Q(acronym=printed) | Q(name=printed) | Q(aliases__name=printed)
    ).distinct()
    assert found.get().code == code


def test_only_what_is_public_is_not_marked_illustrative():
    assert plan().holds_illustrative_data
    real = Indicator.objects.get(is_illustrative=False)
    assert real.code == "1.1.2c" and real.baseline_source.startswith("Public record")
    assert not Costing.objects.filter(is_illustrative=False).exists()


def test_every_baseline_says_where_it_comes_from():
    for indicator in Indicator.objects.all():
        words = indicator.baseline_source.split(":")[0].split(",")[0]
        assert (words in {"Illustrative", "Public record", "Guide"}) == indicator.has_baseline, indicator.code


def test_every_row_keeps_the_rules_of_its_form():
    for indicator in Indicator.objects.all():
        indicator.full_clean()
    for target in Target.objects.select_related("indicator"):
        target.full_clean()
        assert target.indicator.is_share or target.numerator is None
    for one in Plan.objects.all():
        one.full_clean()


def test_honest_gaps_are_left():
    gaps = {kind.key: [getattr(row, "code", row) for row in found] for kind, found in find_gaps(plan())}
    assert gaps["no_baseline"] == ["1.2.1a", "2.1.1b"]
    assert gaps["no_denominator"] == ["1.2.1a"]
    assert gaps["no_target"] == ["1.1.2c", "2.2.1b"]
    assert gaps["no_source"] == ["4.2.1a"]
    assert gaps["no_cost"] == ["1.3.2", "2.2.2", "4.3.2"]
    assert "no_lead" not in gaps and "no_indicator" not in gaps


def test_costs_lie_in_the_years_of_their_activities():
    for costing in Costing.objects.select_related("activity"):
        assert costing.year in costing.activity.years
        assert costing.amount > 0 and costing.currency == "USD"


def test_places_add_up_to_the_census():
    top = Place.objects.filter(parent__isnull=True)
    assert top.count() == 14
    assert sum(place.population for place in top) == 1_341_737
    assert Place.objects.get(kind="special_region").code == "TL-OE"


def test_what_lies_in_the_municipalities():
    """Names are known, people are not: nothing is made up."""
    parts = Place.objects.filter(parent__isnull=False).select_related("parent")
    assert not parts.filter(population__isnull=False).exists()
    assert all(tree_problems(one, one.parent) == {} for one in parts)
    posts = parts.filter(kind="administrative_post")
    assert (posts.count(), posts.values("parent").distinct().count()) == (65, 14)
    assert Place.objects.get(code="TL-DI-DA-COM").parent.name == "Dom Aleixo"


def test_plans_beside_it():
    shown = Plan.objects.filter(is_public=True)
    assert set(shown.values_list("code", flat=True)) == set(plans.ALL_CODES) and len(plans.ALL_CODES) == 7
    regional = shown.get(code="BARMM-RAP-2023-2028")
    assert (regional.parent.code, regional.level) == ("PH-NAP-2023-2033", "subnational")
    assert plan().predecessor.code == "TL-NAP-2016-2020" and plan().predecessor.status == "expired"
    # Of the others only the predecessor has a handful of parts, so that two generations can be compared.
    beside = Indicator.objects.exclude(plan=plan())
    assert set(beside.values_list("plan__code", "is_illustrative")) == {(plans.PREDECESSOR, True)}
    assert plan().predecessor.holds_illustrative_data


def test_generations_can_be_compared():
    numbers = counts(compare_plans(plan(), plan().predecessor))
    assert {level: dict(sorted(states.items())) for level, states in numbers.items()} == {
        "goal": {"carried": 1, "changed": 1, "dropped": 1, "new": 2},
        "output": {"carried": 1, "changed": 1, "dropped": 2, "new": 11},
        "activity": {"carried": 1, "changed": 1, "dropped": 2, "new": 17},
        "indicator": {"carried": 1, "changed": 2, "dropped": 1, "new": 28},
    }


def test_assumptions_have_yearly_answers():
    answers = list(AssumptionCheck.objects.values_list("year", "answer"))
    assert answers.count((2024, "holds")) == 4 and answers.count((2025, "partly")) == 1 and len(answers) == 7
    assert "illustrative" in AssumptionCheck.objects.get(answer="partly").note


def test_the_log_tells_each_step_with_its_own_reason():
    entries = load_page(plan(), AnonymousUser()).entries
    steps = {one.reason: one.summary for one in entries}
    assert steps["From the plan's theory of change (illustrative)."] == [
        "Assumption: 4 added",
        "Yearly answer: 7 added",
    ]
    assert "6 indicators added" in steps["The framework as it was adopted."]


def test_themes_run_across_the_pillars():
    assert [one.code for one in plan().themes.all()] == [
        "climate",
        "displacement",
        "trafficking",
        "violent-extremism",
    ]
    carrying = plan().activities.filter(themes__isnull=False).distinct()
    assert {one.output.goal.pillar.code for one in carrying} == {"P2", "P3", "P4"}


def test_figures_that_are_on_record():
    """DOMAIN.md, "Figures that make believable series" (V)."""
    indicators = {one.code: one for one in Indicator.objects.all()}

    def reported(code, **cell):
        rows = IndicatorValue.objects.filter(indicator__code=code, **cell)
        return {(row.numerator, row.denominator) for row in rows}

    assert reported("1.1.2b", category__code="suco-chief") == {(18, 452)}
    assert "11 of 442 in 2009, 21 of 442 in 2016, 18 of 452 in 2023" in indicators["1.1.2b"].definition
    parliament, candidates = indicators["1.1.2c"], indicators["1a"]
    assert (parliament.baseline_numerator, parliament.baseline_denominator) == (25, 65)
    assert reported("1.1.2c") == {(24, 65)}
    assert (candidates.baseline_numerator, candidates.baseline_denominator) == (241, 2117)
    assert candidates.baseline_year == 2023
    for code, baseline, target in (("1.3.1a", 15, 18), ("1.3.2a", 10, 20)):
        assert (indicators[code].baseline_value, indicators[code].baseline_year) == (baseline, 2022)
        assert indicators[code].targets.get(is_endline=True).value == target
    assert "18% in 2014" in indicators["1.3.1a"].definition
    assert indicators["1.4.1a"].baseline_value == 30
