"""What hangs on a part of the results chain, and what follows along when the part moves or takes another code."""

import re
from dataclasses import dataclass

import pgtrigger
from django.core.exceptions import ValidationError
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from frameworks import changes, providers
from frameworks.models import Activity, Goal, Indicator, Output, Pillar, Plan, ReportingRound
from frameworks.models.plan import code_validator

#: Levels below a pillar, from above: the word in addresses → the model.
LEVELS = {"goal": Goal, "output": Output, "activity": Activity, "indicator": Indicator}
#: Codes named in a refusal; the rest is counted.
NAMED = 5


def level_of(row):
    """ "goal", "output", "activity" or "indicator"; "pillar" of a pillar."""
    return row._meta.model_name


def locked_plan(plan_id):
    """The plan's row, locked: changes of one plan's structure wait for each other, so that what was checked stays true."""
    return Plan.objects.select_for_update(no_key=True).get(pk=plan_id)


@dataclass(frozen=True)
class Below:
    """Querysets of everything under one part, retired rows too."""

    goals: QuerySet
    outputs: QuerySet
    activities: QuerySet
    indicators: QuerySet

    @property
    def all(self):
        return self.goals, self.outputs, self.activities, self.indicators

    def only(self, **condition):
        return Below(*(rows.filter(**condition) for rows in self.all))

    def live(self):
        return self.only(retired_on__isnull=True)

    def counts(self):
        """level → how many, levels without any left out. At most four queries."""
        counted = {level_of(rows.model): rows.count() for rows in self.all if not rows.query.is_empty()}
        return {level: number for level, number in counted.items() if number}


def below(row):
    """The Below of a pillar, goal, output, activity or indicator."""
    goals, outputs = Goal.objects.none(), Output.objects.none()
    activities, indicators = Activity.objects.none(), Indicator.objects.none()
    if isinstance(row, Pillar):
        goals = Goal.objects.filter(pillar=row)
        outputs = Output.objects.filter(goal__pillar=row)
        activities = Activity.objects.filter(output__goal__pillar=row)
        indicators = Indicator.objects.filter(pillar=row)
    elif isinstance(row, Goal):
        outputs = Output.objects.filter(goal=row)
        activities = Activity.objects.filter(output__goal=row)
        indicators = Indicator.objects.filter(
            Q(goal=row) | Q(output__goal=row) | Q(activity__output__goal=row)
        )
    elif isinstance(row, Output):
        activities = Activity.objects.filter(output=row)
        indicators = Indicator.objects.filter(Q(output=row) | Q(activity__output=row))
    elif isinstance(row, Activity):
        indicators = Indicator.objects.filter(activity=row)
    return Below(goals, outputs, activities, indicators)


def parent_of(row):
    """What a goal, output, activity or indicator hangs on: a pillar, goal, output or activity."""
    if isinstance(row, Goal):
        return row.pillar
    if isinstance(row, Output):
        return row.goal
    if isinstance(row, Activity):
        return row.output
    return row.activity or row.output or row.goal


def pillar_of(row):
    """The pillar at the head of a goal, output, activity or indicator, by what they hang on."""
    while not isinstance(row, Pillar):
        row = parent_of(row)
    return row


def refuse_retired_parent(row, parent, field):
    """Nothing in use hangs on what is retired: it would be asked for, and stand nowhere."""
    if row.retired_on is None and getattr(parent, "retired_on", None):
        raise ValidationError(
            {field: _("%(code)s is retired: choose another, or restore it first.") % {"code": parent.code}}
        )


def carry_to_pillar(row, pillar, field):
    """The indicators of everything under `row` now belong to `pillar`; in one statement. Refused as `refuse_torn` says."""
    under = below(row)
    activities = Activity.objects.filter(
        pk__in=[row.pk] if isinstance(row, Activity) else under.activities.values("pk")
    )
    indicators = Indicator.objects.filter(pk__in=under.indicators.values("pk"))
    providers.status().hold_reporting(row.plan)
    refuse_torn(activities, indicators, field)
    indicators.exclude(pillar=pillar).update(pillar=pillar)


