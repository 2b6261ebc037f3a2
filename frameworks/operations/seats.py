"""Who sits where: making seats, giving them to people, ending them."""

from datetime import timedelta

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from frameworks import changes
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Membership, Plan, Role, Seat, User
from frameworks.models.people import CO_LEAD_ROLES
from frameworks.permissions import (
    Permission,
    forget_seats,
    has_permission,
    is_everywhere,
    require_permission,
)


def seat_history(seat):
    """Sources for frameworks.history: the seat itself, and who sat in it."""
    return [
        Source(Membership, {"seat": seat.pk}, label=lambda event: _("Term"), whole=True),
        Source(Seat, {"pgh_obj": seat.pk}, hidden=frozenset({"plan", "working_group"})),
    ]


def seat_version(seat):
    return version_of(*seat_history(seat))


@explained(Seat)
def create_seat(
    *, plan, role, by, institution=None, working_group=None, title="", category="", is_coordinator=False
):
    """A new, vacant seat of the plan. Raises PermissionDenied and ValidationError.

    category: a MemberCategory, for the steering committee only. is_coordinator: chairs or coordinates its body.
    """
    require_permission(by, Permission.MANAGE_SEATS, plan)
    if role == Role.ADMINISTRATOR:
        raise PermissionDenied(_("Administrators are made by the installation, not by a plan."))
    if working_group is not None and working_group.pillar.plan_id != plan.pk:
        raise ValidationError({"working_group": _("This working group belongs to another plan.")})
    with transaction.atomic():
        Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        if role == Role.FOCAL_POINT and not title:
            _refuse_second_focal_point(plan, institution)
        seat = Seat(
            plan=plan,
            role=role,
            institution=institution,
            working_group=working_group,
            title=title,
            category=category,
            is_coordinator=is_coordinator,
        )
        seat.full_clean()
        seat.save()
    return seat


#: What may be changed of a seat. Its role and working group are what it is: for others it takes another seat.
EDITABLE = frozenset({"title", "category", "is_coordinator", "order", "institution"})


def was_ever_held(seat):
    """Whether anybody sat in the seat, or is to sit: then its institution is part of what happened."""
    return Membership.objects.filter(seat=seat).exists()


@explained(Seat)
def update_seat(*, seat, changed, by, version=""):
    """Saves the fields of `seat` named in `changed`. Raises PermissionDenied, Stale and ValidationError.

    The institution changes only while nobody has ever sat there: otherwise a term would speak for a body it never spoke for.
    """
    require_permission(by, Permission.MANAGE_SEATS, seat)
    changed = EDITABLE & set(changed)
    with transaction.atomic():
        # The plan's row is the lock of new seats, too: two cannot both become the one that coordinates.
        Plan.objects.select_for_update(no_key=True).get(pk=seat.plan_id)
        before = Seat.objects.select_for_update(of=("self",), no_key=True).get(pk=seat.pk)
        current = seat_version(before)
        if version and version != current:
            raise Stale(current)
        if before.closed_on is not None:
            raise ValidationError(_("This seat was abolished."))
        if "institution" in changed and was_ever_held(seat):
            raise ValidationError(
                {
                    "institution": _("Somebody sat here for %(name)s: make another seat.")
                    % {"name": before.institution}
                }
            )
        if seat.role == Role.FOCAL_POINT and not seat.title and {"title", "institution"} & changed:
            _refuse_second_focal_point(seat.plan, seat.institution, but=seat)
        seat.full_clean()
        if changed:
            with pghistory.context(action="update_seat"):
                seat.save(update_fields=sorted(changed))
    return seat


def _refuse_second_focal_point(plan, institution, *, but=None):
    """A second focal point of the same institution is an alternate, and says so in its title."""
    others = Seat.objects.filter(
        plan=plan, role=Role.FOCAL_POINT, institution=institution, closed_on__isnull=True
    )
    if but is not None:  # of two that are there, one may go without a title: the others are its alternates
        others = others.exclude(pk=but.pk).filter(title="")
    if others.exists():
        raise ValidationError(
            {
                "title": _(
                    "%(institution)s already has a focal point: give this seat a title, such as Alternate."
                )
                % {"institution": institution}
            }
        )


@explained(User)
def create_person(*, plan, email, name, post, by):
    """An account without a password, for somebody who is to get a seat in `plan`. Raises as the others do.

    The person sets the password through the link of `views.people.set_password_link`, which the secretariat hands over.
    """
    require_permission(by, Permission.MANAGE_SEATS, plan)
    with transaction.atomic():
        person = User(email=User.objects.normalize_email(email).strip().lower(), display_name=name, post=post)
        person.set_unusable_password()
        # The constraint on the address, which does not mind upper case, says it in better words than the unique column.
        person.full_clean(validate_unique=False)
        person.save()
    return person


@explained(Membership)
def assign_seat(*, seat, user, starts_on, by, at, replace=False):
    """Gives `seat` to `user` from that day on. replace: ends the present holder's term the day before.

    Raises PermissionDenied, and ValidationError in words: closed seat, account switched off, somebody else in the seat,
    one person on both sides of a working group.
    """
    require_permission(by, Permission.MANAGE_SEATS, seat)
    with transaction.atomic():
        seat = Seat.objects.select_for_update(of=("self",), no_key=True).get(pk=seat.pk)
        if seat.closed_on is not None:
            raise ValidationError(_("This seat was abolished."))
        if not user.is_active:
            raise ValidationError({"email": _("This account is switched off. Ask an administrator.")})
        _refuse_both_sides(seat, user, starts_on)
        if replace:
            _make_room(seat, user, starts_on, by=by, at=at)
        membership = Membership(seat=seat, user=user, starts_on=starts_on)
        _say_who_sits_there(seat, starts_on)
        membership.full_clean()
        membership.save()
    forget_seats(user)
    return membership


