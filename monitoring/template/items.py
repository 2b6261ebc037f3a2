"""What a preview of an uploaded template consists of: one item for each row that was touched, and the whole of them."""

import hashlib
import json
from dataclasses import dataclass, field

from frameworks.imports.results import ERROR
from monitoring.template.columns import SHEETS, titles_of

#: What is kept where a row was changed both online and in the workbook.
MINE, ONLINE = "mine", "online"


@dataclass(slots=True)
class Change:
    """One box: what the draft says now and what the workbook says, as shown. `source`: its cell."""

    label: str
    old: str
    new: str
    source: object


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
    def field_name(self):
        """The name of its question, where it has one."""
        return f"keep-{self.record.id}"

    def saved(self, choice):
        """What is saved of it, with that choice about its clashes."""
        return self.taken | (self.clashing if choice == MINE else {})


@dataclass
class Difference:
    """The preview. `same`: rows that change nothing, by sheet. `content`: the drafts that it was held against."""

    content: object
    items: list
    same: dict
    doubts: tuple

    @property
    def errors(self):
        return [doubt for doubt in self.doubts if doubt.level == ERROR]

    @property
    def written(self):
        """The rows of which something is saved whatever is chosen."""
        return [item for item in self.items if item.taken]

    @property
    def clashes(self):
        return [item for item in self.items if item.clashing]

    @property
    def can_be_saved(self):
        return not self.errors

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

    def undecided(self, choices):
        """The clashing rows that nobody has decided. choices: record id → MINE or ONLINE."""
        return [item for item in self.clashes if choices.get(item.record.id) not in (MINE, ONLINE)]

    def fingerprint(self):
        """Digest of all that may be saved and of what it replaces: what is saved must be what was seen."""
        lines = [
            [item.record.id, [[one.label, one.old, one.new] for one in (*item.changes, *item.clashes)]]
            for item in self.items
        ]
        return hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()
