"""Bodies and seats, terms of reference, merging institutions."""

from django.urls import path

from frameworks.views.merging import InstitutionMerge
from frameworks.views.people import PeopleHistory, SeatEdit
from frameworks.views.terms import PlanTerms, Terms, TermsFile, TermsNew

urlpatterns = [
    path("plans/<str:code>/people/history/", PeopleHistory.as_view(), name="plan_people_history"),
    path("plans/<str:code>/people/seats/<int:pk>/edit/", SeatEdit.as_view(), name="seat_edit"),
    path("plans/<str:code>/terms/", PlanTerms.as_view(), name="plan_terms"),
    path("plans/<str:code>/terms/files/<uuid:terms>/", TermsFile.as_view(), name="terms_file"),
    path("plans/<str:code>/terms/<str:body>/", Terms.as_view(), name="terms"),
    path("plans/<str:code>/terms/<str:body>/new/", TermsNew.as_view(), name="terms_new"),
    path("institutions/<str:code>/merge/", InstitutionMerge.as_view(), name="institution_merge"),
]