def _refuse_both_sides(seat, user, starts_on):
    """Government and civil society chair a working group as equals: not in one person (seed, Box 11)."""
    if seat.role not in CO_LEAD_ROLES:
        return
    other = (
        Membership.objects.filter(
            user=user, seat__working_group=seat.working_group_id, seat__role__in=CO_LEAD_ROLES
        )
        .exclude(seat__role=seat.role)
        .exclude(ends_on__lt=starts_on)
    )
    if other.exists():
        raise ValidationError(
            {
                "email": _("%(name)s already leads this working group for the other side.")
                % {"name": user.display_name}
            }
        )


def _overlapping(seat, starts_on):
    return Membership.objects.filter(seat=seat).exclude(ends_on__lt=starts_on).select_related("user", "seat")


def _make_room(seat, user, starts_on, *, by, at):
    """Ends the term that runs on the day before the new one begins."""
    for present in _overlapping(seat, starts_on).filter(starts_on__lt=starts_on):
        if present.user_id == user.pk:
            raise ValidationError({"email": _("%(name)s already holds this seat.") % {"name": present.user}})
        present.ends_on = starts_on - timedelta(days=1)
        present.full_clean()
        present.save(update_fields=["ends_on"])
        forget_seats(present.user)
        changes.announce_seat_ended(membership=present, by=by, at=at)


def _say_who_sits_there(seat, starts_on):
    """The words of the overlap constraint, with name and dates."""
    present = _overlapping(seat, starts_on).order_by("starts_on").first()
    if present is None:
        return
    values = {
        "name": present.user.display_name,
        "from": date_format(present.starts_on),
        "until": date_format(present.ends_on) if present.ends_on else "",
    }
    if present.ends_on:
        message = _(
            "%(name)s holds this seat from %(from)s until %(until)s. Begin the day after, or end that term first."
        )
    else:
        message = _(
            "%(name)s has held this seat since %(from)s. End that term first, or tick that it ends the day before."
        )
        if present.starts_on >= starts_on:
            message = _(
                "%(name)s holds this seat from %(from)s on, so nobody can begin earlier without an end."
            )
    raise ValidationError({"starts_on": message % values})


@explained(Membership)
def end_membership(*, membership, ends_on, by, at):
    """Ends somebody's term; `ends_on` is the last day. Raises PermissionDenied and ValidationError."""
    require_permission(by, Permission.MANAGE_SEATS, membership.seat)
    with transaction.atomic():
        membership = (
            Membership.objects.select_for_update(of=("self",), no_key=True)
            .select_related("seat", "user")
            .get(pk=membership.pk)
        )
        if membership.seat.role == Role.SECRETARIAT:
            _refuse_last_secretariat(membership, by)
        membership.ends_on = ends_on
        try:
            membership.full_clean()
        except ValidationError as error:
            raise ValidationError({"ends_on": error.messages}) from error
        membership.save(update_fields=["ends_on"])
        changes.announce_seat_ended(membership=membership, by=by, at=at)
    forget_seats(membership.user)
    return membership


def _refuse_last_secretariat(membership, by):
    """Nobody locks their own plan: the last holder of a secretariat seat is ended by an administrator only."""
    others = Membership.objects.filter(
        seat__plan=membership.seat.plan_id,
        seat__role=Role.SECRETARIAT,
        seat__closed_on__isnull=True,
        ends_on__isnull=True,
    ).exclude(pk=membership.pk)
    if not others.exists() and not is_everywhere(by, Permission.MANAGE_SEATS):
        raise ValidationError(
            {
                "ends_on": _(
                    "Nobody else sits at the secretariat of this plan: give somebody a seat there first."
                )
            }
        )


@explained(Seat)
def close_seat(*, seat, closed_on, by, on, at):
    """Abolishes a seat; whoever holds it, holds it until that day. `on`: today, which `closed_on` cannot lie after.

    Raises PermissionDenied and ValidationError.
    """
    require_permission(by, Permission.MANAGE_SEATS, seat)
    if closed_on > on:
        raise ValidationError(
            {
                "ends_on": _(
                    "A seat is abolished today or on an earlier day. For a later day, end the holder's term."
                )
            }
        )
    with transaction.atomic():
        seat = Seat.objects.select_for_update(of=("self",), no_key=True).get(pk=seat.pk)
        if seat.closed_on is not None:
            raise ValidationError(_("This seat was abolished."))
        running = Membership.objects.filter(seat=seat).exclude(ends_on__lte=closed_on)
        for membership in running.select_related("user", "seat"):
            if membership.starts_on > closed_on:
                raise ValidationError(
                    _("%(name)s is to begin in this seat on %(day)s: end that first.")
                    % {"name": membership.user, "day": date_format(membership.starts_on)}
                )
            end_membership(membership=membership, ends_on=closed_on, by=by, at=at)
        seat.closed_on = closed_on
        seat.full_clean()
        seat.save(update_fields=["closed_on"])
    return seat


def may_hand_over_account(by, user):
    """Whether `by` may (again) get the link with which `user` sets a first password.

    Only while there is no password, and only where all seats of the person lie in plans whose seats `by` manages:
    otherwise somebody could take an account of another plan, or an administrator's, over.
    """
    if user.has_usable_password() or not user.is_active or user.is_superuser:
        return False
    seats = Seat.objects.filter(memberships__user=user).distinct()
    return all(has_permission(by, Permission.MANAGE_SEATS, seat) for seat in seats)
