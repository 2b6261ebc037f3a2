"""What every page has: navigation by seat, the plans to switch between, notices."""

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from budgets import (
    urls_annual,
    urls_compile,
    urls_costing,
    urls_operational,
    urls_sources,
)
from budgets import urls_workbook as urls_budget_workbook
from budgets.publication import has_published
from frameworks.models import Pillar, Plan, Role
from frameworks.permissions import Permission, has_permission, held_seats, is_everywhere, is_insider
from monitoring import urls_briefing, urls_money


def page(request):
    """Context for base.html. Bounded: two small queries (plans, pillars) for a signed-in person, one for a visitor (whether
    the plan's budget is public)."""
    user = getattr(request, "user", None)
    if user is None:
        return {"demo": settings.DEMO, "app_version": settings.VERSION}
    plan = getattr(request, "plan", None)
    plans = SimpleLazyObject(lambda: _plans_of(user))
    if plan is None and user.is_authenticated and len(plans) == 1:
        plan = plans[0]
    return {
        "demo": settings.DEMO,
        "app_version": settings.VERSION,
        "current_plan": plan,
        "plan_choices": SimpleLazyObject(lambda: _choices(plans, plan)),
        "nav": SimpleLazyObject(lambda: _nav(request, user, plan)),
        "seat_label": SimpleLazyObject(lambda: _seat_label(user, plan)),
        "tokens_url": reverse("tokens") if user.is_authenticated else None,
        "budget_is_public": SimpleLazyObject(lambda: _budget_is_public(request, plan)),
        "holds_illustrative_data": bool(plan and plan.holds_illustrative_data),
    }


def _plans_of(user):
    """The plans that somebody works in (administrators: all); visitors switch on the list of plans instead."""
    if not user.is_authenticated:
        return []
    plans = Plan.objects.visible_to(user).order_by("country", "-start_year")
    if not is_everywhere(user):
        plans = plans.filter(pk__in={seat.plan_id for seat in held_seats(user)})
    return list(plans[:30])


def _choices(plans, current):
    if len(plans) < 2:
        return []
    return [
        {"label": one.short_name, "url": one.get_absolute_url(), "current": one == current} for one in plans
    ]


def _seat_label(user, plan):
    seats = [seat for seat in held_seats(user) if plan is None or seat.plan_id in (plan.pk, None)]
    return str(Role(seats[0].role).label) if seats else ""


def _nav(request, user, plan):
    """Label, address and whether the page lies under it; only what the person may open."""
    if plan is None:
        items = [(_("Plans"), reverse("plans"))]
        return [_item(request, label, url) for label, url in items]
    code = plan.code
    items = []
    if is_insider(user, plan):
        if has_permission(user, Permission.VIEW_DASHBOARD, plan):
            items.append((_("Dashboard"), reverse("dashboard", args=[code])))
        if _holds(user, plan, Role.FOCAL_POINT):
            items.append((_("My report"), reverse("my_report_latest", args=[code])))
        items += [
            (_("Review: %(pillar)s") % {"pillar": pillar.name}, reverse("review", args=[code, pillar.code]))
            for pillar in _pillars_to_review(user, plan)
        ]
    items.append((plan.words["plan"], plan.get_absolute_url()))
    if is_insider(user, plan) or _budget_is_public(request, plan):
        items.append((_("Budget"), reverse("budget", args=[code])))
    if is_insider(user, plan):
        if has_permission(user, Permission.VIEW_REPORTS, plan):
            items.append((_("Reports"), reverse("reports", args=[code])))
        items.append((_("Rounds"), reverse("plan_rounds", args=[code])))
        items.append((_("People"), reverse("plan_people", args=[code])))
    return [_item(request, label, url) for label, url in items]


def _budget_is_public(request, plan):
    """Whether outsiders read any year of the plan's budget; asked once a request."""
    if plan is None:
        return False
    known = getattr(request, "_budget_is_public", None)
    if known is None or known[0] != plan.pk:
        known = request._budget_is_public = (plan.pk, has_published(plan))
    return known[1]


def _holds(user, plan, *roles):
    return any(seat.plan_id == plan.pk and seat.role in roles for seat in held_seats(user))


def _pillars_to_review(user, plan):
    mine = {
        seat.pillar_id
        for seat in held_seats(user)
        if seat.plan_id == plan.pk and seat.role in (Role.GOVERNMENT_CO_LEAD, Role.CSO_CO_LEAD)
    }
    return Pillar.objects.filter(pk__in=mine) if mine else []


def _item(request, label, url):
    """A page below an entry lights it up too: /plans/CODE/reports/ also for one report of the plan."""
    path = _entry_of(request)
    return {"label": label, "url": url, "current": path == url}


#: Pages that are reached from an entry of the navigation, but whose address does not begin with the entry's.
_BELONGS_TO = {
    "my_report": "my_report_latest",
    "submission_activity": "my_report_latest",
    "submission_indicators": "my_report_latest",
    "report_template": "my_report_latest",
    "report_template_preview": "my_report_latest",
    "evidence_line": "my_report_latest",
    "evidence_remove": "my_report_latest",
    "place_pick": "my_report_latest",
    "report": "reports",
    "round": "plan_rounds",
    "round_new": "plan_rounds",
    "round_edit": "plan_rounds",
    "round_publish": "plan_rounds",
    "round_group_new": "plan_rounds",
    "round_group_edit": "plan_rounds",
    "round_group_remove": "plan_rounds",
    "round_exception_new": "plan_rounds",
    "round_exception_end": "plan_rounds",
    "seat_new": "plan_people",
    "seat_assign": "plan_people",
    "handover": "plan_people",
    "handover_edit": "plan_people",
}


#: All pages of the money lie under the entry of the budget; a new one does by itself.
_OF_THE_MONEY = {
    pattern.name
    for module in (
        urls_annual,
        urls_compile,
        urls_costing,
        urls_operational,
        urls_sources,
        urls_budget_workbook,
        urls_money,
        urls_briefing,
    )
    for pattern in module.urlpatterns
}


def _entry_of(request):
    """The address of the entry that a page lies under. What belongs to no other entry is part of the plan itself."""
    match, plan = request.resolver_match, getattr(request, "plan", None)
    if match is None or plan is None:
        return request.path
    if match.url_name in _OF_THE_MONEY:
        is_there = is_insider(request.user, plan) or _budget_is_public(request, plan)
        return reverse("budget", args=[plan.code]) if is_there else plan.get_absolute_url()
    if match.url_name in _BELONGS_TO:
        return reverse(_BELONGS_TO[match.url_name], args=[plan.code])
    own = {"dashboard", "my_report_latest", "review", "reports", "plan_rounds", "plan_people", "submission"}
    inside = request.path.startswith(plan.get_absolute_url())
    return plan.get_absolute_url() if inside and match.url_name not in own else request.path
