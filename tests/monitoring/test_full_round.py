"""A full round through the browser's forms: fifteen institutions report, two pillars review, the secretariat publishes.

At the end the official figures are compared with those that this file works out by itself, from nothing but what was typed.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from django.urls import reverse

from frameworks.models import Goal, Indicator, Plan, ReportingRound, Role, Seat, StateChange
from monitoring.models import ActivityProgress, IndicatorResult, SignOff, Submission
from monitoring.operations.reporting import create_expected_submissions
from tests.monitoring.reported import add_breakdown
from tests.pages import Visitor
from tests.world import (
    NOW,
    PASSWORD,
    give_seat,
    make_activity,
    make_indicator,
    make_institution,
    make_pillar,
    make_plan,
    make_round,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

COUNT = 15
TYPES = ("count", "percentage", "number_and_percentage", "ordinal", "yes_no", "qualitative")
STATUSES = ("on_track", "completed", "continuous", "not_started", "deferred", "delayed", "not_due")
#: Those of which the first answers for the activity: who tells of it beside, and how the figures become one.
JOINT = {
    "1.20.1": ((1, 2, 3), "sum"),
    "1.20.2": ((2, 4), "average"),
    "1.20.3": ((5, 6, 7), "maximum"),
    "2.20.1": ((9, 10), "sum"),
    "2.20.2": ((11, 12, 13), "sum"),
}
LATE, SENT_BACK, RETURNED, DISSENTED = (
    13,
    6,
    8,
    10,
)  # whose part comes late; is sent back; who is returned; disputed


@dataclass
class Play:
    """The plan, and what everybody typed last: (indicator code, category code) → {institution: text by box}."""

    plan: object
    round: object
    institutions: dict
    indicators: dict
    typed: dict = field(default_factory=lambda: defaultdict(dict))
    statuses: dict = field(default_factory=dict)


@pytest.fixture
def play(db, in_january):
    plan = make_plan(is_public=True)
    pillars = {
        code: make_pillar(plan, code, name) for code, name in (("P1", "Participation"), ("P2", "Prevention"))
    }
    people = {}
    for number in range(1, COUNT + 1):
        people[number] = make_institution(f"I{number:02}", "cso" if number % 5 == 0 else "government")
        give_seat(make_user(f"focal{number}"), Role.FOCAL_POINT, plan=plan, institution=people[number])
    for code, pillar in pillars.items():
        for side, role in (("gov", Role.GOVERNMENT_CO_LEAD), ("cso", Role.CSO_CO_LEAD)):
            give_seat(
                make_user(f"{side}-{code.lower()}"), role, plan=plan, institution=people[1 if side == "gov" else 5],
                working_group=pillar.working_group,
            )  # fmt: skip
    give_seat(make_user("secretary"), Role.SECRETARIAT, plan=plan)
    indicators = {}

    def add(activity, code, type, **fields):
        if type == "ordinal":
            fields["scale_labels"] = ["none", "drafted", "adopted", "in force"]
        indicators[code] = make_indicator(activity, code, type=type, **fields)
        return indicators[code]

    for number in range(1, COUNT + 1):
        pillar = pillars["P1" if number <= 8 else "P2"]
        code = f"{pillar.code[1]}.{number}.1"
        activity = make_activity(pillar, code, [people[number]])
        add(activity, f"{code}a", TYPES[number % len(TYPES)])
        add_breakdown(add(activity, f"{code}b", ("count", "number_and_percentage")[number % 2]))
    for code, (leads, how) in JOINT.items():
        activity = make_activity(pillars[f"P{code[0]}"], code, [people[one] for one in leads])
        for letter, type in (("a", "number_and_percentage"), ("b", "count")):
            row = add(activity, f"{code}{letter}", type, reporter_aggregation=how)
            row.responsible.add(*(people[one] for one in leads))
    goal = Goal.objects.get(plan=plan, code="2")
    indicators["2x"] = Indicator.objects.create(
        plan=plan, pillar=pillars["P2"], goal=goal, code="2x", type="count", statement="Goal", unit="women"
    )
    indicators["2x"].responsible.add(people[3], people[14])
    round = make_round(plan)
    create_expected_submissions(round=round, by=None, at=NOW)
    return Play(plan, round, people, indicators)


# What is typed


def boxes(play, number, code):
    """What institution `number` types for the total of an indicator: box → text. All kinds of answers come up."""
    indicator = play.indicators[code]
    seed = number * 7 + sum(map(ord, code))
    if seed % 11 == 0 and indicator.type != "qualitative":
        return {"why": f"Institution {number} does not count it yet."}
    if indicator.type in ("percentage", "number_and_percentage"):
        if seed % 13 == 0:
            return {"n": "0", "d": "0"}  # 0 of 0: an answer, and no data
        return {"n": str(seed % 9), "d": str(9 + seed % 30)}
    if indicator.type == "count":
        return {"v": "0" if seed % 4 == 0 else f"{seed % 97},5" if seed % 3 == 0 else str(1000 + seed)}
    if indicator.type == "yes_no":
        return {"v": str(seed % 2)}
    return {"v": str(seed % 4)} if indicator.type == "ordinal" else {"text": f"Answer of {number}."}


def parts(total, categories):
    """The breakdown of a total that has two categories: the first half, and what is left."""
    if "why" in total or not categories:
        return {}
    halves = {box: (whole(text) // 2, whole(text) - whole(text) // 2) for box, text in total.items()}
    return {
        (category, box): f"{float(pair[place]):g}".replace(".", ",")
        for box, pair in halves.items()
        for place, category in enumerate(categories)
    }


def whole(text):
    return Fraction(text.replace(",", "."))


def type_figures(play, number, indicators, *, wrong=None):
    """Field name → text for a page, and remembers it. `wrong`: an indicator whose first answer is a slip."""
    sent = {}
    for indicator in indicators:
        total = boxes(play, number, indicator.code)
        categories = [one for dimension in indicator.dimensions.all() for one in dimension.categories.all()]
        cells = parts(total, categories)
        if indicator.code == wrong:
            total = {"why": "A slip."}
            cells = {}
        play.typed[indicator.code, None][number] = total
        for category in categories:
            said = {box: text for (one, box), text in cells.items() if one == category}
            play.typed[indicator.code, category.code][number] = said
            sent |= {f"i{indicator.pk}-c{category.pk}-{box}": text for box, text in said.items()}
        sent |= {f"i{indicator.pk}-{box}": text for box, text in ({"why": ""} | total).items()}
    return sent


def fill_page(play, visitor, number, code, *, wrong=None):
    """Fills the page that is open: the story and every figure that it asks for."""
    asked = {name.split("-")[0] for name in visitor.field_names("Save draft") if name.startswith("i")}
    rows = [one for one in play.indicators.values() if f"i{one.pk}" in asked]
    values = type_figures(play, number, sorted(rows, key=lambda one: one.code), wrong=wrong)
    if code:
        status = STATUSES[(number + len(code)) % len(STATUSES)]
        play.statuses[code, number] = status
        visitor.page.xpath(f"//input[@name='status'][@value='{status}']")[0].set("checked", "checked")
        values["narrative"] = f"What institution {number} did about {code}."
        if status == "deferred":
            values["reason"] = "The budget was moved to next year."
        if status == "delayed":
            values |= {
                "corr-1-cause": "Roads were closed.",
                "corr-1-measure": "Work in the dry months.",
                "corr-1-owner": "Planning unit",
                "corr-1-due": "2025-06-30",
            }
    for name in [name for name in values if visitor.page.xpath(f"//input[@type='radio'][@name='{name}']")]:
        visitor.page.xpath(f"//input[@name='{name}'][@value='{values.pop(name)}']")[0].set(
            "checked", "checked"
        )
    visitor.press("Save draft", **values)
    assert "Saved at" in visitor.text


# Who does what


def sign_in(name):
    return Visitor(email=f"{name}@test.example", password=PASSWORD)


def report(play, number, *, wrong=None):
    """Fills every page that an institution's list links to; returns the person, back at the list."""
    visitor = sign_in(f"focal{number}").open(my_report(play))
    pages = dict.fromkeys(
        link.get("href")
        for link in visitor.page.xpath("//a[contains(@class, 'list-title')]")
        if "/activities/" in link.get("href") or link.get("href").endswith("/indicators/")
    )
    assert pages
    for address in pages:
        code = address.rstrip("/").split("/")[-1] if "/activities/" in address else ""
        fill_page(play, visitor.open(address), number, code, wrong=wrong)
    return visitor.open(my_report(play))


