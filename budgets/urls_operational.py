from django.urls import path

from budgets.views.operational import OperationalGaps, OperationalPlanBegin, OperationalPlans
from budgets.views.operational_edit import ActionEdit, ActionRemove, LineEdit, LineRemove
from budgets.views.operational_plan import (
    OperationalLinesFromCosts,
    OperationalNote,
    OperationalPlanPage,
    OperationalPlanStep,
)

BASE = "plans/<str:code>/operational-plans/"
ONE = f"{BASE}<int:opid>/"

urlpatterns = [
    path(BASE, OperationalPlans.as_view(), name="operational_plans"),
    path(f"{BASE}begin/", OperationalPlanBegin.as_view(), name="operational_plan_begin"),
    path(f"{BASE}gaps/", OperationalGaps.as_view(), name="operational_gaps"),
    path(ONE, OperationalPlanPage.as_view(), name="operational_plan"),
    path(f"{ONE}note/", OperationalNote.as_view(), name="operational_note"),
    path(f"{ONE}steps/<str:step>/", OperationalPlanStep.as_view(), name="operational_plan_step"),
    path(f"{ONE}actions/new/", ActionEdit.as_view(), name="operational_action_new"),
    path(f"{ONE}actions/<int:aid>/", ActionEdit.as_view(), name="operational_action"),
    path(f"{ONE}actions/<int:aid>/remove/", ActionRemove.as_view(), name="operational_action_remove"),
    path(f"{ONE}lines/new/", LineEdit.as_view(), name="budget_line_new"),
    path(f"{ONE}lines/from-costs/", OperationalLinesFromCosts.as_view(), name="budget_lines_from_costs"),
    path(f"{ONE}lines/<int:lid>/", LineEdit.as_view(), name="budget_line"),
    path(f"{ONE}lines/<int:lid>/remove/", LineRemove.as_view(), name="budget_line_remove"),
]
