"""The rules of the tree of places, for the form and for the import: who lies in whom, and for how long."""

from django.utils.translation import gettext as _

from frameworks.models.place import HOLDS, PlaceKind


def tree_problems(place, parent, parts=()):
    """field → what is wrong with a place of that parent (or None) and those parts; {} when all is well.

    place, parent and parts have `country`, `name`, `kind`, `valid_from` and `valid_until`. As a place lies only in places
    of the kind above its own, no place lies in itself, however long the way.
    """
    around = HOLDS[PlaceKind(place.kind)]
    kind = PlaceKind(place.kind).label
    problems = {}
    if not around and parent is not None:
        problems["parent"] = _("%(kind)s: it lies in no other place.") % {"kind": kind}
    elif around and parent is None:
        problems["parent"] = _("%(kind)s: say in which place it lies.") % {"kind": kind}
    elif parent is not None and parent.kind not in around:
        problems["parent"] = _("%(kind)s: it lies in a place of the kind “%(around)s”; %(name)s is none.") % {
            "kind": kind,
            "around": " / ".join(str(one.label).lower() for one in around),
            "name": parent.name,
        }
    elif parent is not None and parent.country != place.country:
        problems["parent"] = _("%(name)s lies in another country.") % {"name": parent.name}
    wrong = next((one for one in parts if place.kind not in HOLDS[PlaceKind(one.kind)]), None)
    if wrong is not None:
        problems["kind"] = _("%(name)s (%(kind)s) lies in it, and cannot lie in a place of this kind.") % {
            "name": wrong.name,
            "kind": str(PlaceKind(wrong.kind).label).lower(),
        }
    if place.valid_from and place.valid_until and place.valid_until < place.valid_from:
        problems["valid_until"] = _("It cannot end before it begins.")
    elif parent is not None and _outlives(place, parent):
        problems["valid_until"] = _("%(name)s, in which it lies, ends on %(day)s: it cannot last longer.") % {
            "name": parent.name,
            "day": parent.valid_until.isoformat(),
        }
    longer = next((one for one in parts if _outlives(one, place)), None)
    if longer is not None and "valid_until" not in problems:
        problems["valid_until"] = _("%(name)s, which lies in it, would last longer. End that first.") % {
            "name": longer.name
        }
    return problems


def _outlives(place, around):
    if around.valid_until is None:
        return False
    return place.valid_until is None or place.valid_until > around.valid_until
