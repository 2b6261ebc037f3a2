"""Who is to be told: the people who hold a seat today, as far as mail reaches them."""

from dataclasses import dataclass

from frameworks.models import Membership, User
from frameworks.permissions import GRANTS, Scope


@dataclass(frozen=True, slots=True)
class Holder:
    """One person in one seat, with the ids of what the seat reaches."""

    user: User
    plan_id: int
    institution_id: int | None
    pillar_id: int | None


def holders(permission, scope, *, plans, on):
    """Holders of seats in `plans` (ids or a queryset) whose role grants `permission` with exactly that reach. One query.

    Seats that nobody holds on that day, and accounts that are switched off, give none.
    """
    roles = [
        role
        for role, grants in GRANTS.items()
        if any(grant.scope == scope and permission in grant.permissions for grant in grants)
    ]
    rows = (
        Membership.objects.filter(
            Membership.active_on(on),
            seat__plan__in=plans,
            seat__role__in=roles,
            seat__closed_on__isnull=True,
            user__is_active=True,
        )
        .exclude(user__email="")
        .select_related("user", "seat__working_group")
        .order_by("user", "pk")
    )
    return [
        Holder(
            user=row.user,
            plan_id=row.seat.plan_id,
            institution_id=row.seat.institution_id,
            pillar_id=row.seat.working_group.pillar_id if row.seat.working_group_id else None,
        )
        for row in rows
    ]


def by_institution(permission, *, plans, on):
    """(plan id, institution id) → users, each once, of those who may do that for their institution."""
    return _grouped(holders(permission, Scope.INSTITUTION, plans=plans, on=on), "institution_id")


def by_pillar(permission, *, plans, on):
    """(plan id, pillar id) → users, each once, of those who may do that in their working group."""
    return _grouped(holders(permission, Scope.PILLAR, plans=plans, on=on), "pillar_id")


def by_plan(permission, *, plans, on):
    """plan id → users, each once, of those who may do that in the whole plan (its secretariat)."""
    found = {}
    for one in holders(permission, Scope.PLAN, plans=plans, on=on):
        found.setdefault(one.plan_id, {})[one.user.pk] = one.user
    return {plan_id: list(users.values()) for plan_id, users in found.items()}


def is_among(seats, key, user_id):
    """Whether the user is one of those that `by_institution`, `by_pillar` or `by_plan` found for that key."""
    return any(user.pk == user_id for user in seats.get(key, ()))


def _grouped(rows, part):
    found = {}
    for one in rows:
        found.setdefault((one.plan_id, getattr(one, part)), {})[one.user.pk] = one.user
    return {key: list(users.values()) for key, users in found.items()}
