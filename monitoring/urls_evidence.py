"""Paths of evidence: files and links of reported figures."""

from django.urls import path

from monitoring.views.evidence import EvidenceFile, EvidenceLine, EvidenceRemove

urlpatterns = [
    path("submissions/<int:pk>/evidence/<str:line>/", EvidenceLine.as_view(), name="evidence_line"),
    path("evidence/<uuid:public_id>/", EvidenceFile.as_view(), name="evidence_file"),
    path("evidence/<uuid:public_id>/remove/", EvidenceRemove.as_view(), name="evidence_remove"),
]
