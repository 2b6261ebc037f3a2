"""Paths of comments, ratings and verification."""

urlpatterns = []
