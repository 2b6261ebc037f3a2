"""The paths of the results chain's parts: making, changing, moving, retiring them, and the schedule."""

from django.urls import path

from frameworks.views.activities import ActivityNew
from frameworks.views.indicators import IndicatorNew
from frameworks.views.parts import PartDelete, PartRenumber, PartRestore, PartRetire, RetiredList
from frameworks.views.schedule import PlanSchedule
from frameworks.views.structure import (
    GoalNew,
    OutputNew,
    PartEdit,
    PartPage,
    PillarDelete,
    PillarEdit,
    PillarList,
    PillarNew,
)

PLAN = "plans/<str:code>"
PART = f"{PLAN}/parts/<str:level>/<str:part>"

urlpatterns = [
    path(f"{PLAN}/schedule/", PlanSchedule.as_view(), name="plan_schedule"),
    path(f"{PLAN}/retired/", RetiredList.as_view(), name="plan_retired"),
    path(f"{PLAN}/pillars/", PillarList.as_view(), name="plan_pillars"),
    path(f"{PLAN}/pillars/new/", PillarNew.as_view(), name="pillar_new"),
    path(f"{PLAN}/pillars/<str:pcode>/edit/", PillarEdit.as_view(), name="pillar_edit"),
    path(f"{PLAN}/pillars/<str:pcode>/delete/", PillarDelete.as_view(), name="pillar_delete"),
    path(f"{PLAN}/pillars/<str:pcode>/goals/new/", GoalNew.as_view(), name="goal_new"),
    path(f"{PLAN}/goals/<str:gcode>/", PartPage.as_view(level="goal"), name="goal"),
    path(f"{PLAN}/goals/<str:gcode>/edit/", PartEdit.as_view(level="goal"), name="goal_edit"),
    path(f"{PLAN}/goals/<str:gcode>/outputs/new/", OutputNew.as_view(), name="output_new"),
    path(f"{PLAN}/goals/<str:gcode>/indicators/new/", IndicatorNew.as_view(), name="goal_indicator_new"),
    path(f"{PLAN}/outputs/<str:ocode>/", PartPage.as_view(level="output"), name="output"),
    path(f"{PLAN}/outputs/<str:ocode>/edit/", PartEdit.as_view(level="output"), name="output_edit"),
    path(f"{PLAN}/outputs/<str:ocode>/activities/new/", ActivityNew.as_view(), name="activity_new"),
    path(f"{PLAN}/outputs/<str:ocode>/indicators/new/", IndicatorNew.as_view(), name="output_indicator_new"),
    path(f"{PART}/retire/", PartRetire.as_view(), name="part_retire"),
    path(f"{PART}/restore/", PartRestore.as_view(), name="part_restore"),
    path(f"{PART}/delete/", PartDelete.as_view(), name="part_delete"),
    path(f"{PART}/renumber/", PartRenumber.as_view(), name="part_renumber"),
]
