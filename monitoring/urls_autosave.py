"""Paths of drafts that save themselves."""

urlpatterns = []
