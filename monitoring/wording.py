"""How reported figures and their judgement are said to people; pages and reports use the same words. No arithmetic."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.choices import ToneChoices
from frameworks.formatting import format_number, format_percent
from frameworks.models.indicator import SHARE_TYPES, IndicatorType
from monitoring.progress import Problem


class Standing(ToneChoices):
    """What is counted beside the vocabularies: not official, or not there."""

    UNCONFIRMED = "unconfirmed", gettext_lazy("Reported, unconfirmed"), "info", "circle-half"
    NOT_REPORTED = "not_reported", gettext_lazy("Not reported"), "muted", "minus-circle"


#: Why a figure could not be made or judged, and how to mend it (monitoring/progress/vocabulary.py: Problem).
PROBLEM_WORDS = {
    Problem.NOTHING_TO_COMPARE_WITH: gettext_lazy(
        "There is neither a baseline nor a target, so there is nothing to compare with."
    ),
    Problem.NO_TARGET: gettext_lazy("There is no target for this round."),
    Problem.TARGET_AGAINST_DIRECTION: gettext_lazy(
        "The target lies on the wrong side of the baseline: one of the two needs correcting."
    ),
    Problem.TARGET_WITHOUT_RATIO: gettext_lazy(
        "Without a baseline, only whether this target is reached can be said, not how far."
    ),
    Problem.BARE_PERCENTAGES: gettext_lazy(
        "Several institutions gave percentages without numerator and denominator; they cannot be combined."
    ),
    Problem.SCALE_NOT_ADDITIVE: gettext_lazy(
        "Several institutions gave a level of the scale; levels cannot be added up."
    ),
    Problem.INCOMPLETE_PAIRS: gettext_lazy(
        "Some numerators came without a denominator and are left out of the sums."
    ),
}


def problem_text(code):
    """The sentence for a stored problem; "" when there is none."""
    return str(PROBLEM_WORDS[Problem(code)]) if code else ""


def is_share(type):
    return type in SHARE_TYPES


def measured_text(type, value, scale_labels=()):
    """A judged number (actual, target, baseline) as text: 4.1%, 12,980, Yes, 2 – Adopted. None when missing."""
    if value is None:
        return None
    if is_share(type):
        return format_percent(value)
    if type == IndicatorType.YES_NO and value in (0, 1):
        return _("Yes") if value else _("No")
    text = format_number(value, most=2)
    if type == IndicatorType.ORDINAL and value == int(value) and 0 <= value < len(scale_labels):
        return f"{text} – {scale_labels[int(value)]}"
    return text


def parts_text(number):
    """'11 / 452' for anything with numerator and denominator; "" when it has neither. A missing part is a dash."""
    if number is None or (number.numerator is None and number.denominator is None):
        return ""
    return f"{format_number(number.numerator) or '–'} / {format_number(number.denominator) or '–'}"


def finding_text(indicator, previous_round=None):
    """A sentence on an indicator of a report: actual, target, achievement; with `previous_round`, what it was before."""

    def said(value):
        return measured_text(indicator.type, value, indicator.scale_labels)

    actual, target = said(indicator.actual.measured) or _("no data"), said(indicator.target)
    if previous_round is not None:
        before = _before(indicator, previous_round, said)
        if target is None:
            return _("%(actual)s%(before)s.") % {"actual": actual, "before": before}
        return _("%(actual)s against a target of %(target)s%(before)s.") % {
            "actual": actual,
            "target": target,
            "before": before,
        }
    if target is None:
        return f"{actual}."
    if indicator.achievement_shown is None:
        return _("%(actual)s against a target of %(target)s.") % {"actual": actual, "target": target}
    return _("%(actual)s against a target of %(target)s (%(share)s achieved).") % {
        "actual": actual,
        "target": target,
        "share": format_percent(indicator.achievement_shown),
    }


def _before(indicator, previous_round, said):
    if indicator.previous and indicator.previous.measured is not None:
        return _("; in %(round)s it was %(value)s") % {
            "round": previous_round,
            "value": said(indicator.previous.measured),
        }
    if indicator.baseline and indicator.baseline.measured is not None:
        return _("; the baseline was %(value)s") % {"value": said(indicator.baseline.measured)}
    return ""
