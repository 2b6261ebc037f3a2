"""Property: export → import → export is identical, whatever a framework holds."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from frameworks.models import (
    Activity,
    Category,
    CategoryTarget,
    Dimension,
    Goal,
    Indicator,
    Lead,
    Output,
    Pillar,
    Plan,
    Target,
)
from frameworks.workbook.content import plain
from tests.frameworks.workbook.books import Book, content_of, errors, written
from tests.world import make_institution, make_plan

pytestmark = pytest.mark.django_db

# Each example is a workbook that is written and read: few of them, and no hour spent on making one smaller.
OPTIONS = settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
TEXTS = st.one_of(
    st.sampled_from(["=1+1", "+2", "-3", "@x", "1.10", "007", "x", " ", "_x0041_", "línea\nfeto", "{0} {name} %s %", "'quoted", "TRUE", "2028-12-31", "30%", "\r\n", "–", "#N/A", "a" * 4000]),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40),
)  # fmt: skip
NAMES = TEXTS.filter(lambda text: plain(text) and len(text) <= 80)
CODES = st.from_regex(r"[1-9]{1,2}(\.(1|10|2|20|01)){0,2}[a-c]?|[A-Z]{1,3}-[0-9]{1,2}", fullmatch=True)
FIGURES = st.decimals(0, 10**9, places=6, allow_nan=False, allow_infinity=False) | st.just(
    Decimal("123456789012345.000001")
)


def unique(draw, strategy, most):
    return draw(st.lists(strategy, min_size=1, max_size=most, unique=True))


@st.composite
def frameworks(draw):
    """A function that builds a framework under a plan; drawn first, so that every example can be taken back."""
    plan = {name: draw(TEXTS) for name in ("vision", "theory_of_change")}
    labels = {
        name: draw(NAMES)[:40]
        for name in ("goal_label", "output_label", "activity_label")
        if draw(st.booleans())
    }
    codes = {
        name: unique(draw, CODES, 3) for name in ("pillars", "goals", "outputs", "activities", "indicators")
    }
    names = unique(draw, NAMES, 3)
    parent = st.integers(0, 2)
    rows = {name: [(code, draw(NAMES), draw(parent)) for code in found] for name, found in codes.items()}
    years = draw(st.lists(st.sets(st.integers(2024, 2028)), min_size=3, max_size=3))
    leads = draw(
        st.lists(
            st.tuples(parent, parent, st.sampled_from(["lead", "co_lead", "support"]), st.integers(0, 99)),
            max_size=4,
            unique_by=lambda one: one[:2],
        )
    )
    sheets = [
        {
            "definition": draw(TEXTS),
            "unit": draw(TEXTS)[:60],
            "type": draw(st.sampled_from(["count", "percentage", "number_and_percentage", "qualitative"])),
            "direction": draw(st.sampled_from(["increase", "decrease", "maintain"])),
            "share_of_whole": draw(st.booleans()),
            "counts_people": draw(st.booleans()),
            "scale_labels": draw(st.lists(NAMES, max_size=3)),
            "baseline_value": draw(st.none() | FIGURES),
            "baseline_year": draw(st.none() | st.integers(1950, 2030)),
        }
        for _code in codes["indicators"]
    ]
    level = draw(st.lists(st.sampled_from(["goal", "output", "activity"]), min_size=3, max_size=3))
    targets = draw(
        st.lists(
            st.tuples(parent, st.integers(2024, 2028), FIGURES, st.booleans()),
            max_size=4,
            unique_by=lambda one: one[:2],
        )
    )
    categories = draw(
        st.lists(
            st.tuples(parent, st.sampled_from(["Sex", "Age"]), CODES, st.booleans()),
            max_size=4,
            unique_by=lambda one: one[:3],
        )
    )
    return plan | labels, rows, names, years, leads, sheets, level, targets, categories


def build(plan, drawn):
    """Puts a drawn framework into a plan, straight into the database: odd texts as an import or a script may leave them."""
    texts, rows, names, years, leads, sheets, level, targets, categories = drawn
    Plan.objects.filter(pk=plan.pk).update(**texts)
    institutions = (
        [make_institution(f"{plan.country}{number}") for number in range(3)] if plan.country == "TL" else None
    )
    at = lambda found, index: found[index % len(found)]  # noqa: E731
    pillars = [
        Pillar.objects.create(
            plan=plan,
            code=code[:20],
            name=at(names, index) + (f" {index}" if index >= len(names) else ""),
            order=index,
        )
        for index, (code, _text, _parent) in enumerate(rows["pillars"])
    ]
    goals = [
        Goal.objects.create(plan=plan, code=code, title=text, pillar=at(pillars, up))
        for code, text, up in rows["goals"]
    ]
    outputs = [
        Output.objects.create(plan=plan, code=code, title=text, goal=at(goals, up))
        for code, text, up in rows["outputs"]
    ]
    activities = [
        Activity.objects.create(
            plan=plan, code=code, title=text, output=at(outputs, up), years=sorted(years[index])
        )
        for index, (code, text, up) in enumerate(rows["activities"])
    ]
    for activity, institution, role, order in {
        (one[0] % len(activities), one[1]): one for one in leads
    }.values():
        Lead.objects.create(
            activity=at(activities, activity), institution=institutions[institution], role=role, order=order
        )
    indicators = []
    for index, (code, text, up) in enumerate(rows["indicators"]):
        parent = at({"goal": goals, "output": outputs, "activity": activities}[level[index]], up)
        head = {
            "goal": lambda p: p.pillar,
            "output": lambda p: p.goal.pillar,
            "activity": lambda p: p.output.goal.pillar,
        }
        indicators.append(
            Indicator.objects.create(
                plan=plan,
                code=code,
                statement=text,
                pillar=head[level[index]](parent),
                **{level[index]: parent},
                **sheets[index],
            )
        )
        indicators[-1].responsible.set(institutions[: index + 1])
    for up, year, value, endline in {(one[0] % len(indicators), one[1]): one for one in targets}.values():
        Target.objects.create(
            indicator=at(indicators, up), period_end=date(year, 12, 31), value=value, is_endline=endline
        )
    for up, name, code, promised in {
        (one[0] % len(indicators), *one[1:3]): one for one in categories
    }.values():
        dimension, _made = Dimension.objects.get_or_create(indicator=at(indicators, up), name=name)
        category = Category.objects.create(dimension=dimension, code=code, name=f"{name} {code}")
        if promised:
            CategoryTarget.objects.create(
                category=category, period_end=date(2028, 12, 31), numerator=1, denominator=3
            )


class TakenBack(Exception):
    pass


@pytest.fixture
def plan(db):
    return make_plan()


@pytest.mark.slow
@given(drawn=frameworks())
@OPTIONS
def test_export_import_export_is_identical(plan, drawn):
    with pytest.raises(TakenBack), transaction.atomic():
        build(plan, drawn)
        before = content_of(plan)
        difference = Book(plan).applied()
        assert (written(difference), difference.gone, errors(difference)) == ([], [], {})
        assert content_of(plan) == before
        raise TakenBack


@pytest.mark.slow
@given(drawn=frameworks())
@OPTIONS
def test_a_framework_goes_into_an_empty_plan_as_it_was(plan, drawn):
    """Without ids, into another plan: everything is made anew, and its export says the same."""
    with pytest.raises(TakenBack), transaction.atomic():
        drawn = tidied(drawn)
        build(plan, drawn)
        book, before = Book(plan), content_of(plan, ids=False)
        empty = make_plan("XX-COPY", country="XX", **drawn[0])
        for key, page in book.pages.items():
            for number in range(3, page.max_row + 1) if key else ():
                page.cell(number, 1).value = page.cell(number, 2).value = None
        del book.book["_meta"], book.book[book.pages.pop("plan").title]
        book.plan = empty
        assert errors(book.compared()) == {}
        book.applied()
        after = content_of(empty, ids=False)
        for key in set(before) - {"plan"}:
            assert after[key] == before[key], key
        assert written(book.compared()) == []
        raise TakenBack


def tidied(drawn):
    """What the forms let through: no figures on qualitative indicators, no percentages over 100, no doubled names."""
    texts, rows, names, years, leads, sheets, level, targets, categories = drawn
    for sheet in sheets:
        sheet["type"] = "count"
    return (
        texts,
        rows,
        [f"Pillar {index}" for index in range(len(names))],
        years,
        leads,
        sheets,
        level,
        targets,
        [one for one in categories if not one[3]],
    )
