"""Database constraints in words, also when two people race and only the database sees it."""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError


@contextmanager
def explained(*models):
    """Turns a violated constraint of `models` into a ValidationError with its own words; other errors pass.

    Forms check constraints before saving. Between that check and the saving somebody else may have saved the same:
    then the database refuses, and this says why. Use it outside `transaction.atomic()`, which it leaves broken.
    """
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        for model in models:
            for constraint in model._meta.constraints:
                if constraint.name == name:
                    raise ValidationError(constraint.get_violation_error_message(), code=name) from error
            for field in model._meta.local_fields:
                if name and field.unique and name.startswith(f"{model._meta.db_table}_{field.column}_"):
                    message = field.error_messages["unique"] % {
                        "model_name": model._meta.verbose_name,
                        "field_label": field.verbose_name,
                    }
                    raise ValidationError({field.name: message}, code="unique") from error
        raise


def field_of(error, model, fields):
    """The form field to which a constraint's ValidationError belongs; None when it belongs to the whole form.

    fields: constraint name → form field. Django's errors do not name their constraint, so it is known by its words.
    """
    for constraint in model._meta.constraints:
        if constraint.name in fields and error.message == constraint.get_violation_error_message():
            return fields[constraint.name]
    return None
