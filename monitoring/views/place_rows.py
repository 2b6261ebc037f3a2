"""The rows by place of the pages on which a focal point writes: which places they show, and where more are chosen."""

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from monitoring.forms.places import OF_EVERY_FORM, load_places, named_places, read_ids
from monitoring.forms.reporting import BY_PLACE


class PlaceRowsMixin:
    """For pages with `submission` and `lines`."""

    @cached_property
    def places(self):
        """The municipalities of the plan's country, smaller places with a figure, and those that are being added."""
        if not any(line.indicator.type in BY_PLACE for line in self.lines):
            return []
        answered = {place for line in self.lines for _category, place in line.values if place is not None}
        round = self.submission.round
        named = {place for places in self.added.values() for place in places}
        return load_places(round.plan.country, round.period_end, answered=answered, named=named)

    @cached_property
    def added(self):
        """indicator id → ids of the places that were added to the page: named in its address, or sent with a box."""
        added = named_places(self.request.POST)
        opened = self.request.GET.get("places", "")
        if opened.isdecimal() and len(opened) < 19:
            added[int(opened)].update(read_ids(self.request.GET.getlist("place")))
        return added

    def pick_address(self, indicator_id):
        """Where smaller places are chosen. Rows that were added and are still empty are not saved: they come along."""
        saved = {
            place for line in self.lines if line.indicator.pk == indicator_id for _c, place in line.values
        }
        top = {one.pk for one in self.places if one.kind in OF_EVERY_FORM}
        kept = sorted(self.added.get(indicator_id, set()) - saved - top)
        query = QueryDict(mutable=True)
        query.setlist("place", kept)
        address = reverse("place_pick", args=[self.submission.pk, indicator_id])
        return f"{address}?{query.urlencode()}"
