"""Making and changing pillars, goals and outputs, and giving siblings new numbers."""

import re
from hashlib import sha256

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from frameworks import changes
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Activity, Goal, Indicator, Output, Pillar, WorkingGroup
from frameworks.operations.moving import (
    below,
    carry_to_pillar,
    change_codes,
    following_codes,
    level_of,
    locked_plan,
    pillar_of,
    refuse_retired_parent,
    tell_rounds,
)
from frameworks.permissions import Permission, require_permission

#: The field of a goal or an output that says what it hangs on.
PARENT = {"goal": "pillar", "output": "goal"}


def pillar_history(pillar):
    """Sources for frameworks.history."""
    return [Source(Pillar, {"pgh_obj": pillar.pk}, hidden=frozenset({"plan"}))]


def part_history(part):
    """Sources for frameworks.history: of a goal or an output."""
    return [
        Source(type(part), {"pgh_obj": part.pk}, hidden=frozenset({"plan"}), words=lambda: part.plan.words)
    ]


def pillar_version(pillar):
    return version_of(*pillar_history(pillar))


def part_version(part):
    return version_of(*part_history(part))


def require_reason(plan, reason, *, is_new=False):
    """Raises ValidationError at `reason` where the plan is endorsed and nobody says why."""
    if plan.is_under_change_control and not reason.strip():
        why = (
            _("The plan is endorsed: say why this is added.")
            if is_new
            else _("The plan is endorsed: say why this is changed.")
        )
        raise ValidationError({"reason": why})


def _stored(row, version, history):
    """The row as it is stored, locked; None for a new one. Raises Stale."""
    if not row.pk:
        return None
    before = type(row).objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    current = version_of(*history(before))
    if version and version != current:
        raise Stale(current)
    return before


def save_pillar(*, pillar, changed, reason, by, at, version=""):
    """Saves a pillar (a new one with its working group, or the fields named in `changed`).

    Raises PermissionDenied, Stale and ValidationError. Its place and its global pillar are no promise: changing only
    those needs no reason.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, pillar.plan)
    with explained(Pillar), transaction.atomic():
        plan = locked_plan(pillar.plan_id)
        before = _stored(pillar, version, pillar_history)
        if before is None or set(changed) & {"code", "name", "kind"}:
            require_reason(plan, reason, is_new=before is None)
        pillar.full_clean()
        with pghistory.context(reason=reason.strip()):
            if before is None:
                pillar.save(force_insert=True)
                WorkingGroup.objects.create(pillar=pillar)
            elif changed:
                pillar.save(update_fields=sorted(changed))
    return pillar


def why_pillar_stays(pillar):
    """Why a pillar cannot be deleted, in words; "" when nothing hangs on it."""
    if below(pillar).counts():
        return _("Something hangs on it, perhaps retired: move or delete that first.")
    if pillar.working_group.seats.exists():
        return _("Its working group has seats. A pillar whose group has met is kept.")
    return ""


def delete_pillar(*, pillar, reason, by):
    """Deletes a pillar made by mistake, with its empty working group. Raises PermissionDenied, ValidationError."""
    require_permission(by, Permission.EDIT_FRAMEWORK, pillar.plan)
    try:
        with transaction.atomic():
            plan = locked_plan(pillar.plan_id)
            why = why_pillar_stays(pillar)
            if why:
                raise ValidationError(why)
            require_reason(plan, reason)
            with pghistory.context(reason=reason.strip()):
                pillar.delete()
    except ProtectedError as error:
        raise ValidationError(
            _("Submissions, reports, operational or annual plans exist on this pillar: it is kept.")
        ) from error


@explained(Goal, Output, Activity, Indicator)
def save_part(*, part, changed, reason, by, at, follow=False, version=""):
    """Saves a goal or an output: a new one, or the fields named in `changed`; another parent moves it with all below.

    follow: codes below that begin with the old code begin with the new one. Raises PermissionDenied, Stale, and
    ValidationError with the fields of the form.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, part.plan)
    with transaction.atomic():
        plan = locked_plan(part.plan_id)
        before = _stored(part, version, part_history)
        if before is None or changed:
            require_reason(plan, reason, is_new=before is None)
        part.full_clean()
        parent = PARENT[level_of(part)]
        if before is None or parent in changed:
            refuse_retired_parent(part, getattr(part, parent), parent)
        with pghistory.context(reason=reason.strip()):
            if before is None:
                part.save(force_insert=True)
            elif changed:
                part.save(update_fields=sorted(changed))
                _carry(part, before, changed, follow)
        if before is not None and parent in changed:
            changes.announce(indicators=below(part).indicators, at=at)
            tell_rounds(plan, by=by, at=at)
    return part


