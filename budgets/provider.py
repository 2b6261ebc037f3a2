"""What budgets says on the pages of the framework (frameworks.providers): the estimates of activities."""

from collections import defaultdict

from django.db.models import Sum
from django.utils.translation import gettext as _

from budgets.models import Costing
from frameworks import providers
from frameworks.history import Source
from frameworks.providers import CostLine


def costing_history(activity):
    """Sources for frameworks.history: the activity's estimates, also those that were removed."""
    return [
        Source(
            Costing,
            {"activity": activity.pk},
            label=lambda event: _("Costing %(year)s") % {"year": event.year},
            hidden=frozenset({"year"}),
            whole=True,
        )
    ]


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

    def lines(self, activity):
        costed = {one.year: one for one in Costing.objects.filter(activity=activity)}
        years = sorted({*activity.plan.years, *costed})
        return [
            CostLine(
                year,
                costed[year].amount,
                costed[year].currency,
                costed[year].assumptions,
                costed[year].is_illustrative,
            )
            if year in costed
            else CostLine(year, None)
            for year in years
        ]

    def history_sources(self, activity):
        return costing_history(activity)


providers.register_cost(Costs())