def my_report(play):
    return reverse("my_report", args=[play.plan.code, play.round.label])


def of(play, number, lead=None):
    return Submission.objects.get(
        round=play.round, institution=play.institutions[number],
        accountable=play.institutions[lead] if lead else None,
        **({} if number != 3 or lead else {"pillar__code": "P1"}),
    )  # fmt: skip


def press_all(visitor, words):
    """Presses every button whose text begins with these words, one after the other."""
    while any(button.startswith(words) for button in visitor.buttons()):
        visitor.press(words, form=0)
    return visitor


def hand_over(play):
    """Everybody fills everything; who contributes hands its part over first, then the accountable leads submit."""
    people = {
        number: report(play, number, wrong="1.8.1b" if number == RETURNED else None)
        for number in range(1, COUNT + 1)
        if number != LATE
    }
    for visitor in people.values():
        press_all(visitor, "Hand ")
    sent_back = of(play, SENT_BACK, lead=5)
    people[5].open(reverse("submission", args=[sent_back.pk]))
    people[5].press("Send it back with a note", comment="Only what was done in 2024, please.")
    people[SENT_BACK].open(my_report(play))
    assert "Only what was done in 2024, please." in people[SENT_BACK].text
    press_all(people[SENT_BACK], "Hand ")
    for number, visitor in people.items():
        visitor.open(my_report(play))
        if number == 11:  # whose co-lead is late
            visitor.press("Submit Prevention", status=422)
            assert f"The part of I{LATE} on 2.20.2 has not come in" in visitor.text
            visitor.press("Submit without this part")
        else:
            press_all(visitor, "Submit ")
        assert "Everything of this round is handed in." in visitor.text
    late = press_all(report(play, LATE), "Hand ")
    assert "your part went straight to the co-leads" in late.text
    press_all(late, "Submit ")
    assert not Submission.objects.exclude(state="submitted").exists()
    return people


