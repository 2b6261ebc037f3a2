"""Merging one institution into another: what is still to be done moves, what was done stays.

A (the source) is merged into B (the target), because both are the same body or because one was dissolved into the other.

Moves to B, in plans that have not expired: who leads activities in use, who reports the figures of indicators in use,
open seats (with the people in them), places in groups of institutions and the members of a group, the group whose dates
count for it in a round that has not opened, directorates. Where B is already there, one row stays: accountable if either was, with the stronger role and the lower place. Names, acronym,
code and aliases of A become aliases of B, so that documents and imports find B.

Stays with A, so that history stays true: submissions with their figures, activities and indicators that were retired,
abolished seats, and all of an expired plan. A itself stays and says where it went; it is on offer nowhere.

Higher apps say through `providers` why a merger has to wait (open submissions).
"""

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from frameworks import changes
from frameworks.constraints import explained
from frameworks.mergers import fingerprint, is_below, plan_merger
from frameworks.models import (
    Indicator,
    Institution,
    InstitutionAlias,
    Lead,
    Plan,
    ReportingRound,
    Role,
    RoundGroupMember,
    Seat,
)
from frameworks.models.plan import LeadRole
from frameworks.operations.institutions import editable_countries, may_edit_institution
from frameworks.permissions import Permission, has_permission

#: The stronger role of two stays.
_STRENGTH = {LeadRole.LEAD: 0, LeadRole.CO_LEAD: 1, LeadRole.SUPPORT: 2}


def foreign_plans(merger, by):
    """Plans of other countries that the merger would change and whose framework `by` does not edit."""
    touched = {lead.activity.plan for lead, _there in merger.leads}
    touched |= {one.plan for one, _there in merger.responsible} | {seat.plan for seat, _there in merger.seats}
    countries = editable_countries(by)
    if countries is None:
        return []
    return sorted(
        plan.code
        for plan in touched
        if plan.country not in countries and not has_permission(by, Permission.EDIT_FRAMEWORK, plan)
    )


def why_not(merger, by):
    """All reasons, in words, for which `by` cannot merge now; [] when nothing stands in the way."""
    foreign = foreign_plans(merger, by)
    if not foreign:
        return merger.refusals
    words = _("It is named in plans of other countries (%(plans)s): an administrator can merge it.")
    return [*merger.refusals, words % {"plans": ", ".join(foreign)}]


@explained(Lead, Seat, InstitutionAlias)
def merge(*, source, target, reason, by, at, seen=""):
    """Merges `source` into `target`, all or nothing. See the top of this file for what moves and what stays.

    seen: `fingerprint` of the preview; when it is another by now, ValidationError says so. Raises PermissionDenied, and
    ValidationError in words.
    """
    on = localdate(at)
    with transaction.atomic():
        # Plans first, then institutions, as whoever makes a seat does; each in the order of their numbers.
        _lock_plans(plan_merger(source=source, target=target, on=on))
        locked = {
            one.pk: one
            for one in Institution.objects.select_for_update(of=("self",))
            .select_related("parent", "merged_into")
            .filter(pk__in=[source.pk, target.pk])
            .order_by("pk")
        }
        source, target = locked[source.pk], locked[target.pk]
        for one in (source, target):
            if not may_edit_institution(by, one):
                raise PermissionDenied(_("Your seats do not allow this."))
        merger = plan_merger(source=source, target=target, on=on)
        reasons = why_not(merger, by)
        if reasons:
            raise ValidationError(reasons)
        if not reason.strip():
            raise ValidationError({"reason": _("Say why the two are one: it stands in the history of both.")})
        if seen and seen != fingerprint(merger):
            raise ValidationError(
                _(
                    "What would move has changed since you looked. Here is how it stands now: look, and merge again."
                )
            )
        with pghistory.context(reason=reason.strip(), action="merge_institutions"):
            _move_leads(merger)
            _move_responsible(merger)
            _move_seats(merger, on)
            _move_relations(merger)
            _move_round_groups(merger)
            _move_names(merger)
            source.merged_into = target
            source.save(update_fields=["merged_into"])
            _forward_earlier(source, target)
            _announce(merger, by, at)
    return target


