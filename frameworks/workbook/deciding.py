"""A workbook that was filled in offline, between its preview and its being saved: what is kept, and why nothing is saved."""

import hashlib
import json
from dataclasses import dataclass

from django.utils.translation import gettext as _

from frameworks.imports.results import ERROR

#: What is kept where a row was changed both in the tracker and in the workbook.
MINE, ONLINE = "mine", "online"


@dataclass(slots=True)
class Change:
    """One cell: what the tracker says now and what the workbook says, as shown. `source`: the cell."""

    label: str
    old: str
    new: str
    source: object


class Decidable:
    """What the previews of such workbooks have in common. They have `items` (with `key` and `clashing`) and `doubts`."""

    @property
    def errors(self):
        return [doubt for doubt in self.doubts if doubt.level == ERROR]

    @property
    def can_be_saved(self):
        return not self.errors

    @property
    def clashes(self):
        return [item for item in self.items if item.clashing]

    def undecided(self, choices):
        """The clashing rows that nobody has decided. choices: key of an item → MINE or ONLINE."""
        return [item for item in self.clashes if choices.get(item.key) not in (MINE, ONLINE)]


def fingerprint_of(lines):
    """The fingerprint of a preview: another one as soon as anything in `lines` (lists of texts) is another."""
    return hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()


class NotSaved(Exception):
    """Nothing was saved; `str(error)` says why, `difference` is the preview as it would be now."""

    def __init__(self, message, difference):
        super().__init__(message)
        self.difference = difference


def refuse(difference, fingerprint, choices, *, moved):
    """Raises NotSaved where the workbook cannot be saved as it was seen and decided on.

    fingerprint: of the preview that the person saw; choices: key of an item → MINE or ONLINE; moved: what to say when
    something is no longer as it was in that preview.
    """
    if not difference.can_be_saved:
        raise NotSaved(_("The workbook has errors; nothing was saved."), difference)
    if difference.fingerprint() != fingerprint:
        raise NotSaved(moved, difference)
    if difference.undecided(choices):
        raise NotSaved(_("Say for each row that was changed on both sides what is kept."), difference)
