"""Dates of a round that differ: groups of institutions, and exceptions for a single one."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from frameworks import changes, providers
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Indicator, ReportingRound, RoundException, RoundGroup, RoundGroupMember
from frameworks.models.round import ExceptionKind
from frameworks.permissions import Permission, require_permission
from frameworks.workflow import StateConflict


def group_history(group):
    """Sources for frameworks.history: the group itself, and who belongs to it."""
    return [
        Source(RoundGroup, {"pgh_obj": group.pk}, hidden=frozenset({"round"})),
        Source(
            RoundGroupMember,
            {"group": group.pk},
            label=lambda event: _("Member"),
            hidden=frozenset({"round"}),
            whole=True,
        ),
    ]


def group_version(group):
    return version_of(*group_history(group))


def calendar_history(round, *, exceptions=True):
    """Sources for frameworks.history: everything that was ever set beside the dates of the round itself.

    exceptions False: the groups only; why one institution was given more time is not everybody's business.
    """
    groups = RoundGroup.pgh_event_model.objects.filter(round=round.pk)
    names = dict(groups.order_by("pgh_id").values_list("pgh_obj_id", "name"))
    sources = [
        Source(RoundGroup, {"round": round.pk}, label=lambda event: event.name, whole=True),
        Source(
            RoundGroupMember,
            {"round": round.pk},
            label=lambda event: names.get(event.group_id, ""),
            hidden=frozenset({"group"}),
            whole=True,
        ),
    ]
    if exceptions:
        sources.append(
            Source(
                RoundException,
                {"round": round.pk},
                label=lambda event: ExceptionKind(event.kind).label,
                hidden=frozenset({"kind", "granted_by", "granted_at", "ended_by"}),
                whole=True,
            )
        )
    return sources


@explained(RoundGroup, RoundGroupMember)
def save_group(*, group, institutions, by, at, version=""):
    """Saves a new or changed RoundGroup with exactly these institutions. Returns it.

    Raises PermissionDenied, Stale, StateConflict (the round is published) and ValidationError: no reason, dates in the wrong
    order, nobody in it, somebody who owes no report in the round or is in another group of it.
    """
    require_permission(by, Permission.MANAGE_ROUNDS, group.round)
    wanted = {one.pk: one for one in institutions}
    with transaction.atomic():
        round = _open_to_change(group.round)
        if group.pk:
            RoundGroup.objects.select_for_update(of=("self",), no_key=True).get(pk=group.pk)
            current = group_version(group)
            if version and version != current:
                raise Stale(current)
        group.reason = group.reason.strip()
        if not group.reason:
            raise ValidationError({"reason": _("Say why they report by other dates.")})
        group.full_clean()
        _check_members(round, group, wanted)
        with pghistory.context(user=by.pk, action="save_group"):
            group.save()
            present = dict(group.memberships.values_list("institution", "pk"))
            gone = [pk for institution, pk in present.items() if institution not in wanted]
            RoundGroupMember.objects.filter(pk__in=gone).delete()
            RoundGroupMember.objects.bulk_create(
                RoundGroupMember(group=group, round=round, institution_id=pk)
                for pk in wanted
                if pk not in present
            )
            _announce(round, at)
    return group


def _check_members(round, group, wanted):
    if not wanted:
        raise ValidationError({"institutions": _("Choose at least one institution.")})
    elsewhere = (
        RoundGroupMember.objects.filter(round=round, institution__in=wanted)
        .exclude(group=group.pk)
        .select_related("institution", "group")
        .first()
    )
    if elsewhere is not None:
        raise ValidationError(
            {
                "institutions": _(
                    "%(institution)s is in the group “%(group)s” already: take it out there first."
                )
                % {"institution": elsewhere.institution, "group": elsewhere.group}
            }
        )
    present = set(group.memberships.values_list("institution", flat=True)) if group.pk else set()
    new = set(wanted) - present
    strangers = new - providers.status().reporting_institutions(round) if new else ()
    if strangers:
        raise ValidationError(
            {
                "institutions": _("%(names)s: owes no report in this round.")
                % {"names": ", ".join(str(wanted[pk]) for pk in sorted(strangers))}
            }
        )


def delete_group(*, group, reason, by, at):
    """Removes a group: its institutions report by the round's dates again. Raises PermissionDenied, StateConflict, ValidationError."""
    require_permission(by, Permission.MANAGE_ROUNDS, group.round)
    reason = _needed(reason)
    with transaction.atomic():
        round = _open_to_change(group.round)
        with pghistory.context(user=by.pk, action="delete_group", reason=reason):
            RoundGroup.objects.filter(pk=group.pk).delete()
            _announce(round, at)


