"""Filters that several API lists share: by stable codes, several of them separated by commas."""

import django_filters
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class CodesFilter(django_filters.BaseInFilter, django_filters.CharFilter):
    """`?plan=A,B`: one code or several. A NUL byte, which PostgreSQL cannot hold, is refused in words."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("validators", [no_control_characters])
        super().__init__(*args, **kwargs)


def no_control_characters(value):
    for one in value if isinstance(value, list) else [value]:
        if any(ord(character) < 32 for character in one or ""):
            raise ValidationError(_("Codes hold no control characters."))
