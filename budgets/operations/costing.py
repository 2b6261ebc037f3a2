"""Writing what the plan costs: the estimates of activities, and the rough ones of outputs."""

from dataclasses import dataclass
from decimal import Decimal

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.currencies import offered
from budgets.models import Costing, OutputCosting
from budgets.provider import costing_history
from frameworks.constraints import explained
from frameworks.history import Stale, version_of
from frameworks.permissions import Permission, require_permission


@dataclass(frozen=True, slots=True)
class Line:
    """The estimate of one year as it should be.

    amount None: not costed, the absence of a row, never 0 (DOMAIN.md, "Arithmetic"). currency "": as it is, that of the
    plan for a new one; without an amount it says nothing.
    """

    amount: Decimal | None
    currency: str = ""
    assumptions: str = ""


def costing_version(row):
    """Of an activity or an output: differs after any change to its estimates."""
    return version_of(*costing_history(row))


@explained(Costing)
def set_costing(*, activity, lines, reason, by, version=""):
    """Makes the estimates of an activity those of `lines`: year → Line. Years that are not in `lines` stay.

    An estimate that stays as it is keeps the currency it was made in. Raises PermissionDenied, Stale, and ValidationError
    by the fields of the form (amount_2024, currency_2024, reason).
    """
    _set(Costing, "activity", activity, lines, reason, by, version)
    return activity


@explained(OutputCosting)
def set_output_costing(*, output, lines, reason, by, version=""):
    """Makes the rough estimates of a whole output those of `lines`; everything else as set_costing says."""
    _set(OutputCosting, "output", output, lines, reason, by, version)
    return output


def _set(model, owner, row, lines, reason, by, version):
    require_permission(by, Permission.EDIT_COSTING, row)
    with transaction.atomic():
        locked = (
            type(row)
            .objects.select_for_update(of=("self",), no_key=True)
            .select_related("plan")
            .get(pk=row.pk)
        )
        current = costing_version(locked)
        if version and version != current:
            raise Stale(current)
        plan = locked.plan
        present = {one.year: one for one in model.objects.filter(**{owner: locked})}
        settled = {year: _settled(line, present.get(year), plan) for year, line in lines.items()}
        changed = {year: line for year, line in settled.items() if line is not None}
        if changed and plan.is_under_change_control and not reason.strip():
            raise ValidationError({"reason": _("The plan is endorsed: say why this is changed.")})
        with pghistory.context(user=by.pk, reason=reason.strip()):
            for year, line in sorted(changed.items()):
                estimate = present.get(year)
                if line.amount is None:
                    estimate.delete()
                else:
                    _save(estimate or model(**{owner: locked, "year": year}), line, plan)


def _settled(line, estimate, plan):
    """The line as it would be saved; None where it changes nothing."""
    if line.amount is None:
        return None if estimate is None else line
    currency = line.currency or (estimate.currency if estimate else plan.currency)
    if estimate is not None and (line.amount, currency, line.assumptions) == (
        estimate.amount,
        estimate.currency,
        estimate.assumptions,
    ):
        return None
    return Line(line.amount, currency, line.assumptions)


def _save(estimate, line, plan):
    year = estimate.year
    if year not in plan.years and not estimate.pk:
        raise ValidationError(
            {f"amount_{year}": _("%(year)s is no year of the plan.") % {"year": year}}, code="year"
        )
    if line.currency not in offered(plan.currency, estimate.currency):
        raise ValidationError({f"currency_{year}": _("Choose one of the currencies that are offered.")})
    if (estimate.amount, estimate.currency) != (line.amount, line.currency):
        estimate.is_illustrative = False  # a new figure is no longer the invented one
    estimate.amount, estimate.currency, estimate.assumptions = line.amount, line.currency, line.assumptions
    try:
        estimate.full_clean()
    except ValidationError as error:
        raise ValidationError({f"amount_{year}": error.messages}) from error
    estimate.save()
