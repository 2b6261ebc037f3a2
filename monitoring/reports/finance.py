"""The money of a pillar in a report: costed, approved, released and spent, who did not say, and by which rates."""

from collections import defaultdict

from budgets.counted import EVERYBODY_INSIDE, Measure
from budgets.execution import execution_of
from budgets.models import FundingSource
from budgets.reported import reported_of_approved
from budgets.rules import rules_of
from budgets.totals import Amounts, load_totals
from frameworks.models import Institution, Output
from monitoring.money_results import unknown_reasons, without_rate
from monitoring.reports import finance_data as data
from monitoring.reports.figures import plain

MEASURES = (Measure.COSTED, Measure.APPROVED, Measure.RELEASED, Measure.SPENT)


def build_finance(*, plan, round, pillar, activities):
    """The Finance of a pillar in the years of the round, as everybody inside the plan reads it. A fixed number of queries.

    activities: those of the report, in its order.
    """
    years = tuple(round.years)
    totals = load_totals(
        plan,
        EVERYBODY_INSIDE,
        by=("output", "activity", "institution", "source", "gender"),
        only={"year": years, "pillar": [pillar.pk]},
        measures=MEASURES,
    )
    rules = rules_of(plan)
    lacking = without_rate(plan, EVERYBODY_INSIDE, totals.missing)
    by_activity, by_institution = totals.along("activity"), totals.along("institution")
    codes = {one.pk: one.code for one in activities}
    names = Institution.objects.in_bulk({key[0] for key in by_institution} - {None})
    make = _Maker(rules.absorbed_from)
    return data.Finance(
        years=years,
        absorbed_from=plain(rules.absorbed_from),
        activities=tuple(
            make.row(
                one.code, one.title, by_activity.get((one.pk,)), any(one.pk == pk for pk, _who in lacking)
            )
            for one in activities
        ),
        rough=_rough(make, totals),
        total=make.row("", "", totals.total, bool(totals.missing)),
        institutions=tuple(
            make.row(
                str(names[pk]), names[pk].name, by_institution[pk,], any(pk == who for _one, who in lacking)
            )
            for pk in sorted(names, key=lambda pk: str(names[pk]))
            if not _has_only_costing(by_institution[pk,])
        ),
        sources=_sources(make, plan, totals),
        gender=tuple(
            data.GenderRow(tag, plain(amounts.approved))
            for (tag,), amounts in sorted(totals.along("gender").items(), key=lambda pair: str(pair[0]))
            if tag is not None and amounts.approved is not None
        ),
        silent=_silent(plan, years, codes),
        unknown=_unknown(round, codes),
        rates=tuple(
            data.RatePart(year, rate.currency, plain(rate.rate), rate.valid_on, rate.source)
            for (_currency, year), rate in sorted(
                totals.rates.items(), key=lambda pair: (pair[0][1], pair[0][0])
            )
        ),
        missing=tuple(
            data.MissingRatePart(one.year, one.currency, str(one.measure), plain(one.amount))
            for one in totals.missing
        ),
    )


class _Maker:
    def __init__(self, absorbed_from):
        self._absorbed_from = absorbed_from

    def row(self, code, title, amounts, lacks_rate=False):
        amounts = amounts or Amounts()
        execution = execution_of(amounts.approved, amounts.spent, self._absorbed_from)
        return data.FinanceRow(
            code=code,
            title=title,
            costed=plain(amounts.costed),
            approved=plain(amounts.approved),
            released=plain(amounts.released),
            spent=plain(amounts.spent),
            execution="" if lacks_rate else execution.value,
        )


def _has_only_costing(amounts):
    return amounts.approved is None and amounts.released is None and amounts.spent is None


def _rough(make, totals):
    """Estimates of outputs as a whole, which no activity is the bearer of."""
    found = {
        output: amounts
        for (output, activity), amounts in totals.along("output", "activity").items()
        if activity is None and amounts.costed is not None
    }
    outputs = Output.objects.filter(pk__in=found).order_by("sort_key")
    return tuple(make.row(one.code, one.title, Amounts(costed=found[one.pk].costed)) for one in outputs)


def _sources(make, plan, totals):
    """By funding source, in the order of their codes; what nobody said the source of last, with an empty code."""
    found = totals.along("source")
    known = FundingSource.objects.filter(plan=plan, pk__in={key[0] for key in found} - {None}).order_by(
        "code"
    )
    rows = [make.row(one.code, one.name, found[one.pk,]) for one in known]
    unstated = found.get((None,))
    if unstated is not None and unstated.spent:
        rows.append(make.row("", "", Amounts(spent=unstated.spent)))
    return tuple(rows)


def _silent(plan, years, codes):
    """Who has approved money and has not said what was spent, by the names of the institutions."""
    found = defaultdict(list)
    for (institution, activity), is_told in reported_of_approved(plan, years).items():
        if activity in codes and not is_told:
            found[institution].append(codes[activity])
    order = list(codes.values())
    return tuple(
        data.SilentPart(str(one), tuple(sorted(found[one.pk], key=order.index)))
        for one in Institution.objects.filter(pk__in=found).in_order()
    )


def _unknown(round, codes):
    reasons = {key: reason for key, reason in unknown_reasons(round).items() if key[0] in codes}
    names = Institution.objects.in_bulk({institution for _activity, institution in reasons})
    order = list(codes)
    rows = sorted(reasons, key=lambda key: (str(names[key[1]]), order.index(key[0])))
    return tuple(data.UnknownPart(str(names[key[1]]), codes[key[0]], reasons[key]) for key in rows)
