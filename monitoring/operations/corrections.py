"""Keeping the course corrections of an activity; called by operations/reporting.py, which locks and checks the draft."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from monitoring.cells import tidy_text
from monitoring.corrections import MOST, as_correction, box, correction_problems
from monitoring.models import CourseCorrection


def saved_corrections(progress):
    """place → CourseCorrection of an ActivityProgress; {} of one that is not saved."""
    return {one.order: one for one in progress.corrections.all()} if progress and progress.pk else {}


def checked_corrections(told):
    """place → Correction with tidy texts. Raises ValidationError by box name."""
    if any(not 1 <= place <= MOST for place in told):
        raise ValidationError(_("At most %(most)d course corrections fit.") % {"most": MOST})
    tidy, errors = {}, {}
    for place, one in told.items():
        texts = {name: tidy_text(getattr(one, name)) for name in ("cause", "measure", "owner")}
        tidy[place] = replace(one, **texts)
        errors |= {box(place, part): words for part, words in correction_problems(tidy[place])}
    if errors:
        raise ValidationError(errors)
    return tidy


def changed_corrections(progress, told):
    """place → Correction: those of `told` that differ from what is saved."""
    saved = saved_corrections(progress) if told else {}
    changed = {}
    for place, one in told.items():
        was = as_correction(saved.get(place))
        if one.is_blank and place not in saved:
            continue
        kept = one if one.is_done is not None else replace(one, is_done=bool(was.is_done))
        if one.is_blank or kept != was:
            changed[place] = kept
    return changed


def write_corrections(progress, changed):
    """Writes what `changed_corrections` found; a blank one is removed. The history keeps it."""
    if not changed:
        return
    saved = saved_corrections(progress)
    for place, one in sorted(changed.items()):
        row = saved.get(place) or CourseCorrection(progress=progress, order=place)
        if one.is_blank:
            row.delete()
            continue
        row.cause, row.measure, row.owner = one.cause, one.measure, one.owner
        row.due_on, row.is_done = one.due_on, bool(one.is_done)
        row.save()
