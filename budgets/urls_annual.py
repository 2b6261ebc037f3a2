"""The annual plans of the working groups, and the steering committee's decisions on them."""

from django.urls import path

from budgets.views.annual import (
    AnnualPlanAction,
    AnnualPlanBegin,
    AnnualPlanEdit,
    AnnualPlanPage,
    AnnualPlans,
    AnnualPlanVersions,
)
from budgets.views.deciding import AnnualPlanDecide

ONE = "plans/<str:code>/annual-plans/<str:pcode>/<int:year>/"

urlpatterns = [
    path("plans/<str:code>/annual-plans/", AnnualPlans.as_view(), name="annual_plans"),
    path(ONE, AnnualPlanPage.as_view(), name="annual_plan"),
    path(f"{ONE}begin/", AnnualPlanBegin.as_view(), name="annual_plan_begin"),
    path(f"{ONE}edit/", AnnualPlanEdit.as_view(), name="annual_plan_edit"),
    path(f"{ONE}versions/", AnnualPlanVersions.as_view(), name="annual_plan_versions"),
    path(f"{ONE}decide/", AnnualPlanDecide.as_view(), name="annual_plan_decide"),
    path(f"{ONE}steps/<str:action>/", AnnualPlanAction.as_view(), name="annual_plan_action"),
]
