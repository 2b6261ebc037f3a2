"""Merging two institutions: whom into, what would move, and doing it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks.forms.base import add_refusal
from frameworks.forms.merging import MergeForm, TargetForm, merge_targets
from frameworks.mergers import fingerprint, plan_merger
from frameworks.models import Institution
from frameworks.operations.institutions import may_edit_institution
from frameworks.operations.merging import merge, why_not
from frameworks.permissions import Permission, require_permission
from frameworks.web import SignedInMixin


class InstitutionMerge(SignedInMixin, TemplateView):
    """`?into=<code>` shows the preview; a POST of the preview merges."""

    template_name = "frameworks/institution_merge.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            require_permission(request.user, Permission.EDIT_FRAMEWORK)
            self.source = get_object_or_404(
                Institution.objects.visible_to(request.user).select_related("parent"),
                code=kwargs["code"],
                merged_into__isnull=True,
            )
            if not may_edit_institution(request.user, self.source):
                raise PermissionDenied(_("This institution belongs to another country's plans."))
        return super().dispatch(request, *args, **kwargs)

    def _target(self):
        """(the form that asks whom into, the Institution chosen or None)."""
        targets = merge_targets(self.source, self.request.user)
        if "into" not in self.request.GET:
            return TargetForm(targets=targets), None
        form = TargetForm(self.request.GET, targets=targets)
        return form, form.target if form.is_valid() else None

    def _page(self, chooser, target, form=None):
        if target is None:
            return self.render_to_response(self.get_context_data(chooser=chooser, source=self.source))
        merger = plan_merger(source=self.source, target=target, on=timezone.localdate())
        form = form or MergeForm()
        now = fingerprint(merger)
        if form.is_bound:
            form.data = form.data.copy()
            form.data["seen"] = now
        else:
            form.initial["seen"] = now
        return self.render_to_response(
            self.get_context_data(
                chooser=chooser,
                source=self.source,
                target=target,
                merger=merger,
                refusals=why_not(merger, self.request.user),
                form=form,
            )
        )

    def get(self, request, *args, **kwargs):
        return self._page(*self._target())

    def post(self, request, *args, **kwargs):
        chooser, target = self._target()
        if target is None:
            return self._page(chooser, None)
        form = MergeForm(request.POST)
        if form.is_valid():
            try:
                merge(
                    source=self.source,
                    target=target,
                    reason=form.cleaned_data["reason"],
                    seen=form.cleaned_data["seen"],
                    by=request.user,
                    at=timezone.now(),
                )
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(
                    request, _("%(old)s is merged into %(new)s.") % {"old": self.source, "new": target}
                )
                return redirect("institution", target.code)
        return self._page(chooser, target, form)
