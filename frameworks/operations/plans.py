"""Making and changing a plan."""

from dataclasses import dataclass

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks import changes
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import (
    Activity,
    Indicator,
    Membership,
    Pillar,
    Plan,
    PlanTheme,
    ReportingRound,
    Role,
    Seat,
    WorkingGroup,
)
from frameworks.models.plan import PlanStatus
from frameworks.operations.themes import save_plan_themes
from frameworks.permissions import Permission, forget_seats, require_permission

#: What an endorsed plan promises: changing any of it needs a reason (issue B, "Change under control").
PROMISES = frozenset({"title", "start_year", "end_year", "on_track_from", "at_risk_from"})
#: What computed results depend on.
_JUDGED_BY = frozenset({"on_track_from", "at_risk_from"})


@dataclass(frozen=True, slots=True)
class NewPillar:
    code: str
    name: str
    kind: str
    global_pillar: str


def plan_history(plan):
    """Sources for frameworks.history: the plan and its themes."""
    return [
        Source(Plan, {"pgh_obj": plan.pk}),
        Source(PlanTheme, {"plan": plan.pk}, label=lambda event: _("Theme"), whole=True),
    ]


def plan_version(plan):
    return version_of(*plan_history(plan))


def needs_reason(under_control, changed, status):
    """Whether changing those fields of a plan needs a reason. Leaving change control does, too."""
    leaves_control = "status" in changed and status == PlanStatus.IN_DEVELOPMENT
    return under_control and (leaves_control or bool(PROMISES & set(changed)))


def create_plan(*, plan, pillars, by, on):
    """Saves a new plan with its pillars (NewPillar), a working group for each, and `by` as its secretariat from `on`.

    Raises PermissionDenied, and ValidationError when the plan breaks a rule or its code was just taken.
    """
    require_permission(by, Permission.CREATE_PLAN)
    with explained(Plan, Pillar), transaction.atomic():
        plan.full_clean()
        plan.save(force_insert=True)
        for order, new in enumerate(pillars, start=1):
            pillar = Pillar(
                plan=plan,
                code=new.code,
                name=new.name,
                kind=new.kind,
                global_pillar=new.global_pillar,
                order=order,
            )
            pillar.full_clean()
            pillar.save(force_insert=True)
            WorkingGroup.objects.create(pillar=pillar)
        seat = Seat.objects.create(plan=plan, role=Role.SECRETARIAT)
        Membership.objects.create(user=by, seat=seat, starts_on=on)
    forget_seats(by)
    return plan


def update_plan(*, plan, changed, reason, by, at, version="", themes=None):
    """Saves the fields named in `changed`; themes: the codes of all its themes (None: as they are).

    Raises PermissionDenied, Stale, ValidationError.

    A reason is needed for what an endorsed plan promises. New thresholds judge every indicator anew.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    names = sorted(set(changed) - {"reason", "version", "themes"})
    with explained(Plan), transaction.atomic():
        before = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        current = plan_version(before)
        if version and version != current:
            raise Stale(current)
        if needs_reason(before.is_under_change_control, names, plan.status) and not reason.strip():
            raise ValidationError({"reason": _("The plan is endorsed: say why this is changed.")})
        plan.full_clean()
        _refuse_lost_years(plan)
        with pghistory.context(reason=reason.strip()):
            if names:
                plan.save(update_fields=names)
            if themes is not None:
                save_plan_themes(plan=plan, codes=themes, by=by)
        if _JUDGED_BY & set(names):
            changes.announce(indicators=Indicator.objects.filter(plan=plan), at=at)
    return plan


def _refuse_lost_years(plan):
    """The plan cannot be cut shorter than what is already planned or reported in it."""
    years = set(plan.years)
    for activity in Activity.objects.filter(plan=plan, retired_on__isnull=True).order_by("sort_key"):
        outside = sorted(set(activity.years) - years)
        if outside:
            raise ValidationError(
                {
                    "end_year": _("%(level)s %(code)s is planned for %(years)s: move it first.")
                    % {
                        "level": plan.words["activity"],
                        "code": activity.code,
                        "years": ", ".join(map(str, outside)),
                    }
                }
            )
    for round in ReportingRound.objects.filter(plan=plan):
        if not years & set(round.years):
            raise ValidationError(
                {"end_year": _("Round %(label)s lies outside these years.") % {"label": round}}
            )
