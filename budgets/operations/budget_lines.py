"""Writing the budget lines of an operational plan.

What an institution drafts is its own while the operational plan is with it (draft, returned). What its books say of a line
(reference, released, spent) it writes at any time. `proposed` and `approved` it never writes: handing in and the steering
committee's decision do.
"""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.models import AnnualPlanLine, BudgetLine
from budgets.operations.planning import (
    check_activity,
    check_currency,
    check_source,
    hold_structure,
    lock_editable,
    lock_own,
    refuse_foreign,
    stored_row,
)
from frameworks.constraints import explained
from frameworks.history import Source, version_of

#: What an institution writes of a line while the operational plan is with it.
DRAFTED_FIELDS = frozenset({"activity", "funding_source", "currency", "description", "drafted", "gender_tag"})
#: What it writes at any time: what its own books say.
BOOK_FIELDS = frozenset({"reference", "released", "spent"})
#: What a line is about: it stands once the line was handed in.
IDENTITY_FIELDS = frozenset({"activity", "funding_source", "currency"})


def line_history(line):
    """Sources for frameworks.history: one budget line."""
    return [Source(BudgetLine, {"pgh_obj": line.pk}, hidden=frozenset({"operational_plan"}))]


def line_version(line):
    return version_of(*line_history(line))


def was_official(line):
    """Whether the line was ever handed in or approved: then others have read it, and it is kept. Two queries at most."""
    if line.proposed is not None or line.approved is not None:
        return True
    events = BudgetLine.pgh_event_model.objects.filter(pgh_obj=line.pk)
    return (
        events.filter(proposed__isnull=False).exists()
        or AnnualPlanLine.objects.filter(budget_line=line.pk).exists()
    )


def save_line(*, line, by, at, changed=None, version=""):
    """Saves a budget line: a new one, or the fields named in `changed` (None: all that may be written now).

    While the operational plan is with the institution: DRAFTED_FIELDS and BOOK_FIELDS; once it is handed in: BOOK_FIELDS.
    Nobody writes `proposed` or `approved` here. A line that was handed in keeps IDENTITY_FIELDS. Raises PermissionDenied,
    Stale, and ValidationError by field.
    """
    with (
        explained(BudgetLine),
        transaction.atomic(),
        pghistory.context(user=by.pk, action="save budget line"),
    ):
        present = BudgetLine.objects.filter(pk=line.pk).values_list("activity", flat=True).first()
        hold_structure(line.operational_plan, present, line)
        plan = lock_own(line.operational_plan, by)
        before = stored_row(BudgetLine, line, version, line_version)
        refuse_foreign(before, line)
        fields = _fields_to_write(plan, line, before, changed)
        _check_line(plan, line, before, fields)
        if before is None:
            line.proposed = line.approved = None
            line.full_clean(exclude=["operational_plan"])
            line.save(force_insert=True)
            return line
        for name in fields:
            setattr(before, name, getattr(line, name))
        before.full_clean(exclude=["operational_plan"])
        if fields:
            before.save(update_fields=sorted(fields))
    return before


def _fields_to_write(plan, line, before, changed):
    """The fields that change. Raises ValidationError for one that may not be changed now."""
    if before is None:
        if not plan.is_editable:
            raise ValidationError(_("It is handed in and locked: take it back first."), code="locked")
        return DRAFTED_FIELDS | BOOK_FIELDS
    wanted = (DRAFTED_FIELDS | BOOK_FIELDS) & set(
        changed if changed is not None else DRAFTED_FIELDS | BOOK_FIELDS
    )
    fields = {
        name
        for name in wanted
        if getattr(line, BudgetLine._meta.get_field(name).attname)
        != getattr(before, BudgetLine._meta.get_field(name).attname)
    }
    if fields & DRAFTED_FIELDS and not plan.is_editable:
        names = sorted(fields & DRAFTED_FIELDS)
        raise ValidationError({name: _("It is handed in and locked: take it back first.") for name in names})
    if fields & IDENTITY_FIELDS and was_official(before):
        words = _("The line was handed in with this: take it out and add another instead.")
        raise ValidationError(dict.fromkeys(sorted(fields & IDENTITY_FIELDS), words))
    return fields


def _check_line(plan, line, before, fields):
    is_new = before is None
    if "activity" in fields:
        check_activity(plan, line.activity, is_new=True)
    if "funding_source" in fields:
        check_source(plan, line.funding_source, is_new=True)
    if "currency" in fields:
        check_currency(plan, line.currency, "" if is_new else before.currency)


def remove_line(*, line, by, at, version=""):
    """Takes a budget line out. Returns True when it is gone, False when it stays without a proposed amount.

    A line that was handed in or approved once stays, for others have read it: its drafted amount is blanked, and with the
    next handing-in its proposed one. Raises PermissionDenied, Stale, and ValidationError where money was released or
    spent from a line that would go, and once the plan is handed in.
    """
    with transaction.atomic(), pghistory.context(user=by.pk, action="take out budget line"):
        lock_editable(line.operational_plan, by)
        stored = stored_row(BudgetLine, line, version, line_version)
        refuse_foreign(stored, line)
        if was_official(stored):
            if stored.drafted is not None:
                stored.drafted = None
                stored.save(update_fields=["drafted"])
            return False
        if stored.released is not None or stored.spent is not None:
            raise ValidationError(
                _(
                    "Released or spent money is written on it: it cannot be removed. Empty those first, if they are wrong."
                )
            )
        stored.delete()
        return True
