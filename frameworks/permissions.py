"""Roles and permissions as data, and the two questions that everything asks.

`has_permission(user, permission, subject)` answers "may they do this here?"; `.visible_to(user)` on every queryset
answers "what may they see?". Both read the seats that a user holds today: a seat carries a role and a scope (plan,
institution, pillar of the working group). A user object remembers its seats for as long as it lives, that is for one
request or task; `forget_seats` makes it look again.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from frameworks.models import Membership, Plan, Role, Seat


class Permission(StrEnum):
    """Everything that somebody may be allowed to do."""

    CREATE_PLAN = "create_plan"
    VIEW_PLAN = "view_plan"
    EDIT_FRAMEWORK = "edit_framework"
    MANAGE_SEATS = "manage_seats"
    MANAGE_ROUNDS = "manage_rounds"
    PUBLISH_ROUND = "publish_round"
    EDIT_SUBMISSION = "edit_submission"
    SUBMIT = "submit"
    VIEW_SUBMISSIONS = "view_submissions"
    COMMENT = "comment"
    REVIEW = "review"
    VERIFY = "verify"
    SIGN_OFF_GOVERNMENT = "sign_off_government"
    SIGN_OFF_CSO = "sign_off_cso"
    GENERATE_REPORT = "generate_report"
    VIEW_REPORTS = "view_reports"
    VIEW_DASHBOARD = "view_dashboard"
    OVERRIDE_STATUS = "override_status"
    EDIT_COSTING = "edit_costing"
    VIEW_BUDGETS = "view_budgets"
    EDIT_BUDGET = "edit_budget"
    PREPARE_ANNUAL_PLAN = "prepare_annual_plan"
    DECIDE_BUDGET = "decide_budget"
    MANAGE_BUDGETS = "manage_budgets"


class Scope(StrEnum):
    """How far a role's permissions reach."""

    EVERYWHERE = "everywhere"
    PLAN = "plan"
    INSTITUTION = "institution"  # the seat's institution within its plan
    PILLAR = "pillar"  # the pillar of the seat's working group


@dataclass(frozen=True, slots=True)
class Grant:
    scope: Scope
    permissions: frozenset


P = Permission
# What was handed in of the budgets is read by everybody inside a plan: who plans what, and with whose money.
_READ = {P.VIEW_PLAN, P.VIEW_REPORTS, P.VIEW_BUDGETS}
_SECRETARIAT = {
    P.CREATE_PLAN, P.VIEW_PLAN, P.EDIT_FRAMEWORK, P.MANAGE_SEATS, P.MANAGE_ROUNDS, P.PUBLISH_ROUND, P.VIEW_SUBMISSIONS,
    P.COMMENT, P.GENERATE_REPORT, P.VIEW_REPORTS, P.VIEW_DASHBOARD, P.EDIT_COSTING, P.OVERRIDE_STATUS,
    P.VIEW_BUDGETS, P.MANAGE_BUDGETS,
}  # fmt: skip
_CO_LEAD = {P.VIEW_SUBMISSIONS, P.COMMENT, P.REVIEW, P.GENERATE_REPORT, P.PREPARE_ANNUAL_PLAN}
_OVERSIGHT = _READ | {P.VIEW_SUBMISSIONS, P.VIEW_DASHBOARD}

#: The whole of who may do what. A role may hold several grants of different reach.
GRANTS = {
    Role.ADMINISTRATOR: (Grant(Scope.EVERYWHERE, frozenset(_SECRETARIAT | {P.VERIFY})),),
    Role.SECRETARIAT: (Grant(Scope.PLAN, frozenset(_SECRETARIAT)),),
    Role.FOCAL_POINT: (
        Grant(Scope.PLAN, frozenset(_READ)),
        Grant(
            Scope.INSTITUTION,
            frozenset({P.EDIT_SUBMISSION, P.SUBMIT, P.VIEW_SUBMISSIONS, P.COMMENT, P.EDIT_BUDGET}),
        ),
    ),
    # Equal standing (DOMAIN.md, Glossary): the two co-leads differ in the side that they sign for, and in nothing else.
    Role.GOVERNMENT_CO_LEAD: (
        Grant(Scope.PLAN, frozenset(_READ | {P.VIEW_DASHBOARD})),
        Grant(Scope.PILLAR, frozenset(_CO_LEAD | {P.SIGN_OFF_GOVERNMENT})),
    ),
    Role.CSO_CO_LEAD: (
        Grant(Scope.PLAN, frozenset(_READ | {P.VIEW_DASHBOARD})),
        Grant(Scope.PILLAR, frozenset(_CO_LEAD | {P.SIGN_OFF_CSO})),
    ),
    Role.GROUP_MEMBER: (Grant(Scope.PLAN, frozenset(_READ)),),
    Role.STEERING_COMMITTEE: (Grant(Scope.PLAN, frozenset(_READ | {P.VIEW_DASHBOARD, P.DECIDE_BUDGET})),),
    # Separate from the secretariat (DOMAIN.md, Glossary): it alone says of a figure that it was checked.
    Role.MONITORING_TEAM: (Grant(Scope.PLAN, frozenset(_OVERSIGHT | {P.COMMENT, P.VERIFY})),),
    Role.TECHNICAL_PARTNER: (Grant(Scope.PLAN, frozenset(_READ)),),
}


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """One seat that a user holds today: role and ids of its scope."""

    pk: int
    role: str
    plan_id: int | None
    institution_id: int | None
    pillar_id: int | None


