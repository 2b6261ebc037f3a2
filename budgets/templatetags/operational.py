"""How the months and the sums of an operational plan are drawn."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from budgets.months import months_text
from frameworks.formatting import format_money

register = template.Library()


@register.simple_tag
def month_strip(months):
    """Twelve dots, those of the months filled; the same in words beside them, for everybody."""
    if not months:
        return format_html('<span class="muted">{}</span>', _("no months said"))
    on = set(months)
    dots = format_html_join(
        "", '<span class="{}"></span>', (("on" if n in on else "off",) for n in range(1, 13))
    )
    return format_html(
        '<span class="months" aria-hidden="true">{}</span> <span class="small">{}</span>',
        dots,
        months_text(months),
    )


@register.filter
def each_currency(amounts):
    """[(currency, amount)] as "USD 1,200 + EUR 300"; a dash where nothing is said. Never one sum over currencies."""
    if not amounts:
        return "–"
    return " + ".join(format_money(amount, currency) for currency, amount in amounts)