def review(play, people):
    """Both pillars: one submission goes back and comes again, all are accepted, one is disputed, the others endorsed."""
    government, society = sign_in("gov-p1"), sign_in("cso-p1")
    returned = of(play, RETURNED)
    society.open(reverse("submission", args=[returned.pk]))
    society.press("Return with a note", comment="A slip? Where is the figure of 1.8.1b?")
    writer = people[RETURNED].open(my_report(play))
    assert "A slip? Where is the figure of 1.8.1b?" in writer.text
    fill_page(
        play, writer.open(reverse("submission_activity", args=[returned.pk, "1.8.1"])), RETURNED, "1.8.1"
    )
    writer.open(my_report(play)).press("Submit Participation")
    accept_all(play, government, "P1")
    endorse_all(play, society, "P1")
    endorse_all(play, government, "P1")

    government, society = sign_in("gov-p2"), sign_in("cso-p2")
    accept_all(play, society, "P2")
    endorse_all(play, government, "P2")
    disputed = of(play, DISSENTED)
    society.open(reverse("submission", args=[disputed.pk]))
    society.press("Record a dissent", comment="The register leaves out two municipalities.")
    tokens = [
        value
        for value in society.open(queue(play, "P2")).page.xpath(
            "//input[@type='hidden'][@name='chosen']/@value"
        )
        if not value.startswith(f"{disputed.pk}:")
    ]
    society.press("Yes, endorse them", chosen=tokens)


def queue(play, pillar):
    return reverse("review", args=[play.plan.code, pillar])


