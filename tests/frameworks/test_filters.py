"""What each filter of the logframe leaves."""

import pytest
from django.contrib.auth.models import AnonymousUser

from frameworks.filters import LogframeFilter, institutions_of
from frameworks.models import Activity, Indicator, Institution
from tests.monitoring.reported import accept, hand_in, nd, open_round, submission_of, total
from tests.pages import Visitor
from tests.world import make_activity, make_indicator, make_institution

pytestmark = pytest.mark.django_db


def left(world, user=None, **asked):
    filters = LogframeFilter(asked, plan=world.plan, user=user or world.secretariat)
    return (
        list(filters.activities().order_by("sort_key").values_list("code", flat=True)),
        list(filters.indicators().order_by("sort_key").values_list("code", flat=True)),
    )


EVERYTHING = (["1.1.1", "1.1.2", "2.1.1"], ["1.1.1a", "1.1.2a", "2.1.1a"])


def test_nothing_asked(world):
    assert left(world) == EVERYTHING
    assert left(world, q="", pillar="", year="") == EVERYTHING


def test_pillar(world):
    assert left(world, pillar="P2") == (["2.1.1"], ["2.1.1a"])


def test_institution_by_lead_and_by_who_reports(world):
    assert left(world, institution="MAE") == (["1.1.1", "1.1.2"], ["1.1.1a", "1.1.2a"])
    world.indicators["i211a"].responsible.add(world.mae)
    # MSSI leads 2.1.1, MAE only reports its figure: the activity comes along with the indicator.
    assert left(world, institution="MAE") == EVERYTHING


def test_year(world):
    Activity.objects.filter(code="1.1.2").update(years=[2024])
    assert left(world, year="2026") == (["1.1.1", "2.1.1"], ["1.1.1a", "2.1.1a"])


def test_an_indicator_of_a_goal_belongs_to_every_year(world):
    goal = world.activities["a111"].output.goal
    Indicator.objects.create(
        plan=world.plan, pillar=world.participation, goal=goal, code="1a", type="count", statement="s"
    )
    Activity.objects.update(years=[2024])
    assert left(world, year="2028") == ([], ["1a"])


def test_words_of_an_activity_bring_its_indicators(world):
    Activity.objects.filter(code="1.1.2").update(title="Train community MEDIATORS")
    assert left(world, q="mediators") == (["1.1.2"], ["1.1.2a"])


def test_words_of_an_indicator_bring_its_activity_but_not_its_siblings(world):
    make_indicator(world.activities["a112"], "1.1.2b", statement="Judges trained")
    assert left(world, q="judges") == (["1.1.2"], ["1.1.2b"])


def test_codes_are_words_too(world):
    assert left(world, q="2.1.1") == (["2.1.1"], ["2.1.1a"])


def test_performance_keeps_only_such_indicators(world):
    make_indicator(world.activities["a111"], "1.1.1b", type="count")
    round = open_round(world)
    accept(
        world,
        hand_in(
            submission_of(round, world.sei), world.focal_sei, {total(world.indicators["i111a"]): nd(1, 450)}
        ),
    )
    assert left(world, status="moved_backwards") == (["1.1.1"], ["1.1.1a"])
    assert left(world, status="achieved") == ([], [])
    assert left(world, user=world.focal_mssi, status="moved_backwards") == (["1.1.1"], ["1.1.1a"])


def test_performance_that_the_reader_may_not_know_finds_nothing(world):
    world.plan.is_public = True
    world.plan.save()
    accept(
        world,
        hand_in(
            submission_of(open_round(world), world.sei),
            world.focal_sei,
            {total(world.indicators["i111a"]): nd(1, 450)},
        ),
    )
    assert left(world, user=AnonymousUser(), status="moved_backwards") == ([], [])


def test_activity_status(world):
    accept(world, hand_in(submission_of(open_round(world), world.sei), world.focal_sei, status="delayed"))
    assert left(world, activity_status="delayed") == (["1.1.1"], ["1.1.1a"])
    assert left(world, activity_status="completed") == ([], [])


def test_filters_add_up(world):
    assert left(world, pillar="P1", institution="SEI", year="2024", q="activity") == (["1.1.1"], ["1.1.1a"])
    assert left(world, pillar="P2", institution="SEI") == ([], [])


def test_the_figures_of_an_earlier_round(world):
    for year in (2023, 2024):
        open_round(world, year, label=str(year))
    filters = LogframeFilter({"round": "2023"}, plan=world.plan, user=world.secretariat)
    assert (filters.standing.round.label, filters.is_narrowed) == ("2023", False)
    filters = LogframeFilter({}, plan=world.plan, user=world.secretariat)
    assert filters.standing.round.label == "2024"


@pytest.mark.parametrize(
    "asked",
    [
        {"year": "1999"},
        {"year": "abc"},
        {"pillar": "P9"},
        {"institution": "' OR 1=1"},
        {"status": "fine"},
        {"q": "a\x00b"},
        {"q": "x" * 201},
    ],
)
def test_a_value_that_no_select_offers_is_told_and_filters_nothing(world, asked):
    assert left(world, **asked) == EVERYTHING
    page = Visitor(world.secretariat).open(
        f"/plans/{world.plan.code}/?{next(iter(asked))}={next(iter(asked.values()))}"
    )
    assert "There is a problem" in page.text


def test_what_is_on_offer_comes_from_the_plan(world):
    make_institution("IDLE")
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/")
    assert page.page.xpath("//select[@name='institution']/option/@value") == ["", "MAE", "MSSI", "SEI"]
    assert page.page.xpath("//select[@name='year']/option/@value") == [
        "",
        "2024",
        "2025",
        "2026",
        "2027",
        "2028",
    ]
    assert page.page.xpath("//select[@name='pillar']/option/@value") == ["", "P1", "P2"]
    assert not page.page.xpath("//select[@name='round']")  # there is none yet


def test_institutions_of_a_plan(world):
    other = make_activity(world.prevention, "2.1.2", [make_institution("CSOS", "group")])
    world.indicators["i211a"].responsible.add(world.ba_futuru)
    assert set(institutions_of(world.plan)) == set(
        Institution.objects.filter(code__in=["SEI", "MAE", "MSSI", "CSOS", "BA-FUTURU"])
    )
    assert not institutions_of(world.other_plan).exists()
    assert other.plan == world.plan


def test_other_plans_never_come_along(world):
    filters = LogframeFilter({}, plan=world.plan, user=world.outsider)
    assert not filters.activities().exists()
    assert not filters.indicators().exists()
