"""The crosswalk of a plan: what is covered, as a page and as a table, and the gap of goals that answer nothing."""

import csv
from io import StringIO

import pytest

from frameworks import crosswalk
from frameworks.csv_files import safe_cell
from frameworks.gaps import find_gaps, summarise
from frameworks.models import Goal, Indicator, Plan
from frameworks.operations.crosswalk import set_provisions
from tests.frameworks.crosswalk_world import (
    address,
    ask,
    link,
    link_page,
    make_framework,
    provision,
    thing_page,
)
from tests.pages import Visitor
from tests.world import make_indicator

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world):
    return ask(world)


# What is covered


def test_how_far_each_framework_is_covered(asked):
    i111a, i112a = asked.indicators["i111a"], asked.indicators["i112a"]
    link(i111a, provision("Participation"))
    link(i112a, provision("Participation"))
    link(i112a, provision("5.5", "SDG"))
    covers = crosswalk.load_overview(asked.plan)
    assert [(one.framework.code, one.covered, one.untouched, one.links) for one in covers] == [
        ("UNSCR-1325", 1, 1, 2),
        ("SDG", 1, 2, 1),
    ]
    text = Visitor(asked.focal_sei).open(address(asked)).text
    assert "UNSCR 1325 (2000) 1 of 2 1 provision untouched, 2 links" in text
    assert "SDG 1 of 3 2 provisions untouched, 1 link" in text


def test_another_plan_s_links_do_not_count(asked):
    goal = Goal.objects.create(
        plan=asked.other_plan,
        pillar=asked.other_plan.pillars.create(code="P1", name="P"),
        code="1",
        title="G",
    )
    link(goal, provision("Participation"))
    assert all(one.links == 0 for one in crosswalk.load_overview(asked.plan))
    assert "all untouched" in Visitor(asked.focal_sei).open(address(asked)).text


def test_what_is_retired_covers_nothing(asked):
    link(asked.indicators["i111a"], provision("Participation"))
    Indicator.objects.filter(code="1.1.1a").update(retired_on="2025-01-01")
    assert all(one.covered == 0 for one in crosswalk.load_overview(asked.plan))
    text = Visitor(asked.secretariat).open(address(asked, "UNSCR-1325/")).text
    assert "0 of 2 provisions covered" in text
    assert "Participation Title of Participation Untouched" in text
    # Its own page still says what it answered.
    assert thing_page(asked).page.xpath("//input[@name='provisions'][@checked]")


def test_a_framework_shows_what_answers_each_provision(asked):
    link(asked.activities["a111"].output.goal, provision("Participation"), primary=True)
    link(asked.activities["a111"].output, provision("Participation"))
    link(asked.activities["a111"], provision("Participation"))
    link(asked.indicators["i112a"], provision("Participation"))
    page = Visitor(asked.focal_sei).open(address(asked, "UNSCR-1325/"))
    assert (
        "Participation Title of Participation Covered 1 Goal 1 Goal · P1 Primary 1.1 Output 1.1 Output · P1 "
        "1.1.1 Activity 1.1.1 Activity · P1 1.1.2a Indicator 1.1.2a Indicator · P1"
    ) in page.text
    assert "Prevention Title of Prevention Untouched Nothing of the plan answers it." in page.text
    assert page.links("1.1.2a") == [f"/plans/{asked.plan.code}/indicators/1.1.2a/"]
    assert not page.links("Link something")


def test_a_plan_s_own_words(asked):
    Plan.objects.filter(pk=asked.plan.pk).update(goal_label="Outcome", activity_label="Action point")
    link(asked.activities["a111"], provision("Participation"))
    assert (
        "1.1.1 Activity 1.1.1 Action point · P1"
        in Visitor(asked.focal_sei).open(address(asked, "UNSCR-1325/")).text
    )
    options = link_page(asked).page.xpath("//select[@name='level']/option/text()")
    assert options == ["All levels", "Outcome", "Output", "Action point", "Indicator"]
    assert "Action point What 1.1.1 answers" in thing_page(asked, "activity", "1.1.1").text


