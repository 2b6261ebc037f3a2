"""The tree of places: adding, changing, ending and deleting one, and taking over a whole table."""

from dataclasses import dataclass, field
from hashlib import sha256
from types import SimpleNamespace

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from frameworks import providers
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Place
from frameworks.models.place import TOP_KINDS, PlaceKind
from frameworks.operations.institutions import editable_countries
from frameworks.place_tree import tree_problems

#: What a table may say of a place, beside its code and its parent.
COLUMNS = ("name", "kind", "population", "population_year", "valid_from", "valid_until")


def place_history(place):
    """Sources for frameworks.history."""
    return [Source(Place, {"pgh_obj": place.pk})]


def place_version(place):
    return version_of(*place_history(place))


def may_edit_places(user, country):
    """Places are shared by the plans of a country: its secretariats keep them, as they keep its institutions."""
    countries = editable_countries(user)
    return countries is None or country in countries


def _lock(country, by):
    """Whoever changes a country's tree comes alone: what is checked of the places around is still so when it is saved."""
    if not may_edit_places(by, country):
        raise PermissionDenied(_("These places belong to another country's plans."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"places {country}"])


@explained(Place)
def save_place(*, place, changed, by, version=""):
    """Saves a new place, or the fields of one that are named in `changed`. Returns it.

    Raises PermissionDenied, Stale, and ValidationError with the form's fields.
    """
    with transaction.atomic():
        _lock(place.country, by)
        if place.pk:
            before = Place.objects.get(pk=place.pk)
            current = place_version(before)
            if version and version != current:
                raise Stale(current)
            if before.country != place.country:
                raise ValidationError(_("A place stays in its country."))
        parent = Place.objects.filter(pk=place.parent_id).first()
        parts = list(Place.objects.filter(parent=place.pk)) if place.pk else []
        problems = tree_problems(place, parent, parts)
        if problems:
            raise ValidationError(problems)
        place.full_clean()
        with pghistory.context(user=by.pk, action="save_place"):
            if place.pk:
                place.save(update_fields=sorted(changed)) if changed else None
            else:
                place.save(force_insert=True)
    return place


def end_place(*, place, on, by):
    """Ends a place and all that lies in it on the day `on`, its last one; what ended before keeps its day.

    Figures stay. Returns how many places ended. Raises PermissionDenied, or ValidationError (`valid_until`).
    """
    with transaction.atomic():
        _lock(place.country, by)
        ending = [
            one
            for one in [Place.objects.get(pk=place.pk), *Place.objects.inside(place)]
            if one.valid_until is None or one.valid_until > on
        ]
        late = next((one for one in ending if one.valid_from and one.valid_from > on), None)
        if late is not None:
            raise ValidationError(
                {
                    "valid_until": _("%(name)s exists since %(day)s only.")
                    % {"name": late.name, "day": late.valid_from.isoformat()}
                }
            )
        with pghistory.context(user=by.pk, action="end_place"):
            for one in ending:
                one.valid_until = on
            Place.objects.bulk_update(ending, ["valid_until"], batch_size=500)
    return len(ending)


def why_not_delete(place):
    """The reason for which the place cannot be deleted; "" when it can."""
    if Place.objects.filter(parent=place).exists():
        return _("Other places lie in it.")
    if providers.status().places_with_figures([place.pk]):
        return _("Figures were reported of it. It can be ended: then it is not offered for later rounds.")
    return ""


def delete_place(*, place, by):
    """Deletes a place that was entered by mistake. Raises PermissionDenied, or ValidationError when it is in use."""
    with transaction.atomic():
        _lock(place.country, by)
        reason = why_not_delete(place)
        if reason:
            raise ValidationError(reason)
        with pghistory.context(user=by.pk, action="delete_place"):
            Place.objects.filter(pk=place.pk).delete()


# A whole table


@dataclass(slots=True)
class PlaceChange:
    """What one row of a table would do. action: new, changed, same or error; `changes`: (field, old, new) texts."""

    number: int
    code: str
    name: str
    action: str = "same"
    changes: list = field(default_factory=list)
    problems: list = field(default_factory=list)


@dataclass(slots=True)
class Comparison:
    """A table beside what is there. `seen`: a digest of all that would be written: what is saved is what was shown."""

    rows: list
    wanted: dict
    known: dict

    @property
    def problems(self):
        return [row for row in self.rows if row.problems]

    @property
    def new(self):
        return [row for row in self.rows if row.action == "new"]

    @property
    def changed(self):
        return [row for row in self.rows if row.action == "changed"]

    @property
    def same(self):
        return [row for row in self.rows if row.action == "same"]

    @property
    def seen(self):
        told = [(row.code, row.action, row.changes, row.problems) for row in self.rows]
        return sha256(repr(told).encode()).hexdigest()[:24]


