"""Figures that are possible, but so unlike those beside them that a person should look again. Pure: words out, never a refusal."""

from decimal import Decimal, localcontext

from django.utils.translation import gettext as _

from frameworks.formatting import format_money, format_number

#: How many times more or less than the last rate, and than another year's total budget, is asked about.
RATE_FACTOR = 3
TOTAL_FACTOR = 10
#: How near to 1 the product of two rates is that are each other turned round.
_TURNED = (Decimal("0.8"), Decimal("1.25"))


def differs_by(one, other, factor):
    """Whether one of two positive amounts is more than `factor` times the other."""
    return one > other * factor or other > one * factor


def rate_doubt(rate, last, *, currency, to_currency):
    """What is odd about a rate beside the last one (Decimals), in words; "" when nothing is."""
    if not last or rate <= 0 or not differs_by(rate, last, RATE_FACTOR):
        return ""
    with localcontext() as exact:
        exact.prec = 40
        is_turned = _TURNED[0] <= rate * last <= _TURNED[1]
    said = {
        "last": format_number(last),
        "new": format_number(rate),
        "currency": currency,
        "to": to_currency,
    }
    if is_turned:
        return (
            _(
                "The last rate was %(last)s; %(new)s looks like the same rate turned round. One %(currency)s in %(to)s is asked, not one "
                "%(to)s in %(currency)s. Is it right nevertheless?"
            )
            % said
        )
    return (
        _("The last rate was %(last)s, this one is %(new)s: more than three times apart. Is it right?") % said
    )


def total_doubt(total, others, *, currency):
    """What is odd about a total budget beside those of other years, in words; "" when nothing is. others: year → Decimal."""
    if not total or total < 0:
        return ""
    for year, other in sorted(others.items()):
        if other and differs_by(total, other, TOTAL_FACTOR):
            return _("In %(year)s it was %(amount)s: more than ten times apart. Is it right?") % {
                "year": year,
                "amount": format_money(other, currency),
            }
    return ""