def _carry(part, before, changed, follow):
    """What is below a goal or an output goes along: to another pillar, under another code."""
    parent = PARENT[level_of(part)]
    if parent in changed and pillar_of(part) != pillar_of(before):
        carry_to_pillar(part, pillar_of(part), parent)
    if follow and "code" in changed:
        change_codes(part.plan, following_codes([(part, before.code, part.code)]), field="code")


# Numbers


def numbers_version(rows):
    """A short text that differs when the codes of `rows`, or which rows there are, differ."""
    said = "\n".join(f"{level_of(row)} {row.pk} {row.code}" for row in rows)
    return sha256(said.encode()).hexdigest()[:16]


def siblings(parent):
    """What hangs directly on a pillar, goal, output or activity, in order: {level: [rows]}, retired ones too."""
    if isinstance(parent, Pillar):
        found = {"goal": parent.goals.all()}
    elif isinstance(parent, Goal):
        found = {"output": parent.outputs.all(), "indicator": parent.indicators.all()}
    elif isinstance(parent, Output):
        found = {"activity": parent.activities.all(), "indicator": parent.indicators.all()}
    else:
        found = {"indicator": parent.indicators.all()}
    rows = {level: list(found_rows.order_by("sort_key")) for level, found_rows in found.items()}
    return {level: some for level, some in rows.items() if some}


@explained(Goal, Output, Activity, Indicator)
def renumber(*, parent, codes, follow, reason, by, at, version):
    """Gives the children of `parent` new codes, all at once: two may swap. codes: (level, pk) → code; others stay.

    follow: codes below that begin with a child's old code begin with its new one. Returns how many children changed.
    Raises PermissionDenied, Stale and ValidationError; nothing is saved then.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, parent.plan)
    with transaction.atomic():
        plan = locked_plan(parent.plan_id)
        rows = [row for some in siblings(parent).values() for row in some]
        current = numbers_version(rows)
        if version != current:
            raise Stale(current)
        changed = [
            (row, row.code, codes[level_of(row), row.pk])
            for row in rows
            if codes.get((level_of(row), row.pk), row.code) != row.code
        ]
        if not changed:
            return 0
        require_reason(plan, reason)
        wanted = following_codes(changed) if follow else {}
        for row, _old, new in changed:
            wanted.setdefault(type(row), {})[row.pk] = new
        with pghistory.context(reason=reason.strip()):
            change_codes(plan, wanted)
    return len(changed)


def next_code(plan, model, parent_code="", letters=False):
    """The next free code for a child: after 1.1.3 comes 1.1.4; after 1.1.1a comes 1.1.1b. Retired codes stay taken.

    parent_code: "" of goals, which are numbered through the whole plan.
    """
    taken = set(model.objects.filter(plan=plan, code__startswith=parent_code).values_list("code", flat=True))
    if letters:
        found = (f"{parent_code}{chr(ord('a') + n)}" for n in range(26))
        return next((code for code in found if code not in taken), "")
    start = f"{parent_code}." if parent_code else ""
    pattern = re.compile(rf"{re.escape(start)}(\d{{1,6}})")
    numbers = [int(match[1]) for match in map(pattern.fullmatch, taken) if match]
    return f"{start}{max(numbers, default=0) + 1}"
