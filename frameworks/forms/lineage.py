"""The lineage of one page of a level: what each part of the newer plan carries on, row by row."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from frameworks.compare import Side, Suggestion
from frameworks.operations.lineage import Link

#: Up to so many free parts of the older plan are offered in a select; of more, the code is typed.
MOST_OPTIONS = 60


@dataclass
class LineageRow:
    """One row of the form. `given`: what is chosen or typed; `accepted`: the suggestion is ticked."""

    new: Side
    seen: Side | None
    options: list
    given: str
    suggestion: Suggestion | None = None
    accepted: bool = False
    error: str = ""

    @property
    def name(self):
        return f"old-{self.new.pk}"

    @property
    def is_open(self):
        """Whether there is anything to choose."""
        return bool(self.options)


class LineageForm:
    """pairs: those of one page, parts of the newer plan. free: Sides of the older plan that nothing carries on.

    codes: code → id of everything on the level in the older plan. `links` and `rows` after is_valid().
    """

    def __init__(self, data, *, pairs, free, codes, proposed):
        self.data, self.codes = data, codes
        self.by_code = len(free) > MOST_OPTIONS
        self.rows = [self._row(pair, free, proposed) for pair in pairs]

    def _row(self, pair, free, proposed):
        pk, old = pair.new.pk, pair.old
        options = [] if self.by_code else [*([old] if old else []), *free]
        suggestion = proposed.get(pk)
        if self.data is None:
            given = ("" if old is None else old.code if self.by_code else str(old.pk)) or ""
            return LineageRow(pair.new, old, options, given, suggestion)
        given = self.data.get(f"old-{pk}", "").strip()
        ticked = self.data.get(f"accept-{pk}", "")
        return LineageRow(
            pair.new, old, options, given, suggestion, bool(suggestion) and ticked == str(suggestion.old.pk)
        )

    def is_valid(self):
        """Reads the rows that were sent; a row that the page did not send stays as it is."""
        self.links = []
        for row in self.rows:
            if row.name in self.data:
                link = self._link(row)
                if link:
                    self.links.append(link)
        return not any(row.error for row in self.rows)

    def _link(self, row):
        seen = _number(self.data.get(f"seen-{row.new.pk}", ""))
        old = None
        if row.given and self.by_code:
            old = self.codes.get(row.given)
            if old is None:
                row.error = _("The older plan has no %(code)s here.") % {"code": row.given}
                return None
        elif row.given:
            old = _number(row.given)
            if old is None:
                row.error = _("Choose one of the list.")
                return None
        if row.accepted and old in (None, row.suggestion.old.pk):
            old = row.suggestion.old.pk
        elif row.accepted:
            row.error = _("You chose one and ticked another: keep one of the two.")
            return None
        return Link(row.new.pk, old, seen)

    def add_problems(self, problems):
        """problems: id of the newer plan's part → words."""
        for row in self.rows:
            row.error = problems.get(row.new.pk, row.error)

    @property
    def errors(self):
        """For the summary on top: (words, id of the field)."""
        return [
            {"text": f"{row.new.code}: {row.error}", "target": f"id_{row.name}"}
            for row in self.rows
            if row.error
        ]


def _number(text):
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
