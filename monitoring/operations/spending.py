"""Keeping what a report tells of spending; the rows are those of budgets."""

from dataclasses import replace

from django.core.exceptions import ValidationError

from budgets.operations.spending import save_expenditure
from monitoring.cells import tidy_text
from monitoring.spending import PARTS, box


def save_spending(submission, activity, spent, by):
    """Saves a budgets.operations.Spent; returns whether anything changed. Raises ValidationError by box name."""
    spent = replace(spent, no_data_reason=tidy_text(spent.no_data_reason), comment=tidy_text(spent.comment))
    try:
        return save_expenditure(
            activity=activity,
            institution=submission.institution,
            round=submission.round,
            spent=spent,
            by=by,
        )
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        boxes = {name: box(part) for part, name in PARTS.items()}
        raise ValidationError(
            {boxes.get(name, name): errors for name, errors in error.error_dict.items()}
        ) from error
