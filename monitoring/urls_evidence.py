"""Paths of evidence (files and links of reported figures), and of choosing their smaller places."""

from django.urls import path

from monitoring.views.evidence import EvidenceFile, EvidenceLine, EvidenceRemove
from monitoring.views.places import PlacePick

urlpatterns = [
    path("submissions/<int:pk>/evidence/<str:line>/", EvidenceLine.as_view(), name="evidence_line"),
    path("submissions/<int:pk>/places/<int:indicator>/", PlacePick.as_view(), name="place_pick"),
    path("evidence/<uuid:public_id>/", EvidenceFile.as_view(), name="evidence_file"),
    path("evidence/<uuid:public_id>/remove/", EvidenceRemove.as_view(), name="evidence_remove"),
]
