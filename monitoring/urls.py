"""Paths of reporting and review. Reports and the dashboard have theirs below, each added as lines of its own."""

from django.urls import path

from monitoring.views.drafts import ActivityPage, IndicatorsPage
from monitoring.views.reporting import LatestReport, MyReport
from monitoring.views.review import ReviewPage
from monitoring.views.submission import SubmissionPage
from monitoring.views.submission_steps import SubmissionAction

urlpatterns = [
    path("plans/<str:code>/my-report/", LatestReport.as_view(), name="my_report_latest"),
    path("plans/<str:code>/rounds/<str:label>/my-report/", MyReport.as_view(), name="my_report"),
    path("plans/<str:code>/pillars/<str:pcode>/review/", ReviewPage.as_view(), name="review"),
    path("submissions/<int:pk>/", SubmissionPage.as_view(), name="submission"),
    path("submissions/<int:pk>/indicators/", IndicatorsPage.as_view(), name="submission_indicators"),
    path("submissions/<int:pk>/activities/<str:acode>/", ActivityPage.as_view(), name="submission_activity"),
    path("submissions/<int:pk>/<str:action>/", SubmissionAction.as_view(), name="submission_action"),
]