@explained(RoundException)
def grant_exception(*, round, institution, kind, until, reason, by, at):
    """Lets one institution report until a day (an ExceptionKind). An exception that it still has is ended: this one counts.

    Raises PermissionDenied, StateConflict (the round is published or not open) and ValidationError: no reason, a day that is
    over, a day that gives nothing, an institution that owes no report.
    """
    require_permission(by, Permission.MANAGE_ROUNDS, round)
    reason = _needed(reason)
    with transaction.atomic():
        fresh = _open_to_change(round)
        if fresh.opened_at is None:
            raise StateConflict(
                _("Round %(round)s has not been opened: change its dates, or make a group.")
                % {"round": fresh},
                fresh,
            )
        if institution.pk not in providers.status().reporting_institutions(fresh):
            raise ValidationError(
                {"institution": _("%(names)s: owes no report in this round.") % {"names": institution}}
            )
        _check_until(fresh, institution, kind, until, timezone.localdate(at))
        exception = RoundException(
            round=fresh,
            institution=institution,
            kind=kind,
            until=until,
            reason=reason,
            granted_by=by,
            granted_at=at,
        )
        with pghistory.context(user=by.pk, action="grant_exception", reason=reason):
            earlier = RoundException.objects.filter(
                round=fresh, institution=institution, ended_at__isnull=True
            ).first()
            if earlier is not None:
                # One that had run out by itself was ended by nobody.
                _end(earlier, by=by if earlier.is_in_force(timezone.localdate(at)) else None, at=at)
            exception.full_clean()
            exception.save(force_insert=True)
            _announce(fresh, at)
    return exception


def _check_until(round, institution, kind, until, today):
    if until < today:
        raise ValidationError({"until": _("This day is over: choose today or a later one.")})
    group = RoundGroup.objects.filter(round=round, memberships__institution=institution).first()
    dates = group or round
    if kind == ExceptionKind.EXTENSION and until <= dates.due_on:
        raise ValidationError(
            {
                "until": _("Their report is due on %(day)s anyway: choose a later day.")
                % {"day": date_format(dates.due_on)}
            }
        )
    if kind == ExceptionKind.REOPENING and round.closed_at is None and until <= dates.closes_on:
        raise ValidationError(
            {
                "until": _(
                    "They can report until %(day)s anyway: choose a later day, or give them more time."
                )
                % {"day": date_format(dates.closes_on)}
            }
        )


def end_exception(*, exception, reason, by, at):
    """Takes an exception back before its day; from now on the round's (or the group's) dates count. Returns it.

    Raises PermissionDenied, StateConflict (published, or ended already) and ValidationError without a reason.
    """
    require_permission(by, Permission.MANAGE_ROUNDS, exception.round)
    reason = _needed(reason)
    with transaction.atomic():
        round = _open_to_change(exception.round)
        fresh = RoundException.objects.select_for_update(of=("self",), no_key=True).get(pk=exception.pk)
        if not fresh.is_in_force(timezone.localdate(at)):
            raise StateConflict(_("This exception has ended already."), fresh)
        with pghistory.context(user=by.pk, action="end_exception", reason=reason):
            _end(fresh, by=by, at=at)
            _announce(round, at)
    return fresh


def _end(exception, *, by, at):
    exception.ended_at, exception.ended_by = at, by
    exception.save(update_fields=["ended_at", "ended_by"])


def _needed(reason):
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    return reason


def _open_to_change(round):
    """The round as it is now, locked until the end. Raises StateConflict once its figures are published."""
    fresh = (
        ReportingRound.objects.select_for_update(of=("self",), no_key=True)
        .select_related("plan")
        .get(pk=round.pk)
    )
    if fresh.published_at is not None:
        raise StateConflict(
            _("The figures of round %(round)s are published: its dates are fixed.") % {"round": fresh}, fresh
        )
    return fresh


def _announce(round, at):
    """Dates first, then what follows from them: a blank turns into "no data" on the deadline."""
    changes.announce_round_dates(round=round)
    changes.announce(indicators=Indicator.objects.filter(plan=round.plan_id), at=at)
