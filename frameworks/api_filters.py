"""Filters that several API lists share: by stable codes, several of them separated by commas."""

import django_filters


class CodesFilter(django_filters.BaseInFilter, django_filters.CharFilter):
    """`?plan=A,B`: one code or several."""
