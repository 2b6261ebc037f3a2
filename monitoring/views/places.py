"""Choosing the smaller places of a figure: from the municipality down to the aldeia, or by name."""

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.views import View

from frameworks.models import Place
from frameworks.web import SignedInMixin
from monitoring.forms.places import MOST_ADDED, OF_EVERY_FORM, read_ids, tree_order
from monitoring.forms.reporting import BY_PLACE
from monitoring.views.evidence import find_line, open_submission

#: Places of one list; a search that finds more says so.
MOST_FOUND = 60


class PlacePick(SignedInMixin, View):
    """`/submissions/<pk>/places/<indicator>/?in=<place>` or `?q=<name>`; `place` are those that were chosen before.

    The marked places go to the form as part of its address: nothing is saved here.
    """

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.submission = open_submission(request, kwargs["pk"])
            _activity, self.indicator, self.written_at = find_line(self.submission, f"i{kwargs['indicator']}")
            if self.indicator.type not in BY_PLACE:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def round(self):
        return self.submission.round

    def _offered(self):
        """The places of the plan's country that exist at the end of the period."""
        return Place.objects.filter(country=self.round.plan.country).valid_on(self.round.period_end)

    def get(self, request, pk, indicator):
        q = request.GET.get("q", "").strip()[:100].replace("\x00", "")
        around = None
        inside = read_ids([request.GET.get("in", "")])
        if inside and not q:
            around = get_object_or_404(self._offered().with_path(), pk=inside[0])
        rows = (
            self._offered()
            .with_path()
            .annotate(has_parts=Exists(self._offered().filter(parent=OuterRef("pk"))))
        )
        if q:
            rows = rows.exclude(kind__in=OF_EVERY_FORM).filter(Q(name__icontains=q) | Q(code__iexact=q))
        elif around is not None:
            rows = rows.filter(parent=around)
        else:
            rows = rows.filter(kind__in=OF_EVERY_FORM)
        found = sorted(rows[: MOST_FOUND + 1] if q else rows, key=tree_order)
        chosen = read_ids(request.GET.getlist("place"))[:MOST_ADDED]
        page, _hash, _anchor = self.written_at.partition("#")
        return render(
            request,
            "monitoring/place_pick.html",
            {
                "submission": self.submission,
                "round": self.round,
                "plan": self.round.plan,
                "indicator": self.indicator,
                "q": q,
                "around": around,
                "steps": [*reversed(around.above), around] if around else [],
                "rows": found[:MOST_FOUND] if q else found,
                "more": bool(q) and len(found) > MOST_FOUND,
                "chosen": chosen,
                "chosen_places": Place.objects.filter(pk__in=chosen, country=self.round.plan.country),
                "markable": bool(q or around),
                "form_url": page,
                "back_url": self.written_at,
            },
        )