def test_provisions_sort_as_people_count(asked):
    page = Visitor(asked.focal_sei).open(address(asked, "SDG/"))
    codes = [one.text_content() for one in page.page.xpath("//article//h3/span[@class='code']")]
    assert codes == ["5.5", "5.10", "16.7"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Participation", "Prevention"]),
        ("?show=covered", ["Participation"]),
        ("?show=untouched", ["Prevention"]),
        ("?pillar=P2&show=covered", []),
        ("?pillar=P2&show=untouched", ["Participation", "Prevention"]),
        ("?pillar=nonsense&show=nonsense", ["Participation", "Prevention"]),
    ],
)
def test_filters(asked, query, shown):
    link(asked.indicators["i111a"], provision("Participation"))
    page = Visitor(asked.focal_sei).open(address(asked, f"UNSCR-1325/{query}"))
    assert [one.get("id")[2:] for one in page.page.xpath("//article")] == shown
    if not shown:
        assert "No provision fits this." in page.text


def test_many_things_under_one_provision(asked, monkeypatch):
    monkeypatch.setattr(crosswalk, "PER_PROVISION", 2)
    monkeypatch.setattr(crosswalk, "PER_PAGE", 3)
    for letter in "bcde":
        link(make_indicator(asked.activities["a111"], f"1.1.1{letter}"), provision("Participation"))
    page = Visitor(asked.focal_sei).open(address(asked, "UNSCR-1325/"))
    shown = page.text.partition("What was linked")[0]
    assert "1.1.1c" in shown and "1.1.1d" not in shown
    page.follow("See all 4 that answer Participation")
    assert "What answers it 4" in page.text and "1.1.1d" in page.text and "1.1.1e" not in page.text
    assert "1.1.1e" in page.open(address(asked, "UNSCR-1325/Participation/?page=2")).text


def test_before_there_are_frameworks(world):
    page = Visitor(world.secretariat).open(address(world))
    assert "There are no external frameworks yet." in page.text
    assert page.links("Add external frameworks") == ["/external-frameworks/"]
    assert not Visitor(world.focal_sei).open(address(world)).links("Add external frameworks")
    assert "There are no external frameworks yet." in thing_page(world).text


def test_pages_cost_the_same_for_many(asked, client, django_assert_num_queries):
    client.force_login(asked.secretariat)
    link(asked.indicators["i111a"], provision("Participation"))
    pages = {"": 7, "UNSCR-1325/": 12, "UNSCR-1325/Participation/": 9, "UNSCR-1325/Participation/link/": 18}
    pages["of/indicator/1.1.1a/"] = 11

    def open_all():
        for page, number in pages.items():
            with django_assert_num_queries(number, info=page):
                assert client.get(address(asked, page)).status_code == 200

    open_all()
    for n, to in enumerate(["Prevention", *(f"X{n}" for n in range(4))]):
        make_framework(f"F{n}", (to,))
        set_provisions(
            level="indicator",
            row=asked.indicators["i111a"],
            provisions=[provision("Participation"), provision(to, f"F{n}")],
            primary=provision(to, f"F{n}"),
            by=asked.secretariat,
        )
        link(make_indicator(asked.activities["a112"], f"1.1.2{'bcdef'[n]}"), provision("Participation"))
    open_all()


# As a table


def rows_of(response):
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text[1:])))


