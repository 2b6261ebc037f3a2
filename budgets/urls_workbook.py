from django.urls import path

from budgets.views.workbook import (
    BudgetWorkbook,
    BudgetWorkbookFile,
    BudgetWorkbookMarked,
    BudgetWorkbookPreview,
    BudgetWorkbooks,
    OfficialLines,
)

BASE = "plans/<str:code>/operational-plans/workbook/"
ONE = f"{BASE}<str:institution>/<int:year>/"

urlpatterns = [
    path(BASE, BudgetWorkbooks.as_view(), name="budget_workbooks"),
    path(f"{BASE}lines/", OfficialLines.as_view(), name="budget_workbook_lines"),
    path(ONE, BudgetWorkbook.as_view(), name="budget_workbook"),
    path(f"{ONE}file/", BudgetWorkbookFile.as_view(), name="budget_workbook_file"),
    path(f"{ONE}<uuid:upload>/", BudgetWorkbookPreview.as_view(), name="budget_workbook_preview"),
    path(f"{ONE}<uuid:upload>/marked/", BudgetWorkbookMarked.as_view(), name="budget_workbook_marked"),
]
