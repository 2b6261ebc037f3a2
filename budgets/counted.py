"""What counts as costed, proposed, approved, released and spent, and by what it can be broken down.

One description for both readings: `budgets.totals` adds these relations up, `budgets.entries` lists their rows. So a total and
the lines behind it come from the same rows and cannot drift apart.

An institution that was merged into another counts under that one: it is one body now, and what it reports answers for the
lines that were written under either name.
"""

from dataclasses import dataclass

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, ExtractYear
from django.utils.translation import gettext_lazy as _

from budgets.models import BudgetLine, BudgetYear, Costing, Expenditure, OutputCosting
from frameworks.permissions import Permission, has_permission


class Measure(models.TextChoices):
    """The steps that money takes, in their order."""

    COSTED = "costed", _("Costed")
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    RELEASED = "released", _("Released")
    SPENT = "spent", _("Spent")


class Dimension(models.TextChoices):
    """What amounts are broken down by."""

    PILLAR = "pillar", _("Pillar")
    GOAL = "goal", _("Goal")
    OUTPUT = "output", _("Output")
    ACTIVITY = "activity", _("Activity")
    INSTITUTION = "institution", _("Institution")
    SOURCE = "source", _("Funding source")
    SOURCE_KIND = "source_kind", _("Kind of source")
    ON_BUDGET = "on_budget", _("On or off budget")
    GENDER = "gender", _("Gender budget")
    YEAR = "year", _("Year")


#: What only budget lines know: a costing has no institution and no source, reported spending has no source.
OF_SOURCE = (Dimension.SOURCE, Dimension.SOURCE_KIND, Dimension.ON_BUDGET, Dimension.GENDER)
NOT_COSTED_BY = (Dimension.INSTITUTION, *OF_SOURCE)
#: What outsiders read, of published years.
PUBLIC_MEASURES = (Measure.APPROVED, Measure.SPENT)

_CHAIN = {
    Dimension.PILLAR: "output__goal__pillar",
    Dimension.GOAL: "output__goal",
    Dimension.OUTPUT: "output",
}
_OF_ACTIVITY = {name: f"activity__{path}" for name, path in _CHAIN.items()} | {Dimension.ACTIVITY: "activity"}
LINE_PATHS = _OF_ACTIVITY | {
    Dimension.INSTITUTION: "body",
    Dimension.SOURCE: "funding_source",
    Dimension.SOURCE_KIND: "funding_source__kind",
    Dimension.ON_BUDGET: "funding_source__on_budget",
    Dimension.GENDER: "gender_tag",
    Dimension.YEAR: "operational_plan__year",
}
_SPENDING = _OF_ACTIVITY | {Dimension.INSTITUTION: "body", Dimension.YEAR: "of_year"}
_COSTINGS = _OF_ACTIVITY | {Dimension.YEAR: "year"}
_ROUGH = _CHAIN | {Dimension.YEAR: "year"}


class Kind(models.TextChoices):
    """What an amount stands in."""

    LINE = "line", _("Budget line")
    REPORTED = "reported", _("Reported spending")
    # What lines have already put under a source is taken off from what was reported, so that nothing counts twice.
    TAKEN_OFF = "taken_off", _("Already counted under its source")
    COSTING = "costing", _("Estimate")
    ROUGH = "rough", _("Rough estimate of an output")


@dataclass(frozen=True)
class Part:
    """How a relation's rows enter one measure: `sign` × the column `lookup`.

    told: for budget lines, what their institution must have reported (see `_told`); None: it does not matter. without:
    dimensions under which the amount stands as "not stated" although the rows know them.
    """

    measure: Measure
    lookup: str
    told: tuple | None = None
    sign: int = 1
    without: tuple = ()

    @property
    def condition(self):
        if self.told is None:
            return Q()
        found = Q(told__in=[one for one in self.told if one is not None])
        return found | Q(told__isnull=True) if None in self.told else found


@dataclass(frozen=True)
class Relation:
    """Rows of one table that count, narrowed already. paths: Dimension → lookup, of those that the rows know."""

    kind: Kind
    rows: models.QuerySet
    paths: dict
    currency: str
    year: str
    parts: tuple


class _EverybodyInside:
    """Stands for a reader where there is none; see EVERYBODY_INSIDE."""


#: Reads what everybody inside a plan reads: for reports that are written by their schedule and read inside only.
EVERYBODY_INSIDE = _EverybodyInside()


def reads_inside(user, plan):
    """Whether the user reads all official amounts; everybody else reads what is published."""
    return user is EVERYBODY_INSIDE or has_permission(user, Permission.VIEW_BUDGETS, plan)


def official_lines(plan):
    """The budget lines of a plan that were handed in or approved once: what totals add up, and drill-downs list."""
    return BudgetLine.objects.official().filter(operational_plan__plan=plan)


def handed_in_spending(plan):
    """What institutions told of their spending and handed in, be it why it is not known; with `of_year` and `body`."""
    return Expenditure.objects.filter(round__plan=plan, frozen_at__isnull=False).annotate(
        of_year=ExtractYear("round__period_end"), body=body_of("institution")
    )


def reported_spending(plan):
    """What institutions reported to have spent, handed in, with `of_year` and `body`; unknown amounts are left out."""
    return handed_in_spending(plan).filter(amount__isnull=False)


def published_years(plan):
    """The years whose budget the public reads, as a queryset of BudgetYear."""
    return BudgetYear.objects.filter(plan=plan).published()


