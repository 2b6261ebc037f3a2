"""Linking a plan to external provisions, from one thing of the plan and from a provision; and who may."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from frameworks import crosswalk
from frameworks.history import changes_of
from frameworks.models import Goal, Plan, ProvisionLink
from frameworks.operations.crosswalk import link_history, link_things, set_provisions, unlink
from tests.frameworks.crosswalk_world import (
    address,
    ask,
    link,
    link_page,
    links_of,
    make_public,
    provision,
    thing_page,
)
from tests.pages import Visitor
from tests.world import make_indicator

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world):
    return ask(world)


# From one thing of the plan


def test_ticking_what_an_indicator_answers(asked):
    one, two = provision("Participation"), provision("5.5", "SDG")
    page = thing_page(asked).press("Save", provisions=[str(one.pk), str(two.pk)], primary=str(two.pk))
    assert "Saved." in page.text
    assert links_of(asked.plan) == {
        ("indicator", "1.1.1a", "Participation", False),
        ("indicator", "1.1.1a", "5.5", True),
    }
    thing_page(asked).press("Save", provisions=[str(one.pk)], primary=str(one.pk))
    assert links_of(asked.plan) == {("indicator", "1.1.1a", "Participation", True)}
    thing_page(asked).press("Save", primary="none")
    assert links_of(asked.plan) == {("indicator", "1.1.1a", "Participation", False)}


@pytest.mark.parametrize(
    ("level", "code"), [("goal", "1"), ("output", "1.1"), ("activity", "1.1.1"), ("indicator", "1.1.2a")]
)
def test_every_level_can_be_linked(asked, level, code):
    thing_page(asked, level, code).press("Save", provisions=[str(provision("Prevention").pk)])
    assert links_of(asked.plan) == {(level, code, "Prevention", False)}


def test_an_endorsed_plan_wants_no_reason(asked):
    Plan.objects.filter(pk=asked.plan.pk).update(status="endorsed")
    page = thing_page(asked)
    assert "reason" not in page.field_names("Save")
    page.press("Save", provisions=[str(provision("Prevention").pk)])
    assert links_of(asked.plan) == {("indicator", "1.1.1a", "Prevention", False)}


def test_the_primary_one_is_among_those_that_are_ticked(asked):
    one, two = provision("Participation"), provision("5.5", "SDG")
    page = thing_page(asked).press("Save", provisions=[str(one.pk)], primary=str(two.pk))
    assert "Tick SDG 5.5 as well" in page.text
    assert page.page.xpath("//input[@name='provisions'][@checked]/@value") == [str(one.pk)]
    assert page.page.xpath("//input[@name='primary'][@checked]/@value") == [str(two.pk)]
    assert links_of(asked.plan) == set()


def test_a_made_up_provision(asked, client):
    client.force_login(asked.secretariat)
    response = client.post(address(asked, "of/indicator/1.1.1a/"), {"provisions": "999999", "primary": "x"})
    assert "Select a valid choice" in response.content.decode()
    assert links_of(asked.plan) == set()


def test_who_was_slower_is_told(asked):
    one, two = str(provision("Participation").pk), str(provision("Prevention").pk)
    slow, quick = thing_page(asked), thing_page(asked, who="administrator")
    quick.press("Save", provisions=[one])
    slow.press("Save", provisions=[two])
    assert "administrator changed this on" in slow.text
    assert links_of(asked.plan) == {("indicator", "1.1.1a", "Participation", False)}
    slow.press("Save")
    assert links_of(asked.plan) == {("indicator", "1.1.1a", "Prevention", False)}


def test_the_history_keeps_who_linked_what(asked):
    thing_page(asked).press("Save", provisions=[str(provision("Participation").pk)])
    thing_page(asked, who="administrator").press("Save", provisions=[str(provision("5.5", "SDG").pk)])
    newest, oldest = changes_of(*link_history("indicator", asked.indicators["i111a"]))
    assert (oldest.who, newest.who) == ("secretariat", "administrator")
    assert [(one.old, one.new) for one in newest.lines] == [
        ("Provision: UNSCR 1325 Participation; Primary: no", None),
        (None, "Provision: SDG 5.5; Primary: no"),
    ]
    assert "Provision: UNSCR 1325 Participation" in thing_page(asked).text
    text = Visitor(asked.focal_sei).open(address(asked, "UNSCR-1325/")).text
    assert (
        "Provision: UNSCR 1325 Participation; Indicator: 1.1.1a Indicator 1.1.1a; Primary: no nothing" in text
    )
    assert "SDG 5.5" not in text.partition("What was linked")[2]


def test_history_is_for_insiders(asked):
    make_public(asked)
    link(asked.indicators["i111a"], provision("Participation"))
    assert "What was linked and unlinked" not in Visitor().open(address(asked, "UNSCR-1325/")).text


# From a provision


def test_linking_what_is_ticked(asked):
    page = link_page(asked)
    assert "10 found that are not linked yet" in page.text
    page.press("Link the ticked ones", things=["indicator:1.1.1a", "goal:1"])
    assert "2 are linked to UNSCR 1325 Participation." in page.text
    assert links_of(asked.plan) == {
        ("indicator", "1.1.1a", "Participation", False),
        ("goal", "1", "Participation", False),
    }
    assert "8 found that are not linked yet" in page.text
    assert page.page.xpath("//input[@value='goal:1']") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=1.1.2A", ["indicator:1.1.2a"]),
        ("?q=output+1", ["output:1.1"]),
        ("?level=activity&pillar=P2", ["activity:2.1.1"]),
        ("?level=indicator&pillar=P1", ["indicator:1.1.1a", "indicator:1.1.2a"]),
        ("?q=nothing+like+it", []),
    ],
)
def test_searching(asked, query, found):
    page = link_page(asked, query=query)
    assert page.page.xpath("//input[@name='things']/@value") == found
    if not found:
        assert "Nothing that is not linked yet fits this." in page.text


def test_all_that_was_found_in_one_go(asked):
    assert "Link all" not in "".join(link_page(asked).buttons())  # everything there is: narrow it first
    link(asked.indicators["i111a"], provision("Participation"), primary=True)
    make_indicator(asked.activities["a112"], "1.1.2b", retired_on="2025-01-01")
    make_indicator(asked.activities["a112"], "1.1.2c")
    link_page(asked, query="?level=indicator&pillar=P1").press("Link all 2 found")
    assert links_of(asked.plan) == {
        ("indicator", "1.1.1a", "Participation", True),
        ("indicator", "1.1.2a", "Participation", False),
        ("indicator", "1.1.2c", "Participation", False),
    }


def test_more_than_fits_on_the_page(asked, monkeypatch):
    monkeypatch.setattr(crosswalk, "OFFERED", 2)
    page = link_page(asked, query="?pillar=P1")
    assert "The first 2 are shown" in page.text
    page.press("Link all 6 found")
    assert len(links_of(asked.plan)) == 6


def test_nothing_ticked(asked):
    assert "Tick at least one." in link_page(asked).press("Link the ticked ones").text
    assert links_of(asked.plan) == set()


def test_what_was_linked_meanwhile(asked):
    slow = link_page(asked)
    link(asked.indicators["i111a"], provision("Participation"))
    slow.press("Link the ticked ones", things=["indicator:1.1.1a", "indicator:1.1.2a"])
    assert "no longer on offer" in slow.text
    assert slow.page.xpath("//input[@name='things'][@checked]/@value") == ["indicator:1.1.2a"]


def test_unlinking(asked):
    link(asked.indicators["i111a"], provision("Participation"))
    page = link_page(asked)
    assert page.links("All it answers") == [address(asked, "of/indicator/1.1.1a/")]
    page.press("Unlink")
    assert "The link is removed." in page.text
    assert links_of(asked.plan) == set()


@pytest.mark.parametrize("number", ["", "x", "0", "9" * 30, "another plan's"])
def test_unlinking_what_is_not_there(asked, client, number):
    goal = Goal.objects.create(
        plan=asked.other_plan,
        pillar=asked.other_plan.pillars.create(code="P1", name="P"),
        code="1",
        title="G",
    )
    foreign = link(goal, provision("Participation"))
    client.force_login(asked.secretariat)
    number = str(foreign.pk) if number.startswith("another") else number
    assert (
        client.post(address(asked, "UNSCR-1325/Participation/link/"), {"unlink": number}).status_code == 302
    )
    assert ProvisionLink.objects.filter(pk=foreign.pk).exists()


# Rules


def test_one_primary_each_also_when_two_race(asked):
    link(asked.indicators["i111a"], provision("Participation"), primary=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        link(asked.indicators["i111a"], provision("Prevention"), primary=True)
    link(asked.indicators["i112a"], provision("Prevention"), primary=True)


def test_the_operations_refuse(asked):
    made = link(asked.indicators["i111a"], provision("Participation"))
    for name in ("focal_sei", "gov_lead", "monitoring", "outsider"):
        by = asked.users[name]
        with pytest.raises(PermissionDenied):
            set_provisions(
                level="indicator", row=asked.indicators["i111a"], provisions=[], primary=None, by=by
            )
        with pytest.raises(PermissionDenied):
            link_things(plan=asked.plan, provision=provision("Prevention"), things={}, by=by)
        with pytest.raises(PermissionDenied):
            unlink(link=made, by=by)
    with pytest.raises(ValidationError):  # one's own plan, another's indicator
        link_things(
            plan=asked.other_plan,
            provision=provision("Prevention"),
            things={"indicator": [asked.indicators["i111a"]]},
            by=asked.outsider,
        )
    assert links_of(asked.plan) == {("indicator", "1.1.1a", "Participation", False)}


def test_pages_refuse_by_rule(asked, client):
    make_public(asked)
    inner = [address(asked, "of/indicator/1.1.1a/"), address(asked, "UNSCR-1325/Participation/link/")]
    for page in inner:
        assert client.post(page).url == f"/sign-in/?next={page}"
    client.force_login(asked.focal_sei)
    assert {client.post(page, {"all": "1"}).status_code for page in inner} == {403}
    client.force_login(asked.outsider)
    assert {client.post(page, {"all": "1"}).status_code for page in inner} == {404}
    assert links_of(asked.plan) == set()


@pytest.mark.parametrize(
    "page",
    [
        "none/", "UNSCR-1325/none/", "UNSCR-1325/none/link/", "of/indicator/9/", "of/pillar/P1/", "SDG/Participation/",
    ],
)  # fmt: skip
def test_what_is_not_there(asked, client, page):
    client.force_login(asked.secretariat)
    assert client.get(address(asked, page)).status_code == 404


def test_visitors_read_the_crosswalk_of_a_public_plan_only(asked):
    pages = ("", "UNSCR-1325/", "UNSCR-1325/Participation/", "UNSCR-1325/?format=csv")
    for page in pages:
        Visitor().open(address(asked, page), status=404)
    make_public(asked)
    for page in pages[:3]:
        Visitor().open(address(asked, page))
