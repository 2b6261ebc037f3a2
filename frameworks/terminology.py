"""What the levels of a plan's results chain are called, one and many of them. Pure: no ORM.

A plan may rename goal, output and activity. How its word makes a plural is not known here (it may be in any language), so a
renamed level is only ever named in the singular, with its number behind a colon: "Action point: 19".
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

#: level → the house's word for one and for many, as a heading.
HOUSE = {
    "goal": (gettext_lazy("Goal"), gettext_lazy("Goals")),
    "output": (gettext_lazy("Output"), gettext_lazy("Outputs")),
    "activity": (gettext_lazy("Activity"), gettext_lazy("Activities")),
    "indicator": (gettext_lazy("Indicator"), gettext_lazy("Indicators")),
}
#: level → its key for many in the dictionary of words.
MANY = {"goal": "goals", "output": "outputs", "activity": "activities", "indicator": "indicators"}
_COUNTED = {
    "goal": ngettext_lazy("%(n)d goal", "%(n)d goals", "n"),
    "output": ngettext_lazy("%(n)d output", "%(n)d outputs", "n"),
    "activity": ngettext_lazy("%(n)d activity", "%(n)d activities", "n"),
    "indicator": ngettext_lazy("%(n)d indicator", "%(n)d indicators", "n"),
}


def level_words(*, goal="", output="", activity=""):
    """The words of a plan that renames those levels ("": the house's word): "goal" and "goals", and so on."""
    words = {}
    own = {"goal": goal, "output": output, "activity": activity, "indicator": ""}
    for level, (one, many) in HOUSE.items():
        words[level] = own[level] or one
        words[MANY[level]] = own[level] or many
    return words


def is_renamed(words, level):
    return str(words[level]) != str(HOUSE[level][0])


def counted(words, level, n):
    """ "19 activities", or "Action point: 19" where the plan has a word of its own."""
    if is_renamed(words, level):
        return _("%(level)s: %(n)s") % {"level": words[level], "n": n}
    return str(_COUNTED[level] % {"n": n})
