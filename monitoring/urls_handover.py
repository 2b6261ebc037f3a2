"""Paths of handover sheets."""

urlpatterns = []
