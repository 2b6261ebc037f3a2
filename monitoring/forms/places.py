"""The rows by place of a reporting form: the municipalities, and below each the smaller places that somebody added."""

import unicodedata
from collections import defaultdict

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from frameworks.formatting import format_number
from frameworks.models import Place
from frameworks.models.indicator import IndicatorType, ReporterAggregation
from frameworks.models.place import TOP_KINDS
from monitoring.cells import PARTS, cell_named
from monitoring.progress import holders, running_difference
from monitoring.progress.figures import add
from monitoring.results import figure_of
from monitoring.words import figure_text

#: The places that every form offers.
OF_EVERY_FORM = TOP_KINDS
#: Rows that one form shows at most beside those of every form: addresses and posts may name any number.
MOST_ADDED = 200


def named_places(data):
    """indicator id → ids of the places that have a box in what a page sent."""
    found = defaultdict(set)
    for name in data or ():
        cell = cell_named(name.rpartition("-")[0])
        if cell is not None and cell.place_id is not None and len(found[cell.indicator_id]) < MOST_ADDED:
            found[cell.indicator_id].add(cell.place_id)
    return found


def read_ids(texts):
    """The ids among the texts of an address, at most MOST_ADDED."""
    return [int(one) for one in texts[:MOST_ADDED] if one.isascii() and one.isdecimal() and len(one) < 19]


def load_places(country, on, *, answered=(), named=()):
    """The places of a form, with the places around each: the municipalities that exist on that day; `answered`: with a
    figure, whether they still exist or not; `named`: those of the country that somebody added. One query."""
    offered = Q(kind__in=OF_EVERY_FORM) | Q(pk__in=list(named))
    existing = Place.objects.valid_on(on).filter(offered, country=country)
    parts = Place.objects.valid_on(on).filter(parent=OuterRef("pk"))
    return sorted(
        Place.objects.filter(Q(pk__in=existing.order_by().values("pk")) | Q(pk__in=list(answered)))
        .with_path()
        .annotate(has_parts=Exists(parts)),
        key=tree_order,
    )


def tree_order(place):
    """Sorts places by name, each followed by what lies in it. Accents do not count: Ataúro is an A."""
    return [
        "".join(
            sign for sign in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(sign)
        )
        for name in place.path
    ]


def place_label(place, on=None):
    """What the row of a place is called: two sucos of one name lie in different posts."""
    if place.kind in OF_EVERY_FORM:
        label = place.name
    else:
        label = _("%(name)s (%(kind)s, %(around)s)") % {
            "name": place.name,
            "kind": place.get_kind_display().lower(),
            "around": place.parent,
        }
    if on is not None and not place.exists_on(on):
        label = _("%(label)s, no longer exists") % {"label": label}
    return label


def nesting(places, figures, *, type):
    """place id → id of the place that it is a detail of, or None (progress.holders, with the places of a form)."""
    above = {place.pk: [one.pk for one in place.above] for place in places}
    return holders(figures, above, type=type)


def adding_parts(indicator):
    """The boxes whose rows add up to the total (the rule of progress.running_difference)."""
    if indicator.is_share:
        return ("n", "d")
    summed = indicator.reporter_aggregation == ReporterAggregation.SUM
    return ("v",) if indicator.type == IndicatorType.COUNT and summed else ()


def notes_on_parts(indicator, places, figures, inside, parts):
    """place id → what the details of its figure make together, in words; only of those that have some.

    `parts`: the boxes that add up. A difference is said and never stops anybody.
    """
    details = defaultdict(list)
    for pk, holder in inside.items():
        if holder is not None:
            details[holder].append(figures[pk])
    notes = {}
    for holder, found in details.items():
        difference = running_difference(
            figures[holder], found, type=indicator.type, how=indicator.reporter_aggregation
        )
        sums = []
        for part in parts:
            numbers = [getattr(one, PARTS[part]) for one in found]
            known = [number for number in numbers if number is not None]
            if known:
                sums.append(format_number(add(*known)))
        if not sums:
            continue
        left = [getattr(difference.unknown, PARTS[part]) for part in parts]
        unknown = " / ".join(format_number(number) for number in left if number)
        text = _("The parts below make %(sum)s") % {"sum": " / ".join(sums)}
        notes[holder] = (
            _("%(parts)s; difference %(unknown)s.") % {"parts": text, "unknown": unknown}
            if unknown
            else _("%(parts)s.") % {"parts": text}
        )
    return notes


def places_read(line, places):
    """(label, text) of each place of a Line, in the order of the tree; `places`: id → Place, with the places around each.

    What the parts of a place make stands beside its figure; a part says that it is not added again.
    """
    indicator = line.indicator
    rows = {
        place: row for (category, place), row in line.values.items() if place is not None and category is None
    }
    shown = sorted((places[pk] for pk in rows), key=tree_order)
    figures = {one.pk: figure_of(rows[one.pk]) for one in shown}
    inside = nesting(shown, figures, type=indicator.type)
    notes = notes_on_parts(indicator, shown, figures, inside, adding_parts(indicator))
    found = []
    for one in shown:
        beside = notes.get(one.pk) or (
            _("counted in %(place)s") % {"place": places[inside[one.pk]]} if inside[one.pk] else ""
        )
        text = figure_text(indicator, rows[one.pk])
        found.append((place_label(one), f"{text} · {beside}" if beside else text))
    return found
