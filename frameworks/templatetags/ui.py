"""The page's vocabulary: see templates/README.md for how each tag is used."""

import re
from functools import lru_cache
from pathlib import Path

from django import template
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.formsets import BaseFormSet
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from frameworks import charts, formatting, terminology
from frameworks.choices import TONES, ToneChoices, member_of

register = template.Library()

ICONS_FILE = Path(__file__).resolve().parents[2] / "static" / "img" / "icons.svg"
NOTICE = {
    "info": ("info", "info"),
    "success": ("good", "check-circle"),
    "warning": ("warn", "triangle"),
    "error": ("bad", "octagon"),
    "debug": ("neutral", "info"),
}
STEP_GLYPH = {"done": "check-circle", "current": "circle-half", "problem": "undo", "todo": "circle-dashed"}


# Icons and badges


@lru_cache(maxsize=1)
def icon_shapes():
    """name → inner SVG of every symbol in our own static/img/icons.svg."""
    return dict(re.findall(r'<symbol id="([^"]+)"[^>]*>(.*?)</symbol>', ICONS_FILE.read_text("utf-8")))


@lru_cache(maxsize=256)
def icon_markup(name):
    try:
        shape = icon_shapes()[name]
    except KeyError:
        raise LookupError(f"No icon is called {name!r} in static/img/icons.svg.") from None
    # fill and stroke are also attributes because the PDF has no page CSS inside an SVG.
    return mark_safe(  # noqa: S308 - our own file
        '<svg class="icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.75" '
        f'aria-hidden="true" focusable="false">{shape}</svg>'
    )


@register.simple_tag
def icon(name):
    return icon_markup(name)


@register.simple_tag
def status_badge(tone, glyph, label, quiet=False):
    """Colour, glyph and text, for what is no vocabulary of choices."""
    if tone not in TONES:
        raise LookupError(f"{tone!r} is not a tone; use one of {', '.join(TONES)}.")
    style = " badge-quiet" if quiet else ""
    return format_html('<span class="badge tone-{}{}">{}{}</span>', tone, style, icon_markup(glyph), label)


@register.simple_tag
def badge(value, vocabulary=None, quiet=False):
    """The badge of a ToneChoices member, or of a stored string with the name of its vocabulary. None prints nothing."""
    if value is None or value == "":
        return ""
    if not isinstance(value, ToneChoices):
        if vocabulary is None:
            raise LookupError(
                f"{value!r} comes from the database as plain text: name its vocabulary in {{% badge %}}."
            )
        value = member_of(vocabulary, value)
    return status_badge(value.tone, value.glyph, value.label, quiet)


@register.simple_tag
def illustrative():
    return format_html(
        '<span class="badge illustrative">{}{}</span>', icon_markup("flask"), _("Illustrative")
    )


# Numbers


def _missing():
    return format_html('<span aria-hidden="true">–</span><span class="sr-only">{}</span>', _("no data"))


def _or_missing(text):
    return _missing() if text is None else text


@register.filter
def number(value, places=None):
    return _or_missing(formatting.format_number(value, places))


@register.filter
def percent(value, places=None):
    return _or_missing(formatting.format_percent(value, places))


@register.filter
def signed(value, places=None):
    return _or_missing(formatting.format_signed(value, places))


@register.filter
def money(value, currency=""):
    return _or_missing(formatting.format_money(value, currency))


@register.simple_tag
def counted(words, level, n):
    """`{% counted plan.words "activity" 19 %}`: "19 activities", or "Action point: 19" where the plan renames the level."""
    return terminology.counted(words, level, n)


# Page structure


