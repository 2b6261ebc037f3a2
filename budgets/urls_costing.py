"""The paths of the costing: the whole of it, and the estimates of one activity or output."""

from django.urls import path

from budgets.views.costing import CostingEdit, OutputCostingEdit
from budgets.views.costings import Costings, CostingsFile

PLAN = "plans/<str:code>"

urlpatterns = [
    path(f"{PLAN}/costing/", Costings.as_view(), name="costings"),
    path(f"{PLAN}/costing.csv", CostingsFile.as_view(), name="costings_file"),
    path(f"{PLAN}/activities/<str:acode>/costing/", CostingEdit.as_view(), name="costing"),
    path(f"{PLAN}/outputs/<str:ocode>/costing/", OutputCostingEdit.as_view(), name="output_costing"),
]
