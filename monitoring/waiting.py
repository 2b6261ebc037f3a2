"""What waits for a person: the counts beside the navigation and on first screens."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from frameworks.permissions import Permission, scope_filter
from frameworks.sides import SIGNS
from monitoring.models import SignOff, Submission
from monitoring.models.submission import SubmissionState


@dataclass(frozen=True, slots=True)
class Waiting:
    """Numbers of submissions: to write (returned ones among them), to review, to endorse or dissent from."""

    to_write: int
    returned: int
    to_review: int
    to_sign: int

    @property
    def total(self):
        return self.to_write + self.to_review + self.to_sign


def to_review(user):
    """Submissions that a co-lead has to accept or return."""
    scope = scope_filter(user, Permission.REVIEW, plan="round__plan", pillar="pillar")
    return Submission.objects.filter(scope, state=SubmissionState.SUBMITTED)


def to_sign(user):
    """Accepted submissions of which the user's side has said nothing yet."""
    spoken = SignOff.objects.filter(submission=OuterRef("pk"), cycle=OuterRef("cycle"))
    open_to = Q(pk__in=[])
    for side, permission in SIGNS.items():
        scope = scope_filter(user, permission, plan="round__plan", pillar="pillar")
        open_to |= scope & ~Exists(spoken.filter(side=side))
    return Submission.objects.filter(open_to, state=SubmissionState.ACCEPTED)


def to_write(user, on):
    """Submissions that the user's institutions can write on that day: drafts while they may report, returned ones until
    the figures are published."""
    mine = Submission.objects.editable_by(user)
    open_now = Submission.objects.accepting(on).order_by().values("pk")
    return mine.filter(
        Q(pk__in=open_now)
        | Q(state=SubmissionState.RETURNED, round__opened_at__isnull=False, round__published_at__isnull=True)
    )


def waiting_for(user, plan, on):
    """The Waiting of a user in a plan on a day. Four counts, each on an index."""
    mine = to_write(user, on).filter(round__plan=plan)
    return Waiting(
        to_write=mine.count(),
        returned=mine.filter(state=SubmissionState.RETURNED).count(),
        to_review=to_review(user).filter(round__plan=plan).count(),
        to_sign=to_sign(user).filter(round__plan=plan).count(),
    )
