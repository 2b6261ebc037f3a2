"""What the activities cost, by year, in US dollars; all of it illustrative. Three activities are not costed."""

from decimal import Decimal

from budgets.models import Costing
from frameworks.models import Activity
from napwps.demo.files import rows


def load_costings(plan):
    """Creates the estimates of data/costing.csv."""
    activities = {activity.code: activity for activity in Activity.objects.filter(plan=plan)}
    Costing.objects.bulk_create(
        Costing(
            activity=activities[row["activity"]],
            year=int(row["year"]),
            amount=Decimal(row["amount"]),
            currency=plan.currency,
            assumptions=row["assumptions"],
            is_illustrative=True,
        )
        for row in rows("costing.csv")
    )
