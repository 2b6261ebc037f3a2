"""Which part of an earlier plan a part of this one carries on. People say it; nothing is linked by itself."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.compare import LEVELS
from frameworks.models import Plan
from frameworks.permissions import Permission, require_permission


@dataclass(frozen=True, slots=True)
class Link:
    """A row of the newer plan, what it carries on (an id, or None), and what the person saw it carry on before."""

    pk: int
    old: int | None
    seen: int | None


class LineageRefused(ValidationError):
    """`rows`: id of the row of the newer plan → what is wrong with its link."""

    def __init__(self, rows):
        self.rows = rows
        super().__init__(list(rows.values()))


def set_lineage(*, plan, older, level, links, by):
    """Saves the links of one level that differ from what was seen; returns how many.

    Raises PermissionDenied unless `by` edits `plan`, and LineageRefused: the older plan may not be read, a row is not of the
    level and plan it should be, is taken by another one, or was linked by somebody else meanwhile.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    model, _text = LEVELS[level]
    links = {one.pk: one for one in links if one.old != one.seen}
    if not links:
        return 0
    if older.pk == plan.pk or not Plan.objects.visible_to(by).filter(pk=older.pk).exists():
        raise LineageRefused(dict.fromkeys(links, _("That plan cannot be chosen.")))
    with transaction.atomic():
        # The plan's row is the lock: two people cannot both give the same old part away.
        Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        rows = {one.pk: one for one in model.objects.filter(plan=plan, pk__in=links)}
        offered = {
            one.pk: one
            for one in model.objects.filter(plan=older, pk__in=[one.old for one in links.values()])
        }
        taken = dict(
            model.objects.filter(plan=plan, continues__in=offered)
            .exclude(pk__in=links)
            .values_list("continues", "code")
        )
        problems, given = {}, {}
        for pk, link in links.items():
            row = rows.get(pk)
            if row is None:
                problems[pk] = _("This is no longer part of the plan: open the page again.")
            elif row.continues_id != link.seen:
                problems[pk] = _("Somebody else linked this meanwhile: compare, then choose again.")
            elif link.old is not None and link.old not in offered:
                problems[pk] = _("That is not part of %(plan)s.") % {"plan": older.code}
            elif link.old in taken or link.old in given:
                other = taken.get(link.old) or given[link.old]
                problems[pk] = _("%(code)s carries it on already: one old part goes to one new one.") % {
                    "code": other
                }
            elif link.old is not None:
                given[link.old] = row.code
        if problems:
            raise LineageRefused(problems)
        # First what is let go: whoever reads along never sees one old part carried on twice.
        for pk, link in sorted(links.items(), key=lambda one: one[1].old is not None):
            rows[pk].continues_id = link.old
            rows[pk].save(update_fields=["continues"])
    return len(links)
