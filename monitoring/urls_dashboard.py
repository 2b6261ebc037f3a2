from django.urls import path

from monitoring.views.dashboard import Dashboard

urlpatterns = [path("plans/<str:code>/dashboard/", Dashboard.as_view(), name="dashboard")]
