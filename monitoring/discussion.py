"""Everything that was said of submissions, loaded once and put to its lines: what pages and queues show; and who may say what."""

from collections import defaultdict
from dataclasses import dataclass, field

from frameworks.permissions import Permission, has_permission
from frameworks.sides import side_of
from monitoring.lines import WHOLE, LineKey, line_of
from monitoring.models import CoLeadRating, Comment, Evidence, Verification
from monitoring.models.review import CommentKind, Side
from monitoring.models.submission import REVIEWABLE_STATES, ActivityStatus, SubmissionState
from monitoring.version_records import changes_since

#: What somebody can see to, and then say so.
TO_SETTLE = (CommentKind.EVIDENCE_REQUEST, CommentKind.RETURN_NOTE)
#: A side rates while the decision is open; what was endorsed by both is settled.
RATED_STATES = (SubmissionState.SUBMITTED, SubmissionState.ACCEPTED)


# Who may


def may_ask_for_evidence(user, submission):
    """Whoever may comment, except the institution that reports: it would ask itself."""
    own = has_permission(user, Permission.EDIT_SUBMISSION, submission)
    return has_permission(user, Permission.COMMENT, submission) and (
        not own or has_permission(user, Permission.REVIEW, submission)
    )


def may_settle(user, comment, submission):
    """A request: who asked, and both co-leads. A note of what to change: the institution, and both co-leads."""
    if comment.kind not in TO_SETTLE:
        return False
    if has_permission(user, Permission.REVIEW, submission):
        return True
    if comment.kind == CommentKind.RETURN_NOTE:
        return has_permission(user, Permission.EDIT_SUBMISSION, submission)
    return comment.by_id == user.pk and has_permission(user, Permission.COMMENT, submission)


# What was said


@dataclass(frozen=True, slots=True)
class Thread:
    """A first word with its answers. has_evidence: something was added to the line after it was asked for."""

    comment: Comment
    answers: tuple
    version: int
    may_settle: bool = False
    has_evidence: bool = False

    @property
    def is_earlier(self):
        """Said of an earlier version than the present one."""
        return self.comment.cycle < self.version

    @property
    def is_request(self):
        return self.comment.kind == CommentKind.EVIDENCE_REQUEST

    @property
    def is_note(self):
        return self.comment.kind == CommentKind.RETURN_NOTE

    @property
    def is_open(self):
        return self.comment.kind in TO_SETTLE and self.comment.settled_at is None

    @property
    def key(self):
        return line_of(self.comment)


@dataclass(frozen=True, slots=True)
class Voice:
    """How one side sees an activity; `rating` None: it has not said."""

    side: Side
    rating: CoLeadRating | None
    differs: bool = False

    @property
    def status(self):
        return ActivityStatus(self.rating.status) if self.rating else None


@dataclass
class Discussion:
    """One submission: its threads, its ratings and verifications, and what its present version changed (None: the first)."""

    submission: object
    user: object
    threads: list = field(default_factory=list)
    ratings: dict = field(
        default_factory=dict
    )  # (activity id, side) → the CoLeadRating of the present version
    earlier_ratings: dict = field(
        default_factory=lambda: defaultdict(list)
    )  # activity id → older ones, latest first
    verifications: dict = field(
        default_factory=dict
    )  # indicator id → the Verification of the present version
    earlier_verifications: dict = field(default_factory=lambda: defaultdict(list))
    since: object = None
    #: What was typed and refused (views/discussion.py: Typed), to be shown where it was typed.
    typed: object = None

    def at(self, key):
        """The threads of a line, in the order in which they were begun."""
        return [one for one in self.threads if one.key == key]

    @property
    def of_whole(self):
        return self.at(WHOLE)

    @property
    def notes(self):
        """What the latest return asked to change. Those of earlier returns stay at their lines."""
        handed_in = self.submission.state in REVIEWABLE_STATES
        returned = self.submission.cycle - 1 if handed_in else self.submission.cycle
        return [one for one in self.threads if one.is_note and one.comment.cycle == returned]

    @property
    def requests(self):
        """Requests for evidence that nobody has marked as seen to."""
        return [one for one in self.threads if one.is_request and one.is_open]

    @property
    def unanswered_requests(self):
        return [one for one in self.requests if not one.has_evidence]

    @property
    def open_notes(self):
        return [one for one in self.notes if one.is_open]

    @property
    def done_notes(self):
        return [one for one in self.notes if not one.is_open]

    @property
    def first_anchor(self):
        """Where on the submission's page the first word stands."""
        return f"c{self.threads[0].comment.pk}" if self.threads else ""

    def voices(self, entry):
        """Both sides on an activity (a sheets.Entry), always both and always in the same order."""
        told = entry.progress.status if entry.progress else ""
        found = []
        for side in Side:
            rating = self.ratings.get((entry.activity.pk, side))
            found.append(Voice(side, rating, rating is not None and rating.status != told))
        return found

    @property
    def my_side(self):
        """The side that the reader may rate for now, or None."""
        return side_of(self.user, self.submission) if self.submission.state in RATED_STATES else None

    @property
    def may_comment(self):
        """From the first hand-in on; a draft is its institution's alone."""
        return bool(self.submission.cycle) and has_permission(self.user, Permission.COMMENT, self.submission)

    @property
    def may_ask(self):
        return self.may_comment and may_ask_for_evidence(self.user, self.submission)

    @property
    def may_verify(self):
        return self.submission.state in REVIEWABLE_STATES and has_permission(
            self.user, Permission.VERIFY, self.submission
        )

    @property
    def comments(self):
        """How many words there are, answers among them."""
        return sum(1 + len(one.answers) for one in self.threads)


