"""Writing what the plan costs."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.models import Costing
from budgets.provider import costing_history
from frameworks.constraints import explained
from frameworks.history import Stale, version_of
from frameworks.models import Activity
from frameworks.permissions import Permission, require_permission


def costing_version(activity):
    return version_of(*costing_history(activity))


@explained(Costing)
def set_costing(*, activity, lines, currency, reason, by, version=""):
    """Makes the estimates of an activity those of `lines`: year → (amount or None, assumptions).

    None removes the estimate: "not costed" is the absence of a row, never 0 (DOMAIN.md, "Arithmetic"). Years that are not
    in `lines` stay. Amounts are in `currency`; an estimate that stays as it is keeps the currency it was made in.
    Raises PermissionDenied, Stale, and ValidationError with the year as the field.
    """
    require_permission(by, Permission.EDIT_COSTING, activity)
    with transaction.atomic():
        locked = (
            Activity.objects.select_for_update(of=("self",), no_key=True)
            .select_related("plan")
            .get(pk=activity.pk)
        )
        current = costing_version(locked)
        if version and version != current:
            raise Stale(current)
        present = {one.year: one for one in Costing.objects.filter(activity=locked)}
        changed = {year: line for year, line in lines.items() if line != _line(present.get(year))}
        if changed and locked.plan.is_under_change_control and not reason.strip():
            raise ValidationError({"reason": _("The plan is endorsed: say why this is changed.")})
        with pghistory.context(reason=reason.strip()):
            for year, (amount, assumptions) in sorted(changed.items()):
                _save(locked, year, amount, assumptions, currency, present.get(year))
    return activity


def _line(costing):
    return (None, "") if costing is None else (costing.amount, costing.assumptions)


def _save(activity, year, amount, assumptions, currency, costing):
    if amount is None:
        if costing is not None:
            costing.delete()
        return
    if costing is None:
        costing = Costing(activity=activity, year=year, currency=currency)
    elif costing.amount != amount:
        # A new figure is no longer the invented one, and is in the plan's currency.
        costing.currency, costing.is_illustrative = currency, False
    costing.amount, costing.assumptions = amount, assumptions
    try:
        costing.full_clean()
    except ValidationError as error:
        raise ValidationError({f"amount_{year}": error.messages}) from error
    costing.save()