def accept_all(play, visitor, pillar):
    visitor.open(queue(play, pillar))
    tokens = visitor.page.xpath("//input[@type='checkbox'][@name='chosen']/@value")
    assert len(tokens) == Submission.objects.filter(pillar__code=pillar, state="submitted").count() > 8
    visitor.press("Accept the marked ones", chosen=tokens)
    assert f"{len(tokens)} submissions accepted." in visitor.text


def endorse_all(play, visitor, pillar):
    visitor.open(queue(play, pillar)).press("Yes, endorse them")


def publish(play):
    secretary = sign_in("secretary").open(reverse("round", args=[play.plan.code, play.round.label]))
    secretary.press("Close the round")
    secretary.open(reverse("round_publish", args=[play.plan.code, play.round.label])).press(
        "Publish the figures"
    )
    assert "Published" in secretary.text


# What must come out


def naive(play, code, category=None):
    """numerator, denominator, value and what is judged, worked out from what was typed and nothing else."""
    indicator = play.indicators[code]
    told = [
        said
        for said in play.typed[code, category].values()
        if said and "why" not in said and "text" not in said
    ]
    if not told:
        return None, None, None, None
    if indicator.type in ("percentage", "number_and_percentage"):
        # A share of nothing says nothing, and 0 added to 0 changes no sum.
        n, d = sum(whole(one["n"]) for one in told), sum(whole(one["d"]) for one in told)
        return n, d, None, (100 * n / d if d else None)
    values = [whole(one["v"]) for one in told]
    value = {"sum": sum(values), "average": sum(values) / len(values), "maximum": max(values)}[
        indicator.reporter_aggregation
    ]
    return None, None, value, value


def close(number, expected):
    if number is None or expected is None:
        return number is None and expected is None
    return abs(Fraction(number) - expected) < Fraction(1, 10**6)


def test_a_full_round_of_fifteen_institutions(play):
    people = hand_over(play)
    assert IndicatorResult.objects.totals().filter(provenance="reported").count() == len(play.indicators)
    review(play, people)
    publish(play)

    expected = {(code, category): naive(play, code, category) for code, category in play.typed}
    found = {
        (row.indicator.code, row.category.code if row.category else None): row
        for row in IndicatorResult.objects.filter(round=play.round).select_related("indicator", "category")
    }
    assert {key for key, said in play.typed.items() if any(said.values())} == set(found)
    for key, row in found.items():
        stored = row.numerator, row.denominator, row.value, row.measured
        assert all(map(close, stored, expected[key])), (key, stored, expected[key], play.typed[key])
        assert row.provenance == "published", key
        if key[1] is None:
            names = {play.institutions[number].pk for number, said in play.typed[key].items() if said}
            assert set(row.reporter_ids) == names, key
            assert row.has_dissent == key[0].startswith(f"2.{DISSENTED}."), key
    answers = [said for cells in play.typed.values() for said in cells.values()]
    kinds = {box for said in answers for box in said}
    assert kinds == {"n", "d", "v", "text", "why"}
    assert any(said.get("v") == "0" for said in answers) and {"n": "0", "d": "0"} in answers

    told = ActivityProgress.objects.official().of_accountable().values_list("activity__code", "status")
    answering = {code: leads[0] for code, (leads, _how) in JOINT.items()}
    wanted = {
        code: status
        for (code, number), status in play.statuses.items()
        if answering.get(code, number) == number
    }
    assert dict(told) == wanted and len(wanted) == COUNT + len(JOINT)

    states = list(Submission.objects.values_list("state", flat=True))
    assert states.count("accepted") == 1 and states.count("endorsed") == len(states) - 1
    assert SignOff.objects.filter(verdict="dissent").get().submission == of(play, DISSENTED)
    assert (
        StateChange.objects.filter(action="go_along").count()
        == sum(len(leads) - 1 for leads, _how in JOINT.values()) - 1
    )
    public = Visitor().open(play.plan.get_absolute_url())
    assert public.answer.status_code == 200
    assert ReportingRound.objects.get(pk=play.round.pk).published_by.email == "secretary@test.example"
    assert Plan.objects.count() == 1 and Seat.objects.filter(role=Role.FOCAL_POINT).count() == COUNT
