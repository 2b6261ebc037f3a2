"""Paths of the reporting template that is filled in offline."""

urlpatterns = []
