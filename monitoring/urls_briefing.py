"""Paths of budget briefings; how far one is, its page, its PDF and trying again are those of reports."""

from django.urls import path

from monitoring.views.briefing import Briefings, NewBriefing
from monitoring.views.reports import ReportFurtherFile

urlpatterns = [
    path("plans/<str:code>/briefings/", Briefings.as_view(), name="briefings"),
    path("plans/<str:code>/briefings/new/", NewBriefing.as_view(), name="briefing_new"),
    path(
        "reports/<uuid:public_id>/file.<str:format>", ReportFurtherFile.as_view(), name="report_further_file"
    ),
]
