"""What saving an uploaded workbook would do to its plan: created, changed, unchanged, missing. Nothing is written here.

The rule: the workbook is the framework's own, so a row says what the plan is to hold, an emptied cell too. Rows that
nobody touched are left as they are, whatever happened in the tracker since. Rows that are gone are listed; they are taken
out only when a person says so, and then what has a history is retired, never deleted.
"""

from copy import copy, deepcopy
from dataclasses import replace

from django.utils.translation import gettext as _

from frameworks import providers
from frameworks.models import Activity, Indicator
from frameworks.operations.indicators import JUDGED_BY
from frameworks.operations.moving import pillar_of
from frameworks.workbook.content import load_content
from frameworks.workbook.items import CHANGED, DELETE, KEEP, NEW, RETIRE, SAME, Difference, Gone
from frameworks.workbook.matching import THINGS, linked
from frameworks.workbook.targets import Targets

#: Sheet → what becomes of a row that is taken out. A pillar has a working group and its reports: it stays.
OUTCOMES = {
    "pillars": KEEP,
    "goals": RETIRE,
    "outputs": RETIRE,
    "activities": RETIRE,
    "indicators": RETIRE,
    "leads": DELETE,
    "breakdowns": DELETE,
    "targets": DELETE,
}
#: How many codes a message names.
_NAMED = 5


def compare(parsed, plan, *, remove_missing=False, lock=False):
    """The Difference between a Parsed workbook and its plan. A fixed number of queries, whatever the size.

    remove_missing: what is no longer in the workbook is to be taken out. lock: hold the plan's rows meanwhile.
    """
    # What is compared is changed in memory: neither the caller's plan nor its findings are to be.
    parsed = replace(parsed, doubts=deepcopy(parsed.doubts))
    content = load_content(copy(plan), lock=lock)
    pillars = {one.pk: _pillar_of(one) for one in content.all["activities"]}
    work = Targets(parsed, content, remove_missing=remove_missing)
    work.compare_things()
    work.compare_leads()
    work.compare_breakdowns()
    work.compare_targets()
    _follow_pillars(work, pillars)
    _tell_age(parsed)
    gone = [
        Gone(key, *_name(work, key, record), record, outcome)
        for key, outcome in OUTCOMES.items()
        for record in work.missing.get(key, ())
    ]
    difference = Difference(content.plan, work.titles, work.items, gone, (), remove_missing, content=content)
    difference.needs_reason = _why_reason(difference)
    difference.doubts = parsed.doubts.all()
    return difference


def _name(work, key, record):
    if record.owner is not None:
        return work._name(key, record.values)
    return record.values["code"], work._label(record.values)


def _follow_pillars(work, pillars):
    """An indicator's pillar follows what it hangs on, refused where that tears reported figures from their pillar.

    pillars: activity pk → the pillar before.
    """
    moved = []
    new = [item.instance for item in work.items if item.sheet == "indicators" and item.action == NEW]
    for one in [*work.content.all["indicators"], *new]:
        pillar = _pillar_of(one)
        if pillar is not None:
            if one.pk and linked(one, "pillar") is not pillar:
                moved.append(one)
            one.pillar = pillar
    work.content.moved = moved
    activities = [one.pk for one in work.content.all["activities"] if _pillar_of(one) is not pillars[one.pk]]
    parents = {"pillar", "goal", "output", "activity"}
    touched = [
        item
        for item in work.items
        if item.sheet in THINGS and item.action == CHANGED and item.fields & parents
    ]
    if not touched or not (moved or activities):
        return
    # Reports are made for a pillar: what changes it would be torn from what was reported.
    codes = providers.status().reported_codes(
        Activity.objects.filter(pk__in=activities), Indicator.objects.filter(pk__in=[one.pk for one in moved])
    )
    if codes:
        work.error(
            "torn",
            touched[0].row,
            next(iter(touched[0].fields & parents)),
            _(
                "This moves something to another pillar on which institutions have already reported ({codes}). Retire it here and add it anew there."
            ),
            codes=", ".join(codes[:_NAMED]),
        )
    planned = providers.cost().planned_codes(Activity.objects.filter(pk__in=activities))
    if planned:
        work.error(
            "torn",
            touched[0].row,
            next(iter(touched[0].fields & parents)),
            _(
                "This moves something to another pillar for which institutions have already planned or budgeted ({codes}). Retire it here and add it anew there."
            ),
            codes=", ".join(planned[:_NAMED]),
        )


def _pillar_of(row):
    """The pillar at the head of the chain; None while something on the way is missing."""
    try:
        return pillar_of(row)
    except AttributeError:
        return None


def _tell_age(parsed):
    """A workbook without its hidden sheet cannot tell what was there: then everything without a row counts as missing."""
    if not parsed.meta:
        parsed.doubts.note(
            "no_meta",
            next(iter(parsed.sheets.values())).source(1),
            _("The hidden sheet of the download is gone: rows are compared with the plan as it is now."),
        )


def _why_reason(difference):
    """Why saving needs a reason, in words; "" when it needs none."""
    if not difference.changes_anything:
        return ""
    if difference.plan.is_under_change_control:
        return _("This plan is endorsed: say why it is changed.")
    if any(one.outcome == RETIRE for one in difference.taken_out):
        return _("Say why something is retired: the reason stands in its history.")
    judged = JUDGED_BY | {"passes_whole"}
    changed = {
        item.instance.pk
        for item in difference.items
        if item.sheet == "indicators" and item.action == CHANGED and item.fields & judged
    }
    changed |= {
        item.record.owner.pk
        for item in difference.written
        if item.sheet in ("targets", "breakdowns") and item.record is not None
    }
    changed |= {
        _indicator_of(item).pk
        for item in difference.written
        if item.sheet in ("targets", "breakdowns") and item.record is None
    }
    changed |= {one.record.owner.pk for one in difference.taken_out if one.sheet in ("targets", "breakdowns")}
    changed.discard(None)
    if changed and providers.status().reported_codes(
        Activity.objects.none(), Indicator.objects.filter(pk__in=changed)
    ):
        return _("Figures were already reported: say why they are to be judged differently.")
    return ""


def _indicator_of(item):
    """The indicator of a new category or target."""
    dimension = item.extra.get("dimension")
    if dimension is not None:
        return linked(dimension, "indicator")
    category = linked(item.instance, "category")
    return (
        linked(linked(category, "dimension"), "indicator")
        if category is not None
        else linked(item.instance, "indicator")
    )


__all__ = ["CHANGED", "DELETE", "KEEP", "NEW", "RETIRE", "SAME", "compare"]
