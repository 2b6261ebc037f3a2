"""What the framework does around plans and budgets: nothing is torn from its pillar, nothing planned disappears."""

import pytest
from django.core.exceptions import ValidationError

from budgets.models import BudgetLine, OperationalAction, OperationalPlan
from frameworks.models import Activity, Goal, Output
from frameworks.operations.merging import merge
from frameworks.operations.retiring import delete
from frameworks.operations.structure import delete_pillar
from tests.budgets.money_world import make_line, make_operational_plan, make_source
from tests.pages import Visitor
from tests.world import NOW, make_activity, make_institution, make_pillar

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(world):
    """SEI plans an action under 1.1.1, in a draft; MAE has a line on 1.1.2."""
    plan = make_operational_plan(world.activities["a111"], world.sei, state="draft")
    OperationalAction.objects.create(operational_plan=plan, activity=world.activities["a111"], title="Train")
    make_line(
        world.activities["a112"],
        world.mae,
        make_source(world.plan),
        reference="A",
        drafted="5",
        state="draft",
    )
    return world


def visit(world, path):
    return Visitor(world.secretariat).open(f"/plans/{world.plan.code}/{path}")


@pytest.mark.parametrize(
    ("path", "field", "parent", "codes"),
    [
        ("goals/1/edit/", "pillar", lambda world: world.prevention, "1.1.1, 1.1.2"),
        ("outputs/1.1/edit/", "goal", lambda world: Goal.objects.get(code="2"), "1.1.1, 1.1.2"),
        ("activities/1.1.2/edit/", "output", lambda world: Output.objects.get(code="2.1"), "1.1.2"),
    ],
)
def test_what_is_planned_stays_in_its_pillar(planned, path, field, parent, codes):
    page = visit(planned, path).press("Save", **{field: str(parent(planned).pk)})
    assert f"institutions have already planned or budgeted for {codes}. Retire it here" in page.text
    assert page.page.xpath("//ul[@class='field-error']/@id") == [f"id_{field}_error"]
    assert Activity.objects.get(code="1.1.2").output.goal.pillar == planned.participation


def test_within_its_pillar_it_moves(planned):
    make_activity(planned.participation, "1.2.1")
    other = Output.objects.get(code="1.2")
    visit(planned, "activities/1.1.1/edit/").press("Save", output=str(other.pk))
    assert Activity.objects.get(code="1.1.1").output == other


def test_what_nobody_plans_moves_to_another_pillar(planned):
    moved = make_activity(planned.participation, "1.1.9")
    visit(planned, "activities/1.1.9/edit/").press("Save", output=str(Output.objects.get(code="2.1").pk))
    moved.refresh_from_db()
    assert moved.output.code == "2.1"


@pytest.mark.parametrize("code", ["1.1.1", "1.1.2"])
def test_what_is_planned_is_not_deleted(planned, code):
    activity = Activity.objects.get(code=code)
    activity.indicators.all().delete()
    page = visit(planned, f"parts/activity/{code}/delete/")
    assert "Institutions have planned or budgeted for it." in page.text
    assert "Delete" not in page.buttons()
    with pytest.raises(ValidationError, match="cannot be deleted, only retired"):
        delete(row=activity, reason="Mistake", by=planned.secretariat)


def test_a_pillar_with_plans_is_kept_in_words(world):
    pillar = make_pillar(world.plan, "P9", "Learning")
    OperationalPlan.objects.create(plan=world.plan, institution=world.sei, pillar=pillar, year=2025)
    with pytest.raises(ValidationError, match="operational or annual plans exist on this pillar"):
        delete_pillar(pillar=pillar, reason="", by=world.secretariat)


def test_a_merger_leaves_plans_where_they_are_and_nobody_loses_them(world):
    gone = make_institution("MI")
    source = make_source(world.plan)
    line = make_line(world.activities["a112"], gone, source, state="draft", drafted="5")
    merge(source=gone, target=world.mae, reason="Entered twice.", by=world.secretariat, at=NOW)
    assert BudgetLine.objects.get(pk=line.pk).operational_plan.institution == gone
    assert list(OperationalPlan.objects.visible_to(world.focal_mae)) == [line.operational_plan]
    assert list(OperationalPlan.objects.budgeted_by(world.focal_mae)) == [line.operational_plan]
    assert list(BudgetLine.objects.budgeted_by(world.focal_mae)) == [line]
    assert not OperationalPlan.objects.visible_to(world.focal_sei).exists()
