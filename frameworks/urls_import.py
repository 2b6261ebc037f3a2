from django.urls import path

from frameworks.views.importing import PlanImport, PlanImportPreview

urlpatterns = [
    path("plans/<str:code>/import/", PlanImport.as_view(), name="plan_import"),
    path("plans/<str:code>/import/<uuid:upload>/", PlanImportPreview.as_view(), name="plan_import_preview"),
]
