"""The paths of the framework: plans, their logframe, people and rounds; institutions."""

from django.urls import path

from frameworks.views.activities import ActivityEdit, ActivityPage
from frameworks.views.gaps import PlanGaps
from frameworks.views.indicators import IndicatorEdit, IndicatorNew, IndicatorPage
from frameworks.views.institutions import InstitutionEdit, InstitutionList, InstitutionNew, InstitutionPage
from frameworks.views.people import (
    MembershipEnd,
    PersonLink,
    PlanPeople,
    SeatAssign,
    SeatClose,
    SeatNew,
    SetPassword,
)
from frameworks.views.plans import PlanEdit, PlanList, PlanNew, PlanPage
from frameworks.views.rounds import (
    PlanRounds,
    RoundClose,
    RoundEdit,
    RoundNew,
    RoundOpen,
    RoundPage,
    RoundPublish,
)

urlpatterns = [
    path("plans/", PlanList.as_view(), name="plans"),
    path("plans/new/", PlanNew.as_view(), name="plan_new"),
    path("plans/<str:code>/", PlanPage.as_view(), name="plan"),
    path("plans/<str:code>/edit/", PlanEdit.as_view(), name="plan_edit"),
    path("plans/<str:code>/gaps/", PlanGaps.as_view(), name="plan_gaps"),
    path("plans/<str:code>/activities/<str:acode>/", ActivityPage.as_view(), name="activity"),
    path("plans/<str:code>/activities/<str:acode>/edit/", ActivityEdit.as_view(), name="activity_edit"),
    path(
        "plans/<str:code>/activities/<str:acode>/indicators/new/",
        IndicatorNew.as_view(),
        name="indicator_new",
    ),
    path("plans/<str:code>/indicators/<str:icode>/", IndicatorPage.as_view(), name="indicator"),
    path("plans/<str:code>/indicators/<str:icode>/edit/", IndicatorEdit.as_view(), name="indicator_edit"),
    path("plans/<str:code>/people/", PlanPeople.as_view(), name="plan_people"),
    path("plans/<str:code>/people/seats/new/", SeatNew.as_view(), name="seat_new"),
    path("plans/<str:code>/people/seats/<int:pk>/assign/", SeatAssign.as_view(), name="seat_assign"),
    path("plans/<str:code>/people/seats/<int:pk>/close/", SeatClose.as_view(), name="seat_close"),
    path("plans/<str:code>/people/terms/<int:pk>/end/", MembershipEnd.as_view(), name="membership_end"),
    path("plans/<str:code>/people/<int:pk>/link/", PersonLink.as_view(), name="person_link"),
    path("plans/<str:code>/rounds/", PlanRounds.as_view(), name="plan_rounds"),
    path("plans/<str:code>/rounds/new/", RoundNew.as_view(), name="round_new"),
    path("plans/<str:code>/rounds/<str:label>/", RoundPage.as_view(), name="round"),
    path("plans/<str:code>/rounds/<str:label>/edit/", RoundEdit.as_view(), name="round_edit"),
    path("plans/<str:code>/rounds/<str:label>/open/", RoundOpen.as_view(), name="round_open"),
    path("plans/<str:code>/rounds/<str:label>/close/", RoundClose.as_view(), name="round_close"),
    path("plans/<str:code>/rounds/<str:label>/publish/", RoundPublish.as_view(), name="round_publish"),
    path("institutions/", InstitutionList.as_view(), name="institutions"),
    path("institutions/new/", InstitutionNew.as_view(), name="institution_new"),
    # After "institutions/new/": that is no institution.
    path("institutions/<str:code>/", InstitutionPage.as_view(), name="institution"),
    path("institutions/<str:code>/edit/", InstitutionEdit.as_view(), name="institution_edit"),
    path("set-password/<str:uidb64>/<str:token>/", SetPassword.as_view(), name="set_password"),
]
