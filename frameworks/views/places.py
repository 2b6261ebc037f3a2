"""The tree of places of a country: read by everybody with a seat, kept by the secretariats of its plans."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from frameworks.countries import country_name
from frameworks.forms.places import PlaceEndForm, PlaceForm
from frameworks.history import Stale, changes_of, last_change
from frameworks.models import Place, Plan
from frameworks.models.place import PlaceKind, kinds_in
from frameworks.operations.places import (
    delete_place,
    end_place,
    may_edit_places,
    place_history,
    save_place,
    why_not_delete,
)
from frameworks.permissions import Permission, held_seats, is_everywhere, require_permission
from frameworks.web import SignedInMixin

#: Places that one search shows.
MOST_FOUND = 100
#: The kinds that are counted beside a place, from the largest to the smallest.
COUNTED = (PlaceKind.ADMINISTRATIVE_POST, PlaceKind.SUCO, PlaceKind.ALDEIA)


def countries_of(user):
    """The countries whose places the user reads: those of the plans in which they sit; an administrator: all of them."""
    plans = Plan.objects.all()
    if not is_everywhere(user):
        plans = plans.filter(pk__in={seat.plan_id for seat in held_seats(user)})
    found = set(plans.order_by().values_list("country", flat=True).distinct())
    if is_everywhere(user):
        found |= set(Place.objects.order_by().values_list("country", flat=True).distinct())
    return sorted(found, key=country_name)


class PlacesMixin(SignedInMixin):
    """Sets `self.country` from the path or the query; 403 for people without any seat, 404 for another country's places."""

    edits = False

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return super().dispatch(request, *args, **kwargs)
        self.countries = countries_of(request.user)
        wanted = kwargs.get("country") or request.GET.get("country", "")
        if wanted and wanted not in self.countries:
            raise Http404
        if not self.countries:
            raise PermissionDenied(_("Places are for those who work in a plan."))
        usual = "TL" if "TL" in self.countries else self.countries[0]
        self.country = wanted or usual
        if self.edits:
            require_permission(request.user, Permission.EDIT_FRAMEWORK)
            if not may_edit_places(request.user, self.country):
                raise PermissionDenied(_("These places belong to another country's plans."))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        own = {
            "country": self.country,  # in place of the path's argument of that name
            "country_name": country_name(self.country),
            "may_edit": may_edit_places(self.request.user, self.country),
        }
        return super().get_context_data(**kwargs | own)


def counts_inside(country, on):
    """place id → Counter of the kinds that lie in it at any depth and exist on that day. One query."""
    rows = Place.objects.filter(country=country).valid_on(on).order_by()
    tree = {pk: (parent, kind) for pk, parent, kind in rows.values_list("pk", "parent", "kind")}
    found = {}
    for parent, kind in tree.values():
        while parent is not None:
            found.setdefault(parent, Counter())[kind] += 1
            parent = tree[parent][0] if parent in tree else None
    return found


def with_counts(places, country, on):
    """(place, [counts of COUNTED]) pairs."""
    inside = counts_inside(country, on)
    return [(place, [inside.get(place.pk, Counter())[kind] for kind in COUNTED]) for place in places]


class PlaceList(PlacesMixin, TemplateView):
    """`/places/?country=TL&q=…`"""

    template_name = "frameworks/place_list.html"

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        q = self.request.GET.get("q", "").strip()[:100].replace("\x00", "")
        rows = Place.objects.filter(country=self.country).with_path()
        if q:
            rows = rows.filter(Q(name__icontains=q) | Q(code__icontains=q)).order_by("name", "pk")[
                : MOST_FOUND + 1
            ]
        else:
            rows = rows.filter(parent__isnull=True).order_by("name", "pk")
        found = list(rows)
        inside = counts_inside(self.country, today)
        total = Counter()
        for place in [] if q else found:
            total += inside.get(place.pk, Counter())
            total[place.kind] += place.exists_on(today)
        return super().get_context_data(
            q=q,
            rows=[
                (place, [inside.get(place.pk, Counter())[kind] for kind in COUNTED], place.exists_on(today))
                for place in found[: MOST_FOUND if q else None]
            ],
            more=bool(q) and len(found) > MOST_FOUND,
            kinds=[kind.label for kind in COUNTED],
            totals=[(kind.label, total[kind]) for kind in PlaceKind if total[kind]],
            choices=[(code, country_name(code)) for code in self.countries],
            **kwargs,
        )


