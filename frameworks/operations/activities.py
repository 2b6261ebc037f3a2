"""Making and changing an activity: code, text, years, where it hangs, and who leads it."""

from dataclasses import dataclass

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks import changes
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Activity, Indicator, Institution, Lead
from frameworks.operations.moving import (
    carry_to_pillar,
    change_codes,
    following_codes,
    locked_plan,
    refuse_retired_parent,
    tell_rounds,
)
from frameworks.permissions import Permission, require_permission


@dataclass(frozen=True, slots=True)
class LeadLine:
    """One institution that answers for the activity, as it should be."""

    institution: Institution
    role: str
    is_accountable: bool
    order: int


def activity_history(activity):
    """Sources for frameworks.history: the activity and its leads."""
    return [
        Source(
            Activity, {"pgh_obj": activity.pk}, hidden=frozenset({"plan"}), words=lambda: activity.plan.words
        ),
        Source(Lead, {"activity": activity.pk}, label=lambda event: _("Lead institution"), whole=True),
    ]


def activity_version(activity):
    return version_of(*activity_history(activity))


@explained(Activity, Lead)
def create_activity(*, activity, leads, reason, by, at):
    """Saves a new activity with its leads (LeadLines). Raises PermissionDenied and ValidationError."""
    require_permission(by, Permission.EDIT_FRAMEWORK, activity)
    with transaction.atomic():
        plan = locked_plan(activity.plan_id)
        if plan.is_under_change_control and not reason.strip():
            raise ValidationError({"reason": _("The plan is endorsed: say why this is added.")})
        activity.full_clean()
        refuse_retired_parent(activity, activity.output, "output")
        with pghistory.context(reason=reason.strip()):
            activity.save(force_insert=True)
            _save_leads(activity, {}, leads)
        tell_rounds(plan, by=by, at=at)
    return activity


@explained(Activity, Lead, Indicator)
def update_activity(*, activity, changed, leads, reason, by, at, follow=False, version=""):
    """Saves the fields named in `changed`, and makes the leads those of `leads` (LeadLines).

    Another output moves it with its indicators; follow: their codes change along with its own. Raises PermissionDenied,
    Stale and ValidationError. Once the plan is endorsed a change needs a reason (issue B).
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, activity)
    with transaction.atomic():
        plan = locked_plan(activity.plan_id)
        before = (
            Activity.objects.select_for_update(of=("self",), no_key=True)
            .select_related("output__goal")
            .get(pk=activity.pk)
        )
        current = activity_version(before)
        if version and version != current:
            raise Stale(current)
        present = {lead.institution_id: lead for lead in Lead.objects.filter(activity=activity)}
        if plan.is_under_change_control and not reason.strip() and (changed or _differ(present, leads)):
            raise ValidationError({"reason": _("The plan is endorsed: say why this is changed.")})
        activity.full_clean()
        with pghistory.context(reason=reason.strip()):
            if changed:
                activity.save(update_fields=sorted(changed))
            if "output" in changed:
                refuse_retired_parent(activity, activity.output, "output")
                if activity.output.goal.pillar_id != before.output.goal.pillar_id:
                    carry_to_pillar(activity, activity.output.goal.pillar, "output")
            if follow and "code" in changed:
                change_codes(plan, following_codes([(activity, before.code, activity.code)]), field="code")
            _save_leads(activity, present, leads)
        changes.announce(indicators=Indicator.objects.filter(activity=activity), at=at)
        # Who became a lead while a round is open is asked to report in it, also on an activity without indicators.
        tell_rounds(plan, by=by, at=at)
    return activity


def _differ(present, leads):
    now = {(pk, lead.role, lead.is_accountable, lead.order) for pk, lead in present.items()}
    return now != {(one.institution.pk, one.role, one.is_accountable, one.order) for one in leads}


def _save_leads(activity, present, leads):
    """Removes, changes and adds. Nobody is accountable in between: two at once would break the constraint."""
    wanted = {one.institution.pk: one for one in leads}
    for pk, lead in present.items():
        if pk not in wanted:
            lead.delete()
        elif lead.is_accountable and not wanted[pk].is_accountable:
            lead.is_accountable = False
            lead.save(update_fields=["is_accountable"])
    for pk, line in wanted.items():
        lead = present.get(pk) or Lead(activity=activity, institution=line.institution)
        said = (line.role, line.is_accountable, line.order)
        if lead.pk and said == (lead.role, lead.is_accountable, lead.order):
            continue
        lead.role, lead.is_accountable, lead.order = said
        lead.full_clean()
        lead.save()
