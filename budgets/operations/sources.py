"""Keeping the funding sources of a plan."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from budgets.models import FundingSource
from budgets.sources import why_source_stays
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.permissions import Permission, require_permission


def source_history(source):
    """Sources for frameworks.history."""
    return [Source(FundingSource, {"pgh_obj": source.pk}, hidden=frozenset({"plan"}))]


def source_version(source):
    return version_of(*source_history(source))


def require_reason(plan, reason):
    """Raises ValidationError at `reason` where the plan is endorsed and nobody says why something that stood is changed."""
    if plan.is_under_change_control and not reason.strip():
        raise ValidationError({"reason": _("The plan is endorsed: say why this is changed.")})


def _stored(source, version):
    stored = (
        FundingSource.objects.select_for_update(of=("self",), no_key=True)
        .select_related("plan")
        .get(pk=source.pk)
    )
    current = source_version(stored)
    if version and version != current:
        raise Stale(current)
    return stored


@explained(FundingSource)
def save_source(*, source, changed, reason, by, version=""):
    """Saves a new source, or the fields of one that are named in `changed`. A new one needs no reason.

    Its code stays: it stands in addresses, workbooks and the API. Raises PermissionDenied, Stale, and ValidationError with the
    fields of the form.
    """
    require_permission(by, Permission.MANAGE_BUDGETS, source.plan)
    changed = sorted(set(changed) - {"code", "plan"})
    with transaction.atomic():
        if source.pk:
            _stored(source, version)
            if not changed:
                return source
            require_reason(source.plan, reason)
        source.full_clean()
        with pghistory.context(user=by.pk, action="save_source", reason=reason.strip()):
            if source.pk:
                source.save(update_fields=changed)
            else:
                source.save(force_insert=True)
    return source


def retire_source(*, source, retired, reason, by, at, version=""):
    """Takes a source out of what new lines may name, from the day of `at` on (or back into it); lines that name it keep it.

    Raises PermissionDenied, Stale, and ValidationError without a reason where the plan is endorsed, and when it is so already.
    """
    require_permission(by, Permission.MANAGE_BUDGETS, source.plan)
    with transaction.atomic():
        stored = _stored(source, version)
        if bool(stored.retired_on) == retired:
            raise ValidationError(_("It is retired already.") if retired else _("It is in use already."))
        require_reason(stored.plan, reason)
        stored.retired_on = localdate(at) if retired else None
        with pghistory.context(user=by.pk, action="retire_source", reason=reason.strip()):
            stored.save(update_fields=["retired_on"])
    return stored


def delete_source(*, source, reason, by, version=""):
    """Deletes a source that no line names, not even a draft. The history keeps that it was there.

    Raises PermissionDenied, Stale, and ValidationError for one that must be retired instead.
    """
    require_permission(by, Permission.MANAGE_BUDGETS, source.plan)
    try:
        with transaction.atomic():
            _stored(source, version)
            # Who adds a line meanwhile holds the source's key: wait for them, then count.
            stored = FundingSource.objects.select_for_update(of=("self",)).get(pk=source.pk)
            why = why_source_stays(stored)
            if why:
                raise ValidationError(why)
            require_reason(source.plan, reason)
            with pghistory.context(user=by.pk, action="delete_source", reason=reason.strip()):
                stored.delete()
    except ProtectedError as error:
        raise ValidationError(_("It is in use and cannot be deleted, only retired.")) from error