class PlaceMixin(PlacesMixin):
    """For pages under /places/<country>/<code>/."""

    @cached_property
    def place(self):
        return get_object_or_404(
            Place.objects.filter(country=self.country).with_path(), code=self.kwargs["code"]
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(place=self.place, **kwargs)


class PlacePage(PlaceMixin, TemplateView):
    template_name = "frameworks/place.html"

    def get_context_data(self, **kwargs):
        today, place = timezone.localdate(), self.place
        parts = list(Place.objects.filter(parent=place).order_by("name", "pk"))
        # A suco holds no posts and no sucos.
        skipped = COUNTED.index(place.kind) + 2 if place.kind in COUNTED else 1
        return super().get_context_data(
            exists=place.exists_on(today),
            parts=[
                (one, counts[skipped:], one.exists_on(today))
                for one, counts in with_counts(parts, self.country, today)
            ],
            kinds=[kind.label for kind in COUNTED[skipped:]],
            may_hold=bool(kinds_in(place.kind)),
            changes=changes_of(*place_history(place), limit=20),
            **kwargs,
        )


class PlaceNew(PlacesMixin, TemplateView):
    """`/places/new/?in=<code>`: a place in that one, or a municipality."""

    edits = True
    template_name = "frameworks/place_form.html"

    @cached_property
    def parent(self):
        code = self.request.GET.get("in", "").replace("\x00", "")
        if not code:
            return None
        found = get_object_or_404(Place.objects.filter(country=self.country).with_path(), code=code)
        if not kinds_in(found.kind):
            raise Http404
        return found

    def _page(self, form, status=200):
        return self.render_to_response(self.get_context_data(form=form, parent=self.parent), status=status)

    def _form(self, data=None):
        return PlaceForm(data, instance=Place(country=self.country, parent=self.parent))

    def get(self, request):
        return self._page(self._form())

    def post(self, request):
        form = self._form(request.POST)
        if form.is_valid():
            try:
                saved = save_place(place=form.instance, changed=(), by=request.user)
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("%(name)s is saved.") % {"name": saved})
                return redirect(saved.parent or saved)
        return self._page(form, status=422)


class PlaceEdit(PlaceMixin, TemplateView):
    edits = True
    template_name = "frameworks/place_form.html"

    def _page(self, form, status=200):
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get(self, request, country, code):
        return self._page(PlaceForm(instance=self.place))

    def post(self, request, country, code):
        # Its own copy: the page goes on showing the place as it is saved.
        form = PlaceForm(request.POST, instance=Place.objects.with_path().get(pk=self.place.pk))
        if form.is_valid():
            try:
                saved = save_place(
                    place=form.instance,
                    changed=form.changed_fields,
                    version=form.cleaned_data["version"],
                    by=request.user,
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*place_history(self.place)))
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("%(name)s is saved.") % {"name": saved})
                return redirect(saved)
        return self._page(form, status=422)


class PlaceStep(PlaceMixin, TemplateView):
    """Ending a place, or deleting one that was entered by mistake: asked on a page of its own."""

    edits = True
    template_name = "frameworks/place_step.html"
    deletes = False

    def _page(self, form=None, status=200, refused=""):
        return self.render_to_response(
            self.get_context_data(
                form=form,
                deletes=self.deletes,
                refused=refused or (why_not_delete(self.place) if self.deletes else ""),
                inside=Place.objects.inside(self.place).count(),
            ),
            status=status,
        )


class PlaceEnd(PlaceStep):
    def get(self, request, country, code):
        return self._page(PlaceEndForm(initial={"valid_until": timezone.localdate()}))

    def post(self, request, country, code):
        form = PlaceEndForm(request.POST)
        if form.is_valid():
            try:
                ended = end_place(place=self.place, on=form.cleaned_data["valid_until"], by=request.user)
            except ValidationError as error:
                for name, words in error.message_dict.items():
                    form.add_error(name, words)
            else:
                messages.success(
                    request,
                    ngettext("%(count)d place ended.", "%(count)d places ended.", ended) % {"count": ended},
                )
                return redirect(self.place)
        return self._page(form, status=422)


class PlaceDelete(PlaceStep):
    deletes = True

    def get(self, request, country, code):
        return self._page()

    def post(self, request, country, code):
        around = self.place.parent
        try:
            delete_place(place=self.place, by=request.user)
        except ValidationError as error:
            return self._page(status=422, refused=" ".join(error.messages))
        messages.success(request, _("%(name)s is deleted.") % {"name": self.place})
        return redirect(around or "places")
