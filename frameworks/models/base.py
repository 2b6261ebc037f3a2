"""Pieces that several models share."""

import pgtrigger
from django.db import models
from django.db.models import F, Func, Value


def natural_sort_key(field="code"):
    """A stored column that sorts codes as people count: 1.2 before 1.10, 1.1.2a before 1.1.2b.

    Every run of digits is padded to six in the database itself, so no writer can forget it.
    """
    padded = Func(F(field), Value(r"(\d+)"), Value(r"00000\1"), Value("g"), function="regexp_replace")
    trimmed = Func(padded, Value(r"\d*(\d{6})"), Value(r"\1"), Value("g"), function="regexp_replace")
    return models.GeneratedField(
        expression=trimmed,
        output_field=models.CharField(max_length=400, db_collation="C"),
        db_persist=True,
        editable=False,
    )


def same_plan_as(parent_field, parent_table, name):
    """A trigger that refuses a row whose plan is not the plan of its parent (a foreign key cannot say that)."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
            IF NEW.{parent_field} IS NOT NULL
               AND NEW.plan_id IS DISTINCT FROM (SELECT plan_id FROM {parent_table} WHERE id = NEW.{parent_field})
            THEN
                RAISE EXCEPTION 'The plan of this row is not the plan of its {parent_field}'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 (the names come from this code, never from a user)
    )


class ScopedQuerySet(models.QuerySet):
    """A queryset that knows whom it may be shown to, by the plan that its rows hang on.

    `plan_path` is the lookup from the model to its plan; '' for the plan itself.
    """

    plan_path = "plan"

    def visible_to(self, user):
        """The rows that `user` (possibly anonymous) may read: those of the plans that they may read."""
        from frameworks.permissions import visible_plan_ids

        path = f"{self.plan_path}__in" if self.plan_path else "pk__in"
        return self.filter(**{path: visible_plan_ids(user)})
