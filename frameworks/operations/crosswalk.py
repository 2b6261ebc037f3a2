"""Linking a plan to the provisions of external frameworks, and keeping the frameworks themselves.

A link changes nothing that was promised: it needs no reason, also once the plan is endorsed. The history keeps who linked
and unlinked what.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Provision, ProvisionLink
from frameworks.models.crosswalk import ExternalFramework
from frameworks.permissions import Permission, has_permission, require_permission

STANDARD = Path(__file__).resolve().parent.parent / "data" / "crosswalk.toml"


# The links of a plan


def link_history(level, row):
    """Sources for frameworks.history: the links of one goal, output, activity or indicator."""
    return [
        Source(
            ProvisionLink,
            {level: row.pk},
            label=lambda event: _("Link"),
            hidden=frozenset({"plan"}),
            whole=True,
        )
    ]


def framework_link_history(plan, framework):
    """Sources for frameworks.history: what a plan linked to one framework."""
    return [
        Source(
            ProvisionLink,
            {"plan": plan.pk, "provision__framework": framework.pk},
            label=lambda event: _("Link"),
            whole=True,
        )
    ]


def link_version(level, row):
    return version_of(*link_history(level, row))


@explained(ProvisionLink)
def set_provisions(*, level, row, provisions, primary, by, version=""):
    """Makes the links of one goal, output, activity or indicator those to `provisions`.

    level: a value of LINKED_LEVELS. primary: one of `provisions`, or None. Raises PermissionDenied, Stale, and
    ValidationError where the primary one is not among them.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, row)
    wanted = {one.pk: one for one in provisions}
    if primary is not None and primary.pk not in wanted:
        raise ValidationError(
            {"primary": _("Tick %(provision)s as well: the primary one is one of those that it answers.") % {"provision": primary}}
        )  # fmt: skip
    with transaction.atomic():
        _lock(type(row), [row.pk])
        current = link_version(level, row)
        if version and version != current:
            raise Stale(current)
        present = {one.provision_id: one for one in ProvisionLink.objects.filter(**{level: row})}
        with pghistory.context(action="set_provisions"):
            # Nothing is primary in between: two at once would break the constraint.
            for pk, link in present.items():
                if pk not in wanted:
                    link.delete()
                elif link.is_primary and (primary is None or primary.pk != pk):
                    link.is_primary = False
                    link.save(update_fields=["is_primary"])
            for pk, provision in wanted.items():
                is_primary = primary is not None and primary.pk == pk
                link = present.get(pk)
                if link is None:
                    link = ProvisionLink(
                        plan_id=row.plan_id, provision=provision, is_primary=is_primary, **{level: row}
                    )
                    link.full_clean()
                    link.save()
                elif is_primary and not link.is_primary:
                    link.is_primary = True
                    link.save(update_fields=["is_primary"])


def link_things(*, plan, provision, things, by):
    """Links goals, outputs, activities and indicators of `plan` to one provision; returns how many links are new.

    things: level → rows (a list or a queryset). Those that are linked already stay as they are. Raises PermissionDenied,
    and ValidationError for a row of another plan.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    with transaction.atomic(), pghistory.context(action="link_things"):
        before = _links_of(plan, provision).count()
        for level, rows in things.items():
            found = list(rows)
            if any(row.plan_id != plan.pk for row in found):
                raise ValidationError(_("What is linked belongs to the plan."))
            # Somebody else may link the same at this moment: one link of the two is enough.
            ProvisionLink.objects.bulk_create(
                [ProvisionLink(plan=plan, provision=provision, **{level: row}) for row in found],
                ignore_conflicts=True,
                batch_size=500,
            )
        return _links_of(plan, provision).count() - before


def _links_of(plan, provision):
    return ProvisionLink.objects.filter(plan=plan, provision=provision)


def unlink(*, link, by):
    """Removes one link. Raises PermissionDenied."""
    require_permission(by, Permission.EDIT_FRAMEWORK, link)
    with transaction.atomic(), pghistory.context(action="unlink"):
        link.delete()


def _lock(model, ids):
    """Two people who link the same thing at once take turns."""
    list(model.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).values_list("pk"))


# The frameworks


def may_edit_frameworks(user):
    """The secretariat of any plan keeps the list, like that of the institutions: it is shared by all plans."""
    return has_permission(user, Permission.EDIT_FRAMEWORK)


def framework_history(framework):
    """Sources for frameworks.history: a framework and its provisions."""
    return [
        Source(ExternalFramework, {"pgh_obj": framework.pk}),
        Source(
            Provision,
            {"framework": framework.pk},
            label=lambda event: _("Provision %(code)s") % {"code": event.code},
            whole=True,
        ),
    ]


def framework_version(framework):
    return version_of(*framework_history(framework))


@explained(ExternalFramework, Provision)
def save_external_framework(*, framework, changed, provisions, by, version=""):
    """Saves an external framework (a new one, or the fields named in `changed`) and makes its provisions `provisions`.

    provisions: {code: title}, all of them. Raises PermissionDenied, Stale, and ValidationError with the form's fields: a
    provision that a plan is linked to is not removed.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK)
    with transaction.atomic():
        if framework.pk:
            before = ExternalFramework.objects.select_for_update(no_key=True).get(pk=framework.pk)
            current = framework_version(before)
            if version and version != current:
                raise Stale(current)
        framework.full_clean()
        with pghistory.context(action="save_external_framework"):
            if framework.pk:
                framework.save(update_fields=sorted(changed)) if changed else None
            else:
                framework.save(force_insert=True)
            _save_provisions(framework, provisions)
    return framework