def load_discussions(submissions, user):
    """submission id → Discussion, for submissions (with `round` loaded) that the user may read.

    At most five queries: none while nothing was ever handed in, three until evidence is asked for or something comes anew.
    """
    found = {one.pk: Discussion(one, user) for one in submissions}
    spoken = {pk: one for pk, one in found.items() if one.submission.cycle}
    if not spoken:
        return found
    rows = Comment.objects.filter(submission__in=spoken).select_related(
        "by", "settled_by", "activity", "indicator"
    )
    first, answers = [], defaultdict(list)
    for row in rows.order_by("at", "pk"):
        if row.parent_id is None:
            first.append(row)
        else:
            answers[row.parent_id].append(row)
    evidence = _evidence({row.submission_id for row in first if row.kind == CommentKind.EVIDENCE_REQUEST})
    for row in first:
        discussion = spoken[row.submission_id]
        discussion.threads.append(
            Thread(
                row,
                tuple(answers[row.pk]),
                discussion.submission.cycle,
                may_settle(user, row, discussion.submission),
                any(at > row.at for at in evidence[row.submission_id, line_of(row)]),
            )
        )
    _add_ratings(spoken)
    _add_verifications(spoken)
    if any(one.submission.cycle > 1 for one in spoken.values()):
        for pk, since in changes_since([one.submission for one in spoken.values()]).items():
            spoken[pk].since = since
    return found


def _evidence(submissions):
    """(submission id, line) → when evidence was added to it."""
    found = defaultdict(list)
    if submissions:
        for row in Evidence.objects.filter(submission__in=submissions):
            found[row.submission_id, line_of(row)].append(row.added_at)
    return found


def _add_ratings(found):
    rows = CoLeadRating.objects.filter(submission__in=found).select_related("by")
    for row in rows.order_by("-cycle", "side"):
        discussion = found[row.submission_id]
        if row.cycle == discussion.submission.cycle:
            discussion.ratings[row.activity_id, Side(row.side)] = row
        else:
            discussion.earlier_ratings[row.activity_id].append(row)


def _add_verifications(found):
    rows = Verification.objects.filter(submission__in=found).select_related("by")
    for row in rows.order_by("-cycle", "pk"):
        discussion = found[row.submission_id]
        if row.cycle == discussion.submission.cycle:
            discussion.verifications[row.indicator_id] = row
        else:
            discussion.earlier_verifications[row.indicator_id].append(row)


def load_discussion(submission, user):
    return load_discussions([submission], user)[submission.pk]


def line_code(comment):
    """The code of the line that a comment (with `activity` and `indicator` loaded) is on; "" for the whole."""
    row = comment.activity or comment.indicator
    return row.code if row else ""


__all__ = [
    "RATED_STATES",
    "TO_SETTLE",
    "Discussion",
    "LineKey",
    "Thread",
    "Voice",
    "line_code",
    "load_discussion",
    "load_discussions",
    "may_ask_for_evidence",
    "may_settle",
]