@register.simple_tag(takes_context=True)
def reuse_block(context, name):
    """The text of another block of this page, so that the <h1> need not repeat the <title>."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    if block is None:
        return ""
    with context.push():
        return mark_safe(block.nodelist.render(context).strip())  # noqa: S308 - already rendered and escaped


@register.inclusion_tag("partials/crumbs.html")
def crumbs(*parts):
    if len(parts) % 2:
        raise template.TemplateSyntaxError("crumbs takes label, url, label, url …")
    return {"items": [{"label": parts[i], "url": parts[i + 1]} for i in range(0, len(parts), 2)]}


@register.simple_block_tag
def notice(content, level="info", title="", role=""):
    tone, glyph = NOTICE.get(level, NOTICE["info"])
    return format_html(
        '<div class="notice tone-{}"{}>{}<div class="notice-body">{}{}</div></div>',
        tone,
        format_html(' role="{}"', role) if role else "",
        icon_markup(glyph),
        format_html('<p class="notice-title">{}</p>', title) if title else "",
        content,
    )


@register.simple_block_tag
def table_region(content, label, tall=False):
    """A labelled region that scrolls by itself and that the keyboard can reach."""
    return format_html(
        '<div class="table-region{}" role="region" tabindex="0" aria-label="{}">{}</div>',
        " table-region-tall" if tall else "",
        label,
        content,
    )


@register.inclusion_tag("partials/empty_state.html")
def empty_state(glyph, sentence, help_text="", url="", action=""):
    return {"glyph": glyph, "sentence": sentence, "help_text": help_text, "url": url, "action": action}


@register.inclusion_tag("partials/stepper.html")
def stepper(steps):
    return {"steps": [{**step, "glyph": STEP_GLYPH[step["state"]]} for step in steps]}


@register.inclusion_tag("partials/progress.html")
def progress(done, total, label):
    return {"done": done, "total": total, "label": label}


@register.inclusion_tag("partials/progress_ring.html")
def progress_ring(done, total, label):
    dash, around = charts.ring(done, total)
    return {"done": done, "total": total, "label": label, "dash": dash, "around": around}


@register.simple_tag
def year_grid(years, active, now=None):
    """The plan's years with the planned ones filled in; said in words for those who do not see it."""
    active = set(active)
    planned = [str(year) for year in years if year in active]
    label = _("Planned: {years}").format(years=", ".join(planned)) if planned else _("No year planned")
    cells = format_html_join(
        "",
        '<span class="{}{}">{}</span>',
        (("on" if year in active else "off", " now" if year == now else "", year) for year in years),
    )
    return format_html('<span class="years" role="img" aria-label="{}">{}</span>', label, cells)


@register.inclusion_tag("partials/threshold_key.html")
def threshold_key(on_track=90, at_risk=70):
    return {"on_track": on_track, "at_risk": at_risk}


# Lists: sorting and pages


def _query_with(context, name, value):
    request = context.get("request")
    query = request.GET.copy() if request else {}
    if not request:
        return f"?{name}={value}"
    query[name] = value
    if name != "page":
        query.pop("page", None)
    return "?" + query.urlencode()


@register.inclusion_tag("partials/sort_head.html", takes_context=True)
def sort_head(context, label, field, num=False, param="sort"):
    request = context.get("request")
    current = request.GET.get(param, "") if request else ""
    direction = {"": "", field: "ascending", f"-{field}": "descending"}.get(current, "")
    url = _query_with(context, param, f"-{field}" if direction == "ascending" else field)
    return {"label": label, "url": url, "direction": direction, "num": num}


@register.inclusion_tag("partials/pagination.html", takes_context=True)
def pagination(context, page_obj):
    pages = [
        {
            "number": n,
            "url": _query_with(context, "page", n) if isinstance(n, int) else "",
            "current": n == page_obj.number,
        }
        for n in page_obj.paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page_obj": page_obj,
        "pages": pages,
        "previous": _query_with(context, "page", page_obj.number - 1) if page_obj.has_previous() else "",
        "next": _query_with(context, "page", page_obj.number + 1) if page_obj.has_next() else "",
    }


# Forms


def _anchor(bound):
    """The id of the first thing in a field that can take the focus."""
    widget = bound.field.widget
    if getattr(widget, "use_fieldset", False):
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


def _form_items(form, where=""):
    """Each error with its field's name in front: "This field is required." five times helps nobody."""
    for name, messages in form.errors.items():
        bound = None if name == NON_FIELD_ERRORS else form[name]
        for message in messages:
            text = str(message)
            if bound is not None and str(bound.label).lower() not in text.lower():
                text = (
                    f"{bound.label} {text}" if str(bound.label)[-1:] in "?!.:" else f"{bound.label}: {text}"
                )
            target = "" if bound is None or bound.is_hidden else _anchor(bound)
            yield {"text": f"{where}{text}", "target": target}


