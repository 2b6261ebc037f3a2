"""Setting an indicator's status by hand: the computed one stays beside it, with the person and the reason (DOMAIN.md)."""

import pghistory
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.models import StateChange
from frameworks.permissions import Permission, require_permission
from frameworks.workflow import COMMENT_LENGTH, StateConflict
from monitoring.models import IndicatorResult
from monitoring.models.result import Performance


def override_status(*, result, status, reason, by, at, seen=None):
    """Sets the status of an indicator's total in a round by hand. Returns the result as it is then.

    seen: the status that the page showed; another one by now is a StateConflict (409). Raises PermissionDenied,
    ValidationError (no reason, no such status, nothing to change), StateConflict (published: a correction is a revision).
    """
    with transaction.atomic():
        fresh = _locked(result, by, seen)
        if status not in Performance.values:
            raise ValidationError({"status": _("Choose one of the statuses.")})
        if status == fresh.status:
            raise ValidationError({"status": _("That is its status already.")})
        if status == fresh.computed_status:
            raise ValidationError(
                {"status": _("That is what the arithmetic says: take the status set by hand back instead.")}
            )
        return _write(fresh, "override", status, status, _tidy(reason), by, at)


def withdraw_override(*, result, reason, by, at, seen=None):
    """Lets the status follow the arithmetic again. Raises as `override_status`."""
    with transaction.atomic():
        fresh = _locked(result, by, seen)
        if not fresh.override_status:
            raise StateConflict(_("The status is not set by hand any more."), fresh)
        return _write(fresh, "withdraw_override", "", fresh.computed_status, _tidy(reason), by, at)


def _locked(result, by, seen):
    fresh = (
        IndicatorResult.objects.totals()
        .select_for_update(of=("self",))
        .select_related("indicator", "round", "override_by")
        .get(pk=result.pk)
    )
    require_permission(by, Permission.OVERRIDE_STATUS, fresh.indicator)
    if fresh.round.published_at is not None:
        raise StateConflict(
            _("The figures of round %(round)s are published: a correction is a new revision.")
            % {"round": fresh.round},
            fresh,
        )
    if seen is not None and seen != fresh.status:
        raise StateConflict(
            _("The status has become “%(status)s” since you opened the page. Look at it again, then decide.")
            % {"status": Performance(fresh.status).label},
            fresh,
        )
    return fresh


def _tidy(reason):
    reason = (reason or "").replace("\x00", "").strip()
    if not reason:
        raise ValidationError({"reason": _("Changing a computed status needs a reason.")}, code="required")
    if len(reason) > COMMENT_LENGTH:
        raise ValidationError(
            {
                "reason": _("This text has %(length)d characters; at most %(most)d fit.")
                % {"length": len(reason), "most": COMMENT_LENGTH}
            }
        )
    return reason


def _write(result, action, override, status, reason, by, at):
    before = result.status
    result.override_status, result.status = override, status
    result.override_reason, result.override_by = (reason, by) if override else ("", None)
    result.updated_at = at
    with pghistory.context(user=by.pk, action=action, reason=reason):
        result.save(
            update_fields=["override_status", "status", "override_reason", "override_by", "updated_at"]
        )
        StateChange.objects.create(
            subject_type=ContentType.objects.get_for_model(IndicatorResult),
            subject_id=result.pk,
            action=action,
            from_state=before,
            to_state=status,
            by=by,
            at=at,
            comment=reason,
        )
    return result
