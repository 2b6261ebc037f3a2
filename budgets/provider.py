"""What budgets says on the pages of the framework (frameworks.providers): the estimates of activities and outputs."""

from collections import defaultdict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Sum
from django.utils.translation import gettext as _

from budgets.activity_money import money_of_activity
from budgets.counted import rough_costings
from budgets.models import BudgetLine, Costing, OperationalAction, OutputCosting
from frameworks import providers
from frameworks.history import Source
from frameworks.models import Activity
from frameworks.providers import CostLine, RoughLine
from frameworks.revision_sources import Tracked, events_of, ids_of


def costing_history(row):
    """Sources for frameworks.history: the estimates of an activity or an output, also those that were removed."""
    return [_activity_source(row) if isinstance(row, Activity) else _output_source(row)]


def _activity_source(activity):
    return Source(
        Costing, {"activity": activity.pk}, label=_costing_label, hidden=frozenset({"year"}), whole=True
    )


def _output_source(output):
    return Source(
        OutputCosting, {"output": output.pk}, label=_rough_label, hidden=frozenset({"year"}), whole=True
    )


def _costing_label(event):
    return _("Costing %(year)s") % {"year": event.year}


def _rough_label(event):
    return _("Rough estimate %(year)s") % {"year": event.year}


def activities_not_costed(activities):
    """Those of the activities (a queryset) that have no estimate of their own for any year. A cost of 0 is a cost."""
    return activities.filter(~Exists(Costing.objects.filter(activity=OuterRef("pk"))))


def activities_covered(activities, plan):
    """Those of the activities (a queryset of the plan) whose every scheduled year a rough estimate of their output covers.

    Only what counts covers: an estimate of another activity of the output for that year leaves this one with nothing.
    """
    years = rough_costings(plan).filter(output=OuterRef("output")).order_by("year").values("year")
    return activities.exclude(years=[]).filter(years__contained_by=ArraySubquery(years))


class Costs(providers.CostProvider):
    def totals(self, activities):
        ids = [one.pk for one in activities]
        found = defaultdict(tuple)
        rows = (
            Costing.objects.filter(activity__in=ids)
            .order_by("activity", "currency")
            .values_list("activity", "currency")
            .annotate(Sum("amount"))
        )
        for activity, currency, amount in rows if ids else ():
            found[activity] += ((currency, amount),)
        return found

    def roughly(self, activities):
        ids = [one.pk for one in activities]
        if not ids:
            return set()
        covered = activities_covered(Activity.objects.filter(pk__in=ids), activities[0].plan_id)
        return set(activities_not_costed(covered).values_list("pk", flat=True))

    def lines(self, activity):
        costed = {one.year: one for one in Costing.objects.filter(activity=activity)}
        rough = {
            one.year: (one.amount, one.currency)
            for one in rough_costings(activity.plan).filter(output=activity.output_id)
        }
        if activity.retired_on:
            rough = {}
        years = sorted({*activity.plan.years, *costed})
        return [
            CostLine(
                year,
                costed[year].amount,
                costed[year].currency,
                costed[year].assumptions,
                costed[year].is_illustrative,
                is_scheduled=year in activity.years,
            )
            if year in costed
            else CostLine(year, None, is_scheduled=year in activity.years, rough=rough.get(year, ()))
            for year in years
        ]

    def rough_lines(self, output):
        counting = Exists(rough_costings(output.plan).filter(pk=OuterRef("pk")))
        rows = OutputCosting.objects.filter(output=output).annotate(is_counted=counting).order_by("year")
        return [
            RoughLine(
                one.year, one.amount, one.currency, one.assumptions, one.is_illustrative, one.is_counted
            )
            for one in rows
        ]

    money_template = "budgets/activity_money.html"

    def money(self, activity, user):
        return money_of_activity(activity, user)

    def is_costed(self, row):
        model, owner = (Costing, "activity") if isinstance(row, Activity) else (OutputCosting, "output")
        return model.objects.filter(**{owner: row.pk}).exists()

    def planned_codes(self, activities):
        lines = BudgetLine.objects.filter(activity=OuterRef("pk"))
        actions = OperationalAction.objects.filter(activity=OuterRef("pk"))
        planned = activities.filter(Exists(lines) | Exists(actions)).order_by("sort_key")
        return list(planned.values_list("code", flat=True))

    def history_sources(self, row):
        return costing_history(row)

    def revision_sources(self, activities, outputs):
        return [
            Tracked(
                Costing,
                "activity",
                events_of(Costing).filter(activity__in=ids_of(activities)),
                label=_costing_label,
                owner=lambda event: ("activity", event.activity_id),
                hidden=frozenset({"activity", "year"}),
            ),
            Tracked(
                OutputCosting,
                "output",
                events_of(OutputCosting).filter(output__in=ids_of(outputs)),
                label=_rough_label,
                owner=lambda event: ("output", event.output_id),
                hidden=frozenset({"output", "year"}),
            ),
        ]


providers.register_cost(Costs())