def _lock_plans(merger):
    touched = {lead.activity.plan_id for lead, _there in merger.leads}
    touched |= {one.plan_id for one, _there in merger.responsible}
    touched |= {seat.plan_id for seat, _there in merger.seats}
    list(Plan.objects.select_for_update(no_key=True).filter(pk__in=touched).order_by("pk"))


def _move_leads(merger):
    for lead, there in merger.leads:
        if there is None:
            lead.institution = merger.target
            lead.save(update_fields=["institution"])
            continue
        lead.delete()  # first: two accountable at once would break the constraint
        said = (
            min(lead.role, there.role, key=lambda role: _STRENGTH[role]),
            lead.is_accountable or there.is_accountable,
            min(lead.order, there.order),
        )
        if said != (there.role, there.is_accountable, there.order):
            there.role, there.is_accountable, there.order = said
            there.save(update_fields=["role", "is_accountable", "order"])


def _move_responsible(merger):
    for indicator, _there in merger.responsible:
        indicator.responsible.remove(merger.source)
        indicator.responsible.add(merger.target)


def _move_seats(merger, on):
    for seat, there in merger.seats:
        if there is not None and (seat.is_vacant or there.is_vacant):
            idle, kept = (seat, there) if seat.is_vacant else (there, seat)
            if idle.closed_on is None:  # two of the source may meet the same vacant one
                idle.closed_on = on
                idle.save(update_fields=["closed_on"])
                if idle.is_coordinator:
                    kept.is_coordinator = True
                    kept.save(update_fields=["is_coordinator"])
            if idle is seat:
                continue
        elif there is not None and seat.role == Role.FOCAL_POINT and not seat.title:
            seat.title = _("Alternate")
        seat.institution = merger.target
        seat.save(update_fields=["institution", "title"])


def _move_relations(merger):
    source, target = merger.source, merger.target
    for group, _there in merger.groups:
        group.members.remove(source)
        group.members.add(target)
    target.members.remove(source)
    if source.is_group:
        target.members.add(*(one for one, _there in merger.members))
        source.members.clear()
    changed = []
    if merger.moves_parent or (target.parent_id == source.pk or is_below(target, source)):
        target.parent = source.parent if source.parent_id != target.pk else None
        changed.append("parent")
    if source.contact_email and not target.contact_email:
        target.contact_email = source.contact_email
        changed.append("contact_email")
    if changed:
        target.save(update_fields=changed)
    for one in merger.directorates:
        one.parent = target
        one.save(update_fields=["parent"])


def _move_round_groups(merger):
    """In rounds that have not opened the target reports by the dates of the source's group, unless it has its own."""
    to_come = RoundGroupMember.objects.filter(round__opened_at__isnull=True)
    there = to_come.filter(institution=merger.target).values("round")
    of_source = to_come.filter(institution=merger.source)
    of_source.filter(round__in=there).delete()
    of_source.update(institution=merger.target)


def _move_names(merger):
    for alias in merger.aliases:
        alias.institution = merger.target
        alias.save(update_fields=["institution"])
    for name in merger.new_names:
        InstitutionAlias.objects.create(institution=merger.target, name=name)


def _forward_earlier(source, target):
    """What was merged into the source before leads to where the source went: one step from anywhere."""
    for one in Institution.objects.filter(merged_into=source):
        one.merged_into = target
        one.save(update_fields=["merged_into"])


def _announce(merger, by, at):
    """Results are brought up to date, and who now leads in an open round is asked to report."""
    activities = [lead.activity_id for lead, _there in merger.leads]
    named = [one.pk for one, _there in merger.responsible]
    touched = Indicator.objects.filter(Q(activity__in=activities) | Q(pk__in=named))
    changes.announce(indicators=touched, at=at)
    plans = {lead.activity.plan_id for lead, _there in merger.leads}
    for round in ReportingRound.objects.filter(plan__in=plans).accepting_submissions(localdate(at)):
        changes.announce_round_opened(round=round, by=by, at=at)