@register.inclusion_tag("partials/form_errors.html")
def form_errors(*forms):
    """The summary of everything wrong in forms and formsets, each line linked to its field."""
    items = []
    for form in forms:
        if not form or not form.is_bound:  # a page may pass a form that it does not always have
            continue
        if isinstance(form, BaseFormSet):
            items += [{"text": text, "target": ""} for text in form.non_form_errors()]
            for index, row in enumerate(form.forms, start=1):
                where = getattr(row, "error_label", "") or _("Row {number}").format(number=index)
                items += _form_items(row, f"{where}: ")
        else:
            items += _form_items(form)
    return {"items": items}


def _field_mark(bound, needed):
    """Most fields are required, so the others are marked; a draft may lack what a submission needs."""
    if needed:
        return format_html('<span class="needed">{}</span>', _("needed {when}").format(when=needed))
    if not bound.field.required:
        return format_html(' <span class="optional">{}</span>', _("(optional)"))
    return ""


@register.inclusion_tag("partials/field.html")
def field(bound, label="", hint="", width="", hide_label=False, needed=""):
    hint = hint or bound.help_text
    described = [f"{bound.auto_id}_hint"] if hint else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    grouped = bound.use_fieldset
    attrs = {"aria-describedby": " ".join(described)} if described and not grouped else {}
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attrs),
        "label": label or bound.label,
        "hint": hint,
        "width": width,
        "hide_label": hide_label,
        "mark": _field_mark(bound, needed),
        "grouped": grouped,
        "described": " ".join(described),
        "check": bound.field.widget.__class__.__name__ == "CheckboxInput",
    }


@register.inclusion_tag("partials/filter_field.html")
def filter_field(bound):
    return {"field": bound, "grouped": bound.use_fieldset}


@register.inclusion_tag("partials/fields.html")
def fields(form):
    return {"form": form}


@register.inclusion_tag("partials/filter_bar.html", takes_context=True)
def filter_bar(context, form, target=""):
    request = context.get("request")
    used = any(request.GET.get(form.add_prefix(name)) for name in form.fields) if request else False
    return {"form": form, "target": target, "used": used, "path": request.path if request else ""}


@register.inclusion_tag("partials/nd_pair.html")
def nd_pair(numerator, denominator, last_n=None, last_d=None, last_label=""):
    """Two number fields, their percentage (live with JS, as saved without), and what was reported last time."""
    return {
        "numerator": numerator,
        "denominator": denominator,
        "share": formatting.ratio_percent(numerator.value(), denominator.value()),
        "last_n": last_n,
        "last_d": last_d,
        "last_label": last_label,
        "last_share": formatting.ratio_percent(last_n, last_d),
    }


# Charts: geometry in frameworks/charts.py, drawing in templates/charts/


@register.inclusion_tag("partials/status_bar.html")
def status_bar(counts, title, uid, key=True):
    return {"chart": charts.status_bar(counts), "title": title, "uid": uid, "key": key}


@register.inclusion_tag("partials/trend_chart.html")
def trend_chart(rounds, title, uid, baseline=None, unit=""):
    chart = charts.trend(rounds, baseline=baseline, unit=unit) if rounds else None
    return {"chart": chart, "title": title, "uid": uid}


@register.inclusion_tag("partials/bars_chart.html")
def bars_chart(groups, title, uid, missing="", key=True):
    return {"chart": charts.bars(groups, missing=missing), "title": title, "uid": uid, "key": key}


@register.inclusion_tag("partials/meter.html")
def achievement_meter(value, tone, uid):
    if tone not in TONES:
        raise LookupError(f"{tone!r} is not a tone; use one of {', '.join(TONES)}.")
    return {
        "chart": charts.achievement_meter(value),
        "tone": tone,
        "fill": charts.TONE_FILL[tone],
        "uid": uid,
    }
