"""What the cells of an indicator in one round make together: places that count, the total, what is left unexplained, small cells.

Works on the rows that were reported, already loaded: no queries here.
"""

from collections import defaultdict

from monitoring.disclosure import suppress, suppress_nested
from monitoring.progress import Figure, combine_reporters, holders, is_reported, outermost, running_difference

TOTAL = (None, None)


def figure_of(row):
    """The Figure of anything with value, numerator and denominator (an IndicatorValue, a Target)."""
    return Figure(value=row.value, numerator=row.numerator, denominator=row.denominator)


def combine_rows(indicator, rows):
    """The progress.Combined of what several rows say, as the indicator declares."""
    return combine_reporters(
        [figure_of(row) for row in rows], type=indicator.type, how=indicator.reporter_aggregation
    )


def counted_places(indicator, cells):
    """place id → the rows that count toward the total: of each submission, the places that lie in no other one of it.

    A suco beside its municipality is a detail of the same report. Another institution's suco in that municipality is not.
    """
    reports = defaultdict(dict)
    for (category, place), group in cells.items():
        if place is not None and category is None:
            for row in group:
                reports[row.submission_id][place] = row
    counted = defaultdict(list)
    for rows in reports.values():
        figures = {place: figure_of(row) for place, row in rows.items()}
        above = {place: row.above for place, row in rows.items()}
        for place in outermost(figures, above, type=indicator.type):
            counted[place].append(rows[place])
    return counted


def total_of(indicator, cells, places):
    """The rows and the combined figure of the whole.

    An institution that reports by place only has said the total too: the sum (or whatever the indicator declares) of its
    places (`places`, as of counted_places). Categories never make a total: they may overlap or be incomplete.
    """
    rows = list(cells.get(TOTAL, []))
    said = {
        row.submission_id
        for row in rows
        if is_reported(indicator.type, figure_of(row)) or row.text or row.no_data_reason
    }
    for group in places.values():
        rows += [row for row in group if row.submission_id not in said]
    return rows, combine_rows(indicator, rows)


def differences(indicator, total, parts, places):
    """What each breakdown leaves unexplained of the total, as text numbers by breakdown name; {} when all add up.

    `places`: the figures of the places that count toward the total.
    """
    groups = {
        dimension.name: [
            parts[key]
            for key in ((category.pk, None) for category in dimension.categories.all())
            if key in parts
        ]
        for dimension in indicator.dimensions.all()
    }
    groups["place"] = places
    found = {}
    for name, figures in groups.items():
        if not figures:
            continue
        difference = running_difference(
            total, figures, type=indicator.type, how=indicator.reporter_aggregation
        )
        if not difference.adds_up:
            unknown = difference.unknown
            found[name] = {
                part: f"{getattr(unknown, part).normalize():f}"
                for part in ("value", "numerator", "denominator")
                if getattr(unknown, part)
            }
    return found


def hide_small_cells(indicator, total, parts, above):
    """Marks the rows that the public must not see: cells of under five people, and what would give them away.

    `above`: place id → ids of the places that it lies in.
    """

    def people(row):
        return row.numerator if indicator.is_share else row.value

    groups = defaultdict(dict)
    dimension_of = {
        category.pk: dimension.pk
        for dimension in indicator.dimensions.all()
        for category in dimension.categories.all()
    }
    for (category, place), row in parts.items():
        group = ("place", category) if place is not None else ("dimension", dimension_of[category])
        groups[group][place if place is not None else category] = row
    for (kind, _of), rows in groups.items():
        figures = {key: figure_of(row) for key, row in rows.items()}
        inside = holders(figures, above if kind == "place" else {}, type=indicator.type)
        hidden = suppress_nested({key: people(row) for key, row in rows.items()}, inside, total=people(total))
        for key in hidden.hidden:
            rows[key].is_suppressed = True
        total.is_suppressed = total.is_suppressed or hidden.total_hidden
    if not groups:
        total.is_suppressed = suppress({}, total=people(total)).total_hidden
