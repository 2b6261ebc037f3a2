"""Paths of reminders."""

urlpatterns = []
