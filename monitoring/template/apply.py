"""Saves what the preview of an uploaded template showed as the drafts of the institution: all or nothing."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.workbook.deciding import NotSaved, refuse
from monitoring.models import Submission
from monitoring.operations.reporting import save_activity, save_indicators
from monitoring.operations.template import close_upload
from monitoring.template.compare import compare, reported_of, story_of
from monitoring.template.content import load_content
from monitoring.template.parse import read_template


def read_upload(upload):
    """The Parsed template of a kept upload. Raises UnreadableWorkbook, or OSError when the file is gone."""
    with upload.file.open("rb") as file:
        return read_template(
            file, filename=upload.file_name, round=upload.round, institution=upload.institution
        )


def preview(upload, *, at):
    """The Difference between a kept upload and the drafts as they are now."""
    return compare(
        read_upload(upload), load_content(round=upload.round, institution=upload.institution, at=at)
    )


def apply_upload(*, upload, by, at, fingerprint, choices):
    """Saves a previewed upload and returns the Difference that was saved.

    `fingerprint`: of the preview that the person saw; `choices`: record id → MINE or ONLINE for the rows that were
    changed on both sides. Raises NotSaved; PermissionDenied; StateConflict (409) when the upload is saved or gone.
    """
    try:
        with transaction.atomic():
            # In one order: two uploads at once, or an upload and a page, come in one after the other.
            drafts = Submission.objects.filter(round=upload.round, institution=upload.institution)
            list(drafts.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
            difference = preview(upload, at=at)
            moved = _("The draft has changed since this preview. Look at the new preview before you save.")
            refuse(difference, fingerprint, choices, moved=moved)
            saved = _save(difference, choices, by, at)
            close_upload(upload=upload, by=by, at=at, summary={"rows": saved})
    except ValidationError as error:
        # The rules were checked at their cells; this is a rule that only saving knows.
        raise NotSaved(" ".join(error.messages), preview(upload, at=at)) from error
    return difference


def _save(difference, choices, by, at):
    """Saves page by page through the operations that the pages use. Returns how many rows were written."""
    pages, written = defaultdict(list), 0
    for item in difference.items:
        values = item.saved(choices.get(item.record.id))
        if values:
            record, written = item.record, written + 1
            pages[record.submission, record.activity].append((record, values))
    for (submission, activity), rows in pages.items():
        version = difference.content.versions[submission.pk, activity.pk if activity else None]
        values = {
            record.cell: reported_of(record, changed) for record, changed in rows if record.cell is not None
        }
        if activity is None:
            save_indicators(submission=submission, by=by, at=at, version=version, values=values)
            continue
        story = next((story_of(record, changed) for record, changed in rows if record.cell is None), None)
        told = {}
        if story is not None and story.is_valid():
            told = {"corrections": story.told_corrections(), "spending": story.told_spending()}
        save_activity(
            submission=submission,
            activity=activity,
            by=by,
            at=at,
            version=version,
            progress=story.told() if told else {},
            values=values,
            **told,
        )
    return written
