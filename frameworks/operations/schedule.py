"""The years of many activities, saved together from the grid of the schedule."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks import changes
from frameworks.models import Activity, Indicator
from frameworks.operations.moving import locked_plan, tell_rounds
from frameworks.operations.structure import require_reason
from frameworks.permissions import Permission, require_permission


class YearsMoved(Exception):
    """Somebody else changed the years of activities that were changed here, too. `rows`: those Activities as they are now."""

    def __init__(self, rows):
        super().__init__([row.code for row in rows])
        self.rows = rows


def save_schedule(*, plan, lines, reason, by, at):
    """Writes the years of activities that differ. lines: activity id → (years when the page was opened, years wanted).

    Returns the activities that were written. What somebody else changed meanwhile is overwritten only where the page
    does not touch it: raises YearsMoved otherwise, and PermissionDenied, ValidationError. Nothing is saved then. A fixed
    number of queries, whatever the number of activities.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    touched = {pk: (set(was), set(now)) for pk, (was, now) in lines.items() if set(was) != set(now)}
    if not touched:
        return []
    with transaction.atomic():
        plan = locked_plan(plan.pk)
        rows = list(
            Activity.objects.filter(plan=plan, pk__in=touched, retired_on__isnull=True)
            .order_by("pk")
            .select_for_update(no_key=True)
        )
        moved = [row for row in rows if set(row.years) not in touched[row.pk]]
        if moved:
            raise YearsMoved(moved)
        written = [row for row in rows if set(row.years) != touched[row.pk][1]]
        if not written:
            return []
        require_reason(plan, reason)
        for row in written:
            wanted = touched[row.pk][1]
            outside = sorted(wanted - set(plan.years) - set(row.years))
            if outside:
                raise ValidationError(
                    _("%(code)s: %(years)s lies outside the plan's years %(plan)s.")
                    % {"code": row.code, "years": ", ".join(map(str, outside)), "plan": plan.years_label}
                )
            row.years = sorted(wanted)
        with pghistory.context(reason=reason.strip()):
            Activity.objects.bulk_update(written, ["years"])
        changes.announce(indicators=Indicator.objects.filter(activity__in=written), at=at)
        tell_rounds(plan, by=by, at=at)
    return written
