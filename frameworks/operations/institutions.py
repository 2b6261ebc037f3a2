"""Institutions and the names that they go by."""

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Institution, InstitutionAlias, Plan
from frameworks.models.people import GroupMember
from frameworks.permissions import Permission, Scope, granted, is_everywhere


def institution_history(institution):
    """Sources for frameworks.history."""
    return [
        Source(Institution, {"pgh_obj": institution.pk}),
        Source(
            InstitutionAlias,
            {"institution": institution.pk},
            label=lambda event: _("Other name"),
            whole=True,
        ),
        Source(
            GroupMember,
            {"from_institution": institution.pk},
            label=lambda event: _("Member"),
            whole=True,
        ),
        Source(
            GroupMember,
            {"to_institution": institution.pk},
            label=lambda event: _("Belongs to"),
            whole=True,
        ),
    ]


def institution_version(institution):
    return version_of(*institution_history(institution))


def editable_countries(user):
    """The countries whose institutions `user` may edit: those of the plans whose framework they edit. None: all.

    Institutions are shared by the plans of a country; another country's secretariat does not rename them.
    """
    if is_everywhere(user, Permission.EDIT_FRAMEWORK):
        return None
    plans = {seat.plan_id for seat in granted(user, Permission.EDIT_FRAMEWORK, Scope.PLAN)}
    return set(Plan.objects.filter(pk__in=plans).values_list("country", flat=True))


def may_edit_institution(user, institution):
    """Regional bodies (no country) are edited by every secretariat."""
    countries = editable_countries(user)
    return (
        countries is None or institution.country in countries or (bool(countries) and not institution.country)
    )


@explained(Institution, InstitutionAlias)
def save_institution(*, institution, changed, members, aliases, by, version=""):
    """Saves an institution (a new one, or the fields named in `changed`), its members and its other names.

    aliases: all of them. Raises PermissionDenied, Stale, and ValidationError with the form's fields.
    """
    with transaction.atomic():
        if institution.pk:
            before = Institution.objects.select_for_update(of=("self",), no_key=True).get(pk=institution.pk)
            if not may_edit_institution(by, before):
                raise PermissionDenied(_("Your seats do not allow this."))
            current = institution_version(before)
            if version and version != current:
                raise Stale(current)
        if not may_edit_institution(by, institution):
            raise PermissionDenied(_("Your seats do not allow this."))
        _refuse_circle(institution)
        _refuse_nested_groups(institution, members)
        institution.full_clean()
        with pghistory.context(action="save_institution"):
            if institution.pk:
                institution.save(update_fields=sorted(changed)) if changed else None
            else:
                institution.save(force_insert=True)
            institution.members.set(members if institution.is_group else [])
            _save_aliases(institution, aliases)
    return institution


def _refuse_circle(institution):
    """A ministry is not part of its own directorate."""
    above, seen = institution.parent, {institution.pk}
    while above is not None:
        if above.pk in seen:
            raise ValidationError(
                {"parent": _("%(name)s is itself part of this institution.") % {"name": institution.parent}}
            )
        seen.add(above.pk)
        above = above.parent


def _refuse_nested_groups(institution, members):
    """A group holds institutions, never a group: so no group is, through others, a member of itself."""
    if not institution.is_group:
        return
    wrong = [one for one in members if one.is_group or one.pk == institution.pk]
    if wrong:
        raise ValidationError(
            {"members": _("%(name)s is itself a group: choose institutions.") % {"name": wrong[0]}}
        )
    above = institution.groups.first() if institution.pk else None
    if above is not None:
        raise ValidationError(
            {
                "kind": _("%(name)s is a member of %(group)s, and a group is no member of a group.")
                % {"name": institution, "group": above}
            }
        )


def _save_aliases(institution, aliases):
    """A name that already stands for another institution is refused, with that institution's name."""
    present = {one.name.lower(): one for one in institution.aliases.all()}
    wanted = {name.lower(): name for name in aliases}
    for key, alias in present.items():
        if key not in wanted:
            alias.delete()
    for key, name in wanted.items():
        alias = present.get(key) or InstitutionAlias(institution=institution)
        if alias.pk and alias.name == name:
            continue
        taken = InstitutionAlias.objects.filter(name__iexact=name).exclude(institution=institution).first()
        if taken is not None:
            raise ValidationError(
                {
                    "other_names": _("“%(name)s” already stands for %(institution)s.")
                    % {"name": name, "institution": taken.institution}
                }
            )
        alias.name = name
        alias.full_clean()
        alias.save()
