from django.urls import path

from frameworks.views.import_columns import PlanImportColumns
from frameworks.views.importing import PlanImport, PlanImportPreview, PlanImportProgress

urlpatterns = [
    path("plans/<str:code>/import/", PlanImport.as_view(), name="plan_import"),
    path("plans/<str:code>/import/<uuid:upload>/", PlanImportPreview.as_view(), name="plan_import_preview"),
    path(
        "plans/<str:code>/import/<uuid:upload>/columns/",
        PlanImportColumns.as_view(),
        name="plan_import_columns",
    ),
    path(
        "plans/<str:code>/import/<uuid:upload>/progress/",
        PlanImportProgress.as_view(),
        name="plan_import_progress",
    ),
]
