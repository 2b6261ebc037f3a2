"""The revision log of a plan, on screen and as a file."""

from django.core.exceptions import BadRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from frameworks.csv_files import csv_answer
from frameworks.forms.revisions import RevisionForm
from frameworks.revisions import load_page
from frameworks.web import PlanMixin

#: Entries that the file reads at once.
ENTRIES_AT_ONCE = 50


class PlanRevisions(PlanMixin, TemplateView):
    template_name = "frameworks/plan_revisions.html"

    def get_context_data(self, **kwargs):
        form = RevisionForm(self.request.GET, plan=self.plan)
        cursor = self.request.GET.get("before", "")
        try:
            page = load_page(self.plan, self.request.user, asked=form.asked, cursor=cursor)
        except ValueError as error:
            raise BadRequest(
                _("This part of the log does not exist: begin with the newest changes.")
            ) from error
        query = self.request.GET.copy()
        query.pop("before", None)
        return super().get_context_data(
            filter_form=form, page=page, is_first=not cursor, query=query.urlencode(), **kwargs
        )


class PlanRevisionsFile(PlanMixin, View):
    """The log as CSV: a line a changed field, as filtered."""

    def get(self, request, code):
        asked = RevisionForm(request.GET, plan=self.plan).asked
        return csv_answer(self._rows(asked), f"{self.plan.code}-changes")

    def _rows(self, asked):
        yield [
            _("When"), _("Who"), _("Why"), _("Step"), _("Level"), _("Code"), _("Text"), _("What happened"), _("Field"),
            _("Before"), _("After"),
        ]  # fmt: skip
        kinds = {"insert": _("added"), "update": _("changed"), "delete": _("removed")}
        cursor, step = "", 0
        while True:
            page = load_page(
                self.plan, self.request.user, asked=asked, cursor=cursor, size=ENTRIES_AT_ONCE, rows=None
            )
            for entry in page.entries:
                step += 1
                when = localtime(entry.at).isoformat(sep=" ", timespec="seconds")
                for line in entry.lines:
                    yield [
                        when, entry.who, entry.reason, step, line.level, line.code, line.text, kinds[line.kind], line.field,
                        line.old, line.new,
                    ]  # fmt: skip
            cursor = page.next
            if not cursor:
                return
