"""Paths of mail: what a person wants, and unsubscribing."""

urlpatterns = []
