"""What surrounds the demo's logframe: themes, assumptions with their yearly answers, and lineage from the plan before."""

from datetime import date

import pghistory

from frameworks.compare import LEVELS
from frameworks.models import (
    Activity,
    ActivityTheme,
    Goal,
    Indicator,
    Lead,
    Output,
    Pillar,
    Plan,
    Target,
)
from frameworks.models.plan import LeadRole
from frameworks.operations.context import add_assumption, answer_assumption
from frameworks.operations.lineage import Link, set_lineage
from frameworks.operations.themes import save_plan_themes, themes_of
from napwps.demo.files import tables
from napwps.demo.framework import parent_of
from napwps.demo.schedule import at_clock

REASON = "From the plan's theory of change (illustrative)."


def load_context(plan, predecessor, institutions, *, by, anchor):
    """Everything of data/context.toml. Yearly answers are those that were given by the day `anchor`."""
    written = tables("context.toml")
    with pghistory.context(user=by.pk, action="demo"):
        _load_themes(plan, written["themes"], by)
        _load_predecessor(predecessor, written, institutions)
        _load_lineage(plan, predecessor, written["before"], by)
    # A step of its own: its reason is not that of the rest.
    with pghistory.context(user=by.pk, action="demo"):
        _load_assumptions(plan, written["assumption"], by, anchor)


def _load_themes(plan, written, by):
    save_plan_themes(plan=plan, codes=written["plan"], by=by)
    activities = {one.code: one for one in Activity.objects.filter(plan=plan)}
    ActivityTheme.objects.bulk_create(
        ActivityTheme(activity=activities[code], theme=theme)
        for code, codes in written["activities"].items()
        for theme in themes_of(codes)
    )


def _load_assumptions(plan, rows, by, anchor):
    for row in rows:
        assumption = add_assumption(plan=plan, text=row["text"], reason=REASON, by=by)
        for year, said in row["answers"].items():
            # The question is asked in the February after the year.
            answered_on = date(int(year) + 1, 2, 16)
            if answered_on <= anchor:
                answer_assumption(
                    assumption=assumption,
                    year=int(year),
                    answer=said["answer"],
                    note=said.get("note", ""),
                    by=by,
                    at=at_clock(answered_on, 10),
                )


def _load_predecessor(plan, written, institutions):
    Plan.objects.filter(pk=plan.pk).update(holds_illustrative_data=True)
    pillars, goals, outputs, activities = {}, {}, {}, {}
    for order, row in enumerate(written["pillar"], start=1):
        pillars[row["code"]] = Pillar.objects.create(plan=plan, order=order, **row)
    for row in written["goal"]:
        pillar = pillars[row["pillar"]]
        goals[row["code"]] = Goal.objects.create(
            plan=plan, pillar=pillar, code=row["code"], title=row["title"]
        )
    for row in written["output"]:
        goal = goals[parent_of(row["code"])]
        outputs[row["code"]] = Output.objects.create(
            plan=plan, goal=goal, code=row["code"], title=row["title"]
        )
    for row in written["activity"]:
        activity = Activity.objects.create(
            plan=plan,
            output=outputs[parent_of(row["code"])],
            code=row["code"],
            title=row["title"],
            years=row.get("years") or list(plan.years),
        )
        activities[row["code"]] = activity
        for order, code in enumerate(row["leads"]):
            Lead.objects.create(
                activity=activity,
                institution=institutions[code],
                role=LeadRole.CO_LEAD if order else LeadRole.LEAD,
                is_accountable=not order,
                order=order,
            )
    for row in written["indicator"]:
        activity = activities[row["code"].rstrip("abc")]
        indicator = Indicator.objects.create(
            plan=plan,
            pillar=activity.output.goal.pillar,
            activity=activity,
            code=row["code"],
            statement=row["statement"],
            type=row["type"],
            unit=row["unit"],
            is_illustrative=True,
        )
        if "endline" in row:
            Target.objects.create(
                indicator=indicator,
                period_end=date(plan.end_year, 12, 31),
                value=row["endline"],
                is_endline=True,
            )


def _load_lineage(plan, predecessor, written, by):
    for level, pairs in written.items():
        model, _text = LEVELS[level]
        new = dict(model.objects.filter(plan=plan, code__in=pairs).values_list("code", "pk"))
        old = dict(model.objects.filter(plan=predecessor).values_list("code", "pk"))
        links = [Link(new[code], old[before], None) for code, before in pairs.items()]
        set_lineage(plan=plan, older=predecessor, level=level, links=links, by=by)
