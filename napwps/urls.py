"""Composition only: each app keeps its own paths."""

from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from frameworks.styleguide import styleguide
from frameworks.views.account import RevokeToken, Tokens
from napwps.outbox import Outbox
from napwps.views import Home, SignIn, healthz

#: Each slice of an app keeps its paths in a file of its own. Before those of the app itself: "plans/compare/" is no plan,
#: "submissions/12/comments/" no step of a submission.
FRAMEWORKS = [
    "structure",
    "context",
    "coordination",
    "crosswalk",
    "workbook",
    "import",
    "calendar",
    "places",
    "mail",
]
BUDGETS = ["costing", "operational", "annual", "sources", "compile", "workbook"]
MONITORING = [
    "parts",
    "evidence",
    "autosave",
    "template",
    "discussion",
    "handover",
    "reminders",
    "story",
    "money",
    "briefing",
]

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("healthz/", healthz, name="healthz"),
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("account/tokens/", Tokens.as_view(), name="tokens"),
    path("account/tokens/<str:key>/revoke/", RevokeToken.as_view(), name="token_revoke"),
    *(path("", include(f"frameworks.urls_{part}")) for part in FRAMEWORKS),
    path("", include("frameworks.urls")),
    *(path("", include(f"budgets.urls_{part}")) for part in BUDGETS),
    *(path("", include(f"monitoring.urls_{part}")) for part in MONITORING),
    path("", include("monitoring.urls")),
    path("", include("monitoring.urls_reports")),
    path("", include("monitoring.urls_dashboard")),
    path("demo/outbox/", Outbox.as_view(), name="demo_outbox"),
    path("api/", include("napwps.urls_api")),
]
if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
