"""The front door: the public's page, and for people who sign in the way to their own first screen."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as refuse_without_token
from django.views.generic import TemplateView

from frameworks.countries import country_name
from frameworks.models import Pillar, Plan, Role
from frameworks.permissions import held_seats
from monitoring.dashboards import published_progress
from monitoring.kept import is_from_here, pack_sent, send_again, sign_in_and_keep, unpack
from napwps.demo.people import ACCOUNTS, password


def healthz(request):
    """For load balancers and bin/demo: the web process answers."""
    return HttpResponse("ok", content_type="text/plain")


class SignIn(LoginView):
    """Sign-in by e-mail address. In the demo, and only there, the page lists the people to be."""

    template_name = "account/sign_in.html"

    def form_valid(self, form):
        """After signing in: what the same person had sent while signed out is offered to be sent again."""
        answer = super().form_valid(form)
        kept = unpack(self.request.POST.get("kept", ""))
        if kept and kept.by == str(self.request.user.pk):
            return send_again(self.request, kept)
        if kept:
            messages.warning(
                self.request,
                _("What had been typed before was not saved: the page was opened by somebody else."),
            )
        return answer

    def get_context_data(self, **kwargs):
        kwargs["kept"] = self.request.POST.get("kept", "")
        if settings.DEMO:
            kwargs |= {
                "demo_password": password(),
                "demo_people": [
                    {"label": account.display_name, "username": account.email, "note": account.look_at}
                    for account in ACCOUNTS
                ],
            }
        return super().get_context_data(**kwargs)


#: The pages whose boxes are not to be lost when their token is an old one (somebody signed in again in another tab).
_DRAFTS = {"submission_activity", "submission_indicators"}


def csrf_failure(request, reason=""):
    """A form without a valid token: refused. A draft of this site's own pages is kept, for the person whose it is."""
    name = request.resolver_match.url_name if is_from_here(request) else ""
    if name in {f"{draft}_autosave" for draft in _DRAFTS}:
        return JsonResponse({"csrf": get_token(request)}, status=403)
    if name in _DRAFTS:
        if not request.user.is_authenticated:
            return sign_in_and_keep(request)
        kept = unpack(pack_sent(request))
        if kept and kept.by == str(request.user.pk):
            return send_again(request, kept)
    return refuse_without_token(request, reason=reason)


class Home(TemplateView):
    """Visitors: what is published, plan by plan. Signed in: straight to what the seat is for."""

    template_name = "home.html"

    def get(self, request, *args, **kwargs):
        first_screen = _first_screen(request.user)
        return redirect(first_screen) if first_screen else super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        plans = (
            Plan.objects.visible_to(self.request.user)
            .filter(is_public=True)
            .order_by("country", "-start_year")
        )
        cards = published_progress(plans)
        for card in cards:
            card["country"] = country_name(card["plan"].country)
        others = [card for card in cards if card["round"] is None]
        return super().get_context_data(cards=cards, others=others, **kwargs)


def _first_screen(user):
    """Where the most demanding seat of a person begins; None for visitors and people without a seat."""
    seats = held_seats(user)
    if not seats:
        return None
    plans = dict(Plan.objects.filter(pk__in={seat.plan_id for seat in seats}).values_list("pk", "code"))
    for roles, target in (
        (
            (Role.SECRETARIAT, Role.STEERING_COMMITTEE, Role.MONITORING_TEAM),
            lambda seat, code: reverse("dashboard", args=[code]),
        ),
        ((Role.FOCAL_POINT,), lambda seat, code: reverse("my_report_latest", args=[code])),
        ((Role.GOVERNMENT_CO_LEAD, Role.CSO_CO_LEAD), _review_of),
    ):
        for seat in seats:
            if seat.role in roles:
                return target(seat, plans[seat.plan_id])
    for seat in seats:
        if seat.plan_id:
            return reverse("plan", args=[plans[seat.plan_id]])
    return reverse("plans")


def _review_of(seat, code):
    return reverse("review", args=[code, Pillar.objects.get(pk=seat.pillar_id).code])
