"""What a reader needs in the first minute: counts, who is missing, what went well and what slipped. Pure."""

from collections import Counter, defaultdict
from decimal import Decimal

from monitoring.models.result import Performance
from monitoring.models.review import Verdict
from monitoring.models.submission import ActivityStatus
from monitoring.reports import data

#: How many of each list a summary names.
LONGEST = 5
#: Worst first. No data is in neither list: reporting honestly is not punished (DOMAIN.md, vocabulary 2).
SLIPPED = (Performance.MOVED_BACKWARDS, Performance.OFF_TRACK, Performance.AT_RISK)
_WENT_WELL = (Performance.ACHIEVED, Performance.ON_TRACK)
_SLIPPED_ACTIVITIES = (ActivityStatus.DELAYED, ActivityStatus.DEFERRED, ActivityStatus.CANCELLED)


def summarise(*, reports, activities, indicators, statements):
    """The Summary of a report's parts. Only official statuses are counted as such (`standing`)."""
    expected = [one for one in reports if one.is_expected]
    return data.Summary(
        activities=_counts(
            (one.standing for one in activities), [*ActivityStatus, data.UNCONFIRMED, data.NOT_REPORTED]
        ),
        indicators=_counts((one.standing for one in indicators), [*Performance, data.UNCONFIRMED]),
        expected=len(expected),
        received=sum(one.is_received for one in expected),
        missing=tuple(one.institution for one in expected if not one.is_received),
        achieved_indicators=_ranked(indicators, _WENT_WELL, highest=True),
        completed_activities=_listed(activities, (ActivityStatus.COMPLETED,)),
        slipped_indicators=_ranked(indicators, SLIPPED, highest=False),
        slipped_activities=_listed(activities, _SLIPPED_ACTIVITIES),
        dissents=sum(one.verdict == Verdict.DISSENT for one in statements),
        costed_round=_totals(one.costed_round for one in activities),
        costed_plan=_totals(one.costed_plan for one in activities),
        activities_costed=sum(bool(one.costed_plan) for one in activities),
    )


def _counts(standings, keys):
    counted = Counter(standings)
    return tuple(data.Count(str(key), counted[key]) for key in keys)


def _ranked(indicators, statuses, *, highest):
    """Codes by status, then by achievement; without a percentage behind those that have one; then by code as listed."""

    def place(indicator):
        known = indicator.achievement is not None
        achievement = indicator.achievement if known else Decimal(0)
        return statuses.index(indicator.standing), not known, -achievement if highest else achievement

    chosen = [one for one in indicators if one.standing in statuses]
    return tuple(one.code for one in sorted(chosen, key=place)[:LONGEST])


def _listed(activities, statuses):
    return tuple(one.code for one in activities if one.standing in statuses)[:LONGEST]


def _totals(sums):
    totals = defaultdict(Decimal)
    for amounts in sums:
        for money in amounts:
            totals[money.currency] += money.amount
    return tuple(data.Money(currency, amount) for currency, amount in sorted(totals.items()))
