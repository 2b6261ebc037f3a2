"""What differs between two texts, line by line. Pure; whoever shows it escapes it."""

from dataclasses import dataclass
from difflib import SequenceMatcher

#: So many unchanged lines are shown around a change.
AROUND = 2


@dataclass(frozen=True, slots=True)
class DiffLine:
    """kind: "same", "out" (only in the old text), "in" (only in the new one) or "gap" (`count` unchanged lines left out)."""

    kind: str
    text: str = ""
    count: int = 0


def compare_texts(old, new):
    """DiffLines from `old` to `new`; [] when they say the same."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return []
    found = []
    opcodes = SequenceMatcher(None, before, after).get_opcodes()
    for place, (tag, a_from, a_to, b_from, b_to) in enumerate(opcodes):
        if tag == "equal":
            found += _shortened(before[a_from:a_to], first=place == 0, last=place == len(opcodes) - 1)
            continue
        found += [DiffLine("out", line) for line in before[a_from:a_to]]
        found += [DiffLine("in", line) for line in after[b_from:b_to]]
    return found


def _shortened(same, *, first, last):
    """The lines next to a change, and how many stand between them."""
    head, tail = 0 if first else AROUND, 0 if last else AROUND
    left_out = len(same) - head - tail
    if left_out <= 1:
        return [DiffLine("same", line) for line in same]
    return [
        *(DiffLine("same", line) for line in same[:head]),
        DiffLine("gap", count=left_out),
        *(DiffLine("same", line) for line in same[len(same) - tail :]),
    ]
