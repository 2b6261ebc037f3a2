"""A whole table of places: out as CSV, and in again with a preview before anything is saved."""

import uuid

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from frameworks.countries import country_name
from frameworks.csv_files import short_csv_answer
from frameworks.forms.places import PlacesFileForm
from frameworks.history import Stale
from frameworks.imports.parts import UnreadableWorkbook
from frameworks.imports.places import read_places
from frameworks.models import Place
from frameworks.operations.places import compare_places, import_places
from frameworks.views.places import PlacesMixin
from frameworks.web import SignedInMixin

#: How long an uploaded table waits for a decision (seconds).
WAITS = 6 * 3600
#: Rows of a preview; the rest is counted.
MOST_SHOWN = 300
HEADERS = ("code", "name", "kind", "parent", "population", "population year", "valid from", "valid until")


class PlacesFile(PlacesMixin, View):
    """`/places/export/?country=TL`: a table that can be edited and uploaded again."""

    def get(self, request):
        rows = Place.objects.filter(country=self.country).order_by("code").values_list(
            "code", "name", "kind", "parent__code", "population", "population_year", "valid_from", "valid_until"
        )  # fmt: skip
        return short_csv_answer([HEADERS, *rows], f"places-{self.country}")


class PlacesImport(PlacesMixin, TemplateView):
    """`/places/import/?country=TL`"""

    edits = True
    template_name = "frameworks/places_import.html"

    def _page(self, form, status=200):
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get(self, request):
        return self._page(PlacesFileForm())

    def post(self, request):
        form = PlacesFileForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                rows = read_places(file, filename=file.name)
            except UnreadableWorkbook as error:
                form.add_error("file", str(error))
            else:
                key = uuid.uuid4()
                waiting = {"by": request.user.pk, "country": self.country, "file": file.name, "rows": rows}
                cache.set(_cache_key(key), waiting, WAITS)
                return redirect("places_import_preview", key)
        return self._page(form, status=422)


def _cache_key(key):
    return f"places-import-{key}"


class PlacesImportPreview(SignedInMixin, View):
    """`/places/import/<uuid>/`: what the uploaded table would add and change; of the person who uploaded it only."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.waiting = cache.get(_cache_key(kwargs["key"]))
            if self.waiting is None or self.waiting["by"] != request.user.pk:
                raise Http404(_("This table is not waiting any more. Upload it again."))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, key):
        return self._page()

    def post(self, request, key):
        try:
            done = import_places(
                country=self.waiting["country"],
                rows=self.waiting["rows"],
                seen=request.POST.get("seen", ""),
                by=request.user,
            )
        except Stale:
            return self._page(
                status=409,
                refused=_("Somebody changed the places in the meantime: look at the preview again."),
            )
        except ValidationError as error:
            return self._page(status=422, refused=" ".join(error.messages))
        cache.delete(_cache_key(key))
        messages.success(
            request,
            _("Saved: %(new)d places added, %(changed)d changed.")
            % {"new": len(done.new), "changed": len(done.changed)},
        )
        return redirect(f"{reverse('places')}?country={self.waiting['country']}")

    def _page(self, *, status=200, refused=""):
        comparison = compare_places(self.waiting["country"], self.waiting["rows"])
        shown = [*comparison.problems, *comparison.new, *comparison.changed]
        return render(
            self.request,
            "frameworks/places_preview.html",
            {
                "country": self.waiting["country"],
                "country_name": country_name(self.waiting["country"]),
                "file_name": self.waiting["file"],
                "comparison": comparison,
                "rows": shown[:MOST_SHOWN],
                "more": max(0, len(shown) - MOST_SHOWN),
                "writes": len(comparison.new) + len(comparison.changed),
                "refused": refused,
            },
            status=status,
        )
