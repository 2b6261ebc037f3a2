"""What a plan rests on: its assumptions with the yearly answers to "does it still hold?"."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Assumption, AssumptionCheck, Plan
from frameworks.models.context import StillHolds
from frameworks.permissions import Permission, require_permission

#: Longest part of an assumption that stands beside its changes.
_SHORT = 60


def assumptions_history(plan):
    """Sources for frameworks.history: everything said of the plan's assumptions, also of those no longer there."""
    assumptions = Assumption.pgh_event_model.objects.filter(plan=plan.pk)
    texts = dict(assumptions.order_by("pgh_id").values_list("pgh_obj_id", "text"))

    def short(pk):
        text = texts.get(pk, "")
        return text if len(text) <= _SHORT else f"{text[:_SHORT].rstrip()}…"

    return [
        Source(Assumption, {"plan": plan.pk}, label=lambda event: short(event.pgh_obj_id), whole=True),
        Source(
            AssumptionCheck,
            {"assumption__in": list(texts)},
            label=lambda event: f"{short(event.assumption_id)} – {event.year}",
            hidden=frozenset({"year", "answered_by", "answered_at", "assumption"}),
            whole=True,
        ),
    ]


def assumption_version(assumption):
    return version_of(Source(Assumption, {"pgh_obj": assumption.pk}))


def answer_version(assumption, year):
    return version_of(Source(AssumptionCheck, {"assumption": assumption.pk, "year": year}))


def needs_reason(plan):
    """Whether adding, rewording or retiring an assumption of the plan needs a reason (issue B)."""
    return plan.is_under_change_control


def _require_reason(plan, reason):
    if needs_reason(plan) and not reason.strip():
        raise ValidationError({"reason": _("The plan is endorsed: say why this is changed.")})


def _locked(assumption):
    """The assumption as it is now. The lock is held until the end of the transaction."""
    return (
        Assumption.objects.select_for_update(of=("self",), no_key=True)
        .select_related("plan")
        .get(pk=assumption.pk)
    )


@explained(Assumption)
def add_assumption(*, plan, text, reason, by):
    """Adds an assumption at the end of the plan's list. Raises PermissionDenied, and ValidationError without a reason."""
    require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    with transaction.atomic():
        plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        _require_reason(plan, reason)
        last = Assumption.objects.filter(plan=plan).aggregate(last=Max("order"))["last"]
        assumption = Assumption(plan=plan, text=text.strip(), order=0 if last is None else last + 1)
        assumption.full_clean()
        with pghistory.context(reason=reason.strip()):
            assumption.save(force_insert=True)
    return assumption


@explained(Assumption)
def reword_assumption(*, assumption, text, reason, by, version=""):
    """Saves another text. Raises PermissionDenied, Stale, and ValidationError without a reason under change control."""
    require_permission(by, Permission.EDIT_FRAMEWORK, assumption)
    with transaction.atomic():
        before = _locked(assumption)
        current = assumption_version(before)
        if version and version != current:
            raise Stale(current)
        if before.text != text.strip():
            _require_reason(before.plan, reason)
            before.text = text.strip()
            before.full_clean()
            with pghistory.context(reason=reason.strip()):
                before.save(update_fields=["text"])
    return before


def move_assumption(*, assumption, up, by):
    """Changes places with the neighbour above (or below). At the end of the list nothing happens; no reason is needed."""
    require_permission(by, Permission.EDIT_FRAMEWORK, assumption)
    with transaction.atomic():
        Plan.objects.select_for_update(no_key=True).get(pk=assumption.plan_id)
        rows = list(
            Assumption.objects.filter(plan=assumption.plan_id, retired_on=None).order_by("order", "pk")
        )
        place = next((n for n, row in enumerate(rows) if row.pk == assumption.pk), None)
        other = None if place is None else place - 1 if up else place + 1
        if other is None or not 0 <= other < len(rows):
            return
        rows[place], rows[other] = rows[other], rows[place]
        for order, row in enumerate(rows):
            if row.order != order:
                row.order = order
                row.save(update_fields=["order"])


def retire_assumption(*, assumption, retired, reason, by, at):
    """Takes an assumption out of the list that is asked about (or back into it); its answers stay.

    Raises PermissionDenied, and ValidationError without a reason under change control.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, assumption)
    with transaction.atomic():
        row = _locked(assumption)
        if bool(row.retired_on) == retired:
            return row
        _require_reason(row.plan, reason)
        row.retired_on = localdate(at) if retired else None
        with pghistory.context(reason=reason.strip()):
            row.save(update_fields=["retired_on"])
    return row


@explained(AssumptionCheck)
def answer_assumption(*, assumption, year, answer, note, by, at, version=""):
    """Says whether the assumption held in `year`. Answering again changes the answer; the history keeps both.

    Raises PermissionDenied, Stale, and ValidationError: a year outside the plan or in the future, a doubt without a note.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, assumption)
    with transaction.atomic():
        row = _locked(assumption)
        current = answer_version(row, year)
        if version and version != current:
            raise Stale(current)
        refuse_year(row.plan, year, localdate(at))
        if row.retired_on:
            raise ValidationError(_("This assumption is retired: it is asked about no more."))
        if answer != StillHolds.HOLDS and not note.strip():
            raise ValidationError({"note": _("Say what has changed.")})
        check = AssumptionCheck.objects.filter(assumption=row, year=year).first()
        said = (answer, note.strip())
        if check is not None and said == (check.answer, check.note):
            return check
        check = check or AssumptionCheck(assumption=row, year=year)
        check.answer, check.note = said
        check.answered_by, check.answered_at = by, at
        check.full_clean()
        check.save()
    return check


def refuse_year(plan, year, today):
    """Raises ValidationError for a year that is not the plan's, or that has not begun."""
    if year not in plan.years:
        raise ValidationError(
            _("%(year)s lies outside the plan's years %(years)s.") % {"year": year, "years": plan.years_label}
        )
    if year > today.year:
        raise ValidationError(_("%(year)s has not begun yet.") % {"year": year})
