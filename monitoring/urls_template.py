"""Paths of the reporting template that is filled in offline."""

from django.urls import path

from monitoring.views.template import (
    ReportTemplate,
    ReportTemplateFile,
    ReportTemplateMarked,
    ReportTemplatePreview,
)

_OF = "plans/<str:code>/rounds/<str:label>/my-report/<str:institution>"

urlpatterns = [
    path(f"{_OF}/template/", ReportTemplate.as_view(), name="report_template"),
    path(f"{_OF}/template.xlsx", ReportTemplateFile.as_view(), name="report_template_file"),
    path(f"{_OF}/template/<uuid:upload>/", ReportTemplatePreview.as_view(), name="report_template_preview"),
    path(f"{_OF}/template/<uuid:upload>.xlsx", ReportTemplateMarked.as_view(), name="report_template_marked"),
]
