"""Paths of the tree of places."""

urlpatterns = []
