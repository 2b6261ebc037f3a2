"""Making and changing an indicator with its targets and breakdowns."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from frameworks import changes, providers
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Activity, Category, CategoryTarget, Dimension, Indicator, Target
from frameworks.models.indicator import ResponsibleInstitution
from frameworks.operations.moving import locked_plan, parent_of, pillar_of, refuse_retired_parent, refuse_torn
from frameworks.permissions import Permission, require_permission

#: What figures are judged by. A change needs a reason as soon as the plan is endorsed or anything was reported
#: (DOMAIN.md, "Arithmetic": changing either axis on an indicator with values needs a reason).
JUDGED_BY = frozenset(
    {
        "type", "direction", "reporter_aggregation", "round_aggregation", "share_of_whole", "scale_labels",
        "baseline_value", "baseline_numerator", "baseline_denominator", "baseline_year",
    }
)  # fmt: skip

#: What an indicator hangs on.
MOVED_BY = frozenset({"goal", "output", "activity"})


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target as it should be: a value, or numerator and denominator; all None: there is none for that period."""

    period_end: date
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    is_endline: bool = False

    @property
    def is_blank(self):
        return self.value is None and self.numerator is None and self.denominator is None

    @property
    def figures(self):
        return self.value, self.numerator, self.denominator


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A breakdown as it should be. pk None: a new one. categories: (code or "", name), in their order."""

    pk: int | None
    name: str
    categories: tuple


def indicator_history(indicator):
    """Sources for frameworks.history: the sheet, its targets, its breakdowns, and who reports."""
    dimensions = Dimension.pgh_event_model.objects.filter(indicator=indicator.pk).values("pgh_obj_id")
    categories = Category.pgh_event_model.objects.filter(dimension__in=dimensions)
    names = {}

    def category_label(event):
        if not names:  # asked only where there is something to name; removed categories have names, too
            names.update(categories.order_by("pgh_id").values_list("pgh_obj_id", "name"))
        return _("Target %(year)s, %(category)s") % {
            "year": event.period_end.year,
            "category": names.get(event.category_id, ""),
        }

    return [
        Source(
            Indicator,
            {"pgh_obj": indicator.pk},
            hidden=frozenset({"plan", "pillar"}),
            words=lambda: indicator.plan.words,
        ),
        Source(
            Target,
            {"indicator": indicator.pk},
            label=lambda event: _("Target %(year)s") % {"year": event.period_end.year},
            hidden=frozenset({"period_end", "is_endline"}),
            whole=True,
        ),
        Source(Dimension, {"indicator": indicator.pk}, label=lambda event: _("Breakdown"), whole=True),
        Source(
            Category,
            {"dimension__in": dimensions},
            label=lambda event: _("Category"),
            hidden=frozenset({"dimension", "code"}),
            whole=True,
        ),
        Source(
            CategoryTarget,
            {"category__in": categories.values("pgh_obj_id")},
            label=category_label,
            hidden=frozenset({"category", "period_end"}),
            whole=True,
        ),
        Source(
            ResponsibleInstitution,
            {"indicator": indicator.pk},
            label=lambda event: _("Who reports the figure"),
            whole=True,
        ),
    ]


def indicator_version(indicator):
    return version_of(*indicator_history(indicator))


def why_reason(*, under_control, in_use, before, indicator, changed, structure_changed):
    """Why this change needs a reason, in words; "" when it needs none.

    before: the row as it is stored (None: new). structure_changed: targets or breakdowns differ. Filling in what was
    blank (a definition, a source) changes no promise and needs none.
    """
    if before is None:
        return _("The plan is endorsed: say why an indicator is added.") if under_control else ""
    judged = structure_changed or bool(JUDGED_BY & set(changed))
    if judged and in_use:
        return _("Figures were already reported: say why they are to be judged differently.")
    rewritten = any(getattr(before, name) not in ("", None, []) for name in changed)
    if under_control and (judged or rewritten):
        return _("The plan is endorsed: say why this is changed.")
    return ""


@explained(Indicator, Target, Dimension, Category, CategoryTarget)
def save_indicator(
    *, indicator, changed, responsible, targets, breakdowns, reason, by, at, category_targets=(), version=""
):
    """Saves an indicator (a new one, or the fields named in `changed`) with its targets, breakdowns and reporters.

    targets: TargetLines, a blank one removes the target of its period; periods that are not named stay. breakdowns: all
    of them. category_targets: (category id, TargetLine), read as targets are. goal, output or activity in `changed` moves
    the indicator, and its pillar follows; refused where that tears reported figures from their pillar. Raises PermissionDenied, Stale, and ValidationError with the fields of the indicator's form.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, indicator)
    with transaction.atomic():
        # The plan's row is the lock of new indicators: two of the same code cannot both find it free.
        plan = locked_plan(indicator.plan_id)
        before = None
        if MOVED_BY & set(changed):
            providers.status().hold_reporting(plan)
        if indicator.pk:
            before = Indicator.objects.select_for_update(of=("self",), no_key=True).get(pk=indicator.pk)
            current = indicator_version(before)
            if version and version != current:
                raise Stale(current)
        changed = _moved(indicator, before, changed)
        structure = (
            _targets_differ(before, targets)
            or _breakdowns_differ(before, breakdowns)
            or _category_targets_differ(before, category_targets)
        )
        why = why_reason(
            under_control=plan.is_under_change_control,
            in_use=before is not None and providers.status().has_values(before),
            before=before,
            indicator=indicator,
            changed=changed,
            structure_changed=structure,
        )
        if why and not reason.strip():
            raise ValidationError({"reason": why})
        indicator.full_clean()
        with pghistory.context(reason=reason.strip()):
            if before is None:
                indicator.save(force_insert=True)
            elif changed:
                indicator.save(update_fields=sorted(changed))
            _save_responsible(indicator, responsible)
            _save_targets(indicator, targets)
            _save_breakdowns(indicator, breakdowns)
            _save_category_targets(indicator, category_targets)
        changes.announce(indicators=Indicator.objects.filter(pk=indicator.pk), at=at)
    return indicator


