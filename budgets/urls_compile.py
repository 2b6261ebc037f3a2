from django.urls import path

from budgets.views.compile import Budget, BudgetFile, BudgetLines, BudgetLinesFile
from budgets.views.publication import BudgetPublish, BudgetUnpublish

urlpatterns = [
    path("plans/<str:code>/budget/", Budget.as_view(), name="budget"),
    path("plans/<str:code>/budget/table.csv", BudgetFile.as_view(), name="budget_file"),
    path("plans/<str:code>/budget/lines/", BudgetLines.as_view(), name="budget_lines"),
    path("plans/<str:code>/budget/lines.csv", BudgetLinesFile.as_view(), name="budget_lines_file"),
    path("plans/<str:code>/budget/<int:year>/publish/", BudgetPublish.as_view(), name="budget_publish"),
    path("plans/<str:code>/budget/<int:year>/unpublish/", BudgetUnpublish.as_view(), name="budget_unpublish"),
]
