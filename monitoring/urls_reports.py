"""Paths of reports."""

from django.urls import path

from monitoring.views.reports import NewReport, ReportFile, ReportPage, Reports, ReportStatus, RetryReport

urlpatterns = [
    path("plans/<str:code>/reports/", Reports.as_view(), name="reports"),
    path("plans/<str:code>/reports/new/", NewReport.as_view(), name="report_new"),
    path("reports/<uuid:public_id>/", ReportPage.as_view(), name="report"),
    path("reports/<uuid:public_id>/status/", ReportStatus.as_view(), name="report_status"),
    path("reports/<uuid:public_id>/file/", ReportFile.as_view(), name="report_file"),
    path("reports/<uuid:public_id>/retry/", RetryReport.as_view(), name="report_retry"),
]
