"""One line of a submission, as pages and the discussion name it: an activity, an indicator, or the whole. Pure."""

import re
from dataclasses import dataclass

_NAME = re.compile(r"([ai])([1-9]\d{0,17})", re.ASCII)


@dataclass(frozen=True, slots=True)
class LineKey:
    """At most one of the two ids; neither: the submission as a whole."""

    activity_id: int | None = None
    indicator_id: int | None = None

    @property
    def name(self):
        """`a12`, `i34`, `all`: what forms send, and the end of the line's anchor."""
        if self.activity_id is not None:
            return f"a{self.activity_id}"
        return "all" if self.indicator_id is None else f"i{self.indicator_id}"

    @property
    def is_whole(self):
        return self.activity_id is None and self.indicator_id is None

    @property
    def anchor(self):
        """The id of the place on the submission's page where the line is talked about."""
        return f"talk-{self.name}"


WHOLE = LineKey()


def line_named(name):
    """The LineKey of a name made by `LineKey.name`; None for anything else."""
    if name == WHOLE.name:
        return WHOLE
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    letter, pk = found.groups()
    return LineKey(activity_id=int(pk)) if letter == "a" else LineKey(indicator_id=int(pk))


def line_of(row):
    """The line that a row with `activity_id` and `indicator_id` (a Comment, an Evidence) belongs to."""
    return LineKey(row.activity_id, row.indicator_id)
