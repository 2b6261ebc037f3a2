"""What a preview consists of: one item per thing of the plan, and the whole of them."""

import hashlib
import json
from dataclasses import dataclass, field

from frameworks.imports.results import ERROR

NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass
class Item:
    """One thing of the plan. `instance` is the row to save (already holding the new values), `changes` old and new."""

    level: str
    action: str
    code: str
    label: str
    source: object
    instance: object
    parsed: object
    parent: object = None
    changes: list = field(default_factory=list)  # (label, old, new), as shown
    extra: dict = field(default_factory=dict)  # what saving.py needs beside the row


@dataclass
class Difference:
    """The preview. `can_be_saved` is False while any error stands."""

    plan: object
    items: list
    left: list  # (level, code, label) in the plan, not in the workbook
    whos: dict
    doubts: list
    groups: list = field(default_factory=list)

    @property
    def errors(self):
        return [doubt for doubt in self.doubts if doubt.level == ERROR]

    @property
    def can_be_saved(self):
        return not self.errors

    @property
    def new_institutions(self):
        return list({id(who): who for who in self.whos.values() if who.is_new}.values())

    @property
    def changes_anything(self):
        return bool(self.new_institutions) or any(item.action != SAME for item in self.items + self.groups)

    def counts(self):
        """[(level, {"new": n, "changed": n, "same": n, "left": n})] in the order of the results chain."""
        levels = ("pillar", "goal", "output", "activity", "indicator", "group")
        rows = []
        for level in levels:
            mine = [item for item in self.items + self.groups if item.level == level]
            row = {action: sum(item.action == action for item in mine) for action in (NEW, CHANGED, SAME)}
            row["left"] = sum(one[0] == level for one in self.left)
            if any(row.values()):
                rows.append((level, row))
        return rows

    def fingerprint(self):
        """Digest of everything that saving would write: what is saved must be what was seen."""
        lines = [
            [
                item.level,
                item.action,
                item.code,
                item.label,
                [[str(part) for part in change] for change in item.changes],
            ]
            for item in self.items + self.groups
        ]
        lines.append(sorted([name, who.institution.code, who.is_new] for name, who in self.whos.items()))
        return hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()
