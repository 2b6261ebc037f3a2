from django.urls import path

from frameworks.views.workbook import (
    PlanWorkbook,
    PlanWorkbookFile,
    PlanWorkbookMarked,
    PlanWorkbookPreview,
)

urlpatterns = [
    path("plans/<str:code>/workbook/", PlanWorkbook.as_view(), name="plan_workbook"),
    path("plans/<str:code>/workbook/file/", PlanWorkbookFile.as_view(), name="plan_workbook_file"),
    path(
        "plans/<str:code>/workbook/<uuid:upload>/",
        PlanWorkbookPreview.as_view(),
        name="plan_workbook_preview",
    ),
    path(
        "plans/<str:code>/workbook/<uuid:upload>/marked/",
        PlanWorkbookMarked.as_view(),
        name="plan_workbook_marked",
    ),
]
