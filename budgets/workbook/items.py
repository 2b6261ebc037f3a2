"""What a preview of an uploaded budget workbook consists of: one item for each row, what is gone, and the whole of them."""

from dataclasses import dataclass, field

from budgets.workbook.columns import READ, titles_of
from frameworks.workbook.deciding import MINE, Decidable, fingerprint_of

#: What becomes of a row. CLASH: only what was changed on both sides. LEFT_OUT: nothing of it is saved. WRONG: a cell of it
#: cannot be read, and nothing else differs.
NEW, CHANGED, CLASH, SAME, LEFT_OUT, WRONG = "new", "changed", "clash", "same", "left_out", "wrong"
#: What becomes of a row that is gone. BLANK: the line stays, without a proposed amount.
REMOVE, BLANK, STAY = "remove", "blank", "stay"


@dataclass(slots=True)
class Item:
    """One row of the workbook. `record`: the row of the tracker; None for a new one.

    `taken` and `clashing`: the values that are saved, and those that were changed in the tracker as well since the
    download: column key → value. `changes`, `clashes`, `left`: the same to be shown; `left` is not saved, `why` says why.
    `action`: of a cost line, what it belongs to: an id of an action, or the Item of a new one.
    """

    sheet: str
    row: object
    record: object = None
    code: str = ""
    label: str = ""
    taken: dict = field(default_factory=dict)
    clashing: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)
    clashes: list = field(default_factory=list)
    left: list = field(default_factory=list)
    why: str = ""
    action: object = None
    activity: object = None

    @property
    def source(self):
        return self.row.source()

    @property
    def key(self):
        """What it is called in a form, and where two of them are told apart."""
        return self.record.id if self.record else f"{self.sheet}-{self.row.number}"

    @property
    def field_name(self):
        """The name of its question, where it has one."""
        return f"keep-{self.key}"

    @property
    def outcome(self):
        if self.record is None:
            return LEFT_OUT if self.why else NEW
        if self.taken:
            return CHANGED
        if self.clashing:
            return CLASH
        if self.left:
            return LEFT_OUT
        return WRONG if self.row.bad else SAME

    def saved(self, choice):
        """What is saved of it, with that choice about its clashes."""
        return self.taken | (self.clashing if choice == MINE else {})


@dataclass(slots=True)
class Gone:
    """A row of the tracker that is no longer in the workbook. `outcome`: what removing does; `why` it stays, in words."""

    record: object
    outcome: str
    why: str = ""


@dataclass
class Difference(Decidable):
    """The preview. `content`: what it was held against. `remove`: whether what is gone is to be removed."""

    content: object
    items: list
    gone: list
    doubts: tuple
    remove: bool = False

    def of(self, *outcomes):
        return [item for item in self.items if item.outcome in outcomes]

    @property
    def written(self):
        """The rows of which something is saved whatever is chosen."""
        return self.of(NEW, CHANGED)

    @property
    def left_out(self):
        """The rows of which something is not saved."""
        return [item for item in self.items if item.why]

    @property
    def same(self):
        return self.of(SAME)

    @property
    def removable(self):
        return [one for one in self.gone if one.outcome != STAY]

    @property
    def removed(self):
        return self.removable if self.remove else []

    @property
    def changes_anything(self):
        return bool(self.written or self.clashes or self.removed)

    def counts(self):
        """[(title, {outcome: rows, "gone": rows})] of the sheets."""
        titles, rows = titles_of(self.content.plan), []
        for key in READ:
            found = dict.fromkeys((NEW, CHANGED, CLASH, SAME, LEFT_OUT, WRONG, "gone"), 0)
            for item in self.items:
                if item.sheet == key:
                    # A row of which one cell clashes stands with those that ask something, once.
                    found[CLASH if item.clashing else item.outcome] += 1
            found["gone"] = sum(one.record.sheet == key for one in self.gone)
            rows.append((titles[key], found))
        return rows

    def fingerprint(self):
        """Digest of all that may be saved and of what it replaces: what is saved must be what was seen."""
        lines = [
            [
                item.key,
                item.outcome,
                [[one.label, one.old, one.new] for one in (*item.changes, *item.clashes)],
            ]
            for item in (*self.written, *self.clashes)
        ]
        lines += [[one.record.id, one.outcome] for one in self.removed]
        return fingerprint_of(lines)
