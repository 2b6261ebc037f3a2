"""What was said of a line of a submission, put beside the line. All read `discussion` (monitoring/discussion.py) from the page.

A page without one (the figures table is used elsewhere, too) shows nothing.
"""

from django import template
from django.urls import reverse

from frameworks.templatetags import ui
from monitoring.discussion import line_code
from monitoring.lines import LineKey
from monitoring.models.review import Finding
from monitoring.models.submission import ActivityStatus

register = template.Library()


def _key(activity, indicator):
    return LineKey(activity.pk if activity else None, indicator.pk if indicator else None)


def _typed(discussion, place):
    typed = discussion.typed
    return typed if typed and typed.place == place else None


@register.inclusion_tag("monitoring/line_talk.html", takes_context=True)
def line_talk(context, activity=None, indicator=None, answered=True):
    """What changed, what was verified, what was said of a line, and the forms for more. Neither given: the whole."""
    discussion = context.get("discussion")
    if not discussion:
        return {}
    key = _key(activity, indicator)
    thing = activity or indicator
    since = discussion.since
    verification = discussion.verifications.get(indicator.pk) if indicator else None
    return {
        "discussion": discussion,
        "submission": discussion.submission,
        "key": key,
        "code": thing.code if thing else "",
        "since": since if thing else None,
        "change": since.at(key) if since else None,
        "threads": discussion.at(key),
        "typed": _typed(discussion, f"comment-{key.name}"),
        "indicator": indicator,
        "verification": verification,
        "earlier_verifications": discussion.earlier_verifications.get(indicator.pk, []) if indicator else [],
        "verify": discussion.may_verify and indicator is not None and answered,
        **_verify_form(discussion, indicator, verification),
        "user": context.get("user"),
    }


def _verify_form(discussion, indicator, verification):
    """The boxes of the monitoring team, as typed or else as they stand."""
    typed = _typed(discussion, f"verify-{indicator.pk}") if indicator else None
    return {
        "verify_typed": typed,
        "findings": Finding.choices,
        "finding": said(typed, "finding") if typed else verification and verification.finding,
        "finding_note": said(typed, "note") if typed else verification.note if verification else "",
    }


@register.inclusion_tag("monitoring/thread.html", takes_context=True)
def thread(context, discussion, one):
    """One first word with its answers, and what can be done about it."""
    return {
        "discussion": discussion,
        "submission": discussion.submission,
        "thread": one,
        "comment": one.comment,
        "typed": _typed(discussion, f"answer-{one.comment.pk}"),
        "user": context.get("user"),
    }


@register.inclusion_tag("monitoring/ratings.html", takes_context=True)
def activity_ratings(context, entry):
    """The institution's word and both sides' beside it; the form of the reader's own side."""
    discussion = context.get("discussion")
    if not discussion or not discussion.submission.cycle:
        return {}
    voices, side = discussion.voices(entry), discussion.my_side
    mine = next((one.rating for one in voices if one.side == side), None)
    typed = _typed(discussion, f"rate-{entry.activity.pk}")
    told = entry.progress.status if entry.progress else ""
    if side is None and not any(one.rating for one in voices):
        voices = []
    return {
        "discussion": discussion,
        "submission": discussion.submission,
        "entry": entry,
        "voices": voices,
        "earlier": discussion.earlier_ratings.get(entry.activity.pk, []),
        "side": side,
        "mine": mine,
        "typed": typed,
        "chosen": said(typed, "status") if typed else mine.status if mine else told,
        "why": said(typed, "note") if typed else mine.note if mine else "",
        "statuses": ActivityStatus.choices,
    }


@register.inclusion_tag("monitoring/co_lead_badges.html", takes_context=True)
def co_lead_badges(context, entry):
    """Both sides' ratings of an activity beside the institution's, once one of them has rated it."""
    discussion = context.get("discussion")
    voices = discussion.voices(entry) if discussion else []
    return {"voices": voices if any(one.rating for one in voices) else []}


@register.simple_tag(takes_context=True)
def verified_mark(context, indicator):
    """The badge of what the monitoring team found of a figure; nothing where it has not looked."""
    discussion = context.get("discussion")
    found = discussion.verifications.get(indicator.pk) if discussion else None
    return ui.badge(found.finding, "Finding", quiet=True) if found else ""


@register.inclusion_tag("monitoring/line_notes.html", takes_context=True)
def line_notes(context, activity=None, indicator=None):
    """On the page where the institution writes: what a return asked to change in this line, and whether that is done."""
    discussion = context.get("discussion")
    if not discussion:
        return {}
    key = _key(activity, indicator)
    return {
        "notes": [one for one in discussion.notes if one.key == key],
        "submission": discussion.submission,
        "typed": context.get("typed_notes"),
    }


@register.simple_tag
def page_of(one, sheet):
    """Where the line of a thread is mended: the page of its activity, or that of the other indicators, at the note."""
    pk, anchor = sheet.submission.pk, f"#note-{one.comment.pk}"
    for entry in sheet.due_entries:
        mine = {line.indicator.pk for line in entry.lines if line.is_due}
        if one.key.activity_id == entry.activity.pk or one.key.indicator_id in mine:
            return reverse("submission_activity", args=[pk, entry.activity.code]) + anchor
    if any(one.key.indicator_id == line.indicator.pk for line in sheet.due_others):
        return reverse("submission_indicators", args=[pk]) + anchor
    return reverse("submission", args=[pk]) + f"#c{one.comment.pk}"


@register.filter
def code_of(one):
    """The code of the line that a thread is on; "" for the whole."""
    return line_code(one.comment)


@register.filter
def is_ticked(one, typed):
    """Whether the box of a note is ticked: as it was just sent (typed, a POST), else as it is saved."""
    return not one.is_open if typed is None else bool(typed.get(f"note-{one.comment.pk}"))


@register.filter
def said(typed, name):
    """What was typed into the field of that name."""
    return typed.values.get(name, "") if typed else ""


@register.filter
def errors_at(typed, name):
    """What is wrong with the field of that name, and what is wrong with no field, at the first one ("text", "note")."""
    if not typed:
        return []
    return [*typed.errors.get(name, []), *(typed.other_errors if name in ("text", "note") else [])]
