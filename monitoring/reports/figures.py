"""From stored figures to those of a report: exact, tidy Decimals, breakdowns with what they leave unknown, who said what."""

from collections import defaultdict
from decimal import Decimal

from monitoring.models.result import Provenance
from monitoring.models.submission import OFFICIAL_STATES, SubmissionState
from monitoring.progress import BLANK, combine_reporters, measured
from monitoring.progress.figures import ARITHMETIC
from monitoring.reports import data
from monitoring.results import figure_of

BLANK_NUMBER = data.Number(None, None, None, None)


def plain(value):
    """The same Decimal without trailing zeros or exponent, so that equal figures are written equally. None stays None."""
    if value is None:
        return None
    tidy = value.normalize(ARITHMETIC)
    if tidy.as_tuple().exponent > 0:
        tidy = tidy.quantize(Decimal(1))
    return tidy if tidy else Decimal(0)


def number_of(result):
    """The Number of an IndicatorResult; blank for None."""
    if result is None:
        return BLANK_NUMBER
    return data.Number(
        plain(result.numerator), plain(result.denominator), plain(result.value), plain(result.measured)
    )


def reporters_of(indicator, values, *, official):
    """What each institution gave for the whole. Places stand for a total that it did not give (monitoring/results.py).

    official: the total is made of accepted figures, so that one which is only handed in is not in it.
    """
    by_institution = defaultdict(list)
    for row in values:
        by_institution[row.submission.institution_id].append(row)
    return tuple(_reporter(indicator, rows, official) for rows in by_institution.values())


def _reporter(indicator, rows, official):
    own = [row for row in rows if row.place_id is None]
    said = own if any(not row.is_blank or row.no_data_reason for row in own) else rows
    figure = (
        combine_reporters(
            [figure_of(row) for row in said], type=indicator.type, how=indicator.reporter_aggregation
        ).figure
        or BLANK
    )
    submission = rows[0].submission
    pooled = figure.numerator is not None or figure.denominator is not None
    return data.ReporterFigure(
        institution=str(submission.institution),
        number=data.Number(
            plain(figure.numerator),
            plain(figure.denominator),
            None if pooled else plain(figure.value),
            judged(measured(indicator.type, figure)),
        ),
        text="\n\n".join(row.text.strip() for row in said if row.text.strip()),
        no_data_reason="; ".join(row.no_data_reason for row in said if row.no_data_reason),
        comment="\n\n".join(row.comment.strip() for row in said if row.comment.strip()),
        provenance={
            SubmissionState.SUBMITTED: Provenance.REPORTED,
            SubmissionState.ACCEPTED: Provenance.ACCEPTED,
            SubmissionState.ENDORSED: Provenance.ENDORSED,
        }[submission.state].value,
        is_counted=not official or submission.state in OFFICIAL_STATES,
    )


def judged(number):
    """A number that is judged, to the twelve places that IndicatorResult stores: an unrounded share has no end."""
    return None if number is None else plain(number.quantize(Decimal("1e-12"), context=ARITHMETIC))


def breakdowns_of(indicator, result, parts):
    """The breakdowns that somebody answered: every category of a dimension (blank where nobody did), then places, then
    both crossed. `unknown` is what IndicatorResult says the parts leave unexplained of the total."""
    by_category = {row.category_id: row for row in parts if row.place_id is None}
    found = []
    for dimension in indicator.dimensions.all():
        categories = list(dimension.categories.all())
        if any(one.pk in by_category for one in categories):
            rows = tuple(_row(one.name, by_category.get(one.pk)) for one in categories)
            found.append(data.Breakdown(dimension.name, "category", rows, _unknown(result, dimension.name)))
    places = [row for row in parts if row.category_id is None]
    if places:
        rows = tuple(_row(row.place.name, row) for row in places)
        found.append(data.Breakdown("", "place", rows, _unknown(result, "place")))
    both = [row for row in parts if row.category_id is not None and row.place_id is not None]
    if both:
        rows = tuple(_row(f"{row.place.name} · {row.category.name}", row) for row in both)
        found.append(data.Breakdown("", "both", rows, None))
    return tuple(found)


def _row(label, result):
    return data.BreakdownRow(
        label=label,
        number=number_of(result),
        provenance=result.provenance if result else Provenance.NONE.value,
        is_private=bool(result and result.is_suppressed),
    )


def _unknown(result, name):
    difference = result.unknown_difference.get(name) if result else None
    if not difference:
        return None
    number = {part: plain(Decimal(text)) for part, text in difference.items()}
    # No share of the remainder: its numerator and denominator may come from different gaps.
    return data.Number(
        number.get("numerator"), number.get("denominator"), number.get("value"), number.get("value")
    )
