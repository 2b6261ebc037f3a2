"""Choices that carry their own colour tone and glyph beside value and label (DESIGN.md, rule 8).

    class ActivityStatus(ToneChoices):
        NOT_DUE = "not_due", _("Not due"), "muted", "circle-dashed"

`.value`, `.label`, `.choices` and the rest behave as in any TextChoices; `.tone` and `.glyph` come on top and are
what `{% badge %}` draws. A member is still a plain string to the database, forms, serializers and migrations.
"""

from django.db import models
from django.db.models.enums import ChoicesType

#: The tones that app.css and the chart templates know. Each has a light and a dark colour pair and a print pattern.
TONES = ("good", "ok", "warn", "bad", "back", "neutral", "info", "muted")

#: Every concrete ToneChoices class by its name, so that a template can name the vocabulary of a plain database string.
VOCABULARIES = {}


class ToneChoicesType(ChoicesType):
    """Lets members be written value, label, tone, glyph; Django itself wants the label last."""

    def __new__(metacls, classname, bases, classdict, **kwds):
        for key in classdict._member_names:
            spec = classdict[key]
            if not isinstance(spec, tuple) or len(spec) != 4:
                raise TypeError(f"{classname}.{key} must be (value, label, tone, glyph).")
            value, label, tone, glyph = spec
            if tone not in TONES:
                raise TypeError(f"{classname}.{key}: {tone!r} is not a tone; use one of {', '.join(TONES)}.")
            # enum's own dict refuses a second assignment to a member; Django works around it the same way.
            dict.__setitem__(classdict, key, (value, tone, glyph, label))
        cls = super().__new__(metacls, classname, bases, classdict, **kwds)
        if len(cls):
            known = VOCABULARIES.setdefault(classname, cls)
            if known.__module__ != cls.__module__:
                raise TypeError(f"Two vocabularies are called {classname}: pages name them by that word.")
            VOCABULARIES[classname] = cls
        return cls


class ToneChoices(models.TextChoices, metaclass=ToneChoicesType):
    """A TextChoices whose members also know their `tone` (one of TONES) and `glyph` (a name in icons.svg)."""

    def __new__(cls, value, tone, glyph):
        member = str.__new__(cls, value)
        member._value_ = value
        member.tone = tone
        member.glyph = glyph
        return member


def member_of(vocabulary, value):
    """The member of a vocabulary (class, or class name) for a stored value.

    A value that is already a member of that vocabulary is returned as it is. Raises LookupError for a vocabulary
    or a value that does not exist: a status that nobody defined must not be drawn as if it were one.
    """
    if isinstance(vocabulary, str):
        try:
            vocabulary = VOCABULARIES[vocabulary]
        except KeyError:
            raise LookupError(f"No vocabulary is called {vocabulary!r}.") from None
    try:
        return vocabulary(value)
    except ValueError:
        raise LookupError(f"{value!r} is not one of {vocabulary.__name__}.") from None