def refuse_torn(activities, indicators, field):
    """Raises ValidationError at `field` where something was reported or planned on those rows, which are to change their pillar.

    A submission is made for one pillar, and so is an operational plan: what they say would be torn from them. Call providers'
    `hold_reporting` before: else somebody may begin to report at the same moment. Who plans waits for the plan's lock.
    """
    problems = []
    codes = providers.status().reported_codes(activities, indicators)
    if codes:
        problems.append(
            _(
                "It cannot move to another pillar: institutions have already reported on %(codes)s. "
                "Retire it here and add it anew there."
            )
            % {"codes": _named(codes)}
        )
    codes = providers.cost().planned_codes(activities)
    if codes:
        problems.append(
            _(
                "It cannot move to another pillar: institutions have already planned or budgeted for %(codes)s. "
                "Retire it here and add it anew there."
            )
            % {"codes": _named(codes)}
        )
    if problems:
        raise ValidationError({field: problems})


def _named(codes):
    named = ", ".join(codes[:NAMED])
    if len(codes) > NAMED:
        named = _("%(codes)s and %(number)s more") % {"codes": named, "number": len(codes) - NAMED}
    return named


def tell_rounds(plan, *, by, at):
    """Who owes a report through the change is asked for it in the rounds that are open."""
    for round in ReportingRound.objects.filter(plan=plan).accepting_submissions(localdate(at)):
        changes.announce_round_opened(round=round, by=by, at=at)


# Codes


def begins_with(code, start):
    """Whether `code` continues `start`: 1.1.2 and 1.1a do for 1.1, 1.10 does not."""
    return code.startswith(start) and not re.match(r"\d", code[len(start) :] or "0")


def change_codes(plan, wanted, *, field=None):
    """Gives rows new codes all at once, so that two may swap. wanted: model → {pk: code}.

    Raises ValidationError when a code is taken by a row that keeps it, is wanted twice, too long or not well formed.
    """
    from_above = [model for model in LEVELS.values() if wanted.get(model)]
    problems = [one for model in from_above for one in _problems(plan, model, wanted[model])]
    if problems:
        raise ValidationError({field: problems} if field else problems)
    for model in from_above:
        codes = wanted[model]
        rows = model.objects.filter(pk__in=codes)
        # First out of each other's way, to codes that nobody can type; the history passes over this step.
        with pgtrigger.ignore(*_recorders(model)):
            rows.update(code=Concat(Value("~"), Cast("pk", CharField())))
        rows.update(code=Case(*(When(pk=pk, then=Value(code)) for pk, code in codes.items())))


def _recorders(model):
    """The names of the triggers that write the model's history."""
    return [
        f"{model._meta.label}:{one.name}"
        for one in model._meta.triggers
        if one.name.endswith(("insert_insert", "update_update", "delete_delete"))
    ]


def _problems(plan, model, codes):
    """What is wrong with new codes of one level, in words."""
    problems, seen = [], set()
    longest = model._meta.get_field("code").max_length
    kept = set(
        model.objects.filter(plan=plan, code__in=codes.values())
        .exclude(pk__in=codes)
        .values_list("code", flat=True)
    )
    for code in codes.values():
        try:
            code_validator(code)
        except ValidationError as error:
            problems.append(f"{code}: {error.messages[0]}")
            continue
        if len(code) > longest:
            problems.append(
                _("%(code)s is too long: at most %(most)s characters.") % {"code": code, "most": longest}
            )
        elif code in kept:
            problems.append(_("The code %(code)s is taken.") % {"code": code})
        elif code in seen:
            problems.append(_("The code %(code)s is there twice.") % {"code": code})
        seen.add(code)
    return problems


def following_codes(changed):
    """Codes of everything below rows whose code changes. changed: (row, old code, new code). Returns model → {pk: code}."""
    wanted = {Output: {}, Activity: {}, Indicator: {}}
    for row, old, new in changed:
        under = below(row)
        for rows in (under.outputs, under.activities, under.indicators):
            for pk, code in rows.filter(code__startswith=old).values_list("pk", "code"):
                if begins_with(code, old):
                    wanted[rows.model][pk] = new + code[len(old) :]
    return {model: codes for model, codes in wanted.items() if codes}
