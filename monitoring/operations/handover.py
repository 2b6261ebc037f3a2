"""The handover sheet: made when a focal point's term gets its end, written on by the leaver, taken over by the successor."""

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from frameworks.history import Source, Stale, version_of
from frameworks.models import Membership, Role
from frameworks.permissions import Permission, has_permission
from frameworks.workflow import COMMENT_LENGTH, StateConflict
from monitoring.handover import snapshot_of
from monitoring.models import Handover

#: What a person writes on the sheet; the rest of it is read from the reports.
WORDS = ("contacts", "data_sources", "notes")


def handover_history(handover):
    """Sources for frameworks.history."""
    hidden = frozenset({"public_id", "plan", "seat", "membership", "institution", "noted_by", "noted_at"})
    return [Source(Handover, {"pgh_obj": handover.pk}, hidden=hidden)]


def handover_version(handover):
    return version_of(*handover_history(handover))


def make_handover(*, membership, by, at):
    """Makes the sheet of a focal point's term that gets its last day; None for other seats.

    Told again (the last day has moved), it brings the sheet up to date, unless somebody has taken it over.
    """
    seat = membership.seat
    if seat.role != Role.FOCAL_POINT or seat.institution_id is None:
        return None
    with transaction.atomic(), pghistory.context(action="make_handover"):
        handover, made = Handover.objects.select_for_update(of=("self",)).get_or_create(
            membership=membership,
            defaults={
                "plan_id": seat.plan_id,
                "seat": seat,
                "institution_id": seat.institution_id,
                "leaver_id": membership.user_id,
                "made_by": by,
                "made_at": at,
                "content": snapshot_of(plan_id=seat.plan_id, institution_id=seat.institution_id, at=at),
            },
        )
        if not made and handover.taken_at is None:
            _bring_up_to_date(handover, at)
    return handover


def refresh_handover(*, handover, by, at):
    """Reads anew what stands open. Raises PermissionDenied, StateConflict (it is taken over: it stays what was handed over)."""
    _require_writer(handover, by, timezone.localdate(at))
    with transaction.atomic():
        fresh = _open(handover)
        _bring_up_to_date(fresh, at)
    return fresh


def write_notes(*, handover, words, by, at, version=""):
    """Saves what the leaver (or the secretariat for them) writes. words: names of WORDS → texts.

    Raises PermissionDenied, Stale, StateConflict (taken over already) and ValidationError (too long), by field.
    """
    _require_writer(handover, by, timezone.localdate(at))
    told = {name: words[name].replace("\r\n", "\n").strip() for name in WORDS}
    too_long = {
        name: _("This text has %(length)d characters; at most %(most)d fit.")
        % {"length": len(text), "most": COMMENT_LENGTH}
        for name, text in told.items()
        if len(text) > COMMENT_LENGTH
    }
    if too_long:
        raise ValidationError(too_long)
    with transaction.atomic(), pghistory.context(action="write_handover"):
        fresh = _open(handover)
        current = handover_version(fresh)
        if version and version != current:
            raise Stale(current)
        if any(getattr(fresh, name) != text for name, text in told.items()):
            for name, text in told.items():
                setattr(fresh, name, text)
            fresh.noted_by, fresh.noted_at = by, at
            fresh.save(update_fields=[*WORDS, "noted_by", "noted_at"])
    return fresh


def take_over(*, handover, by, at):
    """The successor has read the sheet and goes on from it. Raises PermissionDenied, StateConflict (somebody has, already)."""
    if not may_take_over(handover, by, timezone.localdate(at)):
        raise PermissionDenied(_("The next holder of the seat takes this over."))
    with transaction.atomic(), pghistory.context(action="take_over"):
        fresh = _open(handover)
        fresh.taken_by, fresh.taken_at = by, at
        fresh.save(update_fields=["taken_by", "taken_at"])
    return fresh


def may_write(handover, user, on):
    """The leaver, as long as the term runs; the secretariat, at any time. Needs `membership`."""
    ends_on = handover.membership.ends_on
    if handover.leaver_id == user.pk and (ends_on is None or on <= ends_on):
        return True
    return has_permission(user, Permission.MANAGE_SEATS, handover.plan)


def may_take_over(handover, user, on):
    """Whoever sits in the seat today, or, where it was abolished, speaks for the institution; not who left it."""
    if handover.leaver_id == user.pk:
        return False
    if handover.seat.closed_on is not None:
        return has_permission(user, Permission.EDIT_SUBMISSION, handover)
    return Membership.objects.filter(Membership.active_on(on), seat=handover.seat_id, user=user).exists()


def _require_writer(handover, by, on):
    if not may_write(handover, by, on):
        raise PermissionDenied(_("The focal point who leaves writes here, or the secretariat for them."))


def _open(handover):
    """The sheet as it is now, locked until the end. Raises StateConflict once it is taken over."""
    fresh = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("membership", "seat", "plan", "taken_by")
        .get(pk=handover.pk)
    )
    if fresh.taken_at is not None:
        raise StateConflict(
            _("%(who)s has taken this over already: it stays as it was.") % {"who": fresh.taken_by}, fresh
        )
    return fresh


def _bring_up_to_date(handover, at):
    handover.content = snapshot_of(plan_id=handover.plan_id, institution_id=handover.institution_id, at=at)
    handover.made_at = at
    handover.save(update_fields=["content", "made_at"])