def test_the_download(asked, client):
    Indicator.objects.filter(code="1.1.2a").update(statement='=HYPERLINK("http://x")')
    link(asked.indicators["i111a"], provision("Participation"), primary=True)
    link(asked.indicators["i112a"], provision("Participation"))
    client.force_login(asked.focal_sei)
    response = client.get(address(asked, "UNSCR-1325/?format=csv"))
    assert response["Content-Disposition"] == (f'attachment; filename="{asked.plan.code}-UNSCR-1325.csv"')
    first, second, third = rows_of(response)
    assert first == {
        "plan": asked.plan.code, "framework": "UNSCR-1325", "provision": "Participation",
        "provision_title": "Title of Participation", "covered": "yes", "level": "indicator",
        "level_name": "Indicator", "code": "1.1.1a", "text": "Indicator 1.1.1a", "pillar": "P1", "primary": "yes",
    }  # fmt: skip
    assert (second["text"], second["primary"]) == ('\'=HYPERLINK("http://x")', "no")
    assert (third["provision"], third["covered"], third["code"]) == ("Prevention", "no", "")
    of_p2 = rows_of(client.get(address(asked, "UNSCR-1325/?format=csv&pillar=P2")))
    assert [row["covered"] for row in of_p2] == ["no", "no"]
    untouched = rows_of(client.get(address(asked, "UNSCR-1325/?format=csv&show=untouched")))
    assert [row["provision"] for row in untouched] == ["Prevention"]
    covered = rows_of(client.get(address(asked, "UNSCR-1325/?format=csv&show=covered")))
    assert [row["code"] for row in covered] == ["1.1.1a", "1.1.2a"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1+1"])
def test_no_cell_is_a_formula(text):
    assert safe_cell(text) == f"'{text}"


def test_other_cells_stay_as_they_are():
    assert [safe_cell(one) for one in ("1.10", "a=b", "", "# and %")] == ["1.10", "a=b", "", "# and %"]


# Gaps


def test_goals_that_answer_nothing_are_a_gap(asked):
    def gap():
        return {
            kind.key: [row.code for row in rows]
            for kind, rows in find_gaps(asked.plan)
            if kind.key == "no_provision"
        }

    assert gap() == {"no_provision": ["1", "2"]}
    tally = next(one for one in summarise(asked.plan).kinds if one.kind.key == "no_provision")
    assert [(one.checked, one.missing) for one in tally.by_pillar] == [(1, 1), (1, 1)]
    link(Goal.objects.get(plan=asked.plan, code="1"), provision("Participation"))
    assert gap() == {"no_provision": ["2"]}
    page = Visitor(asked.secretariat).open(f"/plans/{asked.plan.code}/gaps/?kind=no_provision")
    assert page.links("Fix") == [address(asked, "of/goal/2/")]
    page.follow("Fix").press("Save", provisions=[str(provision("Prevention").pk)])
    assert gap() == {}


def test_without_frameworks_it_is_no_gap(world):
    assert "no_provision" not in {kind.key for kind, _rows in find_gaps(world.plan)}
    tally = next(one for one in summarise(world.plan).kinds if one.kind.key == "no_provision")
    assert tally.total.checked == 0


def test_lists_of_what_one_thing_answers(asked, django_assert_num_queries):
    indicator = asked.indicators["i111a"]
    link(indicator, provision("5.5", "SDG"))
    link(indicator, provision("Prevention"), primary=True)
    link(indicator, provision("Participation"))
    with django_assert_num_queries(1):
        found = [
            (str(one.provision), one.is_primary) for one in crosswalk.provisions_of("indicator", indicator)
        ]
    assert found == [
        ("UNSCR 1325 Prevention", True),
        ("UNSCR 1325 Participation", False),
        ("SDG 5.5", False),
    ]


@pytest.mark.parametrize(
    ("level", "code", "path"),
    [
        ("goal", "1", "goals/1/"),
        ("output", "1.1", "outputs/1.1/"),
        ("activity", "1.1.1", "activities/1.1.1/"),
        ("indicator", "1.1.1a", "indicators/1.1.1a/"),
    ],
)
def test_the_page_of_a_thing_says_what_it_answers(asked, level, code, path):
    page = f"/plans/{asked.plan.code}/{path}"
    choose = address(asked, f"of/{level}/{code}/")
    assert Visitor(asked.secretariat).open(page).links("Crosswalk: choose") == [choose]
    assert "Answers to" not in Visitor(asked.focal_sei).open(page).text
    row = crosswalk.MODELS[level].objects.get(plan=asked.plan, code=code)
    link(row, provision("5.5", "SDG"))
    link(row, provision("Participation"), primary=True)
    reader = Visitor(asked.focal_sei).open(page)
    assert (
        "Answers to UNSCR 1325 Participation Title of Participation Primary SDG 5.5 Title of 5.5"
        in reader.text
    )
    assert reader.links("SDG 5.5") == [address(asked, "SDG/") + "#p-5.5"]
    assert not reader.links("Crosswalk: choose")