def _moved(indicator, before, changed):
    """`changed`, with the pillar where the indicator moves to another one. Refuses retired parents and torn figures."""
    moves = MOVED_BY & set(changed)
    if before is not None and not moves:
        return changed
    parent = parent_of(indicator)
    if parent is None:  # the constraint on the one parent says it better
        return changed
    refuse_retired_parent(indicator, parent, "parent")
    indicator.pillar = pillar_of(parent)
    if before is not None and before.pillar_id != indicator.pillar_id:
        refuse_torn(Activity.objects.none(), Indicator.objects.filter(pk=before.pk), "parent")
        return {*changed, "pillar"}
    return changed


def _save_responsible(indicator, responsible):
    present = set(indicator.responsible.values_list("pk", flat=True))
    wanted = {one.pk for one in responsible}
    indicator.responsible.remove(*(present - wanted))
    indicator.responsible.add(*(wanted - present))


def _present_targets(indicator):
    return {} if indicator is None else {one.period_end: one for one in indicator.targets.all()}


def _figures(target):
    return (None, None, None) if target is None else (target.value, target.numerator, target.denominator)


def _targets_differ(indicator, targets):
    present = _present_targets(indicator)
    return any(line.figures != _figures(present.get(line.period_end)) for line in targets)


def _save_targets(indicator, targets):
    present = _present_targets(indicator)
    for line in targets:
        target = present.get(line.period_end)
        if line.is_blank:
            if target is not None:
                target.delete()
            continue
        if target is not None and line.figures == _figures(target) and line.is_endline == target.is_endline:
            continue
        target = target or Target(indicator=indicator, period_end=line.period_end)
        target.value, target.numerator, target.denominator = line.figures
        target.is_endline = line.is_endline
        target.full_clean()
        target.save()


def _present_category_targets(indicator):
    """(category id, period end) → CategoryTarget."""
    if indicator is None:
        return {}
    rows = CategoryTarget.objects.filter(category__dimension__indicator=indicator)
    return {(one.category_id, one.period_end): one for one in rows}


def _category_targets_differ(indicator, lines):
    present = _present_category_targets(indicator) if lines else {}
    return any(line.figures != _figures(present.get((category, line.period_end))) for category, line in lines)


def _save_category_targets(indicator, lines):
    """Writes what differs; a category that was taken off in the same step has taken its targets along."""
    if not lines:
        return
    present = _present_category_targets(indicator)
    known = set(Category.objects.filter(dimension__indicator=indicator).values_list("pk", flat=True))
    for category, line in lines:
        target = present.get((category, line.period_end))
        if category not in known or line.figures == _figures(target):
            continue
        if line.is_blank:
            target.delete()
            continue
        target = target or CategoryTarget(category_id=category, period_end=line.period_end)
        target.value, target.numerator, target.denominator = line.figures
        target.full_clean()
        target.save()


def _present_breakdowns(indicator):
    if indicator is None:
        return {}
    return {one.pk: one for one in indicator.dimensions.prefetch_related("categories")}


def _breakdowns_differ(indicator, breakdowns):
    now = [
        (pk, one.name, [(category.code, category.name) for category in one.categories.all()])
        for pk, one in _present_breakdowns(indicator).items()
    ]
    return now != [(one.pk, one.name, list(one.categories)) for one in breakdowns]


def _save_breakdowns(indicator, breakdowns):
    present, used = _present_breakdowns(indicator), providers.status().used_categories(indicator)
    kept = {one.pk for one in breakdowns}
    for pk, dimension in present.items():
        if pk not in kept:
            _refuse_used(dimension.categories.all(), used)
            dimension.delete()
    for order, line in enumerate(breakdowns):
        dimension = present.get(line.pk) or Dimension(indicator=indicator)
        if not dimension.pk or (dimension.name, dimension.order) != (line.name, order):
            dimension.name, dimension.order = line.name, order
            dimension.full_clean()
            dimension.save()
        _save_categories(dimension, line.categories, used)


def _save_categories(dimension, categories, used):
    present = {one.code: one for one in dimension.categories.all()}
    wanted = {code for code, _name in categories if code}
    removed = [one for code, one in present.items() if code not in wanted]
    _refuse_used(removed, used)
    for category in removed:
        category.delete()
    taken = set(wanted)
    for order, (code, name) in enumerate(categories):
        category = present.get(code) or Category(dimension=dimension, code=code or _free_code(name, taken))
        taken.add(category.code)
        if not category.pk or (category.name, category.order) != (name, order):
            category.name, category.order = name, order
            category.full_clean()
            category.save()


def _refuse_used(categories, used):
    for category in categories:
        if category.pk in used:
            raise ValidationError(
                _("“%(name)s” cannot be removed: figures were reported for it.") % {"name": category.name}
            )


def _free_code(name, taken):
    """A code made from a name: "Suco Chief" → suco-chief, suco-chief-2 when that is taken."""
    base = slugify(name)[:32] or "category"
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code
