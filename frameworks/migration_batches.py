"""Makes large first migrations quick.

Between two operations Django renders every model that is related to the one that changed. In a first migration all models
are related and nothing needs that: what comes in one kind (tables, columns, constraints and triggers) is applied with the
state that all of it leads to. A fresh database is ready in seconds instead of half a minute.
"""

from django.db.migrations import operations as steps
from django.db.migrations.operations.base import Operation


class Together(Operation):
    """Operations of one kind on different things, of which none needs the state that another leaves behind."""

    reversible = False

    def __init__(self, operations):
        self.operations = operations

    @property
    def reduces_to_sql(self):
        return all(one.reduces_to_sql for one in self.operations)

    def deconstruct(self):
        return type(self).__qualname__, [self.operations], {}

    def describe(self):
        return f"{len(self.operations)} × {type(self.operations[0]).__name__}"

    def state_forwards(self, app_label, state):
        # Without rendered models in the state nothing is rendered anew after each operation.
        state.__dict__.pop("apps", None)
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for one in self.operations:
            one.database_forwards(app_label, schema_editor, from_state, to_state)


def in_batches(operations):
    """The operations of a migration that makes much at once: what prepares the database, tables, columns, proxies, guards."""
    tables, columns, proxies, guards, first = [], [], [], [], []
    for one in operations:
        if isinstance(one, steps.CreateModel):
            (proxies if one.options.get("proxy") else tables).append(one)
        elif isinstance(one, steps.AddField):
            columns.append(one)
        elif one.reduces_to_sql and not hasattr(one, "model_name"):
            first.append(one)
        else:
            guards.append(one)
    return [*first, *(Together(batch) for batch in (tables, columns, proxies, guards) if batch)]
