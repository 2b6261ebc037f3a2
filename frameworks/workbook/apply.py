"""Saves what the preview of a workbook showed: all or nothing, in a fixed number of queries."""

from collections import defaultdict

import pghistory
import pgtrigger
from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.timezone import localdate

from frameworks import changes
from frameworks.constraints import explained
from frameworks.imports.saving import ImportRefused, refuse
from frameworks.models import (
    Activity,
    Category,
    CategoryTarget,
    Dimension,
    Goal,
    Indicator,
    Lead,
    Output,
    Pillar,
    Target,
    WorkingGroup,
)
from frameworks.operations.importing import asked_by
from frameworks.operations.moving import locked_plan, tell_rounds
from frameworks.permissions import Permission, require_permission
from frameworks.workbook.columns import BY_KEY, Kind
from frameworks.workbook.compare import compare
from frameworks.workbook.items import CHANGED, DELETE, NEW, RETIRE, SAME
from frameworks.workbook.parse import read_workbook

_LEVELS = ("pillars", "goals", "outputs", "activities", "indicators")
_FIGURES = ["value", "numerator", "denominator"]


@explained(Pillar, Goal, Output, Activity, Indicator, Lead, Dimension, Category, Target, CategoryTarget)
def apply_workbook(
    *,
    parsed,
    plan,
    by,
    at,
    fingerprint=None,
    reason="",
    remove_missing=False,
    progress=lambda step, percent: None,
):
    """Applies a Parsed workbook to its plan and returns the Difference that was applied.

    The plan's row is locked and the difference worked out anew: two imports at once follow each other, and what is saved
    is what was seen (`fingerprint`, of the preview). `by` may be None for a command on the server; otherwise
    EDIT_FRAMEWORK is required. `progress(step, percent)` is told how far it is. Raises PermissionDenied, ImportRefused,
    and ValidationError when only the database saw that two people saved the same.
    """
    if by is not None:
        require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    with transaction.atomic():
        plan = locked_plan(plan.pk)
        progress("comparing", 30)
        difference = compare(parsed, plan, remove_missing=remove_missing, lock=True)
        refuse(difference, plan, fingerprint=fingerprint, reason=reason)
        if difference.needs_reason and not reason.strip():
            raise ImportRefused(difference.needs_reason, difference)
        if not difference.changes_anything:
            return difference
        progress("saving", 50)
        context = {"action": "import", "file": parsed.filename, "reason": reason.strip()}
        with pghistory.context(**(context | ({"user": by.pk} if by else {}))):
            _save(difference, localdate(at))
        progress("results", 80)
        changes.announce(indicators=Indicator.objects.filter(plan=plan), at=at)
        # Who became a lead while a round is open is asked to report in it, also on an activity without indicators.
        tell_rounds(plan, by=by, at=at)
    return difference


def read_upload(upload):
    """The Parsed workbook of a kept upload. Raises UnreadableWorkbook, or OSError when the file is gone."""
    with upload.file.open("rb") as file:
        return read_workbook(file, filename=upload.file_name, plan=upload.plan)


def apply_upload(upload, *, progress):
    """Saves a queued upload and returns what was written (frameworks/imports/run.py). All or nothing."""
    progress("reading", 5)
    difference = apply_workbook(
        parsed=read_upload(upload),
        plan=upload.plan,
        by=asked_by(upload) or upload.created_by,
        at=timezone.now(),
        fingerprint=upload.fingerprint,
        reason=upload.reason,
        remove_missing=upload.remove_missing,
        progress=progress,
    )
    return difference.written_by_sheet()


def _save(difference, today):
    by_sheet = defaultdict(list)
    for item in difference.items:
        if item.action != SAME:
            by_sheet[item.sheet].append(item)
    gone = defaultdict(list)
    for one in difference.taken_out:
        gone[one.sheet, one.outcome].append(one.record.instance)
    if by_sheet["plan"]:
        fields = _model_fields(by_sheet["plan"], difference.plan)
        difference.plan.save(update_fields=fields)
    for key in _LEVELS:
        _save_level(key, by_sheet[key], difference)
    _save_responsible(by_sheet["indicators"])
    _save_leads(by_sheet["leads"], gone["leads", DELETE])
    _save_targets(by_sheet["targets"], gone["targets", DELETE], before=True)
    _save_breakdowns(by_sheet["breakdowns"], gone["breakdowns", DELETE])
    _save_targets(by_sheet["targets"], (), before=False)
    for key in reversed(_LEVELS):
        rows = gone[key, RETIRE]
        if rows:
            BY_KEY[key].model.objects.filter(pk__in=[one.pk for one in rows]).update(retired_on=today)


def _model_fields(items, plan):
    """The fields of the model that any of the items changes."""
    names = {name for item in items for name in item.fields}
    columns = {one.key: one for one in BY_KEY[items[0].sheet].columns(plan)} if items else {}
    return sorted({columns[name].model_field for name in names if columns[name].kind != Kind.CODES})


