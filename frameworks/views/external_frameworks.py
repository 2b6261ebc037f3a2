"""The list of external frameworks, shared by all plans."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from frameworks.forms.crosswalk import ExternalFrameworkForm
from frameworks.history import Stale, changes_of, last_change
from frameworks.models import ExternalFramework, ProvisionLink
from frameworks.operations.crosswalk import (
    framework_history,
    load_standard_frameworks,
    may_edit_frameworks,
    missing_standard,
    remove_external_framework,
    save_external_framework,
)
from frameworks.permissions import Permission, require_permission
from frameworks.web import SignedInMixin


class ExternalFrameworks(SignedInMixin, TemplateView):
    template_name = "frameworks/crosswalk_frameworks.html"

    def get_context_data(self, **kwargs):
        may_edit = may_edit_frameworks(self.request.user)
        return super().get_context_data(
            frameworks=list(
                ExternalFramework.objects.annotate(total=Count("provisions")).order_by("order", "code")
            ),
            may_edit_list=may_edit,
            missing=missing_standard() if may_edit else 0,
            **kwargs,
        )


class KeeperMixin(SignedInMixin):
    """For those who keep the list: the secretariat of any plan."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            require_permission(request.user, Permission.EDIT_FRAMEWORK)
        return super().dispatch(request, *args, **kwargs)


class FrameworkFormMixin(KeeperMixin):
    template_name = "frameworks/crosswalk_framework_form.html"

    def save(self, request, form):
        """The answer to a POST: the list, or the form with what is wrong."""
        if form.is_valid():
            try:
                saved = save_external_framework(
                    framework=form.instance,
                    changed=form.changed_fields,
                    provisions=form.cleaned_data["provisions"],
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*framework_history(form.instance)))
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("%(name)s is saved.") % {"name": saved})
                return redirect("external_frameworks")
        return self.render_to_response(self.get_context_data(form=form))


class ExternalFrameworkNew(FrameworkFormMixin, TemplateView):
    def _blank(self):
        last = ExternalFramework.objects.order_by("-order").first()
        return ExternalFramework(order=last.order + 1 if last else 1)

    def get(self, request):
        return self.render_to_response(
            self.get_context_data(form=ExternalFrameworkForm(instance=self._blank()))
        )

    def post(self, request):
        return self.save(request, ExternalFrameworkForm(request.POST, instance=self._blank()))


class ExternalFrameworkEdit(FrameworkFormMixin, TemplateView):
    def _framework(self):
        return get_object_or_404(ExternalFramework, code=self.kwargs["fcode"])

    def get_context_data(self, **kwargs):
        links = ProvisionLink.objects.filter(provision__framework=OuterRef("pk"))
        framework = ExternalFramework.objects.annotate(is_linked=Exists(links)).get(code=self.kwargs["fcode"])
        return super().get_context_data(
            framework=framework, changes=changes_of(*framework_history(framework), limit=20), **kwargs
        )

    def get(self, request, fcode):
        form = ExternalFrameworkForm(instance=self._framework())
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request, fcode):
        return self.save(request, ExternalFrameworkForm(request.POST, instance=self._framework()))


class ExternalFrameworkRemove(KeeperMixin, View):
    http_method_names = ["post"]

    def post(self, request, fcode):
        framework = get_object_or_404(ExternalFramework, code=fcode)
        try:
            remove_external_framework(framework=framework, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("external_framework_edit", fcode)
        messages.success(request, _("%(name)s is removed.") % {"name": framework})
        return redirect("external_frameworks")


class StandardFrameworks(KeeperMixin, View):
    """Adds the standard frameworks that are missing."""

    http_method_names = ["post"]

    def post(self, request):
        loaded = load_standard_frameworks(by=request.user)
        messages.success(
            request,
            _("Added: %(frameworks)s frameworks, %(provisions)s provisions.")
            % {"frameworks": loaded.frameworks, "provisions": loaded.provisions},
        )
        return redirect("external_frameworks")
