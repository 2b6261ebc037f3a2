"""What the framework of a plan leaves open, by kind and pillar, and where to mend it."""

from django.core.paginator import Paginator
from django.urls import NoReverseMatch, reverse
from django.views.generic import TemplateView

from frameworks import gaps
from frameworks.gap_kinds import described
from frameworks.models import Activity, Goal, Indicator, Output, Seat
from frameworks.permissions import Permission, has_permission
from frameworks.web import PlanMixin

#: Rows of one kind of gap on its own page, and in the overview of all kinds.
GAPS_PER_PAGE = 50
GAPS_AT_ONCE = 5

#: The page of a thing itself, by its model.
_PAGE_OF = {Goal: "goal", Output: "output", Activity: "activity", Indicator: "indicator"}


class _Counted(Paginator):
    """Pages of rows whose number is known already."""

    def __init__(self, rows, per_page, count):
        super().__init__(rows, per_page)
        self._count = count

    @property
    def count(self):
        return self._count


class PlanGaps(PlanMixin, TemplateView):
    """All kinds with their counts; the rows of the kinds that lack something, or of the one that is asked for."""

    template_name = "frameworks/plan_gaps.html"

    def get_context_data(self, **kwargs):
        summary = gaps.summarise(self.plan)
        kind = self.request.GET.get("kind", "")
        pillar = self.request.GET.get("pillar", "").replace("\x00", "")
        chosen = [one for one in summary.kinds if one.kind.key == kind] or summary.kinds
        places = {one.code: place for place, (one, _tally) in enumerate(summary.pillars)}
        lists = []
        for one in chosen:
            missing = self._missing(one, pillar, places)
            if not missing:
                continue
            rows = gaps.rows_of(one.kind, self.plan, pillar)
            page = _Counted(rows, GAPS_PER_PAGE if kind else GAPS_AT_ONCE, missing).get_page(
                self.request.GET.get("page", 1) if kind else 1
            )
            lists.append((one, page, [self._lacking(one.kind, row) for row in page]))
        return super().get_context_data(
            summary=summary,
            lists=lists,
            kind=kind,
            pillar=pillar,
            may_fix=has_permission(self.request.user, Permission.EDIT_FRAMEWORK, self.plan),
            **kwargs,
        )

    def _missing(self, one, pillar, places):
        if not pillar:
            return one.total.missing
        return one.by_pillar[places[pillar]].missing if pillar in places else 0

    def _lacking(self, kind, row):
        """What the list says of a row: code, text, its own page, and where the gap is mended."""
        code, text = described(kind, row)
        return {"code": code, "text": text, "url": self._page(kind, row), "fix": kind.address(self.plan, row)}

    def _page(self, kind, row):
        name = _PAGE_OF.get(type(row))
        if name is None:
            return (
                reverse("plan_people", args=[self.plan.code])
                if _is_of_people(row)
                else kind.address(self.plan, row)
            )
        try:
            return reverse(name, args=[self.plan.code, row.code])
        except NoReverseMatch:
            return self.plan.get_absolute_url()


def _is_of_people(row):
    return isinstance(row, Seat) or hasattr(row, "pillar")
