"""What a preview of a workbook consists of: one item for each row, what would be taken out, and the whole of them."""

from dataclasses import dataclass, field

from frameworks.imports.results import ERROR
from frameworks.workbook.deciding import fingerprint_of

NEW, CHANGED, SAME = "new", "changed", "same"
#: What becomes of something that is in the plan and no longer in the workbook.
RETIRE, DELETE, KEEP = "retire", "delete", "keep"


@dataclass
class Item:
    """One row of the workbook. `instance`: the row to save, holding the new values; `fields`: those that changed.

    changes: (label, old, new) as shown. said: the same in no language. extra: what saving needs beside the row.
    """

    sheet: str
    action: str
    code: str
    label: str
    source: object
    instance: object
    row: object = None
    record: object = None
    changes: list = field(default_factory=list)
    said: list = field(default_factory=list)
    fields: set = field(default_factory=set)
    extra: dict = field(default_factory=dict)


@dataclass
class Gone:
    """Something of the plan whose row is no longer there. outcome: what happens when missing things are taken out."""

    sheet: str
    code: str
    label: str
    record: object
    outcome: str


@dataclass
class Difference:
    """The preview. `titles`: sheet → its name. `can_be_saved` is False while any error stands."""

    plan: object
    titles: dict
    items: list
    gone: list
    doubts: tuple
    remove_missing: bool
    needs_reason: str = ""
    content: object = None

    @property
    def errors(self):
        return [doubt for doubt in self.doubts if doubt.level == ERROR]

    @property
    def can_be_saved(self):
        return not self.errors

    @property
    def taken_out(self):
        """What saving retires or deletes."""
        return [one for one in self.gone if one.outcome != KEEP] if self.remove_missing else []

    @property
    def written(self):
        return [item for item in self.items if item.action != SAME]

    @property
    def changes_anything(self):
        return bool(self.written or self.taken_out)

    def counts(self):
        """[(sheet, title, {"new": n, "changed": n, "same": n, "gone": n})] of the sheets that were read."""
        rows = {}
        for item in self.items:
            rows.setdefault(item.sheet, {NEW: 0, CHANGED: 0, SAME: 0, "gone": 0})[item.action] += 1
        for one in self.gone:
            rows.setdefault(one.sheet, {NEW: 0, CHANGED: 0, SAME: 0, "gone": 0})["gone"] += 1
        return [(sheet, title, rows[sheet]) for sheet, title in self.titles.items() if sheet in rows]

    def written_by_sheet(self):
        """{sheet: {"new": n, "changed": n, "removed": n}} of what saving writes; sheets without any are left out."""
        found = {}
        for item in self.written:
            found.setdefault(item.sheet, {"new": 0, "changed": 0, "removed": 0})[item.action] += 1
        for one in self.taken_out:
            found.setdefault(one.sheet, {"new": 0, "changed": 0, "removed": 0})["removed"] += 1
        return found

    def fingerprint(self):
        """Digest of everything that saving would write: what is saved must be what was seen."""
        lines = [[item.sheet, item.action, item.code, item.label, item.said] for item in self.written]
        lines += [[one.sheet, one.outcome, one.code, one.record.id] for one in self.taken_out]
        return fingerprint_of(lines)
