"""Paths of drafts that save themselves."""

from django.urls import path

from monitoring.views.autosave import AutosaveActivity, AutosaveIndicators

urlpatterns = [
    path(
        "submissions/<int:pk>/activities/<str:acode>/autosave/",
        AutosaveActivity.as_view(),
        name="submission_activity_autosave",
    ),
    path(
        "submissions/<int:pk>/indicators/autosave/",
        AutosaveIndicators.as_view(),
        name="submission_indicators_autosave",
    ),
]