def _upsert(model, rows, fields):
    """Updates many rows in one statement: the rows are there, so each "insert" becomes an update of those fields."""
    if rows and fields:
        model.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _make_way(model, items, field):
    """Of rows that take each other's codes (1.1 becomes 1.2 and 1.2 becomes 1.1) nobody may be in the other's way.

    They are parked under codes that nobody can type; the history passes over this step.
    """
    renamed = [item for item in items if field in item.fields]
    wanted = {getattr(item.instance, field) for item in renamed}
    parked = [item.instance.pk for item in renamed if item.record.values[field] in wanted]
    if parked:
        with pgtrigger.ignore(f"{model._meta.label}:update_update"):
            model.objects.filter(pk__in=parked).update(**{field: Concat(Value("~"), Cast("pk", CharField()))})


def _save_level(key, items, difference):
    model = BY_KEY[key].model
    changed = [item for item in items if item.action == CHANGED]
    for field in ("code", "name") if key == "pillars" else ("code",):
        _make_way(model, changed, field)
    fields = _model_fields(changed, difference.plan) if changed else []
    rows = [item.instance for item in changed]
    if key == "indicators" and difference.content.moved:
        known = {one.pk for one in rows}
        rows += [one for one in difference.content.moved if one.pk not in known]
        fields = sorted({*fields, "pillar"})
    _upsert(model, rows, fields)
    new = [item.instance for item in items if item.action == NEW]
    if new:
        model.objects.bulk_create(new)
    if key == "pillars" and new:
        WorkingGroup.objects.bulk_create([WorkingGroup(pillar=pillar) for pillar in new])


def _save_responsible(items):
    """Adds and takes off only those who differ: each stands in the history."""
    wanted = {
        item.instance.pk: {one.pk for one in item.extra["responsible"]}
        for item in items
        if "responsible" in item.extra
    }
    if not wanted:
        return
    through = Indicator.responsible.through
    present, superfluous = defaultdict(set), []
    for pk, indicator, institution in through.objects.filter(indicator__in=wanted).values_list(
        "pk", "indicator", "institution"
    ):
        present[indicator].add(institution)
        if institution not in wanted[indicator]:
            superfluous.append(pk)
    if superfluous:
        through.objects.filter(pk__in=superfluous).delete()
    through.objects.bulk_create(
        [
            through(indicator_id=indicator, institution_id=institution)
            for indicator, institutions in wanted.items()
            for institution in sorted(institutions - present[indicator])
        ]
    )


def _replaced(items):
    """(rows to delete because another takes their place, rows to insert, items to update)."""
    old = [item.extra["replaces"] for item in items if "replaces" in item.extra]
    new = [item.instance for item in items if item.action == NEW or "replaces" in item.extra]
    return old, new, [item for item in items if item.action == CHANGED and "replaces" not in item.extra]


def _delete(model, rows):
    if rows:
        model.objects.filter(pk__in=[one.pk for one in rows]).delete()


def _save_leads(items, gone):
    """Nobody is accountable in between: two at once would break the constraint."""
    old, new, changed = _replaced(items)
    _delete(Lead, [*old, *gone])
    released = [
        item.instance.pk
        for item in changed
        if "is_accountable" in item.fields and not item.instance.is_accountable
    ]
    if released:
        Lead.objects.filter(pk__in=released).update(is_accountable=False)
    fields = sorted({name for item in changed for name in item.fields} & {"role", "is_accountable", "order"})
    _upsert(Lead, [item.instance for item in changed], fields)
    if new:
        Lead.objects.bulk_create(new)


def _save_breakdowns(items, gone):
    removed = [one for one in gone if isinstance(one, Category)]
    emptied = {one.dimension_id for one in removed} | {one.pk for one in gone if isinstance(one, Dimension)}
    _delete(Category, removed)
    dimensions = {id(item.extra["dimension"]): item.extra["dimension"] for item in items}.values()
    known = [one for one in dimensions if one.pk]
    _upsert(Dimension, known, ["name", "order"])
    new = [one for one in dimensions if not one.pk]
    if new:
        Dimension.objects.bulk_create(new)
    changed = [item for item in items if item.action == CHANGED]
    _make_way(Category, changed, "code")
    _upsert(Category, [item.instance for item in changed], ["code", "name", "order"])
    added = [item.instance for item in items if item.action == NEW]
    if added:
        Category.objects.bulk_create(added)
    if emptied:
        Dimension.objects.filter(pk__in=emptied, categories__isnull=True).delete()


def _save_targets(items, gone, *, before):
    """before: takes out what goes, as long as categories are still there; then, after them, writes the rest."""
    old, new, changed = _replaced(items)
    for model, fields in ((Target, [*_FIGURES, "is_endline"]), (CategoryTarget, _FIGURES)):
        if before:
            _delete(model, [one for one in (*old, *gone) if isinstance(one, model)])
            continue
        _upsert(model, [item.instance for item in changed if isinstance(item.instance, model)], fields)
        rows = [one for one in new if isinstance(one, model)]
        if rows:
            model.objects.bulk_create(rows)
