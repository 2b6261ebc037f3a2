"""What the money buys: activities with those who lead them, and how far their indicators are to come."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frameworks.models.indicator import IndicatorType
from frameworks.terminology import counted
from monitoring.reports.blocks import Column, Points, Row, Subheading, Table, Text
from monitoring.reports.briefing.common import captioned, cell
from monitoring.wording import measured_text

#: So many activities are named, the most costly of each pillar; the others are summed up. A briefing stays short.
MOST_ACTIVITIES = 36
FEWEST_OF_A_PILLAR = 3
#: Of one activity or pillar.
MOST_INDICATORS = 3


def buys(briefing, words):
    most = max(FEWEST_OF_A_PILLAR, MOST_ACTIVITIES // max(1, len(briefing.pillars)))
    for pillar in briefing.pillars:
        yield Subheading(f"{pillar.code} {pillar.name}")
        if not pillar.activities and not pillar.rough:
            yield Text(_("Nothing is scheduled in these years."))
            continue
        yield Table(
            captioned(
                briefing, _("%(pillar)s: what is done, and what it is to reach") % {"pillar": pillar.name}
            ),
            (
                Column(str(words["activity"]), 38),
                Column(_("Asked for"), 14, True),
                Column(_("How it is measured: from the baseline to the targets"), 48),
            ),
            tuple(_bought(pillar, most, words)),
        )
        if pillar.indicators:
            yield Text(_("The pillar as a whole is measured by:"))
            yield Points(tuple(_indicator_texts(pillar.indicators)))


def _bought(pillar, most, words):
    ranked = sorted(
        pillar.activities, key=lambda one: (one.money.ask is None, -(one.money.ask or 0), one.code)
    )
    named = {one.code for one in ranked[:most]}
    for one in pillar.activities:
        if one.code in named:
            yield _activity_row(one)
    rest = ranked[most:]
    if rest:
        known = [one.money.ask for one in rest if one.money.ask is not None]
        label = _("%(activities)s more, each with a smaller ask or none") % {
            "activities": counted(words, "activity", len(rest))
        }
        yield Row(((label,), cell(sum(known) if known else None), (_("See the plan."),)))
    for one in pillar.rough:
        label = f"{one.code} {one.title}"
        why = _("A rough estimate of the whole, beyond what is proposed for its parts.")
        yield Row(((label,), cell(one.ask), (why,)))
    yield Row(((_("Sum"),), cell(pillar.total.ask), ()), is_total=True)


def _activity_row(activity):
    facts = [", ".join(activity.leads), ", ".join(map(str, activity.years))]
    lines = (f"{activity.code} {activity.title}", " · ".join(one for one in facts if one))
    measured = tuple(_indicator_texts(activity.indicators)) or (_("no indicator of its own"),)
    ask = cell(activity.money.ask) if activity.money.ask is not None else (_("not costed"),)
    return Row((tuple(one for one in lines if one), ask, measured))


def _indicator_texts(indicators):
    for one in indicators[:MOST_INDICATORS]:
        yield indicator_text(one)
    rest = len(indicators) - MOST_INDICATORS
    if rest > 0:
        yield ngettext("and %(n)d more indicator", "and %(n)d more indicators", rest) % {"n": rest}


def indicator_text(indicator):
    """ "Women among suco chiefs: 4% in 2023; 20% by 2027, 30% by 2028." What is not there is said."""

    def said(value):
        text = measured_text(indicator.type, value, indicator.scale_labels)
        counts = indicator.type == IndicatorType.COUNT and indicator.unit
        return f"{text} {indicator.unit}" if counts else text

    if indicator.baseline is None:
        start = _("no baseline")
    elif indicator.baseline_year is None:
        start = _("%(value)s at the start") % {"value": said(indicator.baseline)}
    else:
        start = _("%(value)s in %(year)s") % {
            "value": said(indicator.baseline),
            "year": indicator.baseline_year,
        }
    aims = ", ".join(
        _("%(value)s by %(when)s") % {"value": said(one.value), "when": _end_of(one.period_end)}
        for one in indicator.targets
    )
    return f"{indicator.statement.rstrip(' .')}: {start}; {aims or _('no target set')}."


def _end_of(day):
    return str(day.year) if (day.month, day.day) == (12, 31) else date_format(day, "j F Y")
