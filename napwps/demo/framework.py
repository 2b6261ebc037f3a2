"""The logframe of the demonstration: the real part from the workbook, the rest from data/framework.toml."""

from datetime import date

from django.utils.text import slugify

from frameworks.imports import read_logframe
from frameworks.imports.existing import known_institutions
from frameworks.imports.saving import save_logframe
from frameworks.models import Activity, Category, Dimension, Goal, Indicator, Lead, Output, Target
from frameworks.models.plan import LeadRole
from napwps.demo.files import LOGFRAME, figure, tables

YEARLY = "Every year"
IMPORT_REASON = "The framework as it was adopted."


def load_real_part(plan, *, by, at):
    """Imports the workbook of Figure 4, as the secretariat does."""
    with LOGFRAME.open("rb") as file:
        book = read_logframe(file, filename=LOGFRAME.name, known=known_institutions())
    save_logframe(parsed=book, plan=plan, by=by, at=at, reason=IMPORT_REASON)


def _load_dimension(indicator, name, categories):
    dimension = Dimension.objects.create(indicator=indicator, name=name, order=0)
    Category.objects.bulk_create(
        Category(dimension=dimension, code=slugify(category), name=category, order=order)
        for order, category in enumerate(categories)
    )


def load_rest(plan, pillars, institutions, *, next_year):
    """The invented part, and what the six real indicators lack. `next_year`: the year after the current round."""
    written = tables("framework.toml")
    goals = {goal.code: goal for goal in Goal.objects.filter(plan=plan)}
    for row in written["goal"]:
        goals[row["code"]] = Goal.objects.create(
            plan=plan, pillar=pillars[row["pillar"]], code=row["code"], title=row["title"]
        )
    outputs = {output.code: output for output in Output.objects.filter(plan=plan)}
    made = Output.objects.bulk_create(
        Output(
            plan=plan,
            goal=goals[parent_of(row["code"])],
            code=row["code"],
            title=row["title"],
        )
        for row in written["output"]
    )
    outputs |= {output.code: output for output in made}
    activities = _load_activities(plan, outputs, institutions, written["activity"], next_year)
    _load_indicators(plan, goals, activities, institutions, written["indicator"])
    for row in written["measure"]:
        indicator = Indicator.objects.get(plan=plan, code=row["code"])
        _measure(indicator, row)
        indicator.save()
        _promise(indicator, row, institutions)


def parent_of(code):
    """ "1.3" of "1.3.1"."""
    return code.rpartition(".")[0]


def _load_activities(plan, outputs, institutions, rows, next_year):
    made = Activity.objects.bulk_create(
        Activity(
            plan=plan,
            output=outputs[parent_of(row["code"])],
            code=row["code"],
            title=row["title"],
            years=_years(plan, row, next_year),
        )
        for row in rows
    )
    activities = {activity.code: activity for activity in made}
    leads = []
    for row in rows:
        named = [(code, LeadRole.CO_LEAD) for code in row["leads"]]
        named[0] = (row["leads"][0], LeadRole.LEAD)
        named += [(code, LeadRole.SUPPORT) for code in row.get("support", ())]
        leads += [
            Lead(
                activity=activities[row["code"]],
                institution=institutions[code],
                role=role,
                is_accountable=role == LeadRole.LEAD,
                order=order,
            )
            for order, (code, role) in enumerate(named)
        ]
    Lead.objects.bulk_create(leads)
    return activities


def _years(plan, row, next_year):
    if row.get("first_year") == "next":
        return list(range(next_year, plan.end_year + 1))
    return row.get("years") or list(plan.years)


def _load_indicators(plan, goals, activities, institutions, rows):
    for order, row in enumerate(rows):
        goal = goals.get(row.get("goal"))
        activity = None if goal else activities[row["code"].rstrip("abc")]
        pillar = goal.pillar if goal else activity.output.goal.pillar
        indicator = Indicator(
            plan=plan,
            pillar=pillar,
            goal=goal,
            activity=activity,
            code=row["code"],
            statement=row["statement"],
            type=row["type"],
            direction=row.get("direction", "increase"),
            order=order,
        )
        _measure(indicator, {"baseline_source": "Illustrative", **row, "is_illustrative": True})
        indicator.save()
        _promise(indicator, row, institutions)
        if "dimension" in row:
            _load_dimension(indicator, row["dimension"]["name"], row["dimension"]["categories"])


#: What a row of the file may say of an indicator beside its baseline, under the model's own names.
MEASURES = (
    "unit", "definition", "numerator_label", "denominator_label", "share_of_whole", "counts_people", "scale_labels",
    "reporter_aggregation", "round_aggregation", "baseline_year", "baseline_source", "data_source",
    "means_of_verification", "is_illustrative",
)  # fmt: skip


def _measure(indicator, row):
    for name in MEASURES:
        if name in row:
            setattr(indicator, name, row[name])
    indicator.frequency = row.get("frequency", YEARLY)
    if "baseline" in row:
        indicator.baseline_value, indicator.baseline_numerator, indicator.baseline_denominator = figure(
            row["baseline"]
        )
    else:
        indicator.baseline_source = ""


def _promise(indicator, row, institutions):
    indicator.responsible.set(institutions[code] for code in row.get("responsible", ()))
    targets = []
    for year, written in row.get("targets", {}).items():
        value, numerator, denominator = figure(written)
        targets.append(
            Target(
                indicator=indicator,
                period_end=date(int(year), 12, 31),
                value=value,
                numerator=numerator,
                denominator=denominator,
                is_endline=int(year) == indicator.plan.end_year,
            )
        )
    Target.objects.bulk_create(targets)
