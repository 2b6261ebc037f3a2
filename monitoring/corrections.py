"""One course correction of the reporting form: what its boxes are called, and what is missing in it. Pure: no database.

A correction is addressed by its place in the list of its activity (1, 2, …), which it keeps for as long as it exists: the
page, the offline template and the autosave can send the same box twice and mean the same correction.
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from monitoring.cells import TEXT_LENGTH

#: The boxes of a correction, by the word that ends their name, in the order in which they are filled.
PARTS = {"cause": "cause", "measure": "measure", "owner": "owner", "due": "due_on", "done": "is_done"}
#: How many one activity holds, and how long the name of who does it may be (characters): its column holds no more.
MOST = 20
OWNER_LENGTH = 200
_NAME = re.compile(rf"corr-(\d{{1,2}})-(?:{'|'.join(PARTS)})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody says about one correction. A blank one is removed. is_done None: stays as it is."""

    cause: str = ""
    measure: str = ""
    owner: str = ""
    due_on: date | None = None
    is_done: bool | None = None

    @property
    def is_blank(self):
        return not (self.cause or self.measure or self.owner or self.due_on)


def box(place, part):
    """The name of one box, for example `corr-2-due`."""
    return f"corr-{place}-{part}"


def place_of(name):
    """The place of the correction that a box belongs to; None for the name of anything else."""
    found = _NAME.fullmatch(name)
    place = int(found[1]) if found else 0
    return place if 1 <= place <= MOST else None


def as_correction(row):
    """What a saved CourseCorrection says, as a Correction; blank for None."""
    if row is None:
        return Correction()
    return Correction(row.cause, row.measure, row.owner, row.due_on, row.is_done)


def same_plan(one, other):
    """Whether two corrections are the same measure against the same cause: one was carried over from the other."""
    return (one.cause.strip(), one.measure.strip()) == (other.cause.strip(), other.measure.strip())


def carried(last, now):
    """What was still to be done last time: (row, the row of this round that carries it on, or None) pairs."""
    return [
        (planned, next((one for one in now if same_plan(planned, one)), None))
        for planned in last
        if not planned.is_done
    ]


def next_place(places):
    """The first place behind those that are taken; None when the activity holds no more."""
    place = max(places, default=0) + 1
    return place if place <= MOST else None


def correction_problems(correction):
    """What is wrong with it, as a list of (part, words). Half filled is not wrong: only submitting asks for all."""
    problems = []
    for part, most in (("cause", TEXT_LENGTH), ("measure", TEXT_LENGTH), ("owner", OWNER_LENGTH)):
        length = len(getattr(correction, PARTS[part]))
        if length > most:
            words = _("This text has %(length)d characters; at most %(most)d fit.")
            problems.append((part, words % {"length": length, "most": most}))
    if correction.due_on and not _FIRST_YEAR <= correction.due_on.year <= _LAST_YEAR:
        problems.append(("due", _("Is the year right? It is %(year)d.") % {"year": correction.due_on.year}))
    return problems


def missing_parts(correction):
    """(part, words) of what a correction lacks before it can be submitted; [] when it is complete."""
    asked = (
        ("cause", _("what stands in the way")),
        ("measure", _("what is done about it")),
        ("owner", _("who does it")),
        ("due", _("until when")),
    )
    return [(part, words) for part, words in asked if not _is_filled(getattr(correction, PARTS[part]))]


def _is_filled(said):
    return bool(said.strip()) if isinstance(said, str) else said is not None
