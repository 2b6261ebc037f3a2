"""What happened, and how it is judged."""

from monitoring.models.report import ReportRun
from monitoring.models.result import IndicatorResult
from monitoring.models.review import SignOff
from monitoring.models.submission import ActivityProgress, IndicatorValue, Submission

__all__ = ["ActivityProgress", "IndicatorResult", "IndicatorValue", "ReportRun", "SignOff", "Submission"]
