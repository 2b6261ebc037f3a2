"""Paths of evidence."""

urlpatterns = []
