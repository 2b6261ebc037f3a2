"""What happened, and how it is judged."""

from monitoring.models.correction import CourseCorrection
from monitoring.models.evidence import Evidence
from monitoring.models.handover import Handover
from monitoring.models.report import ReportFile, ReportRun
from monitoring.models.result import IndicatorResult
from monitoring.models.review import CoLeadRating, Comment, SignOff, SubmissionVersion, Verification
from monitoring.models.submission import ActivityProgress, IndicatorValue, Submission
from monitoring.models.upload import ReportUpload

__all__ = [
    "ActivityProgress",
    "CoLeadRating",
    "Comment",
    "CourseCorrection",
    "Evidence",
    "Handover",
    "IndicatorResult",
    "IndicatorValue",
    "ReportFile",
    "ReportRun",
    "ReportUpload",
    "SignOff",
    "Submission",
    "SubmissionVersion",
    "Verification",
]
