"""The crosswalk of a plan, and the external frameworks that it refers to."""

from django.urls import path

from frameworks.views.crosswalk import (
    PlanCrosswalk,
    PlanCrosswalkFramework,
    ProvisionLinkThings,
    ProvisionPage,
    ThingProvisions,
)
from frameworks.views.external_frameworks import (
    ExternalFrameworkEdit,
    ExternalFrameworkNew,
    ExternalFrameworkRemove,
    ExternalFrameworks,
    StandardFrameworks,
)

urlpatterns = [
    path("plans/<str:code>/crosswalk/", PlanCrosswalk.as_view(), name="plan_crosswalk"),
    path(
        "plans/<str:code>/crosswalk/of/<str:level>/<str:tcode>/",
        ThingProvisions.as_view(),
        name="provision_links",
    ),
    path(
        "plans/<str:code>/crosswalk/<str:fcode>/",
        PlanCrosswalkFramework.as_view(),
        name="plan_crosswalk_framework",
    ),
    path(
        "plans/<str:code>/crosswalk/<str:fcode>/<str:vcode>/",
        ProvisionPage.as_view(),
        name="plan_crosswalk_provision",
    ),
    path(
        "plans/<str:code>/crosswalk/<str:fcode>/<str:vcode>/link/",
        ProvisionLinkThings.as_view(),
        name="provision_link",
    ),
    path("external-frameworks/", ExternalFrameworks.as_view(), name="external_frameworks"),
    path("external-frameworks/new/", ExternalFrameworkNew.as_view(), name="external_framework_new"),
    path("external-frameworks/standard/", StandardFrameworks.as_view(), name="external_frameworks_standard"),
    path(
        "external-frameworks/<str:fcode>/edit/",
        ExternalFrameworkEdit.as_view(),
        name="external_framework_edit",
    ),
    path(
        "external-frameworks/<str:fcode>/remove/",
        ExternalFrameworkRemove.as_view(),
        name="external_framework_remove",
    ),
]
