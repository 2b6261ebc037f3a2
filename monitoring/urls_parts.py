"""Paths of jointly led activities."""

urlpatterns = []
