"""Paths of the tree of places."""

from django.urls import path

from frameworks.views.places import PlaceDelete, PlaceEdit, PlaceEnd, PlaceList, PlaceNew, PlacePage
from frameworks.views.places_import import PlacesFile, PlacesImport, PlacesImportPreview

urlpatterns = [
    path("places/", PlaceList.as_view(), name="places"),
    path("places/new/", PlaceNew.as_view(), name="place_new"),
    path("places/export/", PlacesFile.as_view(), name="places_file"),
    path("places/import/", PlacesImport.as_view(), name="places_import"),
    path("places/import/<uuid:key>/", PlacesImportPreview.as_view(), name="places_import_preview"),
    path("places/<str:country>/<str:code>/", PlacePage.as_view(), name="place"),
    path("places/<str:country>/<str:code>/edit/", PlaceEdit.as_view(), name="place_edit"),
    path("places/<str:country>/<str:code>/end/", PlaceEnd.as_view(), name="place_end"),
    path("places/<str:country>/<str:code>/delete/", PlaceDelete.as_view(), name="place_delete"),
]
