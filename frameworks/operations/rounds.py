"""Making, opening, closing and publishing a reporting round."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from frameworks import changes
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Indicator, ReportingRound
from frameworks.permissions import Permission, require_permission
from frameworks.workflow import StateConflict

#: What can still be changed once a round has opened: what is due depends on the rest.
DATES = ("opens_on", "due_on", "closes_on")


def round_history(round):
    """Sources for frameworks.history."""
    return [
        Source(ReportingRound, {"pgh_obj": round.pk}, hidden=frozenset({"plan", "opened_by", "published_by"}))
    ]


def round_version(round):
    return version_of(*round_history(round))


@explained(ReportingRound)
def create_round(*, round, by):
    """Saves a new round; it stays closed until it is opened. Raises PermissionDenied and ValidationError."""
    require_permission(by, Permission.MANAGE_ROUNDS, round)
    with transaction.atomic():
        round.full_clean()
        round.save(force_insert=True)
    return round


@explained(ReportingRound)
def update_round(*, round, changed, by, at, version=""):
    """Saves the fields named in `changed`. Raises PermissionDenied, Stale, StateConflict and ValidationError.

    An opened round keeps its name and period; a published one is fixed. New dates may turn a blank into "no data", or
    back: results follow.
    """
    require_permission(by, Permission.MANAGE_ROUNDS, round)
    with transaction.atomic():
        before = _locked(round)
        current = round_version(before)
        if version and version != current:
            raise Stale(current)
        if before.published_at is not None:
            raise StateConflict(
                _("The figures of round %(round)s are published: its dates are fixed.") % {"round": before},
                before,
            )
        if before.opened_at is not None and set(changed) - set(DATES):
            raise ValidationError(_("The round is open: only its dates can be changed."))
        round.full_clean()
        if changed:
            round.save(update_fields=sorted(changed))
            changes.announce_round_dates(round=round)
            _announce(round, at)
    return round


def open_round(*, round, by, at):
    """Opens a round: from its opening day on the institutions report. Returns the round as it is then.

    Raises PermissionDenied, StateConflict (it is open already: by whom and when), ValidationError (too late to report).
    """
    require_permission(by, Permission.MANAGE_ROUNDS, round)
    with transaction.atomic():
        fresh = _locked(round)
        if fresh.opened_at is not None:
            raise StateConflict(
                _("%(who)s opened round %(round)s on %(when)s.")
                % {
                    "who": fresh.opened_by or _("Somebody"),
                    "round": fresh,
                    "when": _moment(fresh.opened_at),
                },
                fresh,
            )
        if timezone.localdate(at) > fresh.closes_on:
            raise ValidationError(
                _("The round closes on %(day)s, which is over: change its dates first.")
                % {"day": date_format(fresh.closes_on)}
            )
        fresh.opened_at, fresh.opened_by = at, by
        with pghistory.context(action="open_round"):
            fresh.save(update_fields=["opened_at", "opened_by"])
            changes.announce_round_opened(round=fresh, by=by, at=at)
            _announce(fresh, at)
    return fresh


def close_round(*, round, by, at):
    """Closes an opened round: nothing more is taken but what was returned. Raises PermissionDenied, StateConflict."""
    require_permission(by, Permission.MANAGE_ROUNDS, round)
    with transaction.atomic():
        fresh = _locked(round)
        if fresh.opened_at is None:
            raise StateConflict(_("Round %(round)s has not been opened.") % {"round": fresh}, fresh)
        if fresh.closed_at is not None:
            raise StateConflict(
                _("Round %(round)s was closed on %(when)s.")
                % {"round": fresh, "when": _moment(fresh.closed_at)},
                fresh,
            )
        fresh.closed_at = at
        with pghistory.context(action="close_round"):
            fresh.save(update_fields=["closed_at"])
            _announce(fresh, at)
    return fresh


def publish_round(*, round, by, at):
    """Publishes the round's confirmed figures, and closes it if it is still open. Final: a correction is a new revision.

    Raises PermissionDenied, StateConflict.
    """
    require_permission(by, Permission.PUBLISH_ROUND, round)
    with transaction.atomic():
        fresh = _locked(round)
        if fresh.opened_at is None:
            raise StateConflict(_("Round %(round)s has not been opened.") % {"round": fresh}, fresh)
        if fresh.published_at is not None:
            raise StateConflict(
                _("%(who)s published round %(round)s on %(when)s.")
                % {
                    "who": fresh.published_by or _("Somebody"),
                    "round": fresh,
                    "when": _moment(fresh.published_at),
                },
                fresh,
            )
        fresh.closed_at = fresh.closed_at or at
        fresh.published_at, fresh.published_by = at, by
        with pghistory.context(action="publish_round"):
            fresh.save(update_fields=["closed_at", "published_at", "published_by"])
            _announce(fresh, at)
    return fresh


def _locked(round):
    return (
        ReportingRound.objects.select_for_update(of=("self",), no_key=True)
        .select_related("plan", "opened_by", "published_by")
        .get(pk=round.pk)
    )


def _announce(round, at):
    changes.announce(indicators=Indicator.objects.filter(plan=round.plan_id), at=at)


def _moment(at):
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
