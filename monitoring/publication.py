"""What may go to the public, as a condition in SQL; `results.publishable` is the same rule in Python."""

from django.db.models import Exists, OuterRef, Q

from monitoring.models import SignOff
from monitoring.models.review import Side
from monitoring.models.submission import SubmissionState


def publishable_submissions():
    """A Q on Submission, the same rule as results.publishable: both sides endorsed, or both spoke and one dissents."""

    def spoke(side):
        return Exists(SignOff.objects.filter(submission=OuterRef("pk"), cycle=OuterRef("cycle"), side=side))

    return Q(state=SubmissionState.ENDORSED) | (
        Q(state=SubmissionState.ACCEPTED) & spoke(Side.GOVERNMENT) & spoke(Side.CSO)
    )
