"""Who has said what it spent of what was approved: in a round, be it 0, or why it is not known."""

from django.db.models import Exists, F, OuterRef

from budgets.counted import handed_in_spending, official_lines, with_body


def reported_of_approved(plan, years):
    """(institution id, activity id) with approved money in those years → whether its spending was reported. One query.

    Of several years all have to be reported. Institutions that were merged count under the one that they are now; reports
    count once they are handed in.
    """
    told = (
        handed_in_spending(plan)
        .reported()
        .filter(
            activity=OuterRef("activity"), of_year=OuterRef("operational_plan__year"), body=OuterRef("body")
        )
    )
    rows = (
        with_body(official_lines(plan))
        .filter(operational_plan__year__in=list(years), approved__gt=0)
        .annotate(is_told=Exists(told))
        .order_by()
        .values_list("body", "activity", "is_told")
        .annotate(year=F("operational_plan__year"))
        .distinct()
    )
    found = {}
    for institution, activity, is_told, _year in rows:
        key = institution, activity
        found[key] = found.get(key, True) and is_told
    return found