def held_seats(user):
    """The seats that the user holds today, loaded once for the life of the user object. Anonymous: none."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return ()
    if getattr(user, "_held_seats", None) is None:
        today = timezone.localdate()
        rows = (
            Seat.objects.filter(
                Membership.active_on(today, "memberships__"), memberships__user=user, closed_on__isnull=True
            )
            .order_by("pk")
            .values_list("pk", "role", "plan_id", "institution_id", "working_group__pillar_id")
        )
        seats = [HeldSeat(*row) for row in rows]
        if user.is_superuser and not any(seat.role == Role.ADMINISTRATOR for seat in seats):
            seats.append(HeldSeat(0, Role.ADMINISTRATOR, None, None, None))
        user._held_seats = tuple(seats)
    return user._held_seats


def forget_seats(user):
    """Makes the next question read the user's seats anew (after a seat was given or ended)."""
    user._held_seats = None


def scope_of(subject):
    """The (plan id, institution id, pillar id) that a subject belongs to.

    A subject is a Plan, or anything with `plan_id`, and where they apply `institution_id` and `pillar_id`; a model
    whose plan lies further away says so in a `permission_scope()` of its own.
    """
    if subject is None:
        return None, None, None
    if hasattr(subject, "permission_scope"):
        return subject.permission_scope()
    if isinstance(subject, Plan):
        return subject.pk, None, None
    return subject.plan_id, getattr(subject, "institution_id", None), getattr(subject, "pillar_id", None)


def _reaches(grant, seat, plan_id, institution_id, pillar_id):
    if grant.scope == Scope.EVERYWHERE:
        return True
    if seat.plan_id != plan_id:
        return False
    if grant.scope == Scope.INSTITUTION:
        return institution_id is not None and seat.institution_id == institution_id
    if grant.scope == Scope.PILLAR:
        return pillar_id is not None and seat.pillar_id == pillar_id
    return True


def has_permission(user, permission, subject=None):
    """Whether `user` holds a seat that allows `permission` on `subject` (None: anywhere at all)."""
    scope = scope_of(subject)
    return any(
        permission in grant.permissions and (subject is None or _reaches(grant, seat, *scope))
        for seat in held_seats(user)
        for grant in GRANTS[seat.role]
    )


#: The nearest seat speaks: that of a pillar or an institution before that of the plan.
_NEAREST = (Scope.PILLAR, Scope.INSTITUTION, Scope.PLAN, Scope.EVERYWHERE)


def seat_for(user, permission, subject):
    """The HeldSeat by virtue of which `user` may do this on `subject`; of several the one of the narrowest reach. Or None."""
    scope = scope_of(subject)
    fitting = [
        (_NEAREST.index(grant.scope), seat)
        for seat in held_seats(user)
        for grant in GRANTS[seat.role]
        if permission in grant.permissions and _reaches(grant, seat, *scope)
    ]
    return min(fitting, key=lambda one: one[0])[1] if fitting else None


def require_permission(user, permission, subject=None):
    """Raises PermissionDenied (403) unless the user may."""
    if not has_permission(user, permission, subject):
        raise PermissionDenied(_("Your seats do not allow this."))


def granted(user, permission, scope):
    """The seats of `user` whose role grants `permission` with exactly that reach; for visible_to() filters."""
    return [
        seat
        for seat in held_seats(user)
        for grant in GRANTS[seat.role]
        if grant.scope == scope and permission in grant.permissions
    ]


def is_everywhere(user, permission=Permission.VIEW_PLAN):
    return bool(granted(user, permission, Scope.EVERYWHERE))


def scope_filter(user, permission, *, plan, institution=None, pillar=None):
    """A Q for the rows that `user` may touch with `permission`; the arguments are lookups to plan, institution, pillar ids."""
    if is_everywhere(user, permission):
        return Q()
    condition = Q(pk__in=[])
    for seat in granted(user, permission, Scope.PLAN):
        condition |= Q(**{plan: seat.plan_id})
    if institution:
        for seat in granted(user, permission, Scope.INSTITUTION):
            condition |= Q(**{plan: seat.plan_id, institution: seat.institution_id})
    if pillar:
        for seat in granted(user, permission, Scope.PILLAR):
            condition |= Q(**{plan: seat.plan_id, pillar: seat.pillar_id})
    return condition


def visible_plan_ids(user):
    """A subquery with the ids of the plans that `user` may read: public ones, and those that they hold a seat in."""
    plans = Plan.objects.all()
    if not is_everywhere(user):
        mine = {seat.plan_id for seat in granted(user, Permission.VIEW_PLAN, Scope.PLAN)}
        plans = plans.filter(Q(is_public=True) | Q(pk__in=mine))
    return plans.order_by().values("pk")


def is_insider(user, plan):
    """Whether the user reads the plan from inside (holds any seat in it); outsiders see what is published only."""
    return has_permission(user, Permission.VIEW_PLAN, plan)
