"""The logframe of the demonstration: the real part from the workbook, the rest from data/framework.toml."""

from datetime import date

from django.utils.text import slugify

from frameworks.imports import KnownInstitution, KnownInstitutions, read_logframe
from frameworks.models import (
    Activity,
    Category,
    Dimension,
    Goal,
    Indicator,
    Institution,
    Lead,
    Output,
    Pillar,
    Role,
    Seat,
    Target,
    WorkingGroup,
)
from frameworks.models.plan import LeadRole
from napwps.demo.files import LOGFRAME, figure, tables

YEARLY = "Every year"


def load_real_part(plan):
    """What Figure 4 and the working groups' sheet say, exactly as an import of the workbook gives it."""
    with LOGFRAME.open("rb") as file:
        book = read_logframe(file, filename=LOGFRAME.name, known=_known_institutions())
    find = _finder()
    pillars = {pillar.name: pillar for pillar in Pillar.objects.filter(plan=plan)}
    for parsed in book.pillars:
        for goal in parsed.goals:
            _load_goal(plan, pillars[parsed.name], goal, find)
    for group in book.groups:
        _load_seats(plan, WorkingGroup.objects.get(pillar=pillars[group.pillar]), group, find)


def _known_institutions():
    return KnownInstitutions(
        KnownInstitution(
            one,
            tuple(filter(None, (one.name, one.acronym, one.code))),
            tuple(alias.name for alias in one.aliases.all()),
            None if one.is_group else one.kind == "cso",
        )
        for one in Institution.objects.prefetch_related("aliases")
    )


def _finder():
    """A function from a printed name to its Institution; a name that fits none, or several, is an error."""
    index = _known_institutions()

    def find(name):
        match = index.resolve(name)
        if match.institution is None:
            raise LookupError(f"The workbook names {name!r}, which is no institution of the demo.")
        return match.institution.key

    return find


def _load_goal(plan, pillar, parsed, find):
    goal = Goal.objects.create(plan=plan, pillar=pillar, code=parsed.code, title=parsed.text, order=1)
    for order, one in enumerate(parsed.outputs, start=1):
        output = Output.objects.create(plan=plan, goal=goal, code=one.code, title=one.text, order=order)
        for place, two in enumerate(one.activities, start=1):
            activity = Activity.objects.create(
                plan=plan, output=output, code=two.code, title=two.text, years=list(two.years), order=place
            )
            Lead.objects.bulk_create(
                Lead(
                    activity=activity,
                    institution=find(lead.name),
                    role=lead.role,
                    is_accountable=lead.role == LeadRole.LEAD,
                    order=lead.order,
                )
                for lead in two.leads
            )
            for rank, three in enumerate(two.indicators, start=1):
                indicator = Indicator.objects.create(
                    plan=plan,
                    pillar=pillar,
                    activity=activity,
                    code=three.code,
                    statement=three.statement,
                    type=three.type,
                    direction=three.direction,
                    order=rank,
                )
                for dimension in three.dimensions:
                    _load_dimension(indicator, dimension.name, dimension.categories)


def _load_seats(plan, group, parsed, find):
    roles = {"government": Role.GOVERNMENT_CO_LEAD, "cso": Role.CSO_CO_LEAD}
    seats = [(roles[lead.side], lead.name) for lead in parsed.leads]
    seats += [(Role.GROUP_MEMBER, member.name) for member in parsed.members]
    Seat.objects.bulk_create(
        Seat(plan=plan, working_group=group, role=role, institution=find(name), order=order)
        for order, (role, name) in enumerate(seats)
    )


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
            plan=plan, pillar=pillars[row["pillar"]], code=row["code"], title=row["title"], order=1
        )
    outputs = {output.code: output for output in Output.objects.filter(plan=plan)}
    made = Output.objects.bulk_create(
        Output(
            plan=plan,
            goal=goals[parent_of(row["code"])],
            code=row["code"],
            title=row["title"],
            order=int(row["code"].split(".")[1]),
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
            order=int(row["code"].split(".")[2]),
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
            for order, (code, role) in enumerate(named, start=1)
        ]
    Lead.objects.bulk_create(leads)
    return activities


def _years(plan, row, next_year):
    if row.get("first_year") == "next":
        return list(range(next_year, plan.end_year + 1))
    return row.get("years") or list(plan.years)


def _load_indicators(plan, goals, activities, institutions, rows):
    for order, row in enumerate(rows, start=1):
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
