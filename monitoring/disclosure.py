"""Small cells in what the public sees (DOMAIN.md, "People": small cells (< 5) suppressed in public outputs).

Pure. For counts of people. Where a count is hidden, its share and its bar must be hidden too, and every
hidden cell must carry the same mark: telling "small" from "hidden to protect another" would give the small
ones away. One breakdown at a time: it does not see that two published breakdowns cross. Of places that lie in
places (`suppress_nested`) every level is one.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from monitoring.progress.figures import ZERO, add, checked, required, subtract

SMALL = Decimal(5)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Suppression(Generic[Key]):
    """``hidden``: keys of the cells not to publish. ``total_hidden``: nor the total."""

    hidden: frozenset[Key]
    total_hidden: bool


def is_small(value: Decimal | None, threshold: Decimal = SMALL) -> bool:
    """Whether a count by itself must not be published: not 0, and below ``threshold``.

    Zero and blank are not small: a zero tells of nobody, and turning it blank would be a false report. A
    negative count of people is a mistake; it is not published either.
    """
    value = checked("value", value)
    return value is not None and value != ZERO and value < threshold


def suppress(
    cells: Mapping[Key, Decimal | None], *, total: Decimal | None, threshold: Decimal = SMALL
) -> Suppression[Key]:
    """What to hide of one breakdown so that no hidden cell can be worked out from the rest.

    ``total``: the total published beside the cells, which add up to it; None when none is published anywhere.
    A remainder that is published ("unknown") is a cell. Blank cells stay blank and are never hidden.

    First every small cell. Then, with a total, the next smallest as well, until the hidden cells together are
    no small cell either and hold at least two different values; cells of equal size go together, zeros last.
    If even that cannot be had, or the total is itself small, the total is hidden too.

    Why two different values: which cells are hidden depends on the values only, never on their order. So
    whoever knows this rule, the total and all cells shown could swap two unlike hidden values and would see
    the same table, and cannot know either. Two equal hidden cells may give themselves away (1 + 1 = 2; 4 + 4
    where 5 is shown).

    Raises ValueError for a threshold below 3 (with 2, hidden would mean 1), TypeError for anything but
    Decimal.
    """
    if required("threshold", threshold) < 3:
        raise ValueError(f"threshold must be 3 or more, not {threshold}")
    counts = {key: checked(f"cell {key}", value) for key, value in cells.items() if value is not None}
    hidden = {key for key, value in counts.items() if is_small(value, threshold)}
    total_small = is_small(total, threshold)
    if total is None or not hidden:
        return Suppression(frozenset(hidden), total_small)

    larger = sorted({value for value in counts.values() if value >= threshold})
    for size in larger:
        if _protected(hidden, counts, threshold):
            break
        hidden |= {key for key, value in counts.items() if value == size}
    if not _unlike(hidden, counts):
        hidden |= {key for key, value in counts.items() if value == ZERO}
    return Suppression(frozenset(hidden), total_small or not _unlike(hidden, counts))


_REST = object()


def suppress_nested(
    cells: Mapping[Key, Decimal | None],
    inside: Mapping[Key, Key | None],
    *,
    total: Decimal | None,
    threshold: Decimal = SMALL,
) -> Suppression[Key]:
    """The same where some cells are details of others: ``inside`` says of which (None: of the total).

    Each cell is the total of its details; what they leave of it is nowhere published, and so protects them as
    a cell of its own. From the innermost level outwards: a cell that has to be hidden for the sake of its
    details takes its neighbours with it. Then from the outside inwards: what is hidden is not told by its
    details either.
    """
    groups: dict = {}
    for key, value in cells.items():
        groups.setdefault(inside.get(key), {})[key] = value

    def depth(key):
        steps = 0
        while key is not None:
            key, steps = inside.get(key), steps + 1
        return steps

    hidden: set = set()
    total_hidden = is_small(total, threshold)
    for holder in sorted(groups, key=depth, reverse=True):
        members = groups[holder]
        whole = total if holder is None else cells[holder]
        found = suppress(_with_rest(members, whole, holder), total=whole, threshold=threshold)
        hide, whole_hidden = set(found.hidden) - {_REST}, found.total_hidden
        if (hidden & members.keys()) - hide:
            hide |= {key for key, value in members.items() if value is not None}
            whole_hidden = whole_hidden or not _unlike(hide, members)
        hidden |= hide
        if holder is None:
            total_hidden = total_hidden or whole_hidden
        elif whole_hidden:
            hidden.add(holder)
    for key in sorted(cells, key=depth):
        if inside.get(key) in hidden and cells[key] is not None:
            hidden.add(key)
    return Suppression(frozenset(hidden), total_hidden)


def _with_rest(members, whole, holder):
    known = [value for value in members.values() if value is not None]
    rest = subtract(whole, add(*known)) if holder is not None and whole is not None else ZERO
    return members | {_REST: rest} if rest > 0 else members


def _unlike(hidden: set[Key], counts: Mapping[Key, Decimal]) -> bool:
    return len({counts[key] for key in hidden}) > 1


def _protected(hidden: set[Key], counts: Mapping[Key, Decimal], threshold: Decimal) -> bool:
    return _unlike(hidden, counts) and add(*(counts[key] for key in hidden)) >= threshold
