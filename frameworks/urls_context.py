from django.urls import path

from frameworks.views.compare import PlanCompare
from frameworks.views.context import (
    AssumptionAnswer,
    AssumptionEdit,
    AssumptionMove,
    AssumptionNew,
    AssumptionRetire,
    PlanAssumptions,
    PlanThemes,
    ThemeNew,
)
from frameworks.views.revisions import PlanRevisions, PlanRevisionsFile

urlpatterns = [
    path("plans/<str:code>/assumptions/", PlanAssumptions.as_view(), name="plan_assumptions"),
    path("plans/<str:code>/assumptions/new/", AssumptionNew.as_view(), name="assumption_new"),
    path("plans/<str:code>/assumptions/<int:pk>/edit/", AssumptionEdit.as_view(), name="assumption_edit"),
    path("plans/<str:code>/assumptions/<int:pk>/move/", AssumptionMove.as_view(), name="assumption_move"),
    path(
        "plans/<str:code>/assumptions/<int:pk>/retire/", AssumptionRetire.as_view(), name="assumption_retire"
    ),
    path(
        "plans/<str:code>/assumptions/<int:pk>/<int:year>/",
        AssumptionAnswer.as_view(),
        name="assumption_answer",
    ),
    path("plans/<str:code>/themes/", PlanThemes.as_view(), name="plan_themes"),
    path("plans/<str:code>/themes/new/", ThemeNew.as_view(), name="theme_new"),
    path("plans/<str:code>/changes/", PlanRevisions.as_view(), name="plan_revisions"),
    path("plans/<str:code>/changes.csv", PlanRevisionsFile.as_view(), name="plan_revisions_file"),
    path("plans/<str:code>/compare/", PlanCompare.as_view(), name="plan_compare"),
]
