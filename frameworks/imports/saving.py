"""Saves what a preview showed: all or nothing, in a bounded number of queries."""

import calendar
from datetime import date

import pghistory
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from frameworks.changes import announce
from frameworks.imports.difference import CHANGED, NEW, SAME, compare
from frameworks.imports.existing import load_existing
from frameworks.models import (
    Activity,
    Category,
    Dimension,
    Goal,
    Indicator,
    Institution,
    Lead,
    Output,
    Pillar,
    Plan,
    Role,
    Seat,
    Target,
    WorkingGroup,
)
from frameworks.models.people import InstitutionKind
from frameworks.operations.moving import tell_rounds
from frameworks.permissions import Permission, require_permission

BATCH = 1000


class ImportRefused(Exception):
    """The workbook cannot be saved; `difference` holds the doubts to show."""

    def __init__(self, message, difference):
        super().__init__(message)
        self.difference = difference


@transaction.atomic
def save_logframe(
    *, parsed, plan, by, at, answers=None, fingerprint=None, reason="", progress=lambda step, percent: None
):
    """Applies a ParsedWorkbook to a plan and returns the Difference that was applied.

    The plan's row is locked and the difference worked out anew, so that two imports at once follow each other.
    `fingerprint`: of the preview that the person saw; when the plan has changed since, nothing is saved. `by` may be None
    for a command on the server; otherwise EDIT_FRAMEWORK is required. `progress(step, percent)` is told how far it is.
    Raises PermissionDenied, ImportRefused.
    """
    if by is not None:
        require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    if plan.pk:
        # NO KEY: whoever adds something to the plan meanwhile need not wait for a large import.
        plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    progress("comparing", 30)
    difference = compare(parsed, plan, load_existing(plan if plan.pk else None), answers)
    refuse(difference, plan, fingerprint=fingerprint, reason=reason)
    progress("saving", 45)
    context = {"action": "import", "file": parsed.filename, "reason": reason}
    with pghistory.context(**(context | ({"user": by.pk} if by else {}))):
        if not plan.pk:
            plan.full_clean()
            plan.save()
        _save(difference, plan)
    if difference.changes_anything:
        progress("results", 80)
        announce(indicators=_touched(difference), at=at)
        tell_rounds(plan, by=by, at=at)
    return difference


def _touched(difference):
    """The indicators whose results may change: written ones, and all of activities that were (their years, their leads)."""
    written = {"indicator": [], "activity": []}
    for item in difference.items:
        if item.action != SAME and item.level in written:
            written[item.level].append(item.instance.pk)
    return Indicator.objects.filter(Q(pk__in=written["indicator"]) | Q(activity__in=written["activity"]))


def refuse(difference, plan, *, fingerprint, reason):
    """Raises ImportRefused when a Difference may not be saved: errors, a plan that changed since the preview, no reason."""
    if not difference.can_be_saved:
        raise ImportRefused(_("The workbook has errors; nothing was saved."), difference)
    if fingerprint is not None and difference.fingerprint() != fingerprint:
        raise ImportRefused(
            _("The plan has changed since this preview. Look at the new preview before you save."), difference
        )
    if plan.pk and plan.is_under_change_control and difference.changes_anything and not reason.strip():
        raise ImportRefused(_("This plan is endorsed: say why it is changed."), difference)


def _save(difference, plan):
    _save_institutions(difference, plan)
    for level, model in (("pillar", Pillar), ("goal", Goal), ("output", Output), ("activity", Activity)):
        _save_level(model, [item for item in difference.items if item.level == level], plan)
    _save_leads([item for item in difference.items if "leads" in item.extra and item.level == "activity"])
    indicators = [item for item in difference.items if item.level == "indicator"]
    _save_indicators(indicators, plan)
    _save_targets(indicators)
    _save_dimensions(indicators)
    _save_groups(difference.groups, plan)


