from django.urls import path

from budgets.views.costing import CostingEdit

urlpatterns = [
    path("plans/<str:code>/activities/<str:acode>/costing/", CostingEdit.as_view(), name="costing"),
]
