"""What a preview of an uploaded template consists of: one item for each row that was touched, and the whole of them."""

from dataclasses import dataclass, field

from frameworks.workbook.deciding import MINE, Decidable, fingerprint_of
from monitoring.template.columns import SHEETS, titles_of


@dataclass(slots=True)
class Item:
    """One row of the workbook that differs from the draft.

    `taken` and `clashing`: the values of the boxes that are saved, and of those that were changed online as well since
    the download: column key → value. `changes` and `clashes`: the same to be shown.
    """

    record: object
    source: object
    taken: dict = field(default_factory=dict)
    clashing: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)
    clashes: list = field(default_factory=list)

    @property
    def key(self):
        """What it is called in a form."""
        return self.record.id

    @property
    def field_name(self):
        """The name of its question, where it has one."""
        return f"keep-{self.key}"

    def saved(self, choice):
        """What is saved of it, with that choice about its clashes."""
        return self.taken | (self.clashing if choice == MINE else {})


@dataclass
class Difference(Decidable):
    """The preview. `same`: rows that change nothing, by sheet. `content`: the drafts that it was held against."""

    content: object
    items: list
    same: dict
    doubts: tuple

    @property
    def written(self):
        """The rows of which something is saved whatever is chosen."""
        return [item for item in self.items if item.taken]

    @property
    def changes_anything(self):
        return bool(self.items)

    def counts(self):
        """[(title, changed, clashing, same)] of the sheets that were read."""
        titles, rows = titles_of(self.content.plan), []
        for sheet in SHEETS:
            mine = [item for item in self.items if item.record.sheet == sheet.key]
            if mine or sheet.key in self.same:
                changed = sum(bool(item.taken) for item in mine)
                clashing = sum(bool(item.clashing) for item in mine)
                rows.append((titles[sheet.key], changed, clashing, self.same.get(sheet.key, 0)))
        return rows

    def fingerprint(self):
        """Digest of all that may be saved and of what it replaces: what is saved must be what was seen."""
        lines = [
            [item.record.id, [[one.label, one.old, one.new] for one in (*item.changes, *item.clashes)]]
            for item in self.items
        ]
        return fingerprint_of(lines)
