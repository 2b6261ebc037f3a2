"""Pages of a workbook that somebody filled in offline and uploaded: look at what it would change, then save or discard it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from frameworks.imports.parts import UnreadableWorkbook
from frameworks.views.workbook import workbook_response
from frameworks.workbook.annotate import marked_workbook
from frameworks.workbook.deciding import MINE, ONLINE, NotSaved
from frameworks.workbook.pages import BOX
from frameworks.workflow import StateConflict

#: Rows of a preview page; what is beyond them is counted, and saved with the others.
SHOWN = 250


class KeptUploadMixin:
    """For the pages of one kept upload.

    Subclasses have `upload` (found among those that the reader may see), `begin` (the name of the page to upload at),
    `address` (its arguments), `preview()` (the Difference as it is now) and `file_name(what)`.
    """

    begin = ""

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except (UnreadableWorkbook, FileNotFoundError) as error:  # readable when it was uploaded
            unreadable = isinstance(error, UnreadableWorkbook)
            messages.error(request, str(error) if unreadable else _("The file is gone. Upload it again."))
            return self.to_begin()

    def to_begin(self):
        return redirect(self.begin, *self.address)


class UploadPreview(TemplateView):
    """What a kept upload would change, what was changed on both sides, what is wrong; then save, or discard.

    Subclasses (with KeptUploadMixin before it) have `done_url`, where one goes once it is saved; `discard()`;
    `apply(fingerprint, choices)`, which saves or raises NotSaved; `saved_words(rows)`; and may say which rows they list.
    """

    def get(self, request, *args, **kwargs):
        if self.upload.applied_at:
            return redirect(self.done_url)
        return self._page(self.preview())

    def post(self, request, *args, **kwargs):
        if self.upload.applied_at:  # pressed twice: it is saved, and once is enough
            return redirect(self.done_url)
        action = request.POST.get("action")
        if action == "discard":
            return self._discard()
        if action == "save":
            return self._save()
        raise Http404

    def listed(self, difference):
        """The items that the page lists one by one."""
        return difference.written

    def own_context(self, difference):
        return {}

    def _discard(self):
        try:
            self.discard()
        except StateConflict as conflict:
            messages.warning(self.request, str(conflict))
        else:
            messages.info(self.request, _("The workbook was discarded; nothing was saved."))
        return self.to_begin()

    def _save(self):
        choices = {
            name.removeprefix("keep-"): value
            for name, value in self.request.POST.items()
            if name.startswith("keep-")
        }
        try:
            self.apply(self.request.POST.get("fingerprint", ""), choices)
        except NotSaved as refused:
            undecided = {item.field_name for item in refused.difference.undecided(choices)}
            return self._page(
                refused.difference, refused=str(refused), choices=choices, undecided=undecided, status=409
            )
        except StateConflict as conflict:
            messages.warning(self.request, str(conflict))
            return self.to_begin()
        messages.success(self.request, self.saved_words(self.upload.summary["rows"]))
        return redirect(self.done_url)

    def _page(self, difference, *, refused="", choices=None, undecided=(), status=200):
        every = self.request.GET.get("all")
        if choices is None and every in (MINE, ONLINE):
            choices = {item.key: every for item in difference.clashes}
        choices = choices or {}
        rows = self.listed(difference)
        context = self.get_context_data(
            upload=self.upload,
            difference=difference,
            fingerprint=difference.fingerprint(),
            counts=difference.counts(),
            errors=difference.errors,
            doubts=[doubt for doubt in difference.doubts if doubt.level != "error"],
            rows=rows[:SHOWN],
            hidden_rows=max(0, len(rows) - SHOWN),
            clashes=[(item, choices.get(item.key, "")) for item in difference.clashes],
            undecided=undecided,
            refused=refused,
            **self.own_context(difference),
        )
        return self.render_to_response(context, status=status)


class MarkedUpload(View):
    """The uploaded workbook with the offending cells filled and commented. Subclasses as of KeptUploadMixin."""

    def get(self, request, *args, **kwargs):
        if self.upload.applied_at:
            raise Http404
        doubts = self.preview().doubts
        with self.upload.file.open("rb") as file:
            data = marked_workbook(file, filename=self.upload.file_name, doubts=doubts, free=BOX)
        return workbook_response(data, self.file_name("marked"))
