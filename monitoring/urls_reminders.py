"""Paths of reminders."""

from django.urls import path

from monitoring.views.reminders import Remind, RemindAll

urlpatterns = [
    path("plans/<str:code>/rounds/<str:label>/remind/", RemindAll.as_view(), name="round_remind_all"),
    path(
        "plans/<str:code>/rounds/<str:label>/remind/<str:institution>/",
        Remind.as_view(),
        name="round_remind",
    ),
]