def _save_institutions(difference, plan):
    new = [who.institution for who in difference.new_institutions]
    Institution.objects.bulk_create(new, batch_size=BATCH)
    groups = [one for one in new if one.kind == InstitutionKind.GROUP]
    if groups:
        # "CSOs" stands for the civil-society organisations that the plan knows (DOMAIN.md, Glossary).
        csos = Institution.objects.filter(
            kind=InstitutionKind.CSO, country=plan.country, merged_into__isnull=True
        )
        for group in groups:
            group.members.set(csos)


def _save_level(model, items, plan):
    for item in items:
        item.instance.plan = plan
        if item.parent is not None:
            setattr(item.instance, item.extra["parent_field"], item.parent.instance)
    model.objects.bulk_create([item.instance for item in items if item.action == NEW], batch_size=BATCH)
    changed = [item.instance for item in items if item.action == CHANGED]
    if changed:
        fields = ["title", items[0].extra["parent_field"]] + (["years"] if model is Activity else [])
        model.objects.bulk_update(changed, fields, batch_size=BATCH)


def _save_leads(items):
    Lead.objects.filter(activity__in=[item.instance.pk for item in items]).delete()
    Lead.objects.bulk_create(
        [
            Lead(
                activity=item.instance,
                institution=institution,
                role=role,
                is_accountable=accountable,
                order=order,
            )
            for item in items
            for order, (institution, role, accountable) in enumerate(item.extra["leads"])
        ],
        batch_size=BATCH,
    )


def _save_indicators(items, plan):
    for order, item in enumerate(items):
        item.instance.plan = plan
        item.instance.pillar = item.extra["pillar"].instance
        setattr(item.instance, item.extra["level"], item.parent.instance)
        if item.action == NEW:
            item.instance.order = order
    Indicator.objects.bulk_create([item.instance for item in items if item.action == NEW], batch_size=BATCH)
    changed = [item.instance for item in items if item.action == CHANGED]
    if changed:
        fields = [
            "statement", "type", "direction", "unit", "definition", "frequency", "data_source", "means_of_verification",
            "baseline_value", "baseline_numerator", "baseline_denominator", "baseline_year",
            "pillar", "goal", "output", "activity",
        ]  # fmt: skip
        Indicator.objects.bulk_update(changed, fields, batch_size=BATCH)


def _save_targets(items):
    new, changed = [], []
    for item in items:
        for year, endline, figure, before in item.extra.get("targets", ()):
            target = before or Target(
                indicator=item.instance,
                period_end=date(year, 12, calendar.monthrange(year, 12)[1]),
                is_endline=endline,
            )
            pair = figure.numerator is not None
            target.value = None if pair else figure.value
            target.numerator, target.denominator = figure.numerator, figure.denominator
            (changed if before else new).append(target)
    Target.objects.bulk_create(new, batch_size=BATCH)
    if changed:
        Target.objects.bulk_update(changed, ["value", "numerator", "denominator"], batch_size=BATCH)


def _save_dimensions(items):
    pairs = [
        (Dimension(indicator=item.instance, name=dimension.name, order=order), dimension.categories)
        for item in items
        for order, dimension in enumerate(item.extra.get("dimensions", ()))
    ]
    Dimension.objects.bulk_create([dimension for dimension, _names in pairs], batch_size=BATCH)
    Category.objects.bulk_create(
        [
            Category(dimension=dimension, code=slugify(name)[:40] or f"c{order + 1}", name=name, order=order)
            for dimension, names in pairs
            for order, name in enumerate(names)
        ],
        batch_size=BATCH,
    )


def _save_groups(items, plan):
    for item in items:
        group = item.instance or WorkingGroup(pillar=item.parent.instance)
        if item.action == NEW or (item.extra["note"] and not group.data_note):
            group.pillar = item.parent.instance
            group.data_note = item.extra["note"]
            group.save()
        seats = [
            Seat(plan=plan, role=role, institution=who, working_group=group)
            for role, who in item.extra["leads"]
        ]
        seats += [
            Seat(plan=plan, role=Role.GROUP_MEMBER, institution=who, working_group=group, order=order)
            for order, who in enumerate(item.extra["members"])
        ]
        Seat.objects.bulk_create(seats)
