"""A budget briefing arranged for reading: the sections, sentences and tables that page, PDF and Word share. No figures are made here."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from frameworks.terminology import level_words
from monitoring.reports.blocks import Section
from monitoring.reports.briefing.ask import by_year, in_short, sources
from monitoring.reports.briefing.buys import buys
from monitoring.reports.briefing.common import years_of
from monitoring.reports.briefing.record import reading, record


def title_of(briefing):
    return _("Budget briefing %(years)s") % {"years": years_of(briefing)}


def presented(briefing):
    """The template context of a briefing, for page, PDF and Word alike."""
    words = level_words(
        goal=briefing.plan.goal_word,
        output=briefing.plan.output_word,
        activity=briefing.plan.activity_word,
    )
    return {
        "report": briefing,
        "title": title_of(briefing),
        "years": years_of(briefing),
        "cut_off": date_format(briefing.cut_off_day, "j F Y"),
        "intro": _intro(briefing),
        "made": _made(briefing),
        "illustrative": _(
            "Illustrative: it holds figures that were invented for a demonstration. Do not quote them."
        ),
        "has_illustrative": briefing.plan.is_illustrative,
        "sections": (
            Section("ask", _("The ask in short"), tuple(in_short(briefing, words))),
            Section("years", _("The ask by pillar and year"), tuple(by_year(briefing))),
            Section("sources", _("Where the money is to come from"), tuple(sources(briefing))),
            Section("buys", _("What the money buys"), tuple(buys(briefing, words))),
            Section("record", _("How money was used so far"), tuple(record(briefing))),
            Section("reading", _("How to read these figures"), tuple(reading(briefing, words))),
        ),
    }


def _intro(briefing):
    plan = briefing.plan
    what = _("It puts the United Nations resolutions on women, peace and security into practice.")
    if plan.adopted_on:
        begin = _("The plan runs %(years)s and was adopted on %(day)s.") % {
            "years": plan.years,
            "day": date_format(plan.adopted_on, "j F Y"),
        }
    else:
        begin = _("The plan runs %(years)s.") % {"years": plan.years}
    return f"{begin} {what}"


def _made(briefing):
    return _(
        "Version %(number)s, prepared by the secretariat of the plan from its data of %(day)s. All sums are in %(currency)s."
    ) % {
        "number": briefing.version,
        "day": date_format(briefing.cut_off_day, "j F Y"),
        "currency": briefing.plan.currency,
    }
