"""What the sections of a briefing share: how amounts and years are written."""

from django.utils.translation import gettext as _

from frameworks.formatting import format_money, format_percent, ratio_percent
from monitoring.models.report import years_label

#: What stands where nobody has given an amount; the last section says so.
BLANK = "–"


def years_of(briefing):
    return years_label(briefing.first_year, briefing.last_year)


def said(briefing, amount):
    """'USD 12,500' in a sentence."""
    return format_money(amount, briefing.plan.currency)


def cell(amount):
    """An amount in a table whose caption names the currency."""
    return (format_money(amount, "") or BLANK,)


def share(part, whole):
    """'83.8%', or None."""
    return format_percent(ratio_percent(part, whole))


def captioned(briefing, text):
    return _("%(table)s, in %(currency)s") % {"table": text, "currency": briefing.plan.currency}
