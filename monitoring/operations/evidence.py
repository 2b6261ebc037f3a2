"""What a reported figure or activity rests on: files and links are added by the institution, and taken away while it writes."""

from urllib.parse import urlsplit

import pghistory
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from frameworks.constraints import explained
from frameworks.permissions import Permission, require_permission
from monitoring.due import due_in
from monitoring.handing_in import why_locked
from monitoring.models import Comment, Evidence, Submission
from monitoring.models.review import CommentKind
from monitoring.models.submission import SubmissionState
from monitoring.operations.reporting import DraftLocked, tidy_text

#: Files and links of one line (an activity or an indicator of a submission).
MOST_OF_A_LINE = 20
#: Handed in, and still in the reviewers' hands: what they ask for may be added.
IN_REVIEW = (SubmissionState.SUBMITTED, SubmissionState.ACCEPTED)
_check_address = URLValidator(schemes=["http", "https"])


def check_link(url):
    """The link as it is kept. Raises ValidationError for anything but a web address that any reader may open."""
    url = (url or "").strip()
    try:
        _check_address(url)
        parts = urlsplit(url)
    except (ValidationError, ValueError) as error:
        raise ValidationError(
            _(
                "Write a web address that begins with https:// or http://, for example https://www.example.org."
            )
        ) from error
    if "@" in parts.netloc:
        raise ValidationError(_("The address holds a user name. Give one that every reviewer can open."))
    return url


def asked_for_evidence(submission):
    """A reviewer's open requests on the submission, as a set of (activity id, indicator id); (None, None) is all of it."""
    return set(
        Comment.objects.filter(
            submission=submission, kind=CommentKind.EVIDENCE_REQUEST, settled_at__isnull=True
        ).values_list("activity_id", "indicator_id")
    )


def why_no_evidence(submission, at, *, activity=None, indicator=None):
    """The reason, in words, for which the institution cannot add evidence to that line at that moment; "" when it can.

    While the submission is theirs to write, and after that where a reviewer has asked for it on this line (or on the whole
    submission) and the figures are not public yet.
    """
    locked = why_locked(submission, at)
    if not locked:
        return ""
    if submission.state in IN_REVIEW:
        if submission.round.published_at is not None:
            return _("The figures of round %(round)s are published.") % {"round": submission.round}
        line = (activity.pk if activity else None, indicator.pk if indicator else None)
        if {line, (None, None)} & asked_for_evidence(submission):
            return ""
        return _("It was handed in: evidence is added where a co-lead asks for it.")
    return locked


@explained(Evidence)
def add_evidence(
    *, submission, by, at, activity=None, indicator=None, title="", url="", document=None, file_name=""
):
    """Adds a file or a link to one line of `submission`: to `activity` or to `indicator`. Returns the Evidence.

    document: a frameworks.documents.Document that was checked for EVIDENCE; file_name: what the user called it. title: what
    it shows. Raises PermissionDenied, DraftLocked (see `why_no_evidence`), or ValidationError by field: url, file, title.
    """
    title = tidy_text(title)
    if url:
        try:
            url = check_link(url)
        except ValidationError as error:
            raise ValidationError({"url": error.messages}) from error
    with transaction.atomic():
        fresh = _locked(submission, by)
        reason = why_no_evidence(fresh, at, activity=activity, indicator=indicator)
        if reason:
            raise DraftLocked(reason, fresh)
        if fresh.is_editable:
            _refuse_what_is_not_due(fresh, activity, indicator)
        row = Evidence(
            submission=fresh,
            activity=activity,
            indicator=indicator,
            title=title,
            url=url,
            added_by=by,
            added_at=at,
        )
        _refuse_doubles(row, document)
        if document is not None:
            row.file = ContentFile(document.data, name=f"evidence{document.kind.suffix}")
            row.file_name = tidy_text(file_name)[-255:]
            row.media_type, row.size = document.kind.content_type, len(document.data)
            row.sha256 = document.sha256
        row.full_clean(exclude=["submission", "activity", "indicator", "added_by"])
        with pghistory.context(user=by.pk, action="add evidence"):
            try:
                row.save(force_insert=True)
            except Exception:
                # The row is rolled back; the file was written before it.
                if row.file and row.file._committed:
                    row.file.storage.delete(row.file.name)
                raise
    return row


def remove_evidence(*, evidence, by, at):
    """Takes a file or a link away, while the institution writes; the file goes with it, the row stays in the history.

    What was handed in stays: raises DraftLocked then, PermissionDenied for somebody else's, Evidence.DoesNotExist when it is
    gone already.
    """
    with transaction.atomic():
        fresh = _locked(evidence.submission, by)
        reason = why_locked(fresh, at)
        if reason:
            raise DraftLocked(reason, fresh)
        found = Evidence.objects.filter(pk=evidence.pk, submission=fresh)
        if not found:
            raise Evidence.DoesNotExist
        with pghistory.context(user=by.pk, action="remove evidence"):
            found.remove()


def _locked(submission, by):
    """The submission as it is now, locked until the end: nobody hands it in or sends it back meanwhile."""
    fresh = Submission.objects.select_for_update(of=("self",)).select_related("round").get(pk=submission.pk)
    require_permission(by, Permission.EDIT_SUBMISSION, fresh)
    return fresh


def _refuse_what_is_not_due(submission, activity, indicator):
    due = due_in([submission])[submission.pk]
    asked = due.activities if activity is not None else due.indicators
    if (activity or indicator).pk not in {one.pk for one in asked}:
        raise ValidationError(_("This is not due from this institution in this round."))


def _refuse_doubles(row, document):
    """The same twice says no more; and what nobody can read through is no evidence."""
    line = Q(submission=row.submission, activity=row.activity, indicator=row.indicator)
    there = list(Evidence.objects.filter(line))
    if len(there) >= MOST_OF_A_LINE:
        raise ValidationError(
            _("%(most)d files and links is the most that fits here. Put several pages into one file.")
            % {"most": MOST_OF_A_LINE}
        )
    same = next((one for one in there if row.url and one.url == row.url), None)
    if same is not None:
        raise ValidationError({"url": _("This link is there already: “%(name)s”.") % {"name": same}})
    same = next((one for one in there if document is not None and one.sha256 == document.sha256), None)
    if same is not None:
        raise ValidationError(
            {"file": _("This very file is there already: “%(name)s”. Nothing was added.") % {"name": same}}
        )
