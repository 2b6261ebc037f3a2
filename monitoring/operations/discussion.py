"""What is said about a submission: comments on its lines, evidence asked for, notes of what to change, answers."""

from datetime import timedelta

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from frameworks.models import Activity, Indicator, Institution, Role
from frameworks.permissions import Permission, require_permission, seat_for
from frameworks.workflow import StateConflict
from monitoring.cells import TEXT_LENGTH
from monitoring.discussion import TO_SETTLE, may_ask_for_evidence, may_settle
from monitoring.due import due_in
from monitoring.lines import WHOLE, LineKey
from monitoring.models import Comment, Submission
from monitoring.models.review import CommentKind
from monitoring.operations.reporting import tidy_text
from monitoring.telling import tell_of_comment

#: The same words again within this time are one comment that was sent twice.
DOUBLE_CLICK = timedelta(minutes=1)


def speaker(user, permission, submission):
    """How `user` speaks of the submission: "CSO co-lead, Belun". Written down, because seats change hands."""
    seat = seat_for(user, permission, submission)
    if seat is None:
        return ""
    institution = Institution.objects.filter(pk=seat.institution_id).first() if seat.institution_id else None
    role = str(Role(seat.role).label)
    return f"{role}, {institution}"[:200] if institution else role


@transaction.atomic
def add_comment(*, submission, by, at, text, line=WHOLE, kind=CommentKind.COMMENT, cycle=None):
    """Adds a comment, or a request for evidence, on a line. cycle: the version that the page showed; None: the present one.

    Raises PermissionDenied (not theirs to read or to ask), StateConflict (nothing was handed in yet), ValidationError with
    `text`.
    """
    submission = _readable(submission, by)
    require_permission(by, Permission.COMMENT, submission)
    if kind == CommentKind.RETURN_NOTE:
        raise TypeError("Notes of what to change are written by returning (operations/reviewing.py: act).")
    if kind == CommentKind.EVIDENCE_REQUEST:
        if not may_ask_for_evidence(by, submission):
            raise PermissionDenied(_("Evidence is asked for by those who review, not by who reports."))
        if line.is_whole:
            raise ValidationError({"text": _("Ask for evidence at the line that it is about.")})
    text = _checked(text)
    if submission.cycle == 0:
        raise StateConflict(_("Nothing was handed in yet: there is nothing to comment on."), submission)
    if not line.is_whole and line not in known_lines(submission):
        raise ValidationError({"text": _("This line is no longer part of the submission.")})
    return _write(
        by,
        "ask for evidence" if kind == CommentKind.EVIDENCE_REQUEST else "comment",
        Comment(
            submission=submission,
            cycle=cycle if cycle and cycle <= submission.cycle else submission.cycle,
            activity_id=line.activity_id,
            indicator_id=line.indicator_id,
            kind=kind,
            text=text,
            by=by,
            spoke_as=speaker(by, Permission.COMMENT, submission),
            at=at,
        ),
    )


@transaction.atomic
def answer(*, comment, by, at, text):
    """Answers a comment, a request or a note; answers stand in one row below the first word. Raises as `add_comment`."""
    submission = _readable(comment.submission, by)
    require_permission(by, Permission.COMMENT, submission)
    first = comment.parent or comment
    return _write(
        by,
        "answer",
        Comment(
            submission=submission,
            cycle=submission.cycle,
            activity_id=first.activity_id,
            indicator_id=first.indicator_id,
            parent=first,
            text=_checked(text),
            by=by,
            spoke_as=speaker(by, Permission.COMMENT, submission),
            at=at,
        ),
    )


@transaction.atomic
def settle(*, comment, by, at, done=True):
    """Marks a request or a note as seen to, or (done False) as open again. Twice is no error. Returns the Comment."""
    submission = _readable(comment.submission, by)
    comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if comment.kind not in TO_SETTLE:
        raise ValidationError(
            _("Only requests for evidence and notes of what to change are marked as seen to.")
        )
    if not may_settle(by, comment, submission):
        raise PermissionDenied(_("Your seats do not allow this."))
    if done == (comment.settled_at is not None):
        return comment
    comment.settled_at, comment.settled_by = (at, by) if done else (None, None)
    with pghistory.context(user=by.pk, action="settle" if done else "open again"):
        comment.save(update_fields=["settled_at", "settled_by"])
    return comment


