"""Terms of reference of a plan's bodies: the list, the versions of one body, adding one, its file."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from frameworks.bodies import bodies_of
from frameworks.documents import kind_of_name
from frameworks.forms.base import add_refusal
from frameworks.forms.terms import TermsForm
from frameworks.models import TermsOfReference
from frameworks.operations.terms import add_terms
from frameworks.permissions import Permission, has_permission
from frameworks.textdiff import compare_texts
from frameworks.views.files import download_of
from frameworks.web import PlanMixin


class PlanTerms(PlanMixin, TemplateView):
    """Every body with the version that is in force, and those that have none."""

    template_name = "frameworks/plan_terms.html"

    def get_context_data(self, **kwargs):
        newest = {}
        counts = {}
        rows = (
            TermsOfReference.objects.filter(plan=self.plan)
            .defer("text")
            .select_related("created_by")
            .order_by("version")
        )
        for one in rows:
            key = (one.body, one.working_group_id)
            newest[key], counts[key] = one, counts.get(key, 0) + 1
        bodies = bodies_of(self.plan)
        keys = [(one.body, one.working_group and one.working_group.pk) for one in bodies]
        return super().get_context_data(
            rows=[
                (body, newest.get(key), counts.get(key, 0)) for body, key in zip(bodies, keys, strict=True)
            ],
            missing=sum(key not in newest for key in keys),
            may_manage=has_permission(self.request.user, Permission.MANAGE_SEATS, self.plan),
            **kwargs,
        )


class BodyMixin(PlanMixin):
    """For pages under /plans/<code>/terms/<body>/: sets `self.body` (a PlanBody), and passes it to the template."""

    def dispatch(self, request, *args, **kwargs):
        self._asked = kwargs["body"]
        return super().dispatch(request, *args, **kwargs)

    def find_body(self):
        found = [one for one in bodies_of(self.plan) if one.key == self._asked]
        if not found:
            raise Http404
        self.body = found[0]
        return self.body

    def versions(self):
        """Newest first."""
        return list(
            TermsOfReference.objects.visible_to(self.request.user)
            .filter(plan=self.plan, **self.body.lookup)
            .select_related("created_by")
            .order_by("-version")
        )

    def get_context_data(self, **kwargs):
        kwargs["body"] = self.body  # in place of the path's argument of that name
        return super().get_context_data(**kwargs)


class Terms(BodyMixin, TemplateView):
    """The versions of one body, newest first; `?old=1&new=2` shows what differs between two of them."""

    template_name = "frameworks/terms.html"

    def get(self, request, *args, **kwargs):
        self.find_body()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        versions = self.versions()
        written = [one for one in versions if one.text]
        old, new = (self._asked_for(name, written) for name in ("old", "new"))
        if old and new and old.version > new.version:
            old, new = new, old
        return super().get_context_data(
            versions=versions,
            written=written,
            old=old,
            new=new,
            # What the form suggests: the newest against the one before it.
            chosen_old=old or (written[1] if len(written) > 1 else None),
            chosen_new=new or (written[0] if written else None),
            lines=compare_texts(old.text, new.text) if old and new else None,
            may_manage=has_permission(self.request.user, Permission.MANAGE_SEATS, self.plan),
            **kwargs,
        )

    def _asked_for(self, name, written):
        asked = self.request.GET.get(name, "")
        return next((one for one in written if str(one.version) == asked), None)


class TermsNew(BodyMixin, TemplateView):
    permission = Permission.MANAGE_SEATS
    template_name = "frameworks/terms_form.html"

    def get(self, request, *args, **kwargs):
        self.find_body()
        versions = self.versions()
        # A new version usually changes a few lines of the one in force.
        form = TermsForm(initial={"text": versions[0].text} if versions else None)
        return self._page(form)

    def _page(self, form):
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request, *args, **kwargs):
        self.find_body()
        form = TermsForm(request.POST, request.FILES)
        if form.is_valid():
            data = form.cleaned_data
            try:
                terms = add_terms(
                    plan=self.plan,
                    body=self.body,
                    text=data["text"],
                    document=form.document,
                    file_name=data["file"].name if data["file"] else "",
                    adopted_on=data["adopted_on"],
                    note=data["note"],
                    by=request.user,
                    at=timezone.now(),
                )
            except ValidationError as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("Version %(number)s is there.") % {"number": terms.version})
                return redirect("terms", self.plan.code, self.body.key)
        return self._page(form)


class TermsFile(PlanMixin, View):
    """The file of a version, saved and never opened in the page: whatever it holds, it does not run here."""

    def get(self, request, code, terms):
        version = get_object_or_404(
            TermsOfReference.objects.visible_to(request.user).filter(plan=self.plan), public_id=terms
        )
        kind = kind_of_name(version.file.name) if version.file else None
        if kind is None:
            raise Http404(_("This version has no file."))
        return download_of(version.file, file_name=version.file_name, kind=kind, otherwise="terms")
