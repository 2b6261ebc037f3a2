"""Lists over REST: plain rows, keyset pages, and no silent misspelling of a filter."""

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, generics
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class KeysetPagination(CursorPagination):
    """Pages by position, not by number: as fast at the end as at the start, and no row twice while data comes in."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000

    def decode_cursor(self, request):
        """A cursor that somebody made up is told so, like any other that does not fit."""
        cursor = super().decode_cursor(request)
        position = cursor.position if cursor else None
        if position is not None:
            by_number = self.ordering[0] == "pk"
            if "\x00" in position or (by_number and not (position.isdecimal() and len(position) < 19)):
                raise exceptions.NotFound(self.invalid_cursor_message)
        return cursor


class TidyListView(generics.GenericAPIView):
    """A list of plain rows from `.values()`: no object per row, no query per row.

    Subclasses give `queryset`-building in `get_queryset()` (starting from `.visible_to(request.user)`), `fields`
    (output name → lookup), and may finish a page of rows in `finish(rows)`.
    """

    pagination_class = KeysetPagination
    fields = {}
    # By a unique column only: a page starts where the last one ended, and ties would have to be counted off.
    ordering = ("pk",)

    def get(self, request, *args, **kwargs):
        self._refuse_unknown_parameters(request)
        queryset = self.filter_queryset(self.get_queryset()).order_by(*self.ordering)
        page = self.paginate_queryset(queryset.values(*{*self.lookups(), *self.ordering}))
        rows = [{name: row[lookup] for name, lookup in self.fields.items()} for row in page]
        return Response(
            {
                "next": self.paginator.get_next_link(),
                "previous": self.paginator.get_previous_link(),
                "results": self.finish(rows),
            }
        )

    def lookups(self):
        return self.fields.values()

    def finish(self, rows):
        return rows

    def paginate_queryset(self, queryset):
        self.paginator.ordering = self.ordering
        return super().paginate_queryset(queryset)

    def _refuse_unknown_parameters(self, request):
        """A misspelled filter would otherwise answer with everything, and nobody would notice."""
        known = {"cursor", "page_size", "format"}
        if getattr(self, "filterset_class", None):
            known |= set(self.filterset_class.base_filters)
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            message = _("There is no such filter. Known filters: %(known)s.") % {
                "known": ", ".join(sorted(known - {"format"}))
            }
            raise exceptions.ValidationError({name: [message] for name in unknown})
        size = request.query_params.get("page_size")
        if size is not None and not (size.isdecimal() and 1 <= int(size) <= KeysetPagination.max_page_size):
            raise exceptions.ValidationError({"page_size": [_("A whole number from 1 to 1000.")]})


class TidyDetailView(generics.GenericAPIView):
    """One of the rows of a TidyListView, by `lookup`; 404 for one that the reader may not see, as for one that is not there."""

    fields = {}
    lookup = "pk"
    pagination_class = None

    def get(self, request, *args, **kwargs):
        row = (
            self.get_queryset()
            .filter(**{self.lookup: kwargs[self.lookup]})
            .values(*self.fields.values())
            .first()
        )
        if row is None:
            raise Http404
        return Response(self.finish([{name: row[lookup] for name, lookup in self.fields.items()}])[0])

    def finish(self, rows):
        return rows
