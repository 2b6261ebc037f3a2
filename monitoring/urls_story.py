"""Paths of the story of figures: history and overrides."""

urlpatterns = []
