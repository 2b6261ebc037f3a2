"""Reading an upload of a free-form logframe again, as a person corrected it, and saving it."""

from django.utils import timezone

from frameworks.imports import read_grids
from frameworks.imports.columns import layouts_of
from frameworks.imports.difference import NEW, SAME, compare
from frameworks.imports.existing import known_institutions, load_existing
from frameworks.imports.opening import open_grids
from frameworks.imports.saving import save_logframe
from frameworks.operations.importing import asked_by


def grids_of(upload):
    """([Grid], [title of each hidden sheet]) of a kept upload. Raises UnreadableWorkbook, or OSError when it is gone."""
    with upload.file.open("rb") as file:
        return open_grids(file, filename=upload.file_name)


def read_upload(upload):
    """The ParsedWorkbook of a kept upload, by the columns that a person corrected."""
    grids, hidden = grids_of(upload)
    return read_grids(
        grids,
        filename=upload.file_name,
        known=known_institutions(),
        layouts=layouts_of(grids, upload.columns),
        hidden=hidden,
    )


def preview(upload, plan):
    """(ParsedWorkbook, Difference): what saving the upload would do to the plan as it is now."""
    parsed = read_upload(upload)
    return parsed, compare(parsed, plan, load_existing(plan), upload.answers)


def written_by(difference):
    """What a Difference wrote, level by level, as it is kept: {"goal": {"new": 1, "changed": 2}}; {} when nothing."""
    counts = {}
    for item in difference.items + difference.groups:
        if item.action != SAME:
            row = counts.setdefault(item.level, {"new": 0, "changed": 0})
            row["new" if item.action == NEW else "changed"] += 1
    return counts


def rows_to_write(difference):
    """How many things saving would create or change."""
    return sum(item.action != SAME for item in difference.items + difference.groups)


def apply_upload(upload, *, progress):
    """Saves a queued upload and returns what was written (frameworks/imports/run.py). All or nothing."""
    progress("reading", 5)
    parsed = read_upload(upload)
    difference = save_logframe(
        parsed=parsed,
        plan=upload.plan,
        by=asked_by(upload) or upload.created_by,
        at=timezone.now(),
        answers=upload.answers,
        fingerprint=upload.fingerprint,
        reason=upload.reason,
        progress=progress,
    )
    return written_by(difference)