def published_lines(plan):
    """The approved lines of published years; of them the public reads `approved` only."""
    return BudgetLine.objects.filter(
        operational_plan__plan=plan,
        operational_plan__year__in=published_years(plan).values("year"),
        approved__isnull=False,
    )


def published_spending(plan):
    """What was reported as spent in published rounds of published years, with `of_year` and `body`."""
    return reported_spending(plan).filter(
        round__published_at__isnull=False, of_year__in=published_years(plan).values("year")
    )


def rough_costings(plan):
    """The rough estimates that count: of outputs in use, for years for which none of their activities in use is costed."""
    costed = Costing.objects.filter(
        activity__output=OuterRef("output"), activity__retired_on__isnull=True, year=OuterRef("year")
    )
    return OutputCosting.objects.filter(~Exists(costed), output__plan=plan, output__retired_on__isnull=True)


def with_body(lines):
    """Budget lines with `body`, the id of the institution that they count under."""
    return lines.annotate(body=body_of("operational_plan__institution"))


def readable_lines(plan, user):
    """The budget lines that count for `user`: the official ones, or for outsiders the published ones; with `body`."""
    return with_body(official_lines(plan) if reads_inside(user, plan) else published_lines(plan))


def readable_spending(plan, user):
    """The reported spending that counts for `user`, with `of_year` and `body`."""
    return reported_spending(plan) if reads_inside(user, plan) else published_spending(plan)


def relations(plan, user, rates, *, only, measures, by_source):
    """The Relations that hold the amounts of `measures` which `user` may read.

    only: Dimension → the values that count; None among them stands for what is not known by that dimension. by_source:
    whether it matters which source spending was paid from.
    """
    inside = reads_inside(user, plan)
    found = []
    if Measure.COSTED in measures:
        costings = Costing.objects.filter(activity__plan=plan, activity__retired_on__isnull=True)
        part = (Part(Measure.COSTED, "amount"),)
        found.append(Relation(Kind.COSTING, costings, _COSTINGS, "currency", "year", part))
        found.append(Relation(Kind.ROUGH, rough_costings(plan), _ROUGH, "currency", "year", part))
    found += _of_lines(plan, user, rates, only, measures, by_source, inside)
    if Measure.SPENT in measures:
        part = (Part(Measure.SPENT, "amount"),)
        spending = readable_spending(plan, user)
        found.append(Relation(Kind.REPORTED, spending, _SPENDING, "currency", "of_year", part))
    return [_narrowed(one, only) for one in found if _may_hold(one, only)]


def _of_lines(plan, user, rates, only, measures, by_source, inside):
    allowed = [one for one in Measure if one in measures and one != Measure.COSTED]
    if not inside:
        allowed = [one for one in allowed if one in PUBLIC_MEASURES]
    if not allowed:
        return []
    rows = readable_lines(plan, user)
    parts = [Part(one, str(one)) for one in allowed if one != Measure.SPENT]
    taken_off = None
    if Measure.SPENT in allowed:
        rows = rows.annotate(told=_told(plan, user, rates))
        # What the lines themselves say was spent is not published: it only says from which source the reported money came.
        told = ((None,) if inside else ()) + ((True,) if by_source else ())
        if told:
            parts.append(Part(Measure.SPENT, str(Measure.SPENT), told))
        if by_source:
            taken_off = Part(Measure.SPENT, str(Measure.SPENT), (True,), -1, OF_SOURCE)
    if taken_off and not any(one in only for one in OF_SOURCE):
        parts.append(taken_off)
        taken_off = None
    found = []
    if parts:
        found.append(Relation(Kind.LINE, rows, LINE_PATHS, "currency", LINE_PATHS["year"], tuple(parts)))
    if taken_off:
        paths = {one: path for one, path in LINE_PATHS.items() if one not in OF_SOURCE}
        found.append(Relation(Kind.TAKEN_OFF, rows, paths, "currency", paths["year"], (taken_off,)))
    return found


def _told(plan, user, rates):
    """What a line's institution has reported on its activity for its year: None nothing, True amounts that can be added,
    False only amounts that no rate says the worth of. Then what was spent is not known, and the lines do not stand in for it."""
    reported = readable_spending(plan, user).filter(
        activity=OuterRef("activity"), body=OuterRef("body"), of_year=OuterRef("operational_plan__year")
    )
    known = reported.filter(rates.knowing(currency="currency", year="of_year"))
    # Two plain EXISTS: PostgreSQL hashes each once, where an aggregate would be worked out anew for each line.
    return Case(
        When(Exists(known), then=Value(True)),
        When(Exists(reported), then=Value(False)),
        default=None,
        output_field=models.BooleanField(null=True),
    )


def body_of(path):
    """The institution that rows count under: the one that it was merged into, else itself."""
    return Coalesce(f"{path}__merged_into_id", f"{path}_id", output_field=models.BigIntegerField())


def _may_hold(relation, only):
    """Whether rows can fit at all: what a relation does not know it only fits where "not stated" is asked for."""
    return all(name in relation.paths or None in values for name, values in only.items())


def _narrowed(relation, only):
    """The relation with the wanted rows only. None among the values asks for what has none."""
    rows = relation.rows
    for name, values in only.items():
        if name not in relation.paths:
            continue
        path = relation.paths[name]
        condition = Q(**{f"{path}__in": [value for value in values if value is not None]})
        if None in values:
            condition |= Q(**{f"{path}__isnull": True})
        rows = rows.filter(condition)
    return Relation(relation.kind, rows, relation.paths, relation.currency, relation.year, relation.parts)
