"""First migrations in batches: nothing is lost, and what is needed first comes first."""

from importlib import import_module

import pytest
from django.db import migrations, models
from django.db.migrations.state import ProjectState

from frameworks.migration_batches import Together, in_batches

KEY = ("id", models.BigAutoField(primary_key=True))


def small():
    """Operations as makemigrations may order them: a column before the table that it points to."""
    return [
        migrations.CreateModel("Chapter", [KEY, ("title", models.TextField())]),
        migrations.AddConstraint("Chapter", models.UniqueConstraint(fields=["title"], name="title_once")),
        migrations.AddField("Chapter", "book", models.ForeignKey("shelf.book", models.CASCADE)),
        migrations.CreateModel("Book", [KEY]),
        migrations.RunSQL("SELECT 1"),
    ]


def test_what_is_needed_first_comes_first():
    kinds = [
        [type(part).__name__ for part in getattr(one, "operations", [one])] for one in in_batches(small())
    ]
    assert kinds == [["RunSQL"], ["CreateModel", "CreateModel"], ["AddField"], ["AddConstraint"]]


def test_the_state_is_that_of_the_single_steps():
    state = ProjectState()
    for one in in_batches(small()):
        one.state_forwards("shelf", state)
    chapter = state.models["shelf", "chapter"]
    assert list(chapter.fields) == ["id", "title", "book"]
    assert [one.name for one in chapter.options["constraints"]] == ["title_once"]
    assert state.apps.get_model("shelf", "Book")


@pytest.mark.parametrize("app", ["frameworks", "budgets", "monitoring"])
def test_the_first_migrations_of_the_house_use_it(app):
    first = import_module(f"{app}.migrations.0001_initial").Migration
    assert all(len(one.operations) > 0 for one in first.operations if isinstance(one, Together))
    assert any(isinstance(one, Together) for one in first.operations)
    assert not any(isinstance(one, migrations.CreateModel) for one in first.operations)
