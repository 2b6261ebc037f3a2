"""Figures of results as the pages of the framework show them: to insiders all of it, to others what is told."""

from decimal import Decimal

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from frameworks.choices import member_of
from frameworks.formatting import format_number
from frameworks.measures import measure_text, pair_text
from frameworks.models.indicator import IndicatorType
from frameworks.providers import CategoryFigure, IndicatorFigure
from monitoring.models import (
    IndicatorValue,
    SignOff,
)
from monitoring.models.result import Basis, Performance, Provenance
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import OFFICIAL_STATES


def dissents_on(indicator):
    """round id → (side, text) of the dissents on what counts now, for the public. Not beside a figure that is hidden."""
    said = (
        SignOff.objects.filter(
            Exists(IndicatorValue.objects.filter(submission=OuterRef("submission"), indicator=indicator)),
            verdict=Verdict.DISSENT,
            cycle=F("submission__cycle"),
            submission__state__in=OFFICIAL_STATES,
        )
        .order_by("at", "pk")
        .values_list("submission__round", "side", "statement")
    )
    found = {}
    for round, side, statement in said:
        found.setdefault(round, []).append((str(Side(side).label), statement))
    return found


def figure_shown(row, indicator, round, insider, categories=(), dissents=()):
    """The IndicatorFigure of a total's result row, as an insider or the public may see it."""
    base = {
        "round": round.label,
        "period_end": round.period_end,
        "target": row.target,
        "target_shown": measure_text(indicator, row.target),
        "target_note": _target_note(row),
        "provenance": Provenance(row.provenance),
        "has_dissent": row.has_dissent,
        "is_verified": row.is_verified,
        "categories": categories,
    }
    if row.is_suppressed and not insider:
        return IndicatorFigure(
            **base, note=_("Hidden: it counts fewer than five people, or would give such a count away.")
        )
    notes = [row.no_data_reason and _("No data: %(reason)s") % {"reason": row.no_data_reason}]
    if insider:  # to the public the remainder would give hidden small cells away
        notes += _unknown(row)
    return IndicatorFigure(
        **base,
        dissents=dissents,
        shown=row.text
        if indicator.type == IndicatorType.QUALITATIVE
        else measure_text(indicator, row.measured),
        parts=pair_text(row.numerator, row.denominator),
        note=" ".join(one for one in notes if one),
        measured=row.measured,
        achievement=row.achievement,
        basis=str(Basis(row.basis).label) if row.achievement is not None else "",
        status=member_of(Performance, row.status),
        computed=member_of(Performance, row.computed_status) if row.override_status else None,
        override_reason=row.override_reason if row.override_status else "",
        override_by=str(row.override_by) if row.override_status and insider else "",
    )


def category_shown(row, indicator, names, insider):
    dimension, category = names[row.category_id]
    if row.is_suppressed and not insider:
        return CategoryFigure(dimension, category, "", "", _("hidden"))
    return CategoryFigure(
        dimension, category, measure_text(indicator, row.measured), pair_text(row.numerator, row.denominator)
    )


def _target_note(row):
    if row.target_is_interpolated:
        return _("between two targets")
    return _("of an earlier year, still in force") if row.target_is_held else ""


def _unknown(row):
    """What a breakdown leaves unexplained, in words."""
    for name, parts in (row.unknown_difference or {}).items():
        texts = ", ".join(format_number(Decimal(value)) for value in parts.values())
        label = _("places") if name == "place" else name
        yield _("The breakdown by %(name)s does not add up to the total: %(difference)s unknown.") % {
            "name": label,
            "difference": texts,
        }
