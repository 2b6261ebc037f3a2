"""Paths of handover sheets."""

from django.urls import path

from monitoring.views.handover import HandoverEdit, HandoverPage, HandoverRefresh, HandoverTake

urlpatterns = [
    path("handover/<uuid:public_id>/", HandoverPage.as_view(), name="handover"),
    path("handover/<uuid:public_id>/edit/", HandoverEdit.as_view(), name="handover_edit"),
    path("handover/<uuid:public_id>/refresh/", HandoverRefresh.as_view(), name="handover_refresh"),
    path("handover/<uuid:public_id>/take/", HandoverTake.as_view(), name="handover_take"),
]
