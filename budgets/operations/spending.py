"""Writing what was spent, as it is reported in the rounds."""

from dataclasses import dataclass
from decimal import Decimal

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.models import Expenditure
from frameworks.constraints import explained
from frameworks.permissions import Permission, require_permission


@dataclass(frozen=True, slots=True)
class Spent:
    """What an institution says that it spent on an activity in a round. Every blank is None or ""; 0 is an answer.

    `currency` counts only beside an amount.
    """

    amount: Decimal | None = None
    currency: str = ""
    no_data_reason: str = ""
    comment: str = ""

    @property
    def is_blank(self):
        return self.amount is None and not self.no_data_reason and not self.comment


def as_spent(row):
    """What a saved Expenditure says, as a Spent; blank for None."""
    if row is None:
        return Spent()
    return Spent(row.amount, row.currency if row.amount is not None else "", row.no_data_reason, row.comment)


def spent_problems(spent):
    """What is wrong with it, as a list of (field, words); [] when it can be kept."""
    problems = []
    if spent.amount is not None and spent.no_data_reason:
        problems.append(("no_data_reason", _("Give the amount, or say why it is not known; not both.")))
    if spent.amount is not None and spent.amount < 0:
        problems.append(("amount", _("Spending cannot be negative.")))
    if spent.amount is not None and not spent.currency:
        problems.append(("currency", _("Choose the currency of the amount.")))
    return problems


@explained(Expenditure)
def save_expenditure(*, activity, institution, round, spent, by):
    """Makes what the institution spent on the activity in the round what `spent` says. Returns whether anything changed.

    A blank one removes the row: "not reported" is its absence, never 0 (DOMAIN.md, "Arithmetic"). Raises PermissionDenied,
    and ValidationError by field of Expenditure; also where it is frozen, because the report is handed in.
    """
    row = Expenditure(activity=activity, institution=institution, round=round)
    require_permission(by, Permission.EDIT_SUBMISSION, row)
    with transaction.atomic(), pghistory.context(user=by.pk, action="save spending"):
        saved = (
            Expenditure.objects.select_for_update(of=("self",))
            .filter(activity=activity, institution=institution, round=round)
            .first()
        )
        if spent == as_spent(saved):
            return False
        if saved is not None and saved.frozen_at is not None:
            raise ValidationError(_("The report is handed in: its spending cannot be changed now."))
        problems = spent_problems(spent)
        if problems:
            raise ValidationError(dict(problems))
        if spent.is_blank:
            saved.delete()
            return True
        row = saved or row
        row.amount, row.no_data_reason, row.comment = spent.amount, spent.no_data_reason, spent.comment
        row.currency = spent.currency or row.currency or activity.plan.currency
        row.full_clean(exclude=["activity", "institution", "round"])
        row.save()
    return True


def freeze_expenditures(rows, *, at):
    """Freezes those of `rows` (a queryset) that are not frozen: their reports are handed in. One query, however many."""
    return rows.filter(frozen_at__isnull=True).update(frozen_at=at)


def unfreeze_expenditures(rows):
    """Opens `rows` (a queryset) again: their reports were returned. One query, however many."""
    return rows.filter(frozen_at__isnull=False).update(frozen_at=None)


def drop_expenditures(rows):
    """Removes those of `rows` (a queryset) that are not frozen: they are no longer asked. The history keeps them."""
    return rows.filter(frozen_at__isnull=True).delete()
