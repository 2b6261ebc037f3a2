"""Changing what the budget of a plan is held to."""

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.models import BudgetRules
from budgets.operations.sources import require_reason
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Plan
from frameworks.permissions import Permission, require_permission


def rules_history(plan):
    """Sources for frameworks.history."""
    return [Source(BudgetRules, {"plan": plan.pk}, label=lambda event: _("Rules"), whole=True)]


def rules_version(plan):
    return version_of(*rules_history(plan))


@explained(BudgetRules)
def save_rules(*, plan, minimum_gender_share, absorbed_from, reason, by, version=""):
    """Makes the rules of a plan those. Both are percentages (Decimal). Returns the BudgetRules.

    Raises PermissionDenied, Stale, and ValidationError with the fields of the form.
    """
    require_permission(by, Permission.MANAGE_BUDGETS, plan)
    with transaction.atomic():
        # The plan's row is the lock: a plan without rules has no row of its own to hold.
        plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        current = rules_version(plan)
        if version and version != current:
            raise Stale(current)
        rules = BudgetRules.objects.filter(plan=plan).first() or BudgetRules(plan=plan)
        if (rules.minimum_gender_share, rules.absorbed_from) == (minimum_gender_share, absorbed_from):
            return rules
        require_reason(plan, reason)
        rules.minimum_gender_share, rules.absorbed_from = minimum_gender_share, absorbed_from
        rules.full_clean()
        with pghistory.context(user=by.pk, action="save_rules", reason=reason.strip()):
            rules.save()
    return rules
