"""Goes down a workbook's results chain beside the plan's own and notes the difference of every row."""

from django.utils.translation import gettext_lazy as _

from frameworks.imports import text as texts
from frameworks.imports.indicator_rows import IndicatorRows
from frameworks.imports.items import CHANGED, NEW, SAME, Item
from frameworks.imports.results import NOTE, WARNING
from frameworks.models import Activity, Goal, Output, Pillar
from frameworks.models.plan import LeadRole

#: Global pillar of a pillar's name (DOMAIN.md, Glossary), where the name says it.
GLOBAL_PILLARS = {
    "participation": "participation",
    "prevention": "prevention",
    "protection": "protection",
    "relief and recovery": "relief_and_recovery",
    "peacebuilding": "relief_and_recovery",
}


class Chain(IndicatorRows):
    """Builds the items of a Difference; `run()` once."""

    def __init__(self, parsed, plan, existing, whos, doubts):
        self.parsed, self.plan, self.existing, self.whos, self.doubts = parsed, plan, existing, whos, doubts
        self.items, self.groups, self.pillars = [], [], {}
        self.assumed = {(one.sheet, one.cell) for one in parsed.doubts if one.code == "direction_assumed"}
        self.seen = set()

    def run(self):
        for order, pillar in enumerate(self.parsed.pillars, 1):
            owner = self.pillar(pillar.name, pillar.code, pillar.source, order)
            for goal in pillar.goals:
                self.goal(goal, owner)
        for group in self.parsed.groups:
            self.group(group)

    # one method a level

    def pillar(self, name, code, source, order):
        folded = texts.fold(name)
        if folded in self.pillars:
            return self.pillars[folded]
        old = self.existing.pillars.get(folded)
        if old is None:
            taken = {one.code for one in self.existing.pillars.values()} | {
                item.code for item in self.pillars.values()
            }
            number = order
            while f"P{number}" in taken:
                number += 1
            instance = Pillar(
                plan=self.plan,
                code=code or f"P{number}",
                name=name,
                order=number,
                global_pillar=GLOBAL_PILLARS.get(folded, ""),
            )
            item = Item("pillar", NEW, instance.code, name, source, instance, None)
        else:
            item = Item("pillar", SAME, old.code, old.name, source, old, None)
        self.pillars[folded] = item
        self.items.append(item)
        return item

    def goal(self, parsed, pillar):
        old = self.existing.goals.get(parsed.code)
        item = self._level("goal", Goal, parsed, old, pillar, "pillar")
        for output in parsed.outputs:
            self.output(output, item)
        self._indicators("goal", parsed, item, pillar)

    def output(self, parsed, goal):
        old = self.existing.outputs.get(parsed.code)
        item = self._level("output", Output, parsed, old, goal, "goal")
        for activity in parsed.activities:
            self.activity(activity, item)
        self._indicators("output", parsed, item, goal.parent)

    def activity(self, parsed, output):
        old = self.existing.activities.get(parsed.code)
        item = self._level("activity", Activity, parsed, old, output, "output")
        self._set(item, "years", _("Years"), sorted(parsed.years), keep_if=not parsed.years, show=_years)
        leads = self._leads(parsed, item)
        before = (
            [
                (one.institution, one.role, one.is_accountable)
                for one in sorted(old.leads.all(), key=lambda one: one.order)
            ]
            if old
            else []
        )
        if leads and [(a.code, b, c) for a, b, c in before] != [(a.code, b, c) for a, b, c in leads]:
            item.extra["leads"] = leads
            if old:
                item.action = CHANGED
                item.changes.append((_("Lead institutions"), _names(before), _names(leads)))
        self._check_years(parsed, item)
        self._indicators("activity", parsed, item, output.parent.parent)

    def _level(self, level, model, parsed, old, parent, parent_field):
        self.seen.add((level, parsed.code))
        instance = old or model(plan=self.plan, code=parsed.code, title=parsed.text)
        item = Item(
            level, SAME if old else NEW, parsed.code, parsed.text, parsed.source, instance, parsed, parent
        )
        if old:
            self._note_retired(item)
            self._set(item, "title", _("Text"), parsed.text)
            before = getattr(old, parent_field)
            if before.pk != parent.instance.pk:
                item.action = CHANGED
                item.changes.append(
                    (_("Belongs to"), str(before)[:120], f"{parent.code} {parent.label}"[:120])
                )
        item.extra["parent_field"] = parent_field
        self._validate(item)
        self.items.append(item)
        return item

    def _leads(self, parsed, item):
        leads, seen = [], set()
        for lead in parsed.leads:
            institution = self.whos[lead.name].institution
            if institution.code in seen:
                self._doubt(
                    WARNING,
                    lead.source,
                    "lead_twice",
                    _("“{name}” is named twice; it is kept once."),
                    name=lead.name,
                )
                continue
            seen.add(institution.code)
            leads.append(
                (institution, lead.role if lead.role in LeadRole.values else LeadRole.LEAD, not leads)
            )
        return leads

    def group(self, parsed):
        order = len(self.pillars) + 1
        pillar = self.pillar(parsed.pillar, None, parsed.source, order)
        group = self.existing.groups.get(pillar.instance.pk)
        seats = self.existing.seats[group.pk] if group else []
        item = Item(
            "group", SAME if group else NEW, pillar.code, pillar.label, parsed.source, group, parsed, pillar
        )
        leads, members = [], []
        for lead in parsed.leads:
            role = f"{lead.side}_co_lead"
            institution = self.whos[lead.name].institution
            held = next((seat for seat in seats if seat.role == role), None)
            if held is None:
                leads.append((role, institution))
            elif held.institution is not None and held.institution.code != institution.code:
                self._doubt(
                    NOTE,
                    lead.source,
                    "co_lead_kept",
                    _(
                        "The tracker has {there} as co-lead, the workbook {here}. It is left as it is; change it under People."
                    ),
                    there=held.institution,
                    here=institution,
                )
        sitting = {
            seat.institution.code for seat in seats if seat.role == "group_member" and seat.institution
        }
        for member in parsed.members:
            institution = self.whos[member.name].institution
            if institution.code not in sitting:
                sitting.add(institution.code)
                members.append(institution)
        notes = [
            str(doubt.message)
            for doubt in self.parsed.doubts
            if doubt.sheet == parsed.source.sheet
            and doubt.code in ("same_members", "leads_not_members")
            and doubt.cell in {member.source.cell for member in parsed.members}
        ]
        item.extra |= {"leads": leads, "members": members, "note": " ".join(notes)}
        if group and (leads or members):
            item.action = CHANGED
            item.changes.append(
                (_("New seats"), "", ", ".join(str(one) for one in [i for _r, i in leads] + members))
            )
        self.groups.append(item)

    def left(self):
        rows = []
        for level, stored in (
            ("goal", self.existing.goals),
            ("output", self.existing.outputs),
            ("activity", self.existing.activities),
            ("indicator", self.existing.indicators),
        ):
            rows += [
                (level, one.code, getattr(one, "title", None) or one.statement)
                for one in stored.values()
                if (level, one.code) not in self.seen and one.retired_on is None
            ]
        return rows


def _years(years):
    return ", ".join(map(str, years))


def _names(leads):
    return ", ".join(str(institution) for institution, _role, _accountable in leads)
