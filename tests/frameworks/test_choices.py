"""Choices that carry tone and glyph: still a proper TextChoices for the database, forms and migrations."""

import copy

import pytest
from django.db import models
from django.db.migrations.serializer import serializer_factory
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from frameworks.choices import TONES, VOCABULARIES, ToneChoices, member_of
from frameworks.templatetags.ui import icon_shapes


class Ripeness(ToneChoices):
    GREEN = "green", _("No"), "muted", "circle-dashed"
    HALF_RIPE = "half_ripe", _("Half ripe"), "warn", "clock"
    RIPE = "ripe", _("Ripe"), "good", "check-circle"


def test_value_label_tone_and_glyph_stay_apart():
    member = Ripeness.HALF_RIPE
    assert (member.value, str(member.label), member.tone, member.glyph) == (
        "half_ripe",
        "Half ripe",
        "warn",
        "clock",
    )
    assert member.name == "HALF_RIPE"


def test_choices_are_value_and_label_only():
    assert Ripeness.choices == [("green", "No"), ("half_ripe", "Half ripe"), ("ripe", "Ripe")]
    assert Ripeness.values == ["green", "half_ripe", "ripe"]
    assert Ripeness.labels == ["No", "Half ripe", "Ripe"]


def test_a_member_is_the_string_that_the_database_holds():
    assert Ripeness.RIPE == "ripe"
    assert str(Ripeness.RIPE) == "ripe"
    assert f"{Ripeness.RIPE}" == "ripe"
    assert {Ripeness.RIPE: 1}["ripe"] == 1
    assert Ripeness("ripe") is Ripeness.RIPE
    assert "ripe" in Ripeness
    assert "rotten" not in Ripeness


def test_copying_keeps_the_member():
    assert copy.deepcopy(Ripeness.GREEN) is Ripeness.GREEN


def test_labels_are_translated_when_read():
    with override("pt"):
        assert str(Ripeness.GREEN.label) == "Não"
    assert str(Ripeness.GREEN.label) == "No"


def test_migrations_write_the_plain_value():
    assert serializer_factory(Ripeness.RIPE).serialize() == ("'ripe'", set())


def test_a_model_field_takes_the_class_as_choices():
    field = models.CharField(choices=Ripeness, default=Ripeness.GREEN, max_length=12)
    assert field.flatchoices == [("green", "No"), ("half_ripe", "Half ripe"), ("ripe", "Ripe")]
    assert field.clean("ripe", None) == "ripe"


@pytest.mark.parametrize(
    "spec",
    [("x", "X"), ("x", "X", "good"), "x", ("x", "X", "pink", "check")],
    ids=["no tone", "no glyph", "bare value", "unknown tone"],
)
def test_an_incomplete_member_stops_the_start(spec):
    with pytest.raises(TypeError, match=r"Broken\.X"):
        type(ToneChoices)("Broken", (ToneChoices,), _classdict(spec))


def _classdict(spec):
    body = type(ToneChoices).__prepare__("Broken", (ToneChoices,))
    body["X"] = spec
    return body


def test_member_of_finds_by_name_and_by_class():
    assert member_of("Ripeness", "ripe") is Ripeness.RIPE
    assert member_of(Ripeness, "ripe") is Ripeness.RIPE
    assert member_of(Ripeness, Ripeness.GREEN) is Ripeness.GREEN


@pytest.mark.parametrize(
    ("vocabulary", "value"), [("Rottenness", "ripe"), ("Ripeness", "rotten"), (Ripeness, "")]
)
def test_member_of_refuses_what_nobody_defined(vocabulary, value):
    with pytest.raises(LookupError):
        member_of(vocabulary, value)


def test_every_vocabulary_of_the_product_can_be_drawn():
    ours = {name: cls for name, cls in VOCABULARIES.items() if not cls.__module__.startswith("tests")}
    assert len(ours) >= 4, "the apps' vocabularies are registered when their models load"
    for name, vocabulary in ours.items():
        for member in vocabulary:
            assert member.glyph in icon_shapes(), f"{name}.{member.name} asks for an icon that nobody drew"
            assert member.tone in TONES


def test_no_two_members_of_a_vocabulary_look_alike():
    """Colour alone never tells two statuses apart: their glyphs differ too."""
    for name, vocabulary in VOCABULARIES.items():
        glyphs = [member.glyph for member in vocabulary]
        assert len(glyphs) == len(set(glyphs)), f"{name} uses a glyph twice"


def test_two_vocabularies_of_one_name_are_refused():
    """A page names a vocabulary by its word: the second one would take the first one's values away."""
    with pytest.raises(TypeError, match="Two vocabularies are called ActivityStatus"):

        class ActivityStatus(ToneChoices):
            OTHER = "other", "Other", "neutral", "circle"
