"""The crosswalk of a plan: its overview, one framework, one provision, and what one thing of the plan answers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from frameworks.crosswalk import (
    MODELS,
    Offer,
    in_use,
    load_framework,
    load_overview,
    load_provision,
    provisions_of,
    thing_url,
)
from frameworks.crosswalk_csv import crosswalk_csv
from frameworks.forms.crosswalk import CoverForm, LinkForm, OfferForm, ThingProvisionsForm
from frameworks.history import Stale, changes_of, last_change
from frameworks.models import ExternalFramework, Pillar, Provision, ProvisionLink
from frameworks.operations.crosswalk import (
    framework_link_history,
    link_history,
    link_things,
    may_edit_frameworks,
    set_provisions,
    unlink,
)
from frameworks.permissions import Permission, is_insider
from frameworks.web import PlanMixin


class PlanCrosswalk(PlanMixin, TemplateView):
    """How far the plan answers each external framework."""

    public = True
    template_name = "frameworks/crosswalk.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            covers=load_overview(self.plan),
            may_add_frameworks=may_edit_frameworks(self.request.user),
            **kwargs,
        )


class FrameworkMixin(PlanMixin):
    """For pages under /plans/<code>/crosswalk/<fcode>/: sets `self.framework`, passes `framework`."""

    def dispatch(self, request, *args, **kwargs):
        self._framework = None
        return super().dispatch(request, *args, **kwargs)

    @property
    def framework(self):
        if self._framework is None:
            self._framework = get_object_or_404(ExternalFramework, code=self.kwargs["fcode"])
        return self._framework

    def get_context_data(self, **kwargs):
        return super().get_context_data(framework=self.framework, **kwargs)


class PlanCrosswalkFramework(FrameworkMixin, TemplateView):
    """Every provision of one framework with what answers it. `?format=csv` is the same as a table for spreadsheets."""

    public = True
    template_name = "frameworks/crosswalk_framework.html"

    def get(self, request, *args, **kwargs):
        self.filter = CoverForm(request.GET, pillars=Pillar.objects.filter(plan=self.plan))
        if request.GET.get("format") == "csv":
            covered, pillar = self.filter.asked
            return crosswalk_csv(self.plan, self.framework, pillar=pillar, covered=covered)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        wanted, pillar = self.filter.asked
        covers = load_framework(self.plan, self.framework, pillar=pillar)
        query = self.request.GET.copy()
        query["format"] = "csv"
        insider = is_insider(self.request.user, self.plan)
        return super().get_context_data(
            filter=self.filter,
            covers=[one for one in covers if wanted is None or one.is_covered is wanted],
            covered=sum(one.is_covered for one in covers),
            total=len(covers),
            pillar=dict(self.filter.fields["pillar"].choices).get(pillar) if pillar else "",
            csv_query=query.urlencode(),
            insider=insider,
            changes=changes_of(*framework_link_history(self.plan, self.framework), limit=10)
            if insider
            else [],
            **kwargs,
        )


class ProvisionPage(FrameworkMixin, TemplateView):
    """One provision, and everything of the plan that answers it."""

    public = True
    template_name = "frameworks/crosswalk_provision.html"

    def get_context_data(self, **kwargs):
        provision = get_object_or_404(self.framework.provisions, code=self.kwargs["vcode"])
        return super().get_context_data(
            provision=provision,
            page_obj=load_provision(self.plan, provision, self.request.GET.get("page", 1)),
            **kwargs,
        )


class ProvisionLinkThings(FrameworkMixin, TemplateView):
    """Links goals, outputs, activities and indicators to one provision: the ticked ones, or all that a search found."""

    permission = Permission.EDIT_FRAMEWORK
    template_name = "frameworks/crosswalk_link.html"

    def _prepare(self, data=None):
        request = self.request
        self.provision = get_object_or_404(
            Provision.objects.select_related("framework"), framework=self.framework, code=self.kwargs["vcode"]
        )
        self.search = OfferForm(request.GET, plan=self.plan, pillars=Pillar.objects.filter(plan=self.plan))
        self.offer = Offer(self.plan, self.provision, **self.search.asked)
        self.form = LinkForm(data, offered=self.offer.things)

    def get(self, request, *args, **kwargs):
        self._prepare()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            provision=self.provision,
            search=self.search,
            offer=self.offer,
            form=self.form,
            page_obj=load_provision(self.plan, self.provision, self.request.GET.get("page", 1)),
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        if "unlink" in request.POST:
            return self._unlink(request)
        self._prepare(request.POST)
        if "all" in request.POST:
            things = self.offer.rows()
        elif self.form.is_valid():
            things = {
                level: in_use(level, self.plan).filter(code__in=codes)
                for level, codes in self.form.chosen.items()
            }
        else:
            return self.render_to_response(self.get_context_data())
        made = link_things(plan=self.plan, provision=self.provision, things=things, by=request.user)
        messages.success(
            request,
            ngettext("%(n)s is linked to %(to)s.", "%(n)s are linked to %(to)s.", made)
            % {"n": made, "to": self.provision},
        )
        return redirect(request.get_full_path())

    def _unlink(self, request):
        number = request.POST["unlink"]
        link = (
            ProvisionLink.objects.visible_to(request.user)
            .filter(
                plan=self.plan,
                provision__framework=self.framework,
                provision__code=self.kwargs["vcode"],
                pk=number if number.isdecimal() and len(number) < 19 else None,
            )
            .first()
        )
        # Somebody else may have been faster: then it is done.
        if link is not None:
            unlink(link=link, by=request.user)
        messages.success(request, _("The link is removed."))
        return redirect(request.get_full_path())


class ThingProvisions(PlanMixin, TemplateView):
    """All provisions as check boxes, for one goal, output, activity or indicator."""

    permission = Permission.EDIT_FRAMEWORK
    template_name = "frameworks/crosswalk_thing.html"

    def _prepare(self, data=None):
        self.level = self.kwargs["level"]
        if self.level not in MODELS:
            raise Http404
        self.row = get_object_or_404(
            MODELS[self.level].objects.visible_to(self.request.user),
            plan=self.plan,
            code=self.kwargs["tcode"],
        )
        links = provisions_of(self.level, self.row)
        self.form = ThingProvisionsForm(data, level=self.level, row=self.row, links=links)

    def get(self, request, *args, **kwargs):
        self._prepare()
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            level=self.level,
            word=self.plan.words[self.level],
            row=self.row,
            text=self.row.statement if self.level == "indicator" else self.row.title,
            url=self._page(),
            form=self.form,
            groups=self.form.groups(),
            changes=changes_of(*link_history(self.level, self.row), limit=20),
            may_add_frameworks=may_edit_frameworks(self.request.user),
            **kwargs,
        )

    def _page(self):
        return thing_url(self.plan, self.level, self.row.code)

    def post(self, request, *args, **kwargs):
        self._prepare(request.POST)
        form = self.form
        if form.is_valid():
            try:
                set_provisions(
                    level=self.level,
                    row=self.row,
                    provisions=form.cleaned_data["provisions"],
                    primary=form.cleaned_data["primary"],
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*link_history(self.level, self.row)))
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("Saved."))
                return redirect(self._page())
        return self.render_to_response(self.get_context_data())