def _save_provisions(framework, wanted):
    present = {one.code: one for one in framework.provisions.select_for_update()}
    gone = [one for code, one in present.items() if code not in wanted]
    linked = set(
        ProvisionLink.objects.filter(provision__in=gone).values_list("provision__code", flat=True).distinct()
    )
    if linked:
        names = ", ".join(one.code for one in gone if one.code in linked)
        raise ValidationError(
            {
                "provisions": ngettext(
                    "%(names)s cannot be removed: a plan is linked to it. Its title can be changed.",
                    "%(names)s cannot be removed: plans are linked to them. Their titles can be changed.",
                    len(linked),
                )
                % {"names": names}
            }
        )
    for one in gone:
        one.delete()
    for code, title in wanted.items():
        provision = present.get(code) or Provision(framework=framework, code=code)
        if provision.pk and provision.title == title:
            continue
        provision.title = title
        provision.full_clean()
        if provision.pk:
            provision.save(update_fields=["title"])
        else:
            provision.save()


def remove_external_framework(*, framework, by):
    """Removes a framework with its provisions. Raises PermissionDenied, and ValidationError while a plan is linked to it."""
    require_permission(by, Permission.EDIT_FRAMEWORK)
    with transaction.atomic(), pghistory.context(action="remove_external_framework"):
        locked = ExternalFramework.objects.select_for_update().get(pk=framework.pk)
        list(locked.provisions.select_for_update().values_list("pk"))
        if ProvisionLink.objects.filter(provision__framework=locked).exists():
            raise ValidationError(
                _("%(name)s cannot be removed: a plan is linked to it.") % {"name": locked.short_name}
            )
        locked.delete()


# The standard ones


@dataclass(frozen=True, slots=True)
class LoadedStandard:
    """How many frameworks and provisions were added."""

    frameworks: int
    provisions: int


def standard_frameworks():
    """The rows of data/crosswalk.toml, in their order."""
    return tomllib.loads(STANDARD.read_text(encoding="utf-8"))["framework"]


def load_standard_frameworks(*, by=None):
    """Adds the standard frameworks and provisions that are missing; returns a LoadedStandard.

    What is there stays as it is, also under another name or title. by: None for commands; else PermissionDenied is raised
    for those who may not.
    """
    if by is not None:
        require_permission(by, Permission.EDIT_FRAMEWORK)
    rows = standard_frameworks()
    with transaction.atomic(), pghistory.context(action="load_standard_frameworks"):
        before = _size()
        ExternalFramework.objects.bulk_create(
            [
                ExternalFramework(
                    code=row["code"],
                    name=row["name"],
                    short_name=row["short_name"],
                    issuer=row["issuer"],
                    year=row["year"],
                    order=order,
                )
                for order, row in enumerate(rows, start=1)
            ],
            ignore_conflicts=True,
        )
        known = {
            one.code: one for one in ExternalFramework.objects.filter(code__in=[row["code"] for row in rows])
        }
        Provision.objects.bulk_create(
            [
                Provision(framework=known[row["code"]], code=code, title=title)
                for row in rows
                for code, title in row["provisions"]
            ],
            ignore_conflicts=True,
        )
        after = _size()
    return LoadedStandard(after[0] - before[0], after[1] - before[1])


def missing_standard():
    """How many of the standard provisions are not there. One query."""
    present = set(Provision.objects.values_list("framework__code", "code"))
    wanted = {(row["code"], code) for row in standard_frameworks() for code, _title in row["provisions"]}
    return len(wanted - present)


def _size():
    return ExternalFramework.objects.count(), Provision.objects.count()
