"""The register of institutions, shared by the plans of a country."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from frameworks.coordination import seat_name
from frameworks.countries import country_name
from frameworks.forms.institutions import InstitutionForm
from frameworks.history import Stale, changes_of, last_change
from frameworks.models import Indicator, Institution, InstitutionAlias, Lead, Membership, Seat
from frameworks.models.people import InstitutionKind
from frameworks.operations.institutions import (
    editable_countries,
    institution_history,
    may_edit_institution,
    save_institution,
)
from frameworks.permissions import Permission, held_seats, require_permission, scope_filter
from frameworks.web import SignedInMixin

LEADS_PER_PAGE = 50
#: Indicators of one institution shown at once; the rest are counted.
INDICATORS_AT_ONCE = 50


class InstitutionList(SignedInMixin, TemplateView):
    template_name = "frameworks/institution_list.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        countries = editable_countries(user)
        q = self.request.GET.get("q", "").strip()[:200].replace("\x00", "")
        rows = (
            Institution.objects.visible_to(user)
            .filter(merged_into__isnull=True)
            .select_related("parent")
            .prefetch_related("aliases", "members")
            .in_order()
        )
        if q:
            words = Q(acronym__icontains=q) | Q(name__icontains=q) | Q(code__icontains=q)
            rows = rows.filter(
                words | Exists(InstitutionAlias.objects.filter(institution=OuterRef("pk"), name__icontains=q))
            )
        groups = {}
        for row in rows:
            row.may_edit = (
                countries is None or row.country in countries or (bool(countries) and not row.country)
            )
            groups.setdefault(row.country, []).append(row)
        return super().get_context_data(
            groups=[
                (country_name(code) if code else _("Regional"), found)
                for code, found in sorted(groups.items())
            ],
            may_create=countries is None or bool(countries),
            q=q,
            **kwargs,
        )


class InstitutionPage(SignedInMixin, TemplateView):
    """One institution: what it is called, what it belongs to, and what it answers for in the plans that one may read."""

    template_name = "frameworks/institution.html"

    def get_context_data(self, **kwargs):
        user, today = self.request.user, timezone.localdate()
        institution = get_object_or_404(
            Institution.objects.visible_to(user)
            .select_related("parent", "merged_into")
            .prefetch_related("aliases", "members", "groups", "merged"),
            code=self.kwargs["code"],
        )
        leads = (
            Lead.objects.visible_to(user)
            .filter(institution=institution)
            .select_related("activity__plan")
            .order_by("-activity__plan__start_year", "activity__plan", "activity__sort_key")
        )
        page = Paginator(leads, LEADS_PER_PAGE).get_page(self.request.GET.get("page", 1))
        plans = {}
        for lead in page:
            plans.setdefault(lead.activity.plan, []).append(lead)
        indicators = (
            Indicator.objects.visible_to(user)
            .in_use()
            .filter(responsible=institution)
            .select_related("plan")
            .order_by("plan", "sort_key")
        )
        found = list(indicators[: INDICATORS_AT_ONCE + 1])
        return super().get_context_data(
            institution=institution,
            directorates=institution.directorates.filter(merged_into__isnull=True).in_order(),
            leads=page,
            plans=list(plans.items()),
            indicators=found[:INDICATORS_AT_ONCE],
            more_indicators=len(found) > INDICATORS_AT_ONCE,
            seats=self._seats(institution, today),
            may_edit=not institution.merged_into_id and may_edit_institution(user, institution),
            # Names of people stand in it: for those who sit somewhere themselves.
            changes=changes_of(*institution_history(institution), limit=20) if held_seats(user) else None,
            **kwargs,
        )

    def _seats(self, institution, today):
        """(seat, its name, its holder today or None) in the plans that the reader reads from inside; open ones first."""
        holders = Membership.objects.filter(Membership.active_on(today)).select_related("user")
        seats = (
            Seat.objects.filter(
                scope_filter(self.request.user, Permission.VIEW_PLAN, plan="plan"), institution=institution
            )
            .select_related("plan", "institution", "working_group__pillar")
            .prefetch_related(Prefetch("memberships", holders, to_attr="held"))
            .order_by("plan", "role", "order", "pk")
        )
        rows = [(seat, seat_name(seat), seat.held[0] if seat.held else None) for seat in seats]
        return sorted(rows, key=lambda row: row[0].closed_on is not None)


class InstitutionFormMixin(SignedInMixin):
    template_name = "frameworks/institution_form.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            require_permission(request.user, Permission.EDIT_FRAMEWORK)
        return super().dispatch(request, *args, **kwargs)

    def save(self, request, form):
        """The answer to a POST: the institution's page, or the form with what is wrong."""
        if form.is_valid():
            try:
                saved = save_institution(
                    institution=form.instance,
                    changed=form.changed_fields,
                    members=form.cleaned_data["members"],
                    aliases=form.aliases,
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*institution_history(form.instance)))
            except ValidationError as error:
                form.add_refusal(error)
            else:
                messages.success(request, _("%(name)s is saved.") % {"name": saved})
                return redirect("institution", saved.code)
        return self.render_to_response(self.get_context_data(form=form))


class InstitutionNew(InstitutionFormMixin, TemplateView):
    def _form(self, data=None):
        countries = editable_countries(self.request.user)
        only = next(iter(countries)) if countries and len(countries) == 1 else ""
        new = Institution(kind=InstitutionKind.GOVERNMENT, country=only)
        return InstitutionForm(data, instance=new, user=self.request.user)

    def get(self, request):
        return self.render_to_response(self.get_context_data(form=self._form()))

    def post(self, request):
        return self.save(request, self._form(request.POST))


class InstitutionEdit(InstitutionFormMixin, TemplateView):
    def _institution(self):
        found = get_object_or_404(
            Institution.objects.visible_to(self.request.user),
            code=self.kwargs["code"],
            merged_into__isnull=True,
        )
        if not may_edit_institution(self.request.user, found):
            raise PermissionDenied(_("This institution belongs to another country's plans."))
        return found

    def get_context_data(self, **kwargs):
        institution = self._institution()
        return super().get_context_data(
            institution=institution, changes=changes_of(*institution_history(institution), limit=20), **kwargs
        )

    def get(self, request, code):
        form = InstitutionForm(instance=self._institution(), user=request.user)
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request, code):
        return self.save(
            request, InstitutionForm(request.POST, instance=self._institution(), user=request.user)
        )
