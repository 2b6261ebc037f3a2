"""What a round's page shows of the dates that differ: groups of institutions, and exceptions."""

from dataclasses import dataclass

from frameworks.models import RoundException
from frameworks.models.round import ExceptionKind
from frameworks.permissions import Permission, Scope, granted, has_permission


@dataclass(frozen=True, slots=True)
class ExceptionShown:
    """An exception on the page of its round. `state`: in_force, over (its day), ended (by somebody) or published."""

    row: RoundException
    state: str

    @property
    def is_extension(self):
        return self.row.kind == ExceptionKind.EXTENSION


def exceptions_for(user, round):
    """The exceptions of a round that a person may read, newest first: those who oversee the plan, all; others, their own."""
    rows = (
        RoundException.objects.filter(round=round)
        .select_related("institution", "granted_by", "ended_by")
        .order_by("-granted_at", "-pk")
    )
    if sees_exceptions(user, round):
        return rows
    mine = granted(user, Permission.EDIT_SUBMISSION, Scope.INSTITUTION)
    return rows.filter(
        institution__in=[seat.institution_id for seat in mine if seat.plan_id == round.plan_id]
    )


def sees_exceptions(user, round):
    """Whether all exceptions are theirs to read: a reason may say more of an institution than its neighbours need."""
    return any(
        has_permission(user, one, round) for one in (Permission.MANAGE_ROUNDS, Permission.VIEW_DASHBOARD)
    )


def calendar_context(user, round, today):
    """What the section of other dates shows: groups with their members, exceptions in force, and those that are over."""
    shown = [ExceptionShown(one, _state(one, round, today)) for one in exceptions_for(user, round)]
    return {
        "groups": list(round.groups.prefetch_related("institutions").order_by("name")),
        "exceptions": [one for one in shown if one.state == "in_force"],
        "past_exceptions": [one for one in shown if one.state != "in_force"],
    }


def _state(exception, round, today):
    if exception.ended_by_id is not None:
        return "ended"
    if not exception.is_in_force(today):
        return "over"
    return "published" if round.published_at is not None else "in_force"
