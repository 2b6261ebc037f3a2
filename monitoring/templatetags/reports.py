"""What the templates of reports need beside the `ui` tags. With `paper` in the context they draw for the PDF.

On paper a status carries its glyph as a background (monitoring/reports/pdf.py): an inline SVG would be read out as a picture
without a description.
"""

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from frameworks.choices import ToneChoices, member_of
from frameworks.formatting import format_percent, ratio_percent
from frameworks.models.indicator import Direction, RoundAggregation
from frameworks.models.people import InstitutionKind
from frameworks.templatetags import ui
from monitoring import report_runs, wording

register = template.Library()
_BREAK = mark_safe("<br>")
_CHOICES = {
    "direction": Direction,
    "round_aggregation": RoundAggregation,
    "institution_kind": InstitutionKind,
}


@register.simple_tag(takes_context=True)
def status(context, value, vocabulary=None, quiet=False):
    """The badge of a status, as `{% badge %}` writes it on screen. Also knows what counts beside the vocabularies."""
    if value is None or value == "":
        return ""
    if not isinstance(value, ToneChoices):
        value = _member(value, vocabulary)
    if not context.get("paper"):
        return ui.status_badge(value.tone, value.glyph, value.label, quiet)
    return format_html(
        '<span class="badge tone-{} glyph-{}{}">{}</span>',
        value.tone,
        value.glyph,
        " badge-quiet" if quiet else "",
        value.label,
    )


def _member(value, vocabulary):
    if value in wording.Standing.values:
        return wording.Standing(value)
    return member_of(vocabulary, value)


@register.filter
def status_label(value, vocabulary):
    return _member(value, vocabulary).label if value else ""


@register.filter
def choice_label(value, name):
    """The label of a stored choice that has no colour."""
    return _CHOICES[name](value).label if value else ""


@register.simple_tag
def measured(indicator, value):
    """A judged number in the indicator's own terms; a dash when missing."""
    text = wording.measured_text(indicator.type, value, indicator.scale_labels)
    return ui._or_missing(text)


@register.simple_tag
def figure(indicator, number):
    """A figure: what is judged, and for shares numerator and denominator below it."""
    if number is None or (number.is_blank and number.measured is None):
        return ui._or_missing(None)
    parts = wording.parts_text(number)
    main = wording.measured_text(indicator.type, number.measured, indicator.scale_labels)
    if main is None:
        # 0/0, or a numerator alone, is no figure, but it was reported and is shown.
        return format_html('<span class="figure-parts small muted">{}</span>', parts)
    return format_html(
        '<span class="figure-main strong">{}</span>{}',
        main,
        format_html('<br><span class="figure-parts small muted">{}</span>', parts) if parts else "",
    )


@register.filter
def parts(number):
    """'11 / 452', or a dash."""
    return wording.parts_text(number) or ui._or_missing(None)


@register.filter
def is_share(indicator):
    return wording.is_share(indicator.type)


@register.filter
def figure_head(indicator):
    """What a column of the indicator's figures is headed with."""
    return _("Share") if wording.is_share(indicator.type) else indicator.unit or _("Figure")


@register.filter
def problem_text(code):
    return wording.problem_text(code)


@register.simple_tag
def sums(amounts):
    """Amounts by currency, one a line. None of them is said in words by the caller: not costed is not 0."""
    return format_html_join(_BREAK, "{}", ((ui.money(one.amount, one.currency),) for one in amounts))


@register.simple_tag
def execution_percent(row):
    """ " 85%" of a FinanceRow; nothing where it cannot be told."""
    share = ratio_percent(row.spent, row.approved)
    return "" if share is None else format_html(" {}", format_percent(share, 0))


@register.filter
def paragraphs(text):
    """Text as its writer broke it into paragraphs."""
    blocks = [block.strip() for block in str(text).replace("\r", "").split("\n\n") if block.strip()]
    return format_html_join(
        "",
        "<p>{}</p>",
        ((format_html_join(_BREAK, "{}", ((line,) for line in block.split("\n"))),) for block in blocks),
    )


@register.filter
def days_late(report_line, report):
    """Days that a submission was or is late at the cut-off of the report."""
    return report_line.days_late(report.round.due_on, report.cut_off_day)


@register.filter
def cells_of(row, table):
    """(Column, lines) of every cell of a row of blocks."""
    return list(zip(table.columns, row.cells, strict=True))


@register.filter
def local(moment):
    """An aware moment in local time, for filters such as |date."""
    return timezone.localtime(moment)


@register.filter
def swatch(member):
    """The class of the little square that stands for a tone in a key on paper."""
    return f"swatch swatch-{member.tone}"


@register.filter
def step_text(run):
    """How far a run is, in words: the step, and how much of the whole."""
    return _("%(step)s: %(share)s%%") % {"step": report_runs.step_text(run), "share": run.progress}


@register.simple_tag
def finding(report, indicator, back=False):
    """What an indicator stands at, in a sentence; `back`: with where it came from."""
    return wording.finding_text(indicator, report.previous_round if back else None)
