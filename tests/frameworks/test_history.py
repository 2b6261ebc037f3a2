"""Who changed what: read back from pghistory's event tables, with removals."""

from decimal import Decimal

import pghistory
import pytest

from frameworks.history import Source, changes_of, last_change, version_of
from frameworks.models import Activity, Indicator, Lead, Plan, Target
from frameworks.models.indicator import ResponsibleInstitution
from tests.world import make_plan

pytestmark = pytest.mark.django_db


def sources(indicator):
    return [
        Source(Indicator, {"pgh_obj": indicator.pk}),
        Source(Target, {"indicator": indicator.pk}, label=lambda event: "Target", whole=True),
        Source(
            ResponsibleInstitution, {"indicator": indicator.pk}, label=lambda event: "Reporter", whole=True
        ),
    ]


def step(reason, *of):
    """The change with that reason: all of a test is one transaction, so that all its changes bear one time."""
    return next(change for change in changes_of(*of) if change.reason == reason)


def lines(change):
    return [(line.label, line.old, line.new) for line in change.lines]


def test_fields_old_and_new_with_who_and_why(world):
    one = world.indicators["i111a"]
    with pghistory.context(user=world.secretariat.pk, reason="A survey"):
        one.baseline_numerator, one.direction, one.counts_people = Decimal("18.500"), "decrease", True
        one.definition = "In office"
        one.save()
    change = step("A survey", *sources(one))
    assert change.who == "secretariat"
    assert lines(change) == [
        ("Definition", None, "In office"),
        ("Counts people", "no", "yes"),
        ("Direction", "Increase", "Decrease"),
        ("Baseline numerator", "21", "18.5"),
    ]


def test_one_step_is_one_entry_however_many_rows(world):
    one = world.indicators["i111a"]
    with pghistory.context(user=world.secretariat.pk, reason="Together"):
        Indicator.objects.filter(pk=one.pk).update(unit="chiefs")
        Target.objects.filter(indicator=one).update(value=40)
        one.responsible.add(world.mae)
    assert lines(step("Together", *sources(one))) == [
        ("Unit", "women", "chiefs"),
        ("Target: Target", "30", "40"),
        ("Reporter", None, "MAE"),
    ]


def test_removals_are_kept(world):
    one = world.indicators["i111a"]
    one.responsible.add(world.mae)
    with pghistory.context(user=world.secretariat.pk, reason="Dropped"):
        one.targets.all().delete()
        one.responsible.clear()
    removed = {label: old for label, old, new in lines(step("Dropped", *sources(one))) if new is None}
    assert "Target: 30" in removed["Target"]
    assert removed["Reporter"] == "MAE"


def test_links_are_shown_by_name_also_when_gone(world):
    lead = Lead.objects.get(activity=world.activities["a112"])
    source = Source(Lead, {"activity": lead.activity_id}, label=lambda event: "Lead", whole=True)
    with pghistory.context(user=world.secretariat.pk):
        lead.institution = world.mssi
        lead.save()
    assert lines(last_change(source)) == [("Lead: Institution", "MAE", "MSSI")]


def test_years_and_long_histories(world):
    activity = world.activities["a111"]
    for number in range(9):
        with pghistory.context(user=world.secretariat.pk, reason=f"Step {number}"):
            Activity.objects.filter(pk=activity.pk).update(years=[2024, 2025 + number % 3])
    changes = changes_of(Source(Activity, {"pgh_obj": activity.pk}), limit=3)
    assert [change.reason for change in changes] == ["Step 8", "Step 7", "Step 6"]
    assert lines(changes[0]) == [("Years", "2024, 2026", "2024, 2027")]


def test_a_write_without_a_person_is_the_system_s(world):
    Plan.objects.filter(pk=world.plan.pk).update(title="By command")
    assert last_change(Source(Plan, {"pgh_obj": world.plan.pk})).who == "the system"


def test_making_something_is_told_in_a_word(world):
    change = changes_of(Source(Plan, {"pgh_obj": world.plan.pk}))[-1]
    assert change.is_creation
    assert change.lines == []


def test_nothing_recorded(world):
    assert changes_of(Source(Plan, {"pgh_obj": 0})) == []
    assert last_change(Source(Plan, {"pgh_obj": 0})) is None


def test_a_version_differs_after_any_change_and_only_then(world):
    one = world.indicators["i111a"]
    first = version_of(*sources(one))
    make_plan("OTHER")
    assert version_of(*sources(one)) == first
    Indicator.objects.filter(pk=one.pk).update(unit=one.unit)  # the same words again are no change
    assert version_of(*sources(one)) == first
    seen = {first}
    for change in (
        lambda: Indicator.objects.filter(pk=one.pk).update(unit="x"),
        lambda: Target.objects.filter(indicator=one).update(value=5),
        lambda: one.responsible.add(world.mae),
        lambda: Target.objects.filter(indicator=one).delete(),
        lambda: one.responsible.clear(),
    ):
        change()
        seen.add(version_of(*sources(one)))
    assert len(seen) == 6


def test_the_number_of_queries_does_not_grow(world, django_assert_num_queries):
    one = world.indicators["i111a"]
    one.responsible.add(world.mae)
    with pghistory.context(user=world.secretariat.pk):
        Indicator.objects.filter(pk=one.pk).update(unit="x")
    with django_assert_num_queries(8):
        changes_of(*sources(one))
    for number in range(8):
        with pghistory.context(user=world.administrator.pk):
            Indicator.objects.filter(pk=one.pk).update(unit=f"x{number}")
            one.responsible.add(world.mssi)
            one.responsible.remove(world.mssi)
    with django_assert_num_queries(8):
        changes_of(*sources(one))
