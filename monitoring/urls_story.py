"""Paths of the story of figures: history and overrides."""

from django.urls import path

from monitoring.views.story import FigureHistory, StatusOverride

urlpatterns = [
    path("plans/<str:code>/indicators/<str:icode>/figures/", FigureHistory.as_view(), name="figure_history"),
    path(
        "plans/<str:code>/indicators/<str:icode>/rounds/<str:label>/status/",
        StatusOverride.as_view(),
        name="status_override",
    ),
]
