"""Who sits where in a plan, loaded once for the page: seats by body, with holders, vacancies and what has no seat yet."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from frameworks.models import Institution, Lead, Membership, Role, Seat, WorkingGroup
from frameworks.models.coordination import MemberCategory
from frameworks.models.people import CO_LEAD_ROLES, GROUP_ROLES, InstitutionKind


@dataclass
class SeatRow:
    """A seat with its terms. `holder` is the term that is in force today; None: the seat is vacant.

    undelivered: the mail that could not be delivered to the holder; for the secretariat, see `mark_undelivered`.
    """

    seat: object
    holder: object = None
    coming: list = field(default_factory=list)
    past: list = field(default_factory=list)
    undelivered: object = None


@dataclass
class Group:
    """A working group. `sides`: (role, its label, SeatRows), government first; both co-leads are of equal standing."""

    working_group: object
    sides: list
    members: list


@dataclass
class People:
    secretariat: list
    groups: list
    steering: list
    #: (category in words, SeatRows) of the steering committee; the chair's category first, the chair first in it.
    committee: list
    monitoring: list
    partners: list
    focal_points: list
    #: Lead institutions without a focal point's seat.
    without_focal_point: list
    vacant_count: int
    #: All SeatRows.
    rows: list


def load_people(plan, on):
    """The People of a plan on a day. Five queries, however many seats there are."""
    seats = list(
        Seat.objects.filter(plan=plan, closed_on__isnull=True)
        .select_related("institution", "working_group__pillar")
        .order_by("role", "-is_coordinator", "order", "institution__acronym", "pk")
    )
    terms = defaultdict(list)
    for term in Membership.objects.filter(seat__in=seats).select_related("user").order_by("starts_on", "pk"):
        terms[term.seat_id].append(term)
    rows = [_row(seat, terms[seat.pk], on) for seat in seats]
    by_role, by_group = defaultdict(list), defaultdict(list)
    for row in rows:
        by_role[row.seat.role].append(row)
        by_group[(row.seat.working_group_id, row.seat.role)].append(row)
    groups = [
        Group(
            group,
            [(role, role.label, by_group[(group.pk, role)]) for role in CO_LEAD_ROLES],
            by_group[(group.pk, Role.GROUP_MEMBER)],
        )
        for group in WorkingGroup.objects.filter(pillar__plan=plan)
        .select_related("pillar")
        .order_by("pillar__order", "pillar__code")
    ]
    focal_points = sorted(by_role[Role.FOCAL_POINT], key=lambda row: str(row.seat.institution))
    needing = set(Seat.objects.filter(plan=plan).needing_holder().values_list("pk", flat=True))
    return People(
        secretariat=by_role[Role.SECRETARIAT],
        groups=groups,
        steering=by_role[Role.STEERING_COMMITTEE],
        committee=_by_category(by_role[Role.STEERING_COMMITTEE]),
        monitoring=by_role[Role.MONITORING_TEAM],
        partners=by_role[Role.TECHNICAL_PARTNER],
        focal_points=focal_points,
        without_focal_point=_without_focal_point(plan, focal_points),
        vacant_count=sum(row.holder is None and row.seat.pk in needing for row in rows),
        rows=rows,
    )


def mark_undelivered(people, given_up):
    """Puts beside each holder the mail that did not reach them; returns how many people that are. given_up: by user id."""
    for row in people.rows:
        row.undelivered = given_up.get(row.holder.user_id) if row.holder else None
    return len({row.holder.user_id for row in people.rows if row.undelivered})


def _by_category(rows):
    """Only what has seats; those without a category come last. Where no seat has one, there is nothing to say: ""."""
    found = defaultdict(list)
    for row in rows:
        found[row.seat.category].append(row)
    order = [*MemberCategory.values, ""]
    if rows and rows[0].seat.is_coordinator:
        order.sort(key=lambda category: category != rows[0].seat.category)
    labels = dict(MemberCategory.choices) | {"": _("Without a category") if len(found) > 1 else ""}
    return [(labels[category], found[category]) for category in order if found[category]]


def _row(seat, terms, on):
    row = SeatRow(seat)
    for term in terms:
        if term.starts_on > on:
            row.coming.append(term)
        elif term.ends_on is not None and term.ends_on < on:
            row.past.append(term)
        else:
            row.holder = term
    return row


def _without_focal_point(plan, focal_points):
    """A group of institutions ("CSOs") submits nothing and needs none."""
    seated = {row.seat.institution_id for row in focal_points}
    leading = Lead.objects.filter(activity__plan=plan, activity__retired_on__isnull=True)
    return list(
        Institution.objects.filter(pk__in=leading.values("institution"))
        .exclude(kind=InstitutionKind.GROUP)
        .exclude(pk__in=seated)
        .in_order()
    )


@dataclass
class PastSeat:
    """A seat with everybody who held it, oldest first. `name` says what it is within its body."""

    seat: object
    name: str
    terms: list


def load_past(plan):
    """(body in words, PastSeats) of a plan, with what was abolished. Two queries, however many seats there are."""
    seats = list(
        Seat.objects.filter(plan=plan)
        .select_related("institution", "working_group__pillar")
        .order_by("working_group__pillar__order", "-is_coordinator", "order", "institution__acronym", "pk")
    )
    terms = defaultdict(list)
    for term in Membership.objects.filter(seat__plan=plan).select_related("user").order_by("starts_on", "pk"):
        terms[term.seat_id].append(term)
    bodies = defaultdict(list)
    for seat in sorted(seats, key=lambda one: _PLACE_OF[one.role]):
        bodies[body_name(seat)].append(PastSeat(seat, _within_body(seat), terms[seat.pk]))
    return list(bodies.items())


_PLACE_OF = {
    role: place
    for place, role in enumerate(
        (
            Role.SECRETARIAT, Role.GOVERNMENT_CO_LEAD, Role.CSO_CO_LEAD, Role.GROUP_MEMBER, Role.STEERING_COMMITTEE,
            Role.MONITORING_TEAM, Role.TECHNICAL_PARTNER, Role.FOCAL_POINT, Role.ADMINISTRATOR,
        )
    )
}  # fmt: skip


def body_name(seat):
    """The body that a seat belongs to, in words."""
    if seat.role in GROUP_ROLES:
        return _("Working group %(pillar)s") % {"pillar": seat.working_group.pillar.name}
    return {
        Role.SECRETARIAT: _("Secretariat"),
        Role.STEERING_COMMITTEE: _("Steering committee"),
        Role.MONITORING_TEAM: _("Monitoring team"),
        Role.TECHNICAL_PARTNER: _("Technical partners"),
        Role.FOCAL_POINT: _("Focal points"),
    }.get(seat.role, seat.get_role_display())


def _within_body(seat):
    parts = [seat.get_role_display() if seat.role in GROUP_ROLES else "", seat.institution, seat.title]
    return ", ".join(str(part) for part in parts if part) or seat.get_role_display()


def seat_name(seat):
    """A seat in words wherever it is named outside its body."""
    return f"{body_name(seat)}: {_within_body(seat)}"
