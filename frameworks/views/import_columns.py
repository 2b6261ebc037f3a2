"""The column-mapping step of an import: which column of which sheet is what, as guessed and as corrected."""

from contextlib import suppress

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks.forms.columns import SheetForm
from frameworks.imports.apply import grids_of
from frameworks.imports.columns import LEAVE, Mapping, guessed, guessed_at, same_headers
from frameworks.imports.layout import GROUPS, MATRIX
from frameworks.operations.importing import save_columns
from frameworks.permissions import Permission
from frameworks.views.importing import UploadMixin
from frameworks.web import PlanMixin

#: All forms together have no more fields than one request may carry; what lies beyond is read as guessed.
MOST_COLUMNS = 2000


class PlanImportColumns(UploadMixin, PlanMixin, TemplateView):
    """Shows what each column is taken for; saves what a person says instead, for every later reading of the file."""

    template_name = "frameworks/import_columns.html"
    permission = Permission.EDIT_FRAMEWORK

    def get(self, request, *args, **kwargs):
        return self._page([self._form(number, *start) for number, start in enumerate(self._start())])

    def post(self, request, *args, **kwargs):
        action = request.POST.get("action", "")
        forms, reread = [], []
        for number, start in enumerate(self._start()):
            form, is_new = self._posted(number, *start)
            forms.append(form)
            reread += [form.grid.title] if is_new else []
        if reread:
            # The other sheets keep what was chosen; nothing is saved before the new guesses have been seen.
            return self._page([self._unbound(form) for form in forms], reread=reread)
        if action.startswith("copy:"):
            return self._copy(forms, action.removeprefix("copy:"))
        judged = [form.is_valid() for form in forms]  # every sheet says what is wrong in it
        if not all(judged):
            return self._page(forms, status=422)
        if all(form.cleaned_data["read"] == LEAVE for form in forms):
            forms[0].add_error("read", _("At least one sheet has to be read."))
            return self._page(forms, status=422)
        stored = {form.grid.title: form.to_mapping().to_store() for form in forms}
        save_columns(upload=self.upload, columns={"sheets": stored}, by=request.user)
        messages.success(request, _("The columns are read as you said."))
        return redirect("plan_import_preview", self.plan.code, self.upload.public_id)

    def _start(self):
        """(grid, mapping, kind, whether its headers are known) of every sheet with something in it."""
        grids, _hidden = grids_of(self.upload)
        stored = self.upload.columns.get("sheets", {})
        count, found = 0, []
        for grid in grids:
            count += grid.last_column
            if not grid.cells or (found and count > MOST_COLUMNS):
                continue
            mapping, recognised = guessed(grid)
            kind = mapping.read
            if grid.title in stored:
                mapping = Mapping.stored(stored[grid.title])
                kind, recognised = (mapping.read if mapping.read != LEAVE else kind), True
            elif not recognised and found and any(known for *_rest, known in found):
                mapping.read = LEAVE  # a cover sheet, notes: not read without being asked for
            found.append((grid, mapping, kind, recognised))
        return found

    def _form(self, number, grid, mapping, kind, recognised, data=None):
        return SheetForm(grid, mapping, kind, self.plan, data, prefix=f"s{number}", recognised=recognised)

    def _posted(self, number, grid, mapping, kind, recognised):
        """(the form of what was sent, whether it shows new guesses because the place of the headers was changed)."""
        data, prefix = self.request.POST, f"s{number}-"
        seen = data.get(f"{prefix}seen", "").split(" ")
        if len(seen) == 3 and seen[0] in (MATRIX, GROUPS):
            with suppress(ValueError):
                first, last = int(seen[1]), int(seen[2])
                if 1 <= first <= last <= grid.last_row:
                    # The columns as they were shown: what was chosen for them is in the data.
                    mapping, kind = Mapping(mapping.read, first, last), seen[0]
        read = data.get(f"{prefix}read", "")
        wanted_kind = read if read in (MATRIX, GROUPS) else kind
        try:
            first, last = int(data.get(f"{prefix}first", "")), int(data.get(f"{prefix}last", ""))
        except ValueError:
            first, last = mapping.first, mapping.last  # the form says what is wrong
        if not 1 <= first <= grid.last_row or last >= max(grid.last_row, 2):
            first, last = mapping.first, mapping.last
        if (wanted_kind, first, last) != (kind, mapping.first, mapping.last) and read != LEAVE:
            new = guessed_at(grid, wanted_kind, first, None if last == mapping.last or last < first else last)
            new.read = read
            new.pillar, new.goal = data.get(f"{prefix}pillar", ""), data.get(f"{prefix}goal", "")
            return self._form(number, grid, new, wanted_kind, True), True
        return self._form(number, grid, mapping, kind, recognised, data), False

    def _unbound(self, form):
        """The same form with what was chosen as its beginning: not judged yet."""
        if not form.is_bound:
            return form
        data = form.data
        mapping = form.mapping
        mapping.read = data.get(form.add_prefix("read"), mapping.read)
        mapping.pillar, mapping.goal = (
            data.get(form.add_prefix("pillar"), ""),
            data.get(form.add_prefix("goal"), ""),
        )
        mapping.columns = {index: data.get(form.add_prefix(f"c{index}"), "") for index in form.columns}
        number = int(form.prefix.removeprefix("s"))
        return self._form(number, form.grid, mapping, form.kind, form.recognised)

    def _copy(self, forms, number):
        """The columns of one sheet for all with the same headers: pillar sheets are mapped once."""
        forms = [self._unbound(form) for form in forms]
        pattern = next((form for form in forms if form.prefix == f"s{number}"), forms[0])
        same = [
            form
            for form in forms
            if form is not pattern
            and form.kind == pattern.kind
            and same_headers(pattern.grid, pattern.mapping, form.grid, form.mapping)
        ]
        for form in same:
            form.mapping.columns = dict(pattern.mapping.columns)
            form.mapping.read = pattern.mapping.read
        copied = [form.grid.title for form in same]
        forms = [
            self._form(place, form.grid, form.mapping, form.kind, form.recognised)
            for place, form in enumerate(forms)
        ]
        return self._page(forms, copied=copied, copied_from=pattern.grid.title)

    def _page(self, forms, *, status=200, **more):
        context = self.get_context_data(
            upload=self.upload,
            forms=forms,
            problems=[
                {
                    "text": text,
                    "target": form[name].id_for_label if name in form.fields else f"{form.prefix}-sheet",
                }
                for form in forms
                if form.is_bound
                for name, texts in form.errors.items()
                for text in texts
            ],
            several=len(forms) > 1,
            nothing_known=not any(form.recognised for form in forms),
            pillars=self.plan.pillars.order_by("order", "code"),
            **more,
        )
        return self.render_to_response(context, status=status)
