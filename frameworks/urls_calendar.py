"""Paths of a round's own dates: groups of institutions, and exceptions."""

urlpatterns = []
