"""Steps that every level of the results chain knows: retire, restore, delete, renumber; and the list of what is retired."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks.forms.structure import RenumberForm, StepForm
from frameworks.history import version_of
from frameworks.models import Activity, Goal, Indicator, Output, Pillar
from frameworks.operations.moving import LEVELS, below, parent_of
from frameworks.operations.retiring import (
    delete,
    history_of,
    in_words,
    restore,
    retire,
    retired_along,
    why_it_stays,
)
from frameworks.operations.structure import renumber, siblings
from frameworks.views.structure import EditMixin
from frameworks.web import PlanMixin

RETIRED_PER_PAGE = 50
#: What select_related needs so that the page of a part can name what it hangs on.
ABOVE = {
    "pillar": (),
    "goal": ("pillar",),
    "output": ("goal",),
    "activity": ("output",),
    "indicator": ("goal", "output", "activity"),
}


def address_of(plan, row):
    """The page of a pillar (the list of them), goal, output, activity or indicator."""
    if isinstance(row, Pillar):
        return reverse("plan_pillars", args=[plan.code])
    return reverse(row._meta.model_name, args=[plan.code, row.code])


class PartMixin(EditMixin):
    """For pages under /plans/<code>/parts/<level>/<part>/: `self.row` is what the step is about."""

    levels = LEVELS

    def find(self):
        level = self.kwargs["level"]
        if level not in self.levels:
            raise Http404
        model = self.levels[level]
        self.level, self.word = level, self.plan.words.get(level, _("Pillar"))
        self.row = get_object_or_404(
            model.objects.select_related("plan", *ABOVE[level]), plan=self.plan, code=self.kwargs["part"]
        )
        return self.row

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            row=self.row,
            level=self.level,
            what=self.word,
            back=address_of(self.plan, self.row),
            **kwargs,
        )

    def get(self, request, *args, **kwargs):
        self.find()
        return self.page(self.form())

    def post(self, request, *args, **kwargs):
        self.find()
        form = self.form(request.POST)
        if form.is_valid():
            address = self.run(form, lambda: self.act(form), lambda: history_of(self.row))
            if address:
                return redirect(address)
        return self.page(form)

    def page(self, form):
        return self.render_to_response(self.get_context_data(form=form))


class StepMixin(PartMixin):
    """Retiring, restoring, deleting: one page that says what will happen, and asks why."""

    template_name = "frameworks/part_step.html"
    step = ""

    def get_context_data(self, **kwargs):
        return super().get_context_data(step=self.step, **kwargs)

    def form(self, data=None):
        return StepForm(data, version=version_of(*history_of(self.row)), **self.asked())

    def common(self, form):
        return {
            "row": self.row,
            **form.answers,
            "version": form.cleaned_data["version"],
            "by": self.request.user,
            "at": timezone.now(),
        }


class PartRetire(StepMixin, TemplateView):
    step = "retire"

    def asked(self):
        counts = below(self.row).live().counts()
        along = _("Retire what is below it, too: %(what)s") % {"what": in_words(counts, self.plan.words)}
        return {
            "along": along if counts else "",
            "needs_along": True,
            "reason_label": _("Why is it retired?"),
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            may_be_deleted=not why_it_stays(self.row),
            refusal=_("It is retired already.") if self.row.retired_on else "",
            **kwargs,
        )

    def act(self, form):
        retired = retire(**self.common(form))
        messages.success(self.request, _("%(code)s is retired.") % {"code": retired.code})
        return address_of(self.plan, retired)


class PartRestore(StepMixin, TemplateView):
    step = "restore"

    def asked(self):
        counts = retired_along(self.row).counts() if self.row.retired_on else {}
        along = _("Restore what was retired with it, too: %(what)s") % {
            "what": in_words(counts, self.plan.words)
        }
        return {
            "along": along if counts else "",
            "reason_label": _("Why is it restored?"),
            "asks_reason": self.plan.is_under_change_control,
        }

    def form(self, data=None):
        form = super().form(data)
        if "along" in form.fields:
            form.fields["along"].initial = True
        return form

    def get_context_data(self, **kwargs):
        parent, refusal = parent_of(self.row), ""
        if not self.row.retired_on:
            refusal = _("It is in use already.")
        elif getattr(parent, "retired_on", None):
            refusal = _("%(code)s, on which it hangs, is retired: restore that first.") % {
                "code": parent.code
            }
        return super().get_context_data(refusal=refusal, **kwargs)

    def act(self, form):
        restored = restore(**self.common(form))
        messages.success(self.request, _("%(code)s is in use again.") % {"code": restored.code})
        return address_of(self.plan, restored)


class PartDelete(StepMixin, TemplateView):
    step = "delete"

    def asked(self):
        return {
            "reason_label": _("Why is it deleted?"),
            "asks_reason": self.plan.is_under_change_control,
        }

    def get_context_data(self, **kwargs):
        why = why_it_stays(self.row)
        refusal = _("It cannot be deleted, only retired. %(why)s") % {"why": why} if why else ""
        return super().get_context_data(refusal=refusal, **kwargs)

    def act(self, form):
        above = address_of(self.plan, parent_of(self.row))
        if isinstance(self.row, Goal):
            above = self.plan.get_absolute_url()
        code = self.row.code
        delete(row=self.row, reason=form.answers["reason"], by=self.request.user)
        messages.success(self.request, _("%(code)s is deleted.") % {"code": code})
        return above


class PartRenumber(PartMixin, TemplateView):
    """The codes of everything directly under one part, saved together."""

    template_name = "frameworks/renumber.html"
    levels = {"pillar": Pillar, "goal": Goal, "output": Output, "activity": Activity}

    def form(self, data=None):
        return RenumberForm(data, children=siblings(self.row), plan=self.plan)

    def post(self, request, *args, **kwargs):
        self.find()
        form = self.form(request.POST)
        if form.is_valid():
            changed = self.run(form, lambda: (self._save(form),))
            if changed is not None:
                messages.success(request, _("Saved.") if changed[0] else _("Nothing was changed."))
                return redirect(address_of(self.plan, self.row))
        return self.page(form)

    def _save(self, form):
        return renumber(
            parent=self.row,
            codes=form.codes,
            follow=form.cleaned_data["follow"],
            reason=form.cleaned_data.get("reason", ""),
            version=form.cleaned_data["version"],
            by=self.request.user,
            at=timezone.now(),
        )


class RetiredList(PlanMixin, TemplateView):
    """Everything of a plan that is no longer in use, newest first in each level."""

    template_name = "frameworks/plan_retired.html"

    def get_context_data(self, **kwargs):
        items = []
        for level, model in LEVELS.items():
            rows = model.objects.filter(plan=self.plan, retired_on__isnull=False)
            items += [
                (level, pk) for pk in rows.order_by("-retired_on", "sort_key").values_list("pk", flat=True)
            ]
        page = Paginator(items, RETIRED_PER_PAGE).get_page(self.request.GET.get("page", 1))
        groups = []
        for level, model in LEVELS.items():
            wanted = [pk for kind, pk in page if kind == level]
            if wanted:
                rows = model.objects.filter(pk__in=wanted).select_related(*ABOVE[level])
                groups.append(
                    (level, self._many(level), self._lines(rows.order_by("-retired_on", "sort_key")))
                )
        return super().get_context_data(groups=groups, page_obj=page, **kwargs)

    def _many(self, level):
        return self.plan.words[{"activity": "activities"}.get(level, f"{level}s")]

    def _lines(self, rows):
        return [
            {
                "row": row,
                "text": row.statement if isinstance(row, Indicator) else row.title,
                "url": address_of(self.plan, row),
                "parent": parent_of(row),
            }
            for row in rows
        ]
