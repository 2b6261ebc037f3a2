"""Publishing the budget of a year, and taking it back.

Unlike the figures of a round, which stand in reports from then on, a published budget can be taken back, with a reason that
stays in its history: amounts are decided anew, and what was published by mistake must not have to stay.
"""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from budgets.models import BudgetLine, BudgetYear
from frameworks.history import Source
from frameworks.models import Plan
from frameworks.permissions import Permission, require_permission
from frameworks.workflow import StateConflict


def publication_history(plan):
    """Sources for frameworks.history: which years were published and taken back, when and by whom."""
    return [
        Source(
            BudgetYear,
            {"plan": plan.pk},
            label=lambda event: _("Budget %(year)s") % {"year": event.year},
            hidden=frozenset({"year", "published_by"}),
            whole=True,
        )
    ]


def publish_year(*, plan, year, by, at):
    """Makes the approved amounts of a year public, and what was spent of it in published rounds. Returns the BudgetYear.

    Raises PermissionDenied, StateConflict (it is public already: since when and by whom), ValidationError (nothing was
    approved for that year).
    """
    require_permission(by, Permission.MANAGE_BUDGETS, plan)
    with transaction.atomic():
        found = _locked(plan, year)
        if found and found.published_at:
            raise StateConflict(
                _("%(who)s published the budget of %(year)s on %(when)s.")
                % {
                    "who": found.published_by or _("Somebody"),
                    "year": year,
                    "when": date_format(timezone.localtime(found.published_at), "DATETIME_FORMAT"),
                },
                found,
            )
        approved = BudgetLine.objects.filter(
            operational_plan__plan=plan, operational_plan__year=year, approved__isnull=False
        )
        if not approved.exists():
            raise ValidationError(
                _("Nothing has been approved for %(year)s yet: there is nothing to publish.") % {"year": year}
            )
        with pghistory.context(user=by.pk, action="publish_budget"):
            found = found or BudgetYear(plan=plan, year=year)
            found.published_at, found.published_by = at, by
            found.save()
    return found


def unpublish_year(*, plan, year, reason, by):
    """Takes a published year back: the public no longer reads it. Returns the BudgetYear.

    Raises PermissionDenied, StateConflict (it is not public), ValidationError (no reason).
    """
    require_permission(by, Permission.MANAGE_BUDGETS, plan)
    reason = reason.replace("\x00", "").strip()
    if not reason:
        raise ValidationError({"reason": _("Say why: it stands in the history.")})
    with transaction.atomic():
        found = _locked(plan, year)
        if found is None or found.published_at is None:
            raise StateConflict(_("The budget of %(year)s is not public.") % {"year": year}, found)
        with pghistory.context(user=by.pk, action="unpublish_budget", reason=reason):
            found.published_at = found.published_by = None
            found.save(update_fields=["published_at", "published_by"])
    return found


def _locked(plan, year):
    """The year's row, or None; two people at once wait for each other at the plan's row."""
    Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    rows = BudgetYear.objects.select_for_update(of=("self",)).select_related("published_by")
    return rows.filter(plan=plan, year=year).first()
