"""Builds a budget briefing from what was costed, proposed, approved and spent. Pure apart from the one loader.

Amounts come from budgets.totals, which alone adds money up out of the database; here its cells are put together into the ask
(data.Money says how), so that every sum of the briefing ties out to those cells.
"""

from decimal import Decimal

from budgets.briefing import data
from budgets.briefing.load import load_briefing
from budgets.counted import Dimension
from budgets.models import GenderTag
from frameworks.formatting import ratio_percent, rounded
from frameworks.models.indicator import SHARE_TYPES

#: Digits behind the point of shares that are computed.
_PLACES = 4
_ZERO = Decimal("0.00")


def build_briefing(*, plan, first_year, last_year, user, cut_off, version=1):
    """The Briefing of `plan` for the years first_year to last_year as the database says it now.

    user: for whom it is read; raises PermissionDenied unless they read the plan's budgets from inside. cut_off: the aware
    moment at which it is read. version: which one of its plan and years it is. Reads in a fixed number of queries.
    """
    rows = load_briefing(plan=plan, first_year=first_year, last_year=last_year, user=user)
    return assemble(rows, cut_off=cut_off, version=version)


def assemble(rows, *, cut_off, version):
    """The Briefing of what was loaded. No queries."""
    units = units_of(rows.totals.cells, rows.years)
    pillars = tuple(_pillar(one, rows, units) for one in rows.pillars)
    return data.Briefing(
        version=version,
        cut_off=cut_off,
        kind=data.KIND,
        plan=_plan(rows, pillars),
        first_year=rows.years[0],
        last_year=rows.years[-1],
        years=tuple(total(unit.money for unit in units if unit.year == year) for year in rows.years),
        total=total(unit.money for unit in units),
        pillars=pillars,
        sources=tuple(_sources(rows)),
        tags=tuple(_tags(rows)),
        past=tuple(_past(rows)),
        gender=tuple(_gender(rows)),
        minimum_gender_share=rows.rules.minimum_gender_share,
        institutions=_institutions(rows),
        rates=tuple(
            data.RatePart(currency, year, rate.rate.normalize(), rate.valid_on, rate.source)
            for (currency, year), rate in sorted(rows.totals.rates.items())
            if year <= rows.years[-1]
        ),
        missing=tuple(
            data.MissingPart(one.currency, one.year, one.measure, cents(one.amount))
            for one in rows.totals.missing
            if one.year <= rows.years[-1]
        ),
    )


def _plan(rows, pillars):
    plan = rows.plan
    shown = [one for pillar in pillars for activity in pillar.activities for one in activity.indicators]
    codes = {one.code for one in [*shown, *(one for pillar in pillars for one in pillar.indicators)]}
    invented = any(
        one.is_illustrative and one.code in codes for group in rows.indicators.values() for one in group
    )
    return data.PlanPart(
        code=plan.code,
        title=plan.title,
        years=plan.years_label,
        first_year=plan.start_year,
        last_year=plan.end_year,
        goal_word=plan.goal_label,
        output_word=plan.output_label,
        activity_word=plan.activity_label,
        currency=plan.currency,
        adopted_on=plan.adopted_on,
        is_illustrative=plan.holds_illustrative_data or rows.has_illustrative_costing or invented,
    )


# The ask


class Unit:
    """The smallest part of the ask: an activity in a year, or (activity None) what an output asks for beyond its activities."""

    __slots__ = ("activity", "money", "output", "pillar", "year")

    def __init__(self, pillar, output, activity, year, money):
        self.pillar, self.output, self.activity, self.year, self.money = (
            pillar,
            output,
            activity,
            year,
            money,
        )


def units_of(cells, years):
    """The Units of the cells by (pillar, output, activity, year) that lie in those years.

    A rough estimate of an output counts as far as it goes beyond what is asked for the output's activities in that year:
    whoever proposes for an activity asks for a part of it, not for more.
    """
    of_activities, rough, asked = [], [], {}
    for (pillar, output, activity, year), amounts in cells.items():
        if year not in years:
            continue
        if activity is None:
            rough.append((pillar, output, year, amounts.costed))
            continue
        money = money_of(amounts)
        of_activities.append(Unit(pillar, output, activity, year, money))
        asked[output, year] = asked.get((output, year), _ZERO) + (money.ask or _ZERO)
    found = list(of_activities)
    for pillar, output, year, costed in rough:
        if costed is None:
            continue
        beyond = cents(max(costed - asked.get((output, year), _ZERO), _ZERO))
        money = data.Money(
            costed=cents(costed), proposed=None, approved=None, ask=beyond, gap=beyond, unsourced=beyond
        )
        found.append(Unit(pillar, output, None, year, money))
    return found


def money_of(amounts):
    """The Money of one activity in one year (data.Money says how the ask is made). amounts: its Amounts."""
    wanted = amounts.proposed if amounts.proposed is not None else amounts.costed
    known = [one for one in (wanted, amounts.approved) if one is not None]
    ask = max(known) if known else None
    gap = None if ask is None else ask - (amounts.approved or _ZERO)
    unsourced = None if gap is None else (gap if amounts.proposed is None else _ZERO)
    return data.Money(
        costed=cents(amounts.costed),
        proposed=cents(amounts.proposed),
        approved=cents(amounts.approved),
        ask=cents(ask),
        gap=cents(gap),
        unsourced=cents(unsourced),
    )


def total(parts):
    """The sum of Moneys, each part of it by itself; None where none of them has it."""
    sums = dict.fromkeys(("costed", "proposed", "approved", "ask", "gap", "unsourced"))
    for one in parts:
        for name, before in sums.items():
            amount = getattr(one, name)
            if amount is not None:
                sums[name] = amount if before is None else before + amount
    return data.Money(**sums)


