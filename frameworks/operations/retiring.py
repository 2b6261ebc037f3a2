"""Taking parts of the results chain out of use, bringing them back, and deleting what was made by mistake.

Whatever is retired takes everything below it along, and nothing in use hangs on what is retired: so each list needs to
look at a row's own `retired_on` only.
"""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from frameworks import changes, providers
from frameworks.history import Stale, version_of
from frameworks.models import Activity, Indicator, Output
from frameworks.operations.activities import activity_history
from frameworks.operations.indicators import indicator_history
from frameworks.operations.moving import below, level_of, locked_plan, parent_of, tell_rounds
from frameworks.operations.structure import part_history, require_reason
from frameworks.permissions import Permission, require_permission
from frameworks.terminology import counted


def history_of(row):
    """Sources for frameworks.history of a goal, output, activity or indicator."""
    if isinstance(row, Activity):
        return activity_history(row)
    return indicator_history(row) if isinstance(row, Indicator) else part_history(row)


def in_words(counts, words):
    """{level: number} as "2 outputs, 5 activities", in the plan's own words."""
    return ", ".join(counted(words, level, number) for level, number in counts.items())


def _locked(row, version):
    stored = type(row).objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    current = version_of(*history_of(stored))
    if version and version != current:
        raise Stale(current)
    return stored


def _touched(row):
    """The indicators that a step on `row` reaches, as a queryset."""
    if isinstance(row, Indicator):
        return Indicator.objects.filter(pk=row.pk)
    return below(row).indicators


def retire(*, row, along, reason, by, at, version=""):
    """Takes a goal, output, activity or indicator out of use from the day of `at`, with everything below it.

    along: that what is below goes too; without it a row with something in use below is refused. Reported figures stay.
    Raises PermissionDenied, Stale, ValidationError (at `reason` and `along`).
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, row.plan)
    with transaction.atomic():
        plan = locked_plan(row.plan_id)
        stored = _locked(row, version)
        if stored.retired_on:
            raise ValidationError(_("It is retired already."))
        problems = {}
        if not reason.strip():
            problems["reason"] = _("Say why it is retired: the reason stands in its history.")
        live = below(stored).live()
        counts = live.counts()
        if counts and not along:
            problems["along"] = _(
                "What is below it is still in use (%(what)s): tick that it is retired, too."
            ) % {"what": in_words(counts, plan.words)}
        if problems:
            raise ValidationError(problems)
        today = localdate(at)
        with pghistory.context(reason=reason.strip()):
            for rows in live.all:
                if not rows.query.is_empty():
                    rows.model.objects.filter(pk__in=rows.values("pk")).update(retired_on=today)
            stored.retired_on = today
            stored.save(update_fields=["retired_on"])
        changes.announce(indicators=_touched(stored), at=at)
    return stored


def retired_along(row):
    """What is below and was retired on the same day: what restoring may bring back with it."""
    return below(row).only(retired_on=row.retired_on)


def restore(*, row, along, reason, by, at, version=""):
    """Brings a retired row back into use; along: with everything below it that was retired on the same day.

    Raises PermissionDenied, Stale, and ValidationError, also where its parent is retired.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, row.plan)
    with transaction.atomic():
        plan = locked_plan(row.plan_id)
        stored = _locked(row, version)
        if not stored.retired_on:
            raise ValidationError(_("It is in use already."))
        parent = parent_of(stored)
        if getattr(parent, "retired_on", None):
            raise ValidationError(
                _("%(code)s, on which it hangs, is retired: restore that first.") % {"code": parent.code}
            )
        require_reason(plan, reason)
        with pghistory.context(reason=reason.strip()):
            if along:
                for rows in retired_along(stored).all:
                    if not rows.query.is_empty():
                        rows.model.objects.filter(pk__in=rows.values("pk")).update(retired_on=None)
            stored.retired_on = None
            stored.save(update_fields=["retired_on"])
        changes.announce(indicators=_touched(stored), at=at)
        tell_rounds(plan, by=by, at=at)
    return stored


def why_it_stays(row):
    """Why a row cannot be deleted but only retired, in words; "" when it was a mistake without consequences."""
    counts = below(row).counts()
    if counts:
        return _("Something hangs on it: %(what)s. Retired ones count, too.") % {
            "what": in_words(counts, row.plan.words)
        }
    activities = Activity.objects.filter(pk=row.pk if isinstance(row, Activity) else None)
    indicators = Indicator.objects.filter(pk=row.pk if isinstance(row, Indicator) else None)
    if providers.status().reported_codes(activities, indicators):
        return _("Institutions have reported on it.")
    if isinstance(row, Activity | Output) and providers.cost().is_costed(row):
        return _("It has been costed.")
    if providers.cost().planned_codes(activities):
        return _("Institutions have planned or budgeted for it.")
    return ""


def delete(*, row, reason, by):
    """Deletes what was made by mistake: nothing reported, not costed, nothing below. The history keeps that it was there.

    Raises PermissionDenied, and ValidationError for what must be retired instead.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, row.plan)
    try:
        with transaction.atomic():
            plan = locked_plan(row.plan_id)
            providers.status().hold_reporting(plan)
            stored = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
            why = why_it_stays(stored)
            if why:
                raise ValidationError(_("It cannot be deleted, only retired. %(why)s") % {"why": why})
            require_reason(plan, reason)
            with pghistory.context(reason=reason.strip()):
                stored.delete()
    except ProtectedError as error:
        raise ValidationError(_("It is in use elsewhere and cannot be deleted, only retired.")) from error
    return level_of(row)
