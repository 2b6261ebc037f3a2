"""Filters that several API lists share: by stable codes, several of them separated by commas."""

import django_filters


class CodesFilter(django_filters.BaseInFilter, django_filters.CharFilter):
    """`?plan=A,B`: one code or several."""


class ChoicesFilter(django_filters.BaseInFilter, django_filters.ChoiceFilter):
    """`?level=goal,output`: one or several of a short list; any other word is an error that names it."""