def cents(amount):
    """The same amount to the cent, so that equal ones are written equally. None stays None."""
    return None if amount is None else rounded(amount, 2)


# Pillars, and what the money buys


def _pillar(pillar, rows, units):
    own = [one for one in units if one.pillar == pillar.pk]
    indicators = rows.indicators[pillar.pk]
    by_activity, above = {}, []
    for one in indicators:
        if one.activity_id:
            by_activity.setdefault(one.activity_id, []).append(one)
        else:
            above.append(one)
    return data.PillarPart(
        code=pillar.code,
        name=pillar.name,
        years=tuple(_year(pillar, year, rows, own) for year in rows.years),
        total=total(one.money for one in own),
        activities=tuple(
            _activity(one, rows, own, by_activity.get(one.pk, ())) for one in rows.activities[pillar.pk]
        ),
        rough=tuple(_rough(rows, own)),
        indicators=tuple(_indicator(one, rows.years) for one in above),
    )


def _year(pillar, year, rows, own):
    annual = rows.annual_plans.get((pillar.pk, year))
    decision = None
    if annual is not None:
        decision = next((one for one in annual.decisions.all() if one.version == annual.version), None)
    return data.YearPart(
        year=year,
        money=total(one.money for one in own if one.year == year),
        state=annual.state if annual else "",
        decided_on=decision.decided_on if decision else None,
        reference=decision.reference if decision else "",
    )


def _activity(activity, rows, own, indicators):
    return data.ActivityPart(
        code=activity.code,
        title=activity.title,
        years=tuple(
            year for year in sorted(activity.years) if year in rows.years and activity.retired_on is None
        ),
        leads=tuple(str(lead.institution) for lead in activity.leads.all()),
        money=total(one.money for one in own if one.activity == activity.pk),
        indicators=tuple(_indicator(one, rows.years) for one in indicators),
    )


def _rough(rows, own):
    asks = {}
    for one in own:
        if one.activity is None and one.money.ask:
            asks[one.output] = asks.get(one.output, _ZERO) + one.money.ask
    for output, ask in asks.items():
        yield data.RoughPart(rows.outputs[output].code, rows.outputs[output].title, ask)


def _indicator(indicator, years):
    targets = sorted(indicator.targets.all(), key=lambda one: one.period_end)
    wanted = [one for one in targets if one.period_end.year in years]
    if targets and targets[-1] not in wanted:
        wanted.append(targets[-1])
    promises = [(one, _measured(indicator, one.value, one.numerator, one.denominator)) for one in wanted]
    return data.IndicatorPart(
        code=indicator.code,
        statement=indicator.statement,
        type=indicator.type,
        unit=indicator.unit,
        direction=indicator.direction,
        scale_labels=tuple(indicator.scale_labels),
        baseline=_measured(
            indicator,
            indicator.baseline_value,
            indicator.baseline_numerator,
            indicator.baseline_denominator,
        ),
        baseline_year=indicator.baseline_year,
        targets=tuple(
            data.Promise(one.period_end, value, one.is_endline)
            for one, value in promises
            if value is not None
        ),
    )


def _measured(indicator, value, numerator, denominator):
    """What is judged: percent for shares, else the value. None for 0/0 and where there is none."""
    if value is None and indicator.type in SHARE_TYPES:
        value = ratio_percent(numerator, denominator)
    return None if value is None else rounded(value, _PLACES).normalize() + 0


# Sources, and how the money was used


def _sources(rows):
    found = rows.by_source.along(Dimension.SOURCE)
    known = [(rows.sources[pk], amounts) for (pk,), amounts in found.items() if pk in rows.sources]
    for source, amounts in sorted(known, key=lambda one: one[0].code):
        if amounts.proposed is not None or amounts.approved is not None:
            yield data.SourcePart(
                code=source.code,
                name=source.name,
                kind=source.kind,
                on_budget=source.on_budget,
                proposed=cents(amounts.proposed),
                approved=cents(amounts.approved),
            )


def _tags(rows):
    """In the order of the vocabulary, what is not assessed last."""
    found = rows.by_source.along(Dimension.GENDER)
    for tag in (*GenderTag.values, ""):
        amounts = found.get((tag,))
        if amounts is not None and amounts.proposed is not None:
            yield data.TagPart(tag, cents(amounts.proposed))


def _past(rows):
    for year in range(rows.plan.start_year, rows.years[0]):
        amounts = rows.totals.along(year=year)
        yield data.PastPart(
            year=year,
            costed=cents(amounts.costed),
            approved=cents(amounts.approved),
            released=cents(amounts.released),
            spent=cents(amounts.spent),
            execution=_share(amounts.execution),
        )


def _share(value):
    return None if value is None else rounded(value, _PLACES)


def _gender(rows):
    """Year by year, of those institutions of which both amounts are known and can be added up."""
    by_year = {}
    for one in rows.institution_budgets:
        whole = rows.rates.convert(one.total, one.currency, one.year)
        gender = rows.rates.convert(one.gender, one.currency, one.year)
        if whole is not None and gender is not None:
            by_year.setdefault(one.year, []).append((whole, gender))
    for year, pairs in sorted(by_year.items()):
        whole, gender = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
        yield data.GenderBudgetPart(
            year, len(pairs), cents(whole), cents(gender), _share(ratio_percent(gender, whole))
        )


def _institutions(rows):
    """Those that lead what the money buys, where the short name is not the whole one."""
    named = {
        str(lead.institution): lead.institution.name
        for group in rows.activities.values()
        for activity in group
        for lead in activity.leads.all()
    }
    return tuple(data.InstitutionPart(short, name) for short, name in sorted(named.items()) if short != name)
