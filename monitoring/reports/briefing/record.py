"""The last sections of a briefing: how money was used so far, and how to read the figures."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from budgets.counted import Measure
from budgets.models import GenderTag
from frameworks.formatting import format_money, format_number, format_percent
from monitoring.reports.blocks import Column, Points, Row, Subheading, Table, Text
from monitoring.reports.briefing.common import BLANK, captioned, cell, said, share


def record(briefing):
    if briefing.past:
        yield Table(
            captioned(briefing, _("The years of the plan before")),
            (
                Column(_("Year"), 16),
                Column(_("Costed"), 17, True),
                Column(_("Approved"), 17, True),
                Column(_("Released"), 17, True),
                Column(_("Spent"), 17, True),
                Column(_("Spent of approved"), 16, True),
            ),
            tuple(
                Row(
                    (
                        (_year(briefing, one),),
                        *(cell(part) for part in (one.costed, one.approved, one.released, one.spent)),
                        (format_percent(one.execution) or BLANK,),
                    )
                )
                for one in briefing.past
            ),
        )
        spoken = track_record(briefing)
        yield Text(
            spoken or _("Of no year that is over is it known both what was approved and what was spent.")
        )
    else:
        yield Text(_("These are the first years of the plan: nothing was spent before."))
    yield from _gender(briefing)


def _is_over(briefing, past):
    return past.year < briefing.cut_off_day.year


def _year(briefing, past):
    return str(past.year) if _is_over(briefing, past) else _("%(year)s so far") % {"year": past.year}


def track_record(briefing):
    """What was spent of what was approved, in a sentence: of years that are over, and of which both are known. Otherwise
    money that nobody has reported on yet would look unspent."""
    known = [one for one in briefing.past if one.execution is not None and _is_over(briefing, one)]
    if not known:
        return ""
    spent, approved = sum(one.spent for one in known), sum(one.approved for one in known)
    return _("Of %(approved)s approved for %(years)s, %(spent)s was spent (%(share)s).") % {
        "approved": said(briefing, approved),
        "years": ", ".join(str(one.year) for one in known),
        "spent": said(briefing, spent),
        "share": share(spent, approved),
    }


def _gender(briefing):
    if briefing.tags:
        yield Subheading(_("Gender equality in what is proposed"))
        proposed = sum(one.proposed for one in briefing.tags)
        yield Table(
            captioned(briefing, _("What is proposed, by how far it serves gender equality")),
            (
                Column(_("What the money is for"), 60),
                Column(_("Proposed"), 20, True),
                Column(_("Share"), 20, True),
            ),
            tuple(
                Row(
                    (
                        (str(GenderTag(one.tag).label) if one.tag else _("Not assessed"),),
                        cell(one.proposed),
                        (share(one.proposed, proposed) or BLANK,),
                    )
                )
                for one in briefing.tags
            ),
        )
    if briefing.gender:
        yield Subheading(_("Gender budget of the institutions"))
        yield Table(
            captioned(briefing, _("Whole budgets of institutions, and their part for gender equality")),
            (
                Column(_("Year"), 16),
                Column(_("Institutions"), 18, True),
                Column(_("Whole budget"), 24, True),
                Column(_("Gender budget"), 24, True),
                Column(_("Share"), 18, True),
            ),
            tuple(
                Row(
                    (
                        (str(one.year),),
                        (str(one.institutions),),
                        cell(one.total),
                        cell(one.gender),
                        (format_percent(one.share),),
                    )
                )
                for one in briefing.gender
            ),
        )
        yield Text(
            _(
                "The plan holds institutions to at least %(share)s. Only those whose two amounts are known are counted."
            )
            % {"share": format_percent(briefing.minimum_gender_share)}
        )


# How to read


def reading(briefing, words):
    yield Points(
        (
            _("Costed: the estimate that was attached to the plan when it was endorsed."),
            _("Proposed: what institutions have handed in as their budgets for a year."),
            _("Approved: what the steering committee of the plan has decided."),
            _(
                "Asked for (%(activity)s by %(activity)s and year): what is proposed; where nothing is proposed yet, what is "
                "costed; where more was approved, what was approved. An estimate of a whole %(output)s counts as far as it goes "
                "beyond what is proposed for its parts."
            )
            % {"activity": str(words["activity"]).lower(), "output": str(words["output"]).lower()},
            _("Still to be found: what is asked for minus what is approved."),
            _("Spent: what institutions reported; where they have not, what their budget lines say."),
            _("%(blank)s means that nobody has given an amount. It does not mean 0.") % {"blank": BLANK},
            *_rate_texts(briefing),
            *missing_texts(briefing.missing),
        )
    )
    if briefing.institutions:
        yield Subheading(_("Institutions"))
        yield Table(
            _("Short names of institutions"),
            (Column(_("Short"), 25), Column(_("Name"), 75)),
            tuple(Row(((one.short,), (one.name,))) for one in briefing.institutions),
        )


def _rate_texts(briefing):
    if not briefing.rates:
        yield _("All sums are in %(currency)s; no amount was converted.") % {
            "currency": briefing.plan.currency
        }
        return
    rates = [
        _("in %(year)s %(rate)s for 1 %(currency)s (%(source)s, %(day)s)")
        % {
            "year": one.year,
            "rate": format_number(one.rate),
            "currency": one.currency,
            "source": one.source,
            "day": date_format(one.valid_on, "j F Y"),
        }
        for one in briefing.rates
    ]
    yield _("Amounts in other currencies were converted into %(currency)s at these rates: %(rates)s.") % {
        "currency": briefing.plan.currency,
        "rates": "; ".join(rates),
    }


def missing_texts(missing):
    """One sentence on all the amounts that are in no sum; nothing where there are none."""
    amounts = [
        _("%(amount)s (%(measure)s, %(year)s)")
        % {
            "amount": format_money(one.amount, one.currency),
            "measure": str(Measure(one.measure).label).lower(),
            "year": one.year,
        }
        for one in missing
    ]
    if amounts:
        yield _("In no sum, because there is no rate that says what it is worth: %(amounts)s.") % {
            "amounts": "; ".join(amounts)
        }