def compare_places(country, rows):
    """The Comparison of PlaceRows (frameworks/imports/places.py) with a country's places. One query.

    A blank cell leaves what is there, and a place that the table does not name stays as it is.
    """
    known = {one.code: one for one in Place.objects.filter(country=country).select_related("parent")}
    wanted = {}
    for code, one in known.items():
        parent = one.parent.code if one.parent else None
        wanted[code] = SimpleNamespace(
            country=country, code=code, parent=parent, **{name: getattr(one, name) for name in COLUMNS}
        )
    found = []
    for row in rows:
        change = PlaceChange(row.number, row.code, row.said.get("name", ""), problems=list(row.problems))
        found.append(change)
        if row.code and not row.problems:
            _merge(change, row.said, wanted, known, country)
    _check(found, wanted)
    return Comparison(found, wanted, known)


def _merge(change, said, wanted, known, country):
    place = wanted.get(change.code)
    if place is None:
        missing = [
            str(Place._meta.get_field(name).verbose_name) for name in ("name", "kind") if not said.get(name)
        ]
        if missing:
            change.problems.append(_("New, and without: %(fields)s.") % {"fields": ", ".join(missing)})
            return
        place = SimpleNamespace(country=country, code=change.code, parent=None, **dict.fromkeys(COLUMNS))
        wanted[change.code] = place
    change.action = "changed" if change.code in known else "new"
    for name in (*COLUMNS, "parent"):
        if name in said and said[name] != getattr(place, name):
            label = _("lies in") if name == "parent" else str(Place._meta.get_field(name).verbose_name)
            change.changes.append((label, _shown(name, getattr(place, name)), _shown(name, said[name])))
            setattr(place, name, said[name])
    change.name = place.name
    if change.action == "changed" and not change.changes:
        change.action = "same"


def _shown(name, value):
    if value is None:
        return ""
    return str(PlaceKind(value).label) if name == "kind" else str(value)


def _check(changes, wanted):
    """The rules of the tree, with every row of the table in its place."""
    parts = {}
    for place in wanted.values():
        parts.setdefault(place.parent, []).append(place)
    for change in changes:
        place = wanted.get(change.code)
        if change.problems or place is None or change.action == "same":
            continue
        parent = wanted.get(place.parent) if place.parent else None
        if place.parent and parent is None:
            change.problems.append(
                _("“%(code)s” is no place here and no row of the file.") % {"code": place.parent}
            )
            continue
        change.problems += tree_problems(place, parent, parts.get(place.code, ())).values()
    for change in changes:
        if change.problems:
            change.action = "error"


@explained(Place)
def import_places(*, country, rows, by, seen):
    """Writes a table of places, all of it or nothing. Returns the Comparison that was written.

    Raises PermissionDenied, ValidationError when a row is wrong, and Stale when it would write something else than the
    preview with the digest `seen` had shown.
    """
    with transaction.atomic():
        _lock(country, by)
        comparison = compare_places(country, rows)
        if comparison.problems:
            raise ValidationError(_("Some rows are wrong: nothing was saved."))
        if seen != comparison.seen:
            raise Stale(comparison.seen)
        with pghistory.context(user=by.pk, action="import_places"):
            _write(comparison, country)
    return comparison


def _write(comparison, country):
    places = dict(comparison.known)
    kinds = [TOP_KINDS, *((kind,) for kind in PlaceKind if kind not in TOP_KINDS)]
    for level in kinds:  # what is around first: a row needs its parent's id
        level_codes = [row.code for row in comparison.new if comparison.wanted[row.code].kind in level]
        made = [_filled(Place(country=country, code=code), comparison, places) for code in level_codes]
        for one in Place.objects.bulk_create(made, batch_size=1000):
            places[one.code] = one
    changed = [_filled(places[row.code], comparison, places) for row in comparison.changed]
    Place.objects.bulk_update(changed, [*COLUMNS, "parent"], batch_size=500)


def _filled(place, comparison, places):
    wanted = comparison.wanted[place.code]
    for name in COLUMNS:
        setattr(place, name, getattr(wanted, name))
    place.parent = places[wanted.parent] if wanted.parent else None
    return place
