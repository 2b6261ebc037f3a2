"""The first sections of a briefing: the ask in short, by pillar and year, and where the money is to come from."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgets.counted import Measure
from budgets.models import BudgetState, SourceKind
from frameworks.terminology import counted
from monitoring.reports.blocks import Chart, Column, Points, Row, Table, Text
from monitoring.reports.briefing.common import BLANK, captioned, cell, said, share, years_of
from monitoring.reports.briefing.record import missing_texts, track_record


def in_short(briefing, words):
    yield Points(tuple(_messages(briefing, words)))
    pillars = [one for one in briefing.pillars if one.total.ask is not None]
    if not pillars:
        return
    several = briefing.first_year != briefing.last_year
    years = briefing.asked_years if several else ()
    width = 70 // (len(years) + 3)
    yield Table(
        captioned(briefing, _("Asked for in each year, and how much of it is found")),
        (
            Column(_("Pillar"), 100 - width * (len(years) + 3)),
            *(Column(str(year), width, True) for year in years),
            Column(_("Asked for"), width, True),
            Column(_("Approved"), width, True),
            Column(_("Still to be found"), width, True),
        ),
        (
            *(
                _ask_row(one.name, [year.money for year in one.years] if several else [], one.total)
                for one in briefing.pillars
            ),
            _ask_row(_("All pillars"), briefing.years if several else [], briefing.total, is_total=True),
        ),
    )
    yield Chart(
        captioned(briefing, _("Asked for, approved and still to be found")),
        tuple(
            (
                one.name,
                [
                    (_("Asked for"), one.total.ask),
                    (_("Approved"), one.total.approved),
                    (_("Still to be found"), one.total.gap),
                ],
            )
            for one in pillars
        ),
        _("none yet"),
    )


def _ask_row(label, years, money, *, is_total=False):
    amounts = [*(one.ask for one in years), money.ask, money.approved, money.gap]
    return Row(((label,), *(cell(one) for one in amounts)), is_total=is_total)


def _messages(briefing, words):
    total = briefing.total
    if total.ask is None:
        yield _("Nobody has given an amount for %(years)s yet: nothing has been costed or proposed.") % {
            "years": years_of(briefing)
        }
    else:
        yield _("For %(years)s the plan asks for %(ask)s.") % {
            "years": years_of(briefing),
            "ask": said(briefing, total.ask),
        }
        yield from _found(briefing, total)
    activities = [one for pillar in briefing.pillars for one in pillar.activities]
    leads = {lead for one in activities for lead in one.leads}
    if activities:
        yield _("What it is for: %(activities)s in %(pillars)s, led by %(institutions)s.") % {
            "activities": counted(words, "activity", len(activities)),
            "pillars": ngettext("%(n)d pillar", "%(n)d pillars", len(briefing.pillars))
            % {"n": len(briefing.pillars)},
            "institutions": ngettext("%(n)d institution", "%(n)d institutions", len(leads))
            % {"n": len(leads)},
        }
    unknown = [one.code for pillar in briefing.pillars for one in pillar.without_amount]
    if unknown and total.ask is not None:
        yield _(
            "Not in the ask, because nobody has given an amount: %(activities)s. What is needed is more than what is asked for."
        ) % {"activities": counted(words, "activity", len(unknown))}
    spoken = track_record(briefing)
    if spoken:
        yield spoken
    yield from missing_texts(
        one
        for one in briefing.missing
        if one.year >= briefing.first_year and one.measure in (Measure.COSTED, Measure.PROPOSED)
    )


def _found(briefing, total):
    if total.approved is None:
        yield _("Nothing of it has been approved yet.")
    else:
        yield _("%(amount)s of it has been approved (%(share)s).") % {
            "amount": said(briefing, total.approved),
            "share": share(total.approved, total.ask) or BLANK,
        }
    if not total.gap:
        yield _("Nothing is left to be found.")
        return
    named = total.gap - total.unsourced
    yield _(
        "%(gap)s is still to be found: for %(named)s the budgets name a source that has not agreed yet, for %(unsourced)s nobody "
        "has named one."
    ) % {
        "gap": said(briefing, total.gap),
        "named": said(briefing, named),
        "unsourced": said(briefing, total.unsourced),
    }


def by_year(briefing):
    columns = (
        Column(_("Year"), 8),
        Column(_("Costed"), 14, True),
        Column(_("Proposed"), 14, True),
        Column(_("Approved"), 14, True),
        Column(_("Asked for"), 14, True),
        Column(_("Still to be found"), 14, True),
        Column(_("Annual plan of the working group"), 22),
    )
    rows = []
    for pillar in briefing.pillars:
        rows.append(Row(((pillar.name,),), is_heading=True))
        rows += [_year_row(str(one.year), one.money, _state(one)) for one in pillar.years]
        if len(pillar.years) > 1:
            rows.append(_year_row(_("Sum"), pillar.total, (), is_total=True))
    if len(briefing.pillars) > 1:
        rows.append(Row(((_("All pillars"),),), is_heading=True))
        if len(briefing.years) > 1:
            rows += [
                _year_row(str(year), money, ())
                for year, money in zip(briefing.asked_years, briefing.years, strict=True)
            ]
        rows.append(_year_row(_("Sum"), briefing.total, (), is_total=True))
    yield Table(captioned(briefing, _("Costed, proposed, approved and asked for")), columns, tuple(rows))


def _year_row(label, money, state, *, is_total=False):
    amounts = (money.costed, money.proposed, money.approved, money.ask, money.gap)
    return Row(((label,), *(cell(one) for one in amounts), state), is_total=is_total)


def _state(year):
    """The state of the annual plan, and the committee's decision, as lines."""
    if not year.state:
        return (_("none yet"),)
    lines = (str(BudgetState(year.state).label),)
    if year.decided_on:
        lines += (
            _("%(day)s, %(reference)s")
            % {"day": date_format(year.decided_on, "j M Y"), "reference": year.reference},
        )
    return lines


# Sources


def sources(briefing):
    total = briefing.total
    if not briefing.sources:
        yield Text(_("No budget names a source for these years yet."))
    else:
        yield Table(
            captioned(briefing, _("Proposed and approved by funding source")),
            (
                Column(_("Source"), 32),
                Column(_("Kind"), 20),
                Column(_("State's budget"), 16),
                Column(_("Proposed"), 16, True),
                Column(_("Approved"), 16, True),
            ),
            (
                *(_source_row(one) for one in briefing.sources),
                Row(((_("Sum"),), (), (), cell(total.proposed), cell(total.approved)), is_total=True),
            ),
        )
    if total.unsourced:
        yield Text(
            _(
                "No source is named for %(amount)s of the ask: it is estimated, and in no institution's budget."
            )
            % {"amount": said(briefing, total.unsourced)}
        )


def _source_row(source):
    through = {
        True: _("through it"),
        False: _("outside it"),
        None: _("not known"),
    }
    return Row(
        (
            (source.name,),
            (str(SourceKind(source.kind).label),),
            (through[source.on_budget],),
            cell(source.proposed),
            cell(source.approved),
        )
    )
