"""What saving a workbook would do to a plan: created, changed, unchanged, left alone. Computed, never written here.

The rule (one of the "what goes wrong in peer systems" of DOMAIN.md: nobody may wonder whether an import adds or
overwrites): what the workbook holds is created or changed to what it says; a blank never overwrites; what the workbook
does not hold is left as it is. An import never deletes.
"""

from frameworks.imports.chain import Chain
from frameworks.imports.items import CHANGED, NEW, SAME, Difference, Item
from frameworks.imports.who import resolve_people

__all__ = ["CHANGED", "NEW", "SAME", "Difference", "Item", "compare"]


def compare(parsed, plan, existing, answers=None):
    """The Difference between a ParsedWorkbook and a plan (unsaved when the import creates it)."""
    whos, doubts = resolve_people(parsed, existing, answers or {}, plan.country)
    builder = Chain(parsed, plan, existing, whos, [*parsed.doubts, *doubts])
    builder.run()
    return Difference(plan, builder.items, builder.left(), whos, builder.doubts, builder.groups)