@transaction.atomic
def mark_notes(*, submission, by, at, done=(), undone=()):
    """Marks notes of what to change by their ids, as `settle` does; ids of anything else are passed over."""
    rows = Comment.objects.filter(
        Q(pk__in=done, settled_at__isnull=True) | Q(pk__in=undone, settled_at__isnull=False),
        submission=submission,
        kind=CommentKind.RETURN_NOTE,
    ).select_related("submission")
    for comment in rows:
        settle(comment=comment, by=by, at=at, done=comment.pk in done)


def checked_notes(submission, notes):
    """The notes (LineKey → text) that say something, in the order of the lines' codes, with those: {LineKey: (code, text)}.

    Raises ValidationError by the line's name for what is too long or on no line of the submission.
    """
    told = {line: tidy_text(text) for line, text in notes.items()}
    told = {line: text for line, text in told.items() if text}
    if not told:
        return {}
    codes, errors = known_lines(submission), {}
    for line, text in told.items():
        if line not in codes:
            errors[line.name] = _("This line is no longer part of the submission.")
        elif len(text) > TEXT_LENGTH:
            errors[line.name] = too_long(text)
    if errors:
        raise ValidationError(errors)
    return {line: (codes[line], told[line]) for line in codes if line in told}


def add_return_notes(*, submission, by, at, notes):
    """Writes the notes (LineKey → text, checked) that go with a return; inside its transaction, by the one who returns."""
    spoke_as = speaker(by, Permission.REVIEW, submission)
    with pghistory.context(user=by.pk, action="return"):
        return Comment.objects.bulk_create(
            Comment(
                submission=submission,
                cycle=submission.cycle,
                activity_id=line.activity_id,
                indicator_id=line.indicator_id,
                kind=CommentKind.RETURN_NOTE,
                text=text,
                by=by,
                spoke_as=spoke_as,
                at=at,
            )
            for line, text in notes.items()
        )


def known_lines(submission):
    """LineKey → code of everything that the submission tells about, or is asked for while it is being written. In order."""
    lines = {}
    for row in Activity.objects.filter(progress__submission=submission):
        lines[LineKey(activity_id=row.pk)] = row
    for row in Indicator.objects.filter(values__submission=submission).distinct():
        lines[LineKey(indicator_id=row.pk)] = row
    if submission.is_editable:
        due = due_in([submission])[submission.pk]
        lines |= {LineKey(activity_id=one.pk): one for one in due.activities}
        lines |= {LineKey(indicator_id=one.pk): one for one in due.indicators}
    return {line: row.code for line, row in sorted(lines.items(), key=lambda item: item[1].sort_key)}


def _readable(submission, by):
    """The submission as it is now, if the person may read it now; nobody returns it until the transaction ends."""
    fresh = (
        Submission.objects.visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("round__plan", "institution", "pillar")
        .filter(pk=submission.pk)
        .first()
    )
    if fresh is None:
        raise PermissionDenied(_("It is not yours to read now."))
    return fresh


def _checked(text):
    text = tidy_text(text)
    if not text:
        raise ValidationError({"text": _("Write something.")})
    if len(text) > TEXT_LENGTH:
        raise ValidationError({"text": too_long(text)})
    return text


def too_long(text):
    """Why a text does not fit, in words."""
    return _("This text has %(length)d characters; at most %(most)d fit.") % {
        "length": len(text),
        "most": TEXT_LENGTH,
    }


def _write(by, action, comment):
    """Saves it, unless the same person said the same in the same place a moment ago: a double click."""
    twin = Comment.objects.filter(
        submission=comment.submission,
        activity=comment.activity_id,
        indicator=comment.indicator_id,
        parent=comment.parent,
        kind=comment.kind,
        by=by,
        text=comment.text,
        at__gt=comment.at - DOUBLE_CLICK,
    ).first()
    if twin is not None:
        return twin
    with pghistory.context(user=by.pk, action=action):
        comment.save(force_insert=True)
        tell_of_comment(comment)
    return comment
