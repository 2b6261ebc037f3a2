"""Entering what currencies are worth. What a rate converts is in totals already: a change is shown before it is made."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from budgets.models import ExchangeRate
from budgets.operations.sources import require_reason
from budgets.rate_impact import impact_of
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Plan
from frameworks.permissions import Permission, require_permission


class WouldChange(Exception):
    """Totals that stand would change, and nobody has confirmed exactly that. `impact`: what would change (Impact)."""

    def __init__(self, impact):
        super().__init__(impact.seen)
        self.impact = impact


def rates_history(plan):
    """Sources for frameworks.history: every rate of the plan, also those that were deleted."""
    return [
        Source(
            ExchangeRate,
            {"plan": plan.pk},
            label=lambda event: (
                _("%(currency)s from %(day)s")
                % {"currency": event.currency, "day": formats.date_format(event.valid_on)}
            ),
            whole=True,
        )
    ]


def rate_history(rate):
    """Sources for frameworks.history: one rate."""
    return [Source(ExchangeRate, {"pgh_obj": rate.pk}, hidden=frozenset({"plan"}))]


def rate_version(rate):
    return version_of(*rate_history(rate))


def _lock(plan):
    """Whoever changes a plan's rates comes alone: what they were shown is still so when it is saved."""
    return Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)


def _check_version(rate, version):
    current = rate_version(rate)
    if version and version != current:
        raise Stale(current)


@explained(ExchangeRate)
def save_rate(*, rate, changed, reason, by, version="", seen=""):
    """Saves a new rate, or the fields of one that are named in `changed`. Returns it.

    seen: the digest of the Impact that was confirmed. Raises WouldChange where totals that a rate converts would be others and
    nobody confirmed it; entering what was missing only adds, and is not asked about. Raises PermissionDenied, Stale, and
    ValidationError with the fields of the form: a rate of the plan's own currency, or into another one than the plan's.
    """
    require_permission(by, Permission.MANAGE_BUDGETS, rate.plan)
    with transaction.atomic():
        plan = _lock(rate.plan)
        before = ExchangeRate.objects.filter(pk=rate.pk).first() if rate.pk else None
        if rate.pk:
            if before is None:
                raise ValidationError(_("Somebody deleted this rate meanwhile."))
            _check_version(before, version)
            if not changed:
                return rate
            require_reason(plan, reason)
        if rate.to_currency != plan.currency:
            raise ValidationError(
                _(
                    "A rate says what a currency is worth in %(currency)s, the plan's own. It is never turned round."
                )
                % {"currency": plan.currency}
            )
        rate.full_clean()
        _refuse_unseen(impact_of(plan, by, without=before, plus=rate), seen)
        with pghistory.context(user=by.pk, action="save_rate", reason=reason.strip()):
            if before is None:
                rate.save(force_insert=True)
            else:
                rate.save(update_fields=sorted(changed))
    return rate


def delete_rate(*, rate, reason, by, version="", seen=""):
    """Deletes a rate; earlier ones count for its years again, or none does.

    Raises WouldChange as `save_rate` does, PermissionDenied, Stale, and ValidationError.
    """
    require_permission(by, Permission.MANAGE_BUDGETS, rate.plan)
    with transaction.atomic():
        plan = _lock(rate.plan)
        before = ExchangeRate.objects.filter(pk=rate.pk).first()
        if before is None:
            raise ValidationError(_("Somebody deleted this rate meanwhile."))
        _check_version(before, version)
        require_reason(plan, reason)
        _refuse_unseen(impact_of(plan, by, without=before), seen)
        with pghistory.context(user=by.pk, action="delete_rate", reason=reason.strip()):
            before.delete()


def _refuse_unseen(impact, seen):
    if impact.rewrites and seen != impact.seen:
        raise WouldChange(impact)
