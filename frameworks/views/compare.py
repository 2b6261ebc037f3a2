"""Two generations of a plan side by side, and the lineage between them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from frameworks.compare import LEVELS, Continuity, compare, counts, free_sides, suggestions
from frameworks.forms.lineage import LineageForm
from frameworks.models import Plan
from frameworks.operations.lineage import LineageRefused, set_lineage
from frameworks.permissions import Permission, require_permission
from frameworks.web import PlanMixin

PAIRS_PER_PAGE = 25


class PlanCompare(PlanMixin, TemplateView):
    """`?with=` another plan (else the predecessor), `?level=`, `?state=` one of Continuity.

    The plan that began later is the newer one, on whichever page it is asked; lineage is set on its own page.
    """

    template_name = "frameworks/plan_compare.html"

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())

    def choose(self):
        """Sets `newer`, `older` (None: there is none to compare with), `level`, `state` and `may_link`."""
        plans = Plan.objects.visible_to(self.request.user).exclude(pk=self.plan.pk)
        asked = self._asked("with")
        if asked:
            other = get_object_or_404(plans, code=asked)
        else:
            other = plans.filter(pk=self.plan.predecessor_id).first() if self.plan.predecessor_id else None
        self.newer, self.older = self.plan, other
        if other is not None and other.start_year > self.plan.start_year:
            self.newer, self.older = other, self.plan
        self.other = other
        self.level = self._asked("level") if self._asked("level") in LEVELS else "goal"
        self.state = self._asked("state") if self._asked("state") in Continuity.values else ""

    def _asked(self, name):
        return self.request.GET.get(name, "").replace("\x00", "")

    def get_context_data(self, *, data=None, **kwargs):
        self.choose()
        context = super().get_context_data(
            other=self.other,
            newer=self.newer,
            older=self.older,
            level=self.level,
            state=self.state,
            plans=Plan.objects.visible_to(self.request.user)
            .exclude(pk=self.plan.pk)
            .order_by("country", "-start_year", "code"),
            **kwargs,
        )
        if self.other is None:
            return context
        compared = compare(self.newer, self.older)
        numbers = counts(compared)
        words = self.newer.words
        pairs = [one for one in compared[self.level] if not self.state or one.state == self.state]
        page = Paginator(pairs, PAIRS_PER_PAGE).get_page(self.request.GET.get("page", 1))
        context["may_link"] = context["may_edit"] and self.newer == self.plan
        self.form = self._form(data, compared[self.level], list(page)) if context["may_link"] else None
        rows = {row.new.pk: row for row in self.form.rows} if self.form else {}
        context |= {
            "counts": [
                (level, words[level], [(state, numbers[level][state.value]) for state in Continuity])
                for level in LEVELS
            ],
            "states": list(Continuity),
            "word": words[self.level],
            "page_obj": page,
            "pairs": [(pair, rows.get(pair.new.pk) if pair.new else None) for pair in page],
            "form": self.form,
            "suggested": sum(row.suggestion is not None for row in rows.values()),
        }
        return context

    def _form(self, data, pairs, shown):
        free = free_sides(pairs)
        open_rows = [one.new.pk for one in shown if one.state == Continuity.NEW]
        return LineageForm(
            data,
            pairs=[one for one in shown if one.new],
            free=free,
            codes={one.old.code: one.old.pk for one in pairs if one.old},
            proposed=suggestions(self.level, self.older, open_rows, [one.pk for one in free]),
        )

    def post(self, request, code):
        require_permission(request.user, Permission.EDIT_FRAMEWORK, self.plan)
        context = self.get_context_data(data=request.POST)
        if self.form is None:
            raise PermissionDenied(
                _("Choose an earlier plan first: lineage is set on the page of the newer plan.")
            )
        if self.form.is_valid():
            try:
                saved = set_lineage(
                    plan=self.plan, older=self.older, level=self.level, links=self.form.links, by=request.user
                )
            except LineageRefused as error:
                self.form.add_problems(error.rows)
            else:
                if saved:
                    messages.success(
                        request, ngettext("%(n)d link saved.", "%(n)d links saved.", saved) % {"n": saved}
                    )
                else:
                    messages.info(request, _("Nothing was changed."))
                return redirect(request.get_full_path())
        return self.render_to_response(context)
