"""What the values of a Dimension are called: their codes in addresses and files, their names on pages, their order.

A value may be None ("not known by that dimension"), which has a code of its own: no code of a plan may begin with a hyphen.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from budgets.counted import Dimension
from budgets.models import FundingSource, GenderTag, SourceKind
from frameworks.models import Activity, Goal, Institution, Output, Pillar

#: The code of None.
NONE = "-"
#: The code of "" among the gender tags.
NOT_ASSESSED = "not_assessed"
CHAIN = (Dimension.PILLAR, Dimension.GOAL, Dimension.OUTPUT, Dimension.ACTIVITY)
_LEVELS = {
    Dimension.PILLAR: Pillar,
    Dimension.GOAL: Goal,
    Dimension.OUTPUT: Output,
    Dimension.ACTIVITY: Activity,
}


@dataclass(frozen=True)
class Name:
    """code: in addresses and files. label: on pages. order: sorts the values of one dimension."""

    code: str
    label: str
    order: tuple


class Names:
    """The names of one plan's values. One query for each dimension that is asked for, whatever the number of values."""

    def __init__(self, plan):
        self.plan = plan
        self._known = {}

    def of(self, dimension, value):
        """The Name of one value; loads those of all values of that dimension."""
        if dimension not in self._known:
            self._known[dimension] = _load(self.plan, dimension)
        if value is None:
            return Name(NONE, none_label(dimension), (1,))
        if dimension == Dimension.YEAR:
            return Name(str(value), str(value), (0, value))
        return self._known[dimension][value]

    def offered(self, dimension):
        """(code, label) of all values, in order; for choices."""
        self.of(dimension, None)
        return [(one.code, one.label) for one in sorted(self._known[dimension].values(), key=_order)]


def _order(name):
    return name.order


def _load(plan, dimension):
    if dimension == Dimension.YEAR:
        return {}
    if dimension == Dimension.INSTITUTION:
        # Everything in the directory: what is asked for is told apart by the totals, not here.
        rows = Institution.objects.in_order()
        return {one.pk: Name(one.code, str(one), (0, n)) for n, one in enumerate(rows)}
    if dimension == Dimension.SOURCE:
        rows = FundingSource.objects.filter(plan=plan).order_by("code")
        return {one.pk: Name(one.code, one.name, (0, n)) for n, one in enumerate(rows)}
    if dimension == Dimension.PILLAR:
        rows = plan.pillars.order_by("order", "code")
        return {one.pk: Name(one.code, one.name, (0, n)) for n, one in enumerate(rows)}
    if dimension in _LEVELS:
        rows = _LEVELS[dimension].objects.filter(plan=plan).order_by("sort_key")
        rows = rows.values_list("pk", "code", "title")
        return {pk: Name(code, title, (0, n)) for n, (pk, code, title) in enumerate(rows)}
    return {value: Name(code, label, (0, n)) for n, (value, code, label) in enumerate(_fixed(dimension))}


def _fixed(dimension):
    """value, code, label of a short list."""
    if dimension == Dimension.SOURCE_KIND:
        return [(value, value, str(label)) for value, label in SourceKind.choices]
    if dimension == Dimension.GENDER:
        tags = [(value, value, str(label)) for value, label in GenderTag.choices]
        return [*tags, ("", NOT_ASSESSED, _("Not assessed"))]
    return [(True, "on", _("On budget")), (False, "off", _("Off budget"))]


def none_label(dimension):
    """What stands for None: amounts that are not known by that dimension."""
    return {
        Dimension.ACTIVITY: _("Rough estimate, not yet broken down"),
        Dimension.INSTITUTION: _("Not by institution"),
        Dimension.ON_BUDGET: _("Not known"),
        Dimension.GENDER: _("Not stated"),
    }.get(dimension, _("Source not stated"))


def dimension_word(plan, dimension):
    """What a plan calls a dimension: its own word for a level of its results chain."""
    return str(plan.words.get(str(dimension), Dimension(dimension).label))


def not_by(dimension):
    """In a cell of a measure that does not know the dimension: nothing is missing there."""
    return {
        Dimension.INSTITUTION: _("not by institution"),
        Dimension.GENDER: _("not by gender budget"),
        Dimension.ON_BUDGET: _("not by budget"),
    }.get(dimension, _("not by source"))


def values_of(plan, dimension, codes):
    """The values with those codes, and the codes that are none: ([value, …], [code, …]). One query at most.

    An institution that was merged into another stands for that one.
    """
    dimension = Dimension(dimension)
    found = {NONE: None} if NONE in codes else {}
    wanted = [code for code in codes if code != NONE]
    if dimension == Dimension.YEAR:
        # A year is of four digits; anything else is no year.
        found |= {
            code: int(code) for code in wanted if code.isascii() and code.isdecimal() and len(code) == 4
        }
    elif dimension == Dimension.INSTITUTION:
        rows = Institution.objects.filter(code__in=wanted) if wanted else ()
        found |= {one.code: one.successor_id for one in rows}
    elif dimension in _LEVELS or dimension == Dimension.SOURCE:
        model = _LEVELS.get(dimension, FundingSource)
        rows = model.objects.filter(plan=plan, code__in=wanted) if wanted else model.objects.none()
        found |= dict(rows.values_list("code", "pk"))
    else:
        known = {code: value for value, code, _label in _fixed(dimension)}
        found |= {code: known[code] for code in wanted if code in known}
    return list(dict.fromkeys(found[code] for code in codes if code in found)), [
        code for code in codes if code not in found
    ]
